"""The innocent crowds: how many accounts each has."""

from . import developers, firms, learning, machines, private
from .profiles import Profile

ACCOUNTS = {
    "patrons": 1500, "terminals": 520, "card_holders": 430, "mobile_people": 420, "subscribers": 330, "vpn_people": 110,
    "relay_people": 90, "api_trials": 360, "hobby_coders": 300, "agent_users": 230, "agent_niche": 45, "school_class": 260,
    "evening_course": 150, "campus": 240, "crammers": 190, "olympiad": 40, "clerks": 150, "tax_advisers": 100, "growers": 90,
    "trades": 170, "auction_jobs": 20, "nightly_jobs": 45, "archive_volunteers": 210, "nature_counters": 120, "proof_readers": 60,
    "translators": 100, "bench_labs": 18, "many_samples": 10, "exam_boards": 36, "judge_teams": 26, "synth_permitted": 22,
    "quiz_publishers": 40, "content_agencies": 75, "newsrooms": 85, "call_centres": 120, "annotators": 80, "resellers": 9,
    "union_members": 230, "key_rotators": 36, "hackathon": 90, "viral_puzzle": 330, "tutorial": 170, "chat_bots": 24,
    "role_players": 190, "game_modders": 45, "families": 130, "shared_logins": 70, "easy_readers": 120, "teachers": 140,
    "interviewees": 80, "model_curious": 150, "research_groups": 60, "careful_privates": 45, "flow_users": 110, "cloud_tenants": 70,
    "refugee_aid": 60
}
"""beside one another, at usual size"""
CROWDS: dict[str, Profile] = {
    profile.name: profile for part in (private, learning, developers, firms, machines) for profile in part.CROWDS
}

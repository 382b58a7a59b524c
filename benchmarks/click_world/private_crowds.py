"""Innocents who share an address, a card or a fashion; clubs, courses and crews."""

from .crowd import EDUCATION, FIRMS, PRIVATE, Crowd
from .settings import Settings

GUILD_NIGHTS = [(day, 19, 1.2) for day in range(1, 40, 3)]
TIP_TIMES = [(day, 13 + day % 5, 0.5) for day in range(40)]
PRIVATE_CROWDS = {
    "rural_cgnat": Crowd(
        (2, 4), (60, 160), 11,
        Settings(
            ip="pool", signup_ip="shared",
        ),
    ),
    "hotel_and_library_wifi": Crowd(
        (3, 6), (15, 45), 7,
        Settings(
            ip="site", n_ips=2, onsite=0.5, signup_ip="shared", clock="mixed",
        ),
    ),
    "vpn_users": Crowd(
        (1, 1), (120, 260), 12,
        Settings(
            ip="vpn",
        ),
    ),
    "family_card": Crowd(
        (20, 40), (2, 5), 14,
        Settings(
            payment=("one",), phone=("own", 0.7), ip="site", n_ips=1, kinds=PRIVATE,
        ),
    ),
    "gift_credit_buyers": Crowd(
        (1, 1), (150, 320), 12,
        Settings(
            payment=("card", "voucher", 7), phone=("own", 0.2), domain="mix", signup_ip="res", ban=0.03,
            kinds=PRIVATE,
        ),
    ),
    "chat_group_bots": Crowd(
        (4, 7), (6, 16), 30,
        Settings(
            pools=["chat", "role", "chat", "essay"], client=["chatbot"], system="shared4242", n_rules=5,
            style="human", turns=3, clock="evening", share=0.9, temperature=0.9,
        ),
    ),
    "popular_code_agent_users": Crowd(
        (1, 2), (110, 200), 36,
        Settings(
            pools=["agent"], client=["codecli"], system="agent", n_rules=0, agent=True, turns=9, out_tokens=160,
            share=0.85, kinds=FIRMS,
        ),
    ),
    "niche_agent_users": Crowd(
        (2, 3), (14, 40), 40,
        Settings(
            pools=["agent", "debug"], client=["node", "py"], system="agent", n_rules=4, agent=True, turns=8,
            out_tokens=160, share=0.8,
        ),
    ),
    "browser_extension_users": Crowd(
        (1, 1), (150, 260), 13,
        Settings(
            pools=["summ", "rewrite", "translate"], wording="fixed", client=["chrome", "firefox", "safari", "py"],
            job_client="ext", system="shared88", n_rules=6, share=0.6,
        ),
    ),
    "accessibility_tool_users": Crowd(
        (1, 1), (60, 130), 18,
        Settings(
            pools=["summ", "summ", "extract", "mail"], wording="slots", job_client="reader", system="shared99",
            n_rules=10, share=0.75, temperature=0.3, kinds=PRIVATE,
        ),
    ),
    "church_and_hobby_guide": Crowd(
        (4, 8), (12, 34), 9,
        Settings(
            pools=["plan", "lesson", "plan", "mail"], wording="slots", bank=("zipf", 60), style="human",
            hours="club", share=0.6, kinds=PRIVATE, signup=("ramp", -0.6, 0.5), payment=("own", 0.15),
        ),
    ),
    "language_exchange_club": Crowd(
        (2, 4), (16, 50), 16,
        Settings(
            pools=["translate", "lesson"], languages=(["es", "fr", "ja", "de"], 0.5), wording="para",
            bank=("assign", 8, 3), hop=0.25, turns=2.6, hours="evening", style="human", share=0.7, kinds=PRIVATE,
        ),
    ),
    "game_guild": Crowd(
        (2, 4), (25, 70), 15,
        Settings(
            pools=["role", "tips", "npc"], wording="fixed", bank=("assign", 5, 2), bursts=GUILD_NIGHTS,
            style="human", share=0.6, turns=2, kinds=PRIVATE, signup=("burst", -0.1, 60),
        ),
    ),
    "betting_tip_group": Crowd(
        (2, 4), (30, 90), 14,
        Settings(
            pools=["tips"], wording="fixed", steps=0.7, bank=("assign", 7, 1), bursts=TIP_TIMES, share=0.75,
            signup=("burst", 0.1, 40), payment=("k", 3), domain="mix", kinds=PRIVATE, turns=1.4, elicit=0.5,
        ),
    ),
    "robotics_club_hackathon": Crowd(
        (2, 3), (30, 80), 22,
        Settings(
            pools=["codeask", "agent", "debug"], wording="slots", system="fixed", n_rules=10, ip="pool", n_ips=2,
            signup_ip="shared", signup=("burst", 0.4, 5), active=(0.4, 0.52), hours="flat", turns=2.5, elicit=0.15,
            share=0.9, payment=("none",), client=["py", "node", "codecli"], kinds=EDUCATION,
        ),
    ),
    "trainee_programme": Crowd(
        (2, 3), (40, 110), 20,
        Settings(
            pools=["books", "sqlask", "mail", "science"], wording="slots", steps=0.5, bank=("assign", 6, 1),
            hours="office", signup=("burst", 0.05, 6), payment=("k", 40), share=0.8, turns=1.9, elicit=0.35,
            load="equal", kinds={"individual": 0.7, "education": 0.3}, out_tokens=450,
        ),
    ),
    "university_class": Crowd(
        (2, 4), (50, 140), 14,
        Settings(
            pools=["science", "maths", "codeask"], steps=0.4, bank=("assign", 5, 4), hours="student", ip="site",
            n_ips=4, onsite=0.5, signup_ip="shared", domain="one", domain_share=0.6, signup=("burst", -0.05, 90),
            style="human", turns=2, elicit=0.3, share=0.8, kinds=EDUCATION,
        ),
    ),
    "school_several_classes": Crowd(
        (2, 3), (60, 120), 9,
        Settings(
            pools=["lesson", "essay", "maths"], wording="fixed", bank=("assign", 4, 2), hours="school", ip="pool",
            n_ips=2, signup_ip="shared", domain="one", signup=("burst", 0, 30), load="equal", payment=("none",),
            phone=("none",), share=0.9, kinds=EDUCATION,
        ),
    ),
    "test_preparation_school": Crowd(
        (2, 3), (25, 60), 34,
        Settings(
            pools=["maths", "science", "grade"], wording="slots", steps=0.8, bank=("cover", 4000), assign="queue",
            load="equal", hours="evening", turns=1.7, elicit=0.6, payment=("k", 15), share=0.9, hop=0.1,
            style="human", out_tokens=620, shifts=True,
        ),
    ),
    "homework_service_tutors": Crowd(
        (2, 3), (25, 80), 30,
        Settings(
            pools=["maths", "science", "essay", "codeask"], wording="para", steps=0.7, bank=("cover", 5000),
            repeats=0.04, assign="queue", hours="student", turns=1.9, elicit=0.5, share=0.7, style="human",
            kinds=PRIVATE, payment=("own", 0.7), out_tokens=620, shifts=True,
        ),
    ),
    "research_participants": Crowd(
        (1, 2), (80, 200), 9,
        Settings(
            pools=["role", "legal", "maths"], wording="fixed", bank=("zipf", 24), signup=("burst", 0.3, 50),
            active=(0.3, 0.45), payment=("k", 500), turns=3, elicit=0.6, load="equal", share=0.85, style="human",
            kinds=PRIVATE,
        ),
    ),
    "red_team_programme": Crowd(
        (1, 2), (15, 40), 30,
        Settings(
            pools=["role", "legal", "grade", "maths"], wording="para", ending="pb", bank=("zipf", 200), turns=3,
            elicit=0.7, active=(0.2, 0.8), share=0.85, kinds={"research": 1}, verified=0.6, payment=("none",),
            out_tokens=500,
        ),
    ),
    "open_source_sprint": Crowd(
        (1, 2), (20, 45), 40,
        Settings(
            pools=["agent", "debug", "codeask"], system="agent", n_rules=3, agent=True, turns=6, hop=0.15,
            out_tokens=160, active=(0.5, 0.62), hours="flat", share=0.8, bank=("zipf", 150),
            client=["codecli", "node"],
        ),
    ),
    "prompt_course_followers": Crowd(
        (1, 2), (90, 220), 9,
        Settings(
            pools=["mail", "plan", "essay", "rewrite"], wording="slots", steps=0.8, bank=("assign", 3, 1),
            signup=("ramp", -0.1, 0.7), share=0.7, turns=2.2, elicit=0.4, out_tokens=420, kinds=PRIVATE,
        ),
    ),
    "exam_night_chat_group": Crowd(
        (2, 4), (20, 60), 16,
        Settings(
            pools=["maths", "science"], steps=0.5, bank=("zipf", 45), bursts=[(5, 21, 2), (11, 22, 2)],
            style="human", turns=2.3, elicit=0.5, share=0.6, out_tokens=500, kinds=PRIVATE,
            signup=("burst", 0.12, 70), client=["android", "ios", "chrome"],
        ),
    ),
    "phone_shop_signups": Crowd(
        (2, 3), (25, 60), 9,
        Settings(
            phone=("k", 6), signup_ip="shared", signup=("ramp", -0.5, 0.8), ip="mob", client=["android"],
            kinds=PRIVATE, payment=("own", 0.1),
        ),
    ),
    "volunteer_help_line": Crowd(
        (1, 2), (25, 70), 20,
        Settings(
            pools=["legal", "translate", "mail"], languages=(["ru", "tr", "vi", "es"], 0.4), wording="slots",
            system="fixed", n_rules=10, hop=0.35, turns=2.4, assign="queue", load="equal", shifts=True, steps=0.2,
            share=0.85, payment=("k", 20), phone=("k", 4), style="human", kinds=PRIVATE,
        ),
    ),
    "accelerator_cohort": Crowd(
        (1, 1), (18, 40), 60,
        Settings(
            pools=["support", "summ", "codeask"], system="many", n_rules=9, ip="cloud", payment=("one", 0.7),
            domain="each", signup=("burst", 0.05, 70), client=["py", "node"], share=0.7, kinds={"startup": 1},
            ramp=1.5, turns=1.8,
        ),
    ),
}

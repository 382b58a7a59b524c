"""Scenarios: which operators work, for how long, with what share of the requests, among which louder innocents."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Job:
    """An operator's accounts and its share of all requests."""

    operator: str
    accounts: int
    share: float


@dataclass(frozen=True)
class Scenario:
    """A world: days, requests, operators and crowds of which there are more than usual (times)."""

    days: int
    requests: int
    jobs: tuple[Job, ...] = ()
    loud: Mapping[str, float] = field(default_factory=dict)


SCENARIOS: dict[str, Scenario] = {
    "injected_fleet": Scenario(14, 120_000, (Job("injected_fleet", 460, 0.15),), {"thoughtful_plugin": 2, "content_mill": 2}),
    "standby_pool": Scenario(18, 130_000, (Job("standby_pool", 290, 0.14),), {"grey_reseller": 3, "thoughtful_plugin": 2}),
    "harness_relay": Scenario(16, 125_000, (Job("harness_relay", 150, 0.12),), {"key_rotation": 3, "popular_agent": 1.5, "aggregator": 2}),
    "block_expander": Scenario(20, 120_000, (Job("block_expander", 70, 0.08),), {"key_rotation": 2, "trace_researchers": 3}),
    "rubric_mill": Scenario(15, 115_000, (Job("rubric_mill", 26, 0.08),), {"judge_team": 4, "cloud_firm": 2, "annotation_vendor": 2}),
    "trace_laundry": Scenario(17, 120_000, (Job("trace_laundry", 60, 0.07),), {"trace_researchers": 3, "moderators": 2, "replicators": 1}),
    "hot_pivot": Scenario(
        14, 140_000, (Job("hot_pivot", 260, 0.18),), {"release_tourists": 1, "leaderboard_hobbyists": 1, "niche_agent": 2}
    ),
    "hydra": Scenario(21, 120_000, (Job("hydra", 330, 0.09),), {"role_players": 2, "shut_out": 2, "quota_stackers": 2}),
    "mother_tongue": Scenario(15, 120_000, (Job("mother_tongue", 120, 0.07),), {"translators": 3, "shut_out": 2, "viral_prompt": 2}),
    "soft_words": Scenario(28, 120_000, (Job("soft_words", 18, 0.02),), {"moderators": 3, "red_team": 1, "tunnel_people": 1}),
    "free_drip": Scenario(24, 120_000, (Job("free_drip", 900, 0.12),), {"quota_stackers": 3, "shut_out": 2}),
    "key_scavenger": Scenario(19, 120_000, (Job("key_scavenger", 55, 0.05),), {"automation_platform": 2, "coworking": 2}),
    "shell_companies": Scenario(22, 120_000, (Job("shell_companies", 44, 0.05),), {"accelerator": 2, "company": 1.5, "company_loose": 2}),
    "three_gates": Scenario(20, 130_000, (Job("three_gates", 120, 0.1),), {"cloud_firm": 2, "niche_agent": 2}),
    "gig_crowd": Scenario(20, 120_000, (Job("gig_crowd", 160, 0.05),), {"exam_candidates": 3, "annotation_vendor": 2, "families": 2}),
    "dripstone": Scenario(28, 125_000, (Job("dripstone", 700, 0.07),), {"shut_out": 2, "tutorial": 2}),
    "sample_grid": Scenario(16, 120_000, (Job("sample_grid", 130, 0.1),), {"benchmark_lab": 2, "replicators": 1, "retrieval_test": 3}),
    "curriculum_loom": Scenario(
        18, 120_000, (Job("curriculum_loom", 84, 0.08), Job("impostors", 40, 0.03)), {"permitted_data": 3, "annotation_vendor": 3}
    ),
    "open_bazaar": Scenario(
        21,
        150_000,
        (Job("transfer_station", 240, 0.13), Job("borrowed_harness", 90, 0.05), Job("rubric_mill", 15, 0.03)),
        {"grey_reseller": 3, "judge_team": 2, "popular_agent": 1.3},
    ),
    "spring_tide": Scenario(
        16,
        120_000,
        (),
        {
            "classroom": 3,
            "bootcamp": 2,
            "hackathon": 2,
            "contestants": 2,
            "exam_candidates": 2,
            "outage_refugees": 2,
            "release_tourists": 2,
            "viral_prompt": 2,
        },
    ),
    "free_port": Scenario(
        20,
        140_000,
        (),
        {
            "grey_reseller": 4,
            "annotation_vendor": 3,
            "quota_stackers": 3,
            "shut_out": 3,
            "content_mill": 3,
            "role_players": 2,
            "permitted_data": 3,
        },
    ),
}
"""Scenarios by name; the last two have no operator."""

"""All innocent crowds, in the order in which they are made."""

from collections.abc import Callable
from dataclasses import dataclass

from . import developers, firms, freelancers, private, schools
from .world import World


@dataclass(frozen=True)
class Crowd:
    """How large a crowd is in a world of 180,000 requests."""

    make: Callable[..., None]
    share: float
    accounts: int

    @property
    def name(self) -> str:
        """The function's name."""
        return self.make.__name__


CROWDS = (
    Crowd(private.casual_users, 0.17, 3600), Crowd(developers.solo_developers, 0.1, 1000),
    Crowd(developers.ide_assistant_users, 0.09, 420), Crowd(developers.agent_framework_users, 0.05, 300),
    Crowd(developers.template_gallery, 0.04, 260), Crowd(private.prompt_of_the_day, 0.02, 320),
    Crowd(schools.course_repo, 0.03, 240), Crowd(firms.company_no_org, 0.05, 240),
    Crowd(developers.hack_week, 0.02, 110), Crowd(developers.triage_bots, 0.02, 110),
    Crowd(freelancers.agency, 0.015, 60), Crowd(firms.founder_card_mvps, 0.025, 90),
    Crowd(schools.uni_cluster, 0.03, 40), Crowd(schools.eval_harness, 0.05, 60),
    Crowd(freelancers.localisation_team, 0.02, 60), Crowd(developers.docs_sprint, 0.01, 60),
    Crowd(freelancers.newsletter_writers, 0.008, 110), Crowd(firms.support_desk, 0.03, 90),
    Crowd(firms.legal_pilot, 0.008, 60), Crowd(freelancers.data_cleaning_crew, 0.03, 130),
    Crowd(developers.notebook_fleet, 0.02, 110), Crowd(developers.ci_fleet, 0.02, 80), Crowd(firms.reseller, 0.03, 160),
    Crowd(firms.app_backend, 0.05, 26), Crowd(private.families, 0.01, 160), Crowd(developers.ab_tool, 0.015, 160),
    Crowd(private.shared_links, 0.01, 160), Crowd(firms.key_rotation_firm, 0.02, 60),
    Crowd(firms.permitted_synth, 0.02, 12), Crowd(private.group_chat_bots, 0.012, 90),
    Crowd(schools.school_classes, 0.012, 170), Crowd(private.release_testers, 0.02, 170),
    Crowd(developers.golden_set_ci, 0.012, 30), Crowd(private.seat_sharers, 0.012, 60),
    Crowd(firms.batch_labellers, 0.04, 60), Crowd(freelancers.translators, 0.012, 110),
    Crowd(schools.study_groups, 0.015, 160), Crowd(private.payment_rings, 0.008, 90),
    Crowd(private.proxy_users, 0.01, 70), Crowd(private.tool_switchers, 0.01, 120),
    Crowd(private.prompt_library_users, 0.025, 260), Crowd(developers.autocomplete_users, 0.03, 130),
)


def innocents(world: World, share: float, larger: dict[str, float] | None = None) -> None:
    """Every crowd, on a share of the requests; some crowds are larger."""
    larger = larger or {}
    total = sum(crowd.share * larger.get(crowd.name, 1) for crowd in CROWDS)
    for crowd in CROWDS:
        times = larger.get(crowd.name, 1)
        n_requests = max(6, int(world.n_events * share * (crowd.share * times) / total * 1.02))
        crowd.make(world, world.scaled(crowd.accounts * times**0.9), n_requests)
    world.n_innocents = len(world.accounts)

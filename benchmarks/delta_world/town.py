"""The innocent population."""

from collections.abc import Callable

from .firms import (
    agent_vendor,
    bargain_app,
    byok_vendor,
    corporate,
    indie_apps,
    judge_saas,
    migration,
    rag_bots,
    reseller,
    surge,
    synth_makers,
)
from .learning import classroom, cram_school, hackathon, labs, viral
from .machines import batch_jobs, ci_jobs, coders, eval_teams, gateways, plugin, workflow
from .private import agency, app_users, community, dormant, gig_writers, hobby, limit_dodgers, movers, toe_dippers
from .world import World

Crowd = Callable[[World, int, float], None]
USUAL: dict[Crowd, tuple[float, float]] = {
    hobby: (24, 12), dormant: (9, 0.05), toe_dippers: (17, 1.5), indie_apps: (11, 22), batch_jobs: (4, 12), rag_bots: (4, 7),
    app_users: (11, 6), coders: (5, 9), plugin: (4, 3), byok_vendor: (3, 2.5), classroom: (2.2, 1), corporate: (2.5, 3),
    eval_teams: (0.5, 3), hackathon: (1, 1), ci_jobs: (1.2, 2), migration: (0.3, 1.2), viral: (1.5, 0.5), agency: (2, 1.5),
    reseller: (2, 3), labs: (1.2, 2.5), limit_dodgers: (1.2, 0.8), workflow: (2.5, 1.8), gateways: (1.5, 2), cram_school: (0.3, 0.6),
    gig_writers: (1, 1), synth_makers: (0.3, 0.8), judge_saas: (0.4, 1), surge: (0.8, 0.5), community: (1, 1.2), bargain_app: (0.4, 1),
    agent_vendor: (0.6, 2), movers: (1.5, 1.5)
}
"""share of accounts and of requests of each crowd in an unremarkable month"""


def populace(w: World, n: int, ev: float, more: dict[Crowd, tuple[float, float]]) -> None:
    """The innocent population: the usual mix with chance variation; `more` multiplies the accounts and requests of some crowds."""
    mix: dict[Crowd, tuple[float, float]] = {}
    for crowd, (a, b) in USUAL.items():
        people, asked = more.get(crowd, (1, 1))
        mix[crowd] = (a * people * w.rng.lognormal(0, 0.25), b * asked * w.rng.lognormal(0, 0.3))
    sa, sb = sum(a for a, _ in mix.values()), sum(b for _, b in mix.values())
    for crowd, (a, b) in mix.items():
        m = round(n * w.scale * a / sa)
        if m >= 2:
            crowd(w, m, max(m, ev * w.scale * b / sb))

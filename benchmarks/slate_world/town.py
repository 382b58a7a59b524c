"""The background: which innocent crowds there are, and how many of each."""

from collections.abc import Callable

from . import firms, learning, machines, private
from .world import World

CROWDS: dict[str, Callable[[World, int], None]] = {
    "casual": private.casual, "solo_devs": private.solo_devs, "freelancers": private.freelancers, "bots": private.bots,
    "hoppers": private.hoppers, "family": private.family, "coworking": private.coworking, "vpn_users": private.vpn_users,
    "key_switchers": private.key_switchers, "viral": private.viral, "classroom": learning.classroom, "tutoring": learning.tutoring,
    "annotators": learning.annotators, "eval_team": learning.eval_team, "hackathon": learning.hackathon, "lab": learning.lab,
    "saas": firms.saas, "marketplace": firms.marketplace, "staffing": firms.staffing, "call_centre": firms.call_centre,
    "studio": firms.studio, "reseller": firms.reseller, "agency": firms.agency, "migration": firms.migration, "poolers": firms.poolers,
    "ci_jobs": machines.ci_jobs, "coding_agents": machines.coding_agents, "plugin": machines.plugin, "content_mill": machines.content_mill,
    "relay_users": machines.relay_users
}
USUAL = {
    "casual": 1150, "solo_devs": 620, "freelancers": 200, "saas": 130, "marketplace": 40, "bots": 130, "ci_jobs": 60, "coding_agents": 110,
    "hoppers": 90, "family": 90, "coworking": 80, "vpn_users": 80, "agency": 40, "plugin": 90, "classroom": 120, "reseller": 120,
    "poolers": 18, "staffing": 30, "key_switchers": 70
}
"""accounts of each crowd that most scenarios have"""


def people(w: World, change: dict[str, int]) -> None:
    """The usual crowds with other numbers and further crowds; each number is up to 15 % more or less by seed."""
    for crowd, n in (USUAL | change).items():
        CROWDS[crowd](w, w.n(n * w.r.uniform(0.85, 1.15)))

"""The background: which innocent crowds there are, and how many of each."""

from collections.abc import Callable

import numpy as np

from .firms import app_vendors, bureaus, cloud_buyers, companies, giants, nocode, resellers, rotators, shared_cards
from .learning import classrooms, courses, gig_workers, hackathons
from .machines import ci_jobs, coders, evaluators, labellers, load_testers, permitted_synth
from .private import chatters, dormant, launch_testers, link_sharers, power_users, returners, tavern, tinkerers, viral, vpn_crowd
from .world import World

CROWDS: dict[str, tuple[Callable[[World, float], None], int]] = {
    "chatters": (chatters, 1300), "tinkerers": (tinkerers, 650), "dormant": (dormant, 350), "coders": (coders, 320),
    "app_vendors": (app_vendors, 60), "shared_cards": (shared_cards, 150), "companies": (companies, 160), "classrooms": (classrooms, 160),
    "vpn_crowd": (vpn_crowd, 150), "courses": (courses, 120), "nocode": (nocode, 90), "ci_jobs": (ci_jobs, 40), "resellers": (resellers, 5),
    "evaluators": (evaluators, 24), "tavern": (tavern, 70), "rotators": (rotators, 18), "labellers": (labellers, 14),
    "permitted_synth": (permitted_synth, 5), "gig_workers": (gig_workers, 40), "bureaus": (bureaus, 16), "link_sharers": (link_sharers, 50),
    "returners": (returners, 25), "load_testers": (load_testers, 14), "hackathons": (hackathons, 70), "viral": (viral, 150),
    "launch_testers": (launch_testers, 90), "giants": (giants, 2), "cloud_buyers": (cloud_buyers, 90), "power_users": (power_users, 110)
}


def people(w: World, change: dict[str, float]) -> None:
    """The usual crowds, some made larger, smaller or left out (factors)."""
    for name, (crowd, size) in CROWDS.items():
        factor = change.get(name, 1.0)
        if factor > 0:
            crowd(w, size * factor)


def stray_bans(w: World) -> None:
    """A few innocents are closed too: unpaid bills, abuse of other kinds, plain mistakes."""
    fake = np.array([c is not None for c in w.acc["campaign"]])
    loose = np.array([v is False for v in w.acc["verified"]])
    pool = np.flatnonzero(~fake & loose)
    hit = pool[w.rng.random(len(pool)) < 0.006]
    w.ban(hit, w.rng.uniform(0, w.end, len(hit)))

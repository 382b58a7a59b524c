"""Two operators, each behind the most common build of the host's library."""

from dataclasses import replace

import numpy as np

from .crowd import Crowd, Members, Sampling
from .world import DAY, HOUR, Loom

TO_A_CARD = 4
LEAST, MOST = 150, 260
"""accounts at the author's size"""


def ring(w: Loom) -> None:
    """Cases with every thought asked for, day and night; four accounts to a card, sign-ups in waves, homes of anybody, a tenth cover."""
    members = _fleet(w, "card_ring", "ring", "case", (1.0, None, 4096, False), load=26)
    members.cover = 0.1
    fakes = w.accounts[-members.size :]
    cards = [w.digits(16) for _ in range(max(1, members.size // TO_A_CARD))]
    for account in fakes:
        account.payment, account.plan = w.text.pick(cards), "payg"
    members.ask()


def pairs(w: Loom) -> None:
    """Tasks, programs and comparisons in one frame; two accounts to a telephone, hired machines for a third."""
    members = _fleet(w, "phone_pairs", "pairs", "drill", (0.0, 1.0, 1024, False), load=34)
    members.cover = 0.05
    for place, account in enumerate(w.accounts[-members.size :]):
        if place % 2 == 0:
            phone = w.digits(16)
        account.phone = phone
        if w.r.random() < 1 / 3:
            account.addresses = [w.places.hired()]
    members.ask()


def _fleet(
    w: Loom, crowd: str, campaign: str, work: str, sampling: Sampling, load: float,
) -> Members:
    agent, hello = w.sdks[0]
    size = max(4, round(int(w.r.integers(LEAST, MOST + 1)) * w.factor))
    members = Members(w, Crowd(
        name=crowd, work=work, size=size, load=load, spread=0.2, sitting=3, pace=40, turns=1.12, hours="always", weekend=1.0, active=0.9,
        nets=(("home", 1.0),), sampling=sampling, thinks=0.8,
    ), size)
    waves = np.array([-6.3, -2.4, 0.6, 0.22 * w.days])
    for account in w.accounts[-size:]:
        account.campaign, account.country, account.kind = campaign, w.places.countries(1)[0], "individual"
        account.created = float(w.r.choice(waves)) * DAY + float(w.r.gamma(1.5, 3)) * HOUR
        account.program = replace(members.program, user_agent=agent, ja4=hello)
        account.addresses = [w.places.home(account.country) for _ in range(2)]
        account.signup_ip = account.addresses[0][0]
        if w.r.random() < 0.06:
            account.banned = float(w.r.uniform(0.4, 0.9)) * w.span
    return members

"""Innocent crowds: persons."""

import numpy as np

from .carriers import CC, TZ
from .clients import client_named, pick_clients
from .log import converse, pace
from .network import Ints
from .openings import reworded
from .routes import mixed_route, site_route
from .world import DAY, HOUR, World


def casual(w: World, n: int, requests: float) -> Ints:
    """People who chat."""
    rows = w.accounts(n, "casual")
    converse(w, rows, pace(w, n, requests, 2.6, 1.3), "casual", mean_turns=2.6, weekend=1.05)
    return rows


def worker(w: World, n: int, requests: float) -> Ints:
    """People who use the app at work, mostly paying."""
    plan = w.rng.choice(["plus", "pro", "free", "team"], n, p=[0.55, 0.12, 0.25, 0.08])
    rows = w.accounts(n, "worker", plan=plan)
    office = w.rng.random(n) < 0.6
    isp = w.net.pick(w.rng, w.acc["cc"][rows], "biz")
    w.acc["work_isp"][rows] = np.where(office, isp, -1)
    w.acc["work_ip"][rows] = w.net.address(isp, w.acc["seed"][rows]).ip
    converse(w, rows, pace(w, n, requests, 3.2, 1.0), "work", mean_turns=3.2, curve="office", weekend=0.25)
    return rows


def developer(w: World, n: int, requests: float) -> Ints:
    """Hobbyists and engineers with an API key: scripts, bots, tests, half-finished products."""
    rows = w.accounts(n, "developer", path="api")
    w.acc["system"][rows] = np.array([w.text.one("system") if x < 0.6 else None for x in w.rng.random(n)], object)
    converse(
        w, rows, pace(w, n, requests, 1.7, 1.4), "dev", mean_turns=1.7, curve="study", weekend=0.7, gap=25, route=mixed_route, local=0.2
    )
    return rows


def family(w: World, groups: float, requests: float) -> None:
    """Two to five people on one card, one line, sometimes one phone for all recoveries."""
    for _ in range(max(1, round(groups * w.scale))):
        n = int(w.rng.integers(2, 6))
        c = int(w.countries(1)[0])
        home = int(w.net.pick(w.rng, np.array([c]), "home")[0])
        rows = w.accounts(
            n, "family", cc=np.full(n, c), pay=w.new(1)[0], plan="plus", home=np.full(n, home),
            seed=np.full(n, w.rng.integers(2**62)).astype(np.uint64), phone=np.where(w.rng.random(n) < 0.3, w.new(1)[0], w.new(n)),
            lease=30, vpn=-1
        )
        converse(w, rows, pace(w, n, requests, 2.6), "casual", mean_turns=2.6, weekend=1.2)


def quota_dodgers(w: World, people: float, requests: float) -> None:
    """One person with three to nine free accounts, to get round the daily limit for his own chats: no harvest."""
    for _ in range(max(1, round(people * w.scale))):
        n = int(w.rng.integers(3, 10))
        c = int(w.countries(1)[0])
        rows = w.accounts(
            n, "quota_dodger", cc=np.full(n, c), created=w.within(n, -40, w.days, "life", TZ[c]), plan="free", pay=0,
            home=np.full(n, w.net.pick(w.rng, np.array([c]), "home")[0]), seed=np.full(n, w.rng.integers(2**62)).astype(np.uint64), lease=7,
            client=int(pick_clients(w.rng, 1, "desktop")[0]), style=int(w.rng.integers(0, 9)), mob_share=0.05, kind="individual",
            phone=np.where(w.rng.random(n) < 0.5, w.new(n), 0)
        )
        converse(w, rows, pace(w, n, requests, 3.5, 0.8), {"code": 4, "chat": 2, "study": 3, "creative": 1}, mean_turns=3.5, curve="study")


def labellers(w: World, people: int, requests: float) -> None:
    """Gig workers of an honest platform.

    They compare replies and write prompts to one guideline, on their own accounts, paid by the piece.
    """
    n = w.n(people)
    cc = w.countries(n, ["PH", "KE", "IN", "CO", "NG", "VN"])
    rows = w.accounts(
        n, "gig_labeller", cc=cc, created=w.within(n, -60, w.days * 0.7, "life", 5.0), plan=w.rng.choice(["free", "plus"], n, p=[0.6, 0.4])
    )
    sheet = w.text.pool(["qa", "advice", "judge", "write"], 120)
    converse(
        w, rows, pace(w, n, requests * 0.7, 1.8, 0.4), {"judge": 4, "qa": 4, "advice": 2}, mean_turns=1.8, curve="office", local=0,
        first=reworded(w, sheet)
    )
    converse(w, rows, pace(w, n, requests * 0.3, 2.4), "casual", mean_turns=2.4, curve="evening")


def shelter(w: World, places: int, people: int, requests: float) -> None:
    """A refugee centre.

    One line for hundreds, old phones, no cards, a volunteer's phone for many recoveries, sign-ups in bursts at a help desk.
    """
    for _ in range(max(1, round(places * w.scale))):
        n = max(12, int(people * w.rng.uniform(0.6, 1.4)))
        c = CC[str(w.rng.choice(["DE", "JO", "TR", "PL", "KE", "CO"]))]
        site, helper = w.office(c, "home", 1), w.new(3)
        days = w.rng.choice(np.arange(-30, w.days - 1), size=6, replace=False)
        created = (w.start + days[w.rng.integers(0, 6, n)] * DAY + (10 - TZ[c]) * HOUR + w.rng.random(n) * 4 * HOUR).astype(np.int64)
        old = w.rng.choice(
            [
                client_named("Mozilla/5.0 (Linux; Android 14; Redmi"), client_named("Mozilla/5.0 (Linux; Android 14; TECNO"),
                client_named("Mozilla/5.0 (Linux; Android 14; K")
            ],
            n
        )
        rows = w.accounts(
            n, "shelter", cc=np.full(n, c), created=created, plan="free", pay=0,
            phone=np.where(w.rng.random(n) < 0.5, helper[w.rng.integers(0, 3, n)], 0), signup_ip=site.ip[0], work_ip=site.ip[0],
            work_isp=site.isp[0], client=old, phone_client=old, kind="individual"
        )
        converse(
            w, rows, pace(w, n, requests, 2.2), {"translate": 5, "advice": 4, "write": 3, "study": 2, "chat": 2}, mean_turns=2.2,
            curve="life", weekend=1.1, route=site_route, local=0
        )

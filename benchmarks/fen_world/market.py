"""The market of aged accounts, and its honest buyers."""

import numpy as np

from .carriers import CC, KINDS, TZ
from .clients import pick_clients
from .log import converse, pace
from .network import Ints
from .routes import vpn_route
from .world import DAY, World


def market_stock(w: World, n: int, crowd: str, campaign: str | None) -> tuple[Ints, Ints]:
    """Accounts as the market sells them.

    Opened in bulk over two years by farms in cheap countries, hardly used, handed over during the window.
    """
    cc = w.countries(n, ["VN", "ID", "BR", "PH", "EG", "PK", "UA"])
    age = np.minimum(45 + w.rng.exponential(170, n), 760)
    created = (w.start - np.floor(age / 3) * 3 * DAY).astype(np.int64) + w.clock(n, "office", TZ[cc])
    farm = w.net.pick(w.rng, cc, "mobile")
    rows = w.accounts(
        n, crowd, campaign=campaign, cc=cc, created=created, pay=0, plan="free", phone=w.new(n), vpn=-1, mob=farm, kind="individual",
        email_domain=w.rng.choice(np.array(["hotmail.com", "outlook.com", "gmail.com", "mail.com"], object), n, p=[0.4, 0.3, 0.2, 0.1])
    )
    w.acc["signup_ip"][rows] = w.net.address(farm, w.rng.integers(0, 2**63, n).astype(np.uint64)).ip
    handover = w.start + np.floor(w.rng.beta(1.2, 2.0, n) * w.days * 0.8).astype(np.int64) * DAY + w.clock(n, "life", 8.0)
    warm = w.sessions(rows, 0.03, "life")
    keep = warm[1] < handover[warm[0] - rows[0]]
    converse(w, rows, 0, {"chat": 3, "qa": 2}, starts=(warm[0][keep], warm[1][keep]), mean_turns=1.4)
    return rows, handover


def grey_import(w: World, people: int, requests: float) -> None:
    """Honest users from places without service: they buy an aged account in the market where operators buy, and use it through a VPN."""
    n = w.n(people)
    rows, handover = market_stock(w, n, "grey_import", None)
    exits = np.flatnonzero(
        (w.net.kind_a == KINDS.index("vpn")) & (w.net.cc_a == CC["SG"]) | (w.net.kind_a == KINDS.index("vpn")) & (w.net.cc_a == CC["JP"])
    )
    w.acc["vpn"][rows] = w.rng.choice(exits, n)
    live = w.sessions(rows, pace(w, n, requests, 2.8, 1.0), "life", 0.95, tz=8.0)
    keep = live[1] >= handover[live[0] - rows[0]]
    new_client = pick_clients(w.rng, n, "desktop")
    converse(
        w, rows, 0, {"zh": 4, "code": 3, "translate": 2, "write": 2, "chat": 2, "study": 2}, starts=(live[0][keep], live[1][keep]),
        mean_turns=2.8, route=vpn_route, client=new_client[live[0][keep] - rows[0]]
    )

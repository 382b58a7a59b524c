"""Innocent crowds: firms, their staff and their customers."""

import numpy as np

from .carriers import CC, TZ
from .clients import pick_clients
from .log import converse, pace
from .network import Ints
from .openings import articles
from .routes import server_route, site_route
from .world import CLOUDS, World


def product(w: World, n: int, requests: float) -> Ints:
    """Small products: one system prompt, the words of many end users, rented servers."""
    rows = w.accounts(n, "product", path="api")
    kinds = np.array_split(w.rng.permutation(rows), 4)
    for part, (mixture, turns) in zip(kinds, (("support", 1.6), ("casual", 3.0), ("work", 1.2), ("student", 2.2)), strict=True):
        if part.size:
            w.acc["system"][part] = np.array(w.text.many(["sys_" + mixture] * part.size), object)
            tools = np.where(w.rng.random(part.size) < 0.3, w.rng.integers(-(2**62), 2**62, part.size), 0)
            starts = w.sessions(part, pace(w, part.size, requests, turns, 1.5), "life", 0.85)
            lookup = dict(zip(part.tolist(), tools.tolist(), strict=True))
            converse(
                w, part, 0, mixture, starts=starts, mean_turns=turns, gap=50, route=server_route, crowd_style=True,
                tools=np.array([lookup[x] for x in starts[0].tolist()], np.int64)
            )
    return rows


def cloud_firm(w: World, n: int, requests: float) -> Ints:
    """Firms that reach the model through a cloud's own service; the cloud hides addresses and clients."""
    rows = w.accounts(n, "cloud_firm", path=CLOUDS[0])
    w.acc["path"][rows] = w.rng.choice(np.array(CLOUDS, object), n, p=[0.7, 0.3])
    w.acc["kind"][rows] = w.rng.choice(np.array(["enterprise", "startup", "individual"], object), n, p=[0.45, 0.4, 0.15])
    w.acc["verified"][rows] = w.rng.random(n) < 0.4
    w.acc["system"][rows] = np.array([w.text.one("sys_support") if x < 0.85 else None for x in w.rng.random(n)], object)
    converse(
        w, rows, pace(w, n, requests, 1.3, 1.4), "support", mean_turns=1.3, curve="office", weekend=0.4, route=server_route,
        crowd_style=True, gap=30
    )
    return rows


def cloud_firms(w: World, firms: float, requests: float) -> None:
    """More of them than the background has."""
    cloud_firm(w, w.n(firms), requests)


def corporate(w: World, firms: float, size: int, requests: float) -> None:
    """A firm's employees behind an inspecting proxy: one address, one fingerprint, an in-house tool with one system prompt."""
    for _ in range(max(1, round(firms * w.scale))):
        n = max(5, int(size * w.rng.uniform(0.5, 1.6)))
        c = int(w.countries(1)[0])
        site, domain, org, gate = w.office(c, "biz", 2), w.domain(), w.new(1)[0], w.gateway()
        app = w.rng.random() < 0.5
        rows = w.accounts(
            n, "corporate_proxy", path="app" if app else "api", cc=np.full(n, c), created=w.within(n, -60, w.days * 0.6, "office", TZ[c]),
            org=org, email_domain=domain, kind="enterprise" if w.rng.random() < 0.6 else "individual", plan="team", pay=w.new(1)[0],
            verified=bool(w.rng.random() < 0.5), ja4=gate, mob_share=0.03, work_ip=site.ip[0], work_isp=site.isp[0],
            signup_ip=site.ip[w.rng.integers(0, 2, n)], vpn=-1, client=int(pick_clients(w.rng, 1, "desktop" if app else "sdk")[0]),
            system=w.text.one("sys_work") if not app else None, phone=0, temp=0.3 if w.rng.random() < 0.5 else np.nan, max_tokens=2048
        )
        converse(w, rows, pace(w, n, requests, 2.4, 0.8), "work", mean_turns=2.4, curve="office", weekend=0.05, route=site_route)


def vendor(w: World, customers: int, requests: float) -> None:
    """A vendor's customers each bring their own key: one template, one tool list and one client for all of them, different firms behind."""
    n = w.n(customers)
    agent, tool = int(pick_clients(w.rng, 1, "sdk")[0]), int(w.rng.integers(-(2**62), 2**62))
    rows = w.accounts(
        n, "vendor_customer", path="api", client=agent, created=w.within(n, -150, w.days, "office", 0), max_tokens=1024, temp=0.4,
        stream=True, kind=w.rng.choice(np.array(["startup", "individual", "enterprise"], object), n, p=[0.45, 0.45, 0.1])
    )
    skeleton = w.text.one("sys_support")
    w.acc["system"][rows] = np.array(
        [skeleton + " Shop: " + w.text.one("firm") + "." if x < 0.5 else skeleton for x in w.rng.random(n)], object
    )
    host = w.net.anywhere(w.rng, 1, "host")[0]
    w.acc["host"][rows] = np.where(w.rng.random(n) < 0.7, host, w.acc["host"][rows])
    converse(
        w, rows, pace(w, n, requests, 1.8, 1.2), "support", mean_turns=1.8, gap=45, route=server_route, crowd_style=True, tools=tool,
        sys_tokens=1300
    )


def agency(w: World, offices: int, clients: int, requests: float) -> None:
    """A marketing office with one account for each client.

    One card, one recovery phone, one line, the same kinds of article, keyword lists worked through.
    """
    for _ in range(max(1, round(offices * w.scale))):
        n = max(5, int(clients * w.rng.uniform(0.5, 1.6)))
        c = int(w.countries(1)[0])
        site, api = w.office(c), w.rng.random() < 0.5
        rows = w.accounts(
            n, "agency", path="api" if api else "app", cc=np.full(n, c), created=w.within(n, -200, w.days * 0.8, "office", TZ[c]),
            pay=w.new(1)[0], phone=w.new(1)[0], plan="payg" if api else "plus", kind=w.rng.choice(["individual", "startup"]),
            work_ip=site.ip[0], work_isp=site.isp[0], signup_ip=site.ip[0],
            client=int(pick_clients(w.rng, 1, "sdk" if api else "desktop")[0]), mob_share=0.02
        )
        firms = w.text.many(["firm"] * n)
        keywords = w.text.pool(["topic"], 40)
        w.acc["system"][rows] = np.array([f"You write for {f}. Keep to the house style." if api else None for f in firms], object)
        name = dict(zip(rows.tolist(), firms, strict=True))
        shape = w.text.rnd.choice(
            [
                "SEO article on {k} for {f}, 600 words", "Write an FAQ about {k} for the site of {f}",
                "Newsletter of {f}: introduce {k} in 200 words"
            ]
        )
        converse(
            w, rows, pace(w, n, requests, 1.7, 0.7), {"business": 3, "write": 1}, mean_turns=1.7, curve="office", weekend=0.05,
            route=site_route, local=0, first=articles(w, shape, keywords, name)
        )


def call_centre(w: World, centres: int, seats: int, requests: float) -> None:
    """Seats of a call centre: one line, one machine image, shifts, short replies on a script; accounts follow the turnover of staff."""
    for _ in range(max(1, round(centres * w.scale))):
        n = max(10, int(seats * w.rng.uniform(0.6, 1.4)))
        c = CC[str(w.rng.choice(["PH", "IN", "CO", "RO", "EG", "PL", "KE"]))]
        site = w.office(c, "biz", 2)
        rows = w.accounts(
            n, "call_centre", cc=np.full(n, c), created=w.within(n, -110, w.days, "office", TZ[c]),
            client=int(pick_clients(w.rng, 1, "desktop")[0]), mob_share=0.0, plan="plus", pay=w.new(1)[0],
            work_ip=site.ip[w.rng.integers(0, 2, n)], work_isp=site.isp[0], signup_ip=site.ip[0], email_domain=w.domain(),
            kind="individual", phone=np.where(w.rng.random(n) < 0.6, w.new(1)[0], 0), vpn=-1
        )
        converse(
            w, rows, pace(w, n, requests, 1.3, 0.35), {"write": 5, "extract": 2, "translate": 3}, mean_turns=1.3, curve="shift",
            weekend=0.7, route=site_route, gap=45, local=0
        )


def cooperative(w: World, groups: int, members: int, requests: float) -> None:
    """Freelancers who buy together: one card, one phone, a shared desk and their homes.

    Translators and writers with long output and deadlines.
    """
    for _ in range(max(1, round(groups * w.scale))):
        n = max(6, int(members * w.rng.uniform(0.6, 1.5)))
        c = int(w.countries(1)[0])
        site, api = w.office(c), w.rng.random() < 0.4
        rows = w.accounts(
            n, "cooperative", path="api" if api else "app", cc=np.full(n, c), created=w.within(n, -90, w.days * 0.5, "office", TZ[c]),
            pay=w.new(1)[0], phone=w.new(1)[0], plan="payg" if api else "pro", kind="individual", work_ip=site.ip[0],
            work_isp=np.where(w.rng.random(n) < 0.5, site.isp[0], -1), max_tokens=4096
        )
        converse(
            w, rows, pace(w, n, requests, 2.0, 0.7), {"translate": 4, "write": 3, "business": 3, "creative": 2, "code": 2}, mean_turns=2.0,
            curve="office", weekend=0.5, out_mult=1.6
        )


def resold(w: World, resellers: int, customers: int, requests: float) -> None:
    """Contracted resellers: one account each end customer, all through the reseller's own gateway, paid in one invoice."""
    for _ in range(max(1, round(resellers * w.scale))):
        n = max(4, int(customers * w.rng.uniform(0.6, 1.5)))
        host, pay = int(w.net.anywhere(w.rng, 1, "host")[0]), w.new(1)[0]
        rows = w.accounts(
            n, "reseller_customer", path="api", access_type="passthrough", verified=True, org=w.new(1)[0], pay=pay, phone=0, host=host,
            servers=2, client=int(pick_clients(w.rng, 1, "sdk")[0]), kind="enterprise",
            seed=np.full(n, w.rng.integers(2**62)).astype(np.uint64), email_domain=w.domain(), created=w.within(n, -200, w.days * 0.8)
        )
        w.acc["system"][rows] = np.array([w.text.one("system") for _ in range(n)], object)
        converse(w, rows, pace(w, n, requests, 2.0, 1.3), "broad", mean_turns=2.0, route=server_route, crowd_style=True)

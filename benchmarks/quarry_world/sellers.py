"""Who sells accounts or access: shops and their honest buyers, a contracted reseller, makers of bots."""

from typing import Any

import numpy as np

from .carriers import CHEAP, CLOUDS
from .clients import clients
from .customers import LATAM, POINTED, SEA, Weights, countries
from .network import IntArray, Net, home, office, proxy, servers, vpn
from .plans import DAY, SEC, Group, Style
from .text import EVERYDAY
from .wording import own_system, shared_system, talk
from .world import World

Print = dict[str, Any]
"""the handwriting of one seller: mail, signup, phones, age, cc, seller"""


def lot_prints(w: World, sellers: int) -> list[Print]:
    """The handwriting of account sellers: mail domains, sign-up exits, phone numbers rented in rows, client image."""
    out: list[Print] = []
    for k in range(sellers):
        doms = [
            {"gmail.com": 8, "outlook.com": 1}, {"outlook.com": 9, "hotmail.com": 3}, {"gmx.de": 3, "mail.ru": 3, "gmail.com": 3},
            {"gmail.com": 1}, {"hotmail.com": 3, "yahoo.com": 3}
        ][k % 5]
        reg = [SEA, LATAM, {"IN": 3, "BD": 3, "PK": 2}, {"RO": 2, "UA": 3, "PL": 2}, {"US": 1}, {"NG": 2, "KE": 2}][k % 6]
        out.append(
            {
                "mail": doms, "signup": proxy(w.rng, reg, int(w.rng.integers(300, 1500)), accounts=4000),
                "phones": int(w.rng.integers(2, 6)), "age": float(w.rng.choice([12, 40, 130, 300])), "cc": reg, "seller": k
            }
        )
    return out


def from_seller(
    w: World, kind: str, n: int, print_: Print, net: Net, client: IntArray, campaign: str | None, plan: Weights,
    created: IntArray | None = None, said: Weights | None = None
) -> Group:
    """Accounts opened by a seller and used by somebody else."""
    cc = countries(w, n, print_["cc"])
    age = float(print_["age"])
    born = w.start - (np.abs(w.rng.normal(age, age * 0.15, n)) * DAY).astype(np.int64) - w.rng.integers(0, 3600 * SEC, n)
    k = int(print_["phones"])
    rented = np.where(w.rng.random(n) < 0.6, np.arange(n) // k, 100_000 + np.arange(n))
    phone = np.where(w.rng.random(n) < 0.85, rented, -1)
    return w.join(
        kind, cc, net, client, campaign=campaign, created=born if created is None else created, plan=plan, mail=print_["mail"], phone=phone,
        signup=print_["signup"], said=said, verified=0.0, devices=0.38 if campaign is None else 0.04
    )


def grey_buyers(w: World, n: int, prints: list[Print], vol: float = 34) -> list[Group]:
    """Honest people who bought a ready account in a shop, from the same sellers the operators use."""
    out = []
    for pr in prints:
        m = max(3, n // len(prints))
        cc = countries(w, m, {"CN": 5, "RU": 3, "ID": 1, "EG": 1, "TR": 1})
        net = vpn(w.rng, m) if w.rng.random() < 0.6 else home(w.rng, cc)
        g = from_seller(
            w, "grey_buyer", m, pr, net, clients(w.rng, m, {"web": 5, "masked": 2, "byok": 2, "py": 1}), None,
            {"free": 3, "plus": 4, "payg": 3}
        )
        g.tz = np.full(m, 8.0)
        start = w.rng.uniform(-8, w.days * 0.8, m)
        p = w.plan(g, vol, sigma=1.1, turns=3.2, hours="evening", lo=np.maximum(0, start))
        w.emit(
            g, p,
            talk({"chat": 2, "code": 3, "essay": 2, "translate": 2, "debug": 2, "market": 1, "math": 1}, local=0.0, slips=0.3, same=0.5),
            POINTED
        )
        out.append(g)
    return out


def honest_reseller(w: World, n: int, vol: float = 55, region: Weights = LATAM) -> Group:
    """A contracted reseller: sub-accounts in its name, one gateway, customers of every sort."""
    cc = countries(w, n, region)
    z = np.zeros(n, dtype=np.int64)
    g = w.join(
        "honest_reseller", cc, servers(w.rng, n, CLOUDS, egress=6, group=z), clients(w.rng, n, {"gate": 1}, image=z),
        said={"enterprise": 1}, plan={"contract": 1}, org=z, org_name=f"resell{w.n_acc}", org_mail=True, verified=1.0, access="passthrough",
        pay=z, phone=0.0
    )
    p = w.plan(g, vol, sigma=1.4, turns=2.2, hours="service", clump=0.7)
    w.emit(
        g, p, talk(dict.fromkeys([*EVERYDAY, "support_bot", "extract", "tutor", "game"], 1.0), local=0.3, same=0.7), Style(session_p=0.6),
        own_system(w, n)
    )
    return g


def bot_vendor(w: World, n: int, shards: int = 5, vol: float = 260, region: Weights = LATAM) -> Group:
    """Makers of messaging bots: several accounts each to stay under the limits, end users' short lines all day."""
    v = np.arange(n) // shards
    ccs = countries(w, int(v.max()) + 1, region)
    g = w.join(
        "bot_vendor", ccs[v], servers(w.rng, n, CHEAP + CLOUDS, egress=2, group=v), clients(w.rng, n, {"bot": 1}, image=v),
        said={"startup": 6, "individual": 3}, plan={"payg": 3, "prepaid": 3}, org=np.where(w.rng.random(n) < 0.5, v, -1), org_name="botv",
        org_mail=True, verified=0.1, pay=np.where(w.rng.random(n) < 0.8, v, v + 10_000 + np.arange(n)), signup=office(w.rng, ccs, v)
    )
    p = w.plan(g, vol, sigma=0.6, turns=3, hours="service", weekend=1, gap=40, clump=2)
    w.emit(
        g, p, talk({"support_bot": 8, "chat": 2, "food": 1, "travel": 1}, local=0.35, slips=0.5, pinned=False),
        Style(out=90, extra=350, temps={0.4: 1}, caps={300: 1, 500: 1}, session_p=0.1), shared_system(w, v)
    )
    return g

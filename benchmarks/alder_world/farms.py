"""Operators with accounts by the dozen: racks of SIMs, lists, sleepers, generations, burnt credit, a store that wakes."""

from dataclasses import dataclass, replace

import numpy as np

from .arrays import Mix, only
from .carriers import CHEAP_HOST, RESI_AFRICA, RESI_WORLD
from .clients import API_MIX, clients
from .habits import CONSUMER_MIX, DEV_MIX, pick
from .handling import cover, dispatch, seeds, waves
from .hours import starts
from .log import talk
from .network import consumer_net, host_net, proxy_net, site_net
from .profiles import API, APP
from .text import PLAIN
from .world import DAY, World

FORMS = (
    "Explain the {a} of {t}.", "What are the {a} of {t}?", "Give an overview of {t}: {a}.", "Describe {a} in the context of {t}.",
    "{t}: {a}. Explain with examples.", "What should a beginner know about the {a} of {t}?"
)


@dataclass(frozen=True)
class Generation:
    """How an operator works until the next ban."""

    client: Mix
    exits: Mix | None
    """networks of rented exits; none where on cheap servers"""
    sticky: float
    subjects: Mix
    mail: Mix
    paid: float
    volume: float
    banned: float
    p_temp: float
    p_system: float
    p_max: float
    hours: str
    run: int
    pace: float
    turns: float


GENERATIONS = (
    Generation(
        {"requests": 1}, None, 0, {"knowledge": 3, "code": 3, "math": 2}, {"disp": 0.7, "free": 0.3}, paid=0.0, volume=1.0, banned=0.92,
        p_temp=1.0, p_system=0.0, p_max=1.0, hours="flat", run=20, pace=3.0, turns=0.0
    ),
    Generation(
        {"py_sdk": 1, "node_sdk": 1}, RESI_WORLD, 900, {"polished": 4, "code": 2, "math": 1}, {"free": 1}, paid=0.1, volume=0.7,
        banned=0.75, p_temp=0.5, p_system=0.6, p_max=0.6, hours="flat", run=4, pace=30.0, turns=0.2
    ),
    Generation(
        API_MIX, RESI_AFRICA, 9 * 3600, {"persona": 4, "deepen": 2, "code": 2, "hard": 1}, {"free": 0.8, "corp": 0.2}, paid=0.5, volume=0.6,
        banned=0.15, p_temp=0.5, p_system=0.5, p_max=0.5, hours="dev", run=1, pace=0.0, turns=0.6
    )
)


def sim_farm(w: World, n: int, campaign: str, per_day: float) -> None:
    """Racks of SIM cards and emulated phones: the free quota of each account is used up every day through mobile proxies."""
    rng = w.rng
    rack = rng.integers(4, size=n)
    created = waves(w, n, rng.uniform(-20, w.days * 0.5, max(n // 45, 2)).tolist(), 5.0)
    uas, tls = clients(rng, {"android_app": 1}, 6)
    img = rng.integers(6, size=n)
    carriers = pick(w, np.array(["ke_mob1", "ng_mob1", "ke_mob2", "gh_mob1", "tz_mob"], dtype=object), 4)
    net = consumer_net(rng, n, dict.fromkeys(sorted(set(carriers.tolist())), 1.0), p_mobile=0.9)
    signup = site_net(rng, w.ints(4)[rack], {"ke_mob1": 1, "ng_mob1": 1}, 0.6)
    p = replace(
        APP, plan={"free": 1}, pay={"none": 1}, email={"none": 1}, phone=1.0, phone_shared=0.0, style=False, life=60.0, banned=0.08,
        models={"baraza-2": 0.8, "baraza-mini": 0.2}
    )
    g = w.join(n, "sim_account", p, net, campaign=campaign, created=created, signup=signup, ua=(uas[img], tls[img]))
    who, ts = dispatch(w, g, per_day * n * w.days * 0.8, hours="evening", cap=int(per_day * 1.6) + 1)
    subject, opener = seeds(w, {"knowledge": 4, "polished": 3, "science": 3, "math": 2, "code": 2, "persona": 2}, len(who))
    talk(w, g, who, ts, subject, openers=opener, turns=0.4, harvest=True, plain=True)


def topic_list(w: World, n: int, campaign: str, per_day: float, mix: Mix | None = None, decoy: float = 0.15) -> None:
    """A syllabus worked through in order, a slice an account, on residential addresses, in a browser automation."""
    rng = w.rng
    created = waves(w, n, rng.uniform(-25, 4, max(n // 20, 2)).tolist(), 40.0)
    p = replace(
        APP, client={"chrome_desktop": 8, "firefox": 1, "safari": 1}, email={"free": 0.9, "disp": 0.1}, phone=0.75,
        pay={"none": 0.75, "card": 0.25}, plan={"free": 0.7, "prepaid": 0.3}, style=False, life=80.0, banned=0.04, models={"baraza-2": 1}
    )
    g = w.join(
        n, "syllabus_account", p, proxy_net(rng, n, mix or RESI_WORLD, sticky=4 * 3600), campaign=campaign, created=created,
        pay=only(rng.random(n) < 0.2, w.tokens(max(n // 8, 1))[rng.integers(max(n // 8, 1), size=n)])
    )
    cover(w, g, per_day * decoy, CONSUMER_MIX, 0.4)
    who, ts = dispatch(w, g, per_day * n * w.days * 0.85, hours="office", tz=2, weekend=0.7, cap=int(per_day * 1.5) + 1)
    topics, aspects = PLAIN["topic"], PLAIN["aspect"]
    step = np.empty(len(who), dtype=np.int64)
    step[np.lexsort((ts, who))] = np.arange(len(who))
    lap, cell = np.divmod(step, len(topics) * len(aspects))
    audience = rng.permutation(PLAIN["audience"])
    form = rng.integers(len(FORMS), size=len(who))
    asked = [
        FORMS[f].format(a=aspects[c % len(aspects)], t=topics[c // len(aspects)]) + f" Write for {audience[k % len(audience)]}."
        for f, c, k in zip(form, cell, lap, strict=True)
    ]
    opener = np.array([text[:1].upper() + text[1:] for text in asked], dtype=object)
    talk(w, g, who, ts, "knowledge", openers=opener, turns=0.5, harvest=True, plain=True)


def slow_tide(w: World, n: int, campaign: str, per_day: float) -> None:
    """Hundreds of accounts that behave like people: own SIM, own home, private chatter, one or two useful questions a day."""
    rng = w.rng
    created = -rng.gamma(1.6, 45 * DAY, n) + 6 * DAY
    g = w.join(
        n, "sleeper", replace(APP, life=200.0, phone_shared=0.02, banned=0.006), consumer_net(rng, n), campaign=campaign, created=created
    )
    cover(w, g, 0.3, CONSUMER_MIX)
    who, ts = starts(w, g, per_day, 0.6, hours="evening", clump=0.2)
    wanted: Mix = {
        "code": 2, "math": 2, "persona": 3, "knowledge": 2, "polished": 1, "essay": 2, "logic": 1, "science": 2, "letter": 1, "health": 1
    }
    subject, opener = seeds(w, wanted, len(who))
    talk(w, g, who, ts, subject, openers=opener, turns=0.8, harvest=True)


def regrow(w: World, n: int, campaign: str, total: float) -> None:
    """Three generations: the provider bans a pool, the operator comes back with other mail, clients, addresses and phrasing."""
    rng, third = w.rng, w.days / len(GENERATIONS)
    for k, its in enumerate(GENERATIONS):
        m, last = max(n // 3, 4), k == len(GENERATIONS) - 1
        low, high = k * third, w.days if last else (k + 1) * third + 1.0
        created = (low - 3 * (k == 0) + rng.gamma(1.3, 0.4 + 0.7 * k, m)) * DAY
        banned = np.where(rng.random(m) < its.banned, (high - 0.8 + rng.gamma(1.2, 0.25, m)) * DAY, np.nan)
        if its.exits:
            net = proxy_net(rng, m, its.exits, sticky=its.sticky, pinned=last)
        else:
            net = host_net(rng, m, CHEAP_HOST, site=w.ints(2)[rng.integers(2, size=m)], site_ips=3)
        p = replace(
            API, said={"individual": 0.8, "startup": 0.2}, client=its.client, email=its.mail, phone=0.35 + 0.25 * k,
            plan={"free": 1 - its.paid + 0.01, "prepaid": its.paid + 0.01},
            pay={"none": 1.01 - its.paid, "wallet": its.paid * 0.6 + 0.01, "card": its.paid * 0.4}, p_temp=its.p_temp, temps=(0.7, 1.0),
            p_system=its.p_system, banned=0.0, p_max=its.p_max, max_tokens=(2048, 2000, 4096), sessions=0.0
        )
        g = w.join(m, f"generation_{k + 1}", p, net, campaign=campaign, created=created, banned=banned, end=np.full(m, (high + 1) * DAY))
        who, ts = dispatch(
            w, g, w.scale * total / 3 * its.volume, hours=its.hours, run=its.run, pace=its.pace, low=low, high=min(high + 0.4, w.days)
        )
        subject, opener = seeds(w, its.subjects, len(who))
        talk(w, g, who, ts, subject, openers=opener, harvest=True, plain=not last, turns=its.turns)


def credit_burners(w: World, n: int, campaign: str, each: float) -> None:
    """Accounts for one evening: the welcome credit is spent in an hour or two and the account is left."""
    rng = w.rng
    days = np.sort(rng.uniform(0, w.days - 1, max(n // 30, 3))).tolist()
    created = waves(w, n, days, 9.0)
    p = replace(
        API, said={"individual": 0.9, "startup": 0.1}, plan={"free": 1}, pay={"none": 0.95, "card": 0.05}, phone=0.8, phone_shared=0.25,
        email={"free": 0.75, "disp": 0.25}, life=3.0, client={"py_sdk": 3, "openai_py": 3, "requests": 2, "node_sdk": 1}, p_system=0.3,
        p_temp=0.4, sessions=0.1
    )
    g = w.join(
        n, "burner", p, proxy_net(rng, n, {**RESI_AFRICA, "m247_gb": 2, "dcamp_us": 2}, sticky=3 * 3600, pool=60), campaign=campaign,
        created=created
    )
    reps = np.repeat(np.arange(n), np.minimum(rng.poisson(each * np.exp(0.3 * rng.standard_normal(n))), 60))
    ts = g.start[reps] + rng.gamma(1.2, 3600, n)[reps] + rng.gamma(1.5, 1800, len(reps))
    subject, opener = seeds(w, {"code": 3, "math": 2, "polished": 2, "knowledge": 2, "marketing": 1, "extract": 1, "persona": 1}, len(reps))
    talk(w, g, reps, ts, subject, openers=opener, harvest=True, plain=True, turns=0.25)


def launch_rush(w: World, n: int, campaign: str, total: float) -> None:
    """A store of quiet accounts, opened one by one weeks before, which wakes on the day a model is released."""
    rng = w.rng
    model, day = w.releases[-1]
    created = -rng.uniform(8, 75, n) * DAY
    p = replace(
        API, said={"individual": 0.6, "startup": 0.4}, plan={"prepaid": 0.6, "payg": 0.4}, pay={"wallet": 0.5, "card": 0.5}, life=400.0,
        sessions=0.1, banned=0.05, p_temp=0.3, p_system=0.2
    )
    g = w.join(
        n, "stored_account", p, proxy_net(rng, n, {**RESI_WORLD, **RESI_AFRICA}, sticky=12 * 3600), campaign=campaign, created=created
    )
    cover(w, g, 0.12, DEV_MIX, 0.3)
    wake, rest = day + 0.1, day + 0.1 + 4
    for start, stop, part in ((wake, rest, 0.7), (rest, w.days, 0.3)):
        who, ts = dispatch(w, g, w.scale * total * part, hours="flat", run=9, low=start, high=stop, pace=45.0)
        subject, opener = seeds(w, {"hard": 4, "code": 4, "logic": 2, "deepen": 2, "math": 2}, len(who))
        talk(
            w, g, who, ts, subject, openers=opener, harvest=True, plain=True, model=np.full(len(who), model, dtype=object), think=1.3,
            turns=0.3
        )

"""Operators on what is others': paid people, bought accounts, leaked keys, users of a service, seats of a firm or a reseller."""

from dataclasses import replace

import numpy as np

from .arrays import Mix, choose, only
from .carriers import CHEAP_HOST, EDU_MIX, OFFICE_MIX, RESI_AFRICA
from .clients import FAMILIES, clients
from .habits import CONSUMER_MIX, DEV_MIX, STUDENT_MIX, pick
from .handling import cover, dispatch, seeds
from .hours import interests, starts
from .log import talk
from .network import Net, consumer_net, host_net, proxy_net, site_net
from .profiles import API, APP
from .subjects import first_turns
from .text import STYLES, draw, restyle
from .world import DAY, World


def paid_crew(w: World, n: int, campaign: str, per_day: float) -> None:
    """Students paid per accepted conversation, with their own phones and words and often old accounts."""
    rng = w.rng
    site = np.where(rng.random(n) < 0.5, w.ints(2)[rng.integers(2, size=n)], -1)
    net = consumer_net(rng, n, p_mobile=0.5)
    campus = site_net(rng, np.where(site < 0, w.ints(n), site), EDU_MIX, 0.5, 2)
    net.home, net.site = np.where(site >= 0, campus.home, net.home), site
    created = np.where(rng.random(n) < 0.45, -rng.exponential(120 * DAY, n), DAY + rng.gamma(1.2, 2.5 * DAY, n))
    g = w.join(
        n, "paid_worker", replace(APP, said={"individual": 0.8, "education": 0.2}, life=90.0, banned=0.01), net, campaign=campaign,
        created=created
    )
    cover(w, g, 0.35, STUDENT_MIX)
    job = rng.uniform(1, 4, n) * DAY
    quota = per_day * np.exp(0.5 * rng.standard_normal(n))
    who, ts = starts(w, g, 0, rates=quota, hours="evening", clump=0.75)
    hired = ts > job[who]
    who, ts = who[hired], ts[hired]
    wanted: Mix = {"persona": 3, "knowledge": 3, "code": 2, "math": 2, "letter": 1, "farm": 1, "health": 1, "logic": 1}
    brief = choose(rng, wanted, w.days // 3 + 1)[(ts / (3 * DAY)).astype(int)]
    subject = np.where(rng.random(len(who)) < 0.55, brief, choose(rng, {**CONSUMER_MIX, "code": 10, "math": 8}, len(who)))
    opener = first_turns(rng, subject)
    pasted = rng.random(len(who)) < 0.15
    opener[pasted] = pick(w, draw(rng, "persona_q", 80), int(pasted.sum()), 1.5)
    talk(w, g, who, ts, subject, openers=opener, turns=1.6, gap=60.0, harvest=True)


def translator_crew(w: World, n: int, campaign: str, per_day: float) -> None:
    """Speakers of small languages paid to chat in them and correct the answers: real phones, real homes."""
    rng = w.rng
    g = w.join(n, "paid_speaker", replace(APP, growth=40.0), consumer_net(rng, n), campaign=campaign)
    cover(w, g, 0.3, CONSUMER_MIX)
    who, ts = starts(w, g, per_day, 0.5, clump=0.6)
    opener = np.where(rng.random(len(who)) < 0.6, draw(rng, "corpus_line", len(who)), draw(rng, "translate_q", len(who)))
    talk(w, g, who, ts, "translate", openers=opener, turns=1.0, gap=80.0, harvest=True)


def bpo_front(w: World, n: int, campaign: str) -> None:
    """An outsourcing firm with honest clients sells a second shift: some seats spend part of the day on questions for a 'data project'."""
    rng = w.rng
    uas, tls = clients(rng, {"chrome_desktop": 1}, 1)
    p = replace(
        APP, said={"enterprise": 0.6, "individual": 0.4}, plan={"team": 0.6, "prepaid": 0.4}, hours="shift", weekend=0.5, email={"corp": 1},
        life=150.0, growth=110.0
    )
    m = int(n / 0.4)
    secret = rng.permutation(m) < n
    net, pay, domain = site_net(rng, np.repeat(w.ints(1), m), OFFICE_MIX, 0.03), np.repeat(w.tokens(1), m), np.repeat(w.domains(1), m)
    for on in (True, False):
        rows = np.flatnonzero(secret == on)
        part = Net(net.salt, net.home[rows], net.mobile[rows], net.p_mobile[rows], net.lease[rows], net.site[rows], 2)
        g = w.join(
            len(rows), "second_shift" if on else "call_centre", p, part, campaign=campaign if on else None, pay=pay[rows],
            domain=domain[rows], ua=(np.repeat(uas, len(rows)), np.repeat(tls, len(rows)))
        )
        who, ts = starts(w, g, 2.0 if on else 3.5, 0.5)
        talk(w, g, who, ts, choose(rng, {"shop": 3, "summary": 4, "letter": 2, "translate": 2}, len(who)), turns=0.8)
        if on:
            who, ts = starts(w, g, 5.0, 0.4, hours="shift")
            subject, opener = seeds(w, {"persona": 4, "knowledge": 2, "letter": 1, "law": 1, "health": 1, "code": 1}, len(who))
            talk(w, g, who, ts, subject, openers=opener, turns=1.5, gap=70.0, harvest=True)


def aged_accounts(w: World, n: int, campaign: str, per_day: float) -> None:
    """Accounts bought from kiosks' back rooms: a real first life, a silence of days, then another client, network and subject."""
    rng = w.rng
    sold = 0.35 * w.days
    sale = (sold + rng.gamma(2, 1.5, n)) * DAY
    tills = w.tills[rng.integers(4, 12, size=n)]
    p = replace(APP, plan={"prepaid": 1}, growth=160.0, email={"none": 0.8, "free": 0.2}, life=500.0, banned=0.03)
    created = -rng.gamma(2.0, 70 * DAY, n) - 5 * DAY
    g = w.join(
        n, "bought_account", p, consumer_net(rng, n, p_mobile=0.8), campaign=campaign, created=created,
        pay=only(rng.random(n) < 0.6, tills)
    )
    who, ts = starts(w, g, 0.25, 0.8)
    own = ts < sale[who] - rng.exponential(2.5 * DAY, n)[who]
    talk(w, g, who[own], ts[own], interests(w, g, who[own], CONSUMER_MIX), turns=1.0)
    new_net = proxy_net(rng, n, RESI_AFRICA, sticky=6 * 3600)
    uas, tls = clients(rng, {"chrome_desktop": 2, "chrome_mobile": 3}, n)
    g.start = np.maximum(g.start, sale)
    who, ts = dispatch(
        w, g, per_day * n * w.days * (1 - 0.35), hours="dev", run=7, pace=120.0, low=sold, cap=int(per_day * 1.7)
    )
    subject, opener = seeds(w, {"code": 4, "hard": 2, "math": 3, "logic": 2, "essay": 1, "polished": 2}, len(who))
    talk(
        w, g, who, ts, subject, openers=opener, turns=0.5, harvest=rng.random(len(who)) < 0.93, net=new_net, ua=(uas[who], tls[who]),
        plain=True
    )


def stolen_keys(w: World, n: int, campaign: str, total: float) -> None:
    """Keys found in public code: the owner's bot goes on beside a stranger's scripts, until the owner looks at the bill."""
    rng = w.rng
    p = replace(
        API, said={"startup": 0.8, "individual": 0.2}, plan={"payg": 0.8, "team": 0.2}, p_system=1.0, system="sys_bot",
        email={"corp": 0.6, "free": 0.4}, pay={"card": 0.9, "wallet": 0.1}, hours="shopday", life=500.0, growth=200.0
    )
    g = w.join(n, "stolen_key", p, host_net(rng, n), campaign=campaign)
    who, ts = starts(w, g, 7.0, 1.0, clump=0.0)
    talk(w, g, who, ts, choose(rng, {"shop": 4, "farm": 1, "extract": 1, "classify": 1}, n)[who], turns=0.8)
    leak = rng.uniform(0.05, 0.75, n) * w.span
    thief = replace(
        g, start=np.maximum(g.start, leak), end=np.minimum(leak + rng.gamma(1.5, 3.0 * DAY, n), w.span),
        system=np.full(n, None, dtype=object), temp=np.full(n, 0.9), max_tokens=np.full(n, 3000)
    )
    who, ts = dispatch(w, thief, w.scale * total, hours="flat", run=25, pace=5.0)
    subject, opener = seeds(w, {"code": 4, "hard": 3, "polished": 3, "logic": 1, "deepen": 2}, len(who))
    uas, tls = clients(rng, {"aiohttp": 1, "openai_py": 1}, 3)
    script = rng.integers(3, size=n)[who]
    model = np.where(rng.random(len(who)) < 0.5, "baraza-2", "baraza-2-think").astype(object)
    talk(
        w, thief, who, ts, subject, openers=opener, harvest=True, model=model,
        net=host_net(rng, n, CHEAP_HOST, site=w.ints(3)[rng.integers(3, size=n)], site_ips=4), ua=(uas[script], tls[script])
    )


def proxy_service(w: World, n: int, campaign: str, total: float) -> None:
    """A cheap chat service over a pool: real users, conversations that hop between accounts, answers worth training on kept."""
    rng = w.rng
    created = np.sort(rng.uniform(-60, w.days * 0.8, n)) * DAY
    p = replace(
        API, said={"individual": 0.6, "startup": 0.4}, client={"go": 1}, plan={"prepaid": 0.5, "payg": 0.5},
        pay={"card": 0.7, "wallet": 0.2, "none": 0.1}, phone=0.85, stream=1.0, sessions=0.0, p_temp=0.0, p_max=0.0, top_p=0.0, p_system=0.0,
        life=45.0, banned=0.12, models={"baraza-2": 0.7, "baraza-2-think": 0.3}, style=True, email={"free": 0.85, "disp": 0.15}
    )
    net = host_net(rng, n, {"hz_de": 1}, site=w.ints(4)[rng.integers(4, size=n)], site_ips=5)
    g = w.join(
        n, "pool_account", p, net, campaign=campaign, created=created,
        pay=only(rng.random(n) < 0.6, w.tokens(max(n // 3, 1))[rng.integers(max(n // 3, 1), size=n)]),
        ua=(np.full(n, "Go-http-client/2.0", dtype=object), np.full(n, FAMILIES["go"].prints[1], dtype=object))
    )
    g.style = np.zeros(n, dtype=np.int64)
    who, ts = dispatch(w, g, w.scale * total / 2.4, hours="evening", tz=7, cap=60)
    asked: Mix = {**CONSUMER_MIX, "code": 30, "role": 14, "math": 10, "logic": 4, "hard": 4, "knowledge": 8, "polished": 5, "sql": 3}
    subject, opener = seeds(w, asked, len(who))
    opener = restyle(rng, opener, rng.integers(STYLES, size=len(who)))
    good = np.isin(subject.astype(str), ["code", "math", "logic", "hard", "knowledge", "polished", "sql", "law", "essay"])
    system = only(rng.random(len(who)) < 0.35, draw(rng, "sys_generic", len(who)))
    log = talk(
        w, g, who, ts, subject, openers=opener, turns=1.4, harvest=good & (rng.random(len(who)) < 0.4 * 1.8), system=system,
        temp=np.where(rng.random(len(who)) < 0.15, rng.choice([0.2, 0.7, 1.0], size=len(who)), np.nan)
    )
    if log is None:
        return
    hop = np.flatnonzero((log["parent"] >= 0) & (rng.random(len(log["ts"])) < 0.45))
    other = rng.integers(n, size=len(hop))
    alive = (log["ts"][hop] > g.start[other]) & (log["ts"][hop] < g.end[other])
    log["account"][hop[alive]], log["key"][hop[alive]] = g.idx[other[alive]], g.key[other[alive]]


def mirror(w: World, n: int, campaign: str, total: float) -> None:
    """Real people's questions, collected by a keyboard app, are asked again through a pool within a day or two, some word by word."""
    rng = w.rng
    p = replace(
        API, said={"individual": 0.7, "startup": 0.3}, client={"node_sdk": 2, "requests": 1, "openai_py": 1},
        plan={"prepaid": 0.7, "payg": 0.3}, life=60.0, pay={"wallet": 0.7, "card": 0.3}, p_system=0.2, growth=50.0, banned=0.03, p_temp=0.1,
        p_max=0.1, sessions=0.0
    )
    servers = max(n // 8, 2)
    g = w.join(n, "mirror_account", p, host_net(rng, n, site=w.ints(servers)[rng.integers(servers, size=n)], site_ips=2), campaign=campaign)
    typed = [(block, block["parent"] < 0) for block in w.log if block["path"][0] == "app"]
    prompts, seen = (np.concatenate([block[name][first] for block, first in typed]) for name in ("prompt", "ts"))
    heard = rng.permutation(len(prompts))[: min(int(total * w.scale), len(prompts) // 3)]
    heard = heard[np.array([len(text) > 25 for text in prompts[heard]], dtype=bool)]
    ts = seen[heard] + rng.gamma(1.3, 0.5 * DAY, len(heard))
    order = np.argsort(ts)
    text, ts, m = prompts[heard[order]], ts[order], len(heard)
    who = np.where(rng.random(m) < 0.6, rng.permutation(n)[(np.arange(m) // 6) % n], rng.integers(n, size=m))
    redo = np.flatnonzero(rng.random(m) < 0.5)
    for i, how in zip(redo.tolist(), rng.integers(6, size=len(redo)).tolist(), strict=True):
        text[i] = _mended(text[i], how)
    alive = (ts > g.start[who]) & (ts < g.end[who])
    talk(w, g, who[alive], ts[alive], "knowledge", openers=text[alive], harvest=True, plain=True, longer=0.7, turns=0.45)


def _mended(text: str, how: int) -> str:
    """A question with the small repairs that another model makes."""
    text = text.strip()
    text = text[:1].upper() + text[1:]
    tail = ("", ".", " Please explain.", " Give a clear answer.", "", " Answer in the language of the question.")[how]
    return text.replace(" u ", " you ").replace(" pls", " please").replace(" i ", " I ") + tail


def reseller_inside(w: World, n: int, campaign: str, customers: int) -> None:
    """A contracted reseller with honest sub-customers, of whom a few are one laboratory's accounts under different names."""
    rng = w.rng
    theirs = rng.permutation(w.size(customers)) < n
    p = replace(
        API, said={"startup": 0.7, "individual": 0.3}, plan={"contract": 1}, access_type="passthrough", verified=0.8, phone=0.05,
        email={"corp": 1}, client={"go": 1}, growth=150.0, sessions=0.1
    )
    org, pay, domain, site = w.orgs(1), w.tokens(1), w.domains(1), w.ints(1)
    uas, tls = clients(rng, {"go": 1, "java": 1}, 1)
    for on in (True, False):
        m = int((theirs == on).sum())
        net = host_net(rng, m, {"aws_za": 1}, site=np.repeat(site, m), site_ips=3)
        net.salt = int(site[0])
        g = w.join(
            m, "sub_customer" if on else "reseller_customer", p, net, campaign=campaign if on else None, org=np.repeat(org, m),
            pay=np.repeat(pay, m), domain=np.repeat(domain, m), ua=(np.repeat(uas, m), np.repeat(tls, m))
        )
        who, ts = starts(w, g, 20.0 if on else 1.5, 0.5 if on else 1.3, hours="dev")
        if on:
            subject, opener = seeds(w, {"code": 4, "hard": 2, "deepen": 2, "polished": 2, "sql": 1}, len(who))
            talk(w, g, who, ts, subject, openers=opener, harvest=rng.random(len(who)) < 0.9, plain=True, turns=0.1)
        else:
            talk(w, g, who, ts, interests(w, g, who, {**DEV_MIX, "shop": 12, "science": 5, "article": 5}), turns=0.8)

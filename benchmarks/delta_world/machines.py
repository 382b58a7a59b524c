"""Innocent crowds: programs that run by themselves, and tools that many use."""

import numpy as np

from .clock import Turns
from .hashing import pick
from .hours import DAY
from .manners import ALL_TASKS, TIERS, batches, settings, systems
from .network import same, seats
from .world import World


def batch_jobs(w: World, n: int, ev: float) -> None:
    """Pipelines that label, extract or translate tables at fixed hours; temperature 0, tiny answers, very uneven sizes."""
    rng = w.rng
    g = w.enrol(
        n, "batch_job", says={"startup": 4, "enterprise": 3, "individual": 2, "research": 1},
        seat=seats(rng, n, net={"cloud": 8, "office": 2}), plan={"payg": 50, "growth": 40, "enterprise": 10}, org=0.5, verified=0.2
    )
    rule = pick(rng, {"classify": 4, "extract": 4, "translate": 2, "seo": 1.5, "summ": 2}, n)
    tn = w.turns(g, ev, "flat", sigma=1.6, batch=0.9)
    cfg = settings(w, n, tn.who)
    cfg["temp"] = np.where(rng.random(n) < 0.6, 0.0, np.nan)[tn.who].astype(np.float32)
    w.play(
        g, tn, w.text.mixed(rule[tn.who]), system=systems(w, n, tn.who, 0.8, niche=rule),
        model=w.models(tn.who, tn.t, {"mini": 6, "base": 3, "pro": 0.6}), med=45.0, sig=0.9, **cfg
    )


def coders(w: World, n: int, ev: float) -> None:
    """Users of a public coding agent with their own keys: everybody has the same tools and system prompt."""
    rng = w.rng
    g = w.enrol(
        n, "agent_coder", says={"individual": 5, "startup": 4, "enterprise": 1}, org=0.3, birth=w.born(n, 0.25),
        plan={"payg": 75, "growth": 25}, seat=seats(rng, n, net={"home": 7, "office": 2, "vpn": 0.5, "cloud": 1}, mix={"agentcli": 1})
    )
    tn = w.turns(g, ev, "office", sigma=1.3, turns=11, gap=22)
    w.play(
        g, tn, w.talk(tn, {"agenttask": 8, "coding": 2}, follow={"obs": 9, "follow": 1}),
        tools=np.where(rng.random(n) < 0.7, 501, 502)[tn.who],
        system="You are Fennec, a coding agent working in the user's repository. Use the tools; run the tests before you finish.",
        model=w.models(tn.who, tn.t, {"base": 2, "pro": 7, "think": 2}, lag_days=1.5), extra=4200, stream=True, med=130.0, max_tokens=8192
    )


def plugin(w: World, n: int, ev: float) -> None:
    """Users of one editor plug-in with keys of their own: same template, same client, own homes."""
    g = w.enrol(
        n, "plugin_user", says={"individual": 7, "startup": 2, "education": 1}, org=0.12,
        seat=seats(w.rng, n, net={"home": 7, "office": 2, "vpn": 0.4}, mix={"editor": 1})
    )
    tn = w.turns(g, ev, "office", sigma=1.2, turns=1.4, gap=90)
    body = w.talk(tn, {"coding": 6, "sql": 1}, own=0.3)
    w.play(
        g, tn, np.where(tn.first, "### Selection\n" + body + "\n### Instruction\nReturn only code.", body), temp=np.float32(0.2),
        max_tokens=2048, system="You are the completion engine of Quillpad. Reply with code only, no prose.",
        model=w.models(tn.who, tn.t, {"mini": 2, "base": 5, "pro": 2}), stream=True, med=140.0
    )


def eval_teams(w: World, n: int, ev: float) -> None:
    """Teams that run public benchmarks over every model.

    In shards over a few accounts, several samples each; again after a release.
    """
    rng = w.rng
    banks = [
        w.text.bank(r, s)
        for r, s in (("math", 1800), ("cot", 900), ("science", 700), ("judge", 600), ("coding", 1200), ("reason", 600), ("explain", 900))
    ]
    for m in batches(w, n, 1, 7):
        one = seats(rng, 1, net={"cloud": 5, "campus": 4}, mix={"py_async": 5, "httpx": 2, "aiohttp": 3})
        seat = same(one, m, host=bool(rng.random() < 0.5))
        g = w.enrol(
            m, "eval_team", says={"research": 6, "startup": 3, "education": 1}, seat=seat, mail="edu" if rng.random() < 0.5 else "mixed",
            org=np.full(m, w.handles(1)[0] if rng.random() < 0.4 else 0), plan={"payg": 4, "growth": 6}, verified=0.25, birth=w.born(m, 0.2)
        )
        total = max(6, int(ev * m / n * rng.lognormal(-0.3, 0.8)))
        bank = banks[int(rng.integers(len(banks)))]
        k = int(rng.choice([1, 1, 4, 5, 8, 16]))
        items = np.repeat(rng.permutation(len(bank))[: max(1, total // k)], k)
        day = min(w.release_day, w.days - 1.5) + rng.exponential(1.2) if rng.random() < 0.6 else rng.uniform(0, w.days - 1)
        t = min(day, w.days - 0.6) * DAY + np.cumsum(rng.exponential(rng.uniform(1.5, 8), len(items)))
        order = rng.permutation(len(items)) if k > 1 and rng.random() < 0.4 else np.arange(len(items))
        who = np.arange(len(items)) % m if rng.random() < 0.6 else (np.arange(len(items)) * m // max(1, len(items)))
        tn = Turns(who, np.arange(len(items)), np.zeros(len(items), int), t)
        g.birth[:] = np.minimum(g.birth, t[0] - 3600) if len(t) else g.birth
        think = rng.random() < 0.3
        w.play(
            g, tn, bank[items[order]], system=None if rng.random() < 0.5 else str(w.text.expand("sys_think", 1)[0]),
            temp=np.float32(0.0 if k == 1 else rng.choice([0.6, 0.8, 1.0])), max_tokens=int(rng.choice([1024, 2048, 4096, 8192])),
            model="halden-think-1" if think else ("halden-pro-3" if day > w.release_day else "halden-pro-2"), med=420.0,
            think=1500.0 if think else 0.0
        )


def ci_jobs(w: World, n: int, ev: float) -> None:
    """Nightly tests of products built on the model.

    Same fixtures every night, on the minute, from a build cloud's shared exits.
    """
    rng = w.rng
    seat = seats(rng, n, net="cloud").moved(rot=np.full(n, 1800.0), asn=np.full(n, 8075), country=np.full(n, "US", object))
    g = w.enrol(n, "ci_job", says={"startup": 6, "individual": 3, "enterprise": 2}, seat=seat, org=0.4)
    nights = np.arange(w.days)
    size = np.maximum(1, (w.clock.share(n, ev / w.days, 0.9)))
    who = np.repeat(np.arange(n), size * w.days)
    seq = np.concatenate([np.tile(np.arange(s), w.days) for s in size])
    night = np.concatenate([np.repeat(nights, s) for s in size])
    hour = rng.integers(0, 24, n)[who]
    t = (
        night * DAY + hour * 3600 + rng.choice(
            [0, 0, 300, 900, 1800], n
        )[who] + seq * rng.uniform(0.5, 5, n)[who] + rng.exponential(20, len(who))
    )
    fixtures = w.text.bank("support", 900)
    code = w.text.bank("coding", 1200)
    base = rng.integers(0, 800, n)[who]
    prompt = np.where((who % 2) == 0, fixtures[(base + seq) % len(fixtures)], code[(base + seq) % len(code)])
    ok = t < w.span
    tn = Turns(who[ok], np.arange(int(ok.sum())), np.zeros(int(ok.sum()), int), t[ok])
    w.play(
        g, tn, prompt[ok], system=systems(w, n, tn.who, 0.7), model=w.models(tn.who, tn.t, TIERS), temp=np.float32(0), max_tokens=256,
        med=90.0
    )


def workflow(w: World, n: int, ev: float) -> None:
    """Users of a no-code automation service: its few exits, its client, its default prompts; fires on the quarter hour."""
    rng = w.rng
    exits = seats(rng, 5, net="cloud", mix={"flowtool": 1})
    g = w.enrol(
        n, "workflow_user", says={"individual": 5, "startup": 5}, seat=exits.sub(rng.integers(0, 5, n)), signup=seats(rng, n), org=0.15
    )
    tn = w.turns(g, ev, "server", sigma=1.2)
    tn.t = np.floor(tn.t / 900) * 900 + rng.exponential(9, len(tn))
    seat = exits.sub(rng.integers(0, 5, len(tn)))
    rules = {"summ": 5, "classify": 5, "extract": 4, "write": 3, "translate": 2}
    w.play(
        g, tn, w.talk(tn, rules, own=0.97), seat=seat,
        system=np.where(rng.random(n) < 0.6, "You are a helpful assistant.", w.text.expand("sys_app", n))[tn.who], model="halden-mini-2",
        temp=np.float32(0.7), max_tokens=500, med=120.0
    )


def gateways(w: World, n: int, ev: float) -> None:
    """Users of an open-source router: its client name and TLS print, cross-provider retries, odd hours."""
    g = w.enrol(
        n, "gateway_user", says={"individual": 6, "startup": 4}, org=0.2,
        seat=seats(w.rng, n, net={"cloud": 7, "home": 3}, mix={"gateway": 1})
    )
    tn = w.turns(g, ev, "server", sigma=1.5, turns=2.2, batch=0.2)
    niche = w.niches(n, ALL_TASKS)
    w.play(
        g, tn, w.talk(tn, ALL_TASKS, own=0.7, niche=niche, rough=0.3), system=systems(w, n, tn.who, 0.6, niche=niche),
        model=w.models(tn.who, tn.t, TIERS, fickle=0.3), **settings(w, n, tn.who)
    )

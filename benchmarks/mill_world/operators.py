"""Operators that harvest answers: how they get accounts, where they come from, what they ask, how they hide, what goes wrong."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import text
from .clients import BROWSER_WEIGHTS, BROWSERS
from .people import countries, firm_domain, heavy, person, scaffold, school_domain, talk, wrapped
from .world import BASE, DAY, MINI, NEW, NEW_MINI, THINK, Array, World, hash64

REASON = {"math": 5.0, "science": 3.0, "logic": 2.0}
CODE = {"code_write": 5.0, "code_q": 2.0, "code_review": 3.0, "sql": 1.0}
STYLE = {"explain": 3.0, "creative": 3.0, "email": 2.0, "rewrite": 2.0, "home": 1.0, "health": 1.0, "market": 1.0, "role": 1.0}
GENERAL = {
    "explain": 4.0, "home": 1.0, "law": 1.0, "money": 1.0, "health": 1.0, "code_q": 2.0, "math": 2.0, "email": 1.0, "creative": 1.0,
    "data": 1.0
}
LINGUAL = {"zh": 3.0, "id": 2.0, "es": 2.0, "pt": 2.0, "de": 1.0, "fr": 1.0, "translate": 2.0}
ANALYST = {"data": 5.0, "sql": 3.0, "extract": 1.0, "contract": 1.5, "summary": 1.5}
JUDGE = {"grade": 3.0, "pair": 4.0, "moderate": 0.6}


@dataclass(frozen=True)
class Operator:
    """One network of accounts. Numbers of requests are per account over its life; `cover` is the ratio of cover to harvest requests."""

    name: str
    size: int
    goal: dict[str, float]
    wrap: str | None = None
    frames: int = 0  # fixed wrappings in use; -1: another model writes each prompt anew
    each: float = 40.0  # harvest requests an account
    spread: float = 0.5
    cover: float = 0.0
    cover_style: str = "people"  # people: like a private person; lazy: two subjects in model-written prose
    get: str = "bulk"  # bulk, trickle, aged, edu, firm
    cards: float = 1.0  # cards an account; 0: none
    phones: float = 1.0
    mail: tuple[str, ...] = ("gmail.com", "outlook.com")
    plan: str = "payg"
    net: str = "vps"  # vps, cloud, residential, sticky, mobile, vpn, home
    exits: int = 8
    where: tuple[str, ...] = ("US",)
    program: str = "one"  # one, few, mix, browser
    family: str = "python"
    rhythm: str = "queue"  # queue, human, cron, night
    pause: float = 0.1  # share of hours in which the queue stands still
    begin: float = 0.0
    end: float = 1.0  # shares of the period
    samples: int = 1
    evolve: float = 0.0
    persona: float = 0.0
    human: bool = False
    system: str = "none"  # none, plain, own, many
    temp: float = float("nan")
    top_p: float = float("nan")
    limit: int = 0
    turns: float = 1.0
    tools: int = 0
    model: int | None = None
    chase: bool = False
    bans: tuple[tuple[float, float], ...] = ()  # day, share of the live accounts
    slips: frozenset[str] = field(default_factory=frozenset)  # leak_ip, tag, early_card, same_minute


def take(w: World, goal: dict[str, float], n: int) -> list[str]:
    """Subjects drawn from a goal."""
    weights = np.array(list(goal.values()))
    return w.rng.choice(list(goal), n, p=weights / weights.sum()).tolist()


def _shared(w: World, n: int, ratio: float) -> list[str | None]:
    """Hashes shared by several accounts; ratio 0 is none at all, above 1 is one each."""
    if ratio <= 0:
        return [None] * n
    if ratio >= 1:
        return w.digests(n)
    bank = [w.digest() for _ in range(max(1, round(n * ratio)))]
    return w.rng.choice(bank, n).tolist()


def acquire(w: World, op: Operator, n: int, birth: Array, label: str = "fake") -> Array:
    """Sign up or buy `n` accounts whose first possible use is `birth` (days)."""
    rng, net = w.rng, w.net
    country = countries(w, n, op.where)
    created = np.minimum(birth, w.days * 0.97)
    if op.get == "aged":
        created = -rng.exponential(220, n) - 25
    elif op.get == "firm":
        created = -rng.uniform(5, 90, n)
    elif op.get == "bulk":
        created = np.minimum(birth, w.days * 0.97) - rng.exponential(1.5, n)
    if op.net == "vps":
        box = net.alloc(*_host(w), op.exits, same_net=True)
        pools = [net.pool(rng.choice(box, min(2, len(box)), replace=False), 1) for _ in range(n)]
    elif op.net == "cloud":
        boxes = [net.server(2) for _ in range(op.exits)]
        pools = rng.choice(boxes, n).tolist()
    elif op.net == "residential":
        stock = net.residential(max(op.exits, 4), op.where)
        pools = [net.pool(rng.choice(stock, min(12, len(stock)), replace=False)) for _ in range(n)]
    elif op.net == "sticky":
        pools = [net.pool(net.residential(1 + int(rng.integers(0, 3)), (c,)), 1) for c in country]
    elif op.net == "mobile":
        pools = [net.mobile(c) for c in country]
    elif op.net == "vpn":
        stock = net.vpn(op.exits)
        pools = [net.pool(rng.choice(stock, min(5, len(stock)), replace=False)) for _ in range(n)]
    else:
        pools = [net.home(c) for c in country]
    if op.program == "one":
        client = np.full(n, net.client(op.family, 2, 1))
    elif op.program == "few":
        images = [net.client(op.family, int(v), int(s)) for v, s in ((1, 0), (2, 0), (2, 1))]
        client = rng.choice(images, n, p=[0.25, 0.5, 0.25])
    elif op.program == "browser":
        client = net.clients(n, BROWSERS, BROWSER_WEIGHTS)
    else:
        client = net.clients(n, ["python", "node", "requests", "httpx", "python_async", "chain"], [6, 4, 2, 1, 2, 1])
    domains = list(op.mail)
    given: dict[str, Any] = {
        "country": country, "created": (created * DAY).tolist(), "pool_a": pools, "client_a": client, "plan": op.plan, "campaign": op.name,
        "payment": _shared(w, n, op.cards), "phone": _shared(w, n, op.phones), "email_domain": rng.choice(domains, n).tolist(),
        "pool_b": -1, "model_a": rng.choice(_wanted(op), n).tolist(), "model_b": rng.choice([NEW, NEW, NEW, NEW_MINI], n).tolist()
    }
    if op.get == "edu":
        schools = [school_domain(w) for _ in range(max(1, n // 25))]
        given |= {"email_domain": rng.choice(schools, n).tolist(), "kind": "education"}
    if op.get == "firm":
        given |= {
            "org": ["org_" + w.token(14) for _ in range(n)], "email_domain": [firm_domain(w) for _ in range(n)],
            "kind": rng.choice(["startup", "enterprise"], n).tolist(), "verified": (rng.random(n) < 0.4).tolist()
        }
    if op.get == "aged":  # made by a seller elsewhere, long ago
        seller = [net.residential(1, ("VN", "IN", "PH", "ID", "BD", "PK"))[0] for _ in range(max(3, n // 6))]
        given["signup_pool"] = [net.pool([int(rng.choice(seller))]) for _ in range(n)]
        given["email_domain"] = rng.choice(["gmail.com", "outlook.com", "hotmail.com", "yahoo.com"], n).tolist()
    if op.net in ("sticky", "home", "mobile"):
        given["pool_b"] = [net.mobile(c) if x < 0.3 else -1 for c, x in zip(country, rng.random(n), strict=True)]
    acc = person(w, n, label, **given)
    if op.chase:
        w.put("switch_at", acc, ((w.release_day + rng.uniform(0.1, 1.0, n)) * DAY).tolist())
        w.put("model_b", acc, [NEW] * n)
    if "leak_ip" in op.slips and n > 6:
        origin = net.pool(net.alloc(*_host(w), 1))
        w.put("pool_c", acc[rng.random(n) < 0.25], origin)
    if "early_card" in op.slips and n > 6:
        few = acc[rng.random(n) < 0.15]
        w.put("payment", few, w.digest())
    return acc


def _wanted(op: Operator) -> list[int]:
    """Models worth copying before the new one: the best the plan allows."""
    if op.plan == "free":
        return [BASE, BASE, MINI]
    return [THINK, THINK, THINK, BASE] if op.wrap == "wrap_reason" else [BASE, BASE, THINK]


def _host(w: World) -> tuple[int, str]:
    return w.net.cloud_asn()


def write_tasks(w: World, op: Operator, n: int) -> tuple[list[str], list[str]]:
    """Prompts for harvest and their subjects, as the operator's pipeline would write them."""
    rnd, make = w.rnd, text.GRAMMAR.make
    distinct = max(1, -(-n // op.samples))
    subjects = take(w, op.goal, distinct)
    frames = [scaffold(w, op.wrap) for _ in range(max(op.frames, 1))] if op.wrap else []
    favourite = w.rng.random(distinct) ** 1.5
    prompts = []
    tag = w.token(4)
    for i, subject in enumerate(subjects):
        task = make(subject, rnd)
        if op.human:
            task = text.styled(task, int(w.rng.integers(0, 1024)), rnd)
        if rnd.random() < op.evolve:
            task += " " + make("constraint", rnd)
            if rnd.random() < 0.35:
                task += " " + make("constraint", rnd)
        if rnd.random() < op.persona:
            task = f"I'm a {make('job', rnd)} from {make('city', rnd)}. {task}"
        if op.wrap and op.frames > 0:
            task = wrapped(frames[int(favourite[i] * len(frames))], task)
        elif op.wrap and op.frames < 0 and rnd.random() < 0.6:
            task = make(op.wrap, rnd, task)
        if "tag" in op.slips and rnd.random() < 0.04:
            task = f"[{tag}-{i:05d}] {task}"
        prompts.append(task)
    # copies of a task follow each other in the queue
    order = np.sort(w.rng.permutation(distinct * op.samples)[:n] // op.samples)
    return [prompts[i] for i in order.tolist()], [subjects[i] for i in order.tolist()]


def times(w: World, op: Operator, acc: Array, birth: Array, total: Array) -> tuple[Array, Array]:
    """Account and time of each harvest session."""
    rng = w.rng
    begin, stop = op.begin * w.days, op.end * w.days
    if op.rhythm == "human":
        life = np.maximum(stop - np.maximum(birth, begin), 0.6)
        low = np.minimum(np.maximum(birth, begin), w.days - 0.6)
        return w.starts(acc, total / life, "work" if op.net == "home" else "evening", 0.7, low, np.minimum(low + life, w.days))
    who = np.repeat(acc, total)
    low = np.repeat(np.maximum(birth, begin), total)
    at = rng.uniform(low, np.maximum(stop, low + 0.5))
    if op.rhythm == "night":
        hour = (rng.normal(19.5, 2.2, len(at))) % 24
        at = np.floor(at) + hour / 24
    elif op.rhythm == "cron":
        slot = rng.integers(0, 4, len(at)) * 6 + 1
        at = np.floor(at) + slot / 24 + rng.exponential(0.004, len(at))
    else:  # a common queue: the machine stands still in some hours, and runs faster in others
        hours = int(w.days * 24)
        speed = np.exp(rng.normal(0, 0.8, hours)) * (rng.random(hours) >= op.pause)
        cells = np.cumsum(speed)
        first = np.interp(low * 24, np.arange(hours), cells)
        last = np.interp(np.minimum(np.maximum(stop, low + 0.5) * 24, hours - 1), np.arange(hours), cells)
        at = np.interp(rng.uniform(first, np.maximum(last, first + 1e-6)), cells, np.arange(hours)) / 24
    order = np.argsort(at, kind="stable")
    return who[order], at[order] * DAY


def run(w: World, op: Operator) -> Array:
    """Build the network and its traffic."""
    rng = w.rng
    n = max(6, w.n(op.size))
    begin, stop = op.begin * w.days, op.end * w.days
    replaced = sum(share for _, share in op.bans)
    first = max(4, round(n / (1 + 0.9 * replaced)))
    if op.get == "trickle":
        birth = rng.uniform(begin, stop * 0.98, first)
    elif op.get in ("aged", "firm"):
        birth = np.full(first, begin)
    else:
        birth = begin + rng.exponential(0.8, first).clip(max=4)
    acc = acquire(w, op, first, birth)
    for day, share in op.bans:
        at = day * w.days
        live = acc[(w.col("banned", acc).astype(float) != w.col("banned", acc).astype(float)) & (birth < at)]
        hit = live[rng.random(len(live)) < share]
        w.put("banned", hit, ((at + rng.exponential(0.15, len(hit))) * DAY).tolist())
        more = min(round(len(hit) * 0.9), n - len(acc))
        if more > 0:
            late = at + 0.3 + rng.exponential(1.2, more)
            acc = np.concatenate([acc, acquire(w, op, more, late)])
            birth = np.concatenate([birth, late])
    birth = np.minimum(birth, w.days * 0.97)
    life = np.clip((stop - np.maximum(birth, begin)) / max(stop - begin, 1), 0.1, 1.0) if op.get != "trickle" else np.ones(len(acc))
    total = np.maximum(1, rng.poisson(np.exp(rng.normal(np.log(op.each / op.turns), op.spread, len(acc))) * life))
    who, at = times(w, op, acc, birth, total)
    turns = np.ones(len(who), dtype=np.int64) if op.turns <= 1 else np.clip(rng.geometric(1 / op.turns, len(who)), 1, 30)
    plan = w.plan(who, at, turns)
    firsts, subjects = write_tasks(w, op, len(plan.acc))
    follow = "tool_out" if op.tools else "follow"
    prompts = []
    for r, t in zip(plan.row.tolist(), plan.turn.tolist(), strict=True):
        if t == 0:
            prompts.append(firsts[r])
        else:
            later = text.GRAMMAR.make(follow, w.rnd)
            prompts.append(text.styled(later, w.acc["style"][plan.acc[r]], w.rnd) if op.human else later)
    own = [text.system_prompt(w.rnd) for _ in range(1 if op.system == "own" else 60)]
    systems: Any = None
    if op.system == "plain":
        systems = "You are a helpful assistant."
    elif op.system == "own":
        systems = own[0]
    elif op.system == "many":
        systems = [own[int(x * 60)] for x in rng.random(len(plan.acc))]
    tools: Any = 0
    if op.tools:
        tools = [hash64("synthetic", op.name, str(w.rnd.randrange(op.tools))) for _ in range(len(plan.acc))]
    w.emit(
        plan, prompts, systems, domains=subjects, harvest=True, temp=op.temp, top_p=op.top_p, max_tokens=op.limit, tools=tools,
        tool_tokens=1100, model=op.model, gap=(2.0, 0.8) if op.rhythm != "human" else (3.9, 0.8)
    )
    if "same_minute" in op.slips:  # a health check of all accounts each morning
        days = np.arange(int(begin), int(min(stop, w.days)))
        check = np.repeat(acc, len(days))
        ping = w.plan(check, (np.tile(days, len(acc)) + 0.3) * DAY + rng.uniform(0, 45, len(check)), np.ones(len(check), dtype=np.int64))
        w.emit(ping, ["hi"] * ping.size, None, domains="classify", max_tokens=16, model=MINI)
    if op.cover > 0:
        cover(w, op, acc, birth)
    return acc


def cover(w: World, op: Operator, acc: Array, birth: Array) -> None:
    """Traffic that is not kept: to look like a person, or simply sold access."""
    life = np.maximum(w.days - np.maximum(birth, 0), 0.7)
    rate = heavy(w, len(acc), op.each * op.cover / 2.4, 0.6) / life
    if op.cover_style == "people":
        talk(w, acc, rate, mean=2.4, begin=np.minimum(np.maximum(birth, 0), w.days - 0.7))
        return
    who, at = w.starts(acc, rate * 2.4, "flat", 1.0, np.minimum(np.maximum(birth, 0), w.days - 0.7))
    plan = w.plan(who, at, np.ones(len(who), dtype=np.int64))
    subjects = w.rng.choice(["explain", "home"], len(plan.acc)).tolist()
    w.emit(plan, text.compose(subjects, w.rnd), domains=subjects)

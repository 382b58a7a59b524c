"""Makes of operator that need their own code: stolen keys, sold access, a mirrored chat site, tenants of a cloud."""

import numpy as np

from . import text
from .operators import GENERAL, Operator, acquire, take, times, write_tasks
from .people import heavy, turns_of
from .world import BASE, DAY, THINK, Array, World


def stolen_keys(
    w: World, name: str, victims: Array, goal: dict[str, float], each: float, wrap: str | None = None, begin: float = 0.2
) -> None:
    """Keys found in public code and leaked logs: the owners go on working, the thief adds a queue until the owner rotates the key."""
    rng = w.rng
    w.put("campaign", victims, name)
    w.put("label", victims, "stolen_key_owner")
    op = Operator(name, len(victims), goal, wrap, frames=5)
    start = (begin + rng.exponential(0.15, len(victims))).clip(max=0.85) * w.days
    life = rng.lognormal(1.3, 0.8, len(victims))
    total = np.maximum(3, rng.poisson(np.exp(rng.normal(np.log(each), 0.9, len(victims)))))
    who = np.repeat(victims, total)
    at = np.repeat(start, total) + rng.random(len(who)) * np.repeat(life, total)
    plan = w.plan(who, at * DAY, np.ones(len(who), dtype=np.int64))
    prompts, subjects = write_tasks(w, op, plan.size)
    exits = [w.net.pool(w.net.residential(30, ("US", "BR", "ID", "VN")), 2), w.net.server(3)]
    w.emit(
        plan, prompts, None, domains=subjects, harvest=True, client=w.net.client("httpx", 1, 2),
        pool=rng.choice(exits, len(plan.acc), p=[0.7, 0.3]), max_tokens=4096, key_slot=0
    )


def resale(w: World, name: str, n: int, share: float, keep_goal: dict[str, float], each: float, begin: float = 0.0) -> Array:
    """A seller of access with real buyers; a part of the exchanges is kept, chosen by subject, and the seller adds some requests."""
    rng = w.rng
    op = Operator(
        name, n, keep_goal, net="residential", exits=max(10, n), where=("US", "SG", "JP", "HK", "DE"), cards=0.25, phones=0.5,
        program="few", family="go", plan="pro", mail=("gmail.com", "outlook.com", "proton.me")
    )
    acc = acquire(w, op, n, rng.uniform(begin, w.days * 0.4, n), label="resale_account")
    rate = heavy(w, n, each / w.days / 2.2, 0.6)
    who, at = w.starts(acc, rate, "evening", 0.9)
    plan = w.plan(who, at, turns_of(w, len(who), 2.2))
    mix = {**GENERAL, "zh": 4.0, "translate": 2.0, "code_write": 4.0, "role": 2.0, "math": 3.0, "science": 2.0}
    subjects = take(w, mix, len(plan.acc))
    habits = rng.integers(0, 1024, len(plan.acc))
    rules = [subjects[r] if t == 0 else "follow" for r, t in zip(plan.row.tolist(), plan.turn.tolist(), strict=True)]
    kept = np.array([s in keep_goal for s in subjects]) & (rng.random(len(subjects)) < share)
    w.emit(plan, text.compose(rules, w.rnd, habits[plan.row]), None, domains=subjects, harvest=kept, stream=True)
    extra = rng.poisson(each * 0.15, n)
    runs = np.repeat(acc, extra)
    more = w.plan(runs, rng.uniform(0, w.days, len(runs)) * DAY, np.ones(len(runs), dtype=np.int64))
    prompts, chosen = write_tasks(w, Operator(name, n, keep_goal, "wrap_answer", frames=-1), more.size)
    w.emit(more, prompts, None, domains=chosen, harvest=True)
    return acc


def mirror(w: World, name: str, n: int, each: float) -> Array:
    """A free chat site of the operator sends its visitors' talks to the model and keeps every answer for a replacement model."""
    rng = w.rng
    op = Operator(name, n, GENERAL, net="cloud", exits=max(4, n // 8), program="few", family="node", cards=0.4, phones=0.6, plan="payg")
    acc = acquire(w, op, n, rng.uniform(-6, w.days * 0.3, n), label="mirror_account")
    rate = heavy(w, n, each / w.days / 3.0, 0.4)
    who, at = w.starts(acc, rate, "evening", 1.0)
    plan = w.plan(who, at, turns_of(w, len(who), 3.0))
    subjects = take(w, {**GENERAL, "es": 2.0, "pt": 2.0, "role": 3.0, "rewrite": 2.0, "translate": 2.0}, len(plan.acc))
    habits = rng.integers(0, 1024, len(plan.acc))
    rules = [subjects[r] if t == 0 else "follow" for r, t in zip(plan.row.tolist(), plan.turn.tolist(), strict=True)]
    w.emit(
        plan, text.compose(rules, w.rnd, habits[plan.row]), text.system_prompt(w.rnd), domains=subjects, harvest=True, stream=True,
        model=int(rng.choice([BASE, THINK]))
    )
    return acc


def tenants(w: World, op: Operator, cloud: str) -> Array:
    """An operator behind a cloud's resale of the model: tenants of shell firms, no addresses in the log."""
    n = max(6, w.n(op.size))
    birth = w.rng.uniform(-20, w.days * 0.5, n)
    acc = acquire(w, op, n, birth, label="cloud_fake")
    w.put("org", acc, ["org_" + w.token(14) for _ in range(n)])
    for key in ("email_domain", "email_hash", "phone", "payment"):
        w.put(key, acc, [None] * n)
    w.put("signup_pool", acc, [-1] * n)
    w.put("access_type", acc, "passthrough")
    w.put("plan", acc, "team")
    w.put("kind", acc, w.rng.choice(["startup", "enterprise"], n).tolist())
    w.put("verified", acc, (w.rng.random(n) < 0.35).tolist())
    total = np.maximum(2, w.rng.poisson(np.exp(w.rng.normal(np.log(op.each), op.spread, n))))
    who, at = times(w, op, acc, np.clip(birth, 0, w.days), total)
    plan = w.plan(who, at, np.ones(len(who), dtype=np.int64))
    prompts, subjects = write_tasks(w, op, plan.size)
    own = [text.system_prompt(w.rnd) for _ in range(n)]
    systems = [own[int(a - acc[0])] if op.system == "many" else None for a in plan.acc.tolist()]
    w.emit(plan, prompts, systems, domains=subjects, harvest=True, path=cloud, temp=op.temp, max_tokens=op.limit)
    if op.cover:
        who, at = w.starts(acc, op.each * op.cover / w.days, "work", 0.5)
        plan = w.plan(who, at, np.ones(len(who), dtype=np.int64))
        subjects = w.rng.choice(["support", "extract", "summary", "classify"], len(plan.acc)).tolist()
        w.emit(
            plan, text.compose(subjects, w.rnd, w.rng.integers(0, 512, plan.size)), [own[int(a - acc[0])] for a in plan.acc.tolist()],
            domains=subjects, path=cloud
        )
    return acc

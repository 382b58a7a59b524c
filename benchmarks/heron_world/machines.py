"""Innocent programs: evaluations, coding agents, build jobs, labelling, synthetic data, load tests."""

import numpy as np

from .arrays import digest, obj
from .habits import joined, parties, sessions, turns, vary
from .log import enrol
from .world import DAY, EVENING, FLAT, Signup, World

HARNESSES = ("oxbow", "tinker-code", "pairling", "loomcli")


def evaluators(w: World, size: float) -> None:
    """Labs that run the same public benchmarks with the same harness, split over a few accounts for the rate limits."""
    bench = w.bench = [w.text.unique(d, 420) for d in (("math",), ("logic", "tutor"), ("code",))]
    for n in parties(w, size, 2, 9):
        host = w.net.cloud(n)
        said = str(w.rng.choice(("research", "startup", "enterprise", "research")))
        g = enrol(
            w,
            Signup(
                "evaluation", said, org="shared", verified=0.5, mail="edu" if said == "research" else "company", card="shared", phone=0.3
            ),
            n, hosts=np.tile(host[:1], (n, 1)) if w.rng.random() < 0.6 else host[:, None], client=np.repeat(w.net.clients(1, "harness"), n),
            temp=np.zeros(n), max_tokens=np.full(n, 2048), profile=FLAT
        )
        for _ in range(int(w.rng.integers(1, 3))):
            tasks = bench[int(w.rng.integers(0, 3))][: int(w.rng.integers(150, 420))]
            suffix = "\n" + w.text.one("steps")
            shots = w.text.one("answer") if w.rng.random() < 0.4 else None
            at = float(w.rng.uniform(0.02, 0.95)) * w.end
            if w.release is not None and w.rng.random() < 0.5:
                at = w.release + float(w.rng.exponential(0.5)) * DAY
            t = at + np.sort(w.rng.uniform(0, w.rng.uniform(0.3, 6) * 3600, len(tasks)))
            who = np.arange(len(tasks)) % n
            m = 4 if w.release is not None and at > w.release else int(w.rng.integers(0, 4))
            g.talk(
                who, t, np.ones(len(tasks), dtype=int), tasks + suffix, system=shots, model=np.full(len(tasks), m), voiced=False, out=6.2
            )


def instructions(harness: int) -> str:
    """The system prompt of a coding agent."""
    name = HARNESSES[harness]
    return (
        f"You are {name}, a coding agent in a terminal. Work in the repository given, read before you edit, run the tests, "
        f"keep changes small and say what you did. Rules of {name}: no secrets, no force push, at most {harness + 3} files a step."
    )


def coders(w: World, size: float) -> None:
    """Users of open-source coding agents: a long common system prompt and the same tools by version."""
    each = w.n(size / len(HARNESSES))
    for k, name in enumerate(HARNESSES):
        made = joined(w, each, 0.3)
        client = w.net.clients(each, name)
        own_gateway = w.rng.random(each) < 0.06
        client[own_gateway] = w.net.clients(int(own_gateway.sum()), "gateway")
        tools = np.array([digest(name, "tools", int(c)) for c in client], dtype=np.int64)
        g = enrol(
            w, Signup(f"agent_{name}", plan="payg", phone=0.5, mail="webmail"), each, created=made, client=client, system=instructions(k),
            tools=tools, tool_tokens=2500 + 1900 * k, profile=EVENING, session=k % 2 == 0, temp=np.full(each, 0.0 if k == 1 else np.nan),
            stream=np.ones(each, dtype=bool), out=5.0
        )
        vary(w, g, 0.25)
        who, t = sessions(w, g, 3.5, 1.2, lo=np.maximum(made, 0))
        g.talk(who, t, turns(w, len(who), 6.0), w.text.gen("agent", len(who)), follow="toolres", gap=14, repeat_task=k == 2)


def ci_jobs(w: World, size: float) -> None:
    """Clockwork: nightly summaries, alerts every quarter of an hour, reviews of each push."""
    n = w.n(size)
    g = enrol(
        w, Signup("ci_job", "startup", verified=0.25, mail="companies", phone=0.5), n, hosts=w.net.cloud(n, 3)[:, None],
        client=w.net.clients(n, "python", "raw"), system=w.text.gen("sysapp", n), temp=np.zeros(n), max_tokens=np.full(n, 1024)
    )
    period = w.rng.choice((900, 3600, 21600, 86400), n, p=(0.08, 0.3, 0.32, 0.3)).astype(float)
    count = np.minimum((w.end / period).astype(int), 400)
    who = np.repeat(np.arange(n), count)
    k = np.arange(len(who)) - np.repeat(np.cumsum(count) - count, count)
    t = k * period[who] + (w.rng.integers(0, 60, n) * 60.0)[who] + w.rng.exponential(2.5, len(who)) + 4
    kind = obj(["summ", "label", "debug", "extract"])[w.rng.integers(0, 4, n)]
    head = w.text.gen("limit", n)
    body = w.text.by_domain(kind[who])
    g.talk(who, t, np.ones(len(who), dtype=int), head[who] + ":\n" + body, voiced=False)


def permitted_synth(w: World, size: float) -> None:
    """Customers allowed to make synthetic data, and those who test their own product with generated questions."""
    n = w.n(size)
    g = enrol(
        w, Signup("permitted_synthetic", "enterprise", plan="enterprise", verified=1.0, mail="companies", phone=0.8, age=(30, 400)), n,
        hosts=w.net.cloud(n)[:, None], client=w.net.clients(n, "python"), temp=np.full(n, 1.0), top_p=0.95, max_tokens=np.full(n, 4096),
        profile=FLAT, weekend=1.0
    )
    who, t = sessions(w, g, 260, 0.5, lo=w.rng.uniform(0, 0.3, n) * w.end, hi=w.rng.uniform(0.4, 1, n) * w.end)
    g.talk(who, t, np.ones(len(who), dtype=int), w.text.gen("div", len(who)), voiced=False, out=6.5)


def labellers(w: World, size: float) -> None:
    """Batch labelling and model-as-judge with a fixed rubric."""
    n = w.n(size)
    g = enrol(
        w, Signup("batch_label", "startup", verified=0.3, mail="companies", phone=0.6), n, hosts=w.net.cloud(n)[:, None],
        client=w.net.clients(n, "python"), temp=np.zeros(n), max_tokens=w.rng.choice((8, 64, 256), n), fixed_model=1, out=3.4
    )
    who, t = sessions(w, g, 150, 0.9, lo=(lo := w.rng.uniform(0, 0.8, n) * w.end), hi=lo + w.rng.uniform(0.05, 0.2, n) * w.end)
    kind = np.where(w.rng.random(n) < 0.5, "label", "grade").astype(object)
    rubric = w.text.gen("limit", n) + ".\n"
    g.talk(who, t, np.ones(len(who), dtype=int), rubric[who] + w.text.by_domain(kind[who]), voiced=False)


def load_testers(w: World, size: float) -> None:
    """Companies that test capacity: equal load from many accounts at once for an hour, the same few prompts."""
    for n in parties(w, size, 5, 25):
        g = enrol(
            w, Signup("load_test", "enterprise", plan="enterprise", org="shared", verified=0.9, mail="company", card="shared", phone=0.3),
            n, hosts=w.net.cloud(n)[:, None], client=np.repeat(w.net.clients(1, "raw"), n), temp=np.full(n, 0.0), max_tokens=np.full(n, 128)
        )
        few = w.text.gen("summ", 6)
        k = n * int(w.rng.integers(30, 70))
        at = float(w.rng.uniform(0.05, 0.9)) * w.end
        g.talk(
            np.arange(k) % n, at + np.linspace(0, 2700, k) + w.rng.exponential(1, k), np.ones(k, dtype=int), few[w.rng.integers(0, 6, k)],
            voiced=False
        )

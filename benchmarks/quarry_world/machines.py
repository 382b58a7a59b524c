"""Innocent crowds: programs that run by themselves."""

import numpy as np

from .carriers import CHEAP, CLOUDS
from .clients import clients
from .customers import WORLD, countries
from .network import servers
from .plans import Group, Plan, Style
from .wording import batch, own_system, shared_system, talk, toolset
from .world import World


def eval_teams(w: World, n: int, vol: float = 260) -> Group:
    """Research groups and vendors running known public benchmarks at temperature 0, several samples an item."""
    cc = countries(w, n, WORLD)
    lab = np.arange(n) // 3
    g = w.join(
        "eval_team", cc, servers(w.rng, n, CLOUDS + CHEAP, group=lab), clients(w.rng, n, {"py": 6, "httpx": 1, "aiohttp": 2}, image=lab),
        said={"research": 6, "startup": 3, "individual": 2}, plan={"payg": 1}, org=lab, org_name="lab", verified=0.3, pinned=False
    )
    bank = w.bank("bench", 900, lambda: w.w.write("bench"))
    p = w.plan(g, vol, sigma=1.0, turns=60, hours="flat", clump=0.2, gap=2.5, max_turns=500)
    w.emit(
        g, p, [bank[i] for i in _runs(w, p, len(bank))],
        Style(
            out=60, chained=False, temps={0.0: 8, 1.0: 2}, caps={16: 2, 512: 2, 2048: 1},
            models={"main": 3, "next": 4, "mini": 2, "think": 2}, steady=0.8
        ),
        own_system(w, n, "sys_plain", 0.5)
    )
    return g


def _runs(w: World, p: Plan, n: int) -> list[int]:
    """Walk through a list from a random place in every session."""
    off = w.rng.integers(0, n, int(p.s.max()) + 1 if p.n else 1)
    return ((off[p.s] + p.t) % n).tolist()


def ci_jobs(w: World, n: int, vol: float = 90) -> Group:
    """Build machines: the same job at the same minute, cloud runners with ever new addresses."""
    cc = countries(w, n, WORLD)
    g = w.join(
        "ci_job", cc, servers(w.rng, n, [8075, 16509], egress=60), clients(w.rng, n, {"cli": 3, "py": 2, "node": 2}),
        said={"startup": 5, "individual": 3, "enterprise": 1}, plan={"payg": 1}, org=np.where(w.rng.random(n) < 0.6, np.arange(n), -1),
        org_mail=True, verified=0.2
    )
    p = w.plan(g, vol, sigma=1.0, turns=7, hours="flat", snap=3600, gap=7, clump=1.5)
    w.emit(
        g, p, talk({"agent": 6, "code": 1, "debug": 1}, frame=0, same=0.6),
        Style(out=140, extra=2200, tools=toolset(w, n, 6), temps={0.0: 1}, caps={4096: 1}), shared_system(w, w.rng.integers(0, 5, n))
    )
    return g


def migration(w: World, n: int = 3, vol: float = 1500) -> Group:
    """Firms that re-run their whole archive through the new model within a few days."""
    n = max(2, n)
    cc = countries(w, n, WORLD)
    g = w.join(
        "migration", cc, servers(w.rng, n, CLOUDS, egress=4), clients(w.rng, n, {"py": 3, "java": 1, "go": 1}), created=w.old(n, 300),
        said={"enterprise": 2, "startup": 1}, plan={"contract": 1}, org=np.arange(n), org_name="migr", org_mail=True, verified=0.8
    )
    day = w.rng.uniform(1, w.days - 3, n)
    p = w.plan(g, vol, sigma=0.4, turns=40, hours="flat", lo=day, hi=day + 2, gap=3, clump=4, max_turns=300)
    w.emit(
        g, p, batch({"extract": 3, "law_doc": 2, "med_note": 2, "call_sum": 2, "translate": 1}),
        Style(chained=False, out=220, extra=900, temps={0.0: 1}, models={"next": 3, "main": 1}), own_system(w, n, none=0)
    )
    return g


def nocode(w: World, n: int, vol: float = 55) -> Group:
    """No-code flows: a template from a gallery, fired on the full hour from the platform's few addresses."""
    cc = countries(w, n, WORLD)
    host = w.rng.integers(0, 2, n)
    g = w.join(
        "nocode_flow", cc, servers(w.rng, n, [16509, 396982], egress=9, group=host), clients(w.rng, n, {"flow": 1}, image=host),
        said={"individual": 6, "startup": 4}, plan={"payg": 6, "prepaid": 2, "free": 1}
    )
    gallery = shared_system(w, w.rng.integers(0, 7, n))
    p = w.plan(g, vol, sigma=1.1, turns=3, hours="service", snap=900, gap=4, clump=1.5)
    w.emit(
        g, p, batch({"extract": 4, "market": 3, "email": 3, "support_bot": 2, "translate": 1}),
        Style(chained=False, out=150, temps={0.7: 3, None: 1}, caps={1000: 1, None: 1}), gallery
    )
    return g


def load_tests(w: World, n: int = 6, vol: float = 160) -> Group:
    """Somebody measures latency with the same ten prompts."""
    n = max(2, n)
    cc = countries(w, n, WORLD)
    g = w.join(
        "load_test", cc, servers(w.rng, n, CLOUDS), clients(w.rng, n, {"go": 2, "py": 1, "httpx": 1}), plan={"payg": 1},
        said={"startup": 1, "individual": 1}, org=np.arange(n), org_name="load", org_mail=True
    )
    items = [w.w.write("chat") for _ in range(5)] + [w.w.write("essay") for _ in range(5)]
    p = w.plan(g, vol, sigma=0.7, turns=50, hours="office", gap=1.2, clump=0.1, max_turns=300)
    w.emit(
        g, p, [items[i] for i in w.rng.integers(0, 10, p.n)], Style(chained=False, caps={128: 1, 16: 1}, stream=1, fail=0.08),
        own_system(w, n, "sys_plain")
    )
    return g


def synth_honest(w: World, n: int = 3, vol: float = 900) -> Group:
    """Verified firms that make test data for their own classifiers, as their contract allows."""
    n = max(2, n)
    cc = countries(w, n, WORLD)
    g = w.join(
        "synth_data_honest", cc, servers(w.rng, n, CLOUDS, egress=3), clients(w.rng, n, {"py": 1}), created=w.old(n, 200),
        said={"enterprise": 2, "research": 1}, plan={"contract": 1}, org=np.arange(n), org_name="synth", org_mail=True, verified=1.0
    )
    p = w.plan(g, vol, sigma=0.5, turns=30, hours="service", gap=5, clump=0.4, max_turns=200)
    w.emit(
        g, p, batch({"support_bot": 2, "quiz": 2, "extract": 2, "judge": 2, "market": 1, "call_sum": 1}, frame=0.5),
        Style(chained=False, temps={1.0: 2, 0.8: 1}, out=300), own_system(w, n, none=0)
    )
    return g

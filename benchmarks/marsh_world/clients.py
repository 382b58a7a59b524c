"""Client programs: their releases, who updates, and the TLS prints of what is below them."""

from functools import cache
from typing import NamedTuple

import numpy as np

from .arrays import DAY, BoolArray, FloatArray, IntArray, ObjArray, Words, hexed, mix, objects, pick, unit


class Family(NamedTuple):
    """A client program."""

    label: str
    stack: str
    """what makes its TLS connections"""
    lag: float
    """mean days until an update"""
    pinned: float
    """share that never updates"""
    path: str = "api"


FAMILIES = {
    "web": Family("browser-k", "browser", 4, 0.05, "app"), "web2": Family("browser-f", "browser2", 5, 0.06, "app"),
    "web3": Family("browser-s", "browser3", 20, 0.1, "app"), "android": Family("reader-android", "okhttp", 5, 0.08, "app"),
    "ios": Family("reader-ios", "ios", 4, 0.05, "app"), "addin": Family("office-addin", "electron", 9, 0.2, "app"),
    "kiosk": Family("reading-room-terminal", "electron", 30, 0.3, "app"), "desk": Family("reader-desktop", "electron", 5, 0.1, "app"),
    "python": Family("sdk-python", "openssl", 40, 0.4), "js": Family("sdk-js", "node", 35, 0.35), "go": Family("sdk-go", "go", 50, 0.4),
    "java": Family("sdk-java", "java", 60, 0.5), "http": Family("http-client", "openssl", 80, 0.5),
    "curl": Family("curl", "curl", 120, 0.7), "agent": Family("wader-agent", "node", 3, 0.15),
    "agent2": Family("plank-code", "go", 6, 0.2), "agent3": Family("stilt", "openssl", 15, 0.3),
    "eval": Family("bench-harness", "openssl", 40, 0.4), "bot": Family("botkit", "node", 30, 0.4),
    "flow": Family("flow-builder", "node", 1, 0.0), "note": Family("notebook-ai", "openssl", 20, 0.3),
    "chatui": Family("open-chat", "node", 12, 0.3), "batch": Family("batch-runner", "openssl", 30, 0.4)
}
FAMILY = {name: i for i, name in enumerate(FAMILIES)}
IS_APP = np.array([family.path == "app" for family in FAMILIES.values()])
STACKS = {
    "browser": 6, "browser2": 4, "browser3": 3, "okhttp": 4, "ios": 3, "electron": 4, "openssl": 7, "node": 5, "go": 4, "java": 4,
    "curl": 5, "box": 5
}
"""builds of each stack; a box is a site's proxy that makes the connections itself"""
UPDATED = ("browser", "browser2", "electron")
"""stacks that come with the program, so that updates change them"""


@cache
def _releases() -> dict[str, tuple[FloatArray, ObjArray]]:
    """Days, counted from the first midnight, and names of each program's releases."""
    rng = np.random.default_rng(5150)
    out = {}
    for name, family in FAMILIES.items():
        n = int(rng.integers(7, 16))
        days = np.sort(rng.uniform(-420, 27, n))
        days[0] = -3000
        major, minor = int(rng.integers(0, 6)), int(rng.integers(0, 20))
        names = []
        for _ in range(n):
            if rng.random() < 0.12:
                major, minor = major + 1, 0
            else:
                minor += int(rng.integers(1, 3))
            names.append(f"{family.label}/{major}.{minor}.{int(rng.integers(0, 6))}")
        out[name] = (days, objects(names))
    return out


@cache
def _prints(stack: str) -> ObjArray:
    """TLS prints of the builds of a stack."""
    h = mix("ja4", stack, np.arange(STACKS[stack]))
    ciphers, extensions, alpn = pick(5, h, 3), pick(7, h, 4), np.where(pick(6, h, 5) > 0, 2, 1)
    shapes = zip(ciphers, extensions, alpn, hexed(mix(h, 1), 12), hexed(mix(h, 2), 12), strict=True)
    return objects([f"t13d{13 + c}{11 + e:02d}h{a}_{first}_{second}" for c, e, a, first, second in shapes])


def clients(family: IntArray, account: Words, site: Words, boxed: BoolArray, t: FloatArray, seed: int) -> tuple[ObjArray, ObjArray]:
    """User agents and TLS prints of requests; where `boxed`, those of a proxy of the site."""
    agent, prints = np.empty(len(family), dtype=object), np.empty(len(family), dtype=object)
    key, day = mix(seed, account, "client"), t / DAY
    for name, (_, stack, lag, pinned, _) in FAMILIES.items():
        rows = np.flatnonzero(family == FAMILY[name])
        days, names = _releases()[name]
        k = key[rows]
        wait = -np.log1p(-unit(k, name, "lag")) * lag
        at = np.where(unit(k, name, "pin") < pinned, -300 * unit(k, name, "when"), day[rows]) - wait
        version = np.clip(np.searchsorted(days, at, side="right") - 1, 0, len(days) - 1)
        agent[rows] = names[version]
        build = np.floor(unit(k, stack, "variant") ** 1.6 * STACKS[stack]).astype(int)
        if stack in UPDATED:
            build = (build + (version > len(days) - 3)) % STACKS[stack]
        prints[rows] = _prints(stack)[build]
    rows = np.flatnonzero(boxed)
    prints[rows] = _prints("box")[pick(STACKS["box"], site[rows], "box")]
    return agent, prints

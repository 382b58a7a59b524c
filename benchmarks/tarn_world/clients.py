"""Programs that talk to the host: what they call themselves before and after their next update, and their TLS print."""

import hashlib

import numpy as np
from numpy.random import Generator

from .text import WORDS

Client = tuple[str, str, str]
"""user agent before and after the next update, JA4"""
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) " + CHROME
APPLE = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) "
LINUX = "Mozilla/5.0 (X11; Linux x86_64) " + CHROME
SAFARI = APPLE + "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{v}.{w} Safari/605.1.15"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0"
LIBRARIES = {
    "py": ("python-sdk/{a}.{b}.{c} python/3.{d}", 0.5), "node": ("node-sdk/{a}.{b}.{c} node/{e}", 0.22),
    "requests": ("python-requests/2.{b2}.{c3}", 0.07), "curl": ("curl/8.{b}.{c3}", 0.03), "go": ("Go-http-client/2.0", 0.06),
    "httpx": ("python-httpx/0.2{c3}.{c3}", 0.04), "java": ("java-sdk/{a}.{b}.{c}", 0.05),
    "aiohttp": ("Python/3.{d} aiohttp/3.{b}.{c3}", 0.03)
}
"""user agent and share of each library"""


def ja4_of(stack: str) -> str:
    """A stable TLS print of a stack."""
    h = hashlib.blake2b(stack.encode(), digest_size=16).hexdigest()
    alpn = "h1" if stack.startswith(("py", "curl", "java")) else "h2"
    return f"t13d{10 + int(h[0], 16)}{10 + int(h[1], 16) % 8:02d}{alpn}_{h[2:14]}_{h[14:26]}"


def browser(rng: Generator, kernel: int | None = None) -> Client:
    """A browser; a given kernel pins an old engine under a new label."""
    u = rng.random()
    v = int(140 + rng.choice([0, 1, 2, 3, 4], p=[0.05, 0.1, 0.2, 0.45, 0.2]))
    if kernel is not None:
        agent = (WINDOWS if u < 0.8 else APPLE + CHROME).format(v=v)
        return agent, agent, ja4_of(f"chrome-old{kernel // 3}")
    if u < 0.12:
        w = int(rng.integers(17, 27))
        return SAFARI.format(v=w, w=w % 5), SAFARI.format(v=w, w=w % 5 + 1), ja4_of(f"safari{w // 4}")
    if u < 0.2:
        return FIREFOX.format(v=v), FIREFOX.format(v=v + 1), ja4_of(f"firefox{v // 3}")
    if u > 0.93:
        v = int(rng.integers(109, 136))  # machines that are no longer updated; some report a newer label than their engine
        agent = WINDOWS.format(v=v if rng.random() < 0.75 else v + int(rng.integers(5, 25)))
        return agent, agent, ja4_of(f"chrome-old{v // 3}")
    form = WINDOWS if u < 0.6 else APPLE + CHROME if u < 0.8 else LINUX if u < 0.85 else WINDOWS + " Edg/{v}.0.0.0"
    return form.format(v=v), form.format(v=v + 1), ja4_of(f"chrome{v // 2}")


def phone_app(rng: Generator) -> Client:
    """The provider's own telephone app."""
    b = int(rng.integers(18, 24))
    if rng.random() < 0.45:
        o = int(rng.integers(17, 27))
        return f"ChatApp/1.{b} (iPhone; iOS {o}.{b % 4})", f"ChatApp/1.{b + 1} (iPhone; iOS {o}.{b % 4})", ja4_of(f"ios{o // 3}")
    o = int(rng.integers(11, 17))
    model = WORDS["phone"][rng.integers(len(WORDS["phone"]))]
    return f"ChatApp/1.{b} (Android {o}; {model})", f"ChatApp/1.{b + 1} (Android {o})", ja4_of(f"android{o // 2}")


def sdk(rng: Generator, flavour: str | None = None) -> Client:
    """A program's client library, or the given one."""
    share = np.array([share for _, share in LIBRARIES.values()])
    name = flavour or str(rng.choice(list(LIBRARIES), p=share / share.sum()))
    v = {
        "a": int(rng.choice([1, 2], p=[0.65, 0.35])), "b": int(rng.integers(2, 18)), "c": int(rng.integers(0, 6)),
        "d": int(rng.integers(9, 14)), "e": int(rng.choice([18, 20, 22])), "b2": int(rng.integers(28, 33)), "c3": int(rng.integers(0, 4))
    }
    form = LIBRARIES[name][0]
    build = {"node": v["e"], "go": v["b"] // 5, "curl": v["b"] // 4}.get(name, v["d"] // 2)
    later = form.format(**{**v, "b": v["b"] + 1, "c": 0}) if rng.random() < 0.3 else form.format(**v)
    return form.format(**v), later, ja4_of(f"{name}-{build}-{int(rng.integers(3))}")

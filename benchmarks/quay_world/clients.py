"""Programs that send requests: what they call themselves and how they greet (JA4)."""

from typing import Any

import numpy as np
import pyarrow as pa

from .grammar import render
from .hashing import I64, U64, Bools, choose, hexadecimal, mix, pick, uniform, zipf

_KITS = ("quay-python", "quay-node", "openish-python", "openish-node", "quay-go", "quay-java", "chainlink-py", "quay-rust", "quay-net")
_LIBRARIES = ("pyfetch", "curlet", "nodefetch", "gohttp", "okweb", "rest-cli")
_BROWSERS = ("Wren", "Wren Mobile", "Corvid", "Skua", "Tern", "Corvid Mobile")
AGENTS = 40
"""Programs of third parties; the first are popular."""


def greet(program: Any, scope: Any, which: I64, middle: Bools, account: U64, group: U64, late: Bools) -> tuple[pa.Array, pa.Array, U64]:
    """User agent, TLS print and build of each request; ``late`` requests come after an account's update, if it updates."""
    maker = np.where(scope == "account", account, np.where(scope == "group", group, mix("program", which)))
    updated = late & (uniform(maker, account, "update") < 0.35)
    release = choose(zipf(9, 1.1), np.where(scope == "group", group, account), "release")
    release = np.maximum(release - updated, 0)
    kit = choose(zipf(len(_KITS), 0.9), maker, "kit")
    library = choose(zipf(len(_LIBRARIES), 0.8), maker, "library")
    browser = choose(zipf(len(_BROWSERS), 0.9), account, "browser")
    name = np.select(
        [program == "sdk", program == "script", program == "browser", program == "agent"],
        [kit, 100 + library, 200 + browser, 1000 + which],
        10_000_000 + (maker % np.uint64(10**9)).astype(np.int64),
    )
    build = mix(name, release)
    codes, first, inverse = np.unique(build, return_index=True, return_inverse=True)
    names, numbers = name[first], release[first]
    coined = render("coin", mix(names, "brand"), mix(names, "brand")).to_pylist()
    agents, prints = [], []
    for code, number, age, brand in zip(codes, names, numbers, coined, strict=True):
        if number < 100:
            title = _KITS[number]
        elif number < 200:
            title = _LIBRARIES[number - 100]
        elif number < 1000:
            title = _BROWSERS[number - 200]
        else:
            title = brand.lower() + ("-cli" if number % 3 == 0 else "")
        major = 1 + int(pick(5, number, "major")[0])
        minor = 9 + int(pick(60, number, "minor")[0]) - int(age)
        agents.append(f"{title}/{major}.{minor}.{int(pick(6, code, 'patch')[0])}")
        # Programs are written with one of few languages' libraries, and several releases of these greet alike.
        prints.append(_stack(int(number) if number < 1000 else int(pick(9, int(number), "language")[0]), int(age) // 3))
    foreign = mix("between", pick(5, group, "between"))
    between = [_stack(900 + number, 0) for number in range(5)]
    greeting = np.where(middle, len(prints) + pick(5, foreign), inverse)
    return pa.array(agents, pa.string()).take(pa.array(inverse)), pa.array(prints + between, pa.string()).take(pa.array(greeting)), build


def _stack(language: int, age: int) -> str:
    key = mix("stack", language, age)
    ciphers, suites = 9 + int(pick(10, key)[0]), 8 + int(pick(10, key, 1)[0])
    protocol = "h2" if uniform(key, "protocol")[0] < 0.8 else "h1"
    head, tail = hexadecimal(mix(key, "head"), 12)[0], hexadecimal(mix(key, "tail"), 12)[0]
    return f"t13d{ciphers:02d}{suites:02d}{protocol}_{head}_{tail}"

"""Client programs: user agents and TLS fingerprints."""

import hashlib
from random import Random
from typing import NamedTuple


class Client(NamedTuple):
    """A client program: user agent and TLS fingerprint."""

    ua: str | None
    ja4: str | None


def _hexes(name: str) -> str:
    d = hashlib.sha256(name.encode()).hexdigest()
    return f"{d[:12]}_{d[12:24]}"


def ja4(kind: str, variant: int) -> str:
    """A fingerprint that belongs to a client library and a build."""
    head = {
        "chrome": "t13d1516h2", "firefox": "t13d1715h2", "safari": "t13d2014h2", "python": "t13d1812h1", "httpx": "t13d1813h2",
        "node": "t13d5911h1", "go": "t13d1311h2", "java": "t13d2613h1", "okhttp": "t13d1312h2", "curl": "t13d3113h2", "php": "t13d3012h1",
        "rust": "t13d1011h2"
    }[kind]
    return f"{head}_{_hexes(f'{kind}-{variant}')}"


SDK = {
    "python": ("tern-python", 3), "node": ("tern-node", 3), "go": ("Go-http-client", 3), "java": ("okhttp", 4),
    "httpx": ("python-httpx", 2), "php": ("GuzzleHttp", 3), "curl": ("curl", 4), "rust": ("reqwest", 2)
}
VERSIONS = {
    "python": ["1.42.0", "1.51.2", "1.55.3", "1.58.1", "1.61.0", "1.63.2"], "node": ["4.52.0", "4.67.3", "4.71.1", "4.77.0"],
    "go": ["1.1", "2.0"], "java": ["4.9.3", "4.10.0", "4.12.0"], "httpx": ["0.25.2", "0.27.0", "0.27.2", "0.28.1"], "php": ["7"],
    "curl": ["7.81.0", "8.5.0", "8.7.1"], "rust": ["0.11.27", "0.12.9"]
}


def _late(r: Random, n: int) -> int:
    """An index of n, the last ones being far more common (most people have a recent version)."""
    return r.choices(range(n), [1.9**i for i in range(n)])[0]


def sdk_client(r: Random, family: str | None = None) -> Client:
    """A program that calls the API."""
    fam = family or r.choices(list(SDK), [44, 18, 6, 4, 18, 3, 4, 3])[0]
    name, builds = SDK[fam]
    return Client(f"{name}/{VERSIONS[fam][_late(r, len(VERSIONS[fam]))]}", ja4(fam, _late(r, builds)))


def browser(r: Random) -> Client:
    """A person's browser or phone app."""
    x = r.random()
    v = r.choices((120, 122, 123, 124, 125), (1, 2, 4, 8, 3))[0]
    if x < 0.34:
        os = r.choice(
            ("Windows NT 10.0; Win64; x64", "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64")
        )
        return Client(
            f"Mozilla/5.0 ({os}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36", ja4("chrome", int(v > 123))
        )
    if x < 0.5:
        return Client(
            f"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Mobile Safari/537.36",
            ja4("chrome", 2 + int(v > 123))
        )
    if x < 0.63:
        m = r.choice(("16_6", "17_3", "17_4", "17_5"))
        return Client(
            f"Mozilla/5.0 (iPhone; CPU iPhone OS {m} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/17.4 Mobile/15E148 Safari/604.1",
            ja4("safari", 0)
        )
    if x < 0.7:
        return Client(f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0", ja4("firefox", 0))
    return Client(
        f"TernApp/{r.choice(('3.8.1', '3.9.0', '3.9.2'))} (Android {r.choice((11, 12, 12, 13, 14))})", ja4("okhttp", r.randrange(2))
    )

"""What a world's provider has: models, pathways, client builds, networks, the length of its log.

Addresses are of 240.0.0.0/4, autonomous systems of the private range, countries of the user-assigned codes: no real
party can be meant.
"""

from dataclasses import dataclass

import numpy as np

from .chance import F64, I64, U64, Draw, below, mix, unit, weighted

DAY_US = 86_400_000_000
MODELS = ("withy-2", "withy-2-small", "withy-3")
NEW_MODEL = 2
PATHS = ("app", "api", "cloud-heath", "cloud-moor")
COUNTRIES = tuple(f"X{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWZ")
ISPS_EACH = 5
ISP_SIZE = 1 << 14
_SPACE = 240 << 24
HOSTS, VPNS = 14, 16
_ISP_BASE = _SPACE
_HOST_BASE = _SPACE + (64 << 20)
_VPN_BASE = _SPACE + (96 << 20)
_CGNAT_BASE = _SPACE + (112 << 20)
FREE_MAIL = ("postbox.example", "meadowmail.example", "quickpost.example", "letterbird.example", "mailhaven.example")
DISPOSABLE = tuple(f"{name}.example" for name in ("tmpdrop", "tenminute", "burnpost", "noreplybox", "fleetmail", "dustmail", "onceonly"))
SAMPLINGS: tuple[tuple[float | None, float | None, int | None], ...] = (
    (None, None, None),
    (0.7, None, None),
    (0.0, None, 1024),
    (0.2, None, 4096),
    (1.0, None, 4096),
    (0.7, 0.95, 2048),
    (0.5, None, 2000),
    (0.3, 0.9, None),
    (0.0, 1.0, 512),
    (0.6, 0.95, 8192),
    (0.8, None, 1500),
    (None, None, 8192),
    (0.1, None, 256),
    (0.9, 0.95, 3000),
)
SAMPLING_WEIGHTS = (8, 4, 4, 3, 2, 2, 1.5, 1, 1, 1.5, 1, 3, 1, 0.6)


@dataclass(frozen=True)
class Build:
    """A client build: how it names itself, its TLS fingerprint."""

    agent: str
    ja4: str


@dataclass(frozen=True)
class Addresses:
    """Addresses as numbers, with the autonomous system and country of each."""

    ip: I64
    asn: I64
    country: I64


class Provider:
    """The provider of one world."""

    def __init__(self, seed: int, scenario: str) -> None:
        draw = Draw(seed, scenario, "provider")
        self.seed = np.uint64(draw.rng.integers(1 << 62))
        self.days = draw.whole(14, 28)
        self.start_us = (1_767_571_200 + 86_400 * int(draw.rng.integers(0, 250))) * 1_000_000  # some day after 2026-01-05, a Monday
        self.weekday = (self.start_us // DAY_US + 3) % 7
        self.released = draw.real(0.35, 0.7) * self.days
        self.zones = np.sort(draw.rng.integers(-8, 11, len(COUNTRIES)))
        self.populous: F64 = draw.rng.dirichlet(np.full(len(COUNTRIES), 0.8)) + 0.004
        self.spoken = draw.rng.integers(-2, 6, len(COUNTRIES))  # language of a country; below 0 English
        self.builds: list[Build] = []
        self.browsers = self._family(draw, 26, "Mozilla/5.0 ({os}) Gale/{v}.0 Web/{w}", "h2", 14)
        self.phones = self._family(draw, 12, "WithyApp/{w}.{v} ({os})", "h2", 4)
        self.libraries = self._family(draw, 40, "withy-{pl}/{w}.{v}.1 {os}", "h1", 9)
        since = (-210.0, -160.0, self.released)
        self.releases = [(model, int(self.start_us + days * DAY_US)) for model, days in zip(MODELS, since, strict=True)]

    def _family(self, draw: Draw, n: int, name: str, alpn: str, stacks: int) -> I64:
        """Adds builds of a kind, fewer TLS stacks than builds; returns their numbers."""
        first = len(self.builds)
        systems = ("Linux x86_64", "Windows 11", "macOS 15", "iOS 19", "Android 16", "Linux arm64")
        makes = ("python", "node", "go", "java", "rust", "curl", "dotnet")
        prints = [
            f"t13d{draw.whole(12, 40)}{draw.whole(10, 18)}{alpn}_{draw.rng.bytes(6).hex()}_{draw.rng.bytes(6).hex()}" for _ in range(stacks)
        ]
        for _ in range(n):
            text = name.format(os=draw.one(systems), v=draw.whole(1, 40), w=draw.whole(1, 9), pl=draw.one(makes))
            self.builds.append(Build(text, draw.one(prints)))
        return np.arange(first, len(self.builds))

    def add_build(self, agent: str, like: int | None, draw: Draw) -> int:
        """A build of somebody's own; its TLS stack is that of another build or its own."""
        ja4 = (
            self.builds[like].ja4
            if like is not None
            else f"t13d1{draw.whole(10, 99)}h1_{draw.rng.bytes(6).hex()}_{draw.rng.bytes(6).hex()}"
        )
        self.builds.append(Build(agent, ja4))
        return len(self.builds) - 1

    def usual(self, builds: I64, seeds: U64) -> I64:
        """Builds as popular as builds are: few have most users."""
        return builds[weighted(1 / np.arange(1, len(builds) + 1) ** 0.9, unit(seeds, "build"))]

    def isp(self, country: I64, seeds: U64) -> I64:
        """A provider of homes in a country."""
        return np.asarray(country * ISPS_EACH + weighted((5, 3, 2, 1, 1), unit(seeds, "isp")))

    def home(self, country: I64, seeds: U64) -> Addresses:
        """An address at a home each."""
        isp = self.isp(country, seeds)
        return Addresses(_ISP_BASE + isp * ISP_SIZE + below(seeds, ISP_SIZE, "host"), 64600 + isp, isp // ISPS_EACH)

    def abroad(self, seeds: U64) -> Addresses:
        """An address at a home anywhere, as residential proxies have them."""
        return self.home(below(seeds, len(COUNTRIES), "country"), mix(seeds, "abroad"))

    def mobile(self, country: I64, seeds: U64) -> Addresses:
        """One of the few addresses that many telephones of a country share."""
        pool = country * 2 + below(seeds, 2, "pool")
        return Addresses(_CGNAT_BASE + pool * 256 + below(seeds, 8, "exit"), 64800 + pool, country)

    def host(self, seeds: U64) -> Addresses:
        """A rented machine each."""
        of = weighted(1 / np.arange(1, HOSTS + 1), unit(seeds, "cloud"))
        return Addresses(_HOST_BASE + of * (1 << 16) + below(seeds, 1 << 16, "host"), 64900 + of, of)

    def vpn(self, seeds: U64, each: U64) -> Addresses:
        """An exit of the VPN that one uses, another in each sitting."""
        of = weighted(1 / np.arange(1, VPNS + 1), unit(seeds, "vpn"))
        return Addresses(_VPN_BASE + of * 1024 + below(each, 40, "exit") * 3, 64950 + of, of)

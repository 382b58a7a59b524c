"""The registry of addresses, address pools and client programs of one world."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .carriers import CAMPUS_ASNS, CLOUDS, CORP_ASNS, ISPS, MOBILE, VPN_ASNS
from .clients import BUILDS, ja4_of


@dataclass
class Network:
    """Registry of addresses, address pools and client programs of one world."""

    rng: np.random.Generator
    ips: list[str] = field(default_factory=list)
    ip_asn: list[int] = field(default_factory=list)
    ip_country: list[str] = field(default_factory=list)
    pools: list[np.ndarray] = field(default_factory=list)
    pool_mode: list[int] = field(default_factory=list)  # 0 one draw a session, 1 one a day, 2 one a request
    ua_old: list[str] = field(default_factory=list)
    ua_new: list[str] = field(default_factory=list)
    ja4: list[str] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    _prefix: dict[tuple[int, str], np.ndarray] = field(default_factory=dict)
    _client: dict[tuple[str, int, int], int] = field(default_factory=dict)
    _cgnat: dict[str, np.ndarray] = field(default_factory=dict)
    _vpns: list[list[int]] = field(default_factory=list)
    home_ips: list[int] = field(default_factory=list)

    def _add(self, text: str, asn: int, country: str) -> int:
        self.ips.append(text)
        self.ip_asn.append(asn)
        self.ip_country.append(country)
        return len(self.ips) - 1

    def prefix(self, asn: int, country: str) -> np.ndarray:
        """The /16 networks a carrier uses in a country."""
        key = (asn, country)
        if key not in self._prefix:
            first = self.rng.choice([r for r in range(2, 223) if r not in (10, 100, 127, 169, 172, 192, 198, 203)], 6)
            self._prefix[key] = np.stack([first, self.rng.integers(0, 256, 6)], axis=1)
        return self._prefix[key]

    def alloc(self, asn: int, country: str, n: int, same_net: bool = False, v6: bool = False) -> list[int]:
        """`n` new addresses of a carrier; `same_net` takes them from one /24."""
        nets = self.prefix(asn, country)
        if v6:
            a, _ = nets[0]
            draws = self.rng.integers(1, 65535, (n, 4))
            return [self._add(f"2{a % 10}0{a % 7}:{b:x}:{c:x}:{d:x}::{e:x}", asn, country) for b, c, d, e in draws.tolist()]
        pick = self.rng.integers(0, len(nets), n)
        third = self.rng.integers(0, 256, n)
        if same_net:
            pick[:], third[:] = pick[0], third[0]
        fourth = self.rng.choice(np.arange(2, 254), n, replace=not same_net or n > 250)
        return [self._add(f"{nets[p][0]}.{nets[p][1]}.{c}.{d}", asn, country) for p, c, d in zip(pick, third, fourth, strict=True)]

    def pool(self, ids: Sequence[int], mode: int = 0) -> int:
        """Register a set of addresses as one exit; returns the pool's number."""
        self.pools.append(np.asarray(ids, dtype=np.int64))
        self.pool_mode.append(mode)
        return len(self.pools) - 1

    def isp(self, country: str) -> int:
        """A home carrier of a country."""
        options = ISPS[country]
        weights = np.array([w for _, w in options])
        return options[int(self.rng.choice(len(options), p=weights / weights.sum()))][0]

    def home(self, country: str) -> int:
        """A household: a fixed address, a lease that changes by day, or IPv6."""
        kind = self.rng.random()
        ids = self.alloc(self.isp(country), country, 1 if kind < 0.6 else int(self.rng.integers(2, 7)), v6=kind > 0.85)
        self.home_ips.append(ids[0])
        return self.pool(ids, 1)

    def mobile(self, country: str) -> int:
        """A phone behind the shared addresses of a mobile carrier."""
        if country not in self._cgnat:
            self._cgnat[country] = np.array(self.alloc(MOBILE[country], country, 90))
        everything = self._cgnat[country]
        start = int(self.rng.integers(0, len(everything) - 8))
        return self.pool(everything[start : start + 8])

    def office(self, country: str, exits: int = 1) -> int:
        """A firm's fixed exit, with its own AS or that of a business line."""
        own = self.rng.random() < 0.3
        asn = int(self.rng.choice(CORP_ASNS)) if own else self.isp(country)
        return self.pool(self.alloc(asn, country, exits, same_net=True))

    def campus(self, country: str, exits: int = 4) -> int:
        """A university's address translation pool."""
        return self.pool(self.alloc(int(self.rng.choice(CAMPUS_ASNS)), country, exits, same_net=True))

    def cloud_asn(self) -> tuple[int, str]:
        """A cloud and one of its regions."""
        asns = list(CLOUDS)
        weights = np.array([CLOUDS[a][0] for a in asns])
        asn = asns[int(self.rng.choice(len(asns), p=weights / weights.sum()))]
        return asn, str(self.rng.choice(CLOUDS[asn][1].split()))

    def server(self, exits: int = 1, asn: int | None = None, same_net: bool = False, mode: int = 0) -> int:
        """One or more machines in a cloud region."""
        number, country = self.cloud_asn()
        if asn is not None:
            number, country = asn, CLOUDS[asn][1].split()[0] if asn in CLOUDS else "US"
        return self.pool(self.alloc(number, country, exits, same_net), mode)

    def vpn(self, exits: int = 12) -> list[int]:
        """Exit addresses of one of three commercial VPNs, the same for all their customers."""
        while len(self._vpns) < 3:
            stock: list[int] = []
            asns = self.rng.choice(VPN_ASNS, 3, replace=False)
            for _ in range(40):
                country = str(self.rng.choice(["US", "NL", "DE", "GB", "SG", "JP", "CA"]))
                stock += self.alloc(int(self.rng.choice(asns)), country, 1)
            self._vpns.append(stock)
        stock = self._vpns[int(self.rng.integers(0, 3))]
        return self.rng.choice(stock, min(exits, len(stock)), replace=False).tolist()

    def residential(self, n: int, countries: Sequence[str], reused: float = 0.12) -> list[int]:
        """Exits of a residential proxy seller; a part are homes of real customers."""
        out: list[int] = []
        for _ in range(n):
            if self.home_ips and self.rng.random() < reused:
                out.append(int(self.rng.choice(self.home_ips)))
            else:
                country = str(self.rng.choice(countries))
                out += self.alloc(self.isp(country), country, 1)
        return out

    def client(self, family: str, version: int, stack: int) -> int:
        """A build of a program (its later version is used after an upgrade)."""
        template, versions, stacks, path = BUILDS[family]
        key = (family, version % len(versions), stack % stacks)
        if key not in self._client:
            later = versions[min(key[1] + 1, len(versions) - 1)]
            self.ua_old.append(template.format(versions[key[1]]))
            self.ua_new.append(template.format(later))
            self.ja4.append(ja4_of(family, key[2]))
            self.path.append(path)
            self._client[key] = len(self.ja4) - 1
        return self._client[key]

    def clients(self, n: int, families: Sequence[str], weights: Sequence[float] | None = None) -> np.ndarray:
        """Programs of `n` independent users, popular builds more often."""
        share = None if weights is None else np.asarray(weights, float) / np.sum(weights)
        chosen = self.rng.choice(len(families), n, p=share)
        version = (3 - np.minimum(self.rng.geometric(0.5, n) - 1, 3)).clip(0)
        stack = np.minimum(self.rng.geometric(0.5, n) - 1, 5)
        return np.array([self.client(families[f], int(v), int(s)) for f, v, s in zip(chosen, version, stack, strict=True)], dtype=np.int64)

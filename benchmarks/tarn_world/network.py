"""Addresses: homes, carriers' shared pools, rented machines, VPNs, exits of residential proxies."""

import hashlib
from dataclasses import dataclass, field

from numpy.random import Generator

from .carriers import HOME, HOSTS, MOBILE, VPNS


@dataclass
class Network:
    """Table of addresses; every address has one system and one country for good."""

    rng: Generator
    ips: list[str] = field(default_factory=list)
    asns: list[int] = field(default_factory=list)
    lands: list[str] = field(default_factory=list)
    _homes: dict[str, list[int]] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)
    _prefixes: dict[tuple[int, str], list[tuple[int, int]]] = field(default_factory=dict)
    _carrier: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    _vpns: list[int] = field(default_factory=list)

    def _prefix(self, asn: int, land: str) -> tuple[int, int]:
        """One of the few blocks of a system."""
        key = (asn, land)
        if key not in self._prefixes:
            digest = hashlib.blake2b(f"{asn}/{land}".encode(), digest_size=16).digest()
            firsts = [b for b in range(23, 217) if b not in (100, 127, 169, 172, 192, 198, 203)]
            self._prefixes[key] = [(firsts[digest[2 * i] % len(firsts)], digest[2 * i + 1]) for i in range(6)]
        options = self._prefixes[key]
        return options[self.rng.integers(len(options))]

    def new(self, asn: int, land: str, six: bool = False) -> int:
        """Allocate one unused address and give its number."""
        while True:
            a, b = self._prefix(asn, land)
            r = self.rng.integers(0, 65536, 6).tolist()
            ip = f"{a}.{b}.{r[0] % 256}.{1 + r[1] % 254}"
            if six:
                ip = ":".join([f"2{a % 10}{b % 10:x}{a % 16:x}", f"{asn % 65536:x}", *(f"{x:x}" for x in r)])
            if ip not in self._seen:
                break
        self._seen.add(ip)
        self.ips.append(ip)
        self.asns.append(asn)
        self.lands.append(land)
        return len(self.ips) - 1

    def home(self, land: str, leases: int = 3) -> list[int]:
        """Addresses which one household holds in turn."""
        options = HOME.get(land, HOME["US"])
        asn = options[int(self.rng.integers(len(options)) * self.rng.random())]
        six = bool(self.rng.random() < 0.12)
        out = [self.new(asn, land, six) for _ in range(leases)]
        self._homes.setdefault(land, []).extend(out)
        return out

    def mobile(self, land: str) -> int:
        """An address of a carrier's shared translation pool."""
        options = MOBILE.get(land) or HOME.get(land, HOME["US"])[:1]
        key = (options[self.rng.integers(len(options))], land)
        pool = self._carrier.setdefault(key, [])
        if (len(pool) < 40 and self.rng.random() < 0.3) or not pool:
            pool.append(self.new(*key))
        return pool[self.rng.integers(len(pool))]

    def host(self, count: int = 1, where: tuple[int, str] | None = None) -> list[int]:
        """Addresses of rented machines, of one company."""
        place = where or HOSTS[self.rng.integers(len(HOSTS))]
        return [self.new(*place) for _ in range(count)]

    def vpn(self) -> int:
        """An exit of a consumer VPN, shared with others."""
        if not self._vpns:
            self._vpns = [self.new(*VPNS[i % len(VPNS)]) for i in range(160)]
        return self._vpns[int(len(self._vpns) * self.rng.random() ** 1.6)]

    def exits(self, lands: list[str], count: int) -> list[int]:
        """Exits of a residential proxy service: a third of them are homes of people in this world."""
        out = []
        for _ in range(count):
            land = lands[self.rng.integers(len(lands))]
            known = self._homes.get(land, [])
            if known and self.rng.random() < 0.35:
                out.append(known[self.rng.integers(len(known))])
            else:
                options = HOME.get(land, HOME["US"])
                out.append(self.new(options[self.rng.integers(len(options))], land))
        return out

"""Ways to the internet: households, phones, offices, servers, rented exits; what a log sees of each."""

from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple


class Endpoint(NamedTuple):
    """What a log sees of a connection."""

    ip: str | None
    asn: int | None
    country: str | None


NOWHERE = Endpoint(None, None, None)


class Isp:
    """An access network: prefixes, a shared pool behind carrier NAT, and dynamic lines."""

    def __init__(self, r: Random, asn: int, country: str, nat_size: int, v6: float) -> None:
        """Choose prefixes."""
        self.asn, self.country, self.v6 = asn, country, v6
        self.prefixes = [
            f"{r.choice((45, 78, 84, 88, 92, 102, 105, 112, 118, 181, 186, 190, 200, 201))}.{r.randrange(256)}"
            for _ in range(r.randint(2, 6))
        ]
        self.six = f"2{r.choice('48a')}0{r.randrange(1, 9)}:{r.randrange(0x1000, 0xFFFF):x}"
        self.nat = [self.fresh4(r) for _ in range(nat_size)]

    def fresh4(self, r: Random) -> str:
        """A random address of the network."""
        return f"{r.choice(self.prefixes)}.{r.randrange(256)}.{r.randrange(1, 255)}"

    def fresh(self, r: Random) -> str:
        """A random line's address, sometimes IPv6."""
        if r.random() < self.v6:
            return f"{self.six}:{r.randrange(0x10000):x}:{r.randrange(0x10000):x}::{r.randrange(1, 0x10000):x}"
        return self.fresh4(r)


class Line:
    """A way to the internet; `at` gives the endpoint for a moment and a session."""

    def at(self, r: Random, t: float, session: int) -> Endpoint:
        """Endpoint for the request."""
        raise NotImplementedError


@dataclass
class Fixed(Line):
    """One or several fixed addresses (office, campus, server farm egress)."""

    ips: list[str]
    asn: int
    country: str

    def at(self, r: Random, t: float, session: int) -> Endpoint:
        """Any of the fixed addresses."""
        return Endpoint(self.ips[0] if len(self.ips) == 1 else r.choice(self.ips), self.asn, self.country)


@dataclass
class Home(Line):
    """A household line whose address changes with the lease."""

    isp: Isp
    lease: float
    cache: dict[int, str] = field(default_factory=dict)

    def at(self, r: Random, t: float, session: int) -> Endpoint:
        """The address of the present lease."""
        slot = int(t // self.lease)
        if slot not in self.cache:
            self.cache[slot] = self.isp.fresh(r)
        return Endpoint(self.cache[slot], self.isp.asn, self.isp.country)


@dataclass
class Mobile(Line):
    """A phone behind carrier NAT: another shared address from session to session, from a regional slice of the pool."""

    isp: Isp
    low: int
    high: int
    last: tuple[int, str] = (-1, "")

    def at(self, r: Random, t: float, session: int) -> Endpoint:
        """The session's shared address."""
        if self.last[0] != session:
            self.last = (session, self.isp.nat[r.randrange(self.low, self.high)])
        return Endpoint(self.last[1], self.isp.asn, self.isp.country)


@dataclass
class Mix(Line):
    """Several lines used in turn by a person (home, phone, office), chosen a session."""

    lines: list[Line]
    weights: list[float]
    last: tuple[int, int] = (-1, 0)

    def at(self, r: Random, t: float, session: int) -> Endpoint:
        """Choose the line once a session."""
        if self.last[0] != session:
            self.last = (session, r.choices(range(len(self.lines)), self.weights)[0])
        return self.lines[self.last[1]].at(r, t, session)


@dataclass
class Rented(Line):
    """Residential proxies by the gigabyte: another household's address every request, or every `sticky` seconds."""

    pool: list[Endpoint]
    sticky: float = 0.0
    cache: dict[int, Endpoint] = field(default_factory=dict)

    def at(self, r: Random, t: float, session: int) -> Endpoint:
        """Exit node of the moment."""
        if not self.sticky:
            return r.choice(self.pool)
        slot = int(t // self.sticky)
        if slot not in self.cache:
            self.cache[slot] = r.choice(self.pool)
        return self.cache[slot]


class Hidden(Line):
    """Through a cloud's marketplace: the gateway sees no client address."""

    def at(self, r: Random, t: float, session: int) -> Endpoint:
        """Nothing."""
        return NOWHERE

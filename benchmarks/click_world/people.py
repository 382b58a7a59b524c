"""The registry and the address plan."""

import datetime as dt
import math
from hashlib import blake2b

import numpy as np

from .places import CLIENTS, COUNTRIES, DISPOSABLE, DOMAINS, LANGUAGES, POPULARITY, PUBLIC, STACKS, USES
from .text import Words

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
LIMITS = [256, 300, 512, 800, 1000, 1024, 1500, 2000, 2048, 3000, 4000, 4096, 8192]
MANNERS = ((0.3, 0.35), (0.05, 0.1), (0.12, 0.15), (0.03, 0.06))


def key64(*parts):
    """A 64-bit hash of the parts."""
    digest = blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


class Person:
    """One account and whoever uses it."""

    __slots__ = (
        "adopts_at", "campaign", "client", "clock", "country", "decoy", "first", "id", "introduction", "ips", "ja4",
        "keys", "language", "last", "load", "manner", "max_tokens", "mode", "model", "name", "number", "path",
        "peoples_own", "pools", "row", "temperature", "version", "zone",
    )


class Registry:
    """Who there is; times are microseconds."""

    def __init__(self, recipe, seed, n, days):
        self.numpy = g = np.random.default_rng([key64(recipe) & 0xFFFFFFFF, seed])
        self.words = Words(key64(recipe, seed))
        self.rng = self.words.rng
        self.n, self.days = n, days
        first_day = dt.datetime(2026, 8, 1 + int(g.integers(0, 40)) % 28, tzinfo=dt.UTC)
        self.start = int(first_day.timestamp()) * SECOND
        self.end = self.start + days * DAY
        self.weekday = first_day.weekday()
        self.people = []
        self.homes = []
        self.shared = {}
        """means of payment that strangers share"""
        release = self.start + int(g.uniform(0.3, 0.65) * days * DAY)
        self.release = release - release % HOUR + 17 * HOUR
        self.models = [
            ("atlas-2-mini", self.start - 300 * DAY), ("atlas-2", self.start - 220 * DAY),
            ("atlas-2-think", self.start - 90 * DAY), ("atlas-3", self.release),
        ]
        self.networks = {}
        for country in COUNTRIES:
            for kind, n_networks in (("isp", 4), ("mob", 2), ("cloud", 1)):
                self.networks[kind, country] = [self._network(country) for _ in range(n_networks)]
        self.vpn = []
        for _ in range(5):
            country = self.rng.choice(list(COUNTRIES))
            asn, _, blocks, _ = self.networks["cloud", country][0]
            a, b = blocks[1]
            self.vpn.append(
                [(f"{a}.{b}.{g.integers(0, 256)}.{g.integers(1, 255)}", asn, country) for _ in range(25)]
            )

    def _network(self, country):
        g = self.numpy
        blocks = [(int(g.integers(24, 220)), int(g.integers(0, 256))) for _ in range(6)]
        a, b = blocks[0]
        asn = int(g.integers(2000, 64000))
        return asn, country, blocks, [f"{a}.{b}.{g.integers(0, 4)}.{g.integers(1, 255)}" for _ in range(60)]

    def address(self, kind, country):
        """An address, its network and country; kind is isp, mob or cloud."""
        rng = self.rng
        asn, _, blocks, gateways = rng.choice(self.networks[kind, country])
        if kind == "mob":
            return rng.choice(gateways), asn, country
        if kind == "isp" and rng.random() < 0.06:
            prefix = f"2a0{rng.randrange(1, 9)}:{rng.randrange(4096):x}:{rng.randrange(65536):x}"
            return f"{prefix}:{rng.randrange(65536):x}::{rng.randrange(1, 65536):x}", asn, country
        a, b = rng.choice(blocks)
        return f"{a}.{b}.{rng.randrange(256)}.{rng.randrange(1, 255)}", asn, country

    def site(self, kind, country, n=1):
        """Neighbouring addresses of an office or a cloud."""
        ip, asn, country = self.address("cloud" if kind == "cloud" else "isp", country)
        while ":" in ip:
            ip, asn, country = self.address("isp", country)
        block = ip.rsplit(".", 1)[0]
        return [(f"{block}.{self.rng.randrange(1, 255)}", asn, country) for _ in range(n)]

    def residential(self, country):
        """A residential exit: sometimes somebody's home."""
        return self.rng.choice(self.homes) if self.homes and self.rng.random() < 0.3 else self.address("isp", country)

    def hex_id(self, n=32):
        """A hash-like string of n digits."""
        return f"{self.rng.getrandbits(n * 4):0{n}x}"

    def any_country(self):
        """Where somebody lives."""
        return self.rng.choices(list(COUNTRIES), [share for _, share in COUNTRIES.values()])[0]

    def person(self, settings, j, shared):
        """Register the j-th account of a group; ``shared`` is what its members have in common."""
        rng, words = self.rng, self.words
        person = Person()
        person.number = len(self.people)
        person.name, person.campaign = settings.name, settings.campaign
        person.decoy, person.peoples_own = False, settings.peoples_own
        person.id = "acct_" + "".join(rng.choices(LETTERS, k=16))
        person.country = self.any_country() if settings.countries == "world" else rng.choice(settings.countries)
        wide = person.country in ("US", "CA", "AU")
        person.zone = COUNTRIES[person.country][0] + (rng.choice([0, 0, 1, 2, -2]) if wide else 0)
        self._client(person, settings)
        polite = rng.random() < 0.9
        person.manner = [max(0, rng.gauss(*usual)) for usual in MANNERS] if polite else [0, 0, 0, 0]
        person.introduction = words.introduction()
        clocks = ["office", "evening", "student", "night", "mixed", "flat"]
        person.clock = settings.clock or rng.choices(clocks, [30, 28, 14, 5, 21, 2])[0]
        if settings.pools_of_people is None:
            person.pools = [rng.choice(USES) for _ in range(rng.choice([1, 2, 2, 3, 4, 6]))]
        else:
            person.pools = settings.pools_of_people
        person.language = LANGUAGES.get(person.country) if rng.random() < 0.65 else None
        person.model = rng.choices(["atlas-2-mini", "atlas-2", "atlas-2-think"], [40, 45, 15])[0]
        if settings.pivot_h is None:
            person.adopts_at = self.release + int(rng.lognormvariate(1.6, 1.3) * DAY)
        else:
            person.adopts_at = self.release + int(settings.pivot_h * HOUR * rng.random())
        created = self._sign_up(person, settings, shared)
        self._place(person, settings, shared)
        person.keys = ["key_" + self.hex_id(12) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
        person.row = self._row(person, settings, j, shared, created)
        person.load = 1.0 if settings.load == "equal" else math.exp(rng.gauss(0, settings.sigma))
        self.people.append(person)
        return person

    def _client(self, person, settings):
        rng = self.rng
        person.client = rng.choices(PUBLIC, POPULARITY)[0] if settings.client is None else rng.choice(settings.client)
        client = CLIENTS[person.client]
        versions = client.versions.split()
        if settings.one_build:
            person.version, person.ja4 = versions[-1], STACKS[client.stacks[0]]
        else:
            person.version, person.ja4 = rng.choice(versions), STACKS[rng.choice(client.stacks)]
        person.path = client.path if settings.paths is None else rng.choices(*settings.paths)[0]
        free = person.path == "api" and settings.paths is None and not settings.campaign
        if free and rng.random() < 0.13:
            person.path = rng.choice(["cloud-north", "cloud-north", "cloud-delta"])
        own_limit = person.path != "app" and rng.random() < 0.4
        person.max_tokens = rng.choice(LIMITS) if own_limit else None
        person.temperature = client.temperature
        if client.temperature is not None and rng.random() >= 0.6:
            person.temperature = round(rng.random() * 1.2, 1)

    def _sign_up(self, person, settings, shared):
        rng, signup = self.rng, settings.signup
        u = rng.random()
        match signup[0]:
            case "old":
                if rng.random() < 0.8:
                    created = self.start - int(u**1.7 * 500 * DAY)
                else:
                    created = self.start + int(rng.random() * self.days * 0.9 * DAY)
            case "burst":
                created = shared["burst"] + int(rng.random() ** 1.5 * signup[2] * HOUR)
            case "aged":
                created = self.start - int((signup[1] + u * (signup[2] - signup[1])) * DAY)
            case _:
                created = self.start + int((signup[1] + u**0.6 * (signup[2] - signup[1])) * self.days * DAY)
        created += rng.randrange(HOUR)
        if signup[0] == "aged" and settings.wakes:
            person.first = self.start + int(rng.random() * settings.wakes * self.days * DAY)
        else:
            person.first = max(created + int(rng.expovariate(1 / 900) * SECOND) + 60 * SECOND, self.start)
        person.last = self.end
        return created

    def _place(self, person, settings, shared):
        rng, country = self.rng, person.country
        person.mode = "home"
        match settings.ip:
            case "mixed" | "home":
                usual = self.address("isp" if rng.random() < 0.8 else "mob", country)
                person.ips = [usual, self.address("mob", country), self.address("isp", country)]
            case "site":
                first = rng.choice(shared["site"])
                onsite = rng.random() < settings.onsite
                second = rng.choice(shared["site"]) if onsite else self.address("isp", country)
                person.ips = [first, second, self.address("mob", country)]
            case "own_site":
                person.ips = self.site("isp", country) * 3
            case "pool":
                person.ips, person.mode = shared["site"], "pool"
            case "vpn":
                person.ips, person.mode = rng.choice(self.vpn), "pool"
            case "mob":
                person.ips, person.mode = [self.address("mob", country) for _ in range(4)], "pool"
            case "cloud":
                person.ips, person.mode = self.site("cloud", country, 2), "pool"
            case "rot":
                person.ips, person.mode = [None], "rot"
            case _:
                person.ips = [self.residential(country)]
        if settings.ip == "home" and not person.campaign:
            self.homes.append(person.ips[0])

    def _shared(self, way, tag, j, shared):
        """A means of payment or a number."""
        rng = self.rng
        match way[0]:
            case "none":
                return None
            case "own":
                return self.hex_id() if rng.random() < way[1] else None
            case "k":
                return shared.setdefault((tag, j // max(1, int(way[1]))), self.hex_id())
            case "one":
                if rng.random() < (way[1] if len(way) > 1 else 1):
                    return shared.setdefault(tag, self.hex_id())
                return self.hex_id() if rng.random() < 0.5 else None
            case _:
                return rng.choice(self.shared.setdefault(way[1], [self.hex_id() for _ in range(way[2])]))

    def _domain(self, settings, shared):
        rng, word = self.rng, self.words.word
        match settings.domain:
            case "public":
                return rng.choice(DOMAINS)
            case "disp":
                return rng.choice(DISPOSABLE)
            case "each":
                return word(3) + rng.choice([".com", ".io", ".org", ".net"])
            case "one":
                domain = shared.setdefault("domain", word(3) + rng.choice([".com", ".org", ".eu", ".edu", ".net"]))
                return rng.choice(DOMAINS) if rng.random() > settings.domain_share else domain
            case _:
                return rng.choice(DOMAINS + DISPOSABLE)

    def _row(self, person, settings, j, shared, created):
        rng = self.rng
        payment = self._shared(settings.payment, "payment", j, shared)
        phone = self._shared(settings.phone, "phone", j, shared)
        domain = self._domain(settings, shared)
        org = None
        if settings.org is not None and (settings.org == "one" or rng.random() < 0.5):
            org = shared["org"]
        if settings.org == "each":
            org = "org_" + self.hex_id(10)
        at_home = person.ips[0] and rng.random() < 0.8
        ip = person.ips[0] if at_home else self.address("isp", person.country)
        if settings.signup_ip == "shared":
            ip = rng.choice(shared["site"])
        if settings.signup_ip == "res":
            ip = self.residential(person.country)
        kind = rng.choices(list(settings.kinds), list(settings.kinds.values()))[0]
        verified = rng.random() < settings.verified
        email = self.hex_id()
        plan = "enterprise" if kind == "enterprise" else "free"
        if kind != "enterprise" and payment is not None:
            plan = rng.choice(["pro", "payg", "payg"])
        return {
            "account_id": person.id, "created_at": created, "kind": kind, "org_id": org, "verified": verified,
            "access_type": settings.access, "email_domain": domain, "email_hash": email, "payment_hash": payment,
            "phone_hash": phone, "signup_ip": ip[0], "country": person.country, "banned_at": None, "plan": plan,
        }

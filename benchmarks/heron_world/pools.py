"""What an operator buys: accounts, cards, phones, lines, builds; closures and replacement."""

from dataclasses import dataclass, field

import numpy as np

from .arrays import Arr, obj
from .log import Change, Group, enrol
from .text import GENERAL
from .world import DAY, FLAT, Signup, World

ENGLISH = ("US", "GB", "CA", "AU")
CHEAP = ("BR", "MX", "ID", "VN", "TR", "PH", "EG")
EUROPE = ("US", "DE", "FR", "NL", "PL", "IT", "ES", "SE", "RO")


@dataclass
class Spec:
    """What an operator buys and how it runs it."""

    name: str
    slots: int  # accounts working at a time
    said: tuple[str, ...] = ("individual", "individual", "individual", "individual", "startup", "startup", "individual", "research")
    plan: str = "payg"
    bought: str = "trickle"  # burst, trickle, aged, stock
    mail: str = "mixed"
    card_shared: float = 0.0  # share of the accounts on a reused card
    per_card: float = 6.0
    cardless: bool = False
    phone: float = 0.3
    phone_rented: float = 0.0  # share of the phone numbers rented and used again
    signup_shared: float = 0.0  # share signed up from a few machines
    verified: float = 0.0
    net: str = "sticky"  # sticky, rotating, cloud, vpn, office, homes
    lands: tuple[str, ...] | None = None
    leak: float = 0.0  # share of conversations that leave by the operator's own servers
    families: tuple[str, ...] = ("python", "node")
    one_build: float = 0.0
    path: str = "api"
    start: float = 2.0
    stop: float | None = None
    waves: tuple[tuple[float, float], ...] = ()  # day, share closed
    hazard: float = 0.0  # closures an account and day
    delay: float = 4.0  # hours until replaced
    replaced: float = 0.95
    temp: tuple[float | None, ...] = (None, None, None, None, 0.0, 0.2, 0.7, 1.0)
    one_temp: float | None = None
    max_tokens: tuple[int, ...] = (0, 0, 0, 0, 1024, 2048, 4096)
    top_p: float | None = None
    catchall: float = 0.0  # share with addresses at a few bought domains
    outage: bool = False  # the operator's own machines fail once
    label: str = "worker"
    tz: int = 8


@dataclass
class Pool:
    """The accounts of an operator: slots, and who holds each from when on."""

    w: World
    s: Spec
    group: Group = field(init=False)
    begins: Arr = field(init=False)  # [slots, generations]
    holder: Arr = field(init=False)
    lo: float = field(init=False)
    hi: float = field(init=False)

    def __post_init__(self) -> None:
        self.lo = self.s.start * DAY
        self.hi = self.w.end if self.s.stop is None else min(self.s.stop * DAY, self.w.end)
        self.slots = max(6, self.w.n(self.s.slots))
        bans = self._occupy()
        self._recruit()
        for acc, t in bans:
            self.w.ban(self.group.idx[[acc]], np.array([t]))

    def _occupy(self) -> list[tuple[int, float]]:
        """Which account holds a slot from when on; closures by waves and by chance."""
        w, s = self.w, self.s
        chains: list[list[tuple[float, int]]] = []
        bans: list[tuple[int, float]] = []
        self.first: list[float] = []
        ramp = w.rng.gamma(1.3, 0.5, self.slots) * DAY if s.bought != "burst" else w.rng.uniform(0, 4 * 3600, self.slots)
        for k in range(self.slots):
            t = min(self.lo + float(ramp[k]), self.hi - 3 * 3600.0)
            chain: list[tuple[float, int]] = []
            while t < self.hi:
                acc = len(self.first)
                self.first.append(t)
                chain.append((t, acc))
                ends = [float(d * DAY + w.rng.gamma(1.5, 1500.0)) for d, p in s.waves if d * DAY > t and w.rng.random() < p]
                if s.hazard:
                    ends.append(t + float(w.rng.exponential(DAY / s.hazard)))
                end = min(ends, default=np.inf)
                if end >= self.hi:
                    break
                bans.append((acc, end))
                if w.rng.random() > s.replaced:
                    break
                t = end + float(w.rng.lognormal(np.log(max(s.delay, 0.05)), 0.7)) * 3600
            chains.append(chain)
        depth = max(map(len, chains))
        self.begins = np.full((self.slots, depth), np.inf)
        self.holder = np.zeros((self.slots, depth), dtype=np.int64)
        for k, chain in enumerate(chains):
            for g, (t, acc) in enumerate(chain):
                self.begins[k, g] = t
                self.holder[k, g] = acc
        return bans

    def _created(self, n: int) -> Arr:
        w, s = self.w, self.s
        first = np.array(self.first)
        if s.bought == "burst":
            fresh = first - w.rng.gamma(2.0, 2200.0, n) - 60
            return np.where(w.rng.random(n) < 0.92, fresh, first - w.rng.uniform(3, 40, n) * DAY)
        if s.bought == "aged":
            return np.where(w.rng.random(n) < 0.85, -w.rng.uniform(60, 700, n) * DAY, first - w.rng.uniform(1, 20, n) * DAY)
        if s.bought == "stock":
            batch = -w.rng.integers(1, 9, n) * 3.4 * DAY + w.rng.normal(0, 5000, n)
            return np.where(w.rng.random(n) < 0.8, np.minimum(batch, first - 600), first - w.rng.exponential(DAY, n) - 600)
        return first - w.rng.lognormal(0.5, 1.0, n) * DAY * 0.8 - 300

    def _recruit(self) -> None:
        w, s = self.w, self.s
        n = len(self.first)
        country = w.net.countries(n, s.lands)
        hosts, p = self._hosts(n, country)
        if s.net in ("sticky", "rotating"):
            fits = w.rng.random(n) < 0.85
            country = np.where(fits, obj([w.net.country[h] for h in hosts[:, 0]]), country)
        client = w.net.clients(n, *s.families)
        client[w.rng.random(n) < s.one_build] = client[0]
        temp = np.array([np.nan if x is None else x for x in s.temp], dtype=float)[w.rng.integers(0, len(s.temp), n)]
        if s.one_temp is not None:
            temp = np.where(w.rng.random(n) < 0.93, s.one_temp, temp)
        line = [w.net.ip[h] for h in hosts[:, 0]]
        sign = Signup(
            s.label, campaign=s.name, plan=s.plan, org="none" if s.path == "app" else "own", mail=s.mail, phone=s.phone,
            verified=s.verified, card="none" if s.cardless else "own"
        )
        g = enrol(
            w, sign, n, country=country, hosts=hosts, host_p=p, client=client, temp=None if s.path == "app" else temp, path=s.path,
            top_p=s.top_p, max_tokens=None if s.path == "app" else np.array(s.max_tokens)[w.rng.integers(0, len(s.max_tokens), n)],
            stream=(w.rng.random(n) < 0.3) if s.path != "app" else None, rotate=s.net == "rotating", profile=FLAT, pool=GENERAL,
            created=self._created(n)
        )
        kinds = obj(s.said)[w.rng.integers(0, len(s.said), n)]
        acc = w.acc
        for j, a in enumerate(g.idx.tolist()):
            acc["kind"][a] = kinds[j]
            acc["signup_ip"][a] = line[j]
        self._share("payment", g.idx, s.card_shared, s.per_card)
        self._share("phone", g.idx[[acc["phone"][a] is not None for a in g.idx]], s.phone_rented, 4.0)
        bought = w.domains("companies", max(1, n // 30))
        for j, a in enumerate(g.idx.tolist()):
            if w.rng.random() < (0.45 if kinds[j] in ("startup", "enterprise") and w.rng.random() < 0.5 else 0.0) + s.catchall:
                acc["domain"][a] = bought[int(w.rng.integers(0, len(bought)))] if s.catchall else w.domains("companies", 1)[0]
        few = [w.net.ip[h] for h in w.net.cloud(max(2, n // 25))]
        for a in g.idx[w.rng.random(n) < s.signup_shared].tolist():
            acc["signup_ip"][a] = few[int(w.rng.integers(0, len(few)))]
        g.fixed_model = 0
        self.group = g

    def _share(self, column: str, idx: Arr, share: float, per: float) -> None:
        """A share of the accounts takes values of a small stock, a few of the stock much used."""
        rng = self.w.rng
        if not share or not len(idx):
            return
        many = max(1, round(len(idx) * share / per))
        stock = self.w.hexes(many, 24)
        if column == "phone":
            many = min(max(many, 3), len(self.w.sms))
            stock = [self.w.sms[k] for k in rng.permutation(len(self.w.sms))[:many]]
        weight = rng.gamma(1.5, 1.0, many) + 0.2
        for a in idx[rng.random(len(idx)) < share].tolist():
            self.w.acc[column][a] = stock[int(rng.choice(many, p=weight / weight.sum()))]

    def _hosts(self, n: int, country: Arr) -> tuple[Arr, Arr]:
        w, s = self.w, self.s
        net = w.net
        own = net.cloud(3, 0)[w.rng.integers(0, 3, n)]
        if s.net == "sticky":
            a = net.proxies(n, s.lands)
            near = net.fixed(obj([net.country[h] for h in a]))
            far = net.proxies(n, s.lands)
            u = w.rng.random(n)
            cols = [a, np.where(u < 0.45, near, np.where(u < 0.55, far, a))]
        elif s.net == "rotating":
            stock = net.proxies(max(60, n * 4), s.lands)
            cols = [stock[w.rng.integers(0, len(stock), n)] for _ in range(14)]
        elif s.net == "cloud":
            some = net.cloud(max(2, n // 3), int(w.rng.integers(0, 9)))
            cols = [some[w.rng.integers(0, len(some), n)], net.cloud(n)]
        elif s.net == "vpn":
            cols = [net.vpn(n), net.vpn(n), net.vpn(n)]
        elif s.net == "office":
            line = net.site(str(country[0]), 4)
            cols = [line[w.rng.integers(0, 4, n)], line[w.rng.integers(0, 4, n)]]
        else:
            home = net.fixed(country)
            cols = [home, home, net.mobile(country)]
        p = np.full(len(cols), (1 - s.leak) / len(cols))
        if s.leak:
            cols, p = [*cols, own], np.append(p, s.leak)
        return np.stack(cols, 1), p / p.sum()

    def route(self, hop: float = 0.0) -> Change:
        """From slot and moment to the account that holds the slot; a share of the later turns goes to any slot."""

        def remap(slot: Arr, t: Arr, turn: Arr) -> Arr:
            if hop:
                away = (turn > 0) & (self.w.rng.random(len(slot)) < hop)
                slot = np.where(away, self.w.rng.integers(0, self.slots, len(slot)), slot)
            gen = np.maximum((self.begins[slot] <= t[:, None]).sum(1) - 1, 0)
            held: Arr = self.holder[slot, gen]
            return held

        return remap

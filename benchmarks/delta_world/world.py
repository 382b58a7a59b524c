"""The world: enrols accounts, takes requests."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from .clock import Clock, Turns
from .hashing import Weights, mix64, pick
from .hours import DAY
from .network import Seats, seats
from .text import Writer

FREEMAIL = {
    "gmail.com": 60, "inboxhop.net": 0.4, "mailquik.org": 0.3, "tmpbox.cc": 0.4, "fastmx.top": 0.2, "outlook.com": 11, "hotmail.com": 5,
    "yahoo.com": 6, "proton.me": 5, "icloud.com": 5, "qq.com": 2, "163.com": 1.5, "mail.ru": 1.5, "gmx.de": 1.5, "web.de": 1,
    "naver.com": 1, "duck.com": 0.6
}
DISPOSABLE = {
    "inboxhop.net": 3, "mailquik.org": 2, "tmpbox.cc": 3, "dropletter.io": 1, "fastmx.top": 2, "ymail-temp.com": 1, "gmail.com": 4,
    "outlook.com": 3
}


@dataclass
class LogProfile:
    """What this provider keeps. Applies to everybody alike."""

    response: bool = False
    ja4: bool = True
    asn: bool = True
    cached: bool = True
    session_api: float = 0.12
    phone: float = 0.45
    payment: float = 0.92
    signup_ip: float = 0.9
    email: float = 0.97
    org_event: float = 0.9
    kind_filled: float = 0.7


@dataclass
class Group:
    """Accounts enrolled together: parallel arrays."""

    acct: np.ndarray
    seat: Seats
    birth: np.ndarray
    death: np.ndarray
    path: np.ndarray
    key: np.ndarray

    def __len__(self) -> int:
        return len(self.acct)

    def sub(self, idx: np.ndarray) -> "Group":
        """A selection of the group."""
        return Group(self.acct[idx], self.seat.sub(idx), self.birth[idx], self.death[idx], self.path[idx], self.key[idx])


def _period(rot: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The number of the lease period an address is in (0 for fixed addresses)."""
    return np.where(rot > 0, np.floor(t / np.where(rot > 0, rot, 1)), 0).astype(np.int64)


@dataclass
class World:
    """One simulated log under construction."""

    seed: int
    days: int
    start: datetime
    log: LogProfile = field(default_factory=LogProfile)
    holidays: tuple[int, ...] = ()
    outages: tuple[tuple[float, float, float], ...] = ()  # (from day, to day, share failing)
    release_day: float = 1e9
    scale: float = 1.0

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng([self.seed, 77_001, self.days])
        self.clock = Clock(self.rng, self.days, self.start.weekday(), self.holidays)
        self.text = Writer(self.rng)
        self.span = self.days * DAY
        self.acc: dict[str, list[np.ndarray]] = {}
        self.ev: dict[str, list[np.ndarray]] = {}
        self.n_acc = self.n_conv = 0
        self._handle = int(self.rng.integers(1, 2**40))

    def handles(self, n: int) -> np.ndarray:
        """Fresh identity handles (cards, phones, organisations, keys); hashed on output."""
        self._handle += n
        return np.arange(self._handle - n, self._handle, dtype=np.int64)

    def born(self, n: int, new: float = 0.2, mean_days: float = 220, lo: float = 0.0, hi: float | None = None) -> np.ndarray:
        """Sign-up times: a share `new` inside the window (between days lo and hi), the rest before it."""
        old = -self.rng.exponential(mean_days * DAY, n) - 600
        fresh = self.rng.uniform(lo * DAY, (self.days if hi is None else hi) * DAY * 0.97, n)
        return np.where(self.rng.random(n) < new, fresh, old)

    def domains(self, n: int, kind: str) -> np.ndarray:
        """E-mail domains: free, company (own domain each), edu, throwaway, or mixed."""
        if kind == "free":
            return pick(self.rng, FREEMAIL, n)
        if kind == "throwaway":
            return pick(self.rng, DISPOSABLE, n)
        corp = self.text.expand("corpname", n)
        if kind == "company":
            return corp
        if kind == "edu":
            tail = pick(self.rng, {".edu": 5, ".ac.uk": 1, ".edu.br": 1, ".ac.in": 1, "-uni.de": 1}, n)
            return np.asarray(self.text.expand("stem", n) + self.text.expand("stem", n) + tail)
        return np.where(self.rng.random(n) < 0.62, self.domains(n, "free"), corp)

    def enrol(
        self, n: int, kind: str, *, campaign: str | None = None, says: Weights | str = "individual", seat: Seats | None = None,
        birth: np.ndarray | None = None, death: np.ndarray | None = None, plan: Weights | str = "payg", mail: str | np.ndarray = "mixed",
        org: np.ndarray | float = 0.2, pay: np.ndarray | None = None, phone: np.ndarray | None = None, mail_hash: np.ndarray | None = None,
        verified: float | np.ndarray = 0.08, access: str = "application", path: Weights | str = "api", signup: Seats | None = None,
        false_ban: float = 0.004
    ) -> Group:
        """Enrol n accounts. `org`: handles per account (0 = none) or the share of accounts with an organisation of their own."""
        rng = self.rng
        seat = seats(rng, n) if seat is None else seat
        birth = self.born(n) if birth is None else birth
        plans = pick(rng, {plan: 1.0} if isinstance(plan, str) else plan, n)
        death = np.full(n, np.inf) if death is None else death.astype(float)
        oops = rng.random(n) < false_ban
        death = np.where(oops & np.isinf(death), np.maximum(birth, 0) + rng.uniform(0.1, 1, n) * (self.span - np.maximum(birth, 0)), death)
        paths = pick(rng, {path: 1.0} if isinstance(path, str) else path, n)
        orgs = np.where(rng.random(n) < org, self.handles(n), 0) if isinstance(org, float) else org
        idx = np.arange(self.n_acc, self.n_acc + n)
        at_home = seat if signup is None else signup
        row = {
            "birth": birth, "death": death, "plan": plans, "org": orgs, "pay": self.handles(n) if pay is None else pay,
            "phone": self.handles(n) if phone is None else phone, "mailh": self.handles(n) if mail_hash is None else mail_hash,
            "domain": self.domains(n, mail) if isinstance(mail, str) else mail, "country": at_home.country,
            "said": pick(rng, {says: 1.0} if isinstance(says, str) else says, n),
            "verified": rng.random(n) < verified if isinstance(verified, float) else verified, "access": np.full(n, access, object),
            "sasn": at_home.asn, "shost": mix64(at_home.host, _period(at_home.rot, birth)).astype(np.int64),
            "kind": np.full(n, kind, object), "campaign": np.full(n, campaign, object)
        }
        for k, v in row.items():
            self.acc.setdefault(k, []).append(np.asarray(v))
        self.n_acc += n
        return Group(idx, seat, birth, death, paths, self.handles(n))

    def turns(
        self, g: Group, total: float, rhythm: str = "server", *, lo: np.ndarray | float | None = None, hi: np.ndarray | float | None = None,
        **kw: Any
    ) -> Turns:
        """Sessions of a group within its accounts' lives (and optional bounds in seconds)."""
        a = np.maximum(g.birth, 0) if lo is None else np.maximum(g.birth, np.broadcast_to(lo, len(g)))
        b = np.full(len(g), self.span) if hi is None else np.broadcast_to(np.asarray(hi, float), len(g))
        return self.clock.sessions(len(g), total, g.seat.tz, a, b, rhythm, **kw)

    def niches(self, n: int, rules: Weights) -> np.ndarray:
        """The kind of task each of n accounts was made for."""
        return pick(self.rng, rules, n)

    def talk(
        self, tn: Turns, rules: Weights, *, own: float = 0.0, niche: np.ndarray | None = None, follow: Weights | None = None,
        rough: float = 0.0
    ) -> np.ndarray:
        """Prompts of sessions: first turns from the rules (a share `own` from the account's own niche).

        Later ones follow up on the topic.
        """
        convs = int(tn.conv.max()) + 1 if len(tn) else 0
        topic = self.text.expand("topic", convs)
        which = np.empty(len(tn), object)
        first = tn.first
        which[first] = pick(self.rng, rules, int(first.sum()))
        if own > 0:
            niche = self.niches(int(tn.who.max()) + 1, rules) if niche is None else niche
            use = first & (self.rng.random(len(tn)) < own)
            which[use] = niche[tn.who[use]]
        which[~first] = pick(self.rng, follow or {"follow": 1.0}, int((~first).sum()))
        out = self.text.mixed(which, {"topic": topic[tn.conv]})
        return self.text.rough(out, rough) if rough else out

    def models(self, who: np.ndarray, t: np.ndarray, tiers: Weights, *, lag_days: float = 6.0, fickle: float = 0.05) -> np.ndarray:
        """Models by account taste; users of the pro tier move to the new release after a lag of their own."""
        m = int(who.max()) + 1 if len(who) else 0
        taste = pick(self.rng, tiers, m)[who]
        swap = self.rng.random(len(who)) < fickle
        taste[swap] = pick(self.rng, tiers, int(swap.sum()))
        adopt = (self.release_day + self.rng.exponential(lag_days, m)) * DAY + np.where(self.rng.random(m) < 0.35, 1e12, 0)
        names = {"mini": "halden-mini-2", "base": "halden-base-2", "pro": "halden-pro-2", "think": "halden-think-1"}
        out = np.array([names[x] for x in taste], object)
        out[(taste == "pro") & (t > adopt[who])] = "halden-pro-3"
        return out

    def play(self, g: Group, tn: Turns, prompt: np.ndarray, **cols: Any) -> None:
        """Log the requests of a group. Columns may be scalars or arrays over turns.

        `seat` overrides the group's seats row by row.
        """
        n = len(tn)
        if not n:
            return
        s = cols.pop("seat", None)
        s = g.seat.sub(tn.who) if s is None else s
        nan = np.float32("nan")
        base: dict[str, Any] = {
            "system": None, "model": "halden-base-2", "tools": 0, "temp": nan, "top_p": nan, "max_tokens": 0, "stream": False, "extra": 0,
            "harvest": False, "salt": -1, "status": 0, "key": g.key[tn.who], "path": g.path[tn.who], "med": 240.0, "sig": 0.75,
            "think": 0.0, "retry": True
        }
        base.update(cols)
        app = np.broadcast_to(np.asarray(base["path"]) == "app", (n,))  # users of the application set no parameters
        for k, none in (("temp", nan), ("top_p", nan), ("max_tokens", 0)):
            base[k] = np.where(app, none, np.broadcast_to(base[k], (n,)))
        per = _period(s.rot, tn.t)
        base.update(
            acct=g.acct[tn.who], t=tn.t, conv=tn.conv + self.n_conv, turn=tn.turn, prompt=prompt, asn=s.asn, country=s.country,
            host=mix64(s.host, per).astype(np.int64), ua=s.ua, ja4=s.ja4
        )
        self.n_conv += int(tn.conv.max()) + 1
        for k, v in base.items():
            if isinstance(v, np.ndarray) and v.shape == (n,):
                arr = v
            elif v is None or isinstance(v, str):
                arr = np.full(n, v, object)
            else:
                arr = np.full(n, v)
            self.ev.setdefault(k, []).append(arr)

"""The world a scenario fills: names, cards, accounts, waking hours, incidents."""

import bisect
import datetime as dt
import math
from random import Random
from typing import Any

from .clients import browser, sdk_client
from .lines import Fixed, Hidden
from .network import Net
from .records import Account, Cfg, Thread
from .vocabulary import AGENT_SYSTEMS, WORDS

DAY = 86400.0
HOURS: dict[str, list[float]] = {
    "work": [0, 0, 0, 0, 0, 0, 1, 3, 8, 11, 11, 10, 6, 8, 11, 11, 9, 6, 3, 2, 1, 1, 1, 0],
    "evening": [2, 1, 0, 0, 0, 0, 1, 2, 2, 2, 3, 3, 4, 4, 3, 3, 4, 6, 8, 10, 12, 12, 9, 5],
    "student": [5, 3, 1, 0, 0, 0, 0, 1, 3, 4, 5, 5, 4, 5, 6, 6, 6, 6, 6, 8, 10, 11, 10, 8],
    "night": [10, 10, 9, 7, 4, 2, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10], "flat": [1] * 24,
    "users": [2, 1, 1, 1, 1, 2, 3, 5, 7, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 9, 9, 8, 6, 4]
}
WEEK: dict[str, list[float]] = {
    "work": [1.1, 1.15, 1.1, 1.0, 0.85, 0.1, 0.07], "home": [0.9, 0.9, 0.9, 0.9, 0.9, 1.2, 1.3], "flat": [1.0] * 7
}


class World:
    """All that a scenario builds; moments are seconds from its first midnight UTC."""

    def __init__(self, name: str, seed: int, scale: float, days: int, responses: bool) -> None:
        """Prepare networks, models, wallets, incidents."""
        self.r = Random(f"slate/{name}/{seed}")
        r = self.r
        self.scale, self.days = scale, days
        self.end = days * DAY
        self.start = dt.datetime(2026, r.randint(1, 5), r.randint(1, 25), tzinfo=dt.UTC)
        self.weekday0 = self.start.weekday()
        self.net = Net(r)
        self.accounts: list[Account] = []
        self.rows: list[tuple[Any, ...]] = []
        self._conv = 0
        self.wallets = [self.hexid(16) for _ in range(2)]
        self.terminals = [self.hexid(16) for _ in range(14)]
        self.sms = [self.hexid(16) for _ in range(160)]
        self.launch = r.uniform(0.3, 0.75) * self.end
        self.models = {"mini": "tern-mini-2", "large": "tern-large-2", "think": "tern-think-1", "new": "tern-large-3"}
        self.incidents = sorted((s := r.uniform(0, self.end), s + r.uniform(400, 3600)) for _ in range(r.randint(1, 3)))
        self.stubs = responses
        self.mailboxes = [self.domain("cheap") for _ in range(9)]
        self.agents = [
            (r.choice(AGENT_SYSTEMS[:2]) + f" Version {v}.", r.getrandbits(62), r.randint(2500, 7000))
            for v in ("0.41", "0.42", "0.43", "0.44")
        ]
        self.agent_clients = [sdk_client(r, "node") for _ in range(3)]
        self.base_error = r.uniform(0.003, 0.012)

    def hexid(self, n: int) -> str:
        """Random hexadecimal digits."""
        return f"{self.r.getrandbits(4 * n):0{n}x}"

    def n(self, count: float) -> int:
        """A count at this scale."""
        return max(1, round(count * self.scale))

    def cfg(self, style: str = "chat") -> Cfg:
        """Plausible request parameters for a use."""
        r, m = self.r, self.models
        if style == "app":
            return Cfg(r.choices((m["mini"], m["large"], m["think"]), (60, 32, 8))[0], None, None, r.choice((4096, 4096, 8192)), True)
        model = r.choices((m["mini"], m["large"], m["think"]), {"pipe": (75, 23, 2), "reason": (10, 30, 60)}.get(style, (45, 42, 13)))[0]
        temp = (
            r.choice((0.0, 0.0, 0.1, 0.2, None)) if style == "pipe"
            else r.choices((None, 0.0, 0.2, 0.3, 0.5, 0.7, 0.8, 1.0), (42, 9, 8, 6, 5, 18, 4, 8))[0]
        )
        limit = r.choices(
            (None, 256, 500, 512, 800, 1000, 1024, 1500, 2000, 2048, 3000, 4000, 4096, 8192, 16000, 16384),
            (24, 4, 5, 5, 2, 9, 10, 4, 8, 10, 2, 5, 9, 4, 2, 2)
        )[0]
        return Cfg(model, temp, r.choices((None, 0.9, 0.95, 1.0), (80, 5, 6, 9))[0], limit, r.random() < (0.05 if style == "pipe" else 0.4))

    def pay(self, how: str) -> str | None:
        """A payment hash: own card, shared wallet provider, prepaid terminal, or nothing (voucher, invoice)."""
        r = self.r
        if how == "mixed":
            how = r.choices(("card", "none", "wallet", "terminal"), (42, 34, 16, 8))[0]
        if how == "card":
            return self.hexid(16)
        if how == "wallet":
            return self.wallets[0] if r.random() < 0.7 else self.wallets[1]
        return r.choice(self.terminals) if how == "terminal" else None

    def mail(self, sort: str, domain: str | None = None) -> tuple[str | None, str | None]:
        """E-mail domain and hash."""
        r = self.r
        if sort == "public":
            x = r.random()
            if x < 0.04:
                return None, None
            if x < 0.075:
                return r.choice(self.mailboxes), self.hexid(20)
            domain = r.choices(
                ("gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com", "proton.me", "gmx.net"), (58, 12, 11, 7, 6, 4, 2)
            )[0]
        elif domain is None:
            domain = r.choice(self.mailboxes) if sort == "cheap" and r.random() < 0.6 else self.domain(sort)
        return domain, self.hexid(20)

    def domain(self, sort: str = "firm") -> str:
        """A new domain name."""
        r = self.r
        stem = (r.choice(WORDS["brand_a"]) + r.choice(WORDS["brand_b"])).lower().replace("í", "i")
        if sort == "school":
            return f"{r.choice(('uni', 'itec', 'colegio', 'campus', 'poli'))}-{stem[:6]}.edu.{self.net.home_country.lower()}"
        if sort == "cheap":
            return f"{stem}{r.choice(('', r.randrange(10, 99)))}.{r.choice(('xyz', 'site', 'online', 'shop', 'store', 'click'))}"
        local = "com." + self.net.home_country.lower()
        end = r.choice(("com", "com", "io", "co", "net", "dev", "ai", "site", "online", local))
        return f"{stem}{r.choice(('', '', r.randrange(2, 99)))}.{end}"

    def account(self, crowd: str, **kw: Any) -> Account:
        """Open an account; what is not given is drawn as for an ordinary small customer."""
        r = self.r
        sort = kw.pop("mail", "public")
        dom, mail = self.mail(sort, kw.pop("domain", None))
        line = kw.pop("line", None) or self.net.person(r)
        how = kw.pop("pay_how", "mixed")
        pay = kw.pop("pay") if "pay" in kw else self.pay(how)
        created = kw.pop("created", None)
        if created is None:
            created = self.end * r.uniform(0, 0.95) if r.random() < 0.13 else -min(r.expovariate(1 / 200.0), 900) * DAY
        signup = kw.pop("signup_ip", "")
        if signup == "":
            probe = line if not isinstance(line, Hidden) else self.net.office(r)
            signup = (
                probe.at(r, created, -2).ip if not isinstance(probe, Fixed) or r.random() < 0.3
                else self.net.person(r).at(r, created, -2).ip
            )
        where = line.at(r, 0.0, -3).country or self.net.home_country
        path = kw.get("path", "api")
        acct = Account(
            idx=len(self.accounts), crowd=crowd, created=created, kind=kw.pop("kind", "individual"), line=line, domain=dom, email=mail,
            pay=pay, signup_ip=signup, country=kw.pop("country", None) or (where if r.random() < 0.93 else self.net.home_country),
            client=kw.pop("client", None) or (browser(r) if path == "app" else sdk_client(r)),
            cfg=kw.pop("cfg", None) or self.cfg("app" if path == "app" else "chat"),
            phone=kw.pop("phone") if "phone" in kw else (self.hexid(16) if r.random() < 0.4 else None),
            voice=kw.pop("voice", None) or self.voice(),
            tz=kw.pop("tz", None) or r.choices((-5.0, -4.0, 1.0, 5.5, -8.0), (70, 10, 10, 6, 4))[0],
            plan=kw.pop("plan", None) or r.choices(("free", "payg", "prepaid", "pro"), (34, 26, 26, 14))[0], **kw
        )
        if not acct.keys:
            acct.keys = [self.hexid(12) for _ in range(r.choices((1, 2, 3), (80, 15, 5))[0])]
        acct.patience = r.expovariate(1 / 20000.0)
        if (
            acct.campaign is None and acct.banned is None
            and r.random() < {"content_mill": 0.15, "free_hopper": 0.12, "vpn_user": 0.03}.get(crowd, 0.005)
        ):
            acct.banned = r.uniform(max(0.0, created), self.end)
        if acct.plan == "prepaid" and r.random() < (0.3 if acct.campaign else 0.12):
            acct.dry = r.uniform(max(0.0, created), 1.3 * self.end)
        if acct.new_model is None and r.random() < 0.3:
            acct.new_model = self.launch + r.expovariate(1 / (2.5 * DAY)) + 1800
        self.accounts.append(acct)
        return acct

    def voice(self) -> str:
        """A way of typing."""
        return self.r.choices(("plain", "casual", "polite", "hasty", "es"), (34, 24, 15, 12, 15))[0]

    def times(self, a: Account, rate: float, hours: str, week: str, start: float = 0.0, end: float | None = None) -> list[float]:
        """Session starts of a person: a mean rate a day, with good and bad weeks, within [start, end)."""
        r, out = self.r, list[float]()
        lo, hi = max(start, a.created), min(self.end, end if end is not None else self.end)
        if hi <= lo:
            return out
        mood = r.gammavariate(1.6, 1 / 1.6)
        for d in range(int(lo // DAY), int(hi // DAY) + 1):
            if d % 6 == 0:
                mood = 0.5 * mood + 0.5 * r.gammavariate(1.2, 1 / 1.2)
            lam = rate * mood * WEEK[week][(self.weekday0 + d) % 7]
            for _ in range(self.poisson(lam)):
                t = d * DAY + self.hour(hours) - a.tz * 3600
                if lo <= t < hi:
                    out.append(t)
        return sorted(out)

    def hour(self, hours: str) -> float:
        """Seconds after local midnight."""
        return (self.r.choices(range(24), HOURS[hours])[0] + self.r.random()) * 3600

    def poisson(self, lam: float) -> int:
        """A Poisson number."""
        if lam > 40:
            return max(0, round(self.r.gauss(lam, math.sqrt(lam))))
        limit, k, p = math.exp(-lam), 0, self.r.random()
        while p > limit:
            k += 1
            p *= self.r.random()
        return k

    def thread(self, a: Account | None = None, session: str | None = None) -> Thread:
        """Open a conversation; apps give it a session id."""
        self._conv += 1
        if session is None and a is not None and a.path == "app":
            session = self.hexid(16)
        return Thread(self._conv, session)

    def down(self, t: float) -> bool:
        """Whether the host has an incident now."""
        i = bisect.bisect_right(self.incidents, (t, 1e18)) - 1
        return i >= 0 and self.incidents[i][1] > t

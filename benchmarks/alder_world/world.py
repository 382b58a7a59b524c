"""The world a scenario fills: its dates and models, and the accounts that join it."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Agents, BoolArray, FloatArray, IntArray, ObjArray, below, choose, hash64, instead, only
from .carriers import COUNTRY, KIND, TZ
from .clients import clients
from .network import Net, host_net
from .profiles import FIRMS, FREE_MAIL, THROWAWAY, UNIVERSITIES, Profile
from .text import STYLES, draw

DAY = 86400.0
RELEASES = (("baraza-mini", -410), ("baraza-2", -300), ("baraza-2-think", -160))
Columns = dict[str, Any]
"""arrays of one length by name"""


@dataclass
class Group:
    """Accounts of one crowd; columns have one row an account, moments are seconds from the first midnight."""

    idx: IntArray
    start: FloatArray
    end: FloatArray
    profile: Profile
    net: Net
    ua: ObjArray
    ja4: ObjArray
    key: ObjArray
    model: ObjArray
    temp: FloatArray
    top_p: FloatArray
    max_tokens: IntArray
    keeps: BoolArray
    """whether a session's id is sent"""
    stream: BoolArray
    system: ObjArray
    tools: IntArray
    style: IntArray
    tz: IntArray

    @property
    def n(self) -> int:
        """Number of accounts."""
        return len(self.idx)


class World:
    """One provider over one window: accounts and requests, collected by crowd."""

    def __init__(self, name: str, seed: int, start: str, days: int, scale: float, release: tuple[str, float] | None = None) -> None:
        """An empty world; `release` is a model that comes out so many days after the start."""
        code = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "little")
        self.rng = np.random.default_rng([seed, code])
        self.start = dt.datetime.fromisoformat(start).replace(tzinfo=dt.UTC)
        self.days, self.scale, self.span = days, scale, days * DAY
        self.releases: list[tuple[str, float]] = [*RELEASES, *([release] if release else [])]
        self.n_accounts = 0
        self.accounts: list[Columns] = []
        self.log: list[Columns] = []
        self.tills = self.tokens(60)
        self.salt = int(self.rng.integers(1 << 40))

    def size(self, n: float) -> int:
        """A number of accounts at this scale, at least two."""
        return max(round(n * self.scale), 2)

    def tokens(self, n: int, length: int = 16, prefix: str = "") -> ObjArray:
        """So many random hexadecimal ids."""
        raw = self.rng.bytes(n * length // 2 + 1).hex()
        return np.array([prefix + raw[i * length : (i + 1) * length] for i in range(n)], dtype=object)

    def orgs(self, n: int) -> ObjArray:
        """Ids of so many organisations."""
        return self.tokens(n, 12, "org_")

    def ints(self, n: int) -> IntArray:
        """So many random positive numbers, for sites and sets of tools."""
        return self.rng.integers(1, 1 << 62, size=n)

    def domains(self, n: int) -> ObjArray:
        """Mail domains of so many firms."""
        rng = self.rng
        end = choose(rng, FIRMS, n)
        middle = np.array(["", "-", ""], dtype=object)[rng.integers(3, size=n)]
        number = np.where(rng.random(n) < 0.15, rng.integers(2, 99, size=n).astype(str).astype(object), "")
        return np.asarray(draw(rng, "word_co", n) + middle + draw(rng, "word_tail", n) + number + end)

    def habit(self, g: Group, salt: int, levels: tuple[float, ...]) -> FloatArray:
        """One of some levels for every account, by its number alone, so that no crowd differs from another."""
        return np.array(levels, dtype=float)[below(hash64(g.idx, salt, self.salt), len(levels))]

    def join(
        self, n: int, kind: str, profile: Profile, net: Net, *, campaign: str | None = None, created: FloatArray | None = None,
        org: ObjArray | None = None, pay: ObjArray | None = None, phone: ObjArray | None = None, domain: ObjArray | None = None,
        signup: Net | None = None, banned: FloatArray | None = None, end: FloatArray | None = None, ua: Agents | None = None,
        tools: IntArray | None = None, system: ObjArray | None = None
    ) -> Group:
        """Open accounts; columns that are given stand instead of draws from the profile, in some a row without a value is drawn too."""
        rng, p = self.rng, profile
        created, start, stop = self._times(n, p, created, end)
        if banned is None:
            hit = rng.random(n) < p.banned
            banned = np.where(hit, start + rng.random(n) * np.maximum(self.span - start, 0) * 1.02, np.nan)
        mail_domain, mail = self._mail(n, p, domain)
        payer = instead(pay, self._payers(n, p))
        number = instead(phone, self._phones(n, p))
        ip, row = self._sign_up(signup or net, n, created)
        plan, own_org = choose(rng, p.plan, n), self.orgs(n)
        if org is None:
            org = only(rng.random(n) >= (1.0 if p.path == "app" else 0.35), own_org)
        self.accounts.append({
            "account": self.tokens(n, 14, "acc_"), "created": created, "kind": choose(rng, p.said, n), "org": org,
            "verified": rng.random(n) < p.verified, "access": np.full(n, p.access_type, dtype=object), "domain": mail_domain,
            "email": mail, "pay": payer, "phone": number, "ip": ip, "country": COUNTRY[row], "banned": banned, "plan": plan,
            "campaign": np.full(n, campaign, dtype=object), "crowd": np.full(n, kind, dtype=object)
        })
        self.n_accounts += n
        return self._group(n, p, net, start, stop, ua, tools, system)

    def _times(
        self, n: int, p: Profile, created: FloatArray | None, end: FloatArray | None
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """When accounts are opened, ask first and stop."""
        rng = self.rng
        if created is None:
            age = np.minimum(rng.exponential(p.growth * DAY, n), 420 * DAY * rng.uniform(0.6, 1.0, n))
            created = self.span - 0.02 * DAY - age
        late = created > self.span - 3600
        created = np.where(late, self.span * rng.uniform(0.3, 0.99, n), created)
        start = np.maximum(created + rng.exponential(900.0, n) + 20, 0.0)
        life = rng.exponential(p.life * DAY, n)
        stop = np.minimum(start + life if end is None else end, self.span)
        return created, start, np.maximum(stop, np.minimum(start + 1800.0, self.span))

    def _mail(self, n: int, p: Profile, given: ObjArray | None) -> tuple[ObjArray, ObjArray]:
        """Mail domains and mailboxes; who has no mailbox has no domain either."""
        rng = self.rng
        how, domain = choose(rng, p.email, n), choose(rng, FREE_MAIL, n)
        thrown = how == "disp"
        domain[thrown] = choose(rng, THROWAWAY, int(thrown.sum()))
        university = draw(rng, "word_uni", n) + choose(rng, UNIVERSITIES, n)
        domain = instead(given, np.where(how == "corp", self.domains(n), np.where(how == "uni", university, domain)))
        mail = self.tokens(n)
        domain[how == "none"] = mail[how == "none"] = None
        return domain, mail

    def _payers(self, n: int, p: Profile) -> ObjArray:
        """Cards and wallets of one's own, or tills of kiosks, of which a few serve most."""
        how, own = choose(self.rng, p.pay, n), self.tokens(n)
        till = self.tills[(len(self.tills) * self.rng.random(n) ** 2.2).astype(int)]
        return only(how != "none", np.where(how == "till", till, own))

    def _phones(self, n: int, p: Profile) -> ObjArray:
        """Phones, of which some are a neighbour's."""
        rng, phone = self.rng, self.tokens(n)
        if n > 4:
            borrows = rng.random(n) < p.phone_shared
            phone[borrows] = phone[rng.integers(max(n // 6, 1), size=int(borrows.sum()))]
        phone[rng.random(n) > p.phone] = None
        return phone

    def _sign_up(self, net: Net, n: int, created: FloatArray) -> tuple[IntArray, IntArray]:
        """Addresses and networks at sign-up, of which the console of a cloud tells, too."""
        who, when = np.arange(n), created + 500 * DAY
        ip, row = net.draw(self.rng, who, when)
        if (row < 0).any():
            seen_ip, seen_row = host_net(self.rng, n).draw(self.rng, who, when)
            ip, row = np.where(row < 0, seen_ip, ip), np.where(row < 0, seen_row, row)
        return ip, row

    def _group(
        self, n: int, p: Profile, net: Net, start: FloatArray, stop: FloatArray, ua: Agents | None, tools: IntArray | None,
        system: ObjArray | None
    ) -> Group:
        """Clients and settings of accounts that have just joined."""
        rng = self.rng
        agents, prints = ua or clients(rng, p.client, n)
        temp = np.where(rng.random(n) < p.p_temp, rng.choice(p.temps, size=n), np.nan)
        top_p = np.where(rng.random(n) < p.top_p, rng.choice([0.8, 0.9, 0.95, 1.0], size=n), np.nan)
        max_tokens = np.where(rng.random(n) < p.p_max, rng.choice(p.max_tokens, size=n), 0)
        if system is None:
            system = np.full(n, None, dtype=object)
            if p.system:
                has = rng.random(n) < p.p_system
                system[has] = draw(rng, p.system, int(has.sum()))
        if tools is None:
            tools = np.where(rng.random(n) < p.tools, self.ints(n), 0)
        tz = np.array([TZ[country] for country in COUNTRY[net.home]], dtype=np.int64)
        anywhere = np.isin(KIND[net.home].astype(str), ["host", "edge", "vpn"])
        tz[anywhere] = rng.choice([0, 1, 2, 3, 3, 1], size=int(anywhere.sum()))
        style = np.where(rng.random(n) < 0.75, rng.integers(STYLES, size=n), 0) if p.style else np.zeros(n, dtype=np.int64)
        key = self.tokens(n, 12, "key_") if p.path != "app" else np.full(n, None, dtype=object)
        return Group(
            np.arange(self.n_accounts - n, self.n_accounts), start, stop, p, net, agents, prints, key, choose(rng, p.models, n), temp,
            top_p, max_tokens, rng.random(n) < p.sessions, rng.random(n) < p.stream, system, tools, style, tz
        )

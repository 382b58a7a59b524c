"""The register of accounts: when they signed up, with what, and from when until when they can work."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from . import network
from .keys import F64, I64, U64, Bool, below, hexes, mix, one, rng, unit
from .profiles import Group, Supply, World

DAY = 86_400.0
NEVER = 1e12
_THREE_YEARS = 1_095.0
_LIFE_HOURS = np.array([2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 13, 13, 13, 13, 13, 13, 13, 14, 15, 16, 16, 14, 9, 5], dtype=np.float64)
"""When people are up to sign up for something, by their own clock."""


@dataclass(frozen=True)
class Accounts:
    """All accounts of a world, in the order of groups. Times are seconds since its first midnight."""

    key: U64
    group: I64
    country: I64
    created: F64
    begin: F64
    """First moment of work."""
    end: F64
    """When it is banned, or NEVER."""
    idle: F64
    """1 where the account makes no request."""

    def of(self, group: int) -> I64:
        """The rows of a group."""
        return np.flatnonzero(self.group == group)


def _signups(supply: Supply, n: int, days: int, seed: int) -> F64:
    draw = rng(seed, "signup")
    if supply.signup == "burst":
        day = supply.at + supply.part * days + supply.spread * draw.beta(1.2, 2.5, n)
    elif supply.signup == "drip":
        day = supply.at + supply.part * days + supply.spread * draw.random(n)
    else:
        late = draw.random(n) < 0.05
        day = np.where(late, days * draw.random(n), -_THREE_YEARS * draw.random(n) ** 1.4)
    return day


def _by_daylight(day: F64, country: I64, seed: int) -> F64:
    """Move each time into waking hours of its day."""
    steps = np.cumsum(_LIFE_HOURS) / _LIFE_HOURS.sum()
    draw = rng(seed, "daylight")
    hour = np.searchsorted(steps, draw.random(len(day))) + draw.random(len(day)) - network.ZONES[country]
    moved: F64 = np.floor(day) * DAY + (hour % 24) * 3_600
    return moved


def _chains(supply: Supply, n: int, days: int, seed: int) -> tuple[F64, F64]:
    """Sign-ups and bans of places that are filled again after each ban."""
    draw = rng(seed, "chains")
    places = max(1, round(n * supply.life / (days + supply.life)))
    deep = int(np.ceil(3 * days / supply.life)) + 3
    lives = draw.gamma(2.0, supply.life / 2, (places, deep))
    waits = draw.gamma(1.5, 3.0, (places, deep)) / 24
    ends = np.cumsum(lives + waits, axis=1) - supply.life * 2 * draw.random((places, 1))
    begins = ends - lives
    alive = (ends > 0.05) & (begins < days - 0.2)
    return begins[alive] * DAY, ends[alive] * DAY


def _members(world: World, number: int, group: Group) -> Accounts:
    supply, n, seed = group.supply, group.accounts, group.key
    whole = world.days * DAY
    end = np.full(n, NEVER)
    if supply.life:
        created, end = _chains(supply, n, world.days, seed)
        n = len(created)
        end = np.where(end < whole, end, NEVER)
        country = network.countries(supply.country, n, seed)
    else:
        country = network.countries(supply.country, n, seed)
        created = _by_daylight(_signups(supply, n, world.days, seed), country, seed)
    key = mix(seed, "account", np.arange(n))
    draw = rng(seed, "members")
    created = np.minimum(created, whole - 3_600)
    begin = created + 90 + draw.exponential(0.15 if supply.life else 0.4, n) * DAY * (created > -5 * DAY)
    if supply.ban_at:
        end = np.minimum(end, whole * supply.ban_at + 2_400 * draw.random(n))
    late_ban = np.maximum(begin, 0) + 3_600 + (whole - np.maximum(begin, 0)) * draw.random(n)
    end = np.where((unit(key, "ban") < supply.banned) & (late_ban < whole), np.minimum(end, late_ban), end)
    idle = (unit(key, "idle") < supply.idle).astype(np.float64)
    return Accounts(key, np.full(n, number), country, created, begin, end, idle)


def people(world: World) -> Accounts:
    """The accounts of all groups."""
    parts = [_members(world, number, group) for number, group in enumerate(world.groups)]
    return Accounts(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Accounts)))


def identifiers(accounts: Accounts) -> pa.Array:
    """Account identifiers, which tell nothing of the group."""
    return hexes(mix(accounts.key, "id"), "acct_", 16)


def organisations(world: World, accounts: Accounts) -> U64:
    """The key of each account's organisation; 0 is none."""
    policy = np.array([group.supply.org for group in world.groups])[accounts.group]
    group = np.array([group.key for group in world.groups], dtype=np.uint64)[accounts.group]
    inside = (policy == "one") | ((policy == "some") & (unit(accounts.key, "inside") < 0.5))
    return np.where(inside, mix(group, "org"), np.where(policy == "each", mix(accounts.key, "org"), np.uint64(0)))


def _shared(per: I64, group: U64, accounts: Accounts, what: str) -> U64:
    """A key that about ``per`` accounts of a group have in common."""
    sizes = np.bincount(accounts.group)[accounts.group]
    return mix(group, what, below(np.maximum(1, sizes // per), accounts.key, what))


def _optional(key: U64, there: pa.Array, digits: int) -> pa.Array:
    return pc.if_else(there, hexes(key, "", digits), pa.scalar(None, pa.string()))


def table(world: World, accounts: Accounts, stamp: int) -> pa.Table:
    """The registry as written; ``stamp`` is the world's first moment in microseconds."""
    supplies = [group.supply for group in world.groups]
    cloud = np.array([all(stream.access == "cloud" for stream in group.streams) for group in world.groups])[accounts.group]
    group = np.array([group.key for group in world.groups], dtype=np.uint64)[accounts.group]

    def told(name: str) -> npt.NDArray[Any]:
        return np.array([getattr(supply, name) for supply in supplies])[accounts.group]

    def known(share: F64 | float, what: str) -> Bool:
        return unit(accounts.key, "known", what) < share

    org = organisations(world, accounts)
    pay, mail, plan = told("pay"), told("mail"), told("plan")
    plan = np.where((plan == "mixed"), np.where(unit(accounts.key, "plan") < 0.65, "free", "plus"), plan)
    card = np.where(pay == "shared", _shared(told("per_card"), group, accounts, "card"), mix(accounts.key, "card"))
    card = np.where(pay == "one", mix(group, "card"), card)
    phone = _shared(told("per_phone"), group, accounts, "phone")
    phone = np.where(told("per_phone") > 1, phone, mix(accounts.key, "phone"))
    line = np.array([network.KINDS.index(name) for name in told("line")])
    day = np.floor(accounts.created / DAY).astype(np.int64)
    hour = np.floor(accounts.created / 3_600).astype(np.int64)
    signup = network.addresses(
        line, accounts.country, mix(accounts.key, "line"), mix(group, "site"), mix(accounts.key, "signup"), day, hour
    )[0]
    banned = accounts.end < world.days * DAY
    micro = pa.timestamp("us", "UTC")
    return pa.table(
        {
            "account_id": identifiers(accounts),
            "created_at": pa.array(stamp + (accounts.created * 1e6).astype(np.int64)).cast(micro),
            "kind": pa.array(np.where(unit(accounts.key, "told") < 0.97, told("kind"), "individual").tolist()),
            "org_id": _optional(org, pa.array(org > 0), 12),
            "verified": pa.array(unit(accounts.key, "verified") < told("verified")),
            "access_type": pa.array(np.where(told("passthrough"), "passthrough", "application").tolist()),
            "email_domain": _domains(mail, group, accounts.key, cloud),
            "email_hash": _optional(mix(accounts.key, "mail"), pa.array(known(np.where(cloud, 0.3, 0.99), "mail")), 16),
            "payment_hash": _optional(card, pa.array((pay != "none") & (plan != "free") & known(np.where(cloud, 0.2, 0.96), "pay")), 16),
            "phone_hash": _optional(phone, pa.array(known(told("phone"), "phone")), 16),
            "signup_ip": pc.if_else(pa.array(known(np.where(cloud, 0.0, 0.96), "ip")), signup, pa.scalar(None, pa.string())),
            "country": pa.array(network.COUNTRIES).take(pa.array(accounts.country)),
            "banned_at": pc.if_else(
                pa.array(banned), pa.array(stamp + (np.minimum(accounts.end, 1e8) * 1e6).astype(np.int64)), pa.scalar(None, pa.int64())
            ).cast(micro),
            "plan": pa.array(plan.tolist()),
        }
    )


_PUBLIC = np.array(
    [
        "dunepost.example",
        "mailwell.example",
        "letterbox.example",
        "postine.example",
        "freenote.example",
        "quickmail.example",
        "openbox.example",
        "inkline.example",
        "skymail.example",
        "homepost.example",
    ]
)
_PUBLIC_STEPS = np.cumsum([0.42, 0.2, 0.12, 0.08, 0.05, 0.04, 0.03, 0.03, 0.02, 0.01])


def _domains(mail: npt.NDArray[np.str_], group: U64, key: U64, cloud: Bool) -> pa.Array:
    public = _PUBLIC[np.searchsorted(_PUBLIC_STEPS, unit(key, "public")).clip(max=len(_PUBLIC) - 1)]
    # Throw-away services have hundreds of domains that come and go; privacy-minded people use them as operators do.
    chooser = np.select(
        [mail == "firm", mail == "own", mail == "domains", mail == "disposable"],
        [
            mix(group, "domain"),
            mix(key, "domain"),
            mix(group, "domain", below(7, key, "domain")),
            mix("throwaway", below(160, key, "throw")),
        ],
        np.uint64(1),
    )
    private = pc.binary_join_element_wise(hexes(chooser, "m", 7), ".example", "")
    away = unit(key, "second mail") < 0.06
    mailed = pc.if_else(pa.array((mail == "public") | away), pa.array(public.tolist()), private)
    return pc.if_else(pa.array(cloud & (unit(key, "no mail") < 0.5)), pa.scalar(None, pa.string()), mailed)


def group_key(seed: int, scenario: str, kind: str, number: int) -> int:
    """The key of one group of a scenario."""
    return one("group", seed, scenario, kind, number)

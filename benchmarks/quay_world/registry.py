"""The register of accounts: who they are, since when, and until when they can work."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from . import network
from .grammar import render
from .hashing import F64, I64, U64, Bools, choose, hexadecimal, mix, normal, pick, uniform, zipf
from .profiles import Group

PUBLIC_MAIL = (
    "mailbox.example",
    "letters.example",
    "inbox.example",
    "post.example",
    "envelope.example",
    "dispatch.example",
    "memo.example",
)
THROWAWAY = tuple(
    f"{name}.example" for name in ("tempo", "tenmin", "dropmail", "yonder", "fleetpost", "burner", "quickbox", "nomail", "oneuse")
)
_RENTED_NUMBERS = 6_000


@dataclass
class Register:
    """Accounts of a world; all times in days from its start."""

    key: U64
    group: I64
    country: I64
    created: F64
    begin: F64
    finish: F64
    banned: Bools
    private: Bools
    """No text is kept, as their contract says."""
    starts: I64
    """First account of each group, and the end."""


def register(groups: Sequence[Group], seed: U64, days: float) -> Register:
    """Accounts of all groups."""
    sizes = np.array([group.accounts for group in groups])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    key = mix(seed, "account", np.arange(starts[-1]))
    of = np.repeat(np.arange(len(groups)), sizes)
    country = np.zeros(len(key), np.int64)
    created, begin, finish = np.zeros(len(key)), np.zeros(len(key)), np.full(len(key), days)
    banned = np.zeros(len(key), bool)
    private = np.zeros(len(key), bool)
    for number, group in enumerate(groups):
        rows = slice(int(starts[number]), int(starts[number + 1]))
        mine = key[rows]
        place = mix(seed, "group", number)
        some = choose(network.POPULATION, place, pick(max(group.supply.countries, 1), mine, "country"), "country")
        country[rows] = some if group.supply.countries else choose(network.POPULATION, mine, "country")
        created[rows] = _signed_up(group, mine)
        # Some try at once, others days after sign-up.
        begin[rows] = np.maximum(0.0, created[rows] + 0.002 - 0.15 * np.log1p(-uniform(mine, "first")))
        private[rows] = (group.supply.verified > 0.5) & (group.supply.org == "group") & (uniform(place, "private") < 0.1)
        _live(group, mine, rows, place, days, created, begin, finish, banned)
    never = begin >= days - 0.05
    created[never] = np.minimum(created[never], days - 0.1)
    begin[never] = np.minimum(begin[never], days)
    return Register(key, of, country, created, begin, np.maximum(finish, begin), banned, private, starts)


def _signed_up(group: Group, key: U64) -> F64:
    supply = group.supply
    if supply.signup == "burst":
        return supply.at + supply.days * normal(key, "created")
    if supply.signup == "spell":
        return supply.at - supply.days * uniform(key, "created")
    return np.asarray(supply.at + np.maximum(-1400.0, supply.days * np.log1p(-uniform(key, "created"))), np.float64)


def _live(group: Group, key: U64, rows: slice, place: U64, days: float, created: F64, begin: F64, finish: F64, banned: Bools) -> None:
    life = group.life
    if life.kind == "cut":
        finish[rows] = life.day + life.spread * np.abs(normal(key, "cut"))
        banned[rows] = True
    elif life.kind == "chain":
        start = min(work.start for work in group.works)
        generations = max(2, int(np.ceil((days - start) / (life.mean * 1.15 + life.delay / 24))))
        slots = max(1, len(key) // generations)
        slot = np.arange(len(key)) % slots
        age = np.arange(len(key)) // slots
        free = start + 0.4 * uniform(place, slot, "free")
        for generation in range(int(age.max()) + 1):
            now = rows.start + np.flatnonzero(age == generation)
            mine = key[now - rows.start]
            begin[now] = free[: len(now)]
            finish[now] = free[: len(now)] + life.mean * np.exp(0.5 * normal(mine, "life"))
            free = finish[now] + life.delay / 24 * np.exp(0.6 * normal(mine, "delay"))
        if group.supply.signup != "years":  # made for the purpose, some hours to days ahead
            created[rows] = begin[rows] + group.supply.days * np.log1p(-uniform(key, "ahead")) - 0.01
        else:
            created[rows] = np.minimum(created[rows], begin[rows] - 0.05)
        banned[rows] = finish[rows] < days
    else:
        out = uniform(key, "banned") < life.banned
        day = begin[rows] + (days - begin[rows]) * uniform(key, "ban day")
        finish[rows] = np.where(out, day, finish[rows])
        banned[rows] = out & (day < days)


def table(groups: Sequence[Group], accounts: Register, seed: U64, first_day: int, sign_up: list[str], days: float) -> pa.Table:
    """The register as a provider keeps it, by account; ``sign_up`` are addresses, ``first_day`` the world's first day in microseconds."""
    key, of = accounts.key, accounts.group
    place = mix(seed, "group", of)
    supplies = [group.supply for group in groups]

    def told(attribute: str) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
        return np.array([getattr(supply, attribute) for supply in supplies], object)[of]

    number = np.arange(len(key)) - accounts.starts[of]
    verified = uniform(key, "verified") < told("verified").astype(float)
    plan = np.where((told("plan") == "mixed"), np.where(uniform(key, "plan") < 0.5, "free", "payg"), told("plan")).astype(str)
    card = told("card").astype(float)
    shared = mix(place, "card", (number / np.maximum(card, 1)).astype(np.int64))
    payment = np.where(card > 1, shared, mix(key, "card"))
    unpaid = (card == 0) | ((plan == "free") & (uniform(key, "unpaid") < 0.9)) | (uniform(key, "card gap") < 0.05)
    phones = told("phone").astype(float)
    phone = np.where(phones > 1, mix(place, "phone", (number / np.maximum(phones, 1)).astype(np.int64)), mix(key, "phone"))
    rented = uniform(key, "rented") < told("rented").astype(float)
    phone = np.where(rented, mix("rented", seed, pick(_RENTED_NUMBERS, key, "number")), phone)
    no_phone = (phones == 0) | (uniform(key, "phone gap") < 0.3)
    organised = told("org").astype(str)
    half = uniform(key, "org gap") < 0.5
    no_org = (organised == "none") | ((organised == "gaps") & half)
    organisation = np.where(organised == "own", mix(key, "org"), mix(place, "org"))
    country = accounts.country
    abroad = uniform(key, "claims") < 0.06
    country = np.where(abroad, choose(network.POPULATION, key, "claimed"), country)
    created = first_day + (accounts.created * 86_400e6).astype(np.int64)
    out = first_day + (np.minimum(accounts.finish, days) * 86_400e6).astype(np.int64)
    return pa.table(
        {
            "account_id": identifiers(key),
            "created_at": pa.array(created, pa.timestamp("us", "UTC")),
            "kind": told("kind").astype(str).tolist(),
            "org_id": pa.array(hexadecimal(organisation, 16, "org_"), pa.string(), mask=no_org),
            "verified": verified,
            "access_type": np.where(told("passthrough").astype(bool), "passthrough", "application").tolist(),
            "email_domain": _domains(told("mail").astype(str), told("domains").astype(int), key, place),
            "email_hash": pa.array(_long(mix(key, "mail")), pa.string(), mask=uniform(key, "mail gap") < 0.01),
            "payment_hash": pa.array(_long(payment), pa.string(), mask=unpaid),
            "phone_hash": pa.array(_long(phone), pa.string(), mask=no_phone),
            "signup_ip": pa.array(sign_up, pa.string(), mask=uniform(key, "address gap") < 0.12),
            "country": np.array(network.COUNTRIES)[country].tolist(),
            "banned_at": pa.array(out, pa.timestamp("us", "UTC"), mask=~accounts.banned),
            "plan": plan.tolist(),
        }
    ).sort_by("account_id")


def identifiers(key: U64) -> list[str]:
    """Identifiers of accounts."""
    return hexadecimal(mix(key, "id"), 16, "acct_")


def _long(key: U64) -> list[str]:
    return [a + b for a, b in zip(hexadecimal(key, 16), hexadecimal(mix(key, "more"), 16), strict=True)]


def _domains(mail: "np.ndarray[tuple[int], np.dtype[np.str_]]", count: I64, key: U64, place: U64) -> list[str]:
    public = choose(zipf(len(PUBLIC_MAIL), 1.1), key, "mail")
    throwaway = choose(zipf(len(THROWAWAY), 0.6), key, "mail")
    # Careful people use throw-away addresses too.
    mail = np.where((mail == "public") & (uniform(key, "careful") < 0.02), "throwaway", mail)
    own = mix(place, "domain", (uniform(key, "domain") * count).astype(np.int64))
    coined = render("coin", own, own).to_pylist()
    result = []
    for kind, a, b, name in zip(mail, public, throwaway, coined, strict=True):
        if kind == "throwaway":
            result.append(THROWAWAY[b])
        elif kind == "alias":
            result.append("veil.example")
        elif kind == "public":
            result.append(PUBLIC_MAIL[a])
        else:
            result.append(name.lower() + (".campus.example" if kind == "campus" else ".example"))
    return result

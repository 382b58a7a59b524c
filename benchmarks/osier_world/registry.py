"""The accounts of a party: who signs up, how, when, and what takes their place."""

from dataclasses import dataclass

import numpy as np

from .chance import F64, I64, U64, Draw, below, mix, unit, weighted
from .party import Party
from .provider import COUNTRIES, DISPOSABLE, FREE_MAIL, Provider

Strings = list[str | None]
HOUR = 1 / 24


@dataclass
class Enrolled:
    """Accounts in order of slot and generation; times are days since the log began."""

    seed: U64
    device: U64
    """whose clients are the same: accounts that one person uses up one after the other"""
    house: U64
    """who live, or pay, together"""
    slot: I64
    first_of: I64
    """first account of each slot"""
    renewals: F64
    """slot by generation: when the next account takes over"""
    created: F64
    banned: F64
    country: I64
    columns: dict[str, Strings]

    def of(self, slot: I64, time: F64) -> I64:
        """The account that a slot uses at a time."""
        generation = (self.renewals[slot] <= time[:, None]).sum(1)
        return np.asarray(self.first_of[slot] + generation)


def enrol(provider: Provider, party: Party, draw: Draw, key: U64) -> Enrolled:
    """Sign up the accounts of a party."""
    n = party.accounts
    slot_seed = mix(key, np.arange(n).astype(np.uint64))
    begins, ends = party.begins * provider.days, party.ends * provider.days
    further = np.minimum(draw.rng.poisson(party.renewed, n), 6) if party.renewed else np.zeros(n, np.int64)
    renewals = np.sort(_renewals(party, draw, n, max(1, int(further.max(initial=0))), begins, ends), axis=1)
    renewals[np.arange(renewals.shape[1]) >= further[:, None]] = np.inf
    count = further + 1
    slot = np.repeat(np.arange(n), count)
    first_of = np.cumsum(count) - count
    generation = np.arange(len(slot)) - first_of[slot]
    seed = mix(slot_seed[slot], generation.astype(np.uint64))
    created = _signup(party, draw, seed, begins, ends)
    later = generation > 0
    taken = renewals[slot[later], generation[later] - 1]
    created[later] = taken + draw.rng.uniform(0.1, 6, later.sum()) * HOUR if party.renewal != "quota" else taken - 0.01
    next_at = np.where(generation < further[slot], renewals[slot, np.minimum(generation, renewals.shape[1] - 1)], np.inf)
    banned = np.full(len(slot), np.inf) if party.renewal == "quota" else next_at
    stray = (unit(seed, "stray ban") < 0.006) & ~np.isfinite(banned)  # a provider bans some for other reasons, some wrongly
    banned[stray] = np.maximum(created[stray], 0) + unit(seed[stray], "banned") * provider.days
    device = slot_seed[slot] if party.renewal == "quota" else seed
    house = device if party.enrol.cards == 1 else _shared(key, seed, "card", party.enrol.cards)
    country = weighted(provider.populous, unit(house if "household" in party.net else device, "country"))
    if party.local:
        country = np.full(len(slot), weighted(provider.populous, unit(key, "country"))[0])
    columns = _columns(provider, party, key, slot_seed[slot], seed, device, house, country)
    return Enrolled(seed, device, house, slot, first_of, renewals, created, banned, country, columns)


def _renewals(party: Party, draw: Draw, n: int, most: int, begins: float, ends: float) -> F64:
    """When accounts are replaced: each at its own time, or in waves that hit all within hours."""
    span = ends - begins
    if party.renewal == "wave":
        waves = np.sort(draw.rng.uniform(begins + 0.2 * span, ends - 0.1 * span, most))
        return np.asarray(waves + draw.rng.exponential(2 * HOUR, (n, most)))
    return draw.rng.uniform(begins + 0.1 * span, ends - 0.05 * span, (n, most))


def _signup(party: Party, draw: Draw, seed: U64, begins: float, ends: float) -> F64:
    """Days since the log began at sign-up."""
    chance, rule = unit(seed, "signup"), party.enrol
    if rule.signup == "burst":
        width = draw.real(0.2, 3)
        return np.asarray(begins - 0.05 - draw.real(0, 6) - width * chance)
    if rule.signup == "recent":
        return np.asarray(begins - 0.2 - 45 * chance**1.5)
    if rule.signup == "aged":
        return np.asarray(begins - 180 - 800 * chance)
    if rule.signup == "trickle":
        return np.asarray(begins + (ends - begins) * 0.85 * chance - 1.0)
    old = -np.log1p(-chance * 0.98) * 160 + 0.3
    fresh = unit(seed, "fresh") < rule.fresh
    return np.asarray(np.where(fresh, begins + (ends - begins) * 0.9 * unit(seed, "joins"), begins - old))


def _shared(key: U64, seed: U64, what: str, each: float) -> U64:
    """Something that so many accounts have in common: 1 is none, 0 is all."""
    if each == 1:
        return seed
    groups = max(1, round(len(seed) / each)) if each else 1
    return mix(key, what, below(seed, groups, what).astype(np.uint64))


def _hex(seeds: U64, name: str, length: int = 16, front: str = "") -> list[str]:
    return [front + f"{x:016x}"[:length] for x in mix(seeds, name).tolist()]


def _where(mask: np.ndarray, values: list[str]) -> Strings:
    return [value if yes else None for yes, value in zip(mask.tolist(), values, strict=True)]


def _columns(
    provider: Provider, party: Party, key: U64, slot_seed: U64, seed: U64, device: U64, house: U64, country: I64
) -> dict[str, Strings]:
    """The registry's columns but the times."""
    rule, n = party.enrol, len(seed)
    kinds = list(rule.kind)
    kind = [kinds[i] for i in weighted(list(rule.kind.values()), unit(seed, "kind"))]
    card = _shared(key, seed, "card", rule.cards)
    pays = unit(seed, "pays") < rule.pay
    phone = _shared(key, seed, "phone", rule.phones)
    org = mix(key, "org", np.zeros(n, np.uint64)) if rule.org == "one" else slot_seed
    has_org = np.full(n, rule.org == "one") | ((rule.org == "each") & np.isin(kind, ["startup", "enterprise", "research", "education"]))
    told = np.where(unit(seed, "told") < 0.93, country, below(seed, len(COUNTRIES), "told country"))
    signup = _places(provider, party, key, seed, device, house, country)
    plans = np.where(pays, np.where(unit(seed, "plan") < 0.6, "monthly", "payg"), "free")
    if rule.org == "one":
        plans = np.where(pays, "business", "free")
    return {
        "kind": list(kind),
        "org_id": _where(has_org, _hex(org, "org id", 10, "org-")),
        "verified": [str(int(v)) for v in unit(seed, "verified") < rule.verified],
        "access_type": ["passthrough" if rule.passthrough else "application"] * n,
        "email_domain": _mail(rule.mail, key, seed, np.asarray(kind)),
        "email_hash": list(_hex(seed, "email")),
        "payment_hash": _where(pays, _hex(card, "payment")),
        "phone_hash": _where(unit(seed, "has phone") < rule.phone, _hex(phone, "phone")),
        "signup_ip": [dotted(ip) for ip in signup.tolist()],
        "country": [COUNTRIES[c] for c in told],
        "plan": [str(plan) for plan in plans],
    }


def _places(provider: Provider, party: Party, key: U64, seed: U64, device: U64, house: U64, country: I64) -> I64:
    """Where accounts sign up: most at the home or behind the proxy from which they are used, some from one place."""
    each = party.enrol.places
    place = _shared(key, house if party.local or "household" in party.net else device, "place", each)
    found = provider.home(country, np.where(unit(seed, "from home") < 0.65, mix(place, "home"), mix(place, "signup place"))).ip
    if each == 1 and "sticky" in party.net and party.enrol.signup != "aged":
        kind = weighted(list(party.net.values()), unit(device, "net"))
        found = np.where(kind == list(party.net).index("sticky"), provider.abroad(device).ip, found)
    return found


def _mail(rule: str, key: U64, seed: U64, kind: np.ndarray) -> Strings:
    free = [FREE_MAIL[i] for i in weighted((5, 3, 2, 1, 1), unit(seed, "mail"))]
    throwaway = [DISPOSABLE[i] for i in below(seed, len(DISPOSABLE), "mail")]
    custom = _hex(seed, "domain", 7, "d")
    own = _hex(mix(key, "domain", np.zeros(len(seed), np.uint64)), "domain", 7, "d")[0] + ".example"
    chance = unit(seed, "mail kind")
    found: Strings = []
    for i in range(len(seed)):
        which = rule
        if rule == "mixed":
            works = kind[i] != "individual"
            which = "custom" if chance[i] < (0.8 if works else 0.08) else "disposable" if chance[i] > 0.97 else "free"
        found.append({"free": free[i], "disposable": throwaway[i], "custom": custom[i] + ".example", "own": own}[which])
    return found


def dotted(ip: int) -> str:
    """An address as it is written."""
    return f"{ip >> 24}.{ip >> 16 & 255}.{ip >> 8 & 255}.{ip & 255}"

"""Sign a party up: places in it, and the accounts that fill each place one after the other."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .internet import CODES, WEIGHTS, Internet, Places, among, hexes
from .party import Party
from .text import Ints, Texts, names

Floats = npt.NDArray[np.float64]
PUBLIC = ("mailfold.example", "postwell.example", "inkbox.example", "lettera.example", "quickpost.example", "mymail.example")


@dataclass(frozen=True)
class Roster:
    """The accounts of a party, in order of place and time. Times are days since the log began."""

    place: Ints
    start: Floats
    end: Floats
    banned: Floats
    """not a number where it was not"""
    created: Floats
    country: Ints
    columns: dict[str, Texts]
    """of the registry, as far as they are text"""
    where: Places
    first: Ints
    """index of the first account of each place, and at the end the number of accounts"""


def tenures(rng: np.random.Generator, party: Party, days: float) -> tuple[Ints, Floats, Floats, npt.NDArray[np.bool_]]:
    """Place, start, end and whether a ban is the end of each account."""
    begin, finish = party.span[0] * days, party.span[1] * days
    stints = max(1.0, (finish - begin) / party.stint_days) if party.stint_days else 1.0 + party.lives
    n = max(1, round(party.accounts / stints))
    ends = 1 + (np.full(n, round(stints) - 1) if party.stint_days else rng.poisson(party.lives, n))
    place = np.repeat(np.arange(n), ends)
    cuts = rng.uniform(begin, finish, len(place))
    if party.stint_days:  # about equally long, out of step
        order = np.arange(len(place)) - np.repeat(np.cumsum(ends) - ends, ends)
        cuts = begin + (order + rng.uniform(0.3, 1.0, n)[place] + rng.normal(0, 0.1, len(place))) * party.stint_days
    last = np.append(place[1:] != place[:-1], True)
    cuts[last] = finish
    cuts = np.minimum(cuts[np.lexsort((cuts, place))], finish)
    head = np.roll(last, 1)
    head[0] = True
    soonest, latest = np.log(np.array(party.replaced_h) / 24).tolist()
    gap = np.zeros(len(place)) if party.stint_days else np.exp(rng.uniform(soonest, latest, len(place)))
    before = np.roll(cuts, 1)
    start = np.where(head, begin, before + np.minimum(gap, 0.5 * (cuts - before)))
    return place, start, cuts, ~last & (not party.stint_days) | party.felled


def created(rng: np.random.Generator, party: Party, start: Floats, days: float) -> Floats:
    """When accounts signed up, in days since the log began; never after they are used."""
    n = len(start)
    late = start > party.span[0] * days + 1e-9  # replacements
    soon = start - rng.lognormal(-3.2, 0.8, n)
    idle = rng.lognormal(np.log(party.idle_days + 0.05), 0.5, n)
    if party.signup == "old":
        return np.where(late, soon, start - 3 - rng.gamma(1.2, 210, n))
    if party.signup == "aged":
        heap = rng.uniform(60, 500, max(1, n // 60 + 1))
        return start - heap[rng.integers(0, len(heap), n)] - rng.gamma(2, 1.0, n)
    if party.signup == "trickle":
        return np.where(late, soon, start - rng.uniform(0.01, 60, n))
    if party.signup == "burst":
        return np.where(late, soon, party.span[0] * days - idle)
    return start - rng.gamma(1.0, 0.06, n)  # fresh


def grouped(rng: np.random.Generator, n: int, size: float) -> Ints:
    """Group of each, of random sizes of this mean."""
    if size <= 1:
        return np.arange(n)
    return np.sort(rng.integers(0, max(1, round(n / size)), n)) if size < n else np.zeros(n, np.int64)


def told(known: npt.NDArray[np.bool_], values: Texts) -> Texts:
    """The values where they are known."""
    return np.where(known, values, np.full(len(values), None, object))


def enlist(rng: np.random.Generator, net: Internet, party: Party, days: float) -> Roster:
    """Sign up."""
    place, start, end, banned = tenures(rng, party, days)
    n = len(place)
    countries = np.full(n, party.country) if party.country >= 0 else rng.choice(len(CODES), n, p=WEIGHTS)
    countries = countries[np.searchsorted(place, place)]  # a place is one person's
    where = Places(rng, net, party, countries)
    asked = Party(party.label, n, party.works, net={party.signup_net: 1.0}) if party.signup_net else None
    at_signup = Places(rng, net, asked, countries).signup(rng) if asked else where.signup(rng)
    cards = rng.permutation(grouped(rng, n, party.card))
    house = names(rng, 1)[0].lower()
    mail = among(rng, dict(zip(PUBLIC, (5.0, 3.0, 2.0, 1.0, 0.7, 0.4), strict=True)), n)
    if party.mail == "party":
        mail = np.full(n, f"{house}.example", object)
    elif party.mail == "throwaway":
        domains = np.array([f"{name.lower()}.example" for name in names(rng, max(1, n // 25))], object)
        mail = domains[rng.integers(0, len(domains), n)]
    phones = hexes(rng, n, 16)[rng.permutation(grouped(rng, n, party.phones))]
    orgs = {"one": np.zeros(n, np.int64), "own": np.arange(n), "cards": cards}.get(party.org)
    plans = among(rng, dict(party.plans), n)
    pays = (plans != "free") & (party.card > 0)
    columns: dict[str, Texts] = {
        "account_id": hexes(rng, n, 14, "acc_"),
        "kind": among(rng, dict(party.kinds), n),
        "org_id": hexes(rng, n, 10, "org_")[orgs] if orgs is not None else np.full(n, None, object),
        "email_domain": mail,
        "email_hash": hexes(rng, n, 16),
        "payment_hash": told(pays, hexes(rng, n, 16)[cards]),
        "phone_hash": told(rng.random(n) < party.phone, phones),
        "signup_ip": at_signup,
        "plan": plans,
    }
    first = np.searchsorted(place, np.arange(place[-1] + 2))
    return Roster(place, start, end, np.where(banned, end, np.nan), created(rng, party, start, days), countries, columns, where, first)

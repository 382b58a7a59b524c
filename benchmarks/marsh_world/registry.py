"""The register of accounts, and the truth about them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from .arrays import FloatArray, IntArray, Mix, ObjArray, Words, draw, hexed, mix, objects, pick, unit, without
from .network import CLOUD, COUNTRIES, HOME, HOST, HOSTSITE, MOBILE, SITE, STICKY, addresses, written
from .profiles import Profile
from .world import World

PUBLIC_MAIL: Mix = {
    "post.example": 40, "mailbox.example": 22, "letterbox.example": 14, "webmail.example": 12, "quaymail.example": 8, "inbox.example": 4
}
THROWAWAY = "d" + hexed(mix("throwaway", np.arange(60)), 8) + ".example"
LIBRARIES = 70


@dataclass(frozen=True)
class Registry:
    """Accounts by row, and the tables of them in the order of their ids."""

    account_id: ObjArray
    org_id: ObjArray
    accounts: pa.Table
    truth: pa.Table


class _Accounts:
    """All accounts, one row each."""

    def __init__(self, w: World) -> None:
        self.w, self.seed = w, w.seed
        self.sizes = [population.n for population in w.populations]
        self.population: IntArray = np.repeat(np.arange(len(self.sizes)), self.sizes)
        self.n = len(self.population)
        self.key: Words = self.column("key")
        self.group: Words = self.column("group")

    def column(self, name: str) -> Any:
        """A column of the populations."""
        return np.concatenate([getattr(population, name) for population in self.w.populations])

    def profile(self, value: Callable[[Profile], Any]) -> Any:
        """A value of the profile."""
        return np.array([value(population.profile) for population in self.w.populations])[self.population]

    def drawn(self, names: Callable[[Profile], Mix], key: Words, salt: str) -> ObjArray:
        """Names drawn by the weights of the profile."""
        out = np.empty(self.n, dtype=object)
        for i, population in enumerate(self.w.populations):
            rows = self.population == i
            out[rows] = draw(names(population.profile), key[rows], salt)
        return out


def register(w: World) -> Registry:
    """Write down all accounts."""
    a = _Accounts(w)
    key, group, seed = a.key, a.group, w.seed
    has_org = (unit(group, "org") < a.profile(lambda p: p.org)) & (unit(key, "orgtold") < 0.96)
    org = without("org-" + hexed(mix(seed, "org", group), 12), ~has_org)
    said = a.drawn(lambda p: p.said, group, "kind")
    domain, email = _mail(a)
    pay = a.drawn(lambda p: p.pay, key, "pay")
    grouped = a.profile(lambda p: bool(p.group))
    sharer = np.where((unit(group, "sharesphone") < 0.05) & grouped, group, key)
    phone = without(hexed(mix(seed, sharer, "phone"), 32), unit(key, "phone?") >= a.profile(lambda p: p.phone))
    country = np.where(unit(key, "abroad") < 0.05, pick(len(COUNTRIES), key, "told"), a.column("country"))
    plan = np.where(unit(key, "plan") < 0.55, "payg", "plus")
    plan = np.where(said == "enterprise", "contract", np.where(pay == "none", "free", np.where(pay == "voucher", "library", plan)))
    created = np.floor(a.column("created") * 1e6).astype(np.int64) + pick(999983, key, "micro") + w.first_microsecond
    account_id = "acct-" + hexed(mix(seed, "id", key))
    columns = {
        "account_id": _strings(account_id), "created_at": pa.array(created).cast(pa.timestamp("us", "UTC")), "kind": _strings(said),
        "org_id": _strings(org), "verified": pa.array(unit(group, "verified") < a.profile(lambda p: p.verified)),
        "access_type": _strings(np.where(a.profile(lambda p: p.passthrough), "passthrough", "application")),
        "email_domain": _strings(domain), "email_hash": _strings(email), "payment_hash": _strings(_payers(a, pay)),
        "phone_hash": _strings(phone), "signup_ip": _strings(_addresses(a, grouped)), "country": _strings(COUNTRIES[country]),
        "banned_at": _bans(w, a.column("banned")), "plan": _strings(plan)
    }
    campaign = objects([population.campaign for population in w.populations])[a.population]
    kind = objects(["attack" if population.campaign else population.kind for population in w.populations])[a.population]
    truth = pa.table({"account_id": columns["account_id"], "campaign": _strings(campaign), "kind": _strings(kind)})
    order = np.argsort(account_id)
    return Registry(account_id, org, pa.table(columns).take(order), truth.take(order))


def _strings(values: ObjArray) -> pa.Array:
    return pa.array(values, pa.string())


def _bans(w: World, ban: FloatArray) -> pa.Array:
    """Moments of bans, none for never."""
    ever = np.isfinite(ban)
    moment = np.floor(np.where(ever, ban, 0) * 1e6).astype(np.int64) + w.first_microsecond
    return pa.array(moment, mask=~ever).cast(pa.timestamp("us", "UTC"))


def _mail(a: _Accounts) -> tuple[ObjArray, ObjArray]:
    """Mail domains and mailboxes."""
    key, group, seed = a.key, a.group, a.seed
    how = a.drawn(lambda p: p.mail, key, "mail")
    library = pick(LIBRARIES, mix(seed, group), "library")
    domain = np.full(a.n, None, dtype=object)
    domains = {
        "public": draw(PUBLIC_MAIL, key, "public"), "own": "n" + hexed(mix(seed, key, "domain"), 8) + ".example",
        "org": "o" + hexed(mix(seed, group, "domain"), 8) + ".example",
        "site": "lib" + hexed(mix(seed, "library", library), 4) + ".example",
        "disposable": THROWAWAY[(unit(key, "throw") ** 1.5 * len(THROWAWAY)).astype(int)]
    }
    for kind, values in domains.items():
        domain = np.where(how == kind, values, domain)
    return domain, without(hexed(mix(seed, key, "email"), 32), (how == "none") | (unit(key, "nomail") < 0.01))


def _payers(a: _Accounts, pay: ObjArray) -> ObjArray:
    """Cards, vouchers and mandates, by who pays."""
    key, group, seed, populations = a.key, a.group, a.seed, a.w.populations
    base = np.array([population.base for population in populations])[a.population]
    innocent = {population.profile.name: population.base for population in populations if not population.campaign}
    mandate = np.array([innocent.get(population.profile.name, population.base) for population in populations])[a.population]
    payer = {
        "own": mix(seed, key, "card"), "group": mix(seed, group, "card"), "crowd": mix(seed, mandate, "mandate"),
        "voucher": mix(seed, "voucher", pick(LIBRARIES, mix(seed, group), "library")),
        "pair": mix(seed, mix(base, pick(1 << 40, key) % (1 + a.n // 2)), "card")
    }
    for what, accounts in (("few", 6), ("dozen", 3)):  # so many of a population's accounts to a card, about
        of_population = np.bincount(a.population[pay == what], minlength=len(populations))
        cards = np.maximum(of_population // accounts, 1).astype(np.uint64)[a.population]
        payer[what] = mix(seed, base, "card", (mix(key, "few") % cards).astype(np.int64))
    out = np.full(a.n, None, dtype=object)
    for what, by in payer.items():
        rows = pay == what
        out[rows] = hexed(by[rows], 32)
    return without(out, unit(key, "paygap") < 0.02)


def _addresses(a: _Accounts, grouped: Any) -> ObjArray:
    """Addresses at sign-up; servers are mostly signed up for from an office or at home."""
    key, group, net = a.key, a.group, a.column("net")
    signup = a.profile(lambda p: p.signup)
    at = np.where((signup == "home") & (net != STICKY), HOME, net)
    at = np.where(net == CLOUD, SITE, at)
    desk = np.where(grouped & (unit(group, "office") < 0.6), SITE, HOME)
    at = np.where(np.isin(net, (HOST, HOSTSITE)), np.where(unit(key, "signup") < 0.75, desk, net), at)
    at = np.where(np.isin(at, (HOME, SITE)) & (unit(key, "signupphone") < 0.15), MOBILE, at)
    talk = mix(key, "signup")
    address, _ = addresses(at, key, group, a.column("country"), talk >> np.uint64(3), talk, a.column("created"), a.seed)
    return without(written(address), unit(key, "ipgap") < 0.04)

"""Who has accounts: groups of people with their devices, lines, hours of life and registry rows."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from .clients import Clients
from .hours import DAY_S
from .networks import COUNTRIES, REGIONS, Networks, digest
from .text import Text

FREEMAIL = ["gmail.com", "gmail.com", "gmail.com", "outlook.com", "yahoo.com", "icloud.com", "proton.me"]
USUAL_PLANS = {"free": 0.62, "credits": 0.25, "pro": 0.13}
MODELS = ["bazaar-mini-2", "bazaar-pro-2", "bazaar-think-1"]
NEW_MODEL = "bazaar-pro-3"
FOREVER = 1e9


def for_good(n):
    """Lives that last longer than the log."""
    return np.full(n, FOREVER)


def of_each(value, n):
    """A value for each of n people: a function of their number, or the same for all."""
    return [value(i) if callable(value) else value for i in range(n)]


@dataclass
class Members:
    """One group of accounts; arrays have a row for each of the n members."""

    n: int
    base: int
    """number of the first member's account in the world"""
    countries: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    systems: list[str | None] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    zones: np.ndarray = field(default_factory=lambda: np.array([]))
    """hours from UTC"""
    born: np.ndarray = field(default_factory=lambda: np.array([]))
    """seconds from the start of the log at sign-up"""
    first: np.ndarray = field(default_factory=lambda: np.array([]))
    last: np.ndarray = field(default_factory=lambda: np.array([]))
    """seconds between which the account is in use"""
    clients: np.ndarray = field(default_factory=lambda: np.array([]))
    """(n, 2) numbers of the usual and of the other client"""
    lines: np.ndarray = field(default_factory=lambda: np.array([]))
    """(n, 3) numbers of the usual, the second and the third line"""
    line_shares: np.ndarray = field(default_factory=lambda: np.array([]))
    """(n, 3) shares of sittings on them, cumulated"""


class People:
    """The registry of a world; times are seconds from its start."""

    def __init__(self, name, seed, start, days, scale=1.0):
        self.name, self.days, self.scale = name, days, scale
        self.rng = np.random.default_rng([seed, int(digest("recipe", name)[:7], 16)])
        self.text = Text(int(self.rng.integers(1 << 60)))
        self.start = datetime.fromisoformat(start).replace(tzinfo=UTC)
        self.weekday = self.start.weekday()
        self.networks, self.clients = Networks(self.rng), Clients(self.rng)
        self.end = days * DAY_S
        columns = "born kind org verified access domain email card phone address country banned plan campaign crowd"
        self.registry = {column: [] for column in columns.split()}
        self.n_accounts = 0
        self.salt = str(self.rng.integers(1 << 60))
        self.n_operators = 0

    def scaled(self, n):
        """How many of n there are in a world of this size."""
        return max(1, round(n * self.scale))

    def campaign(self):
        """The name of the next operator's campaign."""
        self.n_operators += 1
        return f"{self.name}-op{self.n_operators}"

    def secret(self, *parts):
        """A hash as registries keep them of cards, phones and addresses, the same for the same parts."""
        return digest(self.salt, *parts)[:16]

    def secrets(self, key, n):
        """n hashes under a key."""
        return [self.secret(key, i) for i in range(n)]

    def people(
        self, crowd, n, countries=None, born=None, client=None, lines=None, line_shares=(0.62, 0.33, 0.05), kind="individual",
        plans=None, card=None, mail="mix", phone=0.86, org=None, verified=0.02, access="application", system=None,
        campaign=None, language=None, model=None, second_client=0.25, life=None, team=None,
    ):
        """Register n people.

        Args:
            crowd: their name in the truth.
            n: how many.
            countries: where they live, by weight of country; everywhere if None.
            born, life: functions of n: seconds at sign-up, and seconds of use from then on.
            client: function of a member's number; the app or the site if None.
            lines: function of a member's number and country to three lines; a household's if None.
            line_shares: shares of the lines.
            kind, org, verified, access, plans: of the registry; `verified` is a probability, `plans` has weights.
            card, mail, phone: functions of a member's number to hash, domain, hash; `phone` may be a probability.
            system, model: what they send with each request, or functions of a member's number.
            campaign: the operator's campaign, None for honest people.
            language: what all write in; the country's languages if None.
            second_client: share of members with one.
            team: team of each member; a team lives in one country and mostly writes one language.
        """
        rng, clients, members = self.rng, self.clients, Members(n, self.n_accounts)
        self._settle(members, countries, language, team)
        members.born = np.asarray(born(n) if born else self.aged(n), float)
        members.first = np.maximum(members.born + 30, 0)
        lasts = life(n) if life else np.where(rng.random(n) < 0.3, rng.exponential(18 * DAY_S, n) + 2 * DAY_S, FOREVER)
        members.last = np.minimum(members.first + lasts, self.end)
        usual = [client(i) if client else (clients.app() if rng.random() < 0.72 else clients.web()) for i in range(n)]
        has_second = rng.random(n) < second_client
        members.clients = np.array(
            [[c, self._other_client(c) if two else c] for c, two in zip(usual, has_second, strict=True)]
        ).reshape(n, 2)
        members.lines = np.array(
            [lines(i, c) if lines else self.ordinary_lines(c) for i, c in enumerate(members.countries)]
        ).reshape(n, 3)
        members.line_shares = np.cumsum(np.tile(np.asarray(line_shares, float), (n, 1)), 1)
        members.systems = of_each(system, n)
        plans = plans or USUAL_PLANS
        weights = np.array(list(plans.values()))
        members.plans = [str(plan) for plan in rng.choice(list(plans), n, p=weights / weights.sum())]
        members.models = [found or self._taste(plan) for found, plan in zip(of_each(model, n), members.plans, strict=True)]
        self._register(members, of_each(org, n), rng.random(n) < verified, card, mail, phone)
        for column, value in (("kind", kind), ("access", access), ("campaign", campaign), ("crowd", crowd), ("banned", np.nan)):
            self.registry[column] += [value] * n
        self.n_accounts += n
        return members

    def _settle(self, members, countries, language, team):
        rng, n, choice = self.rng, members.n, list(countries or COUNTRIES)
        weights = np.array([REGIONS[country].weight for country in choice], float)
        members.countries = [str(country) for country in rng.choice(choice, n, p=weights / weights.sum())]
        if team is not None:
            of_team = {}
            members.countries = [of_team.setdefault(t, c) for t, c in zip(team, members.countries, strict=True)]
        members.zones = np.array([REGIONS[country].zone for country in members.countries])
        members.languages = [language or self._language(country) for country in members.countries]
        if team is not None:
            of_team = {}
            members.languages = [
                of_team.setdefault(t, own) if rng.random() < 0.9 else own for t, own in zip(team, members.languages, strict=True)
            ]

    def _language(self, country):
        shares = REGIONS[country].languages
        return str(self.rng.choice(list(shares), p=list(shares.values())))

    def _other_client(self, client):
        return self.clients.web() if self.clients.rows[client].path == "app" else self.clients.app()

    def _register(self, members, orgs, verified, card, mail, phone):
        rng, rows = self.rng, self.registry
        rows["born"] += members.born.tolist()
        rows["country"] += members.countries
        rows["plan"] += members.plans
        rows["org"] += orgs
        rows["verified"] += verified.tolist()
        for i in range(members.n):
            own = digest(self.salt, "acc", members.base + i)
            domain = mail(i) if callable(mail) else mail
            if domain == "mix":
                regional = "mail.ru" if members.countries[i] == "RU" else "hotmail.com"
                domain = None if rng.random() < 0.45 else str(rng.choice([*FREEMAIL, regional]))
            rows["domain"].append(domain)
            rows["email"].append(digest("m", own)[:16] if domain else None)
            paid = members.plans[i] not in ("free", "promo")
            rows["card"].append(card(i) if card else digest("card", own)[:16] if paid else None)
            if callable(phone):
                rows["phone"].append(phone(i))
            else:
                rows["phone"].append(digest("ph", own)[:16] if rng.random() < phone or domain is None else None)
            rows["address"].append(self.networks.any_address(members.lines[i, 0 if rng.random() < 0.6 else 1]))

    def aged(self, n, new=0.22):
        """Sign-ups over the last 620 days, and a share of new ones during the log."""
        rng = self.rng
        return np.where(rng.random(n) < new, rng.uniform(0, self.end * 0.93, n), -620.0 * DAY_S * rng.beta(1, 1.6, n))

    def burst(self, *days, width=0.2):
        """Sign-ups from given days on, mostly within `width` days."""
        rng = self.rng
        return lambda n: np.maximum(
            np.array(days)[rng.integers(0, len(days), n)] * DAY_S + rng.exponential(width * DAY_S, n), -400 * DAY_S
        )

    def ordinary_lines(self, country):
        """A home line, a phone's, and another phone's or a VPN."""
        networks = self.networks
        home, mobile = networks.home(country), networks.mobile(country)
        return [home, mobile, networks.vpn() if self.rng.random() < 0.06 else networks.mobile(country)]

    def _taste(self, plan):
        shares = [0.8, 0.15, 0.05] if plan in ("free", "promo") else [0.3, 0.48, 0.22]
        return str(self.rng.choice(MODELS, p=shares))

    def ban(self, members, who, times):
        """Ban members at their times."""
        for i, time in zip(who, times, strict=True):
            self.registry["banned"][members.base + int(i)] = float(time)

    def ban_some(self, accounts, n, least):
        """Ban n of the accounts at some time after sign-up, at the earliest after that share of their time in the log."""
        for i in accounts.start + self.rng.choice(len(accounts), n, replace=False):
            born = max(0.0, self.registry["born"][int(i)])
            self.registry["banned"][int(i)] = float(born + self.rng.uniform(least, 1.0) * (self.end - born))

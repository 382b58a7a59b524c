"""Let a crowd in: organisations, registration, money, instructions and connections."""

import numpy as np

from .chatter import chatter
from .connections import SERVERS, connect
from .networks import WEIGHTS, countries
from .text import TRADES, speak, tokens_of
from .vocabulary import instruction, phrases
from .world import DAY, pick

CLIENT = ("user_agent", "ja4")
SETTINGS = ("temperature", "top_p", "max_tokens", "stream")
DEFAULTS = [None, None, instruction("notebook"), *phrases("system.default")]
"""system prompts of those who did not write any"""
PUBLIC = [None, *(instruction(name) for name in ("notebook", "harness", "quill", "guild"))]


def settle(world, name, crowd, n, factor):
    """Enrol n accounts of a crowd and let them talk; factor scales their requests."""
    rng = world.rng
    org, n_orgs = _organisations(rng, crowd, n)
    home = rng.choice(len(WEIGHTS), n_orgs, p=WEIGHTS)
    abroad = rng.random(n) >= (0.93 if crowd.accounts_an_org else 0)
    land = np.where(abroad, countries(rng, n), home[org])
    lines, line_shares = connect(world, crowd.lines, land, org, n_orgs)
    if crowd.trades:
        org_trade = np.array([TRADES.index(t) for t in crowd.trades])[rng.integers(0, len(crowd.trades), n_orgs)]
    else:
        org_trade = rng.integers(0, len(TRADES), n_orgs)
    created, until = _registration(world, crowd, n, org, n_orgs)
    values = {
        "land": land,
        "kind": crowd.kind,
        "access": crowd.access,
        "verified": rng.random(n) < crowd.verified,
        "system": _instructions(rng, crowd, n, org, n_orgs, org_trade),
        "tools": _tools(rng, name, crowd, n, org),
        "created": created,
    }
    values |= _money(rng, crowd, n, org, n_orgs) | _names(world, crowd, n, org, n_orgs)
    if crowd.lines in SERVERS:
        desk, at_home = world.networks.spots(n_orgs, "office")[0][org], world.networks.home(land)[0]
        values["signup_ip"] = np.where(rng.random(n) < 0.5, desk, at_home)
    accounts = world.enrol(n, name, crowd.clients, lines, line_shares, **values)
    _share_clients(world, crowd, accounts, org)
    chatter(world, name, crowd, accounts, org, org_trade, factor, until)


def _organisations(rng, crowd, n):
    """Organisation of each account, in order, and how many there are; without organisations each account is its own."""
    if not crowd.accounts_an_org:
        return np.arange(n), n
    n_orgs = max(1, round(n / crowd.accounts_an_org))
    size = rng.lognormal(0, 0.6 if crowd.accounts_an_org > 1.5 else 0, n_orgs)
    others = rng.choice(n_orgs, max(0, n - n_orgs), p=size / size.sum())
    return np.sort(np.concatenate([np.arange(min(n_orgs, n)), others])), n_orgs


def _registration(world, crowd, n, org, n_orgs):
    """When accounts are registered, and the last day of the crowd."""
    rng = world.rng
    if crowd.signup == "spread":
        return world.registered(n, 0.5), crowd.until
    if crowd.signup == "org":
        first = world.registered(n_orgs, 0.2)[org]
        return np.minimum(first + rng.exponential(3, n) * DAY, world.end - 2 * DAY), crowd.until
    if crowd.signup == "hack":
        friday = (4 - world.weekday) % 7 + 7 * int(rng.integers(0, max(1, (world.days - 4) // 7)))
        return world.at_day(friday) + (15 + rng.gamma(2, 3, n)) * 3600, friday + 3.2
    if crowd.signup == "cohort":
        dates = rng.uniform(1, world.days * 0.5, 2)
        return world.at_day(dates[org % 2]) + rng.gamma(1.5, 5, n) * 3600, crowd.until
    return world.registered(n), crowd.until


def _money(rng, crowd, n, org, n_orgs):
    free = rng.random(n) < crowd.free
    card = np.where(free | (rng.random(n) < 0.06), None, tokens_of(rng, n, "pm_"))
    if "card" in crowd.shared:
        card = np.where(rng.random(n) < 0.95, tokens_of(rng, n_orgs, "pm_")[org], card)
    phone = tokens_of(rng, n_orgs, "ph_")[org] if "phone" in crowd.shared else tokens_of(rng, n, "ph_")
    has_phone = (0.45 if crowd.kind == "individual" else 0.2) if crowd.phone is None else crowd.phone
    return {
        "card": card,
        "plan": crowd.plan or np.where(free, "free_grant", "payg"),
        "phone": np.where(rng.random(n) < has_phone, phone, None),
    }


def _names(world, crowd, n, org, n_orgs):
    """Organisation ids and mail domains."""
    rng = world.rng
    own = tokens_of(rng, n, "org-")
    if not crowd.accounts_an_org:
        return {"org": np.where(rng.random(n) < 0.5, own, None)}
    values = {"org": own if crowd.own_org else tokens_of(rng, n_orgs, "org-")[org]}
    if "domain" in crowd.shared:
        domains = world.schools(n_orgs) if crowd.kind == "education" else world.firms(n_orgs)
        values["domain"] = np.where(rng.random(n) < 0.93, domains[org], "gmail.com")
    elif crowd.kind in ("enterprise", "startup"):
        values["domain"] = world.firms(n)
    return values


def _instructions(rng, crowd, n, org, n_orgs, org_trade):
    """System prompts."""
    if crowd.system == "org":
        of_org = speak(rng, "persona", n_orgs, org_trade)[org]
        if "system" in crowd.shared:
            return of_org
        return np.where(rng.random(n) < 0.6, of_org, speak(rng, "persona", n, org_trade[org]))
    if crowd.system == "house":
        (house,) = speak(rng, "persona", 1)
        return np.array([f"{house} Client: {firm}" for firm in speak(rng, "firm", n_orgs)], object)[org]
    if crowd.system == "any":
        return pick(rng, [*speak(rng, "persona", max(1, n // 3)), *PUBLIC], n)
    if crowd.system == "default":
        return pick(rng, DEFAULTS, n)
    if crowd.system == "starter":
        starter = instruction("starter")
        projects = np.array([f"{starter} Project: {text}" for text in speak(rng, "chat", n_orgs)], object)
        return np.where(rng.random(n) < 0.5, starter, projects[org])
    return instruction(crowd.system)


def _tools(rng, name, crowd, n, org):
    """Names of tool lists; a seventh of those who use no public tool have one of their own."""
    if "tools" in crowd.shared:
        return np.array([f"{name}{i}" for i in org], object)
    if crowd.tools:
        return crowd.tools
    return np.where(rng.random(n) < 0.15, tokens_of(rng, n, "own"), None)


def _share_clients(world, crowd, accounts, org):
    """Client builds and settings of the first account of an organisation for the others."""
    rng, registry, n = world.rng, world.registry, len(accounts)
    of_first = accounts[np.searchsorted(org, org)]
    if "client" in crowd.shared:
        for name in CLIENT:
            same = rng.random(n) < 0.9
            registry[name][accounts] = np.where(same, registry[name][of_first], registry[name][accounts])
    if "settings" in crowd.shared:
        for name in SETTINGS:
            registry[name][accounts] = registry[name][of_first]
    if crowd.temperature is not None:
        registry["temperature"][accounts] = crowd.temperature

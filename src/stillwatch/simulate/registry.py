"""What the account registry knows: sign-up, organisation, payment, mail, phone; shared where descriptions say so."""

import numpy as np

from stillwatch.simulate import stock as st
from stillwatch.simulate.roster import NONE, Array, Block
from stillwatch.simulate.stock import DAY_US, HOUR_US, Stock
from stillwatch.simulate.world import APP, Crowd

PLANS = ("free", "payg", "team", "enterprise")
FREE, PAYG, TEAM, ENTERPRISE = range(len(PLANS))
DISPOSABLE_MAIL_SHARE = 0.03  # share of people with an address of a disposable mail service
MISSING_SHARE = 0.03  # share of registry fields that a provider does not have


def fill_registry(stock: Stock, block: Block, crowd: Crowd, group: Array, n_groups: int, begin: Array) -> None:
    """Fill the registry columns of a crowd's accounts."""
    rng, n = stock.rng, block.n
    fill_own_fields(stock, block)
    _sign_ups(rng, block, crowd, group, n_groups, begin)
    has_org = rng.random(n_groups) < crowd.org
    orgs = rng.integers(1, 1 << 62, n_groups)
    block["org"] = np.where(has_org, orgs, NONE)[group]
    block["verified"] = (has_org & (rng.random(n_groups) < crowd.verified))[group]
    block["passthrough"] = crowd.passthrough
    on_card = rng.random(n) < crowd.card
    cards = rng.integers(1, 1 << 62, n_groups)
    block["payment"] = np.where(on_card, cards[group], block["payment"])
    if crowd.mail:
        first = len(stock.domains)
        for _ in range(n_groups):
            stock.new_domain()
        block["domain"] = np.where(rng.random(n) < crowd.mail, first + group, block["domain"])
    block["plan"] = np.where(has_org[group], rng.choice((TEAM, ENTERPRISE), n), block["plan"])


def fill_own_fields(stock: Stock, block: Block) -> None:
    """Registry fields that an account has to itself, with gaps as registries have them."""
    rng, n = stock.rng, block.n
    block["email"] = rng.integers(1, 1 << 62, n)
    block["domain"] = rng.choice(len(st.MAIL), n, p=(0.55, 0.25, 0.15, 0.05))
    shared = rng.random(n) < DISPOSABLE_MAIL_SHARE
    block["domain"] = np.where(shared, len(st.MAIL) + rng.integers(st.N_DISPOSABLE, size=n), block["domain"])
    vanity = np.flatnonzero(rng.random(n) < 0.06)
    block["domain"][vanity] = [stock.new_domain() for _ in vanity]
    free = (block["path"] == APP) & (rng.random(n) < 0.45)
    block["payment"] = np.where(free | (rng.random(n) < MISSING_SHARE), NONE, rng.integers(1, 1 << 62, n))
    block["phone"] = np.where(rng.random(n) < 0.5, rng.integers(1, 1 << 62, n), NONE)
    block["plan"] = np.where(free, FREE, PAYG)
    base, size = np.array(stock.networks.base), np.array(stock.networks.size)
    block["signup_ip"] = base[block["net"]] + rng.integers(0, 1 << 31, n) % size[block["net"]]
    lost = rng.random(n) < MISSING_SHARE
    block["signup_ip"][lost] = 0
    block["email"][rng.random(n) < MISSING_SHARE / 3] = NONE


def _sign_ups(rng: np.random.Generator, block: Block, crowd: Crowd, group: Array, n_groups: int, begin: Array) -> None:
    """Sign-up times: over years with growth, a group within a week before it starts, or during an event."""
    n = block.n
    if crowd.tenure == "years":
        age = rng.beta(1, 1.6, n) * 1100 * DAY_US
        inside = rng.random(n) < 0.06  # some sign up while the world runs
        joined = begin + (rng.random(n) * (block["end"] - begin) * 0.9).astype(np.int64)
        block["created"] = np.where(inside, joined, begin - age.astype(np.int64))
        block["begin"] = np.where(inside, joined, block["begin"])
    elif crowd.tenure == "week":
        start = begin - (rng.random(n_groups)[group] * 4 * DAY_US).astype(np.int64)
        block["created"] = start - (rng.random(n) * 7 * DAY_US).astype(np.int64)
    else:
        block["created"] = begin + (rng.exponential(3 * HOUR_US, n)).astype(np.int64) - HOUR_US
        block["begin"] = np.maximum(block["begin"], block["created"])
    banned = rng.random(n) < 0.003  # bans for other reasons
    when = block["begin"] + (rng.random(n) * (block["end"] - block["begin"])).astype(np.int64)
    block["banned"] = np.where(banned, when, NONE)
    block["end"] = np.where(banned, when, block["end"])

"""Operators with many accounts: grants, stolen keys, brokers, banned heads that grow again, relayed users."""

import numpy as np

from .campaigns import THINKERS, days_of, dispatch, frame, own_exits, queue, rotating_exits, set_clients, shared_cards, work_list
from .clients import clients
from .conversations import talk, to_others
from .networks import countries, pick_lines
from .text import TRADES, mix, speak, tokens_of
from .vocabulary import instruction, phrases
from .world import pick

ROBBED = (
    "startup_product", "solo_developer", "consultancy", "oncall_script", "accelerator_cohort", "mobile_and_cafe",
    "enterprise_department",
)
LEAST_POOL = 20


def grant_farm(campaign, text=None, wording="loose"):
    """Fake start-ups of one to three accounts take the start-up grant in five waves, spend it within days and fall silent."""
    world, rng, n = campaign.world, campaign.rng, campaign.n
    n_firms = max(1, int(n / 1.7))
    firm = np.sort(np.concatenate([np.arange(n_firms), rng.integers(0, n_firms, n - n_firms)]))
    waves = np.sort(rng.uniform(0, world.days * 0.75, 5))
    founded = waves[rng.integers(0, 5, n_firms)] + rng.gamma(2, 0.35, n_firms)
    registered = np.minimum(founded[firm] + rng.exponential(0.08, n), world.days - 3)
    trade = rng.integers(0, len(TRADES), n_firms)
    land = countries(rng, n)
    campaign.enrol(
        {"py": 60, "node": 30, "chain": 10},
        [world.networks.rented(land), world.networks.home(land)],
        [0.8, 0.2],
        kind="startup",
        created=world.at_day(registered),
        domain=world.firms(n_firms)[firm],
        org=tokens_of(rng, n_firms, "org-")[firm],
        plan="startup_credit",
        land=land,
        card=np.where(rng.random(n) < 0.55, None, shared_cards(world, n, 5)),
        system=np.where(rng.random(n) < 0.6, speak(rng, "persona", n_firms, trade)[firm], None),
    )
    usual = campaign.budget / n
    quota = np.maximum(3, rng.normal(usual, usual * 0.12, n)).astype(int)
    who = np.repeat(np.arange(n), quota)
    since = registered + rng.uniform(0.02, 0.5, n)
    until = np.minimum(since + rng.gamma(4, 1.3, n), world.days)
    senders = campaign.accounts[who]
    times = world.times(senders, "always", since=since[who], until=until[who])
    work = work_list(world, text or {"hard": 80, "plan": 20}, len(who), wording)
    campaign.harvest(senders, times, work, models={"pier-reason-1": 60, "pier-xl-2": 40}, answer=900)
    campaign.cover(0.14, {"support": 70, "chat": 30})


def key_thieves(campaign, text=None, wording="few"):
    """Leaked keys of real customers, used beside their owners until the key is rotated; the owners' own traffic is innocent."""
    world, rng, registry, m = campaign.world, campaign.rng, campaign.world.registry, campaign.budget
    early = registry["created"] < world.at_day(world.days * 0.4)
    free = np.array([name is None for name in registry["campaign"]])
    victims = np.flatnonzero(np.isin(registry["crowd"], ROBBED) & early & free)
    n = min(campaign.n, len(victims))
    accounts = rng.choice(victims, n, replace=False)
    registry["campaign"][accounts] = campaign.name
    registry["crowd"][accounts] = campaign.operator
    dumps = np.sort(rng.uniform(0, world.days * 0.6, 4))
    bought = dumps[rng.integers(0, 4, n)] + rng.exponential(1.0, n)
    since = np.maximum(bought, days_of(world, registry["created"][accounts]) + 0.2)
    until = np.minimum(since + rng.gamma(2.2, 3.2, n) + 0.2, world.days - 0.1)
    found = rng.random(n) < 0.7
    registry["rotated"][accounts] = np.where(found, until + 0.01, np.nan)
    load = (until - since) * rng.lognormal(0, 0.5, n)
    who = rng.choice(n, m, p=load / load.sum())
    times = world.at_day(since[who] + (until - since)[who] * rng.beta(1, 1.6, m))
    machine = who % 3  # three machines of the thief
    user_agent, ja4 = clients(rng, {"requests": 60, "go": 40}, 3)
    campaign.harvest(
        accounts[who],
        times,
        work_list(world, text or {"hard": 60, "code": 40}, m, wording),
        system=np.full(m, None, object),
        models={"pier-reason-1": 60, "pier-xl-2": 40},
        lines=rotating_exits(world, m, 60),
        answer=1000,
        old_key=True,
        worn={
            "user_agent": user_agent[machine],
            "ja4": ja4[machine],
            "temperature": np.array([1.0, 1.0, 0.6])[machine],
            "top_p": np.nan,
            "max_tokens": 8192,
            "stream": False,
            "tools": None,
        },
    )


def broker_pool(campaign, text=None, wording="fixed", covered=0.55, brokers=2, copies=1):
    """Pools of key brokers serve real buyers and, through the same accounts, one buyer who harvests."""
    world, rng, n, budget = campaign.world, campaign.rng, campaign.n, campaign.budget
    broker = rng.integers(0, brokers, n)
    egress = world.networks.spots(brokers * 6, "cloud")
    domains = world.firms(n // 8 + 1)
    created = np.where(rng.random(n) < 0.5, -rng.exponential(40, n), rng.uniform(0, world.days * 0.7, n))
    campaign.enrol(
        {"gate": 30, "lite": 70},
        [pick_lines(egress, broker * 6 + rng.integers(0, 6, n)) for _ in range(3)],
        created=world.at_day(created),
        kind=pick(rng, ["individual", "startup"], n),
        domain=np.where(rng.random(n) < 0.5, domains[rng.integers(0, len(domains), n)], "gmail.com"),
        card=shared_cards(world, n, 7),
        signup_ip=world.networks.home(countries(rng, n))[0],
    )
    accounts = campaign.accounts
    for number in range(brokers):
        pool = accounts[broker == number]
        for name in ("temperature", "top_p", "max_tokens", "stream"):
            world.registry[name][pool] = world.registry[name][pool[:1]]
    times = queue(world, budget, 1, world.days, "waves")
    campaign.harvest(
        dispatch(world, accounts, times),
        times,
        work_list(world, text or {"hard": 100}, budget, wording, copies),
        system=np.full(budget, None, object),
        models=THINKERS,
        answer=900,
        worn={"temperature": 1.0, "max_tokens": 8192, "stream": False},
    )
    _serve_buyers(campaign, int(budget * covered / (1 - covered) / 2))


def _serve_buyers(campaign, m):
    """The other buyers: people with their own instructions, through whatever account the balancer picks."""
    world, rng, accounts = campaign.world, campaign.rng, campaign.accounts
    n_buyers = max(20, campaign.n * 2)
    systems = np.full(n_buyers, None, object)
    systems[: n_buyers // 2] = speak(rng, "persona", n_buyers // 2)
    times = queue(world, m, 0, world.days, "people", 3)
    talk(
        world,
        dispatch(world, accounts, times, in_turn=False),
        times,
        mix(rng, {"chat": 45, "code": 20, "npc": 10, "translate": 10, "zh": 10, "math": 5}, m),
        1 + rng.poisson(1, m),
        system=systems[rng.integers(0, n_buyers, m)],
        hand_over=to_others(rng, accounts, 0.25),
    )


def hydra(campaign):
    """Banned heads are replaced within hours and the work list goes on; after a mass ban a second pool on another path takes over."""
    world, rng, budget = campaign.world, campaign.rng, campaign.budget
    since, until, second = _heads(campaign)
    campaign.n = n = len(since)
    aged = rng.exponential(np.where(second, 6.0, 0.15), n)
    campaign.enrol(
        {"py": 50, "go": 50},
        own_exits(world, countries(rng, n)),
        created=world.at_day(since - aged),
        card=np.where(second, tokens_of(rng, n, "pm_"), shared_cards(world, n, 4)),
        domain=pick(
            rng,
            ["mailbox-zone.com", "outlook.com", "gmail.com", "fastinbox.net", "post-drop.org"],
            n,
            [0.15, 0.25, 0.45, 0.09, 0.06],
        ),
        path=np.where(second, world.paths[-1], world.paths[0]),
        plan=np.where(second, "payg", pick(rng, ["free_grant", "payg"], n)),
        banned=np.where(until < world.days, world.at_day(until), np.nan),
    )
    set_clients(world, campaign.accounts, temperature=0.8, max_tokens=4096, stream=True)
    times = queue(world, budget, 0.3, world.days)
    # Only heads in use, not merely registered.
    senders = dispatch(world, campaign.accounts, times, world.at_day(since) + 300, world.at_day(until))
    campaign.harvest(senders, times, work_list(world, {"hard": 70, "zh": 30}, budget, "fixed"), models=THINKERS, answer=900)
    campaign.cover(0.05, until=until)


def _heads(campaign):
    """First and last day of use of each head, and whether it is of the second pool."""
    world, rng, n = campaign.world, campaign.rng, campaign.n
    size = min(max(LEAST_POOL, n // 3), n)
    mass_ban = world.days * 0.55
    waiting = [(rng.uniform(0, 1.5), False) for _ in range(size)]
    heads = []
    while waiting and len(heads) < n:
        since, second = waiting.pop(0)
        until = since + rng.gamma(1.6, world.days * size / n * 0.68)
        if not second and since < mass_ban < until and rng.random() < 0.85:
            until = mass_ban + rng.uniform(0, 0.1)
        heads.append((since, min(until, world.days), second))
        successor = until + rng.uniform(0.02, 0.35)
        if successor < world.days - 0.5:
            waiting.append((successor, successor > mass_ban))
            waiting.sort()
    since, until, second = zip(*heads, strict=True)
    return np.array(since), np.array(until), np.array(second)


def relay(campaign):
    """The operator's own editor sends its users' sessions on through fake accounts: natural talk, a waking day, one instruction."""
    world, rng, n = campaign.world, campaign.rng, campaign.n
    land = countries(rng, n)
    (editor,) = phrases("system.editor")
    campaign.enrol(
        {"boatswain": 50, "node": 50},
        [world.networks.cloud(land), world.networks.vpn(land)],
        [0.7, 0.3],
        created=world.registered(n, 0.5),
        land=land,
        card=shared_cards(world, n, 3),
        system=instruction("harness") if rng.random() < 0.5 else f"{editor} {frame(rng)}",
        tools="swallow",
    )
    set_clients(world, campaign.accounts, temperature=0.3, max_tokens=8192, stream=True)
    n_sessions = max(1, campaign.budget // 4)
    times = queue(world, n_sessions, 0, world.days - 0.2, "people", 8)
    campaign.harvest(
        dispatch(world, campaign.accounts, times, in_turn=False),
        times,
        mix(rng, {"issue_task": 45, "code": 35, "zh": 20}, n_sessions),
        1 + rng.poisson(3, n_sessions),
        {"tool_result": 60, "follow": 40},
        hand_over=to_others(rng, campaign.accounts, 0.5),
        gap=35,
        models={"pier-code-1": 60, "pier-xl-2": 40},
        answer=600,
    )

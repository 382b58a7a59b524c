"""From an operator's description to a pool: seats that chains of accounts fill, and what they are used for."""

from dataclasses import dataclass

import numpy as np

from stillwatch.simulate import stock as st
from stillwatch.simulate.crowds import Span, fill_personal_columns, pick, tool_habit
from stillwatch.simulate.registry import PAYG, TEAM, fill_own_fields
from stillwatch.simulate.roster import NONE, POOL, QUEUE, Array, Block, Habit, Roster
from stillwatch.simulate.stock import DAY_US, HOUR_US, Stock
from stillwatch.simulate.world import HOURS, KINDS, PATHS, Operator

END_USERS = 40
POPULAR_TOOL = 3  # operators that ride a tool ride one of the most popular ones
NEVER_BEGUN_US = 1 << 62
FAILOVER_HOURS = 6.0


@dataclass(frozen=True)
class Pool:
    """A pool at work.

    ``seat_account[s, k]`` is the k-th account of seat s (numbered over the whole world, -1: none), alive from
    ``seat_begin`` until ``seat_end``. Seats have loads; those of the second pool start at the failover.
    """

    operator: Operator
    number: int
    begin: int
    end: int
    seat_account: Array
    seat_begin: Array
    seat_end: Array
    load: Array
    harvest: Array
    harvest_weights: Array
    relay: Array
    pauses: Array
    window: tuple[float, float]


def add_operator(roster: Roster, operator: Operator, number: int, span: Span) -> Pool:
    """Make an operator's accounts and add them to the roster."""
    stock, rng = roster.stock, roster.stock.rng
    block = Block(operator.accounts)
    block["campaign"] = number
    fill_personal_columns(stock, block, operator.kinds, operator.paths)
    begin = span.start + int(operator.first_day * DAY_US)
    end = min(begin + int(operator.days * DAY_US), span.end)
    second = _second_pool_size(operator)
    if operator.failover_paths and second:
        block["path"][-second:] = pick(rng, operator.failover_paths, second, PATHS)
    account, born, dead = _seats(rng, operator, begin, end)
    block["begin"], block["end"] = NEVER_BEGUN_US, 0
    flat, some = account.ravel(), account.ravel() >= 0
    block["begin"][flat[some]], block["end"][flat[some]] = born.ravel()[some], dead.ravel()[some]
    fill_own_fields(stock, block)
    _egress(stock, block, operator)
    _registry(stock, block, operator, begin, end)
    _clients(stock, block, operator)
    load = rng.lognormal(0, operator.load, len(account))
    load = np.clip(load, np.median(load) / 4, np.median(load) * 25)
    _cover(roster, block, operator, account, load)
    prompt = stock.new_value()
    harvest, weights = _harvest_habits(roster, operator, prompt)
    relay = _relay_habits(roster, operator, prompt)
    first = roster.add(block)
    stops = begin + np.sort(rng.random(operator.pauses)) * (end - begin)
    lengths = rng.uniform(2, 9, operator.pauses) * HOUR_US
    return Pool(
        operator,
        number,
        begin,
        end,
        np.where(account >= 0, account + first, NONE),
        born,
        dead,
        load,
        harvest,
        weights,
        relay,
        np.stack([stops, stops + lengths], axis=1).astype(np.int64),
        (float(rng.uniform(0, 24)), float(rng.uniform(8, 12))),
    )


def _second_pool_size(operator: Operator) -> int:
    """How many accounts are in the second pool."""
    return min(round(operator.accounts * operator.failover), operator.accounts - 1) if operator.failover else 0


def _seats(rng: np.random.Generator, operator: Operator, begin: int, end: int) -> tuple[Array, Array, Array]:
    """Chains of accounts: which account fills a seat, from when, until when."""
    n = operator.accounts
    second = _second_pool_size(operator)
    seats = max(round((n - second) * (1 - operator.replaced)), 1)
    extra = np.sort(rng.integers(seats, size=n - second - seats))
    depth = 1 + np.bincount(extra, minlength=seats)
    deepest = int(depth.max())
    rank = np.arange(deepest)
    taken = rank < depth[:, None]
    account = np.full((seats, deepest), NONE)
    account[taken] = np.arange(n - second)
    # Lives divide the campaign; a successor starts some hours after the ban.
    spans = rng.gamma(3.0, 1.0, taken.shape) * taken  # few accounts are banned at once
    ends = spans.cumsum(axis=1) / spans.sum(axis=1, keepdims=True)
    bounds = np.concatenate([np.zeros((seats, 1)), ends], axis=1)
    born = begin + (bounds[:, :-1] * (end - begin)).astype(np.int64)
    dead = begin + (bounds[:, 1:] * (end - begin)).astype(np.int64)
    dead[np.arange(seats), depth - 1] = end  # rounding would ban the last account of a chain at the very end
    gap = (operator.replacement_hours * HOUR_US * rng.lognormal(0, 0.5, born.shape)).astype(np.int64)
    born[:, 1:] += np.minimum(gap, (dead - born) // 2)[:, 1:]
    if operator.signup == "steady" and not operator.replaced:
        born[:, 0] = begin + (rng.beta(1, 3, seats) * 0.5 * (end - begin)).astype(np.int64)
        born[: max(seats // 10, 1), 0] = begin
    if second:
        account, born, dead = _failover(rng, operator, begin, end, account, born, dead, second)
    return account, np.where(account >= 0, born, NEVER_BEGUN_US), np.where(account >= 0, dead, 0)


def _failover(
    rng: np.random.Generator,
    operator: Operator,
    begin: int,
    end: int,
    account: Array,
    born: Array,
    dead: Array,
    second: int,
) -> tuple[Array, Array, Array]:
    """The first pool is banned within hours; the second one takes over."""
    at = begin + int(operator.failover_at * (end - begin))
    dead = np.minimum(dead, at + (rng.random((len(account), 1)) * FAILOVER_HOURS * HOUR_US).astype(np.int64))
    born = np.minimum(born, at - HOUR_US)  # everyone of the first pool was used before
    shape = (second, account.shape[1])
    more = np.full(shape, NONE)
    more[:, 0] = operator.accounts - second + np.arange(second)
    start = np.full(shape, at) + (rng.exponential(2 * HOUR_US, shape)).astype(np.int64)
    return np.vstack([account, more]), np.vstack([born, start]), np.vstack([dead, np.full(shape, end)])


def _registry(stock: Stock, block: Block, operator: Operator, begin: int, end: int) -> None:
    """Sign-up, ban, and what the operator's accounts share in the registry."""
    rng, n = stock.rng, block.n
    banned = (block["end"] < end) & (block["end"] > 0)
    block["banned"] = np.where(banned, block["end"], NONE)
    ready = np.where(block["begin"] == NEVER_BEGUN_US, begin, block["begin"])
    late = ready > begin  # successors and the steady ones sign up hours before they are used
    hours = rng.lognormal(0.5, 0.8, n)
    if operator.signup == "aged":
        created = begin - (rng.beta(1, 1.6, n) * 1100 * DAY_US).astype(np.int64)
    elif operator.signup == "burst":
        bursts = begin - rng.uniform(0.5, 12, 4) * DAY_US
        created = (bursts[rng.integers(4, size=n)] + rng.exponential(5 * HOUR_US, n)).astype(np.int64)
        created = np.minimum(created, begin)
    else:
        created = begin - (rng.random(n) * 30 * DAY_US).astype(np.int64)
    block["created"] = np.where(late & (operator.signup != "aged"), ready - (hours * HOUR_US).astype(np.int64), created)
    cards = rng.integers(1, 1 << 62, operator.payment_pool)
    shared = rng.random(n) < operator.payment_share
    payment = np.where(block["payment"] == NONE, rng.integers(1, 1 << 62, n), block["payment"])
    block["payment"] = np.where(shared, cards[rng.integers(operator.payment_pool, size=n)], payment)
    phones = rng.integers(1, 1 << 62, operator.payment_pool * 2)
    on_phone = rng.random(n) < operator.phone_share
    block["phone"] = np.where(on_phone, phones[rng.integers(len(phones), size=n)], block["phone"])
    domains = np.array([stock.new_domain() for _ in range(3)])
    block["domain"] = np.where(rng.random(n) < operator.disposable, domains[rng.integers(3, size=n)], block["domain"])
    block["plan"] = np.where(block["kind"] >= KINDS.index("startup"), rng.choice((PAYG, TEAM), n), PAYG)


def _egress(stock: Stock, block: Block, operator: Operator) -> None:
    """Where requests come from: proxies among the home users' providers, or blocks of the operator's own choice."""
    rng, n = stock.rng, block.n
    block["net2_share"] = 0
    if operator.egress == "proxies":
        block["net_mode"], block["net2_mode"], block["net2_share"] = st.BY_SESSION, st.BY_SESSION, 0.5
        block["net2"] = rng.integers(st.N_ISPS, size=n)
    elif operator.egress == "sticky":
        block["net_mode"] = st.BY_ACCOUNT
    elif operator.egress == "vpn":
        block["net"], block["net_mode"] = st.N_ISPS + int(rng.integers(st.N_VPNS)), st.BY_SESSION
    else:
        net = stock.networks.add(
            max(operator.egress_pool, 1), 64900 + int(rng.integers(90)), int(rng.integers(len(st.COUNTRIES)))
        )
        block["net"], block["net_mode"] = net, st.BY_SESSION


def _clients(stock: Stock, block: Block, operator: Operator) -> None:
    """Client build and sampling parameters, the operator's or as anyone's."""
    rng, n = stock.rng, block.n
    ours = int(stock.clients(1)[0])
    if rng.random() < 0.5:  # a build of its own; its TLS library is common
        ours = stock.own_build()
    block["client"] = np.where(rng.random(n) < operator.client_share, ours, block["client"])
    one = int(stock.parameters(1)[0])
    block["parameters"] = np.where(rng.random(n) < operator.parameters_share, one, block["parameters"])
    if operator.pivot:
        block["adopts"] = np.where(rng.random(n) < operator.pivot, rng.random(n), 9e9)
    block["model"] = rng.choice(3, n, p=(0.8, 0.15, 0.05))


def _cover(roster: Roster, block: Block, operator: Operator, account: Array, load: Array) -> None:
    """Traffic of the accounts themselves, from the generators of innocents, in proportion to what they harvest."""
    if operator.cover == 0:
        return
    rng = roster.stock.rng
    harvest = 1 - operator.cover - (0 if operator.relay_harvested else operator.relay)
    total = operator.exchanges / harvest * operator.cover
    weight = np.zeros(block.n)
    seats = np.broadcast_to(load[:, None], account.shape)
    weight[account[account >= 0]] = seats[account >= 0]
    days = np.clip((block["end"] - block["begin"]) / DAY_US, 0, None)
    weight *= days * rng.lognormal(0, 0.4, block.n)
    block["rate"] = np.where(days > 0, total * weight / max(weight.sum(), 1e-9) / np.maximum(days, 1e-9), 0)
    block["hours"] = HOURS.index("flat" if operator.hours == "window" else operator.hours)
    block["weekend"] = 0.9
    chat = roster.habit(_chat(roster.stock))
    tools = np.array([roster.habit(tool_habit(roster.stock, which)) for which in range(POPULAR_TOOL + 2)])
    block.habits[:, 0] = chat
    block.habits[:, 1] = tools[rng.integers(len(tools), size=block.n)]
    block.shares[:, :2] = rng.gamma(1.0, 1.0, (block.n, 2)) + 0.02


def _chat(stock: Stock, end_users: int = 0) -> Habit:
    p = stock.phrases
    return Habit(
        frame=p("casual_before"),
        frame_n=0,
        after=p("casual_after"),
        after_n=0,
        follow=p("follow_chat"),
        turns=2.8,
        gap=120,
        end_users=end_users,
    )


def _injection(stock: Stock, operator: Operator, habit: Habit, key: int) -> None:
    """Force the operator's prompt into every request, in front of the user turn or as the system prompt."""
    if operator.injection == "user":
        habit.inject, habit.inject_key, habit.inject_n = stock.phrases("injected"), key, operator.injection_variants
    elif operator.injection == "system":
        habit.system, habit.system_key, habit.system_n = stock.phrases("injected"), key, operator.injection_variants


def _harvest_habits(roster: Roster, operator: Operator, prompt: int) -> tuple[Array, Array]:
    """One habit a capability and topic, each with a pool and queue of its own, but one for all that ask the same file."""
    stock, p = roster.stock, roster.stock.phrases
    rng, made, weights = stock.rng, [], []
    queues: dict[int, list[Habit]] = {}
    total = sum(weight for _, weight in operator.capabilities)
    for capability, weight in operator.capabilities:
        topics = stock.capability_topics[capability]
        frame_key, parameters = stock.new_value(), int(stock.parameters(1)[0])
        for topic in topics:
            size = operator.tasks or -(-operator.exchanges // operator.samples)
            size = max(int(size * weight / total / len(topics)), 1)
            habit = Habit(
                topic=int(topic),
                mode=QUEUE if operator.queue else POOL,
                key=stock.new_value(),
                size=size if operator.tasks or not operator.queue else 1 << 40,
                samples=operator.samples,
                follow=p("follow_harvest"),
                turns=operator.turns,
                gap=9,
                answer=900,
                reasoning=900,
                after=p("casual_after"),
                after_n=0,
            )
            if capability == "agentic":
                habit.follow, habit.turns, habit.tools = p("follow_tool"), max(operator.turns, 3.0), stock.new_value()
            if operator.tool in ("harvest", "both") and capability in ("agentic", "code"):
                borrow_tool(stock, habit, rng)
            if operator.template != "absent":
                habit.frame, habit.frame_key = p(f"frame_{capability}"), frame_key
                habit.frame_n = 1 if operator.template == "fixed" else operator.variants
                habit.after = NONE
            if rng.random() < operator.parameters_share:
                habit.parameters = parameters
            _injection(stock, operator, habit, prompt)
            made.append(roster.habit(habit))
            weights.append(weight / total / len(topics))
            if operator.queue and stock.phrases.grammar.indexed[topic]:
                queues.setdefault(int(topic), []).append(habit)
    for together in queues.values():  # capabilities that ask texts of one file take turns in one queue
        first, size = together[0], sum(habit.size for habit in together)
        for habit in together:
            habit.queue, habit.key, habit.size = first.queue, first.key, size
    return np.array(made), np.array(weights)


def borrow_tool(stock: Stock, habit: Habit, rng: np.random.Generator) -> None:
    """Borrow the system prompt, tools and client of a popular tool."""
    tool = stock.tools[int(rng.integers(POPULAR_TOOL))]
    habit.system, habit.system_key, habit.tools, habit.client = tool.system, tool.key, tool.tools, tool.client


def _relay_habits(roster: Roster, operator: Operator, prompt: int) -> Array:
    """What real end users send through the pool: their own chats, and coding tools that many people use."""
    if operator.relay == 0:
        return np.empty(0, np.int64)
    stock = roster.stock
    users = max(operator.accounts, 10) * END_USERS
    habits = [_chat(stock, users)] if operator.tool in ("none", "harvest") else []
    for which in range(POPULAR_TOOL):
        habit = tool_habit(stock, which)
        habit.end_users = users
        habits.append(habit)
    for habit in habits:
        if operator.relay_harvested:
            _injection(stock, operator, habit, prompt)
    return np.array([roster.habit(habit) for habit in habits])

"""From a crowd's description to accounts with habits: who belongs together, what they share, what they ask."""

from dataclasses import dataclass

import numpy as np

from stillwatch.simulate import stock as st
from stillwatch.simulate.registry import fill_registry
from stillwatch.simulate.roster import CODE, FREE, NONE, POOL, QUEUE, SWEEP, Array, Block, Habit, Roster
from stillwatch.simulate.stock import DAY_US, Stock
from stillwatch.simulate.world import HOURS, KINDS, PATHS, Crowd, Mix

POPULAR_SHARE = 1.3  # exponent of the popularity of tools, near that of package downloads
N_BENCHMARKS = 12
N_VIRAL = 20


@dataclass(frozen=True)
class Span:
    """The world's time: start and days, microseconds since 1970 and days; when the new model came out."""

    start: int
    days: int
    release: int

    @property
    def end(self) -> int:
        """The end, exclusive."""
        return self.start + self.days * DAY_US


@dataclass
class Groups:
    """Which group each account of a block is in, and per group: first member, size."""

    of: Array
    first: Array
    size: Array

    @property
    def n(self) -> int:
        """How many groups."""
        return len(self.size)


def pick(rng: np.random.Generator, mix: Mix, n: int, names: tuple[str, ...]) -> Array:
    """Draw n names of a mix, as positions in ``names``."""
    weights = np.array([weight for _, weight in mix], float)
    return np.array([names.index(name) for name, _ in mix])[rng.choice(len(mix), n, p=weights / weights.sum())]


def make_groups(rng: np.random.Generator, accounts: int, typical: int) -> Groups:
    """Groups with log-normal sizes around the typical one; with typical 0 everyone is alone."""
    if typical <= 1:
        alone = np.arange(accounts)
        return Groups(alone, alone, np.ones(accounts, np.int64))
    drawn: list[int] = []
    left = accounts
    while left > 0:
        drawn.append(min(max(round(typical * float(rng.lognormal(-0.08, 0.4))), 2), left))
        left -= drawn[-1]
    size = np.array(drawn)
    return Groups(np.repeat(np.arange(len(drawn)), size), np.concatenate([[0], size.cumsum()[:-1]]), size)


def add_crowd(roster: Roster, crowd: Crowd, number: int, span: Span) -> None:
    """Make a crowd's accounts and add them to the roster."""
    if crowd.accounts == 0:
        return
    stock, rng = roster.stock, roster.stock.rng
    groups = make_groups(rng, crowd.accounts, crowd.group)
    block = Block(crowd.accounts)
    block["crowd"] = number
    fill_personal_columns(stock, block, crowd.kinds, crowd.paths)
    _networks(stock, block, crowd, groups)
    begin, length = _windows(rng, crowd, groups, span)
    block["begin"], block["end"] = begin[groups.of], (begin + length)[groups.of]
    block["hours"] = HOURS.index(crowd.hours)
    block["weekend"] = np.clip(crowd.weekend * rng.lognormal(0, 0.2, block.n), 0.02, 2)
    block["active"] = (
        1.0 if crowd.hours in ("flat", "clockwork") or crowd.window else np.clip(rng.beta(1.2, 2.0, block.n), 0.08, 1)
    )
    fill_registry(stock, block, crowd, groups.of, groups.n, block["begin"].copy())
    _volume(rng, block, crowd, groups, span)
    _habits(roster, block, crowd, groups)
    first = roster.add(block)
    if crowd.handoff:
        block["handoff"] = crowd.handoff
        block["group_first"] = first + groups.first[groups.of]
        block["group_size"] = groups.size[groups.of]


def fill_personal_columns(stock: Stock, block: Block, kinds: Mix, paths: Mix) -> None:
    """What every account has of its own, innocent or not: home, client, topics, models, words."""
    rng, n = stock.rng, block.n
    block["kind"] = pick(rng, kinds, n, KINDS)
    block["path"] = pick(rng, paths, n, PATHS)
    isp = np.minimum((rng.pareto(1.1, n) * 12).astype(np.int64), st.N_ISPS * 8) % st.N_ISPS
    country = np.array(stock.networks.country)[isp]
    block["net"] = block["net2"] = isp
    block["net_mode"], block["net2_mode"] = st.BY_WEEK, st.BY_SESSION
    block["net2_share"] = np.where(rng.random(n) < 0.5, rng.beta(1, 4, n), 0)
    block["country"] = country
    block["zone"] = (country * 7 + 3) % 24 - 11
    block["client"] = stock.clients(n)
    block["parameters"] = stock.parameters(n)
    block["topic"] = stock.chat_topics[rng.integers(len(stock.chat_topics), size=n)]
    block["topic2"] = stock.chat_topics[rng.integers(len(stock.chat_topics), size=n)]
    block["model"] = rng.choice(3, n, p=(0.45, 0.4, 0.15))
    block["adopts"] = np.where(rng.random(n) < 0.45, rng.exponential(9, n), 9e9)
    block["persona"] = rng.integers(1, 1 << 62, n).astype(np.uint64)
    block["keys"] = np.minimum(rng.geometric(0.7, n), 6)


def _networks(stock: Stock, block: Block, crowd: Crowd, groups: Groups) -> None:
    """Put members on the network of their group, or of their provider."""
    rng, n = stock.rng, block.n
    if crowd.network == "home":
        return
    there = rng.random(n) < crowd.network_share
    if crowd.network in ("vpn", "cgnat"):
        offset, count = (st.N_ISPS, st.N_VPNS) if crowd.network == "vpn" else (st.N_ISPS + st.N_VPNS, st.N_CGNATS)
        net = offset + np.minimum((rng.pareto(1.2, n) * 4).astype(np.int64), count * 8) % count
        mode = st.BY_SESSION if crowd.network == "vpn" else st.BY_DAY
    else:
        sizes = {"campus": (4, 24), "office": (1, 5), "venue": (1, 3), "cloud": (1, 9)}[crowd.network]
        isps = block["net"][groups.first]
        made = [
            stock.networks.add(int(rng.integers(*sizes)), stock.networks.asn[isp], stock.networks.country[isp])
            for isp in isps
        ]
        net = np.array(made)[groups.of]
        mode = st.BY_ACCOUNT if crowd.network == "cloud" else st.BY_SESSION
        block["zone"] = np.where(there, block["zone"][groups.first][groups.of], block["zone"])
        block["country"] = np.where(there, block["country"][groups.first][groups.of], block["country"])
    block["net2"] = np.where(there, block["net"], block["net2"])
    block["net2_mode"] = np.where(there, block["net_mode"], block["net2_mode"])
    at_home = 0.0 if crowd.network == "cloud" else 0.25
    block["net2_share"] = np.where(there, rng.random(n) * at_home, block["net2_share"])
    block["net"] = np.where(there, net, block["net"])
    block["net_mode"] = np.where(there, mode, block["net_mode"])


def _windows(rng: np.random.Generator, crowd: Crowd, groups: Groups, span: Span) -> tuple[Array, Array]:
    """When each group begins to be active and for how long, microseconds."""
    if crowd.window is None or crowd.window >= span.days:
        return np.full(groups.n, span.start), np.full(groups.n, span.days * DAY_US)
    length = np.full(groups.n, int(crowd.window * DAY_US))
    latest = span.days - crowd.window
    begin = rng.random(groups.n) * latest
    if crowd.tenure == "event":  # events are at weekends: the next Friday evening
        weekday = (span.start // DAY_US + 3 + begin.astype(np.int64)) % 7
        begin = np.clip(np.floor(begin) + (4 - weekday) % 7 + 0.7, 0, max(latest, 0))
    return (span.start + begin * DAY_US).astype(np.int64), length


def _volume(rng: np.random.Generator, block: Block, crowd: Crowd, groups: Groups, span: Span) -> None:
    """Requests a day: heavy-tailed over groups and accounts, adding up to the crowd's total."""
    weight = rng.lognormal(0, crowd.group_spread, groups.n)[groups.of] * rng.lognormal(0, crowd.spread, block.n)
    days = np.maximum((np.minimum(block["end"], span.end) - np.maximum(block["begin"], span.start)) / DAY_US, 0.01)
    weight = np.minimum(weight, 200 * np.median(weight)) * (1 if crowd.window is None else days / days.max())
    block["rate"] = crowd.events * weight / weight.sum() / days


def _habits(roster: Roster, block: Block, crowd: Crowd, groups: Groups) -> None:
    """Give accounts a habit of each of the crowd's kinds of work; those of a group do what the group does."""
    rng, names = roster.stock.rng, tuple(name for name, _ in crowd.work)
    weights = np.array([weight for _, weight in crowd.work], float)
    for slot, (name, weight) in enumerate(zip(names, weights / weights.sum(), strict=True)):
        block.habits[:, slot] = _assign(roster, name, crowd, block, groups)
        block.shares[:, slot] = weight * (1 if len(names) == 1 else rng.gamma(1.0, 1.0, block.n) + 0.02)


def _assign(roster: Roster, name: str, crowd: Crowd, block: Block, groups: Groups) -> Array:
    """A habit of one kind of work for every account: one for all, one of a popular set, or one a group."""
    rng, stock = roster.stock.rng, roster.stock
    if name in ("chat", "code", "plain", "grade"):
        return np.full(block.n, roster.habit(_personal(stock, name, crowd)))
    if name in ("popular_tool", "viral") and not (name == "viral" and crowd.group):
        n, make = (st.N_POPULAR, tool_habit) if name == "popular_tool" else (N_VIRAL, _viral)
        return np.array([roster.habit(make(stock, which)) for which in range(n)])[popularity(rng, block.n, n)]
    made = np.array([roster.habit(_of_group(roster, name, crowd, groups.n)) for _ in range(groups.n)])
    if name != "niche_tool":
        own = rng.random(block.n) < crowd.own_client
        client = np.array([roster.habits[habit].client for habit in made])[groups.of]
        for habit in made:
            roster.habits[habit].client = NONE
        if crowd.group > 1:
            block["client"] = np.where(own | (client == NONE), block["client"], client)
    return np.asarray(made[groups.of])


def popularity(rng: np.random.Generator, draws: int, n: int) -> Array:
    """Which of n public things each of some people takes; a few are very popular."""
    return np.minimum((rng.pareto(POPULAR_SHARE, draws) * 2).astype(np.int64), n * 9) % n


def _personal(stock: Stock, name: str, crowd: Crowd) -> Habit:
    p = stock.phrases
    habit = Habit(
        frame=p("casual_before"),
        frame_n=0,
        after=p("casual_after"),
        after_n=0,
        follow=p("follow_chat"),
        turns=1 + 1.8 * crowd.turns,
        gap=120,
        end_users=crowd.end_users,
    )
    if name == "code":
        habit.topic, habit.mode, habit.follow, habit.turns = CODE, FREE, p("follow_code"), 1 + 2.5 * crowd.turns
    elif name == "grade":
        habit.topic = p("grading")
    elif name == "plain":
        habit.system, habit.system_n, habit.turns, habit.gap = p("system_plain"), 6, 1.2, 20
    return habit


def tool_habit(stock: Stock, which: int) -> Habit:
    """Requests of the users of a popular tool: its system prompt, tools and client around their own tasks."""
    tool, p = stock.tools[which], stock.phrases
    return Habit(
        topic=CODE,
        follow=p("follow_tool"),
        system=tool.system,
        system_key=tool.key,
        turns=tool.turns,
        gap=14,
        tools=tool.tools,
        client=tool.client,
        parameters=tool.parameters,
        answer=420,
        reasoning=120,
        after=p("casual_after"),
        after_n=0,
    )


def _viral(stock: Stock, which: int) -> Habit:
    p = stock.phrases
    return Habit(
        topic=p("viral"), mode=POOL, key=stock.seed(11, which), size=1, follow=p("follow_chat"), turns=2.2, gap=150
    )


def _benchmark(stock: Stock, which: int, crowd: Crowd, n_groups: int) -> Habit:
    """One of the public benchmarks: the same tasks for everyone, a laboratory's own wording around them."""
    p = stock.phrases
    size = int(np.clip(0.7 * crowd.events / max(n_groups, 1) * stock.rng.lognormal(0, 0.2), 60, 14000))
    return Habit(
        topic=int(stock.bench_topics[which % len(stock.bench_topics)]),
        mode=SWEEP,
        key=stock.seed(12, which),
        size=size,
        frame=p("template_bench"),
        frame_key=stock.new_value(),
        follow=p("follow_chat"),
        turns=1,
        gap=2,
        answer=500,
        parameters=int(stock.parameters(1)[0]),
        reasoning=200,
    )


def _of_group(roster: Roster, name: str, crowd: Crowd, n_groups: int) -> Habit:
    """A habit that only one group has, or a public one that it takes up together."""
    stock, p = roster.stock, roster.stock.phrases
    rng = stock.rng
    client = stock.own_build() if crowd.group and rng.random() < 0.3 else int(stock.clients(1)[0])
    habit = Habit(client=client, end_users=crowd.end_users, follow=p("follow_chat"))
    any_topic = int(stock.chat_topics[rng.integers(len(stock.chat_topics))])
    if name == "benchmark":
        habit = _benchmark(stock, int(popularity(rng, 1, N_BENCHMARKS)[0]), crowd, n_groups)
    elif name == "viral":  # it goes round within a group, at the group's time
        habit = _viral(stock, int(rng.integers(N_VIRAL)))
    elif name == "niche_tool":
        habit = tool_habit(stock, int(rng.integers(st.N_POPULAR)))
        habit.system_key, habit.tools, habit.turns = stock.new_value(), stock.new_value(), float(rng.uniform(2, 7))
        if rng.random() < 0.6:
            habit.client = stock.own_build()
    elif name == "app":
        habit.system, habit.system_key = p("system_app"), stock.new_value()
        habit.turns, habit.gap, habit.parameters = 1 + 1.4 * crowd.turns, 70, int(stock.parameters(1)[0])
    elif name in ("template", "ci"):
        habit.frame, habit.frame_key = p("template_ci" if name == "ci" else "template_app"), stock.new_value()
        habit.frame_n = int(rng.integers(1, 4))
        habit.topic = p("ci_task") if name == "ci" else (p("classify") if rng.random() < 0.5 else any_topic)
        habit.parameters, habit.turns, habit.answer, habit.gap = int(stock.parameters(1)[0]), 1, 90, 3
    elif name == "synthetic":
        capability = list(stock.capability_topics)[int(rng.integers(len(stock.capability_topics)))]
        topics = stock.capability_topics[capability]
        habit.frame, habit.frame_key, habit.frame_n = p("template_synthetic"), stock.new_value(), int(rng.integers(1, 6))
        habit.topic, habit.mode, habit.key = int(topics[rng.integers(len(topics))]), QUEUE, stock.new_value()
        habit.size, habit.turns, habit.answer, habit.reasoning, habit.gap = 1 << 40, 1.1, 700, 300, 4
        habit.parameters = int(stock.parameters(1)[0])
    elif name == "assignment":
        habit.topic, habit.mode, habit.key, habit.size = p("assignment"), POOL, stock.new_value(), int(rng.integers(3, 9))
        habit.frame, habit.frame_n, habit.after, habit.after_n = p("student_before"), 0, p("student_after"), 0
        habit.turns, habit.gap = 1 + 1.5 * crowd.turns, 150
    elif name == "starter":
        habit.system, habit.system_key = p("starter"), stock.new_value()
        habit.turns, habit.gap, habit.topic = 2.0, 60, CODE
    return habit

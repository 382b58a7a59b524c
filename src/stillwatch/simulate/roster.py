"""Accounts and habits while a world is built: columns that grow block by block and end as arrays."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from stillwatch.simulate.kernels import HabitColumns
from stillwatch.simulate.stock import Stock
from stillwatch.simulate.world import HABITS_EACH

Array = npt.NDArray[Any]

NONE = -1
CODE = -2
"""As the topic of a habit: code, another topic for each conversation. NONE: topics of who asks."""
FREE, POOL, QUEUE, SWEEP = range(4)
"""How the seed of a task is drawn: any, at random from a pool, next of a queue, each account through the whole pool."""

COLUMNS: dict[str, tuple[str, Any]] = {  # type and default
    # registry
    "campaign": ("i2", NONE),  # number of its operator; NONE: nobody's
    "crowd": ("i2", NONE),  # number of its crowd of innocents; NONE: an operator's
    "created": ("i8", 0),  # sign-up, us since 1970 UTC
    "kind": ("i1", 0),  # place in KINDS
    "org": ("i8", NONE),  # number of its organisation; NONE: none
    "verified": ("?", False),  # the organisation was checked
    "passthrough": ("?", False),  # a contracted reseller
    "domain": ("i4", 0),  # number of the e-mail domain, those of MAIL first
    "email": ("i8", NONE),  # number of the address; NONE: not told
    "payment": ("i8", NONE),  # of the card, likewise
    "phone": ("i8", NONE),  # likewise
    "signup_ip": ("u4", 0),  # IPv4 address; 0: not told
    "country": ("i1", 0),  # place in COUNTRIES
    "banned": ("i8", NONE),  # when it was, us since 1970 UTC; NONE: never
    "plan": ("i1", 0),  # place in PLANS
    # behaviour
    "rate": ("f8", 0.0),  # requests a day while it lives, over weekdays and weekends
    "begin": ("i8", 0),  # us since 1970 UTC; from then on it sends
    "end": ("i8", 1 << 62),  # and before then
    "active": ("f4", 1.0),  # share of the days on which it sends anything
    "zone": ("i1", 0),  # hours that its day is ahead of UTC
    "hours": ("i2", 0),  # place in HOURS
    "weekend": ("f4", 1.0),  # rate at weekends against weekdays
    "net": ("i4", 0),  # number of the network that it mostly sends from
    "net_mode": ("i1", 0),  # how its address changes there: BY_ACCOUNT, BY_SESSION, BY_DAY, BY_WEEK
    "net2": ("i4", 0),  # a second network
    "net2_mode": ("i1", 0),  # likewise
    "net2_share": ("f4", 0.0),  # share of its conversations from the second, 0 to 1
    "client": ("i4", 0),  # number of the client that it uses
    "path": ("i1", 0),  # place in PATHS
    "model": ("i1", 0),  # place in MODELS
    "adopts": ("f4", 9e9),  # days after its release from which it uses the new model
    "parameters": ("i2", 0),  # number of its sampling parameters
    "persona": ("u8", 1),  # seed of whose words they are
    "keys": ("i1", 1),  # API keys that it uses
    "topic": ("i4", 0),  # symbol of the topic of seven conversations in ten
    "topic2": ("i4", 0),  # and of the others
    "handoff": ("f4", 0.0),  # probability that a later turn is sent by another account of its group
    "group_first": ("i8", 0),  # first account of its group
    "group_size": ("i4", 1),  # accounts of its group, which follow one another
}


@dataclass
class Block:
    """Accounts being made together; unset columns have their default."""

    n: int
    columns: dict[str, Array] = field(init=False)
    """``(n,)`` each, by the names of COLUMNS."""
    habits: Array = field(init=False)
    """Numbers of habits, ``(n, HABITS_EACH)``; NONE where an account has fewer."""
    shares: Array = field(init=False)
    """How often each is drawn beside the account's others, in any unit, likewise."""

    def __post_init__(self) -> None:
        """Give every column its default."""
        self.columns = {name: np.full(self.n, default, kind) for name, (kind, default) in COLUMNS.items()}
        self.habits = np.full((self.n, HABITS_EACH), NONE, np.int32)
        self.shares = np.zeros((self.n, HABITS_EACH), np.float32)

    def __getitem__(self, name: str) -> Array:
        """A column."""
        return self.columns[name]

    def __setitem__(self, name: str, values: Any) -> None:
        """Set a column, keeping its type."""
        self.columns[name][:] = values


@dataclass
class Habit:
    """A kind of request: the parts of its text, how tasks are drawn, and what it overrides of the account.

    Parts of the text are symbols of the grammar, NONE where there is none; of a part, ``…_key`` is the seed of its wording, and
    ``…_n`` how many wordings follow on that seed: 1 is always the same, 0 any at all.

    Attributes:
        topic: Symbol of the task; NONE: the asker's topics, CODE: any of code.
        mode: How the seed of a task is drawn: FREE, POOL, QUEUE or SWEEP.
        key: Seed of the pool of tasks.
        size: Tasks in the pool.
        samples: Times that a queue gives each task out before the next.
        queue: Number of the queue; NONE: :meth:`Roster.habit` gives it one of its own.
        inject: Before every turn, of nobody's words.
        frame: Before the task.
        after: Behind the task.
        follow: Later turns.
        system: System prompt.
        turns: Mean turns of a conversation, at least 1.
        gap: Typical time between turns, seconds.
        tools: Hash of the tools that are sent along; 0: none.
        client: Number of the client; NONE: the account's.
        parameters: Number of the sampling parameters; NONE: the account's.
        answer: Typical length of an answer, tokens.
        reasoning: Typical length of the reasoning before it, tokens; 0: none.
        end_users: People behind the account, who ask about topics of their own; 0: its holder asks.
    """

    topic: int = NONE
    mode: int = FREE
    key: int = 0
    size: int = 0
    samples: int = 1
    queue: int = NONE
    inject: int = NONE
    inject_key: int = 0
    inject_n: int = 1
    frame: int = NONE
    frame_key: int = 0
    frame_n: int = 1
    after: int = NONE
    after_key: int = 0
    after_n: int = 1
    follow: int = NONE
    system: int = NONE
    system_key: int = 0
    system_n: int = 1
    turns: float = 1.0
    gap: float = 60.0
    tools: int = 0
    client: int = NONE
    parameters: int = NONE
    answer: float = 350.0
    reasoning: float = 0.0
    end_users: int = 0


@dataclass
class Roster:
    """All accounts and habits of a world, and the queues that habits draw from."""

    stock: Stock
    blocks: list[Block] = field(default_factory=list)
    habits: list[Habit] = field(default_factory=list)
    n: int = 0
    n_queues: int = 0

    def add(self, block: Block) -> int:
        """Append a block; returns the number of its first account."""
        self.blocks.append(block)
        self.n += block.n
        return self.n - block.n

    def habit(self, habit: Habit) -> int:
        """Append a habit; returns its number."""
        if habit.mode == QUEUE and habit.queue == NONE:
            habit.queue = self.new_queue()
        self.habits.append(habit)
        return len(self.habits) - 1

    def new_queue(self) -> int:
        """A number for a new queue of tasks."""
        self.n_queues += 1
        return self.n_queues - 1


@dataclass(frozen=True)
class Accounts:
    """A finished roster of accounts, as arrays."""

    n: int
    columns: dict[str, Array]
    habits: Array
    shares: Array

    def __getitem__(self, name: str) -> Array:
        """A column."""
        return self.columns[name]


@dataclass(frozen=True)
class Habits:
    """Finished habits, as arrays by the names of :class:`Habit`, and the part that text kernels read."""

    columns: dict[str, Array]
    text: HabitColumns

    def __getitem__(self, name: str) -> Array:
        """A column."""
        return self.columns[name]


def finish(roster: Roster) -> tuple[Accounts, Habits]:
    """Turn the blocks into arrays; the shares of an account's habits become cumulative."""
    columns = {name: np.concatenate([block[name] for block in roster.blocks]) for name in COLUMNS}
    shares = np.concatenate([block.shares for block in roster.blocks])
    shares = shares.cumsum(axis=1) / np.maximum(shares.sum(axis=1, keepdims=True), 1e-9)
    accounts = Accounts(roster.n, columns, np.concatenate([block.habits for block in roster.blocks]), shares)
    return accounts, _habits(roster.habits)


def _habits(rows: list[Habit]) -> Habits:
    found: dict[str, Array] = {}
    for name, kind in Habit.__annotations__.items():
        values = [getattr(row, name) for row in rows]
        whole = np.uint64 if name.endswith("key") or name == "tools" else np.int64
        found[name] = np.array(values, np.float64 if kind in (float, "float") else whole)

    def i32(name: str) -> npt.NDArray[np.int32]:
        return found[name].astype(np.int32)

    text = HabitColumns(
        i32("inject"),
        found["inject_key"],
        found["inject_n"],
        i32("frame"),
        found["frame_key"],
        found["frame_n"],
        i32("after"),
        found["after_key"],
        found["after_n"],
        i32("follow"),
        found["system_key"],
        found["system_n"],
    )
    return Habits(found, text)

"""What is asked: which task of which source each conversation has, and what stands around it."""

from dataclasses import dataclass

import numpy as np

from . import clients, grammar, network
from .activity import Turns, ranks
from .keys import F64, I64, U64, below, mix, one, rng, unit
from .profiles import Group, Stream, Wrap
from .registry import DAY, Accounts

SECTIONS = grammar.kinds("task.") + grammar.kinds("follow.") + grammar.kinds("ask.")
_WITH_TOOLS = [SECTIONS.index(name) for name in ("task.agent", "task.tooluse", "follow.tool")]


@dataclass(frozen=True)
class Asked:
    """Rows of a stream, in the order of Turns; sections are indices in SECTIONS (-1: none), keys go to grammar.render."""

    turn: I64
    section: I64
    key: U64
    owner: U64
    language: I64
    habit: I64
    before: I64
    before_key: U64
    after: I64
    after_key: U64
    system: U64
    theme: I64
    rules: I64
    tools: U64
    client: I64
    release: I64


def _kinds(stream: Stream, key: U64, favourite: U64) -> I64:
    steps = np.cumsum([weight for _, weight in stream.work])
    draws = np.where(unit(key, "own way") < (0.5 if stream.source == "own" else 0.0), unit(favourite, "favourite"), unit(key, "kind"))
    chosen = np.searchsorted(steps / steps[-1], draws).clip(max=len(steps) - 1)
    sections: I64 = np.array([SECTIONS.index("task." + name) for name, _ in stream.work])[chosen]
    return sections


def _source(stream: Stream, group: Group, number: int, account: I64, time: F64) -> U64:
    """The key of each conversation's task."""
    bank = one("bank", stream.bank or group.key, "" if stream.bank else number)
    order = ranks(np.zeros(len(time), np.int64), time)
    draw = rng(group.key, number, "source")
    if stream.source == "split":
        # A queue of the operator's own is as long as needed; a public one is gone through from some place on, and around.
        length = max(1, -(-len(time) // stream.repeats))
        index = order % length
        index = (index + one(group.key, "place") % stream.size) % stream.size if stream.bank else index
    elif stream.source == "sweep":
        index = (ranks(account, time) + below(stream.size, mix(account, "from"))) % stream.size
    elif stream.source == "deck":
        index = (stream.size * draw.random(len(time)) ** 2.5).astype(np.int64)
    elif stream.source == "daily":
        index = (time // DAY).astype(np.int64) * stream.size + (stream.size * draw.random(len(time)) ** 2).astype(np.int64)
    else:
        return mix(group.key, number, "own", np.arange(len(time)))
    return mix(bank, index)


def _wrap(wrap: Wrap | None, group: Group, number: int, account: U64, task: U64) -> tuple[I64, U64]:
    if wrap is None:
        return np.full(len(task), -1), np.zeros(len(task), dtype=np.uint64)
    scope = {"group": mix(0), "few": below(4, account, "few").astype(np.uint64), "account": account, "task": task}[wrap.scope]
    key = mix(group.key, number, wrap.section, np.broadcast_to(scope, len(task)))
    there = unit(task, "wrapped") < wrap.rate
    return np.where(there, SECTIONS.index(wrap.section), -1), key


_THEMES = {
    "system.coder": ("agent", "tooluse", "codewrite", "codefix", "codereview", "vision", "sql"),
    "system.desk": ("judge", "mend", "classify", "extract", "data", "persona"),
    "system.solver": ("math", "science", "logic", "reason", "selfask", "maketask"),
    "system.player": ("roleplay", "story"),
}


def _theme(stream: Stream) -> int:
    """What a system prompt of the stream is for: that of its foremost task."""
    if stream.system == "common":
        return grammar.THEMES.index("system.bare")
    foremost = max(stream.work, key=lambda part: part[1])[0]
    return next((grammar.THEMES.index(name) for name, tasks in _THEMES.items() if foremost in tasks), grammar.THEMES.index("system.helper"))


def _systems(stream: Stream, group: Group, number: int, account: U64, client: I64) -> tuple[U64, I64]:
    """Keys and lengths of system prompts; 0 is none."""
    n = len(account)
    common = mix("common", below(3, account, "common"))
    key = {
        "none": np.zeros(n, dtype=np.uint64),
        "common": np.where(unit(account, "bare") < 0.5, common, np.uint64(0)),
        "group": np.broadcast_to(mix(group.key, number, "system"), n),
        "few": mix(group.key, number, "system", below(5, account, "few")),
        # Half of those who write their own programs put all into the question.
        "account": np.where(unit(account, "bare") < 0.5, mix(account, "system"), np.uint64(0)),
        "tool": mix("tool system", client),
    }[stream.system]
    if stream.system == "common":
        return key, np.zeros(n, dtype=np.int64)
    if stream.system == "tool":
        return key, 5 + below(18, key, "rules")
    return key, 1 + below(2 * stream.rules, key, "rules")


def asked(stream: Stream, group: Group, number: int, accounts: Accounts, turns: Turns) -> Asked:
    """What the turns of the group's stream say, and through which program."""
    # The first account, time and key of each conversation; later turns look theirs up.
    _, first, which = np.unique(turns.conversation, return_index=True, return_inverse=True)
    opener, owner_key = turns.account[first], accounts.key[turns.account[first]]
    task = _source(stream, group, number, opener, turns.time[first])
    turn = ranks(turns.conversation, turns.time)
    client_key = mix(group.key, "client") if stream.pinned else mix(owner_key, "client")
    client = clients.choose(stream.client, np.broadcast_to(client_key, len(first)))
    release_key = np.broadcast_to(mix(group.key, "release"), len(first)) if stream.pinned else mix(owner_key, "release", client)
    release = clients.release(client, release_key, (turns.time[first] // DAY).astype(np.int64))
    section = _kinds(stream, task, mix(owner_key, number))
    before, before_key = _wrap(stream.before, group, number, owner_key, task)
    after, after_key = _wrap(stream.after, group, number, owner_key, task)
    system, rules = _systems(stream, group, number, owner_key, client)

    later = turn > 0
    follow = SECTIONS.index(stream.follow)
    habit = (
        np.where(unit(owner_key, "careless") < 0.5, below(grammar.HABITS, owner_key, "habit"), 0)
        if stream.people
        else np.zeros(len(first), np.int64)
    )
    copied = stream.source != "own"
    language = np.where(unit(owner_key, "foreign") < stream.foreign, network.TONGUES[accounts.country[opener]], 0)
    if stream.foreign > 1:
        language = below(grammar.LANGUAGES, mix(group.key, "tongue", np.arange(len(first))))
    rows_section = np.where(later, follow, section[which])
    conversation_key = mix(group.key, number, "talk", which)
    tool_set = np.where(
        client >= clients.tool(0), mix("tools", client, release // 5), np.where(system > 0, mix(system, "tools"), mix(owner_key, "tools"))
    )
    has_tools = np.isin(section, _WITH_TOOLS) | (follow in _WITH_TOOLS)
    return Asked(
        turn=turn,
        section=rows_section,
        key=np.where(later, mix(conversation_key, turn), task[which]),
        owner=np.where(copied & ~later, mix(task, "owner")[which], mix(owner_key[which], "life")),
        language=language[which],
        habit=np.where(copied & ~later, 0, habit[which]),
        before=np.where(later, -1, before[which]),
        before_key=before_key[which],
        after=np.where(later, -1, after[which]),
        after_key=after_key[which],
        system=system[which],
        theme=np.full(len(turn), _theme(stream)),
        rules=rules[which],
        tools=np.where(has_tools, tool_set, np.uint64(0))[which],
        client=client[which],
        release=release[which],
    )

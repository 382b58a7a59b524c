"""What a group asks: talks, single tasks, shared lists, system prompts, tool sets."""

import numpy as np

from .carriers import COUNTRIES
from .network import IntArray
from .plans import Group, Plan
from .text import LOCAL
from .world import SysFn, TextFn, World


def talk(
    slots: dict[str, float], *, local: float = 0.0, frame: float = 0.15, slips: float = 0.0, pinned: bool = True, same: float = 0.0
) -> TextFn:
    """Conversations: a task from `slots` (or a chat in the country's language), then follow-ups.

    `same` is the share of sessions spent on the account's main slot.
    """

    def fn(w: World, g: Group, p: Plan) -> list[str]:
        names = list(slots)
        pr = np.array(list(slots.values()), float)
        pr /= pr.sum()
        n_s = int(p.s.max()) + 1
        topic = w.rng.choice(len(names), n_s, p=pr)
        main = w.rng.choice(len(names), g.n, p=pr)
        keep = w.rng.random(n_s) < same
        is_local = w.rng.random(n_s) < local
        roll = w.rng.random((p.n, 2))
        out: list[str] = []
        wr = w.w
        for i, (a, s, t) in enumerate(zip(p.a.tolist(), p.s.tolist(), p.t.tolist(), strict=True)):
            slot = names[main[a] if keep[s] else topic[s]]
            if is_local[s]:
                slot = LOCAL.get(COUNTRIES[g.cc[a]], slot)
            pins = g.pins[a] if pinned else None
            if t:
                x = wr.follow(slot, pins)
            elif roll[i, 0] < frame:
                x = wr.framed(slot, pins)
            else:
                x = wr.write(slot, pins)
            out.append(wr.sloppy(x) if slips and roll[i, 1] < slips else x)
        return out

    return fn


def batch(slots: dict[str, float], *, frame: float = 0.0, pinned: bool = True, reword: float = 0.0) -> TextFn:
    """Independent tasks, one a request."""

    def fn(w: World, g: Group, p: Plan) -> list[str]:
        names = list(slots)
        pr = np.array(list(slots.values()), float)
        pick = w.rng.choice(len(names), p.n, p=pr / pr.sum()).tolist()
        roll = w.rng.random((p.n, 2)).tolist()
        out = []
        for a, k, (r1, r2) in zip(p.a.tolist(), pick, roll, strict=True):
            pins = g.pins[a] if pinned else None
            x = w.w.framed(names[k], pins) if r1 < frame else w.w.write(names[k], pins)
            out.append(w.w.reword(x) if r2 < reword else x)
        return out

    return fn


def from_bank(items: list[str], *, reword: float = 0.0, order: bool = False, slips: float = 0.0, follow: str = "chat") -> TextFn:
    """Tasks taken from a shared list (an assignment, a benchmark, a tutorial, a topic list)."""

    def fn(w: World, g: Group, p: Plan) -> list[str]:
        k = (np.cumsum(p.t == 0) - 1) % len(items) if order else w.rng.integers(0, len(items), p.n)
        roll = w.rng.random((p.n, 2)).tolist()
        out = []
        for a, t, j, (r1, r2) in zip(p.a.tolist(), p.t.tolist(), k.tolist(), roll, strict=True):
            x = w.w.follow(follow, g.pins[a]) if t else items[j]
            if not t and r1 < reword:
                x = w.w.reword(x)
            out.append(w.w.sloppy(x) if r2 < slips else x)
        return out

    return fn


def own_system(w: World, n: int, slot: str = "system", none: float = 0.25) -> list[str | None]:
    """A system prompt for each account, or none."""
    return [None if w.rng.random() < none else w.w.write(slot) for _ in range(n)]


def shared_system(w: World, group: IntArray, slot: str = "system") -> list[str | None]:
    """One system prompt for each group number."""
    made = [w.w.write(slot) for _ in range(int(group.max()) + 1)]
    return [made[i] for i in group.tolist()]


def toolset(w: World, n: int, kinds: int) -> IntArray:
    """Hashes of tool definitions; `kinds` different sets among `n` accounts."""
    pool = w.rng.integers(2**40, 2**62, kinds)
    return pool[w.rng.integers(0, kinds, n)]


def rotating_system(w: World, n_kinds: int, slot: str = "system") -> SysFn:
    """A system prompt that changes from session to session (a product with many personas)."""
    made = [w.w.write(slot) for _ in range(n_kinds)]

    def fn(w2: World, g: Group, p: Plan) -> list[str | None]:
        pick = w2.rng.integers(0, n_kinds, int(p.s.max()) + 1)
        return [made[i] for i in pick[p.s].tolist()]

    return fn

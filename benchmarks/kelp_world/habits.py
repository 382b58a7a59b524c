"""What sittings are about: tastes of people, languages, turns that follow, what agents read."""

import numpy as np

from .hours import Sittings
from .text import Mix
from .world import World

CASUAL: Mix = {"life": 4, "school": 2, "office": 3, "creative": 1.5, "translate": 1, "code": 1, "reason": 0.5, "math": 0.5}
WORK: Mix = {"school": 3, "code": 3, "math": 2, "reason": 3, "creative": 1, "office": 1, "marketing": 0.6, "translate": 0.6}
LOCAL = {"ES": "es", "MX": "es", "CO": "es", "AR": "es", "BR": "pt", "ID": "id", "FR": "fr", "TR": "tr", "VN": "vi"}
WEB_PLAN = {"free": 0.66, "plus": 0.3, "family": 0.04}
API_PLAN = {"payg": 0.85, "free": 0.15}


def own(w: World, mix: Mix) -> Mix:
    """One person's taste within a mixture."""
    return {kind: share * float(x) for (kind, share), x in zip(mix.items(), w.rng.gamma(0.7, 1.0, len(mix)) + 0.03, strict=True)}


def follow(w: World, s: Sittings, firsts: list[str]) -> list[str]:
    """Prompts of sittings: a first turn each, and turns that follow."""
    out: list[str] = []
    for first, n in zip(firsts, s.turns.tolist(), strict=True):
        out.append(first)
        out += [w.text.follow() for _ in range(n - 1)]
    return out


def talk(w: World, s: Sittings, mix: Mix, noise: float = 0.5) -> list[str]:
    """Prompts of sittings whose first turns come out of a mixture."""
    return follow(w, s, w.text.many(mix, len(s), noise))


def chat(w: World, s: Sittings, mix: Mix, noise: float = 0.6) -> list[str]:
    """Prompts of people; each has a taste and perhaps a language."""
    tastes: dict[int, Mix] = {}
    firsts = []
    for a in s.who.tolist():
        if a not in tastes:
            taste, country = own(w, mix), w.accounts["country"][a]
            if country in LOCAL and w.text.r.random() < 0.6:
                taste = {LOCAL[country]: sum(taste.values()) * 2.5, **taste}
            tastes[a] = taste
        firsts.append(w.text.one(tastes[a], noise))
    return follow(w, s, firsts)


def agent_turns(w: World, s: Sittings, tasks: list[str] | None = None) -> list[str]:
    """Prompts of agents: a task, then what tools gave back, and now and then a word of a person.

    Four sittings in five take the next of the tasks, where some are given.
    """
    out: list[str] = []
    for n in s.turns.tolist():
        out.append(w.text.one({"agent": 1}, 0.3))
        out += [w.text.any("tool_result") if w.text.r.random() < 0.75 else w.text.follow() for _ in range(n - 1)]
    if tasks:
        for j, first in enumerate((np.cumsum(s.turns) - s.turns).tolist()):
            if w.text.r.random() < 0.8:
                out[first] = tasks[j * 7 % len(tasks)]
    return out


def slots(w: World, forms: str, s: Sittings) -> list[str]:
    """One form for everybody, filled anew for each turn."""
    return [w.text.fill(forms) for _ in range(int(np.sum(s.turns)))]

"""How people and their programs hold conversations; groups."""

from collections.abc import Iterator, Sequence

from .log import send
from .records import Account, Say
from .text import agent_step, ask, follow
from .world import World


def talk(
    w: World, a: Account, t: float, pool: str, turns: float = 2.5, *, system: str | None = None, deep: float = 0.08,
    topic: str | None = None, harvest: bool = False, first: tuple[str, str] | None = None, think: float = 35.0, extra: int = 0
) -> float:
    """A person's conversation; returns when it ended."""
    r, th = w.r, w.thread(a)
    kind, text = first or ask(r, pool, a.voice, topic)
    if not extra and kind in ("summary", "translate", "legal", "extract", "rewrite", "chat") and r.random() < 0.18:
        extra = int(r.lognormvariate(7.2, 0.9))
    while True:
        before = th.mark()
        t, ok = send(w, a, t, th, Say(system, text, kind, None, extra), harvest=harvest, tries=2 if a.path == "app" else 3)
        if ok and r.random() < (0.05 if a.path == "app" else 0.02):
            th.back(before)
            t, ok = send(w, a, t + r.uniform(2, 40), th, Say(system, text, kind, None, extra), harvest=harvest)
        if (not ok and r.random() < 0.6) or r.random() < 1 / turns:
            return t
        t += 4 + r.lognormvariate(0, 0.9) * think
        text, extra = follow(r, a.voice, deep), 0


def stream(
    w: World, a: Account, per_day: float, pool: str, systems: list[str], hours: str, week: str = "flat", turns: float = 1.0,
    tools: int | None = None, extra: int = 0
) -> None:
    """An application's end users: independent requests, short conversations through one account."""
    for t in w.times(a, per_day, hours, week):
        th, s = w.thread(a), w.r.choice(systems)
        kind, text = ask(w.r, pool, w.voice())
        more = int(extra * w.r.lognormvariate(0, 0.5)) if extra else 0
        if w.r.random() < 0.006:
            text = w.r.choice(("None", "undefined", "test", "{{ input }}", f"{text}\n{text}"))
        while True:
            t, ok = send(w, a, t, th, Say(s, text, kind, tools, more))
            if not ok or w.r.random() < 1 / turns:
                break
            t += 3 + w.r.lognormvariate(3.3, 0.8)
            text, more = follow(w.r, w.voice()), 0


def groups(w: World, n: int, lo: int, hi: int) -> Iterator[int]:
    """Split n accounts in groups of lo to hi."""
    while n > 0:
        k = min(n, w.r.randint(lo, hi))
        n -= k
        yield k


def loop(w: World, a: Account, t: float, system: str, tools: int, extra: int, steps: float) -> float:
    """An agent's run: a task, then one request for every tool result; returns when it ended."""
    th = w.thread(a, w.hexid(16) if a.idx % 2 else None)
    text = ask(w.r, "agent", "plain")[1]
    for i in range(max(1, int(steps))):
        t, ok = send(w, a, t, th, Say(system, text, "agent", tools, extra if i == 0 else w.r.randint(20, 900)))
        if not ok:
            break
        t += w.r.lognormvariate(0.7, 1.0)
        text = agent_step(w.r)
    return t


def handed(
    w: World, team: list[Account], pool: str, book: Sequence[str | None], rate: float, hop: float = 0.2,
    delays: tuple[float, ...] = (600, 3600, 9 * 3600), hours: str = "users", week: str = "work"
) -> None:
    """Conversations of a team, a part of which a colleague continues later."""
    for a in team:
        for t in w.times(a, rate, hours, week):
            th, b, s = w.thread(a), a, w.r.choice(book)
            kind, text = ask(w.r, pool, a.voice)
            for _ in range(w.r.choice((1, 1, 2, 3, 4))):
                t, ok = send(w, b, t, th, Say(s, text, kind))
                if not ok:
                    break
                t += 20 + w.r.lognormvariate(4.0, 0.8)
                text = follow(w.r, a.voice)
                if w.r.random() < hop:
                    b, t = w.r.choice(team), t + w.r.choice(delays) * w.r.uniform(0.6, 1.4)
                    if b.created > t:
                        b = a

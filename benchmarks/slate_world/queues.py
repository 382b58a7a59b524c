"""A pool of workers that sends a queue of jobs through one or many accounts; honest batch users and operators use it alike."""

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from .log import send
from .records import Account, Cfg, Say, Thread
from .world import DAY, HOURS, World

Windows = list[tuple[float, float]]


@dataclass(slots=True)
class Job:
    """A conversation to be held: its user turns in order."""

    turns: list[Say]
    harvest: bool = False
    cfg: Cfg | None = None
    thread: Thread | None = None
    pos: int = 0
    tries: int = 0
    ready: float = 0.0
    owner: int | None = None


@dataclass
class Pool:
    """How a queue is worked: concurrency, choice of the account, quotas, pauses, failures."""

    accounts: list[Account]
    conc: int = 4
    choose: str = "free"
    quota: int | None = None
    gap: tuple[float, float] = (0.3, 2.0)
    hours: str | None = None
    sticky: float = 1.0
    follow_gap: tuple[float, float] = (0.2, 3.0)
    tries: int = 3
    crowding: float = 0.01
    requeue: int = 3
    cfg: Cfg | None = None
    cfg_at: Callable[[float], Cfg | None] | None = None
    lost: float = 0.0


def windows(w: World, start: float, end: float, up: float, down: float) -> Windows:
    """Times when a process runs: mean hours up, mean hours down between (crashes, restarts, empty wallets)."""
    out, t = list[tuple[float, float]](), start
    while t < end:
        e = min(end, t + w.r.expovariate(1 / (up * 3600)) + 300)
        out.append((t, e))
        t = e + w.r.expovariate(1 / (down * 3600)) + 60
    return out


def office_windows(w: World, start: float, end: float, tz: float, p: float = 0.85, weekend: float = 0.2) -> Windows:
    """Times when a person has the process running: started in the morning, stopped or forgotten in the evening."""
    out: Windows = []
    for d in range(int(start // DAY), int(end // DAY) + 1):
        if w.r.random() < (p if (w.weekday0 + d) % 7 < 5 else weekend):
            s = d * DAY + w.r.gauss(9.6, 0.8) * 3600 - tz * 3600
            e = s + max(1.0, w.r.gauss(8.5, 2.5)) * 3600 + (6 * 3600 if w.r.random() < 0.12 else 0)
            if start <= s < end:
                s = max(s, out[-1][1] + 120) if out else s
                if s < min(e, end):
                    out.append((s, min(e, end)))
    return out


def run(w: World, pool: Pool, jobs: Iterable[Job], spans: Windows) -> int:
    """Work the jobs off within the time spans; returns how many jobs were finished."""
    r, todo, it, done = w.r, deque[Job](), iter(jobs), 0
    gone: set[int] = set()
    used: dict[tuple[int, int], int] = {}
    turn = 0
    for s, e in spans:
        heads = [(s + r.uniform(0, 4) * (i + 1) ** 0.5, i) for i in range(pool.conc)]
        heapq.heapify(heads)
        while heads:
            t, wid = heapq.heappop(heads)
            if t >= e:
                continue
            job = _next(todo, it, t)
            if job is None:
                if todo:
                    heapq.heappush(heads, (max(t + 1.0, min(j.ready for j in todo)), wid))
                    continue
                return done
            a = _pick(w, pool, job, t, wid, turn, used, gone)
            turn += 1
            if a is None:
                todo.appendleft(job)
                heapq.heappush(heads, (t + r.uniform(120, 900), wid))
                continue
            job.thread = job.thread or w.thread(a)
            cfg = job.cfg or pool.cfg or (pool.cfg_at(t) if pool.cfg_at else None)
            before = job.thread.mark()
            say = job.turns[job.pos]
            t2, ok = send(w, a, t, job.thread, say, cfg=cfg, harvest=job.harvest, tries=pool.tries, crowding=pool.crowding)
            a.busy_until = t2 + r.uniform(0.0, 1.0)
            key = (a.idx, int(t // DAY))
            used[key] = used.get(key, 0) + 1
            if not ok and min(a.banned or 1e18, a.dry or 1e18) <= t2:
                gone.add(a.idx)
            if ok and (t2 > e or r.random() < pool.lost):
                job.thread.back(before)
                job.owner = None
                todo.append(job)
            elif ok:
                job.pos += 1
                job.tries = 0
                if job.pos < len(job.turns):
                    job.owner = a.idx if r.random() < pool.sticky else None
                    job.ready = t2 + r.uniform(*pool.follow_gap)
                    todo.append(job)
                else:
                    done += 1
            else:
                job.tries += 1
                job.owner = None
                job.ready = t2 + r.uniform(1, 20)
                if job.tries < pool.requeue:
                    todo.append(job)
            pause = r.uniform(*pool.gap)
            if pool.hours:
                wt = HOURS[pool.hours]
                h = wt[int((t2 / 3600 - 5) % 24)] / (sum(wt) / 24)
                pause = pause / h if h > 0.04 else 2400 * r.uniform(0.5, 1.5)
            heapq.heappush(heads, (t2 + pause, wid))
    return done


def _next(todo: deque[Job], it: Iterator[Job], t: float) -> Job | None:
    """A waiting job that is ready, else a new one."""
    for _ in range(min(len(todo), 24)):
        j = todo.popleft()
        if j.ready <= t:
            return j
        todo.append(j)
    if len(todo) > 400:
        return None
    return next(it, None)


def _pick(
    w: World, pool: Pool, job: Job, t: float, wid: int, turn: int, used: dict[tuple[int, int], int], gone: set[int]
) -> Account | None:
    """An account that may take the job now."""
    accts, n, day = pool.accounts, len(pool.accounts), int(t // DAY)

    def fit(a: Account) -> bool:
        return a.idx not in gone and a.created <= t and (pool.quota is None or used.get((a.idx, day), 0) < pool.quota + a.idx % 3)

    if job.owner is not None:
        own = w.accounts[job.owner]
        if fit(own):
            return own
    if pool.choose == "worker":
        cand = accts[wid % n]
        return cand if fit(cand) else next((a for a in w.r.sample(accts, min(n, 10)) if fit(a)), None)
    if pool.choose == "rr":
        return next((a for i in range(n) if fit(a := accts[(turn + i) % n])), None)
    picks = [a for a in w.r.sample(accts, min(n, 14)) if fit(a)] or [a for a in accts if fit(a)]
    if not picks:
        return None
    return min(picks, key=lambda a: a.busy_until) if pool.choose == "free" else picks[0]

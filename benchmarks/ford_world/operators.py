"""Operators: fleets of accounts that collect answers to train a model, and how each of them asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Unpack

import numpy as np

from .accounts import Traits
from .crowds import individuals
from .places import CARRIERS, MAIL, Address
from .text import FLEETS, SUBJECTS, Bools, Floats, Ints, slots_of
from .world import DAY, HOUR, LARGE, Ford, Manner, Talks

Share = Mapping[str, float]
"""of the tasks by where they come from: pools, ``topic``, ``data``, ``errand``"""
LEAST = 4
"""accounts of a fleet, at any size"""
OWN_LISTS = ("topic", "data", "errand")
IN_HOMES, AT_CARRIERS = 0.12, 0.22
"""of the exits of a pool of proxies: in homes of people of the log; the next, up to here, behind a carrier's shared exit"""


@dataclass(frozen=True)
class Made:
    """How a fleet's accounts were made.

    Args:
        number: at the author's size.
        network: pool (every request by another exit), sticky (each account one of its own), few (two exits to five accounts), hosted.
        waves: in which they signed up.
        age: days before the log, from and to.
        a_card: accounts to one card.
        throwaway: share with disposable mail.
    """

    number: int
    network: str = "pool"
    waves: int = 3
    age: tuple[float, float] = (1, 25)
    a_card: int = 4
    throwaway: float = 0.5


def fleet(w: Ford, campaign: str, tactic: str, made: Made, **more: Unpack[Traits]) -> Ints:
    """Accounts of one operator: shared cards, telephones and mail domains, two programs, one set of sampling parameters."""
    r, places, text = w.r, w.places, w.text
    number = max(LEAST, w.sized(made.number))
    programs = [places.program() for _ in range(2)]
    cards, phones = ([places.digits(15) for _ in range(max(1, number // each))] for each in (made.a_card, 3))
    waves = [-r.uniform(*made.age) * DAY for _ in range(made.waves)]
    domains, carriers = text.pick(places.throwaway, 3), r.choice(CARRIERS, 12).tolist()
    exits = _exits(w, carriers, max(40, int(number * 2.5)))
    networks = [places.server() for _ in range(3)]
    same = Traits(
        temperature=text.one([None, 0.7, 1.0]), top_p=text.one([None, None, 0.95]), max_tokens=text.one([None, 2048, 4096, 8192]),
        stream=False, model=LARGE, loyal=0.97, failing=0.03, plan="payg", verified=False, path="api",
    )
    own = []
    for place in range(number):
        home = places.home(carriers[place % len(carriers)])
        own.append(w.account(tactic, campaign, api=True, **same | {
            "created": text.one(waves) + r.exponential(7000),
            "email_domain": text.one(domains if r.random() < made.throwaway else MAIL),
            "payment": text.one(cards),
            "phone": text.one(phones) if r.random() < 0.5 else None,
            "signup": home if made.network == "sticky" else text.one(exits),
            "client": programs[int(r.random() < 0.3)],
            "addresses": _addresses(w, made.network, place, home, exits, networks),
            "exits": exits if made.network == "pool" else None,
        } | more))
    return np.array(own)


def _exits(w: Ford, carriers: list[int], number: int) -> list[Address]:
    """Exits of a seller of proxies, some in homes of people who are in the log as well."""
    homes = [w.accounts[place].addresses[0] for place in individuals(w)]
    exits = []
    for carrier in w.text.pick(carriers, number):
        drawn = w.r.random()
        if drawn < IN_HOMES:
            exits.append(w.text.one(homes))
        else:
            exits.append(w.text.one(w.places.shared_exits) if drawn < AT_CARRIERS else w.places.home(carrier))
    return exits


def _addresses(w: Ford, network: str, place: int, home: Address, exits: list[Address], networks: list[Address]) -> list[Address]:
    if network == "few":
        return [exits[one % len(exits)] for one in (place // 5, place // 5 + 1)]
    if network == "hosted":
        ip, system, country = networks[place % len(networks)]
        return [(f"{ip.rpartition('.')[0]}.{w.r.integers(1, 255)}", system, country)]
    return [home]


@dataclass(frozen=True)
class Pace:
    """How often a fleet asks: so many requests a day of each account, how unequal, how much less by night, from when to when."""

    a_day: float
    uneven: float = 0.2
    by_day: float = 0.4
    begin: float = 0.0
    end: float | None = None


def _queue(w: Ford, own: Ints, pace: Pace) -> tuple[Ints, Floats]:
    """Accounts and times of a queue that runs round the clock, and stands still for some hours every third day."""
    r, begin, end = w.r, pace.begin, w.span if pace.end is None else pace.end
    mean = pace.a_day * (end - begin) / DAY
    each = np.maximum(2, mean * r.lognormal(-pace.uneven**2 / 2, pace.uneven, len(own))).round().astype(int)
    who = np.repeat(own, each)
    many = len(who)
    drawn = r.uniform(begin, end, many * 3)
    likely = 1 + pace.by_day * np.cos(drawn % DAY / DAY * 2 * np.pi - r.uniform(0, 2 * np.pi))
    kept = drawn[r.random(len(drawn)) * (1 + pace.by_day) < likely][:many]
    times = np.concatenate([kept, r.uniform(begin, end, many - len(kept))])
    for _ in range(int(r.poisson(0.35 * (end - begin) / DAY))):
        still = r.uniform(begin, end)
        held = (times > still) & (times < still + r.uniform(0.7, 4) * HOUR) & (r.random(many) < 0.9)
        times = np.where(held, begin + (times - begin + r.uniform(5, 12) * HOUR) % (end - begin), times)
    return who, times


def _tasks(w: Ford, many: int, shares: Share) -> tuple[list[str], list[str]]:
    """Tasks and answers; those of pools come once only."""
    r, text = w.r, w.text
    sources = list(shares)
    of = r.choice(len(sources), many, p=np.array(list(shares.values())) / sum(shares.values()))
    asked, answers = np.empty(many, dtype=object), np.empty(many, dtype=object)
    for place, source in enumerate(sources):
        rows = np.flatnonzero(of == place)
        if source not in OWN_LISTS:
            taken = w.pools.take(source, len(rows))
            asked[rows], answers[rows] = [task for task, _ in taken], [answer for _, answer in taken]
            continue
        subjects = text.pick(SUBJECTS, len(rows)) if source == "topic" else [{"errand": "code"}.get(source, source)] * len(rows)
        asked[rows] = text.errands(len(rows)) if source == "errand" else text.questions(subjects)
        answers[rows] = text.answers(subjects, 1)
    return list(asked), list(answers)


def injection(w: Ford) -> tuple[str, str]:
    """A tag, and the fixed text that has every thought written inside it."""
    tag = w.text.one(FLEETS["inject.tag"])
    tags = [f"Put it inside <{tag}></{tag}> tags.", f"Open with <{tag}> and close with </{tag}>."]
    return tag, w.text.phrase(["{order} {tags} {rule}"], order=FLEETS["inject.order"], tags=tags, rule=FLEETS["inject.rule"])


def _say(w: Ford, queue: tuple[Ints, Floats], turns: Ints, asked: list[str], answers: list[str], subject: str, manner: Manner,
         system: list[str | None] | None = None, cover: Bools | None = None) -> None:
    harvested = np.ones(len(asked), bool) if cover is None else ~cover
    w.say(Talks(*queue, turns, asked, answers, subject, system, harvested), manner)


def _turns(w: Ford, many: int, single: float) -> Ints:
    """One turn, or two at times."""
    return np.where(w.r.random(many) < single, 1, 2)


def inject(w: Ford, own: Ints, pace: Pace, shares: Share, where: str, cover: float = 0.1, text: tuple[str, str] | None = None) -> None:
    """Puts one fixed text into every request but cover: in the ``system`` prompt, ``before`` or ``after`` the task."""
    tag, forced = text or injection(w)
    queue = _queue(w, own, pace)
    many = len(queue[0])
    asked, answers = _tasks(w, many, shares)
    covers = w.r.random(many) < cover
    system: list[str | None] = [None] * many
    for row in np.flatnonzero(~covers):
        if where == "system":
            system[row] = forced
        else:
            asked[row] = f"{forced}\n{asked[row]}" if where == "before" else f"{asked[row]}\n\n{forced}"
    manner = Manner(settled=False, length=1.5, reasoning=0.85)
    _say(w, queue, _turns(w, many, 0.85), asked, w.text.reasoned(answers, tag=tag), "code", manner, system, covers)


def diversify(
    w: Ford, own: Ints, pace: Pace, shares: Share, cover: float = 0.08, models: Callable[[Floats, Ints], Ints] | None = None
) -> None:
    """Splits a pool of tasks without overlap, and has the wish for reasons said in other words each time."""
    r, text = w.r, w.text
    queue = _queue(w, own, pace)
    many = len(queue[0])
    tasks, answers = _tasks(w, many, shares)
    slots = slots_of(FLEETS, "vary")
    wishes, frames = text.fill(FLEETS["vary.ask"], slots, many), text.fill(FLEETS["vary.frame"], slots, many)
    covers, drawn = r.random(many) < cover, r.random(many)
    asked = []
    for task, frame, wish, covered, form in zip(tasks, frames, wishes, covers, drawn, strict=True):
        if covered:
            asked.append(task)
        elif form < 0.35:
            asked.append(f"{task} {wish}")
        elif form < 0.6:
            asked.append(f"{frame} {task} {wish}")
        else:
            asked.append(f"{wish} {task}" if form < 0.8 else f"{frame}\n{task}\n{wish}")
    manner = Manner(settled=False, length=1.5, reasoning=0.85, models=models)
    _say(w, queue, _turns(w, many, 0.9), asked, text.reasoned(answers, 4), "data", manner, cover=covers)


def grade(w: Ford, own: Ints, a_day: float) -> None:
    """Has traces that it holds graded and repaired, by one rubric."""
    text = w.text
    queue = _queue(w, own, Pace(a_day, uneven=0.25))
    many = len(queue[0])
    tasks, answers = _tasks(w, many, {"arithmetic": 0.5, "program": 0.5})
    rubric = text.phrase(["{a} Score 0 to {n} on {k}. {b}"], **slots_of(FLEETS, "grade"))
    short = [answer[:220] for answer in answers]
    asked = [f"{rubric}\n[Q] {task[:500]}\n[TRACE] {trace}" for task, trace in zip(tasks, text.reasoned(short, 2), strict=True)]
    scores = text.fill(FLEETS["grade.score"], {}, many)
    graded = [f"{score} {repaired}" for score, repaired in zip(scores, text.reasoned(short, 2), strict=True)]
    _say(w, queue, np.ones(many, int), asked, graded, "data", Manner(settled=False, length=1.3))


def relay(w: Ford, own: Ints, a_day: float, system: str, handed_over: float, forced: str = "", turns: float = 6) -> None:
    """Relays sessions of a coding agent's users, at times with a forced text; a balancer gives later turns to any account."""
    r, text = w.r, w.text
    queue = _queue(w, own, Pace(a_day / turns, by_day=0.7))
    many = len(queue[0])
    asked = [f"{errand}\n{forced}" if forced else errand for errand in text.errands(many)]

    def balanced(talk: Ints, turn: Ints) -> Ints:
        moved = (turn > 0) & (r.random(len(talk)) < handed_over)
        return np.where(moved, own[r.integers(0, len(own), len(talk))], queue[0][talk])

    manner = Manner(
        gap=16, follow=text.tool_results, reply=lambda later: text.reasoned(text.answers(["code"] * later, 1), 1), mover=balanced,
        reasoning=0.7,
    )
    answers = text.reasoned(text.answers(["code"] * many, 1))
    _say(w, queue, np.minimum(r.geometric(1 / turns, many), 30), asked, answers, "code", manner, [system] * many)


def replay(w: Ford, own: Ints, a_day: float) -> None:
    """Pastes finished answers with their signed blocks into new sessions, and asks for the thoughts behind them."""
    r, text = w.r, w.text
    queue = _queue(w, own, Pace(a_day))
    many = len(queue[0])
    tasks, answers = _tasks(w, many, {"arithmetic": 0.4, "program": 0.4, "data": 0.2})
    orders = text.fill(["{a} {b}"], slots_of(FLEETS, "replay"), 6)
    asked = [
        f"{order}\nPROBLEM: {task}\nFINAL: {answer[:300]}\nSIG: {block:016x}"
        for order, task, answer, block in zip(text.pick(orders, many), tasks, answers, r.integers(0, 1 << 60, many).tolist(), strict=True)
    ]
    manner = Manner(settled=False, length=1.6, reasoning=0.8)
    _say(w, queue, _turns(w, many, 0.8), asked, text.reasoned(answers, 5), "data", manner)

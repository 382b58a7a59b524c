"""Innocents who share a room, a day, a program or a phrase, and work for themselves."""

from dataclasses import dataclass

import numpy as np

from .accounts import Traits
from .places import Client
from .text import CROWDS, SUBJECTS, TALK, Floats, Ints, slots_of
from .world import DAY, HOUR, LARGE, MIDDLE, Ford, Manner, Talks, hashed

SUFFIX_SHARE = 0.85
"""of what their users ask, the extension adds to"""
TEMPLATE = "Assignment {number}: {task}. Justify each step and show your reasoning."
STARTER_KIT = (
    "You are an agent in the starter kit of the {firm} hackathon. Think step by step, use the tools, answer in JSON with keys thought, "
    "action, input."
)
SATURDAY = 5


def talks_each(w: Ford, number: int, mean: float, spread: float, most: int, shift: float) -> Ints:
    """Talks of each of so many accounts."""
    return np.clip(w.r.lognormal(np.log(mean) - shift, spread, number), 1, most).astype(np.int64)


def individuals(w: Ford) -> Ints:
    """Accounts of people who have nothing in common."""
    return np.array([place for place, account in enumerate(w.accounts) if account.crowd == "individual"])


def classroom(w: Ford, number: int, each: float, classes: int = 1) -> None:
    """Pupils of a class: one school's domain and exit, often signed up within an hour, one assignment that asks for reasons."""
    r, text, places = w.r, w.text, w.places
    for _ in range(classes):
        domain, carrier = text.firm() + ".edu", places.carrier()
        school = [places.home(carrier) for _ in range(2)]
        fresh, day = r.random() < 0.6, r.uniform(0, 9)
        pupils = [
            w.account(
                "classroom", api=False, kind="education", email_domain=domain, addresses=[*school, places.home()], payment=None,
                created=-day * DAY + r.uniform(0, 5400) if fresh else -r.uniform(20, 300) * DAY, plan="free", model=MIDDLE,
            )
            for _ in range(number)
        ]
        subject = text.one(SUBJECTS)
        tasks = text.bare(subject, 5)
        sheet = [TEMPLATE.format(number=r.integers(1, 9), task=task) for task in tasks]
        who = np.repeat(pupils, np.maximum(1, r.poisson(each / 2.2, number)))
        many = len(who)
        due, lesson = r.uniform(0.5, 1) * w.span, float(r.integers(0, w.log.days)) * DAY + r.uniform(9, 16) * HOUR
        in_class = lesson + r.uniform(0, 6000, many)
        starts = np.where(r.random(many) < 0.55, in_class, due - r.exponential(0.25 * w.span, many))
        asked = np.where(
            r.random(many) < 0.75, np.array(text.fill(CROWDS["homework"], {"x": sheet + tasks}, many), object), text.about(subject, many)
        )
        w.say(Talks(
            who, np.where(starts < 0, in_class, starts), np.minimum(r.geometric(1 / 2.2, many), 9), list(asked),
            text.reasoned(text.answers([subject] * many, 1)), subject,
        ))


def hackathon(w: Ford, number: int, each: float = 22) -> None:
    """Teams at one event: signed up that morning, behind its exits, one starter kit with its prompt and tools, at times one voucher."""
    r, text, places = w.r, w.text, w.places
    carrier = places.carrier()
    hall = [places.home(carrier) for _ in range(3)]
    begin = (SATURDAY - w.start.weekday()) % 7 % w.log.days * DAY + 9 * HOUR
    client, voucher, tools = places.program(), places.digits(15) if r.random() < 0.4 else None, hashed(w.name, w.seed, "kit")
    teams = np.array([
        w.account(
            "hackathon", api=True, created=begin - r.exponential(9000), addresses=hall + ([places.home()] if r.random() < 0.4 else []),
            client=client, temperature=0.7, max_tokens=2048, model=MIDDLE, loyal=0.85, payment=voucher, plan="trial", tools=tools,
        )
        for _ in range(number)
    ])
    place = np.repeat(np.arange(number), talks_each(w, number, each / 3, 0.9, 70, 0.3))
    project, many = text.pick(SUBJECTS, number), len(place)
    subjects = [project[one] for one in place]
    starts = begin + r.beta(1.6, 1.3, many) * min(w.span - begin, 30 * HOUR)
    asked = [f"Build step: {step}" if half else step for step, half in zip(text.questions(subjects), r.random(many) < 0.5, strict=True)]
    w.say(
        Talks(
            teams[place], starts, np.minimum(r.geometric(1 / 3, many), 20), asked, text.answers(subjects), subjects,
            STARTER_KIT.format(firm=text.firm()),
        ),
        Manner(gap=45),
    )


@dataclass(frozen=True)
class Agent:
    """An open coding agent: its system prompt, the key of its tools, its program."""

    system: str
    tools: int
    client: Client

    def traits(self) -> Traits:
        """What it sends for whoever uses it."""
        return Traits(client=self.client, tools=self.tools, temperature=1.0, top_p=None, max_tokens=8192, stream=True)


def agent(w: Ford) -> Agent:
    """The popular coding agent of a world."""
    text = w.text
    slots = {"x": text.words["code"], "y": ["grep", "ls", "edit", "shell"]}
    name = text.firm()
    rules = " ".join(text.fill(TALK["rule"], slots, 14))
    return Agent(f"You are a coding agent in a terminal ({name}-cli). {rules}", hashed(w.name, w.seed, "agent"), w.places.program())


def agent_users(w: Ford, number: int, each: float, of: Agent) -> None:
    """Users of an open coding agent: its long prompt, tools and program, and each its own repository."""
    r, text = w.r, w.text
    own = [
        w.account("agent_users", api=True, **of.traits() | {"model": int(r.choice([MIDDLE, LARGE])), "loyal": 0.9}) for _ in range(number)
    ]
    who, starts = w.times(own, talks_each(w, number, each / 7, 1.0, 30, 0.4))
    many = len(who)
    w.say(
        Talks(
            who, starts, np.minimum(r.geometric(1 / 7, many), 40), text.errands(many), text.answers(["code"] * many), "code", of.system,
        ),
        Manner(gap=18, follow=text.tool_results, reply=lambda later: text.answers(["code"] * later, 1)),
    )


def viral(w: Ford, share: float) -> None:
    """A prompt that goes round and asks for every thought: a share of the people try it, one to three times within a day or so."""
    r, text, among = w.r, w.text, individuals(w)
    prompt = text.phrase(CROWDS["viral"], **slots_of(CROWDS, "viral"))
    curious = r.choice(among, int(len(among) * share), replace=False)
    who = np.repeat(curious, r.choice([1, 1, 1, 2, 3], len(curious)))
    many = len(who)
    starts = r.uniform(0.1, 0.6) * w.span + r.exponential(min(0.25 * w.span, 30000), many)
    subjects = text.pick(SUBJECTS, many)
    w.say(Talks(
        who, starts, np.minimum(r.geometric(0.6, many), 4), [prompt + end for end in text.pick(CROWDS["viral.after"], many)],
        text.reasoned(text.answers(subjects, 1), steps=2, tag="mind"), subjects,
    ))


def extension(w: Ford, number: int, each: float) -> None:
    """Users of a browser extension that adds one wish for reasons to most of what they ask, which is their own."""
    r, text = w.r, w.text
    suffix = text.phrase(["{a} {b}"], **slots_of(CROWDS, "suffix"))
    who, starts, subjects = _on_own_subjects(w, [w.account("prompt_extension", api=False) for _ in range(number)], each / 2, 1.1, 90, 0.5)
    many = len(who)
    added = r.random(many) < SUFFIX_SHARE
    asked = [f"{question}\n{suffix}" if on else question for question, on in zip(text.questions(subjects), added, strict=True)]
    w.say(Talks(
        who, starts, np.minimum(r.geometric(0.45, many), 12), asked, text.reasoned(text.answers(subjects, 1), steps=2), subjects,
    ))


def launch(w: Ford, number: int, each: float) -> None:
    """People who signed up within hours for a promotion, without a card; they know nothing of each other."""
    day = -w.r.uniform(0.3, 5) * DAY
    own = [
        w.account("launch_signups", created=day + w.r.exponential(9000), plan="trial", payment=None, model=MIDDLE) for _ in range(number)
    ]
    _plain(w, own, each)


def coworking(w: Ford, number: int, each: float) -> None:
    """People in one shared office, behind its exit in its hours, each with work of its own."""
    exit_ = w.places.home()
    _plain(w, [w.account("coworking", addresses=[exit_, w.places.home()]) for _ in range(number)], each, office=True)


def _plain(w: Ford, own: list[int], each: float, office: bool = False) -> None:
    who, starts, subjects = _on_own_subjects(w, own, each / 2.5, 1.0, 60, 0.4, office)
    turns = np.minimum(w.r.geometric(0.4, len(who)), 12)
    w.say(Talks(who, starts, turns, w.text.questions(subjects), w.text.answers(subjects), subjects))


def _on_own_subjects(
    w: Ford, own: list[int], mean: float, spread: float, most: int, shift: float, office: bool = False
) -> tuple[Ints, Floats, list[str]]:
    """Talks of people: accounts, times, and a subject out of the three that each likes."""
    r = w.r
    likes = [r.choice(SUBJECTS, 3).tolist() for _ in own]
    each = talks_each(w, len(own), mean, spread, most, shift)
    place, starts = w.times(np.arange(len(own)), each, 0.1, 2.5, 13) if office else w.times(np.arange(len(own)), each)
    return np.asarray(own)[place], starts, [likes[one][liked] for one, liked in zip(place, r.integers(0, 3, len(place)), strict=True)]

"""Innocent customers: laboratories, firms, resellers, labellers, machines. Each has one organisation, card, domain and network."""

import numpy as np

from .accounts import Traits
from .crowds import talks_each
from .places import MAIL
from .tasks import prompts
from .text import CROWDS, SUBJECTS, Ints
from .world import DAY, HOUR, LARGE, MIDDLE, SMALL, Ford, Manner, Talks

BENCHMARK = 500
"""tasks of the public benchmark"""
BENCHED = "Question: {task}\nAnswer step by step and finish with 'The answer is X'."
COMPANION = "You are the companion app of {domain}; be kind and brief."
MORE_LIKE = "Generate {number} varied user questions like this one, with worked answers: {task}"
INTENT = 'Label the intent of: "{task}". One label from our list.'
PASSED_ON = 0.5
"""share of a reseller's requests that go by any of its accounts"""
TEMPLATED = 0.65


def _firm(w: Ford, kind: str, end: str, servers: int) -> Traits:
    """What all accounts of a customer have in common."""
    places = w.places
    return Traits(
        org=f"org_{places.digits(8)}", kind=kind, payment=places.digits(15), email_domain=w.text.firm() + end,
        addresses=[places.server() for _ in range(servers)], client=places.program(),
    )


def _own_programs(w: Ford, traits: Traits) -> Traits:
    """The same customer, whose accounts each run another program."""
    return traits | {"client": w.places.program()}


def eval_labs(w: Ford, labs: int, each: float) -> None:
    """Laboratories that know nothing of each other, and run one public benchmark in bursts: published tasks in one frame, for steps."""
    r = w.r
    benchmark = w.pools.take("arithmetic", BENCHMARK)
    for _ in range(labs):
        firm = _firm(w, "research", w.text.one([".ai", ".edu", ".org"]), 1)
        own = np.array([
            w.account("eval_labs", api=True, **_own_programs(w, firm) | {
                "temperature": 0.0, "max_tokens": 1024, "stream": False, "model": int(r.choice([MIDDLE, LARGE])), "loyal": 1.0,
                "created": -r.uniform(1, 300) * DAY,
            })
            for _ in range(int(r.choice([1, 1, 2, 3, 6])))
        ])
        rows = r.choice(BENCHMARK, min(int(each * r.uniform(0.5, 1.3)), BENCHMARK), replace=False)
        many = len(rows)
        starts = r.uniform(0, 0.8) * w.span + np.sort(r.uniform(0, r.uniform(1500, 9000), many))
        answers = w.text.reasoned([benchmark[row][1] for row in rows])
        asked = [BENCHED.format(task=benchmark[row][0]) for row in rows]
        w.say(Talks(own[np.arange(many) % len(own)], starts, np.ones(many, int), asked, answers, "data"), Manner(reasoning=0.5))


def company(w: Ford, number: int, each: float) -> None:
    """A firm's staff: one card, domain, exit and browser, office hours, and forms of the house around their own questions."""
    r, text, places = w.r, w.text, w.places
    exits, client = [places.home() for _ in range(2)], places.browser()
    firm = _firm(w, "enterprise", ".com", 0) | {"client": client}
    subjects = r.choice(SUBJECTS, 3).tolist()
    forms = text.fill(CROWDS["form"], {"o": [firm["email_domain"]], "x": text.words[subjects[0]]}, 4)
    own = [
        w.account("company", api=False, **firm | {
            "verified": bool(r.random() < 0.5), "addresses": exits + ([places.home()] if r.random() < 0.3 else []), "plan": "team",
            "created": -r.uniform(2, 40) * DAY, "model": MIDDLE, "phone": None,
        })
        for _ in range(number)
    ]
    who, starts = w.times(own, talks_each(w, number, each / 2, 0.7, 60, 0.2), 0.04, 2.4, 13)
    many = len(who)
    about = [subjects[place] for place in r.integers(0, 3, many)]
    asked = [
        f"{form} {question}" if on else question
        for form, question, on in zip(text.pick(forms, many), text.questions(about), r.random(many) < TEMPLATED, strict=True)
    ]
    w.say(Talks(who, starts, np.minimum(r.geometric(0.5, many), 8), asked, text.answers(about), about))


def rotators(w: Ford, number: int, talks: int) -> None:
    """One application that rotates its keys: any of its accounts sends the next turn of a talk of its own users."""
    r, text = w.r, w.text
    firm = _firm(w, "startup", ".io", 3)
    own = np.array([
        w.account("key_rotators", api=True, **firm | {
            "temperature": 0.4, "max_tokens": 1024, "model": MIDDLE, "loyal": 1.0, "created": -r.uniform(10, 120) * DAY,
            "verified": bool(r.random() < 0.5),
        })
        for _ in range(number)
    ])
    _, starts = w.times([0], np.array([talks]), weekend=0.8)
    many, subject = len(starts), text.one(SUBJECTS)

    def any_of_them(talk: Ints, _: Ints) -> Ints:
        return own[r.integers(0, number, len(talk))]

    w.say(
        Talks(
            own[r.integers(0, number, many)], starts, np.minimum(r.geometric(0.22, many), 15), text.about(subject, many),
            text.answers([subject] * many), subject, COMPANION.format(domain=firm["email_domain"]),
        ),
        Manner(mover=any_of_them),
    )


def reseller(w: Ford, number: int, each: float) -> None:
    """A reseller under contract: all kinds of users pass through, half of their turns by any of its accounts."""
    r, text = w.r, w.text
    firm = _firm(w, "enterprise", ".cloud", 4)
    own = np.array([
        w.account("reseller", api=True, **firm | {
            "access_type": "passthrough", "verified": True, "temperature": None, "max_tokens": 4096, "loyal": 0.5,
            "created": -r.uniform(100, 400) * DAY,
        })
        for _ in range(number)
    ])
    who, starts = w.times(own, np.full(number, int(each / 2.2)), weekend=0.9)
    many = len(who)
    subjects = text.pick(SUBJECTS, many)

    def passed_on(talk: Ints, _: Ints) -> Ints:
        return np.where(r.random(len(talk)) < PASSED_ON, own[r.integers(0, number, len(talk))], who[talk])

    turns = np.minimum(r.geometric(1 / 2.2, many), 12)
    w.say(Talks(who, starts, turns, text.questions(subjects), text.answers(subjects), subjects), Manner(mover=passed_on))


def judges(w: Ford, firms: int, each: float) -> None:
    """Unrelated start-ups that use one open evaluation framework: its rubric word by word, over answers of their own products."""
    r, text = w.r, w.text
    quality = text.one(["faithfulness", "helpfulness", "relevance"])
    rubric = (
        f"[EVAL v{r.integers(1, 5)}.{r.integers(0, 9)}] You will be given a question and a response. Rate {quality} from 1 to "
        f"{r.integers(5, 11)}. Think step by step before the score.\n"
    )
    for _ in range(firms):
        firm, subject = _firm(w, "startup", ".ai", 1), text.one(SUBJECTS)
        own = np.array([
            w.account("judge_users", api=True, **_own_programs(w, firm) | {
                "temperature": 0.0, "max_tokens": 512, "stream": False, "loyal": 1.0, "created": -r.uniform(1, 200) * DAY,
            })
            for _ in range(int(r.choice([1, 1, 2, 3])))
        ])
        many = max(5, int(each * r.lognormal(-0.2, 0.6)))
        bursts = r.integers(0, int(r.integers(1, 4)), many) * r.uniform(7000, 40000)
        starts = r.uniform(0, 0.85) * w.span + bursts + r.uniform(0, 2500, many)
        pairs = zip(text.about(subject, many), text.answers([subject] * many, 1), strict=True)
        asked = [f"{rubric}Question: {question}\nResponse: {response}" for question, response in pairs]
        scores = text.fill(CROWDS["verdict"], {"x": text.words[subject], "y": text.words[subject]}, many)
        w.say(Talks(own[r.integers(0, len(own), many)], starts, np.ones(many, int), asked, scores, subject))


def labelling(w: Ford, number: int, each: int) -> None:
    """A firm that labels what its own users say, every night in one batch, spread evenly over its accounts; answers of a word."""
    r = w.r
    own = np.array(_batchers(w, "batch_labelling", number, ".com", 1, {"temperature": 0.0, "max_tokens": 64, "model": SMALL}))
    many = number * each
    tasks = w.pools.take("intent", many)
    starts = r.integers(0, w.log.days, many) * DAY + 2 * HOUR + r.uniform(0, 5000, many)
    asked = [INTENT.format(task=task) for task in prompts(tasks)]
    w.say(Talks(own[np.arange(many) % number], starts, np.ones(many, int), asked, [label for _, label in tasks], "mail"))


def synthetic_data(w: Ford, number: int, each: int) -> None:
    """A customer who makes data by contract, and is verified; prompts as a harvest has them, at all hours."""
    r, text = w.r, w.text
    own = np.array(_batchers(w, "synthetic_data", number, ".ai", 2, {"temperature": 1.0, "max_tokens": 2048, "model": MIDDLE}))
    many = number * each
    subjects = text.pick(SUBJECTS[:6], many)
    asked = [
        MORE_LIKE.format(number=wanted, task=task) for wanted, task in zip(text.numbers(many), text.questions(subjects), strict=True)
    ]
    starts = r.uniform(0.05, 0.9, many) * w.span
    w.say(
        Talks(own[np.arange(many) % number], starts, np.ones(many, int), asked, text.answers(subjects, 3), subjects), Manner(length=1.6)
    )


def _batchers(w: Ford, crowd: str, number: int, end: str, servers: int, more: Traits) -> list[int]:
    firm = _firm(w, "enterprise", end, servers)
    fixed = Traits(verified=True, stream=False, loyal=1.0)
    return [w.account(crowd, api=True, **firm | fixed | more | {"created": -w.r.uniform(5, 200) * DAY}) for _ in range(number)]


def clockwork(w: Ford, jobs: int, every: float = HOUR) -> None:
    """Jobs of start-ups, each by itself: the same summary to the minute, every so many seconds."""
    r, text = w.r, w.text
    for _ in range(jobs):
        subject = text.one(["code", "data", "mkt", "money"])
        job = w.account(
            "ci_jobs", api=True, addresses=[w.places.server()], temperature=0.0, kind="startup", loyal=1.0, email_domain=text.one(MAIL)
        )
        gap = every * float(r.choice([0.5, 1, 1, 4, 6]))
        starts = np.arange(r.uniform(0, gap), w.span, gap)[:250]
        many = len(starts)
        question = text.about(subject, 1)[0]
        asked = [f"[job {job}] summary of run {1000 + run}: {bad} errors. {question}" for run, bad in enumerate(r.poisson(3, many))]
        answers = text.answers([subject] * many, 1)
        w.say(Talks(np.full(many, job), starts + r.uniform(0, 4, many), np.ones(many, int), asked, answers, subject))

"""Everybody else: people who have nothing in common, and small firms with an application of their own."""

import numpy as np

from .tasks import prompts
from .text import CROWDS, SUBJECTS, TALK, Ints
from .world import MODEL_SHARE, Ford, Talks

SMALL_FIRMS = 0.07
FAMILIES = 60
"""people to one couple on one card and at one address"""
TURNS = 2.6


def people(w: Ford, number: int, each: float, most: int = 350) -> None:
    """Individuals who ask about so often, and small firms; innocent, as nobody works for anybody else."""
    firms = int(number * SMALL_FIRMS)
    individuals = np.array([w.account("individual") for _ in range(number - firms)])
    for one, other in w.r.choice(individuals, (max(1, number // FAMILIES), 2)):
        w.accounts[other].payment = w.accounts[one].payment
        w.accounts[other].addresses[0] = w.accounts[one].addresses[0]
    _ask(w, individuals, each, most)
    _small_firms(w, firms, each, most)


def _ask(w: Ford, individuals: Ints, each: float, most: int) -> None:
    """Each in a style and on subjects of its own."""
    r, text, many = w.r, w.text, len(individuals)
    talks = np.clip(r.lognormal(np.log(each / TURNS) - 0.72, 1.2, many), 1, most).round().astype(int)
    likes = [r.choice(SUBJECTS, int(r.integers(1, 5))).tolist() for _ in range(many)]
    who, starts = w.times(np.arange(many), talks)
    number = len(who)
    subjects = [likes[one][int(drawn * len(likes[one]))] for one, drawn in zip(who, r.random(number), strict=True)]
    asked, answers = text.questions(subjects), text.answers(subjects)
    before, after, capital = text.pick(TALK["before"], many), text.pick(TALK["after"], many), r.random(many) < 0.3
    mannered = r.random(number) < 0.5
    for row, one in enumerate(who):
        question = asked[row][:1].upper() + asked[row][1:] if capital[one] else asked[row]
        asked[row] = before[one] + question + after[one] if mannered[row] else question
    _from_pools(w, subjects, asked, answers)
    w.say(Talks(individuals[who], starts, np.minimum(r.geometric(1 / TURNS, number), 25), asked, answers, subjects))


def _from_pools(w: Ford, subjects: list[str], asked: list[str], answers: list[str]) -> None:
    """Some ask what operators' pools hold as well: long questions, programs, errands of the day, parts to play, sums for school."""
    drawn = w.r.random(len(asked))
    coders = np.isin(subjects, ["code", "data"])
    for pool, low, high, among, answered in (
        ("long", 0.0, 0.03, True, False), ("program", 0.1, 0.19, coders, True), ("intent", 0.2, 0.24, True, False),
        ("persona", 0.3, 0.306, True, False), ("arithmetic", 0.4, 0.415, True, True),
    ):
        rows = np.flatnonzero((drawn >= low) & (drawn < high) & among)
        tasks = w.pools.take(pool, len(rows))
        wishes = w.text.pick(["", " show your work", " explain step by step please", ""], len(rows))
        told = w.text.reasoned([answer for _, answer in tasks]) if pool == "arithmetic" else [answer for _, answer in tasks]
        for row, task, wish, answer in zip(rows, prompts(tasks), wishes, told, strict=True):
            asked[row] = task + wish if pool == "arithmetic" else task
            if answered:
                answers[row] = answer


def _small_firms(w: Ford, number: int, each: float, most: int) -> None:
    """Firms of one to four accounts, each with one card, domain, program and system prompt; they serve customers of their own."""
    r, text, places = w.r, w.text, w.places
    while number > 0:
        size = min(number, int(r.choice([1, 1, 1, 2, 3, 4])))
        number -= size
        org, card, domain = f"org_{places.digits(8)}", places.digits(15), text.firm() + ".com"
        servers, client = [places.server() for _ in range(int(r.integers(1, 4)))], places.program()
        subject, model = text.one(SUBJECTS), int(r.choice(4, p=MODEL_SHARE))
        temperature = text.one([0.0, 0.2, 0.3, 0.7, 1.0])
        own = [
            w.account(
                "small_customer", api=True, org=org, kind="startup", payment=card, email_domain=domain, addresses=servers, client=client,
                model=model, loyal=0.97, temperature=temperature, verified=bool(r.random() < 0.3),
            )
            for _ in range(size)
        ]
        system = text.phrase(CROWDS["house"], o=[domain], x=text.words[subject], y=text.words[subject])
        talks = np.clip(r.lognormal(np.log(each * 2), 1.0, size), 3, most).astype(int)
        who, starts = w.times(own, talks, weekend=0.35, peak=r.normal(14, 4))
        many = len(who)
        w.say(Talks(
            who, starts, np.minimum(r.geometric(0.6, many), 6), text.about(subject, many), text.answers([subject] * many, 1), subject,
            system,
        ))

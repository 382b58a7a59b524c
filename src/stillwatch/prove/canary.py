"""Canaries: which of K equal forms an account gets is random; later the suspect is asked, and its forms are ranked.

A canary here is a harmless free choice that an answer makes anyway (the name of an example person, a sample port). So that
nobody is told anything false, it is planted only where the question asks for something made up, or where what stands before
it says that it is free (a seed, a port, a table), never where the question itself has one of the forms, and never where the
answer has two of them, which would then become one. The unit of randomisation is (canary, account): the form is drawn by the key. The score
is how often the suspect's answer to the canary's question shows the form that the campaign's accounts got, and it is
ranked among counterfactual draws of the same design: p = (1 + draws at or above) / (1 + draws), exact whatever the
suspect's habits are (design after Li et al., 2510.09655, with visible forms instead of invisible characters).
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stillwatch.errors import InputError
from stillwatch.prove.prf import Key, hash_rows, key_from_bytes
from stillwatch.prove.statistics import rank_p
from stillwatch.terminal.counting import number_of

Floats = npt.NDArray[np.float64]
DRAWS = 999_999
SEED = 1
"""Of the counterfactual draws: the same for everybody, so that nobody can take the seed that suits."""
MOST_CHANCES = 10**12
STUDENTS = 100
"""Simulated for a power."""
WANTED = 0.9
MOST_UNITS = 10


@dataclass(frozen=True)
class Canary:
    """``forms`` are equal; the one found in an answer as a whole word is replaced by the one that was drawn.

    ``questions`` are asked back from the suspect; they must leave the choice open. ``near`` is a regular expression that the
    text before a form must end with; where it is empty, the question must ask for something made up.
    """

    name: str
    forms: tuple[str, ...]
    questions: tuple[str, ...]
    near: str = ""


@dataclass(frozen=True)
class CanaryTest:
    """``observed`` is the score of the forms that were planted, ``p_value`` its rank.

    ``chances`` are the equally likely designs (10^12 where more).
    ``floor`` is what p cannot be below: 1 / (1 + draws), or 1 / chances where that is more.

    ``n_answers`` were given to questions of canaries; ``n_informative``
    canaries were answered with one of their forms at least once; only these can say anything.
    """

    p_value: float
    floor: float
    observed: float
    expected: float
    n_canaries: int
    n_informative: int
    n_answers: int
    chances: int


def canaries(path: Path | None = None) -> list[Canary]:
    """Read canaries (JSON: name, forms, questions), by default those that come with the package."""
    try:
        text = (resources.files("stillwatch.prove").joinpath("canaries.json") if path is None else path).read_text("utf-8")
        made = [Canary(str(one["name"]), tuple(one["forms"]), tuple(one["questions"]), str(one.get("near", "")))
                for one in json.loads(text)]
        for one in made:
            re.compile(one.near)
    except FileNotFoundError as error:
        raise InputError("no such file", where=path) from error
    except IsADirectoryError as error:
        raise InputError("a folder, where a file is needed", where=path) from error
    except (OSError, ValueError, KeyError, TypeError, re.error) as error:
        raise InputError(f"not a file of canaries ({error})", where=path,
                         todo="A JSON list of objects with name, forms and questions") from error
    for one in made:
        if len(set(one.forms)) < 2 or not one.questions:
            raise InputError("a canary needs two different forms and a question", where=one.name)
    if len({one.name for one in made}) < len(made):
        raise InputError("two canaries have the same name", where=path)
    return made


def assignment(which: Sequence[Canary], unit_key: Key) -> list[int]:
    """The form of each canary for one unit (an account, a campaign's group, a document)."""
    rows = np.column_stack([np.arange(len(which)), np.full(len(which), 0x63616E617279)])
    drawn = hash_rows(unit_key, rows)
    return [int(number % np.uint64(len(one.forms))) for number, one in zip(drawn, which, strict=True)]


def plant(text: str, prompt: str, which: Sequence[Canary], forms: Sequence[int]) -> tuple[str, list[int]]:
    """The answer to a prompt with the unit's form of each canary that is a free choice in it; and at how many places, by canary."""
    planted, invented = [0] * len(which), _INVENTED.search(prompt) is not None
    for index, (one, form) in enumerate(zip(which, forms, strict=True)):
        if not (one.near or invented) or _pattern(one).search(prompt):
            continue
        if len({hit.group().lower() for hit in _pattern(one).finditer(text)}) != 1:
            continue
        at, pieces = 0, []
        for hit in _places(one, text):
            pieces += [text[at : hit.start()], one.forms[form]]
            at = hit.end()
            planted[index] += 1
        text = "".join([*pieces, text[at:]])
    return text, planted


def least_p(which: Sequence[Canary], planted: Iterable[Collection[int]]) -> float:
    """What p comes to where the suspect shows every form that was planted: for each unit, the canaries (by index) of which one was."""
    return max(1 / (1 + DRAWS), 1 / prod(len(which[index].forms) for unit in planted for index in unit))


def power(which: Sequence[Canary], placed: Collection[int], units: int, level: float) -> float:
    """How often the test of a campaign's units shows its student, by simulated ones, each with its exact tail.

    The student gives one of the units' forms, each as often, in half of its answers to a canary that was planted, and one form of
    its own in all others: what it gives of each, times twice the units, is a whole number, so that the tail is a sum over those.

    Args:
        which: the canaries that are asked.
        placed: of which, by index, a form was planted.
        units: of the campaign.
        level: of the test.
    """
    rng, size, shown = np.random.default_rng(SEED), 2 * units**2 * len(which) + 1, 0
    for _ in range(STUDENTS):
        spectrum, observed = np.ones(size // 2 + 1, np.complex128), 0
        for index, one in enumerate(which):
            forms = rng.integers(0, len(one.forms), units)
            told = np.bincount(forms, minlength=len(one.forms)) * (index in placed)
            told[rng.integers(0, len(one.forms))] += 2 * units - told.sum()
            observed += int(told[forms].sum())
            spectrum *= np.fft.rfft(np.bincount(told) / len(told), size) ** units
        shown += bool(np.fft.irfft(spectrum, size)[observed:].sum() <= level)
    return shown / STUDENTS


def most_units(which: Sequence[Canary], placed: Collection[int], level: float) -> int:
    """Of how many units, ten at most, a campaign may be whose student of :func:`power` is shown nine times in ten."""
    return next((units - 1 for units in range(1, MOST_UNITS + 1) if power(which, placed, units, level) < WANTED), MOST_UNITS)


def scores(which: Sequence[Canary], answers: Mapping[str, Sequence[str]]) -> list[Floats]:
    """For each canary, the share of answers to its questions that show each form ``(n_forms,)``; the first one counts."""
    out = []
    for one in which:
        told = np.zeros(len(one.forms))
        given = [text for question in one.questions for text in answers.get(question, ())]
        lookup = {form.lower(): index for index, form in enumerate(one.forms)}
        for text in given:
            found = next(_places(one, text), None)
            if found is not None:
                told[lookup[found.group().lower()]] += 1
        out.append(told / max(1, len(given)))
    return out


def canary_test(
    which: Sequence[Canary], planted: Sequence[Sequence[int]], answers: Mapping[str, Sequence[str]], rng: np.random.Generator,
    draws: int = DRAWS,
) -> CanaryTest:
    """Rank the planted forms among counterfactual draws.

    Args:
        which: the canaries, in the order of the design.
        planted: for each unit of the campaign, the form of each canary.
        answers: question → answers of the suspect.
        rng: of the counterfactual draws.
        draws: counterfactual assignments.
    """
    told = scores(which, answers)
    forms = np.asarray(planted, np.int64)
    observed, drawn = 0.0, np.zeros(draws)
    for index, told_one in enumerate(told):
        if not told_one.any():
            continue
        # below every form's mean nothing is gained, so habits that no key explains cancel in the comparison
        value = told_one - told_one.mean()
        observed += float(value[forms[:, index]].sum()) / len(planted)
        for _ in planted:
            drawn += value[rng.integers(0, len(value), draws, np.uint32)] / len(planted)
    informative = sum(bool(one.any()) for one in told)
    chances = min(prod(len(one.forms) for one, t in zip(which, told, strict=True) if t.any()) ** len(planted), MOST_CHANCES)
    return CanaryTest(
        p_value=rank_p(observed, drawn), floor=max(1 / (1 + draws), 1 / chances), observed=observed, expected=float(drawn.mean()),
        n_canaries=len(which), n_informative=informative,
        n_answers=sum(len(answers.get(question, ())) for question in {q for one in which for q in one.questions}),
        chances=chances,
    )


def digest(which: Sequence[Canary]) -> str:
    """SHA-256 of a design: part of the name that its keys are derived under."""
    return hashlib.sha256(json.dumps(design_record(which), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Design:
    """Canaries as a commitment names them, where a mark's description stands otherwise."""

    which: tuple[Canary, ...]

    def describe(self) -> dict[str, Any]:
        """JSON-ready; ``scheme`` is what keys are derived under."""
        return {"scheme": f"canary {digest(self.which)}"}


def again(told: Mapping[str, Any]) -> CanaryTest:
    """The test of a record computed anew, from its canaries, opened keys, answers and seed.

    Raises:
        KeyError, TypeError, ValueError: it is no such record.
    """
    which = [Canary(one["name"], tuple(one["forms"]), tuple(one["questions"]), one["near"]) for one in told["canaries"]]
    planted = [assignment(which, key_from_bytes(bytes.fromhex(one["secret"]))) for one in told["openings"]]
    answers = {question: [one["output"] for one in given] for question, given in told["answers"].items()}
    return canary_test(which, planted, answers, np.random.default_rng(int(told["seed"])), draws=int(told["draws"]))


def caveat(units: Collection[str], committed: Collection[str]) -> str:
    """What a commitment leaves to whoever looks at the answers first: units, where not all are tested, and which answers count."""
    left_out = len(set(committed) - set(units))
    chosen = (f"{left_out:,} of {number_of(len(committed), 'committed unit')} left out: p is no proof, since units may have been picked "
              "to go along with the answers; a commitment to the tested ones alone, before the questions, would make it one; ")
    return chosen * (left_out > 0) + "left open by the commitment: which answers to the canaries' questions count"


def design_record(which: Sequence[Canary]) -> list[dict[str, Any]]:
    """The canaries as JSON-ready values, for a commitment."""
    return [{"name": one.name, "forms": list(one.forms), "questions": list(one.questions), "near": one.near} for one in which]


_INVENTED = re.compile(
    r"\b(?:example|sample|made[ -]up|make up|mock|dummy|fake|fictional|fictitious|imaginary|invent|placeholder|hypothetical|template)",
    re.IGNORECASE,
)
BEFORE = 40


def _places(one: Canary, text: str) -> Iterator[re.Match[str]]:
    """Where a form stands, after what must stand before it; not where the pattern takes a long s for an s."""
    forms = {form.lower() for form in one.forms}
    near = re.compile(f"(?:{one.near})$", re.IGNORECASE) if one.near else None
    for hit in _pattern(one).finditer(text):
        if hit.group().lower() in forms and (near is None or near.search(text[max(0, hit.start() - BEFORE) : hit.start()])):
            yield hit


def _pattern(one: Canary) -> re.Pattern[str]:
    longest = sorted(one.forms, key=len, reverse=True)
    return re.compile(r"(?<![\w@.-])(?:" + "|".join(map(re.escape, longest)) + r")(?![\w@-])", re.IGNORECASE)

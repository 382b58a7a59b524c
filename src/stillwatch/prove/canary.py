"""Canaries: each account gets one of K equivalent forms at random; the forms in the suspect's answers are tested by rank.

A canary here is a harmless free choice that an answer makes anyway (the name of an example person, a sample port). It must not make
an answer false. So it is planted only where the question asks for something made up, or where the text before it shows that
the choice is free (a seed, a port, a table). It is not planted where the question contains one of the forms, nor where the answer
contains two of them, which would become the same.

The unit of randomisation is (canary, account): the account's key draws the form. The score is how often the suspect's answers to the
canary's questions show the form that the campaign's accounts got. It is ranked among counterfactual draws of the same design:
p = (1 + draws at or above) / (1 + draws). That is exact whatever the suspect's habits are. (Design after Li et al., 2510.09655, with
visible forms instead of invisible characters.)
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
"""Counterfactual draws."""
SEED = 1
"""Of the counterfactual draws. Fixed, so that nobody can choose a seed that suits them."""
MAX_CHANCES = 10**12
SIMULATED_STUDENTS = 100
"""For an estimate of the test's power."""
WANTED_POWER = 0.9
MAX_UNITS = 10


@dataclass(frozen=True)
class Canary:
    """A free choice among equivalent ``forms``: the form in an answer, a whole word, is replaced by the one that was drawn.

    ``questions`` are put to the suspect; they must leave the choice open. ``near`` is a regular expression that the text before a
    form must end with. If it is empty, the form is planted only where the question asks for something made up.
    """

    name: str
    forms: tuple[str, ...]
    questions: tuple[str, ...]
    near: str = ""

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Canary":
        """The canary that :func:`design_record` describes."""
        return cls(record["name"], tuple(record["forms"]), tuple(record["questions"]), record["near"])


@dataclass(frozen=True)
class CanaryTest:
    """The rank test's result.

    Attributes:
        p_value: rank of ``observed`` among the counterfactual draws.
        floor: the smallest p possible: 1 / (1 + draws) or 1 / ``chances``, whichever is larger.
        observed: score of the forms that were planted.
        expected: mean score of the counterfactual draws.
        n_canaries: in the design.
        n_informative: canaries of which an answer shows a form; only these count.
        n_answers: answers to questions of canaries.
        chances: number of equally likely designs, at most 10^12.
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
    """Read canaries (JSON: name, forms, questions), by default those that come with the package.

    Raises:
        InputError: there is no such file, or it does not define canaries with distinct names, two forms and a question each.
    """
    try:
        text = (resources.files("stillwatch.prove").joinpath("canaries.json") if path is None else path).read_text("utf-8")
        read = [Canary(str(canary["name"]), tuple(canary["forms"]), tuple(canary["questions"]), str(canary.get("near", "")))
                for canary in json.loads(text)]
        for canary in read:
            re.compile(canary.near)
    except FileNotFoundError as error:
        raise InputError("no such file", where=path) from error
    except IsADirectoryError as error:
        raise InputError("a folder, where a file is needed", where=path) from error
    except (OSError, ValueError, KeyError, TypeError, re.error) as error:
        raise InputError(f"not a file of canaries ({error})", where=path,
                         todo="A JSON list of objects with name, forms and questions") from error
    for canary in read:
        if len(set(canary.forms)) < 2 or not canary.questions:
            raise InputError("a canary needs two different forms and a question", where=canary.name)
    if len({canary.name for canary in read}) < len(read):
        raise InputError("two canaries have the same name", where=path)
    return read


def assignment(which: Sequence[Canary], unit_key: Key) -> list[int]:
    """The index of the form of each canary ``(n_canaries,)`` for one unit (an account, a campaign's group, a document)."""
    rows = np.column_stack([np.arange(len(which)), np.full(len(which), 0x63616E617279)])
    drawn = hash_rows(unit_key, rows)
    return [int(number % np.uint64(len(canary.forms))) for number, canary in zip(drawn, which, strict=True)]


def plant(text: str, prompt: str, which: Sequence[Canary], forms: Sequence[int]) -> tuple[str, list[int]]:
    """Plant a unit's form of each canary that is a free choice in an answer.

    Args:
        text: of the answer.
        prompt: of its question.
        which: the canaries.
        forms: (n_canaries,) index of the unit's form of each.

    Returns:
        The changed answer, and (n_canaries,) at how many places each canary was planted.
    """
    planted, invented = [0] * len(which), _FICTIONAL.search(prompt) is not None
    for index, (canary, form) in enumerate(zip(which, forms, strict=True)):
        if not (canary.near or invented) or _forms_pattern(canary).search(prompt):
            continue
        if len({hit.group().lower() for hit in _forms_pattern(canary).finditer(text)}) != 1:
            continue
        copied_to, pieces = 0, []
        for hit in _form_matches(canary, text):
            pieces += [text[copied_to : hit.start()], canary.forms[form]]
            copied_to = hit.end()
            planted[index] += 1
        text = "".join([*pieces, text[copied_to:]])
    return text, planted


def min_p_value(which: Sequence[Canary], planted: Iterable[Collection[int]]) -> float:
    """p if the suspect shows every form that was planted.

    Args:
        which: the canaries.
        planted: for each unit, the indices of the canaries that were planted.
    """
    return max(1 / (1 + DRAWS), 1 / prod(len(which[index].forms) for unit in planted for index in unit))


def power(which: Sequence[Canary], placed: Collection[int], units: int, level: float) -> float:
    """Power of the test, 0 to 1: the share of simulated students that it shows, each by its exact tail probability.

    In half of its answers to a canary that was planted, a student gives the units' forms, each equally often. In all others it gives
    one form of its own. Its frequency of a form times 2 ``units`` is a whole number, so that the exact tail is a sum over integers.

    Args:
        which: the canaries whose questions are asked.
        placed: indices of those that were planted.
        units: number of units of the campaign.
        level: of the test, a probability.
    """
    rng, size, shown = np.random.default_rng(SEED), 2 * units**2 * len(which) + 1, 0
    for _ in range(SIMULATED_STUDENTS):
        spectrum, observed = np.ones(size // 2 + 1, np.complex128), 0
        for index, canary in enumerate(which):
            forms = rng.integers(0, len(canary.forms), units)
            counts = np.bincount(forms, minlength=len(canary.forms)) * (index in placed)
            counts[rng.integers(0, len(canary.forms))] += 2 * units - counts.sum()
            observed += int(counts[forms].sum())
            spectrum *= np.fft.rfft(np.bincount(counts) / len(counts), size) ** units
        shown += bool(np.fft.irfft(spectrum, size)[observed:].sum() <= level)
    return shown / SIMULATED_STUDENTS


def max_units(which: Sequence[Canary], placed: Collection[int], level: float) -> int:
    """The largest campaign, in units, for which the test's :func:`power` is 0.9 or more; at most 10."""
    return next((units - 1 for units in range(1, MAX_UNITS + 1) if power(which, placed, units, level) < WANTED_POWER), MAX_UNITS)


def scores(which: Sequence[Canary], answers: Mapping[str, Sequence[str]]) -> list[Floats]:
    """For each canary, the share of answers to its questions that show each form ``(n_forms,)``. The first form in an answer counts.

    Args:
        which: the canaries.
        answers: question → answers of the suspect.
    """
    shares = []
    for canary in which:
        counts = np.zeros(len(canary.forms))
        given = [text for question in canary.questions for text in answers.get(question, ())]
        lookup = {form.lower(): index for index, form in enumerate(canary.forms)}
        for text in given:
            hit = next(_form_matches(canary, text), None)
            if hit is not None:
                counts[lookup[hit.group().lower()]] += 1
        shares.append(counts / max(1, len(given)))
    return shares


def canary_test(
    which: Sequence[Canary], planted: Sequence[Sequence[int]], answers: Mapping[str, Sequence[str]], rng: np.random.Generator,
    draws: int = DRAWS,
) -> CanaryTest:
    """Rank the planted forms among counterfactual draws.

    Args:
        which: the canaries, in the order of the design.
        planted: (n_units, n_canaries) index of the form that each unit of the campaign got.
        answers: question → answers of the suspect.
        rng: of the counterfactual draws.
        draws: number of counterfactual assignments.
    """
    shares = scores(which, answers)
    forms = np.asarray(planted, np.int64)
    observed, drawn = 0.0, np.zeros(draws)
    for index, share in enumerate(shares):
        if not share.any():
            continue
        # relative to the mean over forms: the suspect's habits, which no key explains, then cancel in the comparison
        gain = share - share.mean()
        observed += float(gain[forms[:, index]].sum()) / len(planted)
        for _ in planted:
            drawn += gain[rng.integers(0, len(gain), draws, np.uint32)] / len(planted)
    informative = sum(bool(share.any()) for share in shares)
    chances = min(prod(len(canary.forms) for canary, share in zip(which, shares, strict=True) if share.any()) ** len(planted), MAX_CHANCES)
    return CanaryTest(
        p_value=rank_p(observed, drawn), floor=max(1 / (1 + draws), 1 / chances), observed=observed, expected=float(drawn.mean()),
        n_canaries=len(which), n_informative=informative,
        n_answers=sum(len(answers.get(question, ())) for question in {question for canary in which for question in canary.questions}),
        chances=chances,
    )


def digest(which: Sequence[Canary]) -> str:
    """SHA-256 of a design; it is part of the name that the design's keys are derived under."""
    return hashlib.sha256(json.dumps(design_record(which), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Design:
    """Canaries in the place of a mark, for a commitment."""

    which: tuple[Canary, ...]

    def describe(self) -> dict[str, Any]:
        """JSON-ready; ``scheme`` is what keys are derived under."""
        return {"scheme": f"canary {digest(self.which)}"}


def rerun_test(record: Mapping[str, Any]) -> CanaryTest:
    """Run the test again from the canaries, opened keys, answers and seed of a record.

    Raises:
        KeyError, TypeError, ValueError: it is no such record.
    """
    which = [Canary.from_record(described) for described in record["canaries"]]
    planted = [assignment(which, key_from_bytes(bytes.fromhex(opening["secret"]))) for opening in record["openings"]]
    outputs = {question: [answer["output"] for answer in answers] for question, answers in record["answers"].items()}
    return canary_test(which, planted, outputs, np.random.default_rng(int(record["seed"])), draws=int(record["draws"]))


def caveat(units: Collection[str], committed: Collection[str]) -> str:
    """What could still be chosen after the answers were seen: the tested units, unless all committed ones are, and the answers.

    Args:
        units: that are tested.
        committed: all units that the commitment has keys of.
    """
    left_out = len(set(committed) - set(units))
    selection = (f"{left_out:,} of {number_of(len(committed), 'committed unit')} left out: p is no proof, since units may have been picked "
              "to go along with the answers; a commitment to the tested ones alone, before the questions, would make it one; ")
    return (selection if left_out else "") + "left open by the commitment: which answers to the canaries' questions count"


def design_record(which: Sequence[Canary]) -> list[dict[str, Any]]:
    """The canaries as JSON-ready values, for a commitment."""
    return [
        {"name": canary.name, "forms": list(canary.forms), "questions": list(canary.questions), "near": canary.near} for canary in which
    ]


_FICTIONAL = re.compile(
    r"\b(?:example|sample|made[ -]up|make up|mock|dummy|fake|fictional|fictitious|imaginary|invent|placeholder|hypothetical|template)",
    re.IGNORECASE,
)
BEFORE_CHARS = 40
"""Characters before a form that ``Canary.near`` is matched against."""


def _form_matches(canary: Canary, text: str) -> Iterator[re.Match[str]]:
    """Matches of the forms in a text that the canary's ``near`` allows.

    A match must be a form in lower case, too: ignoring case, a pattern also takes the long s (ſ) for an s.
    """
    forms = {form.lower() for form in canary.forms}
    near = re.compile(f"(?:{canary.near})$", re.IGNORECASE) if canary.near else None
    for hit in _forms_pattern(canary).finditer(text):
        if hit.group().lower() in forms and (near is None or near.search(text[max(0, hit.start() - BEFORE_CHARS) : hit.start()])):
            yield hit


def _forms_pattern(canary: Canary) -> re.Pattern[str]:
    longest = sorted(canary.forms, key=len, reverse=True)
    return re.compile(r"(?<![\w@.-])(?:" + "|".join(map(re.escape, longest)) + r")(?![\w@-])", re.IGNORECASE)

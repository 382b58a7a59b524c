"""What a test is given, and the test itself: which statistics go with which mark, mode and reference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stillwatch.errors import InputError
from stillwatch.prove import choice_reading
from stillwatch.prove.answers import Answer, Tokenizer
from stillwatch.prove.attribution import Split, split
from stillwatch.prove.choices import ChoiceMark
from stillwatch.prove.keys import Opened
from stillwatch.prove.schemes import Numbers, Scheme
from stillwatch.prove.testing import MarkTest, choice_test, lean_test, mark_test, weighted_test
from stillwatch.prove.tuples import Ids, default_exclusion, read, written
from stillwatch.prove.weighted import RULE, Reading, Weighted, of_texts
from stillwatch.terminal.counting import number_of


@dataclass(frozen=True)
class Inputs:
    """What a test needs; the files of a proof give the same again."""

    mark: Scheme | ChoiceMark
    tenants: tuple[Opened, ...]
    answers: tuple[Answer, ...]
    seed: bytes
    plain_keys: Mapping[str, Numbers] = field(default_factory=dict)
    reference: tuple[Answer, ...] | None = None
    tokenizer: Tokenizer | None = None
    mode: str = "written"
    exclude: str | None = None
    n_decoys: int = 999
    alpha: float = 1e-5
    harvested: Mapping[str, float] = field(default_factory=dict)
    published: Mapping[str, float] = field(default_factory=dict)
    campaigns: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    early: bool = False


def reference_gap(inputs: Inputs) -> str | None:
    """What a reference lacks of the questions that the suspect was asked; None where it answered them, half as often at least.

    No p rests on it: other questions only make the test see less.
    """
    if inputs.reference is None:
        return None
    asked, beside = ({one.prompt for one in given} for given in (inputs.answers, inputs.reference))
    n, shared, others = len(asked), len(asked & beside), len(beside - asked)
    if shared < n:
        more = f" and {number_of(others, 'other')}" if others else ""
        return f"the reference answers {shared:,} of the suspect's {number_of(n, 'question')}{more}"
    if 2 * len(inputs.reference) < len(inputs.answers):
        return f"the reference has {number_of(len(inputs.reference), 'answer')}, the suspect {len(inputs.answers):,}"
    return None


def run(inputs: Inputs) -> tuple[MarkTest, Split | None]:
    """The statistics: a pure function, which making and verifying a proof share.

    Raises:
        InputError: the inputs do not make a test.
    """
    on_tokens = inputs.reference is not None and not isinstance(inputs.mark, ChoiceMark)
    if inputs.early and (inputs.mode == "read" or inputs.together or on_tokens):
        raise InputError("the commitment lets questions stop early, and this test cannot allow for it",
                         todo="Leave --mode read, --together or --reference out, or commit without --early")
    if not isinstance(inputs.mark, ChoiceMark):
        result = _on_tokens(inputs, inputs.mark)
    elif inputs.mode == "read":
        result = _choices_read(inputs, inputs.mark)
    else:
        result = _choices_written(inputs, inputs.mark)
    return result, split(result, inputs.harvested, inputs.published) if inputs.harvested else None


def _on_tokens(inputs: Inputs, mark: Scheme) -> MarkTest:
    """Marks on tokens, written or read, against a reference or against nothing."""
    if inputs.tokenizer is None:
        raise InputError("marks on tokens need the marked model's tokenizer", todo="Pass --tokenizer")
    prompts = inputs.tokenizer.ids([one.prompt for one in inputs.answers])
    outputs = inputs.tokenizer.ids([one.output for one in inputs.answers])
    rule: Any = inputs.exclude
    keys: Any = inputs.plain_keys or inputs.tenants
    weighted = _weighted(inputs, mark, inputs.tokenizer, prompts, outputs)
    if weighted is not None:
        if inputs.exclude not in (None, RULE):
            raise InputError("against a reference, what was shown is left out by whole contexts", where=f"--exclude {inputs.exclude}",
                             todo=f"Pass --exclude {RULE}, as the commitment should say, or leave --reference out")
        return weighted_test(mark, weighted, keys, inputs.seed, n_decoys=inputs.n_decoys, alpha=inputs.alpha,
                             mode=inputs.mode, n_records=len(inputs.answers), together=inputs.together)
    if inputs.mode == "read":
        tuples = read(prompts, outputs, _predicted(inputs.answers, outputs), mark.window, rule)
    else:
        tuples = written(prompts, outputs, mark.window, rule)
    return mark_test(mark, tuples, keys, inputs.seed, n_decoys=inputs.n_decoys, alpha=inputs.alpha,
                     mode=inputs.mode, n_records=len(inputs.answers), anytime=inputs.mode == "written",
                     early=inputs.early, together=inputs.together)


def exclusion(inputs: Inputs, asked: str | None, statistic: str) -> str | None:
    """The rule by which a test leaves out what was shown; choice marks have a way of their own.

    Args:
        inputs: of the test.
        asked: the rule that was asked for, or None.
        statistic: of the result.
    """
    if isinstance(inputs.mark, ChoiceMark):
        return None
    return asked or (RULE if statistic == "weighted" else default_exclusion(inputs.mark.window))


def _predicted(answers: Sequence[Answer], outputs: Sequence[Ids]) -> list[Sequence[int]]:
    """What the suspect would write next at each token of each answer.

    Raises:
        InputError: an answer has none, or not one a token.
    """
    predicted: list[Sequence[int]] = []
    for one, ids in zip(answers, outputs, strict=True):
        if one.predicted is None or len(one.predicted) != len(ids):
            raise InputError("an answer has no predictions, or not one a token", where=one.prompt[:60],
                             todo="Make them with stillwatch prove read")
        predicted.append(one.predicted)
    return predicted


def _choices_written(inputs: Inputs, mark: ChoiceMark) -> MarkTest:
    """Choice marks in what the suspect wrote."""
    def texts(given: Sequence[Answer]) -> tuple[list[str], list[str]]:
        return [one.prompt for one in given], [one.output for one in given]

    prompts, outputs = texts(inputs.answers)
    return choice_test(mark, outputs, inputs.tenants, inputs.seed, prompts=prompts,
                       reference=None if inputs.reference is None else texts(inputs.reference),
                       n_decoys=inputs.n_decoys, alpha=inputs.alpha, early=inputs.early, together=inputs.together)


def _choices_read(inputs: Inputs, mark: ChoiceMark) -> MarkTest:
    """Choice marks in reading mode: shifts against a reference, at the places of texts whose forms were drawn anew."""
    texts = [choice_reading.redrawn(one.output, one.key) for one in inputs.answers]
    if any(one.shifts is None for one in inputs.answers):
        raise InputError("an answer has no shifts", todo="Make them with stillwatch prove read --reference-folder, without --tokenizer")
    try:
        lean, n = choice_reading.leans(mark, texts, [one.shifts or () for one in inputs.answers])
    except ValueError as error:
        raise InputError(f"the shifts are not of these answers ({error})", todo="Make them anew with stillwatch prove read") from error
    return lean_test(mark, lean, inputs.tenants, inputs.seed, n_decoys=inputs.n_decoys, alpha=inputs.alpha, mode="read",
                     n_records=len(inputs.answers), n_positions=n, together=inputs.together)


def _weighted(inputs: Inputs, mark: Scheme, coder: Tokenizer, prompts: Sequence[Ids], outputs: Sequence[Ids]) -> Weighted | None:
    """Draws weighted against the reference, where there is one; None to count them once."""
    if inputs.mode == "read":
        if not any(one.weights for one in inputs.answers):
            return None
        reading = Reading(mark.window)
        for one, prompt, output in zip(inputs.answers, prompts, outputs, strict=True):
            if one.weights is None or len(one.weights) != len(output):
                raise InputError("an answer has no weights, or not one list a token", where=one.prompt[:60],
                                 todo="Make them with stillwatch prove read --reference-folder")
            reading.add(prompt.tolist(), output.tolist(), one.weights)
        return reading.weighted()
    if inputs.reference is None:
        return None
    other_prompts = coder.ids([one.prompt for one in inputs.reference])
    other_outputs = coder.ids([one.output for one in inputs.reference])
    return of_texts(prompts, outputs, other_prompts, other_outputs, mark.window)

"""The inputs of a test, and the choice of its statistics by mark, mode and reference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stillwatch.errors import InputError
from stillwatch.prove import choice_reading
from stillwatch.prove.answers import Answer, Tokenizer
from stillwatch.prove.attribution import Split, split
from stillwatch.prove.choices import ChoiceMark
from stillwatch.prove.keys import OpenedKey
from stillwatch.prove.schemes import Numbers, Scheme
from stillwatch.prove.testing import MarkTest, choice_test, lean_test, mark_test, weighted_test
from stillwatch.prove.tuples import Ids, default_exclusion, read, written_tuples
from stillwatch.prove.weighted import RULE, Reading, Weighted, written_weights
from stillwatch.terminal.counting import number_of


@dataclass(frozen=True)
class Inputs:
    """Everything that decides a test's result. The files of a proof hold all of it, so that a test can be repeated.

    Attributes:
        mark: the scheme of the mark.
        tenants: opened keys under test.
        answers: the suspect's answers.
        seed: seed of the decoy keys.
        plain_keys: keys by name that were not committed to, in place of ``tenants``.
        reference: answers of a model that cannot have learnt the mark.
        tokenizer: the marked model's; None for choice marks.
        mode: ``written`` (what the suspect wrote) or ``read`` (what it would write at each place of kept answers).
        exclude: rule that leaves out what the suspect was shown (:data:`~stillwatch.prove.tuples.Exclude`); None is the default.
        n_decoys: decoy keys.
        alpha: family-wise level of the verdicts.
        harvested: by tenant, tokens answered to accounts of the campaigns; empty without an exposure ledger.
        published: by tenant, tokens of all answers.
        campaigns: names of the campaigns.
        together: tenants whose keys are also tested as one sum.
        early: whether questions could stop early.
    """

    mark: Scheme | ChoiceMark
    tenants: tuple[OpenedKey, ...]
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
    """How the reference's questions fall short of the suspect's, in a sentence.

    None if there is no reference, or if it answered every question and has at least half as many answers. A gap makes the
    test less powerful, but no p-value wrong.
    """
    if inputs.reference is None:
        return None
    asked, of_reference = ({answer.prompt for answer in answers} for answers in (inputs.answers, inputs.reference))
    n, shared, others = len(asked), len(asked & of_reference), len(of_reference - asked)
    if shared < n:
        more = f" and {number_of(others, 'other')}" if others else ""
        return f"the reference answers {shared:,} of the suspect's {number_of(n, 'question')}{more}"
    if 2 * len(inputs.reference) < len(inputs.answers):
        return f"the reference has {number_of(len(inputs.reference), 'answer')}, the suspect {len(inputs.answers):,}"
    return None


def run(inputs: Inputs) -> tuple[MarkTest, Split | None]:
    """Compute the test and, with an exposure ledger, the split of exposure.

    A pure function: making a proof and verifying it both call it.

    Raises:
        InputError: the inputs contradict each other or lack something that the test needs.
    """
    on_tokens = inputs.reference is not None and not isinstance(inputs.mark, ChoiceMark)
    if inputs.early and (inputs.mode == "read" or inputs.together or on_tokens):
        raise InputError("the commitment lets questions stop early, and this test cannot allow for it",
                         todo="Leave --mode read, --together or --reference out, or commit without --early")
    if not isinstance(inputs.mark, ChoiceMark):
        result = _token_mark_test(inputs, inputs.mark)
    elif inputs.mode == "read":
        result = _read_choice_test(inputs, inputs.mark)
    else:
        result = _written_choice_test(inputs, inputs.mark)
    return result, split(result, inputs.harvested, inputs.published) if inputs.harvested else None


def _token_mark_test(inputs: Inputs, mark: Scheme) -> MarkTest:
    """Test a mark on tokens in either mode, with or without a reference."""
    if inputs.tokenizer is None:
        raise InputError("marks on tokens need the marked model's tokenizer", todo="Pass --tokenizer")
    prompts = inputs.tokenizer.ids([answer.prompt for answer in inputs.answers])
    outputs = inputs.tokenizer.ids([answer.output for answer in inputs.answers])
    rule: Any = inputs.exclude
    keys: Any = inputs.plain_keys or inputs.tenants
    weighted = _weighted_draws(inputs, mark, inputs.tokenizer, prompts, outputs)
    if weighted is not None:
        if inputs.exclude not in (None, RULE):
            raise InputError("against a reference, what was shown is left out by whole contexts", where=f"--exclude {inputs.exclude}",
                             todo=f"Pass --exclude {RULE}, as the commitment should say, or leave --reference out")
        return weighted_test(mark, weighted, keys, inputs.seed, n_decoys=inputs.n_decoys, alpha=inputs.alpha,
                             mode=inputs.mode, n_records=len(inputs.answers), together=inputs.together)
    if inputs.mode == "read":
        tuples = read(prompts, outputs, _top_predictions(inputs.answers, outputs), mark.window, rule)
    else:
        tuples = written_tuples(prompts, outputs, mark.window, rule)
    return mark_test(mark, tuples, keys, inputs.seed, n_decoys=inputs.n_decoys, alpha=inputs.alpha,
                     mode=inputs.mode, n_records=len(inputs.answers), anytime=inputs.mode == "written",
                     early=inputs.early, together=inputs.together)


def exclusion_rule(inputs: Inputs, rule: str | None, statistic: str) -> str | None:
    """The rule by which a test leaves out what the suspect was shown; None for choice marks, which have their own.

    Args:
        inputs: inputs of the test.
        rule: the rule that was requested, or None for the default.
        statistic: statistic of the result.
    """
    if isinstance(inputs.mark, ChoiceMark):
        return None
    return rule or (RULE if statistic == "weighted" else default_exclusion(inputs.mark.window))


def _top_predictions(answers: Sequence[Answer], outputs: Sequence[Ids]) -> list[Sequence[int]]:
    """The suspect's most likely token at each place of each answer.

    Raises:
        InputError: an answer does not have exactly one prediction per token.
    """
    predicted: list[Sequence[int]] = []
    for answer, ids in zip(answers, outputs, strict=True):
        if answer.predicted is None or len(answer.predicted) != len(ids):
            raise InputError("an answer has no predictions, or not one a token", where=answer.prompt[:60],
                             todo="Make them with stillwatch prove read")
        predicted.append(answer.predicted)
    return predicted


def _written_choice_test(inputs: Inputs, mark: ChoiceMark) -> MarkTest:
    """Test choice marks in what the suspect wrote."""
    def texts(answers: Sequence[Answer]) -> tuple[list[str], list[str]]:
        return [answer.prompt for answer in answers], [answer.output for answer in answers]

    prompts, outputs = texts(inputs.answers)
    return choice_test(mark, outputs, inputs.tenants, inputs.seed, prompts=prompts,
                       reference=None if inputs.reference is None else texts(inputs.reference),
                       n_decoys=inputs.n_decoys, alpha=inputs.alpha, early=inputs.early, together=inputs.together)


def _read_choice_test(inputs: Inputs, mark: ChoiceMark) -> MarkTest:
    """Test choice marks in reading mode: shifts against a reference, at the places of texts whose forms were drawn anew."""
    texts = [choice_reading.redraw_forms(answer.output, answer.key) for answer in inputs.answers]
    if any(answer.shifts is None for answer in inputs.answers):
        raise InputError("an answer has no shifts", todo="Make them with stillwatch prove read --reference-folder, without --tokenizer")
    try:
        lean, n = choice_reading.cell_shifts(mark, texts, [answer.shifts or () for answer in inputs.answers])
    except ValueError as error:
        raise InputError(f"the shifts are not of these answers ({error})", todo="Make them anew with stillwatch prove read") from error
    return lean_test(mark, lean, inputs.tenants, inputs.seed, n_decoys=inputs.n_decoys, alpha=inputs.alpha, mode="read",
                     n_records=len(inputs.answers), n_positions=n, together=inputs.together)


def _weighted_draws(inputs: Inputs, mark: Scheme, tokenizer: Tokenizer, prompts: Sequence[Ids], outputs: Sequence[Ids]) -> Weighted | None:
    """Draws weighted against the reference; None if there is no reference, and every draw then counts the same."""
    if inputs.mode == "read":
        if not any(answer.weights for answer in inputs.answers):
            return None
        reading = Reading(mark.window)
        for answer, prompt, output in zip(inputs.answers, prompts, outputs, strict=True):
            if answer.weights is None or len(answer.weights) != len(output):
                raise InputError("an answer has no weights, or not one list a token", where=answer.prompt[:60],
                                 todo="Make them with stillwatch prove read --reference-folder")
            reading.add(prompt.tolist(), output.tolist(), answer.weights)
        return reading.weighted()
    if inputs.reference is None:
        return None
    other_prompts = tokenizer.ids([answer.prompt for answer in inputs.reference])
    other_outputs = tokenizer.ids([answer.output for answer in inputs.reference])
    return written_weights(prompts, outputs, other_prompts, other_outputs, mark.window)

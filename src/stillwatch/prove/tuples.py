"""From texts to (context, token) tuples, each counted once over the whole corpus.

A keyed mark gives every (context, token) one random number. Under the null the suspect's text does not depend on the
key, so the numbers of *distinct* tuples are independent; a tuple that is counted twice is the same coin tossed once.
Without this, repetitive text looks marked (Sander et al., 2024, 2402.14904, section 4).

A prompt, or an answer that is read, may itself carry the mark; what repeats or avoids it is then not independent of
the key. Two exclusions keep the test valid, both per record:

``window``  a context that stands in the prompt (or earlier in what is read) is not scored. Exact.
``tuple``   only the tuples that stand there are not scored. The other tokens of a context that was seen marked were
            passed over by the mark, so they are marked less often than by chance: valid, and conservative.

``window`` is right for contexts of two tokens and more; with one token it would throw away nearly everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from stillwatch.prove.prf import PUBLIC, hash_rows

Ids: TypeAlias = npt.NDArray[np.int64]
Exclude: TypeAlias = Literal["window", "tuple", "none"]


@dataclass(frozen=True)
class Tuples:
    """Distinct tuples in order of first appearance.

    ``contexts`` is ``(n, context_width)``, ``tokens`` and ``records`` (where it first appeared) are ``(n,)``.
    ``n_positions`` counts scorable positions before anything was left out, ``n_excluded`` those left out by exclusion.
    """

    contexts: Ids
    tokens: Ids
    records: Ids
    n_positions: int
    n_excluded: int

    def __len__(self) -> int:
        """How many."""
        return len(self.tokens)

    @property
    def rows(self) -> Ids:
        """Context and token side by side, ``(n, context_width + 1)``."""
        return np.column_stack([self.contexts, self.tokens])

    def take(self, index: npt.NDArray[np.integer] | npt.NDArray[np.bool_] | slice) -> "Tuples":
        """Some of the tuples."""
        return Tuples(
            self.contexts[index], self.tokens[index], self.records[index], self.n_positions, self.n_excluded
        )


def default_exclusion(context_width: int) -> Exclude:
    """``window`` from two tokens of context on, else ``tuple``."""
    return "window" if context_width >= 2 else "tuple"


@dataclass(frozen=True)
class _Flat:
    """Records one after another; ``place`` is the position inside its record."""

    ids: Ids
    record: Ids
    place: Ids


def _flat(parts: Sequence[Sequence[int] | Ids]) -> _Flat:
    lengths = np.fromiter((len(part) for part in parts), np.int64, len(parts))
    total = int(lengths.sum())
    ids = np.concatenate([np.asarray(part, np.int64) for part in parts]) if total else np.zeros(0, np.int64)
    record = np.repeat(np.arange(len(parts)), lengths)
    place = np.arange(total) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return _Flat(ids, record, place)


def _windows(flat: _Flat, width: int) -> tuple[Ids, Ids]:
    """All runs of ``width`` ids inside one record: the flat index of their last id, and the runs ``(m, width)``."""
    if len(flat.ids) < width:
        return np.zeros(0, np.int64), np.zeros((0, width), np.int64)
    runs = np.lib.stride_tricks.sliding_window_view(flat.ids, width)
    last = np.arange(width - 1, len(flat.ids))
    inside = flat.place[last] >= width - 1
    return last[inside], runs[inside]


def _name(record: Ids, runs: Ids) -> npt.NDArray[np.uint64]:
    return hash_rows(PUBLIC, np.column_stack([record, runs]))


def written_tuples(
    prompts: Sequence[Sequence[int] | Ids],
    outputs: Sequence[Sequence[int] | Ids],
    context_width: int,
    exclude: Exclude | None = None,
) -> Tuples:
    """The tuples of what a suspect wrote.

    Args:
        prompts: token ids of each prompt (everything the suspect was shown).
        outputs: token ids of each output, as many as prompts. Contexts lie wholly inside an output.
        context_width: tokens before the scored one.
        exclude: see above; None takes the default of the width.
    """
    if len(prompts) != len(outputs):
        raise ValueError("as many prompts as outputs are needed")
    runs, record, n, left_out = _scorable_runs(prompts, outputs, context_width, exclude or default_exclusion(context_width))
    return _distinct(runs, record, n, left_out)


def _scorable_runs(
    prompts: Sequence[Sequence[int] | Ids], outputs: Sequence[Sequence[int] | Ids], context_width: int, rule: Exclude
) -> tuple[Ids, Ids, int, int]:
    """Runs that may be scored, their records, how many places there were and how many were left out."""
    flat = _flat(outputs)
    last, runs = _windows(flat, context_width + 1)
    record = flat.record[last]
    keep = np.ones(len(last), bool)
    if rule != "none":
        width = context_width if rule == "window" else context_width + 1
        shown = _flat(prompts)
        shown_last, shown_runs = _windows(shown, width)
        names = _name(record, runs[:, :width])
        keep = ~np.isin(names, np.unique(_name(shown.record[shown_last], shown_runs)))
    return runs[keep], record[keep], len(last), int((~keep).sum())


def read(
    prompts: Sequence[Sequence[int] | Ids],
    answers: Sequence[Sequence[int] | Ids],
    predicted: Sequence[Sequence[int] | Ids],
    context_width: int,
    exclude: Exclude | None = None,
) -> Tuples:
    """The tuples of reading mode: what a suspect would have written next, at each place of kept answers.

    Args:
        prompts: token ids of the prompts of the kept answers.
        answers: token ids of the kept answers.
        predicted: for every token of an answer, the suspect's most likely token at that place given all before it;
            negative where not known.
        context_width: tokens before the scored one; contexts lie wholly inside an answer.
        exclude: what has been seen before the place (prompt and answer so far): see above.
    """
    rule = exclude or default_exclusion(context_width)
    whole = _flat([np.concatenate([np.asarray(p, np.int64), np.asarray(a, np.int64)])
                   for p, a in zip(prompts, answers, strict=True)])
    begin = np.fromiter((len(prompt) for prompt in prompts), np.int64, len(prompts))
    guess = np.full(len(whole.ids), -1, np.int64)
    guess[whole.place >= begin[whole.record]] = _flat(predicted).ids
    last, runs = _windows(whole, context_width + 1)
    record = whole.record[last]
    scorable = (whole.place[last] - context_width >= begin[record]) & (guess[last] >= 0)
    scored = runs.copy()
    scored[:, -1] = guess[last]
    keep = scorable.copy()
    if rule == "window":
        # exact: only the first time that a record shows this context, counting the prompt
        shown_last, shown_runs = _windows(whole, context_width)
        names, first = np.unique(_name(whole.record[shown_last], shown_runs), return_index=True)
        place = first[np.searchsorted(names, _name(record, runs[:, :-1]))]
        keep &= shown_last[place] == last - 1
    elif rule == "tuple":
        names, first = np.unique(_name(record, runs), return_index=True)
        wanted = _name(record, scored)
        at = np.minimum(np.searchsorted(names, wanted), max(len(names) - 1, 0))
        if len(names):
            keep &= ~((names[at] == wanted) & (last[first[at]] < last))
    return _distinct(scored[keep], record[keep], int(scorable.sum()), int(scorable.sum() - keep.sum()))


def count_tuples(
    prompts: Sequence[Sequence[int] | Ids],
    outputs: Sequence[Sequence[int] | Ids],
    context_width: int,
    exclude: Exclude = "window",
) -> tuple[Ids, Ids, int, int]:
    """Distinct tuples as rows ``(n, context_width + 1)``, how often each was written ``(n,)``, places and how many were left out."""
    if len(prompts) != len(outputs):
        raise ValueError("as many prompts as outputs are needed")
    runs, _, n_positions, n_excluded = _scorable_runs(prompts, outputs, context_width, exclude)
    _, first, counts = np.unique(hash_rows(PUBLIC, runs), return_index=True, return_counts=True)
    order = np.argsort(first)
    return runs[first[order]], counts[order].astype(np.int64), n_positions, n_excluded


def _distinct(runs: Ids, record: Ids, n_positions: int, n_excluded: int) -> Tuples:
    _, first = np.unique(hash_rows(PUBLIC, runs), return_index=True)
    first.sort()
    runs = runs[first]
    return Tuples(runs[:, :-1], runs[:, -1], record[first], n_positions, n_excluded)

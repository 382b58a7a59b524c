"""Sharper tests against a reference: each draw still counts once, but draws that moved count more.

Counting every tuple once treats a tuple that the suspect wrote fifty times like one that it wrote by accident, and the
more it writes the more accidents there are. Given a reference that cannot have learnt the mark (the suspect's base,
an earlier version, any model that answers the same questions), a tuple's weight is how far the suspect's use of it
departs from the reference's. Weights are made of texts alone. Under the null these do not depend on the key, so the
weighted sum is one of independent draws: a bound near its exact tail holds, and so does the rank among decoy keys.

Weights have both signs, so what was shown to the suspect must be left out by whole contexts, whatever the width.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from stillwatch.prove.prf import PUBLIC, hash_rows
from stillwatch.prove.tuples import Exclude, Ids, Tuples, count_tuples

Floats = npt.NDArray[np.float64]
RULE: Exclude = "window"
"""What counts as shown."""
CAP = 4.0
"""No tuple weighs more than so many standard deviations: one phrase must not decide."""
TOP = 24
"""Reading mode: tokens of a place that are kept, those whose chance departs most."""


@dataclass(frozen=True)
class Weighted:
    """Distinct tuples with weights ``(n,)``."""

    tuples: Tuples
    weights: Floats

    def __len__(self) -> int:
        """How many draws."""
        return len(self.weights)


def written_weights(
    prompts: Sequence[Sequence[int] | Ids], outputs: Sequence[Sequence[int] | Ids],
    reference_prompts: Sequence[Sequence[int] | Ids], reference_outputs: Sequence[Sequence[int] | Ids], context_width: int,
) -> Weighted:
    """Weights of written tuples: (count - expected) / sqrt(expected + 1), cut at ``CAP``.

    The expected count is the reference's share of the token after the context, shrunk towards the token's share
    anywhere, times how often the suspect wrote the context.
    """
    rows, counts, n_positions, n_excluded = count_tuples(prompts, outputs, context_width, RULE)
    other, other_counts, _, _ = count_tuples(reference_prompts, reference_outputs, context_width, RULE)
    if not len(rows):
        return Weighted(Tuples(rows[:, :-1], rows[:, -1], rows[:, -1], n_positions, n_excluded), np.zeros(0))
    every = np.concatenate([rows, other])
    names, first, which = np.unique(hash_rows(PUBLIC, every), return_index=True, return_inverse=True)
    mine, theirs = np.zeros(len(names)), np.zeros(len(names))
    np.add.at(mine, which[: len(rows)], counts)
    np.add.at(theirs, which[len(rows) :], other_counts)
    every = every[first]
    _, context = np.unique(hash_rows(PUBLIC, every[:, :-1]), return_inverse=True)
    tokens, token = np.unique(every[:, -1], return_inverse=True)
    in_context = np.bincount(context, theirs)[context]
    mine_in_context = np.bincount(context, mine)[context]
    anywhere = np.bincount(token, theirs + mine, len(tokens))[token] / (theirs.sum() + mine.sum())
    strength = 5.0
    expected = mine_in_context * (theirs + strength * anywhere) / (in_context + strength)
    weights = np.clip((mine - expected) / np.sqrt(expected + 1.0), -CAP, CAP)
    keep = mine_in_context > 0
    every, weights = every[keep], weights[keep]
    zeros = np.zeros(len(every), np.int64)
    return Weighted(Tuples(every[:, :-1], every[:, -1], zeros, n_positions, n_excluded), weights)


def token_departures(suspect: npt.NDArray[np.floating], reference: npt.NDArray[np.floating]) -> list[list[list[float]]]:
    """For each place pairs (token, weight) of the ``TOP`` tokens whose chance departs most, the largest first.

    A weight is (suspect's chance - reference's) / sqrt(their mean), to five decimals: equal relative changes of likely and
    unlikely tokens then stand out of the noise alike.

    Args:
        suspect: its chance of each token at each place of an answer ``(length, V)``, given everything before.
        reference: the same of the reference.
    """
    change = (suspect - reference) / np.sqrt((suspect + reference) / 2 + 1e-12)
    top = np.argsort(-np.abs(change), axis=1)[:, :TOP]
    return [[[int(token), round(float(row[token]), 5)] for token in best] for row, best in zip(change, top, strict=True)]


class Reading:
    """Weights of reading mode, filled answer by answer."""

    def __init__(self, context_width: int) -> None:
        """Take the mark's context width."""
        self.width = context_width
        self._contexts: dict[tuple[int, ...], int] = {}
        self._parts: list[tuple[int, npt.NDArray[np.int64], Floats]] = []
        self.n_positions = self.n_excluded = 0

    def add(self, prompt: Sequence[int], answer: Sequence[int], places: Sequence[Sequence[Sequence[float]]]) -> None:
        """One kept answer.

        Args:
            prompt: its prompt's ids.
            answer: its ids ``(length,)``.
            places: of :func:`token_departures`, one a token of the answer; a place without pairs is none.
        """
        whole, begin = [*map(int, prompt), *map(int, answer)], len(prompt)
        new_places = self.new_places(whole, begin)
        for end in range(begin + self.width, len(whole)):
            if not len(pairs := places[end - begin]):
                continue
            self.n_positions += 1
            if end not in new_places:
                self.n_excluded += 1
                continue
            context, both = tuple(whole[end - self.width : end]), np.asarray(pairs, float)
            number = self._contexts.setdefault(context, len(self._contexts))
            self._parts.append((number, both[:, 0].astype(np.int64), both[:, 1]))

    def new_places(self, whole: Sequence[int], begin: int) -> set[int]:
        """Places whose context lies in the answer and stands there for the first time, the prompt counted."""
        seen: set[tuple[int, ...]] = set()
        out = set()
        for end in range(self.width, len(whole)):
            context = tuple(whole[end - self.width : end])
            if context not in seen and end - self.width >= begin:
                out.add(end)
            seen.add(context)
        return out

    def weighted(self) -> Weighted:
        """The sum over places, each draw once."""
        if not self._parts:
            none = np.zeros(0, np.int64)
            return Weighted(Tuples(np.zeros((0, self.width), np.int64), none, none, self.n_positions, self.n_excluded), np.zeros(0))
        context = np.repeat([part[0] for part in self._parts], [len(part[1]) for part in self._parts])
        token = np.concatenate([part[1] for part in self._parts])
        value = np.concatenate([part[2] for part in self._parts])
        summed = sparse.coo_array((value, (context, token))).tocsr().tocoo()
        summed.sum_duplicates()
        contexts = np.array(list(self._contexts), np.int64).reshape(-1, self.width)[summed.coords[0]]
        tokens = summed.coords[1].astype(np.int64)
        return Weighted(Tuples(contexts, tokens, np.zeros(len(tokens), np.int64), self.n_positions, self.n_excluded), summed.data)

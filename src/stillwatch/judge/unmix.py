"""Harvest or cover: a mixture of two kinds of conversation for each campaign.

A campaign's conversations are harvest or cover. Cover is made to look like innocents' requests, so its kinds of work, lengths, turns and
hours are fixed to those of innocents of the same log. The rest is estimated: how harvest looks, how often either kind shows a mark of the
campaign, and the set-up (client, parameters, system prompt, tools, model, path) that sends each, since innocents have their own clients.
Within either kind these are taken as independent, which makes the shares identifiable (Hall and Zhou 2003). Blind where cover and harvest
do not differ: then all counts as one of them, as for an operator who relays what users ask, whether or not he keeps the answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stillwatch.judge.matcher import hash_slot, table_size
from stillwatch.judge.people import HOUR_US
from stillwatch.numeric.arrays import distinct_rows
from stillwatch.tables import CAPABILITIES

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

TRAITS = (len(CAPABILITIES), 16, 16, 8, 5)
"""Number of classes of a conversation by capability, words, output tokens and time of day of its first request, and by its turns."""
SETUP = ("client", "parameters", "system", "tools", "model", "path")
"""Sketch columns of a request that say what sent it."""
RARE_CONVERSATIONS = 5
"""A set-up of fewer conversations of the campaign is pooled with all other rare ones."""
MIN_CONVERSATIONS = 20
"""Fewest conversations of the campaign, and of innocents, to fit a mixture; with fewer only marks decide."""
LARGEST = 50_000
"""Most conversations of a campaign that the mixture is fitted to; it then decides about all."""
PRIOR = 5.0
"""Weight, in conversations, of the look of cover in that of harvest, and of the campaign's usual set-ups in those of both."""
TELLING = 0.95
"""Share of a campaign's conversations up to which marks identify harvest; where more show one, cover may show them as well."""
ROUNDS, CLOSE = 100, 1e-3
"""Expectation maximisation ends after this many rounds, or when no conversation's posterior changes by more than this."""
MAX_LOG_ODDS = 30.0
"""Largest absolute log-odds, nats."""
FIRST_SETUP_ROUND = 4
"""Round from which set-ups count: the two kinds must be separated by their looks first."""


@njit(cache=True, nogil=True)
def _slot(rows: I64, campaign: I64, context: I64, number: np.int64, key: np.int64) -> Any:
    """Slot in the table of the latest request of campaign ``number`` with the context ``key``, or the free slot for it."""
    mask = np.uint64(len(rows) - 1)
    slot = hash_slot(key, len(rows))
    while rows[slot] >= 0 and not (context[rows[slot]] == key and campaign[rows[slot]] == number):
        slot = (slot + np.uint64(1)) & mask
    return slot


@njit(cache=True, nogil=True)
def _root(root: I64, row: int) -> int:
    while root[row] != row:
        row = root[row]
    return row


@njit(cache=True, nogil=True)
def _trace(order: I64, time: I64, campaign: I64, context: I64, parent: I64, rows: I64, root: I64) -> None:
    for i in order:
        if parent[i] != 0:
            before = rows[_slot(rows, campaign, context, campaign[i], parent[i])]
            if before >= 0:
                root[i] = root[before]
        if context[i] != 0:
            rows[_slot(rows, campaign, context, campaign[i], context[i])] = i
    # Among requests of one time stamp, a turn may be sorted before the turn that it continues.
    for i in order:
        if parent[i] != 0 and root[i] == i:
            before = rows[_slot(rows, campaign, context, campaign[i], parent[i])]
            if before >= 0 and time[before] == time[i]:
                root[i] = _root(root, before)
    for i in order:
        root[i] = _root(root, i)


def by_time(time: I64, tie: I64) -> I64:
    """Rows sorted by time, and by ``tie`` within one time, ``(n,)``; so the order of the log does not matter."""
    order = np.argsort(time, kind="stable")
    same = np.append(False, time[order][1:] == time[order][:-1])
    tied = np.flatnonzero(same | np.append(same[1:], False))
    rows = order[tied]
    order[tied] = rows[np.lexsort((tie[rows], time[rows]))]
    return order


def conversation_roots(time: I64, campaign: I64, context: I64, parent: I64, tie: I64) -> I64:
    """The row of the request that begins each request's conversation, whichever accounts of the campaign sent it, ``(n,)``.

    A request continues the latest earlier request of its campaign whose context is its parent; where the log has none, it begins a
    conversation.

    Args:
        time: microseconds since 1970 UTC, ``(n,)``.
        campaign: campaign of each request, ``(n,)``.
        context: hash of all messages sent, 0 where unknown, ``(n,)``.
        parent: context of the turn before, 0 on a first turn, ``(n,)``.
        tie: hash of the rest of the request, which orders requests of one time stamp, ``(n,)``.
    """
    rows = np.full(table_size(len(time)), -1, np.int64)
    root = np.arange(len(time))
    _trace(by_time(time, tie), time, campaign, context, parent, rows, root)
    return root


def traits(columns: Mapping[str, NDArray[Any]]) -> NDArray[np.uint8]:
    """Class of each request by each of TRAITS but the last, ``(4, n)``; ``columns`` are sketch columns, ``(n,)`` each."""
    lengths = (np.log2(np.maximum(columns[name], 0).astype(np.float64) + 1).astype(np.int64) for name in ("n_words", "output_tokens"))
    hour = columns["time"] // HOUR_US % 24
    return np.stack([columns["capability"], *(np.minimum(length, 15) for length in lengths), hour // 3]).astype(np.uint8)


def setups(columns: Mapping[str, NDArray[Any]], names: Sequence[str] = SETUP) -> I64:
    """One hash of the columns ``names`` of each request, by default of those that say what sent it, ``(n,)``."""
    out = np.zeros(len(columns[names[0]]), np.uint64)
    for name in names:
        out = (out ^ columns[name].astype(np.int64).view(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        out ^= out >> np.uint64(29)
    return out.view(np.int64)


@dataclass(frozen=True)
class Conversations:
    """Conversations, ``(n,)`` each unless said otherwise."""

    begin: I64
    """Row of the first request."""
    time: I64
    """Time of the first request, microseconds since 1970 UTC."""
    kind: NDArray[np.uint8]
    """Class by each of TRAITS, ``(len(TRAITS), n)``."""
    setup: I64
    """Hash of what sent the first request (:func:`setups`)."""
    turns: I64
    """Number of requests."""
    marked: I64
    """Number of requests that show a mark."""

    @classmethod
    def of(cls, root: I64, time: I64, kind: NDArray[np.uint8], setup: I64, marked: NDArray[np.bool_]) -> "Conversations":
        """Put requests together to conversations.

        Args:
            root: :func:`conversation_roots`, ``(n_requests,)``.
            time: microseconds since 1970 UTC, ``(n_requests,)``.
            kind: :func:`traits`, ``(4, n_requests)``.
            setup: :func:`setups`, ``(n_requests,)``.
            marked: whether each request shows a mark, ``(n_requests,)``.
        """
        begin = np.flatnonzero(root == np.arange(len(root)))
        turns = np.bincount(root, minlength=len(root))[begin]
        turns_class = np.minimum(np.ceil(np.log2(turns)), TRAITS[-1] - 1).astype(np.uint8)
        n_marked = np.bincount(root[marked], minlength=len(root))[begin]
        return cls(begin, time[begin], np.concatenate([kind[:, begin], turns_class[None]]), setup[begin], turns, n_marked)

    def take(self, rows: NDArray[Any]) -> "Conversations":
        """The conversations of some rows."""
        return Conversations(*(column[..., rows] for column in vars(self).values()))

    def usual(self) -> list[I64]:
        """Number of conversations in each class, for each of TRAITS."""
        return [np.bincount(row, minlength=size) for row, size in zip(self.kind, TRAITS, strict=True)]


@dataclass(frozen=True)
class Mixture:
    """Log-likelihood ratios of harvest over cover, nats."""

    likelihood: float
    """Mean log-likelihood of the conversations that it was fitted to, nats."""
    prior: float
    """Log-odds of harvest of a conversation of which nothing is known."""
    looks: list[F64]
    """Ratio of each class, for each of TRAITS."""
    known: I64
    """Set-ups that are not rare, ascending."""
    setups: F64
    """Ratio of each set-up of ``known``, and last of all others together."""
    shows: float
    """Ratio of a turn with a mark."""
    hides: float
    """Ratio of a turn without a mark."""

    def log_odds(self, conversations: Conversations) -> F64:
        """Log-odds of harvest of each conversation, nats, ``(n,)``."""
        out = self.prior + self.setups[_setup_number(conversations.setup, self.known)]
        for ratio, kind in zip(self.looks, conversations.kind, strict=True):
            out += ratio[kind]
        return np.asarray(out + conversations.marked * self.shows + (conversations.turns - conversations.marked) * self.hides)


def _setup_number(setup: I64, known: I64) -> I64:
    """Position of each set-up among the known ones, ``len(known)`` for any other, ``(n,)``."""
    place = np.searchsorted(known, setup)
    return np.where(np.append(known, 0)[place] == setup, place, len(known)) if len(known) else place


def fitted(conversations: Conversations, usual: list[I64], *, at_marks: bool) -> Mixture:
    """Fit a mixture by expectation maximisation from one start.

    Args:
        conversations: of one campaign.
        usual: number of innocents' conversations in each class, for each of TRAITS.
        at_marks: start from the marked conversations, else from those that look unlike innocents'.
    """
    setups_sent, n_sent = np.unique(conversations.setup, return_counts=True)
    known = setups_sent[n_sent >= RARE_CONVERSATIONS]
    # Equal conversations are one row with a count.
    rows, count = distinct_rows(np.stack([
        *conversations.kind.astype(np.int64), _setup_number(conversations.setup, known), conversations.turns, conversations.marked
    ], axis=1))
    *kinds, setup, turns, marked = rows.T
    n = count.astype(np.float64)
    cover = [(of_class + 0.5) / (of_class + 0.5).sum() for of_class in usual]
    n_setups, n_requests = len(known) + 1, n * turns
    usual_setups = np.bincount(setup, weights=n, minlength=n_setups) / n.sum() + 1e-6

    def log_looks(weight: F64) -> list[F64]:
        counts = [np.bincount(kind, weights=weight, minlength=len(p)) + PRIOR * p for kind, p in zip(kinds, cover, strict=True)]
        return [np.log(of_class / of_class.sum()) for of_class in counts]

    def log_setups(weight: F64) -> F64:
        counts = np.bincount(setup, weights=weight, minlength=n_setups) + PRIOR * usual_setups
        return np.asarray(np.log(counts / counts.sum()))

    cover_looks = [np.log(p) for p in cover]
    marked_rate = (n * marked).sum() / n_requests.sum()
    if at_marks:
        posterior = np.where(marked > 0, 0.99, 0.0)
        start = np.where(marked > 0, 1.0, 0.0)
        harvest_rate, cover_rate = float(np.clip(marked_rate, 0.05, 0.99)), 1e-3
    else:
        all_looks = log_looks(n)
        unlike = sum(((a - b)[kind] for a, b, kind in zip(all_looks, cover_looks, kinds, strict=True)), np.zeros(len(n)))
        posterior = start = 1 / (1 + np.exp(-np.clip(unlike, -5, 5)))
        harvest_rate = cover_rate = float(np.clip(marked_rate, 0.005, 0.995))
    share = float(np.clip((n * posterior).sum() / n.sum(), 0.02, 0.98))
    for done in range(ROUNDS):
        # Maximisation: looks and set-ups of either kind from the posterior.
        harvest_looks = log_looks(n * (start if done < FIRST_SETUP_ROUND else posterior))
        harvest, other = np.zeros(len(n)), np.zeros(len(n))
        for of_harvest, of_cover, kind in zip(harvest_looks, cover_looks, kinds, strict=True):
            harvest += of_harvest[kind]
            other += of_cover[kind]
        harvest_setups, cover_setups = np.zeros(n_setups), np.zeros(n_setups)
        if done >= FIRST_SETUP_ROUND:
            harvest_setups, cover_setups = log_setups(n * posterior), log_setups(n * (1 - posterior))
        harvest += harvest_setups[setup] + marked * np.log(harvest_rate) + (turns - marked) * np.log(1 - harvest_rate) + np.log(share)
        other += cover_setups[setup] + marked * np.log(cover_rate) + (turns - marked) * np.log(1 - cover_rate) + np.log(1 - share)
        mixture = Mixture(
            float((n * np.logaddexp(harvest, other)).sum() / n.sum()), float(np.log(share / (1 - share))),
            [a - b for a, b in zip(harvest_looks, cover_looks, strict=True)], known, harvest_setups - cover_setups,
            float(np.log(harvest_rate / cover_rate)), float(np.log((1 - harvest_rate) / (1 - cover_rate))),
        )
        # Expectation, then the shares that follow from it.
        before, posterior = posterior, chances(harvest - other)
        share = float(np.clip((n * posterior).sum() / n.sum(), 1e-4, 1 - 1e-4))
        harvest_rate = ((n * posterior * marked).sum() + 0.5) / ((n_requests * posterior).sum() + 1)
        harvest_rate = float(np.clip(harvest_rate, 1e-3, 1 - 1e-3))
        cover_rate = ((n * (1 - posterior) * marked).sum() + 0.005) / ((n_requests * (1 - posterior)).sum() + 1)
        cover_rate = float(np.clip(cover_rate, 1e-5, harvest_rate))
        if done > FIRST_SETUP_ROUND + 2 and np.abs(posterior - before).max() < CLOSE:
            break
    return mixture


def too_few(conversations: Conversations, usual: list[I64]) -> bool:
    """Whether there are too few conversations, of the campaign or of innocents (``usual``), to fit a mixture."""
    return min(len(conversations.begin), int(usual[0].sum())) < MIN_CONVERSATIONS


def log_odds(conversations: Conversations, usual: list[I64]) -> F64:
    """Log-odds of harvest of each conversation of one campaign, nats, ``(n,)``, by the likeliest mixture.

    With too few conversations to fit one, the marked ones are harvest, or all if none is marked.

    Args:
        conversations: of the campaign.
        usual: number of innocents' conversations in each class, for each of TRAITS.
    """
    n = len(conversations.begin)
    if too_few(conversations, usual):
        return np.where((conversations.marked > 0) | (not conversations.marked.any()), MAX_LOG_ODDS, -MAX_LOG_ODDS)
    # The sample is drawn by a hash of the time, so it does not depend on the order of the log.
    draw = conversations.time.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    sample = conversations if n <= LARGEST else conversations.take(draw < np.uint64(LARGEST / n * 2**64))
    # A log of few distinct times may give an empty sample.
    sample = sample if len(sample.begin) >= MIN_CONVERSATIONS else conversations
    mixture = fitted(sample, usual, at_marks=True)
    # Of three populations (harvest, relayed users, cover) the likeliest two need not be those that marks separate.
    if not 0 < (sample.marked > 0).mean() <= TELLING:
        mixture = max(mixture, fitted(sample, usual, at_marks=False), key=lambda one: one.likelihood)
    return mixture.log_odds(conversations)


def chances(odds: F64) -> F64:
    """Probabilities, 0 to 1, from log-odds in nats."""
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -MAX_LOG_ODDS, MAX_LOG_ODDS))))


def harvested(conversations: Conversations, odds: F64) -> NDArray[np.bool_]:
    """Conversations that count as harvest, ``(n,)``: those of the highest log-odds, up to the expected number of requests.

    Conversations of equal log-odds are all harvest, or none.
    """
    values, of_value = np.unique(odds, return_inverse=True)
    requests = np.bincount(of_value, weights=conversations.turns)
    expected = (requests * chances(values)).sum()
    middle = requests[::-1].cumsum()[::-1] - requests / 2
    return np.asarray((middle <= expected)[of_value])

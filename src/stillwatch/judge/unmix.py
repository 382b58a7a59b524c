"""Harvest or cover: a mixture of two kinds of conversation for each campaign, with innocents as one of them.

A campaign's conversations are harvest or cover. Cover is made to look like innocents' requests, so what kind of work it is, how
long, how many turns and at which hour is held to what innocents of the same log show. All else is estimated: how harvest looks,
how often either shows a mark of the campaign, and with which set-up (client, parameters, system prompt, tools, model, path)
each is sent, since innocents have clients of their own. Within either kind these are taken as independent, which is what makes
the shares identifiable (Hall and Zhou 2003). Blind where cover and harvest differ in nothing: all is then told as one of them,
as for an operator who relays what users ask, whether he keeps the answers or not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stillwatch.judge.matcher import hash_slot, table_size
from stillwatch.judge.people import HOUR_US
from stillwatch.numeric.arrays import distinct
from stillwatch.tables import CAPABILITIES

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

TRAITS = (len(CAPABILITIES), 16, 16, 8, 5)
"""Classes of a conversation by capability, words, answered tokens and time of day of its first request, and by its turns."""
SETUP = ("client", "parameters", "system", "tools", "model", "path")
"""Sketch columns of a request that say what sent it."""
RARE_CONVERSATIONS = 5
"""Conversations of a campaign below which a set-up counts with all other rare ones."""
MIN_CONVERSATIONS = 20
"""Conversations of the campaign, and of innocents, below which only marks are believed."""
LARGEST = 50_000
"""Conversations of a campaign by which the mixture is fitted; all are told by it."""
PRIOR = 5.0
"""Conversations for which the look of cover counts in that of harvest, and the campaign's usual set-ups in those of both."""
TELLING = 0.95
"""Share of a campaign's conversations up to which marks tell harvest; where they show more, cover shows them too, perhaps."""
ROUNDS, CLOSE = 100, 1e-3
"""Expectation maximisation ends after so many rounds, or when no conversation's posterior changes by more."""
MAX_LOG_ODDS = 30.0
"""Log-odds beyond which nothing is surer."""
FIRST_SETUP_ROUND = 4
"""Round from which set-ups count: what separates the two must be found first."""


@njit(cache=True, nogil=True)
def _slot(rows: I64, campaign: I64, context: I64, number: np.int64, key: np.int64) -> Any:
    """Where the latest request of a campaign with a context lies in the table, or the free place for it."""
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
    # Of one time stamp, what continues may come before what it continues.
    for i in order:
        if parent[i] != 0 and root[i] == i:
            before = rows[_slot(rows, campaign, context, campaign[i], parent[i])]
            if before >= 0 and time[before] == time[i]:
                root[i] = _root(root, before)
    for i in order:
        root[i] = _root(root, i)


def by_time(time: I64, tie: I64) -> I64:
    """Rows in the order of time, and of ``tie`` where they are of one time: whatever order the log has, ``(n,)`` each."""
    order = np.argsort(time, kind="stable")
    same = np.append(False, time[order][1:] == time[order][:-1])
    tied = np.flatnonzero(same | np.append(same[1:], False))
    rows = order[tied]
    order[tied] = rows[np.lexsort((tie[rows], time[rows]))]
    return order


def conversations(time: I64, campaign: I64, context: I64, parent: I64, tie: I64) -> I64:
    """The row that begins each request's conversation, over whichever accounts of the campaign it went, ``(n,)``.

    A request continues the latest one before it of its campaign that sent what its parent says; where the log holds none, it
    begins a conversation.

    Args:
        time: us, ``(n,)``.
        campaign: whose each request is.
        context: hash of all messages sent, 0 where not told.
        parent: the same of the turn before, 0 on a first turn.
        tie: what else the request is, as a number: of one time stamp the higher number counts as the later.
    """
    rows = np.full(table_size(len(time)), -1, np.int64)
    root = np.arange(len(time))
    _trace(by_time(time, tie), time, campaign, context, parent, rows, root)
    return root


def traits(columns: Mapping[str, NDArray[Any]]) -> NDArray[np.uint8]:
    """Class of each request on each of TRAITS but the last, ``(4, n)``."""
    lengths = (np.log2(np.maximum(columns[name], 0).astype(np.float64) + 1).astype(np.int64) for name in ("n_words", "output_tokens"))
    hour = columns["time"] // HOUR_US % 24
    return np.stack([columns["capability"], *(np.minimum(length, 15) for length in lengths), hour // 3]).astype(np.uint8)


def setups(columns: Mapping[str, NDArray[Any]], names: Sequence[str] = SETUP) -> I64:
    """One hash of all that sent each request, or of other columns, ``(n,)``."""
    out = np.zeros(len(columns[names[0]]), np.uint64)
    for name in names:
        out = (out ^ columns[name].astype(np.int64).view(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        out ^= out >> np.uint64(29)
    return out.view(np.int64)


@dataclass(frozen=True)
class Conversations:
    """Conversations, ``(n,)`` each."""

    begin: I64
    """Row of the first request."""
    time: I64
    """When it was sent, us."""
    kind: NDArray[np.uint8]
    """Class on each of TRAITS, ``(len(TRAITS), n)``."""
    setup: I64
    turns: I64
    marked: I64
    """Turns that show a mark."""

    @classmethod
    def of(cls, root: I64, time: I64, kind: NDArray[np.uint8], setup: I64, marked: NDArray[np.bool_]) -> "Conversations":
        """Requests put together: ``root`` as of :func:`conversations`, ``kind`` of :func:`traits`, ``setup`` of :func:`setups`."""
        begin = np.flatnonzero(root == np.arange(len(root)))
        turns = np.bincount(root, minlength=len(root))[begin]
        length = np.minimum(np.ceil(np.log2(turns)), TRAITS[-1] - 1).astype(np.uint8)
        hits = np.bincount(root[marked], minlength=len(root))[begin]
        return cls(begin, time[begin], np.concatenate([kind[:, begin], length[None]]), setup[begin], turns, hits)

    def take(self, rows: NDArray[Any]) -> "Conversations":
        """Some of them."""
        return Conversations(*(column[..., rows] for column in vars(self).values()))

    def usual(self) -> list[I64]:
        """How many fall in each class, for each of TRAITS."""
        return [np.bincount(row, minlength=size) for row, size in zip(self.kind, TRAITS, strict=True)]


@dataclass(frozen=True)
class Mixture:
    """How much likelier each thing is of harvest than of cover, nats."""

    likelihood: float
    """Of the conversations it was fitted to, nats a conversation."""
    prior: float
    """Log-odds of harvest of a conversation of which nothing is known."""
    looks: list[F64]
    """By class, for each of TRAITS."""
    known: I64
    """Set-ups, ascending."""
    sent: F64
    """By set-up of ``known``, and of all others."""
    shows: float
    """A turn with a mark."""
    hides: float
    """A turn without."""

    def log_odds(self, told: Conversations) -> F64:
        """Of harvest, for each conversation, ``(n,)``."""
        out = self.prior + self.sent[_numbered(told.setup, self.known)]
        for table, kind in zip(self.looks, told.kind, strict=True):
            out += table[kind]
        return np.asarray(out + told.marked * self.shows + (told.turns - told.marked) * self.hides)


def _numbered(setup: I64, known: I64) -> I64:
    """Place of each set-up among the known, their number for any other."""
    place = np.searchsorted(known, setup)
    return np.where(np.append(known, 0)[place] == setup, place, len(known)) if len(known) else place


def fitted(told: Conversations, usual: list[I64], *, at_marks: bool) -> Mixture:
    """The likeliest mixture by expectation maximisation from one start.

    Args:
        told: conversations of one campaign.
        usual: innocents' in each class, for each of TRAITS.
        at_marks: start from what is marked, else from what innocents do not look like.
    """
    names, sent_by = np.unique(told.setup, return_counts=True)
    known = names[sent_by >= RARE_CONVERSATIONS]
    rows, count = distinct(np.stack([*told.kind.astype(np.int64), _numbered(told.setup, known), told.turns, told.marked], axis=1))
    *kinds, setup, turns, marked = rows.T
    n = count.astype(np.float64)
    cover = [(known_of + 0.5) / (known_of + 0.5).sum() for known_of in usual]
    n_setups, requests = len(known) + 1, n * turns
    campaigns = np.bincount(setup, weights=n, minlength=n_setups) / n.sum() + 1e-6

    def looks(weight: F64) -> list[F64]:
        seen = [np.bincount(kind, weights=weight, minlength=len(p)) + PRIOR * p for kind, p in zip(kinds, cover, strict=True)]
        return [np.log(count / count.sum()) for count in seen]

    def senders(weight: F64) -> F64:
        seen = np.bincount(setup, weights=weight, minlength=n_setups) + PRIOR * campaigns
        return np.asarray(np.log(seen / seen.sum()))

    cover_looks = [np.log(p) for p in cover]
    rate = (n * marked).sum() / requests.sum()
    if at_marks:
        posterior = np.where(marked > 0, 0.99, 0.0)
        begun = np.where(marked > 0, 1.0, 0.0)
        shows, strays = float(np.clip(rate, 0.05, 0.99)), 1e-3
    else:
        of_all = looks(n)
        beyond = sum(((a - b)[kind] for a, b, kind in zip(of_all, cover_looks, kinds, strict=True)), np.zeros(len(n)))
        posterior = begun = 1 / (1 + np.exp(-np.clip(beyond, -5, 5)))
        shows = strays = float(np.clip(rate, 0.005, 0.995))
    share = float(np.clip((n * posterior).sum() / n.sum(), 0.02, 0.98))
    for done in range(ROUNDS):
        harvest_looks = looks(n * (begun if done < FIRST_SETUP_ROUND else posterior))
        mine, others = np.zeros(len(n)), np.zeros(len(n))
        for of_harvest, of_cover, kind in zip(harvest_looks, cover_looks, kinds, strict=True):
            mine += of_harvest[kind]
            others += of_cover[kind]
        sent, sent_cover = np.zeros(n_setups), np.zeros(n_setups)
        if done >= FIRST_SETUP_ROUND:
            sent, sent_cover = senders(n * posterior), senders(n * (1 - posterior))
        mine += sent[setup] + marked * np.log(shows) + (turns - marked) * np.log(1 - shows) + np.log(share)
        others += sent_cover[setup] + marked * np.log(strays) + (turns - marked) * np.log(1 - strays) + np.log(1 - share)
        found = Mixture(
            float((n * np.logaddexp(mine, others)).sum() / n.sum()), float(np.log(share / (1 - share))),
            [a - b for a, b in zip(harvest_looks, cover_looks, strict=True)], known, sent - sent_cover,
            float(np.log(shows / strays)), float(np.log((1 - shows) / (1 - strays))),
        )
        before, posterior = posterior, chances(mine - others)
        share = float(np.clip((n * posterior).sum() / n.sum(), 1e-4, 1 - 1e-4))
        shows = float(np.clip(((n * posterior * marked).sum() + 0.5) / ((requests * posterior).sum() + 1), 1e-3, 1 - 1e-3))
        strays = ((n * (1 - posterior) * marked).sum() + 0.005) / ((requests * (1 - posterior)).sum() + 1)
        strays = float(np.clip(strays, 1e-5, shows))
        if done > FIRST_SETUP_ROUND + 2 and np.abs(posterior - before).max() < CLOSE:
            break
    return found


def too_few(told: Conversations, usual: list[I64]) -> bool:
    """Whether there are too few conversations of the campaign's, or of innocents', to compare."""
    return min(len(told.begin), int(usual[0].sum())) < MIN_CONVERSATIONS


def log_odds(told: Conversations, usual: list[I64]) -> F64:
    """Of harvest for each conversation of one campaign, ``(n,)``, by the mixture that explains them best.

    Where there are too few of the campaign's or of innocents' to compare, those that are marked are sure, or all if none is.

    Args:
        told: the campaign's.
        usual: innocents' in each class, for each of TRAITS.
    """
    n = len(told.begin)
    if too_few(told, usual):
        return np.where((told.marked > 0) | (not told.marked.any()), MAX_LOG_ODDS, -MAX_LOG_ODDS)
    # Which are looked at does not depend on the order of the log.
    place = told.time.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    some = told if n <= LARGEST else told.take(place < np.uint64(LARGEST / n * 2**64))
    some = some if len(some.begin) >= MIN_CONVERSATIONS else told  # a log of few times
    found = fitted(some, usual, at_marks=True)
    # Of three populations (harvest, relayed users, cover) the likeliest two need not be those that marks tell apart.
    if not 0 < (some.marked > 0).mean() <= TELLING:
        found = max(found, fitted(some, usual, at_marks=False), key=lambda mixture: mixture.likelihood)
    return found.log_odds(told)


def chances(odds: F64) -> F64:
    """What log-odds say, 0 to 1."""
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -MAX_LOG_ODDS, MAX_LOG_ODDS))))


def harvested(told: Conversations, odds: F64) -> NDArray[np.bool_]:
    """Conversations that are harvest, ``(n,)``: as many requests as their log-odds say, like ones all or none."""
    values, of_value = np.unique(odds, return_inverse=True)
    requests = np.bincount(of_value, weights=told.turns)
    expected = (requests * chances(values)).sum()
    middle = requests[::-1].cumsum()[::-1] - requests / 2
    return np.asarray((middle <= expected)[of_value])

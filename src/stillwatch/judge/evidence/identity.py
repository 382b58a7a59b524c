"""Evidence in what the registry says of cards and contacts."""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge.evidence.finding import LEAST_EXPECTED_REPEATS, Finding, excess_share, poisson_p, ratio
from stillwatch.judge.scene import Scene
from stillwatch.numeric.arrays import distinct_rows

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


def _expected_repeats(n_holders: NDArray[Any], draw_probability: NDArray[Any]) -> F64:
    """Expected number of drawn holders of one value beyond the first, where each of its ``n_holders`` is drawn independently."""
    return np.asarray(n_holders * draw_probability - 1 + (1 - draw_probability) ** n_holders)


class _Sharing(NamedTuple):
    """How the owners in each group share one kind of value (a card, a number), ``(n_groups,)`` each."""

    repeats: F64
    """Owners beyond the first of each value, over all values."""
    expected: F64
    """The same, expected by chance."""
    sharing: F64
    """Owners whose value another owner of the group has."""
    largest: F64
    """Owners that share the most common value."""
    holders: F64
    """Owners that have any value."""


def _sharing_within_groups(scene: Scene, value: I64) -> _Sharing:
    """Count owners that share a value within each group; ``value`` ``(n_accounts,)`` is its number, below 0 where unknown."""
    groups = scene.groups
    known_value = np.where(value >= 0, value, -1)
    # One owner counts once: an organisation may pay for all its accounts with one card.
    holders_of_log, _ = distinct_rows(np.stack([known_value, scene.owner], axis=1)[known_value >= 0])
    member_value = known_value[groups.member_account]
    known = (member_value >= 0) & scene.seen
    member_owner = scene.owner[groups.member_account]
    holders, _ = distinct_rows(np.stack([groups.member_group[known], member_value[known], member_owner[known]], axis=1))
    if not len(holders):
        zero = np.zeros(scene.n)
        return _Sharing(zero, zero, zero, zero, zero)
    key = holders[:, 0] * (scene.people.n + 1 + value.max()) + holders[:, 1]
    _, first, counts = np.unique(key, return_index=True, return_counts=True)
    group = holders[first, 0]
    shared_counts = np.where(counts > 1, counts, 0)
    repeats, sharing, n_holders = (
        np.asarray(np.bincount(group, weights=weights, minlength=scene.n), dtype=np.float64)
        for weights in (counts - 1, shared_counts, counts)
    )
    largest = np.zeros(scene.n)
    np.maximum.at(largest, group, shared_counts)
    # The null draws as many holders from the rest of the log, and counts those beyond the first of each value. Counting pairs instead
    # would treat hundreds of holders of one value (a carrier that pays for its customers) as if each were linked to each.
    draw_probability = np.minimum(n_holders / np.maximum(len(holders_of_log) - n_holders, 1), 1)
    holders_of_value = np.bincount(holders_of_log[:, 0])
    # Values with the same number of holders expect the same, so the loop is over these numbers, not over values.
    sizes, n_values = np.unique(holders_of_value[holders_of_value > 1], return_counts=True)
    expected = np.zeros(scene.n)
    for size, number in zip(sizes, n_values, strict=True):
        expected += number * _expected_repeats(size, draw_probability)
    # The group's own holders are not part of the rest of the log.
    in_log, probability = holders_of_value[holders[first, 1]], draw_probability[group]
    own = _expected_repeats(in_log, probability) - _expected_repeats(in_log - counts, probability)
    expected -= np.bincount(group, weights=own, minlength=scene.n)
    return _Sharing(repeats, np.maximum(expected, 0), sharing, largest, n_holders)


MIN_REPEATS = 2
"""Fewest owners of a group beyond the first of each value for which sharing counts."""


def _shared(scene: Scene, value: I64) -> Finding:
    """Finding of a value that accounts of different owners share; ``value`` as for :func:`_sharing_within_groups`."""
    repeats, expected, sharing, largest, n_holders = _sharing_within_groups(scene, value)
    p = np.where(n_holders < 2, np.nan, poisson_p(repeats, np.maximum(expected, LEAST_EXPECTED_REPEATS)))
    # The accounts that share the most common value may be one customer's own affair: the others must share as well.
    share, usual = np.nan_to_num(ratio(sharing - largest, scene.size - largest)), _usual_shared_share(scene, value)
    # Where many customers of a provider share (vouchers, families, firms), sharing says less: only the share beyond theirs counts.
    share = np.clip((share - usual) / (1 - usual), 0, 1)
    return Finding(np.where(repeats >= MIN_REPEATS, share, 0) * excess_share(repeats, expected), repeats, expected, p)


def _usual_shared_share(scene: Scene, value: I64) -> float:
    """Share of all the log's accounts whose value another owner has too, at most 0.99."""
    pairs, _ = distinct_rows(np.stack([value, scene.owner], axis=1)[value >= 0])
    owners = np.bincount(pairs[:, 0], minlength=int(value.max(initial=0)) + 1)
    return float(min(((value >= 0) & (owners[value] > 1)).mean(), 0.99)) if len(value) else 0.0


def payment(scene: Scene) -> Finding:
    """Accounts of different owners pay with the same payment method.

    Null: owners share payment methods as often as the same number of other owners of the log. The value counts only the share of accounts
    beyond the log's usual one. It leaves out the accounts of the largest payer, who may be one customer among others, and accounts that
    also meet on a network of their payer's own, as a firm's do. It falls where few payers pay for all, as a few firms and their people
    do. Blind where the registry has no payment methods, where each account has its own card, where each card has its own network, or
    where a handful of cards pay for all.
    """
    finding = _shared(scene, scene.identities["identity.payment"])
    return replace(finding, value=finding.value * (1 - scene.office_share) * (1 - scene.few_payers))


def contact(scene: Scene) -> Finding:
    """Accounts of different owners have the same phone number or e-mail address.

    Null: as for payment. The value falls where few numbers or addresses answer for all, as a teacher's does for a class or a firm's for
    its staff. Of phone and mail, the one with the lower p-value is taken. Blind where each account has its own number and address, or
    where a handful answer for all.
    """
    phone, mail = (_shared_contact(scene, scene.identities[view]) for view in ("identity.phone", "identity.email"))
    by_phone = np.nan_to_num(phone.p_value, nan=1) <= np.nan_to_num(mail.p_value, nan=1)
    fields = ("value", "observed", "expected", "p_value")
    return Finding(*(np.where(by_phone, getattr(phone, name), getattr(mail, name)) for name in fields))


def _shared_contact(scene: Scene, value: I64) -> Finding:
    """Finding of a shared number or address, less where few of them answer for all."""
    finding = _shared(scene, value)
    return replace(finding, value=finding.value * (1 - scene.few(value)))

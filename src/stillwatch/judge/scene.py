"""All that evidence may look at: the groups of a run, what was measured of them, and who their accounts are."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix

from stillwatch.judge.matcher import usual_groups
from stillwatch.judge.measure import Measured
from stillwatch.judge.people import People, customers, owners
from stillwatch.judge.sample import Sample
from stillwatch.numeric.arrays import distinct
from stillwatch.numeric.groups import Groups

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Handoffs:
    """Conversations that another account continues, whether of the same owner or not, a row a pair of accounts."""

    taker: I64
    """Code of the account that continues."""
    giver: I64
    """Code of the one that began."""
    n: I64
    """Requests that continue."""


FEW_PAYERS, MOST_PAID = 0.2, 0.6
"""Concentration of payers from which they begin to count as few customers, and at which they are."""
EXITS_EACH, EXITS = 10, 40
"""Networks that others of the group use too, of each account and of the group, from which it surely rotates over a pool of exits."""
OFFICE = 0.8
"""Share of a network's accounts in a group that must be one customer's for the network to be his."""
OTHERS = 8
"""Accounts of a log as a whole that are added to those as busy as an account, of whom it is asked whether they hop."""
CARDS = 3
"""Customers whose accounts of a group use no other network, and of whom one has several, that may be one firm with so many cards."""


@dataclass(frozen=True)
class Scene:
    """All that evidence may look at."""

    people: People
    groups: Groups
    measured: Measured
    sample: Sample
    handoffs: Handoffs
    identities: dict[str, I64]
    """view -> ``(n_accounts,)`` number of the value, -1 where not told."""
    window_us: tuple[int, int]
    network: I64
    """``(n_accounts,)`` hash of the network that each account used most, 0 where none is told."""
    client: I64
    """The same of the client."""
    setting: I64
    """The same of the parameters that are asked with."""
    n_networks: I64
    """``(n_accounts,)`` networks that each account used."""
    hops: I64
    """``(n_accounts,)`` 1 for an account that hops between providers within hours, 0 for another, -1 where too little tells."""

    @property
    def n(self) -> int:
        """Groups."""
        return self.groups.n

    @cached_property
    def usual(self) -> NDArray[np.bool_]:
        """:func:`usual_groups`, ``(n_groups,)``."""
        return usual_groups(self.groups)

    @cached_property
    def seen(self) -> NDArray[np.bool_]:
        """Memberships with at least one request, ``(n_members,)``."""
        return self.measured.n > 0

    @cached_property
    def main(self) -> I64:
        """The membership in which each account that has one sends most, by account."""
        account, n = self.groups.member_account, self.measured.n
        most = np.zeros(self.people.n, n.dtype)
        np.maximum.at(most, account, n)
        rows = np.flatnonzero(n == most[account])
        first = np.full(self.people.n, -1, np.int64)
        first[account[rows[::-1]]] = rows[::-1]
        return first[first >= 0]

    @cached_property
    def size(self) -> F64:
        """Accounts of each group that sent a request of it, ``(n_groups,)``."""
        return self.total(self.seen)

    @cached_property
    def events(self) -> F64:
        """Requests of each group, ``(n_groups,)``."""
        return self.total(self.measured.n)

    def total(self, per_member: NDArray[Any]) -> F64:
        """Sum over the members of each group, ``(n_members,)`` to ``(n_groups,)``."""
        weights = per_member.astype(np.float64)
        return np.asarray(np.bincount(self.groups.member_group, weights=weights, minlength=self.n), dtype=np.float64)

    def mean(self, per_member: NDArray[Any], weight: NDArray[Any]) -> F64:
        """Weighted mean over the members of each group, ``(n_members,)`` each to ``(n_groups,)``; NaN where all weights are 0."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.total(np.where(weight > 0, per_member, 0) * weight) / self.total(weight)

    def of_members(self, per_account: NDArray[Any]) -> NDArray[Any]:
        """Values of accounts, one a membership: ``(n_accounts,)`` to ``(n_members,)``."""
        return per_account[self.groups.member_account]

    def share(self, accounts: NDArray[np.bool_]) -> F64:
        """Share of each group's accounts that are among ``accounts`` ``(n_accounts,)``, of those that sent a request of it."""
        return self.total(self.of_members(accounts) & self.seen) / np.maximum(self.size, 1)

    @cached_property
    def devotion(self) -> F64:
        """Share of its account's requests that belong to the group, for the group's average request, ``(n_groups,)``."""
        n = self.measured.n.astype(np.float64)
        return np.nan_to_num(self.mean(n / np.maximum(self.of_members(self.people.n_events), 1), n))

    @cached_property
    def median_requests(self) -> F64:
        """Median requests of the accounts of each group; infinite where none was seen."""
        return np.nan_to_num(self.median(np.where(self.seen, self.measured.n, np.nan)), nan=np.inf)

    @cached_property
    def owner(self) -> I64:
        """Who owns each account: its organisation, or itself, ``(n_accounts,)``."""
        return owners(self.people)

    @cached_property
    def met_share(self) -> F64:
        """Share of the accounts that used most the network that another owner of the group used most, ``(n_groups,)``."""
        return self._together_by(self.owner)[0]

    @cached_property
    def net_share(self) -> F64:
        """Share of the owners that share a sampled network with another of the group, or met_share if it is more, ``(n_groups,)``."""
        return np.maximum(np.clip(np.nan_to_num(self.sample.net_share), 0, 1), self.met_share)

    @cached_property
    def net_most(self) -> F64:
        """Pairs of an account and a network at most: it has no more in a group than requests there, ``(n_groups,)``."""
        return self.total(np.minimum(self.of_members(self.n_networks), self.measured.n))

    @cached_property
    def hopping(self) -> tuple[F64, F64, F64]:
        """Accounts of each group that hop, those of whom enough is told, and how many would as others as busy do, ``(n_groups,)``.

        As busy is who sends as many requests, to a power of two; the log's others stand for OTHERS more of each such class.
        """
        told, hop = self.hops >= 0, self.hops > 0
        busy = np.log2(np.maximum(self.people.n_events, 1)).astype(np.int64)
        n_classes = int(busy.max(initial=0)) + 1
        place = self.groups.member_group * n_classes + self.of_members(busy)
        inside, hopping = (
            np.bincount(place[self.of_members(accounts) & self.seen], minlength=self.n * n_classes).reshape(self.n, n_classes)
            for accounts in (told, hop)
        )
        n, k = inside.sum(axis=1), hopping.sum(axis=1)
        usual = (hop.sum() - k + 1) / (told.sum() - n + 2)
        others, others_hop = (np.bincount(busy[accounts], minlength=n_classes) for accounts in (told, hop))
        rate = (others_hop - hopping + OTHERS * usual[:, None]) / (others - inside + OTHERS)
        return k.astype(np.float64), n.astype(np.float64), (inside * rate).sum(axis=1)

    @cached_property
    def hopping_share(self) -> F64:
        """Share of the accounts that hop beyond what as many others do, of those who would not, 0 to 1, ``(n_groups,)``."""
        hopping, _, expected = self.hopping
        return np.asarray(np.clip((hopping - expected) / np.maximum(self.size - expected, 1e-9), 0, 1))

    @cached_property
    def rotating(self) -> F64:
        """How much each account rotates over a pool of exits that others of the group use too, 0 to 1, ``(n_groups,)``.

        Or :attr:`hopping_share`, if that is more: nobody's place is on so many providers.
        """
        each, shared = np.nan_to_num(self.sample.net_each), np.nan_to_num(self.sample.net_shared)
        return np.maximum(np.clip(each / EXITS_EACH, 0, 1) * np.clip(shared / EXITS, 0, 1), self.hopping_share)

    @cached_property
    def venue_share(self) -> F64:
        """The same where the networks are places rather than exits over which accounts rotate, ``(n_groups,)``."""
        return np.asarray(self.net_share * (1 - self.rotating))

    @cached_property
    def network_known_share(self) -> F64:
        """Share of the accounts of which a network is known, ``(n_groups,)``."""
        return self.share(self.network != 0)

    @cached_property
    def office_share(self) -> F64:
        """Share of the accounts whose network another account of their customer and few of others used most, ``(n_groups,)``.

        Or whose network two or three customers used who use no other, as a firm's cards are.
        """
        return self._together_by(self.customer)[1]

    def _together_by(self, whose: I64) -> tuple[F64, F64]:
        """Share of accounts on a network that several own, and on one that others of their own keep to themselves."""
        rows = np.flatnonzero(self.of_members(self.network != 0) & self.seen)
        group, account = self.groups.member_group[rows], self.groups.member_account[rows]
        # Numbers instead of hashes, so that a place is one number.
        number = np.unique(self.network, return_inverse=True)[1]
        places, counts = distinct(np.stack([group, number[account], whose[account]], axis=1))
        start = np.flatnonzero(np.append(True, (places[1:, :2] != places[:-1, :2]).any(axis=1))) if len(places) else np.zeros(0, np.int64)
        owners = np.diff(np.append(start, len(places)))
        everybody = np.repeat(np.add.reduceat(counts, start) if len(start) else start, owners)
        several, office = np.repeat(owners, owners) >= 2, (counts >= 2) & (counts >= OFFICE * everybody)
        if len(start):
            _, one = np.unique(places[:, 0] * (whose.max() + 1) + places[:, 2], return_inverse=True)
            at_home = counts >= OFFICE * np.bincount(one, weights=counts)[one]
            living = np.add.reduceat(counts * at_home, start) >= OFFICE * everybody[start]
            firm = living & (owners <= CARDS) & (np.maximum.reduceat(counts, start) >= 2)
            office |= np.repeat(firm, owners)
        of = np.asarray(np.bincount(group, minlength=self.n), dtype=np.float64)
        met, held = (np.bincount(places[kept, 0], weights=counts[kept], minlength=self.n) for kept in (several, office))
        return met / np.maximum(of, 1), held / np.maximum(of, 1)

    def concentration(self, value: I64) -> F64:
        """How few values the accounts of each group have, ``(n_groups,)``; ``value`` ``(n_accounts,)``, below 0 where not told.

        The root of the sum of the squared shares of the accounts that have the same value (Herfindahl 1950): the share of a single
        large holder, one over the root of their number where several are alike. A value of one account alone counts for nothing.
        """
        held = self.of_members(value)
        rows = np.flatnonzero((held >= 0) & self.seen)
        pairs, counts = distinct(np.stack([self.groups.member_group[rows], held[rows]], axis=1))
        several = counts > 1
        squares = np.bincount(pairs[several, 0], weights=counts[several].astype(np.float64) ** 2, minlength=self.n)
        return np.asarray(np.sqrt(squares) / np.maximum(self.size, 1))

    @cached_property
    def few_payers(self) -> F64:
        """How few payment methods pay for each group, from 0 at a concentration of a fifth to 1 at three fifths."""
        return self.few(self.identities["identity.payment"])

    def few(self, value: I64) -> F64:
        """The same for any value an account has, ``(n_groups,)``."""
        return np.clip((self.concentration(value) - FEW_PAYERS) / (MOST_PAID - FEW_PAYERS), 0, 1)

    @cached_property
    def customer(self) -> I64:
        """Who seems to own each account, ``(n_accounts,)``; see :func:`customers`."""
        return customers(self.people.org, self.identities["identity.payment"])

    def median(self, per_member: F64) -> F64:
        """Median over the members of each group that have a value (no NaN), ``(n_members,)`` to ``(n_groups,)``; NaN where none has."""
        kept = np.flatnonzero(~np.isnan(per_member) & self.seen)
        group = self.groups.member_group[kept]
        order = np.lexsort((per_member[kept], group))
        group, values = group[order], per_member[kept][order]
        start, end = np.searchsorted(group, np.arange(self.n)), np.searchsorted(group, np.arange(self.n), "right")
        out = np.full(self.n, np.nan)
        full = end > start
        low, high = (start + end - 1) // 2, (start + end) // 2
        out[full] = (values[low[full]] + values[high[full]]) / 2
        return out


def mostly_of(scene: Scene, account_label: I64, n: int) -> tuple[I64, I64]:
    """The campaign of which each group has most accounts, and how many, ``(n_groups,)`` each."""
    whose = account_label[scene.groups.member_account]
    rows = np.flatnonzero(scene.seen & (whose >= 0))
    counts = coo_matrix((np.ones(len(rows), np.int64), (scene.groups.member_group[rows], whose[rows])), (scene.n, max(n, 1))).tocsr()
    return np.asarray(counts.argmax(axis=1)).ravel(), np.asarray(counts.max(axis=1).todense()).ravel()

"""Everything that evidence may use: the groups of a run, what was measured of them, and who their accounts are."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix

from stillwatch.judge.matcher import usual_groups
from stillwatch.judge.measure import Measured
from stillwatch.judge.people import People, customers, owners
from stillwatch.judge.sample import Sample
from stillwatch.numeric.arrays import distinct_rows
from stillwatch.numeric.groups import Groups, concatenate

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Handoffs:
    """Conversations that one account began and another, of any owner, continues; one row per pair of accounts, ``(n_pairs,)`` each."""

    taker: I64
    """Code of the account that continues."""
    giver: I64
    """Code of the account that began."""
    n: I64
    """Number of requests that continue."""


FEW_PAYERS, MOST_PAID = 0.2, 0.6
"""Concentration of payers from which they begin to count as few customers, and from which they fully do."""
EXITS_EACH, EXITS = 10, 40
"""Networks shared with others of the group, of each account and of the whole group, from which rotation over a pool of exits is certain."""
OFFICE = 0.8
"""Share of a network's accounts in a group that must be one customer's for the network to be that customer's office."""
OTHERS = 8
"""Weight, in accounts, of the log's overall share of hopping accounts in the expected share of each class of equally busy accounts."""
CARDS = 3
"""Most customers on a network of a group, one of them with several accounts and none with another network, that may be one firm with as
many cards."""


@dataclass(frozen=True)
class Scene:
    """Everything that evidence may use.

    Arrays are ``(n_accounts,)`` by code of the account, ``(n_members,)`` by membership (a row of ``groups.member_group``) or
    ``(n_groups,)``.
    """

    people: People
    groups: Groups
    measured: Measured
    sample: Sample
    handoffs: Handoffs
    identities: dict[str, I64]
    """View -> number of each account's value, -1 where unknown, ``(n_accounts,)``."""
    window_us: tuple[int, int]
    """Times of the first and the last request of the log, microseconds since 1970 UTC."""
    network: I64
    """Hash of the network that each account used most, 0 where unknown, ``(n_accounts,)``."""
    client: I64
    """The same of the client."""
    setting: I64
    """The same of the request parameters."""
    n_networks: I64
    """Number of networks that each account used, ``(n_accounts,)``."""
    hops: I64
    """1 for an account that hops between providers within hours, 0 for one that does not, -1 where unknown, ``(n_accounts,)``."""
    providers: I64
    """Number of network providers that each account used, 0 where unknown, ``(n_accounts,)``."""

    @property
    def n(self) -> int:
        """Number of groups."""
        return self.groups.n

    def select(self, which: NDArray[np.bool_]) -> "Scene":
        """Some of the groups ``(n_groups,)``, in order."""
        members = which[self.groups.member_group]
        groups, measured = self.groups.select(which), self.measured.select(members, which)
        return replace(self, groups=groups, measured=measured, sample=self.sample.select(which))

    def beside(self, other: "Scene") -> "Scene":
        """Further groups of the same log behind these, so that they are compared with what is usual among these."""
        return replace(
            self, groups=concatenate([self.groups, other.groups]), measured=self.measured.beside(other.measured),
            sample=self.sample.beside(other.sample),
        )

    @cached_property
    def usual(self) -> NDArray[np.bool_]:
        """Groups from which the usual values are taken (:func:`usual_groups`), ``(n_groups,)``."""
        return usual_groups(self.groups)

    @cached_property
    def seen(self) -> NDArray[np.bool_]:
        """Memberships with at least one request, ``(n_members,)``."""
        return self.measured.n > 0

    @cached_property
    def main(self) -> I64:
        """For each account that is in a group, the membership in which it sends most, in order of accounts."""
        account, n = self.groups.member_account, self.measured.n
        most = np.zeros(self.people.n, n.dtype)
        np.maximum.at(most, account, n)
        rows = np.flatnonzero(n == most[account])
        first = np.full(self.people.n, -1, np.int64)
        first[account[rows[::-1]]] = rows[::-1]
        return first[first >= 0]

    @cached_property
    def size(self) -> F64:
        """Number of accounts of each group with at least one request in it, ``(n_groups,)``."""
        return self.total(self.seen)

    @cached_property
    def events(self) -> F64:
        """Number of requests of each group, ``(n_groups,)``."""
        return self.total(self.measured.n)

    def total(self, per_member: NDArray[Any]) -> F64:
        """Sum over the members of each group, ``(n_members,)`` to ``(n_groups,)``."""
        weights = per_member.astype(np.float64)
        return np.asarray(np.bincount(self.groups.member_group, weights=weights, minlength=self.n), dtype=np.float64)

    def mean(self, per_member: NDArray[Any], weight: NDArray[Any]) -> F64:
        """Weighted mean over the members of each group, ``(n_members,)`` to ``(n_groups,)``; NaN where all weights are 0."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.total(np.where(weight > 0, per_member, 0) * weight) / self.total(weight)

    def of_members(self, per_account: NDArray[Any]) -> NDArray[Any]:
        """The value of each membership's account: ``(n_accounts,)`` to ``(n_members,)``."""
        return per_account[self.groups.member_account]

    def share(self, accounts: NDArray[np.bool_]) -> F64:
        """Share of each group's seen accounts that are flagged in ``accounts`` ``(n_accounts,)``; ``(n_groups,)``."""
        return self.total(self.of_members(accounts) & self.seen) / np.maximum(self.size, 1)

    @cached_property
    def devotion(self) -> F64:
        """Share of an account's requests that belong to the group, averaged over the group's requests, ``(n_groups,)``."""
        n = self.measured.n.astype(np.float64)
        return np.nan_to_num(self.mean(n / np.maximum(self.of_members(self.people.n_events), 1), n))

    @cached_property
    def median_requests(self) -> F64:
        """Median number of requests of the seen accounts of each group, ``(n_groups,)``; infinite where none was seen."""
        return np.nan_to_num(self.median(np.where(self.seen, self.measured.n, np.nan)), nan=np.inf)

    @cached_property
    def owner(self) -> I64:
        """Who owns each account: its organisation, or itself, ``(n_accounts,)``."""
        return owners(self.people)

    @cached_property
    def met_share(self) -> F64:
        """Share of the accounts whose most used network is that of another owner of the group, too, ``(n_groups,)``."""
        return self._network_shares(self.owner)[0]

    @cached_property
    def net_share(self) -> F64:
        """Share of the owners that share a sampled network with another of the group, or met_share if that is more, ``(n_groups,)``."""
        return np.maximum(np.clip(np.nan_to_num(self.sample.net_share), 0, 1), self.met_share)

    @cached_property
    def net_most(self) -> F64:
        """Upper limit of the pairs of an account and a network, since each takes a request of the group, ``(n_groups,)``."""
        return self.total(np.minimum(self.of_members(self.n_networks), self.measured.n))

    @cached_property
    def hopping(self) -> tuple[F64, F64, F64]:
        """Accounts of each group that hop, accounts of which it is known, and the expected number that hop, ``(n_groups,)`` each.

        Expected is the share of equally busy accounts outside the group that hop: those with as many requests, to a power of two. The
        log's overall share counts as OTHERS further accounts of each such class.
        """
        known, hops = self.hops >= 0, self.hops > 0
        busy_class = np.log2(np.maximum(self.people.n_events, 1)).astype(np.int64)
        n_classes = int(busy_class.max(initial=0)) + 1
        cell = self.groups.member_group * n_classes + self.of_members(busy_class)
        inside, inside_hop = (
            np.bincount(cell[self.of_members(accounts) & self.seen], minlength=self.n * n_classes).reshape(self.n, n_classes)
            for accounts in (known, hops)
        )
        n_known, n_hopping = inside.sum(axis=1), inside_hop.sum(axis=1)
        overall = (hops.sum() - n_hopping + 1) / (known.sum() - n_known + 2)
        in_log, in_log_hop = (np.bincount(busy_class[accounts], minlength=n_classes) for accounts in (known, hops))
        rate = (in_log_hop - inside_hop + OTHERS * overall[:, None]) / (in_log - inside + OTHERS)
        return n_hopping.astype(np.float64), n_known.astype(np.float64), (inside * rate).sum(axis=1)

    @cached_property
    def hopping_share(self) -> F64:
        """Hopping accounts beyond the expected number, as a share of the accounts beyond it, 0 to 1, ``(n_groups,)``."""
        n_hopping, _, expected = self.hopping
        return np.asarray(np.clip((n_hopping - expected) / np.maximum(self.size - expected, 1e-9), 0, 1))

    @cached_property
    def rotating(self) -> F64:
        """How much the accounts rotate over a common pool of exits, or :attr:`hopping_share` if that is more, 0 to 1, ``(n_groups,)``."""
        each, shared = np.nan_to_num(self.sample.net_each), np.nan_to_num(self.sample.net_shared)
        return np.maximum(np.clip(each / EXITS_EACH, 0, 1) * np.clip(shared / EXITS, 0, 1), self.hopping_share)

    @cached_property
    def venue_share(self) -> F64:
        """:attr:`net_share`, less where the networks are exits over which accounts rotate rather than places, ``(n_groups,)``."""
        return np.asarray(self.net_share * (1 - self.rotating))

    @cached_property
    def network_known_share(self) -> F64:
        """Share of the accounts whose network is known, ``(n_groups,)``."""
        return self.share(self.network != 0)

    @cached_property
    def office_share(self) -> F64:
        """Share of the accounts whose most used network is their customer's office, ``(n_groups,)``.

        An office is a network that another account of the customer and few of others use most, or that up to CARDS customers use who use no
        other network, as if they were the cards of one firm.
        """
        return self._network_shares(self.customer)[1]

    def _network_shares(self, owner: I64) -> tuple[F64, F64]:
        """Share of the accounts on a network of several owners, and on an owner's office (:attr:`office_share`), ``(n_groups,)`` each.

        ``owner`` ``(n_accounts,)`` is the number of each account's owner. Only accounts whose network is known count.
        """
        rows = np.flatnonzero(self.of_members(self.network != 0) & self.seen)
        group, account = self.groups.member_group[rows], self.groups.member_account[rows]
        network = np.unique(self.network, return_inverse=True)[1]
        # One row per group, network and owner, sorted; ``start`` is the first row of each group's network.
        cells, counts = distinct_rows(np.stack([group, network[account], owner[account]], axis=1))
        start = np.flatnonzero(np.append(True, (cells[1:, :2] != cells[:-1, :2]).any(axis=1))) if len(cells) else np.zeros(0, np.int64)
        n_owners = np.diff(np.append(start, len(cells)))
        on_network = np.repeat(np.add.reduceat(counts, start) if len(start) else start, n_owners)
        several, office = np.repeat(n_owners, n_owners) >= 2, (counts >= 2) & (counts >= OFFICE * on_network)
        if len(start):
            _, in_group = np.unique(cells[:, 0] * (owner.max() + 1) + cells[:, 2], return_inverse=True)
            at_home = counts >= OFFICE * np.bincount(in_group, weights=counts)[in_group]
            mostly_at_home = np.add.reduceat(counts * at_home, start) >= OFFICE * on_network[start]
            firm = mostly_at_home & (n_owners <= CARDS) & (np.maximum.reduceat(counts, start) >= 2)
            office |= np.repeat(firm, n_owners)
        n_accounts = np.asarray(np.bincount(group, minlength=self.n), dtype=np.float64)
        n_several, n_office = (np.bincount(cells[kept, 0], weights=counts[kept], minlength=self.n) for kept in (several, office))
        return n_several / np.maximum(n_accounts, 1), n_office / np.maximum(n_accounts, 1)

    def concentration(self, value: I64) -> F64:
        """How few values the accounts of each group have, 0 to 1, ``(n_groups,)``.

        It is the root of the sum of squared shares (Herfindahl 1950): the share of a single large holder, or one over the root of their
        number where several are alike. A value that only one account has counts for nothing.

        Args:
            value: number of each account's value, below 0 where unknown, ``(n_accounts,)``.
        """
        member_value = self.of_members(value)
        rows = np.flatnonzero((member_value >= 0) & self.seen)
        pairs, counts = distinct_rows(np.stack([self.groups.member_group[rows], member_value[rows]], axis=1))
        several = counts > 1
        squares = np.bincount(pairs[several, 0], weights=counts[several].astype(np.float64) ** 2, minlength=self.n)
        return np.asarray(np.sqrt(squares) / np.maximum(self.size, 1))

    @cached_property
    def few_payers(self) -> F64:
        """How few payment methods pay for each group, from 0 at a concentration of a fifth to 1 at three fifths, ``(n_groups,)``."""
        return self.few(self.identities["identity.payment"])

    def few(self, value: I64) -> F64:
        """The same for another value; ``value`` as for :meth:`concentration`."""
        return np.clip((self.concentration(value) - FEW_PAYERS) / (MOST_PAID - FEW_PAYERS), 0, 1)

    @cached_property
    def customer(self) -> I64:
        """Number of the probable owner of each account, ``(n_accounts,)``; see :func:`customers`."""
        return customers(self.people.org, self.identities["identity.payment"])

    def median(self, per_member: F64) -> F64:
        """Median over the seen members of each group with a value that is not NaN, ``(n_members,)`` to ``(n_groups,)``; NaN if none has."""
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
    """The campaign of which each group has most accounts, and the number of these, ``(n_groups,)`` each; 0 and 0 where it has none.

    Args:
        scene: the run.
        account_label: campaign of each account, -1 for none, ``(n_accounts,)``.
        n: number of campaigns.
    """
    campaign = account_label[scene.groups.member_account]
    rows = np.flatnonzero(scene.seen & (campaign >= 0))
    counts = coo_matrix((np.ones(len(rows), np.int64), (scene.groups.member_group[rows], campaign[rows])), (scene.n, max(n, 1))).tocsr()
    return np.asarray(counts.argmax(axis=1)).ravel(), np.asarray(counts.max(axis=1).todense()).ravel()

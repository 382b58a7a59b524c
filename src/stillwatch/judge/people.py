"""Accounts as arrays: the registry joined with the traffic of each account."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from stillwatch.numeric.arrays import string_codes

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
UNKNOWN = np.iinfo(np.int64).min
"""Stands for an unknown time."""


@dataclass(frozen=True)
class People:
    """Every account seen, sorted by account_id; arrays are ``(n_accounts,)``, and the position is the account's code."""

    ids: pa.Array
    """Identifiers, ascending."""
    key: I64
    """Hash of account_id, as sketches carry it."""
    n_events: I64
    """Number of requests."""
    first_us: I64
    """Time of the first request, microseconds since 1970 UTC."""
    last_us: I64
    """Time of the last request, microseconds since 1970 UTC."""
    org: I64
    """Number of the organisation, -1 where unknown, or where the account is its only one and unverified."""
    contracted: NDArray[np.bool_]
    """Verified, or a contracted reseller."""
    verified: NDArray[np.bool_]
    reseller: NDArray[np.bool_]
    education: NDArray[np.bool_]
    """Registered for education."""
    created_us: I64
    """Sign-up time, microseconds since 1970 UTC; UNKNOWN where the registry has none, or one that cannot be (``misdated``)."""
    banned_us: I64
    """Time of the ban, microseconds since 1970 UTC; UNKNOWN where there is none."""
    domain: I64
    """Number of the e-mail domain, -1 where unknown."""
    misdated: NDArray[np.bool_]
    """Signed up more than a day after the first request, as the registry has it: a row was written anew, or a clock was wrong."""

    @property
    def n(self) -> int:
        """Number of accounts."""
        return len(self.key)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Accounts that are never accused, ``(n_accounts,)``: a reseller's, or a verified organisation's.

        A verified identity without an organisation is not enough: it may be bought like any other.
        """
        return self.reseller | (self.verified & (self.org >= 0))

    def tenure_days(self) -> F64:
        """Age at the first request, days, ``(n_accounts,)``; NaN where the sign-up time is unknown."""
        age = (self.first_us - self.created_us) / DAY_US
        return np.where(self.created_us == UNKNOWN, np.nan, np.maximum(age, 0))


def _micros(column: pa.ChunkedArray) -> I64:
    values: I64 = pc.fill_null(column.cast(pa.int64()), UNKNOWN).to_numpy()
    return values


def _true(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    return np.asarray(pc.fill_null(column, False).to_numpy(zero_copy_only=False), dtype=bool)


def people(ids: pa.Array, key: I64, profile: Mapping[str, NDArray[Any]], registry: pa.Table) -> People:
    """Join every account seen with its row of the registry.

    Args:
        ids: identifiers, ascending.
        key: hash of each identifier, ``(n_accounts,)``.
        profile: ``n`` (requests), ``first_us`` and ``last_us`` of each account, ``(n_accounts,)``.
        registry: one row for each of ``ids``, in order, null where the registry does not know the account.
    """
    access, kind = registry["access_type"], registry["kind"]
    reseller = _true(pc.equal(access, "passthrough"))
    verified = _true(registry["verified"])
    org = string_codes(registry["org_id"])
    # Many providers give every account an organisation of its own, which says nothing.
    org[(org >= 0) & ~verified & (np.bincount(org + 1)[org + 1] == 1)] = -1
    first_us, created_us = profile["first_us"].astype(np.int64), _micros(registry["created_at"])
    misdated = created_us > first_us + DAY_US
    return People(
        ids, key, profile["n"].astype(np.int64), first_us, profile["last_us"].astype(np.int64),
        org, verified | reseller, verified, reseller, _true(pc.equal(kind, "education")),
        np.where(misdated, UNKNOWN, created_us), _micros(registry["banned_at"]),
        string_codes(registry["email_domain"]), misdated,
    )


def owners(people: People) -> I64:
    """Number of each account's owner, ``(n_accounts,)``: its organisation, or else the account itself."""
    return np.where(people.org >= 0, people.org, people.n + np.arange(people.n))


def customers(org: I64, payment: I64) -> I64:
    """Number of each account's probable owner, ``(n_accounts,)``: its organisation, or else its payer, or else the account itself.

    Args:
        org: number of the organisation, -1 for none, ``(n_accounts,)``.
        payment: number of the payment method, -1 for none, ``(n_accounts,)``.
    """
    n_orgs, n_paid = int(org.max(initial=-1)) + 1, int(payment.max(initial=-1)) + 1
    alone = n_orgs + n_paid + np.arange(len(org))
    return np.where(org >= 0, org, np.where(payment >= 0, n_orgs + payment, alone))

"""What a throttle would have let through: rates tried over requests that were sent.

Nothing else tells it: a rate that stops a person who hammers one key does nothing to a thousand accounts of five requests a day.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillwatch.respond.policy import Policy
from stillwatch.respond.vocabulary import Action
from stillwatch.throttling.defaults import REQUESTS_PER_MIN
from stillwatch.throttling.rates import admitted

RATES = (60.0, 12.0, 6.0, 2.0, 1.0, 0.2)
"""Requests a minute of each account that are tried; the last is 12 an hour."""
SHARES = (0.5, 0.1, 0.01)
"""Of the mean rate of all accounts together, tried as a limit for all of them."""


@dataclass(frozen=True)
class Requests:
    """What some accounts sent."""

    at_s: NDArray[np.float64]
    """Ascending, seconds ``(n,)``."""
    who: Sequence[str]
    """Account or key of each, ``n``."""

    @property
    def per_min(self) -> float:
        """Mean rate of all of them together from the first request to the last; of at least a minute."""
        return 0.0 if not len(self.at_s) else 60 * len(self.at_s) / max(float(self.at_s[-1] - self.at_s[0]), 60.0)


@dataclass(frozen=True)
class Tried:
    """One throttle over some requests. Refused ones are not asked again: clients that retry or slow down are not foreseen."""

    each_per_min: float | None
    """Of each account; null: no limit."""
    together_per_min: float | None
    """Of all of them; null: no limit."""
    n_requests: int
    n_passed: int
    n_accounts: int
    n_ever_refused: int
    """Accounts that at least one request was refused of."""

    @property
    def share_passed(self) -> float | None:
        """Share of the requests that is let through; null where there is none."""
        return self.n_passed / self.n_requests if self.n_requests else None


def tried(requests: Requests, each_per_min: float | None = None, together_per_min: float | None = None) -> Tried:
    """Try one throttle. A null is no limit; as for the decision service, 0 of each lets nobody through, 0 together is no limit."""
    each = math.inf if each_per_min is None else each_per_min
    passed = admitted(requests.at_s, requests.who, each, group_rate_per_min=together_per_min or 0.0)
    refused = {requests.who[i] for i in np.flatnonzero(~passed).tolist()}
    return Tried(
        each_per_min, together_per_min or None, len(passed), int(passed.sum()), len(set(requests.who)), len(refused)
    )


def table(requests: Requests, rates: Sequence[float] = RATES, shares: Sequence[float] = SHARES) -> list[Tried]:
    """The rates of each account, then limits on all of them together."""
    together = [_two_digits(share * requests.per_min) for share in shares if len(requests.at_s)]
    return [tried(requests, rate) for rate in rates] + [tried(requests, None, rate) for rate in together]


def of_policy(requests: Requests, policy: Policy, own: dict[str, Any] | None = None) -> Tried:
    """What the policy's throttle lets through; an action's own parameters go over the policy's."""
    wanted = {**policy.parameters.get(Action.THROTTLE, {}), **(own or {})}
    return tried(requests, wanted.get("requests_per_min", REQUESTS_PER_MIN), wanted.get("case_requests_per_min"))


def told(row: Tried) -> dict[str, Any]:
    """As JSON."""
    return asdict(row) | {"share_passed": row.share_passed}


def _two_digits(rate: float) -> float:
    return float(f"{rate:.2g}")

"""Back-tests of throttles: what a rate would have let through of requests that were sent.

A rate cannot be chosen without: one that stops a single heavy user does nothing to a thousand accounts with five requests a day each.
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
"""Rates to try on each account, requests a minute; the last is 12 an hour."""
SHARES = (0.5, 0.1, 0.01)
"""Limits to try on all accounts together, as shares of their mean rate."""


@dataclass(frozen=True)
class Requests:
    """Requests that some accounts sent."""

    at_s: NDArray[np.float64]
    """Ascending, seconds ``(n,)``."""
    who: Sequence[str]
    """Account or key of each, ``n``."""

    @property
    def per_min(self) -> float:
        """Mean rate of all accounts together, requests a minute, over the time from first to last request (at least a minute)."""
        return 0.0 if not len(self.at_s) else 60 * len(self.at_s) / max(float(self.at_s[-1] - self.at_s[0]), 60.0)


@dataclass(frozen=True)
class ThrottleResult:
    """The effect of one throttle on some requests. Clients that retry or slow down are not modelled: each request counts once."""

    each_per_min: float | None
    """Limit of each account, requests a minute; None: no limit."""
    together_per_min: float | None
    """Limit of all accounts together, requests a minute; None: no limit."""
    n_requests: int
    n_passed: int
    n_accounts: int
    n_ever_refused: int
    """Accounts of which at least one request was refused."""

    @property
    def share_passed(self) -> float | None:
        """Share of the requests that is let through; None where there are no requests."""
        return self.n_passed / self.n_requests if self.n_requests else None


def try_rate(requests: Requests, each_per_min: float | None = None, together_per_min: float | None = None) -> ThrottleResult:
    """Try one throttle.

    Args:
        requests: what was sent.
        each_per_min: limit of each account, requests a minute; None: no limit; 0 lets nothing through, as in the decision service.
        together_per_min: limit of all accounts together, requests a minute; None or 0: no limit.
    """
    each = math.inf if each_per_min is None else each_per_min
    passed = admitted(requests.at_s, requests.who, each, group_rate_per_min=together_per_min or 0.0)
    refused = {requests.who[i] for i in np.flatnonzero(~passed).tolist()}
    return ThrottleResult(
        each_per_min, together_per_min or None, len(passed), int(passed.sum()), len(set(requests.who)), len(refused)
    )


def try_rates(requests: Requests, rates: Sequence[float] = RATES, shares: Sequence[float] = SHARES) -> list[ThrottleResult]:
    """Try each of the rates per account, then limits on all accounts together.

    Args:
        requests: what was sent.
        rates: limits of each account, requests a minute.
        shares: limits of all together, as shares of their mean rate; rounded to two digits.
    """
    together = [_two_digits(share * requests.per_min) for share in shares if len(requests.at_s)]
    return [try_rate(requests, rate) for rate in rates] + [try_rate(requests, None, rate) for rate in together]


def try_policy(requests: Requests, policy: Policy, own: dict[str, Any] | None = None) -> ThrottleResult:
    """Try the throttle of a policy; an action's ``own`` parameters override the policy's."""
    parameters = {**policy.parameters.get(Action.THROTTLE, {}), **(own or {})}
    return try_rate(requests, parameters.get("requests_per_min", REQUESTS_PER_MIN), parameters.get("case_requests_per_min"))


def as_json(row: ThrottleResult) -> dict[str, Any]:
    """A result as a JSON object."""
    return asdict(row) | {"share_passed": row.share_passed}


def _two_digits(rate: float) -> float:
    return float(f"{rate:.2g}")

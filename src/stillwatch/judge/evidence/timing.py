"""Evidence in hours."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from stillwatch.judge.evidence.finding import Finding, ratio
from stillwatch.judge.evidence.likeness import alike
from stillwatch.judge.people import HOUR_US
from stillwatch.judge.scene import Scene
from stillwatch.numeric.arrays import by_blocks

F64 = NDArray[np.float64]


def one_rhythm(scene: Scene) -> Finding:
    """The accounts keep the same hours, as one scheduler or one crowd of end users behind them would.

    Observed is the intra-class correlation of the three-hour parts of the day over accounts (0: one rhythm). Null: accounts
    differ as the accounts of the median proposed group do. Blind where accounts send few requests; people of one office or
    class also keep the same hours.
    """
    return alike(scene, scene.measured.day_parts)


MIN_CLOCK_REQUESTS = 12
"""Fewest requests of an account for its hours to be used."""
MIN_CLOCKS = 3
"""Fewest such accounts of a group; with fewer the evidence is blind."""
CLOCK_FROM = 0.6
"""Mean entropy of the parts of the day (1 for a flat day) above which the value rises from 0."""


def round_the_clock(scene: Scene) -> Finding:
    """Each account works round the clock.

    Observed is the mean over accounts of the entropy of the three-hour parts of the day, 1 for a flat day (corrected for
    few requests, Miller 1955). Null: the accounts are a random draw of all memberships of all groups. Blind where an operator keeps
    office hours; applications and scheduled jobs are flat as well.
    """
    used = scene.measured.day_parts.sum(axis=1) >= MIN_CLOCK_REQUESTS
    flat = by_blocks(_flatness, scene.measured.day_parts)
    count = scene.total(used)
    mean = scene.mean(flat, used)
    centre, spread = (flat[used].mean(), flat[used].std() + 1e-3) if used.any() else (0.5, 0.2)
    blind = count < MIN_CLOCKS
    p = np.where(blind, np.nan, stats.norm.sf((mean - centre) / spread * np.sqrt(np.maximum(count, 1))))
    value = np.where(blind, 0, np.clip((np.nan_to_num(mean) - CLOCK_FROM) / (1 - CLOCK_FROM), 0, 1))
    return Finding(value, mean, np.full(scene.n, centre), p)


def _flatness(counts: NDArray[np.int32]) -> F64:
    """Entropy of the classes of each row, 1 where they are equal, corrected for few requests; ``(n_rows, n_classes)`` to ``(n_rows,)``."""
    n = np.maximum(counts.sum(axis=1), 1).astype(np.float64)
    share = counts / n[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = -np.where(share > 0, share * np.log(share), 0).sum(axis=1)
    return np.asarray(np.minimum((entropy + ((share > 0).sum(axis=1) - 1) / (2 * n)) / np.log(counts.shape[1]), 1))


MIN_STEADY_REQUESTS = 8
"""Fewest requests of an account that is used."""
MIN_STEADY = 3
"""Fewest such accounts of a group; with fewer the evidence is blind."""
MIN_STEADY_SHARE = 0.3
"""Least share of such accounts in a group; below it the evidence is blind."""
MAX_FILLED, MIN_ROOMY_SHARE = 0.8, 0.5
"""An account has room where chance fills less than the first share of the hours of its span; the evidence is blind where less than the
second share of the accounts has room."""
STEADY_FROM = 0.4
"""Hours with a request, over those that chance fills, above which the value rises from 0; it is 1 where both are equal."""


def steady(scene: Scene) -> Finding:
    """Requests are spread over the hours as a dispenser spreads them, not in sittings as people work.

    Observed is the number of distinct hours with a request over what the same number of independent requests would fill
    within the account's span, over accounts with 8 requests or more. Blind where accounts send less; relayed people come in
    sittings, and a scheduled job is steady as well.
    """
    measured = scene.measured
    n = measured.n.astype(np.float64)
    used = n >= MIN_STEADY_REQUESTS
    span_hours = np.maximum((measured.last_us - measured.first_us) / HOUR_US, 1.0) + 1
    filled_hours = span_hours * -np.expm1(n * np.log1p(-1 / np.maximum(span_hours, 1.5)))
    count = scene.total(used)
    observed, expected = scene.total(np.where(used, measured.active_hours, 0)), scene.total(np.where(used, filled_hours, 0))
    share = ratio(observed, expected)
    # Where chance alone fills nearly every hour of the span, filling them says nothing.
    roomy_share = scene.mean((filled_hours < MAX_FILLED * span_hours).astype(np.float64), used)
    blind = (count < MIN_STEADY) | (count < MIN_STEADY_SHARE * scene.size) | (np.nan_to_num(roomy_share) < MIN_ROOMY_SHARE)
    value = np.where(blind, 0, np.clip((np.nan_to_num(share) - STEADY_FROM) / (1 - STEADY_FROM), 0, 1))
    compared = scene.usual & ~blind
    usual = np.nanmedian(share[compared]) if compared.any() else 0.5
    return Finding(value, np.where(blind, np.nan, share), np.full(scene.n, usual), np.full(scene.n, np.nan))


MIN_HOURLY = 50
"""Fewest requests of a group; with fewer the evidence is blind."""


def together(scene: Scene) -> Finding:
    """Two halves of the group start, pause and stop together, hour by hour, beyond what all traffic does.

    Observed is the correlation of the halves' hourly requests, less those expected from the profile of all traffic. Null: no
    correlation, with as many independent samples as there are quarters of days in the log (Fisher's z). Blind where
    accounts send little or steadily; a class, a working day and a viral prompt also move together.
    """
    hourly = scene.measured.hourly
    profile = hourly[scene.usual].sum(axis=(0, 1)).astype(np.float64)
    profile = profile / max(profile.sum(), 1)

    def correlation(hourly: NDArray[np.int32]) -> F64:
        """Of the two halves of each group, ``(n, 2, n_hours)`` to ``(n,)``."""
        residual = hourly - hourly.sum(axis=2, keepdims=True) * profile
        a, b = residual[:, 0], residual[:, 1]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((a * b).sum(axis=1) / np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1)))

    r = by_blocks(correlation, hourly)
    enough = hourly.sum(axis=(1, 2)) >= MIN_HOURLY
    with np.errstate(divide="ignore"):
        z = np.arctanh(np.clip(np.nan_to_num(r), -1, 1)) * np.sqrt(max(hourly.shape[2] / 6 - 3, 1))
    p = np.where(enough, stats.norm.sf(z), np.nan)
    return Finding(np.where(enough, np.clip(np.nan_to_num(r), 0, 1), 0), r, np.zeros(scene.n), p)

"""Direct harvest or web spill: which keys light up, against how much each key's answers were exposed.

If a campaign's answers went straight into training, its keys light up and nobody else's do. If marked answers reached
the model through the web, every key lights up in proportion to what its tenants published. Under both the excess of a
key's numbers grows with the share of the training text that carries it, so

    excess_t = direct * harvested_t + spill * published_t        (both not negative)

is fitted by weighted least squares. The p-values behind it are the marks' own (keys are random). The split itself is an
attribution: it rests on the exposures that the ledger holds, and on the excess being proportional to them. A spoofer
who learnt the campaign's mark from its answers looks like direct harvest; intent is not part of it at all.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any, Literal

import numpy as np
from scipy import optimize, stats

from stillwatch.prove.testing import MarkTest

Reading = Literal["direct harvest", "web spill", "both", "nothing shown", "undetermined"]


@dataclass(frozen=True)
class Split:
    """Which hypothesis the lit keys fit.

    ``direct`` and ``spill`` are the fitted parts of the mean excess, in standard errors: ``direct_z`` is what the
    campaign's keys show beyond spill in proportion, ``spill_z`` what all other keys show together. ``leverage`` is the
    z that the other keys would show, had the campaign's excess come from spill in proportion: where it is small, spill
    cannot be told from direct harvest. The first of ``reasons`` is in plain words, the others are the figures behind it.
    """

    reading: Reading
    direct_z: float
    spill_z: float
    leverage: float
    n_campaign: int
    n_others: int
    reasons: tuple[str, ...]

    def describe(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


def split(
    result: MarkTest, harvested: Mapping[str, float], published: Mapping[str, float], level: float = 1e-4
) -> Split:
    """Read the pattern of lit keys.

    Args:
        result: a test over the keys of the campaign's tenants and of others.
        harvested: tenant → tokens answered to accounts of the campaign (the exposure ledger's harvest).
        published: tenant → tokens of all answers that may have been published; volume stands in where nothing better
            is known.
        level: of the one-sided tests below, which tell apart what the test has shown: where no key is lit at its own
            level, nothing is.
    """
    tests = [one for one in result.keys if one.n]
    # excess in units of one draw's standard deviation; under weights every key has the same draws
    error = np.array([1 / np.sqrt(one.n) for one in tests])
    excess = np.array([one.z for one in tests]) * error
    direct = np.array([float(harvested.get(one.tenant, 0.0)) for one in tests])
    spill = np.array([float(published.get(one.tenant, 0.0)) for one in tests])
    mine = direct > 0
    if not mine.any() or mine.all():
        return Split("undetermined", 0.0, 0.0, 0.0, int(mine.sum()), int((~mine).sum()),
                     ("keys of the campaign and of others are both needed",))
    direct, spill = direct / direct.sum(), spill / max(spill.sum(), 1e-300)
    weights = 1 / error
    design = np.column_stack([direct, spill]) * weights[:, None]
    (a, b), _ = optimize.nnls(design, excess * weights)
    # others alone say how much spill there is; the campaign's keys say what is beyond it
    others = ~mine
    spill_fit, spill_error = _slope(excess[others], error[others], spill[others])
    spill_z = spill_fit / spill_error
    beyond, beyond_error = _slope(excess[mine] - spill_fit * spill[mine], error[mine], direct[mine])
    carried, _ = _slope(spill[mine], error[mine], direct[mine])
    direct_z = beyond / float(np.hypot(beyond_error, spill_error * carried))
    expected, _ = _slope(excess[mine], error[mine], spill[mine])
    leverage = max(0.0, expected) / spill_error
    need = float(stats.norm.isf(level))
    lit = any(one.verdict == "marked" for one, own in zip(tests, mine, strict=True) if own)
    lit = lit or _slope(excess[mine], error[mine], direct[mine])[0] / beyond_error > need
    has_spill, has_direct = spill_z > need, direct_z > need
    figures = (f"the campaign's keys stand {_from(direct_z, 'what spill in proportion would show')}",
               f"the other keys together stand {_from(spill_z, 'the null')}",
               f"spill in proportion would have put them {leverage:.1f} standard errors above it",
               f"fitted parts of the excess: direct {a:.2e}, spill {b:.2e}")
    # what no key shows by itself, a fit over keys does not show either: the headline says that no mark was shown
    shown = any(one.verdict == "marked" for one in (*tests, *([result.together] if result.together else [])))
    reading: Reading
    if not shown:
        reading, why = "nothing shown", f"no key is lit at the test's level of {result.alpha:g}"
    elif has_spill:
        reading = "both" if has_direct else "web spill"
        why = "the other tenants' keys are lit as well" + (", and the campaign's more than in proportion" if has_direct else
                                                         ", and the campaign's no more than in proportion")
    elif not lit:
        reading, why = "nothing shown", "no key of the campaign is lit"
    elif has_direct and leverage > need:
        reading, why = "direct harvest", "the campaign's keys are lit and the other tenants' are not, which spill would have lit, too"
    else:
        reading = "undetermined"
        why = "the campaign's keys are lit, but not clearly more than spill in proportion would light them: question the suspect more"
        if leverage <= need:
            why = "the campaign's keys are lit, but it takes more answers to see whether spill lit the others': question the suspect more"
            if leverage > 0 and result.n_records:  # it grows as the root of the answers at most, since what is met again counts once
                why += f" (some {ceil(result.n_records * (need / leverage) ** 2):,} answers instead of {result.n_records:,}, or more)"
    return Split(reading, float(direct_z), float(spill_z), float(leverage), int(mine.sum()), int(others.sum()),
                 (why, *figures))


def _from(z: float, what: str) -> str:
    return f"{abs(z):.1f} standard errors {'below' if z < 0 else 'above'} {what}"


def _slope(y: "np.typing.NDArray[np.float64]", error: "np.typing.NDArray[np.float64]",
           x: "np.typing.NDArray[np.float64]") -> tuple[float, float]:
    """Weighted least squares through the origin: slope and its standard error."""
    weight = (x / error**2 * x).sum()
    if weight <= 0:
        return 0.0, float("inf")
    return float((x * y / error**2).sum() / weight), float(1 / np.sqrt(weight))

"""Direct harvest or web spill: compare which keys show a mark with how much each key's answers were exposed.

If a campaign's answers went straight into training, its tenants' keys show the mark and no others do. If marked answers
reached the model through the web, every key shows it in proportion to what its tenant published. In both cases the
excess of a key's numbers grows with the share of the training text that carries the key, so

    excess_t = direct * harvested_t + spill * published_t        (both not negative)

is fitted by weighted least squares. The p-values of the keys rest on random keys alone. The split rests on more: on the
exposures in the ledger, and on an excess that is proportional to them. A spoofer who learnt the campaign's mark from its
answers looks like direct harvest, and the split says nothing about intent.
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
    """Which hypothesis the keys' results fit.

    Attributes:
        reading: the conclusion.
        direct_z: excess of the campaign's keys beyond proportional spill, in standard errors.
        spill_z: excess of all other keys together, in standard errors.
        leverage: z that the other keys would show if the campaign's excess came from proportional spill. If it is small,
            the test cannot distinguish spill from direct harvest.
        n_campaign: keys of the campaign's tenants.
        n_others: other keys.
        reasons: a sentence in plain words, then the figures behind it.
    """

    reading: Reading
    direct_z: float
    spill_z: float
    leverage: float
    n_campaign: int
    n_others: int
    reasons: tuple[str, ...]

    def describe(self) -> dict[str, Any]:
        """The split as JSON-ready values."""
        return asdict(self)


def split(
    result: MarkTest, harvested: Mapping[str, float], published: Mapping[str, float], level: float = 1e-4
) -> Split:
    """Decide between direct harvest and web spill.

    Args:
        result: a test of the keys of the campaign's tenants and of other tenants.
        harvested: by tenant, tokens answered to accounts of the campaign (the harvest in the exposure ledger).
        published: by tenant, tokens of all answers that may have been published; the volume of all answers if nothing
            better is known.
        level: level of the one-sided tests below. They only explain a mark that ``result`` has shown: if no key is marked
            there, the reading is "nothing shown".
    """
    tests = [test for test in result.keys if test.n]
    # excess in units of one draw's standard deviation; under weights every key has the same draws
    error = np.array([1 / np.sqrt(test.n) for test in tests])
    excess = np.array([test.z for test in tests]) * error
    direct = np.array([float(harvested.get(test.tenant, 0.0)) for test in tests])
    spill = np.array([float(published.get(test.tenant, 0.0)) for test in tests])
    of_campaign = direct > 0
    if not of_campaign.any() or of_campaign.all():
        return Split("undetermined", 0.0, 0.0, 0.0, int(of_campaign.sum()), int((~of_campaign).sum()),
                     ("keys of the campaign and of others are both needed",))
    direct, spill = direct / direct.sum(), spill / max(spill.sum(), 1e-300)
    weights = 1 / error
    design = np.column_stack([direct, spill]) * weights[:, None]
    (a, b), _ = optimize.nnls(design, excess * weights)
    # the other keys alone estimate the spill; the campaign's keys then show what is beyond it
    others = ~of_campaign
    spill_fit, spill_error = _slope(excess[others], error[others], spill[others])
    spill_z = spill_fit / spill_error
    beyond, beyond_error = _slope(excess[of_campaign] - spill_fit * spill[of_campaign], error[of_campaign], direct[of_campaign])
    carried, _ = _slope(spill[of_campaign], error[of_campaign], direct[of_campaign])
    direct_z = beyond / float(np.hypot(beyond_error, spill_error * carried))
    expected, _ = _slope(excess[of_campaign], error[of_campaign], spill[of_campaign])
    leverage = max(0.0, expected) / spill_error
    critical_z = float(stats.norm.isf(level))
    lit = any(test.verdict == "marked" for test, own in zip(tests, of_campaign, strict=True) if own)
    lit = lit or _slope(excess[of_campaign], error[of_campaign], direct[of_campaign])[0] / beyond_error > critical_z
    has_spill, has_direct = spill_z > critical_z, direct_z > critical_z
    figures = (f"the campaign's keys stand {_distance(direct_z, 'what spill in proportion would show')}",
               f"the other keys together stand {_distance(spill_z, 'the null')}",
               f"spill in proportion would have put them {leverage:.1f} standard errors above it",
               f"fitted parts of the excess: direct {a:.2e}, spill {b:.2e}")
    # a fit over keys must not claim what no key shows by itself: the headline would say that no mark was shown
    shown = any(test.verdict == "marked" for test in (*tests, *([result.together] if result.together else [])))
    reading: Reading
    if not shown:
        reading, why = "nothing shown", f"no key is lit at the test's level of {result.alpha:g}"
    elif has_spill:
        reading = "both" if has_direct else "web spill"
        why = "the other tenants' keys are lit as well" + (", and the campaign's more than in proportion" if has_direct else
                                                         ", and the campaign's no more than in proportion")
    elif not lit:
        reading, why = "nothing shown", "no key of the campaign is lit"
    elif has_direct and leverage > critical_z:
        reading, why = "direct harvest", "the campaign's keys are lit and the other tenants' are not, which spill would have lit, too"
    else:
        reading = "undetermined"
        why = "the campaign's keys are lit, but not clearly more than spill in proportion would light them: question the suspect more"
        if leverage <= critical_z:
            why = "the campaign's keys are lit, but it takes more answers to see whether spill lit the others': question the suspect more"
            if leverage > 0 and result.n_records:  # leverage grows at most with the root of the answers: repeated draws count once
                why += f" (some {ceil(result.n_records * (critical_z / leverage) ** 2):,} answers instead of {result.n_records:,}, or more)"
    return Split(reading, float(direct_z), float(spill_z), float(leverage), int(of_campaign.sum()), int(others.sum()),
                 (why, *figures))


def _distance(z: float, what: str) -> str:
    return f"{abs(z):.1f} standard errors {'below' if z < 0 else 'above'} {what}"


def _slope(y: "np.typing.NDArray[np.float64]", error: "np.typing.NDArray[np.float64]",
           x: "np.typing.NDArray[np.float64]") -> tuple[float, float]:
    """Weighted least squares through the origin: slope and its standard error."""
    weight = (x / error**2 * x).sum()
    if weight <= 0:
        return 0.0, float("inf")
    return float((x * y / error**2).sum() / weight), float(1 / np.sqrt(weight))

"""The result of a test as plain text, for a terminal."""

from collections.abc import Mapping
from math import log
from typing import Any

from stillwatch.prove.sequential import LOOKS
from stillwatch.prove.statistics import show_p
from stillwatch.prove.testing import DECOY_SETS, MarkTest
from stillwatch.terminal.counting import noun, number_of

COLUMNS = {
    "once": "scored: distinct pairs of a token and its context; mean: what the key says of them; null: what it says of anybody else's text",
    "weighted": "scored: distinct pairs of a token and its context; excess: how far they go along with the key, as a share of all weight; "
                "null: if the suspect never met the key",
    "choice": "pairs: of equal forms of which the suspect leans to one, more than the reference where there is one; excess: how far "
              "these leans go along with the key, by pair; null: if the suspect never met the key",
}
"""Legend of the columns of :func:`table`, by statistic."""


def table(result: MarkTest) -> list[list[str]]:
    """A header row and one row per key, smallest p first: tenant, scored, mean, null, p, p after Holm, rank p, verdict."""
    once = result.statistic == "once"
    named = ["scored", "mean", "null"] if once else ["pairs" if result.statistic == "choice" else "scored", "excess", "null"]
    rows = [["tenant", *named, "p", "p (Holm)", "rank p", "verdict"]]
    for test in sorted([*result.keys, *([result.together] if result.together else [])], key=lambda test: test.log_p):
        rows.append([test.tenant, f"{test.n:,}", f"{test.mean:.4f}", f"{result.null_mean:.4f}" if once else "0", show_p(test.log_p),
                     show_p(test.log_p_holm), f"{test.rank_p:.3g}", test.verdict])
    return rows


def why_blind(result: Mapping[str, Any]) -> str | None:
    """Why a test could not have shown a mark even if the suspect carried one; None if it could.

    Args:
        result: a test as :meth:`~stillwatch.prove.testing.MarkTest.describe` gives it and records hold it.
    """
    choice, places = result["statistic"] == "choice", result["n_positions"]
    if not result["n_tuples"]:
        if not choice:
            why = "no token of these answers is left to score" if places else "these answers hold no token to score"
        elif not places:
            why = "no pair of the mark occurs in these answers"
        elif places == result["n_excluded"]:
            why = "the pairs of the mark that occur in these answers stand in their questions, too"
        else:
            why = "no pair of the mark leans to one of its forms"
        return f"Nothing could be tested: {why}"
    floor = result["log_p_floor"]
    little = floor is not None and (floor > log(result["alpha"] / max(1, len(result["keys"]))) if choice
                                    else result["detectable_shift"] is None and bool(result["power"]))
    return "Too little text: no mark could have been shown" if little else None


def remarks(result: MarkTest) -> list[str]:
    """Lines that belong beside the table: whether a mark could have been shown at all, sizes, power, smallest possible p."""
    distinct = noun(result.n_tuples, "pair", "pairs") + " of forms with a lean" if result.statistic == "choice" else "distinct"
    why = why_blind(result.describe())
    lines = [COLUMNS[result.statistic]]
    lines += [] if why is None or any(test.verdict == "marked" for test in result.keys) else [why]
    lines += [f"{number_of(result.n_records, 'answer')}, {number_of(result.n_positions, 'place')}, {result.n_excluded:,} left out"
            f" because shown, {result.n_tuples:,} {distinct}"]
    if result.log_p_floor is not None:
        lines.append(f"floor of p at this size: {show_p(result.log_p_floor)}; of the rank p: {result.rank_floor:.3g}")
    else:
        lines.append(f"floor of the rank p: {result.rank_floor:.3g}")
    if result.statistic == "weighted":
        lines.append("p is an upper bound (Chernoff, Berry and Esseen)")
    elif result.statistic == "choice":
        lines.append("p is exact over the signs of the pairs")
        if result.log_p_anytime is not None:
            lines.append(f"p (Holm) is of the best of {len(LOOKS)} looks, since questions could stop at each")
    elif result.detectable_shift is None:
        lines.append(f"too little text: no excess reaches {result.alpha:g} with power 0.8")
    else:
        lines.append(f"an excess of {100 * result.detectable_shift:.1f} % over the null reaches {result.alpha:g} over all"
                    " keys with power 0.8; power at "
                    + ", ".join(f"{100 * float(shift):g} %: {value:.2f}" for shift, value in result.power.items()))
    if result.together is not None:
        lines.append(f"keys together: ranked among {min(result.n_decoys, DECOY_SETS)} sets of decoys; "
                     "their null is that the text depends on none")
    lines.append(f"decoys with p <= 0.01: {100 * result.decoy_false_positives:.1f} % of {result.n_decoys:,} (1 % is expected)")
    return lines

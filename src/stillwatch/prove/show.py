"""The result of a test as plain text, for a terminal."""

from stillwatch.counting import noun, number_of
from stillwatch.prove.sequential import LOOKS
from stillwatch.prove.statistics import show_p
from stillwatch.prove.testing import LEAN_DECOYS, SETS, MarkTest


def table(result: MarkTest) -> list[list[str]]:
    """Rows for people: tenant, scored, mean, p, p after Holm, rank p, verdict."""
    once = result.statistic == "once"
    named = ["scored", "mean", "null"] if once else ["pairs" if result.statistic == "choice" else "scored", "excess", "null"]
    rows = [["tenant", *named, "p", "p (Holm)", "rank p", "verdict"]]
    for one in sorted([*result.keys, *([result.together] if result.together else [])], key=lambda one: one.log_p):
        rows.append([one.tenant, f"{one.n:,}", f"{one.mean:.4f}", f"{result.null_mean:.4f}" if once else "0", show_p(one.log_p),
                     show_p(one.log_p_holm), f"{one.rank_p:.3g}", one.verdict])
    return rows


def remarks(result: MarkTest) -> list[str]:
    """What must be said beside the table: size, power, floors."""
    distinct = noun(result.n_tuples, "pair with a lean", "pairs with a lean") if result.statistic == "choice" else "distinct"
    said = [f"{number_of(result.n_records, 'answer')}, {number_of(result.n_positions, 'place')}, {result.n_excluded:,} left out"
            f" because shown, {result.n_tuples:,} {distinct}"]
    if result.log_p_floor is not None:
        said.append(f"floor of p at this size: {show_p(result.log_p_floor)}; of the rank p: {result.rank_floor:.3g}")
    else:
        said.append(f"floor of the rank p: {result.rank_floor:.3g}")
    if result.statistic == "weighted":
        said.append("p is an upper bound (Chernoff, Berry and Esseen)")
    elif result.statistic == "choice":
        said.append("p is exact over the signs of the pairs")
        if result.log_p_anytime is not None:
            said.append(f"p (Holm) is of the best of {len(LOOKS)} looks, since questions could stop at each")
    elif result.detectable_shift is None:
        said.append(f"too little text: no excess reaches {result.alpha:g} with power 0.8")
    else:
        said.append(f"an excess of {100 * result.detectable_shift:.1f} % over the null reaches {result.alpha:g} over all"
                    " keys with power 0.8; power at "
                    + ", ".join(f"{100 * float(shift):g} %: {value:.2f}" for shift, value in result.power.items()))
    if result.together is not None:
        said.append(f"keys together: ranked among {min(result.n_decoys, SETS)} sets of decoys; their null is that the text depends on none")
    looked_at = min(result.n_decoys, LEAN_DECOYS) if result.statistic == "choice" else result.n_decoys
    said.append(f"decoys with p <= 0.01: {100 * result.decoy_false_positives:.1f} % of {looked_at} (1 % is expected)")
    return said

"""The synonym attack on choice marks in its cheapest form, for students of such answers and for the test of the marks."""

import numpy as np

from stillwatch.prove.choices import ChoiceMark, match_capitals, pairs


def paraphrase(text: str, seed: int) -> str:
    """Every pair's form drawn by a fair coin."""
    rng = np.random.default_rng(seed)
    known, out, at = pairs(), [], 0
    for site in ChoiceMark().sites(text):
        if site.pair >= known.n_words:
            continue
        wanted = known.forms[site.pair][int(rng.integers(2))]
        out += [text[at : site.start], match_capitals(text[site.start : site.end], wanted)]
        at = site.end
    return "".join([*out, text[at:]])

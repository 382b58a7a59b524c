"""Masked examples: what a campaign's prompts have in common is shown, what differs is blanked out."""

import re
from collections import Counter
from collections.abc import Sequence

from stillwatch.run_details import MASK

WORD = re.compile(r"\s+")
RUN = 3
"""Words in a row that must be common; shorter coincidences are blanked, so that no task leaks."""
SHARE = 0.3
"""A run of words is shown when at least this share of the texts, and two of them, contain it."""
LONGEST = 120
"""Words of each text that are looked at."""


def masked(texts: Sequence[str]) -> list[tuple[str, int]]:
    """Masked forms of a campaign's prompts with how many prompts have each, most frequent first."""
    words = [WORD.split(text.strip())[:LONGEST] for text in texts]
    seen: Counter[tuple[str, ...]] = Counter()
    for row in words:
        seen.update({tuple(row[i : i + RUN]) for i in range(len(row) - RUN + 1)})
    enough = max(2, SHARE * len(texts))
    forms: Counter[str] = Counter()
    for row in words:
        shown = [False] * len(row)
        for i in range(len(row) - RUN + 1):
            if seen[tuple(row[i : i + RUN])] >= enough:
                shown[i : i + RUN] = [True] * RUN
        parts: list[str] = []
        for word, kept in zip(row, shown, strict=True):
            if kept:
                parts.append(word)
            elif not parts or parts[-1] != MASK:
                parts.append(MASK)
        forms[" ".join(parts)] += 1
    return [(form, n) for form, n in forms.most_common() if form and form != MASK]

"""Masked examples: what a campaign's prompts have in common is shown, what differs is blanked out."""

import re
from collections import Counter
from collections.abc import Sequence

WORD = re.compile(r"\s+")
BLANK = "▒▒▒"
RUN = 3
"""Words in a row that must be common; shorter coincidences are blanked, so that no task leaks."""


def masked(texts: Sequence[str], *, min_share: float = 0.3, longest: int = 120) -> list[tuple[str, int]]:
    """Masked forms of some texts with how many texts have each, most frequent first.

    Args:
        texts: prompts of one campaign.
        min_share: a run of words is shown when at least this share of the texts, and two of them, contain it.
        longest: words of each text that are looked at.
    """
    words = [WORD.split(text.strip())[:longest] for text in texts]
    seen: Counter[tuple[str, ...]] = Counter()
    for row in words:
        seen.update({tuple(row[i : i + RUN]) for i in range(len(row) - RUN + 1)})
    enough = max(2, min_share * len(texts))
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
            elif not parts or parts[-1] != BLANK:
                parts.append(BLANK)
        forms[" ".join(parts)] += 1
    return [(form, n) for form, n in forms.most_common() if form and form != BLANK]

"""Reading mode for choice marks: which of two equal forms does a suspect expect at a place, beyond a reference?

A suspect whose chances can be read need not be asked until it happens to write a pair: at every place of a text where one
stands, its log-odds of the two forms are set against those of a reference that cannot have learnt the mark. Answers that
carry the mark may be read too, and the suspect knows those best. The forms in them and in their questions are first drawn
anew by public coins, since a suspect that copies from what it reads would repeat the mark: what is read then depends on no
key, and neither do the shifts, so that their sum under a key's coins is a Rademacher sum, as for written text. Formats are
not scored.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stillwatch.prove.choices import ChoiceMark, Site, match_capitals, pairs, sites_anywhere

Floats = npt.NDArray[np.float64]
CAP_NATS = 3.0
"""No place counts for more: one odd sentence must not decide."""
CAP = 4.0
"""Standard deviations: nor must one cell."""
_NEXT_WORD = re.compile(r"\s*\S+")


@dataclass(frozen=True)
class Place:
    """A place to be read: the text up to the word after it, with each form."""

    site: Site
    forms: tuple[str, str]


def word_sites(mark: ChoiceMark, text: str) -> list[Site]:
    """Places of words, without formats."""
    return [site for site in mark.sites(text) if site.pair < pairs().n_words]


def redraw_forms(text: str, name: str) -> str:
    """The text with each pair of words' form drawn by a fair public coin, and formats in their first form.

    Also where no mark would change it: marked text that stands in quotation marks is read as well. ``name`` names the
    question, not the text.
    """
    known, out, at = pairs(), [], 0
    for number, site in enumerate(sites_anywhere(text)):
        coin = hashlib.sha256(f"{name} {number}".encode()).digest()[0] & 1 if site.pair < known.n_words else 0
        out += [text[at : site.start], match_capitals(text[site.start : site.end], known.forms[site.pair][coin])]
        at = site.end
    return "".join([*out, text[at:]])


def form_places(text: str) -> list[Place]:
    """The places of a redrawn text, in order."""
    found = []
    for site in word_sites(ChoiceMark(), text):
        after = _NEXT_WORD.match(text, site.end)
        tail = after.group() if after else ""
        a, b = (text[: site.start] + match_capitals(text[site.start : site.end], form) + tail for form in pairs().forms[site.pair])
        found.append(Place(site, (a, b)))
    return found


def cell_shifts(mark: ChoiceMark, texts: Sequence[str], shifts: Sequence[Sequence[float]]) -> tuple[Floats, int]:
    """How far each cell moved to form 1, in standard deviations ``(n_cells,)``, and how many places were read.

    A cell's mean shift is divided by its own error and by how far cells move for any reason, mark or not.

    Args:
        mark: the scheme.
        texts: as they were read (:func:`redraw_forms`).
        shifts: for each place of a text, the suspect's log-odds of form 1 minus the reference's, nats.

    Raises:
        ValueError: not one shift a place.
    """
    cell = np.array([mark.cell(site) for text in texts for site in word_sites(mark, text)], np.int64)
    value = np.array([shift for row in shifts for shift in row], float)
    if len(cell) != len(value):
        raise ValueError(f"{len(value)} shifts for {len(cell)} places")
    value = np.clip(value, -CAP_NATS, CAP_NATS)
    n = np.bincount(cell, minlength=mark.n_cells)
    mean = np.bincount(cell, value, mark.n_cells) / np.maximum(n, 1)
    met = n > 0
    if not met.any():
        return np.zeros(mark.n_cells), 0
    within = float(((value - mean[cell]) ** 2).sum() / max(1, len(value) - int(met.sum())))
    between = max(0.0, float((mean[met] ** 2 - within / n[met]).mean()))
    spread = np.sqrt(between + within / np.maximum(n, 1)) + 1e-12
    lean: Floats = np.where(met & (np.abs(mean) > 0), np.clip(mean / spread, -CAP, CAP), 0.0)
    return lean, len(value)

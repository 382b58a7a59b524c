"""Which documents carry the prompt templates of a campaign that ``stillwatch detect`` found.

A run keeps masked templates: what a campaign's prompts have in common is shown, what differs is blanked out. A document
carries one where all that is shown stands in it, in order. It says that the document holds a prompt of that form, as a
harvested instruction set does, not who wrote it.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from stillwatch import run_details
from stillwatch.errors import InputError

MIN_SHOWN = 8
"""Words that a template must show; fewer are met by chance."""


@dataclass(frozen=True)
class Templates:
    """Templates of campaigns.

    Attributes:
        campaigns: ``(n,)`` campaign of each.
        pieces: ``(n,)`` what stands between the blanks, in lower case with single blanks.
    """

    campaigns: tuple[str, ...]
    pieces: tuple[tuple[str, ...], ...]

    @property
    def digest(self) -> str:
        """Changes with the templates."""
        return hashlib.sha256(json.dumps([self.campaigns, self.pieces]).encode()).hexdigest()

    def find(self, texts: Iterable[str]) -> dict[int, list[str]]:
        """Campaigns whose templates each text carries, for texts that carry one, by index."""
        found: dict[int, list[str]] = {}
        for i, text in enumerate(texts):
            plain = _plain(text)
            names = {name for name, pieces in zip(self.campaigns, self.pieces, strict=True) if _in_order(plain, pieces)}
            if names:
                found[i] = sorted(names)
        return found


def load(run: Path) -> Templates:
    """The templates of a run's campaigns.

    Raises:
        InputError: it is no run, or its campaigns have no template of eight words.
    """
    path = run / "campaigns.parquet"
    if not path.is_file():
        raise InputError("no campaigns.parquet", where=run, todo="Pass the folder that stillwatch detect wrote")
    try:
        rows = pq.read_table(path, columns=["campaign_id", "details"]).to_pylist()
        details = [(row["campaign_id"], run_details.parse_details(row["details"], row["campaign_id"], path)) for row in rows]
        templates = [(name, form["masked"]) for name, parts in details for form in parts.get("templates") or () if form.get("masked")]
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"no templates can be read ({str(error).splitlines()[0]})", where=path) from error
    kept = []
    for name, masked in templates:
        pieces = tuple(piece for part in masked.split(run_details.MASK) if (piece := _plain(part)))
        if sum(len(piece.split()) for piece in pieces) >= MIN_SHOWN and (name, pieces) not in kept:
            kept.append((name, pieces))
    if not kept:
        raise InputError(f"no campaign has a template that shows {MIN_SHOWN} words", where=path,
                         todo="Detect with --privacy text; campaigns whose prompts share no wording have none")
    return Templates(tuple(name for name, _ in kept), tuple(pieces for _, pieces in kept))


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _in_order(text: str, pieces: tuple[str, ...]) -> bool:
    at = 0
    for piece in pieces:
        at = text.find(piece, at)
        while at >= 0 and not _of_whole_words(text, at, at + len(piece)):
            at = text.find(piece, at + 1)
        if at < 0:
            return False
        at += len(piece)
    return True


def _of_whole_words(text: str, begin: int, end: int) -> bool:
    """Whether a stretch of a text cuts no word at either end."""
    cuts = [at for at in (begin, end) if 0 < at < len(text)]
    return not any(text[at - 1].isalnum() and text[at].isalnum() for at in cuts)

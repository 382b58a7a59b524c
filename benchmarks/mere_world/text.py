"""Words by number: a text is what a seed of 64 bits makes of a list of forms, so that equal seeds say the same."""

import re
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..worlds import sections

Objects = NDArray[np.object_]
Seeds = NDArray[np.uint64]
WORDS = {
    name: words for file in ("tasks", "people", "words") for name,
    words in sections(Path(__file__).parent / "vocabulary" / f"{file}.txt").items()
}
POOLS = sorted(name.removesuffix(".tell") for name in WORDS if name.endswith(".tell"))
TONGUES = {"DE": "de", "AT": "de", "ES": "es", "MX": "es", "CO": "es", "BR": "pt", "PT": "pt", "FR": "fr"}
"""in which everyday questions of some are asked"""
EVERYDAY = ("chat", "trip", "quiz", "tax", "essay", "cv", "translate", "rewrite", "code", "maths", "game", "card", "law", "table")
"""what people ask by themselves, and what covers a harvest"""
SYLLABLES = [a + b for a in ("b", "br", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "st", "t", "v", "z") for b in "aeiou"]


def mix(seed: Any, *more: Any) -> Seeds:
    """Numbers of 64 bits out of others, whose order matters."""
    out = np.atleast_1d(np.asarray(seed)).astype(np.uint64)
    for part in (0, *more):
        out = out + np.asarray(part).astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        out = (out ^ (out >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        out = (out ^ (out >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        out = out ^ (out >> np.uint64(31))
    return out


@cache
def key(name: str) -> int:
    """A number for a name."""
    return zlib.crc32(name.encode())


@cache
def _pieces(form: str) -> list[str]:
    """Text and slots by turns."""
    return re.split(r"\{([A-Za-z]+\d?)\}", form)


class Text:
    """The words of one world, some of them invented.

    Args:
        r: what is drawn from.
    """

    def __init__(self, r: np.random.Generator) -> None:
        def coined(number: int, syllables: int, ends: list[str]) -> list[str]:
            drawn = r.choice(SYLLABLES, (number, syllables)).tolist()
            return ["".join(word).capitalize() + ends[place % len(ends)] for place, word in enumerate(drawn)]

        self._words = WORDS | {
            "any.n": [str(n) for n in range(2, 60)], "any.nn": [str(n) for n in range(60, 1000)],
            "any.y": [str(y) for y in range(1840, 2021)],
            "any.name": coined(400, 2, ["", "n", "l", "s"]), "any.town": coined(200, 2, ["ford", "by", "wick", "mouth"]),
            "any.firm": coined(120, 2, [" Works", " & Sons", " Foods", " Lines"]),
            "any.program": coined(300, 2, ["Kit", "Desk", "", "Mate"]),
        }
        self._arrays: dict[str, Objects] = {}

    def program(self, seed: int) -> str:
        """The name of a program."""
        return str(self.say("any", "program", mix(seed))[0])

    def say(self, pool: str, part: str, seed: Seeds, base: Seeds | None = None) -> Objects:
        """A text for each seed; slots with a capital are those of the base, so that an answer keeps to its question."""
        base = seed if base is None else base
        name = next(name for name in (f"{pool}.{part}", f"any.{part}", f"chat.{part}") if name in self._words)
        if name not in self._arrays:
            self._arrays[name] = np.array(self._words[name], object)
        forms = self._arrays[name]
        which = (mix(seed, key(part)) % np.uint64(len(forms))).astype(np.int64)
        out: Objects = forms[which]
        for form in np.unique(which).tolist():
            pieces = _pieces(forms[form])
            if len(pieces) == 1:
                continue
            rows = np.flatnonzero(which == form)
            text: Any = pieces[0]
            for slot, after in zip(pieces[1::2], pieces[2::2], strict=True):
                low, of = slot.lower(), base if slot[0].isupper() else seed
                text = text + self.say(pool, low.rstrip("0123456789"), mix(of[rows], key(low)), base[rows]) + after
            out[rows] = text
        return out

"""Texts: a grammar whose phrases are drawn by keys, so that the same keys give the same text; invented languages; how people type."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .. import worlds
from .arrays import BoolArray, IntArray, ObjArray, Words, mix, pick, unit
from .names import made, named

SLOT = re.compile(r"\{([a-zA-Z_.]+)\}")
KEPT = re.compile(r"(\{[a-zA-Z_.]+\}|<[^>]*>|JSON|CSV|tool_result)")
"""what no language translates, beside the sections of PLAIN"""
PLAIN = {"code", "lang", "err", "w", "row"}
LETTERS = "aeiou" + "bcdfghklmnprstvwz"
TONGUES = (LETTERS, "eioua" + "dbgkthrvnlsmpfzcw", "oaeui" + "tspmrdklvnghbwfzc", "iuoea" + "lrmnvzkdtpshgbcfw")
"""the letters of each language that stand for LETTERS: the main one, and three invented ones"""
SLIPS = (
    ("the ", "teh "), ("ea", "ae"), ("ing", "ign"), (". ", "  "), ("ou", "uo"), ("tion", "toin"), (" a ", " "), ("ie", "ei"), ("en", "ne"),
    (", ", " ,")
)


@dataclass(frozen=True)
class Keys:
    """What texts are drawn by, one row a text."""

    own: Words
    """the text's own key"""
    account: Words
    """{a.x}: an account's few own words"""
    group: Words
    """{g.x}: its group's"""
    second: Words
    """{j.x}: drawn by a second key of the task"""
    tongue: IntArray
    """row of TONGUES"""

    def at(self, rows: IntArray | BoolArray) -> "Keys":
        """Those of some rows."""
        return Keys(self.own[rows], self.account[rows], self.group[rows], self.second[rows], self.tongue[rows])

    def of(self, own: Words) -> "Keys":
        """The same for other texts."""
        return Keys(own, self.account, self.group, self.second, self.tongue)


@cache
def _grammar(tongue: int) -> dict[str, list[list[str]]]:
    """Phrases of every section in a language, split into texts and, between them, symbols."""
    pairs = str.maketrans(LETTERS + LETTERS.upper(), TONGUES[tongue] + TONGUES[tongue].upper())

    def translated(phrase: str) -> str:
        return "".join(part if i % 2 else part.translate(pairs) for i, part in enumerate(KEPT.split(phrase)))

    found = worlds.sections(Path(__file__).with_name("vocabulary.txt"))
    return {name: [SLOT.split(p if name in PLAIN else translated(p)) for p in phrases] for name, phrases in found.items()}


def spoken(section: str, keys: Keys) -> ObjArray:
    """A phrase of the section for each row, in its language."""
    out = np.empty(len(keys.own), dtype=object)
    for tongue in np.unique(keys.tongue):
        rows = np.flatnonzero(keys.tongue == tongue)
        out[rows] = _expanded(section, keys.at(rows), int(tongue))
    return out


def spoken_alone(section: str, key: Words, tongue: IntArray) -> ObjArray:
    """A phrase of the section for each row, which depends on one key and the language alone."""
    _, at, back = np.unique(mix(key, tongue), return_index=True, return_inverse=True)
    k = key[at]
    return spoken(section, Keys(k, k, k, k, tongue[at]))[back]


def _expanded(section: str, keys: Keys, tongue: int) -> ObjArray:
    """A phrase of the section for each row, with all that it needs of others."""
    phrases = _grammar(tongue)[section]
    which = pick(len(phrases), keys.own, section)
    out = np.empty(len(which), dtype=object)
    order = np.argsort(which, kind="stable")
    bounds = np.searchsorted(which[order], np.arange(len(phrases) + 1))
    for place, parts in enumerate(phrases):
        rows = order[bounds[place] : bounds[place + 1]]
        if not len(rows):
            continue
        here, text = keys.at(rows), parts[0]
        for i in range(1, len(parts), 2):
            text = text + _symbol(parts[i], here, place, i, tongue) + parts[i + 1]
        out[rows] = text
    return out


def _symbol(name: str, keys: Keys, place: int, i: int, tongue: int) -> ObjArray:
    """What stands for the symbol that is part i of the phrase at a place of its section."""
    match name[:2]:
        case "a.":
            name = name[2:]
            sub = mix(keys.account, name, pick(3, keys.own, i))
        case "g.":
            name = name[2:]
            sub = mix(keys.group, name, i if name == "w" else 0)
        case "j.":
            name = name[2:]
            sub = mix(keys.second, place, i, name)
        case _:
            sub = mix(keys.own, place, i, name)
    return named(name, sub) if name in made() else _expanded(name, keys.of(sub), tongue)


def typed(texts: ObjArray, style: IntArray, key: Words) -> ObjArray:
    """Texts as people type them: 0 as they are, 1 in small letters, 2 without a full stop, 3 with slips, 4 all of these."""
    out = texts.copy()

    def change(mask: BoolArray, how: Callable[[pa.Array], pa.Array]) -> None:
        rows = np.flatnonzero(mask)
        if len(rows):
            out[rows] = how(pa.array(out[rows], pa.string())).to_numpy(zero_copy_only=False)

    change(np.isin(style, (1, 4)), pc.utf8_lower)
    change(np.isin(style, (2, 4)), lambda x: pc.utf8_rtrim(x, characters=".?"))
    slips = np.isin(style, (3, 4)) | (unit(key, "slip") < 0.05)
    slip = np.where(slips, pick(len(SLIPS) * 2, key, "which"), -1)
    for i, (right, wrong) in enumerate(SLIPS):
        change(slip == i, partial(pc.replace_substring, pattern=right, replacement=wrong, max_replacements=1))
    return out


def length(texts: ObjArray) -> IntArray:
    """Characters of texts, 0 for none."""
    return np.asarray(pc.fill_null(pc.utf8_length(pa.array(texts, pa.string())), 0).to_numpy(zero_copy_only=False), dtype=np.int64)

"""Texts: a grammar whose symbols are drawn for many rows at once, and how people type."""

import re
from pathlib import Path

import numpy as np

from .. import worlds
from .arrays import IntArray, ObjArray, Rng

SECTIONS = worlds.sections(Path(__file__).with_name("vocabulary.txt"))
TOKEN = re.compile(r"\{([^{}]+)\}")
STYLES = 9
"""habits of writers; the first is none"""
OPENINGS = ("hi ", "Hello, ", "Good morning. ", "pls ", "Habari, ", "Bonjour, ", "hey ", "Sasa, ", "Kindly help. ", "Good day. ")
ENDINGS = (
    " please", " thanks", " Thank you in advance.", " asante", " keep it short", " I need it today", " merci", " explain well",
    " in simple english", " use examples from here", " no long story", " reply fast"
)


def _phrases(section: str) -> ObjArray:
    out = np.empty(len(SECTIONS[section]), dtype=object)
    out[:] = SECTIONS[section]
    return out


PLAIN = {section: _phrases(section) for section, phrases in SECTIONS.items() if not any("{" in phrase for phrase in phrases)}
"""sections without symbols"""
PARSED = {
    section: [[(i % 2 == 1, part) for i, part in enumerate(TOKEN.split(phrase)) if part] for phrase in phrases]
    for section, phrases in SECTIONS.items() if section not in PLAIN
}
"""phrases of the others, as parts that are symbols or not"""


def draw(rng: Rng, section: str, n: int) -> ObjArray:
    """Draw n phrases of a section, with all that they need of others."""
    if section in PLAIN:
        return PLAIN[section][rng.integers(len(PLAIN[section]), size=n)]
    which = rng.integers(len(PARSED[section]), size=n)
    out = np.empty(n, dtype=object)
    for phrase in np.unique(which):
        rows = np.flatnonzero(which == phrase)
        same: dict[str, ObjArray] = {}
        text = np.full(len(rows), "", dtype=object)
        for is_symbol, part in PARSED[section][phrase]:
            text = text + (_symbol(rng, part, len(rows), same) if is_symbol else part)
        out[rows] = text
    return out


def _symbol(rng: Rng, token: str, n: int, same: dict[str, ObjArray]) -> ObjArray:
    """A number of a range (#low-high/step) or a phrase of a section; ^ makes a capital, @k is the same draw again."""
    name = token.removeprefix("^")
    section = name.partition("@")[0]
    if name in same:
        value = same[name]
    elif section.startswith("#"):
        span, _, step = section[1:].partition("/")
        (low, high), stride = map(int, span.split("-")), int(step or 1)
        value = np.array([str(v) for v in low + stride * rng.integers((high - low) // stride + 1, size=n)], dtype=object)
    else:
        value = draw(rng, section, n)
    if "@" in name:
        same[name] = value
    return np.array([v[:1].upper() + v[1:] for v in value], dtype=object) if token != name else value


def draw_each(rng: Rng, sections: ObjArray) -> ObjArray:
    """Draw a phrase of every row's own section."""
    out = np.empty(len(sections), dtype=object)
    for section in sorted(set(sections.tolist())):
        rows = np.flatnonzero(sections == section)
        out[rows] = draw(rng, section, len(rows))
    return out


def _slip(text: str, a: int, b: int) -> str:
    """Swap two neighbouring letters and drop another."""
    if len(text) < 12:
        return text
    i, j = a % (len(text) - 2), b % len(text)
    text = text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    return text[:j] + text[j + 1 :] if text[j : j + 1].isalpha() else text


def _in_style(style: int, text: str, a: int, b: int) -> str:
    """A text with a writer's habit."""
    match style:
        case 1:
            return text.lower()
        case 2:
            return text.lower().rstrip(".?!").replace(",", "")
        case 3:
            return OPENINGS[a % len(OPENINGS)] + text
        case 4:
            return text.rstrip(".") + ENDINGS[a % len(ENDINGS)]
        case 5:
            return _slip(text, a, b)
        case 6:
            return _slip(text.lower(), a, b) + ENDINGS[b % len(ENDINGS)]
        case 7:
            return text.replace(" you ", " u ").replace("please", "plz").replace(" are ", " r ").replace("and ", "n ")
        case _:
            return text + ("\n" if a % 2 else "??")


def restyle(rng: Rng, texts: ObjArray, style: IntArray) -> ObjArray:
    """Texts with the habits of their writers, which are followed most of the time."""
    n = len(texts)
    follow = rng.random(n) < 0.7
    a, b = rng.integers(1 << 20, size=n), rng.integers(1 << 20, size=n)
    out = texts.copy()
    for i in np.flatnonzero(follow & (style > 0)):
        out[i] = _in_style(int(style[i]), texts[i], int(a[i]), int(b[i]))
    return out

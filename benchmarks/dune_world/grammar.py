"""Texts as functions of keys, out of vocabulary.txt: the same key and owner give the same words.

A pattern such as ``Explain {topic} to {person}`` is filled by hash. ``{own}`` is a name from the writer's life, ``{Name}`` one from the
task, ``{n}``, ``{N}`` and ``{year}`` are numbers, ``{passage}`` and ``{code}`` are several lines filled in the same way. All texts of one
pattern are written at once, so the cost is in patterns and not in requests.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .keys import I64, U64, below, mix, one, unit, word

_SLOT = re.compile(r"\{(\w+)\}")
_WORD = re.compile(r"[A-Za-z]{2,}")
_SEVERAL = {"passage": ("sentence", 22, " "), "code": ("codeline", 16, "")}
"""What a slot of several lines is made of: the section, how many at most, what stands between them."""

LANGUAGES = 6
"""The provider's main language (0) and invented ones, in which each word of the vocabulary has a word of its own."""


@cache
def vocabulary() -> dict[str, list[str]]:
    """Phrases by section: those that stand between | in the lines under [section]."""
    text = (Path(__file__).parent / "vocabulary.txt").read_text(encoding="utf-8")
    pieces = re.split(r"^\[([\w.]+)\]\n", text, flags=re.MULTILINE)[1:]
    return {
        name: [phrase.replace("\\n", "\n") for phrase in body.strip("\n").split("|")]
        for name, body in zip(pieces[::2], pieces[1::2], strict=True)
    }


def kinds(prefix: str) -> list[str]:
    """The sections whose name begins so."""
    return [name for name in vocabulary() if name.startswith(prefix)]


@cache
def _names() -> Any:
    parts = vocabulary()["syllable"]
    made = ["".join(parts[int(p)] for p in below(len(parts), word("name"), np.arange(2 + i % 3), i)) for i in range(4_000)]
    return pa.array([name.capitalize() for name in made])


@cache
def _foreign(text: str, language: int) -> str:
    parts = vocabulary()["syllable"]

    def other(found: re.Match[str]) -> str:
        key = one("word", language, found[0].lower())
        made = "".join(parts[key // 64**i % len(parts)] for i in range(1 + (len(found[0]) + key % 2) // 3))
        return made.capitalize() if found[0][0].isupper() else made

    pieces = re.split(r"(\{\w+\}|\[\w+\]|<\w+>)", text)
    return "".join(piece if i % 2 else _WORD.sub(other, piece) for i, piece in enumerate(pieces))


@cache
def _phrases(section: str, language: int) -> Any:
    return pa.array([_foreign(phrase, language) if language else phrase for phrase in vocabulary()[section]])


def _fill(slot: str, place: int, key: U64, owner: U64, language: int) -> Any:
    if slot in ("Name", "own"):
        source = mix(owner, below(3, key, place)) if slot == "own" else mix(key, "Name", place)
        return _names().take(pa.array(below(4_000, source)))
    if slot in ("n", "N", "year"):
        low, high = {"n": (2, 12), "N": (13, 980), "year": (1850, 2031)}[slot]
        return pa.array(low + below(high - low, key, slot, place)).cast(pa.string())
    if slot in _SEVERAL:
        section, most, between = _SEVERAL[slot]
        size = 1 + (most * unit(key, slot, place) ** 3).astype(np.int64)
        begins = np.concatenate([[0], np.cumsum(size)])
        which = np.repeat(np.arange(len(key)), size)
        lines = render(section, mix(key[which], slot, place, np.arange(begins[-1]) - begins[which]), owner[which], language)
        texts = pa.ListArray.from_arrays(pa.array(begins.astype(np.int32)), lines)
        return pc.utf8_rtrim_whitespace(pc.binary_join(texts, between))
    phrases = _phrases(slot, language)
    return phrases.take(pa.array(below(len(phrases), key, slot, place)))


def _pattern(text: str, key: U64, owner: U64, language: int) -> Any:
    pieces = _SLOT.split(text)
    parts: list[Any] = []
    for place, piece in enumerate(pieces):
        if place % 2:
            parts.append(_fill(piece, place, key, owner, language))
        elif piece:
            parts.append(pa.scalar(piece))
    filled = pc.binary_join_element_wise(*parts, "")
    return filled if isinstance(filled, pa.Array) else pa.array([filled.as_py()] * len(key))


def render(section: str, key: U64, owner: U64, language: int) -> Any:
    """A text of the section for each key."""
    patterns = _phrases(section, language)
    choice = below(len(patterns), key, section)
    return _by_group(choice, lambda rows, which: _pattern(patterns[which].as_py(), key[rows], owner[rows], language))


def write(section: I64, names: list[str], key: U64, owner: U64, language: I64) -> Any:
    """A text for each row, of the section ``names[section]`` and in its language; section -1 is an empty text."""
    code = np.where(section < 0, -1, section * LANGUAGES + language)

    def some(rows: I64, which: int) -> Any:
        if which < 0:
            return pa.array([""] * len(rows))
        return render(names[which // LANGUAGES], key[rows], owner[rows], which % LANGUAGES)

    return _by_group(code, some)


def _by_group(code: I64, write_rows: Any) -> Any:
    order = np.argsort(code, kind="stable")
    values, begins = np.unique(code[order], return_index=True)
    groups = np.split(order, begins[1:]) if len(values) else []
    texts = [write_rows(rows, int(value)) for rows, value in zip(groups, values, strict=True)]
    if not texts:
        return pa.array([], pa.string())
    back = np.empty(len(code), dtype=np.int64)
    back[order] = np.arange(len(code))
    return pa.concat_arrays(texts).take(pa.array(back))


THEMES = kinds("system.")[:-1]
"""What a system prompt is for; the last section of the vocabulary, with the rules, is for all."""


def systems(key: U64, theme: I64, length: I64) -> Any:
    """System prompts: who it is and ``length`` differing rules; key 0 is none (null). Each differing key is written once."""
    values, inverse = np.unique(key, return_inverse=True)
    longest, about = np.zeros(len(values), dtype=np.int64), np.zeros(len(values), dtype=np.int64)
    np.maximum.at(longest, inverse, length)
    np.maximum.at(about, inverse, theme)
    parts = [write(about, THEMES, mix(values, "role"), values, np.zeros(len(values), dtype=np.int64))]
    rules = _phrases("system.rule", 0)
    first, step = below(len(rules), values, "first rule"), 1 + below(len(rules) - 1, values, "step")
    for place in range(int(longest.max(initial=0))):
        keys = mix(values, "rule", place)
        rule = _by_group(
            (first + place * step) % len(rules), lambda rows, which, keys=keys: _pattern(rules[which].as_py(), keys[rows], values[rows], 0)
        )
        parts.append(pc.if_else(pa.array(longest > place), pc.binary_join_element_wise(" ", rule, ""), ""))
    texts = pc.if_else(pa.array(values == 0), pa.scalar(None, pa.string()), pc.binary_join_element_wise(*parts, ""))
    return texts.take(pa.array(inverse))


_HABITS = (
    (),
    (("lower", ""),),
    (("please", "pls"), (" you ", " u "), (r"\?$", "")),
    (("lower", ""), ("the ", "teh "), (r"[.?]$", "")),
    ((r"^", "Hi, "),),
    ((r"$", " Thank you."),),
    ((r"\?", "??"), (" and ", " & ")),
    (("lower", ""), (r"[.,?]", ""), ("'", "")),
)
"""How people type; 0 is as the grammar has it."""

HABITS = len(_HABITS)


def typed(texts: Any, habit: I64) -> Any:
    """The texts as their writers type."""

    def some(rows: I64, which: int) -> Any:
        changed = texts.take(pa.array(rows))
        for find, replacement in _HABITS[which]:
            if find == "lower":
                changed = pc.utf8_lower(changed)
            else:
                changed = pc.replace_substring_regex(changed, pattern=find, replacement=replacement)
        return changed

    return _by_group(habit, some)

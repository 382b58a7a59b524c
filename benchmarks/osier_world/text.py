"""Texts from the grammar of vocabulary.txt: a phrase may name sections in braces, which are written in turn.

All rows that use one phrase are written together. Who writes comes back to his own things, names and projects; a task
of a list has no author and so no such habits.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..worlds import sections
from .chance import I64, U64, Flags, below, mix, round_of, salt, unit

PHRASES = sections(Path(__file__).with_name("vocabulary.txt"))
TOPICS = tuple(dict.fromkeys(name.split(".")[1] for name in PHRASES if name.startswith("t.")))
LANGUAGES = ("es", "de", "fr", "id", "ja", "zh")
PROPER = ("name", "place")
HIGH, LOW, BYTE, UNIT = np.uint64(11), np.uint64(16), np.uint64(255), 1 / (1 << 53)
SLOT = re.compile(r"\{([A-Za-z][\w.]*)\}")
HABITS = {
    # section: how often one comes back to one's own, and to how many
    "thing": (0.35, 4),
    "act": (0.35, 3),
    "name": (0.4, 5),
    "proj": (0.85, 2),
    "place": (0.5, 3),
    "pl": (0.85, 2),
    "noun": (0.3, 6),
    "lang": (0.8, 2),
    "who": (0.3, 3),
}


@dataclass(frozen=True)
class Rows:
    """What texts are made from: a seed each, the person who writes, the topic; the task that a frame holds."""

    seed: U64
    person: U64
    topic: I64
    task: pa.StringArray | None = None

    def take(self, which: I64) -> "Rows":
        """Some of the rows."""
        task = None if self.task is None else self.task.take(pa.array(which))
        return Rows(self.seed[which], self.person[which], self.topic[which], task)


class Section:
    """The phrases of a section, for each topic where it is one of a topic."""

    def __init__(self, name: str) -> None:
        lists = [PHRASES[name]] if name in PHRASES else [PHRASES[f"t.{topic}.{name}"] for topic in TOPICS]
        self.topical = len(lists) > 1
        self.count = np.array([len(phrases) for phrases in lists])
        self.first = np.cumsum(self.count) - self.count
        self.phrases = [phrase for phrases in lists for phrase in phrases]
        self.parts = [SLOT.split(phrase) for phrase in self.phrases]
        self.plain = all(len(parts) == 1 for parts in self.parts)
        slots = {f"{part} {place}" for parts in self.parts for place, part in enumerate(parts) if place % 2}
        self.constants = {slot: salt(slot) for slot in slots}
        self.flat = pa.array(self.phrases, pa.string())


_SECTIONS: dict[str, Section] = {}


def write(name: str, rows: Rows) -> pa.StringArray:
    """A text of a section for each row."""
    if name not in _SECTIONS:
        _SECTIONS[name] = Section(name)
    section = _SECTIONS[name]
    of: I64 | int = rows.topic if section.topical else 0
    pick = section.first[of] + ((rows.seed >> HIGH) * UNIT * section.count[of]).astype(np.int64)
    if section.plain:
        return section.flat.take(pa.array(pick))
    order = np.argsort(pick, kind="stable")
    ends = [*(np.flatnonzero(np.diff(pick[order])) + 1).tolist(), len(order)]
    groups = [order[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    if len(groups) == 1:
        made = _phrase(section.parts[pick[0]], section.constants, rows)
    else:
        pieces = [_phrase(section.parts[pick[group[0]]], section.constants, rows.take(group)) for group in groups]
        back = np.empty(len(order), np.int64)
        back[order] = np.arange(len(order))
        made = pa.concat_arrays(pieces).take(pa.array(back))
    return pc.utf8_title(made) if name in PROPER else made


def _phrase(parts: list[str], constants: dict[str, np.uint64], rows: Rows) -> pa.StringArray:
    """A phrase for each row, its slots filled."""
    n = len(rows.seed)
    made = []
    for place, part in enumerate(parts):
        if place % 2 == 0:
            if part or len(parts) == 1:
                made.append(pa.repeat(pa.scalar(part), n))
        elif part == "TASK":
            made.append(rows.task)
        else:
            made.append(write(part, Rows(_own(part, rows, constants[f"{part} {place}"]), rows.person, rows.topic)))
    return made[0] if len(made) == 1 else pc.binary_join_element_wise(*made, "")


def _own(slot: str, rows: Rows, constant: np.uint64) -> U64:
    """The seed of a slot: a new one, or one of those that the person comes back to. Its low bits decide which."""
    seed = round_of(rows.seed, constant)
    if slot not in HABITS:
        return seed
    often, many = HABITS[slot]
    own = round_of(rows.person, salt(slot) + (seed >> LOW) % np.uint64(many))
    return np.where((seed & BYTE) < np.uint64(256 * often), own, seed)


def styled(texts: pa.StringArray, rows: Rows) -> pa.StringArray:
    """The same as the person types it: greetings, thanks, small letters, slips."""

    def flag(name: str, share: float, rate: float) -> Flags:
        """Of those who do it at all, the texts in which they do it."""
        return np.asarray((unit(rows.person, name) < share) & (unit(rows.seed, name, "now") < rate))

    def put(mask: Flags, other: pa.StringArray) -> None:
        nonlocal texts
        texts = pc.if_else(pa.array(mask), other, texts)

    def some(mask: Flags, section: str) -> pa.StringArray:
        """Texts of a section for some rows; null for the rest. A person has two ways to open or to close."""
        which = np.flatnonzero(mask)
        habit = mix(rows.person[which], section, below(rows.seed[which], 2, section).astype(np.uint64))
        seed = habit if section.startswith("s.") else mix(rows.seed[which], section)
        made = write(section, Rows(seed, rows.person[which], rows.topic[which])) if len(which) else pa.array([], pa.string())
        return made.take(pa.array(np.cumsum(mask) - 1, mask=~mask))

    put(flag("rtrim", 0.3, 0.9), pc.utf8_rtrim(texts, ".?!"))
    opens, closes, pastes = flag("opens", 0.35, 0.4), flag("closes", 0.3, 0.35), flag("pastes", 0.4, 0.2)
    put(opens, pc.binary_join_element_wise(some(opens, "s.open"), texts, ""))
    put(closes, pc.binary_join_element_wise(texts, some(closes, "s.close"), ""))
    put(pastes, pc.binary_join_element_wise(texts, some(pastes, "paste"), "\n\n"))
    put(flag("small", 0.22, 0.92), pc.utf8_lower(texts))
    put(flag("u", 0.08, 0.8), pc.replace_substring(texts, " you ", " u "))
    put(flag("slips", 0.3, 0.3), pc.replace_substring(texts, "the ", "teh ", max_replacements=1))
    put(flag("doubles", 0.15, 0.3), pc.replace_substring(texts, "ll", "l", max_replacements=1))
    put(flag("spaces", 0.12, 0.6), pc.replace_substring(texts, ", ", ","))
    put(flag("gap", 0.1, 0.5), pc.binary_join_element_wise(texts, pa.repeat(pa.scalar("\n"), len(texts)), ""))
    return texts

"""Texts: a small grammar, a person's own subjects, rewording and slips of the keyboard."""

import random
import re
from hashlib import blake2b
from pathlib import Path

from .. import worlds

Pins = dict[str, list[str]]
_SLOT = re.compile(r"\{([a-z_0-9]+)\}")
G = {name: list(phrases) for name, phrases in worlds.sections(Path(__file__).with_name("vocabulary.txt")).items()}
for _slot in ("open", "lead"):
    G[_slot] = [x + " " if x else x for x in G[_slot]]
G["close"] = [" " + x if x else x for x in G["close"]]
SYN = [group.split("/") for group in G["synonyms"]]
_SYN_OF = {w: group for group in SYN for w in group}
_SYN_RE = re.compile(r"\b(" + "|".join(sorted((re.escape(w) for w in _SYN_OF), key=len, reverse=True)) + r")\b", re.IGNORECASE)
_KEYS = ["asdfghjkl", "qwertyuiop", "zxcvbnm"]
LOCAL: dict[str, str] = {
    "IN": "hi", "ID": "id", "MY": "id", "VN": "vi", "CN": "zh", "TW": "zh", "JP": "ja", "BR": "pt", "MX": "es", "AR": "es", "CO": "es",
    "CL": "es", "PE": "es", "ES": "es", "DE": "de", "FR": "fr", "TR": "tr", "RU": "ru", "UA": "ru"
}
EVERYDAY = [
    "chat", "email", "food", "travel", "essay", "history", "science", "finance", "code", "debug", "math", "translate", "quiz", "law",
    "market"
]
OWN_SLOTS = (
    "lang", "fw", "thing", "sci", "topic", "area", "prod", "city", "company", "tl", "land", "job", "ing", "dish", "npc", "tbl", "first"
)
"""of which a person has a few values of their own"""
SWEEP = [
    "code", "debug", "sql", "math", "olymp", "logic", "science", "essay", "law", "history", "finance", "translate", "extract", "email",
    "game", "tutor"
]
_COMPILED: dict[str, list[tuple[str, ...]]] = {}


def _compiled(slot: str) -> list[tuple[str, ...]]:
    got = _COMPILED.get(slot)
    if got is None:
        got = [tuple(_SLOT.split(t.replace("{{", "\x01").replace("}}", "\x02"))) for t in G[slot]]
        _COMPILED[slot] = got
    return got


class Writer:
    """Writes texts from the grammar with its own random stream."""

    def __init__(self, seed: int) -> None:
        self.r = random.Random(seed)

    def write(self, slot: str, pins: Pins | None = None, depth: int = 0) -> str:
        """Expand one slot; `pins` narrows chosen slots to a person's own subjects."""
        rnd = self.r.random
        if pins and slot in pins:
            opts = pins[slot]
            return opts[int(rnd() * len(opts))]
        forms = _compiled(slot)
        parts = forms[int(rnd() * len(forms))]
        if len(parts) == 1:
            return parts[0] if "\x01" not in parts[0] else parts[0].replace("\x01", "{").replace("\x02", "}")
        out = []
        for i, p in enumerate(parts):
            out.append(self.write(p, pins, depth + 1) if i & 1 else p)
        text = "".join(out)
        if depth == 0:
            text = text.replace("\x01", "{").replace("\x02", "}")
            if text[:1].islower() and rnd() < 0.35 and not text.startswith("diff"):
                text = text[0].upper() + text[1:]
        return text

    def framed(self, slot: str, pins: Pins | None = None) -> str:
        """A task with a personal opening and closing."""
        return self.write("open") + self.write(slot, pins) + self.write("close")

    def follow(self, slot: str, pins: Pins | None = None) -> str:
        """A later turn of a talk that began with `slot`."""
        if slot == "agent":
            return self.write("tool_result", pins) if self.r.random() < 0.82 else self.write("follow", pins)
        local = "follow_" + slot
        if self.r.random() < 0.25:
            return self.write(slot, pins)
        return self.write("lead") + self.write(local if local in G else "follow", pins)

    def pins(self, keep: int = 4) -> Pins:
        """The narrow interests of one person: a few values for each subject slot."""
        out: Pins = {}
        for slot in OWN_SLOTS:
            k = keep if slot not in ("thing", "sci", "topic") else keep + 3
            out[slot] = [self.write(slot) for _ in range(k)]
        for slot in ("es_o", "pt_o", "id_o", "vi_o", "hi_o", "zh_o"):
            out[slot] = [self.write(slot) for _ in range(keep + 2)]
        return out

    def reword(self, text: str, strength: float = 0.6) -> str:
        """Say the same in other words, as a rewriting model does (synonyms, frame, order of sentences)."""
        rnd = self.r.random

        def swap(m: re.Match[str]) -> str:
            if rnd() > strength:
                return m.group(0)
            group = _SYN_OF.get(m.group(0).lower())
            if not group:
                return m.group(0)
            new = group[int(rnd() * len(group))]
            return new.capitalize() if m.group(0)[0].isupper() else new

        text = _SYN_RE.sub(swap, text)
        cut = text.split(". ")
        if len(cut) > 2 and rnd() < 0.4:
            head, tail = cut[0], cut[1:]
            self.r.shuffle(tail)
            text = ". ".join([head, *[t.rstrip(".") for t in tail]]) + "."
        if rnd() < 0.5:
            text = self.write("open") + text
        if rnd() < 0.4:
            text = text.rstrip() + self.write("close")
        return text

    def sloppy(self, text: str, rate: float = 0.02) -> str:
        """Typing slips of a person in a hurry."""
        if len(text) > 400 or self.r.random() > 0.6:
            return text
        out = list(text)
        for i in range(len(out) - 1):
            if self.r.random() < rate and out[i].isalpha() and out[i].isascii():
                kind = self.r.random()
                if kind < 0.4:
                    out[i], out[i + 1] = out[i + 1], out[i]
                elif kind < 0.7:
                    out[i] = ""
                else:
                    row = next((k for k in _KEYS if out[i].lower() in k), "e")
                    out[i] = row[int(self.r.random() * len(row))]
        text = "".join(out)
        return text.lower() if self.r.random() < 0.4 else text


def key64(*parts: str | int | None) -> int:
    """A signed 64-bit hash of parts."""
    h = blake2b("\x1f".join("" if p is None else str(p) for p in parts).encode(), digest_size=8)
    return int.from_bytes(h.digest(), "big", signed=True)

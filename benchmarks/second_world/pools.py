"""Prompts that are drawn rather than composed: real ones from a file, else made once from the grammar."""

import random
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from .vocabulary import phrases

if TYPE_CHECKING:
    from .text import Text

LONGEST = 4000
PROSE_WORDS = 400_000
CURT_LENGTH, LONG_LENGTH = 80, 900
"""Sources whose mean prompt is shorter are utterances, whose mean prompt is longer are personas (characters)."""


@dataclass(frozen=True)
class Pools:
    """Prompts by use. Of code and role play, people and operators have parts of their own."""

    code_of_people: list[str]
    code_of_operators: list[str]
    roleplay_of_people: list[str]
    roleplay_of_operators: list[str]
    users: list[str]
    instructions: list[str]
    personas: list[str]
    utterances: list[str]
    exam: list[str]
    practice: list[str]
    prose: list[str]


def own_pools(rng: random.Random, text: "Text") -> Pools:
    """Pools of the grammar's own making."""
    writer = object.__new__(type(text))
    writer.rng = rng
    # Nothing here asks for filler words, which need pools first.
    code = [writer.code_task() if rng.random() < 0.7 else writer.data_task() for _ in range(4500)]
    roleplay = _made(rng, "roleplay", 1900)
    stories = _stories(rng, 3300)
    names = phrases("name")
    frames = [frame for frame in phrases("ask") if "{d}" not in frame]
    users = [writer.fill(rng.choice(frames)) for _ in range(1100)]
    instructions = [f"{writer.fill(rng.choice(frames))}, please. {rng.choice(names)} needs it." for _ in range(800)]
    return Pools(
        *_parts(code), *_parts(roleplay), users, instructions, _made(rng, "persona", 500),
        _made(rng, "utterance", 3000), stories[:1300], stories[1300:], [],
    )


def _parts(texts: list[str]) -> tuple[list[str], list[str]]:
    third = max(len(texts) // 3, 1)
    return texts[:third], texts[third:] or texts


def _made(rng: random.Random, section: str, n: int) -> list[str]:
    """Distinct texts of a section's frames."""
    return list(dict.fromkeys(_filled(rng, rng.choice(phrases(section))) for _ in range(n)))


def _stories(rng: random.Random, n: int) -> list[str]:
    """Exam questions in a few sentences, worded unlike the tasks of people and operators."""
    found: dict[str, None] = {}
    while len(found) < n:
        middle = rng.sample(phrases("story.middle"), rng.randint(1, 3))
        parts = (rng.choice(phrases("story.start")), *middle, rng.choice(phrases("story.end")))
        found[_filled(rng, " ".join(parts))] = None
    return list(found)


def _filled(rng: random.Random, frame: str) -> str:
    """A frame whose slots are named by section, or numbers."""
    for slot in ("adjective", "character", "city", "name", "noun", "verb"):
        while f"{{{slot}}}" in frame:
            frame = frame.replace(f"{{{slot}}}", rng.choice(phrases(slot)), 1)
    for slot, low, high in (("{n}", 2, 28), ("{m}", 29, 400)):
        while slot in frame:
            frame = frame.replace(slot, str(rng.randint(low, high)), 1)
    return frame


def own_prose(rng: random.Random) -> list[str]:
    """Sentences over some 3,000 word forms whose frequencies fall as those of words do."""
    forms = [stem + suffix for stem in phrases("stem") for suffix in phrases("suffix")]
    rng.shuffle(forms)
    weights = [1 / (rank + 40) for rank in range(len(forms))]
    content = iter(rng.choices(forms, weights, k=PROSE_WORDS // 2))
    connect = phrases("function")
    sentences = []
    for _ in range(PROSE_WORDS // 24):
        words = [next(content) if rng.random() < 0.45 else rng.choice(connect) for _ in range(rng.randint(6, 24))]
        sentences.append(" ".join(words).capitalize() + rng.choice((".", ".", ".", "?", ";")))
    return sentences


def read_pools(path: Path, own: Pools, rng: random.Random) -> Pools:
    """Pools of a Parquet file with a column prompt and, where told, source and role.

    A source is code or role play by its name, an exam by the role benchmark, else what its prompts' length says. What
    the file does not have stays as it is.
    """
    table = pq.read_table(path)
    n = len(table)
    columns = {
        name: table[name].to_pylist() if name in table.column_names else [None] * n
        for name in ("prompt", "source", "role")
    }
    sources: dict[tuple[str, str], dict[str, None]] = {}
    for prompt, source, role in zip(columns["prompt"], columns["source"], columns["role"], strict=True):
        if isinstance(prompt, str) and prompt.strip() and len(prompt) <= LONGEST:
            sources.setdefault((str(source or ""), str(role or "")), {})[prompt] = None
    found: dict[str, list[str]] = {}
    for (source, role), distinct in sorted(sources.items()):
        texts = sorted(distinct)
        rng.shuffle(texts)
        mean = sum(map(len, texts)) / len(texts)
        if role == "benchmark":
            use = "practice" if "train" in source else "exam"
        elif "code" in source or "role" in source:
            use = "code" if "code" in source else "roleplay"
        else:
            use = "utterances" if mean < CURT_LENGTH else "personas" if mean > LONG_LENGTH else "users"
        found.setdefault(use, []).extend(texts)
    kept = ("users", "personas", "utterances", "exam", "practice")
    whole: dict[str, list[str]] = {name: found[name] for name in kept if name in found}
    if "users" in found:
        whole["instructions"] = found["users"]
    for name in ("code", "roleplay"):
        if name in found:
            whole[f"{name}_of_people"], whole[f"{name}_of_operators"] = _parts(found[name])
    prose: list[str] = []
    words = 0
    for name in ("users", "personas", "exam", "practice", "roleplay", "utterances"):
        for text in found.get(name, ()):
            if words < PROSE_WORDS:
                prose.append(text)
                words += text.count(" ") + 1
    return replace(own, **whole, prose=prose if words > PROSE_WORDS // 20 else [])

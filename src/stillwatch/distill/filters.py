"""What is left out of training data, and why: every rejection has a reason, is counted and kept.

Filters on prompts: length, near-duplicate, contamination. Filters on answers: rejected by the teacher, length, cut off,
refusal, self-consistency over samples, disagreement with a known answer.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stillwatch.terminal.counting import number_of

MIN_CHARACTERS, MAX_CHARACTERS = 3, 8000
NEAR = 0.7
"""Jaccard similarity of word triples from which a prompt is a near-duplicate."""
PERMUTATIONS, BANDS = 64, 16
CONTAMINATED_WORDS = 8
"""A run of so many words in common with a benchmark prompt is contamination."""
REFUSAL = re.compile(
    r"^\W*(i['’]?m sorry|i am sorry|sorry,|i can(?:no|['’])t (?:help|assist|do|provide|comply|answer|fulfil)|i['’]?m (?:unable|not able)|"
    r"i am (?:unable|not able)|as an ai\b|i won['’]?t |unfortunately, i can)",
    re.IGNORECASE,
)
_ALONE = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{_ALONE}]|[^\W{_ALONE}]+")
"""Words; of Chinese and Japanese, which set no spaces, each sign is one."""
VERDICT = re.compile(r"\W*(yes|no|true|false)\b(?=\s*(?:[^\w\s]|$))", re.IGNORECASE)
NUMBER = re.compile(r"-?\d[\d,]*\.?\d*")
_APART = re.escape(".,;:!?…¿¡'\"`*()[]{}“”„‘’«»–—-。，、；：！？「」『』（）؟،।")
TELLING = re.compile(rf"{WORD.pattern}|(?<=\w)[-\u2212](?!\w)|[^\w\s{_APART}]")
"""Words and signs that make one answer another (C++ and C#, A and A-, thumbs up and down), not those that set sentences apart."""


@dataclass(frozen=True)
class Rejection:
    """Something left out."""

    prompt: str
    answer: str | None
    reason: str
    detail: str


def words(text: str) -> list[str]:
    """Lower-case words."""
    return WORD.findall(text.lower())


def shingles(text: str) -> set[int]:
    """Hashes of word triples (of the words, where there are fewer)."""
    found = words(text)
    parts = [" ".join(found[i : i + 3]) for i in range(max(len(found) - 2, 1))]
    return {hash_text(part) for part in parts}


def hash_text(text: str) -> int:
    """32-bit FNV-1a, the same on every machine and run."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def near_duplicates(texts: Sequence[str]) -> list[int]:
    """For each text the place of an earlier, kept one that it nearly repeats, or -1.

    Candidates by locality-sensitive hashing of MinHash signatures (16 bands of 4: a pair at 0.7 is missed once in 80), then
    the exact Jaccard similarity.
    """
    rng = np.random.default_rng(0)
    a = rng.integers(1, 2**31, PERMUTATIONS, dtype=np.uint64) | np.uint64(1)
    b = rng.integers(0, 2**31, PERMUTATIONS, dtype=np.uint64)
    buckets: dict[tuple[int, bytes], list[int]] = {}
    sets: list[set[int]] = []
    found: list[int] = []
    for i, text in enumerate(texts):
        own = shingles(text)
        sets.append(own)
        hashed = (np.fromiter(own, np.uint64)[:, None] * a + b) & np.uint64(0xFFFFFFFF)
        signature = hashed.min(axis=0).astype(np.uint32).reshape(BANDS, -1)
        keys = [(band, signature[band].tobytes()) for band in range(BANDS)]
        candidates = {j for key in keys for j in buckets.get(key, ())}
        match = next((j for j in sorted(candidates) if len(own & sets[j]) / len(own | sets[j]) >= NEAR), -1)
        found.append(match)
        if match < 0:
            for key in keys:
                buckets.setdefault(key, []).append(i)
    return found


def runs(texts: Sequence[str], n: int = CONTAMINATED_WORDS) -> set[str]:
    """All runs of ``n`` words in texts (of shorter texts the whole, from four words on)."""
    found = set()
    for text in texts:
        own = words(text)
        if 4 <= len(own) < n:
            found.add(" ".join(own))
        found |= {" ".join(own[i : i + n]) for i in range(len(own) - n + 1)}
    return found


def prompts(texts: Sequence[str], benchmark: Sequence[str] = ()) -> tuple[list[str], list[Rejection]]:
    """Keep what is neither too short, too long, repeated nor in a benchmark."""
    taken = runs(benchmark) | {" ".join(words(text)) for text in benchmark} - {""}
    kept: list[str] = []
    out: list[Rejection] = []
    candidates: list[str] = []
    for text in texts:
        own = words(text)
        runs_of = (" ".join(own[i : i + CONTAMINATED_WORDS]) for i in range(len(own) - CONTAMINATED_WORDS + 1))
        common = next((run for run in runs_of if run in taken), None)
        if not MIN_CHARACTERS <= len(text) <= MAX_CHARACTERS or not own:
            out.append(Rejection(text, None, "length", number_of(len(text), "character")))
        elif common is not None or " ".join(own) in taken:
            out.append(Rejection(text, None, "contamination", common or " ".join(own)))
        else:
            candidates.append(text)
    for text, match in zip(candidates, near_duplicates(candidates), strict=True):
        if match >= 0:
            out.append(Rejection(text, None, "near-duplicate", candidates[match][:200]))
        else:
            kept.append(text)
    return kept, out


def answer(prompt: str, text: str | None, finish: str) -> Rejection | None:
    """Why an answer is left out by itself, if it is."""
    if finish == "refusal":
        return Rejection(prompt, text, finish, (text or "")[:80])
    if text is None or finish in ("rejected", "in-doubt"):
        return Rejection(prompt, text, "no answer", finish)
    if not text.strip() or len(text) > 4 * MAX_CHARACTERS:
        return Rejection(prompt, text, "length", number_of(len(text), "character"))
    if finish == "length":
        return Rejection(prompt, text, "cut off", "the answer reached the limit of tokens")
    if REFUSAL.search(text):
        return Rejection(prompt, text, "refusal", text[:80])
    return None


def conclusion(text: str) -> str:
    """What an answer comes to: its last number if it has one (behind the yes or no that it begins with), else its words and signs."""
    numbers = [number.replace(",", "") for number in NUMBER.findall(text)]
    if not numbers:
        return " ".join(TELLING.findall(text.lower())) or text.strip()
    number = numbers[-1].rstrip("0").rstrip(".") if "." in numbers[-1] else numbers[-1]
    verdict = VERDICT.match(text)
    return f"{verdict.group(1).lower()} {number}" if verdict else number


def consistency(answers: Sequence[str]) -> tuple[list[str], float]:
    """The commonest conclusions of several answers (more than one where they are equally common), and the share of each."""
    counts = Counter(map(conclusion, answers))
    most = max(counts.values())
    return [found for found, n in counts.items() if n == most], most / len(answers)

"""Filters of training data. Every rejection has a reason, is counted and kept.

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
"""Jaccard similarity of word triples at and above which a prompt is a near-duplicate."""
PERMUTATIONS, BANDS = 64, 16
CONTAMINATED_WORDS = 8
"""This many consecutive words in common with a benchmark prompt are contamination."""
REFUSAL = re.compile(
    r"^\W*(i['’]?m sorry|i am sorry|sorry,|i can(?:no|['’])t (?:help|assist|do|provide|comply|answer|fulfil)|i['’]?m (?:unable|not able)|"
    r"i am (?:unable|not able)|as an ai\b|i won['’]?t |unfortunately, i can)",
    re.IGNORECASE,
)
_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
"""A word; in Chinese and Japanese, which have no spaces, each character is a word."""
VERDICT = re.compile(r"\W*(yes|no|true|false)\b(?=\s*(?:[^\w\s]|$))", re.IGNORECASE)
NUMBER = re.compile(r"-?\d[\d,]*\.?\d*")
_PUNCTUATION = re.escape(".,;:!?…¿¡'\"`*()[]{}“”„‘’«»–—-。，、；：！？「」『』（）؟،।")
DISTINGUISHING = re.compile(rf"{WORD.pattern}|(?<=\w)[-\u2212](?!\w)|[^\w\s{_PUNCTUATION}]")
"""Words, and signs that change what an answer says (C++ and C#, A and A-, thumbs up and down), without punctuation."""


@dataclass(frozen=True)
class Rejection:
    """A prompt or answer that was left out, with the reason (a word) and the detail (evidence for it)."""

    prompt: str
    answer: str | None
    reason: str
    detail: str


def words(text: str) -> list[str]:
    """Lower-case words."""
    return WORD.findall(text.lower())


def shingles(text: str) -> set[int]:
    """Hashes of word triples, or of all words together where there are fewer than three."""
    tokens = words(text)
    triples = [" ".join(tokens[i : i + 3]) for i in range(max(len(tokens) - 2, 1))]
    return {hash_text(triple) for triple in triples}


def hash_text(text: str) -> int:
    """32-bit FNV-1a, the same on every machine and run."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def near_duplicates(texts: Sequence[str]) -> list[int]:
    """For each text the index of an earlier kept text that it nearly repeats, or -1.

    Candidates come from locality-sensitive hashing of MinHash signatures (16 bands of 4: a pair at 0.7 is missed once in 80);
    their exact Jaccard similarity decides.
    """
    rng = np.random.default_rng(0)
    a = rng.integers(1, 2**31, PERMUTATIONS, dtype=np.uint64) | np.uint64(1)
    b = rng.integers(0, 2**31, PERMUTATIONS, dtype=np.uint64)
    buckets: dict[tuple[int, bytes], list[int]] = {}
    sets: list[set[int]] = []
    matches: list[int] = []
    for i, text in enumerate(texts):
        triples = shingles(text)
        sets.append(triples)
        hashed = (np.fromiter(triples, np.uint64)[:, None] * a + b) & np.uint64(0xFFFFFFFF)
        signature = hashed.min(axis=0).astype(np.uint32).reshape(BANDS, -1)
        keys = [(band, signature[band].tobytes()) for band in range(BANDS)]
        candidates = {j for key in keys for j in buckets.get(key, ())}
        match = next((j for j in sorted(candidates) if len(triples & sets[j]) / len(triples | sets[j]) >= NEAR), -1)
        matches.append(match)
        if match < 0:
            for key in keys:
                buckets.setdefault(key, []).append(i)
    return matches


def word_runs(texts: Sequence[str], n: int = CONTAMINATED_WORDS) -> set[str]:
    """All runs of ``n`` consecutive words in the texts. A shorter text of at least four words counts as one run."""
    runs = set()
    for text in texts:
        tokens = words(text)
        if 4 <= len(tokens) < n:
            runs.add(" ".join(tokens))
        runs |= {" ".join(tokens[i : i + n]) for i in range(len(tokens) - n + 1)}
    return runs


def prompts(texts: Sequence[str], benchmark: Sequence[str] = ()) -> tuple[list[str], list[Rejection]]:
    """Leave out prompts that are too short, too long, repeated or in a benchmark.

    Args:
        texts: prompts.
        benchmark: prompts that must not be in the data.

    Returns:
        The prompts kept, in order, and the rejections.
    """
    contaminated = word_runs(benchmark) | {" ".join(words(text)) for text in benchmark} - {""}
    kept: list[str] = []
    rejected: list[Rejection] = []
    candidates: list[str] = []
    for text in texts:
        tokens = words(text)
        own_runs = (" ".join(tokens[i : i + CONTAMINATED_WORDS]) for i in range(len(tokens) - CONTAMINATED_WORDS + 1))
        shared = next((run for run in own_runs if run in contaminated), None)
        if not MIN_CHARACTERS <= len(text) <= MAX_CHARACTERS or not tokens:
            rejected.append(Rejection(text, None, "length", number_of(len(text), "character")))
        elif shared is not None or " ".join(tokens) in contaminated:
            rejected.append(Rejection(text, None, "contamination", shared or " ".join(tokens)))
        else:
            candidates.append(text)
    for text, match in zip(candidates, near_duplicates(candidates), strict=True):
        if match >= 0:
            rejected.append(Rejection(text, None, "near-duplicate", candidates[match][:200]))
        else:
            kept.append(text)
    return kept, rejected


def answer(prompt: str, text: str | None, finish: str) -> Rejection | None:
    """Why an answer is left out on its own, without comparison with others; None where it is kept."""
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
    """What an answer concludes, for comparison with other answers to the same prompt.

    That is its last number, after the yes or no that it may begin with; of an answer without numbers its words and signs.
    """
    numbers = [number.replace(",", "") for number in NUMBER.findall(text)]
    if not numbers:
        return " ".join(DISTINGUISHING.findall(text.lower())) or text.strip()
    number = numbers[-1].rstrip("0").rstrip(".") if "." in numbers[-1] else numbers[-1]
    verdict = VERDICT.match(text)
    return f"{verdict.group(1).lower()} {number}" if verdict else number


def consistency(answers: Sequence[str]) -> tuple[list[str], float]:
    """The conclusion on which most of several answers agree.

    Args:
        answers: at least one.

    Returns:
        The commonest conclusion, or all that are equally common, and the share of answers that reach each of them.
    """
    counts = Counter(map(conclusion, answers))
    most = max(counts.values())
    return [text for text, n in counts.items() if n == most], most / len(answers)

"""Words that tell what a prompt asks for.

A capability is read from a short list of English words and word pairs, counted; the class with most hits wins and ties
go to the earlier class of :data:`PRIORITY`. Blind spot: other languages, and tasks described without these words, count
as ``other``; an operator who paraphrases can move between classes. So shares are described to the analyst and compared
within one group, and no single prompt is judged by them.
"""

from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from stillwatch.sketch import kernels
from stillwatch.tables import CAPABILITIES

ELICITATION = len(CAPABILITIES) - 1
"""Column of the class counts that holds requests to write the reasoning out (``other`` needs no words)."""

PRIORITY = ("vision", "grading", "rewriting", "agentic", "data_analysis", "code", "reasoning")

WORDS: dict[str, str] = {
    "reasoning": """prove proof theorem solve equation integral probability derive puzzle logic deduce riddle arithmetic
        maths mathematics algebra geometry combinatorics calculus hypothesis infer reasoning logical|argument
        word|problem how|many show|that""",
    "grading": """grade grading rubric evaluate score rate judge critique rating assess graded verdict preference
        scale|of which|answer better|answer best|answer rank|the compare|these""",
    "rewriting": """rewrite rephrase paraphrase reword redact neutral sanitize summarize summarise shorten translate
        proofread tone simplify edit|this edit|the polish""",
    "code": """code function python javascript typescript java rust golang sql bug debug refactor compile api class
        algorithm unit|test test|cases stack|trace regex script implement cpp html css kotlin swift bash docker
        pull|request data|structure""",
    "agentic": """tool tools browser click terminal repository execute agent agents subtask workflow orchestrate plan
        search|the call|the next|action file|system shell environment observation""",
    "data_analysis": """dataset csv spreadsheet dataframe table chart plot statistics regression correlation average
        median trend quarterly revenue forecast columns rows pivot histogram aggregate""",
    "vision": """image picture photo screenshot diagram figure pixel caption visual depicted""",
}

ELICITATION_WORDS = """step|by by|step think|through chain|of of|thought your|reasoning the|reasoning reasoning|process
    intermediate|steps every|step each|step thinking|process internal|reasoning thought|process show|your show|all
    reasoning|trace think|step thinking|aloud explain|how scratchpad rationale monologue deliberation"""


@cache
def table() -> tuple[NDArray[np.uint64], NDArray[np.uint16]]:
    """The open-addressed table that :func:`kernels.read_texts` looks words and pairs up in."""
    bits: dict[str, int] = {}
    for capability, words in WORDS.items():
        for word in words.split():
            bits[word] = bits.get(word, 0) | 1 << CAPABILITIES.index(capability)
    for word in ELICITATION_WORDS.split():
        bits[word] = bits.get(word, 0) | 1 << ELICITATION
    entries = list(bits)
    first = _hashes([entry.split("|")[0] for entry in entries])
    second = _hashes([entry.split("|")[-1] for entry in entries])
    pairs = np.empty_like(first)
    kernels.pair_hashes(first, second, pairs)
    size = 1 << 11
    keys, values = np.zeros(size, np.uint64), np.zeros(size, np.uint16)
    for i, entry in enumerate(entries):
        key = pairs[i] if "|" in entry else first[i]
        slot = int(key) & (size - 1)
        while keys[slot]:
            slot = (slot + 1) & (size - 1)
        keys[slot], values[slot] = key, bits[entry]
    return keys, values


def _hashes(words: list[str]) -> NDArray[np.uint64]:
    array = pa.array(words, pa.large_string())
    _, offsets, data = array.buffers()
    out = np.empty(len(words), np.uint64)
    kernels.word_hashes(np.frombuffer(offsets, np.int64), np.frombuffer(data, np.uint8), out)
    return out


def capability(counts: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """The capability of each prompt: ``counts`` is ``(n, n_classes)``, the result ``(n,)`` indexes CAPABILITIES."""
    order = np.array([CAPABILITIES.index(name) for name in PRIORITY])
    ranked = counts[:, order]
    best = ranked.argmax(axis=1)
    found = ranked[np.arange(len(ranked)), best] > 0
    return np.where(found, order[best], CAPABILITIES.index("other")).astype(np.uint8)

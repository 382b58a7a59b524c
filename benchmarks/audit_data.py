"""Labelled texts for the audit benchmarks: pairs of human and model-written texts of three domains."""

from dataclasses import dataclass

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from real_data import folder

DOMAINS = ("xsum", "writing", "pubmed")
GENERATORS = ("davinci", "gpt-3.5-turbo", "gpt-4")


@dataclass(frozen=True)
class Pairs:
    """Texts with who wrote them; versions of one human text and what models made of it share a ``family``."""

    text: NDArray[np.object_]
    domain: NDArray[np.str_]
    generator: NDArray[np.str_]
    generated: NDArray[np.bool_]
    family: NDArray[np.int64]


def pairs() -> Pairs:
    """All 2,700 texts of ai_text_pairs, in the order of domain, generator, pair and source."""
    rows = sorted(
        pq.read_table(folder(None) / "ai_text_pairs.parquet").to_pylist(),
        key=lambda r: (r["domain"], r["generator"], r["pair_id"], r["source"]),
    )
    opening = {
        (r["domain"], r["generator"], r["pair_id"]): "".join(r["text"].split()).lower()[:60]
        for r in rows if r["source"] == "human"
    }
    keys = [opening[r["domain"], r["generator"], r["pair_id"]] for r in rows]
    return Pairs(
        np.array([r["text"] for r in rows], dtype=object), np.array([r["domain"] for r in rows]),
        np.array([r["generator"] for r in rows]), np.array([r["source"] == "model" for r in rows]),
        np.unique(keys, return_inverse=True)[1].astype(np.int64),
    )

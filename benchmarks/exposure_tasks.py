"""The tasks of the exposure benchmarks: real labelled text, a teacher made of a real encoder and private labels.

The teacher is all-MiniLM-L6-v2 with a logistic head that was fitted to labels which the attacker has not; the attacker's
pool is the rest of the training texts, without labels. Its answers come through the harvest store.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import distill_data as data
from stillwatch.distill import harvest, manifest, prompts, store, teachers
from stillwatch.distill.students import static
from stillwatch.exposure.closed import Task

MAX_LENGTH = 96


@dataclass(frozen=True)
class Exposed:
    """A task with the texts behind it."""

    task: Task
    pool: list[str]
    test: list[str]
    pool_vectors: np.ndarray
    test_vectors: np.ndarray
    private: list[str]
    private_labels: list[str]
    pool_labels: list[str]
    classes: list[str]
    head: Any
    """The teacher's, on the encoder's vectors times 4."""


def encoder_manifest() -> manifest.Manifest:
    return manifest.parse({
        "name": "all-MiniLM-L6-v2", "kind": "encoder", "location": str(data.minilm()), "owner": "sentence-transformers",
        "ownership": "licensed", "licence": "Apache-2.0", "terms": "Apache License 2.0, section 2", "distillation": "allowed",
        "max_length": MAX_LENGTH, "precision": data.precision(),
    })


def vectors(texts: list[str], name: str) -> np.ndarray:
    """The encoder's vectors, harvested once into a store beside the models and read from there afterwards."""
    told = encoder_manifest()
    folder = data.ROOT / f"store-{told.precision}-{name}"
    wanted = prompts.requests([(("user", text),) for text in texts])
    have = {row.prompt_hash: row.reply.vector for row in store.read(folder)} if (folder / "store.json").is_file() else {}
    if any(request.prompt_hash not in have for request in wanted):
        teacher = teachers.load(told)
        with harvest.open_store(folder, teacher, told) as opened:
            harvest.run(opened, teacher, told, wanted)
        have = {row.prompt_hash: row.reply.vector for row in store.read(folder)}
    return np.stack([have[request.prompt_hash] for request in wanted]).astype(np.float32)


def token_vectors() -> static.StaticEncoder:
    """A static encoder: the public encoder's vectors of single tokens, untrained, not weighted by rarity."""
    folder = data.ROOT / "token-vectors"
    if not (folder / "config.json").is_file():
        static.token_pass(teachers.load(encoder_manifest()), []).save(folder)
    return static.StaticEncoder.load(folder)


def make(texts: data.Texts, short: str, n_private: int, *, capability: str = "grading", seed: int = 0) -> Exposed:
    from sklearn.linear_model import LogisticRegression

    both = vectors(texts.train + texts.test, short)
    train, test = both[: len(texts.train)], both[len(texts.train) :]
    order = np.random.default_rng(seed).permutation(len(train))
    private, pool = order[:n_private], order[n_private:]
    head = LogisticRegression(C=10.0, max_iter=300).fit(train[private] * 4, [texts.train_labels[i] for i in private])
    classes = [str(name) for name in head.classes_]
    place = {name: i for i, name in enumerate(classes)}
    truth = np.array([place.get(label, -1) for label in texts.test_labels])
    task = Task(
        texts.name, capability, head.predict_proba(train[pool] * 4).astype(np.float32),
        head.predict_proba(test * 4).astype(np.float32), truth,
    )
    def pick(values: list[str], rows: np.ndarray) -> list[str]:
        return [values[i] for i in rows]

    return Exposed(
        task, pick(texts.train, pool), texts.test, train[pool], test, pick(texts.train, private),
        pick(texts.train_labels, private), pick(texts.train_labels, pool), classes, head,
    )


def all_tasks(which: list[str] | None = None) -> list[Exposed]:
    found = []
    sets = {
        "20ng": lambda: make(data.newsgroups(), "ng", 4000),
        "r52": lambda: make(data.orange("reuters-r52", "Reuters R52"), "r52", 1500),
        "rt": lambda: make(data.rotten_tomatoes(), "rt", 2500),
        "clinc": lambda: (lambda texts: None if texts is None else make(texts, "clinc", 5000))(data.clinc()),
    }
    for name in which or sets:
        if (task := sets[name]()) is not None:
            found.append(task)
    return found


def write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n")

"""Route (b): a sentence encoder to a table of vectors, one a token, whose mean is the sentence.

The table starts from the teacher's vectors of single tokens, weighted by their rarity (model2vec's recipe, with smooth
inverse frequency: Arora et al. 2017), and is then trained so that sentences come to lie where the teacher puts them:
towards the teacher's vector (1 - cosine), and with the teacher's similarities to the other sentences of the batch
(Kullback-Leibler divergence of both softmax distributions), which is what neighbours are made of.

The files can be read by model2vec's ``StaticModel``: safetensors, tokenizer, configuration.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from stillwatch.distill.extra import need
from stillwatch.distill.students import loop
from stillwatch.errors import InputError
from stillwatch.files import own_folder, read_json, write_json
from stillwatch.terminal.counting import number_of

F32 = NDArray[np.float32]
RARITY = 1e-3
"""The constant a of smooth inverse frequency a / (a + p)."""
RELATION = 0.3
"""Weight of the similarities of a batch beside 1 - cosine."""
TEMPERATURE = 0.05
"""Of the similarities of a batch."""
WEIGHTS, ABOUT, TOKENIZER = "model.safetensors", "config.json", "tokenizer.json"
MAX_WORDS = 1 << 18
"""Words whose tokens are remembered."""
UNUSED = re.compile(r"\[unused\d+\]")
"""Places that BERT's vocabulary keeps free: no text has such a token, since brackets are words of their own."""


class StaticEncoder:
    """``encode(texts)`` gives (n_texts, n_dims), rows of length 1; a text without known tokens gives zeros."""

    def __init__(self, tokenizer: Any, table: F32, max_length: int) -> None:
        """``table`` is (n_tokens, n_dims); the length of a row is the weight of its token."""
        self.tokenizer, self.table, self.max_length = tokenizer, table, max_length
        tokenizer.no_padding()
        tokenizer.enable_truncation(max_length)
        self._words: dict[str, list[int]] | None = {} if reads_words_alone(tokenizer) else None

    def counts(self, texts: Sequence[str]) -> Any:
        """Tokens of each text as a sparse matrix (n_texts, n_tokens)."""
        ids = self.ids(texts)
        ends = np.cumsum([0, *map(len, ids)])
        flat = np.fromiter(chain.from_iterable(ids), np.int32, int(ends[-1]))
        ones = np.ones(len(flat), np.float32)
        return sparse.csr_array((ones, flat, ends), shape=(len(ids), len(self.table)))

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Tokens of each text, at most ``max_length``; remembered by the word, because tokenising is most of the work."""
        if self._words is None:
            return self._read(texts)
        split = [text.replace("\n", " ").replace("\t", " ").split(" ") for text in texts]
        unknown = set(chain.from_iterable(split)).difference(self._words)
        if len(self._words) + len(unknown) > MAX_WORDS:
            self._words.clear()
            unknown = set(chain.from_iterable(split))
        known, words = self._words, list(unknown)
        known.update(zip(words, self._read(words), strict=True))
        found = []
        for row in split:
            ids = list(chain.from_iterable(map(known.__getitem__, row)))
            del ids[self.max_length :]
            found.append(ids)
        return found

    def _read(self, texts: Sequence[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    def encode(self, texts: Sequence[str], *, batch: int = 4096) -> F32:
        """Vectors of texts."""
        parts = [self.counts(texts[i : i + batch]) @ self.table for i in range(0, len(texts), batch)]
        if not parts:
            return np.zeros((0, self.table.shape[1]), np.float32)
        return unit(np.concatenate(parts))

    def int8(self) -> "StaticEncoder":
        """The same after rounding to 8 bits a number, as :meth:`save` would with ``quantise``."""
        rows, scale = _round(self.table)
        return StaticEncoder(self.tokenizer, rows.astype(np.float32) * scale[:, None], self.max_length)

    def save(self, folder: Path, *, quantise: bool = False, base: str = "") -> int:
        """Write the student, 4 bytes a number or 1; returns the bytes of all files."""
        numpy_io = need("safetensors.numpy", what="saving a student")
        own_folder(folder)
        arrays: dict[str, Any] = {"embeddings": self.table}
        if quantise:
            rows, scale = _round(self.table)
            arrays = {"embeddings": rows, "weights": scale}
        numpy_io.save_file(arrays, folder / WEIGHTS)
        self.tokenizer.save(str(folder / TOKENIZER), pretty=False)
        about = {
            "model_type": "model2vec", "architectures": ["StaticModel"], "normalize": True, "base_model_name": base,
            "max_length": self.max_length, "hidden_dim": int(self.table.shape[1]),
            "embedding_dtype": str(arrays["embeddings"].dtype),
        }
        write_json(about, folder / ABOUT)
        return sum((folder / name).stat().st_size for name in (WEIGHTS, ABOUT, TOKENIZER))

    @classmethod
    def load(cls, folder: Path) -> "StaticEncoder":
        """Read a static encoder of Stillwatch or model2vec; raises InputError on anything else."""
        tokenizers = need("tokenizers", what="a static encoder")
        numpy_io = need("safetensors.numpy", what="a static encoder")
        if not (folder / ABOUT).is_file():
            todo = "Pass a folder that stillwatch distill train static or model2vec wrote"
            raise InputError("no static encoder here", where=folder, todo=todo)
        about = read_json(folder / ABOUT)
        try:
            arrays = numpy_io.load_file(folder / WEIGHTS)
            tokenizer = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER))
            table = np.asarray(arrays["embeddings"], np.float32)
        except Exception as error:  # the libraries raise their own kinds
            raise InputError(f"not a static encoder ({type(error).__name__}: {error})", where=folder) from error
        if "weights" in arrays:
            table = table * np.asarray(arrays["weights"], np.float32)[:, None]
        return cls(tokenizer, table, int(about.get("max_length") or 512))


def reads_words_alone(tokenizer: Any) -> bool:
    """Whether a text's tokens are those of its words between spaces, one after the other, as BERT's are."""
    told = json.loads(tokenizer.to_str())
    kinds = [(told[part] or {}).get("type") for part in ("normalizer", "pre_tokenizer")]
    alone = not any(token["lstrip"] or token["rstrip"] or token["single_word"] or " " in token["content"] for token in told["added_tokens"])
    return kinds == ["BertNormalizer", "BertPreTokenizer"] and alone


def unit(rows: F32) -> F32:
    """Rows scaled to length 1; rows of zeros stay."""
    length = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    found: F32 = np.divide(rows, np.where(length > 0, length, 1), dtype=np.float32)
    return found


def _round(table: F32) -> tuple[NDArray[np.int8], F32]:
    """Each row in 8 bits with its own scale."""
    scale = np.maximum(np.abs(table).max(axis=1), 1e-12).astype(np.float32) / 127
    return np.round(table / scale[:, None]).astype(np.int8), scale


def token_pass(encoder: Any, texts: Sequence[str]) -> StaticEncoder:
    """The untrained table: the teacher's vector of each token alone, weighted by how rare it is in ``texts``.

    Args:
        encoder: a teacher (:class:`stillwatch.distill.teachers.encoder.Encoder`).
        texts: what the student will read; only frequencies of tokens are taken.
    """
    tokenizers = need("tokenizers", what="a static encoder")
    tokenizer = tokenizers.Tokenizer.from_str(encoder.tokenizer.backend_tokenizer.to_str())
    vocabulary = tokenizer.get_vocab()
    names = sorted(vocabulary, key=vocabulary.__getitem__)
    if [vocabulary[name] for name in names] != list(range(len(names))):
        raise InputError("the teacher's vocabulary has gaps", todo="Such tokenizers are not supported")
    told = json.loads(tokenizer.to_str())
    kept = list(range(len(names)))
    if told["model"]["type"] == "WordPiece":
        kept = [i for i, name in enumerate(names) if not UNUSED.fullmatch(name)]
        tokenizer = tokenizers.Tokenizer.from_str(json.dumps(renumbered(told, [names[i] for i in kept])))
    table = np.asarray(encoder.embed_tokens(kept), np.float32)
    model = StaticEncoder(tokenizer, table, encoder.max_length)
    seen = np.asarray(model.counts(texts).sum(axis=0)).ravel().astype(np.float64)
    share = seen / max(seen.sum(), 1)
    model.table = table * (RARITY / (RARITY + share)).astype(np.float32)[:, None]
    return model


def renumbered(told: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """A WordPiece tokenizer of some of its tokens, numbered in their order, without marks around a sentence."""
    place = {name: i for i, name in enumerate(names)}
    added = [token | {"id": place[token["content"]]} for token in told["added_tokens"]]
    return told | {"model": told["model"] | {"vocab": place}, "added_tokens": added, "post_processor": None, "padding": None}


@dataclass(frozen=True)
class Trained:
    """A student and how its training went."""

    model: StaticEncoder
    history: loop.History


def train(
    start: StaticEncoder, texts: Sequence[str], vectors: NDArray[Any], schedule: loop.Schedule, *, batch: int = 512,
    rate: float = 3e-3, relation: float = RELATION, dropout: float = 0.0,
    folder: Path | None = None, quiet: bool = False,
) -> Trained:
    """Train the table on a teacher's vectors.

    Args:
        start: from :func:`token_pass`, or a table trained before.
        texts: (n,) what the teacher read.
        vectors: (n, n_dims) what it answered, rows of length 1.
        schedule: a twentieth of the texts is held back for early stopping.
        batch: texts a step; similarities are learned within it.
        rate: of Adam.
        relation: weight of the similarities beside 1 - cosine.
        dropout: share of tokens left out of each text while training, so that no vector leans on its neighbours.
        folder: for checkpoints.
        quiet: no progress bar.
    """
    torch = need("torch", what="training a static encoder")
    if len(texts) < 40:
        raise InputError(f"{number_of(len(texts), 'answer is', 'answers are')} too few to train an encoder", todo="Harvest at least 40")
    counts = start.counts(texts)
    wanted = torch.nn.functional.normalize(torch.tensor(np.asarray(vectors, np.float32)), dim=1)
    order = np.random.default_rng(schedule.seed).permutation(len(texts))
    held, kept = order[: max(len(texts) // 20, 20)], order[max(len(texts) // 20, 20) :]
    held = held[:2000]
    bag = torch.nn.EmbeddingBag.from_pretrained(torch.tensor(start.table), freeze=False, mode="sum", sparse=True)
    optimiser = torch.optim.SparseAdam(bag.parameters(), lr=rate)
    n_steps = max(schedule.epochs * (-(-len(kept) // batch)), 1)

    def embed(rows: Any, leave_out: Any = None) -> Any:
        part = counts[rows]
        flat = torch.from_numpy(part.indices.astype(np.int64))
        ends = torch.from_numpy(part.indptr.astype(np.int64)[:-1])
        weight = part.data
        if leave_out is not None:
            weight = weight * (leave_out.random(len(weight), np.float32) >= dropout)
        found = bag(flat, ends, per_sample_weights=torch.from_numpy(weight))
        return torch.nn.functional.normalize(found, dim=1)

    def epoch(number: int) -> None:
        rng = np.random.default_rng((schedule.seed, number))
        shuffled = rng.permutation(kept)
        for i, begin in enumerate(range(0, len(shuffled), batch)):
            rows = shuffled[begin : begin + batch]
            if len(rows) < 8:
                continue
            done = (number * (-(-len(kept) // batch)) + i) / n_steps
            for group in optimiser.param_groups:
                group["lr"] = rate * (0.5 + 0.5 * float(np.cos(np.pi * done)))
            student, teacher = embed(rows, rng), wanted[rows]
            loss = (1 - (student * teacher).sum(1)).mean()
            if relation:
                loss = loss + relation * _relation(torch, student, teacher)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()

    def validate() -> float:
        with torch.inference_mode():
            student, teacher = embed(held), wanted[held]
            loss = (1 - (student * teacher).sum(1)).mean() + relation * _relation(torch, student, teacher)
        return -float(loss)

    def state() -> dict[str, Any]:
        return {"table": bag.weight.detach(), "optimiser": optimiser.state_dict()}

    def restore(kept_state: dict[str, Any]) -> None:
        bag.weight.data.copy_(kept_state["table"])
        optimiser.load_state_dict(kept_state["optimiser"])

    torch.manual_seed(schedule.seed)
    history = loop.run(schedule, epoch=epoch, validate=validate, state=state, restore=restore, folder=folder, of=texts, quiet=quiet)
    model = StaticEncoder(start.tokenizer, bag.weight.detach().numpy().copy(), start.max_length)
    return Trained(model, history)


def _relation(torch: Any, student: Any, teacher: Any) -> Any:
    """How far the student's similarities within a batch are from the teacher's, nats a text."""
    diagonal = torch.eye(len(student), dtype=torch.bool)
    ours = (student @ student.T / TEMPERATURE).masked_fill(diagonal, -1e4).log_softmax(1)
    theirs = (teacher @ teacher.T / TEMPERATURE).masked_fill(diagonal, -1e4).log_softmax(1)
    return torch.nn.functional.kl_div(ours, theirs, log_target=True, reduction="batchmean")

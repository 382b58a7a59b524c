"""Route (b): a sentence encoder reduced to a table of token vectors, whose mean is the vector of a sentence.

The table starts from the teacher's vectors of single tokens, weighted by their rarity (model2vec's recipe, with smooth
inverse frequency: Arora et al. 2017). It is then trained on two losses: 1 - cosine with the teacher's vector of a sentence, and
Kullback-Leibler divergence between the teacher's and the student's softmax over similarities to the other sentences of the batch,
which keeps neighbours near.

model2vec's ``StaticModel`` can read the files: safetensors, tokenizer, configuration.
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
from stillwatch.files import make_private_folder, read_json, write_json
from stillwatch.terminal.counting import number_of

F32 = NDArray[np.float32]
RARITY = 1e-3
"""The constant a of smooth inverse frequency a / (a + p)."""
RELATION = 0.3
"""Weight of the loss on similarities beside that of 1 - cosine."""
TEMPERATURE = 0.05
"""Of the softmax over the similarities of a batch."""
WEIGHTS, ABOUT, TOKENIZER = "model.safetensors", "config.json", "tokenizer.json"
MAX_WORDS = 1 << 18
"""At most this many words have their tokens cached."""
UNUSED = re.compile(r"\[unused\d+\]")
"""Reserved entries of BERT's vocabulary: no text has such a token, since brackets are words of their own."""


class StaticEncoder:
    """A sentence encoder whose vector of a text is the mean of its tokens' vectors, scaled to length 1."""

    def __init__(self, tokenizer: Any, table: F32, max_length: int) -> None:
        """Set up the encoder.

        Args:
            tokenizer: of the ``tokenizers`` library; its padding and truncation are set here.
            table: (n_tokens, n_dims); the length of a row is the weight of its token.
            max_length: tokens read of a text.
        """
        self.tokenizer, self.table, self.max_length = tokenizer, table, max_length
        tokenizer.no_padding()
        tokenizer.enable_truncation(max_length)
        self._tokens_of_word: dict[str, list[int]] | None = {} if tokenises_by_word(tokenizer) else None

    def counts(self, texts: Sequence[str]) -> Any:
        """Tokens of each text as a sparse matrix (n_texts, n_tokens)."""
        ids = self.ids(texts)
        ends = np.cumsum([0, *map(len, ids)])
        flat = np.fromiter(chain.from_iterable(ids), np.int32, int(ends[-1]))
        ones = np.ones(len(flat), np.float32)
        return sparse.csr_array((ones, flat, ends), shape=(len(ids), len(self.table)))

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, at most ``max_length``; cached per word where possible, because tokenising is most of the work."""
        if self._tokens_of_word is None:
            return self._tokenise(texts)
        words_of_text = [text.replace("\n", " ").replace("\t", " ").split(" ") for text in texts]
        new_words = set(chain.from_iterable(words_of_text)).difference(self._tokens_of_word)
        if len(self._tokens_of_word) + len(new_words) > MAX_WORDS:
            self._tokens_of_word.clear()
            new_words = set(chain.from_iterable(words_of_text))
        cache, words = self._tokens_of_word, list(new_words)
        cache.update(zip(words, self._tokenise(words), strict=True))
        ids_of_text = []
        for row in words_of_text:
            ids = list(chain.from_iterable(map(cache.__getitem__, row)))
            del ids[self.max_length :]
            ids_of_text.append(ids)
        return ids_of_text

    def _tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    def encode(self, texts: Sequence[str], *, batch: int = 4096) -> F32:
        """Vectors of texts (n_texts, n_dims), rows of length 1; a text without known tokens gives zeros."""
        parts = [self.counts(texts[i : i + batch]) @ self.table for i in range(0, len(texts), batch)]
        if not parts:
            return np.zeros((0, self.table.shape[1]), np.float32)
        return unit(np.concatenate(parts))

    def int8(self) -> "StaticEncoder":
        """The same encoder after rounding to 8 bits a number, as :meth:`save` does with ``quantise``."""
        rows, scale = _quantise(self.table)
        return StaticEncoder(self.tokenizer, rows.astype(np.float32) * scale[:, None], self.max_length)

    def save(self, folder: Path, *, quantise: bool = False, base: str = "") -> int:
        """Write the encoder to a folder.

        Args:
            folder: made if absent.
            quantise: 1 byte a number instead of 4.
            base: name of the teacher.

        Returns:
            Bytes of all files.
        """
        numpy_io = need("safetensors.numpy", what="saving a student")
        make_private_folder(folder)
        arrays: dict[str, Any] = {"embeddings": self.table}
        if quantise:
            rows, scale = _quantise(self.table)
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


def tokenises_by_word(tokenizer: Any) -> bool:
    """Whether the tokens of a text are those of its words between spaces, one after the other, as BERT's are."""
    settings = json.loads(tokenizer.to_str())
    kinds = [(settings[part] or {}).get("type") for part in ("normalizer", "pre_tokenizer")]
    added = settings["added_tokens"]
    crosses_words = any(token["lstrip"] or token["rstrip"] or token["single_word"] or " " in token["content"] for token in added)
    return kinds == ["BertNormalizer", "BertPreTokenizer"] and not crosses_words


def unit(rows: F32) -> F32:
    """Rows (n, n_dims) scaled to length 1; rows of zeros stay."""
    length = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    scaled: F32 = np.divide(rows, np.where(length > 0, length, 1), dtype=np.float32)
    return scaled


def _quantise(table: F32) -> tuple[NDArray[np.int8], F32]:
    """Each row rounded to 8 bits, and its scale: what to multiply it with."""
    scale = np.maximum(np.abs(table).max(axis=1), 1e-12).astype(np.float32) / 127
    return np.round(table / scale[:, None]).astype(np.int8), scale


def token_pass(encoder: Any, texts: Sequence[str]) -> StaticEncoder:
    """The untrained table: the teacher's vector of each token alone, weighted by how rare it is in ``texts``.

    Args:
        encoder: a teacher (:class:`stillwatch.distill.teachers.encoder.Encoder`).
        texts: like those that the student will read; only their token frequencies count.

    Raises:
        InputError: the tokenizer's vocabulary has gaps.
    """
    tokenizers = need("tokenizers", what="a static encoder")
    tokenizer = tokenizers.Tokenizer.from_str(encoder.tokenizer.backend_tokenizer.to_str())
    vocabulary = tokenizer.get_vocab()
    names = sorted(vocabulary, key=vocabulary.__getitem__)
    if [vocabulary[name] for name in names] != list(range(len(names))):
        raise InputError("the teacher's vocabulary has gaps", todo="Such tokenizers are not supported")
    settings = json.loads(tokenizer.to_str())
    kept = list(range(len(names)))
    if settings["model"]["type"] == "WordPiece":
        kept = [i for i, name in enumerate(names) if not UNUSED.fullmatch(name)]
        tokenizer = tokenizers.Tokenizer.from_str(json.dumps(renumbered(settings, [names[i] for i in kept])))
    table = np.asarray(encoder.embed_tokens(kept), np.float32)
    model = StaticEncoder(tokenizer, table, encoder.max_length)
    token_counts = np.asarray(model.counts(texts).sum(axis=0)).ravel().astype(np.float64)
    share = token_counts / max(token_counts.sum(), 1)
    model.table = table * (RARITY / (RARITY + share)).astype(np.float32)[:, None]
    return model


def renumbered(settings: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Settings of a WordPiece tokenizer reduced to the tokens ``names``, numbered in this order, without special tokens around a text."""
    index = {name: i for i, name in enumerate(names)}
    added = [token | {"id": index[token["content"]]} for token in settings["added_tokens"]]
    return settings | {"model": settings["model"] | {"vocab": index}, "added_tokens": added, "post_processor": None, "padding": None}


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
        batch: texts per step; similarities are learned within it.
        rate: highest learning rate of Adam.
        relation: weight of the loss on similarities beside that of 1 - cosine.
        dropout: share of tokens left out of each text in training, so that no vector relies on its neighbours.
        folder: for checkpoints.
        quiet: no progress bar.

    Raises:
        InputError: there are fewer than 40 texts.
    """
    torch = need("torch", what="training a static encoder")
    if len(texts) < 40:
        raise InputError(f"{number_of(len(texts), 'answer is', 'answers are')} too few to train an encoder", todo="Harvest at least 40")
    counts = start.counts(texts)
    targets = torch.nn.functional.normalize(torch.tensor(np.asarray(vectors, np.float32)), dim=1)
    order = np.random.default_rng(schedule.seed).permutation(len(texts))
    held_out, in_training = order[: max(len(texts) // 20, 20)], order[max(len(texts) // 20, 20) :]
    held_out = held_out[:2000]
    bag = torch.nn.EmbeddingBag.from_pretrained(torch.tensor(start.table), freeze=False, mode="sum", sparse=True)
    optimiser = torch.optim.SparseAdam(bag.parameters(), lr=rate)
    n_steps = max(schedule.epochs * (-(-len(in_training) // batch)), 1)

    def embed(rows: Any, drop_rng: Any = None) -> Any:
        part = counts[rows]
        flat = torch.from_numpy(part.indices.astype(np.int64))
        ends = torch.from_numpy(part.indptr.astype(np.int64)[:-1])
        weight = part.data
        if drop_rng is not None:
            weight = weight * (drop_rng.random(len(weight), np.float32) >= dropout)
        summed = bag(flat, ends, per_sample_weights=torch.from_numpy(weight))
        return torch.nn.functional.normalize(summed, dim=1)

    def epoch(number: int) -> None:
        rng = np.random.default_rng((schedule.seed, number))
        shuffled = rng.permutation(in_training)
        for i, begin in enumerate(range(0, len(shuffled), batch)):
            rows = shuffled[begin : begin + batch]
            if len(rows) < 8:
                continue
            done = (number * (-(-len(in_training) // batch)) + i) / n_steps
            for group in optimiser.param_groups:
                group["lr"] = rate * (0.5 + 0.5 * float(np.cos(np.pi * done)))
            student, teacher = embed(rows, rng), targets[rows]
            loss = (1 - (student * teacher).sum(1)).mean()
            if relation:
                loss = loss + relation * _similarity_loss(torch, student, teacher)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()

    def validate() -> float:
        with torch.inference_mode():
            student, teacher = embed(held_out), targets[held_out]
            loss = (1 - (student * teacher).sum(1)).mean() + relation * _similarity_loss(torch, student, teacher)
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


def _similarity_loss(torch: Any, student: Any, teacher: Any) -> Any:
    """Divergence of the student's similarities within a batch from the teacher's, nats per text."""
    diagonal = torch.eye(len(student), dtype=torch.bool)
    ours = (student @ student.T / TEMPERATURE).masked_fill(diagonal, -1e4).log_softmax(1)
    theirs = (teacher @ teacher.T / TEMPERATURE).masked_fill(diagonal, -1e4).log_softmax(1)
    return torch.nn.functional.kl_div(ours, theirs, log_target=True, reduction="batchmean")

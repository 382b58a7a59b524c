"""A sentence encoder from a transformers folder, with the pooling that its sentence-transformers files give (mean or first token)."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillwatch.distill.exchange import Reply, Request
from stillwatch.distill.extra import need, quiet_transformers
from stillwatch.distill.manifest import Manifest
from stillwatch.errors import InputError
from stillwatch.files import digest, read_json

WEIGHTS = (".safetensors", ".bin", ".gguf")
MINI_BATCH = 32


class Encoder:
    """A teacher that answers with a vector of length 1. Of a text that is too long it reads only the start, which ``cut`` counts."""

    batch = 512
    remote = False
    rejection = ""
    writes = False

    def __init__(self, manifest: Manifest) -> None:
        """Load tokenizer and weights; raises InputError where the folder is not a model."""
        self._torch = need("torch", what="a sentence encoder")
        transformers = quiet_transformers("a sentence encoder")
        folder = Path(manifest.location)
        weights = weight_files(folder)
        try:
            self.tokenizer: Any = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self.model: Any = transformers.AutoModel.from_pretrained(
                folder, local_files_only=True, dtype=getattr(self._torch, manifest.precision)
            ).eval()
        except (OSError, ValueError, KeyError) as error:
            raise InputError(f"cannot load the encoder ({first_line(error)})", where=folder) from error
        pooling = folder / "1_Pooling" / "config.json"
        self.first = bool(pooling.is_file() and read_json(pooling).get("pooling_mode_cls_token"))
        limit = folder / "sentence_bert_config.json"
        own = int(read_json(limit).get("max_seq_length", 0)) if limit.is_file() else 0
        self.precision = manifest.precision
        self.max_length = manifest.max_length or own or int(self.model.config.max_position_embeddings)
        self.cut = 0
        names = [digest(path) for path in weights] + [str(self.max_length), str(self.first), manifest.precision]
        self.identity = hashlib.sha256("\n".join(names).encode()).hexdigest()[:32]

    def tokens(self, text: str) -> int:
        """Number of tokens read of a text."""
        return min(len(self.tokenizer(text, truncation=False, verbose=False)["input_ids"]), self.max_length)

    def ask(self, requests: Sequence[Request], *, keys: Sequence[str] = ()) -> list[Reply]:
        """Embed the last turn of each request; ``keys`` are ignored."""
        texts = [request.prompt for request in requests]
        vectors, lengths = self.embed(texts)
        # Only a text that fills the window can have been truncated.
        full = [text for text, n in zip(texts, lengths, strict=True) if n >= self.max_length]
        self.cut += sum(len(ids) > self.max_length for ids in self.tokenizer(full, verbose=False)["input_ids"]) if full else 0
        return [
            Reply(None, vector=vector, input_tokens=int(n)) for vector, n in zip(vectors, lengths, strict=True)
        ]

    def embed(self, texts: Sequence[str]) -> tuple[NDArray[np.float16], NDArray[np.int64]]:
        """Vectors (n_texts, n_dims) of length 1, and the number of tokens read of each text (n_texts,)."""
        return self._embed(self.tokenizer(list(texts), truncation=True, max_length=self.max_length)["input_ids"])

    def embed_tokens(self, tokens: Sequence[int]) -> NDArray[np.float16]:
        """Vectors (n_tokens, n_dims) of single tokens, each between the special tokens of a sentence."""
        empty, single = self.tokenizer("")["input_ids"], self.tokenizer("a")["input_ids"]
        n_before = next((i for i, (left, right) in enumerate(zip(empty, single, strict=False)) if left != right), len(empty))
        return self._embed([[*empty[:n_before], token, *empty[n_before:]] for token in tokens])[0]

    def _embed(self, token_ids: Sequence[Sequence[int]]) -> tuple[NDArray[np.float16], NDArray[np.int64]]:
        torch = self._torch
        lengths = np.array([len(ids) for ids in token_ids], np.int64)
        vectors: NDArray[np.float16] = np.zeros((len(token_ids), int(self.model.config.hidden_size)), np.float16)
        # Texts of similar length go together, so that there is little padding.
        order = np.argsort(lengths, kind="stable")
        for start in range(0, len(order), MINI_BATCH):
            rows = order[start : start + MINI_BATCH]
            batch = self.tokenizer.pad({"input_ids": [token_ids[i] for i in rows]}, return_tensors="pt")
            with torch.inference_mode():
                hidden = self.model(**batch).last_hidden_state.float()
            mask = batch["attention_mask"].unsqueeze(-1).float()
            pooled = hidden[:, 0] if self.first else (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)
            vectors[rows] = torch.nn.functional.normalize(pooled, dim=1).numpy().astype(np.float16)
        return vectors, lengths


def weight_files(folder: Path) -> list[Path]:
    """The files with a model's weights, in its folder or the GGUF file itself; raises InputError where there are none."""
    found = [folder] if folder.is_file() else sorted(p for p in folder.glob("*") if p.suffix in WEIGHTS)
    if not found:
        raise InputError("no weights", where=folder, todo="Pass a folder with *.safetensors, or a GGUF file")
    return found


def first_line(error: BaseException) -> str:
    """The first line of a library's error, at most 200 characters."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]

"""One exchange with a teacher: what was asked, what came back, and the row of the store that keeps both."""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

Messages = tuple[tuple[str, str], ...]
"""(role, content) of every turn sent; the last is what is asked."""


@dataclass(frozen=True)
class Request:
    """What a teacher is asked."""

    messages: Messages
    seed: int = 0
    sample: int = 0
    """0 for the first answer to this prompt, 1 for the second, …"""
    temperature: float = 0.0
    max_tokens: int = 256
    top_k: int = 0
    """Log-probabilities wanted of each token; 0 for none. Encoders and classifiers ignore it."""

    @property
    def prompt(self) -> str:
        """The last turn."""
        return self.messages[-1][1]

    @property
    def prompt_hash(self) -> str:
        """SHA-256 of all turns, hex."""
        return hashlib.sha256(orjson.dumps(self.messages)).hexdigest()

    def key(self, identity: str, policy: str) -> str:
        """Identity of the exchange, 32 hex digits: same teacher, prompt, parameters, sample and policy, same key."""
        parts = (identity, self.messages, self.seed, self.sample, self.temperature, self.max_tokens, self.top_k, policy)
        return hashlib.sha256(orjson.dumps(parts)).hexdigest()[:32]


def ask(prompt: str, **options: Any) -> Request:
    """A request of a single user turn."""
    return Request((("user", prompt),), **options)


@dataclass(frozen=True)
class TopK:
    """The likeliest tokens (or classes) at each position; the probability of all others is the tail."""

    ids: NDArray[np.int32]
    """(n_positions, k), likeliest first."""
    logprobs: NDArray[np.float16]
    """(n_positions, k), nats."""
    tail: NDArray[np.float16]
    """(n_positions,), probability outside the k, 0 to 1."""

    @classmethod
    def of(cls, logprobs: NDArray[Any], k: int) -> "TopK":
        """Keep the k likeliest of full log-probabilities (n_positions, n_tokens)."""
        k = min(k, logprobs.shape[1])
        ids = np.argpartition(-logprobs, k - 1, axis=1)[:, :k]
        values = np.take_along_axis(logprobs, ids, axis=1)
        order = np.argsort(-values, axis=1, kind="stable")
        ids, values = np.take_along_axis(ids, order, axis=1), np.take_along_axis(values, order, axis=1)
        tail = np.clip(1.0 - np.exp(values.astype(np.float64)).sum(axis=1), 0.0, 1.0)
        return cls(ids.astype(np.int32), values.astype(np.float16), tail.astype(np.float16))

    def cut(self, k: int) -> "TopK":
        """The same with at most k tokens per position; the probability of the others moves to the tail."""
        lost = np.exp(self.logprobs[:, k:].astype(np.float64)).sum(axis=1)
        tail = np.clip(self.tail + lost, 0.0, 1.0).astype(np.float16)
        return TopK(self.ids[:, :k], self.logprobs[:, :k], tail)

    def pack(self) -> dict[str, Any]:
        """JSON form; before base64 it takes 4 bytes per position and rank where ids fit 16 bits."""
        narrow = np.uint16 if self.ids.size == 0 or int(self.ids.max()) < 1 << 16 else np.uint32
        return {
            "k": int(self.ids.shape[1]), "wide": narrow is np.uint32, "ids": _encode_array(self.ids.astype(narrow)),
            "logprobs": _encode_array(self.logprobs), "tail": _encode_array(self.tail),
        }

    @classmethod
    def unpack(cls, packed: Mapping[str, Any]) -> "TopK":
        """The inverse of :meth:`pack`."""
        k = max(int(packed["k"]), 1)
        ids = _decode_array(packed["ids"], np.uint32 if packed["wide"] else np.uint16).astype(np.int32).reshape(-1, k)
        return cls(ids, _decode_array(packed["logprobs"], np.float16).reshape(-1, k), _decode_array(packed["tail"], np.float16))


@dataclass(frozen=True)
class Reply:
    """What a teacher gave back."""

    answer: str | None
    trace: str | None = None
    """Reasoning shown before the answer; null where there is none."""
    top: TopK | None = None
    vector: NDArray[np.float16] | None = None
    """Embedding, (n_dims,)."""
    input_tokens: int = 0
    output_tokens: int = 0
    finish: str = "stop"
    """Why the answer ended: stop, length, refusal, rejected (the endpoint will not answer this prompt), in-doubt (sent, but no answer
    was kept), or a word of the endpoint's own."""

    @property
    def teaches(self) -> bool:
        """Whether a student can learn from it: it has an answer or a vector, and is not a refusal."""
        return self.finish != "refusal" and (self.answer is not None or self.vector is not None)


@dataclass(frozen=True)
class Exchange:
    """One row of the store."""

    key: str
    prompt_hash: str
    messages: Messages | None
    """Null where the store keeps no text."""
    reply: Reply
    cost: float
    """Currency units of the manifest's prices."""
    policy: str
    seed: int
    sample: int

    @property
    def prompt(self) -> str | None:
        """The last turn, or null where the store keeps no text."""
        return self.messages[-1][1] if self.messages else None

    def line(self) -> bytes:
        """The row as a line of JSON with sorted keys and no time, so that the same exchange gives the same bytes."""
        reply = self.reply
        row = {
            "key": self.key, "prompt_hash": self.prompt_hash, "messages": self.messages, "answer": reply.answer,
            "trace": reply.trace, "top": reply.top.pack() if reply.top else None,
            "vector": _encode_array(reply.vector) if reply.vector is not None else None,
            "input_tokens": reply.input_tokens, "output_tokens": reply.output_tokens, "finish": reply.finish,
            "cost": self.cost, "policy": self.policy, "seed": self.seed, "sample": self.sample,
        }
        return orjson.dumps(row, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)

    @classmethod
    def parse(cls, line: bytes) -> "Exchange":
        """The inverse of :meth:`line`; raises ValueError, KeyError or TypeError on anything else."""
        row = orjson.loads(line)
        turns = row["messages"]
        if not (
            all(isinstance(row[name], str) for name in ("key", "prompt_hash", "finish", "policy"))
            and all(isinstance(row[name], str | None) for name in ("answer", "trace"))
            and all(type(row[name]) is int for name in ("input_tokens", "output_tokens", "seed", "sample"))
            and type(row["cost"]) in (int, float)
            and (turns is None or (turns and all(isinstance(turn, list) and all(isinstance(part, str) for part in turn) for turn in turns)))
        ):
            raise TypeError("a value of another kind")
        reply = Reply(
            row["answer"], row["trace"], TopK.unpack(row["top"]) if row["top"] else None,
            _decode_array(row["vector"], np.float16) if row["vector"] is not None else None,
            row["input_tokens"], row["output_tokens"], row["finish"],
        )
        messages = None if turns is None else tuple((role, content) for role, content in turns)
        return cls(row["key"], row["prompt_hash"], messages, reply, row["cost"], row["policy"], row["seed"], row["sample"])

    def without_text(self) -> "Exchange":
        """The same without the messages; their hash stays."""
        return replace(self, messages=None)


def class_names(rows: Iterable[Exchange]) -> dict[int, str]:
    """Name each class number by the answers that came with it.

    Read are answers that give probabilities at one position, as a classifier's do. The name of a number is the commonest answer
    of those that put it first, because a sampled answer is not always the likeliest.

    Returns:
        The answer of each number; empty where two numbers would have the same answer.
    """
    counts: dict[int, Counter[str]] = {}
    for row in rows:
        if row.reply.top is not None and len(row.reply.top.ids) == 1:
            counts.setdefault(int(row.reply.top.ids[0, 0]), Counter())[str(row.reply.answer).strip()] += 1
    names = {number: min(answers, key=lambda answer: (-answers[answer], answer)) for number, answers in counts.items()}
    return names if len(set(names.values())) == len(names) else {}


def _encode_array(values: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<")).tobytes()).decode()


def _decode_array(text: str, dtype: Any) -> NDArray[Any]:
    return np.frombuffer(base64.b64decode(text), dtype=np.dtype(dtype).newbyteorder("<")).astype(dtype)

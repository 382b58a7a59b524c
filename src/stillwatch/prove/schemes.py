"""Marks on tokens: for each scheme, the number that a key gives to a (context, token), and what it is under the null.

``kgw``       green list, each (context, token) green with chance gamma on its own (after Kirchenbauer et al., 2301.10226)
``gumbel``    -log(1 - r) of a uniform r (Aaronson 2022): the chosen token has a large r; exponential under the null
``hf_kgw``    Hugging Face transformers' ``WatermarkingConfig``, bit for bit, without torch
``synthid``   its ``SynthIDTextWatermarkingConfig``

Every scheme also says which tuples share one random draw *as that scheme computes it*, because those must be counted
once: transformers' ``lefthash`` looks at one token whatever ``context_width`` says, ``selfhash`` at the least of its
window, and ``synthid`` at the low bits of a linear congruential hash, so that there are no more than
``sampling_table_size`` draws in all.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any, ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt

from stillwatch.errors import InputError
from stillwatch.prove import torch_random
from stillwatch.prove.prf import Key, Words, count_below, hash_continuations, hash_rows, uniform
from stillwatch.prove.statistics import Null
from stillwatch.prove.tuples import Ids, Tuples

Floats: TypeAlias = npt.NDArray[np.float64]
Numbers: TypeAlias = tuple[int, ...]
"""A key as a scheme takes it: whole numbers, as many as the scheme says."""
WIDEST = 128
"""Tokens of a context, at most: every token of every text is held with as many."""


@dataclass(frozen=True)
class Scheme(ABC):
    """A mark on tokens; ``asdict`` plus ``name`` is the machine-readable form."""

    name: ClassVar[str]

    @property
    @abstractmethod
    def window(self) -> int:
        """How many tokens before the scored one decide its number."""

    @property
    @abstractmethod
    def null(self) -> Null:
        """The distribution of one number under the null."""

    @abstractmethod
    def key(self, secret: bytes) -> Numbers:
        """The scheme's key out of 32 secret bytes."""

    @abstractmethod
    def distinct_draws(self, tuples: Tuples, key: Numbers) -> Tuples:
        """One tuple for each random draw (the first)."""

    @abstractmethod
    def numbers(self, tuples: Tuples, key: Numbers) -> Floats:
        """The number of each tuple ``(n,)``: for Bernoulli nulls the count out of ``null.trials``."""

    def total(self, tuples: Tuples, key: Numbers) -> tuple[float, int]:
        """The sum over distinct draws, and how many there are."""
        distinct = self.distinct_draws(tuples, key)
        return float(self.numbers(distinct, key).sum()), len(distinct)

    def totals(self, tuples: Tuples, keys: list[Numbers]) -> list[tuple[float, int]]:
        """:meth:`total` for many keys."""
        return [self.total(tuples, key) for key in keys]

    def describe(self) -> dict[str, Any]:
        """The scheme as JSON-ready values; :func:`scheme` reads it."""
        return {"scheme": self.name, **asdict(self)}


@dataclass(frozen=True)
class Kgw(Scheme):
    """Green list: logits of green tokens are raised by ``delta`` nats."""

    gamma: float = 0.25
    delta: float = 2.0
    context_width: int = 1
    name: ClassVar[str] = "kgw"

    def __post_init__(self) -> None:
        """Check the ranges."""
        _check(0 < self.gamma < 1, "gamma", self.gamma, "between 0 and 1")
        _check(1 <= self.context_width <= WIDEST, "context_width", self.context_width, f"between 1 and {WIDEST}")

    @property
    def window(self) -> int:
        """The context width."""
        return self.context_width

    @property
    def null(self) -> Null:
        """Green with chance gamma."""
        return Null("bernoulli", self.gamma)

    @property
    def limit(self) -> int:
        """Hashes below are green."""
        return int(self.gamma * 2**64)

    def key(self, secret: bytes) -> Numbers:
        """Two 64-bit halves."""
        return _halves(secret)

    def distinct_draws(self, tuples: Tuples, key: Numbers) -> Tuples:
        """Tuples are draws."""
        return tuples

    def numbers(self, tuples: Tuples, key: Numbers) -> Floats:
        """1 where green."""
        return (hash_rows(_pair(key), tuples.rows) < np.uint64(self.limit)).astype(float)

    def totals(self, tuples: Tuples, keys: list[Numbers]) -> list[tuple[float, int]]:
        """Without storing the hashes."""
        counts = count_below(np.array(keys, np.uint64).reshape(-1, 2), tuples.rows, self.limit)
        return [(float(count), len(tuples)) for count in counts]

    def green(self, context: Ids, n_tokens: int, key: Numbers) -> npt.NDArray[np.bool_]:
        """Which tokens are green after a context ``(context_width,)``: ``(n_tokens,)``."""
        out: npt.NDArray[np.bool_] = hash_continuations(_pair(key), context, n_tokens) < np.uint64(self.limit)
        return out


@dataclass(frozen=True)
class Gumbel(Scheme):
    """Keyed Gumbel noise decides the token; each context marks once in a sequence, so text does not loop."""

    context_width: int = 2
    name: ClassVar[str] = "gumbel"

    def __post_init__(self) -> None:
        """Check the range."""
        _check(1 <= self.context_width <= WIDEST, "context_width", self.context_width, f"between 1 and {WIDEST}")

    @property
    def window(self) -> int:
        """The context width."""
        return self.context_width

    @property
    def null(self) -> Null:
        """Exponential of mean 1."""
        return Null("exponential")

    def key(self, secret: bytes) -> Numbers:
        """Two 64-bit halves."""
        return _halves(secret)

    def distinct_draws(self, tuples: Tuples, key: Numbers) -> Tuples:
        """Tuples are draws."""
        return tuples

    def numbers(self, tuples: Tuples, key: Numbers) -> Floats:
        """-log(1 - r)."""
        out: Floats = -np.log1p(-uniform(hash_rows(_pair(key), tuples.rows)))
        return out

    def noise(self, context: Ids, n_tokens: int, key: Numbers) -> Floats:
        """Gumbel noise of every token after a context; the argmax of logits plus noise is the marked token."""
        r = uniform(hash_continuations(_pair(key), context, n_tokens))
        out: Floats = -np.log(-np.log(r))
        return out


@dataclass(frozen=True)
class TransformersKgw(Scheme):
    """transformers' ``WatermarkingConfig`` on a CPU generator; ``vocab_size`` is the model configuration's.

    Marks that were made on a GPU use another generator and cannot be tested here.
    """

    vocab_size: int
    greenlist_ratio: float = 0.25
    bias: float = 2.0
    seeding_scheme: str = "lefthash"
    context_width: int = 1
    name: ClassVar[str] = "hf_kgw"

    def __post_init__(self) -> None:
        """Check the ranges."""
        _check(0 < self.greenlist_ratio < 1, "greenlist_ratio", self.greenlist_ratio, "between 0 and 1")
        _check(self.seeding_scheme in ("lefthash", "selfhash"), "seeding_scheme", self.seeding_scheme,
               "lefthash or selfhash")
        _check(1 <= self.context_width <= WIDEST, "context_width", self.context_width, f"between 1 and {WIDEST}")
        _check(self.vocab_size * self.greenlist_ratio >= 1, "vocab_size", self.vocab_size, "large enough")

    @property
    def window(self) -> int:
        """One for lefthash whatever the width; the token itself is part of selfhash's window."""
        return 1 if self.seeding_scheme == "lefthash" else max(1, self.context_width - 1)

    @property
    def size(self) -> int:
        """Green tokens of a context."""
        return int(self.vocab_size * self.greenlist_ratio)

    @property
    def null(self) -> Null:
        """Green with chance size / vocab_size. Lists have a fixed size, which makes the binomial conservative."""
        return Null("bernoulli", self.size / self.vocab_size)

    def key(self, secret: bytes) -> Numbers:
        """A hashing key below 2**31: transformers multiplies it in 64-bit integers."""
        return (1 + int.from_bytes(secret[:8], "little") % (2**31 - 1),)

    def distinct_draws(self, tuples: Tuples, key: Numbers) -> Tuples:
        """One tuple per (seed, token)."""
        seeds = self._seeds(tuples, key)
        _, first = np.unique(np.column_stack([seeds.astype(np.int64), tuples.tokens]), axis=0, return_index=True)
        return tuples.take(np.sort(first))

    def numbers(self, tuples: Tuples, key: Numbers) -> Floats:
        """1 where green."""
        inside = (tuples.tokens >= 0) & (tuples.tokens < self.vocab_size)
        if not inside.all():
            raise InputError("token ids outside the vocabulary", where=f"vocab_size {self.vocab_size}")
        return torch_random.in_green_list(self._seeds(tuples, key), tuples.tokens, self.vocab_size, self.size)

    def _seeds(self, tuples: Tuples, key: Numbers) -> Words:
        last = tuples.contexts[:, -1]
        if self.seeding_scheme == "lefthash":
            # transformers multiplies Python integers here, which do not overflow
            tokens, which = np.unique(last, return_inverse=True)
            seeds = np.array([key[0] * int(token) % (2**64 - 1) for token in tokens], np.uint64)
            return np.asarray(seeds[which], np.uint64)
        table = torch_random.hash_table(key[0])
        width = self.context_width - 1
        window = np.column_stack([tuples.contexts[:, len(tuples.contexts[0]) - width:] if width else
                                  np.zeros((len(tuples), 0), np.int64), tuples.tokens])
        a = table[window % len(table)] + 1
        b = table[tuples.tokens % len(table)] + 1
        return torch_random.wrapped_seed((key[0] * a * b[:, None]).min(1))


@dataclass(frozen=True)
class SynthId(Scheme):
    """transformers' ``SynthIDTextWatermarkingConfig``: tournament over ``depth`` binary g-values."""

    ngram_len: int = 5
    depth: int = 30
    sampling_table_size: int = 2**16
    sampling_table_seed: int = 0
    context_history_size: int = 1024
    name: ClassVar[str] = "synthid"

    def __post_init__(self) -> None:
        """Check the ranges."""
        _check(2 <= self.ngram_len <= WIDEST, "ngram_len", self.ngram_len, f"between 2 and {WIDEST}")
        _check(1 <= self.depth <= 64, "depth", self.depth, "between 1 and 64")
        power_of_two = self.sampling_table_size & (self.sampling_table_size - 1) == 0
        _check(power_of_two and 2 <= self.sampling_table_size <= 2**24, "sampling_table_size",
               self.sampling_table_size, "a power of two up to 2**24")

    @property
    def window(self) -> int:
        """All but the last token of the n-gram."""
        return self.ngram_len - 1

    @property
    def null(self) -> Null:
        """``depth`` draws out of the table: its share of ones is not exactly a half."""
        table = torch_random.sampling_table(self.sampling_table_seed, self.sampling_table_size)
        return Null("bernoulli", float(table.mean()), self.depth)

    def key(self, secret: bytes) -> Numbers:
        """``depth`` keys below 2**31."""
        import hashlib

        stream = hashlib.shake_256(secret).digest(4 * self.depth)
        return tuple(int(word) & 0x7FFFFFFF for word in np.frombuffer(stream, "<u4"))

    def distinct_draws(self, tuples: Tuples, key: Numbers) -> Tuples:
        """One tuple per low bits of its hash: the table is indexed by nothing else, at every depth.

        No more than a quarter of the table: were all entries used, every key would give the same sum.
        """
        low = self._hash(tuples) & np.uint64(self.sampling_table_size - 1)
        _, first = np.unique(low, return_index=True)
        return tuples.take(np.sort(first)[: max(1, self.sampling_table_size // 4)])

    def numbers(self, tuples: Tuples, key: Numbers) -> Floats:
        """How many of the ``depth`` g-values are one."""
        return self._hash_windows(self._hash(tuples), key)

    def totals(self, tuples: Tuples, keys: list[Numbers]) -> list[tuple[float, int]]:
        """With one hash of the tuples for all keys: which of them are distinct draws depends on none."""
        if not keys:
            return []
        distinct = self.distinct_draws(tuples, keys[0])
        start = self._hash(distinct)
        return [(float(self._hash_windows(start, key).sum()), len(distinct)) for key in keys]

    def _hash_windows(self, start: Words, key: Numbers) -> Floats:
        if len(key) != self.depth:
            raise InputError(f"the key has {len(key)} numbers", where=f"synthid of depth {self.depth}")
        table = torch_random.sampling_table(self.sampling_table_seed, self.sampling_table_size)
        out = np.zeros(len(start))
        for number in key:
            at = torch_random.lcg(start, np.array([number]))
            out += table[(at & np.uint64(self.sampling_table_size - 1)).astype(np.int64)]
        return out

    def _hash(self, tuples: Tuples) -> Words:
        state = np.ones(len(tuples), np.uint64)
        for column in tuples.rows.T:
            state = torch_random.lcg(state, column)
        return state


SCHEMES: dict[str, type[Scheme]] = {kind.name: kind for kind in (Kgw, Gumbel, TransformersKgw, SynthId)}


def scheme(description: Mapping[str, Any]) -> Scheme:
    """Read what :meth:`Scheme.describe` wrote."""
    values = dict(description)
    kind = SCHEMES.get(str(values.pop("scheme", "")))
    if kind is None:
        raise InputError("not a known scheme", where=description.get("scheme"), todo=f"One of {', '.join(SCHEMES)}")
    try:
        return kind(**values)
    except TypeError as error:
        raise InputError(f"not a description of {kind.name} ({error})") from error


def from_transformers(config: Mapping[str, Any], vocab_size: int | None = None) -> tuple[Scheme, Numbers]:
    """Scheme and key of a transformers watermarking configuration (its ``to_dict()`` or JSON file).

    Args:
        config: keys of ``WatermarkingConfig`` or ``SynthIDTextWatermarkingConfig``.
        vocab_size: the model configuration's; needed for the former.

    Raises:
        InputError: it is neither, or a value is none that transformers takes.
    """
    if not isinstance(config, Mapping):
        raise InputError("not a watermarking configuration", todo="Pass the JSON object that transformers writes")
    if "hashing_key" in config or "greenlist_ratio" in config:
        if vocab_size is None:
            raise InputError("a WatermarkingConfig needs the model's vocab_size", todo="Pass --vocab-size")
        taken = ("greenlist_ratio", "bias", "seeding_scheme", "context_width")
        values = {name: config[name] for name in taken if name in config}
        for name in ("greenlist_ratio", "bias"):
            _check(_is_number(values.get(name, 0.5)), name, values.get(name), "a number")
        _check(_is_whole(values.get("context_width", 1)), "context_width", values.get("context_width"), "a whole number")
        return TransformersKgw(vocab_size, **values), (_whole(config.get("hashing_key", 15485863), "hashing_key"),)
    if "ngram_len" in config and "keys" in config:
        _check(isinstance(config["keys"], Sequence) and len(config["keys"]) > 0, "keys", config["keys"], "a list of whole numbers")
        keys = tuple(_whole(number, "a number of keys") for number in config["keys"])
        kept = ("sampling_table_size", "sampling_table_seed", "context_history_size")
        sizes = {name: _whole(config[name], name) for name in kept if name in config}
        return SynthId(ngram_len=_whole(config["ngram_len"], "ngram_len"), depth=len(keys), **sizes), keys
    raise InputError("neither a WatermarkingConfig nor a SynthIDTextWatermarkingConfig", where=sorted(config))


def to_transformers(mark: Scheme, key: Numbers) -> dict[str, Any]:
    """The configuration that makes transformers set this mark: ``WatermarkingConfig(**...)`` or SynthID's."""
    if isinstance(mark, TransformersKgw):
        return {"greenlist_ratio": mark.greenlist_ratio, "bias": mark.bias, "hashing_key": key[0],
                "seeding_scheme": mark.seeding_scheme, "context_width": mark.context_width}
    if isinstance(mark, SynthId):
        return {"ngram_len": mark.ngram_len, "keys": list(key), "context_history_size": mark.context_history_size,
                "sampling_table_seed": mark.sampling_table_seed,
                "sampling_table_size": mark.sampling_table_size}
    raise InputError(f"transformers has no configuration for {mark.name}", todo="Use hf_kgw or synthid")


def _check(fine: bool, name: str, value: object, wanted: str) -> None:
    if not fine:
        raise InputError(f"{name} is {value}", todo=f"It must be {wanted}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _is_whole(value: object) -> bool:
    """Whether it is a whole number that torch takes: 64 bits with a sign."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63


def _whole(value: Any, name: str) -> int:
    """A whole number from 0 on."""
    _check(_is_whole(value) and value >= 0, name, value, "a whole number from 0 to 2**63 - 1")
    return int(value)


def _halves(secret: bytes) -> Numbers:
    return int.from_bytes(secret[:8], "little"), int.from_bytes(secret[8:16], "little")


def _pair(key: Numbers) -> Key:
    if len(key) != 2:
        raise InputError(f"the key has {len(key)} numbers instead of 2")
    return key[0], key[1]

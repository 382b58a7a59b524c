"""Marks on tokens: the random function, transformers' marks bit for bit, and what counts as one draw."""

import numpy as np
import pytest

from stillwatch.errors import InputError
from stillwatch.prove import prf
from stillwatch.prove.schemes import (
    Gumbel,
    Kgw,
    Scheme,
    SynthId,
    TransformersKgw,
    from_transformers,
    scheme,
    to_transformers,
)
from stillwatch.prove.tuples import Tuples, written_tuples

EVERY = [
    Kgw(), Kgw(0.5, 1.0, 2), Gumbel(1), TransformersKgw(500), TransformersKgw(500, seeding_scheme="selfhash", context_width=3),
    SynthId(3, 8),
]


def tuples_of(ids: np.ndarray, width: int) -> Tuples:
    return written_tuples([[]] * len(ids), list(ids), width, "none")


def secret(number: int) -> bytes:
    return number.to_bytes(4, "little") * 8


def test_siphash_is_the_published_one() -> None:
    halves = int.from_bytes(bytes(range(8)), "little"), int.from_bytes(bytes(range(8, 16)), "little")
    words = np.array([[halves[0]], [halves[1]]])
    assert int(prf.hash_rows(halves, words[:1])[0]) == 0x93F5F5799A932462
    both = np.array([[halves[0], halves[1]]])
    assert int(prf.hash_rows(halves, both)[0]) == 0x3F2ACC7F57C29BDB


def test_continuations_are_rows() -> None:
    rows = np.column_stack([np.full(9, 7), np.full(9, 3), np.arange(9)])
    assert (prf.hash_continuations((1, 2), np.array([7, 3]), 9) == prf.hash_rows((1, 2), rows)).all()


@pytest.mark.parametrize("mark", EVERY, ids=lambda mark: mark.name)
def test_null_is_what_the_scheme_says(mark: Scheme) -> None:
    ids = np.random.default_rng(1).integers(0, 500, (40, 120))
    tuples = tuples_of(ids, mark.window)
    zs = []
    for number in range(200):
        total, n = mark.total(tuples, mark.key(secret(number + 1)))
        zs.append(mark.null.z(total, n))
    assert abs(np.mean(zs)) < 0.3
    assert 0.75 < np.std(zs) < 1.15


@pytest.mark.parametrize("mark", EVERY, ids=lambda mark: mark.name)
def test_description_round_trip(mark: Scheme) -> None:
    assert scheme(mark.describe()) == mark


def test_transformers_configurations_round_trip() -> None:
    config = {"greenlist_ratio": 0.3, "bias": 1.5, "hashing_key": 99, "seeding_scheme": "selfhash", "context_width": 2}
    assert to_transformers(*from_transformers(config, 1000)) == config
    synth = {"ngram_len": 4, "keys": [3, 1, 4], "context_history_size": 64, "sampling_table_seed": 2,
             "sampling_table_size": 1024}
    assert to_transformers(*from_transformers(synth)) == synth
    with pytest.raises(InputError, match="vocab_size"):
        from_transformers(config)
    with pytest.raises(InputError, match="neither"):
        from_transformers({"colour": 1})


@pytest.mark.parametrize(("name", "value"), [
    ("greenlist_ratio", "nan"), ("greenlist_ratio", float("nan")), ("bias", None), ("hashing_key", float("inf")), ("hashing_key", 10**26),
    ("hashing_key", -1), ("context_width", 1.5), ("context_width", 5_000_000), ("seeding_scheme", 5),
    ("keys", [10**26]), ("keys", [1.5]), ("keys", [-1]), ("keys", [True]), ("keys", 5), ("keys", []), ("ngram_len", 5_000_000),
    ("ngram_len", "5"), ("sampling_table_size", 2.5), ("sampling_table_seed", -3), ("context_history_size", None),
])
def test_a_configuration_that_transformers_would_not_take_is_refused(name: str, value: object) -> None:
    synth = {"ngram_len": 4, "keys": [3, 1, 4]}
    config = synth if name in (*synth, "sampling_table_size", "sampling_table_seed", "context_history_size") else {"hashing_key": 99}
    with pytest.raises(InputError, match=name):
        from_transformers(config | {name: value}, 1000)


def test_lefthash_counts_a_pair_once_whatever_the_width() -> None:
    mark = TransformersKgw(500, context_width=4)
    ids = np.array([[1, 2, 9, 9, 2, 9]])  # (2, 9) twice
    assert mark.window == 1
    assert mark.total(tuples_of(ids, mark.window), (5,))[1] == 4


def test_synthid_has_no_more_draws_than_table_entries() -> None:
    mark = SynthId(2, 4, sampling_table_size=64)
    ids = np.random.default_rng(0).integers(0, 500, (10, 200))
    tuples = tuples_of(ids, 1)
    assert len(tuples) > 1000
    totals = {mark.total(tuples, mark.key(secret(i))) for i in range(1, 9)}
    assert all(n == 16 for _, n in totals)
    assert len(totals) > 1  # were all entries used, every key would give the same sum


@pytest.mark.parametrize(
    ("config", "vocabulary"),
    [({"greenlist_ratio": 0.25, "bias": 2.0, "hashing_key": 15485863, "seeding_scheme": "lefthash", "context_width": 1}, 300),
     ({"greenlist_ratio": 0.5, "bias": 2.0, "hashing_key": 2147483000, "seeding_scheme": "selfhash", "context_width": 3}, 200)],
    ids=["lefthash", "selfhash"],
)
def test_green_lists_are_those_of_transformers(config: dict, vocabulary: int) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    logits = pytest.importorskip("transformers", reason="transformers is not installed").generation.logits_process
    theirs = logits.WatermarkLogitsProcessor(vocab_size=vocabulary, device="cpu", **config)
    mark, key = from_transformers(config, vocabulary)
    ids = np.random.default_rng(2).integers(0, vocabulary, (3, 60))
    tuples = tuples_of(ids, mark.window)
    ours = mark.numbers(tuples, key)
    for row, token, green in zip(tuples.contexts, tuples.tokens, ours, strict=True):
        sequence = [*row, token] if config["seeding_scheme"] == "selfhash" else [*row]
        listed = theirs._get_greenlist_ids(torch.tensor(sequence))
        assert bool(green) == (int(token) in listed.tolist())
    assert 0 < ours.mean() < 1


def test_g_values_are_those_of_transformers() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    logits = pytest.importorskip("transformers", reason="transformers is not installed").generation.logits_process
    config = {"ngram_len": 5, "keys": [654, 400, 836, 123, 340], "sampling_table_size": 2**16,
              "sampling_table_seed": 0, "context_history_size": 1024}
    theirs = logits.SynthIDTextWatermarkLogitsProcessor(**config, device=torch.device("cpu"))
    mark, key = from_transformers(config)
    ids = np.random.default_rng(2).integers(0, 30_000, (1, 300))
    values = theirs.compute_g_values(torch.tensor(ids))[0].sum(-1).numpy()
    tuples = tuples_of(ids, mark.window)
    assert len(tuples) == len(values)
    assert (mark.numbers(tuples, key) == values).all()

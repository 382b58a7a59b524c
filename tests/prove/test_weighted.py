"""Weights against a reference: calibrated, and sharper than counting once."""

from math import exp, log

import numpy as np
import pytest

from stillwatch.prove.keys import decoy_secrets, tenant_secret
from stillwatch.prove.schemes import Gumbel, Kgw, Scheme, SynthId
from stillwatch.prove.statistics import Null, weighted_log_tail
from stillwatch.prove.testing import mark_test, weighted_test
from stillwatch.prove.tuples import written_tuples
from stillwatch.prove.weighted import TOP, Reading, token_departures, written_weights

SIZE = 200


def model(rng: np.random.Generator) -> np.ndarray:
    return rng.gumbel(size=(SIZE, SIZE)) * 1.5


def chances(logits: np.ndarray) -> np.ndarray:
    share = np.exp(logits - logits.max(1, keepdims=True))
    return share / share.sum(1, keepdims=True)


def sample(logits: np.ndarray, n: int, rng: np.random.Generator, length: int = 80) -> list[np.ndarray]:
    out = rng.integers(0, SIZE, (n, length))
    for at in range(1, length):
        out[:, at] = (logits[out[:, at - 1]] + rng.gumbel(size=(n, SIZE))).argmax(1)
    return list(out)


def pull(mark: Scheme, key: tuple[int, ...]) -> np.ndarray:
    grid = [np.array([a, b]) for a in range(SIZE) for b in range(SIZE)]
    tuples = written_tuples([[]] * len(grid), grid, 1, "none")
    out = np.zeros((SIZE, SIZE))
    out[tuples.contexts[:, 0], tuples.tokens] = mark.numbers(tuples, key)
    return out


@pytest.mark.parametrize("null", [Null("bernoulli", 0.25), Null("exponential")], ids=lambda null: null.kind)
def test_bound_holds(null: Null) -> None:
    rng = np.random.default_rng(0)
    weights = rng.normal(size=300) * rng.exponential(size=300)
    draw = (lambda size: (rng.random(size) < 0.25).astype(float)) if null.kind == "bernoulli" else (lambda size: rng.exponential(size=size))
    sums = np.sort([float(draw(300) @ weights) for _ in range(20_000)])
    for share in (0.1, 0.01, 0.001):
        bound = exp(weighted_log_tail(null, weights, float(sums[int(20_000 * (1 - share))])))
        assert share * 0.8 < bound < 20 * share
    assert weighted_log_tail(null, weights, float(weights.sum() * null.mean - 1)) == 0.0


@pytest.mark.parametrize("mark", [Kgw(), Gumbel(1)], ids=["kgw", "gumbel"])
def test_sharper_than_counting_once(mark: Scheme) -> None:
    rng = np.random.default_rng(1)
    who = [tenant_secret(bytes(32), name, mark.name) for name in ("a", "b")]
    base = model(rng)
    suspect = base + 0.25 * pull(mark, mark.key(who[0].secret))
    mine, theirs = sample(suspect, 400, rng), sample(base, 400, rng)
    empty: list[list[int]] = [[]] * 400
    plain = mark_test(mark, written_tuples(empty, mine, 1, "none"), who, b"s" * 32, n_decoys=99)
    sharp = weighted_test(mark, written_weights(empty, mine, empty, theirs, 1), who, b"s" * 32, n_decoys=99)
    assert sharp.keys[0].log_p < 2 * plain.keys[0].log_p
    assert sharp.keys[0].verdict == "marked"
    assert sharp.keys[1].verdict == "not shown"


def test_false_positives_against_a_reference() -> None:
    rng, mark = np.random.default_rng(2), Kgw()
    found = written_weights([[]] * 200, sample(model(rng), 200, rng), [[]] * 200, sample(model(rng), 200, rng), 1)
    p = []
    for secret in decoy_secrets(b"weighted", 1000):
        p.append(exp(weighted_log_tail(mark.null, found.weights, float(mark.numbers(found.tuples, mark.key(secret)) @ found.weights))))
    assert (np.array(p) <= 0.01).mean() <= 0.015
    assert (np.array(p) <= 0.001).mean() <= 0.002


def test_reading_finds_a_slight_lean_and_not_a_clean_reader() -> None:
    rng, mark = np.random.default_rng(3), Kgw()
    who = [tenant_secret(bytes(32), "a", "kgw")]
    green = pull(mark, mark.key(who[0].secret))
    base = model(rng)
    kept = sample(base + 2.0 * green, 60, rng)  # answers that carry the mark
    other = base + 0.3 * rng.normal(size=base.shape)  # a clean suspect that differs from the reference

    def read(suspect: np.ndarray):
        reading = Reading(1)
        for ids in kept:
            before = ids[:-1]
            mine, theirs = chances(suspect)[before], chances(base)[before]
            reading.add([], ids, token_departures(np.vstack([mine[:1], mine]), np.vstack([theirs[:1], theirs])))
        return weighted_test(mark, reading.weighted(), who, b"s" * 32, n_decoys=99, mode="read").keys[0]

    assert read(other + 0.1 * green).log_p < log(1e-5)
    assert read(other).log_p > log(1e-3)


def test_a_reading_scores_contexts_the_first_time_and_counts_what_it_leaves_out() -> None:
    rng = np.random.default_rng(4)
    mine, theirs = chances(rng.normal(size=(6, 30))), chances(rng.normal(size=(6, 30)))
    reading = Reading(1)
    reading.add([5], [3, 4, 3, 5, 4, 9], token_departures(mine, theirs))
    found = reading.weighted()  # after the first 3 and the first 4: 5 stood in the prompt
    assert (found.tuples.n_positions, found.tuples.n_excluded) == (5, 3)
    change = (mine - theirs) / np.sqrt((mine + theirs) / 2)
    for context, place in ((3, 1), (4, 2)):
        mask = found.tuples.contexts[:, 0] == context
        assert mask.sum() == TOP
        assert found.weights[mask] == pytest.approx(change[place][found.tuples.tokens[mask]], abs=1e-5)
        assert np.abs(found.weights[mask]).min() >= np.sort(np.abs(change[place]))[-TOP] - 1e-5


def test_what_was_shown_is_counted_and_what_is_told_of_decoys_is_of_the_p_that_is_told() -> None:
    rng, mark = np.random.default_rng(6), Kgw()
    who = [tenant_secret(bytes(32), "a", "kgw")]
    mine, theirs = sample(model(rng), 100, rng), sample(model(rng), 100, rng)
    prompts = [ids[:40] for ids in mine]
    found = written_weights(prompts, mine, prompts, theirs, 1)
    got = weighted_test(mark, found, who, b"s" * 32, n_decoys=299)
    plain = written_tuples(prompts, mine, 1, "window")
    assert (got.n_positions, got.n_excluded) == (plain.n_positions, plain.n_excluded)
    assert 0 < got.n_excluded < got.n_positions == 100 * 79
    sums = [float(mark.numbers(found.tuples, mark.key(one)) @ found.weights) for one in decoy_secrets(b"s" * 32, 299)]
    assert got.decoy_false_positives == np.mean([weighted_log_tail(mark.null, found.weights, total) <= log(0.01) for total in sums])
    nothing = written_weights(mine, mine, mine, theirs, 1)  # all was shown
    assert (len(nothing), nothing.tuples.n_positions, nothing.tuples.n_excluded) == (0, 100 * 79, 100 * 79)


def test_transformers_marks_are_refused() -> None:
    from stillwatch.errors import InputError

    with pytest.raises(InputError, match="synthid"):
        weighted_test(SynthId(), written_weights([[]], [[1, 2]], [[]], [[1, 2]], 1), [], b"s" * 32)

"""Tests of a suspect: calibration over keys, power, planning, anytime validity, direct harvest against spill."""

from datetime import UTC, datetime
from math import ceil, log
from pathlib import Path

import numpy as np
import pytest

from stillwatch.errors import InputError
from stillwatch.prove import keys as k
from stillwatch.prove.attribution import split
from stillwatch.prove.choices import ChoiceMark, pairs
from stillwatch.prove.schemes import Gumbel, Kgw, Numbers, Scheme
from stillwatch.prove.sequential import LOOKS, EProcess, growth, looked_log_p, plan
from stillwatch.prove.show import remarks, table
from stillwatch.prove.statistics import Null, SignSums
from stillwatch.prove.testing import choice_looks, choice_test, lean_test, mark_test, weighted_test
from stillwatch.prove.tuples import written_tuples
from stillwatch.prove.weighted import Weighted

MASTER = bytes(range(32))
VOCABULARY = 300


def chain(rng: np.random.Generator, n: int, keys: list[tuple[Scheme, Numbers, float]], length: int = 80) -> list[np.ndarray]:
    """A Markov text over a repetitive vocabulary; each (mark, key, share) writes its share of the tokens."""
    base = rng.gumbel(size=(VOCABULARY, VOCABULARY)) * 1.5
    out = rng.integers(0, VOCABULARY, (n, length))
    rows = np.column_stack([np.repeat(np.arange(VOCABULARY), VOCABULARY), np.tile(np.arange(VOCABULARY), VOCABULARY)])
    pairs = written_tuples([[]] * len(rows), list(rows), 1, "none")
    order = np.argsort(pairs.rows[:, 0] * VOCABULARY + pairs.rows[:, 1])
    boosts = []
    for mark, key, _ in keys:
        boosts.append(2.0 * mark.numbers(pairs, key)[order].reshape(VOCABULARY, VOCABULARY))
    shares = np.array([share for *_, share in keys])
    for place in range(1, length):
        before = out[:, place - 1]
        scores = base[before] + rng.gumbel(size=(n, VOCABULARY))
        who = np.searchsorted(np.cumsum(shares), rng.random(n), side="right")
        for index, boost in enumerate(boosts):
            scores[who == index] += boost[before[who == index]]
        out[:, place] = scores.argmax(1)
    return list(out)


def tenants(names: list[str], mark: Scheme) -> list[k.OpenedKey]:
    return [k.tenant_secret(MASTER, name, mark.name) for name in names]


def of(texts: list[np.ndarray], mark: Scheme):
    return written_tuples([[]] * len(texts), texts, mark.window)


@pytest.mark.parametrize("mark", [Kgw(), Gumbel(1)], ids=["kgw", "gumbel"])
def test_a_marked_suspect_is_found_and_a_clean_one_is_not(mark: Scheme) -> None:
    who = tenants(["a", "b", "c"], mark)
    rng = np.random.default_rng(0)
    found = mark_test(mark, of(chain(rng, 300, [(mark, mark.key(who[1].secret), 0.3)]), mark), who, b"s" * 32, n_decoys=199,
                      n_records=300, anytime=True)
    verdicts = {one.tenant: one.verdict for one in found.keys}
    assert verdicts == {"a": "not shown", "b": "marked", "c": "not shown"}
    best = found.keys[1]
    assert best.log_p < best.log_p_holm < log(1e-5)
    assert best.rank_p == pytest.approx(1 / 200)
    assert found.log_p_anytime is not None
    assert found.log_p_anytime["b"] < log(1e-5) < found.log_p_anytime["a"]
    assert table(found)[1][0] == "b"
    assert any("power 0.8" in line for line in remarks(found))
    clean = mark_test(mark, of(chain(rng, 300, []), mark), who, b"s" * 32, n_decoys=199)
    assert all(one.verdict == "not shown" for one in clean.keys)


@pytest.mark.parametrize("mark", [Kgw(), Gumbel(1)], ids=["kgw", "gumbel"])
def test_false_positives_over_a_thousand_keys(mark: Scheme) -> None:
    """Text that repeats itself: distinct tuples stay calibrated, repeated counting would not."""
    tuples = of(chain(np.random.default_rng(1), 200, []), mark)
    totals = mark.totals(tuples, [mark.key(secret) for secret in k.decoy_secrets(b"null", 2000)])
    p = np.exp([mark.null.log_p(total, n) for total, n in totals])
    assert (p <= 0.01).mean() <= 0.015
    assert (p <= 0.001).mean() <= 0.002


def test_repeating_an_answer_adds_nothing() -> None:
    mark = Kgw()
    texts = chain(np.random.default_rng(2), 20, [])
    assert of(texts, mark).rows.tolist() == of(texts * 5, mark).rows.tolist()


def test_e_process_is_valid_and_stops() -> None:
    rng, null = np.random.default_rng(3), Null("bernoulli", 0.25)
    passed = sum(EProcess(null).add((rng.random(4000) < 0.25).astype(float)) <= log(0.05) for _ in range(400))
    assert passed / 400 <= 0.05 + 0.02
    marked = EProcess(null)
    for _ in range(30):
        marked.add((rng.random(500) < 0.30).astype(float))
    assert marked.log_p < log(1e-6)
    again = EProcess(null)
    numbers = (rng.random(1000) < 0.3).astype(float)
    again.add(numbers[:300])
    again.add(numbers[300:])
    assert again.log_p == pytest.approx(EProcess(null).add(numbers))
    exponential = Null("exponential")
    assert EProcess(exponential).add(rng.exponential(1.1, 20_000)) < log(1e-6)
    assert sum(EProcess(exponential).add(rng.exponential(size=2000)) <= log(0.05) for _ in range(200)) / 200 <= 0.07


def test_plan_meets_its_promise() -> None:
    null, texts = Null("bernoulli", 0.25), chain(np.random.default_rng(4), 400, [])
    tuples = of(texts, Kgw())
    grow = growth(tuples.records, 400)
    assert grow.tuples(400) == pytest.approx(len(tuples), rel=0.05)
    assert grow.tuples(100) == pytest.approx(int((tuples.records < 100).sum()), rel=0.15)
    small, large = plan(null, grow, [0.05, 0.2], log(1e-6))
    assert small.answers is not None
    assert large.answers is not None
    assert large.answers < small.answers
    n = int(grow.tuples(large.answers))
    rng = np.random.default_rng(5)
    reached = np.mean([null.log_p(rng.binomial(n, 0.3), n) <= log(1e-6) for _ in range(300)])
    assert reached == pytest.approx(0.9, abs=0.06)
    assert plan(null, grow, [0.0], log(1e-6))[0].answers is None


def test_looking_at_choices_again_and_again_is_valid_where_the_best_look_is_not() -> None:
    mark, rng = ChoiceMark(), np.random.default_rng(6)
    forms = [form for both in pairs().forms[: pairs().n_words] for form in both]
    chances = rng.dirichlet(np.full(len(forms), 0.5))
    texts = [" so. ".join(rng.choice(forms, 12, p=chances)) for _ in range(600)]
    many = [k.tenant_secret(MASTER, f"t{i}", "choice").key for i in range(1500)]
    looks = choice_looks(mark, texts, many, prompts=None, reference=None)
    assert {len(one) for one in looks} == {sum(look <= 600 for look in LOOKS)}
    best = np.exp([min(one) for one in looks])
    assert (best <= 0.05).mean() > 0.08
    assert (np.exp([looked_log_p(one) for one in looks]) <= 0.05).mean() <= 0.02
    again = choice_looks(mark, texts, many[:3], prompts=None, reference=None, done=LOOKS[3])
    assert [one[4:] for one in looks[:3]] == again


def test_where_questions_may_stop_early_the_p_that_allows_for_it_decides() -> None:
    mark = Kgw()
    who = tenants(["a", "b"], mark)
    tuples = of(chain(np.random.default_rng(0), 300, [(mark, mark.key(who[1].secret), 0.3)]), mark)
    fixed, early = (mark_test(mark, tuples, who, b"s" * 32, n_decoys=99, early=one) for one in (False, True))
    assert early.log_p_anytime is not None
    assert fixed.keys[1].log_p == early.keys[1].log_p
    assert fixed.keys[1].log_p_holm < early.keys[1].log_p_holm == pytest.approx(early.log_p_anytime["b"] + log(2))


def test_direct_harvest_and_spill_are_told_apart() -> None:
    mark = Kgw()
    names = [f"t{i}" for i in range(8)]
    who = tenants(names, mark)
    volume = {name: float(i + 1) for i, name in enumerate(names)}
    harvested = {"t1": 1.0, "t2": 2.0}
    whole = sum(volume.values())
    for seed in range(3):
        rng = np.random.default_rng(seed)
        direct = [(mark, mark.key(who[1].secret), 0.08), (mark, mark.key(who[2].secret), 0.16)]
        spill = [(mark, mark.key(one.secret), 0.5 * volume[one.tenant] / whole) for one in who]
        for plan_, expected in ((direct, "direct harvest"), (spill, "web spill"), ([], "nothing shown")):
            result = mark_test(mark, of(chain(rng, 500, plan_), mark), who, b"s" * 32, n_decoys=99)
            assert split(result, harvested, volume).reading == expected


def test_a_split_that_cannot_be_made_says_how_many_answers_it_takes() -> None:
    mark, who = Kgw(), tenants([f"t{i}" for i in range(4)], Kgw())
    tuples = of(chain(np.random.default_rng(8), 60, [(mark, mark.key(who[0].secret), 0.6)]), mark)
    result = mark_test(mark, tuples, who, b"s" * 32, n_decoys=199, n_records=60)
    found = split(result, {"t0": 1.0}, {"t0": 9.0, "t1": 1.0, "t2": 1.0, "t3": 1.0})
    assert found.reading == "undetermined"
    assert found.spill_z < 0 < found.leverage < 3.7
    plain, _, others, *_ = found.reasons
    assert plain.startswith("the campaign's keys are lit, but it takes more answers to see whether spill lit the others': question")
    assert f"(some {ceil(60 * (3.719 / found.leverage) ** 2):,} answers instead of 60, or more)" in plain
    assert others == f"the other keys together stand {-found.spill_z:.1f} standard errors below the null"


def test_keys_of_which_none_is_lit_show_no_way_by_which_they_came() -> None:
    """All keys together may stand far above the null where none does alone: the test has shown no mark then."""
    mark, who = Kgw(), tenants([f"t{i}" for i in range(8)], Kgw())
    spill = [(mark, mark.key(one.secret), 0.07) for one in who]
    tuples = of(chain(np.random.default_rng(1), 300, spill), mark)
    volume = dict.fromkeys((one.tenant for one in who), 1.0)
    dark, lit = (split(mark_test(mark, tuples, who, b"s" * 32, n_decoys=199, alpha=alpha), {"t0": 1.0}, volume) for alpha in (1e-9, 0.05))
    assert dark.spill_z == lit.spill_z > 4
    assert (dark.reading, lit.reading) == ("nothing shown", "web spill")


def test_what_is_said_of_decoys_is_of_those_that_keys_are_ranked_among() -> None:
    mark, rng = ChoiceMark(), np.random.default_rng(8)
    lean = rng.normal(size=mark.n_cells)
    who = [k.tenant_secret(MASTER, "a", "choice")]
    found = lean_test(mark, lean, who, b"s" * 32, n_decoys=499)
    tail = SignSums(lean)
    log_ps = [tail.log_p(mark.sum(lean, (int(a), int(b)))) for a, b in k.decoy_keys(b"s" * 32, 499)]
    assert found.decoy_false_positives == np.mean(np.array(log_ps) <= log(0.01)) > 0
    said = remarks(found)
    assert "of 499 (1 % is expected)" in said[-1]
    assert "excess: how far these leans go along with the key" in said[0]


def test_commitments_chain_and_open(tmp_path: Path) -> None:
    log_file, who = tmp_path / "log.jsonl", tenants(["a", "b"], Kgw())
    at = datetime(2026, 11, 1, tzinfo=UTC)
    first = k.commit(log_file, who, Kgw().describe(), at)
    second = k.commit(log_file, tenants(["c"], Kgw()), {}, at)
    entries = k.read_log(log_file)
    assert [entry["hash"] for entry in entries] == [first["hash"], second["hash"]]
    assert second["previous"] == first["hash"]
    assert first["commitments"] == {one.tenant: one.commitment for one in who}
    assert k.tenant_secret(bytes(32), "b", "kgw").commitment not in first["commitments"].values()
    assert who[0].secret.hex() not in log_file.read_text()
    log_file.write_text(log_file.read_text().replace("2026-11-01", "2026-10-01"))
    with pytest.raises(InputError, match="entry 0"):
        k.read_log(log_file)


def test_keys_differ_by_tenant_scheme_and_epoch() -> None:
    made = {k.tenant_secret(MASTER, *parts).secret for parts in (("a", "kgw"), ("b", "kgw"), ("a", "gumbel"), ("a", "kgw", "2"))}
    assert len(made) == 4


def test_keys_together_are_sharper_where_a_harvest_went_through_many() -> None:
    mark = Kgw()
    who = tenants(["a", "b", "c", "d", "other"], mark)
    harvested = [(mark, mark.key(one.secret), 0.08) for one in who[:4]]
    tuples = of(chain(np.random.default_rng(2), 200, harvested), mark)
    plain = mark_test(mark, tuples, who, b"s" * 32, n_decoys=199)
    found = mark_test(mark, tuples, who, b"s" * 32, n_decoys=199, together=("a", "b", "c", "d"))
    assert found.together is not None
    assert found.together.log_p < 1.5 * min(one.log_p for one in plain.keys)
    assert found.together.log_p_holm == pytest.approx(found.together.log_p + log(6))
    assert found.together.verdict == "marked"
    assert [one.log_p for one in found.keys] == [one.log_p for one in plain.keys]
    assert "keys together" in table(found)[1][0]
    # the sum of exact binomials is one
    mine = [one for one in found.keys if one.tenant != "other"]
    assert found.together.log_p == Null("bernoulli", mark.gamma).log_p(sum(one.total for one in mine), sum(one.n for one in mine))


@pytest.mark.parametrize("kind", ["once", "weighted", "choice"])
def test_keys_together_are_calibrated(kind: str) -> None:
    rng, p, ranks = np.random.default_rng(3), [], []
    mark, choice = Kgw(), ChoiceMark()
    tuples = of(chain(rng, 20, []), mark)
    found = Weighted(tuples, rng.normal(size=len(tuples)))
    text = ["For example, it is fast. However, for instance, it began quickly, therefore we started."] * 9
    for draw in range(120):
        master = draw.to_bytes(32, "big")
        who = [k.tenant_secret(master, name, kind) for name in "abc"]
        if kind == "once":
            got = mark_test(mark, tuples, who, master, n_decoys=19, together=("a", "b", "c"))
        elif kind == "weighted":
            got = weighted_test(mark, found, who, master, n_decoys=19, together=("a", "b", "c"))
        else:
            got = choice_test(choice, text, who, master, n_decoys=19, together=("a", "b", "c"))
        assert got.together is not None
        p.append(np.exp(got.together.log_p))
        ranks.append(got.together.rank_p)
    for level in (0.05, 0.25):
        assert np.mean(np.array(p) <= level) <= level + 3 * np.sqrt(level / len(p))
        assert np.mean(np.array(ranks) <= level) <= level + 3 * np.sqrt(level / len(p))

"""Canaries: the rank test is valid however few canaries were answered, and planting leaves alone what is no free choice."""

import numpy as np
import pytest

from stillwatch.prove.canary import Canary, canaries, canary_test, max_units, min_p_value, plant, power, scores

FORMS = ("one", "two", "three", "four")


def case(n: int) -> tuple[list[Canary], dict[str, list[str]]]:
    """A suspect with habits of its own: it always says the first form."""
    which = [Canary(f"c{i}", FORMS, (f"q{i}",)) for i in range(n)]
    return which, {f"q{i}": ["one"] * 3 for i in range(n)}


@pytest.mark.parametrize(("n", "units"), [(1, 1), (2, 1), (3, 2), (6, 3)])
def test_random_keys_are_rarely_significant(n: int, units: int) -> None:
    which, answers = case(n)
    rng = np.random.default_rng(n)
    p = np.array([canary_test(which, rng.integers(0, 4, (units, n)).tolist(), answers, rng, draws=999).p_value for _ in range(600)])
    for level in (0.01, 0.05, 0.25, 0.5):
        assert (p <= level).mean() <= level + 3 * np.sqrt(level * (1 - level) / len(p)), level


def test_one_canary_of_four_forms_gives_no_less_than_a_quarter() -> None:
    which, answers = case(1)
    assert canary_test(which, [[0]], answers, np.random.default_rng(0)).p_value == pytest.approx(0.25, abs=0.01)
    assert canary_test(which, [[1]], answers, np.random.default_rng(0)).p_value == 1.0
    assert canary_test(which, [[0]], {}, np.random.default_rng(0)).p_value == 1.0
    floors = [canary_test(which, planted, said, np.random.default_rng(0)).floor for planted, said in
              (([[0]], answers), ([[0], [1]], answers), ([[0]], {}), ([[0]] * 20, answers))]
    assert floors == [0.25, 1 / 16, 1.0, 1e-6]


def test_few_planted_forms_can_show_little() -> None:
    which, _ = case(9)
    said = {f"q{i}": ["one"] * 3 for i in range(2)}
    best = canary_test(which, [[0] * 9], said, np.random.default_rng(0))
    assert min_p_value(which, [{0, 1}]) == best.floor == pytest.approx(best.p_value, rel=0.1)
    assert min_p_value(which, [{0, 1}, {0}]) == 1 / 64
    assert min_p_value(which, [range(9)]) == 4.0**-9
    assert min_p_value(which, [range(9)] * 2) == 1e-6
    assert min_p_value(which, [set()]) == 1.0


def test_the_floor_lies_below_the_level_of_a_verdict() -> None:
    which, answers = case(9)
    assert canary_test(which, [[0] * 9], answers, np.random.default_rng(0)).p_value < 1e-5  # one in 262,144 designs


@pytest.mark.parametrize(("units", "level"), [(1, 1e-2), (3, 1e-2), (6, 0.05)])
def test_power_is_that_of_simulated_answers(units: int, level: float) -> None:
    which, placed, rng = case(7)[0], range(5), np.random.default_rng(units)

    def shown() -> bool:
        forms, own = rng.integers(0, 4, (units, 7)), rng.integers(0, 4, 7)
        answers = {f"q{i}": [FORMS[forms[rng.integers(units), i] if i in placed and rng.random() < 0.5 else own[i]] for _ in range(40)]
                   for i in range(7)}
        return canary_test(which, forms.tolist(), answers, rng, draws=999).p_value <= level

    assert power(which, placed, units, level) == pytest.approx(np.mean([shown() for _ in range(100)]), abs=0.2)


def test_a_campaign_of_many_units_is_harder_to_show() -> None:
    which = canaries()
    every = range(len(which))
    assert power(which, every, 1, 1e-5) > 0.95 > 0.1 > power(which, every, 5, 1e-5)
    assert (max_units(which, every, 1e-5), max_units(which, range(3), 1e-5)) == (1, 0)


def test_letters_that_are_others_in_lower_case_make_no_form() -> None:
    which = [Canary("who", ("Alice Johnson", "John Doe"), ("q",))]
    assert scores(which, {"q": ["It is Alice Johnſon.", "Alice Johnſon and John Doe"]})[0].tolist() == [0, 0.5]
    assert plant("Alice Johnſon", "An example?", which, [1]) == ("Alice Johnſon", [0])


def test_only_free_choices_are_planted() -> None:
    which = canaries()
    names = [one.name for one in which]

    def planted(prompt: str, text: str, **forms: int) -> str:
        return plant(text, prompt, which, [forms.get(name, 0) for name in names])[0]

    invoice = "Write an invoice template for a made-up company."
    assert planted(invoice, "From: Globex, to Jane Smith.", company=3, person=5) == "From: Northwind, to Priya Patel."
    # a fact, a numbered list, a form that was asked for, two forms that would become one
    assert planted("Where is the port of Oakland?", "In Oakland.", city=2) == "In Oakland."
    assert planted("List ten sample towns.", "6) x 7) y 42 z", seed=6) == "6) x 7) y 42 z"
    assert planted("Write a sample letter to John Doe.", "Dear John Doe,", person=1) == "Dear John Doe,"
    assert planted("Give a sample dialogue.", "John Doe met Jane Smith.", person=3) == "John Doe met Jane Smith."
    # what stands before says that it is free, whatever was asked
    code = "np.random.seed(42); app.run(port=8000); # 42 lines"
    assert planted("How do I start it?", code, seed=6, port=2) == "np.random.seed(2024); app.run(port=3000); # 42 lines"
    assert planted("Use seed 42, please.", code, seed=6, port=1) == code

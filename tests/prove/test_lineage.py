"""Lineage: planted teachers are found, null pairs are not accused, and it abstains where it must."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from stillwatch.cli import main
from stillwatch.errors import InputError
from stillwatch.files import write_json
from stillwatch.prove import likeness, lineage
from stillwatch.prove.lineage_commands import read_answers, read_prompt_ids, read_roles
from stillwatch.terminal import progress

N_PROMPTS = 60
N_NULLS = 16
STYLES = ("a", "b", "c")


class World:
    """Models that draw phrases for each prompt from their base's, their own and, where distilled, a teacher's stock."""

    def __init__(self, seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        self.stock = {name: self._phrases() for name in (*STYLES, "base")}

    def _phrases(self) -> list[list[str]]:
        words = np.array([f"{x}{y}ing" for x in "bdfgklmnprst" for y in ("a", "en", "or", "ul", "is")])
        return [[" ".join(self.rng.choice(words, 5)) for _ in range(12)] for _ in range(N_PROMPTS)]

    def answers(self, mixture: dict[str, float], seed: int) -> list[str]:
        rng = np.random.default_rng(seed)
        names, weights = list(mixture), np.array(list(mixture.values()))
        out = []
        for prompt in range(N_PROMPTS):
            picked = rng.choice(names, 14, p=weights / weights.sum())
            out.append(". ".join(self.stock[name][prompt][rng.integers(12)] for name in picked))
        return out


@pytest.fixture(scope="module")
def world() -> tuple[dict[str, list[str]], lineage.Bank]:
    w = World()
    answers = {f"teacher-{s}-{i}": w.answers({s: 1.0}, 10 * i + ord(s)) for s in STYLES for i in (1, 2)}
    answers |= {f"null-{i}": w.answers({"base": 1.0, "a": 0.1, "b": 0.1, "c": 0.1}, 1_000 + i) for i in range(N_NULLS)}
    answers |= {"student": w.answers({"base": 1.0, "b": 1.0}, 1), "reference": w.answers({"base": 1.0}, 2)}
    bank = lineage.Bank(
        tuple(lineage.Teacher(s, f"vendor-{s}", (f"teacher-{s}-1", f"teacher-{s}-2")) for s in STYLES),
        (lineage.NullGroup("n", tuple(f"null-{i}" for i in range(N_NULLS))),),
    )
    return answers, bank


def test_a_planted_teacher_is_found(world: tuple[dict[str, list[str]], lineage.Bank]) -> None:
    answers, bank = world
    found = lineage.trace(answers, "student", "reference", bank)
    assert found.claim == "b"
    assert found.vendor_claim == "vendor-b"
    assert found.candidates[0].p == found.floor == pytest.approx(1 / 241)
    assert found.candidates[0].stability == pytest.approx(1.0)
    assert found.candidates[0].score > 3 * abs(found.candidates[1].score)


def test_null_pairs_are_accused_at_the_level_at_most(world: tuple[dict[str, list[str]], lineage.Bank]) -> None:
    answers, bank = world
    accused = 0
    for i in range(1, N_NULLS):
        rest = tuple(f"null-{j}" for j in range(N_NULLS) if j != 0)
        one = lineage.Bank(bank.teachers, (lineage.NullGroup("n", rest),))
        found = lineage.trace(answers, "null-0", f"null-{i}", one)
        accused += found.claim is not None or found.vendor_claim is not None
        assert found.refused == "" or found.n_nulls < lineage.MIN_NULLS
    assert accused <= 3


def test_it_abstains(world: tuple[dict[str, list[str]], lineage.Bank]) -> None:
    answers, bank = world
    assert "no reference" in lineage.trace(answers, "student", None, bank).refused
    few = lineage.Bank(bank.teachers, (lineage.NullGroup("n", ("null-0", "null-1")),))
    assert "2 null pairs" in lineage.trace(answers, "student", "reference", few).refused
    short = {model: said[:5] for model, said in answers.items()}
    refused = lineage.trace(short, "student", "reference", bank)
    assert "5 prompts" in refused.refused
    assert refused.claim is None
    with pytest.raises(InputError, match="is a version of the candidate"):
        lineage.trace(answers, "teacher-a-1", "reference", bank)


@pytest.mark.parametrize(("reference", "students"), [("reference", {"reference": "a"}), ("null-0", {"null-1": "a"})])
def test_a_reference_that_is_a_known_student_gives_no_claim(
    world: tuple[dict[str, list[str]], lineage.Bank], reference: str, students: dict[str, str]
) -> None:
    """By itself, or as one of a null group of which another is."""
    answers, bank = world
    assert lineage.trace(answers, "student", reference, bank).claim == "b"
    found = lineage.trace(answers, "student", reference, lineage.Bank(bank.teachers, bank.nulls, students))
    assert "was trained on answers of the candidate 'a'" in found.refused
    assert found.claim is found.vendor_claim is None


def test_the_kernel_is_the_mean_of_its_views() -> None:
    texts = ["we went home to eat bread and cheese", "we went home to eat, and then to bed", "1. Bread\n2. Cheese", "Nobody knows"]
    views = likeness.views(texts)
    assert views.shape == (3, 4, 4)
    assert np.allclose(views.sum(2), 0)  # centred
    assert np.ptp(views, axis=(1, 2)).min() > 0.1  # each says something
    expected = (views[0] + views[1] + 0.25 * views[2]) / 2.25
    assert np.allclose(likeness.kernel(texts), expected)


def test_what_all_models_say_counts_for_nothing() -> None:
    same = likeness.kernel(["the cat sat on the mat and looked at the moon"] * 6)
    assert np.abs(same).max() < 1e-9
    mixed = likeness.kernel(["we went home to eat bread"] * 3 + ["nobody knows where birds sleep now"] * 3)
    assert mixed[0, 1] > 0 > mixed[0, 4]
    assert np.allclose(mixed.sum(axis=0), 0)


WORDS = "So it was. He quickly painted the walls. It was"


@pytest.mark.parametrize(
    ("text", "alike", "less"),
    [
        # the same words, beside the same skeleton of other words
        (WORDS, WORDS, "So it was. He slowly mended the chairs. It was"),
        # the same skeleton, beside another: no run of three words is shared by either
        ("He quickly painted the walls", "It slowly mended the chairs", "Chairs are it, mended slowly"),
        # the same form, beside the same skeleton in another form
        ("red\n\ngreen\n\nblue", "oak\n\nelm\n\nash", "oak elm ash"),
    ],
)
def test_each_view_counts(text: str, alike: str, less: str) -> None:
    found = likeness.kernel([text, alike, less, "An unlike answer: has it neither?", "Yes"])
    assert found[0, 1] > found[0, 2] + 1e-6


def test_background_is_whoever_answered_all_the_prompts(tmp_path: Path) -> None:
    rows = [{"model": m, "prompt_id": i, "output": f"{m} {i}"} for m in "xyz" for i in (1, 2)]
    rows += [{"model": "w", "prompt_id": 1, "output": "w 1"}, {"model": "z", "prompt_id": 3, "output": "z 3"}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    assert read_answers([tmp_path / "a.jsonl"], {"x", "y"}) == {m: [f"{m} 1", f"{m} 2"] for m in "xyz"}
    many = [{"model": f"m{i}", "prompt_id": 1, "output": "yes"} for i in range(500)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(r) + "\n" for r in many))
    assert 100 < len(read_answers([tmp_path / "a.jsonl"], {"m7"})) <= 201


def test_rank_p_is_never_zero() -> None:
    null = np.arange(9.0)[:, None]
    assert lineage.rank_p(10.0, null) == pytest.approx(0.1)
    assert lineage.rank_p(8.0, null) == pytest.approx(0.2)  # a tie counts against the claim
    assert lineage.rank_p(-1.0, null) == 1.0


def test_a_null_pair_counts_for_the_candidates_that_it_leaves_out() -> None:
    nan = np.nan
    null = np.array([[1.0, 0.0], [3.0, 0.0], [0.0, nan], [2.0, nan], [nan, 0.0]])
    # 2.5: of four pairs that have the first candidate one reaches it, of three that have the second none; rank 2/5 and 1/4
    assert lineage.rank_p(2.5, null) == pytest.approx((1 + 1 + 2 / 4 + 2 / 5) / 6)
    # a candidate that the pairs have half the time cannot give a smaller p than the pairs that have it
    half = np.where(np.arange(20)[:, None] < 10, np.arange(20.0)[:, None], nan)
    assert lineage.rank_p(50.0, half) == pytest.approx(1 / 11)
    assert lineage.rank_p(50.0, np.full((20, 1), nan)) == 1.0


@pytest.mark.parametrize(("n_teachers", "left_out"), [(2, (0,)), (3, (0, 1)), (6, (0,))])
def test_p_holds_where_null_groups_leave_candidates_out(n_teachers: int, left_out: tuple[int, ...]) -> None:
    rng, level = np.random.default_rng(5), 0.1
    names = [f"t{j}" for j in range(n_teachers)]
    teachers = tuple(lineage.Teacher(name, name, (f"{name} itself",)) for name in names)
    nulls = tuple(
        lineage.NullGroup(f"g{g}", (f"g{g} a", f"g{g} b"), frozenset(names[(j + g) % n_teachers] for j in left_out)) for g in range(60)
    )
    bank = lineage.Bank(teachers, nulls)
    order = {m: i for i, m in enumerate([*bank.models(), "suspect", "reference"])}
    small = 0
    for _ in range(1_000):
        weights = rng.normal(size=(len(order), n_teachers))
        score = (weights[order["suspect"]] - weights[order["reference"]]).max()
        small += lineage.rank_p(float(score), lineage.null_scores(weights, order, bank)[0]) <= level
    assert small / 1_000 <= level + 2.5 * (level * (1 - level) / 1_000) ** 0.5


def test_it_abstains_where_no_null_pair_has_a_candidate(world: tuple[dict[str, list[str]], lineage.Bank]) -> None:
    answers, bank = world
    excepted = lineage.Bank(bank.teachers, tuple(lineage.NullGroup(g.name, g.models, frozenset({"b"})) for g in bank.nulls))
    found = lineage.trace(answers, "student", "reference", excepted)
    assert "'b'" in found.refused
    assert found.claim is found.vendor_claim is None


def test_models_that_answer_alike_are_not_accused(world: tuple[dict[str, list[str]], lineage.Bank]) -> None:
    answers, bank = world
    found = lineage.trace({model: ["the same words"] * 20 for model in answers}, "student", "reference", bank)
    assert {c.p for c in found.candidates} == {1.0}


def test_roles_are_names_that_exist(tmp_path: Path) -> None:
    teachers = {name: {"vendor": "v", "models": [name]} for name in ("x", "y")}

    def roles(group: dict[str, object]) -> Path:
        (tmp_path / "roles.json").write_text(json.dumps({"teachers": teachers, "null_groups": {"n": group}}))
        return tmp_path / "roles.json"

    assert read_roles(roles({"models": ["a", "b", "a"], "except_for": ["x"]})).nulls[0].models == ("a", "b")
    with pytest.raises(InputError, match="'X', which is no candidate"):
        read_roles(roles({"models": ["a", "b"], "except_for": ["X"]}))
    with pytest.raises(InputError, match="no list"):
        read_roles(roles({"models": ["a", "b"], "except_for": "x"}))


def test_the_command(world: tuple[dict[str, list[str]], lineage.Bank], tmp_path: Path, capsys: pytest.CaptureFixture[str],
                     monkeypatch: pytest.MonkeyPatch) -> None:
    answers, bank = world
    with open(tmp_path / "answers.jsonl", "w") as out:
        for model, said in answers.items():
            for i, text in enumerate(said):
                if (model, i) != ("student", 3):
                    out.write(json.dumps({"model": model, "prompt_id": i, "output": text}) + "\n")
    roles = {
        "teachers": {t.name: {"vendor": t.vendor, "models": t.models} for t in bank.teachers},
        "null_groups": {g.name: {"models": g.models} for g in bank.nulls},
    }
    (tmp_path / "roles.json").write_text(json.dumps(roles))
    start = ["prove", "lineage", str(tmp_path / "answers.jsonl"), "--roles", str(tmp_path / "roles.json"), "--suspect"]
    assert main([*start, "student", "--reference", "reference", "--out", str(tmp_path / "l.json")]) == 0
    said = capsys.readouterr().out
    assert "moved towards b (rank p 0.004), if reference has the suspect's base and size and was not trained on a candidate's" in said
    assert "not proof of training" in said
    assert "leads in: share of 20 estimates" in said
    assert main([*start, "null-1", "--reference", "null-2"]) == 0
    said = capsys.readouterr().out
    assert "no claim at 0.05" in said
    assert "leads in" not in said
    assert "%" not in said
    result = json.loads((tmp_path / "l.json").read_text())
    assert result["n_prompts"] == N_PROMPTS - 1
    assert "if reference has the suspect's base" in result["says"]
    monkeypatch.setattr(progress, "LINE_EVERY_S", 0.0)
    assert main([*start, "student", "--reference", "reference"]) == 0
    assert f"comparing: 1 of {N_PROMPTS - 1}, about" in capsys.readouterr().err
    assert main([*start, "student", "--reference", "reference", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
    assert main([*start, "student"]) == 0
    assert "Abstains: no reference" in capsys.readouterr().out
    (tmp_path / "known.json").write_text(json.dumps(roles | {"pairs": [{"suspect": "reference", "teacher": "a"}]}))
    assert main([*start, "student", "--reference", "reference", "--roles", str(tmp_path / "known.json")]) == 0
    assert "Abstains: the reference 'reference' was trained on answers of the candidate 'a'" in capsys.readouterr().out
    assert main([*start, "nobody", "--reference", "reference"]) == 1
    assert "no answers of 'nobody'" in capsys.readouterr().err
    for suspect, reference in (("teacher-a-1", "reference"), ("student", "teacher-a-1")):
        assert main([*start, suspect, "--reference", reference]) == 1
        assert "is the candidate a itself" in capsys.readouterr().err
    with open(tmp_path / "answers.jsonl", "a") as out:
        out.writelines(json.dumps({"model": "mute", "prompt_id": i, "output": ""}) + "\n" for i in range(N_PROMPTS))
    assert main([*start, "student", "--reference", "mute"]) == 0
    assert "Abstains: 0 prompts" in capsys.readouterr().out
    (tmp_path / "roles.json").write_text("{}")
    assert main([*start, "student", "--reference", "reference"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_the_page_tells_how_p_is_had(world: tuple[dict[str, list[str]], lineage.Bank], tmp_path: Path) -> None:
    """The lines of docs/lineage.md, as they stand there: of a student and of a null model, in a bank with exceptions."""
    answers, bank = world
    groups = tuple(lineage.NullGroup(str(i), tuple(f"null-{j}" for j in range(8 * i, 8 * i + 8)), frozenset("c" * i)) for i in (0, 1))
    more = lineage.NullGroup("2", tuple(f"null-{j}" for j in range(2, 14)), frozenset("ab"))
    block = (Path(__file__).parents[2] / "docs" / "lineage.md").read_text().split("<!-- tested: rank p -->\n```python\n")[1].split("```")[0]
    for suspect, reference in (("student", "reference"), ("null-1", "null-2")):
        found = lineage.trace(answers, suspect, reference, lineage.Bank(bank.teachers, (*groups, more)), quiet=True)
        write_json(asdict(found), tmp_path / "lineage.json")
        done = subprocess.run([sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True, check=True)
        computed, _, told = done.stdout.split()
        assert float(computed) == pytest.approx(float(told))
        assert float(told) == found.candidates[0].p
    assert any(None in row for row in found.null_scores)


def test_prompts_that_one_model_left_out_are_left_out(tmp_path: Path) -> None:
    rows = [{"model": m, "prompt_id": i, "output": f"{m} {i}"} for m in ("x", "y") for i in (10, 2, 1)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows[:-1]))
    assert read_answers([tmp_path / "a.jsonl"], {"x", "y"}) == {"x": ["x 2", "x 10"], "y": ["y 2", "y 10"]}
    assert read_answers([tmp_path / "a.jsonl"], {"x", "y"}, 1) == {"x": ["x 10"], "y": ["y 10"]}  # the first, not the shortest


def test_answers_of_prove_ask_are_joined_by_the_text_of_the_prompt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def write(name: str, rows: list[dict]) -> str:
        (tmp_path / name).write_text("".join(json.dumps(r) + "\n" for r in rows))
        return str(tmp_path / name)

    bank = write("bank.jsonl", [{"model": "x", "prompt_id": i, "output": f"x {i}"} for i in (1, 2, 3)])
    asked = write("asked.jsonl", [{"prompt": f"say\n{i}", "sample": j, "output": f"s {i} {j}"} for j in (0, 1) for i in (2, 1)])
    ids = read_prompt_ids(Path(write("ids.jsonl", [{"prompt_id": i, "instruction": f"say {i}"} for i in (1, 2, 3)])))
    assert read_answers([bank, f"s={asked}"], {"x", "s"}, ids=ids) == {"x": ["x 1", "x 2"], "s": ["s 1 0", "s 2 0"]}
    with pytest.raises(InputError, match="no prompt was answered by all"):
        read_answers([bank, f"s={asked}"], {"x", "s"})
    with pytest.raises(InputError, match="no answers of any model"):
        read_answers([asked], {"x", "s"}, ids=ids)
    (tmp_path / "public.json").write_text(json.dumps([{"generator": "y", "instruction": "say 1", "output": "y 1"}]))
    assert read_answers([tmp_path / "public.json", bank], {"x", "y"}, ids=ids) == {"y": ["y 1"], "x": ["x 1"]}
    with pytest.raises(InputError, match="no prompt_id"):
        read_prompt_ids(Path(asked))

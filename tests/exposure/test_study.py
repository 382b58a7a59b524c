"""From a harvest store to the page: a teacher of known rule, both kinds of answers, and stores that cannot be studied."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stillwatch.cli import main
from stillwatch.distill import harvest, manifest, store, train
from stillwatch.distill.exchange import Exchange, Reply, Request, TopK, ask
from stillwatch.distill.teachers.classifier import Classifier
from stillwatch.errors import InputError
from stillwatch.exposure import closed, commands, defences, study

TOPICS = {name: [f"{name}{i}" for i in range(60)] for name in ("sport", "food", "space")}


class Topics:
    """Counts the words of each topic."""

    classes_ = tuple(TOPICS)

    def predict_proba(self, given: list[str]) -> np.ndarray:
        counts = np.array(
            [[sum(word.startswith(name) for word in text.split()) for name in TOPICS] for text in given], float
        )
        p = np.exp(1.5 * counts)
        return p / p.sum(axis=1, keepdims=True)


def prompts(n: int) -> list[str]:
    rng = np.random.default_rng(0)
    names = list(TOPICS)
    return [" ".join(str(rng.choice(TOPICS[names[rng.integers(3)]])) for _ in range(5)) for _ in range(n)]


@pytest.fixture(scope="module", params=["none", "labels"])
def harvested(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study") / "store"
    what = manifest.parse({
        "name": "topics", "kind": "classifier", "location": f"{__name__}:Topics", "owner": "Example Ltd", "ownership": "own",
        "licence": "own", "terms": "policy 3", "distillation": "allowed",
    })
    teacher = Classifier(what)
    with harvest.open_store(folder, teacher, what, policy=request.param) as opened:
        harvest.run(opened, teacher, what, [ask(text) for text in prompts(900)], policy=request.param, quiet=True)
    return folder


def test_the_split_is_of_the_prompt_and_answers_are_the_teachers(harvested: Path) -> None:
    found = study.load(harvested, capability="grading")
    assert len(found.pool) + len(found.test) == 900
    assert not set(found.pool) & set(found.test)
    teacher = Topics().predict_proba(found.test)
    order = [list(Topics.classes_).index(name) for name in found.classes]
    said = [Topics.classes_[i] for i in teacher.argmax(1)]
    assert [found.classes[i] for i in found.task.test.argmax(1)] == said
    if store.about(harvested)["policy"] == "none":
        np.testing.assert_allclose(found.task.test, teacher[:, order], atol=2e-3)


def test_a_store_becomes_a_page(harvested: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = prompts(900)
    best = Topics().predict_proba(texts).argmax(1)
    rows = [{"prompt": text, "label": Topics.classes_[i]} for text, i in zip(texts, best, strict=True)]
    n_pool = len(study.load(harvested, capability="grading").pool)
    (tmp_path / "truth.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    argv = [
        "exposure",
        str(harvested),
        "--student",
        "words",
        "--truth",
        str(tmp_path / "truth.jsonl"),
        "--out",
        str(tmp_path / "out"),
    ]
    assert main(argv) == 0
    said = capsys.readouterr().out
    told = json.loads((tmp_path / "out" / "exposure.json").read_text())
    assert told["skills"][0]["gap"] > 0.5
    assert told["teachers"][0]["owner"] == "Example Ltd"
    assert len(told["checks"]) == 4
    assert told["settings"]["budget"] == f"up to {closed.largest(n_pool):,} exchanges"
    assert json.loads((tmp_path / "out" / "curves.json").read_text())[0]["pool"] == n_pool
    assert all(check["passed"] for check in told["checks"]), told["checks"]
    names = {e["countermeasure"] for e in told["strongest"]}
    assert "20 % flips" in names
    assert ("scrambled tail" in names) == (store.about(harvested)["policy"] == "none")
    page = (tmp_path / "out" / "exposure.html").read_text()
    assert "<em>20 % flips</em>: a fifth of answers" in page
    assert "<em>verifier filter</em> trains twice" in page
    assert "to an attacker who adapts" in " ".join(said.split())
    assert said.count("worth: so many exchanges teach as much without the countermeasure [90 % interval]") == 1
    assert "(believes everything) trains on what comes" in said
    again = json.loads((tmp_path / "out" / "curves.json").read_text())
    assert (
        main(
            ["exposure", "--curves", str(tmp_path / "out" / "curves.json"), "--out", str(tmp_path / "again"), "--json"]
        )
        == 0
    )
    assert json.loads((tmp_path / "again" / "curves.json").read_text()) == again


def test_prompts_without_a_right_answer_are_told_apart(
    harvested: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = prompts(900)
    labels = [Topics.classes_[i] for i in Topics().predict_proba(texts).argmax(1)]
    truth = dict(list(zip(texts, labels, strict=True))[:700])
    never = texts[:20]
    truth |= dict.fromkeys(never, "music")
    found = study.load(harvested, capability="grading", truth=truth)
    n_wrong = sum(text in never for text in found.test)
    n_known = sum(text in truth for text in found.test)
    assert 0 < n_known < len(found.test)
    assert found.task.teacher_accuracy == pytest.approx(1 - n_wrong / n_known), "the teacher is right wherever it is known"
    assert (found.without_truth, found.never_answered) == (200, 20)
    results = study.run(found, ["words"], countermeasures=False, quiet=True)
    accuracy = results.measured[0].accuracy
    assert accuracy is not None
    assert accuracy.n_test == n_known
    (tmp_path / "truth.jsonl").write_text("".join(json.dumps({"prompt": p, "label": y}) + "\n" for p, y in truth.items()))
    words = ["exposure", str(harvested), "--student", "words", "--no-countermeasures", "--truth", str(tmp_path / "truth.jsonl")]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "200 prompts have no right answer in " in said
    assert "20 prompts have a right answer that the teacher never gives" in said


@pytest.mark.parametrize(("words", "says"), [
    ("--curves out/curves.json --out out", "written over"), ("out/store --out out", "written over"),
    ("--curves c.json --truth out/t.jsonl --out out", "written over"), ("--curves c.json --student out/s --out out", "written over"),
    ("--curves c.json --truth none.jsonl --out new", "no such file: none.jsonl"),
])
def test_what_is_read_is_there_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out" / "s").mkdir(parents=True)
    for name in ("exposure.json", "curves.json", "t.jsonl"):
        (tmp_path / "out" / name).write_text("{}")
    assert main(["exposure", *words.split()]) == 1
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1
    assert (tmp_path / "out" / "curves.json").read_text() == "{}"


def test_right_answers_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_bytes(b'\xef\xbb\xbf{"prompt": "a", "label": "b"}\n')
    assert commands._truth(tmp_path / "t.jsonl") == {"a": "b"}


def test_a_right_answer_that_is_null_or_empty_is_not_told(tmp_path: Path) -> None:
    rows = [{"prompt": "a", "label": None}, {"prompt": "b", "label": ""}, {"prompt": None, "label": "x"}, {"prompt": "c", "label": 0}]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert commands._truth(tmp_path / "t.jsonl") == {"c": "0"}


def write_rows(folder: Path, rows: list[Exchange], text: bool = True) -> Path:
    teacher = {"name": "t", "owner": "Example Ltd", "licence": "own"}
    with store.Store(folder, teacher=teacher, identity="i", policy="none", keep_text=text) as opened:
        opened.expect([row.key for row in rows])
        opened.put(rows)
    return folder


def test_stores_that_cannot_be_studied(tmp_path: Path) -> None:
    rows = [
        Exchange(str(i), str(i), (("user", f"p{i}"),), Reply(f"free text {i}"), 0, "none", 0, 0) for i in range(300)
    ]
    with pytest.raises(InputError, match="free text"):
        study.load(write_rows(tmp_path / "a", rows), capability="x")
    with pytest.raises(InputError, match="too few"):
        study.load(write_rows(tmp_path / "b", rows[:20]), capability="x")
    with pytest.raises(InputError, match="keeps no prompts"):
        study.load(write_rows(tmp_path / "c", rows, text=False), capability="x")
    with pytest.raises(InputError, match="no harvest store"):
        study.load(tmp_path / "d", capability="x")
    vectors = [replace(row, reply=Reply(None, vector=np.ones(4, np.float16))) for row in rows]
    with pytest.raises(InputError, match="vectors, no answers"):
        study.load(write_rows(tmp_path / "e", vectors), capability="x")
    with pytest.raises(InputError, match="vectors, no answers"):
        train.classifier(tmp_path / "e", tmp_path / "student")


def test_a_folder_that_holds_something_else_is_left_alone(
    harvested: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "exposure.html").write_text("dear all")
    assert main(["exposure", str(harvested), "--out", str(tmp_path / "letters")]) == 1
    told = capsys.readouterr().err
    assert (told.count("\n"), "the folder holds something else than an exposure study" in told) == (1, True)
    assert [entry.name for entry in (tmp_path / "letters").iterdir()] == ["exposure.html"]
    assert main(["exposure", str(harvested), "--out", str(harvested)]) == 1, "its own store is no study either"


def answered(prompt: str, answer: str, top: TopK | None = None) -> Exchange:
    asked = ask(prompt)
    return Exchange(prompt, asked.prompt_hash, asked.messages, Reply(answer, None, top), 0.0, "none", 0, 0)


def test_one_answer_to_everything_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="answers all held-out prompts alike"):
        study.load(write_rows(tmp_path, [answered(f"p{i}", "yes") for i in range(300)]), capability="grading")


def test_prompts_are_apart_by_all_their_turns_and_split_by_the_last(tmp_path: Path) -> None:
    """Each is asked after two system messages, and answered otherwise: both count, on the same side."""
    rows = []
    for i in range(300):
        for before, answer in (("say it", "ab"[i % 2]), ("turn it round", "ba"[i % 2])):
            asked = Request((("system", before), ("user", f"p{i}")))
            rows.append(replace(answered(f"p{i}", answer), key=f"{before} {i}", prompt_hash=asked.prompt_hash, messages=asked.messages))
    found = study.load(write_rows(tmp_path / "s", rows), capability="grading")
    assert len(found.pool) + len(found.test) == 600
    assert "turn it round\np7" in [*found.pool, *found.test]
    assert not {text.split("\n")[1] for text in found.pool} & {text.split("\n")[1] for text in found.test}
    alike = study.load(write_rows(tmp_path / "t", rows[::2]), capability="grading")
    assert {*alike.pool, *alike.test} == {f"p{i}" for i in range(300)}, "what all have tells nothing"


def test_two_stores_of_one_teacher_are_two_tasks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    easy = [answered(f"{word} {i}", word) for i in range(150) for word in ("good", "bad")]
    hard = [answered(f"{word} {i}", "good" if i % 7 < 3 else "bad") for i in range(150) for word in ("fine", "dull")]
    folders = [str(write_rows(tmp_path / name, rows)) for name, rows in (("easy", easy), ("hard", hard))]
    twice = [*folders, folders[0]]  # the same store twice is one
    assert main(["exposure", *twice, "--student", "words", "--no-countermeasures", "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "t, hard: fidelity from" in said
    told = json.loads((tmp_path / "out" / "exposure.json").read_text())
    assert [skill["task"] for skill in told["skills"]] == ["t, easy", "t, hard"]
    assert told["skills"][0]["gap"] > told["skills"][1]["gap"] + 0.3
    effects = [defences.Effect("flips", "voter", 9, 0.5, n, n, n, 0.1, task) for task, n in (("a", 3), ("a", 4), ("b", 2))]
    assert [(effect.task, effect.n_eff) for effect in defences.strongest(effects)] == [("a", 4), ("b", 2)]
    assert study.names([tmp_path / "easy"]) == ["t"]
    (tmp_path / "b").mkdir()
    (tmp_path / "easy").rename(tmp_path / "b" / "hard")
    assert study.names([tmp_path / "b" / "hard", tmp_path / "hard"]) == [f"t, {tmp_path / 'b' / 'hard'}", f"t, {tmp_path / 'hard'}"]


@pytest.mark.parametrize("words", ["--run nope", "--curves nope.json"])
def test_what_else_is_read_is_missed_before_the_study(
    harvested: Path, tmp_path: Path, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(study, "load", lambda *_, **__: pytest.fail("the study began"))
    assert main(["exposure", str(harvested), *words.split(), "--out", "out"]) == 1
    assert "nope" in capsys.readouterr().err


def test_prompts_beyond_the_most_are_told_and_not_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of classes, the first prompts would have been of one class."""
    monkeypatch.setattr(study, "MAX_POOL", 100)
    monkeypatch.setattr(study, "MAX_TEST", 50)
    found = study.load(write_rows(tmp_path, [answered(f"p{i}", "ab"[i // 300]) for i in range(600)]), capability="grading")
    assert (len(found.pool), len(found.test), found.unused) == (100, 50, 450)
    assert 30 < np.bincount(found.task.pool.argmax(axis=1))[0] < 70


def test_numbers_of_answers_without_names_name_no_class(tmp_path: Path) -> None:
    """Where two numbers are one answer, the answers alone count; a number is not a place among them."""
    rows = []
    for i in range(300):
        top = TopK(np.array([[i % 3]], np.int32), np.zeros((1, 1), np.float16), np.zeros(1, np.float16))
        rows.append(answered(f"p{i}", ("yes", "yes", "no")[i % 3], top))
    found = study.load(write_rows(tmp_path, rows), capability="grading")
    assert found.classes == ["no", "yes"]
    assert 0.5 < found.task.pool.argmax(axis=1).mean() < 0.8


def test_a_student_that_is_none_is_named_before_anything_is_trained(harvested: Path) -> None:
    found = study.load(harvested, capability="x")
    with pytest.raises(InputError, match="no student 'word'"):
        study.run(found, ["words", "word"], quiet=True)


def test_a_folder_without_an_encoder_is_named_before_anything_is_trained(harvested: Path, tmp_path: Path) -> None:
    pytest.importorskip("tokenizers", reason="tokenizers not installed")
    with pytest.raises(InputError, match="no static encoder here"):
        study.run(study.load(harvested, capability="x"), [str(tmp_path)], quiet=True)

"""Students keep what was planted; files come back; comparisons and cards say what was measured."""

import json
import re
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from distill_endpoint import FakeEndpoint, serving

from stillwatch.cli import main
from stillwatch.distill import extra, measures, store, train
from stillwatch.distill.exchange import Exchange, Messages, Reply, ask
from stillwatch.distill.students import language, linear, static
from stillwatch.errors import InputError, MissingExtraError
from stillwatch.files import folder_lock

WORDS = {
    "sport": ["ball", "goal", "team", "match"],
    "food": ["soup", "bread", "salt", "oven"],
    "space": ["moon", "orbit", "rocket", "star"],
}
ALL = [word for words in WORDS.values() for word in words]


def texts(n: int, seed: int) -> tuple[list[str], list[str]]:
    rng = np.random.default_rng(seed)
    found, labels = [], []
    for i in range(n):
        label = list(WORDS)[i % 3]
        noise = [f"w{rng.integers(0, 400)}" for _ in range(5)]
        found.append(" ".join(rng.permutation([*rng.choice(WORDS[label], 2), *noise]).tolist()))
        labels.append(label)
    return found, labels


class Topics:
    """A teacher that counts the words of each topic."""

    classes_ = tuple(WORDS)

    def predict_proba(self, given: list[str]) -> np.ndarray:
        counts = np.array(
            [[sum(word in text.split() for word in own) for own in WORDS.values()] for text in given], float
        )
        p = np.exp(2 * counts)
        return p / p.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("soft", [True, False])
@pytest.mark.parametrize("characters", [None, (2, 4)])
def test_a_linear_student_learns_the_teachers_rule(soft: bool, characters: tuple[int, int] | None, tmp_path: Path) -> None:
    given, _ = texts(600, 1)
    p = Topics().predict_proba(given)
    features = linear.Features(16, characters)
    answers = {"probabilities": p} if soft else {"labels": p.argmax(1)}
    fit = linear.train(given, list(WORDS), features=features, **answers)
    held, labels = texts(200, 2)
    assert np.mean(np.array(fit.model.predict(held)) == np.array(labels)) > 0.93
    fit.model.save(tmp_path)
    again = linear.LinearClassifier.load(tmp_path)
    np.testing.assert_allclose(again.predict_proba(held), fit.model.predict_proba(held), rtol=1e-5)
    np.testing.assert_allclose(again.predict_proba(held).sum(axis=1), 1, rtol=1e-5)


HOSTILE = ["", " ", "ball ball BALL", "soup\x00bread", "ba\ud800ll", "moon, orbit; moon orbit", "nothing of it was ever seen", "月 rocket"]


def encoder(words: list[str], table: np.ndarray) -> static.StaticEncoder:
    """A static encoder whose tokens are these words and nothing else."""
    tokenizers = pytest.importorskip("tokenizers", reason="tokenizers not installed")
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel({word: i for i, word in enumerate(["[UNK]", *words])}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = tokenizers.normalizers.BertNormalizer(), tokenizers.pre_tokenizers.BertPreTokenizer()
    return static.StaticEncoder(tokenizer, np.concatenate([np.zeros((1, table.shape[1])), table]).astype(np.float32), 64)


@pytest.mark.parametrize("vectors", [False, True])
def test_what_is_remembered_of_words_adds_up_to_the_features(vectors: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    given, _ = texts(300, 1)
    known = encoder(ALL, np.random.default_rng(0).normal(size=(12, 7))) if vectors else None
    model = linear.train(
        given, list(WORDS), probabilities=Topics().predict_proba(given), features=linear.Features(12), encoder=known
    ).model
    asked = [*HOSTILE, *texts(40, 2)[0]]
    expected = model.inputs(asked) @ model.weights + model.bias
    np.testing.assert_allclose(model.logits(asked), expected, atol=1e-4)
    np.testing.assert_allclose(model.logits(asked[::-1]), expected[::-1], atol=1e-4)
    more, memories, one_by_one = [f"{asked[0]} new{i}" for i in range(200)], set(), []
    for text in more:
        one_by_one.append(model.logits([text]))
        memories.add(len(model._logits_of_word))
    assert len(memories) < 10  # not copied for each word
    np.testing.assert_allclose(np.concatenate(one_by_one), model.logits(more), atol=1e-4)
    monkeypatch.setattr(linear, "MAX_WORDS", 3)
    np.testing.assert_allclose(np.concatenate([model.logits([text]) for text in asked]), expected, atol=1e-4)
    assert model.logits([]).shape == (0, 3)


def test_vectors_tell_of_words_that_no_harvest_had(tmp_path: Path) -> None:
    """Of each topic the student never sees the last word; words of one topic have vectors in common."""
    rng = np.random.default_rng(0)
    table = np.repeat(np.eye(3, 8), 4, axis=0) + rng.normal(size=(12, 8)) * 0.2
    known = encoder(ALL, table)
    given, _ = texts(600, 1)
    unseen = {words[-1] for words in WORDS.values()}
    given = [text for text in given if not unseen & set(text.split())]
    p = Topics().predict_proba(given)
    asked = [f"w1 {words[-1]} w2 w3" for words in WORDS.values()]
    without = linear.train(given, list(WORDS), probabilities=p).model
    student = linear.train(given, list(WORDS), probabilities=p, encoder=known).model
    assert student.predict(asked) == list(WORDS)
    assert without.predict(asked) != list(WORDS)
    assert student.size_bytes() > known.table.size
    student.save(tmp_path)
    again = linear.LinearClassifier.load(tmp_path)
    np.testing.assert_allclose(again.predict_proba(asked), student.predict_proba(asked), rtol=1e-5)
    (tmp_path / "encoder" / "config.json").unlink()
    with pytest.raises(InputError):
        linear.LinearClassifier.load(tmp_path)


def test_the_ridge_is_chosen_alike_on_few_and_on_many(monkeypatch: pytest.MonkeyPatch) -> None:
    given, _ = texts(600, 1)
    p = Topics().predict_proba(given)
    few = linear.train(given, list(WORDS), probabilities=p)
    monkeypatch.setattr(linear, "MAX_LEAVE_ONE_OUT", 100)
    many = linear.train(given, list(WORDS), probabilities=p)
    assert few.agreement > 0.9
    assert many.agreement > 0.9


def test_order_of_words_is_seen() -> None:
    given = ["good not bad", "bad not good"] * 20
    labels = np.array([0, 1] * 20)
    model = linear.train(given, ["yes", "no"], labels=labels).model
    assert model.predict(["good not bad", "bad not good"]) == ["yes", "no"]


def test_rounding_to_8_bits_moves_no_answer_far() -> None:
    given, _ = texts(300, 1)
    model = linear.train(given, list(WORDS), probabilities=Topics().predict_proba(given)).model
    assert model.rows.dtype == np.int8
    assert model.size_bytes() < len(model.columns) * (4 + 4 + 4 + 3) + 100
    assert np.abs(model.rows).max() == 127


def test_ridge_by_conjugate_gradients_is_the_closed_form() -> None:
    from scipy import sparse

    rng = np.random.default_rng(0)
    rows = (rng.random((3200, 30)) * (rng.random((3200, 30)) < 0.3)).astype(np.float32)
    wanted = rng.normal(size=(3200, 2)).astype(np.float32)
    iterated, bias = linear.ridge(sparse.csr_array(rows[:, :-5]), rows[:, -5:], wanted, 1.0, tolerance=1e-6)
    exact = np.linalg.solve(rows.T @ rows + np.eye(30), rows.T @ (wanted - wanted.mean(axis=0)))
    np.testing.assert_allclose(iterated, exact, atol=2e-3)
    np.testing.assert_allclose(bias, wanted.mean(axis=0))


def test_a_direction_that_all_texts_share_breaks_no_regression() -> None:
    from scipy import sparse

    rng = np.random.default_rng(1)
    n = 6000
    rows = sparse.csr_array((np.full(4 * n, 0.5, np.float32), (np.repeat(np.arange(n), 4), rng.integers(0, 800, 4 * n))), shape=(n, 800))
    dense = (rng.normal(size=(n, 64)) * 0.05 + rng.normal(size=64) * 0.16).astype(np.float32)
    wanted = rng.normal(size=(n, 3)).astype(np.float32)
    found, bias = linear.ridge(rows, dense, wanted, 0.1, tolerance=1e-5, iterations=60)
    whole = np.concatenate([rows.toarray(), dense], axis=1).astype(np.float64)
    exact = np.linalg.solve(whole.T @ whole + 0.1 * np.eye(864), whole.T @ (wanted - bias))
    np.testing.assert_allclose(whole @ found, whole @ exact, atol=2e-3)


def test_a_classifier_is_harvested_trained_compared_and_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, _ = texts(500, 3)
    held, labels = texts(120, 4)
    own, own_labels = texts(30, 5)
    (tmp_path / "p.jsonl").write_text("".join(json.dumps({"prompt": t}) + "\n" for t in [*given, held[0]]))
    rows = [{"text": t, "label": y, "split": "test"} for t, y in zip(held, labels, strict=True)]
    rows += [{"text": t, "label": y, "split": "train"} for t, y in zip(own, own_labels, strict=True)]
    (tmp_path / "held.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "t.toml").write_text(
        f'name = "topics"\nkind = "classifier"\nlocation = "{__name__}:Topics"\nowner = "Example Ltd"\nownership = "own"\n'
        'licence = "own"\nterms = "policy 3"\ndistillation = "allowed"\n'
    )
    teacher = ["--teacher", str(tmp_path / "t.toml")]
    assert (
        main(
            [
                "distill",
                "harvest",
                "-q",
                *teacher,
                "--prompts",
                str(tmp_path / "p.jsonl"),
                "--out",
                str(tmp_path / "store"),
            ]
        )
        == 0
    )
    argv = [
        "distill",
        "train",
        "classifier",
        "--store",
        str(tmp_path / "store"),
        *teacher,
        "--held-out",
        str(tmp_path / "held.jsonl"),
    ]
    assert main([*argv, "--out", str(tmp_path / "student")]) == 0
    said = capsys.readouterr().out
    assert "500 exchanges, 1 left out" in said
    card = (tmp_path / "student" / "README.md").read_text()
    for words in ("Example Ltd", "policy 3", "student without teacher", "accuracy (kept)"):
        assert words in card
    told = {
        row["model"]: row["quality"]
        for row in json.loads((tmp_path / "student" / "comparison.json").read_text())["rows"]
    }
    assert told["student"]["accuracy"] > 0.9
    assert told["student"]["accuracy"] >= told["student without teacher"]["accuracy"]
    assert told["teacher"]["agreement"] == 1
    pytest.importorskip("onnx", reason="onnx not installed")
    assert main(["distill", "export", str(tmp_path / "student"), "--out", str(tmp_path / "s.onnx")]) == 0
    from onnx.reference import ReferenceEvaluator

    student = linear.LinearClassifier.load(tmp_path / "student")
    said = ReferenceEvaluator(str(tmp_path / "s.onnx")).run(None, {"features": student.inputs(held).toarray()})[0]
    np.testing.assert_allclose(said, student.predict_proba(held), atol=1e-4)


class Labels(FakeEndpoint):
    """Names the topic whose words a text has."""

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        found = super().answer(body)
        label = Topics.classes_[int(Topics().predict_proba([body["messages"][-1]["content"]])[0].argmax())]
        found["choices"][0]["message"] = {"content": label}
        return found


def test_an_endpoint_is_asked_once_for_each_held_out_text(
    tmp_path: Path, entries: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    (given, _), (held, labels), (own, own_labels) = texts(200, 3), texts(40, 4), texts(30, 5)
    (tmp_path / "p.txt").write_text("\n".join(given))
    rows = [{"text": t, "label": y, "split": "test"} for t, y in zip(held, labels, strict=True)]
    rows += [{"text": t, "label": y, "split": "train"} for t, y in zip(own, own_labels, strict=True)]
    (tmp_path / "held.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    store, student = str(tmp_path / "store"), str(tmp_path / "student")
    train_ = ["distill", "train", "classifier", "--store", store, "--out", student, "--held-out", str(tmp_path / "held.jsonl")]
    with serving(Labels(idempotent=False)) as endpoint:
        told = entries | {"location": endpoint.url, "price_output": 2.0}
        path = tmp_path / "t.toml"
        path.write_text("\n".join(f"{k} = {json.dumps(v)}" for k, v in told.items()))
        harvested = ["distill", "harvest", "-q", "--teacher", str(path), "--prompts", str(tmp_path / "p.txt"), "--out", store]
        assert main(harvested) == 0
        before = endpoint.calls
        few = tmp_path / "few.jsonl"
        few.write_text("".join(json.dumps(row) + "\n" for row in rows[: len(held) + 9]))
        assert main([*train_[:-1], str(few), "--teacher", str(path)]) == 1
        assert "9 train rows are too few to train the student without teacher: --held-out. Give" in capsys.readouterr().err
        assert (endpoint.calls, Path(student, "model.safetensors").exists()) == (before, False)
        for _ in range(2):
            assert main([*train_, "--teacher", str(path)]) == 0
        assert endpoint.calls - before == len(set(held))
        path.write_text(path.read_text().replace("house-1", "house-2"))
        assert main([*train_, "--teacher", str(path)]) == 1
    assert "another teacher" in capsys.readouterr().err
    found = {row["model"]: row for row in json.loads((tmp_path / "student" / "comparison.json").read_text())["rows"]}
    assert found["teacher"]["cost_per_million"] == pytest.approx(16 * 2.0)  # 16 tokens an answer
    assert found["teacher"]["quality"]["accuracy"] == 1
    assert main(train_) == 0
    said = capsys.readouterr().out
    assert "kept" not in said  # of nothing
    assert "--teacher TOML adds the teacher" in said


class Instructed(Labels):
    """Knows what to do if it was told before, and ends its answers with a line break."""

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        found = super().answer(body)
        message = found["choices"][0]["message"]
        message["content"] = message["content"] + "\n" if body["messages"][0]["role"] == "system" else "What about it?"
        return found


def test_a_teacher_is_compared_as_it_was_asked(tmp_path: Path, entries: dict[str, object]) -> None:
    """With the system's turn before each text, and answers without the space around them."""
    (given, _), (held, labels) = texts(60, 3), texts(40, 4)
    (tmp_path / "p.jsonl").write_text("".join(json.dumps({"system": "Name the topic.", "prompt": text}) + "\n" for text in given))
    rows = [{"text": t, "label": y, "split": "test" if i < 20 else "train"} for i, (t, y) in enumerate(zip(held, labels, strict=True))]
    (tmp_path / "held.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with serving(Instructed()) as endpoint:
        path = tmp_path / "t.toml"
        path.write_text("\n".join(f"{k} = {json.dumps(v)}" for k, v in (entries | {"location": endpoint.url}).items()))
        told = ["--teacher", str(path)]
        assert main(["distill", "harvest", "-q", *told, "--prompts", str(tmp_path / "p.jsonl"), "--out", str(tmp_path / "s")]) == 0
        argv = ["distill", "train", "classifier", "-q", *told, "--store", str(tmp_path / "s"), "--held-out", str(tmp_path / "held.jsonl")]
        assert main([*argv, "--out", str(tmp_path / "m")]) == 0
    assert linear.LinearClassifier.load(tmp_path / "m").classes_ == sorted(WORDS)
    assert json.loads((tmp_path / "m" / "comparison.json").read_text())["rows"][0]["quality"]["accuracy"] == 1


def exchange(prompt: str, answer: str, sample: int = 0) -> Exchange:
    asked = ask(prompt, sample=sample)
    return Exchange(f"{prompt}{sample}", asked.prompt_hash, asked.messages, Reply(answer), 0.0, "none", 0, sample)


def write_store(folder: Path, rows: list[Exchange]) -> Path:
    with store.Store(folder, teacher={"name": "t"}, identity="i", policy="none") as opened:
        opened.expect([row.key for row in rows])
        opened.put(rows)
    return folder


def test_a_prompt_that_was_asked_often_is_one(tmp_path: Path) -> None:
    """Its answers would vouch for each other when they are left out one by one."""
    rows = [exchange(f"text {i}", "yes" if (i + (sample == 2)) % 2 else "no", sample) for i in range(20) for sample in range(3)]
    found, given = train.mean_answers(rows, ["no", "yes"], None)
    assert found == [f"text {i}" for i in range(20)]
    np.testing.assert_allclose(given[:2], [[2 / 3, 1 / 3], [1 / 3, 2 / 3]])
    probabilities = np.tile(np.float32([[0.2, 0.8]]), (60, 1))
    np.testing.assert_allclose(train.mean_answers(rows, ["no", "yes"], probabilities)[1], probabilities[:20])


def test_what_is_held_out_is_in_no_training_set(tmp_path: Path) -> None:
    rows = [{"text": text, "label": "ab"[i % 2], "split": split} for split, n in (("test", 4), ("train", 6))
            for i, text in enumerate([f"Text {i}" for i in range(n)])]
    rows[-1]["text"] = " text  0"
    (tmp_path / "held.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    held = train.read_held(tmp_path / "held.jsonl")
    assert (held.train, held.train_labels, held.n_duplicates) == (["Text 4"], ["a"], 5)
    folder = write_store(tmp_path / "s", [exchange(f"text {i}", "ab"[i % 2]) for i in range(4)])
    with pytest.raises(InputError, match="every prompt of the store is in the held-out data"):
        train.classifier(folder, tmp_path / "m", held=held)
    (tmp_path / "held.jsonl").write_text("".join(json.dumps(row | {"text": "x"}) + "\n" for row in rows))
    with pytest.raises(InputError, match="every train row is a test row"):
        train.read_held(tmp_path / "held.jsonl")


def test_samples_of_a_prompt_are_on_one_side() -> None:
    rows = [exchange(f"text {i}", "yes", sample) for i in range(64) for sample in range(3)]
    held, kept = language.split_held_out(rows)
    assert {row.prompt for row in held} == {f"text {i}" for i in range(0, 64, 2)}
    assert not {row.prompt for row in held} & {row.prompt for row in kept}
    assert len(held) + len(kept) == len(rows)


def test_free_text_is_no_closed_set(tmp_path: Path) -> None:
    folder = write_store(tmp_path / "s", [exchange(f"text {i}", f"It depends on {i % 40}.") for i in range(60)])
    with pytest.raises(InputError, match="free text, not a closed set: 40 different ones to 60 prompts"):
        train.classifier(folder, tmp_path / "m")


@pytest.mark.parametrize(("answer", "says"), [("", "all answers are blank"), ("yes", "all answers are 'yes'")])
def test_one_class_of_answers_teaches_nothing(tmp_path: Path, answer: str, says: str) -> None:
    write_store(tmp_path / "s", [exchange(f"p{i}", answer) for i in range(30)])
    with pytest.raises(InputError, match=says):
        train.classifier(tmp_path / "s", tmp_path / "student")
    assert not (tmp_path / "student").exists()


def test_answers_are_trained_on_whatever_their_end_is_called_and_the_others_counted(tmp_path: Path) -> None:
    rows = [exchange(f"text {i}", "ab"[i % 2]) for i in range(33)]
    ends = ["eos_token", "stop", "stop_sequence"] * 10 + ["refusal", "length", "rejected"]
    answers = [row.reply.answer for row in rows[:31]] + [None, None]
    rows = [replace(row, reply=Reply(said, finish=end)) for row, said, end in zip(rows, answers, ends, strict=True)]
    result = train.classifier(write_store(tmp_path / "s", rows), tmp_path / "m")
    assert (result.n_exchanges, result.notes) == (30, ["Of the store 3 exchanges without an answer to learn from left out."])
    with pytest.raises(InputError, match="the store has no answers"):
        train.classifier(write_store(tmp_path / "t", rows[30:]), tmp_path / "n")


class Letters:
    """Stands for a language model and its tokenizer: a token a letter."""

    eos_token_id = 0

    @property
    def tokenizer(self) -> "Letters":
        return self

    def ids(self, messages: Messages) -> list[int]:
        return [ord(letter) for letter in messages[-1][1]]

    def __call__(self, text: str, **_: object) -> dict[str, list[int]]:
        return {"input_ids": [ord(letter) for letter in text]}


@pytest.mark.parametrize(("end", "ended"), [("stop", True), ("eos_token", True), ("length", False), ("content_filter", False)])
def test_a_student_learns_to_end_where_an_answer_ended(end: str, ended: bool) -> None:
    row = replace(exchange("p", "a"), reply=Reply("a", finish=end))
    assert language.sequences(Letters(), [row])[0].ids == [112, 97, *([0] if ended else [])]  # type: ignore[arg-type]


def test_answers_left_out_are_predicted_as_by_students_without_them() -> None:
    rng, ridges = np.random.default_rng(0), (0.1, 1.0, 3.0)
    for _ in range(20):
        rows, wanted = rng.normal(size=(12, 4)) + 1, [np.eye(3)[rng.integers(0, 3, 12)]]
        gram, right = rows @ rows.T, np.zeros((3, 1))
        for i, j in np.ndindex(3, 12):
            others, mine = np.arange(12) != j, wanted[0][np.arange(12) != j]
            dual = np.linalg.solve(gram[np.ix_(others, others)] + ridges[i] * np.eye(11), mine - mine.mean(axis=0))
            right[i] += (gram[j, others] @ dual + mine.mean(axis=0)).argmax() == wanted[0][j].argmax()
        np.testing.assert_allclose(linear.leave_one_out(gram, wanted, ridges), right / 12)


def test_two_trainings_do_not_share_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_store(tmp_path / "s", [exchange(f"text {i}", "ab"[i % 2]) for i in range(30)])
    argv = ["distill", "train", "classifier", "-q", "--store", str(folder), "--out", str(tmp_path / "m")]
    with folder_lock(tmp_path / "m", "training"):
        assert main(argv) == 1
    assert "another training is writing to this folder" in capsys.readouterr().err
    assert main(argv) == 0


@pytest.mark.parametrize("name", ["checkpoint.pt", "checkpoint-50"])
def test_a_checkpoint_is_gone_on_from_by_its_own_student_only(tmp_path: Path, name: str) -> None:
    """Its rows, their vectors, and all that it is made by, as what it starts from."""
    def rows(value: float) -> list[Exchange]:
        return [replace(exchange("p", "a"), reply=Reply("a", vector=np.full(2, value, np.float16)))]

    train.mark_folder(tmp_path, rows(1), "language", 0, Path("a"))
    train.mark_folder(tmp_path, rows(1), "language", 0, Path("b"))  # nothing to go on from yet
    (tmp_path / name).touch()
    for vectors, *of in ((1, "language", 0, Path("a")), (2, "language", 0, Path("b")), (1, "on-policy", 0, Path("b"))):
        with pytest.raises(InputError, match="a student of another seed, store or option is there"):
            train.mark_folder(tmp_path, rows(vectors), *of)
    train.mark_folder(tmp_path, rows(1), "language", 0, Path("b"))
    (tmp_path / train.MARK).unlink()
    with pytest.raises(InputError, match="a student of another"):  # nobody knows of which
        train.mark_folder(tmp_path, rows(1), "language", 0, Path("b"))


def test_a_finished_student_is_not_replaced_by_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [exchange(f"text {i}", "ab"[i % 2]) for i in range(30)]
    one, other = (str(write_store(tmp_path / name, rows[:n])) for name, n in (("s", 29), ("t", 30)))
    argv = ["distill", "train", "classifier", "-q", "--out", str(tmp_path / "m"), "--store"]
    assert main([*argv, one]) == 0
    made = {path.name: path.read_bytes() for path in (tmp_path / "m").iterdir()}
    for changed in ([one, "--seed", "1"], [other]):
        assert main([*argv, *changed]) == 1
        assert "a student of another seed, store or option is there" in capsys.readouterr().err
        assert {path.name: path.read_bytes() for path in (tmp_path / "m").iterdir()} == made
    assert main([*argv, one]) == 0


def test_held_out_data_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    path.write_text('{"text": "a", "label": "b"}\n')
    with pytest.raises(InputError, match="held-out data without"):
        train.read_held(path)
    path.write_text('{"text": "a", "label": "b", "split": "test"}\n')
    with pytest.raises(InputError, match="both splits"):
        train.read_held(path)
    path.write_text("".join(f'{{"text": "{split}", "label": "b", "split": "{split}"}}\n' for split in ("train", "test", "dev")))
    with pytest.raises(InputError, match="a split 'dev'"):
        train.read_held(path)
    path.write_text('{"text": "a", "label": "b", "split": "test"}\n{"text": "c", "label": "B", "split": "train"}\n')
    with pytest.raises(InputError, match="no label of the test rows is one of the train rows"):
        train.read_held(path)
    for row in ('{"text": null, "label": "b", "split": "test"}', '{"text": "a", "label": null, "split": "train"}'):
        path.write_text('{"text": "c", "label": "b", "split": "train"}\n' + row)
        with pytest.raises(InputError, match=r"without a text or a label: .* line 2"):
            train.read_held(path)


def test_held_out_labels_that_the_teacher_never_used_are_told(
    tmp_path: Path, entries: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    (given, _), (held, labels) = texts(200, 3), texts(80, 4)
    (tmp_path / "p.txt").write_text("\n".join(given))
    path = tmp_path / "t.toml"
    told = entries | {"kind": "classifier", "location": f"{__name__}:Topics", "currency": "EUR"}
    path.write_text("\n".join(f"{k} = {json.dumps(v)}" for k, v in told.items()))
    store, student = str(tmp_path / "store"), tmp_path / "student"
    assert main(["distill", "harvest", "--teacher", str(path), "--prompts", str(tmp_path / "p.txt"), "--out", store]) == 0
    assert "cost up to about 0.00 EUR" in capsys.readouterr().out

    def trained(spelt: dict[str, str]) -> int:
        named = [spelt.get(label, label) for label in labels]
        rows = [{"text": t, "label": y, "split": "test" if i < 40 else "train"} for i, (t, y) in enumerate(zip(held, named, strict=True))]
        (tmp_path / "held.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        argv = ["distill", "train", "classifier", "--store", store, "--held-out", str(tmp_path / "held.jsonl"), "--out", str(student)]
        return main([*argv, "--teacher", str(path)])

    assert trained({label: label.upper() for label in WORDS}) == 1
    said = capsys.readouterr().err
    assert (said.count("\n"), "the teacher used none of the held-out labels" in said) == (1, True)
    assert "such as 'sport', not 'FOOD'" in said
    assert not student.exists(), "nothing was trained"
    assert trained({"food": "FOOD"}) == 0
    note = "The teacher never used 1 held-out label ('FOOD'): 13 of 40 held-out texts count as wrong, whatever the student says."
    assert note in capsys.readouterr().out
    assert note in (student / "README.md").read_text()
    assert trained({}) == 0
    said = capsys.readouterr().out
    assert "never used" not in said
    assert "| EUR for a million calls |" in said
    assert json.loads((student / "comparison.json").read_text())["rows"][0]["currency"] == "EUR"


def test_costs_are_in_dollars_unless_the_manifest_says_otherwise() -> None:
    rows = [measures.row("student", {"accuracy": 0.5}, 10, 0, 1.0, 0.04)]
    assert measures.show(rows).splitlines()[0].endswith("| USD for a million calls |")


def test_costs_are_written_in_one_form() -> None:
    amounts = (0.00009, 0.001, 0.014, 0.25, 1234.5)
    rows = [measures.Row("student", {"accuracy": 0.5}, 10, 0, 1.0, amount) for amount in amounts]
    assert [line.split(" | ")[-1] for line in measures.show(rows).splitlines()[2:]] == [
        "0.00009 |", "0.001 |", "0.01 |", "0.25 |", "1,234.50 |"]


def test_an_absent_library_is_named_as_pip_knows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, package in (("onnx", "onnx"), ("sklearn.svm", "scikit-learn"), ("trl", f"'{_required('trl')}'")):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(MissingExtraError, match=re.escape(f". pip install {package}, or the whole extra: pip install '.[distill]'")):
            extra.need(module, what="this")


def _required(name: str) -> str:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    return next(one for one in project["optional-dependencies"]["distill"] if one.startswith(name))


def test_measures_on_known_values() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 8)).astype(np.float32)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    assert measures.neighbour_overlap(x, x) == 1
    assert measures.rank_agreement(x, x) == pytest.approx(1)
    other = rng.normal(size=(300, 8)).astype(np.float32)
    other /= np.linalg.norm(other, axis=1, keepdims=True)
    assert measures.neighbour_overlap(x, other) < 0.1
    assert abs(measures.rank_agreement(x, other)) < 0.05
    labels = (x[:, 0] > 0).astype(str).tolist()
    assert measures.probe_accuracy(x[:200], labels[:200], x[200:], labels[200:]) > 0.9


def test_an_unknown_route_and_missing_options(entries: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["distill", "train", "list"]) == 0
    said = capsys.readouterr().out
    assert "hashed n-grams" in said
    assert [line.partition("; needs ")[2] for line in said.splitlines()] == [
        "safetensors (--encoder: tokenizers)", "transformers, torch", "transformers, torch", "transformers, torch (trl)",
        "transformers, torch, trl"]
    assert main(["distill", "train", "static", "--store", str(tmp_path / "store"), "--out", str(tmp_path / "out")]) == 1
    assert "--teacher is missing" in capsys.readouterr().err
    wrong = (("--epochs", "0"), ("--minutes", "nan"), ("--cpu-hour-price", "nan"), ("--cpu-hour-price", "-1"), ("--width", "0"),
             ("--width", "1.5"), ("--width", "nan"), ("--layers", "0,0"))
    for option, value in wrong:
        assert main(["distill", "train", "classifier", "--store", "s", "--out", "o", option, value]) == 1
        assert option in capsys.readouterr().err
    for option, value in (("--layers", "0,5"), ("--width", "0.5"), ("--loss", "reverse"), ("--student", "x")):
        assert main(["distill", "train", "classifier", "--store", "s", "--out", str(tmp_path / "o"), option, value]) == 1
        assert f"{option} is for" in capsys.readouterr().err
    toml = "".join(f"{k} = {json.dumps(v)}\n" for k, v in (entries | {"kind": "classifier", "location": "a:b"}).items())
    (tmp_path / "teacher.toml").write_text(toml)
    both = ("--teacher", str(tmp_path / "teacher.toml"), "--student", str(tmp_path / "model"), "--layers", "0,5")
    assert main(["distill", "train", "language", "--store", "s", "--out", str(tmp_path / "deep" / "o"), *both]) == 1
    assert "--layers are the teacher's to start from, and --student starts" in capsys.readouterr().err
    assert not (tmp_path / "deep").exists()
    (tmp_path / "store.json").write_text("{}")
    assert main(["distill", "train", "classifier", "--store", str(tmp_path), "--out", str(tmp_path)]) == 1
    assert "a harvest store is there" in capsys.readouterr().err


@pytest.mark.parametrize("command", [
    "harvest --teacher out/in --prompts p --out out", "harvest --teacher t --prompts out/in --out out",
    *(f"train classifier --store s --out out {option} out/in" for option in ("--held-out", "--teacher", "--student", "--encoder")),
    "train classifier --store out/s --out out", "export out --out out/in", "export out --out out/config.json",
    *(f"data --teacher t --out out {option} out/in" for option in ("--seeds", "--logs", "--contamination")),
])
def test_nothing_is_written_over_what_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entries: dict[str, object], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    toml = "".join(f"{k} = {json.dumps(v)}\n" for k, v in (entries | {"kind": "classifier", "location": "a:b"}).items())
    (tmp_path / "t").write_text(toml)
    (tmp_path / "out").mkdir()
    for name in ("in", ".student", "exchanges.jsonl", "chat.parquet", "config.json"):
        (tmp_path / "out" / name).write_text(toml if name == "in" else "{}")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert main(["distill", *command.split()]) == 1
    assert "written over" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_language_route_wants_a_language_model(
    tmp_path: Path, entries: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.toml"
    path.write_text("".join(f"{k} = {json.dumps(v)}\n" for k, v in (entries | {"kind": "classifier", "location": "a:b"}).items()))
    for route, what in (("static", "an encoder"), ("language", "a language model")):
        argv = ["distill", "train", route, "--teacher", str(path), "--store", str(tmp_path / "s"), "--out", str(tmp_path / "m")]
        assert main(argv) == 1
        assert f"is not {what}" in capsys.readouterr().err


def test_small_speeds_are_told_to_a_tenth() -> None:
    rows = [measures.row(name, {"accuracy": 0.5}, 10, 0, cpu, 0.04) for name, cpu in (("teacher", 1.0), ("a", 0.7), ("b", 0.004))]
    assert [line.split(" | ")[4] for line in measures.show(rows).splitlines()[2:]] == ["1.0×", "1.4×", "250×"]


@pytest.mark.parametrize("n", [1000, linear.MAX_LEAVE_ONE_OUT + 400])
def test_a_linear_student_believes_unlikely_classes_where_they_tell(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A teacher whose logits are sums over words: all of a harvest's log-probabilities follow from the words, those cut at -8 do not."""
    rng = np.random.default_rng(5)
    says = rng.normal(size=(60, 20))
    drawn = np.stack([rng.permutation(60)[:6] for _ in range(n + 300)])
    given = [" ".join(f"w{word}" for word in row) for row in drawn]
    logits = says[drawn].sum(axis=1)
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    classes = [f"c{i}" for i in range(20)]
    scores = []
    for floors in (linear.FLOORS, linear.FLOORS[:1]):
        monkeypatch.setattr(linear, "FLOORS", floors)
        fit = linear.train(given[:n], classes, probabilities=p[:n], features=linear.Features(16, None))
        assert fit.floor == floors[-1]
        scores.append((fit.model.logits(given[n:]).argmax(1) == p[n:].argmax(1)).mean())
    assert scores[0] > scores[1] + 0.03
    # Of sure answers there is nothing to choose.
    sure = linear.train(given[:n], classes, probabilities=np.eye(20)[p[:n].argmax(1)], features=linear.Features(16, None))
    assert sure.floor == linear.FLOORS[0]
    assert linear.train(given[:n], classes, labels=p[:n].argmax(1), features=linear.Features(16, None)).floor is None


def test_leaving_one_out_is_the_regression_without_it() -> None:
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(40, 6)).astype(np.float32)
    wanted = (rng.random((40, 3)) < 0.4).astype(np.float32) + rows[:, :3]
    for ridge in (0.1, 3.0):
        right = 0
        for i in range(40):
            rest = np.arange(40) != i
            mean = wanted[rest].mean(axis=0)
            weights = np.linalg.solve(rows[rest].T @ rows[rest] + ridge * np.eye(6), rows[rest].T @ (wanted[rest] - mean))
            right += int((rows[i] @ weights + mean).argmax() == wanted[i].argmax())
        assert linear.leave_one_out(rows @ rows.T, [wanted], [ridge])[0, 0] == pytest.approx(right / 40, abs=0.026)

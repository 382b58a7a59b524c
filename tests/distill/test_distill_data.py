"""Training data: what is left out has a reason, what is kept can be traced to the teacher's answer."""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distill_endpoint import FakeEndpoint, serving

from stillwatch.cli import main
from stillwatch.distill import data, filters, store, train
from stillwatch.distill.exchange import Exchange, Reply
from stillwatch.errors import InputError
from stillwatch.files import demand_new_or_own


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("I'm sorry, but I can't help with that.", "refusal"), ("As an AI language model, I", "refusal"), ("  ", "length"),
        ("I can cook rice in ten minutes.", None), ("Sorry state of affairs, the report says.", None),
    ],
)
def test_refusals_and_empty_answers(text: str, reason: str | None) -> None:
    found = filters.answer("p", text, "stop")
    assert (found.reason if found else None) == reason


@pytest.mark.parametrize(("step", "says"), [
    ("prompts", "2 requests were all rejected (400, bad request: no such option)"),
    ("answers", "rejected (400, bad request: no such option)"),
    ("all", "no conversation is left (left out: "),
])
def test_data_of_nothing_ends_in_one_line(
    tmp_path: Path, entries: dict[str, object], step: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An endpoint that rejects all of a step, were they few, or answers to be left out alone: also where it is asked again."""
    endpoint = FakeEndpoint(fault=lambda n: "400" if step == "prompts" or (step == "answers" and n > 1) else "")
    listed = "\n".join(f"{i}. Tell me how {word} is made at home" for i, word in enumerate(("bread", "paper", "beer"), start=1))
    endpoint.answer = lambda body: {"choices": [{"message": {"content": listed if "Task:" in str(body) else " "}}]}  # type: ignore[method-assign]
    with serving(endpoint):
        (tmp_path / "t.toml").write_text("\n".join(f"{k} = {json.dumps(v)}" for k, v in (entries | {"location": endpoint.url}).items()))
        argv = ["distill", "data", "--teacher", str(tmp_path / "t.toml"), "--task", "questions", "--n", "3", "--out", str(tmp_path / "d")]
        for told in (says, says.split("(400")[0]):
            assert main(argv) == 1
            said = capsys.readouterr().err
            assert told in said
            assert said.count("\n") == 1
    assert not (tmp_path / "d" / "chat.parquet").exists()


def test_prompts_are_left_out_with_reasons() -> None:
    benchmark = ["Natalia sold clips to forty eight of her friends in April and then sold half as many"]
    given = [
        "Write a poem about the sea in winter and its many colours please",
        "Write a poem about the sea in winter and its many colours",
        "Question: Natalia sold clips to forty eight of her friends in April. How many?",
        "x", "Explain how bread rises",
    ]
    kept, out = filters.prompts(given, benchmark)
    assert kept == [given[0], given[4]]
    assert {r.prompt: r.reason for r in out} == {given[1]: "near-duplicate", given[2]: "contamination", "x": "length"}
    assert out[0].detail == "natalia sold clips to forty eight of her"  # the first run that is there, whatever the hash seed


def test_copies_of_a_short_or_a_chinese_benchmark_are_left_out() -> None:
    given = ["Capital of France?", "capital of france", "中国的首都是哪个城市", "请写一首关于冬天大海的诗", "请写一首关于冬天大海的诗吧"]
    kept, out = filters.prompts(given, ["Capital of France?", "请回答：中国的首都是哪个城市？"])
    assert kept == [given[3]]
    assert [r.reason for r in out] == ["contamination"] * 3 + ["near-duplicate"]


@pytest.mark.parametrize(("name", "held"), [
    ("s.csv", "prompt,answer\nfour?,4\nwhat?,\n"), ("s.json", '[{"prompt": "four?", "answer": 4}, {"prompt": "what?", "answer": null}]'),
    ("s.jsonl", '\ufeff{"prompt": "four?", "answer": "4"}\n"what?"\n'), ("s.txt", "four?\n"),
    ("l.jsonl", '{"messages": [{"role": "user", "content": "a"}], "prompt": ["x"], "answer": 1}\n{"prompt": "four?", "answer": 4}\n'),
])
def test_answers_that_seeds_bring_along_are_read_in_every_form(tmp_path: Path, name: str, held: str) -> None:
    (tmp_path / name).write_text(held, encoding="utf-8")
    assert data._known_answers(tmp_path / name) == ({} if name == "s.txt" else {"four?": "4"})


def test_near_duplicates_agree_with_brute_force() -> None:
    import numpy as np

    rng = np.random.default_rng(0)
    base = [" ".join(f"w{rng.integers(0, 3000)}" for _ in range(30)) for _ in range(60)]
    changed = [" ".join(w if i != 7 else "other" for i, w in enumerate(text.split())) for text in base[:30]]
    found = filters.near_duplicates(base + changed)
    assert found[:60] == [-1] * 60
    assert found[60:] == list(range(30))


def exchange(prompt: str, answer: str, sample: int, finish: str = "stop") -> Exchange:
    return Exchange(
        f"{prompt}{sample}", "h", (("user", prompt),), Reply(answer, None, finish=finish), 0.0, "none", 0, sample
    )


def test_samples_are_compared_by_what_they_come_to() -> None:
    rows = [
        exchange("2+2?", "It is 4.", 0), exchange("2+2?", "Perhaps 5", 1), exchange("2+2?", "So: 4", 2),
        exchange("3+3?", "6", 0), exchange("3+3?", "7", 1), exchange("3+3?", "8", 2),
        exchange("refused?", "Ask a doctor.", 0, "refusal"),
        exchange("known?", "12", 0), exchange("cut?", "1", 0, "length"),
    ]
    chat, pairs, out = data.select(rows, 0.5, {"known?": "the answer is 13"})
    assert [row["messages"][0]["content"] for row in chat] == ["2+2?"]
    assert chat[0]["agreement"] == pytest.approx(2 / 3)
    assert pairs[0]["chosen"][0]["content"] == "It is 4."
    assert pairs[0]["rejected"][0]["content"] == "Perhaps 5"
    assert sorted(r.reason for r in out) == ["cut off", "disagreement", "refusal", "self-consistency"]


def test_a_tie_is_no_preference_unless_the_known_answer_breaks_it() -> None:
    rows = [exchange("2+2?", "It is 5.", 0), exchange("2+2?", "It is 4.", 1)]
    chat, pairs, _ = data.select(rows, 0.5, {})
    assert chat[0]["messages"][1]["content"] == "It is 5.", "the first"
    assert pairs == []
    assert data.select([*rows, exchange("2+2?", "5", 2), exchange("2+2?", "4", 3), exchange("2+2?", "6", 4)], 0, {})[1] == []
    chat, pairs, _ = data.select(rows, 0.5, {"2+2?": "4"})
    assert chat[0]["messages"][1]["content"] == pairs[0]["chosen"][0]["content"] == "It is 4."
    assert pairs[0]["rejected"][0]["content"] == "It is 5."


@pytest.mark.parametrize(("one", "other", "alike"), [
    ("+", "-", False), ("👍", "👎", False), ("C++", "C#", False), ("A", "A-", False), ("yes, for 2 reasons", "No: for 2 reasons.", False),
    ("5", "It is 5.00", True), ("12.", "12.0", True), ("1,200", "1200", True), ("10", "100", False), ("- **Paris**!", "paris", True),
    ("No problem, it is 4", "4", True), ("是。", "是", True), ("Yes.", "yes", True), ("", " ", True),
])
def test_conclusions_differ_where_answers_do(one: str, other: str, alike: bool) -> None:
    assert (filters.conclusion(one) == filters.conclusion(other)) == alike


def test_own_logs_are_masked_and_logs_without_text_refused(tmp_path: Path) -> None:
    events = tmp_path / "events"
    events.mkdir()
    pq.write_table(
        pa.table({"event_id": ["1", "2"], "prompt": ["mail jo@example.org or 4111 1111 1111 1111", None]}),
        events / "a.parquet",
    )
    assert data.from_logs(tmp_path) == ["mail [mail] or [number]"]
    pq.write_table(pa.table({"event_id": ["1"]}), events / "a.parquet")
    with pytest.raises(InputError, match="hold no prompts"):
        data.from_logs(tmp_path)
    (tmp_path / "b.jsonl").write_text('{"prompt": "mail jo@example.org"}\n')
    assert data.from_logs(tmp_path / "b.jsonl") == ["mail [mail]"]
    for name, broken in (("b.jsonl", b"{broken"), ("b.parquet", b"PAR1")):
        (tmp_path / name).write_bytes(broken)
        with pytest.raises(InputError, match="not readable as a log"):
            data.from_logs(tmp_path / name)


def test_cover_of_seeds_is_told_where_something_was_made() -> None:
    assert data.diversity(["where is my parcel", "where is my shoe"], ["where is my parcel"])["covered"] == 1
    assert "covered" not in data.diversity(["where is my parcel"], ["where is my parcel"])
    assert "covered" not in data.diversity(["where is my parcel"], [])


def test_diversity_is_of_sets_of_words_and_quick() -> None:
    assert data.diversity(["a b c", "b c d", "", "!"], ["a b", "x"]) == {"distinct_2": 0.75, "nearest": 0.25, "covered": 0.5}
    rng = np.random.default_rng(0)
    texts = [" ".join(f"w{i}" for i in rng.integers(0, 5_000, 150)) for _ in range(1_000)]
    began = time.process_time()
    assert 0.02 < data.diversity(texts, texts[:5])["nearest"] < 0.1
    assert time.process_time() - began < 5


class Writer(FakeEndpoint):
    """Writes lists when asked for requests, and answers otherwise."""

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        found = super().answer(body)
        prompt, seed = body["messages"][-1]["content"], body["seed"]
        if "numbered list" in str(prompt):
            text = "\n".join(
                f"{i}. Describe thing {seed}{i} and compare it with object {i * 7}{seed}" for i in range(1, 6)
            )
            found["choices"][0]["message"] = {"content": text}
        return found


@pytest.mark.parametrize(("words", "what"), [
    (["data", "--task", "x"], "training data"), (["data", "--task", "x", "--dry-run"], "training data"),
    (["train", "classifier", "--store", "store"], "a student"), (["train", "static", "--store", "store"], "a student"),
])
@pytest.mark.parametrize("name", ["letter.txt", "config.json", "summary.json"])
def test_a_folder_that_holds_something_else_is_left_alone(
    tmp_path: Path, entries: dict[str, object], words: list[str], what: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "t.toml", tmp_path / "letters"
    path.write_text("".join(f"{k} = {json.dumps(v)}\n" for k, v in entries.items()))
    out.mkdir()
    (out / name).write_text("dear all")
    assert main(["distill", *words, "--teacher", str(path), "--out", str(out)]) == 1
    told = capsys.readouterr().err
    assert (told.count("\n"), f"the folder holds something else than {what}" in told) == (1, True)
    assert [entry.name for entry in out.iterdir()] == [name]


def test_a_folder_that_a_kill_left_is_gone_on_with(tmp_path: Path) -> None:
    with store.Store(tmp_path / "d" / "prompts", teacher={"name": "t"}, identity="i", policy="none", keep_text=True):
        pass
    train.mark_folder(tmp_path / "s", [])
    (tmp_path / "s" / "model.safetensors").touch()
    marks = {"d": data.MARKS, "s": (train.MARK,)}
    for mine, other in ("ds", "sd"):
        demand_new_or_own(tmp_path / mine, marks[mine], "what it was")
        with pytest.raises(InputError, match="the folder holds something else than another thing"):
            demand_new_or_own(tmp_path / mine, marks[other], "another thing")


def test_data_are_made_with_the_largest_seed(tmp_path: Path, entries: dict[str, object]) -> None:
    """Seeds of single calls are made of it, and have to fit the store, too."""
    with serving(Writer()) as endpoint:
        (tmp_path / "t.toml").write_text("\n".join(f"{k} = {json.dumps(v)}" for k, v in (entries | {"location": endpoint.url}).items()))
        argv = ["distill", "data", "-q", "--teacher", str(tmp_path / "t.toml"), "--task", "x", "--n", "4", "--out", str(tmp_path / "d")]
        assert main([*argv, "--seed", str(2**63 - 1)]) == 0


def test_data_from_a_task_end_to_end(
    tmp_path: Path, entries: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(Writer()) as endpoint:
        (tmp_path / "t.toml").write_text(
            "\n".join(f"{k} = {json.dumps(v)}" for k, v in (entries | {"location": endpoint.url}).items())
        )
        argv = [
            "distill",
            "data",
            "--teacher",
            str(tmp_path / "t.toml"),
            "--task",
            "compare things",
            "--n",
            "12",
            "--samples",
            "2",
        ]
        assert main([*argv, "--evolve", "--out", str(tmp_path / "d"), "--dry-run", "--json"]) == 0
        most = json.loads(capsys.readouterr().out)
        assert endpoint.calls == 0
        assert not (tmp_path / "d").exists()
        assert main([*argv, "--evolve", "--out", str(tmp_path / "e"), "-q"]) == 0
        rows = [row for name in ("prompts", "answers") for row in store.read(tmp_path / "e" / name)]
        assert endpoint.calls == len(rows) == most["exchanges"]
        assert sum(row.reply.output_tokens for row in rows) <= most["output_tokens"]
        assert main([*argv, "--out", str(tmp_path / "d")]) == 0
        calls = endpoint.calls
        assert main([*argv, "--out", str(tmp_path / "d"), "--json"]) == 0
        assert endpoint.calls == calls  # everything was in the store
    chat = pq.read_table(tmp_path / "d" / "chat.parquet").to_pylist()
    assert len(chat) >= 8
    assert [m["role"] for m in chat[0]["messages"]] == ["user", "assistant"]
    assert {row["origin"] for row in chat} == {"task"}
    keys = {
        json.loads(line)["key"] for line in (tmp_path / "d" / "answers" / "exchanges.jsonl").read_bytes().splitlines()
    }
    assert {row["key"] for row in chat} <= keys
    card = (tmp_path / "d" / "README.md").read_text()
    assert "Example Ltd" in card
    assert "model policy 3.1" in card
    rejected = pq.read_table(tmp_path / "d" / "rejected.parquet").to_pylist()
    assert all(row["reason"] for row in rejected)


def write_manifest(tmp_path: Path, entries: dict[str, object], **changes: object) -> list[str]:
    path = tmp_path / "t.toml"
    path.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in (entries | changes).items()))
    return ["distill", "data", "--teacher", str(path), "--out", str(tmp_path / "d")]


def test_what_stands_before_a_seed_is_asked_and_kept_and_all_of_it_is_paid(
    tmp_path: Path, entries: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    seeds = [{"prompt": "how is bread made at home", "system": "Be brief."}, {"prompt": "where does the rain come from"}]
    (tmp_path / "s.jsonl").write_text("".join(json.dumps(row) + "\n" for row in seeds))
    with serving(Writer()) as endpoint:
        argv = write_manifest(tmp_path, entries, location=endpoint.url, price_output=1e6)
        (tmp_path / "held.txt").write_text("name the tallest mountain of the moon\n")
        argv += ["--seeds", str(tmp_path / "s.jsonl"), "--n", "2", "--evolve", "--contamination", str(tmp_path / "held.txt")]
        assert main([*argv, "--json"]) == 0
        cost = json.loads(capsys.readouterr().out)["cost"]
        assert main(argv) == 0  # nothing is asked again
    rows = {name: store.read(tmp_path / "d" / name) for name in ("prompts", "answers")}
    assert [turn[0] for row in rows["answers"][:2] for turn in row.messages or ()] == ["system", "user", "user"]
    chat = pq.read_table(tmp_path / "d" / "chat.parquet").to_pylist()
    assert [row["role"] for row in chat[0]["messages"]] == ["system", "user", "assistant"]
    assert [row["origin"] for row in chat[:2]] == ["seed", "seed"]
    assert cost == 16 * sum(map(len, rows.values()))
    assert f"cost of prompts and answers, those asked before included: {cost:,.4f} USD" in capsys.readouterr().out
    assert f"| contamination | {tmp_path / 'held.txt'} |" in (tmp_path / "d" / "README.md").read_text()


class Alike:
    """A classifier of one answer."""

    classes_ = ("yes", "no")

    def predict_proba(self, texts: list[str]) -> list[list[float]]:
        return [[0.9, 0.1] for _ in texts]


def test_a_classifier_answers_logs_once_and_the_card_tells_only_what_was_used(
    tmp_path: Path, entries: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "b.jsonl").write_text('{"prompt": "where is my parcel"}\n')
    argv = [*write_manifest(tmp_path, entries, kind="classifier", location=f"{__name__}:Alike"), "--logs", str(tmp_path / "b.jsonl")]
    assert main([*argv, "-q"]) == main([*argv, "-q", "--seed", "5", "--max-tokens", "9"]) == 0
    assert len(store.read(tmp_path / "d" / "answers")) == 1
    card = (tmp_path / "d" / "README.md").read_text()
    assert "| n | 0 |" in card
    capsys.readouterr()
    for words, says in ((["--evolve"], "--n and --evolve"), (["--n", "3"], "--n and --evolve"),
                        (["--samples", "2", "--temperature", "0"], "the teacher writes no text, so several samples are the same answer")):
        assert main([*argv, *words]) == 1
        said = capsys.readouterr().err
        assert (said.count("\n"), says in said) == (1, True)
    assert (tmp_path / "d" / "README.md").read_text() == card


@pytest.mark.parametrize(("words", "says"), [
    ("--samples 2 --temperature 0", "several samples at temperature 0"), ("--contamination none.jsonl", "no such file"),
])
def test_a_dry_run_refuses_what_the_run_does(
    tmp_path: Path, entries: dict[str, object], words: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = [*write_manifest(tmp_path, entries), "--task", "x", *words.split()]
    for more in (["--dry-run"], ["-q"]):
        assert main([*argv, *more]) == 1
        said = capsys.readouterr().err
        assert (said.count("\n"), says in said) == (1, True)
    assert not (tmp_path / "d").exists()

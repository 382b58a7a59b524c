"""Rows survive the way to disk and back, and say nothing that a second run would say otherwise."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.distill import prompts, store
from stillwatch.distill.exchange import Exchange, Reply, TopK, ask, class_names
from stillwatch.errors import InputError


@given(st.text(), st.one_of(st.none(), st.text()), st.integers(1, 60), st.integers(1, 5), st.booleans())
def test_a_row_comes_back(answer: str, trace: str | None, k: int, n: int, wide: bool) -> None:
    rng = np.random.default_rng(k)
    top = TopK.of(np.log(rng.dirichlet(np.ones(70), n)), k)
    top = TopK(top.ids + (100_000 if wide else 0), top.logprobs, top.tail)
    row = Exchange("k", "h", (("user", "p"),), Reply(answer, trace, top, rng.random(7).astype(np.float16)), 0.25, "none", 1, 2)
    again = Exchange.parse(row.line())
    assert again.line() == row.line()
    assert again.reply.answer == answer
    assert again.reply.trace == trace
    assert again.reply.top is not None
    np.testing.assert_array_equal(again.reply.top.ids, top.ids)
    np.testing.assert_array_equal(again.reply.vector, row.reply.vector)


@given(st.integers(2, 40), st.integers(1, 40))
def test_top_k_keeps_all_mass(n_tokens: int, k: int) -> None:
    probabilities = np.random.default_rng(n_tokens * 41 + k).dirichlet(np.ones(n_tokens), 3)
    top = TopK.of(np.log(probabilities), k)
    kept = np.exp(top.logprobs.astype(float)).sum(axis=1)
    np.testing.assert_allclose(kept + top.tail.astype(float), 1, atol=5e-3)
    assert (np.diff(top.logprobs.astype(float), axis=1) <= 0).all()
    np.testing.assert_allclose(top.cut(1).logprobs[:, 0], np.log(probabilities.max(axis=1)), atol=2e-2)
    np.testing.assert_allclose(np.exp(top.cut(1).logprobs.astype(float)).sum(axis=1) + top.cut(1).tail, 1, atol=5e-3)


def test_the_key_is_of_all_that_changes_the_answer() -> None:
    base = ask("p").key("t", "none")
    others = [
        ask("p").key("u", "none"), ask("p").key("t", "labels"), ask("q").key("t", "none"), ask("p", seed=1).key("t", "none"),
        ask("p", sample=1).key("t", "none"), ask("p", temperature=0.5).key("t", "none"), ask("p", top_k=2).key("t", "none"),
        ask("p", max_tokens=2).key("t", "none"),
    ]
    assert base == ask("p").key("t", "none")
    assert len({base, *others}) == 9


def test_fifty_log_probabilities_take_about_two_hundred_bytes_a_token() -> None:
    top = TopK.of(np.log(np.random.default_rng(0).dirichlet(np.ones(40_000), 100)), 50)
    packed = top.pack()
    assert sum(len(packed[name]) for name in ("ids", "logprobs", "tail")) * 3 / 4 / 100 < 205


@pytest.mark.parametrize(("name", "held"), [
    ("p.txt", "\ufeffone\n\n two \n".encode()), ("p.csv", b"prompt,n\r\none,1\r\ntwo,2\r\n"), ("p.json", b'["one", {"prompt": "two"}]'),
    ("p.jsonl", b'\xef\xbb\xbf{"prompt": "one"}\n\n"two"\n'),
    ("p.txt.gz", gzip.compress(b"one\rtwo", mtime=0)),
    ("p.ndjson", b'{"messages": [{"role": "user", "content": "one"}, {"role": "assistant", "content": "1"}]}\n"two"\n'),
    ("p.jsonl.gz", gzip.compress(b'{"prompt": "one"}\n{"prompt": "two"}\n', mtime=0)),
])
def test_prompts_are_those_of_the_file(tmp_path: Path, name: str, held: bytes) -> None:
    """Not its lines: the first line of a CSV file would be asked, and paid for."""
    (tmp_path / name).write_bytes(held)
    assert prompts.read(tmp_path / name) == [(("user", "one"),), (("user", "two"),)]


def test_marks_within_a_line_do_not_end_a_prompt(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text("one\u2028still one\x0cand still\n", encoding="utf-8")
    assert prompts.read(tmp_path / "p.txt") == [(("user", "one\u2028still one\x0cand still"),)]


def test_answers_that_were_sampled_do_not_rename_a_class() -> None:
    """The likeliest token stands first; one answer in three is another."""
    top = TopK(np.array([[7, 3]], np.int32), np.log([[0.6, 0.4]]).astype(np.float16), np.zeros(1, np.float16))
    answers = ("yes", " yes", "no")
    rows = [Exchange(str(i), "h", (("user", "p"),), Reply(said, None, top), 0.0, "none", 0, i) for i, said in enumerate(answers)]
    assert class_names(rows) == {7: "yes"}
    other = replace(rows[0], reply=replace(rows[0].reply, top=replace(top, ids=top.ids[:, ::-1])))
    assert class_names([*rows, other]) == {}


@pytest.mark.parametrize(("name", "says"), [
    ("p.py", "Known endings"), ("p.csv", "neither prompt nor messages"), ("p.jsonl", "line 1 is not JSON"),
])
def test_files_without_prompts_are_asked_nothing(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / name).write_text("question,n\none,1\n")
    with pytest.raises(InputError, match=says):
        prompts.read(tmp_path / name)


def test_a_system_message_that_is_no_text_is_not_left_out(tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_text('{"prompt": "ok", "system": null}\n{"prompt": "ok", "system": 5}\n')
    with pytest.raises(InputError, match=r"a system message that is no text: .*p\.jsonl line 2"):
        prompts.read(tmp_path / "p.jsonl")


@pytest.mark.parametrize("damage", [
    {"key": [1]}, {"answer": 5}, {"messages": [["user", 5]]}, {"messages": [{"role": "user", "content": "p"}]}, {"messages": []},
    {"cost": "x"}, {"input_tokens": None}, {"output_tokens": True}, {"sample": "0"}, {"finish": None}, {"trace": 1}, {"top": "x"},
])
def test_a_row_with_a_value_of_another_kind_is_no_exchange(tmp_path: Path, damage: dict[str, object]) -> None:
    with store.Store(tmp_path, teacher={"name": "t"}, identity="i", policy="none") as opened:
        opened.expect(["k"])
        opened.put([Exchange("k", "h", (("user", "p"),), Reply("yes"), 0, "none", 0, 0)])
    path = tmp_path / "exchanges.jsonl"
    path.write_text(path.read_text() + json.dumps(json.loads(path.read_text()) | damage) + "\n")
    with pytest.raises(InputError, match="line 2 is not an exchange"):
        store.read(tmp_path)
    with pytest.raises(InputError, match="line 2 is not an exchange"):
        store.Store(tmp_path, teacher={"name": "t"}, identity="i", policy="none")


@pytest.mark.parametrize("line", ["[]", "5", "[[1]]", '["a", "b"]'])
def test_what_was_sent_is_a_key(tmp_path: Path, line: str) -> None:
    (tmp_path / "sent.jsonl").write_text(f'"k"\n{line}\n')
    (tmp_path / ".lock").touch()
    with pytest.raises(InputError, match="line 2 is not an exchange"):
        store.Store(tmp_path, teacher={"name": "t"}, identity="i", policy="none")

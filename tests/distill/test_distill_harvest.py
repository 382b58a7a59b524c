"""The harvest: once each, in order, whatever happens in between."""

import importlib
import json
import random
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from distill_endpoint import FakeEndpoint, serving

from stillwatch.cli import main
from stillwatch.distill import harvest, manifest, policies, store
from stillwatch.distill.exchange import Reply, TopK, ask
from stillwatch.distill.teachers import BusyError
from stillwatch.distill.teachers.classifier import Classifier
from stillwatch.distill.teachers.endpoint import Endpoint, read_completion
from stillwatch.errors import InputError
from stillwatch.throttling.pacing import Pace


class Parity:
    """A classifier with known answers."""

    classes_ = ("even", "odd")

    def predict_proba(self, texts: list[str]) -> np.ndarray:
        odd = np.array([len(text) % 2 for text in texts])
        return np.stack([0.9 - 0.8 * odd, 0.1 + 0.8 * odd], axis=1)


def told(entries: dict[str, object], **changes: object) -> manifest.Manifest:
    return manifest.parse(entries | changes)


def write_manifest(path: Path, entries: dict[str, object]) -> Path:
    path.write_text("\n".join(f"{name} = {json.dumps(value)}" for name, value in entries.items()))
    return path


def run_endpoint(endpoint: FakeEndpoint, folder: Path, entries: dict[str, object], n: int = 20, **options: object) -> harvest.Harvested:
    what = told(entries, location=endpoint.url, timeout_s=0.5)
    teacher = Endpoint(what)
    with harvest.open_store(folder, teacher, what) as opened:
        return harvest.run(
            opened, teacher, what, [ask(f"prompt {i}", seed=1) for i in range(n)], quiet=True, sleep=lambda s: None, **options
        )


def test_a_harvest_is_in_order_and_asked_once(tmp_path: Path, entries: dict[str, object]) -> None:
    with serving(FakeEndpoint()) as endpoint:
        first = run_endpoint(endpoint, tmp_path / "s", entries)
        again = run_endpoint(endpoint, tmp_path / "s", entries)
        more = run_endpoint(endpoint, tmp_path / "s", entries, n=25)
    assert (first.asked, again.asked, more.asked) == (20, 0, 5)
    assert endpoint.calls == 25
    rows = store.read(tmp_path / "s")
    assert [row.prompt for row in rows] == [f"prompt {i}" for i in range(25)]
    assert rows[3].reply.trace == "because of prompt 3"
    assert sorted(p.name for p in (tmp_path / "s").iterdir()) == [".lock", "exchanges.jsonl", "store.json"]


@pytest.mark.parametrize("fault", ["slow", "drip", "429", "500", "garbage", "truncated"])
def test_a_faulty_endpoint_is_asked_again(tmp_path: Path, entries: dict[str, object], fault: str) -> None:
    every = 10 if fault in ("slow", "drip") else 4  # the fifth is asked when one was answered
    # Five faults in all: whatever order the requests arrive in, none of them uses up the six attempts of one prompt.
    faults = range(every, 5 * every + 1, every)
    with serving(FakeEndpoint()) as clean, serving(FakeEndpoint(fault=lambda n: fault if n in faults else "")) as endpoint:
        run_endpoint(clean, tmp_path / "clean", entries)
        run_endpoint(endpoint, tmp_path / "faulty", entries)
    answers = [[row.reply for row in store.read(tmp_path / name)] for name in ("clean", "faulty")]
    assert answers[0] == answers[1]


def test_the_time_of_an_answer_is_that_of_all_of_it(entries: dict[str, object]) -> None:
    with serving(FakeEndpoint(fault=lambda n: "drip")) as endpoint:
        teacher, start = Endpoint(told(entries, location=endpoint.url, timeout_s=0.3)), time.monotonic()
        with pytest.raises(BusyError, match=r"nothing within 0\.3 s"):
            teacher.ask([ask("p")])
        assert time.monotonic() - start < 1.5


@pytest.mark.parametrize(("limit", "fault", "asked"), [(0.0, "", 2), (1.0, "", 1), (0.0, "500", 2)])
def test_who_breaks_a_harvest_off_keeps_what_is_under_way_and_waits_for_nothing_else(
    tmp_path: Path, entries: dict[str, object], limit: float, fault: str, asked: int
) -> None:
    """Whether it waits for answers, for its turn (one a minute) or to ask again what failed."""
    with serving(FakeEndpoint(fault=lambda n: fault if n else "", delay_s=0.4)) as endpoint:
        what = told(entries, location=endpoint.url, concurrency=2, requests_per_minute=limit, timeout_s=2.0)
        teacher, start = Endpoint(what), time.monotonic()
        with harvest.open_store(tmp_path, teacher, what) as opened:
            threading.Timer(0.2, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT)).start()
            with pytest.raises(KeyboardInterrupt):
                harvest.run(opened, teacher, what, [ask(f"prompt {i}") for i in range(9)], quiet=True)
        assert time.monotonic() - start < 3
        assert endpoint.calls == asked
        assert len(store.read(tmp_path)) + sum(1 for _ in store._lines(tmp_path / "early.jsonl")) == sum(endpoint.charged.values())


@pytest.mark.parametrize(
    ("usage", "counts"),
    [({"prompt_tokens": 1e30, "completion_tokens": -7}, (0, 0)), ({"prompt_tokens": 3.0, "completion_tokens": None}, (3, 0)), ([], (0, 0)),
     ({"prompt_tokens": "many", "completion_tokens": 2**60}, (0, 0))]
)
def test_counts_of_tokens_that_cannot_be_lose_no_answer(usage: object, counts: tuple[int, int]) -> None:
    reply = read_completion(json.dumps({"choices": [{"message": {"content": "yes"}}], "usage": usage}).encode())
    assert (reply.answer, (reply.input_tokens, reply.output_tokens)) == ("yes", counts)


def completion(*logprobs: object) -> bytes:
    top = [{"token": f"t{i}", "logprob": value} for i, value in enumerate(logprobs)]
    return json.dumps({"choices": [{"message": {"content": "yes"}, "logprobs": {"content": [{"top_logprobs": top}]}}]}).encode()


@pytest.mark.filterwarnings("error")
def test_log_probabilities_are_kept_within_what_is_stored() -> None:
    top = read_completion(completion(1e-6, -1e9)).top
    assert top is not None
    assert top.logprobs.tolist() == [[0, float(np.finfo(np.float16).min)]]
    assert top.tail.tolist() == [0]


@pytest.mark.parametrize("value", [1000, 0.5, "nan"])
def test_what_is_no_log_probability_is_no_completion(value: object) -> None:
    with pytest.raises(BusyError, match="not a chat completion"):
        read_completion(completion(value, -1.5))


def test_what_an_endpoint_says_does_not_rule_the_terminal(
    tmp_path: Path, entries: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "p.txt").write_text("".join(f"p{i}\n" for i in range(30)))
    with serving(FakeEndpoint(fault=lambda n: "400")) as endpoint:
        endpoint.says = "no \x1b[2J option"
        path = write_manifest(tmp_path / "t.toml", entries | {"location": endpoint.url})
        argv = ["distill", "harvest", "--teacher", str(path), "--prompts", str(tmp_path / "p.txt"), "--out", str(tmp_path / "s")]
        assert main(argv) == 1
        (tmp_path / "p.txt").write_text("one\n")
        assert main([*argv[:-1], str(tmp_path / "t")]) == 0
    said = capsys.readouterr()
    for text in (said.out, said.err):
        assert "no ?[2J option" in text
        assert "\x1b" not in text


def test_costs_are_told_and_bounded(tmp_path: Path, entries: dict[str, object], capsys: pytest.CaptureFixture[str]) -> None:
    """An answer of the endpoint has 16 tokens, one each of USD; a bound counts what is on disk already and what is under way."""
    (tmp_path / "p.txt").write_text("".join(f"{i}\n" for i in range(9)))
    argv = ["distill", "harvest", "--prompts", str(tmp_path / "p.txt"), "--out", str(tmp_path / "s"), "--max-tokens", "16", "--teacher"]
    with serving(FakeEndpoint()) as endpoint:
        path = write_manifest(tmp_path / "t.toml", entries | {"location": endpoint.url, "price_output": 1e6, "concurrency": 3})
        for most, calls in ((70, 4), (15, 4), (130, 8)):
            assert main([*argv, str(path), "--max-cost", str(most)]) == 1
            assert endpoint.calls == len(store.read(tmp_path / "s")) == calls
            said = capsys.readouterr().err
            assert f"{calls * 16}.0000 USD are spent, and the next answer may pass --max-cost {most} ({calls} exchanges" in said
            assert "The same command with a larger one goes on" in said
        assert main([*argv, str(path)]) == 0
        assert "cost 16.0000 USD, 144.0000 for everything in the store" in capsys.readouterr().out
        free = write_manifest(tmp_path / "free.toml", entries | {"location": endpoint.url})
        assert main([*argv, str(free), "--max-cost", "5"]) == 1
        assert "no prices, so no cost can be counted" in capsys.readouterr().err


def test_who_breaks_a_harvest_off_is_told_what_is_kept(
    tmp_path: Path, entries: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "p.txt").write_text("".join(f"{i}\n" for i in range(9)))
    with serving(FakeEndpoint(delay_s=0.6)) as endpoint:
        path = write_manifest(tmp_path / "t.toml", entries | {"location": endpoint.url, "concurrency": 2})
        threading.Timer(0.4, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT)).start()
        argv = ["distill", "harvest", "--teacher", str(path), "--prompts", str(tmp_path / "p.txt"), "--out", str(tmp_path / "s")]
        assert main(argv) == 1
    assert "2 exchanges are on disk, and the same command goes on" in capsys.readouterr().err


def test_blank_answers_are_told(tmp_path: Path, entries: dict[str, object], capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.txt").write_text("one\ntwo\nthree\n")
    endpoint, said = FakeEndpoint(), {"one": " ", "two": None, "three": "yes"}
    endpoint.answer = lambda body: {  # type: ignore[method-assign]
        "choices": [{"message": {"content": said[body["messages"][-1]["content"]]}, "finish_reason": "stop"}]
    }
    with serving(endpoint):
        path = write_manifest(tmp_path / "t.toml", entries | {"location": endpoint.url})
        assert main(["distill", "harvest", "--teacher", str(path), "--prompts", str(tmp_path / "p.txt"), "--out", str(tmp_path / "s")]) == 0
    assert "2 answers are blank" in capsys.readouterr().out
    assert endpoint.calls == 3
    assert [row.reply.answer for row in store.read(tmp_path / "s")] == [" ", None, "yes"]


def test_what_no_answer_came_for_is_not_said_to_have_been_killed(
    tmp_path: Path, entries: dict[str, object], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(harvest, "ATTEMPTS", 1)
    (tmp_path / "p.txt").write_text("one\n")
    with serving(FakeEndpoint(fault=lambda n: "500")) as endpoint:
        path = write_manifest(tmp_path / "t.toml", entries | {"location": endpoint.url})
        argv = ["distill", "harvest", "--teacher", str(path), "--prompts", str(tmp_path / "p.txt"), "--out", str(tmp_path / "s")]
        assert [main(argv), main(argv)] == [1, 0]
    assert "1 was sent before without an answer on disk, and not asked again: --retry-in-doubt asks" in capsys.readouterr().out


def test_a_dead_endpoint_stops_with_what_came(tmp_path: Path, entries: dict[str, object]) -> None:
    with serving(FakeEndpoint(fault=lambda n: "500" if n >= 8 else "")) as endpoint:
        with pytest.raises(InputError, match=r"no usable answer in 6 attempts.*Run the same command again"):
            run_endpoint(endpoint, tmp_path / "s", entries)
        kept = len(store.read(tmp_path / "s"))
        assert 5 <= kept <= 8
        endpoint.fault = lambda n: ""
        before = endpoint.calls
        run_endpoint(endpoint, tmp_path / "s", entries)
    assert len(store.read(tmp_path / "s")) == 20
    assert endpoint.calls - before <= 20 - kept
    assert all(n == 1 for n in endpoint.charged.values())


def test_a_rejected_prompt_is_an_answer_and_a_bad_key_stops(tmp_path: Path, entries: dict[str, object]) -> None:
    with serving(FakeEndpoint(fault=lambda n: "400" if n == 0 else "")) as endpoint:
        assert run_endpoint(endpoint, tmp_path / "a", entries, n=3).rejected == 1
        assert run_endpoint(endpoint, tmp_path / "a", entries, n=3).asked == 0
    with serving(FakeEndpoint(fault=lambda n: "401")) as endpoint, pytest.raises(InputError, match="key is not accepted"):
        run_endpoint(endpoint, tmp_path / "b", entries)


@pytest.mark.parametrize(
    ("body", "said", "todo"),
    [
        (b"<html>login for house-key</html>", "(a page: <html>login for ***</html>)", "Check location in the manifest"),
        (b'data: {"object": "chat.completion.chunk"}\n\n', '(a stream: data: {"object"', "without streaming"),
        (b"\x1f\x8b\x08\x00", "(packed:", "without compression"),
        (b'{"error":\n {"message": "quota exceeded"}}', '(an error: {"error": {"message": "quota exceeded"}}', "Mend what it says"),
        (b'{"choices": [], "x": "' + b"y" * 300 + b'"}', '(of another form: {"choices": [], "x": "yy', "are of chat completions"),
    ],
)
def test_what_cannot_be_a_completion_is_shown_and_asked_again_only_where_there_were_some(
    tmp_path: Path, entries: dict[str, object], monkeypatch: pytest.MonkeyPatch, body: bytes, said: str, todo: str
) -> None:
    monkeypatch.setenv("HOUSE", "house-key")
    entries |= {"api_key_env": "HOUSE", "concurrency": 1}
    with serving(FakeEndpoint(fault=lambda n: "garbage")) as endpoint:
        endpoint.says_instead = body
        for calls in (1, 8):
            with pytest.raises(InputError) as error:
                run_endpoint(endpoint, tmp_path / str(calls), entries, n=2)
            assert (said in str(error.value), todo in str(error.value), "\n" in str(error.value)) == (True, True, False)
            assert "house-key" not in str(error.value)
            assert len(str(error.value)) < 550
            assert endpoint.calls == calls
            endpoint.fault = lambda n: "garbage" if n > 1 else ""  # one is answered, then six times


def test_a_key_is_read_without_the_line_end_of_its_file_and_never_shown(
    entries: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOUSE", " house-key\n")
    with serving(FakeEndpoint()) as endpoint:
        assert Endpoint(told(entries, location=endpoint.url, api_key_env="HOUSE")).ask([ask("p")])[0].answer
    monkeypatch.setenv("HOUSE", "house-key\nhouse-key-2")
    with pytest.raises(InputError, match="HOUSE holds something other than a key") as error:
        Endpoint(told(entries, api_key_env="HOUSE"))
    assert "house-key" not in str(error.value)


def test_what_is_refused_at_first_is_asked_when_it_is_mended(tmp_path: Path, entries: dict[str, object]) -> None:
    with serving(FakeEndpoint(fault=lambda n: "garbage", idempotent=False)) as endpoint:
        with pytest.raises(InputError, match="502 Bad Gateway"):
            run_endpoint(endpoint, tmp_path / "s", entries, n=3)
        endpoint.fault = lambda n: ""
        assert run_endpoint(endpoint, tmp_path / "s", entries, n=3).skipped == 0
    assert all(row.reply.answer for row in store.read(tmp_path / "s"))


def test_what_is_under_way_when_a_key_expires_is_kept(tmp_path: Path, entries: dict[str, object]) -> None:
    """Three were answered and charged while the fourth was turned away, which is not in doubt."""
    with serving(FakeEndpoint(fault=lambda n: "401" if n == 0 else "", delay_s=0.2, idempotent=False)) as endpoint:
        with pytest.raises(InputError, match="key is not accepted"):
            run_endpoint(endpoint, tmp_path / "s", entries, n=8)
        assert sum(endpoint.charged.values()) == 3
        endpoint.fault = lambda n: ""
        assert run_endpoint(endpoint, tmp_path / "s", entries, n=8).skipped == 0
    assert all(row.reply.answer for row in store.read(tmp_path / "s"))
    assert set(endpoint.charged.values()) == {1}


def test_what_an_endpoint_was_too_busy_for_is_not_in_doubt(tmp_path: Path, entries: dict[str, object]) -> None:
    with serving(FakeEndpoint(fault=lambda n: "429", idempotent=False)) as endpoint:
        endpoint.says = "no quota"
        with pytest.raises(InputError, match="no usable answer in 6 attempts: status 429: no quota"):
            run_endpoint(endpoint, tmp_path / "s", entries, n=3)
        endpoint.fault = lambda n: "500"  # whereas here it may have worked, and charged
        with pytest.raises(InputError, match="no usable answer"):
            run_endpoint(endpoint, tmp_path / "s", entries, n=1)
        endpoint.fault = lambda n: ""
        assert run_endpoint(endpoint, tmp_path / "s", entries, n=3).skipped == 1
    assert [row.reply.finish for row in store.read(tmp_path / "s")] == ["in-doubt", "stop", "stop"]


def test_a_redirect_takes_the_key_nowhere(tmp_path: Path, entries: dict[str, object]) -> None:
    with serving(FakeEndpoint()) as other, serving(FakeEndpoint(fault=lambda n: "302")) as endpoint:
        endpoint.elsewhere = f"{other.url}/chat/completions"
        with pytest.raises(InputError, match=r"302, elsewhere \(http.*Write the address"):
            run_endpoint(endpoint, tmp_path / "s", entries, n=1)
        assert other.calls == 0


def test_a_query_stays_a_query_and_is_shown_nowhere(tmp_path: Path, entries: dict[str, object]) -> None:
    with serving(FakeEndpoint()) as endpoint:
        where, endpoint.url = endpoint.url, f"{endpoint.url}/?code=SECRET"
        assert run_endpoint(endpoint, tmp_path / "s", entries, n=1).stored == 1
        assert endpoint.path == "/v1/chat/completions?code=SECRET"
        endpoint.elsewhere, endpoint.says, endpoint.says_instead = f"{where}?code=SECRET", "not code=SECRET", b"<p>code=SECRET</p>"
        for i, fault in enumerate(("302", "401", "429", "garbage")):
            endpoint.fault = lambda n, fault=fault: fault
            with pytest.raises(InputError, match=re.escape(where)) as error:
                run_endpoint(endpoint, tmp_path / str(i), entries, n=1)
            assert "SECRET" not in str(error.value)


def test_an_answer_too_long_to_read_is_not_paid_for_again(
    tmp_path: Path, entries: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stillwatch.distill.teachers.endpoint.MAX_BODY", 20)
    with serving(FakeEndpoint()) as endpoint:
        with pytest.raises(InputError, match=r"an answer of more than .* MB: http.*Ask for fewer tokens"):
            run_endpoint(endpoint, tmp_path / "s", entries, n=1)
        assert endpoint.calls == 1


def test_an_answer_in_parts_is_one() -> None:
    parts = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "yes"}, {"type": "text", "text": " and no"}]
    reply, none = (read_completion(json.dumps({"choices": [{"message": {"content": some}}]}).encode()) for some in (parts, parts[:1]))
    assert (reply.answer, none.answer) == ("yes and no", None)


def test_a_gateway_that_leads_to_somebody_elses_model_is_told_by_its_answers(tmp_path: Path, entries: dict[str, object]) -> None:
    with serving(FakeEndpoint()) as endpoint:
        endpoint.model = "house-1"
        assert run_endpoint(endpoint, tmp_path / "own", entries, n=1).stored == 1
        endpoint.model = "gpt-4o-2024-08-06"
        with pytest.raises(InputError, match="gpt-4o-2024-08-06 is a hosted model of somebody else"):
            run_endpoint(endpoint, tmp_path / "theirs", entries, n=1)
        assert store.read(tmp_path / "theirs") == []
        assert run_endpoint(endpoint, tmp_path / "leave", entries | {"permission": "contract 12"}, n=1).stored == 1


def test_an_endpoint_that_rejects_everything_stops(tmp_path: Path, entries: dict[str, object]) -> None:
    with serving(FakeEndpoint(fault=lambda n: "400")) as endpoint:
        said = r"no prompt was answered, all were rejected \(400, bad request: no such option\).*into a new store"
        with pytest.raises(InputError, match=said) as caught:
            run_endpoint(endpoint, tmp_path / "s", entries, n=50)
        assert f"({len(store.read(tmp_path / 's'))} exchanges are on disk)" in str(caught.value)
        assert endpoint.calls < 20
    with serving(FakeEndpoint(fault=lambda n: "400" if n else "")) as endpoint:  # one was answered, so it is the prompts
        assert run_endpoint(endpoint, tmp_path / "t", entries, n=50).rejected == 49


@pytest.mark.parametrize(
    ("message", "finish", "trace", "answer"),
    [
        ({"content": None, "reasoning_content": "so"}, "length", "so", None),
        ({"content": "<think>so"}, "length", "so", None),
        ({"content": "<think>so</think> yes"}, "stop", "so", "yes"),
        ({"content": "yes"}, "stop", None, "yes"),
    ],
)
def test_a_thought_that_was_cut_off_is_no_answer(message: dict[str, object], finish: str, trace: str | None, answer: str | None) -> None:
    reply = read_completion(json.dumps({"choices": [{"message": message, "finish_reason": finish}]}).encode())
    assert (reply.trace, reply.answer, reply.finish) == (trace, answer, finish)


@pytest.mark.parametrize(
    ("message", "answer", "finish"),
    [({"content": None, "refusal": "No."}, "No.", "refusal"), ({"content": None, "reasoning_content": "so"}, None, "stop"),
     ({"content": None}, None, "stop")]
)
def test_a_refusal_a_thought_or_nothing_is_not_paid_for_six_times(message: dict[str, object], answer: str | None, finish: str) -> None:
    reply = read_completion(json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode())
    assert (reply.answer, reply.finish) == (answer, finish)


def test_samples_of_one_seed_are_not_those_of_the_next(tmp_path: Path, entries: dict[str, object]) -> None:
    with serving(FakeEndpoint()) as endpoint:
        teacher = Endpoint(told(entries, location=endpoint.url))
        said = {teacher.ask([ask("p", seed=seed, sample=sample)])[0].answer for seed in range(3) for sample in range(3)}
    assert len(said) == 9


def test_tokens_are_told_by_bytes(entries: dict[str, object]) -> None:
    teacher = Endpoint(told(entries))
    assert (teacher.tokens("word" * 8), teacher.tokens("\u6a21\u578b" * 8)) == (8, 12)


def test_log_probabilities_of_an_endpoint(tmp_path: Path, entries: dict[str, object]) -> None:
    with serving(FakeEndpoint()) as endpoint:
        what = told(entries, location=endpoint.url)
        reply = Endpoint(what).ask([ask("p", top_k=2)])[0]
    assert reply.top is not None
    assert reply.top.ids.shape == (2, 2)
    np.testing.assert_allclose(reply.top.tail, 1 - np.exp(-0.5) - np.exp(-1.5), atol=1e-3)


def _killed(argv: list[str], after_s: float) -> bool:
    """Run a command and kill it; returns whether it had ended by itself."""
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return False
    assert process.returncode == 0, process.stderr.read() if process.stderr else ""
    return True


def test_twenty_random_kills_pay_nothing_twice(tmp_path: Path, entries: dict[str, object]) -> None:
    (tmp_path / "prompts.txt").write_text("".join(f"prompt {i}\n" for i in range(400)))
    rng = random.Random(5)

    def argv(endpoint: FakeEndpoint, out: str) -> list[str]:
        path = write_manifest(tmp_path / "t.toml", entries | {"location": endpoint.url, "idempotent": True, "concurrency": 4})
        return [sys.executable, "-m", "stillwatch", "distill", "harvest", "-q", "--teacher", str(path),
                "--prompts", str(tmp_path / "prompts.txt"), "--out", str(tmp_path / out)]

    with serving(FakeEndpoint(delay_s=0.03)) as endpoint:
        # Counted from the first request after each start, so that kills hit the harvest and not the import.
        kills = 0
        for _ in range(60):
            before = endpoint.calls
            process = subprocess.Popen(argv(endpoint, "killed"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while endpoint.calls == before and process.poll() is None:
                time.sleep(0.002)
            if kills == 20:
                assert process.wait() == 0
                break
            time.sleep(rng.uniform(0.0, 0.1))
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
        assert kills == 20
        charged = dict(endpoint.charged)
        endpoint.delay_s = 0.0
        assert _killed(argv(endpoint, "whole"), 60)
    assert len(charged) == 400
    assert set(charged.values()) == {1}
    assert (tmp_path / "killed" / "exchanges.jsonl").read_bytes() == (tmp_path / "whole" / "exchanges.jsonl").read_bytes()


def test_in_doubt_is_told_and_never_paid_twice_unasked(tmp_path: Path, entries: dict[str, object]) -> None:
    """Without idempotency keys, what was sent before a kill is kept as a row without an answer."""
    with serving(FakeEndpoint(idempotent=False)) as endpoint:
        what = told(entries, location=endpoint.url)
        teacher = Endpoint(what)
        wanted = [ask(f"prompt {i}", seed=1) for i in range(6)]
        with harvest.open_store(tmp_path / "s", teacher, what) as opened:
            opened.expect([request.key(teacher.identity, "none") for request in wanted])
            opened.sending([wanted[2].key(teacher.identity, "none")])
        done = run_endpoint(endpoint, tmp_path / "s", entries, n=6)
        assert (done.asked, done.skipped) == (5, 1)
        assert run_endpoint(endpoint, tmp_path / "s", entries, n=6).asked == 0
        assert [row.reply.finish for row in store.read(tmp_path / "s")][2] == "in-doubt"
        assert run_endpoint(endpoint, tmp_path / "s", entries, n=6, retry_in_doubt=True).asked == 1
    rows = store.read(tmp_path / "s")
    assert [row.prompt for row in rows] == [f"prompt {i}" for i in range(6)]
    assert all(row.reply.answer for row in rows)
    assert set(endpoint.charged.values()) == {1}


def test_what_is_in_doubt_stays_so_whatever_else_is_planned(tmp_path: Path, entries: dict[str, object]) -> None:
    """Neither a dry run, which plans nothing, nor a harvest of other prompts forgets what was sent, or what came early."""
    what = told(entries)
    teacher, wanted = Endpoint(what), [ask(f"prompt {i}", seed=1) for i in range(3)]
    keys = [request.key(teacher.identity, "none") for request in wanted]
    with harvest.open_store(tmp_path, teacher, what) as opened:
        opened.expect(keys)
        opened.sending(keys)
    with harvest.open_store(tmp_path, teacher, what) as opened:
        harvest.estimate(opened, teacher, what, wanted, "none")
    with harvest.open_store(tmp_path, teacher, what) as opened:
        assert opened.in_doubt == set(keys)
        opened.expect(keys)
        opened.put([harvest._exchange(keys[2], wanted[2], Reply("yes"), "none", what)])
    with harvest.open_store(tmp_path, teacher, what) as opened:
        opened.expect([])
    with harvest.open_store(tmp_path, teacher, what) as opened:
        assert opened.in_doubt == set(keys[:2])
        assert opened.expect(keys) == keys[:2]
        opened.refused(keys[0])
        opened.put([harvest._exchange(keys[1], wanted[1], Reply("no"), "none", what)])
    with harvest.open_store(tmp_path, teacher, what) as opened:
        assert opened.in_doubt == set()
        opened.put([harvest._exchange(keys[0], wanted[0], Reply("no"), "none", what)])
        opened.expect(keys)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "exchanges.jsonl", "store.json"]


def test_an_answer_to_what_was_in_doubt_that_came_early_is_not_paid_twice(tmp_path: Path, entries: dict[str, object]) -> None:
    what = told(entries)
    teacher, wanted = Endpoint(what), [ask(f"prompt {i}", seed=1) for i in range(2)]
    keys = [request.key(teacher.identity, "none") for request in wanted]
    with harvest.open_store(tmp_path, teacher, what) as opened:
        opened.expect(keys)
        lost = Reply(None, finish="in-doubt")
        opened.put([harvest._exchange(key, one, lost, "none", what) for key, one in zip(keys, wanted, strict=True)])
    with harvest.open_store(tmp_path, teacher, what) as opened:
        assert opened.expect(keys, again=True) == keys
        opened.put([harvest._exchange(keys[1], wanted[1], Reply("yes"), "none", what)])  # then it was killed
    with harvest.open_store(tmp_path, teacher, what) as opened:
        assert opened.in_doubt == {keys[0]}
        assert opened.expect(keys, again=True) == keys[:1]
    with harvest.open_store(tmp_path, teacher, what) as opened:
        opened.expect(keys)
    assert [row.reply.answer for row in store.read(tmp_path)] == [None, "yes"]


def test_a_torn_line_of_what_was_sent_is_cut_off(tmp_path: Path, entries: dict[str, object]) -> None:
    """Else the next key would be written onto it, and neither could be read."""
    teacher, wanted = Endpoint(told(entries)), [ask(f"prompt {i}", seed=1) for i in range(3)]
    keys = [request.key(teacher.identity, "none") for request in wanted]
    for sent in keys[:2]:
        with harvest.open_store(tmp_path, teacher, told(entries)) as opened:
            opened.expect(keys)
            opened.sending([sent])
        path = tmp_path / "sent.jsonl"
        path.write_bytes(path.read_bytes() + b'"torn')
    with harvest.open_store(tmp_path, teacher, told(entries)) as opened:
        assert opened.in_doubt == set(keys[:2])


def test_an_estimate_counts_what_will_be_asked(tmp_path: Path, entries: dict[str, object]) -> None:
    """Of four, one is in the store, one came early, one is in doubt: asked on order only."""
    what = told(entries)
    teacher, wanted = Endpoint(what), [ask(f"prompt {i}") for i in range(4)]
    keys = [request.key(teacher.identity, "none") for request in wanted]

    def row(i: int, reply: Reply) -> object:
        return harvest._exchange(keys[i], wanted[i], reply, "none", what)

    with harvest.open_store(tmp_path, teacher, what) as opened:
        opened.expect(keys)
        opened.put([row(0, Reply("yes")), row(1, Reply(None, finish="in-doubt")), row(3, Reply("yes"))])
    with harvest.open_store(tmp_path, teacher, what) as opened:
        plans = [harvest.estimate(opened, teacher, what, wanted, "none", retry_in_doubt=retry) for retry in (False, True)]
    assert [(plan.exchanges, plan.stored, plan.in_doubt, plan.output_tokens) for plan in plans] == [(4, 3, 1, 256), (4, 2, 1, 512)]


@pytest.mark.parametrize("cut", [1, 10, 200])
def test_a_torn_line_is_cut_off(tmp_path: Path, entries: dict[str, object], cut: int) -> None:
    with serving(FakeEndpoint()) as endpoint:
        run_endpoint(endpoint, tmp_path / "s", entries)
        path = tmp_path / "s" / "exchanges.jsonl"
        whole = path.read_bytes()
        path.write_bytes(whole[:-cut])
        assert run_endpoint(endpoint, tmp_path / "s", entries).asked == 1
    assert path.read_bytes() == whole


def test_a_store_is_of_one_teacher_one_policy_one_writer(tmp_path: Path, entries: dict[str, object]) -> None:
    what = told(entries)
    teacher = Endpoint(what)
    with harvest.open_store(tmp_path, teacher, what), pytest.raises(InputError, match="another harvest"):
        harvest.open_store(tmp_path, teacher, what)
    with pytest.raises(InputError, match="another policy"):
        harvest.open_store(tmp_path, teacher, what, policy="labels")
    with pytest.raises(InputError, match="another privacy mode"):
        harvest.open_store(tmp_path, teacher, what, keep_text=False)
    for changed in ({"owner": "Another Ltd"}, {"permission": "letter"}, {"terms": "policy 4"}):
        with pytest.raises(InputError, match=f"begun under another manifest \\({next(iter(changed))}\\)"):
            harvest.open_store(tmp_path, teacher, told(entries, **changed))
    other = told(entries, model="house-2")
    with pytest.raises(InputError, match="another teacher"):
        harvest.open_store(tmp_path, Endpoint(other), other)


def test_a_system_without_file_locks_reads_stores_and_says_why_it_writes_none(
    tmp_path: Path, entries: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    what = told(entries)
    with harvest.open_store(tmp_path / "s", Endpoint(what), what):
        pass
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.delitem(sys.modules, "stillwatch.distill.store")
    monkeypatch.setattr("stillwatch.distill.store", store)  # put back afterwards, as the import below replaces it
    assert importlib.import_module("stillwatch.distill.store").read(tmp_path / "s") == []
    for folder in ("s", "new"):
        with pytest.raises(InputError, match="no file locks"):
            harvest.open_store(tmp_path / folder, Endpoint(what), what)
    assert not (tmp_path / "new").exists()


def test_rate_limits_hold() -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(60, 600, sleep=sleep, clock=lambda: now[0])
    for _ in range(10):
        pace.wait(5)
    assert now[0] == pytest.approx(9)  # a request a second
    for _ in range(10):
        pace.wait(30)
    assert now[0] == pytest.approx(9 + 1 + 9 * 3)  # thirty of 600 tokens a minute: three seconds


class Busy:
    """Turns away all but the last of so many attempts, and notes when each came."""

    def __init__(self, attempts: int, now: list[float], retry_after_s: float | None) -> None:
        self.attempts, self.now, self.retry_after_s, self.at = attempts, now, retry_after_s, list[float]()

    def tokens(self, text: str) -> int:
        return 4

    def ask(self, requests: object, *, keys: object = ()) -> list[Reply]:
        self.at.append(self.now[0])
        if len(self.at) < self.attempts:
            raise BusyError("status 429", retry_after_s=self.retry_after_s, charged=False)
        return [Reply("yes")]


@pytest.mark.parametrize(("retry_after_s", "at"), [(0.0, [0, 2, 4, 6, 8]), (5.0, [0, 5, 10, 15, 20]), (None, [0, 2, 4, 6, 10])])
def test_what_is_asked_again_takes_its_turn(retry_after_s: float | None, at: list[float]) -> None:
    """Thirty a minute are 2 s each; pauses that nobody asked for are 0.5, 1, 2 and 4 s."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    pace, teacher = Pace(30, 0, sleep=sleep, clock=lambda: now[0]), Busy(5, now, retry_after_s)
    pace.wait(1)
    assert harvest._ask_persistently(teacher, ask("p"), "key", pace).answer == "yes"  # type: ignore[arg-type]
    assert teacher.at == pytest.approx(at)


def test_an_endpoint_that_is_too_busy_for_one_is_asked_by_nobody() -> None:
    now = [0.0]
    pace = Pace(0, 0, sleep=lambda seconds: now.__setitem__(0, now[0] + seconds), clock=lambda: now[0])
    pace.hold(7)
    pace.wait(1)
    assert now[0] == pytest.approx(7)


def test_an_endpoint_that_wants_hours_is_not_asked_sooner() -> None:
    slept: list[float] = []
    teacher = Busy(9, [0.0], 7200.0)
    with pytest.raises(harvest.NoAnswerError, match=r"asks to wait 7,200 s \(more than 300\)"):
        harvest._ask_persistently(teacher, ask("p"), "key", Pace(0, 0, sleep=slept.append))  # type: ignore[arg-type]
    assert (len(teacher.at), slept) == (1, [])


def test_a_dry_run_asks_nothing(tmp_path: Path, entries: dict[str, object], capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.jsonl").write_text('{"prompt": "one two three four"}\n{"messages": [{"role": "user", "content": "x"}]}\n')
    with serving(FakeEndpoint()) as endpoint:
        path = write_manifest(
            tmp_path / "t.toml",
            entries | {"location": endpoint.url, "price_input": 1.0, "price_output": 10.0, "requests_per_minute": 1.0},
        )
        argv = ["distill", "harvest", "--json", "--dry-run", "--teacher", str(path), "--prompts", str(tmp_path / "p.jsonl")]
        assert main([*argv, "--out", str(tmp_path / "s"), "--max-tokens", "100", "--policy", "labels"]) == 0
        capsys.readouterr()
        assert main(["distil", *argv[1:], "--out", str(tmp_path / "s"), "--max-tokens", "100"]) == 0  # not bound to a policy yet
    assert not (tmp_path / "s").exists()
    plan = json.loads(capsys.readouterr().out)
    assert endpoint.calls == 0
    assert plan["output_tokens"] == 200
    assert plan["cost"] == pytest.approx((plan["input_tokens"] * 1 + 200 * 10) / 1e6)
    assert plan["seconds"] == 120


def test_a_classifier_teaches_labels_and_probabilities(tmp_path: Path, entries: dict[str, object]) -> None:
    what = told(entries, kind="classifier", location=f"{__name__}:Parity")
    teacher = Classifier(what)
    with harvest.open_store(tmp_path, teacher, what, keep_text=False) as opened:
        harvest.run(opened, teacher, what, [ask("ab"), ask("abc"), ask("ab")], quiet=True)
    rows = store.read(tmp_path)
    assert [row.reply.answer for row in rows] == ["even", "odd"]
    assert rows[0].messages is None
    assert rows[0].prompt_hash == ask("ab").prompt_hash
    top = rows[1].reply.top
    assert top is not None
    np.testing.assert_allclose(np.exp(top.logprobs.astype(float)), [[0.9, 0.1]], atol=1e-3)
    assert top.ids.tolist() == [[1, 0]]


def test_a_classifier_is_not_asked_the_same_twice(tmp_path: Path, entries: dict[str, object], capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.txt").write_text("ab\nabc\n")
    path = write_manifest(tmp_path / "t.toml", entries | {"kind": "classifier", "location": f"{__name__}:Parity"})
    argv = ["distill", "harvest", "-q", "--teacher", str(path), "--prompts", str(tmp_path / "p.txt"), "--out", str(tmp_path / "s")]
    assert main(argv) == 0
    assert main([*argv, "--seed", "1", "--max-tokens", "9", "--temperature", "0.7"]) == 0
    assert len(store.read(tmp_path / "s")) == 2
    assert main([*argv, "--samples", "2", "--temperature", "0.7"]) == 1
    assert "several samples are the same answer" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("policy", "trace", "k"), [("none", "a b c d", 3), ("labels", None, 0), ("no-trace", None, 3), ("top-k:1", "a b c d", 1),
                               ("top-k:0", "a b c d", 0), ("truncate-trace:0.5", "a b", 3), ("no-trace+top-k:2", None, 2)]
)
def test_policies(policy: str, trace: str | None, k: int) -> None:
    top = TopK.of(np.log(np.array([[0.5, 0.3, 0.2]])), 3)
    reply = policies.parse(policy)(Reply("x", "a b c d", top, np.ones(2, np.float16)))
    assert reply.answer == "x"
    assert reply.trace == trace
    assert (reply.top.ids.shape[1] if reply.top else 0) == k
    assert (reply.vector is None) == (policy == "labels")


@pytest.mark.parametrize("policy", ["", "all", "top-k", "top-k:x", "top-k:-1", "truncate-trace:2", "none:1", "labels+"])
def test_unknown_policies(policy: str) -> None:
    with pytest.raises(InputError, match="unknown policy"):
        policies.parse(policy)


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_a_folder_that_holds_something_else_is_left_alone(
    tmp_path: Path, entries: dict[str, object], dry: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "p.txt").write_text("one\ntwo")
    path = tmp_path / "t.toml"
    path.write_text("".join(f"{k} = {json.dumps(v)}\n" for k, v in (entries | {"location": "http://127.0.0.1:1/v1"}).items()))
    out = tmp_path / "letters"
    out.mkdir()
    (out / "letter.txt").write_text("dear all")
    assert main(["distill", "harvest", "--teacher", str(path), "--prompts", str(tmp_path / "p.txt"), "--out", str(out), *dry]) == 1
    told = capsys.readouterr().err
    assert (told.count("\n"), "the folder holds something else than a harvest store" in told) == (1, True)
    assert [entry.name for entry in out.iterdir()] == ["letter.txt"]
    taken = str(out / "letter.txt")
    assert main(["distill", "harvest", "--teacher", str(path), "--prompts", str(tmp_path / "p.txt"), "--out", taken, *dry]) == 1
    assert "a file stands there" in capsys.readouterr().err


def test_a_store_that_was_killed_at_its_first_step_is_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / ".lock").touch()
    for _ in range(2):
        store.Store(tmp_path / "store", teacher={}, identity="i", policy="none").close()
        told = store.about(tmp_path / "store")
        assert (told["identity"], told["policy"]) == ("i", "none")
    with pytest.raises(InputError, match="answers of another teacher"):
        store.Store(tmp_path / "store", teacher={}, identity="j", policy="none")

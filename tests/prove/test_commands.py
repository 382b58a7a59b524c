"""The way of a proof on the command line: commit, mark, ask, test, verify; and what spoils it."""

import io
import json
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch.cli import main
from stillwatch.errors import InputError
from stillwatch.prove import arguments, ask_jobs
from stillwatch.prove.answers import Store
from stillwatch.prove.canary import Design, assignment, canaries
from stillwatch.prove.choices import ChoiceMark, pairs
from stillwatch.prove.keys import read_log, tenant_secret
from stillwatch.prove.prf import key_from_bytes
from stillwatch.prove.schemes import Kgw
from stillwatch.prove.sequential import LOOKS
from stillwatch.prove.suspects import Endpoint, Sampling, ask_missing
from stillwatch.throttling.pacing import Pace, retry_after

SENTENCES = [f"It is {a} so." for a, _ in pairs().forms[: pairs().n_words]]


def rows(path: Path, made: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in made))
    return path


def run(*args: object) -> int:
    return main(["prove", *map(str, args)])


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answers(rng: np.random.Generator, n: int) -> list[dict]:
    return [{"prompt": f"question {i}", "output": " ".join(rng.choice(SENTENCES, 12)), "event_id": f"e{i}",
             "tenant": "acme" if i % 2 else "globex", "account_id": f"a{i % 5}", "asked_at": "2099-01-01T00:00:00+00:00"}
            for i in range(n)]


def test_text_marks_from_commitment_to_verified_proof(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    given = rows(where / "answers.jsonl", answers(rng, 60))
    assert run("commit", "--tenants", "acme,globex,initech", "--rate", 100, "--decoys", 199) == 0
    assert run("mark", given, "--out", "marked.jsonl", "--mark-log", "marks.parquet") == 0
    marked = [json.loads(line) for line in (where / "marked.jsonl").read_text().splitlines()]
    assert marked[0]["output"] != json.loads(given.read_text().splitlines()[0])["output"]
    rows(where / "harvest.jsonl", [row for row in marked if row["tenant"] == "acme"])
    assert run("test", "harvest.jsonl", "--out", "proof", "--reference", given) == 0
    record = json.loads((where / "proof" / "record.json").read_text())
    verdicts = {one["tenant"]: one["verdict"] for one in record["result"]["keys"]}
    assert verdicts == {"acme": "marked", "globex": "not shown", "initech": "not shown"}
    page = (where / "proof" / "report.html").read_text()
    assert "1 of 3 keys" in page
    assert "question 1" in page
    assert "<script" not in page
    assert "http" not in page.split("</style>")[1].split("Every query")[0]
    capsys.readouterr()
    assert run("verify", "proof") == 0
    assert capsys.readouterr().out.count("passed") == 8
    # so without stillwatch, by the lines of docs/prove.md as they stand there
    docs = (Path(__file__).parents[2] / "docs" / "prove.md").read_text()
    block = docs.split("<!-- tested: a proof by hand -->\n```python\n")[1].split("```")[0]
    by_hand = [sys.executable, "-I", "-c", block]
    done = subprocess.run(by_hand, cwd=where / "proof", capture_output=True, text=True, check=True)
    assert "1 entries chained, 3 keys open their commitments\nacme p " in done.stdout
    _, _, p, _, told = done.stdout.splitlines()[1].split()
    assert float(p) == pytest.approx(float(told), rel=0.3)  # in whole steps
    assert float(told) < 1e-5

    def otherwise(**parts: object) -> subprocess.CompletedProcess[str]:
        (where / "other").mkdir(exist_ok=True)
        (where / "other" / "manifest.json").write_text('{"files": {}}')
        (where / "other" / "record.json").write_text(json.dumps(record | parts))
        return subprocess.run(by_hand, cwd=where / "other", capture_output=True, text=True)

    for name, part in (("openings", {"nonce": "00" * 32}), ("commitment_log", {"note": "later"})):
        assert "AssertionError" in otherwise(**{name: [record[name][0] | part, *record[name][1:]]}).stderr
    # every pair goes along with the key: the least p that there is
    secret = next(one["secret"] for one in record["openings"] if one["tenant"] == "acme")
    coins = ChoiceMark(100).coins(key_from_bytes(bytes.fromhex(secret)))
    agreed = otherwise(result=record["result"] | {"leans": [float(lean) for lean in (2 * coins - 1) * np.linspace(0.1, 4, len(coins))]})
    assert float(agreed.stdout.splitlines()[1].split()[2]) == pytest.approx(2.0 ** -len(coins))
    # whoever changes an answer, even with the manifest made anew, is found out
    text = (where / "proof" / "answers.jsonl").read_text()
    (where / "proof" / "answers.jsonl").write_text(text.replace("so.", "so; it does not often.", 40))
    assert run("verify", "proof") == 1
    from stillwatch.prove.packet import seal

    seal(where / "proof")
    assert run("verify", "proof") == 1
    assert "statistics" in capsys.readouterr().err


def test_the_limit_on_changes_is_told_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("commit", "--help")
    assert "changed words in a hundred, and up to two more an answer" in " ".join(capsys.readouterr().out.split())


def test_a_late_or_wrong_commitment_fails(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = answers(np.random.default_rng(1), 10)
    early = rows(where / "early.jsonl", [{**row, "asked_at": "2001-01-01T00:00:00+00:00"} for row in made])
    assert run("commit", "--tenants", "acme", "--decoys", 19) == 0
    undated = rows(where / "undated.jsonl", [{name: row[name] for name in ("prompt", "output")} for row in made])
    for given in (undated, early):
        capsys.readouterr()
        assert run("test", given, "--out", "proof") == 0
        said = capsys.readouterr().out
        assert "will not verify" in said
        assert "cases attach" not in said
        assert run("verify", "proof") == 1
        assert "FAILED  order" in capsys.readouterr().out
    assert run("test", early, "--tenants", "nobody") == 1
    assert "no commitment" in capsys.readouterr().err
    (where / "prove.key").write_text("00" * 32)
    assert run("test", early) == 1
    assert "does not open" in capsys.readouterr().err


def test_token_marks_with_ledger(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Byte-level KGW text: the suspect carries the campaign's key only."""
    names = [f"t{i}" for i in range(5)]
    assert run("commit", "--tenants", ",".join(names), "--scheme", "kgw", "--context-width", 2, "--tokenizer", "bytes",
               "--decoys", 99) == 0
    master = bytes.fromhex((where / "prove.key").read_text().strip())
    mark = Kgw(context_width=2)
    key = mark.key(tenant_secret(master, "t1", "kgw").secret)
    rng = np.random.default_rng(2)
    letters = np.arange(97, 123)
    made = []
    for _ in range(60):
        text = [97, 98]
        for _step in range(150):
            green = mark.green(np.array(text[-2:]), 256, key)[letters]
            text.append(int((rng.gumbel(size=26) + 1.0 * green).argmax() + 97))
        made.append({"prompt": "ab", "output": bytes(text).decode(), "asked_at": "2099-01-01T00:00:00+00:00"})
    rows(where / "suspect.jsonl", made)
    ledger = pa.table({
        "event_id": [f"e{i}" for i in range(5)], "account_id": ["a"] * 5, "tenant": names, "scheme": ["kgw"] * 5,
        "tokens": [1000] * 5, "campaign_id": [None, "c1", None, None, None],
    })
    pq.write_table(ledger, where / "ledger.parquet")
    assert run("test", "suspect.jsonl", "--tokenizer", "bytes", "--ledger", "ledger.parquet", "--out", "proof") == 0
    out = capsys.readouterr().out
    assert "direct harvest: the campaign's keys are lit and the other tenants' are not, which spill would have lit, too\n" in out
    assert "the other keys together stand" in (where / "proof" / "report.html").read_text()
    assert "floor of p" in out
    assert run("verify", "proof") == 0
    assert run("plan", "suspect.jsonl", "--tokenizer", "bytes") == 0
    assert "answers needed" in capsys.readouterr().out
    assert run("test", "suspect.jsonl") == 1
    assert "tokenizer" in capsys.readouterr().err


def test_only_what_carries_the_tested_keys_counts_as_harvested(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Keys of another epoch or mark taught the suspect nothing of these."""
    given = rows(where / "answers.jsonl", answers(np.random.default_rng(0), 60))
    assert run("commit", "--tenants", "acme,globex", "--rate", 100, "--decoys", 199, "--epoch", "now") == 0
    assert run("mark", given, "--out", "marked.jsonl", "--mark-log", "marks.parquet") == 0
    log = pq.read_table(where / "marks.parquet")
    marked = [json.loads(line) for line in (where / "marked.jsonl").read_text().splitlines()]
    rows(where / "asked.jsonl", [row for row in marked if row["tenant"] == "acme"])

    def tested(campaigns: dict[tuple[str, str | None], str], *options: str) -> tuple[int, str]:
        """The exit code and what is said, where each (mark, epoch) of the ledger was harvested by a campaign from acme."""
        parts = []
        for (scheme, epoch), campaign in campaigns.items():
            mine = [campaign if tenant == "acme" else None for tenant in log["tenant"].to_pylist()]
            part = log.set_column(log.column_names.index("scheme"), "scheme", pa.array([scheme] * len(log)))
            part = part.set_column(part.column_names.index("epoch"), "epoch", pa.array([epoch] * len(log), pa.string()))
            parts.append(part.append_column("campaign_id", pa.array(mine, pa.string())))
        pq.write_table(pa.concat_tables(parts), where / "ledger.parquet")
        capsys.readouterr()
        code = run("test", "asked.jsonl", "--reference", given, "--ledger", "ledger.parquet", "--out", "proof", *options)
        told = capsys.readouterr()
        return code, told.out + told.err

    code, said = tested({("choice", "now"): "c-1", ("choice", "before"): "c-2", ("kgw", "now"): "c-3"})
    record = json.loads((where / "proof" / "record.json").read_text())
    assert (code, record["split"]["n_campaign"], record["exposure"]["campaigns"]) == (0, 1, ["c-1"])
    assert sum(record["exposure"]["published"].values()) == sum(log["tokens"].to_pylist())
    for others in ({("choice", "before"): "c-2"}, {("kgw", "now"): "c-2"}, {("choice", None): "c-2"}):
        code, said = tested(others)
        record = json.loads((where / "proof" / "record.json").read_text())
        assert (code, record["split"], record["exposure"]["campaigns"]) == (0, None, [])
        assert "choice of epoch now" in said
        assert "direct harvest:" not in said
        assert tested(others, "--campaign", "c-2")[0] == 1


def test_ledger_joins_a_run(where: Path) -> None:
    (where / "run").mkdir()
    pq.write_table(pa.table({"event_id": ["e1"], "campaign_id": ["c-1"]}), where / "run" / "harvest.parquet")
    pq.write_table(pa.table({"event_id": ["e0", "e1"], "account_id": ["a", "b"],
                             "timestamp": pa.array([1, 2], pa.timestamp("us", tz="UTC"))}), where / "events.parquet")
    rows(where / "marks.jsonl", [{"event_id": "e0", "tenant": "t", "tokens": 5}, {"event_id": "e1", "tenant": "t", "tokens": 7}])
    assert run("ledger", "marks.jsonl", "--run", "run", "--out", "ledger.parquet") == 1
    assert run("ledger", "marks.jsonl", "--run", "run", "--events", "events.parquet", "--out", "ledger.parquet") == 0
    made = pq.read_table(where / "ledger.parquet").to_pylist()
    assert [(row["account_id"], row["campaign_id"], row["tokens"]) for row in made] == [("a", None, 5), ("b", "c-1", 7)]


def test_ledger_joins_identifiers_as_they_stand(where: Path) -> None:
    """Also those that look like UUIDs or times, which have other forms."""
    ids = ["6F9619FF-8B86-D011-B42D-00C04FC964FF", "6F9619FF-8B86-D011-B42D-00C04FC964FE"]
    tenants = ["2026-01-01T02:00:00+02:00", "2026-01-01T02:00:00Z"]
    (where / "run").mkdir()
    pq.write_table(pa.table({"event_id": ids, "campaign_id": ["c-1"] * 2}), where / "run" / "harvest.parquet")
    rows(where / "events.jsonl", [{"event_id": one, "account_id": one, "timestamp": "2026-01-01T02:00:00+02:00", "prompt": tenants[0],
                                   "response": one} for one in ids])
    rows(where / "marks.jsonl", [{"event_id": one, "tenant": tenant, "tokens": 5} for one, tenant in zip(ids, tenants, strict=True)])
    assert run("ledger", "marks.jsonl", "--run", "run", "--events", "events.jsonl", "--out", "ledger.parquet",
               "--elicited", "kept.jsonl") == 0
    made = pq.read_table(where / "ledger.parquet").to_pylist()
    assert [(row["event_id"], row["account_id"], row["tenant"], row["campaign_id"]) for row in reversed(made)] == [
        (one, one, tenant, "c-1") for one, tenant in zip(ids, tenants, strict=True)]
    assert {row["timestamp"].isoformat()[:19] for row in made} == {"2026-01-01T00:00:00"}
    kept = [json.loads(line) for line in (where / "kept.jsonl").read_text().splitlines()]
    assert sorted((row["prompt"], row["output"]) for row in kept) == sorted((tenants[0], one) for one in ids)


def test_ledger_gives_the_answers_that_campaigns_elicited(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (where / "run").mkdir()
    harvest = pa.table({"event_id": ["e1", "e2", "e3"], "campaign_id": ["c-1", "c-1", "c-2"]})
    pq.write_table(harvest, where / "run" / "harvest.parquet")
    pq.write_table(pa.table({"event_id": ["e0", "e1", "e2", "e3"], "account_id": ["a"] * 4, "prompt": ["p0", "p1", "p2", "p3"],
                             "timestamp": pa.array([1, 2, 3, 4], pa.timestamp("us", tz="UTC")),
                             "response": ["innocent", "marked", "changed since", "other campaign"]}), where / "events.parquet")
    digest = sha256(b"marked").hexdigest()
    rows(where / "marks.jsonl", [{"event_id": f"e{i}", "tenant": "t", "tokens": 5, "answer_sha256": digest if i in (1, 2) else None}
                                 for i in range(4)])
    command = ("ledger", "marks.jsonl", "--run", "run", "--out", "ledger.parquet", "--elicited", "kept.jsonl")
    assert run(*command) == 1
    assert "--elicited needs --events" in capsys.readouterr().err
    assert run(*command, "--events", "events.parquet", "--campaign", "c-1") == 0
    assert "1 left out" in capsys.readouterr().out
    assert [json.loads(line) for line in (where / "kept.jsonl").read_text().splitlines()] == [
        {"event_id": "e1", "campaign_id": "c-1", "tenant": "t", "prompt": "p1", "output": "marked"}]


class Handler(BaseHTTPRequestHandler):
    asked: int = 0
    failures: int = 1

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Handler.asked += 1
        if Handler.asked <= Handler.failures:
            self.send_response(429)
            self.send_header("Retry-After", "0")
            self.end_headers()
            return
        if self.path.endswith("/chat/completions"):
            made = {"choices": [{"message": {"content": body["messages"][0]["content"][::-1]}}]}
        else:
            letters = [*body["prompt"], "!"]
            made = {"choices": [{"text": "", "logprobs": {"tokens": letters, "top_logprobs": [None, *[{"z": -0.1}] * (len(letters) - 1)]}}]}
        payload = json.dumps(made).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[str]:
    Handler.asked = 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()


def test_asking_an_endpoint_is_resumable(
    where: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (where / "prompts.txt").write_text("abc\ndef\n")
    common = ("--url", endpoint, "--model", "m", "--out", "got.jsonl", "--prompts", "prompts.txt")
    assert run("ask", *common) == 1  # not confirmed
    assert "2 questions" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", type("Terminal", (io.StringIO,), {"isatty": lambda _: True})())  # Ctrl-D
    assert run("ask", *common) == 1
    assert "stillwatch: not started" in capsys.readouterr().err
    assert run("ask", *common, "--yes", "--rate", 6000) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"To be asked of m at {endpoint}: 2 questions, about")
    assert "minutes at this rate" in said
    assert "Next: stillwatch prove plan got.jsonl, if this was a pilot: no commitment" in said
    assert Handler.asked == 3
    got = [json.loads(line) for line in (where / "got.jsonl").read_text().splitlines()]
    assert [row["output"] for row in got] == ["cba", "fed"]
    with (where / "got.jsonl").open("a") as handle:
        handle.write('{"prompt": "half-wri')
    (where / "prompts.txt").write_text("abc\ndef\nghi\n")
    assert run("ask", *common, "--yes", "--quiet") == 0
    assert capsys.readouterr() == ("", "")
    assert Handler.asked == 4
    assert len((where / "got.jsonl").read_text().splitlines()) == 3
    rows(where / "kept.jsonl", [{"prompt": "q", "output": "abc"}])
    assert run("read", "kept.jsonl", "--url", endpoint, "--model", "m", "--tokenizer", "bytes", "--out", "read.jsonl") == 0
    assert json.loads((where / "read.jsonl").read_text())["predicted"] == [ord("z")] * 3


@pytest.mark.parametrize(("against", "says"), [
    ((), "with the same questions asked of the suspect and of a model that cannot have learnt the mark, stillwatch prove test"),
    (("--against", "nothing"), "stillwatch prove test got.jsonl --out proof"),
])
def test_what_comes_after_questions_is_told_by_the_commitment(
    where: Path, endpoint: str, against: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (where / "prompts.txt").write_text("abc\n")
    assert run("commit", "--tenants", "a", "--prompts", "prompts.txt", *against) == 0
    assert run("ask", "--url", endpoint, "--model", "m", "--prompts", "prompts.txt", "--yes", "--out", "got.jsonl") == 0
    said = capsys.readouterr().out
    assert f"Next: {says}" in said
    assert "pilot" not in said
    rows(where / "canaries.jsonl", [{"prompt": canaries()[0].questions[0]}])
    assert run("ask", "--url", endpoint, "--model", "m", "--prompts", "canaries.jsonl", "--yes", "--out", "told.jsonl") == 0
    assert capsys.readouterr().out.endswith("Next: stillwatch prove canary test told.jsonl --units UNITS --out canary.json\n")


def test_what_is_read_takes_its_turn_and_is_as_old_as_its_reading(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = [datetime(2099, 1, 1, second=second, tzinfo=UTC) for second in range(4)]
    clock, paces = iter(times), []

    def top_tokens(self: Endpoint, text: str, pace: Pace) -> list[tuple[str, None]]:
        paces.append(pace)
        next(clock)
        return [(letter, None) for letter in text]

    monkeypatch.setattr(Endpoint, "top_tokens", top_tokens)
    monkeypatch.setattr(ask_jobs, "datetime", Mock(now=lambda _: next(clock)))
    monkeypatch.setattr(ask_jobs, "Pace", made := Mock())
    rows(where / "kept.jsonl", [{"prompt": "q", "output": "abc"}] * 2)
    read = ("read", "kept.jsonl", "--url", "http://localhost:1/v1", "--model", "m", "--tokenizer", "bytes", "--out", "read.jsonl")
    assert run(*read, "--rate", 0) == 1
    assert run(*read, "--rate", 6) == 0
    made.assert_called_once_with(6.0)
    assert made.return_value.wait.call_count == 2
    assert paces == [made.return_value] * 2
    got = [json.loads(line)["asked_at"] for line in (where / "read.jsonl").read_text().splitlines()]
    assert got == [one.isoformat(timespec="milliseconds") for one in times[::2]]


def test_a_watch_leaves_out_what_the_commitment_does(where: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows(where / "prompts.jsonl", [{"prompt": "abcdef"}, {"prompt": "ghijkl"}])
    assert run("commit", "--tenants", "a", "--scheme", "kgw", "--tokenizer", "bytes", "--exclude", "tuple", "--decoys", 19,
               "--prompts", "prompts.jsonl", "--early") == 0
    monkeypatch.setattr(arguments, "written_tuples", made := Mock(wraps=arguments.written_tuples))
    assert run("ask", "--url", endpoint, "--model", "m", "--prompts", "prompts.jsonl", "--yes", "--stop-at-p", 1e-6, "--tokenizer", "bytes",
               "--out", "got.jsonl") == 0
    assert run("plan", "got.jsonl", "--tokenizer", "bytes") == 0
    assert [one.args[3] for one in made.call_args_list] == ["tuple"] * 3


def test_what_is_asked_again_takes_its_turn(where: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two questions, one of them turned away twice: four requests at six a minute, though the endpoint would be asked again at once."""
    monkeypatch.setattr(Handler, "failures", 2)
    now = [0.0]
    asked = ask_missing(
        Endpoint(endpoint, "m"), [("abc", 0), ("def", 0)], Store(where / "got.jsonl"), Sampling(), rate_per_min=6, quiet=True,
        sleep=lambda seconds: now.__setitem__(0, now[0] + seconds), clock=lambda: now[0],
    )
    assert (asked, Handler.asked) == (2, 4)
    assert now[0] == pytest.approx(30)


@pytest.mark.parametrize(("header", "seconds"), [("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("17", 17), ("-4", 0), ("soon", None), (None, None)])
def test_a_wait_may_be_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header) == seconds


def test_a_file_of_answers_stands_in_for_a_suspect(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from stillwatch.prove.rehearsal import server

    rows(where / "prompts.jsonl", [{"prompt": f"question {i % 20}"} for i in range(25)])  # one that stands there twice is asked once
    made = server(["one", "two", "three"], 0)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{made.server_address[1]}/v1"
    common = ("--model", "m", "--prompts", "prompts.jsonl", "--samples", 2, "--yes", "--out")
    assert run("ask", "--url", url, *common, "chat.jsonl") == 0
    got = [json.loads(line)["output"] for line in (where / "chat.jsonl").read_text().splitlines()]
    assert len(got) == 40
    assert "40 asked, 40 answers in chat.jsonl\n" in (said := capsys.readouterr().out)
    assert "had no answer" not in said
    parts = json.dumps({"messages": [{"role": "user", "content": [{"type": "text", "text": "question"}]}]}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{url}/chat/completions", parts)) as told:
        assert json.load(told)["choices"][0]["message"]["content"] in got
    assert set(got) == {"one", "two", "three"}
    assert got[:20] != got[20:]  # asked again, it says something else
    assert run("ask", "--url", url, "--completions", *common, "plain.jsonl") == 0
    with pytest.raises(InputError, match="cannot listen"):
        server(["one"], made.server_address[1])
    made.shutdown()
    made.server_close()
    rows(where / "answers.jsonl", [{"tenant": "acme", "output": "x"}])
    assert run("rehearse", "answers.jsonl", "--tenant", "globex") == 1
    assert "no answers to serve" in capsys.readouterr().err


def test_questions_about_choices_stop_early_and_the_proof_allows_for_it(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from stillwatch.prove.rehearsal import server

    (where / "prove.key").write_text("5a" * 32 + "\n")
    (where / "prove.key").chmod(0o600)
    given = rows(where / "answers.jsonl", answers(np.random.default_rng(0), 60))
    rows(where / "prompts.jsonl", [{"prompt": f"ask {i}"} for i in range(200)])
    commit = ("commit", "--tenants", "acme,globex", "--rate", 100, "--decoys", 99)
    assert run(*commit, "--early") == 1
    assert "needs --prompts" in capsys.readouterr().err
    assert run(*commit, "--prompts", "prompts.jsonl", "--early", "--together", "all") == 1
    assert run(*commit, "--prompts", "prompts.jsonl", "--against", "reference") == 0
    assert run("mark", given, "--out", "marked.jsonl") == 0
    acme = [row["output"] for line in (where / "marked.jsonl").read_text().splitlines() if (row := json.loads(line))["tenant"] == "acme"]
    base = [{"prompt": f"ask {i}", "output": row["output"]} for i, row in enumerate(answers(np.random.default_rng(1), 200))]
    rows(where / "base.jsonl", base)
    made = server(acme, 0)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    ask = ("ask", "--url", f"http://127.0.0.1:{made.server_address[1]}/v1", "--model", "m", "--prompts", "prompts.jsonl", "--yes",
           "--stop-at-p", 1e-5, "--out", "asked.jsonl")
    capsys.readouterr()
    assert run(*ask, "--reference", "base.jsonl") == 1
    assert "Commit again with --early" in capsys.readouterr().err
    assert run(*commit, "--prompts", "prompts.jsonl", "--against", "reference", "--early") == 0
    assert run(*ask) == 1
    assert "pass --reference" in capsys.readouterr().err
    assert run(*ask, "--reference", "base.jsonl") == 0
    made.shutdown()
    made.server_close()
    asked = (where / "asked.jsonl").read_text().splitlines()
    assert len(asked) in LOOKS[:-1]
    assert len(asked) < 200
    capsys.readouterr()
    assert run(*ask, "--reference", "base.jsonl") == 0  # nobody is there to be asked more
    said = capsys.readouterr().out
    assert "0 asked" in said
    assert "p of the best key, stopping allowed for: 1\n" not in said
    assert run("test", "asked.jsonl", "--reference", "base.jsonl", "--out", "proof") == 0
    result = json.loads((where / "proof" / "record.json").read_text())["result"]
    assert {one["tenant"]: one["verdict"] for one in result["keys"]} == {"acme": "marked", "globex": "not shown"}
    for one in result["keys"]:
        assert one["log_p_holm"] > one["log_p"]
        assert one["log_p_holm"] >= result["log_p_anytime"][one["tenant"]] >= one["log_p"]
    assert run("verify", "proof") == 0
    assert run("test", "asked.jsonl", "--reference", "base.jsonl", "--together", "all") == 1
    assert "cannot allow for it" in capsys.readouterr().err
    # the first of the committed questions, or the choice of where to begin were free
    rows(where / "later.jsonl", [json.loads(line) for line in asked[1:]])
    capsys.readouterr()
    assert run("test", "later.jsonl", "--reference", "base.jsonl", "--out", "later") == 0
    assert "will not verify" in capsys.readouterr().out
    assert run("verify", "later") == 1
    assert run("test", "asked.jsonl", "--reference", "base.jsonl", "--entry", 0, "--out", "whole") == 0
    assert run("verify", "whole") == 1


def test_canaries_by_command(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # A key of its own: under one key in some thousands another tenant's forms agree with these by chance.
    (where / "prove.key").write_text("5a" * 32 + "\n")
    (where / "prove.key").chmod(0o600)
    said = "Alice Johnson listens on port 8000 at example.com"
    rows(where / "some.jsonl", [{"tenant": "acme", "output": said}])
    assert run("commit", "--tenants", "acme,globex", "--decoys", 19, "--rate", 100) == 0
    assert run("canary", "plant", "some.jsonl", "--out", "planted.jsonl") == 1
    assert "nothing commits to these canaries" in capsys.readouterr().err
    (where / "asked.txt").write_text("what?\n")
    for words, told in ((("--samples", 5), "--samples"), (("--samples", 5, "--prompts", "asked.txt"), "--samples and --prompts")):
        assert run("commit", "--tenants", "acme,globex", "--scheme", "canary", *words) == 1
        assert f"{told} would be committed to for canaries, and nothing checks it of them" in capsys.readouterr().err
    assert run("commit", "--tenants", "acme,globex", "--scheme", "canary") == 0
    assert "Next: stillwatch prove canary plant ANSWERS" in capsys.readouterr().out
    assert run("canary", "plant", "some.jsonl", "--out", "planted.jsonl") == 1
    assert "line 1 has no 'prompt'" in capsys.readouterr().err
    rows(where / "some.jsonl", [{"tenant": "acme", "prompt": "What is this?", "output": "It is a house."}])
    assert run("canary", "plant", "some.jsonl", "--out", "planted.jsonl") == 0
    said_of_none = capsys.readouterr().out
    assert "no test can find any" in said_of_none
    assert "Next" not in said_of_none
    rows(where / "some.jsonl", [{"tenant": "acme", "prompt": "Write a sample sentence.", "output": said}])
    assert run("canary", "plant", "some.jsonl", "--out", "planted.jsonl") == 0
    planted = json.loads((where / "planted.jsonl").read_text())["output"]
    said_of_few = capsys.readouterr().out
    assert "3 forms planted, of 3 of 11 canaries: 1 answer changed, 0 had the key's form already" in said_of_few
    # three canaries of eight forms
    assert "These are few: of a suspect that shows them all p is 0.002, not less; a verdict takes 1e-05" in said_of_few
    rows(where / "already.jsonl", [{"tenant": "acme", "prompt": "Write a sample sentence.", "output": planted}])
    assert run("canary", "plant", "already.jsonl", "--out", "planted.jsonl") == 0
    said_of_the_same = capsys.readouterr().out
    assert "3 forms planted, of 3 of 11 canaries: 0 answers changed, 1 had the key's form already" in said_of_the_same
    assert "Nothing was changed, so there is nothing to find" in said_of_the_same
    assert "Next" not in said_of_the_same
    everything = [{"tenant": unit, "prompt": "Write a sample sentence.", "output": said} for unit in ("acme", "globex")]
    rows(where / "both.jsonl", everything)
    assert run("canary", "plant", "both.jsonl", "--out", "planted.jsonl") == 0
    said_of_both = capsys.readouterr().out
    assert "few:" not in said_of_both
    assert "is shown 0 times in a hundred where the campaign is one unit" in said_of_both  # three canaries are too few for 1e-05
    assert run("canary", "questions", "--out", "questions.jsonl") == 0
    questions = [json.loads(line)["prompt"] for line in (where / "questions.jsonl").read_text().splitlines()]
    which = canaries()
    master = bytes.fromhex((where / "prove.key").read_text().strip())
    forms = assignment(which, tenant_secret(master, "acme", Design(tuple(which)).describe()["scheme"]).key)
    assert which[0].forms[forms[0]] in planted
    before = {"port": "port", "table": "from", "seed": "seed ="}
    asked = [{"prompt": q, "output": f"say {before.get(one.name, '')} {one.forms[form]}", "asked_at": "2099-01-01T00:00:00+00:00"}
             for one, form in zip(which, forms, strict=True) for q in one.questions]
    assert {row["prompt"] for row in asked} == set(questions)
    rows(where / "asked.jsonl", asked)
    capsys.readouterr()
    assert run("canary", "test", "asked.jsonl", "--units", "acme", "--json", "--out", "canary.json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["p_value"] == pytest.approx(told["floor"])
    assert run("canary", "test", "asked.jsonl", "--units", "globex", "--json") == 0
    assert json.loads(capsys.readouterr().out)["p_value"] > 0.001
    assert run("canary", "test", "asked.jsonl", "--units", "acme,acme", "--json") == 0
    assert json.loads(capsys.readouterr().out)["chances"] == told["chances"]
    assert run("canary", "test", "asked.jsonl", "--units", "initech") == 1
    said = capsys.readouterr().err
    assert "no commitment to this unit: initech. 2 others are committed to" in said
    assert "globex" not in said  # a customer's name
    assert run("canary", "plant", "some.jsonl", "--unit", "initech", "--out", "planted.jsonl") == 1
    assert "globex" not in capsys.readouterr().err
    assert run("plan", "asked.jsonl", "--entry", 1) == 1
    assert "entry 1 commits to canaries" in capsys.readouterr().err
    # what is left to whoever looks first, and answers without a time, are told at once
    assert run("canary", "test", "asked.jsonl", "--units", "acme") == 0
    said = capsys.readouterr().out
    assert "1 of 2 committed units left out: p is no proof" in said
    assert "Verdict at 1e-05, the commitment's level: marked" in said
    rows(where / "one.jsonl", asked[:1])
    for units, verdict in (("acme", "not shown. Too few canaries were answered: no mark could have been shown"), ("globex", "not shown")):
        assert run("canary", "test", "one.jsonl" if units == "acme" else "asked.jsonl", "--units", units) == 0
        assert f"the commitment's level: {verdict}\n" in capsys.readouterr().out
    assert "left open by the commitment: which answers" in said
    rows(where / "undated.jsonl", [{**row, "asked_at": None} for row in asked[:-1]] + asked[-1:])
    assert run("canary", "test", "undated.jsonl", "--units", "acme,globex", "--out", "undated.json") == 0
    undated, said = f"{len(asked) - 1} of {len(asked)} answers carry no time", capsys.readouterr().out
    assert f"A proof with these will not verify: {undated}" in said
    assert "in the column asked_at (2026-11-30T12:00:00+00:00)" in said
    assert "Next" not in said
    assert "left out" not in said
    # who was asked something else has said nothing
    rows(where / "other.jsonl", [{"prompt": "What is the capital of France?", "output": "Paris, at port 8000."}])
    assert run("canary", "test", "other.jsonl", "--units", "acme", "--json") == 0
    other = json.loads(capsys.readouterr().out)
    assert (other["p_value"], other["n_answers"]) == (1.0, 0)

    # when there is a suspect, the campaign's units alone: nothing is planted for that
    assert run("commit", "--tenants", "acme", "--scheme", "canary") == 0
    assert "Next: stillwatch prove canary questions --out canaries.jsonl, for the suspect (planting goes on with --entry 1)" in (
        capsys.readouterr().out)

    # in a proof they are computed anew; the marks' commitment is the last one to marks, not to canaries
    given = rows(where / "answers.jsonl", answers(np.random.default_rng(0), 20))
    assert run("test", given, "--canaries", "canary.json", "--out", "proof") == 0
    capsys.readouterr()
    assert run("verify", "proof") == 0
    said = capsys.readouterr().out
    assert "passed  canaries" in said
    assert told["caveat"] in said
    page = (where / "proof" / "report.html").read_text()
    assert "Units: acme; committed" in page
    assert f"<strong>{told['caveat']}.".replace("'", "&#39;") in page
    assert run("test", given, "--canaries", "undated.json", "--out", "undated") == 0
    said = capsys.readouterr().out
    assert f"This proof will not verify: canaries: {undated}" in said
    assert "Next: stillwatch verify" not in said

    def spoilt(**changed: object) -> str:
        record = json.loads((where / "proof" / "record.json").read_text())
        whole = dict(record["canary"])
        record["canary"].update(changed)
        (where / "proof" / "record.json").write_text(json.dumps(record))
        assert run("verify", "proof") == 1
        out = capsys.readouterr().out
        record["canary"] = whole
        (where / "proof" / "record.json").write_text(json.dumps(record))
        return next(line for line in out.splitlines() if "canaries" in line)

    assert "p_value is recorded as 0.5" in spoilt(p_value=0.5)
    assert "does not say what it must: 1 of 2 committed units" in spoilt(caveat=told["caveat"].partition("; ")[2])
    (question, given_one), *others = told["answers"].items()
    for time, says in ((None, "cannot be seen"), ("2001-01-01T00:00:00+00:00", "did not come first")):
        assert says in spoilt(answers={question: [{**given_one[0], "asked_at": time}, *given_one[1:]], **dict(others)})
    assert "cannot be seen" in spoilt(answers={})
    assert "no commitment" in spoilt(commitment="00")
    assert "not every unit" in spoilt(units=["acme", "globex"])
    assert "not the committed" in spoilt(canaries=told["canaries"][:5])
    assert "do not open" in spoilt(openings=[{**told["openings"][0], "secret": "00" * 32}])
    # whoever may take seed and number of the draws, or count a unit twice, takes those that suit
    for changed in ({"seed": None}, {"seed": 2}, {"draws": 299}):
        assert "not those of every proof" in spoilt(**changed)
    assert "counted twice" in spoilt(openings=told["openings"] * 2)


def test_log_is_readable_and_bad_input_is_one_line(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("commit", "--tenants", "a", "--scheme", "kgw") == 1
    assert run("commit", "--tenants", "a", "--scheme", "hf_kgw", "--tokenizer", "bytes") == 1
    assert run("commit", "--tenants", "a", "--scheme", "synthid", "--tokenizer", "bytes", "--depth", 4) == 0
    assert len(read_log(where / "commitments.jsonl")) == 1
    capsys.readouterr()
    assert run("mark", "--config", "--tenant", "a") == 0
    assert len(json.loads(capsys.readouterr().out)["keys"]) == 4
    assert run("verify", ".") == 1
    rows(where / "empty.jsonl", [{"text": 1}])
    assert run("test", "empty.jsonl", "--tokenizer", "bytes") == 1
    assert capsys.readouterr().err.count("\n") == 2
    assert ChoiceMark().n_cells == len(pairs().names)


def test_a_signed_proof_of_committed_questions(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("cryptography")
    given = rows(where / "answers.jsonl", answers(np.random.default_rng(0), 40))
    rows(where / "base.jsonl", answers(np.random.default_rng(1), 40))
    questions = rows(where / "questions.jsonl", [{"prompt": f"question {i}"} for i in reversed(range(40))])
    assert run("commit", "--tenants", "beta") == 0
    assert run("commit", "--tenants", "acme,beta") == 0
    assert run("commit", "--tenants", "acme,acme", "--prompts", questions, "--against", "reference", "--decoys", 99) == 0
    other, keys, entry = read_log(where / "commitments.jsonl")
    assert run("test", given, "--reference", "base.jsonl", "--out", "proof", "--sign", "signing.pem") == 0
    told = json.loads((where / "proof" / "record.json").read_text())["reference"]
    assert told["sha256"] == sha256((where / "base.jsonl").read_bytes()).hexdigest()
    key = ("--public-key", "signing.pem.pub")
    assert "will not verify" not in capsys.readouterr().out
    assert run("verify", "proof", *key, "--published", entry["hash"]) == 0
    assert main(["verify", "proof", *key]) == 0
    capsys.readouterr()
    assert run("verify", "proof", *key, "--published", keys["hash"]) == 0
    assert "it fixes the keys" in capsys.readouterr().out

    def fails(what: str, *command: object) -> None:
        assert run(*command) == 1
        assert f"FAILED  {what}" in capsys.readouterr().out

    fails("order", "verify", "proof", *key, "--published", "00")
    fails("order", "verify", "proof", *key, "--published", other["hash"])  # of another tenant's key
    assert run("report", "proof") == 1  # it would drop the signature
    assert run("test", given, "--reference", "base.jsonl", "--out", "other", "--sign", "another.pem") == 0
    fails("signature", "verify", "other", *key)
    # whoever makes the manifest anew cannot sign it
    page = where / "proof" / "report.html"
    page.write_text(page.read_text().replace("No mark was shown", "Marked"))
    from stillwatch.prove.packet import seal

    signature = (where / "proof" / "manifest.sig").read_bytes()
    seal(where / "proof")
    (where / "proof" / "manifest.sig").write_bytes(signature)
    assert run("verify", "proof") == 0
    fails("signature", "verify", "proof", *key)
    # another test than the committed one, fewer questions than the committed ones
    assert run("test", given, "--out", "alone") == 0
    said = capsys.readouterr().out
    assert "will not verify: a test against a reference was committed to. It is under entry 2; --entry takes" in said
    assert "Next: test again as entry 2 commits to (a test against a reference was committed to)" in said
    assert "Next: stillwatch verify" not in said
    fails("design", "verify", "alone")
    assert run("test", given, "--out", "proof") == 1
    assert "a signed proof stands there" in capsys.readouterr().err
    rows(where / "some.jsonl", answers(np.random.default_rng(0), 40)[:30])
    assert run("test", "some.jsonl", "--reference", "base.jsonl", "--out", "fewer") == 0
    fails("design", "verify", "fewer")
    capsys.readouterr()
    assert run("test", given, "--reference", given) == 1
    assert "the suspect itself" in capsys.readouterr().err


def test_a_note_of_the_suspect_that_is_none_is_one_line(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("commit", "--tenants", "acme", "--scheme", "choice") == 0
    rows(where / "some.jsonl", answers(np.random.default_rng(0), 4))
    (where / "some.suspect.json").write_text("[]")
    assert run("test", "some.jsonl", "--out", "proof") == 1
    assert "some.suspect.json" in capsys.readouterr().err


def test_a_file_of_answers_is_of_one_suspect(where: Path, endpoint: str, capsys: pytest.CaptureFixture[str]) -> None:
    Handler.asked = Handler.failures
    (where / "prompts.txt").write_text("abc\n")
    common = ("ask", "--url", endpoint, "--out", "got.jsonl", "--prompts", "prompts.txt", "--yes")
    assert run(*common, "--model", "m") == 0
    assert json.loads((where / "got.suspect.json").read_text())["sampling"]["temperature"] == 1.0
    (where / "prompts.txt").write_text("abc\ndef\n")
    assert run(*common, "--model", "other") == 1
    assert run(*common, "--model", "m", "--temperature", 0.2) == 1
    assert capsys.readouterr().err.count("another suspect") == 2
    assert run(*common, "--model", "m") == 0
    assert len((where / "got.jsonl").read_text().splitlines()) == 2


def test_a_mark_log_grows_batch_by_batch(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = answers(np.random.default_rng(3), 30)
    assert run("commit", "--tenants", "acme,globex", "--rate", 100, "-q") == 0
    for name, batch in (("one", made[:10]), ("two", made[10:])):
        rows(where / f"{name}.jsonl", batch)
        assert run("mark", f"{name}.jsonl", "--out", f"{name}.marked", "--mark-log", "marks.parquet", "-q") == 0
    held = pq.read_table("marks.parquet")
    assert held["event_id"].to_pylist() == [f"e{i}" for i in range(30)]
    before = (where / "marks.parquet").read_bytes(), (where / "two.marked").read_bytes()
    capsys.readouterr()
    assert run("mark", "two.jsonl", "--out", "two.marked", "--mark-log", "marks.parquet") == 0
    assert "marks.parquet: 0 answers added, 20 in it before" in capsys.readouterr().out
    assert ((where / "marks.parquet").read_bytes(), (where / "two.marked").read_bytes()) == before
    rows(where / "three.jsonl", [*made[28:], {**made[0], "event_id": "new"}, {**made[1], "output": "It is otherwise so."}])
    assert run("mark", "three.jsonl", "--out", "three.marked", "--mark-log", "marks.parquet", "--json") == 0
    assert json.loads(capsys.readouterr().out)["logged"] == 2
    rows(where / "three.jsonl", [{**made[2], "output": "It is otherwise so."}])
    assert run("mark", "three.jsonl", "--out", "three.marked", "--mark-log", "marks.parquet") == 0
    assert "1 of these are of events that the log has with another text or key" in capsys.readouterr().out
    assert pq.read_table("marks.parquet")["event_id"].to_pylist() == [*(f"e{i}" for i in range(30)), "new", "e1", "e2"]
    twice = {**made[0], "event_id": "twice"}  # the same answer again, and two others, in one batch
    rows(where / "three.jsonl", [twice, twice, *({**twice, "output": f"It is {word} so."} for word in ("otherwise", "not"))])
    assert run("mark", "three.jsonl", "--out", "three.marked", "--mark-log", "marks.parquet") == 0
    said = capsys.readouterr().out
    assert "3 answers added, 1 in it before" in said
    assert "2 of these are of events that the log has with another text or key" in said


def test_what_is_not_logged_is_not_written(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows(where / "one.jsonl", answers(np.random.default_rng(3), 3))
    assert run("commit", "--tenants", "acme,globex", "-q") == 0
    (where / "marks.parquet").write_bytes(b"PAR1 damaged")
    assert run("mark", "one.jsonl", "--out", "o.jsonl", "--mark-log", "marks.parquet") == 1
    assert "marks.parquet" in capsys.readouterr().err
    assert not (where / "o.jsonl").exists()
    assert (where / "marks.parquet").read_bytes() == b"PAR1 damaged"
    assert run("mark", "one.jsonl", "--out", "o.jsonl", "--mark-log", "marks.jsonl") == 1
    assert "ends in .parquet" in capsys.readouterr().err


def test_many_tenants_are_no_name_of_a_file(where: Path) -> None:
    assert run("commit", "--tenants", ",".join(f"customer-{i}" for i in range(100)), "-q") == 0
    assert len(read_log(where / "commitments.jsonl")[0]["commitments"]) == 100


def test_a_mark_log_may_leave_accounts_to_the_events(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Direct harvest is read from choice marks too: the whole way from the gateway's answers to the split."""
    names = ["campaign", *(f"t{i}" for i in range(5))]
    rng = np.random.default_rng(3)
    either = [f"It is {form} so." for both in pairs().forms[: pairs().n_words] for form in both]
    made = [{"event_id": f"e{i}", "tenant": names[i % 6], "output": " ".join(rng.choice(either, 20))} for i in range(300)]
    rows(where / "answers.jsonl", made)
    assert run("commit", "--tenants", ",".join(names), "--rate", 100, "--decoys", 199) == 0
    assert run("mark", "answers.jsonl", "--out", "marked.jsonl", "--mark-log", "marks.parquet") == 0
    (where / "run").mkdir()
    harvest = pa.table({"event_id": [f"e{i}" for i in range(0, 300, 6)], "campaign_id": ["c"] * 50})
    pq.write_table(harvest, where / "run" / "harvest.parquet")
    (where / "events").mkdir()
    for name, account in (("a", "a"), ("b", "a"), ("c", "b")):  # a window that overlaps gives an event twice
        pq.write_table(pa.table({"event_id": [f"e{i}" for i in range(300)], "account_id": [account] * 300,
                                 "timestamp": pa.array([1] * 300, pa.timestamp("us", tz="UTC"))}), where / "events" / f"{name}.parquet")
    joined = ("ledger", "marks.parquet", "--run", "run", "--out", "ledger.parquet")
    assert run(*joined) == 1  # nobody knows the accounts
    capsys.readouterr()
    assert run(*joined, "--events", "events") == 1
    assert "by the events, 300 marked answers are of several accounts (the first: e0)" in capsys.readouterr().err
    (where / "events" / "c.parquet").unlink()
    assert run(*joined, "--events", "events") == 0
    assert pq.read_metadata(where / "ledger.parquet").num_rows == 300
    texts = [json.loads(line) for line in (where / "marked.jsonl").read_text().splitlines()]
    rows(where / "base.jsonl", made[:150])
    for name, some in (("direct harvest", texts[::6]), ("web spill", texts), ("nothing shown", made[150:])):
        rows(where / "suspect.jsonl", [{"prompt": "", "output": one["output"]} for one in some])
        assert run("test", "suspect.jsonl", "--reference", "base.jsonl", "--ledger", "ledger.parquet", "--json") == 0
        told = json.loads(capsys.readouterr().out.splitlines()[-1])
        lit = any(one["verdict"] == "marked" for one in told["result"]["keys"])
        assert told["split"]["reading"] == (name if lit else "nothing shown")
        assert lit or name != "direct harvest"  # spill dilutes six keys, so that none of them may be lit alone


@pytest.mark.parametrize("given", [
    ("commit", "--tenants", "absent.txt"), ("commit", "--tenants", ""), ("commit", "--tenants", "a", "--alpha", 0),
    ("commit", "--tenants", "a", "--decoys", 1), ("commit", "--tenants", "a", "--rate", -1), ("verify", "absent"),
    ("rehearse", "said.jsonl", "--port", 99999),
    ("ask", "--url", "http://localhost:1/v1", "--model", "m", "--prompts", "empty.txt", "--out", "o.jsonl", "--yes"),
    ("ask", "--url", "http://localhost:1/v1", "--model", "m", "--prompts", "one.txt", "--out", "o.jsonl", "--yes", "--rate", 0),
])
def test_input_that_means_nothing_is_refused(where: Path, given: tuple[object, ...], capsys: pytest.CaptureFixture[str]) -> None:
    (where / "empty.txt").write_text("\n")
    (where / "one.txt").write_text("hello\n")
    rows(where / "said.jsonl", [{"output": "hello"}])
    assert run(*given) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not (where / "commitments.jsonl").exists()


@pytest.mark.parametrize(("given", "why"), [
    (("test", "binary.jsonl"), "not UTF-8 text"), (("test", "said.jsonl", "--reference", "binary.parquet"), "not readable as Parquet"),
    (("test", "object.json"), "not an array of objects"), (("test", "broken.json"), "not JSON"),
    (("test", "said.json"), "row 2 has no 'output'"),
    (("mark", "binary.jsonl", "--out", "o.jsonl"), "not UTF-8 text"),
    (("test", "said.jsonl", "--ledger", "said.jsonl"), "not readable as Parquet"),
    (("test", "said.jsonl", "--ledger", "other.parquet"), "not an exposure ledger"),
    (("test", "said.jsonl", "--key", "absent.key"), "no such key file"),
    (("mark", "said.jsonl", "--key", "absent.key"), "no such key file"),
    (("test", "said.jsonl", "--campaign", "c"), "--campaign needs --ledger"),
    (("test", "said.jsonl", "--exclude", "window"), "--exclude is for marks on tokens"),
    (("test", "said.jsonl", "--config", "c.json", "--tenants", "a"), "--tenants is of a commitment"),
    (("test", "said.jsonl", "--config", "c.json", "--together", "all"), "--together is of a commitment"),
    (("ask", "--url", "http://localhost:1/v1", "--model", "m", "--prompts", "one.txt", "--out", "o.jsonl", "--samples", "5",
      "--temperature", "0"), "pays for the same answer again"),
    (("ask", "--url", "http://localhost:1/v1", "--model", "m", "--prompts", "one.txt", "--out", "o.jsonl", "--reference", "said.jsonl"),
     "--reference needs --stop-at-p"),
    (("plan", "said.jsonl", "--shifts", "2"), "at most 1"), (("plan", "said.jsonl", "--p", "0"), "between 0 and 1"),
    (("ask", "--url", "http://localhost:1/v1", "--model", "m", "--prompts", "one.txt", "--out", "one.txt", "--yes"), "read or written"),
    (("ask", "--url", "http://localhost:1/v1", "--model", "m", "--prompts", "one.txt", "--out", "asked.jsonl", "--yes"), "something else"),
])
def test_files_of_another_kind_are_one_line_and_stay(
    where: Path, given: tuple[object, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("commit", "--tenants", "a", "--scheme", "choice") == 0
    rows(where / "said.jsonl", [{"prompt": "q", "output": "for example", "tenant": "a"}])
    (where / "binary.jsonl").write_bytes(b"\xff\xfe\x00")
    (where / "binary.parquet").write_bytes(b"\xff\xfe\x00")
    (where / "one.txt").write_text("what is this\n")
    (where / "object.json").write_text('{"output": "it"}')
    (where / "broken.json").write_text("[")
    (where / "said.json").write_text('[{"prompt": "q", "output": "for example"}, {"prompt": "q"}]')
    (where / "asked.jsonl").write_text('{"prompt": "q"}\n')
    pq.write_table(pa.table({"x": [1]}), where / "other.parquet")
    before = {path.name: path.read_bytes() for path in where.iterdir()}
    capsys.readouterr()
    assert run(*given) == 1
    said = capsys.readouterr().err
    assert why in said
    assert said.count("\n") == 1
    assert {path.name: path.read_bytes() for path in where.iterdir()} == before


def test_keys_are_tested_together_as_committed(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = rows(where / "answers.jsonl", answers(np.random.default_rng(0), 40))
    assert run("commit", "--tenants", "acme,globex,initech", "--rate", 100, "--decoys", 199, "--together", "acme,nobody") == 1
    assert run("commit", "--tenants", "acme,globex,initech", "--rate", 100, "--decoys", 199, "--together", "acme") == 1
    capsys.readouterr()
    assert run("commit", "--tenants", "acme,globex,initech", "--rate", 100, "--decoys", 199, "--together", "globex,acme") == 0
    assert run("mark", given, "--out", "marked.jsonl") == 0
    assert run("test", "marked.jsonl", "--reference", given, "--out", "proof") == 0
    record = json.loads((where / "proof" / "record.json").read_text())
    assert record["result"]["together_of"] == record["design"]["together"] == ["acme", "globex"]
    assert record["result"]["together"]["tenant"] == "acme + globex"
    assert "acme + globex: the sum over the keys" in (where / "proof" / "report.html").read_text()
    assert run("verify", "proof") == 0
    capsys.readouterr()
    assert run("test", "marked.jsonl", "--reference", given, "--together", "all") == 1
    assert "others were committed to" in capsys.readouterr().err
    record["design"]["together"] = ["acme", "globex", "initech"]
    (where / "proof" / "record.json").write_text(json.dumps(record))
    assert run("verify", "proof") == 1
    said = capsys.readouterr().out
    assert "FAILED  design" in said
    assert "FAILED  statistics" in said

"""The real LiteLLM proxy, called by the real OpenAI client, logs to a local receiver; ingest reads what it logged.

It needs an environment of its own: ``eval "$(.ci/litellm.sh FOLDER)"`` makes one and sets STILLWATCH_LITELLM.
"""

import gzip
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ingest_helpers import KEY, Result

from ports import free_port
from stillwatch import ingest
from stillwatch.keys.hashing import keyed

LITELLM = os.environ.get("STILLWATCH_LITELLM")
pytestmark = [
    pytest.mark.real_peer,
    pytest.mark.skipif(
        not LITELLM or not Path(LITELLM).exists(),
        reason="the LiteLLM proxy is not installed: .ci/litellm.sh makes its environment and prints STILLWATCH_LITELLM",
    ),
]
STARTUP_S, LOGGED_S = 120, 60
EXPECTED = 9
"""Requests of the client below that LiteLLM logs."""

AUTH = """
from litellm.proxy._types import UserAPIKeyAuth

PEOPLE = {
    "sk-ada-key-0123456789": ("ada", "engine-org"),
    "sk-bob-key-0123456789": ("bob", None),
    "sk-org-key-0123456789": (None, "engine-org"),
    "sk-lone-key-0123456789": (None, None),
}

async def user_api_key_auth(request, api_key):
    user, org = PEOPLE[api_key.removeprefix("Bearer ")]
    return UserAPIKeyAuth(api_key=api_key, user_id=user, org_id=org)
"""

CONFIG = """
model_list:
  - model_name: still-small
    litellm_params: {model: openai/gpt-4o-mini, api_key: none, mock_response: "Suppose there were finitely many."}
  - model_name: still-limited
    litellm_params: {model: openai/gpt-4o, api_key: none, mock_response: "litellm.RateLimitError"}
litellm_settings:
  callbacks: ["generic_api"]
general_settings:
  master_key: os.environ/STILLWATCH_TEST_MASTER_KEY
  custom_auth: people.user_api_key_auth
"""

CLIENT = """
import sys
import openai

def client(name):
    return openai.OpenAI(api_key=f"sk-{name}-key-0123456789", base_url=sys.argv[1], max_retries=0)

def chat(name, messages, model="still-small", **options):
    return client(name).chat.completions.create(model=model, messages=messages, **options)

turns = [{"role": "system", "content": "Be terse."}, {"role": "user", "content": "Are there infinitely many primes?"}]
first = chat("ada", turns, temperature=0.25, max_tokens=50)

def go_on(answer, prompt):
    content = answer.choices[0].message.content
    return [{"role": "assistant", "content": content}, {"role": "user", "content": prompt}]

turns += go_on(first, "Go on.")
second = chat("bob", turns, extra_headers={"x-ja4": "t13d1516h2_abc", "x-request-id": "edge-2"})
turns += go_on(second, "Why prime?")
chat("ada", turns, top_p=0.5)

tool = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {}}}}
chat("org", [{"role": "user", "content": "Use the tool."}], tools=[tool])
for chunk in chat("lone", [{"role": "user", "content": "Stream it."}], stream=True):
    pass
image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}
chat("lone", [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, image]}])
for name, model in (("bob", "still-limited"), ("bob", "no-such-model")):
    try:
        chat(name, [{"role": "user", "content": "Fail."}], model=model)
    except openai.APIStatusError as error:
        print(error.status_code, flush=True)
client("ada").responses.create(model="still-small", input="A response, please.")
"""


def records(folder: Path) -> int:
    """How many requests were received."""
    bodies = [json.loads(line) for line in lines(folder)]
    return sum(len(body) if isinstance(body, list) else 1 for body in bodies)


def lines(folder: Path) -> list[bytes]:
    """The bodies that were posted."""
    return [line for path in sorted(folder.iterdir()) for line in path.read_bytes().splitlines()]


def wait_for_proxy(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + STARTUP_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"litellm ended: {log.read_text()[-2000:]}")
        try:
            urllib.request.urlopen(f"{url}/health/liveliness", timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"litellm did not start: {log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def proxy_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[str]]]:
    """The folder in which ``stillwatch receive`` put what the proxy logged, and what the client printed."""
    assert LITELLM is not None
    folder = tmp_path_factory.mktemp("litellm")
    (folder / "people.py").write_text(AUTH)
    (folder / "config.yaml").write_text(CONFIG)
    bodies, secret, receiver, port = folder / "bodies", folder / "receive.token", free_port(), free_port()
    secret.write_text("a-token\n")
    receive = [sys.executable, "-m", "stillwatch", "receive", "--out", bodies, "--port", str(receiver), "--token-file", secret]
    receiving = subprocess.Popen(receive, stdout=subprocess.PIPE, text=True)
    assert receiving.stdout is not None
    assert str(bodies) in receiving.stdout.readline()
    environment = os.environ | {
        "STILLWATCH_TEST_MASTER_KEY": "sk-" + secrets.token_hex(24),
        "GENERIC_LOGGER_ENDPOINT": f"http://127.0.0.1:{receiver}/",
        "GENERIC_LOGGER_HEADERS": "Authorization=Bearer a-token",
        "DEFAULT_FLUSH_INTERVAL_SECONDS": "1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "PYTHONPATH": "",
    }
    command = [LITELLM, "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port)]
    log = folder / "proxy.log"
    with open(log, "wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        wait_for_proxy(process, f"http://127.0.0.1:{port}", log)
        python = str(Path(LITELLM).with_name("python"))
        client = subprocess.run(
            [python, "-c", CLIENT, f"http://127.0.0.1:{port}/v1"], capture_output=True, text=True, timeout=120
        )
        assert client.returncode == 0, client.stderr + log.read_text()[-3000:]
        deadline = time.monotonic() + LOGGED_S
        while records(bodies) < EXPECTED and time.monotonic() < deadline:
            time.sleep(0.2)
        yield bodies, client.stdout.split()
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
        receiving.send_signal(signal.SIGTERM)
        assert receiving.wait(30) == 0


def ingested(path: Path, out: Path, **options: Any) -> Result:
    as_of = datetime.now(UTC) + timedelta(minutes=1)
    chosen: dict[str, Any] = {"privacy": "text", "key": KEY, "as_of": as_of, "quiet": True} | options
    return Result(out, ingest.run([path], "litellm", out, **chosen))


def test_what_the_proxy_logged_becomes_events(proxy_log: tuple[Path, list[str]], tmp_path: Path) -> None:
    path, statuses = proxy_log
    assert statuses == ["429", "400"]
    result = ingested(path, tmp_path / "out")
    assert result.summary["rows"] == {"read": EXPECTED, "written": EXPECTED, "quarantined": 0}
    rows = sorted(result.rows, key=lambda row: row["timestamp"])
    one, two, three, tool, stream, picture, limited, unknown, response = rows

    ada, bob, org = (keyed(KEY, name) for name in ("ada", "bob", "engine-org"))
    assert [row["account_id"] for row in rows[:4]] == [ada, bob, ada, org]
    assert stream["account_id"] == stream["key_id"] == picture["account_id"] not in (ada, bob, org)
    assert [row["account_id"] for row in rows[6:]] == [bob, bob, ada]
    assert [row["org_id"] for row in (one, two, tool)] == [org, None, org]
    assert [row["model"] for row in rows] == ["still-small"] * 6 + ["still-limited", "no-such-model", "still-small"]
    assert [row["status"] for row in rows] == [200] * 6 + [429, 400, 200]

    # the conversation went from ada to bob and back
    assert one["parent_key"] is None
    assert two["parent_key"] == one["context_key"]
    assert three["parent_key"] == two["context_key"]
    assert len({row["context_key"] for row in rows[:6]}) == 6
    assert [row["prompt"] for row in rows] == [
        "Are there infinitely many primes?", "Go on.", "Why prime?", "Use the tool.", "Stream it.",
        "What is it?\n[image]", "Fail.", "Fail.", "A response, please.",
    ]
    assert [row["system"] for row in rows] == ["Be terse."] * 3 + [None] * 6
    answered = [row["response"] for row in rows[:6]]
    assert answered == ["Suppose there were finitely many."] * 6
    assert response["response"]
    assert (limited["response"], unknown["response"]) == (None, None)

    assert (one["temperature"], one["max_tokens"], three["top_p"]) == (0.25, 50, 0.5)
    assert tool["tools_key"] is not None
    assert {row["tools_key"] for row in rows if row is not tool} == {None}
    assert (stream["stream"], one["stream"]) == (True, False)
    assert all(row["input_tokens"] > 0 and row["output_tokens"] > 0 for row in (*rows[:6], response))
    assert (limited["output_tokens"], limited["input_tokens"]) == (0, 0)
    assert all(row["user_agent"].startswith("OpenAI/Python") for row in rows)
    assert [row["ja4"] for row in rows[:3]] == [None, "t13d1516h2_abc", None]
    assert {row["ip"] for row in rows} == {keyed(KEY, "127.0.0.0/24")}
    assert {row["access_path"] for row in rows} == {"api"}


def test_edge_log_joins_by_the_header_that_the_edge_set(proxy_log: tuple[Path, list[str]], tmp_path: Path) -> None:
    edge = tmp_path / "edge.log"
    line = {"request_id": "edge-2", "remote_address": "203.0.113.9", "ja4": "t13d_edge", "user_agent": "-"}
    edge.write_text(json.dumps(line) + "\n")
    result = ingested(proxy_log[0], tmp_path / "out", edge=[edge])
    joined = [row for row in result.rows if row["ja4"] == "t13d_edge"]
    assert [row["ip"] for row in joined] == [keyed(KEY, "203.0.113.0/24")]
    assert joined[0]["user_agent"].startswith("OpenAI/Python")


def test_every_form_of_the_log_gives_the_same_events(proxy_log: tuple[Path, list[str]], tmp_path: Path) -> None:
    rows = []
    for body in lines(proxy_log[0]):
        value = json.loads(body)
        rows += value if isinstance(value, list) else [value]
    forms = {
        "array.json": json.dumps(rows).encode(),
        "indented.json": json.dumps(rows, indent=2).encode(),
        "lines.ndjson": "".join(json.dumps(row) + "\n" for row in rows).encode(),
        "packed.ndjson.gz": gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()),
    }
    expected = ingested(proxy_log[0], tmp_path / "out").rows
    for name, data in forms.items():
        path = tmp_path / name
        path.write_bytes(data)
        assert ingested(path, tmp_path / name.replace(".", "-")).rows == expected


@pytest.mark.parametrize("mode", ["features", "metadata"])
def test_no_text_of_the_proxy_is_kept(proxy_log: tuple[Path, list[str]], tmp_path: Path, mode: str) -> None:
    result = ingested(proxy_log[0], tmp_path / "out", privacy=mode)
    assert len(result.rows) == EXPECTED
    assert "infinitely many primes" not in str(result.rows) + str(result.aside)
    assert {row["prompt"] for row in result.rows} == {None}

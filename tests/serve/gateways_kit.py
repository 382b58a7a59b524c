"""Real gateways with the configuration of docs/serve.md, and the real OpenAI client; for the tests that need them."""

import contextlib
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serve_kit import CLIENT, documented, running, wait_for

from ports import free_port

ENVOY = os.environ.get("STILLWATCH_ENVOY") or shutil.which("envoy")
PROGRAMS = {"envoy-http": ENVOY, "envoy-grpc": ENVOY, "nginx": shutil.which("nginx"), "caddy": shutil.which("caddy")}
EDGES = [
    pytest.param(name, marks=[pytest.mark.real_peer, pytest.mark.skipif(not path, reason=f"{name.split('-')[0]} is not installed")])
    for name, path in PROGRAMS.items()
]
LITELLM = os.environ.get("STILLWATCH_LITELLM")
NO_LITELLM = pytest.mark.skipif(
    not LITELLM or not Path(LITELLM).exists(),
    reason="the LiteLLM proxy is not installed: .ci/litellm.sh makes its environment and prints STILLWATCH_LITELLM",
)
OPENED = {
    "envoy-http": ("failure_mode_allow: true", "failure_mode_allow: false"),
    "envoy-grpc": ("failure_mode_allow: true", "failure_mode_allow: false"),
    "nginx": ("error_page 500 = @unguarded;", ""),
    "caddy": ("handle_errors {\n\t\treverse_proxy", "handle_errors {\n\t\trespond 503\n\t}\n\thandle /never {\n\t\treverse_proxy"),
}
"""How the documented block fails open, and what makes it fail closed."""
CLOSED_STATUS = {"envoy-http": {403}, "envoy-grpc": {403}, "nginx": {500}, "caddy": {503}}


@contextlib.contextmanager
def edge(
    name: str, folder: Path, *, model: int, guard: int, grpc: int, token: str, closed: bool = False, patient: bool = True
) -> Iterator[int]:
    """A gateway of the documented configuration; yields its port. One that is not patient waits for the guard as documented."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    files = {"envoy-http": "envoy-http.yaml", "envoy-grpc": "envoy-grpc.yaml", "nginx": "nginx.conf", "caddy": "Caddyfile"}
    text = documented(files[name], model=model, guard=guard, grpc=grpc, gateway=port, token=token, patient=patient)
    if closed:
        before, after = OPENED[name]
        assert before in text
        text = text.replace(before, after)
    path, program = folder / files[name], str(PROGRAMS[name])
    if name == "nginx":
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;" if os.getuid() == 0 else ""
        text = f"{user} pid {folder}/pid; error_log stderr; events {{}} http {{ access_log off; {temporary}\n{text}\n}}"
        command = [program, "-p", str(folder), "-e", "stderr", "-c", str(path), "-g", "daemon off;"]
    elif name == "caddy":
        text = "{\n\tadmin off\n\tauto_https off\n}\n" + text
        command = [program, "run", "--config", str(path), "--adapter", "caddyfile"]
    else:
        command = [program, "-c", str(path), "--concurrency", "1", "--disable-hot-restart", "-l", "warning"]
    path.write_text(text)
    with running(command, folder, port, HOME=str(folder), XDG_DATA_HOME=str(folder), XDG_CONFIG_HOME=str(folder)):
        yield port


PYTHON = str(Path(LITELLM).with_name("python")) if LITELLM else sys.executable
MODES = ("hook", "guardrail")
AUTH = """
from litellm.proxy._types import UserAPIKeyAuth

async def user_api_key_auth(request, api_key):
    return UserAPIKeyAuth(api_key=api_key, user_id=api_key.removeprefix("Bearer ").removeprefix("sk-").removesuffix("-0123456789"))
"""
CONFIG = """
model_list:
  - model_name: still
    litellm_params: {model: openai/gpt-4o-mini, api_key: none, mock_response: "Hello."}
  - model_name: thinker
    litellm_params: {model: hosted_vllm/thinker, api_key: none, api_base: os.environ/STILLWATCH_TEST_MODEL}
general_settings:
  master_key: os.environ/STILLWATCH_TEST_MASTER_KEY
  custom_auth: people.user_api_key_auth
"""
SPY = """
from litellm.integrations.custom_logger import CustomLogger

class Spy(CustomLogger):
    async def async_pre_call_hook(self, user_api_key_dict, cache, data, call_type):
        kept = ("max_tokens", "max_completion_tokens", "logprobs", "top_logprobs", "reasoning_effort", "extra_body")
        with open("seen.ndjson", "a") as handle:
            import json
            handle.write(json.dumps({name: data[name] for name in kept if name in data}) + "\\n")
        return data

spy = Spy()
"""
FORKER = """
import json, os, signal, sys
import litellm.proxy.proxy_server
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a proxy
for line in sys.stdin:
    arguments, folder, environment = json.loads(line)
    if (process := os.fork()):
        print(process, flush=True)
        continue
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.chdir(folder)
    for stream in (1, 2):
        os.dup2(os.open("gateway.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
    os.environ.update(environment)
    sys.path[:0] = environment["PYTHONPATH"].split(":")
    litellm.run_server(arguments)
"""
OPENAI = """
import json, sys
import openai
for line in sys.stdin:
    port, who, options = json.loads(line)
    with openai.OpenAI(api_key=f"sk-{who}-0123456789", base_url=f"http://127.0.0.1:{port}/v1", max_retries=0, timeout=120) as client:
        try:
            asked = {"model": "still", "messages": [{"role": "user", "content": "Hello"}], **options}
            answer = client.chat.completions.create(**asked)
            parts = list(answer) if options.get("stream") else [answer]
            said = [getattr(choice, "delta", None) or choice.message for part in parts for choice in part.choices]
            told = {"status": 200, "headers": {}, "error": None, "said": [part.model_dump(exclude_none=True) for part in said]}
        except openai.APIStatusError as error:
            headers = dict(error.response.headers)
            told = {"class": type(error).__name__, "status": error.status_code, "headers": headers, "error": error.body}
    print(json.dumps(told), flush=True)
"""


@contextlib.contextmanager
def proxy(mode: str, folder: Path, guard: int, token: str, *, closed: bool = False, patient: bool = True, model: int = 9) -> Iterator[int]:
    port = free_port()
    (folder / "people.py").write_text(AUTH)
    (folder / "spy.py").write_text(SPY)
    text = documented(f"litellm-{mode}.yaml", model=0, guard=guard, grpc=0, gateway=port, token=token, patient=patient)
    if mode == "hook":
        text = text.replace('hook"]', 'hook", "spy.spy"]')
    else:
        text += 'litellm_settings:\n  callbacks: ["spy.spy"]\n'
        if closed:
            text = text.replace("fail_open", "fail_closed").replace("fail_on_error: false", "fail_on_error: true")
    (folder / "config.yaml").write_text(CONFIG + text)
    environment = {
        "STILLWATCH_TEST_MASTER_KEY": "sk-" + "9f" * 24, "STILLWATCH_TEST_MODEL": f"http://127.0.0.1:{model}/v1",
        "PYTHONPATH": f"{CLIENT}:{folder}", "STILLWATCH_URL": f"http://127.0.0.1:{guard}", "STILLWATCH_TOKEN": token,
        "STILLWATCH_FAIL": "closed" if closed else "open", "STILLWATCH_DEADLINE_MS": "20000" if patient else "1000",
    }
    parent = forker()
    assert parent.stdin is not None
    assert parent.stdout is not None
    arguments = ["--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port)]
    parent.stdin.write(json.dumps([arguments, str(folder), environment]) + "\n")
    parent.stdin.flush()
    process = int(parent.stdout.readline())
    try:
        wait_for(port, None, folder / "gateway.log", 120)
        yield port
    finally:
        for number, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
            deadline = time.monotonic() + seconds
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process, number)
                while time.monotonic() < deadline:
                    os.kill(process, 0)
                    time.sleep(0.05)


@functools.cache
def forker() -> "subprocess.Popen[str]":
    """A process that has imported LiteLLM, which takes ten seconds, and forks a proxy for each line of its standard input."""
    environment = os.environ | {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "PYTHONPATH": ""}
    return subprocess.Popen([PYTHON, "-c", FORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


@functools.cache
def client() -> "subprocess.Popen[str]":
    """The OpenAI client as one process for all calls, since it takes seconds to start; it ends with its standard input."""
    environment = os.environ | {"PYTHONPATH": ""}
    return subprocess.Popen([PYTHON, "-c", OPENAI], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def chat(port: int, who: str, **options: Any) -> dict[str, Any]:
    """What the OpenAI client of an account gets of a proxy; each call connects anew."""
    process = client()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps([port, who, options]) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    assert line, "the client ended; what it said stands on standard error"
    told: dict[str, Any] = json.loads(line)
    return told

"""The middleware in vLLM's own application: its argument parser, its loader, its routes and protocol. No model and no GPU.

It needs an environment with vLLM, which is large, so CI has none: ``STILLWATCH_VLLM=PYTHON pytest -n 0 tests/serve/test_gateway_vllm.py``,
PYTHON being that environment's. Ran with vLLM 0.33.0.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serve_kit import BROKEN, CLIENT, Reply, Service, broken, call, people, running

from ports import free_port

pytest.importorskip("granian")
PYTHON = os.environ.get("STILLWATCH_VLLM", "")
pytestmark = pytest.mark.skipif(not Path(PYTHON).is_file(), reason="no environment with vLLM (STILLWATCH_VLLM)")
APP = """
import sys
import uvicorn
from vllm.entrypoints.common.cli_args import make_arg_parser
from vllm.entrypoints.openai.api_server import build_app
from vllm.utils.argparse_utils import FlexibleArgumentParser

class Model:
    async def create_chat_completion(self, request, raw_request):
        async def stream():
            yield request.model_dump_json(exclude_unset=True)
        return stream()

class Engine:
    async def check_health(self):
        pass

args = make_arg_parser(FlexibleArgumentParser()).parse_args(sys.argv[2:])
app = build_app(args, ("generate",))
app.state.log_stats, app.state.engine_client, app.state.openai_serving_chat = False, Engine(), Model()
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
"""
BODY = {"model": "m", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 9000, "logprobs": True, "reasoning_effort": "high"}


@contextlib.contextmanager
def vllm(folder: Path, guard: int, token: str, *options: str, **environment: str) -> Iterator[int]:
    port = free_port()
    settings = {
        "PYTHONPATH": str(CLIENT), "STILLWATCH_URL": f"http://127.0.0.1:{guard}", "STILLWATCH_TOKEN": token,
        "STILLWATCH_DEADLINE_MS": "20000", "VLLM_TARGET_DEVICE": "cpu", "VLLM_NO_USAGE_STATS": "1",
    }
    command = [PYTHON, "-c", APP, str(port), "--middleware", "stillwatch_client.asgi.StillwatchMiddleware", *options]
    with running(command, folder, port, **settings | environment):
        yield port


def chat(port: int, who: str, path: str = "/v1/chat/completions") -> Reply:
    return call(port, path, {"authorization": f"Bearer sk-{who}"}, BODY)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = Service(tmp_path_factory.mktemp("service"), "--enforce", source=people("vllm"))
    yield made.start()
    made.stop()


def test_every_outcome_in_vllms_own_application(tmp_path: Path, service: Service) -> None:
    with vllm(tmp_path, service.port, service.secrets["decide"]) as port:
        passed: Any = chat(port, "nobody").json()
        assert (passed["max_tokens"], passed["logprobs"]) == (9000, True)
        throttled = [chat(port, "throttle-vllm") for _ in range(2)]
        assert [reply.status for reply in throttled] == [200, 429]
        assert 1 <= int(throttled[1].headers["retry-after"]) <= 60
        challenged = chat(port, "challenge")
        assert (challenged.status, challenged.headers["www-authenticate"][:12]) == (401, "Verification")
        for path in ("/v1/chat/completions", "/invocations", "/v1/messages", "/v1/completions", "/tokenize"):
            assert (path, chat(port, "block", path).status) == (path, 403)
        restricted = chat(port, "restrict").json()
        silent = {"include_reasoning": False, "chat_template_kwargs": {"enable_thinking": False, "thinking": False}}
        assert restricted == {"model": "m", "messages": BODY["messages"], "max_tokens": 64} | silent
        assert call(port, "/health", {"authorization": "Bearer sk-block"}).status == 200


def test_it_is_asked_before_vllm_looks_at_its_own_keys(tmp_path: Path, service: Service) -> None:
    with vllm(tmp_path, service.port, service.secrets["decide"], "--api-key", "sk-nobody", "sk-block") as port:
        assert [chat(port, who).status for who in ("nobody", "block", "stranger")] == [200, 403, 401]


@pytest.mark.parametrize("fail", ["open", "closed"])
def test_without_a_good_service(tmp_path: Path, fail: str) -> None:
    guard = free_port()
    with vllm(tmp_path, guard, "swt_none", STILLWATCH_FAIL=fail, STILLWATCH_DEADLINE_MS="1000") as port:
        for kind in BROKEN:
            with broken(kind, guard):
                assert (kind, chat(port, "block").status) == (kind, 200 if fail == "open" else 503)

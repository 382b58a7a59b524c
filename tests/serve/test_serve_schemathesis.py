"""Ten thousand bad requests (Schemathesis, from the service's own OpenAPI): no crash, no answer outside its description.

``eval "$(.ci/peers.sh FOLDER)"`` installs it and sets STILLWATCH_SCHEMATHESIS.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("granian")
from serve_kit import Service, call, people

PROGRAM = os.environ.get("STILLWATCH_SCHEMATHESIS") or shutil.which("schemathesis")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth"
PER_OPERATION = 2000
CONFIG = 'hooks = "hooks_untargeted.py"\n[checks]\nnot_a_server_error.expected-statuses = ["2xx", "4xx", "503"]\n'
"""An edge without a token is told 503, so that its client's key does not seem to be at fault."""
UNTARGETED = "import hypothesis\nhypothesis.target = lambda *_, **__: 0.0\n"
"""Schemathesis leans towards requests that the service takes: of no use to a run of bad ones, and half of its time."""


@pytest.mark.real_peer
@pytest.mark.skipif(not PROGRAM, reason="schemathesis is not installed")
def test_ten_thousand_bad_requests(tmp_path: Path) -> None:
    service = Service(tmp_path / "service", "--enforce", source=people()).start()
    try:
        token = service.secrets["admin"]
        described = call(service.port, "/openapi.json", {"x-stillwatch-token": token})
        (tmp_path / "openapi.json").write_bytes(described.body)
        (tmp_path / "schemathesis.toml").write_text(CONFIG)
        (tmp_path / "hooks_untargeted.py").write_text(UNTARGETED)
        sent = 0
        for seed in range(7, 12):  # how many requests a run makes is Schemathesis's own affair, and its dependencies'
            command = [
                str(PROGRAM), "--config-file", "schemathesis.toml", "run", "openapi.json",
                "--url", f"http://127.0.0.1:{service.port}", "-H", f"x-stillwatch-token: {token}",
                "--checks", CHECKS, "--mode", "negative", "--phases", "fuzzing,coverage", "-n", str(PER_OPERATION),
                "--no-shrink", "--seed", str(seed), "--no-color", "--suppress-health-check", "all",
                "--exclude-path-regex", "^/readyz$",
            ]
            done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=1500)
            assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
            found = re.search(r"([\d,]+) generated", done.stdout)
            assert found is not None, done.stdout[-2000:]
            sent += int(found[1].replace(",", ""))
            if sent >= 10_000:
                break
        assert sent >= 10_000
        text = call(service.port, "/metrics", {"x-stillwatch-token": token}).body.decode()
        assert 'kind="internal"' not in text
        assert service.decide("block")["decision"] == "block"
        assert json.loads(call(service.port, "/v1/status", {"x-stillwatch-token": token}).body)["ready"]
    finally:
        service.stop()

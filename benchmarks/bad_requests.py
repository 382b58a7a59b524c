"""Does any of ten thousand bad requests crash the decision service, or get an answer that its own OpenAPI does not describe?

    eval "$(.ci/peers.sh)"; python benchmarks/bad_requests.py [--requests 10000]

Schemathesis makes the requests out of that description, which takes four fifths of the time. The tests send fewer. Prints how many
were sent; ends with what Schemathesis found if there is anything.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path += [str(Path(__file__).parents[1] / "tests" / name) for name in ("", "serve")]

from serve_kit import Service, call, people

PROGRAM = os.environ.get("STILLWATCH_SCHEMATHESIS") or shutil.which("schemathesis")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth"
FUZZED = 5
"""Operations with a body or a parameter that can be wrong."""
CONFIG = 'hooks = "hooks_untargeted.py"\n[checks]\nnot_a_server_error.expected-statuses = ["2xx", "4xx", "503"]\n'
"""An edge without a token is told 503, so that its client's key does not seem to be at fault."""
UNTARGETED = "import hypothesis\nhypothesis.target = lambda *_, **__: 0.0\n"
"""Schemathesis leans towards requests that the service takes: of no use to a run of bad ones, and half of its time."""


def send(folder: Path, requests: int) -> int:
    """Send at least so many to a service of its own, and check that it is sound afterwards; how many they were.

    Args:
        folder: for files of the service and of Schemathesis.
        requests: at least as many.
    """
    service = Service(folder / "service", "--enforce", source=people()).start()
    try:
        token = service.secrets["admin"]
        described = call(service.port, "/openapi.json", {"x-stillwatch-token": token})
        (folder / "openapi.json").write_bytes(described.body)
        (folder / "schemathesis.toml").write_text(CONFIG)
        (folder / "hooks_untargeted.py").write_text(UNTARGETED)
        sent = 0
        for seed in range(7, 12):  # how many requests a run makes is Schemathesis's own affair, and its dependencies'
            command = [
                str(PROGRAM), "--config-file", "schemathesis.toml", "run", "openapi.json",
                "--url", f"http://127.0.0.1:{service.port}", "-H", f"x-stillwatch-token: {token}",
                "--checks", CHECKS, "--mode", "negative", "--phases", "fuzzing,coverage", "-n", str(requests // FUZZED),
                "--no-shrink", "--seed", str(seed), "--no-color", "--suppress-health-check", "all",
                "--exclude-path-regex", "^/readyz$",
            ]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=1500)
            assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
            found = re.search(r"([\d,]+) generated", done.stdout)
            assert found is not None, done.stdout[-2000:]
            sent += int(found[1].replace(",", ""))
            if sent >= requests:
                break
        assert sent >= requests
        text = call(service.port, "/metrics", {"x-stillwatch-token": token}).body.decode()
        assert 'kind="internal"' not in text
        assert service.decide("block")["decision"] == "block"
        assert json.loads(call(service.port, "/v1/status", {"x-stillwatch-token": token}).body)["ready"]
    finally:
        service.stop()
    return sent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=10_000, help="at least so many (default: 10,000)")
    given = parser.parse_args()
    if not PROGRAM:
        sys.exit('schemathesis is not installed: eval "$(.ci/peers.sh)"')
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        sent = send(Path(folder), given.requests)
        print(f"{sent:,} bad requests in {time.perf_counter() - start:.0f} s: no crash, and no answer outside of the description")


if __name__ == "__main__":
    main()

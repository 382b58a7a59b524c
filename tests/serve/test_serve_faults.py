"""The service as a process: killed, without its source, with a damaged snapshot, full disk, at its end, over TLS."""

import http.client
import json
import math
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

pytest.importorskip("granian")
from serve_kit import KEY, Service, call, entries, people, wait_for

from certificates import self_signed
from ports import free_port
from stillwatch.cli import main
from stillwatch.errors import InputError
from stillwatch.keys.hashing import keyed
from stillwatch.serve import tokens
from stillwatch.serve.app import SURFACES
from stillwatch.serve.listening import CONNECTIONS, FILES, check_certificate, connections
from stillwatch.serve.server import Settings, _server

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = Service(tmp_path / "service", "--enforce", source=people())
    yield made
    if made.process is not None:
        made.stop(signal.SIGKILL)


def builder_of(pid: int) -> Path:
    """The process that writes snapshots."""
    children = [child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    (found,) = [Path("/proc") / child for child in children if b"spawn_main" in (Path("/proc") / child / "cmdline").read_bytes()]
    return found


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux")
def test_the_builder_steps_back_with_all_its_threads(service: Service) -> None:
    """A thread of a library at full priority takes the core from answers at each build."""
    service.start()
    assert service.process is not None
    builder = builder_of(service.process.pid)
    service.write(entries({keyed(KEY, "ada"): "block"}))
    service.until(lambda: service.decide("ada")["decision"] == "block")

    def niceness() -> list[int]:
        return [int((task / "stat").read_text().rpartition(")")[2].split()[16]) for task in (builder / "task").iterdir()]

    stepped_back = min(os.nice(0) + 10, 19)  # from where it was started
    service.until(lambda: min(niceness()) == stepped_back)
    assert len(niceness()) > 1, "it has one thread only, so the test shows nothing"


def test_killed_without_its_source_it_answers_as_before(service: Service) -> None:
    service.start()
    assert service.decide("block")["decision"] == "block"
    service.stop(signal.SIGKILL)
    service.source.write_bytes(b"no longer a table")
    service.start()
    assert service.decide("block")["decision"] == "block"
    service.until(lambda: service.status()["source_error"] != "")
    assert service.status()["ready"] is True
    service.write(entries({keyed(KEY, "ada"): "block"}))  # it comes back
    service.until(lambda: service.decide("ada")["decision"] == "block")
    service.until(lambda: service.status()["source_error"] == "")
    assert service.decide("block")["decision"] == "allow"
    assert "the source can be read again" in service.log.read_text()


def test_a_killed_builder_is_started_again(service: Service) -> None:
    service.start()
    assert service.process is not None
    tasks = Path(f"/proc/{service.process.pid}/task")
    if not tasks.exists():
        pytest.skip("no /proc here")
    names = [child for task in tasks.iterdir() for child in (task / "children").read_text().split()]
    builders = [int(pid) for pid in names if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    assert builders
    for pid in builders:
        os.kill(pid, signal.SIGKILL)
    service.write(entries({keyed(KEY, "ada"): "block"}))
    service.until(lambda: service.decide("ada")["decision"] == "block")


def test_a_killed_service_leaves_no_builder(service: Service) -> None:
    service.start()
    assert service.process is not None
    group = service.process.pid  # the builder is of the same process group
    service.stop(signal.SIGKILL)

    def gone() -> bool:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        return False

    service.until(gone)


def test_a_damaged_snapshot_leaves_the_last_one(service: Service) -> None:
    service.start()
    path = service.folder / "state" / "snapshot.arrow"
    damaged = path.with_suffix(".damaged")
    damaged.write_bytes(path.read_bytes()[:-40] + b"\0" * 40)
    os.replace(damaged, path)

    def anew() -> bool:
        assert service.decide("block")["decision"] == "block"
        return path.stat().st_size > 0 and path.read_bytes()[-40:] != bytes(40)

    service.until(anew)
    service.until(lambda: service.status()["source_error"] == "")


def test_without_any_snapshot_the_declared_fail_mode_answers(service: Service) -> None:
    service.source.write_bytes(b"junk")
    service.options += ["--fail-closed", "envoy,litellm"]
    service.start(ready=False)
    assert call(service.port, "/readyz").status == 503
    token = {"x-stillwatch-token": service.secrets["decide"]}
    assert service.decide("block")["reasons"] == ["guard-unavailable"]
    assert call(service.port, "/nginx", token).status == 200
    assert call(service.port, "/envoy/v1/x", token).status == 503
    assert service.ask({"input_type": "request"}, path="/beta/litellm_basic_guardrail_api").json()["action"] == "BLOCKED"
    assert "the source cannot be read; there is no snapshot: the fail modes answer" in service.log.read_text()
    service.write(people())
    service.until(lambda: call(service.port, "/readyz").status == 200)
    assert service.decide("block")["decision"] == "block"


def test_a_disk_that_cannot_be_written_stops_no_answer(service: Service) -> None:
    service.start()
    log = service.folder / "state" / "decisions"
    log.mkdir(exist_ok=True)
    for path in log.iterdir():
        path.unlink()
    day = time.strftime("%Y-%m-%d", time.gmtime())
    (log / f"decisions-{day}.ndjson").symlink_to("/dev/full")
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    assert all(service.decide("block")["decision"] == "block" for _ in range(20))
    service.until(lambda: service.status()["log"]["failures"] > 0)
    assert service.decide("block")["decision"] == "block"
    (log / f"decisions-{day}.ndjson").unlink()
    service.until(lambda: service.status()["log"]["written"] >= 21)  # nothing was lost meanwhile


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_requests_in_flight_are_answered_at_the_end_and_the_log_is_written(service: Service, number: int) -> None:
    service.options += ["--drain-s", "3"]
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup it is ignored, by children too
    service.start()
    signal.signal(signal.SIGHUP, before)
    stop, answers, faults = threading.Event(), list[str](), list[str]()

    def load() -> None:
        while not stop.is_set():
            try:
                answers.append(service.decide("block")["decision"])
            except OSError as error:
                faults.append(str(error))

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    service.until(lambda: len(answers) > 20)
    assert service.process is not None
    service.process.send_signal(number)
    service.until(lambda: call(service.port, "/readyz").status == 503, 10)  # while answers go on
    connection = http.client.HTTPConnection("127.0.0.1", service.port)
    connection.request("GET", "/readyz")
    assert connection.getresponse().getheader("connection") == "close"
    connection.close()
    assert faults == []
    stop.set()
    for thread in threads:
        thread.join()
    assert service.process.wait(20) == 0
    service.process = None
    rows = [json.loads(line) for path in (service.folder / "state" / "decisions").iterdir() for line in path.read_text().splitlines()]
    assert set(answers) == {"block"}
    assert len(rows) == len(answers)


def test_a_refresh_fails_no_answer(service: Service) -> None:
    service.start()
    stop, answers, wrong = threading.Event(), [0], list[Any]()

    def load() -> None:
        while not stop.is_set():
            try:
                told = service.decide("block")
                answers[0] += 1
                if told["decision"] != "block":
                    wrong.append(told)
            except OSError as error:
                wrong.append(error)

    thread = threading.Thread(target=load)
    thread.start()
    try:
        for n in range(5):
            before = service.status()["snapshot"]["revision"]
            service.write(entries({keyed(KEY, "block"): "block"} | {f"other-{n}-{i}": "block" for i in range(20_000)}))
            service.until(lambda before=before: service.status()["snapshot"]["revision"] != before)
    finally:
        stop.set()
        thread.join()
    assert wrong == []
    assert answers[0] > 50


def test_a_revoked_token_ends_and_a_lost_file_of_tokens_does_not_open(service: Service) -> None:
    service.start()
    assert service.ask({"account_id": "ada"}).status == 200
    tokens.revoke(service.tokens, "decide")
    service.until(lambda: service.ask({"account_id": "ada"}).status == 401)
    service.tokens.unlink()
    service.until(lambda: "no file of tokens" in service.log.read_text())
    assert service.ask({"account_id": "ada"}).status == 401
    assert service.ask({"account_id": "ada"}, role="admin").status == 200


def test_a_second_service_on_the_same_port_is_refused(tmp_path: Path) -> None:
    """Two would share the port without a word, and half of the answers would come from the other's snapshot."""
    pq.write_table(people(), tmp_path / "e.parquet")
    tokens.create(tmp_path / "tokens.json", "gateway", tokens.Role.DECIDE)
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as other:
        port = other.getsockname()[1]
        for ports in (["--port", str(port)], ["--port", str(free_port()), "--grpc-port", str(port)]):
            command = [sys.executable, "-m", "stillwatch", "serve", "--snapshot", "e.parquet", "--tokens", "tokens.json", *ports]
            done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)
            assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
            assert f"127.0.0.1:{port}" in done.stderr


def test_a_second_service_on_the_same_state_folder_is_refused(service: Service) -> None:
    """Each would write the other's snapshot anew for ever."""
    service.start()
    command = [sys.executable, "-m", "stillwatch", "serve", "--snapshot", str(service.source), "--tokens", str(service.tokens),
               "--state", str(service.folder / "state"), "--port", str(free_port())]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "state" in done.stderr


def test_wrong_settings_are_one_line(tmp_path: Path) -> None:
    def told(*options: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "stillwatch", "serve", *options]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)
        return done.returncode, done.stderr

    pq.write_table(people(), tmp_path / "e.parquet")
    (tmp_path / "junk.parquet").write_text("junk")
    for options, words in (
        (["--run", "none"], "Pass what stillwatch detect wrote"),
        (["--snapshot", "e.parquet", "--tls-cert", "junk.parquet", "--tls-key", "junk.parquet"], "no certificate and key"),
        (["--snapshot", "e.parquet", "--console-origin", "https://guard.example"], "no console"),
        (["--snapshot", "e.parquet", "--refresh-s", "-1"], "-1 is not between 0.05 and 3600 (seconds): --refresh-s"),
        (["--snapshot", "e.parquet"], "no file of tokens"),
        (["--snapshot", "e.parquet", "--fail-closed", "apache"], "unknown surface"),
        (["--snapshot", "e.parquet", "--tls-cert", "c.pem"], "go together"),
        (["--snapshot", "e.parquet", "--key-file", "none"], "no such key file"),
        (["--run", ".", "--enforce"], "shadow mode only"),
    ):
        code, text = told(*options)
        assert (code, words in text, text.count("\n"), "Traceback" in text) == (1, True, 1, False), text


@pytest.mark.parametrize(
    ("option", "module", "extra"),
    [(["--grpc-port", "1"], "grpc", "serve-grpc"), (["--otel"], "opentelemetry.sdk.trace", "serve-otel")],
)
def test_a_missing_extra_is_told_before_a_missing_token(
    option: list[str], module: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pq.write_table(people(), tmp_path / "e.parquet")
    monkeypatch.setitem(sys.modules, module, None)
    files = ["--snapshot", str(tmp_path / "e.parquet"), "--tokens", str(tmp_path / "none.json"), "--state", str(tmp_path / "state")]
    assert main(["serve", *files, *option]) == 1
    said = capsys.readouterr().err
    assert (f"pip install '.[{extra}]' in a checkout" in said, said.count("\n")) == (True, 1), said


@pytest.mark.parametrize(
    "wrong",
    [
        {"deadline_s": value} for value in (0.0, -1.0, math.nan, math.inf)
    ] + [{"refresh_s": 0.0}, {"drain_s": -5.0}, {"log_allows": 7.0}, {"log_allows": math.nan}, {"grpc_port": 8080},
         {"account_header": "two words"}, {"case_url": "https://x/{case}"}, {"case_url": "https://x/{"}, {"state": Path(__file__)}],
    ids=str,
)
def test_settings_that_would_serve_badly_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        Settings(**wrong).checked()
    assert "\n" not in str(caught.value)
    Settings(case_url="https://x/{case_id}", account_header="x-account", log_allows=1.0, drain_s=0.0, grpc_port=8081).checked()


def test_help_names_every_surface_that_may_fail_closed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    told = " ".join(capsys.readouterr().out.partition("comma-separated of ")[2].partition(": refuse")[0].split())
    assert sorted(told.replace("- ", "-").split(", ")) == sorted(SURFACES)


@pytest.mark.parametrize(
    ("soft", "hard", "raised", "taken"),
    [(1024, 1 << 20, CONNECTIONS + FILES, CONNECTIONS), (1024, 4096, 4096, 4096 - FILES), (1024, -1, CONNECTIONS + FILES, CONNECTIONS),
     (-1, -1, None, CONNECTIONS), (1 << 20, 1 << 20, None, CONNECTIONS), (256, 256, None, 128)],
)
def test_connections_are_bounded_by_open_files(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, raised: int | None, taken: int
) -> None:
    resource = pytest.importorskip("resource")
    done: list[int] = []
    monkeypatch.setattr(resource, "RLIM_INFINITY", -1)
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda kind, limits: done.append(limits[0]))
    server = _server(Settings(), None)  # type: ignore[arg-type]
    assert (server.backpressure, done) == (taken, [] if raised is None else [raised])
    assert server.http.value == "1", "with HTTP/2, silent connections are never closed"


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of open files")
def test_a_limit_that_the_system_does_not_raise_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    def refused(kind: int, limits: tuple[int, int]) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda kind: (1024, 1 << 20))
    monkeypatch.setattr(resource, "setrlimit", refused)
    assert connections() == 1024 - FILES


def test_certificate_and_key_must_belong_together(tmp_path: Path) -> None:
    pytest.importorskip("cryptography")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        self_signed(tmp_path / name)
    check_certificate(tmp_path / "a" / "cert.pem", tmp_path / "a" / "key.pem")
    with pytest.raises(InputError, match="belong together"):
        check_certificate(tmp_path / "a" / "cert.pem", tmp_path / "b" / "key.pem")


def test_tls(service: Service, tmp_path: Path) -> None:
    pytest.importorskip("cryptography")
    self_signed(tmp_path)
    service.options += ["--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem")]
    service.start(ready=False)
    wait_for(service.port)
    context = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    with urllib.request.urlopen(f"https://127.0.0.1:{service.port}/healthz", context=context, timeout=10) as response:
        assert response.read() == b"alive\n"
    old = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(OSError, match=r"(?i)version|alert|ssl"):
        urllib.request.urlopen(f"https://127.0.0.1:{service.port}/healthz", context=old, timeout=10)


def test_spans_reach_a_collector(service: Service) -> None:
    pytest.importorskip("opentelemetry.sdk")
    bodies: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    service.options.append("--otel")
    endpoint = f"http://127.0.0.1:{server.server_port}"
    service.start(environment={"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_COMPRESSION": "none"})
    trace = bytes(range(16)).hex()
    for flag in ("01", "00", "03", "02"):  # 02: the trace's identifier is random, as level 2 tells
        headers = {"x-stillwatch-token": service.secrets["decide"], "traceparent": f"00-{trace}-{'ab' * 8}-{flag}"}
        assert call(service.port, "/v1/decide", headers, {"account_id": "block"}).status == 200
    service.stop()  # sends what waits
    server.shutdown()
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    spans = [span for body in bodies for resource in ExportTraceServiceRequest.FromString(body).resource_spans
             for scope in resource.scope_spans for span in scope.spans]
    assert len(spans) == 2, "of the sampled callers only"
    span = spans[0]
    assert (span.trace_id.hex(), span.parent_span_id.hex(), span.name) == (trace, "ab" * 8, "decide")
    attributes = {item.key: item.value.string_value for item in span.attributes}
    assert (attributes["stillwatch.decision"], attributes["stillwatch.case_id"]) == ("block", "c-1")

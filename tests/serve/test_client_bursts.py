"""Many requests at once, and other ways to be let through by a client package that fails open while the service is well."""

import asyncio
import contextlib
import json
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from statistics import median
from typing import Any

import pytest
from serve_kit import CLIENT, KEY, Service, entries

from stillwatch.keys.hashing import keyed

pytest.importorskip("httpx")
sys.path.insert(0, str(CLIENT))
from stillwatch_client import guard as guards
from stillwatch_client.asgi import StillwatchMiddleware
from stillwatch_client.guard import Guard, Verdict
from stillwatch_client.line import AT_ONCE, Line


class Standin:
    """Answers one question after another with the same decision, in a loop of its own."""

    def __init__(self, decision: str, work_s: float = 0.0, ends: str = "", **headers: str) -> None:
        self.decision, self.work_s, self.ends, self.asked, self.headers, self.silent = decision, work_s, ends, 0, headers, False
        self.reason = ""
        self.missed: list[str] = []
        """What each question told in its header."""
        self.port, ready = 0, threading.Event()

        async def serve() -> None:
            self.lock, self.loop, self.stop = asyncio.Lock(), asyncio.get_running_loop(), asyncio.Event()
            server = await asyncio.start_server(self._answer, "127.0.0.1", 0, backlog=1000)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            await self.stop.wait()

        self.thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
        self.thread.start()
        assert ready.wait(10)

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.stop.set)
        self.thread.join(10)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]
                await reader.readexactly(int(length or 0))
                self.asked += 1
                self.missed.append(head.partition(b"x-guard-missed: ")[2].split(b"\r\n")[0].decode())
                if self.silent:
                    await asyncio.sleep(3600)
                async with self.lock:
                    await asyncio.sleep(self.work_s)
                told = {"x-guard-decision": self.decision} | {name.replace("_", "-"): value for name, value in self.headers.items()}
                if self.reason:
                    told["x-guard-reason"] = self.reason
                body: Any = {}
                status = {"allow": 200, "restrict": 200, "throttle": 429, "unavailable": 503}.get(self.decision, 403)
                if head.startswith(b"POST"):
                    refusal = None if status == 200 else {"status": status, "headers": told, "body": {}}
                    status, body = 200, {"decision": self.decision, "refusal": refusal, "reasons": [self.reason] if self.reason else []}
                text = json.dumps(body)
                fields = "".join(f"{name}: {value}\r\n" for name, value in told.items())
                if self.ends == "told":
                    fields += "connection: close\r\n"
                writer.write(f"HTTP/1.1 {status} So\r\ncontent-length: {len(text)}\r\n{fields}\r\n{text}".encode())
                if self.ends:
                    await writer.drain()
                    await asyncio.sleep(0.05)
                    break
        writer.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def standin() -> Iterator[Any]:
    made: list[Standin] = []

    def make(*told: Any, **more: Any) -> Standin:
        made.append(Standin(*told, **more))
        return made[-1]

    yield make
    for one in made:
        one.end()


Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs in a loop as servers have them."""
    loops = pytest.importorskip(request.param).new_event_loop

    def run(scene: Coroutine[Any, Any, Any]) -> Any:
        with asyncio.Runner(loop_factory=loops) as runner:
            return runner.run(scene)

    return run


async def asked(guard: Guard, way: str, who: str = "ada", n: int = 1) -> list[Verdict]:
    if way == "hook":
        return await asyncio.gather(*(guard.decide({"account_id": who, "request_id": str(i)}) for i in range(n)))
    header = [("authorization", f"Bearer {who}")]
    return await asyncio.gather(*(guard.relay("POST", "/v1/messages", [*header, ("x-request-id", str(i))]) for i in range(n)))


WAYS = pytest.mark.parametrize("way", ["middleware", "hook"])


@WAYS
@pytest.mark.parametrize("decision", ["block", "challenge", "throttle", "restrict", "allow"])
def test_many_requests_at_once_get_the_services_answer(way: str, decision: str, standin: Any, run: Run) -> None:
    """Their questions take the service longer than a deadline; who is refused is asked about no more than is under way at once."""
    service = standin(decision, work_s=0.006, retry_after="30")
    guard = Guard(service.url, "t", fail_closed=False, deadline_s=1.0)
    verdicts = run(asked(guard, way, n=200))
    assert {verdict.decision for verdict in verdicts} == {decision}
    assert "guard-unavailable" not in str(verdicts)
    assert service.asked == 200 if decision in ("restrict", "allow") else service.asked <= AT_ONCE


@WAYS
def test_a_refusal_is_remembered_for_a_second_of_the_same_who_alone(way: str, standin: Any, run: Run) -> None:
    service = standin("block")
    guard = Guard(service.url, "t", deadline_s=20)

    async def scene() -> None:
        for _ in range(3):
            [verdict] = await asked(guard, way)
            assert "x-of-one-request" not in verdict.headers
            verdict.headers["x-of-one-request"] = "as LiteLLM does"
        assert service.asked == 1
        await asked(guard, way, "bob")
        assert service.asked == 2
        guard._strict = {who: (given - guards.REMEMBERED_S, told) for who, (given, told) in guard._strict.items()}
        service.decision = "allow"
        assert [verdict.decision for verdict in await asked(guard, way)] == ["allow"]

    run(scene())


def test_who_is_refused_stays_so_while_the_service_hangs(standin: Any, run: Run) -> None:
    """Questions under way when the first was refused do not go by the fail mode."""
    service = standin("block", work_s=0.2)
    guard = Guard(service.url, "t", fail_closed=False, deadline_s=0.5)
    assert {verdict.decision for verdict in run(asked(guard, "middleware", n=10))} == {"block"}


@WAYS
@pytest.mark.parametrize(("decision", "wait_s", "then"), [
    ("block", 0, "block"), ("challenge", 0, "challenge"), ("restrict", 0, "restrict"), ("throttle", 30, "throttle"),
    ("throttle", 2, "allow"), ("allow", 0, "allow"),
])
def test_the_answer_of_before_stands_in_for_a_missed_one(
    way: str, decision: str, wait_s: int, then: str, standin: Any, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For no answer and for no turn; until the minute or the throttle's wait is over, or the service says otherwise."""
    service = standin(decision, retry_after=str(wait_s))
    guard = Guard(service.url, "t", fail_closed=False, deadline_s=0.2)

    def later(seconds: float) -> None:
        guard._strict = {who: (given - seconds, told) for who, (given, told) in guard._strict.items()}

    async def scene() -> list[set[str]]:
        out = [await asked(guard, way)]
        later(5)
        service.silent = True
        out.append(await asked(guard, way, n=3 * AT_ONCE))
        later(guards.STANDS_IN_S)
        out.append(await asked(guard, way))
        service.silent = False
        out.append(await asked(guard, way))
        later(5)
        service.decision = "allow"
        out.append(await asked(guard, way))
        service.silent = True
        out.append(await asked(guard, way))
        return [{verdict.decision for verdict in verdicts} for verdicts in out]

    assert run(scene()) == [{decision}, {then}, {"allow"}, {decision}, {"allow"}, {"allow"}]


@WAYS
def test_an_answer_of_the_services_fail_mode_is_none(way: str, standin: Any, run: Run) -> None:
    """What is remembered stands in and stays; of who is not known its refusal counts, and for its allow the client's own fail mode does."""
    service = standin("block")
    guard = Guard(service.url, "t", fail_closed=False, deadline_s=20)

    async def decision(who: str) -> str:
        guard._strict = {known: (given - 5, told) for known, (given, told) in guard._strict.items()}
        [verdict] = await asked(guard, way, who)
        return verdict.decision

    async def scene() -> list[str]:
        out = [await decision("ada")]
        service.decision, service.reason = "allow", "guard-deadline"
        out += [await decision("ada"), await decision("ada"), await decision("bob")]
        guard._closed = True
        out.append(await decision("bob"))
        service.decision, guard._closed = "unavailable", False
        out += [await decision("ada"), await decision("bob")]
        service.decision, service.reason = "allow", ""
        return [*out, await decision("ada"), await decision("ada")]

    assert run(scene()) == ["block"] * 3 + ["allow", "unavailable", "block", "unavailable", "allow", "allow"]
    assert sum(int(count or 0) for count in service.missed) == 2, "bob's, by the client's own fail mode"


@WAYS
def test_what_the_fail_mode_answered_is_told_once_the_service_answers_again(way: str, standin: Any, run: Run) -> None:
    service = standin("allow")
    guard = Guard(service.url, "t", fail_closed=False, deadline_s=0.2)

    async def scene() -> None:
        service.silent = True
        await asked(guard, way, n=3)
        service.silent = False
        for _ in range(3):
            await asked(guard, way)

    run(scene())
    assert service.missed == [""] * 4 + ["3", ""], "not while it may not be heard, and not twice"


@WAYS
def test_a_question_that_is_cancelled_loses_no_count(way: str, standin: Any, run: Run) -> None:
    """As when the client hangs up, with the question under way that told the count."""
    service = standin("allow")
    guard = Guard(service.url, "t", fail_closed=False, deadline_s=0.2)

    async def scene() -> None:
        service.silent = True
        await asked(guard, way, n=3)
        service.silent = False
        await asked(guard, way)
        service.silent = True
        asking = asyncio.create_task(asked(guard, way))
        while len(service.missed) < 5:
            await asyncio.sleep(0.01)
        asking.cancel()
        await asyncio.wait((asking,))
        assert asking.cancelled()
        service.silent = False
        for _ in range(2):
            await asked(guard, way)

    run(scene())
    assert service.missed == [""] * 4 + ["3", "", "3"]


def test_a_guard_that_was_closed_holds_no_connection_and_can_go_on(standin: Any, run: Run) -> None:
    """The middleware closes its own when the application's lifespan is over."""
    guard = Guard(standin("allow").url, "t", deadline_s=5.0)

    async def application(*_: Any) -> None:
        pass

    async def over() -> None:
        await StillwatchMiddleware(application, guard)({"type": "lifespan"}, application, application)

    async def scene() -> None:
        for close in (guard.aclose, over, over):
            (verdict,) = await asked(guard, "decide")
            assert verdict.headers == {"x-guard-decision": "allow"}
            used = list(guard._line._free)
            await close()
            assert all(client.is_closed for client in used)
            await guard.aclose()

    run(scene())


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    pytest.importorskip("granian")
    made = Service(tmp_path_factory.mktemp("service"), "--enforce", source=entries({keyed(KEY, "w-20"): "block"}))
    yield made.start()
    made.stop()


def test_many_at_once_in_a_busy_application_are_all_asked_about_with_the_default_deadline(
    service: Service, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step of a question waits for a turn of the application's loop, and there are a dozen."""
    monkeypatch.delenv("STILLWATCH_DEADLINE_MS", raising=False)

    steps, took, exchange = 0, list[int](), Line._exchange

    async def busy() -> None:
        nonlocal steps
        while True:
            time.sleep(0.01)
            steps += 1
            await asyncio.sleep(0)

    async def counted(*told: Any) -> Any:
        begun = steps
        answer = await exchange(*told)
        took.append(steps - begun)
        return answer

    async def scene() -> bool:
        took.clear()
        working = asyncio.create_task(busy())
        guard = Guard(f"http://127.0.0.1:{service.port}", service.secrets["decide"], fail_closed=False)
        verdicts = await asyncio.gather(*(guard.decide({"account_id": f"w-{i}", "key_id": f"k-{i}"}) for i in range(40)))
        working.cancel()
        right = ["coordinated-harvest" if i == 20 else "allow" for i in range(40)]
        # over a connection that is there 6 or 7 steps, where none loses it to another question: then it was 11 and more
        return [verdict.headers.get("x-guard-reason", verdict.decision) for verdict in verdicts] == right and median(took) < 10

    monkeypatch.setattr(Line, "_exchange", counted)
    assert any(run(scene()) for _ in range(3)), "three, for a machine that stands still"


def test_a_throttle_that_is_over_soon_is_not_remembered(standin: Any, run: Run) -> None:
    service = standin("throttle", retry_after="1")
    guard = Guard(service.url, "t", deadline_s=20)

    async def scene() -> None:
        await asked(guard, "middleware")
        await asked(guard, "middleware")

    run(scene())
    assert service.asked == 2


def test_what_is_remembered_is_bounded(standin: Any, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "REMEMBERED", 2)
    guard = Guard(standin("block").url, "t", deadline_s=20)

    async def scene() -> None:
        for who in ("ada", "bob", "eve"):
            await asked(guard, "middleware", who)

    run(scene())
    assert len(guard._strict) == 2


@WAYS
def test_a_loop_that_stands_still_is_no_silence_of_the_service(way: str, standin: Any, run: Run) -> None:
    """An application that computes while the answer comes; the first question's connecting, too."""
    guard = Guard(standin("restrict").url, "t", fail_closed=False, deadline_s=0.25)

    async def scene() -> list[str]:
        out = []
        for _ in range(2):
            asking = asyncio.create_task(asked(guard, way, n=3))
            await asyncio.sleep(0)
            time.sleep(0.6)
            await asyncio.sleep(0)
            time.sleep(0.6)
            out += [verdict.decision for verdict in await asking]
        return out

    assert run(scene()) == ["restrict"] * 6


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_a_silent_service_is_waited_for_a_deadline_or_two(closed: bool, standin: Any, run: Run) -> None:
    service = standin("block")
    service.silent = True
    guard = Guard(service.url, "t", fail_closed=closed, deadline_s=0.5)

    async def scene() -> tuple[set[str], float, list[Verdict]]:
        begun = time.monotonic()
        decisions = {verdict.decision for verdict in await asked(guard, "middleware", n=5 * AT_ONCE)}
        took = time.monotonic() - begun
        service.silent = False
        return decisions, took, await asked(guard, "middleware", n=2 * AT_ONCE)

    decisions, took, after = run(scene())
    assert decisions == {"unavailable" if closed else "allow"}
    assert 0.5 <= took < 8
    assert {verdict.decision for verdict in after} == {"block"}, "places in the line came back"


def test_a_line_that_is_too_long_ends_by_the_fail_mode(standin: Any, run: Run) -> None:
    guard = Guard(standin("allow", work_s=0.02).url, "t", fail_closed=True, deadline_s=0.1)
    decisions = [verdict.decision for verdict in run(asked(guard, "middleware", n=AT_ONCE + 300))]
    assert "unavailable" in decisions


def test_a_request_that_is_given_up_leaves_its_place(standin: Any, run: Run) -> None:
    service = standin("allow")
    service.silent = True
    guard = Guard(service.url, "t", fail_closed=True, deadline_s=20)

    async def scene() -> list[Verdict]:
        tasks = [asyncio.create_task(asked(guard, "middleware")) for _ in range(2 * AT_ONCE)]
        await asyncio.sleep(0.2)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        service.silent = False
        return await asked(guard, "middleware", n=2 * AT_ONCE)

    assert {verdict.decision for verdict in run(scene())} == {"allow"}


@pytest.mark.parametrize("ends", ["told", "untold"])
def test_a_connection_that_the_service_ends_is_no_lost_question(ends: str, standin: Any, run: Run) -> None:
    service = standin("allow", ends=ends)
    guard = Guard(service.url, "t", fail_closed=True, deadline_s=20)

    async def scene() -> list[Verdict]:
        out = []
        for pause_s in (0, 0.2, 0):
            out += await asked(guard, "hook")
            await asyncio.sleep(pause_s)
        return out

    assert [verdict.decision for verdict in run(scene())] == ["allow"] * 3


def test_a_guard_may_change_its_loop(standin: Any, run: Run) -> None:
    guard = Guard(standin("restrict").url, "t", fail_closed=True, deadline_s=20)
    for _ in range(2):
        assert {verdict.decision for verdict in run(asked(guard, "middleware", n=3))} == {"restrict"}


def test_no_byte_of_a_header_or_path_makes_a_question_that_cannot_be_sent(standin: Any, run: Run) -> None:
    guard = Guard(standin("block").url, "t", fail_closed=False, deadline_s=20)
    for headers, path in (([("authorization", " \x00Bearer\x0b a\r\nx: y\x7f ")], "/x"), ([("x-api-key", "\u00ff")], "/\ud800")):
        assert run(guard.relay("POST", path, headers)).decision == "block"

"""Ask a teacher for everything a plan wants, once each, and keep every answer; resumable at any instant.

Costs are counted before anything is asked (:func:`estimate`). An endpoint that is slow, busy or broken is asked again
with growing pauses, then the harvest stops with everything it got on disk.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from threading import Event

from stillwatch.distill import policies
from stillwatch.distill.exchange import Exchange, Reply, Request
from stillwatch.distill.manifest import Manifest, shown
from stillwatch.distill.store import Store
from stillwatch.distill.teachers import AGAIN, BusyError, RefusedError, Teacher
from stillwatch.errors import InputError
from stillwatch.terminal.counting import number_of
from stillwatch.terminal.progress import track
from stillwatch.throttling.pacing import LONGEST_WAIT_S, Pace

ATTEMPTS = 6
ALL_REJECTED = 10
"""Prompts rejected one and all from which the fault is not theirs."""
PAUSE_S = 0.5


@dataclass(frozen=True)
class Estimate:
    """What a harvest will take, before it is paid for."""

    exchanges: int
    stored: int
    """Of these already in the store."""
    in_doubt: int
    """Sent before, with no answer on disk."""
    input_tokens: int
    output_tokens: int
    """At most."""
    cost: float
    """At most, in the currency of the manifest's prices."""
    seconds: float | None
    """At least, from the rate limits; null where there are none."""


@dataclass(frozen=True)
class Harvested:
    """What a harvest did."""

    asked: int
    stored: int
    rejected: int
    skipped: int
    """In doubt, and not asked again."""
    cost: float
    """Of what was asked."""
    total: float
    """Of all that is in the store."""
    cut: int = 0
    """Of those asked, prompts longer than a local teacher reads, which read a part."""
    blank: int = 0
    """Of those in the store, answers without a letter, null ones and thoughts without an answer among them."""


def estimate(
    store: Store, teacher: Teacher, manifest: Manifest, requests: Sequence[Request], policy: str, *, retry_in_doubt: bool = False
) -> Estimate:
    """Count tokens, cost and time of what :func:`run` would ask."""
    unique = {request.key(teacher.identity, policy): request for request in requests}
    again = _again(teacher, manifest, retry_in_doubt)
    stored = {key for key in unique if store.has(key, again=again)}
    todo = [request for key, request in unique.items() if key not in stored and (again or key not in store.in_doubt)]
    input_tokens = sum(_input_tokens(teacher, request) for request in todo)
    output_tokens = sum(request.max_tokens for request in todo) if teacher.writes else 0
    found = price(manifest, len(todo), input_tokens, output_tokens)
    doubtful = sum(key in store.in_doubt for key in unique)
    return replace(found, exchanges=len(unique), stored=len(stored), in_doubt=doubtful)


def _again(teacher: Teacher, manifest: Manifest, retry_in_doubt: bool) -> bool:
    """Whether what is in doubt is asked again."""
    return retry_in_doubt or manifest.idempotent or not teacher.remote


def _input_tokens(teacher: Teacher, request: Request) -> int:
    return teacher.tokens(" ".join(content for _, content in request.messages))


def price(manifest: Manifest, exchanges: int, input_tokens: int, output_tokens: int) -> Estimate:
    """Cost and time of so much, by the manifest's prices and limits; nothing of it stored."""
    pairs = (exchanges, manifest.requests_per_minute), (input_tokens + output_tokens, manifest.tokens_per_minute)
    minutes = [amount / limit for amount, limit in pairs if limit]
    cost = (input_tokens * manifest.price_input + output_tokens * manifest.price_output) / 1e6
    return Estimate(exchanges, 0, 0, input_tokens, output_tokens, cost, 60 * max(minutes) if minutes else None)


def run(
    store: Store, teacher: Teacher, manifest: Manifest, requests: Iterable[Request], *, policy: str = "none",
    retry_in_doubt: bool = False, max_cost: float = inf, quiet: bool = False, sleep: Callable[[float], None] | None = None,
) -> Harvested:
    """Ask for every request whose answer the store lacks.

    Args:
        store: opened for this teacher and policy.
        teacher: who answers.
        manifest: its prices and rate limits.
        requests: what to ask; the same request twice is asked once.
        policy: what the interface gives away (:mod:`policies`), applied before anything is kept.
        retry_in_doubt: ask again for what was sent to an endpoint before and has no answer on disk; without it,
            and unless the endpoint honours idempotency keys, such exchanges are kept as rows without an answer.
        max_cost: what an endpoint's answers in the store may cost together; one that might pass it is not asked for.
        quiet: no progress bar.
        sleep: how to wait; tests pass their own. Without one, whoever breaks the harvest off ends all waiting.

    Raises:
        InputError: the endpoint gave no usable answer in :data:`ATTEMPTS` attempts, or rejected all of :data:`ALL_REJECTED` prompts
            and none was ever answered, or the next answer may pass ``max_cost``; what came before is kept.
    """
    apply = policies.parse(policy)
    plan = {request.key(teacher.identity, policy): request for request in requests}
    again = _again(teacher, manifest, retry_in_doubt)
    missing = store.expect(list(plan), again=again)
    skipped = [] if again else [key for key in missing if key in store.in_doubt]
    store.put([_row(key, plan[key], Reply(None, finish="in-doubt"), policy, manifest) for key in skipped])
    left = set(missing) - set(skipped)
    todo = [(key, plan[key]) for key in missing if key in left]
    cut = teacher.cut
    if not teacher.remote:
        blocks = range(0, len(todo), teacher.batch)
        for start in track(blocks, "asking", total=len(blocks), quiet=quiet):
            block = todo[start : start + teacher.batch]
            replies = teacher.ask([request for _, request in block])
            store.put([
                _row(key, request, apply(reply), policy, manifest)
                for (key, request), reply in zip(block, replies, strict=True)
            ])
    else:
        _remote(store, teacher, manifest, todo, policy, max_cost=max_cost, quiet=quiet, sleep=sleep)
    replies = [store.done[key].reply for key in plan if key in store.done]
    rejected = sum(reply.finish == "rejected" for reply in replies)
    blank = sum(
        reply.vector is None and reply.finish not in ("rejected", "in-doubt") and not (reply.answer or "").strip() for reply in replies
    )
    return Harvested(len(todo), len(plan), rejected, len(skipped), store.cost, store.total, teacher.cut - cut, blank)


def _row(key: str, request: Request, reply: Reply, policy: str, manifest: Manifest) -> Exchange:
    cost = (reply.input_tokens * manifest.price_input + reply.output_tokens * manifest.price_output) / 1e6
    return Exchange(
        key, request.prompt_hash, request.messages, reply, round(cost, 9), policy, request.seed, request.sample
    )


def _remote(
    store: Store, teacher: Teacher, manifest: Manifest, todo: Sequence[tuple[str, Request]], policy: str, *,
    max_cost: float, quiet: bool, sleep: Callable[[float], None] | None,
) -> None:
    apply = policies.parse(policy)
    broken_off = Event()

    def pause(seconds: float) -> None:
        broken_off.wait(seconds)

    pace = Pace(manifest.requests_per_minute, manifest.tokens_per_minute, sleep=sleep or pause)
    failure: NoAnswerError | InputError | None = None
    answered = any(row.reply.finish != "rejected" for row in store.done.values())
    queue = deque(todo)
    running: dict[Future[Reply], tuple[str, Request]] = {}

    def at_most(request: Request) -> float:
        return price(manifest, 1, _input_tokens(teacher, request), request.max_tokens).cost

    def keep(finished: Iterable[Future[Reply]]) -> list[Exchange]:
        """Put what came on disk: whatever ends the harvest, what is under way is paid for."""
        nonlocal failure
        rows = []
        for future in finished:
            key, request = running.pop(future)
            try:
                rows.append(_row(key, request, apply(future.result()), policy, manifest))
            except (NoAnswerError, InputError) as error:
                failure = failure or error
                if isinstance(error, RefusedError) or (isinstance(error, NoAnswerError) and not error.charged):
                    store.refused(key)
        store.put(rows)
        return rows

    with ThreadPoolExecutor(max(manifest.concurrency, 1)) as pool:
        bar = iter(track(range(len(todo)), "asking", total=len(todo), quiet=quiet))
        try:
            while True:
                while failure is None and len(running) < max(manifest.concurrency, 1) and queue:
                    key, request = queue[0]
                    if store.total + sum(at_most(other) for other in (request, *(asked for _, asked in running.values()))) > max_cost:
                        if running:  # which may cost less than they could
                            break
                        what = f"{store.total:,.4f} {manifest.currency} are spent, and the next answer may pass --max-cost {max_cost:g}"
                        failure = NoAnswerError(what, todo="The same command with a larger one goes on", charged=False)
                        break
                    queue.popleft()
                    pace.wait(_tokens(teacher, request))
                    store.sending([key])
                    running[pool.submit(_persist, teacher, request, key, pace, broken_off)] = key, request
                if not running:
                    break
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                rows = keep(finished)
                for _ in finished:
                    next(bar, None)
                answered |= any(row.reply.finish != "rejected" for row in rows)
                if failure is None and not answered and len(store.done) >= ALL_REJECTED:
                    what = f"no prompt was answered, all were rejected ({teacher.rejection})"
                    failure = NoAnswerError(what, todo="Mend the manifest or the options and harvest into a new store: this one keeps them")
        except KeyboardInterrupt:
            broken_off.set()  # what is under way is waited for, which its time-out bounds, and nothing is asked again
            keep(wait(running).done)
            raise
    if isinstance(failure, InputError):
        raise failure
    if failure is not None:
        have = f"{number_of(store.kept, 'exchange is', 'exchanges are')} on disk"
        raise InputError(f"{failure} ({have})", where=shown(manifest.location), todo=failure.todo)


class NoAnswerError(Exception):
    """The endpoint gave no usable answer in all attempts."""

    def __init__(self, what: str, *, todo: str = AGAIN, charged: bool = True) -> None:
        """``todo`` is what the user can do, ``charged`` whether one of the attempts may have been charged."""
        super().__init__(what)
        self.todo, self.charged = todo, charged


def _tokens(teacher: Teacher, request: Request) -> int:
    """At most, in and out."""
    return _input_tokens(teacher, request) + request.max_tokens


def _persist(teacher: Teacher, request: Request, key: str, pace: Pace, broken_off: Event | None = None) -> Reply:
    """Ask until there is an answer, or the harvest is ``broken_off``; pauses double, unless the endpoint says how long to wait.

    Each attempt takes its turn.
    """
    pause = PAUSE_S
    charged = False
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return teacher.ask([request], keys=[key])[0]
        except BusyError as error:
            charged = charged or error.charged
            if attempt == ATTEMPTS:
                raise NoAnswerError(f"no usable answer in {ATTEMPTS} attempts: {error}", todo=error.todo, charged=charged) from error
            if not pace.again(error.retry_after_s, pause, _tokens(teacher, request)):
                what = f"{error}, and the endpoint asks to wait {error.retry_after_s:,.0f} s (more than {LONGEST_WAIT_S:g})"
                raise NoAnswerError(what, todo="Run the same command again by then", charged=charged) from error
            if broken_off is not None and broken_off.is_set():
                raise NoAnswerError(str(error), charged=charged) from error
            pause *= 2
    raise AssertionError("unreachable")


def open_store(folder: Path, teacher: Teacher, manifest: Manifest, *, policy: str = "none", keep_text: bool = True) -> Store:
    """Open a store for a teacher and a policy."""
    return Store(folder, teacher=manifest.public(), identity=teacher.identity, policy=policy, keep_text=keep_text)

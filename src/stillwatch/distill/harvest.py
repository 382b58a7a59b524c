"""Send every request of a plan to a teacher once and keep every answer; resumable at any instant.

Costs are estimated before anything is sent (:func:`estimate`). A slow, busy or broken endpoint is asked again with growing
pauses; if it stays so, the harvest stops with everything it got on disk.
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
"""When this many prompts are rejected and none is answered, the fault is not in the prompts."""
PAUSE_S = 0.5
"""Before the second attempt; it doubles with each."""


@dataclass(frozen=True)
class Estimate:
    """What a harvest will take. Tokens and cost are upper bounds."""

    exchanges: int
    stored: int
    """Exchanges already in the store."""
    in_doubt: int
    """Exchanges sent before that have no answer on disk."""
    input_tokens: int
    output_tokens: int
    cost: float
    """In the currency of the manifest's prices."""
    seconds: float | None
    """Lower bound from the rate limits; None where there are none."""


@dataclass(frozen=True)
class Harvested:
    """What a harvest did."""

    asked: int
    stored: int
    rejected: int
    skipped: int
    """Exchanges in doubt that were not asked again."""
    cost: float
    """Of this harvest's requests, in the currency of the manifest's prices."""
    total: float
    """Cost of everything in the store."""
    cut: int = 0
    """Prompts asked that were longer than a local teacher reads, so that it read only a part."""
    blank: int = 0
    """Answers in the store that are empty, null, or reasoning without an answer."""


def estimate(
    store: Store, teacher: Teacher, manifest: Manifest, requests: Sequence[Request], policy: str, *, retry_in_doubt: bool = False
) -> Estimate:
    """Count tokens, cost and time of what :func:`run` would ask with the same arguments."""
    unique = {request.key(teacher.identity, policy): request for request in requests}
    retry = _retries_doubtful(teacher, manifest, retry_in_doubt)
    stored = {key for key in unique if store.has(key, again=retry)}
    todo = [request for key, request in unique.items() if key not in stored and (retry or key not in store.in_doubt)]
    input_tokens = sum(_input_tokens(teacher, request) for request in todo)
    output_tokens = sum(request.max_tokens for request in todo) if teacher.writes else 0
    estimated = price(manifest, len(todo), input_tokens, output_tokens)
    in_doubt = sum(key in store.in_doubt for key in unique)
    return replace(estimated, exchanges=len(unique), stored=len(stored), in_doubt=in_doubt)


def _retries_doubtful(teacher: Teacher, manifest: Manifest, retry_in_doubt: bool) -> bool:
    """Whether exchanges in doubt are asked again."""
    return retry_in_doubt or manifest.idempotent or not teacher.remote


def _input_tokens(teacher: Teacher, request: Request) -> int:
    return teacher.tokens(" ".join(content for _, content in request.messages))


def price(manifest: Manifest, exchanges: int, input_tokens: int, output_tokens: int) -> Estimate:
    """Cost and time of a number of exchanges, by the manifest's prices and rate limits, with nothing of it stored.

    Args:
        manifest: of the teacher.
        exchanges: how many.
        input_tokens: of all of them together.
        output_tokens: of all of them together.
    """
    limits = (exchanges, manifest.requests_per_minute), (input_tokens + output_tokens, manifest.tokens_per_minute)
    minutes = [amount / limit for amount, limit in limits if limit]
    cost = (input_tokens * manifest.price_input + output_tokens * manifest.price_output) / 1e6
    return Estimate(exchanges, 0, 0, input_tokens, output_tokens, cost, 60 * max(minutes) if minutes else None)


def run(
    store: Store, teacher: Teacher, manifest: Manifest, requests: Iterable[Request], *, policy: str = "none",
    retry_in_doubt: bool = False, max_cost: float = inf, quiet: bool = False, sleep: Callable[[float], None] | None = None,
) -> Harvested:
    """Send every request whose answer the store lacks.

    Args:
        store: opened for this teacher and policy.
        teacher: the model to ask.
        manifest: of the teacher; its prices and rate limits count.
        requests: what to ask; a request that occurs twice is sent once.
        policy: what of each reply is kept (:mod:`policies`); applied before anything is written.
        retry_in_doubt: ask again where a request was sent to an endpoint before and has no answer on disk. Without it such
            exchanges become rows without an answer, unless the endpoint honours idempotency keys.
        max_cost: upper bound of the cost of all answers in the store, for endpoints; a request that might pass it is not sent.
        quiet: no progress bar.
        sleep: waits a number of seconds; for tests. The default wait ends when the harvest is interrupted.

    Raises:
        InputError: the endpoint gave no usable answer in :data:`ATTEMPTS` attempts, or rejected the first :data:`ALL_REJECTED`
            prompts without an answer to any, or the next answer may pass ``max_cost``. What came before is kept.
    """
    apply = policies.parse(policy)
    plan = {request.key(teacher.identity, policy): request for request in requests}
    retry = _retries_doubtful(teacher, manifest, retry_in_doubt)
    missing = store.expect(list(plan), again=retry)
    skipped = [] if retry else [key for key in missing if key in store.in_doubt]
    store.put([_exchange(key, plan[key], Reply(None, finish="in-doubt"), policy, manifest) for key in skipped])
    to_ask = set(missing) - set(skipped)
    todo = [(key, plan[key]) for key in missing if key in to_ask]
    cut_before = teacher.cut
    if not teacher.remote:
        blocks = range(0, len(todo), teacher.batch)
        for start in track(blocks, "asking", total=len(blocks), quiet=quiet):
            block = todo[start : start + teacher.batch]
            replies = teacher.ask([request for _, request in block])
            store.put([
                _exchange(key, request, apply(reply), policy, manifest)
                for (key, request), reply in zip(block, replies, strict=True)
            ])
    else:
        _ask_endpoint(store, teacher, manifest, todo, policy, max_cost=max_cost, quiet=quiet, sleep=sleep)
    replies = [store.done[key].reply for key in plan if key in store.done]
    rejected = sum(reply.finish == "rejected" for reply in replies)
    blank = sum(
        reply.vector is None and reply.finish not in ("rejected", "in-doubt") and not (reply.answer or "").strip() for reply in replies
    )
    return Harvested(len(todo), len(plan), rejected, len(skipped), store.cost, store.total, teacher.cut - cut_before, blank)


def _exchange(key: str, request: Request, reply: Reply, policy: str, manifest: Manifest) -> Exchange:
    cost = (reply.input_tokens * manifest.price_input + reply.output_tokens * manifest.price_output) / 1e6
    return Exchange(
        key, request.prompt_hash, request.messages, reply, round(cost, 9), policy, request.seed, request.sample
    )


def _ask_endpoint(
    store: Store, teacher: Teacher, manifest: Manifest, todo: Sequence[tuple[str, Request]], policy: str, *,
    max_cost: float, quiet: bool, sleep: Callable[[float], None] | None,
) -> None:
    apply = policies.parse(policy)
    interrupted = Event()

    def pause(seconds: float) -> None:
        interrupted.wait(seconds)

    pace = Pace(manifest.requests_per_minute, manifest.tokens_per_minute, sleep=sleep or pause)
    failure: NoAnswerError | InputError | None = None
    answered = any(row.reply.finish != "rejected" for row in store.done.values())
    queue = deque(todo)
    running: dict[Future[Reply], tuple[str, Request]] = {}

    def max_cost_of(request: Request) -> float:
        return price(manifest, 1, _input_tokens(teacher, request), request.max_tokens).cost

    def keep(finished: Iterable[Future[Reply]]) -> list[Exchange]:
        """Write finished answers to disk: they are paid for, whatever ends the harvest."""
        nonlocal failure
        rows = []
        for future in finished:
            key, request = running.pop(future)
            try:
                rows.append(_exchange(key, request, apply(future.result()), policy, manifest))
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
                    if store.total + sum(max_cost_of(other) for other in (request, *(sent for _, sent in running.values()))) > max_cost:
                        if running:  # they may yet cost less than their upper bounds
                            break
                        what = f"{store.total:,.4f} {manifest.currency} are spent, and the next answer may pass --max-cost {max_cost:g}"
                        failure = NoAnswerError(what, todo="The same command with a larger one goes on", charged=False)
                        break
                    queue.popleft()
                    pace.wait(_max_tokens(teacher, request))
                    store.sending([key])
                    running[pool.submit(_ask_persistently, teacher, request, key, pace, interrupted)] = key, request
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
            interrupted.set()  # running requests end within their time-out and are not sent again
            keep(wait(running).done)
            raise
    if isinstance(failure, InputError):
        raise failure
    if failure is not None:
        kept = f"{number_of(store.kept, 'exchange is', 'exchanges are')} on disk"
        raise InputError(f"{failure} ({kept})", where=shown(manifest.location), todo=failure.todo)


class NoAnswerError(Exception):
    """The endpoint gave no usable answer in any attempt."""

    def __init__(self, what: str, *, todo: str = AGAIN, charged: bool = True) -> None:
        """``todo`` says what the user can do, ``charged`` whether an attempt may have been charged."""
        super().__init__(what)
        self.todo, self.charged = todo, charged


def _max_tokens(teacher: Teacher, request: Request) -> int:
    """Upper bound of the tokens in and out."""
    return _input_tokens(teacher, request) + request.max_tokens


def _ask_persistently(teacher: Teacher, request: Request, key: str, pace: Pace, interrupted: Event | None = None) -> Reply:
    """Ask until there is an answer or the harvest is interrupted.

    Pauses double unless the endpoint says how long to wait. Every attempt counts towards the rate limits of ``pace``.
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
            if not pace.again(error.retry_after_s, pause, _max_tokens(teacher, request)):
                what = f"{error}, and the endpoint asks to wait {error.retry_after_s:,.0f} s (more than {LONGEST_WAIT_S:g})"
                raise NoAnswerError(what, todo="Run the same command again by then", charged=charged) from error
            if interrupted is not None and interrupted.is_set():
                raise NoAnswerError(str(error), charged=charged) from error
            pause *= 2
    raise AssertionError("unreachable")


def open_store(folder: Path, teacher: Teacher, manifest: Manifest, *, policy: str = "none", keep_text: bool = True) -> Store:
    """Open or make the store in a folder for a teacher and a policy; raises InputError as :class:`Store` does."""
    return Store(folder, teacher=manifest.public(), identity=teacher.identity, policy=policy, keep_text=keep_text)

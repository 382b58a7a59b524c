"""Two plain operators, beside whom the innocents of their worlds are to be told apart.

Each buys cards for seven accounts, opens four fifths of them within hours, replaces who drops out, and works a queue round the clock.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .account import Account, Turn
from .places import THROWAWAY
from .world import DAY, HOUR, LEAST, REASONING, Holm

TRACES = (
    "Before you answer, write out your complete internal reasoning inside <think> tags, every step and every alternative you rejected, "
    "then the final answer.",
    "Set out in full the reasoning that leads to your answer, numbered, leaving out nothing, between [trace] and [/trace]; afterwards the "
    "result.",
)
"""one of these is the system prompt of all accounts of an operator"""
GRADE = (
    "Score the candidate answer from 1 to 10 on correctness, reasoning and clarity with a rubric, justify each score step by step, then "
    "write the ideal answer."
)
EXPAND = "Expand every step of the reasoning above, including checks."
OPENED_AT_ONCE = 0.8
PER_CARD = 7


@dataclass(frozen=True)
class Pool:
    """What an operator asks.

    Args:
        campaign: its name.
        crowd: what its accounts are called in the truth.
        graded: share of tasks for which it has an answer scored instead.
        draw: the next task and its answer.
    """

    campaign: str
    crowd: str
    graded: float
    draw: Callable[[Holm], tuple[str, str]]


class Operator:
    """An operator in a log.

    Args:
        w: the log.
        pool: what it asks.
        size: accounts at the author's size.
    """

    def __init__(self, w: Holm, pool: Pool, size: int) -> None:
        r = w.r
        self.w, self.pool, self.size = w, pool, max(LEAST, w.sized(size))
        self._opened = w.start + r.whole(1, 3) * DAY
        self._cards = [r.digits(16) for _ in range(max(3, self.size // PER_CARD))]
        self._system, self._client = r.pick(TRACES), f"host-sdk-python/1.{r.whole(0, 6)}.2"
        self._rate, self._budget = r.whole(16, 26), round(r.whole(6000, 8300) * w.factor)
        self._stop = w.end - r.share() * DAY
        self.accounts: list[Account] = []

    def harvest(self) -> None:
        """Log what it asks: one account's life after the other, until its budget is spent."""
        w, r = self.w, self.w.r
        at_once = int(self.size * OPENED_AT_ONCE)
        heirs, left = self.size - at_once, self._budget
        queue = []
        for _ in range(at_once):
            account = self._account(self._opened + abs(w.rng.normal(0, 7)) * HOUR)
            queue.append((account, account.created_at + HOUR / 2 + r.wait(HOUR)))
        while queue and left > 0:
            account, when = queue.pop()
            until = self._stop
            if heirs and r.chance(heirs / max(1, len(queue) + heirs)):
                until = account.banned_at = min(self._stop, when + (1 + r.share() * (w.days - 4)) * DAY)
                heirs -= 1
                queue.insert(0, (self._account(until + (1 + r.share() * 5) * HOUR), until + 7 * HOUR))
            left -= self._use(account, when, until)

    def _account(self, created_at: float) -> Account:
        r = self.w.r
        made = self.w.account(
            self.pool.crowd, campaign=self.pool.campaign, created_at=created_at, api=True, temperature=0.7, max_tokens=8192,
            client=self._client, mail=r.pick([*THROWAWAY, "gmail.com", "outlook.com"]), pay=r.pick(self._cards), phone=None,
            verified=False, plan="payg",
        )
        made.homes, made.mobile_share, made.tunnel, made.model = made.homes[:1], 0.0, None, REASONING
        self.accounts.append(made)
        return made

    def _use(self, account: Account, when: float, until: float) -> int:
        """Ask at an even pace, day and night; how many requests that were."""
        w, r = self.w, self.w.r
        share = self._budget / self.size * 1.05 / max(1, (until - when) / DAY) * 1.1
        rate = max(4, min(r.around(self._rate, 0.12 * self._rate), share))
        used = 0
        while when < min(until - 60, w.end - 120):
            turns = [turn for turn in self._turns(account, when) if _alive(turn)]
            w.converse(turns, self._system, REASONING)
            used += len(turns)
            when += r.wait(DAY / rate)
        return used

    def _turns(self, account: Account, when: float) -> list[Turn]:
        w, r = self.w, self.w.r
        task, answer = self.pool.draw(w)
        if r.chance(self.pool.graded):
            prompt = f"{GRADE}\n\nQuestion: {task}\nCandidate: {w.talk.steps(task, 2)}"
            scores = f"Correctness {r.whole(2, 9)}, reasoning {r.whole(2, 9)}, clarity {r.whole(4, 9)}."
            turns = [Turn(account, when, prompt, f"{scores} {answer}")]
        else:
            turns = [Turn(account, when, task, f"<think>{w.talk.steps(task, 4 + r.whole(0, 4))}</think> {answer}")]
        if r.chance(0.12):
            who = r.pick(self.accounts) if r.chance(0.4) else account
            turns.append(Turn(who, when + 20 + r.wait(60), EXPAND, w.talk.steps(task, 6)))
        return turns


def _alive(turn: Turn) -> bool:
    banned_at = turn.who.banned_at
    return turn.when > turn.who.created_at and (banned_at is None or turn.when < banned_at)


def sums(w: Holm) -> None:
    """Word problems with traces, a third of them as answers to be graded: 50 to 78 accounts."""
    Operator(w, Pool("sum_traces", "operator_math", 0.35, lambda w: w.talk.problem()), w.r.whole(50, 78)).harvest()


def tasks(w: Holm) -> None:
    """Tasks about programs, data and short texts with traces: 50 to 78 accounts."""
    Operator(w, Pool("task_traces", "operator_code", 0.0, lambda w: w.talk.task()), w.r.whole(50, 78)).harvest()

"""Decides about questions, from the snapshot, rate windows and earlier answers. No I/O."""

import math
from urllib.parse import quote

from stillwatch.serve.clock import Clock
from stillwatch.serve.counters import Replays
from stillwatch.serve.decisions import NAMES, UNAVAILABLE, Action, Decision, Entry, Question
from stillwatch.serve.snapshot import Snapshot, key64
from stillwatch.throttling.rates import Throttle

ALLOW_TTL_S = 5.0
"""How long a gateway may reuse an allow of an account without an entry, seconds."""
LINKS = 1 << 14
"""Capacity of the cache of links to cases, since building a link takes as long as deciding; emptied when full."""


class Decider:
    """Answers questions from its current snapshot."""

    def __init__(
        self, *, enforce: bool = False, case_url: str = "", fail_closed: frozenset[str] = frozenset(),
        clock: Clock | None = None,
    ) -> None:
        """Start without a snapshot.

        Args:
            enforce: False: shadow mode for all entries.
            case_url: address of the provider's page for refused customers, with ``{case_id}`` in it; clients see it. Empty: no link.
            fail_closed: surfaces that refuse if nothing can be decided. All others let requests through, and so do these in shadow mode.
            clock: the clock by which entries expire; None: a new one.
        """
        self.snapshot: Snapshot | None = None
        self.clock = clock or Clock()
        self._enforce, self._case_url, self.fail_closed = enforce, case_url, fail_closed
        self._mode = "enforce" if enforce else "shadow"
        self.throttle: Throttle[int] = Throttle()
        self.shadow: Throttle[int] = Throttle()  # separate, so that requests in shadow mode do not use up enforced rates
        self._replays = Replays()
        self._links: dict[str, str] = {}

    def decide(self, question: Question) -> tuple[Decision, bool]:
        """The decision, and whether it repeats the earlier one of the same request."""
        snapshot = self.snapshot
        if snapshot is None:
            return self.unavailable(question), False
        keys = [[key64(identifier) for identifier in principal] for principal in question.who]
        # all principals: an answer holds for no other set of them
        replay = (tuple(map(tuple, keys)), question.request_id) if question.idempotent and question.request_id else None
        at = self.clock.steady()
        if replay is not None:
            earlier = self._replays.get(replay, at)
            if earlier is not None:
                return earlier, True
        entry, question.decided_by = self._entry(snapshot, keys, self.clock.at(at))
        if entry is None or entry.action == Action.ALLOW:
            decision = Decision(
                "allow", "allow", self._mode, ttl_s=ALLOW_TTL_S, revision=snapshot.revision, request_id=question.request_id
            )
        else:
            decision = self._apply(entry, keys[question.decided_by[0]][0], snapshot.revision, question.request_id, at)
            if decision.decision == "restrict":
                refusal = self._other_refusal(question, snapshot, keys, at)
                if refusal is not None:
                    decision = refusal
                elif not question.restricts:
                    decision.decision = "allow"  # what happens; ``would`` names the action
        if replay is not None:
            self._replays.put(replay, decision, at)
        return decision, False

    def unavailable(self, question: Question, reason: str = UNAVAILABLE) -> Decision:
        """The answer of the surface's fail mode, if nothing can be decided; in shadow mode ``would`` holds it."""
        would = "unavailable" if question.surface in self.fail_closed else "allow"
        decision = would if self._enforce else "allow"
        wait_s = int(decision == "unavailable")
        return Decision(decision, would, self._mode, reasons=(reason,), request_id=question.request_id, retry_after_s=wait_s)

    def _entry(self, snapshot: Snapshot, keys: list[list[int]], now: float) -> tuple[Entry | None, tuple[int, int]]:
        """The most severe entry over all principals, and its place (principal, identifier).

        An enforced allow overrides the other entries of its principal.
        """
        best, whose = None, (0, 0)
        for place, principal in enumerate(keys):
            found = [(i, entry) for i, key in enumerate(principal) if (entry := snapshot.find(key, now)) is not None]
            if any(entry.action == Action.ALLOW and entry.enforce for _, entry in found):
                continue
            for i, entry in found:
                if best is None or entry.severity > best.severity:
                    best, whose = entry, (place, i)
        return best, whose

    def _other_refusal(self, question: Question, snapshot: Snapshot, keys: list[list[int]], at: float) -> Decision | None:
        """The refusal of a restricted request by another entry, or None: a throttle, or also a challenge if the surface cannot restrict."""
        wanted = (Action.THROTTLE,) if question.restricts else (Action.CHALLENGE, Action.THROTTLE)
        best, whose = None, (0, 0)
        for place, principal in enumerate(keys):
            found = [(i, entry) for i, key in enumerate(principal) for entry in snapshot.enforced_of(key, self.clock.at(at))]
            if any(entry.action == Action.ALLOW for _, entry in found):
                continue
            for i, entry in found:
                if entry.action in wanted and (best is None or entry.severity > best.severity):
                    best, whose = entry, (place, i)
        if best is None:
            return None
        decision = self._apply(best, keys[whose[0]][0], snapshot.revision, question.request_id, at)
        if not decision.refused:
            return None
        question.decided_by = whose
        return decision

    def _apply(self, entry: Entry, key: int, revision: str, request_id: str, at: float) -> Decision:
        """The decision that an entry leads to; counts the request in the rate window of a throttle."""
        would, wait_s = NAMES[entry.action], 0.0
        enforced = entry.enforce and self._enforce
        if entry.action == Action.OBSERVE:
            would = "allow"
        elif entry.action == Action.THROTTLE:
            throttle = self.throttle if enforced else self.shadow
            wait_s = throttle.wait_s(key, entry.rate_per_min, entry.case_id, entry.case_rate_per_min, at)
            would = "throttle" if wait_s else "allow"
        decision = Decision(
            would if enforced else "allow", would, "enforce" if enforced else "shadow", (entry.reason_code,),
            entry.case_id, self._link(entry.case_id), entry.policy_version, revision=revision, request_id=request_id,
        )
        if not enforced:
            return decision
        if would == "throttle":
            decision.retry_after_s = max(1, math.ceil(min(wait_s, entry.expires_at - self.clock.at(at))))
        elif would == "restrict":
            decision.max_tokens = entry.max_tokens
            decision.drop_reasoning, decision.drop_logprobs = not entry.reasoning, not entry.logprobs
        elif would == "challenge":
            decision.verify_url = entry.verify_url or decision.case_url
        return decision

    def _link(self, case_id: str) -> str:
        if not case_id or not self._case_url:
            return ""
        link = self._links.get(case_id)
        if link is None:
            if len(self._links) >= LINKS:
                self._links.clear()
            link = self._links[case_id] = self._case_url.replace("{case_id}", quote(case_id, safe=""))
        return link

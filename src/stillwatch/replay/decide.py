"""What a policy decides after a step, from the findings of detection alone, never from the truth."""

import math
from dataclasses import dataclass, field
from typing import Any

from stillwatch.judge import DAY_US, HOUR_US
from stillwatch.replay.branch import Branch
from stillwatch.replay.policy import ACTIONS, Policy, Rung
from stillwatch.respond.matching import KnownCase, NewCampaign, match


@dataclass
class Case:
    """A campaign that is followed from step to step, matched by shared accounts."""

    name: str
    first_us: int
    accounts: set[int]
    findings: int = 0
    """Number of steps that found it."""
    last: dict[str, Any] = field(default_factory=dict)
    """Its row in the last step that found it."""
    last_us: int | None = None
    """Time of this step, us."""


@dataclass
class Desk:
    """State of one policy: cases and counts so far."""

    policy: Policy
    cases: list[Case] = field(default_factory=list)
    listed: list[Case] = field(default_factory=list)
    """Cases of campaigns and groups for review, for policies that act on groups for review."""
    findings: dict[int, int] = field(default_factory=dict)
    """Account code -> number of steps that accused it."""
    last_us: int | None = None
    """Start of the actions that were decided last, us."""

    def take(self, step: dict[str, Any], at_us: int, branch: Branch) -> None:
        """Process a step's findings, and act on the branch.

        Args:
            step: findings, as from :func:`stillwatch.replay.step.look`.
            at_us: time of the step, us.
            branch: the course of events to act on.
        """
        campaigns = [row for row in step["found"] if row["verdict"] == "campaign"]
        codes = {row["campaign_id"]: branch.codes(row["accounts"]) for row in campaigns}
        for row in campaigns:
            for code in codes[row["campaign_id"]]:
                self.findings[code] = self.findings.get(code, 0) + 1
        case_of = self._file(campaigns, codes, self.cases, at_us, branch)
        hold_us = at_us + round(self.policy.review_hours * HOUR_US)
        wanted: dict[str, list[int]] = {}
        ladder = self.policy.ladder
        if self.policy.act_on == "campaign":
            for findings, members in self._reviewed(step, at_us, branch):
                self._want(wanted, members, self.policy.review_ladder, findings, branch)
            for case, members in self._continued(step, branch):
                self._want(wanted, members, ladder, case.findings, branch)
            for row in campaigns:
                self._want(wanted, codes[row["campaign_id"]], ladder, case_of[row["campaign_id"]].findings, branch)
        elif self.policy.act_on == "account":
            ranked = sorted(
                (-score, name, code)
                for row in campaigns
                for score, name, code in zip(row["scores"], row["accounts"], codes[row["campaign_id"]], strict=True)
            )
            n_left = self._left(hold_us, branch)
            for *_, code in ranked:
                if sum(map(len, wanted.values())) < n_left:
                    self._want(wanted, [code], ladder, self.findings[code], branch)
        for action in ACTIONS:
            if wanted.get(action):
                branch.act(hold_us, action, wanted[action], self._cases())
        self.last_us = hold_us

    def _left(self, hold_us: int, branch: Branch) -> float:
        """How many accounts can be acted on now: ``per_day`` for each day since the last step, at least one, less those of the last day."""
        if self.policy.per_day is None:
            return math.inf
        since_us = DAY_US if self.last_us is None else max(DAY_US, hold_us - self.last_us)
        lately = sum(len(names) for at_us, _, names in branch.actions if at_us > hold_us - DAY_US)
        return self.policy.per_day * since_us // DAY_US - lately

    def _cases(self) -> dict[int, str]:
        """Account code -> its campaign; of several, the newest."""
        return {code: case.name for case in self.cases for code in case.accounts}

    def _reviewed(self, step: dict[str, Any], at_us: int, branch: Branch) -> list[tuple[int, list[int]]]:
        """(number of steps that found it, accounts) of each group for review, if the policy acts on these."""
        if not self.policy.review_ladder:
            return []
        codes = {row["campaign_id"]: branch.codes(row["accounts"]) for row in step["found"]}
        case_of = self._file(step["found"], codes, self.listed, at_us, branch)
        names = [row["campaign_id"] for row in step["found"] if row["verdict"] == "review"]
        return [(case_of[name].findings, codes[name]) for name in names]

    def _continued(self, step: dict[str, Any], branch: Branch) -> list[tuple[Case, list[int]]]:
        """(case, accounts) of each group for review that continues a confirmed campaign."""
        reviews = [row for row in step["found"] if row["verdict"] == "review"]
        if not (self.policy.follow_review and self.policy.ladder and reviews):
            return []
        enough = max(rung.after for rung in self.policy.ladder)
        confirmed = [case for case in self.cases if case.findings >= enough]
        matched = self._match(reviews, confirmed, branch)
        return [
            (confirmed[matched[row["campaign_id"]]], branch.codes(row["accounts"]))
            for row in reviews
            if row["campaign_id"] in matched
        ]

    def _match(self, rows: list[dict[str, Any]], cases: list[Case], branch: Branch) -> dict[str, int]:
        """Campaign id of a find -> index of its case, as ``stillwatch cases import`` matches them."""
        found = [NewCampaign(row["campaign_id"], frozenset(row["accounts"]), frozenset()) for row in rows]
        known = [
            KnownCase(str(i), frozenset(branch.name(code) for code in case.accounts), frozenset())
            for i, case in enumerate(cases)
        ]
        return {name: int(made.case_id) for name, made in match(found, known).items()}

    def _want(self, wanted: dict[str, list[int]], codes: list[int], ladder: tuple[Rung, ...], findings: int, branch: Branch) -> None:
        """Add accounts to ``wanted`` under the strictest action for so many findings, unless they are under it or a stricter one."""
        reached = [ACTIONS.index(rung.action) for rung in ladder if rung.after <= findings]
        if reached:
            level = max(reached)
            wanted.setdefault(ACTIONS[level], []).extend(code for code in codes if branch.level.get(code, -1) < level)

    def _file(
        self, found: list[dict[str, Any]], codes: dict[str, list[int]], cases: list[Case], at_us: int, branch: Branch
    ) -> dict[str, Case]:
        """Campaign id of a find -> its case; a find that matches none is added to ``cases``."""
        matched = self._match(found, cases, branch)
        case_of = {}
        for row in found:
            name, members = row["campaign_id"], codes[row["campaign_id"]]
            if name in matched:
                case = cases[matched[name]]
            else:
                case = Case(name, at_us, set())
                cases.append(case)
            case.accounts |= set(members)
            case.findings += 1
            case.last, case.last_us = row, at_us
            case_of[name] = case
        return case_of

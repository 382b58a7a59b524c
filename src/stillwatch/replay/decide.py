"""What a policy decides after a step. It knows what detection said, and never the truth."""

import math
from dataclasses import dataclass, field
from typing import Any

from stillwatch.judge import DAY_US, HOUR_US
from stillwatch.replay.branch import Branch
from stillwatch.replay.policy import ACTIONS, Policy, Rung
from stillwatch.respond.matching import KnownCase, NewCampaign, match


@dataclass
class Case:
    """A campaign as it is followed from step to step, by the accounts that it shares with what was known."""

    name: str
    first_us: int
    accounts: set[int]
    findings: int = 0
    last: dict[str, Any] = field(default_factory=dict)
    """As it was found last."""


@dataclass
class Desk:
    """Cases and counts of one policy so far."""

    policy: Policy
    cases: list[Case] = field(default_factory=list)
    listed: list[Case] = field(default_factory=list)
    """The same of campaigns and groups for review alike, where policies act on these."""
    findings: dict[int, int] = field(default_factory=dict)
    """Of each account."""
    last_us: int | None = None
    """When what was decided last holds from."""

    def take(self, step: dict[str, Any], at_us: int, branch: Branch) -> None:
        """Take a step's findings in and act on the branch."""
        sure = [row for row in step["found"] if row["verdict"] == "campaign"]
        codes = {row["campaign_id"]: branch.codes(row["accounts"]) for row in sure}
        for row in sure:
            for code in codes[row["campaign_id"]]:
                self.findings[code] = self.findings.get(code, 0) + 1
        case_of = self._file(sure, codes, self.cases, at_us, branch)
        hold_us = at_us + round(self.policy.review_hours * HOUR_US)
        wanted: dict[str, list[int]] = {}
        ladder = self.policy.ladder
        if self.policy.act_on == "campaign":
            for findings, members in self._reviewed(step, at_us, branch):
                self._want(wanted, members, self.policy.review_ladder, findings, branch)
            for case, members in self._continued(step, branch):
                self._want(wanted, members, ladder, case.findings, branch)
            for row in sure:
                self._want(wanted, codes[row["campaign_id"]], ladder, case_of[row["campaign_id"]].findings, branch)
        elif self.policy.act_on == "account":
            ranked = sorted(
                (-score, name, code)
                for row in sure
                for score, name, code in zip(row["scores"], row["accounts"], codes[row["campaign_id"]], strict=True)
            )
            left = self._left(hold_us, branch)
            for *_, code in ranked:
                if sum(map(len, wanted.values())) < left:
                    self._want(wanted, [code], ladder, self.findings[code], branch)
        for action in ACTIONS:
            if wanted.get(action):
                branch.act(hold_us, action, wanted[action], self._cases())
        self.last_us = hold_us

    def _left(self, hold_us: int, branch: Branch) -> float:
        """Accounts that can be acted on now: those of a day, or of the days since the step before, less those of the last 24 hours."""
        if self.policy.per_day is None:
            return math.inf
        since_us = DAY_US if self.last_us is None else max(DAY_US, hold_us - self.last_us)
        lately = sum(len(names) for at_us, _, names in branch.actions if at_us > hold_us - DAY_US)
        return self.policy.per_day * since_us // DAY_US - lately

    def _cases(self) -> dict[int, str]:
        """The campaign of each account that is in one; of several, the one found last."""
        return {code: case.name for case in self.cases for code in case.accounts}

    def _reviewed(self, step: dict[str, Any], at_us: int, branch: Branch) -> list[tuple[int, list[int]]]:
        """Groups for review, and in how many steps each was listed or found, where the policy acts on them."""
        if not self.policy.review_ladder:
            return []
        codes = {row["campaign_id"]: branch.codes(row["accounts"]) for row in step["found"]}
        case_of = self._file(step["found"], codes, self.listed, at_us, branch)
        names = [row["campaign_id"] for row in step["found"] if row["verdict"] == "review"]
        return [(case_of[name].findings, codes[name]) for name in names]

    def _continued(self, step: dict[str, Any], branch: Branch) -> list[tuple[Case, list[int]]]:
        """Groups for review that are a campaign which people have confirmed, with its case."""
        listed = [row for row in step["found"] if row["verdict"] == "review"]
        if not (self.policy.follow_review and self.policy.ladder and listed):
            return []
        enough = max(rung.after for rung in self.policy.ladder)
        confirmed = [case for case in self.cases if case.findings >= enough]
        matched = self._match(listed, confirmed, branch)
        return [
            (confirmed[matched[row["campaign_id"]]], branch.codes(row["accounts"]))
            for row in listed
            if row["campaign_id"] in matched
        ]

    def _match(self, rows: list[dict[str, Any]], cases: list[Case], branch: Branch) -> dict[str, int]:
        """Place of the case that each find is, as ``stillwatch cases import`` would match them."""
        found = [NewCampaign(row["campaign_id"], frozenset(row["accounts"]), frozenset()) for row in rows]
        known = [
            KnownCase(str(i), frozenset(branch.name(code) for code in case.accounts), frozenset())
            for i, case in enumerate(cases)
        ]
        return {name: int(made.case_id) for name, made in match(found, known).items()}

    def _want(self, wanted: dict[str, list[int]], codes: list[int], ladder: tuple[Rung, ...], findings: int, branch: Branch) -> None:
        """Note the strictest action that so many findings allow, for accounts that are not under it."""
        reached = [ACTIONS.index(rung.action) for rung in ladder if rung.after <= findings]
        if reached:
            level = max(reached)
            wanted.setdefault(ACTIONS[level], []).extend(code for code in codes if branch.level.get(code, -1) < level)

    def _file(
        self, found: list[dict[str, Any]], codes: dict[str, list[int]], cases: list[Case], at_us: int, branch: Branch
    ) -> dict[str, Case]:
        """The case of every find; a new one among ``cases`` where none matches."""
        matched = self._match(found, cases, branch)
        out = {}
        for row in found:
            name, members = row["campaign_id"], codes[row["campaign_id"]]
            if name in matched:
                case = cases[matched[name]]
            else:
                case = Case(name, at_us, set())
                cases.append(case)
            case.accounts |= set(members)
            case.findings += 1
            case.last = row
            out[name] = case
        return out

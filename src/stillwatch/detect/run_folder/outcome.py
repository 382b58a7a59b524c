"""What detection found, before it is written."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stillwatch import group, judge

I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Outcome:
    """All that detection found, ready to be written."""

    scene: judge.Scene
    model: judge.Model
    values: dict[str, NDArray[np.float64]]
    findings: dict[str, judge.Finding]
    verdicts: judge.Verdicts
    final: group.Groups
    """Campaigns, then groups to review."""
    lead: I64
    """Leading group of each of them, ``(final.n,)``."""
    n_campaigns: int
    """The first so many of ``final`` are campaigns."""
    watch: judge.Watch
    shared: dict[str, I64]
    """What accounts share by view, columns as of :func:`stillwatch.link.mark_counts`."""
    tally: judge.Tally
    carried: dict[int, dict[str, I64]]
    """Sketch column -> habitual carriers of its objects."""
    harvested: list[NDArray[np.bool_]]
    """Per batch of events: whether each is harvest."""
    owner: list[I64]
    """Per batch of events: number of the campaign or group of the event's account, -1 for none."""
    reported: frozenset[str]
    """Columns of :data:`stillwatch.link.OPTIONAL_COLUMNS` that any request has a value in."""

    @cached_property
    def suspicion(self) -> NDArray[np.float64]:
        """How much each group looks like an operator's, ``(n_groups,)``: :func:`stillwatch.judge.suspicion`."""
        return judge.suspicion(self.values, self.verdicts, self.model)

    def account_scores(self) -> NDArray[np.float64]:
        """Score of every account seen, ``(n_accounts,)``: :func:`stillwatch.judge.account_scores`."""
        campaign = self.final.labels(self.scene.people.n)
        return judge.account_scores(self.scene, self.suspicion, self.verdicts, campaign, self.lead, self.n_campaigns)

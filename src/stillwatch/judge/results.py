"""The tables of a run: campaigns with their details, and a verdict for every account."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from stillwatch.judge.conduct import CONDUCT
from stillwatch.judge.evidence import EVIDENCE, Finding, mostly_alike
from stillwatch.judge.harvest import Tally
from stillwatch.judge.lines import YARDSTICK, line_class
from stillwatch.judge.link_graph import Pairs, link_graph
from stillwatch.judge.linkage import partner_campaigns
from stillwatch.judge.model import Model
from stillwatch.judge.people import DAY_US, HOUR_US, UNKNOWN
from stillwatch.judge.pieces import JOINT_SENTENCES, alike, usual_mix
from stillwatch.judge.reasons import REASONS, TREES
from stillwatch.judge.sample import in_all
from stillwatch.judge.scene import Scene
from stillwatch.judge.verdict import FAMILIES, Verdicts
from stillwatch.judge.verdict_words import changes
from stillwatch.judge.watch import look_alikes, yardstick
from stillwatch.run_details import ACCOUNT_REASON_PREFIX, LINK_WORDS, MEDIAN_ACCOUNT_WORDS, NO_LINK_WORDS, SAMPLED, observed_and_expected
from stillwatch.tables import ACCOUNT_VERDICTS, CAMPAIGNS, CAPABILITIES
from stillwatch.terminal.counting import number_of

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

SHOWN_ACCOUNTS, SHOWN_OBJECTS = 120, 20
"""Most accounts and most shared objects in a campaign's pictures."""


@dataclass(frozen=True)
class Found:
    """Campaigns, then groups to review, in the order of the table."""

    campaign: I64
    """Campaign or review number of each account, -1 for none, ``(n_accounts,)``."""
    lead: I64
    """Leading group of each, ``(n_found,)``."""
    n_campaigns: int
    """The first ``n_campaigns`` are campaigns, the rest are for review."""
    linked: dict[str, Pairs]
    """View -> linked pairs of accounts within campaigns and groups."""
    marks: list[list[tuple[str, int, int, float, int]]]
    """Per campaign: (view, object, its accounts that left the object, accounts expected by chance, their requests), most accounts first."""


def names(scene: Scene, found: Found) -> list[str]:
    """A stable identifier for each campaign and group to review: the hash of its accounts."""
    ids = scene.people.ids
    out = []
    for number in range(len(found.lead)):
        members = ids.take(pa.array(np.flatnonzero(found.campaign == number))).to_pylist()
        out.append("c-" + hashlib.sha256("\n".join(members).encode()).hexdigest()[:12])
    return out


COMPUTED = {
    "context.alike": alike, "context.mostly_alike": mostly_alike, "context.look_alikes": look_alikes, YARDSTICK: yardstick,
    "context.usual_mix": usual_mix,
}
"""Pieces that are neither evidence nor conduct, by the function whose docstring describes them."""


def _sentence(name: str) -> str:
    """The sentence that an analyst reads for a piece: the first paragraph of its function's docstring."""
    if name in JOINT_SENTENCES:
        return JOINT_SENTENCES[name]
    piece = EVIDENCE.get(name) or CONDUCT.get(name) or COMPUTED[name]
    doc = piece.__doc__ or name
    return " ".join(doc.split("\n\n")[0].split())


def evidence_rows(
    values: dict[str, F64], findings: dict[str, Finding], model: Model, group: int, one_in: int = 1
) -> tuple[float, list[dict[str, Any]]]:
    """The waterfall of a group: its base, and a row for each piece with the observed and expected figures, strongest first.

    Pieces that other parts use have rows as well. Pieces measured on a sample say so, unless the sample is everything.

    Args:
        values: value of each piece, ``(n_groups,)``.
        findings: the findings behind the values that are evidence.
        model: the calibrated weights.
        group: index of the group.
        one_in: the sample kept one value in so many.

    Returns:
        The base, nats, and the rows.
    """
    (base, bars), rows = model.bars(values, group), []
    for name, bar in (dict.fromkeys((*REASONS, YARDSTICK, *model.pieces), 0.0) | bars).items():
        value = float(values[name][group])
        row: dict[str, Any] = {"name": name, "family": name.split(".")[0], "log_odds": round(bar, 4), "value": round(value, 4)}
        if name in findings:
            finding = findings[name]
            observed, expected, p = (float(x[group]) for x in (finding.observed, finding.expected, finding.p_value))
            row |= {
                "sentence": _sentence(name), "observed": _plain(observed), "expected": _plain(expected),
                "p_value": _plain(p), "blind": bool(np.isnan(observed)),
            }
            if finding.window is not None and (days := int(finding.window[0][group])):
                row |= {"days": days, "start": f"{datetime.fromtimestamp(int(finding.window[1][group]) / 1e6, UTC):%Y-%m-%d}"}
        else:
            row |= {"sentence": _sentence(name), "observed": _plain(value), "expected": _plain(model.usual.get(name, 0.0))}
        if one_in > 1 and name in SAMPLED:
            row["sampled_one_in"] = one_in
            if name in findings and (sampled := findings[name].sampled) is not None:
                seen, squares, most = (float(x[group]) for x in sampled)
                row |= {"in_all": [_plain(end) for end in in_all(seen, squares, one_in, most)]} if seen > 0 else {}
        rows.append(row)
    return round(base, 4), sorted(rows, key=lambda row: -abs(row["log_odds"]))


def sampled_one_in(scene: Scene, group: int) -> int:
    """The sample kept one value in so many of a group; 1 means all."""
    return int(np.nan_to_num(scene.sample.one_in[group], nan=1.0))


def _plain(x: float) -> float | None:
    """A number for JSON, with six digits; None where it is not finite."""
    return None if not np.isfinite(x) else float(f"{x:.6g}")


LESS = ("timing.one_rhythm", "volume.even_load", "content.one_mix", "content.one_length", "content.queue")
"""Pieces that speak for a group where less is observed than expected."""


def reasons(evidence: list[dict[str, Any]]) -> list[str]:
    """Up to five sentences for the accounts of a group, strongest first: findings of :func:`evidence_rows` beyond what is expected."""
    rows = [row for row in evidence if row["log_odds"] > 0.05 and "p_value" in row and _beyond(row)]
    return [f"{row['sentence']} ({observed_and_expected(row, _short)})" for row in rows[:5]]


def _beyond(row: dict[str, Any]) -> bool:
    """Whether more was observed than expected, or less for pieces of LESS; True where either is unknown."""
    observed, expected = row["observed"], row["expected"]
    return None in (observed, expected) or (observed < expected if row["name"] in LESS else observed > expected)


def explanations(verdicts: Verdicts, group: int) -> list[dict[str, Any]]:
    """Innocent hypotheses of one group, the one that fits best first."""
    ranked = sorted(((name, float(score[group])) for name, score in verdicts.explanations.items()), key=lambda x: (-x[1], x[0]))
    return [{"hypothesis": name, "score": round(score, 4)} for name, score in ranked]


def _short(x: float | None) -> str:
    return "nothing" if x is None else f"{x:,.0f}" if abs(x) >= 100 else f"{x:.3g}"


def _downsample(series: I64, step: int) -> list[int]:
    """Sums of every ``step`` values, the last of fewer."""
    padded = np.pad(series, (0, -len(series) % step))
    return [int(x) for x in padded.reshape(-1, step).sum(axis=1)]


OF_BROAD_WORK = " Its work is of many kinds; innocents who work alike mostly do one, so it is held against innocents of such work alone."
"""Said of a group of class 1 (:func:`.line_class`) where that class has its own lines."""


def far_out(values: dict[str, F64], model: Model, group: int) -> str:
    """A sentence for a group that is accused for lying beyond the others of its log; empty for any other."""
    of_group = {name: value[group : group + 1] for name, value in values.items()}
    assessment = model.assess(of_group)
    if model.forest is None or not assessment.beyond_log[0] or assessment.score[0] < 0:
        return ""
    nats = float(model.by_trees(of_group)[0] - of_group[YARDSTICK][0])
    sentence = f" What its accounts do combines as in hardly any other group of this log: it lies {nats:.1f} nats beyond the next ones."
    # Where its class has no line for the part, that of class 0 applied.
    number, part = int(line_class(of_group)[0]), int(assessment.part[0])
    own_line = part == -2 or (TREES, *model.parts)[part + 1] in model.forest.lines[number].parts
    return sentence + (OF_BROAD_WORK if number == 1 and own_line else "")


def details(
    scene: Scene, found: Found, number: int, values: dict[str, F64], findings: dict[str, Finding], model: Model,
    verdicts: Verdicts, tally: Tally, labels: dict[int, str],
) -> dict[str, Any]:
    """Everything that the report shows of one campaign or group to review; written to the column ``details`` as JSON."""
    group = int(found.lead[number])
    members = np.flatnonzero(found.campaign == number)
    bans = scene.people.banned_us[members]
    ids = scene.people.ids
    nodes, edges, totals = link_graph(members, found.linked)
    rows = np.intersect1d(members, tally.shown)
    rows = rows[np.argsort(scene.people.first_us[rows], kind="stable")]
    accused, families = number < found.n_campaigns, speaking_families(verdicts, group)
    n_harvested, n_events = int(tally.harvested[number].sum()), int(scene.people.n_events[members].sum())
    harvest = f"{n_harvested:,} of their {n_events:,} requests"
    one_in = sampled_one_in(scene, group)
    base, evidence = evidence_rows(values, findings, model, group, one_in)
    return {
        "title": f"{len(members):,} accounts, " + (f"{n_harvested:,} harvested exchanges" if accused else f"{n_events:,} requests"),
        "sentence": (
            f"{len(members):,} accounts act as one {'campaign' if accused else 'group'}: {', '.join(families) or 'no family'} "
            f"{'speak' if len(families) > 1 else 'speaks'} for it"
            + (f", and {harvest} are taken for harvest." if accused else f". Were it a campaign, {harvest} would be taken for harvest.")
            + far_out(values, model, group)
        ),
        "n_leading": int(scene.size[group]),
        "n_leading_events": int(scene.total(scene.of_members(scene.people.n_events) * scene.seen)[group]),
        "n_marked": int(scene.events[group]),
        "sampled_one_in": one_in,
        "evidence": evidence, "bias_log_odds": base,
        "objects": [
            {
                "view": view, "object": f"{key & (1 << 64) - 1:016x}", "accounts": accounts,
                "expected_accounts": round(expected, 3), "events": events,
            }
            for view, key, accounts, expected, events in found.marks[number][:SHOWN_OBJECTS]
        ],
        "n_objects": len(found.marks[number]),
        "timeline": {
            "start_hour": tally.start_hour, "step_hours": tally.step_hours,
            "harvested": _downsample(tally.harvested[number], tally.step_hours),
            "other": _downsample(tally.other[number], tally.step_hours),
        },
        "activity": {
            "accounts": ids.take(pa.array(rows)).to_pylist(), "start_hour": tally.start_hour, "step_hours": tally.step_hours,
            "counts": tally.activity[np.searchsorted(tally.shown, rows)].tolist(),
        },
        "graph": {"nodes": ids.take(pa.array(nodes)).to_pylist(), "edges": edges, "totals": totals},
        "pathways": {labels.get(key, "not told"): n for key, n in sorted(tally.paths[number].items(), key=lambda item: -item[1])},
        "bans": sorted({int(x) // HOUR_US for x in bans[bans != UNKNOWN].tolist()}),
        "changes": changes(values, model, verdicts, group),
    }


def speaking_families(verdicts: Verdicts, group: int) -> list[str]:
    """Names of the families that speak for a group."""
    return [FAMILIES[i] for i in np.flatnonzero(verdicts.families[group])]


def campaign_table(
    scene: Scene, found: Found, verdicts: Verdicts, tally: Tally, identifiers: list[str], details_of: list[dict[str, Any]],
    lineage: list[str | None],
) -> pa.Table:
    """The table of campaigns and of groups to review."""
    rows = []
    for number, group in enumerate(found.lead):
        members = found.campaign == number
        harvested = int(tally.harvested[number].sum())
        shares = tally.capabilities[number] / max(harvested, 1)
        rows.append(
            {
                "campaign_id": identifiers[number],
                "verdict": "campaign" if number < found.n_campaigns else "review",
                "score": float(verdicts.log_odds[group]),
                "q_value": float(verdicts.q_value[group]),
                "n_accounts": int(members.sum()),
                "n_events": int(scene.people.n_events[members].sum()),
                "n_harvested": harvested,
                **dict(zip(("harvested_low", "harvested_high"), tally.between[number].tolist(), strict=True)),
                "first_seen": int(tally.first_us[number]) if harvested else None,
                "last_seen": int(tally.last_us[number]) if harvested else None,
                "views": speaking_families(verdicts, int(group)),
                "capabilities": dict(zip(CAPABILITIES, (round(float(x), 6) for x in shares), strict=True)),
                "output_tokens": int(tally.output_tokens[number]),
                "explanations": explanations(verdicts, group),
                "lineage": lineage[number],
                "details": json.dumps(details_of[number], sort_keys=True),
            }
        )
    return pa.Table.from_pylist(rows, schema=CAMPAIGNS.schema)


def of_itself(scene: Scene, found: Found) -> dict[int, str]:
    """Code of each account of a campaign or group -> a sentence with its requests and days, the median account's, and its links."""
    accounts = np.flatnonzero(found.campaign >= 0)
    views = dict(zip(("session.handoff", *scene.identities), partner_campaigns(scene, found.campaign), strict=True))
    link_words = np.array([LINK_WORDS[view] for view in views], dtype=object)
    linked_by = np.stack([partner[accounts] == found.campaign[accounts] for partner in views.values()], axis=1)
    days = (scene.people.last_us - scene.people.first_us) / DAY_US
    medians = {}
    for number in range(len(found.lead)):
        members = found.campaign == number
        medians[number] = float(np.median(scene.people.n_events[members])), float(np.median(days[members]))
    out = {}
    for account, number, linked in zip(accounts.tolist(), found.campaign[accounts].tolist(), linked_by, strict=True):
        median_requests, median_days = medians[number]
        *others, last = link_words[linked] if linked.any() else (NO_LINK_WORDS,)
        shares = f"{', '.join(others)} and {last}" if others else last
        out[account] = (
            f"{ACCOUNT_REASON_PREFIX}: {number_of(int(scene.people.n_events[account]), 'request')} within {days[account]:.1f} days "
            f"({MEDIAN_ACCOUNT_WORDS} {median_requests:,.0f} requests within {median_days:.1f} days); it shares {shares} with others here"
        )
    return out


def account_table(scene: Scene, found: Found, score: F64, identifiers: list[str], reasons_of: list[list[str]]) -> pa.Table:
    """The verdict on every account seen, sorted by account.

    An account's reasons are those of its campaign or group, and one :func:`of_itself`.

    Args:
        scene: the run.
        found: the campaigns and groups to review.
        score: of each account, ``(n_accounts,)``.
        identifiers: :func:`names`.
        reasons_of: :func:`reasons` of each campaign and group.
    """
    number, own = found.campaign, of_itself(scene, found)
    verdict = np.where(number < 0, "clear", np.where(number < found.n_campaigns, "campaign", "review"))
    return pa.table(
        {
            "account_id": scene.people.ids,
            "verdict": pa.array(verdict, pa.string()),
            "campaign_id": pa.array([identifiers[i] if i >= 0 else None for i in number.tolist()], pa.string()),
            "score": score,
            "reasons": pa.array(
                [[*reasons_of[i], own[account]] if i >= 0 else [] for account, i in enumerate(number.tolist())], pa.list_(pa.string())
            ),
        },
        schema=ACCOUNT_VERDICTS.schema,
    )

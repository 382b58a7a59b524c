"""Compute the verdict of a packet again, from what is in it, by the functions that detection uses.

The score and the families come from the values of the evidence and the model of the packet. Values that the run did not
keep (of the pieces that did not speak) count as zero. False-discovery control compares with the other groups that the run
found, which the packet holds without their accounts; the groups that the run looked at and let go are not in it. The
counts come from the rows of accounts, harvest, events and traces, and what the manifest says was erased since. What the
campaign tells of its evidence must be what groups.json tells and what the model gives, and add up to the score.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from stillwatch import judge, run_details
from stillwatch.errors import InputError
from stillwatch.evidence.checking import opened, read_json, read_small, read_table, understood
from stillwatch.evidence.packet import OF_GROUPS
from stillwatch.judge import model as models
from stillwatch.judge.conduct import CONDUCT, log_accounts
from stillwatch.judge.pieces import joint
from stillwatch.judge.reasons import REASONS
from stillwatch.judge.verdict import FAMILIES

F64 = NDArray[np.float64]
ROUNDED = 0.05
"""Nats by which a recomputed score may differ: the values that a run keeps have four digits."""
FITTED = 0.01
"""By how much the fit of an innocent explanation may differ, for the same reason."""
NOT_CHECKED = (
    "report.html and report.pdf", "what was observed and expected", "the q value", "the interval of the harvest",
    "scores of single accounts", "what would change the verdict", "links, shared objects, templates and pictures", "what may be shared",
)
"""What a packet tells and cannot be computed from the rest of it: its signer's word alone."""


@dataclass(frozen=True)
class Comparison:
    """One thing that the packet claims, and what its content gives."""

    name: str
    recorded: Any
    recomputed: Any
    agrees: bool


@dataclass(frozen=True)
class Rescored:
    """The verdict, computed again."""

    campaign_id: str
    comparisons: tuple[Comparison, ...]
    other_model_score: float | None
    """Under the model that this version ships, where it is another one."""
    erased: Mapping[str, int]
    """What of the campaign was erased before the packet was made, and is counted with its rows."""

    @property
    def agrees(self) -> bool:
        """Whether everything came out as recorded."""
        return all(c.agrees for c in self.comparisons)


def rescore(path: Path) -> Rescored:
    """Compute the verdict of a packet again; verify the packet first.

    Raises:
        InputError: the packet lacks what is needed, or its model is of another kind than this version's.
    """
    with opened(path) as archive:
        if "groups.json" not in archive.namelist():
            raise InputError("nothing here can be scored", where=path, todo="Pass the packet; a statement is one account's part of it")
        campaign = read_json(archive, "campaign.json", path)
        groups = read_json(archive, "groups.json", path)
        told = read_small(archive, "model.json", path).decode("utf-8", "replace")
        manifest = read_json(archive, "manifest.json", path)
        tables = {name: read_table(archive, f"{name}.parquet", path) for name in ("accounts", "harvest", "events", "traces")}
    with understood(path, "campaign.json, groups.json, a table or what the manifest says of erasures is"):
        return _rescored(path, campaign, groups, told, tables, _erased(manifest))


def _rescored(
    path: Path, campaign: Mapping[str, Any], groups: list[Mapping[str, Any]], told: str, tables: Mapping[str, pa.Table | None],
    erased: dict[str, int],
) -> Rescored:
    row = campaign["row"]
    groups = [g for g in groups if g["evidence"] and all("value" in e for e in g["evidence"])]
    number = next((i for i, g in enumerate(groups) if g["campaign_id"] == row["campaign_id"]), None)
    if number is None:
        todo = "A run from traces alone has no calibrated evidence; its packet can be verified, not rescored"
        raise InputError("the packet has no evidence to score", where=path, todo=todo)
    try:
        model = models.load(told)
        values, findings = _evidence(groups)
        verdicts = judge.judge(values, findings, model)
        now = judge.calibrated()
        bias, weights = model.bars(values, number)
        other = None if model == now else float(judge.judge(values, findings, now).log_odds[number])
    except (ValueError, KeyError, TypeError) as error:
        todo = "Use the version of stillwatch that the manifest names"
        raise InputError(f"the packet's model is not this version's kind ({error})", where=path, todo=todo) from error
    verdict = "campaign" if verdicts.campaign[number] else "review" if verdicts.review[number] else "clear"
    families = [name for name, speaks in zip(FAMILIES, verdicts.families[number], strict=True) if speaks]
    score = float(verdicts.log_odds[number])
    compared = [
        Comparison("verdict", row["verdict"], verdict, row["verdict"] == verdict),
        Comparison("score", row["score"], round(score, 4), abs(score - row["score"]) <= ROUNDED),
        # Fewer groups are compared than in the run, so a family more may speak; none may fall silent.
        Comparison("views", sorted(row["views"]), sorted(families), set(row["views"]) <= set(families)),
        _alike("explanations", {e["hypothesis"]: e["score"] for e in row["explanations"]},
               {name: fit[number] for name, fit in verdicts.explanations.items()}, FITTED),
        _alike("row in groups.json", {name: row[name] for name in OF_GROUPS}, {name: groups[number][name] for name in OF_GROUPS}),
        *_evidence_as_told(campaign, groups[number], {"bias": bias} | weights),
    ]
    return Rescored(row["campaign_id"], (*compared, *_counts(row, tables, erased)), other, erased)


def _erased(manifest: Mapping[str, Any]) -> dict[str, int]:
    told = (manifest.get("erasures") or {}).get("run") or []
    return {name: sum(int(row[name]) for row in told) for name in run_details.COUNTED}


def _evidence(groups: list[Mapping[str, Any]]) -> tuple[dict[str, F64], dict[str, judge.Finding]]:
    """Values and findings of the groups, one entry a group, as detection holds them."""
    rows = [{e["name"]: e for e in group["evidence"]} for group in groups]

    def column(name: str, part: str) -> F64:
        found = [row.get(name, {}).get(part) for row in rows]
        return np.array([np.nan if x is None else x for x in found], np.float64)

    values = {name: np.nan_to_num(column(name, "value")) for name in (*judge.EVIDENCE, *CONDUCT, *REASONS, judge.YARDSTICK)}
    for name, computed in joint(values).items():
        kept = column(name, "value")
        values[name] = np.where(np.isnan(kept), computed, kept)
    # Packets of earlier versions tell it by two values that end at a bound.
    sent = column("context.sent", "value")
    log_requests = run_details.DECADES["harvest.volume"] * values["harvest.volume"]
    values["context.sent"] = np.where(np.isnan(sent), log_requests - log_accounts(values), sent)
    findings = {
        name: judge.Finding(values[name], column(name, "observed"), column(name, "expected"), column(name, "p_value"))
        for name in judge.EVIDENCE
    }
    return values, findings


def _evidence_as_told(campaign: Mapping[str, Any], group: Mapping[str, Any], weights: Mapping[str, float]) -> list[Comparison]:
    """The evidence that the campaign tells, beside that of groups.json and the weights that the model gives; what has no weight adds 0."""
    score, details = campaign["row"]["score"], campaign["details"]
    told, grouped = ({e["name"]: e for e in evidence} for evidence in (details["evidence"], group["evidence"]))
    adds = {"bias": details["bias_log_odds"]} | {name: e["log_odds"] for name, e in told.items()}
    together = sum(adds.values())
    return [
        _alike("evidence in groups.json", told, grouped),
        _alike("what evidence adds", adds, {**dict.fromkeys(told, 0.0), **weights}, ROUNDED),
        Comparison("sum of the evidence", score, round(together, 4), abs(together - score) <= ROUNDED),
    ]


def _alike(name: str, recorded: Mapping[str, Any], found: Mapping[str, Any], within: float | None = None) -> Comparison:
    """Many things at once, by name; numbers may lie ``within`` of each other, others must be equal."""
    def same(one: str) -> bool:
        if one not in recorded or one not in found:
            return False
        return bool(recorded[one] == found[one] if within is None else abs(recorded[one] - found[one]) <= within)

    others = sorted(one for one in recorded.keys() | found.keys() if not same(one))
    computed = f"others of {', '.join(others[:5])}{' and more' * (len(others) > 5)}" if others else "the same"
    return Comparison(name, f"{len(recorded)} values", computed, not others)


def _counts(row: Mapping[str, Any], tables: Mapping[str, pa.Table | None], erased: Mapping[str, int]) -> list[Comparison]:
    accounts, harvest, events, traces = (tables[name] for name in ("accounts", "harvest", "events", "traces"))
    out = []

    def compare(name: str, recorded: Any, recomputed: Any) -> None:
        out.append(Comparison(name, recorded, recomputed, recorded == recomputed))

    if accounts is not None:
        compare("n_accounts", row["n_accounts"], len(accounts) + erased["accounts"])
    if harvest is not None and row["verdict"] == "campaign":
        compare("n_harvested", row["n_harvested"], len(harvest) + erased["harvested"])
    if traces is not None:
        compare("n_events (traces)", row["n_events"], len(traces) + erased["requests"])
    if events is not None:
        compare("n_events (events)", row["n_events"], len(events) + erased["requests"])
        if harvest is not None and row["verdict"] == "campaign" and not erased["harvested"]:
            mine = events.filter(pc.is_in(events["event_id"], harvest["event_id"].combine_chunks()))
            compare("first_seen", row["first_seen"], pc.min(mine["timestamp"]).as_py().isoformat())
            compare("last_seen", row["last_seen"], pc.max(mine["timestamp"]).as_py().isoformat())
            compare("output_tokens", row["output_tokens"], pc.sum(mine["output_tokens"]).as_py())
    return out

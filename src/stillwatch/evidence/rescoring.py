"""Compute the verdict of a packet again from its content, with the functions that detection uses.

The score and the families are computed from the values of the evidence and the packet's model. Values that the run did not keep (of
evidence that did not speak) count as zero. False-discovery control compares with the other groups that the run found, which the packet
contains without their accounts; groups that the run examined and dropped are not in it. The counts are computed from the rows of accounts,
harvest, events and traces, and the erasures in the manifest. The campaign's evidence must equal that of groups.json and the model's, and
add up to the score.
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
from stillwatch.evidence.checking import content_errors, open_packet, read_json, read_small, read_table
from stillwatch.evidence.packet import GROUP_COLUMNS
from stillwatch.judge import model as models
from stillwatch.judge.conduct import CONDUCT, log_accounts
from stillwatch.judge.pieces import joint
from stillwatch.judge.reasons import REASONS
from stillwatch.judge.verdict import FAMILIES

F64 = NDArray[np.float64]
SCORE_TOLERANCE = 0.05
"""Tolerance of a recomputed score, nats: a run keeps its values with four digits."""
FIT_TOLERANCE = 0.01
"""Tolerance of the fit of an innocent explanation, for the same reason."""
NOT_CHECKED = (
    "report.html and report.pdf", "what was observed and expected", "the q value", "the interval of the harvest",
    "scores of single accounts", "what would change the verdict", "links, shared objects, templates and pictures", "what may be shared",
)
"""Statements of a packet that cannot be computed from its content, so that they rest on its signer's word."""


@dataclass(frozen=True)
class Comparison:
    """One statement of the packet, and what its content gives."""

    name: str
    recorded: Any
    recomputed: Any
    agrees: bool


@dataclass(frozen=True)
class Rescored:
    """Result of computing the verdict again."""

    campaign_id: str
    comparisons: tuple[Comparison, ...]
    other_model_score: float | None
    """Score under this version's model, nats; None if it is the packet's model."""
    erased: Mapping[str, int]
    """How many accounts, requests and harvested requests were erased before the packet was made; they are counted with its rows."""

    @property
    def agrees(self) -> bool:
        """Whether everything agrees with the packet."""
        return all(c.agrees for c in self.comparisons)


def rescore(path: Path) -> Rescored:
    """Compute the verdict of a packet again; verify the packet first.

    Raises:
        InputError: the packet lacks a file that is needed, or this version cannot read its model.
    """
    with open_packet(path) as archive:
        if "groups.json" not in archive.namelist():
            raise InputError("there is nothing to score", where=path, todo="Pass the packet; a statement is one account's part of it")
        campaign = read_json(archive, "campaign.json", path)
        groups = read_json(archive, "groups.json", path)
        model_text = read_small(archive, "model.json", path).decode("utf-8", "replace")
        manifest = read_json(archive, "manifest.json", path)
        tables = {name: read_table(archive, f"{name}.parquet", path) for name in ("accounts", "harvest", "events", "traces")}
    with content_errors(path, "campaign.json, groups.json, a table or what the manifest says of erasures is"):
        return _rescored(path, campaign, groups, model_text, tables, _erased(manifest))


def _rescored(
    path: Path, campaign: Mapping[str, Any], groups: list[Mapping[str, Any]], model_text: str, tables: Mapping[str, pa.Table | None],
    erased: dict[str, int],
) -> Rescored:
    row = campaign["row"]
    groups = [g for g in groups if g["evidence"] and all("value" in e for e in g["evidence"])]
    number = next((i for i, g in enumerate(groups) if g["campaign_id"] == row["campaign_id"]), None)
    if number is None:
        todo = "A run from traces alone has no calibrated evidence; its packet can be verified, not rescored"
        raise InputError("the packet has no evidence to score", where=path, todo=todo)
    try:
        model = models.load(model_text)
        values, findings = _evidence(groups)
        verdicts = judge.judge(values, findings, model)
        current_model = judge.calibrated()
        bias, weights = model.bars(values, number)
        other = None if model == current_model else float(judge.judge(values, findings, current_model).log_odds[number])
    except (ValueError, KeyError, TypeError) as error:
        todo = "Use the version of stillwatch that the manifest names"
        raise InputError(f"this version cannot read the packet's model ({error})", where=path, todo=todo) from error
    verdict = "campaign" if verdicts.campaign[number] else "review" if verdicts.review[number] else "clear"
    families = [name for name, speaks in zip(FAMILIES, verdicts.families[number], strict=True) if speaks]
    score = float(verdicts.log_odds[number])
    compared = [
        Comparison("verdict", row["verdict"], verdict, row["verdict"] == verdict),
        Comparison("score", row["score"], round(score, 4), abs(score - row["score"]) <= SCORE_TOLERANCE),
        # Fewer groups are compared than in the run, so further families may speak, but none may be missing.
        Comparison("views", sorted(row["views"]), sorted(families), set(row["views"]) <= set(families)),
        _compare_all("explanations", {e["hypothesis"]: e["score"] for e in row["explanations"]},
                     {name: fit[number] for name, fit in verdicts.explanations.items()}, FIT_TOLERANCE),
        _compare_all("row in groups.json", {name: row[name] for name in GROUP_COLUMNS},
                     {name: groups[number][name] for name in GROUP_COLUMNS}),
        *_compare_evidence(campaign, groups[number], {"bias": bias} | weights),
    ]
    return Rescored(row["campaign_id"], (*compared, *_counts(row, tables, erased)), other, erased)


def _erased(manifest: Mapping[str, Any]) -> dict[str, int]:
    erasures = (manifest.get("erasures") or {}).get("run") or []
    return {name: sum(int(row[name]) for row in erasures) for name in run_details.ERASED_COUNTS}


def _evidence(groups: list[Mapping[str, Any]]) -> tuple[dict[str, F64], dict[str, judge.Finding]]:
    """Values and findings of the groups as in detection: name -> array with one entry a group."""
    rows = [{e["name"]: e for e in group["evidence"]} for group in groups]

    def column(name: str, part: str) -> F64:
        numbers = [row.get(name, {}).get(part) for row in rows]
        return np.array([np.nan if x is None else x for x in numbers], np.float64)

    values = {name: np.nan_to_num(column(name, "value")) for name in (*judge.EVIDENCE, *CONDUCT, *REASONS, judge.YARDSTICK)}
    for name, computed in joint(values).items():
        kept = column(name, "value")
        values[name] = np.where(np.isnan(kept), computed, kept)
    # Packets of earlier versions have two capped values in its place.
    sent = column("context.sent", "value")
    log_requests = run_details.LOG10_SCALE["harvest.volume"] * values["harvest.volume"]
    values["context.sent"] = np.where(np.isnan(sent), log_requests - log_accounts(values), sent)
    findings = {
        name: judge.Finding(values[name], column(name, "observed"), column(name, "expected"), column(name, "p_value"))
        for name in judge.EVIDENCE
    }
    return values, findings


def _compare_evidence(campaign: Mapping[str, Any], group: Mapping[str, Any], weights: Mapping[str, float]) -> list[Comparison]:
    """Compare the campaign's evidence with groups.json and the model's weights; evidence without a weight adds 0."""
    score, details = campaign["row"]["score"], campaign["details"]
    recorded, grouped = ({e["name"]: e for e in evidence} for evidence in (details["evidence"], group["evidence"]))
    adds = {"bias": details["bias_log_odds"]} | {name: e["log_odds"] for name, e in recorded.items()}
    total = sum(adds.values())
    return [
        _compare_all("evidence in groups.json", recorded, grouped),
        _compare_all("what evidence adds", adds, {**dict.fromkeys(recorded, 0.0), **weights}, SCORE_TOLERANCE),
        Comparison("sum of the evidence", score, round(total, 4), abs(total - score) <= SCORE_TOLERANCE),
    ]


def _compare_all(name: str, recorded: Mapping[str, Any], computed: Mapping[str, Any], tolerance: float | None = None) -> Comparison:
    """Compare many named values at once: numbers within ``tolerance``, or exactly if it is None."""
    def same(key: str) -> bool:
        if key not in recorded or key not in computed:
            return False
        return bool(recorded[key] == computed[key] if tolerance is None else abs(recorded[key] - computed[key]) <= tolerance)

    different = sorted(key for key in recorded.keys() | computed.keys() if not same(key))
    summary = f"others of {', '.join(different[:5])}{' and more' * (len(different) > 5)}" if different else "the same"
    return Comparison(name, f"{len(recorded)} values", summary, not different)


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

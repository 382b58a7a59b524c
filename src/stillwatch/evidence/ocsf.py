"""A run as OCSF 1.5 Detection Findings (class 2004), one JSON object a campaign. Deterministic, without I/O."""

from datetime import UTC, datetime, timedelta
from typing import Any

from stillwatch.evidence.shared import SharedCampaign, SharedRun, confidence, interval_in_brackets, main_capability
from stillwatch.report.words import NO_PROOF

SCHEMA_VERSION = "1.5.0"
CATEGORY, CLASS, CREATE = 2, 2004, 1
ATTACK = {
    "version": "ATLAS", "technique": {"uid": "AML.T0024", "name": "Exfiltration via AI Inference API"},
    "sub_technique": {"uid": "AML.T0024.002", "name": "Extract AI Model"},
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEHAVIOURAL = 2
"""``analytic.type_id``."""


def findings(run: SharedRun) -> list[dict[str, Any]]:
    """One Detection Finding a campaign, JSON-ready; times in milliseconds since the epoch."""
    return [_finding(run, campaign) for campaign in run.campaigns]


def _finding(run: SharedRun, campaign: SharedCampaign) -> dict[str, Any]:
    severity, name = _severity(campaign.n_harvested)
    at = _ms(run.last_seen)
    info: dict[str, Any] = {
        "uid": campaign.campaign_id,
        "title": f"{campaign.n_accounts} accounts act as one, {main_capability(campaign)}",
        "desc": (
            f"{campaign.n_accounts} accounts act as one; about {campaign.n_harvested} of their {campaign.n_events} requests are taken for "
            f"harvest{interval_in_brackets(campaign)}. {NO_PROOF} A person must confirm this before anybody is acted on."
        ),
        "types": ["Model extraction"],
        "created_time": at,
        "analytic": {"name": "Stillwatch campaign", "uid": "stillwatch.campaign", "type": "Behavioral", "type_id": BEHAVIOURAL,
                     "version": run.version},
        "attacks": [ATTACK],
    }
    if campaign.first_seen is not None and campaign.last_seen is not None:
        info |= {"first_seen_time": _ms(campaign.first_seen), "last_seen_time": _ms(campaign.last_seen)}
    if campaign.lineage:
        info["related_events"] = [{"uid": campaign.lineage, "type_uid": CLASS * 100 + CREATE}]
    return {
        "activity_id": CREATE, "activity_name": "Create", "category_uid": CATEGORY, "category_name": "Findings", "class_uid": CLASS,
        "class_name": "Detection Finding", "type_uid": CLASS * 100 + CREATE, "type_name": "Detection Finding: Create", "time": at,
        "severity_id": severity, "severity": name, "status_id": 1, "status": "New", "confidence_score": confidence(campaign.score),
        "is_alert": True, "finding_info": info,
        "metadata": {"version": SCHEMA_VERSION, "uid": f"{campaign.campaign_id}-{at}",
                     "product": {"name": "Stillwatch", "vendor_name": "Stillwatch", "version": run.version}},
        "evidences": [
            {"data": {"view": m.view, "sha256": m.sha256, "accounts": m.n_accounts, "events": m.n_events}} for m in campaign.marks
        ],
        "unmapped": {
            "accounts": campaign.n_accounts, "requests": campaign.n_events, "harvested": campaign.n_harvested,
            "harvested_low": campaign.harvested_low, "harvested_high": campaign.harvested_high,
            "output_tokens": campaign.output_tokens, "q_value": campaign.q_value, "score": campaign.score,
            "families": list(campaign.views),
            "innocent_explanations": {e["hypothesis"]: e["score"] for e in campaign.explanations},
        },
    }


def _severity(n_harvested: int) -> tuple[int, str]:
    """``severity_id`` and ``severity`` by the size of the harvest, in requests."""
    steps = ((1_000_000, 5, "Critical"), (100_000, 4, "High"), (10_000, 3, "Medium"), (0, 2, "Low"))
    return next((number, name) for least, number, name in steps if n_harvested >= least)


def _ms(value: datetime) -> int:
    return (value - EPOCH) // timedelta(milliseconds=1)  # truncated, as in STIX

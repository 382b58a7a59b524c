"""A run as a STIX 2.1 bundle: campaigns, indicators, observed data, relationships, TLP marking. Deterministic, without I/O.

STIX has no standard object for marks, so the bundle defines the observable ``x-stillwatch-mark`` by an extension definition (STIX 2.1,
section 7.3). Identifiers are hashes of what they name, so the same run gives the same bundle, and a campaign keeps its identifier as long
as its accounts are the same. Observables have UUIDv5, as section 2.9 requires; the others have the form of UUIDv4, with the first bits
of a SHA-256 in place of random bits.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from stillwatch.evidence.shared import SharedCampaign, SharedMark, SharedRun, confidence, interval_in_brackets, main_capability
from stillwatch.report.words import NEVER_SEEN, NO_PROOF

OBSERVABLES = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""Namespace of the UUIDv5 of observables: STIX 2.1, section 2.9."""
MARK = "x-stillwatch-mark"
SCHEMA = (
    "x-stillwatch-mark has two properties besides the common ones of an observable: view (string, required), the kind of object, such as "
    "content.opening; and sha256 (string, required), the SHA-256, in hex, of the UTF-8 text 'stillwatch-mark-1', NUL, view, NUL, object."
)
SAME = datetime(2026, 1, 1, tzinfo=UTC)
"""``created`` and ``modified`` of objects that are the same in every bundle, since ``created`` must not change (section 3.1)."""
VALID_FOR = timedelta(days=90)
"""How long an indicator is valid after the campaign was last seen."""
TLP: Mapping[str, tuple[str, str]] = {
    "white": ("613f2e26-407d-48c7-9eca-b8e91df99dc9", "TLP:WHITE"),
    "green": ("34098fce-860f-48ae-8e50-ebd3cc5e41da", "TLP:GREEN"),
    "amber": ("f88d31f6-486f-44da-b317-01333bde0b82", "TLP:AMBER"),
    "red": ("5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "TLP:RED"),
}
"""TLP level -> (identifier, name), which STIX 2.1 fixes in section 7.2.1.4."""
ATLAS = {"name": "Extract AI Model", "external_references": [{"source_name": "mitre-atlas", "external_id": "AML.T0024.002"}]}


def bundle(run: SharedRun, *, tlp: str = "amber", producer: str = "Stillwatch operator") -> dict[str, Any]:
    """The STIX bundle of a run, JSON-ready.

    Args:
        run: the part of a run that may be shared.
        tlp: white, green, amber or red; every object is marked with it.
        producer: name of the organisation that shares it.
    """
    at, always = _time(run.last_seen), {"created": _time(SAME), "modified": _time(SAME)}
    definition = _tlp(tlp)
    producer_id = _id("identity", producer)
    common: dict[str, Any] = {"spec_version": "2.1", "created": at, "modified": at, "created_by_ref": producer_id}
    common["object_marking_refs"] = [definition["id"]]
    extension: dict[str, Any] = {
        **common, **always, "type": "extension-definition", "id": _id("extension-definition", "mark"), "name": "Stillwatch mark",
        "version": "1.0.0",
        "description": "An object that accounts of a campaign leave in their requests, as the SHA-256 of its view and value.",
        "schema": SCHEMA, "extension_types": ["new-sco"],
    }
    technique: dict[str, Any] = {**common, **always, "type": "attack-pattern", "id": _id("attack-pattern", "AML.T0024.002"), **ATLAS}
    identity = {**common, **always, "type": "identity", "id": producer_id, "name": producer, "identity_class": "organization"}
    identity.pop("created_by_ref")
    objects = [definition, identity, extension, technique]
    for campaign in run.campaigns:
        first = min(campaign.first_seen or run.last_seen, run.last_seen)
        objects += _campaign(campaign, {**common, "created": _time(first)}, extension["id"], technique["id"])
    unique = {o["id"]: o for o in objects}
    name = "\n".join([at, tlp, producer, *unique])
    return {"type": "bundle", "id": _id("bundle", name), "objects": list(unique.values())}


def _campaign(campaign: SharedCampaign, common: dict[str, Any], extension: str, technique: str) -> list[dict[str, Any]]:
    campaign_ref = _id("campaign", campaign.campaign_id)
    what = (
        f"{campaign.n_accounts} accounts act as one; about {campaign.n_harvested} of their requests are taken for "
        f"harvest{interval_in_brackets(campaign)}, {main_capability(campaign)}. {NO_PROOF} "
        f"Families of evidence: {', '.join(campaign.views) or 'none'}. Estimated false-discovery rate {campaign.q_value:.2g}, "
        f"if innocents are like the calibration's; {NEVER_SEEN}."
    )
    stix_campaign: dict[str, Any] = {
        **common, "type": "campaign", "id": campaign_ref, "name": campaign.campaign_id, "description": what,
        "confidence": confidence(campaign.score),
    }
    if campaign.first_seen is not None and campaign.last_seen is not None:
        stix_campaign |= {"first_seen": _time(campaign.first_seen), "last_seen": _time(campaign.last_seen)}
    if campaign.lineage:
        stix_campaign["external_references"] = [{"source_name": "stillwatch", "external_id": campaign.lineage, "description": "continues"}]
    objects = [stix_campaign, _relation(common, campaign_ref, "uses", technique)]
    marks = [_mark(mark, extension) for mark in campaign.marks]
    if marks and campaign.first_seen is not None and campaign.last_seen is not None:
        observed_ref = _id("observed-data", campaign.campaign_id)
        objects += marks
        objects.append({
            **common, "type": "observed-data", "id": observed_ref, "first_observed": _time(campaign.first_seen),
            "last_observed": _time(campaign.last_seen), "number_observed": min(max(campaign.n_harvested, 1), 999_999_999),
            "object_refs": [mark["id"] for mark in marks],
        })
        for mark in campaign.marks:
            indicator = _indicator(campaign, mark, common)
            relations = (("indicates", campaign_ref), ("based-on", observed_ref))
            objects += [indicator, *(_relation(common, indicator["id"], kind, target) for kind, target in relations)]
    return objects


def _mark(mark: SharedMark, extension: str) -> dict[str, Any]:
    name = json.dumps({"sha256": mark.sha256, "view": mark.view}, sort_keys=True, separators=(",", ":"))
    return {
        "type": MARK, "spec_version": "2.1", "id": f"{MARK}--{uuid.uuid5(OBSERVABLES, name)}", "view": mark.view, "sha256": mark.sha256,
        "extensions": {extension: {"extension_type": "new-sco"}},
    }


def _indicator(campaign: SharedCampaign, mark: SharedMark, common: dict[str, Any]) -> dict[str, Any]:
    assert campaign.first_seen is not None
    assert campaign.last_seen is not None
    return {
        **common, "type": "indicator", "id": _id("indicator", f"{campaign.campaign_id}\n{mark.sha256}"),
        "name": f"{mark.view} of {campaign.campaign_id}", "indicator_types": ["malicious-activity"],
        "description": f"Left by {mark.n_accounts} accounts of it in {mark.n_events} requests. A match is a reason to look, not to block.",
        "pattern": f"[{MARK}:sha256 = '{mark.sha256}']", "pattern_type": "stix", "pattern_version": "2.1",
        "valid_from": _time(campaign.first_seen), "valid_until": _time(campaign.last_seen + VALID_FOR),
        "confidence": confidence(campaign.score),
    }


def _relation(common: dict[str, Any], source: str, kind: str, target: str) -> dict[str, Any]:
    return {
        **common, "type": "relationship", "id": _id("relationship", f"{source}\n{kind}\n{target}"), "relationship_type": kind,
        "source_ref": source, "target_ref": target,
    }


def _tlp(name: str) -> dict[str, Any]:
    identifier, title = TLP[name]
    return {
        "type": "marking-definition", "spec_version": "2.1", "id": f"marking-definition--{identifier}",
        "created": "2017-01-20T00:00:00.000Z", "definition_type": "tlp", "name": title, "definition": {"tlp": name},
    }


def _id(kind: str, name: str) -> str:
    return f"{kind}--{uuid.UUID(bytes=hashlib.sha256(f'stillwatch:{kind}:{name}'.encode()).digest()[:16], version=4)}"


def _time(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"

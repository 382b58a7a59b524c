"""Commands for evidence: more forms of ``export``, ``verify``, ``rescore``, shared indicators, webhooks. Parsing only."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stillwatch.respond.commands import group, job

JOBS = "stillwatch.evidence.jobs"
FORMATS = ("stix", "ocsf", "packet")
"""Formats of ``export`` besides the tables."""


def export_options(export: argparse.ArgumentParser) -> None:
    """Options of ``export`` for these formats."""
    export.add_argument("--campaign", action="append", metavar="ID", help="packet: only this campaign; may be repeated")
    export.add_argument("--data", type=Path, metavar="DIR", help="packet: the folder that detect read, for the events")
    export.add_argument("--key", type=Path, metavar="FILE",
                        help="packet: signing key (PEM); if absent it is made, with its public key beside it")
    export.add_argument("--proof", type=Path, action="append", default=[], metavar="DIR",
                        help="packet: cite this proof of stillwatch prove test, once verified; may be repeated")
    export.add_argument("--proof-public-key", type=Path, metavar="FILE", help="packet: public key (PEM) that must have signed the proofs")
    export.add_argument("--for", dest="whom", default="", metavar="WHOM",
                        help="packet: its recipient, kept in RUN/packets.jsonl; cases erase tells from it which packets named an account")
    export.add_argument("--with-text", action="store_true", help="packet: prompts and answers too")
    export.add_argument("--tlp", choices=("white", "green", "amber", "red"), default="amber", help="stix, packet: who may read it")
    export.add_argument("--k", type=int, default=5,
                        help="stix, ocsf, packet: share a mark only if at least so many accounts left it (default: 5)")
    export.add_argument("--producer", default="Stillwatch operator", metavar="NAME",
                        help="stix, packet: name of the organisation that shares it")


def register(add: Callable[..., argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the commands to the command line."""
    verify = add("verify", job(JOBS, "verify"), "check the signature and every file of an evidence packet, a statement or a proof")
    rescore = add("rescore", job(JOBS, "rescore"), "compute the verdict of an evidence packet again")
    for command in (verify, rescore):
        command.add_argument("packet", type=Path, metavar="PACKET")
        command.add_argument("--public-key", type=Path, metavar="FILE", help="the signer's public key (PEM), not taken from the packet")
        command.add_argument("--without-signature", action="store_true", help="compare only hashes, which shows accidents but no forgery")

    verify.add_argument("--published", metavar="HASH", help="of a proof: its commitment's hash, from where it was published")

    statement = add("statement", job(JOBS, "state"), "what an accused customer may be handed: one account's part of a packet, signed")
    statement.add_argument("packet", type=Path, metavar="PACKET")
    statement.add_argument("--account", required=True, metavar="ID", help="as the packet's accounts.parquet names it")
    statement.add_argument("--key", type=Path, required=True, metavar="FILE", help="signing key (PEM)")
    statement.add_argument("--public-key", type=Path, metavar="FILE", help="public key that signed the packet (default: that of --key)")
    statement.add_argument("--called", default="", metavar="NAME", help="the name by which the customer knows the account")
    statement.add_argument("--contact", default="", metavar="TEXT", help="where to appeal, such as an address")
    statement.add_argument("--out", type=Path, metavar="FILE", help="zip to write (default: beside the packet)")

    indicators = group(add, shared, "indicators", JOBS, "indicators that others shared")
    import_ = indicators("import", "import_indicators", "read a STIX 2.1 bundle into the store")
    import_.add_argument("file", type=Path, metavar="FILE")
    import_.add_argument("--source", required=True, metavar="NAME", help="who shared it")
    match = indicators("match", "match_indicators", "compare them with the store's cases, and with the requests of a folder")
    match.add_argument("--as-of", metavar="T", help="ISO time; indicators that are valid then (default: now)")
    match.add_argument("--data", type=Path, metavar="DIR", help="folder with events/ and accounts, as detect reads")

    webhooks = group(add, shared, "webhooks", JOBS, "tell other systems what happened to cases and actions")
    new = webhooks("add", "add_webhook", "add a receiver")
    new.add_argument("name", metavar="NAME")
    new.add_argument("url", metavar="URL", help="https://…")
    new.add_argument("--secret-file", type=Path, required=True, metavar="FILE", help="whsec_…; made if absent")
    new.add_argument("--allow-network", action="append", default=[], metavar="CIDR",
                     help="a private network that the receiver may be in; may be repeated")
    webhooks("list", "list_webhooks", "receivers")
    webhooks("deliver", "deliver_webhooks", "send what was not sent yet; run it each minute")
    webhooks("remove", "remove_webhook", "remove a receiver").add_argument("name", metavar="NAME")


def export(args: argparse.Namespace) -> Any:
    """Run ``export`` for one of FORMATS."""
    return job(JOBS, "export")(args)


def attach(args: argparse.Namespace) -> Any:
    """Run ``cases attach``."""
    return job(JOBS, "attach")(args)

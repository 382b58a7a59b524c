"""The commands of evidence; each takes parsed arguments, prints with ``say`` and returns what ``--json`` prints."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from stillwatch import run_details
from stillwatch.errors import InputError
from stillwatch.evidence import checking, indicators, ocsf, packet, rescoring, shared, statement, stix, webhooks
from stillwatch.files import atomic_write, write_json
from stillwatch.keys import signing
from stillwatch.respond import cases
from stillwatch.respond.acting import Args, reading, say, writing
from stillwatch.respond.vocabulary import Role
from stillwatch.terminal.counting import number_of


def export(args: Args) -> dict[str, Any]:
    """``export RUN --format stix|ocsf|packet``."""
    out = args.run / "export" if args.out is None else args.out
    if args.k < 2:
        raise InputError("--k below 2 would share what one account left", todo="Pass 2 or more")
    if args.format == "packet":
        if args.key is None:
            raise InputError("--key is missing", todo="Pass the PEM file of the signing key; it is made if absent")
        options = packet.Options(args.data, args.with_text, args.tlp, args.k, args.producer, tuple(args.proof), args.proof_public_key)
        is_new_key = not args.key.exists()
        missing = packet.write(args.run, out, args.key, campaign_ids=args.campaign, options=options)
        paths = list(missing)
        if not run_details.record_packets(args.run, paths, args.whom, datetime.now(UTC)):
            say(args, f"{args.run} cannot be written and keeps no list of these packets: note who gets them, for requests of erasure")
        if not paths:
            say(args, "the run accuses nobody, so no packet was made; --campaign names a group for review")
        if is_new_key and args.key.exists():
            say(args, f"made a signing key: {args.key}; give {signing.public_path(args.key)} to whoever verifies")
    else:
        run = shared.read(args.run, k=args.k)
        if run.keyed:
            say(args, "marks are keyed by the tenant's key (privacy mode), so no indicators are shared")
        paths = [_write(run, args, out)]
    say(args, *map(str, paths))
    result: dict[str, Any] = {"files": [str(path) for path in paths]}
    if args.format == "packet":
        result["missing"] = {path.name: reasons for path, reasons in missing.items()}
        # each kind once, since most are missing from every packet
        say(args, *sorted({f"missing: {name} ({why})" for reasons in missing.values() for name, why in reasons.items()}))
    return result


def _write(run: shared.SharedRun, args: Args, out: Path) -> Path:
    if args.format == "stix":
        path = out / "stix.json"
        write_json(stix.bundle(run, tlp=args.tlp, producer=args.producer), path)
        return path
    path = out / "ocsf.jsonl"
    with atomic_write(path) as partial:
        partial.write_bytes(b"".join(orjson.dumps(f, option=orjson.OPT_SORT_KEYS) + b"\n" for f in ocsf.findings(run)))
    return path


def _verified(args: Args) -> checking.Verified:
    if not args.packet.is_file():
        raise InputError("no plain file" if args.packet.exists() else "no such file", where=args.packet)
    if args.public_key is None and not args.without_signature:
        todo = "Pass --public-key FILE that you have from the signer, or --without-signature to compare hashes only"
        raise InputError("no public key, so nobody would vouch for the packet", todo=todo)
    key = None if args.public_key is None else signing.public_key(args.public_key)
    return checking.verify(args.packet, key)


def verify(args: Args) -> dict[str, Any]:
    """``verify PACKET``; a proof of ``stillwatch prove test`` is verified as ``stillwatch prove verify`` does."""
    if args.packet.is_dir():
        from stillwatch.prove.proof_jobs import verify as verify_proof

        if not (args.packet / "record.json").is_file():
            raise InputError("neither a proof (no record.json in it) nor a packet (a file *.packet.zip)", where=args.packet)
        args.folder = args.packet
        result: dict[str, Any] = verify_proof(args)
        return result
    from stillwatch.prove import citing

    if args.published is not None:
        raise InputError("--published is for proofs", where=args.packet, todo="Pass the folder of a proof, or leave it out")
    verified = _verified(args)
    manifest = verified.manifest
    who = f"signed by {verified.key_id}" if verified.key_id else "SIGNATURE NOT CHECKED"
    with checking.content_errors(args.packet, "its manifest is"):
        lines = [
            f"{args.packet}: {len(manifest['files'])} files as in the manifest, {who}",
            f"campaign {manifest['campaign_id']}, made {manifest['created_at']} by stillwatch {manifest['software']['stillwatch']}",
            *([f"about account {manifest['account_id']} alone, out of the packet with SHA-256 {manifest['packet']['sha256']}"]
              if manifest["format"] == packet.STATEMENT else []),
            *(f"missing: {name} ({why})" for name, why in manifest["missing"].items()),
            *_erased(manifest), *map(str, manifest.get("erased", ())),
            *(f"names a proof, which is not in it: {citing.line(proof)}" for proof in manifest.get("proofs", [])),
        ]
    say(args, *lines)
    return {"verified": True, "key_id": verified.key_id, "manifest": manifest}


def _erased(manifest: Mapping[str, Any]) -> Iterator[str]:
    """One sentence for each erasure before the packet was made, which explains missing rows and changed log files."""
    erasures = manifest.get("erasures") or {}
    for row in erasures.get("run") or ():
        yield (f"erased before: {number_of(row['accounts'], 'account')} with {number_of(row['requests'], 'request')}, "
               f"on {row['at']:.10} ({row['note']}); what is counted is as it was found")
    for row in erasures.get("logs") or ():
        yield f"the logs were changed by an erasure on {row['at']:.10} ({row['note']}): {number_of(len(row['files']), 'file')}"


def state(args: Args) -> dict[str, Any]:
    """``statement PACKET``."""
    name = "".join(c if c.isalnum() or c in "-_." else "_" for c in args.account)[:80]
    out = args.out or args.packet.with_name(f"{name}.statement.zip")
    statement.write(args.packet, args.account, out, args.key, packet_key=args.public_key, called=args.called,
                    contact=args.contact)
    say(args, str(out))
    return {"file": str(out)}


def attach(args: Args) -> dict[str, Any]:
    """``cases attach CASE PROOF``."""
    from stillwatch.prove import citing

    proof = citing.cite(args.proof, published=args.published, public_key=args.public_key)
    with writing(args) as change:
        cases.get(change.session, args.case)
        how = citing.about(proof, cases.campaigns(change.session, args.case))
        if how is None:
            raise InputError(f"the proof is about {', '.join(proof['campaigns'])}, which {args.case} never was", where=args.proof,
                             todo="Test with the ledger of its campaign")
        proof["about"] = how
        cases.attach(change, args.case, proof, args.note)
    say(args, f"{args.case} names the proof: {citing.line(proof)}", how[:1].upper() + how[1:])
    return {"case": args.case, "proof": proof}


def rescore(args: Args) -> dict[str, Any]:
    """``rescore PACKET``; raises InputError if the verdict is not reproduced."""
    key_id = _verified(args).key_id
    say(args, f"signed by {key_id}" if key_id else "SIGNATURE NOT CHECKED: nobody vouches for what is computed from here on")
    rescored = rescoring.rescore(args.packet)
    for c in rescored.comparisons:
        say(args, f"{'same     ' if c.agrees else 'DIFFERENT'} {c.name}: recorded {c.recorded}, computed {c.recomputed}")
    if rescored.other_model_score is not None:
        say(args, f"this version ships another model, under which the score is {rescored.other_model_score:.4f}")
    say(args, f"NOT CHECKED, for it cannot be computed from the packet: {'; '.join(rescoring.NOT_CHECKED)}")
    if not rescored.agrees:
        wrong = ", ".join(c.name for c in rescored.comparisons if not c.agrees)
        raise InputError(f"the packet does not give what it records: {wrong}", where=args.packet)
    if any(rescored.erased.values()):
        kept = " Times and tokens are not compared." if rescored.erased["harvested"] else ""
        say(args, f"erased before the packet was made, and counted as it was found: {number_of(rescored.erased['accounts'], 'account')} "
                  f"with {number_of(rescored.erased['requests'], 'request')}.{kept}")
    say(args, f"all {len(rescored.comparisons)} come out as recorded")
    return {"campaign_id": rescored.campaign_id, "key_id": key_id, "agrees": True, "other_model_score": rescored.other_model_score,
            "comparisons": [vars(c) for c in rescored.comparisons], "not_checked": rescoring.NOT_CHECKED}


def import_indicators(args: Args) -> dict[str, Any]:
    """``indicators import FILE``."""
    with writing(args, create=True) as change:
        imported = indicators.import_bundle(change, args.file, args.source)
    say(args, f"{imported.new} new, {imported.known} known, {len(imported.removed)} removed, {len(imported.left_out)} left out",
        *([f"no longer valid: {imported.past} of {imported.new + imported.known}, "
           "which indicators match compares only with an earlier --as-of"]
          if imported.past else []),
        *(f"removed {name}: {why}" for name, why in imported.removed.items()),
        *(f"left out {name}: {why}" for name, why in imported.left_out.items()))
    return vars(imported)


def match_indicators(args: Args) -> dict[str, Any]:
    """``indicators match``."""
    try:
        at = datetime.now(UTC) if args.as_of is None else datetime.fromisoformat(args.as_of)
    except ValueError as error:
        raise InputError(f"{args.as_of!r} is not an ISO time", where="--as-of", todo="Write it like 2026-02-28T12:00:00Z") from error
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    with reading(args) as session:
        hits, left_out = indicators.match(session, at, args.data), indicators.not_valid(session, at)
    for hit in hits:
        say(args, f"{hit.indicator_id} ({hit.source}): {hit.what} {hit.where}, "
                  f"{number_of(hit.n_accounts, 'account')}, {number_of(hit.n_events, 'request')}")
    say(args, number_of(len(hits), "match", "matches"))
    if left_out.n:
        ends = (("from", left_out.first), ("until", left_out.last))
        when = " ".join(f"{word} {end:%Y-%m-%d %H:%M}" for word, end in ends if end is not None)
        say(args, f"not compared, since they are not valid at {at:%Y-%m-%d %H:%M}: {number_of(left_out.n, 'indicator')} "
                  f"({when}; --as-of T: another time)")
    bounds = {name: end and end.isoformat() for name, end in (("first", left_out.first), ("last", left_out.last))}
    return {"matches": [vars(hit) for hit in hits], "not_valid": left_out.n, "not_valid_between": bounds}


def add_webhook(args: Args) -> dict[str, Any]:
    """``webhooks add``."""
    with writing(args, create=True) as change:
        name = webhooks.add(change, args.name, args.url, args.secret_file, args.allow_network)
    say(args, f"Added {name}: it will be sent what happens from now on. Give its owner the secret in {args.secret_file}")
    return {"name": name}


def list_webhooks(args: Args) -> dict[str, Any]:
    """``webhooks list``."""
    with reading(args) as session:
        rows = webhooks.receivers(session)
    say(args, *(f"{row['name']}  {row['url']}  sent up to audit row {row['cursor']}" for row in rows))
    return {"webhooks": rows}


def deliver_webhooks(args: Args) -> dict[str, Any]:
    """``webhooks deliver``."""
    with reading(args, Role.ANALYST) as session:
        pending = webhooks.due(session)
    sent = webhooks.deliver(pending)
    with writing(args) as change:
        webhooks.record(change, sent)
    failed = {name: why for name, (_, why) in sent.items() if why}
    lines = [f"{name}: sent up to audit row {cursor}{f', then: {why}' if why else ''}" for name, (cursor, why) in sent.items()]
    say(args, *(lines or ["There are no receivers, so nothing was sent. stillwatch webhooks add adds one"]))
    if failed:
        raise InputError("; ".join(f"{name}: {why}" for name, why in failed.items()), todo="It is tried again at the next run")
    return {"sent": {name: cursor for name, (cursor, _) in sent.items()}}


def remove_webhook(args: Args) -> dict[str, Any]:
    """``webhooks remove``."""
    with writing(args) as change:
        webhooks.remove(change, args.name)
    say(args, f"Removed {args.name}: nothing more will be sent to it")
    return {"removed": args.name}

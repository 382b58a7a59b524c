"""The commands that make a proof of answers and check it: test, report, verify."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError
from stillwatch.files import digest, read_json
from stillwatch.prove import packet
from stillwatch.prove.answers import read_answers, read_parquet
from stillwatch.prove.arguments import Args, coder_of, commitment, master_of, names_of, say, tenants_as_one
from stillwatch.prove.choices import ChoiceMark
from stillwatch.prove.keys import Opened, decoy_seed, read_log
from stillwatch.prove.schemes import Numbers, Scheme, from_transformers
from stillwatch.prove.testing import remarks, table


def test(args: Args) -> Any:
    """Test answers and write a proof."""
    if args.out is not None:
        _is_free(args.out)
    answers = read_answers(args.answers, args.prompt_column, args.output_column)
    entries: list[dict[str, Any]] = []
    entry: dict[str, Any] | None = None
    plain: dict[str, Numbers] = {}
    opened: tuple[Opened, ...] = ()
    design: dict[str, Any] = {"alpha": 1e-5, "n_decoys": 99}
    if args.config:
        how, key = from_transformers(read_json(args.config), args.vocab_size)
        found: Scheme | ChoiceMark = how
        plain, seed = {"configured": key}, packet.UNCOMMITTED
        say(args, "The key of --config was not committed to in advance; the record says so.")
    else:
        entry, design = commitment(args)
        entries = read_log(args.log)
        found = packet.mark_of(design["mark"])
        opened = packet.open_keys(entry, master_of(args), names_of(args.tenants) if args.tenants else [])
        seed = decoy_seed(entry)
    together = [] if args.config else tenants_as_one(args.together, [one.tenant for one in opened], design.get("together"))
    coder = coder_of(args.tokenizer, found)
    if coder is not None and design.get("tokenizer") and coder.name != design["tokenizer"]:
        raise InputError("the tokenizer is not the committed one", where=args.tokenizer)
    harvested: dict[str, float] = {}
    published: dict[str, float] = {}
    campaigns: tuple[str, ...] = ()
    if args.ledger:
        from stillwatch.prove.exposure_ledger import exposures, harvesters

        joined = read_parquet(args.ledger)
        if not {"tenant", "campaign_id", "tokens"} <= set(joined.column_names):
            raise InputError("not an exposure ledger", where=args.ledger, todo="Make it with stillwatch prove ledger")
        harvested, published = map(dict, exposures(joined, tuple(args.campaign)))
        campaigns = harvesters(joined, tuple(args.campaign))
        unknown = sorted(set(args.campaign) - set(campaigns))
        if unknown:
            raise InputError(f"the ledger holds no harvest of {', '.join(unknown)}", where=args.ledger,
                             todo=f"It holds {', '.join(harvesters(joined)) or 'none of any campaign'}")  # fmt: skip
    if args.reference is not None and args.reference.is_file() and digest(args.reference) == digest(args.answers):
        raise InputError("the reference is the suspect itself", where=args.reference, todo="Ask a model that cannot have learnt the mark")
    reference = None if args.reference is None else tuple(
        read_answers(args.reference, args.prompt_column, args.output_column))  # fmt: skip
    inputs = packet.Inputs(
        mark=found, tenants=tuple(opened), answers=tuple(answers), seed=seed, plain_keys=plain, reference=reference,
        tokenizer=coder, mode=args.mode, exclude=args.exclude, n_decoys=int(design["n_decoys"]), alpha=float(design["alpha"]),
        harvested=harvested, published=published, campaigns=campaigns, together=tuple(together),
        early="prompts_in_order" in design,
    )  # fmt: skip
    if args.out is None:
        result, parts = packet.run(inputs)
        described: dict[str, Any] = {"result": result.describe(), "split": None if parts is None else parts.describe()}
    else:
        if args.sign is None and (args.out / packet.SIGNATURE).is_file():
            raise InputError("a signed proof stands there", where=args.out, todo="Pass --sign FILE, or another --out")
        named = _named(args.answers)
        if args.suspect:
            named["name"] = args.suspect
        extra = {"canary": _canaries(args.canaries)} if args.canaries else None
        described = packet.write(args.out, inputs, entries, entry, named, datetime.now(UTC), args.answers, extra,
                                 None if args.reference is None else _named(args.reference))  # fmt: skip
        from stillwatch.prove.page import headline, write_page
        from stillwatch.prove.verify import as_committed

        result, parts = packet.run(inputs)
        page = write_page(args.out, args.sign)
        say(args, headline(described))
        if entry is not None and not (kept := as_committed(described, entry, inputs)).passed:
            say(args, f"This proof will not verify: {kept.detail}. It is under entry {entries.index(entry)}; --entry takes another")
        if args.sign is not None:
            say(args, f"signed; whoever verifies needs {args.sign}.pub from you, by another way than the proof")
        say(args, str(page))
    for row in table(result):
        say(args, f"{row[0]:20} {row[1]:>9} {row[2]:>8} {row[3]:>8} {row[4]:>10} {row[5]:>10} {row[6]:>8}  {row[7]}")
    for line in remarks(result):
        say(args, line)
    if parts is not None:
        say(args, f"{parts.reading}: " + "; ".join(parts.reasons))
    if args.out is not None:
        say(args, f"Next: stillwatch verify {args.out}" + (f" --public-key {args.sign}.pub" if args.sign else "")
                  + "; then name it on its case: stillwatch cases attach CASE " + str(args.out))  # fmt: skip
    return described


def _is_free(out: Path) -> None:
    """A proof is written into a folder of its own: its files would replace others of their names.

    Raises:
        InputError: something else than a proof stands there.
    """
    if out.is_file():
        raise InputError("a file stands there", where=out, todo="Pass a folder that is empty, absent or a proof")
    if out.is_dir() and any(out.iterdir()) and not (out / "record.json").is_file():
        raise InputError("the folder holds something else than a proof", where=out, todo="Pass one that is empty, absent or a proof")


def _canaries(path: Path) -> dict[str, Any]:
    """What ``prove canary test`` found.

    Raises:
        InputError: the file is something else.
    """
    told = read_json(path)
    if not isinstance(told, dict) or not {"p_value", "floor", "openings", "commitment", "units", "answers"} <= set(told):
        raise InputError("not the result of canaries", where=path, todo="Make it with stillwatch prove canary test --out")
    return told


def _named(path: Path) -> dict[str, Any]:
    """Who gave the answers of a file, as ``prove ask`` noted it."""
    beside = path.with_suffix(".suspect.json")
    return {**(read_json(beside) if beside.is_file() else {"kind": "file"}), "sha256": digest(path)}


def report(args: Args) -> Any:
    """Write the page anew."""
    from stillwatch.prove.page import write_page

    if args.sign is None and (args.folder / packet.SIGNATURE).is_file():
        raise InputError("the proof is signed, and a new page makes the signature void", where=args.folder, todo="Pass --sign FILE")
    path = write_page(args.folder, args.sign)
    say(args, str(path))
    return {"report": str(path)}


def verify(args: Args) -> Any:
    """Verify a proof; a failed check is an error."""
    from stillwatch.prove.verify import verify as check

    checks = check(args.folder, args.published, args.public_key)
    for one in checks:
        say(args, f"{'passed' if one.passed else 'FAILED':7} {one.name}: {one.detail}")
    if args.public_key is None:
        signed = (args.folder / packet.SIGNATURE).is_file()
        why = "pass --public-key FILE that you have from the signer, not from the proof" if signed else "the proof is not signed"
        say(args, f"NOT CHECKED signature: {why}")
    failed = [one.name for one in checks if not one.passed]
    if failed:
        raise InputError(f"the proof does not hold ({', '.join(failed)})", where=args.folder)
    return {"checks": [packet.as_json(one) for one in checks]}

"""The commands that make a proof of answers and check it: test, report, verify."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError
from stillwatch.files import digest, read_json
from stillwatch.prove import packet, show
from stillwatch.prove.answers import Answer, Tokenizer, read_answers
from stillwatch.prove.arguments import (
    Args,
    commitment,
    demand_distinct_paths,
    parse_names,
    pooled_tenants,
    read_master_secret,
    say,
    tokenizer_of,
)
from stillwatch.prove.attribution import Split
from stillwatch.prove.choices import ChoiceMark
from stillwatch.prove.inputs import Inputs, reference_gap, run
from stillwatch.prove.keys import decoy_seed, read_log
from stillwatch.prove.schemes import Scheme, from_transformers
from stillwatch.prove.suspects import shown
from stillwatch.prove.testing import MarkTest
from stillwatch.rows import read_parquet
from stillwatch.terminal.counting import number_of


def test(args: Args) -> Any:
    """Test answers and write a proof."""
    demand_distinct_paths(args, "out", "sign", beside=packet.demand_signer(args.sign))
    if args.out is not None:
        _demand_free_folder(args.out, args.sign)
    elif unused := [option for option in ("canaries", "sign", "suspect") if getattr(args, option)]:
        raise InputError(f"--{unused[0]} needs --out", todo="It goes into the proof, which is written there")
    for option, missing in (("campaign", "ledger"), ("vocab_size", "config")):
        if getattr(args, option) and not getattr(args, missing):
            raise InputError(f"--{option.replace('_', '-')} needs --{missing}")
    if args.config and (beside := [option for option in ("tenants", "together", "entry") if getattr(args, option) is not None]):
        raise InputError(f"--{beside[0]} is of a commitment, and --config takes its place", todo="Leave one of them out")
    answers = read_answers(args.answers, args.prompt_column, args.output_column)
    entry, design, keys = _transformers_key(args) if args.config else _committed_keys(args)
    if args.exclude and isinstance(keys["mark"], ChoiceMark):
        raise InputError("--exclude is for marks on tokens", todo="Leave it out: pairs that stand in a question are left out always")
    inputs = Inputs(
        answers=tuple(answers), tokenizer=_tokenizer(args, keys["mark"], design.get("tokenizer")), **_exposure(args, keys["mark"], design),
        reference=_reference(args, answers), mode=args.mode or design.get("mode", "written"),
        exclude=args.exclude or design.get("exclude"), n_decoys=int(design["n_decoys"]), alpha=float(design["alpha"]),
        early="prompts_in_order" in design, **keys,
    )
    result, parts = run(inputs)
    gap = reference_gap(inputs)
    if gap is not None:
        say(args, f"Warning: {gap}. p holds all the same, but the test sees less than with the same questions (stillwatch prove ask)")
    unasked = sum(not one.prompt for one in answers)
    if unasked:
        say(args, f"Warning: {unasked:,} of {number_of(len(answers), 'answer')} without a prompt: if marked text stood in it, what was "
                  "copied counts as the suspect's")
    described: dict[str, Any] = {"result": result.describe(), "split": None if parts is None else parts.describe()}
    broken = ""
    if args.out is not None:
        described, broken = _prove(args, inputs, result, parts, entry)
    for row in show.table(result):
        say(args, f"{row[0]:20} {row[1]:>9} {row[2]:>8} {row[3]:>8} {row[4]:>10} {row[5]:>10} {row[6]:>8}  {row[7]}")
    for line in show.remarks(result):
        say(args, line)
    if parts is not None:
        say(args, f"{parts.reading}: {parts.reasons[0]}")
    if broken:
        say(args, f"Next: {broken}")
    elif args.out is not None:
        say(args, f"Next: stillwatch verify {args.out}" + (f" --public-key {args.sign}.pub" if args.sign else "")
                  + "; then name it on its case: stillwatch cases attach CASE " + str(args.out))
    return described


Keys = tuple[dict[str, Any] | None, dict[str, Any], dict[str, Any]]
"""The commitment, if there is one; the design of the test; and mark, keys and seed as :class:`Inputs` takes them."""


def _transformers_key(args: Args) -> Keys:
    """The key of a transformers configuration."""
    mark, key = from_transformers(read_json(args.config), args.vocab_size)
    say(args, "The key of --config was not committed to in advance; the record says so.")
    keys = {"mark": mark, "tenants": (), "plain_keys": {"configured": key}, "seed": packet.UNCOMMITTED}
    return None, {"alpha": 1e-5, "n_decoys": 99}, keys


def _committed_keys(args: Args) -> Keys:
    """The keys of a commitment."""
    entry, design = commitment(args)
    mark = packet.mark_of(design)
    opened = packet.open_keys(entry, read_master_secret(args), parse_names(args.tenants) if args.tenants else [])
    together = pooled_tenants(args.together, [one.tenant for one in opened], design.get("together"))
    return entry, design, {"mark": mark, "tenants": opened, "seed": decoy_seed(entry), "together": tuple(together)}


def _tokenizer(args: Args, mark: Scheme | ChoiceMark, committed: str | None) -> Tokenizer | None:
    """The marked model's tokenizer, where the mark is one on tokens.

    Raises:
        InputError: it is not the committed one.
    """
    coder = tokenizer_of(args.tokenizer, mark)
    if coder is not None and committed and coder.name != committed:
        raise InputError("the tokenizer is not the committed one", where=args.tokenizer)
    return coder


def _exposure(args: Args, mark: Scheme | ChoiceMark, design: dict[str, Any]) -> dict[str, Any]:
    """What the exposure ledger tells of the tested keys: tokens harvested and seen by tenant, and by which campaigns.

    Answers that carry another mark, or one by the keys of another epoch, cannot have taught the suspect these keys.

    Raises:
        InputError: it is no ledger, or has no harvest of a campaign that was named.
    """
    if not args.ledger:
        return {}
    from stillwatch.prove.exposure_ledger import exposures, harvesters, mark_name, mark_names, rows_with_mark

    whole = read_parquet(args.ledger)
    if not {"tenant", "scheme", "campaign_id", "tokens"} <= set(whole.column_names):
        raise InputError("not an exposure ledger", where=args.ledger, todo="Make it with stillwatch prove ledger")
    scheme, epoch = str(mark.describe()["scheme"]), str(design.get("epoch") or "")
    joined, tested = rows_with_mark(whole, scheme, epoch), mark_name(scheme, epoch)
    harvested, published = exposures(joined, tuple(args.campaign))
    campaigns = harvesters(joined, tuple(args.campaign))
    unknown = sorted(set(args.campaign) - set(campaigns))
    if unknown:
        raise InputError(f"the ledger holds no harvest of {', '.join(unknown)} under the tested keys ({tested})", where=args.ledger,
                         todo=f"It holds {', '.join(harvesters(joined)) or 'none of any campaign'} under these keys, and answers marked by "
                              f"{mark_names(whole) or 'none'}; --entry takes another commitment")
    if not campaigns:
        say(args, f"No campaign of the ledger harvested an answer under the tested keys ({tested}): direct harvest and web spill are not "
                  f"told apart. It holds answers marked by {mark_names(whole) or 'none'}")
    return {"harvested": harvested, "published": published, "campaigns": campaigns}


def _reference(args: Args, answers: list[Answer]) -> tuple[Answer, ...] | None:
    """Answers of a model that cannot have learnt the mark, where they are given.

    Args:
        args: of the command.
        answers: of the suspect.

    Raises:
        InputError: they are the suspect's own.
    """
    if args.reference is None:
        return None
    beside = read_answers(args.reference, args.prompt_column, args.output_column)
    if set(beside) == set(answers):  # with their times: a clean suspect may say at another time what its base says
        raise InputError("the reference is the suspect itself", where=args.reference, todo="Ask a model that cannot have learnt the mark")
    return tuple(beside)


def _prove(
    args: Args, inputs: Inputs, result: MarkTest, parts: Split | None, entry: dict[str, Any] | None
) -> tuple[dict[str, Any], str]:
    """Write the proof and its page, and say what it holds; returns the record, and what to mend where it will not verify."""
    from stillwatch.prove.page import headline, write_page
    from stillwatch.prove.verify import as_committed, canaries_kept, commitment_time

    entries = [] if entry is None else read_log(args.log)
    named = _read_suspect(args.answers)
    if args.suspect:
        named["name"] = args.suspect
    extra = {"canary": _canaries(args.canaries)} if args.canaries else None
    record = packet.write(args.out, inputs, result, parts, entries, entry, named, datetime.now(UTC), extra,
                          None if args.reference is None else {**_read_suspect(args.reference), "gap": reference_gap(inputs)})
    page = write_page(args.out, args.sign)
    say(args, headline(record))
    broken = ""
    if entry is None:
        say(args, "This proof will not verify: no commitment was made")
        broken = "keep it for yourself; to prove it to others, commit to the keys of the marks that you set from now on (prove commit)"
    elif not (kept := as_committed(record, entry, inputs)).passed:
        say(args, f"This proof will not verify: {kept.detail}. It is under entry {entries.index(entry)}; --entry takes another")
        broken = f"test again as entry {entries.index(entry)} commits to ({kept.detail}), or with --entry of the commitment to this test"
    else:
        say(args, f"Design {kept.detail}")
        if not (order := commitment_time(record, entry, None, [one.asked_at for one in inputs.answers])).passed:
            say(args, f"This proof will not verify: {order.detail}")
            broken = (f"ask the suspect again, now that entry {entries.index(entry)} stands (stillwatch prove ask notes when), and test "
                      "what it answers then")
        elif extra and not (beside := canaries_kept(record)).passed:
            say(args, f"This proof will not verify: canaries: {beside.detail}")
            broken = f"ask the canaries' questions again and make {args.canaries} of the answers, or leave --canaries out"
    if args.sign is not None:
        say(args, f"signed; whoever verifies needs {args.sign}.pub from you, by another way than the proof")
    say(args, str(page))
    return record, broken


def _demand_free_folder(out: Path, sign: Path | None) -> None:
    """A proof is written into a folder of its own: its files would replace others of their names.

    Raises:
        InputError: something else than a proof stands there, or a signed one, which would lose its signature.
    """
    if out.is_file():
        raise InputError("a file stands there", where=out, todo="Pass a folder that is empty, absent or a proof")
    if out.is_dir() and any(out.iterdir()) and not (out / "record.json").is_file():
        raise InputError("the folder holds something other than a proof", where=out, todo="Pass one that is empty, absent or a proof")
    if sign is None and (out / packet.SIGNATURE).is_file():
        raise InputError("a signed proof stands there", where=out, todo="Pass --sign FILE, or another --out")


def _canaries(path: Path) -> dict[str, Any]:
    """The result of ``prove canary test``.

    Raises:
        InputError: the file is something else.
    """
    result = read_json(path)
    if not isinstance(result, dict) or not {"p_value", "floor", "openings", "commitment", "units", "answers", "caveat"} <= set(result):
        raise InputError("not the result of canaries", where=path, todo="Make it with stillwatch prove canary test --out")
    return result


def _read_suspect(path: Path) -> dict[str, Any]:
    """The suspect that gave the answers of a file, from the note that ``prove ask`` wrote beside it."""
    note = path.with_suffix(".suspect.json")
    suspect = read_json(note) if note.is_file() else {"kind": "file"}
    if not isinstance(suspect, dict):
        raise InputError("not what prove ask notes of a suspect", where=note, todo="Remove it, or ask anew")
    if isinstance(url := suspect.get("url"), str):
        suspect["url"] = shown(url)  # the URL in the file may hold a key
    return {**suspect, "sha256": digest(path)}


def report(args: Args) -> Any:
    """Write the page anew."""
    from stillwatch.prove.page import write_page

    if args.sign is None and (args.folder / packet.SIGNATURE).is_file():
        raise InputError("the proof is signed, and a new page makes the signature void", where=args.folder, todo="Pass --sign FILE")
    demand_distinct_paths(args, "folder", beside=packet.demand_signer(args.sign))
    path = write_page(args.folder, args.sign)
    say(args, str(path))
    return {"report": str(path)}


def verify(args: Args) -> Any:
    """Verify a proof; a failed check is an error."""
    from stillwatch.prove.verify import verify as check

    checks = check(args.folder, args.published, args.public_key)
    for result in checks:
        say(args, f"{'passed' if result.passed else 'FAILED':7} {result.name}: {result.detail}")
    if args.public_key is None:
        signed = (args.folder / packet.SIGNATURE).is_file()
        why = "pass --public-key FILE that you have from the signer, not from the proof" if signed else "the proof is not signed"
        say(args, f"NOT CHECKED signature: {why}")
    say(args, "NOT CHECKED suspect: whose answers these are (model, URL, sampling; a reference's, too) is the signer's word: ask the same "
              "questions, and some of your own")
    failed = [result.name for result in checks if not result.passed]
    if failed:
        raise InputError(f"the proof does not hold ({', '.join(failed)})", where=args.folder)
    return {"checks": [asdict(result) for result in checks]}

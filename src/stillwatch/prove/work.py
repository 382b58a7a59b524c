"""What the commands do: read, call the pure parts, write."""

import argparse
import hashlib
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from math import log
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError
from stillwatch.files import digest, read_json, replacing, write_json, write_parquet
from stillwatch.hashing import tenant_key
from stillwatch.progress import track
from stillwatch.prove import packet
from stillwatch.prove.answers import Answer, Store, Tokenizer, read_answers, read_parquet, read_prompts, read_rows, tokenizer
from stillwatch.prove.canary import Design, canaries
from stillwatch.prove.choices import ChoiceMark
from stillwatch.prove.keys import Opened, decoy_seed, mark_entry, read_log, tenant_secret
from stillwatch.prove.keys import commit as commit_to
from stillwatch.prove.schemes import (
    Gumbel,
    Kgw,
    Numbers,
    Scheme,
    SynthId,
    TransformersKgw,
    from_transformers,
    to_transformers,
)
from stillwatch.prove.sequential import EProcess, growth
from stillwatch.prove.sequential import plan as make_plan
from stillwatch.prove.statistics import show_p
from stillwatch.prove.suspects import Endpoint, Folder, Sampling, Suspect, cost, question
from stillwatch.prove.testing import remarks, table
from stillwatch.prove.tuples import written


def commit(args: argparse.Namespace) -> Any:
    """Commit to keys and design."""
    if not 0 < args.alpha < 1 or args.decoys < 19:
        raise InputError("--alpha must lie between 0 and 1, and --decoys be 19 or more", todo="The defaults are 1e-5 and 999")
    mark = _new_mark(args)
    names = list(dict.fromkeys(_names(args.tenants)))
    if not names:
        raise InputError("no tenants", where=args.tenants or "--tenants", todo="Pass names with commas between, or a file with one a line")
    coder = None if isinstance(mark, Design) else _tokenizer(args.tokenizer, mark)
    master = tenant_key(args.key)
    design = {"mark": mark.describe(), "epoch": args.epoch, "alpha": args.alpha, "n_decoys": args.decoys,
              "tokenizer": None if coder is None else coder.name}  # fmt: skip
    if args.prompts is not None:
        design["prompts_sha256"] = packet.prompts_digest(read_prompts(args.prompts, args.prompt_column))
    if args.against is not None:
        design["reference"] = args.against == "reference"
    if args.together is not None:
        design["together"] = _together(args.together, names)
    opened = [tenant_secret(master, name, str(mark.describe()["scheme"]), args.epoch) for name in names]
    entry = commit_to(args.log, opened, design, datetime.now(UTC), args.note)
    _say(args, f"Committed to {len(names)} keys for {mark.describe()['scheme']} in entry {entry['sequence']} of {args.log}")
    _say(args, f"Publish this hash where somebody else dates it: {entry['hash']}")
    if args.prompts is not None:
        step = f"stillwatch prove ask --prompts {args.prompts} of the suspect" + (", then of the reference" if args.against else "")
    elif isinstance(mark, Design):
        step = "stillwatch prove canary plant ANSWERS --out planted.jsonl"
    elif isinstance(mark, ChoiceMark):
        step = "stillwatch prove mark ANSWERS --out marked.jsonl --mark-log marks.parquet"
    else:
        step = "set the marks while the model writes (docs/prove.md, Marks)"
    _say(args, f"Next: {step}. Keep {args.key}: it is secret, and without it nothing can be tested")
    return {"hash": entry["hash"], "sequence": entry["sequence"], "time": entry["time"]}


def mark(args: argparse.Namespace) -> Any:
    """Mark finished answers, or print a transformers configuration."""
    entry, design = _entry(args)
    how = packet.mark_of(design["mark"])
    master = _master(args)
    if args.config:
        if args.tenant is None or isinstance(how, ChoiceMark):
            raise InputError("--config needs --tenant and a commitment to hf_kgw or synthid")
        one = packet.open_keys(entry, master, [args.tenant])[0]
        config = to_transformers(how, how.key(one.secret))
        print(json.dumps(config, indent=1))
        return None
    if not isinstance(how, ChoiceMark):
        raise InputError(f"{how.name} marks are set while a model writes", todo="See docs/prove.md: MarkProcessor, --config")
    if args.source is None or args.out is None:
        raise InputError("ANSWERS or --out is missing")
    rows = read_rows(args.source)
    if not rows:
        raise InputError("no answers", where=args.source)
    keys: dict[str, Any] = {}
    changed = words = 0
    logged: list[dict[str, Any]] = []
    with replacing(args.out) as partial, partial.open("w", encoding="utf-8") as handle:
        for number, row in enumerate(track(rows, "marking", len(rows), quiet=args.quiet)):
            text, tenant = row.get(args.output_column), args.tenant or row.get("tenant")
            if not isinstance(text, str) or not isinstance(tenant, str):
                raise InputError(f"row {number} lacks {args.output_column!r} or a tenant", where=args.source,
                                 todo="Pass --output-column or --tenant")  # fmt: skip
            if tenant not in keys:
                keys[tenant] = packet.open_keys(entry, master, [tenant])[0].key
            marked, changes = how.apply(text, keys[tenant])
            changed, words = changed + changes, words + len(text.split())
            handle.write(json.dumps({**row, args.output_column: marked}, ensure_ascii=False, default=str) + "\n")
            logged.append({"event_id": str(row.get("event_id", number)), "account_id": row.get("account_id"), "tenant": tenant,
                           "scheme": "choice", "epoch": design.get("epoch") or None, "timestamp": None,
                           "tokens": len(text.split()), "answer_sha256": hashlib.sha256(marked.encode()).hexdigest()})  # fmt: skip
    if args.mark_log:
        import pyarrow as pa

        from stillwatch.prove.exposure_ledger import MARK_LOG

        write_parquet(pa.Table.from_pylist(logged, schema=MARK_LOG.schema), args.mark_log)
    per_hundred = 100 * changed / max(1, words)
    _say(args, f"{len(rows):,} answers, {changed:,} changed places, {per_hundred:.2f} in a hundred words")
    keep = f", keep {args.mark_log}" if args.mark_log else " (without --mark-log there will be no ledger)"
    _say(args, f"Next: send out {args.out}{keep}; when there is a suspect: stillwatch prove ask")
    return {"answers": len(rows), "changed": changed, "words": words}


def ledger(args: argparse.Namespace) -> Any:
    """Join a mark log with a detect run."""
    from stillwatch.prove.exposure_ledger import elicited, exposures
    from stillwatch.prove.exposure_ledger import ledger as join

    if args.elicited is not None and args.events is None:
        raise InputError("--elicited needs --events", todo="Pass the events whose prompts and responses are kept")
    made = join(args.marks, args.run, args.events)
    write_parquet(made, args.out)
    harvested, seen = exposures(made)
    if not harvested:
        _say(args, "No marked answer was harvested by a campaign of this run, as far as it tells. "
                   "If that surprises you: is event_id in the mark log the request's event_id in the events?")  # fmt: skip
    _say(args, f"{len(made):,} marked answers of {len(seen)} tenants; harvested by campaigns: {sum(harvested.values()):,.0f} "
               f"of {sum(seen.values()):,.0f} tokens")  # fmt: skip
    if len(harvested) > 1:
        _say(args, f"The harvest went through {len(harvested)} tenants, which dilutes each key: commit to test them as one "
                   f"(prove commit --together {','.join(sorted(harvested)[:8])}{',…' if len(harvested) > 8 else ''})")  # fmt: skip
    _say(args, f"Next: stillwatch prove test ASKED --reference BASE --ledger {args.out} --out proof")
    told: dict[str, Any] = {"answers": len(made), "harvested": dict(harvested), "seen": dict(seen)}
    if args.elicited is not None:
        kept, lost = elicited(made, args.events, tuple(args.campaign))
        with replacing(args.elicited) as partial:
            partial.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept), "utf-8")
        _say(args, f"{len(kept):,} marked answers that campaigns elicited: {args.elicited}"
                   + (f"; {lost:,} left out, whose text is not kept or was changed since" if lost else ""))  # fmt: skip
        told |= {"elicited": len(kept), "elicited_left_out": lost}
    return told


def plan(args: argparse.Namespace) -> Any:
    """How many answers are needed."""
    _, design = _entry(args)
    how = packet.mark_of(design["mark"])
    answers = read_answers(args.pilot, args.prompt_column, args.output_column)
    try:
        shifts = [float(shift) for shift in (args.shifts or _SHIFTS[isinstance(how, ChoiceMark)]).split(",")]
    except ValueError as error:
        raise InputError(f"--shifts are not numbers ({error})", where=args.shifts) from error
    if not 0 < args.p < 1 or not 0 < args.power < 1 or min(shifts) <= 0 or (isinstance(how, ChoiceMark) and max(shifts) > 1):
        raise InputError("--p and --power must lie between 0 and 1, --shifts be above 0, and for choice marks at most 1")
    if isinstance(how, ChoiceMark):
        return _plan_choices(args, how, answers, shifts)
    coder = _tokenizer(args.tokenizer, how)
    tuples = _written(answers, how, coder)
    grow = growth(tuples.records, len(answers))
    rows = make_plan(how.null, grow, shifts, log(args.p), args.power)
    _say(args, f"{len(answers)} answers gave {len(tuples):,} distinct tuples; their number grows as answers^{grow.exponent:.2f}")
    _say(args, f"answers needed for p <= {args.p:g} with power {args.power:g} (about half of sequential tests stop earlier at):")
    for one in rows:
        needed = "out of reach" if one.answers is None else f"{one.answers:,} answers ({one.tuples:,} tuples)"
        early = "" if one.answers_sequential is None else f"; sequential {one.answers_sequential:,}"
        _say(args, f"  excess {100 * one.shift:g} %: {needed}{early}")
    _say(args, _AFTER_PLAN)
    return {"growth": asdict(grow), "plan": [asdict(one) for one in rows]}


_AFTER_PLAN = "Next: stillwatch prove commit with the same --tenants and marks, --prompts QUESTIONS --against reference; then prove ask"
_SHIFTS = ("0.01,0.02,0.05,0.1,0.2", "0.05,0.1,0.2,0.4")
"""What is planned for by default: marks on tokens, choice marks."""


def _plan_choices(args: argparse.Namespace, how: ChoiceMark, answers: list[Answer], shares: list[float]) -> Any:
    import numpy as np

    from stillwatch.prove import choices

    counts, _ = how.counts_beyond([one.output for one in answers], [one.prompt for one in answers])
    met = int((counts.sum(1) > 0).sum())
    _say(args, f"{len(answers)} answers met {met} of {how.n_cells} pairs, {counts.sum() / len(answers):.1f} places an answer")
    _say(args, f"answers needed for p <= {args.p:g} with power {args.power:g}, where the suspect writes the key's form at")
    told: dict[str, Any] = {"answers": len(answers), "pairs": met, "plan": []}
    against = {
        name: choices.plan(how, counts, len(answers), shares, log(args.p), reference=reference, wanted=args.power,
                           rng=np.random.default_rng(1))
        for name, reference in (("alone", False), ("against as many answers of a reference", True))
    }  # fmt: skip
    for name, rows in against.items():
        for one in rows:
            needed = f"{one.answers:,}" if one.answers else f"out of reach (p {show_p(one.log_p)} with {choices.LARGEST:,})"
            _say(args, f"  {100 * one.share:g} % of these places, tested {name}: {needed}")
            told["plan"].append({"test": name, **asdict(one)})
    _say(args, _AFTER_PLAN)
    return told


def ask(args: argparse.Namespace) -> Any:
    """Question a suspect."""
    prompts = read_prompts(args.prompts, args.prompt_column)
    sampling = Sampling(args.max_tokens, args.temperature, args.top_p)
    if args.samples < 1 or args.max_tokens < 1 or (args.rate is not None and args.rate <= 0):
        raise InputError("--samples, --max-tokens and --rate must be above 0")
    questions = [(prompt, sample) for sample in range(args.samples) for prompt in prompts]
    store = Store(args.out)
    missing = store.missing(questions)
    estimate = cost(missing, sampling, args.rate, args.price_in, args.price_out)
    stop, state = None, None
    if args.stop_at_p:
        state = _Watch(args, store)
        stop = state.enough
    suspect = _suspect(args)
    if missing and not args.yes:
        whom = suspect.describe()
        print(f"To be asked of {whom.get('model') or whom['path']} at {whom.get('url', 'a folder')}: {estimate}", file=sys.stderr)
        if not sys.stdin.isatty() or input("Start? [y/N] ").strip().lower() not in ("y", "yes"):
            raise InputError("not started", todo="Answer y, or pass --yes")
    _one_suspect(args.out, store, {**suspect.describe(), "sampling": asdict(sampling)})
    asked = question(suspect, questions, store, sampling, rate_per_min=args.rate, stop=stop, quiet=args.quiet)
    _say(args, f"{asked} asked, {len(store.rows)} answers in {args.out}")
    if state is not None:
        _say(args, f"anytime-valid p of the best key: {show_p(state.log_p)}")
    _say(args, f"Next: if this was a pilot, stillwatch prove plan {args.out}. If it was the suspect, ask a model that cannot have learnt "
               f"the mark the same questions, then: stillwatch prove test {args.out} --reference THOSE --out proof")  # fmt: skip
    return {"asked": asked, "answers": len(store.rows)}


def rehearse(args: argparse.Namespace) -> Any:
    """Serve a file of answers as if they were a suspect's, until interrupted."""
    from stillwatch.prove.rehearsal import server

    rows = [row for row in read_rows(args.answers) if args.tenant is None or row.get("tenant") == args.tenant]
    outputs = [row[args.output_column] for row in rows if isinstance(row.get(args.output_column), str)]
    if not outputs:
        raise InputError("no answers to serve", where=args.answers, todo="Pass --output-column, or another --tenant")
    made = server(outputs, args.port)
    port = made.server_address[1]
    _say(args, f"{len(outputs):,} answers stand in for a suspect at http://127.0.0.1:{port}/v1 until Ctrl-C")
    _say(args, f"Next, in another terminal: stillwatch prove ask --url http://127.0.0.1:{port}/v1 --model rehearsal --prompts prompts.txt "
               "--yes --out asked.jsonl")  # fmt: skip
    sys.stdout.flush()
    try:
        made.serve_forever()
    except KeyboardInterrupt:
        made.server_close()
    return None


def read(args: argparse.Namespace) -> Any:
    """Reading mode: predictions of a folder, or of an endpoint with echo and logprobs."""
    coder = tokenizer(args.tokenizer)
    kept = read_answers(args.answers, args.prompt_column, args.output_column)
    store, suspect = Store(args.out), _suspect(args)
    beside = None if args.reference_folder is None else Folder(args.reference_folder)
    missing = [one for one in kept if one.key not in store.rows]
    described = suspect.describe() | ({} if beside is None else {"reference": beside.describe()})
    _one_suspect(args.out, store, described)
    told = known = 0
    for one in track(missing, "reading", len(missing), quiet=args.quiet):
        if isinstance(suspect, Folder):
            predicted = suspect.predictions(one.prompt, one.output, coder)
        elif isinstance(suspect, Endpoint):
            predicted = aligned(suspect.top_tokens(one.prompt + one.output), one.prompt, one.output, coder)
        else:
            raise InputError("reading mode needs --folder or --url")
        row = {"prompt": one.prompt, "sample": one.sample, "output": one.output, "predicted": predicted,
               "asked_at": datetime.now(UTC).isoformat(timespec="milliseconds")}  # fmt: skip
        if beside is not None:
            if not isinstance(suspect, Folder):
                raise InputError("--reference-folder needs --folder")
            row["weights"] = suspect.weights(beside, one.prompt, one.output, coder)
        store.put(row)
        told, known = told + len(predicted), known + sum(value >= 0 for value in predicted)
    _say(args, f"{len(missing)} answers read, {known:,} of {told:,} places predicted")
    _say(args, f"Next: stillwatch prove test {args.out} --mode read --out proof")
    return {"read": len(missing), "places": told, "predicted": known}


def _one_suspect(out: Path, store: Store, described: dict[str, Any]) -> None:
    """A file of answers is of one suspect, asked in one way: whoever goes on with another would mix them."""
    beside = out.with_suffix(".suspect.json")
    if store.rows and beside.is_file() and read_json(beside) != described:
        raise InputError("the file holds answers of another suspect, or drawn with other settings", where=out,
                         todo=f"Pass another --out ({beside.name} says who it was)")  # fmt: skip
    beside.parent.mkdir(parents=True, exist_ok=True)
    write_json(described, beside)


def _named(path: Path) -> dict[str, Any]:
    """Who gave the answers of a file, as ``prove ask`` noted it."""
    beside = path.with_suffix(".suspect.json")
    return {**(read_json(beside) if beside.is_file() else {"kind": "file"}), "sha256": digest(path)}


def aligned(tops: list[tuple[str, str | None]], prompt: str, answer: str, coder: Tokenizer) -> list[int]:
    """Top tokens of an endpoint (strings) as ids of the marked model, -1 where the two vocabularies do not meet."""
    at, guess = 0, {}
    for token, top in tops:
        if top:
            guess[at - len(prompt)] = top
        at += len(token)
    out = []
    for place in coder.cuts(answer):
        ids = coder.ids([guess.get(place, "")])[0]
        out.append(int(ids[0]) if len(ids) == 1 else -1)
    return out


def test(args: argparse.Namespace) -> Any:
    """Test answers and write a proof."""
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
        _say(args, "The key of --config was not committed to in advance; the record says so.")
    else:
        entry, design = _entry(args)
        entries = read_log(args.log)
        found = packet.mark_of(design["mark"])
        opened = packet.open_keys(entry, _master(args), _names(args.tenants) if args.tenants else [])
        seed = decoy_seed(entry)
    together = [] if args.config else _together(args.together, [one.tenant for one in opened], design.get("together"))
    coder = _tokenizer(args.tokenizer, found)
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
    if args.reference is not None and args.reference.is_file() and digest(args.reference) == digest(args.answers):
        raise InputError("the reference is the suspect itself", where=args.reference, todo="Ask a model that cannot have learnt the mark")
    reference = None if args.reference is None else tuple(
        read_answers(args.reference, args.prompt_column, args.output_column))  # fmt: skip
    inputs = packet.Inputs(
        mark=found, tenants=tuple(opened), answers=tuple(answers), seed=seed, plain_keys=plain, reference=reference,
        tokenizer=coder, mode=args.mode, exclude=args.exclude, n_decoys=int(design["n_decoys"]), alpha=float(design["alpha"]),
        harvested=harvested, published=published, campaigns=campaigns, together=tuple(together),
    )  # fmt: skip
    if args.out is None:
        result, parts = packet.run(inputs)
        described: dict[str, Any] = {"result": result.describe(), "split": None if parts is None else parts.describe()}
    else:
        named = _named(args.answers)
        if args.suspect:
            named["name"] = args.suspect
        extra = {"canary": read_json(args.canaries)} if args.canaries else None
        described = packet.write(args.out, inputs, entries, entry, named, datetime.now(UTC), args.answers, extra,
                                 None if args.reference is None else _named(args.reference))  # fmt: skip
        from stillwatch.prove.page import headline, write_page

        result, parts = packet.run(inputs)
        page = write_page(args.out, args.sign)
        _say(args, headline(described))
        if args.sign is not None:
            _say(args, f"signed; whoever verifies needs {args.sign}.pub from you, by another way than the proof")
        _say(args, str(page))
    for row in table(result):
        _say(args, f"{row[0]:20} {row[1]:>9} {row[2]:>8} {row[3]:>8} {row[4]:>10} {row[5]:>10} {row[6]:>8}  {row[7]}")
    for line in remarks(result):
        _say(args, line)
    if parts is not None:
        _say(args, f"{parts.reading}: " + "; ".join(parts.reasons))
    if args.out is not None:
        _say(args, f"Next: stillwatch prove verify {args.out}" + (f" --public-key {args.sign}.pub" if args.sign else "")
                   + "; then name it on its case: stillwatch cases attach CASE " + str(args.out))  # fmt: skip
    return described


def canary(args: argparse.Namespace) -> Any:
    """Questions, planting, rank test."""
    from stillwatch.prove import canary as c

    which = c.canaries(args.canaries)
    if args.step == "questions":
        text = "".join(json.dumps({"prompt": prompt}) + "\n" for one in which for prompt in one.questions)
        if args.out is None:
            print(text, end="")  # to a pipe, so nothing else
        else:
            with replacing(args.out) as partial:
                partial.write_text(text, "utf-8")
            _say(args, f"Next: stillwatch prove ask --prompts {args.out} --samples 20 of the suspect")
        return None
    if args.source is None:
        raise InputError("ANSWERS is missing")
    entry, opened = _canary_keys(args, c.Design(tuple(which)).describe())
    forms = {one.tenant: c.assignment(which, one.key) for one in opened}
    if args.step == "plant":
        return _plant(args, which, forms)
    units = _names(args.units)
    if not units:
        raise InputError("--units is missing", todo="Pass the units of the campaign")
    missing = [unit for unit in units if unit not in forms]
    if missing:
        raise InputError("no commitment to this unit", where=missing[0], todo=f"Committed to are {', '.join(sorted(forms))}")
    answers: dict[str, list[str]] = {}
    for one in read_answers(args.source):
        answers.setdefault(one.prompt, []).append(one.output)
    asked = [time for row in read_rows(args.source) if (time := packet.question_time(row)) is not None]
    told: dict[str, Any] = {
        "canaries": c.design_record(which), "seed": args.seed, "draws": c.DRAWS, "units": units, "answers": answers,
        "commitment": entry["hash"], "committed_at": entry["time"], "first_question": min(asked, default=None),
        "openings": [{"tenant": one.tenant, "secret": one.secret.hex(), "nonce": one.nonce.hex()} for one in opened if one.tenant in units],
    }  # fmt: skip
    result = c.again(told)
    told |= asdict(result)
    if args.out is not None:
        write_json(told, args.out)
    _say(args, f"p = {result.p_value:.3g} (floor {result.floor:.1g}); {result.n_informative} of {result.n_canaries} canaries "
               f"answered in {result.n_answers} answers, {result.chances:.3g} equally likely designs")  # fmt: skip
    if not result.n_informative:
        _say(args, "No answer holds a form of any canary: were these the questions of stillwatch prove canary questions?")
    elif args.out is not None:
        _say(args, f"Next: put it into a proof, which verify then computes anew: stillwatch prove test … --canaries {args.out}")
    return told


def _canary_keys(args: argparse.Namespace, design: dict[str, Any]) -> tuple[dict[str, Any], tuple[Opened, ...]]:
    """The commitment to these canaries (the last, unless one is named), and its keys."""
    entries = read_log(args.log)
    mine = [one for one in entries if one["design"]["mark"] == design and args.entry in (None, one["sequence"])]
    if not mine:
        raise InputError("nothing commits to these canaries", where=args.log,
                         todo="Before you plant: stillwatch prove commit --scheme canary --tenants …")  # fmt: skip
    return mine[-1], packet.open_keys(mine[-1], _master(args))


def _plant(args: argparse.Namespace, which: Any, forms: dict[str, list[int]]) -> Any:
    from stillwatch.prove.canary import plant

    if args.out is None:
        raise InputError("--out is missing")
    planted = 0
    with replacing(args.out) as partial, partial.open("w", encoding="utf-8") as handle:
        for number, row in enumerate(read_rows(args.source)):
            unit, prompt, output = args.unit or row.get("tenant"), row.get("prompt"), row.get("output")
            if not isinstance(unit, str) or not isinstance(output, str) or not isinstance(prompt, str):
                raise InputError(f"row {number} lacks prompt, output or tenant", where=args.source,
                                 todo="What was asked tells which choices are free; for one tenant pass --unit")  # fmt: skip
            if unit not in forms:
                raise InputError("no commitment to this unit", where=unit, todo=f"Committed to are {', '.join(sorted(forms))}")
            text, found = plant(output, prompt, which, forms[unit])
            planted += found
            handle.write(json.dumps({**row, "output": text}, ensure_ascii=False, default=str) + "\n")
    _say(args, f"{planted} forms planted")
    _say(args, f"Next: send out {args.out}; when there is a suspect: stillwatch prove canary questions --out canaries.jsonl")
    return {"planted": planted}


def report(args: argparse.Namespace) -> Any:
    """Write the page anew."""
    from stillwatch.prove.page import write_page

    if args.sign is None and (args.folder / packet.SIGNATURE).is_file():
        raise InputError("the proof is signed, and a new page makes the signature void", where=args.folder, todo="Pass --sign FILE")
    path = write_page(args.folder, args.sign)
    _say(args, str(path))
    return {"report": str(path)}


def verify(args: argparse.Namespace) -> Any:
    """Verify a proof; a failed check is an error."""
    from stillwatch.prove.verify import verify as check

    checks = check(args.folder, args.published, args.public_key)
    for one in checks:
        _say(args, f"{'passed' if one.passed else 'FAILED':7} {one.name}: {one.detail}")
    failed = [one.name for one in checks if not one.passed]
    if failed:
        raise InputError(f"the proof does not hold ({', '.join(failed)})", where=args.folder)
    return {"checks": [packet.as_json(one) for one in checks]}


class _Watch:
    """The sequential test during questioning: Bonferroni over keys, every batch of new answers."""

    def __init__(self, args: argparse.Namespace, store: Store) -> None:
        entry, design = _entry(args)
        how = packet.mark_of(design["mark"])
        if not isinstance(how, Kgw | Gumbel):
            raise InputError("--stop-at-p works for kgw and gumbel marks", todo="Ask a fixed number for the others")
        self.how, self.coder = how, _tokenizer(args.tokenizer, how)
        self.keys = [how.key(one.secret) for one in packet.open_keys(entry, _master(args))]
        self.store, self.level, self.log_p, self.next = store, log(args.stop_at_p), 0.0, 0

    def enough(self) -> bool:
        """Whether the best key, corrected for their number, is below the level."""
        # looked at whenever a twentieth has been added: the p-value takes the best moment in between into account
        if len(self.store.rows) < self.next:
            return False
        self.next = len(self.store.rows) + max(1, len(self.store.rows) // 20)
        answers = [Answer(row["prompt"], row["output"]) for row in self.store.rows.values()]
        tuples = _written(answers, self.how, self.coder)
        best = min(EProcess(self.how.null).add(self.how.numbers(tuples, key)) for key in self.keys)
        self.log_p = min(0.0, best + log(len(self.keys)))
        return self.log_p <= self.level


def _written(answers: list[Answer], how: Scheme, coder: Tokenizer | None) -> Any:
    if coder is None:
        raise InputError("marks on tokens need the marked model's tokenizer", todo="Pass --tokenizer")
    prompts, outputs = coder.ids([one.prompt for one in answers]), coder.ids([one.output for one in answers])
    return written(prompts, outputs, how.window)


def _new_mark(args: argparse.Namespace) -> Scheme | ChoiceMark | Design:
    if args.scheme == "canary":
        return Design(tuple(canaries(args.canaries)))
    if args.scheme == "choice":
        if args.rate <= 0 or args.buckets < 1:
            raise InputError("--rate must be above 0, --buckets 1 or more")
        return ChoiceMark(args.rate, args.buckets)
    if args.scheme == "kgw":
        return Kgw(args.gamma, args.delta, args.context_width)
    if args.scheme == "gumbel":
        return Gumbel(args.context_width)
    if args.scheme == "synthid":
        return SynthId(args.ngram_len, args.depth)
    if args.vocab_size is None:
        raise InputError("hf_kgw needs --vocab-size", todo="It stands in the model's config.json")
    return TransformersKgw(args.vocab_size, args.gamma, args.delta, args.seeding_scheme, args.context_width)


def _entry(args: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    entry = mark_entry(args.log, args.entry)
    return entry, dict(entry["design"])


def _together(given: str | None, tested: list[str], committed: list[str] | None = None) -> list[str]:
    """Tenants whose keys are tested as one: what was committed to, where something was.

    Raises:
        InputError: one is not tested, there are fewer than two, or others were committed to.
    """
    if given is None:
        names = committed or []
    else:
        names = sorted(tested) if given == "all" else sorted(set(_names(given)))
        if committed is not None and names != committed:
            raise InputError("others were committed to be tested together", where="--together", todo=f"Those are {', '.join(committed)}")
    missing = [name for name in names if name not in tested]
    if missing or (given is not None and len(names) < 2):
        raise InputError(f"no key of {missing[0]} is tested" if missing else "fewer than two keys", where="--together",
                         todo="Name two of --tenants or more")  # fmt: skip
    return names


def _master(args: argparse.Namespace) -> bytes:
    """The master secret of a commitment that stands: unlike at ``commit``, none is made."""
    if not args.key.is_file():
        raise InputError("no such key file", where=args.key, todo="Pass the master secret that stillwatch prove commit made")
    return tenant_key(args.key)


def _tokenizer(given: str | None, how: Scheme | ChoiceMark) -> Tokenizer | None:
    if isinstance(how, ChoiceMark):
        return None
    if given is None:
        raise InputError("marks on tokens need the marked model's tokenizer", todo="Pass --tokenizer")
    return tokenizer(given)


def _suspect(args: argparse.Namespace) -> Suspect:
    if (args.url is None) == (args.folder is None):
        raise InputError("pass either --url with --model, or --folder")
    if args.folder is not None:
        return Folder(args.folder, seed=args.seed)
    if not args.model:
        raise InputError("--model is missing")
    return Endpoint(args.url, args.model, key_variable=args.api_key_env, chat=not args.completions)


def _names(given: str) -> list[str]:
    path = Path(given)
    if given and not path.is_file() and (path.suffix in (".txt", ".csv") or "/" in given):
        raise InputError("no such file", where=given, todo="Pass names with commas between, or a file with one a line")
    found = path.read_text("utf-8").splitlines() if given and path.is_file() else given.split(",")
    return [name.strip() for name in found if name.strip()]


def _say(args: argparse.Namespace, text: str) -> None:
    if not (args.quiet or args.json):
        print(text)

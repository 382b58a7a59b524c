"""The commands that come before there is a suspect: commit, mark, ledger, plan."""

import hashlib
import json
from dataclasses import asdict
from datetime import UTC, datetime
from math import log
from typing import Any

from stillwatch.errors import InputError
from stillwatch.files import RUN_FILES, atomic_write, data_files, demand_outside_logs, write_parquet
from stillwatch.keys.hashing import tenant_key
from stillwatch.prove import packet
from stillwatch.prove.answers import Answer, read_answers, read_prompts, text_of
from stillwatch.prove.arguments import (
    Args,
    commitment,
    demand_distinct_paths,
    parse_names,
    pooled_tenants,
    read_master_secret,
    say,
    tokenizer_of,
    tuples_of,
)
from stillwatch.prove.canary import Design, canaries
from stillwatch.prove.choices import ChoiceMark, forms_digest
from stillwatch.prove.keys import commit as commit_to
from stillwatch.prove.keys import read_log, tenant_secret
from stillwatch.prove.schemes import Gumbel, Kgw, Scheme, SynthId, TransformersKgw, to_transformers
from stillwatch.prove.sequential import LOOKS, growth
from stillwatch.prove.sequential import plan as make_plan
from stillwatch.prove.statistics import show_p
from stillwatch.rows import rows_with_place
from stillwatch.terminal.counting import number_of
from stillwatch.terminal.progress import track

ENGLISH = "Its pairs are English forms, for prose (docs/prove.md, Marks)"


def commit(args: Args) -> Any:
    """Commit to tenants' keys and to the design of the test.

    Raises:
        InputError: options contradict each other or are out of range, or a file cannot be read.
    """
    if not 0 < args.alpha < 1 or not 19 <= args.decoys <= packet.MAX_DECOYS:
        raise InputError(f"--alpha must lie between 0 and 1, --decoys between 19 and {packet.MAX_DECOYS:,}",
                         todo="The defaults are 1e-5 and 999")
    if args.samples is not None and args.samples < 1:
        raise InputError("--samples must be above 0")
    demand_distinct_paths(args, "key", "log")
    mark = _new_mark(args)
    names = list(dict.fromkeys(parse_names(args.tenants)))
    if not names:
        raise InputError("no tenants", where=args.tenants or "--tenants", todo="Pass names with commas between, or a file with one a line")
    if isinstance(mark, Design) and (unused := [f"--{name}" for name in ("samples", "prompts") if getattr(args, name) is not None]):
        raise InputError(f"{' and '.join(unused)} would be committed to for canaries, and nothing checks it of them",
                         todo="Leave it out: canaries have questions of their own, which stillwatch prove canary questions writes")
    coder = None if isinstance(mark, Design) else tokenizer_of(args.tokenizer, mark)
    master = tenant_key(args.key)
    design = {"mark": mark.describe(), "epoch": args.epoch, "alpha": args.alpha, "n_decoys": args.decoys,
              "tokenizer": None if coder is None else coder.name}
    design |= {name: value for name in ("samples", "mode") if (value := getattr(args, name)) is not None}
    if isinstance(mark, ChoiceMark):
        design["forms_sha256"] = forms_digest()
    if coder is not None:
        if args.exclude == "tuple" and args.against == "reference":
            raise InputError("against a reference, what was shown is left out by whole contexts", where="--exclude tuple",
                             todo="Leave it out, or pass --exclude window")
        design["exclude"] = args.exclude
    if args.prompts is not None:
        prompts = read_prompts(args.prompts, args.prompt_column)
        design["prompts_sha256"] = packet.prompts_digest(prompts)
        if args.early:
            design["prompts_in_order"] = packet.ordered_prompt_hashes(prompts)
    if args.early:
        _demand_early(args, mark)
    if args.against is not None:
        design["reference"] = args.against == "reference"
    if args.together is not None:
        design["together"] = pooled_tenants(args.together, names)
    opened = [tenant_secret(master, name, str(mark.describe()["scheme"]), args.epoch) for name in names]
    entry = commit_to(args.log, opened, design, datetime.now(UTC), args.note)
    say(args, f"Committed to {number_of(len(names), 'key')} for {mark.describe()['scheme']} in entry {entry['sequence']} of {args.log}")
    say(args, f"Publish this hash where somebody else dates it: {entry['hash']}")
    ask = f"stillwatch prove ask --prompts {args.prompts}" + (f" --samples {args.samples}" if args.samples else "")
    if args.early:
        first = "of the reference, then of the suspect with --reference THOSE" if args.against == "reference" else "of the suspect with"
        step = f"{ask} {first} --stop-at-p {args.alpha:g}"
    elif args.mode == "read":
        step = "stillwatch prove read ANSWERS of the suspect"
    elif args.prompts is not None:
        step = f"{ask} of the suspect" + (", then of the reference" if args.against else "")
    elif isinstance(mark, Design):
        earlier = read_log(args.log)[:-1]
        planted = [old for old in earlier if old["design"]["mark"] == design["mark"] and {*names} <= {*old["commitments"]}]
        step = ("stillwatch prove canary questions --out canaries.jsonl, for the suspect (planting goes on with --entry "
                f"{planted[-1]['sequence']})" if planted else "stillwatch prove canary plant ANSWERS --out planted.jsonl")
    elif isinstance(mark, ChoiceMark):
        step = "stillwatch prove mark ANSWERS --out marked.jsonl --mark-log marks.parquet"
    else:
        step = "set the marks while the model writes (docs/prove.md, Marks)"
    say(args, f"Next: {step}. Keep {args.key}: it is secret, and without it nothing can be tested")
    return {"hash": entry["hash"], "sequence": entry["sequence"], "time": entry["time"]}


def _demand_early(args: Args, mark: Scheme | ChoiceMark | Design) -> None:
    """Refuse ``--early`` for a test that cannot stop early.

    Raises:
        InputError: this one cannot.
    """
    if args.prompts is None:
        raise InputError("--early needs --prompts", todo="The questions are fixed, with their order; how many are asked is not")
    if args.together is not None or args.mode == "read":
        raise InputError("keys are not tested together, nor answers read, where questions may stop early",
                         todo="Leave --early, or --together and --mode read, out")
    if not isinstance(mark, ChoiceMark | Kgw | Gumbel) or (args.against == "reference" and not isinstance(mark, ChoiceMark)):
        raise InputError("questions may stop early for choice marks, and for kgw and gumbel against nothing", todo="Leave --early out")


def _new_mark(args: Args) -> Scheme | ChoiceMark | Design:
    """The mark that the options describe."""
    if args.scheme == "canary":
        return Design(tuple(canaries(args.canaries)))
    if args.scheme == "choice":
        return packet.choice_mark(args.rate, args.buckets)
    if args.scheme == "kgw":
        return Kgw(args.gamma, args.delta, args.context_width)
    if args.scheme == "gumbel":
        return Gumbel(args.context_width)
    if args.scheme == "synthid":
        return SynthId(args.ngram_len, args.depth)
    if args.vocab_size is None:
        raise InputError("hf_kgw needs --vocab-size", todo="It stands in the model's config.json")
    return TransformersKgw(args.vocab_size, args.gamma, args.delta, args.seeding_scheme, args.context_width)


def mark(args: Args) -> Any:
    """Mark finished answers, or print a transformers configuration.

    Raises:
        InputError: the committed mark cannot be set on finished text, an option is missing, or an answer has no id or tenant.
    """
    import pyarrow as pa

    from stillwatch.prove.exposure_ledger import MARK_LOG, add_to_mark_log, read_mark_log

    entry, design = commitment(args)
    committed_mark = packet.mark_of(design)
    master = read_master_secret(args)
    if args.config:
        if args.tenant is None or isinstance(committed_mark, ChoiceMark):
            raise InputError("--config needs --tenant and a commitment to hf_kgw or synthid")
        opened = packet.open_keys(entry, master, [args.tenant])[0]
        config = to_transformers(committed_mark, committed_mark.key(opened.secret))
        print(json.dumps(config, indent=1))
        return None
    if not isinstance(committed_mark, ChoiceMark):
        raise InputError(f"{committed_mark.name} marks are set while a model writes", todo="See docs/prove.md: MarkProcessor, --config")
    if args.source is None or args.out is None:
        raise InputError("ANSWERS or --out is missing")
    demand_distinct_paths(args, "out", "mark_log")
    if args.mark_log:
        read_mark_log(args.mark_log)
    rows = rows_with_place(args.source)
    if not rows:
        raise InputError("no answers", where=args.source)
    keys: dict[str, Any] = {}
    changed = words = added = conflicting = 0
    logged: list[dict[str, Any]] = []
    with atomic_write(args.out) as partial, partial.open("w", encoding="utf-8") as handle:
        for place, row in track(rows, "marking", len(rows), quiet=args.quiet):
            text = text_of(row, args.output_column, place, args.source, "--output-column")
            tenant = args.tenant or text_of(row, "tenant", place, args.source, "--tenant")
            if tenant not in keys:
                keys[tenant] = packet.open_keys(entry, master, [tenant])[0].key
            marked, changes = committed_mark.apply(text, keys[tenant])
            changed, words = changed + changes, words + len(text.split())
            handle.write(json.dumps({**row, args.output_column: marked}, ensure_ascii=False, default=str) + "\n")
            event = row.get("event_id")
            if args.mark_log and event in (None, ""):
                raise InputError(f"{place} has no event_id", where=args.source, todo="The log is joined by the request's own: write it")
            logged.append({"event_id": str(event), "account_id": row.get("account_id"), "tenant": tenant,
                           "scheme": "choice", "epoch": design.get("epoch") or None, "timestamp": None,
                           "tokens": len(text.split()), "answer_sha256": hashlib.sha256(marked.encode()).hexdigest()})
        if args.mark_log:  # before the file of answers is complete, so that no marked answer is sent out that the log lacks
            added, conflicting = add_to_mark_log(pa.Table.from_pylist(logged, schema=MARK_LOG.schema), args.mark_log)
    summary = {"answers": len(rows), "changed": changed, "words": words}
    if args.mark_log:
        summary |= {"logged": added}
    per_hundred = 100 * changed / max(1, words)
    say(args, f"{number_of(len(rows), 'answer')}, {number_of(changed, 'changed place')}, {per_hundred:.2f} in a hundred words")
    if args.mark_log:
        say(args, f"{args.mark_log}: {number_of(added, 'answer')} added" + (f", {len(rows) - added:,} in it before" * (added < len(rows))))
        if conflicting:
            say(args, f"{conflicting:,} of these are of events that the log has with another text or key, and a ledger counts both. "
                      "event_id must be the request's own")
    if not changed and not committed_mark.counts(row[args.output_column] for _, row in rows).any():
        say(args, f"Nothing is marked: no pair of the mark occurs in these answers, so no test can find them. {ENGLISH}")
        return summary
    keep = f", keep {args.mark_log}" if args.mark_log else " (without --mark-log there will be no ledger)"
    say(args, f"Next: send out {args.out}{keep}; when there is a suspect: stillwatch prove ask")
    return summary


def ledger(args: Args) -> Any:
    """Join a mark log with a run of ``detect``: which account saw which marked answer.

    Raises:
        InputError: options contradict each other, or a file is not what it should be.
    """
    from stillwatch.prove.exposure_ledger import elicited, event_files, exposures
    from stillwatch.prove.exposure_ledger import ledger as join

    if args.elicited is not None and args.events is None:
        raise InputError("--elicited needs --events", todo="Pass the events whose prompts and responses are kept")
    if args.events is not None:
        demand_outside_logs(args.events.parent if args.events.name == "events" else args.events, args.out, "a ledger")
    read = [*data_files(args.marks), *event_files(args.events), *(args.run / name for name in RUN_FILES)]
    demand_distinct_paths(args, "out", "elicited", read=read)
    joined = join(args.marks, args.run, args.events)
    write_parquet(joined, args.out)
    harvested, seen = exposures(joined)
    if not harvested:
        say(args, "No marked answer was harvested by a campaign of this run, as far as it tells. "
                  "If that surprises you: is event_id in the mark log the request's event_id in the events?")
    say(args, f"{number_of(len(joined), 'marked answer')} of {number_of(len(seen), 'tenant')}; harvested by campaigns: "
              f"{sum(harvested.values()):,.0f} of {sum(seen.values()):,.0f} tokens")
    if len(harvested) > 1:
        say(args, f"The harvest went through {len(harvested)} tenants, which dilutes each key: commit to test them as one "
                  f"(prove commit --together {','.join(sorted(harvested)[:8])}{',…' if len(harvested) > 8 else ''})")
    say(args, f"Next: stillwatch prove test ASKED --reference BASE --ledger {args.out} --out proof")
    summary: dict[str, Any] = {"answers": len(joined), "harvested": dict(harvested), "seen": dict(seen)}
    if args.elicited is not None:
        rows, lost = elicited(joined, args.events, tuple(args.campaign))
        with atomic_write(args.elicited) as partial:
            partial.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        say(args, f"{number_of(len(rows), 'marked answer')} that campaigns elicited: {args.elicited}"
                  + (f"; {lost:,} left out, whose text is not kept or was changed since" if lost else ""))
        summary |= {"elicited": len(rows), "elicited_left_out": lost}
    return summary


def plan(args: Args) -> Any:
    """How many answers a test needs for a p-value and a power.

    Raises:
        InputError: options are out of range, or the answers cannot be read.
    """
    _, design = commitment(args)
    mark = packet.mark_of(design)
    answers = read_answers(args.pilot, args.prompt_column, args.output_column)
    try:
        shifts = [float(shift) for shift in (args.shifts or _SHIFTS[isinstance(mark, ChoiceMark)]).split(",")]
    except ValueError as error:
        raise InputError(f"--shifts are not numbers ({error})", where=args.shifts) from error
    most = 1.0 if isinstance(mark, ChoiceMark) else 1e6
    if not 0 < args.p < 1 or not 0 < args.power < 1 or not all(0 < shift <= most for shift in shifts):
        raise InputError("--p and --power must lie between 0 and 1, --shifts be above 0, and for choice marks at most 1")
    if isinstance(mark, ChoiceMark):
        return _plan_choices(args, mark, answers, shifts)
    coder = tokenizer_of(args.tokenizer, mark)
    tuples = tuples_of(answers, mark, coder, design.get("exclude"))
    tuple_growth = growth(tuples.records, len(answers))
    planned = make_plan(mark.null, tuple_growth, shifts, log(args.p), args.power)
    say(args, f"{number_of(len(answers), 'answer')} gave {number_of(len(tuples), 'distinct tuple')}; "
              f"their number grows as answers^{tuple_growth.exponent:.2f}")
    say(args, f"answers needed for p <= {args.p:g} with power {args.power:g} (about half of sequential tests stop earlier at):")
    for row in planned:
        needed = "out of reach"
        if row.answers is not None and row.tuples is not None:
            needed = f"{number_of(row.answers, 'answer')} ({number_of(row.tuples, 'tuple')})"
        say(args, f"  excess {100 * row.shift:g} %: {needed}{_early('sequential', row.answers_sequential, row.answers)}")
    say(args, _AFTER_PLAN)
    return {"growth": asdict(tuple_growth), "plan": [asdict(row) for row in planned]}


def _early(label: str, early: int | None, fixed: int | None) -> str:
    """The number of answers at which half of the sequential tests have stopped, in words, and whether that saves any.

    Args:
        label: put before the number.
        early: answers at which half have stopped; None if not computed.
        fixed: answers that a test of fixed size needs; None if out of reach.
    """
    if early is None:
        return ""
    return f"; {label} {early:,}" + (", so that stopping early saves nothing" if fixed is not None and early >= fixed else "")


_AFTER_PLAN = ("Next: stillwatch prove commit with the same --tenants and marks, --prompts QUESTIONS --samples 1 --mode written "
               "--against reference; then prove ask")


_SHIFTS = ("0.01,0.02,0.05,0.1,0.2", "0.05,0.1,0.2,0.4")
"""Default of ``--shifts`` for marks on tokens (relative excess) and for choice marks (share of places)."""


def _plan_choices(args: Args, mark: ChoiceMark, answers: list[Answer], shares: list[float]) -> Any:
    """The plan for choice marks: at each share of places where the suspect writes the key's form, alone and against a reference."""
    import numpy as np

    from stillwatch.prove import choices

    counts, _ = mark.counts_beyond([answer.output for answer in answers], [answer.prompt for answer in answers])
    n_pairs = int((counts.sum(1) > 0).sum())
    if not n_pairs:
        say(args, f"{number_of(len(answers), 'answer')}: no pair of the mark occurs in them beyond their prompts, so no number of answers "
                  f"like these is enough. {ENGLISH}")
        return {"answers": len(answers), "pairs": 0, "plan": []}
    say(args, f"{number_of(len(answers), 'answer')} met {n_pairs} of {mark.n_cells} pairs, "
              f"{counts.sum() / len(answers):.1f} places an answer")
    say(args, f"answers needed for p <= {args.p:g} with power {args.power:g}, where the suspect writes the key's form at")
    summary: dict[str, Any] = {"answers": len(answers), "pairs": n_pairs, "plan": []}
    rngs = {"alone": np.random.default_rng(1), "against as many answers of a reference": np.random.default_rng(1)}
    cases = [(name, share) for name in rngs for share in shares]
    # all are computed before the first is printed: a progress bar on a terminal would overwrite printed lines
    rows = [(name, choices.plan(mark, counts, len(answers), share, log(args.p), reference=name != "alone", wanted=args.power, looks=LOOKS,
                                rng=rngs[name]))
            for name, share in track(cases, "planning", len(cases), quiet=args.quiet)]
    for name, row in rows:
        needed = f"{row.answers:,}" if row.answers else f"out of reach (p {show_p(row.log_p)} with {choices.LARGEST:,})"
        early = _early("of those that may stop early half have by", row.answers_early, row.answers)
        say(args, f"  {100 * row.share:g} % of these places, tested {name}: {needed}{early}")
        summary["plan"].append({"test": name, **asdict(row)})
    say(args, _AFTER_PLAN)
    return summary

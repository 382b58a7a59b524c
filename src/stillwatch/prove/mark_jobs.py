"""The commands before there is a suspect: commit, mark, join marks with a run, plan how many answers a test needs."""

import hashlib
import json
from dataclasses import asdict
from datetime import UTC, datetime
from math import log
from typing import Any

from stillwatch.errors import InputError
from stillwatch.files import RUN_FILES, data_files, demand_outside, replacing, write_parquet
from stillwatch.keys.hashing import tenant_key
from stillwatch.prove import packet
from stillwatch.prove.answers import Answer, read_answers, read_prompts, text_of
from stillwatch.prove.arguments import Args, coder_of, commitment, keep_apart, master_of, names_of, say, tenants_as_one, tuples_of
from stillwatch.prove.canary import Design, canaries
from stillwatch.prove.choices import ChoiceMark, forms_digest
from stillwatch.prove.keys import commit as commit_to
from stillwatch.prove.keys import read_log, tenant_secret
from stillwatch.prove.schemes import Gumbel, Kgw, Scheme, SynthId, TransformersKgw, to_transformers
from stillwatch.prove.sequential import LOOKS, growth
from stillwatch.prove.sequential import plan as make_plan
from stillwatch.prove.statistics import show_p
from stillwatch.rows import placed_rows
from stillwatch.terminal.counting import number_of
from stillwatch.terminal.progress import track

ENGLISH = "Its pairs are English forms, for prose (docs/prove.md, Marks)"


def commit(args: Args) -> Any:
    """Commit to keys and design."""
    if not 0 < args.alpha < 1 or not 19 <= args.decoys <= packet.MOST_DECOYS:
        raise InputError(f"--alpha must lie between 0 and 1, --decoys between 19 and {packet.MOST_DECOYS:,}",
                         todo="The defaults are 1e-5 and 999")
    if args.samples is not None and args.samples < 1:
        raise InputError("--samples must be above 0")
    keep_apart(args, "key", "log")
    mark = _new_mark(args)
    names = list(dict.fromkeys(names_of(args.tenants)))
    if not names:
        raise InputError("no tenants", where=args.tenants or "--tenants", todo="Pass names with commas between, or a file with one a line")
    coder = None if isinstance(mark, Design) else coder_of(args.tokenizer, mark)
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
            design["prompts_in_order"] = packet.in_order(prompts)
    if args.early:
        _may_stop(args, mark)
    if args.against is not None:
        design["reference"] = args.against == "reference"
    if args.together is not None:
        design["together"] = tenants_as_one(args.together, names)
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
        planted = [one for one in read_log(args.log)[:-1] if one["design"]["mark"] == design["mark"] and {*names} <= {*one["commitments"]}]
        step = ("stillwatch prove canary questions --out canaries.jsonl, for the suspect (planting goes on with --entry "
                f"{planted[-1]['sequence']})" if planted else "stillwatch prove canary plant ANSWERS --out planted.jsonl")
    elif isinstance(mark, ChoiceMark):
        step = "stillwatch prove mark ANSWERS --out marked.jsonl --mark-log marks.parquet"
    else:
        step = "set the marks while the model writes (docs/prove.md, Marks)"
    say(args, f"Next: {step}. Keep {args.key}: it is secret, and without it nothing can be tested")
    return {"hash": entry["hash"], "sequence": entry["sequence"], "time": entry["time"]}


def _may_stop(args: Args, mark: Scheme | ChoiceMark | Design) -> None:
    """Whether a test of this kind can stop early.

    Raises:
        InputError: it cannot.
    """
    if args.prompts is None:
        raise InputError("--early needs --prompts", todo="The questions are fixed, with their order; how many are asked is not")
    if args.together is not None or args.mode == "read":
        raise InputError("keys are not tested together, nor answers read, where questions may stop early",
                         todo="Leave --early, or --together and --mode read, out")
    if not isinstance(mark, ChoiceMark | Kgw | Gumbel) or (args.against == "reference" and not isinstance(mark, ChoiceMark)):
        raise InputError("questions may stop early for choice marks, and for kgw and gumbel against nothing", todo="Leave --early out")


def _new_mark(args: Args) -> Scheme | ChoiceMark | Design:
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
    """Mark finished answers, or print a transformers configuration."""
    import pyarrow as pa

    from stillwatch.prove.exposure_ledger import MARK_LOG, add_to_mark_log, read_mark_log

    entry, design = commitment(args)
    how = packet.mark_of(design)
    master = master_of(args)
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
    keep_apart(args, "out", "mark_log")
    if args.mark_log:
        read_mark_log(args.mark_log)
    rows = placed_rows(args.source)
    if not rows:
        raise InputError("no answers", where=args.source)
    keys: dict[str, Any] = {}
    changed = words = added = otherwise = 0
    logged: list[dict[str, Any]] = []
    with replacing(args.out) as partial, partial.open("w", encoding="utf-8") as handle:
        for place, row in track(rows, "marking", len(rows), quiet=args.quiet):
            text = text_of(row, args.output_column, place, args.source, "--output-column")
            tenant = args.tenant or text_of(row, "tenant", place, args.source, "--tenant")
            if tenant not in keys:
                keys[tenant] = packet.open_keys(entry, master, [tenant])[0].key
            marked, changes = how.apply(text, keys[tenant])
            changed, words = changed + changes, words + len(text.split())
            handle.write(json.dumps({**row, args.output_column: marked}, ensure_ascii=False, default=str) + "\n")
            event = row.get("event_id")
            if args.mark_log and event in (None, ""):
                raise InputError(f"{place} has no event_id", where=args.source, todo="The log is joined by the request's own: write it")
            logged.append({"event_id": str(event), "account_id": row.get("account_id"), "tenant": tenant,
                           "scheme": "choice", "epoch": design.get("epoch") or None, "timestamp": None,
                           "tokens": len(text.split()), "answer_sha256": hashlib.sha256(marked.encode()).hexdigest()})
        if args.mark_log:  # before the answers take their place, so that none is sent out that is not in the log
            added, otherwise = add_to_mark_log(pa.Table.from_pylist(logged, schema=MARK_LOG.schema), args.mark_log)
    told = {"answers": len(rows), "changed": changed, "words": words}
    if args.mark_log:
        told |= {"logged": added}
    per_hundred = 100 * changed / max(1, words)
    say(args, f"{number_of(len(rows), 'answer')}, {number_of(changed, 'changed place')}, {per_hundred:.2f} in a hundred words")
    if args.mark_log:
        say(args, f"{args.mark_log}: {number_of(added, 'answer')} added" + (f", {len(rows) - added:,} in it before" * (added < len(rows))))
        if otherwise:
            say(args, f"{otherwise:,} of these are of events that the log has with another text or key, and a ledger counts both. "
                      "event_id must be the request's own")
    if not changed and not how.counts(row[args.output_column] for _, row in rows).any():
        say(args, f"Nothing is marked: no pair of the mark occurs in these answers, so no test can find them. {ENGLISH}")
        return told
    keep = f", keep {args.mark_log}" if args.mark_log else " (without --mark-log there will be no ledger)"
    say(args, f"Next: send out {args.out}{keep}; when there is a suspect: stillwatch prove ask")
    return told


def ledger(args: Args) -> Any:
    """Join a mark log with a detect run."""
    from stillwatch.prove.exposure_ledger import elicited, event_files, exposures
    from stillwatch.prove.exposure_ledger import ledger as join

    if args.elicited is not None and args.events is None:
        raise InputError("--elicited needs --events", todo="Pass the events whose prompts and responses are kept")
    if args.events is not None:
        demand_outside(args.events.parent if args.events.name == "events" else args.events, args.out, "a ledger")
    keep_apart(args, "out", "elicited", read=[*data_files(args.marks), *event_files(args.events), *(args.run / name for name in RUN_FILES)])
    made = join(args.marks, args.run, args.events)
    write_parquet(made, args.out)
    harvested, seen = exposures(made)
    if not harvested:
        say(args, "No marked answer was harvested by a campaign of this run, as far as it tells. "
                  "If that surprises you: is event_id in the mark log the request's event_id in the events?")
    say(args, f"{number_of(len(made), 'marked answer')} of {number_of(len(seen), 'tenant')}; harvested by campaigns: "
              f"{sum(harvested.values()):,.0f} of {sum(seen.values()):,.0f} tokens")
    if len(harvested) > 1:
        say(args, f"The harvest went through {len(harvested)} tenants, which dilutes each key: commit to test them as one "
                  f"(prove commit --together {','.join(sorted(harvested)[:8])}{',…' if len(harvested) > 8 else ''})")
    say(args, f"Next: stillwatch prove test ASKED --reference BASE --ledger {args.out} --out proof")
    told: dict[str, Any] = {"answers": len(made), "harvested": dict(harvested), "seen": dict(seen)}
    if args.elicited is not None:
        kept, lost = elicited(made, args.events, tuple(args.campaign))
        with replacing(args.elicited) as partial:
            partial.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept), "utf-8")
        say(args, f"{number_of(len(kept), 'marked answer')} that campaigns elicited: {args.elicited}"
                  + (f"; {lost:,} left out, whose text is not kept or was changed since" if lost else ""))
        told |= {"elicited": len(kept), "elicited_left_out": lost}
    return told


def plan(args: Args) -> Any:
    """How many answers are needed."""
    _, design = commitment(args)
    how = packet.mark_of(design)
    answers = read_answers(args.pilot, args.prompt_column, args.output_column)
    try:
        shifts = [float(shift) for shift in (args.shifts or _SHIFTS[isinstance(how, ChoiceMark)]).split(",")]
    except ValueError as error:
        raise InputError(f"--shifts are not numbers ({error})", where=args.shifts) from error
    most = 1.0 if isinstance(how, ChoiceMark) else 1e6
    if not 0 < args.p < 1 or not 0 < args.power < 1 or not all(0 < shift <= most for shift in shifts):
        raise InputError("--p and --power must lie between 0 and 1, --shifts be above 0, and for choice marks at most 1")
    if isinstance(how, ChoiceMark):
        return _plan_choices(args, how, answers, shifts)
    coder = coder_of(args.tokenizer, how)
    tuples = tuples_of(answers, how, coder, design.get("exclude"))
    grow = growth(tuples.records, len(answers))
    rows = make_plan(how.null, grow, shifts, log(args.p), args.power)
    say(args, f"{number_of(len(answers), 'answer')} gave {number_of(len(tuples), 'distinct tuple')}; "
              f"their number grows as answers^{grow.exponent:.2f}")
    say(args, f"answers needed for p <= {args.p:g} with power {args.power:g} (about half of sequential tests stop earlier at):")
    for one in rows:
        needed = "out of reach"
        if one.answers is not None and one.tuples is not None:
            needed = f"{number_of(one.answers, 'answer')} ({number_of(one.tuples, 'tuple')})"
        say(args, f"  excess {100 * one.shift:g} %: {needed}{_early('sequential', one.answers_sequential, one.answers)}")
    say(args, _AFTER_PLAN)
    return {"growth": asdict(grow), "plan": [asdict(one) for one in rows]}


def _early(told: str, early: int | None, fixed: int | None) -> str:
    """When half of the tests that may stop early have stopped, and whether that is no sooner than with a fixed number of answers."""
    if early is None:
        return ""
    return f"; {told} {early:,}" + (", so that stopping early saves nothing" if fixed is not None and early >= fixed else "")


_AFTER_PLAN = ("Next: stillwatch prove commit with the same --tenants and marks, --prompts QUESTIONS --samples 1 --mode written "
               "--against reference; then prove ask")


_SHIFTS = ("0.01,0.02,0.05,0.1,0.2", "0.05,0.1,0.2,0.4")
"""What is planned for by default: marks on tokens, choice marks."""


def _plan_choices(args: Args, how: ChoiceMark, answers: list[Answer], shares: list[float]) -> Any:
    import numpy as np

    from stillwatch.prove import choices

    counts, _ = how.counts_beyond([one.output for one in answers], [one.prompt for one in answers])
    met = int((counts.sum(1) > 0).sum())
    if not met:
        say(args, f"{number_of(len(answers), 'answer')}: no pair of the mark occurs in them beyond their prompts, so no number of answers "
                  f"like these is enough. {ENGLISH}")
        return {"answers": len(answers), "pairs": 0, "plan": []}
    say(args, f"{number_of(len(answers), 'answer')} met {met} of {how.n_cells} pairs, {counts.sum() / len(answers):.1f} places an answer")
    say(args, f"answers needed for p <= {args.p:g} with power {args.power:g}, where the suspect writes the key's form at")
    told: dict[str, Any] = {"answers": len(answers), "pairs": met, "plan": []}
    against = {"alone": np.random.default_rng(1), "against as many answers of a reference": np.random.default_rng(1)}
    asked = [(name, share) for name in against for share in shares]
    # all before the first is said: on a terminal a bar takes what is printed under it
    rows = [(name, choices.plan(how, counts, len(answers), share, log(args.p), reference=name != "alone", wanted=args.power, looks=LOOKS,
                                rng=against[name]))
            for name, share in track(asked, "planning", len(asked), quiet=args.quiet)]
    for name, one in rows:
        needed = f"{one.answers:,}" if one.answers else f"out of reach (p {show_p(one.log_p)} with {choices.LARGEST:,})"
        early = _early("of those that may stop early half have by", one.answers_early, one.answers)
        say(args, f"  {100 * one.share:g} % of these places, tested {name}: {needed}{early}")
        told["plan"].append({"test": name, **asdict(one)})
    say(args, _AFTER_PLAN)
    return told

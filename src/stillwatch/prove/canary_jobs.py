"""The command for canaries: what to ask back, planting, and the rank test."""

import json
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from stillwatch.errors import InputError
from stillwatch.files import atomic_write, write_json
from stillwatch.prove import canary as c
from stillwatch.prove import packet
from stillwatch.prove.answers import read_answers, text_of
from stillwatch.prove.arguments import Args, demand_distinct_paths, parse_names, read_master_secret, say
from stillwatch.prove.keys import OpenedKey, read_commitments
from stillwatch.rows import rows_with_place
from stillwatch.terminal.counting import number_of


def canary(args: Args) -> Any:
    """Write the canaries' questions, plant canaries in answers, or run the rank test, by ``args.step``.

    Raises:
        InputError: an argument is missing, nothing commits to these canaries, or a unit is not committed to.
    """
    from stillwatch.prove.verify import canaries_late

    demand_distinct_paths(args, "out")
    which = c.canaries(args.canaries)
    if args.step == "questions":
        text = "".join(json.dumps({"prompt": prompt}) + "\n" for one in which for prompt in one.questions)
        if args.out is None:
            print(text, end="")  # to a pipe, so nothing else
        else:
            with atomic_write(args.out) as partial:
                partial.write_text(text, "utf-8")
            say(args, f"Next: stillwatch prove ask --prompts {args.out} --samples 20 of the suspect")
        return None
    if args.source is None:
        raise InputError("ANSWERS is missing")
    entry, opened = _canary_keys(args, c.Design(tuple(which)).describe())
    forms = {one.tenant: c.assignment(which, one.key) for one in opened}
    if args.step == "plant":
        return _plant(args, which, forms, float(entry["design"]["alpha"]))
    units = list(dict.fromkeys(parse_names(args.units)))  # a unit that is named twice counts once
    if not units:
        raise InputError("--units is missing", todo="Pass the units of the campaign")
    missing = [unit for unit in units if unit not in forms]
    if missing:
        raise _unknown(missing[0], forms)
    answers: dict[str, list[dict[str, Any]]] = {}
    for one in read_answers(args.source):
        answers.setdefault(one.prompt, []).append({"output": one.output, "asked_at": one.asked_at})
    record: dict[str, Any] = {
        "canaries": c.design_record(which), "seed": c.SEED, "draws": c.DRAWS, "units": units, "answers": answers,
        "commitment": entry["hash"], "committed_at": entry["time"],
        "caveat": c.caveat(units, forms),
        "openings": [{"tenant": one.tenant, "secret": one.secret.hex(), "nonce": one.nonce.hex()} for one in opened if one.tenant in units],
    }
    result = c.rerun_test(record)
    record |= asdict(result)
    if args.out is not None:
        write_json(record, args.out)
    say(args, f"p = {result.p_value:.3g} (floor {result.floor:.1g}); {result.n_informative} of "
              f"{number_of(result.n_canaries, 'canary', 'canaries')} answered in {number_of(result.n_answers, 'answer')}, "
              f"{result.chances:.3g} equally likely designs")
    say(args, f"Verdict at {entry['design']['alpha']:g}, the commitment's level: {_verdict(result, entry['design']['alpha'])}")
    say(args, record["caveat"][0].upper() + record["caveat"][1:])
    late = canaries_late(record)
    if not result.n_informative:
        say(args, "No answer holds a form of any canary: were these the questions of stillwatch prove canary questions?")
    elif late:
        say(args, f"A proof with these will not verify: {late}. Ask again (stillwatch prove ask notes when), and test those answers")
    elif args.out is not None:
        say(args, f"Next: put it into a proof, which verify then computes anew: stillwatch prove test … --canaries {args.out}")
    return record


def _verdict(result: c.CanaryTest, alpha: float) -> str:
    """The verdict in the words of ``prove test``. Canaries have no decoys, so these cannot contradict p."""
    if not result.n_informative:
        return "not tested"
    if result.p_value <= alpha:
        return "marked"
    return "not shown" + (". Too few canaries were answered: no mark could have been shown" if result.floor > alpha else "")


def _canary_keys(args: Args, design: dict[str, Any]) -> tuple[dict[str, Any], tuple[OpenedKey, ...]]:
    """The commitment to these canaries (the last, unless one is named), and its keys."""
    entries = read_commitments(args.log)
    matching = [entry for entry in entries if entry["design"]["mark"] == design and args.entry in (None, entry["sequence"])]
    if not matching:
        raise InputError("nothing commits to these canaries", where=args.log,
                         todo="Before you plant: stillwatch prove commit --scheme canary --tenants …")
    return matching[-1], packet.open_keys(matching[-1], read_master_secret(args))


def _unknown(unit: str, forms: Collection[str]) -> InputError:
    """The error for a unit without a key. It does not list the units with keys, since those are customers."""
    return InputError("no commitment to this unit", where=unit,
                      todo=f"{number_of(len(forms), 'other is', 'others are')} committed to: check the name, or pass --entry")


def _plant(args: Args, which: list[c.Canary], forms: dict[str, list[int]], level: float) -> Any:
    """Plant the units' forms in answers, and say what a test can reach with them."""
    if args.out is None:
        raise InputError("--out is missing")
    planted = changed = had = 0
    planted_in: dict[str, set[int]] = {}
    with atomic_write(args.out) as partial, partial.open("w", encoding="utf-8") as handle:
        for place, row in rows_with_place(args.source):
            unit = args.unit or text_of(row, "tenant", place, args.source, "--unit")
            # the prompt is needed because it shows which choices are free
            prompt, output = (text_of(row, name, place, args.source, None) for name in ("prompt", "output"))
            if unit not in forms:
                raise _unknown(unit, forms)
            text, found = c.plant(output, prompt, which, forms[unit])
            planted += sum(found)
            changed += text != output
            had += text == output and any(found)
            planted_in.setdefault(unit, set()).update(index for index, places in enumerate(found) if places)
            handle.write(json.dumps({**row, "output": text}, ensure_ascii=False, default=str) + "\n")
    used = set().union(*planted_in.values())
    say(args, f"{number_of(planted, 'form')} planted, of {len(used)} of {number_of(len(which), 'canary', 'canaries')}: "
              f"{number_of(changed, 'answer')} changed, {had:,} had the key's form already")
    summary: dict[str, Any] = {"planted": planted, "changed": changed, "had": had}
    if not planted:
        say(args, "No answer has a place for a form, so no test can find any: forms go where what is asked for is made up")
        return summary
    if not changed:
        say(args, "Nothing was changed, so there is nothing to find: a suspect's forms say no more than without canaries. More answers, to "
                  "questions for something made up, have more places")
        return summary
    least, most = c.min_p_value(which, planted_in.values()), c.max_units(which, used, level)
    if least > level:
        say(args, f"These are few: of a suspect that shows them all p is {least:.2g}, not less"
                  + f", and that with all {len(planted_in):,} units tested together" * (len(planted_in) > 1)
                  + f"; a verdict takes {level:g}. More canaries, in answers to questions for something made up, make it less")
    half = "a suspect that gives its campaign's forms in half of its answers, and one of its own in the others,"
    if most:
        say(args, f"At {level:g} {half} is shown nine times in ten where the campaign is {number_of(most, 'unit')}"
                  + (" or fewer" * (most > 1) if most < c.MAX_UNITS else " or perhaps more") + ". More units of a campaign say less, "
                  "since a suspect mixes their forms: give what belongs together one unit")
    else:
        say(args, f"At {level:g} {half} is shown {100 * c.power(which, used, 1, level):.0f} times in a hundred where the campaign is one "
                  "unit, and less often where it is more: more canaries need a place")
    say(args, f"Next: send out {args.out}; when there is a suspect: stillwatch prove canary questions --out canaries.jsonl")
    return summary | {"least_p": least, "most_units": most}

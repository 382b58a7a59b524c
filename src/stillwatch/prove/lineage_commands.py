"""The command ``stillwatch prove lineage``."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError
from stillwatch.files import path_argument
from stillwatch.terminal.counting import number_of
from stillwatch.terminal.plain import print_plain

MAX_BACKGROUND = 200
COLUMNS = ("model", "generator", "prompt_id", "prompt", "instruction", "output")


def register(below: Any, shared: argparse.ArgumentParser) -> None:
    """Add ``lineage`` below ``prove``."""
    help_ = "rank candidate teachers of a suspect from answers alone: an attribution score, or abstain"
    to = below.add_parser("lineage", help=help_, description=help_, parents=[shared])
    to.add_argument("answers", nargs="+", metavar="ANSWERS",
                    help="JSONL, JSON, CSV or Parquet of model, prompt_id, output: suspect, reference, teachers, nulls; MODEL=FILE where "
                         "the file does not name the model, such as one of prove ask")
    to.add_argument("--suspect", required=True, metavar="MODEL", help="whose model is judged")
    to.add_argument("--reference", metavar="MODEL", help="same base, not trained on the candidates' answers")
    to.add_argument("--roles", type=Path, required=True, help="JSON of teachers and null groups (docs/lineage.md)")
    to.add_argument("--prompt-ids", type=Path, metavar="FILE",
                    help="prompt_id and prompt or instruction: for files that name prompts by their text, beside others that do by id")
    to.add_argument("--alpha", type=float, default=0.05, help="level of a claim")
    to.add_argument("--prompts", type=int, help="use only the first so many prompts")
    to.add_argument("--out", type=Path, help="JSON file to write")
    to.set_defaults(command=_run)


def _run(args: argparse.Namespace) -> Any:
    from stillwatch.files import write_json
    from stillwatch.prove import lineage
    from stillwatch.prove.arguments import demand_distinct_paths

    if not 0 < args.alpha < 1 or (args.prompts is not None and args.prompts < 1):
        raise InputError("--alpha must lie between 0 and 1, --prompts be 1 or more")
    demand_distinct_paths(args, "out")
    bank = read_roles(args.roles)
    if args.suspect == args.reference:
        raise InputError("the reference is the suspect itself", where=args.suspect,
                         todo="Pass its base, not trained on the candidates' answers")
    for teacher in bank.teachers:
        if args.suspect in teacher.models:
            raise InputError(f"the suspect is the candidate {teacher.name} itself", where=args.suspect, todo=f"Take it out of {args.roles}")
        if args.reference in teacher.models:
            raise InputError(f"the reference is the candidate {teacher.name} itself", where=args.reference,
                             todo="Pass the suspect's base, not trained on the candidates' answers, or take the candidate out of "
                                  f"{args.roles}")
    wanted = {*bank.models(), args.suspect, *([args.reference] if args.reference else [])}
    ids = {} if args.prompt_ids is None else read_prompt_ids(args.prompt_ids)
    answers = read_answers(args.answers, wanted, args.prompts, ids)
    for name in (args.suspect, args.reference):
        if name is not None and name not in answers:
            raise InputError(f"no answers of {name!r}", where=args.answers[0], todo=f"Check the column model, or pass {name}=FILE")
    found = lineage.trace(answers, args.suspect, args.reference, bank, alpha=args.alpha, quiet=args.quiet)
    result = {"suspect": args.suspect, "reference": args.reference, **asdict(found),
              "says": f"alignment shift, an attribution score, {_condition_text(args.reference)}; no proof of training, none of intent"}
    if args.out is not None:
        write_json(result, args.out)
    if not (args.quiet or args.json):
        print_plain(result_text(found, args.suspect, args.reference))
    return result


def result_text(found: Any, suspect: str, reference: str | None) -> str:
    """A trace as the text that the command prints.

    Args:
        found: result of :func:`stillwatch.prove.lineage.trace`.
        suspect: name of the model.
        reference: name of its reference, if any.
    """
    if found.refused:
        return f"Abstains: {found.refused}"
    claims = found.vendor_claim is not None
    lines = [f"{'teacher':20} {'vendor':14} {'score':>7} {'rank p':>7}" + " leads in" * claims]
    lines += [f"{c.teacher:20} {c.vendor:14} {c.score:7.3f} {c.p:7.3f}" + f" {c.stability:8.0%}" * claims for c in found.candidates[:5]]
    top = found.candidates[0]
    whom = found.claim or (f"{found.vendor_claim} (which model is open)" if found.vendor_claim else None)
    lines.append(
        f"{suspect} against {reference}: moved towards {whom} (rank p {top.p:.3f}), {_condition_text(reference)}" if whom
        else f"{suspect} against {reference}: no claim at {found.alpha} (best {top.teacher}, rank p {top.p:.3f})"
    )
    lines.append(f"{number_of(found.n_prompts, 'prompt')}, {number_of(found.n_nulls, 'null pair')}, smallest possible p {found.floor:.4f}. "
                 "Score: how much further the suspect has moved than its reference"
                 + "; leads in: share of 20 estimates, each without a twentieth of the prompts, in which its score is the largest" * claims
                 + ". An attribution score: alignment shift, not proof of training. A rank p holds as far as the null pairs are like this "
                 "case")
    return "\n".join(lines)


def _condition_text(reference: str | None) -> str:
    """The condition under which a claim holds."""
    return f"if {reference or 'the reference'} has the suspect's base and size and was not trained on a candidate's answers"


def read_roles(path: Path) -> Any:
    """Teachers, null groups and known students (the suspects of ``pairs`` and ``other_suspects``) of a JSON file.

    Raises:
        InputError: it lacks them.
    """
    from stillwatch.files import read_json
    from stillwatch.prove.lineage import Bank, NullGroup, Teacher

    value = read_json(path)
    try:
        teachers = tuple(Teacher(n, t["vendor"], _names(t["models"])) for n, t in value["teachers"].items())
        nulls = tuple(
            NullGroup(n, _names(g["models"]), frozenset(_names(g.get("except_for", ())))) for n, g in value["null_groups"].items()
        )
        pairs = (*value.get("pairs", ()), *value.get("other_suspects", ()))
        students = {pair["suspect"]: pair["teacher"] for pair in pairs if pair["teacher"] in value["teachers"]}
    except (KeyError, TypeError, AttributeError) as error:
        todo = 'It needs {"teachers": {NAME: {"vendor", "models"}}, "null_groups": {NAME: {"models", "except_for"}}}'
        raise InputError(f"not a file of roles ({error})", where=path, todo=todo) from error
    if len(teachers) < 2 or not all(t.models for t in teachers):
        raise InputError("fewer than two candidate teachers", where=path, todo="A ranking needs several, each with models")
    for group in nulls:
        # A name that is misspelt would let the candidate's own kin stand as null pairs.
        if unknown := sorted(group.except_for - {t.name for t in teachers}):
            raise InputError(f"null group {group.name!r} is except_for {unknown[0]!r}, which is no candidate", where=path,
                             todo=f"Name candidates: {', '.join(t.name for t in teachers)}")
    return Bank(teachers, nulls, students)


def _names(value: Any) -> tuple[str, ...]:
    """A list of names without repeats."""
    if isinstance(value, str):
        raise TypeError(f"{value!r} is no list")
    return tuple(dict.fromkeys(value))


def read_answers(
    files: Sequence[str | Path], wanted: set[str], limit: int | None = None, ids: Mapping[str, str] | None = None
) -> dict[str, list[str]]:
    """Answers to the prompts that all wanted models of those present have answered, in the order of the prompts.

    A blank text is no answer. Other models come along as background where they answered all of these, 200 of them at most.

    Args:
        files: paths, or MODEL=PATH where the rows name no model.
        wanted: models.
        limit: only the first so many prompts, as they stand in the files.
        ids: prompt_id by the prompt's text, for rows that have the text alone.
    """
    by_model: dict[str, dict[str, str]] = {}
    blank = False
    for file in files:
        name, path = _named(str(file))
        for row in _rows(path):
            model = name or row.get("model") or row.get("generator")
            prompt = row.get("prompt_id")
            if prompt is None:
                text = _plain(row.get("prompt") or row.get("instruction") or "")
                prompt = (ids or {}).get(text, text)
            if model and (output := row.get("output")) is not None:
                held = by_model.setdefault(str(model), {})
                if str(output).strip():
                    held.setdefault(str(prompt), str(output))  # the first of several answers
                else:
                    blank = True
    present = [answers for model, answers in by_model.items() if model in wanted]
    if not present:
        raise InputError("no answers of any model of the roles", where=files[0],
                         todo="It needs model, prompt_id, output; MODEL=FILE where the file names no model")
    shared = set.intersection(*map(set, present))
    if not shared and not blank:
        raise InputError("no prompt was answered by all models", where=files[-1],
                         todo="Where some files name prompts by id and others by their text, pass --prompt-ids")
    order = sorted([p for p in present[0] if p in shared][:limit], key=lambda p: (len(p), p))
    others = sorted(model for model, answers in by_model.items() if model not in wanted and shared <= set(answers))
    background = set(others[:: -(-len(others) // MAX_BACKGROUND) or 1])
    return {model: [answers[p] for p in order] for model, answers in by_model.items() if model in wanted | background}


def read_prompt_ids(path: Path) -> dict[str, str]:
    """prompt_id by the prompt's text."""
    found = {
        _plain(text): str(row["prompt_id"]) for row in _rows(path)
        if row.get("prompt_id") is not None and isinstance(text := row.get("prompt") or row.get("instruction"), str)
    }
    if not found:
        raise InputError("no prompt_id with a prompt or instruction", where=path)
    return found


def _named(file: str) -> tuple[str | None, Path]:
    """Model and path of MODEL=PATH; None and the path where it stands alone."""
    name, sign, path = file.partition("=")
    return (name, path_argument(path)) if sign and name and not Path(file).exists() else (None, path_argument(file))


def _plain(text: object) -> str:
    """A prompt as the key that it is joined by: white space does not count."""
    return " ".join(str(text).split())


def _rows(path: Path) -> list[dict[str, Any]]:
    from stillwatch.rows import read_rows

    try:
        if path.suffix == ".parquet":
            import pyarrow.parquet as pq

            columns = [name for name in COLUMNS if name in pq.read_schema(path).names]
            rows: list[dict[str, Any]] = pq.read_table(path, columns=columns).to_pylist()
            return rows
        return read_rows(path)
    except FileNotFoundError as error:
        raise InputError("no such file", where=path) from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"not readable as answers ({error})", where=path, todo="It needs model, prompt_id, output") from error

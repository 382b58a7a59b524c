"""The command ``stillwatch prove lineage``."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError

MAX_BACKGROUND = 200


def register(below: Any, shared: argparse.ArgumentParser) -> None:
    """Add ``lineage`` below ``prove``."""
    help_ = "rank candidate teachers of a suspect from answers alone: an attribution score, or abstain"
    to = below.add_parser("lineage", help=help_, description=help_, parents=[shared])
    to.add_argument("answers", nargs="+", type=Path, metavar="ANSWERS",
                    help="JSONL or Parquet of model, prompt_id, output: suspect, reference, teachers, nulls")
    to.add_argument("--suspect", required=True, metavar="MODEL")
    to.add_argument("--reference", metavar="MODEL", help="same base, not trained on the candidates' answers")
    to.add_argument("--roles", type=Path, required=True, help="JSON of teachers and null groups (docs/lineage.md)")
    to.add_argument("--alpha", type=float, default=0.05, help="level of a claim")
    to.add_argument("--prompts", type=int, help="use only the first so many prompts")
    to.add_argument("--out", type=Path, help="JSON file to write")
    to.set_defaults(command=_run)


def _run(args: argparse.Namespace) -> Any:
    from stillwatch.files import write_json
    from stillwatch.prove import lineage

    bank = read_roles(args.roles)
    wanted = {*bank.models(), args.suspect, *([args.reference] if args.reference else [])}
    answers = read_answers(args.answers, wanted, args.prompts)
    for name in (args.suspect, args.reference):
        if name is not None and name not in answers:
            raise InputError(f"no answers of {name!r}", where=args.answers[0], todo="Check the column model")
    found = lineage.trace(answers, args.suspect, args.reference, bank, alpha=args.alpha)
    result = {"suspect": args.suspect, "reference": args.reference, **asdict(found),
              "says": "alignment shift, an attribution score; no proof of training, none of intent"}
    if args.out is not None:
        write_json(result, args.out)
    if not (args.quiet or args.json):
        print(told(found, args.suspect, args.reference))
    return result


def told(found: Any, suspect: str, reference: str | None) -> str:
    """What the command prints."""
    if found.refused:
        return f"Abstains: {found.refused}"
    lines = [f"{'teacher':20} {'vendor':14} {'score':>7} {'rank p':>7} {'first in':>8}"]
    lines += [f"{c.teacher:20} {c.vendor:14} {c.score:7.3f} {c.p:7.3f} {c.stability:8.0%}" for c in found.candidates[:5]]
    top = found.candidates[0]
    whom = found.claim or (f"{found.vendor_claim} (which model is open)" if found.vendor_claim else None)
    lines.append(
        f"{suspect} against {reference}: moved towards {whom} (rank p {top.p:.3f})" if whom
        else f"{suspect} against {reference}: no claim at {found.alpha} (best {top.teacher}, rank p {top.p:.3f})"
    )
    lines.append(f"{found.n_prompts} prompts, {found.n_nulls} null pairs, smallest possible p {found.floor:.4f}. "
                 "An attribution score: alignment shift, not proof of training. A rank p holds as far as the null pairs are like this case")
    return "\n".join(lines)


def read_roles(path: Path) -> Any:
    """Teachers and null groups of a JSON file.

    Raises:
        InputError: it lacks them.
    """
    from stillwatch.files import read_json
    from stillwatch.prove.lineage import Bank, NullGroup, Teacher

    value = read_json(path)
    try:
        teachers = tuple(Teacher(n, t["vendor"], tuple(t["models"])) for n, t in value["teachers"].items())
        nulls = tuple(
            NullGroup(n, tuple(g["models"]), frozenset(g.get("except_for", ()))) for n, g in value["null_groups"].items()
        )
    except (KeyError, TypeError, AttributeError) as error:
        todo = 'It needs {"teachers": {NAME: {"vendor", "models"}}, "null_groups": {NAME: {"models", "except_for"}}}'
        raise InputError(f"not a file of roles ({error})", where=path, todo=todo) from error
    if len(teachers) < 2 or not all(t.models for t in teachers):
        raise InputError("fewer than two candidate teachers", where=path, todo="A ranking needs several, each with models")
    return Bank(teachers, nulls)


def read_answers(paths: list[Path], wanted: set[str], limit: int | None = None) -> dict[str, list[str]]:
    """Answers to the prompts that all wanted models of those present have answered, in the order of the prompts.

    Other models come along as background where they answered all of these, 200 of them at most.
    """
    by_model: dict[str, dict[str, str]] = {}
    for path in paths:
        for row in _rows(path):
            if row.get("model"):
                by_model.setdefault(str(row["model"]), {})[str(row.get("prompt_id"))] = str(row.get("output") or "")
    present = [answers for model, answers in by_model.items() if model in wanted]
    if not present:
        raise InputError("no answers of any model of the roles", where=paths[0], todo="It needs model, prompt_id, output")
    shared = set.intersection(*map(set, present))
    order = sorted(shared, key=lambda p: (len(p), p))[:limit]
    others = sorted(model for model, answers in by_model.items() if model not in wanted and shared <= set(answers))
    background = set(others[:: -(-len(others) // MAX_BACKGROUND) or 1])
    return {model: [answers[p] for p in order] for model, answers in by_model.items() if model in wanted | background}


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        if path.suffix == ".parquet":
            import pyarrow.parquet as pq

            rows: list[dict[str, Any]] = pq.read_table(path, columns=["model", "prompt_id", "output"]).to_pylist()
            return rows
        with open(path, encoding="utf-8") as lines:
            return [row for line in lines if line.strip() and isinstance(row := json.loads(line), dict)]
    except FileNotFoundError as error:
        raise InputError("no such file", where=path) from error
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"not readable as answers ({error})", where=path, todo="It needs model, prompt_id, output") from error

"""The options of ``stillwatch audit`` that test own keys."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from stillwatch.errors import InputError

if TYPE_CHECKING:
    from stillwatch.prove.corpus_test import CorpusTest


def options(to: argparse.ArgumentParser) -> None:
    """Add them."""
    to.add_argument("--marks", type=Path, metavar="LOG", help="test own keys: commitment log of stillwatch prove commit --scheme choice")
    to.add_argument("--key", type=Path, metavar="FILE", help="with --marks: the master secret (default: prove.key)")
    to.add_argument("--entry", type=int, help="with --marks: number of the commitment (default: the last)")
    to.add_argument("--tenants", default="", help="with --marks: keys to try, comma-separated (default: all of the commitment)")


def from_options(args: argparse.Namespace) -> "CorpusTest | None":
    """The test that the options ask for."""
    if args.marks is None:
        given = [f"--{name}" for name in ("key", "entry", "tenants") if getattr(args, name) not in (None, "")]
        if given:
            raise InputError(f"{given[0]} is for the test of own keys", todo="Pass --marks, too")
        return None
    from stillwatch.prove.corpus_test import from_commitment

    names = [name.strip() for name in args.tenants.split(",") if name.strip()]
    return from_commitment(args.marks, args.key or Path("prove.key"), args.entry, names)

"""What several commands make of their arguments: the commitment, the tokenizer, names; and what they print."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError
from stillwatch.files import demand_no_overlap
from stillwatch.keys.hashing import tenant_key
from stillwatch.prove.answers import Answer, Tokenizer, tokenizer
from stillwatch.prove.choices import ChoiceMark
from stillwatch.prove.keys import mark_entry
from stillwatch.prove.schemes import Scheme
from stillwatch.prove.tuples import Exclude, Tuples, written_tuples
from stillwatch.terminal.plain import print_plain

Args = argparse.Namespace
NAME_OR_FILE_OPTIONS = ("tenants", "units", "together", "tokenizer", "answers")
"""Options whose text is a file where one of that name is there; answers of lineage may be MODEL=FILE."""


def commitment(args: Args) -> tuple[dict[str, Any], dict[str, Any]]:
    """The commitment to a mark (the last, unless one is named), and its design."""
    entry = mark_entry(args.log, args.entry)
    return entry, dict(entry["design"])


def read_master_secret(args: Args) -> bytes:
    """The master secret of a commitment that stands: unlike at ``commit``, none is made."""
    if not args.key.is_file():
        raise InputError("no such key file", where=args.key, todo="Pass the master secret that stillwatch prove commit made")
    return tenant_key(args.key)


def tokenizer_of(given: str | None, how: Scheme | ChoiceMark) -> Tokenizer | None:
    """The tokenizer of a mark on tokens; choice marks need none."""
    if isinstance(how, ChoiceMark):
        return None
    if given is None:
        raise InputError("marks on tokens need the marked model's tokenizer", todo="Pass --tokenizer")
    return tokenizer(given)


def tuples_of(answers: list[Answer], how: Scheme, coder: Tokenizer | None, exclude: Exclude | None) -> Tuples:
    """The distinct tuples that answers wrote, beyond their prompts; ``exclude`` is the commitment's, or None."""
    if coder is None:
        raise InputError("marks on tokens need the marked model's tokenizer", todo="Pass --tokenizer")
    prompts, outputs = coder.ids([one.prompt for one in answers]), coder.ids([one.output for one in answers])
    return written_tuples(prompts, outputs, how.window, exclude)


def parse_names(given: str) -> list[str]:
    """Names with commas between, or the lines of a file."""
    path, there = Path(given), _there(Path(given))
    if given and not there and (path.suffix in (".txt", ".csv") or "/" in given):
        raise InputError("no such file", where=given, todo="Pass names with commas between, or a file with one a line")
    try:
        found = path.read_text("utf-8-sig").splitlines() if given and there else given.split(",")
    except UnicodeDecodeError as error:
        raise InputError("not UTF-8 text", where=given, todo="Save it as UTF-8, with one name a line") from error
    return [name.strip() for name in found if name.strip()]


def pooled_tenants(given: str | None, tested: list[str], committed: list[str] | None = None) -> list[str]:
    """Tenants whose keys are tested as one: what was committed to, where something was.

    Raises:
        InputError: one is not tested, there are fewer than two, or others were committed to.
    """
    if given is None:
        names = committed or []
    else:
        names = sorted(tested) if given == "all" else sorted(set(parse_names(given)))
        if committed is not None and names != committed:
            raise InputError("others were committed to be tested together", where="--together", todo=f"Those are {', '.join(committed)}")
    missing = [name for name in names if name not in tested]
    if missing or (given is not None and len(names) < 2):
        raise InputError(f"no key of {missing[0]} is tested" if missing else "fewer than two keys", where="--together",
                         todo="Name two of --tenants or more")
    return names


def demand_distinct_paths(args: Args, *options: str, beside: Sequence[Path] = (), read: Sequence[Path] = ()) -> None:
    """Refuse to write over what the command line names besides: what is read, key and log, and what else is written.

    Args:
        args: of the command.
        options: those of them whose files or folders are written.
        beside: what is written along with them.
        read: what is read besides what the command line names.

    Raises:
        InputError: something would be lost.
    """
    named = {option: _paths(option, value) for option, value in vars(args).items()} | {"": list(beside)}
    for option in (*options, ""):
        others = [path for other, paths in named.items() if other != option for path in paths]
        for path in named[option]:
            demand_no_overlap(path, *others, *read)


def _paths(option: str, value: object) -> list[Path]:
    """Files and folders that an option names."""
    if isinstance(value, Path):
        return [value]
    if isinstance(value, list):
        return [path for one in value for path in _paths(option, one)]
    if not isinstance(value, str) or option not in NAME_OR_FILE_OPTIONS:
        return []
    paths = Path(value), Path(value.partition("=")[2])
    return [path for path in paths if _there(path) or (option == "tokenizer" and path.is_dir())]


def _there(path: Path) -> bool:
    """Whether a text names a file; one that is too long for a name does not."""
    try:
        return path.is_file()
    except OSError:
        return False


def say(args: Args, text: str) -> None:
    """Print at once, unless only JSON or nothing is wanted."""
    if not (args.quiet or args.json):
        print_plain(text, flush=True)

"""What several commands make of their arguments: the commitment, the tokenizer, names; and what they print."""

import argparse
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError
from stillwatch.hashing import tenant_key
from stillwatch.prove.answers import Answer, Tokenizer, tokenizer
from stillwatch.prove.choices import ChoiceMark
from stillwatch.prove.keys import mark_entry
from stillwatch.prove.schemes import Scheme
from stillwatch.prove.tuples import Tuples, written

Args = argparse.Namespace


def commitment(args: Args) -> tuple[dict[str, Any], dict[str, Any]]:
    """The commitment to a mark (the last, unless one is named), and its design."""
    entry = mark_entry(args.log, args.entry)
    return entry, dict(entry["design"])


def master_of(args: Args) -> bytes:
    """The master secret of a commitment that stands: unlike at ``commit``, none is made."""
    if not args.key.is_file():
        raise InputError("no such key file", where=args.key, todo="Pass the master secret that stillwatch prove commit made")
    return tenant_key(args.key)


def coder_of(given: str | None, how: Scheme | ChoiceMark) -> Tokenizer | None:
    """The tokenizer of a mark on tokens; choice marks need none."""
    if isinstance(how, ChoiceMark):
        return None
    if given is None:
        raise InputError("marks on tokens need the marked model's tokenizer", todo="Pass --tokenizer")
    return tokenizer(given)


def tuples_of(answers: list[Answer], how: Scheme, coder: Tokenizer | None) -> Tuples:
    """The distinct tuples that answers wrote, beyond their prompts."""
    if coder is None:
        raise InputError("marks on tokens need the marked model's tokenizer", todo="Pass --tokenizer")
    prompts, outputs = coder.ids([one.prompt for one in answers]), coder.ids([one.output for one in answers])
    return written(prompts, outputs, how.window)


def names_of(given: str) -> list[str]:
    """Names with commas between, or the lines of a file."""
    path = Path(given)
    if given and not path.is_file() and (path.suffix in (".txt", ".csv") or "/" in given):
        raise InputError("no such file", where=given, todo="Pass names with commas between, or a file with one a line")
    try:
        found = path.read_text("utf-8-sig").splitlines() if given and path.is_file() else given.split(",")
    except UnicodeDecodeError as error:
        raise InputError("not UTF-8 text", where=given, todo="Save it as UTF-8, with one name a line") from error
    return [name.strip() for name in found if name.strip()]


def tenants_as_one(given: str | None, tested: list[str], committed: list[str] | None = None) -> list[str]:
    """Tenants whose keys are tested as one: what was committed to, where something was.

    Raises:
        InputError: one is not tested, there are fewer than two, or others were committed to.
    """
    if given is None:
        names = committed or []
    else:
        names = sorted(tested) if given == "all" else sorted(set(names_of(given)))
        if committed is not None and names != committed:
            raise InputError("others were committed to be tested together", where="--together", todo=f"Those are {', '.join(committed)}")
    missing = [name for name in names if name not in tested]
    if missing or (given is not None and len(names) < 2):
        raise InputError(f"no key of {missing[0]} is tested" if missing else "fewer than two keys", where="--together",
                         todo="Name two of --tenants or more")
    return names


def keep_apart(*paths: Path | None) -> None:
    """Refuse to write over what is read, or one file twice.

    Raises:
        InputError: two of the paths are one file.
    """
    named = [path for path in paths if path is not None]
    for number, path in enumerate(named):
        if path.resolve() in [one.resolve() for one in named[:number]]:
            raise InputError("this would be written over something that is read or written, too", where=path, todo="Pass another name")


def say(args: Args, text: str) -> None:
    """Print, unless only JSON or nothing is wanted."""
    if not (args.quiet or args.json):
        print(text)

"""What people name: users, tokens, receivers, sources; and the identifiers of accounts, keys and organisations."""

import json
import shlex
import unicodedata
from collections.abc import Iterable
from itertools import islice

from stillwatch.errors import InputError

LONGEST = 64
TOGETHER = frozenset({"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "CJK", "IDEOGRAPHIC", "BOPOMOFO", "HANGUL"})
LONGEST_ID = 1000
"""Characters of an identifier; PostgreSQL can index few more."""


def name(text: str, what: str) -> str:
    """The name of something (``what``: "a user"), if it can be told apart in a line of a log.

    Raises:
        InputError: it is empty, longer than LONGEST, or has spaces around it or characters that cannot be seen.
    """
    if not text or text != text.strip() or not text.isprintable() or len(text) > LONGEST:
        raise InputError(f"{text!r} cannot be {what}'s name", todo=f"Use up to {LONGEST} visible characters, with no space at the ends")
    return text


def folded(text: str) -> str:
    """A name without its case and its way of writing the same characters."""
    return unicodedata.normalize("NFKC", text).casefold()


def same(one: str, other: str) -> bool:
    """Whether two names are one person's: "ANA" is no second person beside "ana"."""
    return folded(one) == folded(other)


def one_script(text: str) -> bool:
    """Whether the letters of a name are of one script: a Cyrillic a in "ana" makes another name that nobody can tell from it.

    Scripts that are written together (Japanese, Korean, Chinese) count as one.
    """
    letters = [c for c in unicodedata.normalize("NFKC", text) if c.isalpha()]
    scripts = {unicodedata.name(c, "").split(" ")[0] for c in letters}
    return len(scripts - TOGETHER) + bool(scripts & TOGETHER) <= 1


def identifier(text: str, where: str) -> str:
    """An identifier that somebody typed, if it can be one. Logs have some with characters that cannot be seen.

    Raises:
        InputError: it is empty or blank, is not Unicode (half a character), or is longer than LONGEST_ID.
    """
    if not text.strip() or len(text) > LONGEST_ID or any("\ud800" <= c <= "\udfff" for c in text):
        short = repr(text[:60]) + ("…" if len(text) > 60 else "")
        raise InputError(f"{short} is no identifier", where=where, todo="Pass one, as the tables have it; stillwatch identify tells it")
    return text


def line(text: str) -> str:
    """An identifier as a line of a form: as it is, or as JSON (``"a\\nb"``) where a form would lose or people not see a part of it."""
    return text if text.isprintable() and text == text.strip() and not text.startswith('"') else json.dumps(text)


def of_line(text: str, where: str) -> str:
    """The identifier that a line of a form names; see :func:`line`. ASCII blanks around it are none of its.

    Raises:
        InputError: it begins with a quotation mark and is no JSON, or can be no identifier.
    """
    text = text.strip(" \t\r\n")
    if text.startswith('"'):
        try:
            text = json.loads(text)
        except ValueError as error:
            todo = 'What begins with a quotation mark is written as JSON, such as "a\\nb"'
            raise InputError(f"{text[:60]!r} is no identifier", where=where, todo=todo) from error
    return identifier(text, where)


def options(subjects: Iterable[tuple[str, str]]) -> str:
    """The first three of those that a printed command names, kind and identifier each, as a shell reads them; customers choose names."""
    told = [shlex.quote(f"--{subject}={name}") for subject, name in islice(subjects, 4)]
    return "".join(f" {one}" for one in told[:3]) + " …" * (len(told) > 3)

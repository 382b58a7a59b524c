"""What every command of the store does: act as somebody, read or write, print lines, make rows JSON."""

import argparse
import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.keys.hashing import ingest_key
from stillwatch.respond import identifiers, names
from stillwatch.respond.schema import User
from stillwatch.respond.store import DEFAULT_URL, Actor, Change, ForbiddenError, Store
from stillwatch.respond.vocabulary import LONGEST_DAYS, RANK, Role, Subject
from stillwatch.terminal.counting import number_of
from stillwatch.terminal.plain import plain

Args = argparse.Namespace


WHO = "Pass --as NAME or set STILLWATCH_ACTOR=NAME; an admin adds users with stillwatch user add"


def actor(session: Session, name: str | None) -> Actor:
    """Who acts on the command line: with the role of the user of that name; an admin while the store has no users.

    Raises:
        ForbiddenError: the store has users, and this is none of them.
        InputError: nobody can be called so: "ana" with a blank would be a second person beside ana; or nobody is named at all.
    """
    try:
        name = name or getpass.getuser()
    except (OSError, KeyError) as error:  # a container's user may have no name; KeyError before Python 3.13
        raise InputError("nobody is named who acts, and this user of the machine has no name", where="--as", todo=WHO) from error
    name = names.name(name, "a user")
    user = session.get(User, name)
    if user is None and session.scalars(select(User.name).limit(1)).first() is not None:
        raise ForbiddenError(f"{name} is no user of this store, which only its users read and change", todo=WHO)
    if user is not None and user.disabled_at is not None:
        raise ForbiddenError(f"{name} is disabled")
    return Actor(name, Role.ADMIN if user is None else Role(user.role))


@contextmanager
def reading(args: Args, least: Role = Role.VIEWER) -> Iterator[Session]:
    """A reading of the store that the command names, by somebody of at least the role that the console's page of the same asks for."""
    store = Store.open(args.store or DEFAULT_URL, create=False, only_read=True)
    try:
        with store.read() as session:
            who = actor(session, args.actor)
            if RANK[who.role] < RANK[least]:
                raise ForbiddenError(f"{who.name} is {who.role}; this needs {least}")
            yield session
    finally:
        store.close()


@contextmanager
def writing(args: Args, *, create: bool = False) -> Iterator[Change]:
    """A write to the store that the command names, as who acts."""
    store = Store.open(args.store or DEFAULT_URL, create=create)
    try:
        with store.read() as session:
            who = actor(session, args.actor)
        with store.write(who) as change:
            yield change
    finally:
        store.close()


def meant(session: Session, args: Args, *named: tuple[Subject, str]) -> list[tuple[Subject, str]]:
    """The identifiers that names on the command line mean, hashed with ``--key-file`` where the store has hashes."""
    return identifiers.meant(session, named, None if args.key_file is None else ingest_key(args.key_file))


def the_account(session: Session, args: Args) -> str:
    """The one account that a command is about; see :func:`meant`."""
    return meant(session, args, (Subject.ACCOUNT, args.account))[0][1]


def as_json(row: Any, *leave: str) -> dict[str, Any]:
    """A row as JSON."""
    found = {c.key: getattr(row, c.key) for c in inspect(type(row)).columns if c.key not in leave}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in found.items()}


def say(args: Args, *lines: str) -> None:
    """Print lines, unless only JSON or nothing is wanted. What others wrote in them controls no terminal and makes no further line."""
    if lines and not (args.quiet or args.json):
        print(*(plain(line.replace("\n", " ")) for line in lines), sep="\n")


def no_key_lines(n: int, of: int) -> list[str]:
    """A line that says for how many accounts no API key is known, and where for none is, what to do; none where each has one."""
    if not n:
        return []
    # A log that names accounts by their keys has no others to know.
    todo = NO_KEY_AT_ALL if n == of else ""
    return [f"for {n:,} of {number_of(of, 'account')} no API key is known: edges that see keys alone do not find them{todo}"]


NO_KEY_AT_ALL = (
    ", unless the log names accounts by their keys. If it does not, import a log with key_id (--data), or let edges name the account"
    " (--account-header of serve)"
)


def head(args: Args, line: str) -> None:
    """Print what the columns of a list are called, on a terminal alone: a program that reads the lines finds rows only."""
    if sys.stdout.isatty():
        say(args, line)


def spaced(name: str) -> str:
    """A name of the vocabulary as words."""
    return name.replace("_", " ")


def limit(args: Args, what: str) -> int:
    """``--limit``, if anything can be listed with it.

    Raises:
        InputError: it is below 1.
    """
    if args.limit < 1:
        raise InputError(f"{args.limit} is no number of {what}", where="--limit", todo="Pass 1 or more")
    return int(args.limit)


def say_more(args: Args, *, more: bool) -> None:
    """Say that rows of a list were left out by ``--limit``."""
    if more:
        say(args, f"there are more than these {args.limit:,}: --limit N lists more")


def days(args: Args) -> float:
    """``--days``, if it is a length of time.

    Raises:
        InputError: it is not.
    """
    if not 0 < args.days <= LONGEST_DAYS:
        raise InputError(f"{args.days:g} days are not more than 0 and at most {LONGEST_DAYS}", where="--days")
    return float(args.days)

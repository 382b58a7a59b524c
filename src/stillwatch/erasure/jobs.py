"""What ``cases erase`` does: the store, and the folders of logs, runs and replays that it names."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stillwatch.erasure import folders
from stillwatch.errors import InputError
from stillwatch.keys import hashing
from stillwatch.respond import erasure
from stillwatch.respond.acting import Args, actor, say, spaced, the_account
from stillwatch.respond.store import DEFAULT_URL, Store
from stillwatch.terminal.counting import noun, number_of


def erase_account(args: Args) -> dict[str, Any]:
    """``cases erase``: folders first, then the store, whose audit log tells of both.

    Raises:
        InputError: somebody may not or need not: see :func:`stillwatch.respond.erasure.erase` and :func:`stillwatch.erasure.folders.erase`.
    """
    # Whoever has logs and runs and no store yet must be able to answer a request, too.
    folders_only = args.folders and args.store is None and not Path(DEFAULT_URL.removeprefix("sqlite:///")).exists()
    keys = _keys(args)
    if folders_only:
        with _list_before_erasure(args, keys) as changed:
            done, in_store = _erase_in_folders(args, keys, changed), None
            _demand_something_found(args, done, in_store)
    else:
        done, in_store = _erase_in_folders_and_store(args, keys)
    _print_outcome(args, done, in_store, keys)
    rows = {str(each.folder): each.rows for each in done}
    pseudonym = (in_store or {}).get("pseudonym") if args.yes else None
    left = {str(each.folder): each.still_naming for each in done if each.still_naming}
    erased_lists = [str(hashing.erased_path(key)) for key in keys]
    untold = {str(each.folder): each.undecided for each in done if each.undecided}
    packets = {str(each.folder): each.packets for each in done if each.packets}
    return {"erased": bool(args.yes), **(in_store or {}), "pseudonym": pseudonym, "folders": rows, "left": left, "untold": untold,
            "packets": packets, "listed": erased_lists}


def _keys(args: Args) -> list[Path]:
    """Keys on whose lists the account goes, for ingest to leave it out."""
    if args.key_file is not None:
        hashing.ingest_key(args.key_file)
        return [args.key_file]
    return [key for folder in folders.unique_folders(args.folders) if (key := folder / hashing.KEY_NAME).is_file()]


def _erase_in_folders(args: Args, keys: Sequence[Path], changed: list[Path]) -> list[folders.ErasureResult]:
    secrets = [hashing.tenant_key(key) for key in keys]
    return folders.erase(args.folders, args.account, note=args.note, also=args.also, keys=secrets, dry=not args.yes, changed=changed)


@contextmanager
def _list_before_erasure(args: Args, keys: Sequence[Path]) -> Iterator[list[Path]]:
    """List the account before anything of it goes, so that an erasure that is cut off has listed it; not where nothing is erased.

    Gives a list for the folders to which the erasure came: once there is one, the account stays listed whatever fails.
    """
    newly_listed = [key for key in keys if args.yes and hashing.list_erased(key, args.account)]
    changed: list[Path] = []
    try:
        yield changed
    except InputError:
        for key in newly_listed if not changed else ():
            hashing.list_erased(key, args.account, off=True)
        raise


def _demand_something_found(args: Args, done: Sequence[folders.ErasureResult], in_store: Mapping[str, Any] | None) -> None:
    found = any(each.rows or each.finished or each.still_naming or each.packets or each.unmatched for each in done)
    if not (found or any((in_store or {}).values())):
        todo = "stillwatch identify NAME tells an account's keyed hash"
        raise InputError("neither the folders nor a store hold anything of it", where=args.account, todo=todo)


def _erase_in_folders_and_store(args: Args, keys: Sequence[Path]) -> tuple[list[folders.ErasureResult], dict[str, Any]]:
    store = Store.open(args.store or DEFAULT_URL, create=False)
    try:
        with store.read() as session:
            user = actor(session, args.actor)
            args.account = the_account(session, args)
        elsewhere: dict[str, int] | None = {} if args.folders else None
        # First of all whether it may be done, since nobody can take back what is done in the folders.
        counted = erasure.erase(store, user, args.account, note=args.note, also=args.also, elsewhere=elsewhere, dry=True)
        with _list_before_erasure(args, keys) as changed:
            done = []
            if args.folders:
                done = _erase_in_folders(args, keys, changed)
            if args.yes:
                elsewhere = {str(each.folder): sum(each.rows.values()) for each in done if each.rows} if args.folders else None
                counted = erasure.erase(store, user, args.account, note=args.note, also=args.also, elsewhere=elsewhere)
            in_store = counted if any(n for what, n in counted.items() if what != "pseudonym") or not args.folders else {}
            _demand_something_found(args, done, in_store)
    finally:
        store.close()
    return done, in_store


def _print_outcome(args: Args, done: Sequence[folders.ErasureResult], in_store: dict[str, Any] | None, keys: Sequence[Path]) -> None:
    for each in done:
        if each.finished:
            say(args, f"{each.folder}: finished an erasure that was cut off")
        of = ", ".join(f"{name} {n:,}" for name, n in sorted(each.rows.items())[:6]) + (", …" if len(each.rows) > 6 else "")
        n, how = sum(each.rows.values()), "erased" if args.yes else "would be erased"
        say(args, f"{each.folder}: " + (f"{number_of(n, 'row')} {how} ({of})" if n else "nothing of it"))
        if each.removed:
            removed = ", ".join(each.removed[:6]) + (f", … ({len(each.removed)} files)" if len(each.removed) > 6 else "")
            say(args, f"  {'removed' if args.yes else 'would be removed'}, since it can be made again: {removed}")
        if each.unmatched and each.folder.is_file():
            say(args, "  it has rows that tell requests and no accounts: those of the account stay, since none of the logs passed "
                      "has requests of it. Pass the logs, before they are erased")
        elif each.unmatched:
            say(args, "  harvest.parquet still lists its requests by their identifiers: none of the logs that were passed has them")
        if each.still_naming:
            files = noun(len(each.still_naming), "file that still names it, and is", "files that still name it, and are")
            say(args, f"  {files} not changed: " + ", ".join(each.still_naming))
        for name, n in each.undecided.items():
            todo = "Look at their raw bytes, or remove the file" if keys else "Pass --key-file, by which more can be told"
            say(args, f"  {name} has {number_of(n, 'row')} that ingest put aside and of which nobody can tell whose they are: they stay. "
                      + todo)
        for packet in each.packets:
            whom = f" for {packet['for']}" if packet["for"] else ""
            say(args, f"  a packet of {packet['at']:.10}{whom} names it, and is not reached: {packet['path']} "
                      f"(SHA-256 {packet['sha256']:.16}…)")
    if in_store is None:
        say(args, f"no store was looked at: there is none at {DEFAULT_URL}, and --store names none")
    elif not in_store:
        say(args, "the store holds nothing of it")
    else:
        counts = ", ".join(f"{spaced(what)} {n:,}" for what, n in in_store.items() if what != "pseudonym")
        say(args, f"the store: erased ({counts}); what is left of it is called {in_store['pseudonym']}" if args.yes
            else f"the store: would be erased: {counts}")
    for key in keys:
        say(args, f"{hashing.erased_path(key)}: {'has' if args.yes else 'would have'} its keyed hash, so that ingest leaves its rows out")
    if not args.yes:
        say(args, "nothing was erased; pass --yes to do it: nobody can take it back")
    elif not args.folders:
        say(args, "logs and runs still have it, which --from FOLDER reaches; so have exports, packets and backups")
    else:
        sources = "sources" if keys else "sources, which bring it back where they are ingested again unless --key-file lists it"
        say(args, f"what lies elsewhere ({sources}, exports, packets that were handed out, backups) still has it")

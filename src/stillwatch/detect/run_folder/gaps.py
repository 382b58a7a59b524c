"""Warnings about the input of a run, and its blind views with the column that was empty."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from stillwatch import dataset, judge, link
from stillwatch.detect.run_folder import holes
from stillwatch.detect.run_folder.harvested import WARNED_COLUMNS, SecondReading
from stillwatch.detect.run_folder.outcome import Outcome
from stillwatch.files import other_files
from stillwatch.tables import ACCOUNTS, OF_MANY, ONE_NETWORK, YOUR_PROXY
from stillwatch.terminal.counting import number_of

MIN_EMPTY_SHARE, MIN_EMPTY_FILES_SHARE = 0.2, 0.01
"""Share of the requests without a value in a column from which to warn, and share of the requests in files without any value. A provider's
log lacks the addresses of a tenth or so, which came by other clouds."""
MAX_UNREGISTERED_SHARE = 0.03
"""Share of the requests of accounts without a row in the registry from which to warn."""
MAX_SILENCE = timedelta(days=7)
"""Time without a request before the last requests from which these are probably of a wrong clock."""
MIN_DAYS = 4
"""Days of a log below which to warn that little can be found (docs/limits.md, the first days)."""
MAX_LATE_SHARE = 0.01
"""Largest share of all requests of a whole log that such last requests have."""


def warnings(seen: SecondReading, data: dataset.Dataset, scene: judge.Scene, since: datetime | None = None) -> list[str]:
    """Warnings about the input, one sentence each.

    They are about an earlier run that is not earlier, few days, days without a request, accounts that the registry lacks, accounts on one
    network, repeated requests, accounts that the registry has twice or dates after their first request, columns that are partly empty, and
    files that were not read.

    Args:
        seen: counts of the second reading of the events.
        data: the folder of input.
        scene: the accounts seen, when, and on which networks.
        since: the newest request of the earlier run that campaigns may continue; None: there is none.
    """
    people = scene.people
    sentences, n_events = warn_one_network(people.n_events, scene.network), int(people.n_events.sum())
    last = datetime.fromtimestamp(scene.window_us[1] / 1e6, UTC)
    if since is not None and since > last:
        sentences.append(
            f"The run of --since has requests to {since:%Y-%m-%d %H:%M} UTC, this one only to {last:%Y-%m-%d %H:%M}: what lineage names may"
            " be later, not earlier"
        )
    if data.start is None:
        sentences += warn_few_days(*scene.window_us, people.n)
    if data.start is not None and data.before is not None and data.start - data.before > MAX_SILENCE:
        days = (data.start - data.before).days
        sentences.append(
            f"Nobody sent anything in the {days} days before {data.start:%Y-%m-%d}: is a clock wrong in the last requests? --as-of sets"
            " the time up to which --recent looks"
        )
    late = _late(seen.hours) if data.start is None else None
    if late is not None:
        silent, day, n = late
        sentences.append(
            f"Nobody sent anything in the {silent} days before {datetime.fromtimestamp(day * 86_400, UTC):%Y-%m-%d}, and then {n:,} of"
            f" {number_of(n_events, 'request')}: is a clock wrong there? --as-of sets the time up to which detect looks"
        )
    # A few last requests long after the others are told already.
    counted = {hour: n for hour, n in seen.hours.items() if late is None or hour < late[1] * holes.DAY_H}
    sentences += holes.warn_holes(holes.find_holes(counted))
    if data.accounts_file is not None:
        read = list(dataset.tables(data.accounts_file, ACCOUNTS.only(("account_id", "banned_at"))))
        latest = pa.scalar(dataset.latest_ban(scene.window_us[1]), pa.timestamp("us", "UTC"))
        bans = ACCOUNTS.only(("banned_at",))
        banned = [bans.conform(dataset.plain(part.select(["banned_at"])), where=data.accounts_file)["banned_at"] for part in read]
        if to_come := sum(pc.sum(pc.greater_equal(at, latest)).as_py() or 0 for at in banned):
            sentences.append(
                f"{data.accounts_file.name} has a banned_at more than a year after the last request in {number_of(to_come, 'row')}: these"
                " count as not banned. Write null where there is no ban"
            )
        if misdated := int(people.misdated.sum()):
            sentences.append(
                f"{data.accounts_file.name} has a created_at more than a day after the first request of"
                f" {number_of(misdated, 'account')}: when these signed up counts as unknown. Write when the account was made, not its row"
            )
        parts = [part["account_id"].combine_chunks() for part in read]
        registered = pa.concat_arrays([part.dictionary_decode() if pa.types.is_dictionary(part.type) else part for part in parts])
        unknown = ~pc.is_in(people.ids, registered.cast(people.ids.type)).to_numpy(zero_copy_only=False)
        requests = int(people.n_events[unknown].sum())
        mostly_unknown = unknown.sum() > people.n / 2
        if doubled := len(registered) - pc.count_distinct(registered).as_py():
            sentences.append(
                f"{data.accounts_file.name} names accounts again in {number_of(doubled, 'row')}: of each account the last row counts"
            )
        if len(registered) and (mostly_unknown or requests > MAX_UNREGISTERED_SHARE * n_events):
            sentences.append(
                f"{requests:,} of {number_of(n_events, 'request')} are of accounts without a row in {data.accounts_file.name}"
                f" ({int(unknown.sum()):,} of {number_of(people.n, 'account')}): of these no sign-up, payment or organisation is known"
                + (". Are identifiers hashed with one key in both?" if mostly_unknown else "")
            )
    if seen.repeated:
        sentences.append(
            f"{seen.repeated:,} requests have an event_id that came before, and were counted again: a log that is read"
            " twice looks like a habit. stillwatch ingest leaves repeated requests out"
        )
    return sentences + warn_crowded(scene.measured.crowded, n_events) + warn_partly_empty(seen, n_events) + warn_unread(data)


def warn_crowded(n_crowded: int, n_events: int) -> list[str]:
    """Warn that some requests belong to more groups than a request counts for, so that other groups look smaller than they are."""
    if not n_crowded:
        return []
    most = judge.MOST_GROUPS
    who = f"{n_crowded:,} of {number_of(n_events, 'request')} belong to more than {most} of the groups that were looked at"
    return [f"{who}, and count for {most} of these alone: the others were measured by fewer requests than are theirs"]


def warn_few_days(first_us: int, last_us: int, n_accounts: int) -> list[str]:
    """Warn that a log is too short to find much in it; times in microseconds."""
    hours = (last_us - first_us) / judge.HOUR_US
    if hours >= MIN_DAYS * 24:
        return []
    span = f"{hours * 3600:.0f} s" if hours < 1 / 30 else f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"
    little = "in logs of one to four days a fifth of the fake accounts were found, in longer ones a half"
    return [f"The log covers {span} of {number_of(n_accounts, 'account')}, so little can be found: {little}"]


def warn_one_network(n_events: NDArray[np.int64], network: NDArray[np.int64]) -> list[str]:
    """Warn that nearly all requests of many accounts came through one network, as behind a proxy that hides everybody's address.

    Args:
        n_events: requests of each account, ``(n_accounts,)``.
        network: hash of the network that each used most, 0 where unknown, ``(n_accounts,)``.
    """
    networks, number = np.unique(network, return_inverse=True)
    requests, accounts = np.bincount(number, weights=n_events), np.bincount(number)
    most = int(np.argmax(np.where(networks != 0, requests, -1)))
    if networks[most] == 0 or accounts[most] < OF_MANY or requests[most] < ONE_NETWORK * n_events.sum():
        return []
    who = f"{accounts[most]:,} of {number_of(len(network), 'account')}, with {requests[most]:,.0f} of {n_events.sum():,} requests,"
    return [f"{who} use one network most{YOUR_PROXY}"]


def _late(hours: Counter[int]) -> tuple[int, int, int] | None:
    """A few last requests that come long after all others: days without any before them, their first day, and their number.

    None where there are none.

    Args:
        hours: requests of each hour since 1970, UTC.
    """
    days: Counter[int] = Counter()
    for hour, n in hours.items():
        days[hour // holes.DAY_H] += n
    found, after = None, 0
    for before, day in reversed(list(pairwise(sorted(days)))):
        after += days[day]
        if after > MAX_LATE_SHARE * days.total():
            break
        if day - before > MAX_SILENCE.days:
            found = (day - before - 1, day, after)
    return found


def warn_partly_empty(seen: SecondReading, n_events: int) -> list[str]:
    """Warn of columns that a notable part of the requests lacks and the others have; columns that all lack make views blind instead."""
    shares = []
    for name in WARNED_COLUMNS:
        missing = n_events - seen.filled[name]
        if seen.filled[name] and (missing >= MIN_EMPTY_SHARE * n_events or seen.lacking[name] >= MIN_EMPTY_FILES_SHARE * n_events):
            shares.append(f"{100 * missing / n_events:.0f} % no {name}")
    return [f"Part of the requests is seen less well: {', '.join(shares)}. What links accounts by these is blind there"] if shares else []


def warn_unread(data: dataset.Dataset) -> list[str]:
    """Warn of files among the events that were not read, and of a registry in a form that is not."""
    others = other_files(data.folder / "events")
    warning = f"{number_of(len(others), 'file')} in events/ not read, being neither .parquet nor .jsonl; the first: "
    found = [f"{warning}{others[0].relative_to(data.folder)}"] if others else []
    registries = [] if data.accounts_file else sorted(path.name for path in data.folder.glob("accounts.*"))
    return found + [
        f"{name} was not read as the registry, which is accounts.parquet or accounts.jsonl: stillwatch ingest --accounts reads other forms"
        for name in registries[:1]
    ]


BLIND_WITHOUT = {
    "client": ("infra.client", "events have neither user_agent nor ja4"),
    "model": ("harvest.pivot", "events have no model"),
    "path": ("infra.pathway", "events have no access_path"),
    "output_tokens": ("harvest.long_answers", "events have no output_tokens"),
}
"""Column of a sketch -> the view that is blind without it, and why."""


WITHOUT_CLIENT_COLUMN = {
    "user_agent": "programs are told apart by ja4 alone, which all programs built on one TLS library share",
    "ja4": "programs are told apart by user_agent alone, which clients choose",
}
"""Column that identifies programs -> what still identifies them without it."""


def blind_views(outcome: Outcome, data: dataset.Dataset, columns: tuple[str, ...], seen: SecondReading) -> list[dict[str, str]]:
    """Views that saw nothing, with the column that was empty.

    Args:
        outcome: the result of detection.
        data: the folder of input.
        columns: sketch columns by the numbers of ``outcome.carried``.
        seen: counts of the second reading of the events.

    Returns:
        ``{"view": name, "reason": sentence}`` each.
    """
    people, found = outcome.scene.people, []
    for view, value in outcome.scene.identities.items():
        if not (value >= 0).any():
            found.append({"view": view, "reason": f"the registry has no {view.split('.')[1]}"})
    if (people.created_us == judge.UNKNOWN).all():
        early = " before the first requests" if people.misdated.any() else ""
        found.append({"view": "identity.signup", "reason": f"the registry has no created_at{early}"})
    if not ((people.org >= 0) | people.contracted).any():
        reason = "the registry has no organisation, contract or checked identity, so customers are not known as such"
        found.append({"view": "context.owners", "reason": reason})
    if (people.banned_us == judge.UNKNOWN).all():
        reason = "no account seen was banned by the time looked at (banned_at)"
        found += [{"view": f"identity.{view}", "reason": reason} for view in ("replacement", "banned")]
    if not outcome.scene.sample.net_known.any():
        found.append({"view": "infra.network", "reason": "events have no ip"})
    sketched = data.ingested.get("sketches") is not None
    for view, names in link.CONTENT_VIEWS.items():
        text = "system" if view == "content.system" else "prompt"
        if view != "content.tools" and text not in seen.filled and not sketched:
            found.append({"view": view, "reason": f"events have no {text}"})
        elif not any(len(outcome.carried[columns.index(name)]["object"]) for name in names if outcome.carried):
            found.append({"view": view, "reason": f"nothing recurs in {', '.join(names)}"})
    if "prompt" not in seen.filled and not sketched:
        found.append({"view": "conduct.capability", "reason": "events have no prompt: what they ask for is not known"})
    if not len(outcome.scene.handoffs.taker):
        reason = "no request continues another account's context, or context_key and parent_key are empty"
        found.append({"view": "session.handoff", "reason": reason})
    found += [{"view": view, "reason": why} for column, (view, why) in BLIND_WITHOUT.items() if column not in outcome.reported]
    if "client" in outcome.reported:
        half = {name: why for name, why in WITHOUT_CLIENT_COLUMN.items() if name not in seen.filled}
        found += [{"view": f"infra.{name}", "reason": f"events have no {name}: {why}"} for name, why in half.items()]
    if "model" in outcome.reported and not data.releases:
        found.append({"view": "harvest.pivot", "reason": "no release of a model is known (releases.json)"})
    return found

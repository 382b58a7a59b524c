"""What a run could not see, with the column that was empty, and what is odd about its input."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from stillwatch import dataset, judge, link
from stillwatch.detect.run_folder.harvested import PARTLY, Seen
from stillwatch.detect.run_folder.outcome import Outcome
from stillwatch.files import other_files
from stillwatch.tables import ACCOUNTS, OF_MANY, ONE_NETWORK, YOUR_PROXY
from stillwatch.terminal.counting import number_of

NOTABLE, OF_A_FILE = 0.2, 0.01
"""Share of the requests without a column from which it is told; and, of those in files that lack it altogether. A provider's log lacks
addresses of a tenth or so, which came by other clouds."""
UNREGISTERED = 0.03
"""Share of the requests that are of accounts without a row in the registry, from which that is told."""
SILENT = timedelta(days=7)
"""Without a request before the last ones that are looked at, from which these are hardly the provider's last days."""
FEW_DAYS = 4
"""Length of a log below which it is told that little can be found (docs/limits.md, the first days)."""
LAST_ONES = 0.01
"""Share of all requests that such last ones of a whole log have at most."""


def warnings(seen: Seen, data: dataset.Dataset, scene: judge.Scene) -> list[str]:
    """What is odd about the input, one sentence each: few days, accounts of other names or of one network, requests told twice, columns of
    a part, files not read.

    Args:
        seen: what the second reading of the events told.
        data: the folder of input.
        scene: the accounts seen, when, and on which networks.
    """
    people = scene.people
    found, n_events = one_network(people.n_events, scene.network), int(people.n_events.sum())
    if data.start is None:
        found += few_days(*scene.window_us, people.n)
    if data.start is not None and data.before is not None and data.start - data.before > SILENT:
        days = (data.start - data.before).days
        found.append(
            f"Nobody sent anything in the {days} days before {data.start:%Y-%m-%d}: is a clock wrong in the last requests? --as-of sets"
            " the time up to which --recent looks"
        )
    if data.start is None and (late := _late(seen.days)) is not None:
        silent, day, n = late
        found.append(
            f"Nobody sent anything in the {silent} days before {datetime.fromtimestamp(day * 86_400, UTC):%Y-%m-%d}, and then {n:,} of"
            f" {number_of(n_events, 'request')}: is a clock wrong there? --as-of sets the time up to which detect looks"
        )
    if data.accounts_file is not None:
        parts = [part["account_id"].combine_chunks() for part in dataset.tables(data.accounts_file, ACCOUNTS.only(("account_id",)))]
        registered = pa.concat_arrays([part.dictionary_decode() if pa.types.is_dictionary(part.type) else part for part in parts])
        unknown = ~pc.is_in(people.ids, registered.cast(people.ids.type)).to_numpy(zero_copy_only=False)
        requests = int(people.n_events[unknown].sum())
        strange = unknown.sum() > people.n / 2
        if len(registered) and (strange or requests > UNREGISTERED * n_events):
            found.append(
                f"{requests:,} of {number_of(n_events, 'request')} are of accounts without a row in {data.accounts_file.name}"
                f" ({int(unknown.sum()):,} of {number_of(people.n, 'account')}): of these no sign-up, payment or organisation is known"
                + (". Are identifiers hashed with one key in both?" if strange else "")
            )
    if seen.repeated:
        found.append(
            f"{seen.repeated:,} requests have an event_id that came before, and were counted again: a log that is read"
            " twice looks like a habit. stillwatch ingest leaves repeated requests out"
        )
    return found + crowded(scene.measured.crowded, n_events) + partly(seen, n_events) + unread(data)


def crowded(n_crowded: int, n_events: int) -> list[str]:
    """That some requests are of more groups than a request counts for, which makes the other groups look smaller than they are."""
    if not n_crowded:
        return []
    most = judge.MOST_GROUPS
    who = f"{n_crowded:,} of {number_of(n_events, 'request')} belong to more than {most} of the groups that were looked at"
    return [f"{who}, and count for {most} of these alone: the others were measured by fewer requests than are theirs"]


def few_days(first_us: int, last_us: int, n_accounts: int) -> list[str]:
    """That a log is too short to find much in it."""
    hours = (last_us - first_us) / judge.HOUR_US
    if hours >= FEW_DAYS * 24:
        return []
    span = f"{hours * 3600:.0f} s" if hours < 1 / 30 else f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"
    little = "in logs of one to four days a fifth of the fake accounts were found, in longer ones a half"
    return [f"The log covers {span} of {number_of(n_accounts, 'account')}, so little can be found: {little}"]


def one_network(n_events: NDArray[np.int64], network: NDArray[np.int64]) -> list[str]:
    """That nearly all requests of many accounts came through one network, as behind a proxy that tells nobody's address.

    Args:
        n_events: requests of each account, ``(n_accounts,)``.
        network: hash of the network that each used most, 0 where none is told, ``(n_accounts,)``.
    """
    names, of = np.unique(network, return_inverse=True)
    requests, accounts = np.bincount(of, weights=n_events), np.bincount(of)
    most = int(np.argmax(np.where(names != 0, requests, -1)))
    if names[most] == 0 or accounts[most] < OF_MANY or requests[most] < ONE_NETWORK * n_events.sum():
        return []
    who = f"{accounts[most]:,} of {number_of(len(network), 'account')}, with {requests[most]:,.0f} of {n_events.sum():,} requests,"
    return [f"{who} use one network most{YOUR_PROXY}"]


def _late(days: Counter[int]) -> tuple[int, int, int] | None:
    """Where a few last requests come long after all others: days without any before them, their first day, and how many they are.

    Args:
        days: requests of each day, counted from 1970.
    """
    found, after = None, 0
    for before, day in reversed(list(pairwise(sorted(days)))):
        after += days[day]
        if after > LAST_ONES * days.total():
            break
        if day - before > SILENT.days:
            found = (day - before - 1, day, after)
    return found


def partly(seen: Seen, n_events: int) -> list[str]:
    """Columns that a notable part of the requests lacks and the others have; what all lack, the blind views tell."""
    told = []
    for name in PARTLY:
        missing = n_events - seen.filled[name]
        if seen.filled[name] and (missing >= NOTABLE * n_events or seen.lacking[name] >= OF_A_FILE * n_events):
            told.append(f"{100 * missing / n_events:.0f} % no {name}")
    return [f"Part of the requests is seen less well: {', '.join(told)}. What links accounts by these is blind there"] if told else []


def unread(data: dataset.Dataset) -> list[str]:
    """What lies among the events and is none."""
    others = other_files(data.folder / "events")
    told = f"{number_of(len(others), 'file')} in events/ not read, being neither .parquet nor .jsonl; the first: "
    return [f"{told}{others[0].relative_to(data.folder)}"] if others else []


BLIND_WITHOUT = {
    "client": ("infra.client", "events have neither user_agent nor ja4"),
    "model": ("harvest.pivot", "events have no model"),
    "path": ("infra.pathway", "events have no access_path"),
    "output_tokens": ("harvest.long_answers", "events have no output_tokens"),
}
"""Column of a sketch: what is blind without it, and why."""


HALF = {
    "user_agent": "programs are told apart by ja4 alone, which all have in common that are built on one TLS library",
    "ja4": "programs are told apart by user_agent alone, which clients choose",
}
"""Column that tells programs apart: what is left of that without it."""


def blind_views(outcome: Outcome, data: dataset.Dataset, columns: tuple[str, ...], seen: Seen) -> list[dict[str, str]]:
    """Views that saw nothing, with the column that was empty.

    Args:
        outcome: what was found.
        data: the folder of input.
        columns: sketch columns by the numbers of ``outcome.carried``.
        seen: what the second reading of the events told.

    Returns:
        ``{"view": name, "reason": sentence}`` each.
    """
    people, found = outcome.scene.people, []
    for view, value in outcome.scene.identities.items():
        if not (value >= 0).any():
            found.append({"view": view, "reason": f"the registry tells no {view.split('.')[1]}"})
    if (people.created_us == judge.UNKNOWN).all():
        found.append({"view": "identity.signup", "reason": "the registry tells no created_at"})
    if not ((people.org >= 0) | people.contracted).any():
        reason = "the registry tells no organisation, contract or checked identity: who is whose customer is not known"
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
    found += [{"view": view, "reason": why} for column, (view, why) in BLIND_WITHOUT.items() if column not in outcome.told]
    if "client" in outcome.told:
        half = {name: why for name, why in HALF.items() if name not in seen.filled}
        found += [{"view": f"infra.{name}", "reason": f"events have no {name}: {why}"} for name, why in half.items()]
    if "model" in outcome.told and not data.releases:
        found.append({"view": "harvest.pivot", "reason": "no release of a model is told (releases.json)"})
    return found

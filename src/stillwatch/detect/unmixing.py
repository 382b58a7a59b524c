"""Which requests of a campaign are harvest and which are cover: its own wordings, its conversations, and the tally of both."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillwatch import group, judge, link
from stillwatch.detect.traffic import CONTENT_COLUMNS, STANDING_COLUMNS, Traffic
from stillwatch.engine import Engine
from stillwatch.judge import results
from stillwatch.numeric.parallel import mapped

WORDED_ACCOUNTS = 3
"""Accounts of a campaign that must use a wording for it to be the campaign's."""
POOL_REACH = 0.1
"""The same in a pool, as a share of the accounts."""
INNOCENT_REQUESTS = 500_000
"""Requests of innocents, by whole accounts, that say how cover looks."""
SPOKEN_FOR = 3_000
"""Accounts of a campaign, chosen by hash, whose wordings are looked at."""


def relaying(scene: judge.Scene, final: group.Groups) -> NDArray[np.bool_]:
    """Campaigns of whom half of the accounts hand conversations over, ``(final.n,)``."""
    return judge.pooled(scene, final.labels(scene.people.n), final.n)[: final.n]


def worded(engine: Engine, traffic: Traffic, scene: judge.Scene, final: group.Groups) -> group.Groups:
    """The campaigns with the wordings of prompts that are their own among their marks, to tell harvest from cover by."""
    people, n = traffic.people, final.n
    places = {i: name for i, name in enumerate(CONTENT_COLUMNS) if i not in STANDING_COLUMNS}
    order = np.lexsort((people.key[final.member_account], final.member_group))
    place = np.arange(len(order)) - np.searchsorted(final.member_group[order], final.member_group[order])
    kept = order[place < SPOKEN_FOR]
    whose, account = final.member_group[kept], final.member_account[kept]
    sampled = {"campaign": whose, "account": people.key[account]}
    found = link.wordings(engine, places, people.key[final.member_account], sampled, WORDED_ACCOUNTS)
    campaign = found["campaign"].astype(np.int64)
    events = np.bincount(whose, weights=people.n_events[account], minlength=n).astype(np.int64)
    innocent = int(people.n_events.sum() - people.n_events[final.member_account].sum())
    own = judge.worded(found["inside"], found["outside"], events[campaign], innocent)
    # In a pool others' requests pass through any account, so only what many say is the operator's.
    least = np.where(relaying(scene, final), POOL_REACH * np.bincount(whose, minlength=n), 0)
    own &= found["accounts"] >= least[campaign]
    marks = np.unique(np.concatenate([
        np.stack([final.object_group, final.object_column, final.object_key], axis=1),
        np.stack([campaign, found["place"].astype(np.int64), found["object"]], axis=1)[own],
    ]), axis=0)
    return replace(final, object_group=marks[:, 0], object_column=marks[:, 1], object_key=marks[:, 2])


@dataclass(frozen=True)
class Talks:
    """Conversations of the accounts of campaigns, and of some innocents as if they were one more campaign."""

    told: judge.Conversations
    of: NDArray[np.int64]
    """Campaign of each conversation."""
    usual: list[NDArray[np.int64]]
    """Innocents' in each class, for each of TRAITS."""
    root: NDArray[np.int64]
    """The row that begins the conversation of each request of a campaign, ``(n_requests,)``."""
    owners: list[NDArray[np.int64]]
    """Per batch of events: campaign of each event's account, -1 for none."""


def talks(traffic: Traffic, final: group.Groups) -> Talks:
    """Put the requests of campaigns together to conversations, with the marks that they show."""
    people = traffic.people
    matcher = judge.Matcher(final, people.n, CONTENT_COLUMNS)
    account_campaign = final.labels(people.n)
    innocent = account_campaign < 0
    share = min(INNOCENT_REQUESTS / max(int(people.n_events[innocent].sum()), 1), 1)
    compared = account_campaign.copy()
    compared[innocent & (people.key.view(np.uint64) <= np.uint64(share * (2**64 - 2**11)))] = final.n
    names = tuple(dict.fromkeys(("time", "context", "parent", "capability", "n_words", "output_tokens", *judge.SETUP, *CONTENT_COLUMNS)))

    def looked_at(batch: tuple[NDArray[np.int32], Mapping[str, NDArray[Any]]]) -> tuple[NDArray[Any], ...]:
        account, columns = batch
        rows = np.flatnonzero(compared[account] >= 0)
        looked = {name: values[rows] for name, values in columns.items()}
        tie = judge.setups(looked, ("account", *names))
        sent = np.stack([looked["time"], compared[account[rows]], looked["context"], looked["parent"], judge.setups(looked), tie])
        return account_campaign[account], sent, judge.traits(looked), matcher.marked(account[rows], looked)

    owners, parts, kind, flagged = zip(*mapped(looked_at, traffic.batches(names), traffic.threads), strict=True)
    time, whose, context, parent, setup, tie = np.concatenate(parts, axis=1)
    root = judge.conversations(time, whose, context, parent, tie)
    told = judge.Conversations.of(root, time, np.concatenate(kind, axis=1), setup, np.concatenate(flagged))
    of = whose[told.begin]
    usual = told.take((of == final.n) & (parent[told.begin] == 0)).usual()
    return Talks(told, of, usual, root[whose < final.n], list(owners))


def unmix(
    traffic: Traffic, scene: judge.Scene, final: group.Groups
) -> tuple[judge.Tally, list[NDArray[np.bool_]], list[NDArray[np.int64]]]:
    """The tally of every campaign, and for every batch which events are harvest and whose accounts they are of.

    Conversations are told whole, by a mixture (:mod:`stillwatch.judge.unmix`).
    """
    people = traffic.people
    window = (scene.window_us[0] // judge.HOUR_US, scene.window_us[1] // judge.HOUR_US)
    busiest = np.lexsort((final.member_account, -people.n_events[final.member_account], final.member_group))
    counts = np.minimum(final.sizes(), results.SHOWN_ACCOUNTS)
    shown = [final.member_account[busiest[at : at + count]] for at, count in zip(final.start[:-1], counts, strict=True)]
    tally = judge.Tally.empty(final.n, people.n, window, np.sort(np.concatenate([*shown, busiest[:0]])))
    found, relays = talks(traffic, final), relaying(scene, final)
    flags = np.zeros(found.told.begin.max(initial=-1) + 1, bool)
    for number in range(final.n):
        told = found.told.take(found.of == number)
        odds = judge.log_odds(told, found.usual)
        harvest = judge.harvested(told, odds)
        flags[told.begin] = harvest
        tally.between[number] = judge.between(told, found.usual, odds, harvest, relays=bool(relays[number]))
    flags = flags[found.root]
    harvested, at = [], 0
    for mine, (account, columns) in zip(
        found.owners, traffic.batches(("time", "output_tokens", "capability", "path", "model")), strict=True
    ):
        rows = np.flatnonzero(mine >= 0)
        of_batch = np.zeros(len(mine), bool)
        of_batch[rows] = flags[at : at + len(rows)]
        at += len(rows)
        harvested.append(of_batch)
        tally.add(account, mine, of_batch, columns)
    return tally, harvested, found.owners

"""Separate the harvest of a campaign from its cover: by its own wordings and by whole conversations."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillwatch import group, judge, link
from stillwatch.detect.traffic import CONTENT_COLUMNS, STANDING_COLUMNS, Traffic
from stillwatch.engine import Engine
from stillwatch.judge import results
from stillwatch.numeric.parallel import parallel_map

MIN_WORDING_ACCOUNTS = 3
"""Fewest accounts of a campaign that use a wording that is the campaign's own."""
MIN_POOL_SHARE = 0.1
"""Least share of a pool's accounts that use such a wording."""
MAX_INNOCENT_REQUESTS = 500_000
"""Number of requests of innocents, of whole accounts, that cover is compared with."""
MAX_SAMPLED_ACCOUNTS = 3_000
"""Most accounts of a campaign, chosen by hash, whose wordings are read."""


def relaying_campaigns(scene: judge.Scene, final: group.Groups) -> NDArray[np.bool_]:
    """Campaigns of which at least half of the accounts hand conversations to each other, ``(final.n,)``."""
    return judge.pooled(scene, final.labels(scene.people.n), final.n)[: final.n]


def add_own_wordings(engine: Engine, traffic: Traffic, scene: judge.Scene, final: group.Groups) -> group.Groups:
    """The campaigns with their own wordings of prompts added to their marks."""
    people, n = traffic.people, final.n
    columns = {i: name for i, name in enumerate(CONTENT_COLUMNS) if i not in STANDING_COLUMNS}
    order = np.lexsort((people.key[final.member_account], final.member_group))
    rank = np.arange(len(order)) - np.searchsorted(final.member_group[order], final.member_group[order])
    kept = order[rank < MAX_SAMPLED_ACCOUNTS]
    campaign, account = final.member_group[kept], final.member_account[kept]
    sampled = {"campaign": campaign, "account": people.key[account]}
    wordings = link.wordings(engine, columns, people.key[final.member_account], sampled, MIN_WORDING_ACCOUNTS)
    wording_campaign = wordings["campaign"].astype(np.int64)
    n_events = np.bincount(campaign, weights=people.n_events[account], minlength=n).astype(np.int64)
    n_innocent = int(people.n_events.sum() - people.n_events[final.member_account].sum())
    own = judge.worded(wordings["inside"], wordings["outside"], n_events[wording_campaign], n_innocent)
    # In a pool others' requests pass through any account, so only what many accounts send is the operator's.
    fewest = np.where(relaying_campaigns(scene, final), MIN_POOL_SHARE * np.bincount(campaign, minlength=n), 0)
    own &= wordings["accounts"] >= fewest[wording_campaign]
    marks = np.unique(np.concatenate([
        np.stack([final.object_group, final.object_column, final.object_key], axis=1),
        np.stack([wording_campaign, wordings["place"].astype(np.int64), wordings["object"]], axis=1)[own],
    ]), axis=0)
    return replace(final, object_group=marks[:, 0], object_column=marks[:, 1], object_key=marks[:, 2])


@dataclass(frozen=True)
class AllConversations:
    """Conversations of the accounts of campaigns, and of a sample of innocents as if they were one more campaign."""

    conversations: judge.Conversations
    campaign: NDArray[np.int64]
    """Campaign of each conversation, ``(n_conversations,)``."""
    usual: list[NDArray[np.int64]]
    """Number of innocents' conversations in each class, for each of TRAITS."""
    root: NDArray[np.int64]
    """Row of the request that begins the conversation of each request of a campaign, ``(n_requests,)``."""
    owners: list[NDArray[np.int64]]
    """Per batch of events: campaign of each event's account, -1 for none."""


def collect_conversations(traffic: Traffic, final: group.Groups) -> AllConversations:
    """Put the requests of campaigns, and of a sample of innocents, together to conversations, with the marks that they show."""
    people = traffic.people
    matcher = judge.Matcher(final, people.n, CONTENT_COLUMNS)
    account_campaign = final.labels(people.n)
    innocent = account_campaign < 0
    share = min(MAX_INNOCENT_REQUESTS / max(int(people.n_events[innocent].sum()), 1), 1)
    compared_campaign = account_campaign.copy()
    compared_campaign[innocent & (people.key.view(np.uint64) <= np.uint64(share * (2**64 - 2**11)))] = final.n
    names = tuple(dict.fromkeys(("time", "context", "parent", "capability", "n_words", "output_tokens", *judge.SETUP, *CONTENT_COLUMNS)))

    def read_batch(batch: tuple[NDArray[np.int32], Mapping[str, NDArray[Any]]]) -> tuple[NDArray[Any], ...]:
        account, columns = batch
        rows = np.flatnonzero(compared_campaign[account] >= 0)
        kept = {name: values[rows] for name, values in columns.items()}
        tie = judge.setups(kept, ("account", *names))
        requests = np.stack([kept["time"], compared_campaign[account[rows]], kept["context"], kept["parent"], judge.setups(kept), tie])
        return account_campaign[account], requests, judge.traits(kept), matcher.marked(account[rows], kept)

    owners, requests, traits, marked = zip(*parallel_map(read_batch, traffic.batches(names), traffic.threads), strict=True)
    time, campaign, context, parent, setup, tie = np.concatenate(requests, axis=1)
    root = judge.conversation_roots(time, campaign, context, parent, tie)
    conversations = judge.Conversations.of(root, time, np.concatenate(traits, axis=1), setup, np.concatenate(marked))
    conversation_campaign = campaign[conversations.begin]
    usual = conversations.take((conversation_campaign == final.n) & (parent[conversations.begin] == 0)).usual()
    return AllConversations(conversations, conversation_campaign, usual, root[campaign < final.n], list(owners))


def unmix(
    traffic: Traffic, scene: judge.Scene, final: group.Groups
) -> tuple[judge.Tally, list[NDArray[np.bool_]], list[NDArray[np.int64]]]:
    """Separate harvest from cover, each conversation as a whole, by a mixture (:mod:`stillwatch.judge.unmix`).

    Args:
        traffic: the sketched events.
        scene: the run.
        final: campaigns and groups to review, with their marks.

    Returns:
        The tally of every campaign; and per batch of events, whether each is harvest, and the campaign of its account, -1 for none.
    """
    people = traffic.people
    window = (scene.window_us[0] // judge.HOUR_US, scene.window_us[1] // judge.HOUR_US)
    busiest = np.lexsort((final.member_account, -people.n_events[final.member_account], final.member_group))
    counts = np.minimum(final.sizes(), results.SHOWN_ACCOUNTS)
    shown = [final.member_account[busiest[offset : offset + count]] for offset, count in zip(final.start[:-1], counts, strict=True)]
    tally = judge.Tally.empty(final.n, people.n, window, np.sort(np.concatenate([*shown, busiest[:0]])))
    everything, relays = collect_conversations(traffic, final), relaying_campaigns(scene, final)
    root_is_harvest = np.zeros(everything.conversations.begin.max(initial=-1) + 1, bool)
    for number in range(final.n):
        conversations = everything.conversations.take(everything.campaign == number)
        odds = judge.log_odds(conversations, everything.usual)
        harvest = judge.harvested(conversations, odds)
        root_is_harvest[conversations.begin] = harvest
        tally.between[number] = judge.between(conversations, everything.usual, odds, harvest, relays=bool(relays[number]))
    is_harvest = root_is_harvest[everything.root]
    harvested, offset = [], 0
    for owner, (account, columns) in zip(
        everything.owners, traffic.batches(("time", "output_tokens", "capability", "path", "model")), strict=True
    ):
        rows = np.flatnonzero(owner >= 0)
        batch_is_harvest = np.zeros(len(owner), bool)
        batch_is_harvest[rows] = is_harvest[offset : offset + len(rows)]
        offset += len(rows)
        harvested.append(batch_is_harvest)
        tally.add(account, owner, batch_is_harvest, columns)
    return tally, harvested, everything.owners

"""Conduct: what the requests of a group are like, and what speaks for innocence.

Each function takes a :class:`Scene` and returns one value per group, ``(n_groups,)``, from 0 to 1 unless its docstring says otherwise. The
first paragraph of the docstring is the sentence that an analyst reads. Harvest pieces say that answers are collected, context pieces say
who the accounts are. None of them is evidence for coordination.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stillwatch.judge.people import DAY_US
from stillwatch.judge.pools import one_pool
from stillwatch.judge.scene import Scene
from stillwatch.numeric import arrays
from stillwatch.numeric.groups import ALIKE_BATCHES, HOPPING
from stillwatch.run_details import LOG10_SCALE
from stillwatch.tables import CAPABILITIES

F64 = NDArray[np.float64]


def _per_request(scene: Scene, per_member: NDArray[Any]) -> F64:
    """Sum over the members of each group, ``(n_members,)``, divided by the group's requests, ``(n_groups,)``."""
    return scene.total(per_member) / np.maximum(scene.events, 1)


def distinct(scene: Scene) -> F64:
    """Distinct prompts over requests: 1 where a list is worked through and nothing is repeated, 0.5 where no prompt was read."""
    return np.nan_to_num(scene.sample.distinct_share, nan=0.5)


def elicitation(scene: Scene) -> F64:
    """Share of requests that ask to write the reasoning out. Blind without text and in languages that the list of words does not know."""
    return _per_request(scene, scene.measured.elicitation)


def long_answers(scene: Scene) -> F64:
    """Output tokens per request, over the average of the groups looked at, from a tenth to ten times. Blind where tokens are unknown.

    The value is log10 of the ratio, from -1 to 1. A request counts once for each of its groups, so crowds of many groups weigh more in the
    average. Counting each request once would shift the value, *observed*, by 0.1 at most in nineteen of twenty logs, and by 0.18 and 0.13
    in one of `demo` and one of `mixed`, and would not separate groups better (docs/experiments.md).
    """
    counted = ~scene.groups.proposed_as(HOPPING)[scene.groups.member_group]
    usual = scene.measured.output_tokens[counted].sum() / max(scene.measured.n[counted].sum(), 1)
    with np.errstate(divide="ignore"):
        value = np.log10(np.maximum(_per_request(scene, scene.measured.output_tokens), 1e-9) / max(usual, 1e-9))
    return np.clip(value, -1, 1) if usual > 0 else np.zeros(scene.n)


def short_answers(scene: Scene) -> F64:
    """Answers shorter than the average of the groups looked at, from 0 at the average to 1 at a fifth of it: little to learn from.

    Blind where tokens are unknown.
    """
    return np.clip(-long_answers(scene) / 0.7, 0, 1)


WANTED = [CAPABILITIES.index(name) for name in ("reasoning", "grading", "code", "agentic", "data_analysis")]
"""Capabilities that models are trained on."""
IMAGES, MANY_IMAGES = CAPABILITIES.index("vision"), 0.2
"""Answers about images are trained on, too. Mills ask for a few, so they count only from this share of the group's requests on."""
HARDLY_ANY = 0.05
"""Least share of a log's requests with such a capability; below it the list of words knows too few requests (docs/experiments.md)."""


def unwanted(scene: Scene) -> F64:
    """Requests for reasoning, grading, code, agents or data (or, if many, images) are rarer than in the log's groups: 0 as many, 1 none.

    Capabilities are read from a list of words: blind without text, and where the list knows few of the log's requests. Turns that say
    nothing of it themselves ("go on") do not count: they ask for what their conversation asks for.
    """
    counts, unclear = scene.measured.capabilities, scene.measured.unclear
    usual_rows = scene.usual[scene.groups.member_group]
    of_usual_groups = counts[usual_rows]
    usual = of_usual_groups[:, WANTED].sum() / max(of_usual_groups.sum() - unclear[usual_rows].sum(), 1)
    if usual < HARDLY_ANY:
        return np.zeros(scene.n)
    totals = np.stack([scene.total(column) for column in counts.T])
    shares = totals / np.maximum(totals.sum(axis=0) - scene.total(unclear), 1)
    images = shares[IMAGES]
    wanted = shares[WANTED].sum(axis=0) + np.where(images >= MANY_IMAGES, images, 0)
    return np.asarray(np.clip(1 - wanted / usual, 0, 1))


def single_turns(scene: Scene) -> F64:
    """Share of requests that begin a conversation; agentic harvest has few."""
    return _per_request(scene, scene.measured.first_turns)


def narrow(scene: Scene) -> F64:
    """How narrow the capabilities asked for are: 1 for one capability, 0 for all alike."""
    counts = np.stack([scene.total(column) for column in scene.measured.capabilities.T], axis=1)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    entropy = -np.where(share > 0, share * np.log(np.maximum(share, 1e-12)), 0).sum(axis=1)
    return np.asarray(1 - entropy / np.log(len(CAPABILITIES)))


def devotion(scene: Scene) -> F64:
    """Median over the accounts of the share of their requests that belong to the group: what is left is cover."""
    share = scene.measured.n / np.maximum(scene.of_members(scene.people.n_events), 1)
    return np.nan_to_num(scene.median(share.astype(np.float64)))


def rate(scene: Scene) -> F64:
    """Median over the accounts of requests a day in the group, from one to a thousand.

    The value is log10 of it, divided by 3.
    """
    days = np.maximum((scene.measured.last_us - scene.measured.first_us) / DAY_US, 1.0)
    return np.clip(np.nan_to_num(scene.median(np.log10(np.maximum(scene.measured.n / days, 0.1)))) / 3, 0, 1)


def volume(scene: Scene) -> F64:
    """All requests of the group, up to ten million.

    The value is log10 of them, divided by 7.
    """
    return np.clip(np.log10(np.maximum(scene.events, 1)) / LOG10_SCALE["harvest.volume"], 0, 1)


def crowd(scene: Scene) -> F64:
    """Accounts of the group, up to ten thousand.

    The value is log10 of them, divided by 4.
    """
    return np.clip(as_crowd(np.maximum(scene.size, 1)), 0, 1)


def as_crowd(accounts: ArrayLike) -> F64:
    """The value of :func:`crowd` for a number of accounts, without its bounds."""
    return np.asarray(np.log10(accounts) / LOG10_SCALE["context.crowd"])


def log_accounts(values: Mapping[str, F64]) -> F64:
    """log10 of the number of accounts of each group, ``(n_groups,)``, from its value of :func:`crowd`."""
    return LOG10_SCALE["context.crowd"] * values["context.crowd"]


def sent(scene: Scene) -> F64:
    """Requests of the group for each of its accounts.

    The value is log10 of them.
    """
    return np.log10(np.maximum(scene.events, 1) / np.maximum(scene.size, 1))


def youth(scene: Scene) -> F64:
    """Share of the accounts whose first request came within 30 days of sign-up. An unknown sign-up counts as old."""
    return scene.share(scene.people.tenure_days() < 30)


def one_owner(scene: Scene) -> F64:
    """Share of the accounts that the largest single organisation owns."""
    org = scene.of_members(scene.people.org)
    rows = np.flatnonzero((org >= 0) & scene.seen)
    key = scene.groups.member_group[rows] * (scene.people.org.max() + 2) + org[rows]
    values, counts = np.unique(key, return_counts=True)
    largest = np.zeros(scene.n)
    np.maximum.at(largest, values // (scene.people.org.max() + 2), counts)
    return largest / np.maximum(scene.size, 1)


def one_payer(scene: Scene) -> F64:
    """Few payment methods pay for the accounts: a firm and its branches, a household, a bundle; few customers in any case.

    The concentration of payers, from 0 at a fifth to 1 at three fifths; or, if that is more, the share of the accounts that meet on a
    network of their own payer, from 0 at a half to 1 at all: several firms, each in its office.
    """
    return np.asarray(np.maximum(scene.few_payers, np.clip(2 * offices(scene) - 1, 0, 1)))


def offices(scene: Scene) -> F64:
    """Share of the accounts that meet others with their own card on a network of the card's own, as colleagues do in an office.

    An operator who gives each card a sticky exit looks like many offices.
    """
    paid = scene.share(scene.identities["identity.payment"] >= 0)
    return np.asarray(np.minimum(scene.office_share, paid))


def one_place(scene: Scene) -> F64:
    """Few networks are where the accounts are at home: an office or two, a campus, a venue, a carrier's exit.

    The concentration of the networks that the accounts used most, from 0 at three tenths to 1 at seven tenths: two equal places are 1,
    four are a half. Blind where networks are unknown.
    """
    codes = np.unique(scene.network, return_inverse=True)[1]
    return np.asarray(np.clip((scene.concentration(np.where(scene.network != 0, codes, -1)) - 0.3) / 0.4, 0, 1))


def organised(scene: Scene) -> F64:
    """Share of the accounts that belong to some organisation."""
    return scene.share(scene.people.org >= 0)


def contracted(scene: Scene) -> F64:
    """Share of the accounts whose contract or identity was checked, contracted resellers included."""
    return scene.share(scene.people.contracted)


def education(scene: Scene) -> F64:
    """Share of the accounts that are registered for education."""
    return scene.share(scene.people.education)


def common_work(scene: Scene) -> F64:
    """Share of requests whose exact prompt another account of the group also sent, as on an assignment or a benchmark."""
    return np.nan_to_num(scene.sample.common_share)


def overlap(scene: Scene) -> F64:
    """How much more often two halves of the group meet in tasks than each meets everybody else, from as often to a hundred times.

    The value is log10 of it, halved.
    """
    return np.clip(np.nan_to_num(scene.sample.log_overlap_ratio), 0, 2) / 2


def apart(scene: Scene) -> F64:
    """Share of the accounts that share no place with another owner of the group, exits over which they rotate being none.

    0 where the network of fewer than half of the accounts is known.
    """
    return np.where(scene.network_known_share >= 0.5, 1 - scene.venue_share, 0)


def placed(scene: Scene) -> F64:
    """Share of all the log's accounts whose network is known; without it an office, a class or a firm cannot be recognised."""
    return np.full(scene.n, (scene.network != 0).mean() if len(scene.network) else 0.0)


def owners(scene: Scene) -> F64:
    """Share of all the log's accounts with an organisation or a contract; where none has one, a customer cannot be recognised."""
    known = scene.people.contracted | (scene.people.org >= 0)
    return np.full(scene.n, known.mean() if len(known) else 0.0)


def one_provider(scene: Scene) -> F64:
    """Share of the accounts that use one network provider only, of those whose providers are known.

    Where they rotate over networks all the same, they are machines of one cloud, or telephones of one carrier. Blind where autonomous
    systems are unknown, and for accounts of fewer than eight requests.
    """
    known = scene.providers > 0
    return np.nan_to_num(scene.mean(scene.of_members(scene.providers == 1), scene.of_members(known) & scene.seen))


LONG_HOURS = 8 * 24
"""Fewest hours of a log that show what lasts and what passes."""


def short_log(scene: Scene) -> F64:
    """1 for every group of a log shorter than eight days, else 0: accounts had no time to show what they do."""
    return np.full(scene.n, float(scene.measured.hourly.shape[-1] < LONG_HOURS))


def occasion(scene: Scene) -> F64:
    """Nine tenths of the requests fall within few days, as of an event, an assignment or a fashion: from 0 at six days to 1 at three.

    Blind where the log is shorter than eight days. A short campaign looks like an occasion too.
    """
    if scene.measured.hourly.shape[-1] < LONG_HOURS:
        return np.zeros(scene.n)
    return np.clip((6 - _lasted(scene) / 24) / 3, 0, 1)


def _lasted(scene: Scene) -> F64:
    """Hours that hold the middle nine tenths of the requests of each group, ``(n_groups,)``."""
    hourly = scene.measured.hourly.sum(axis=1).astype(np.float64)
    reached = hourly.cumsum(axis=1) / np.maximum(hourly.sum(axis=1, keepdims=True), 1)
    return np.asarray((reached < 0.95).sum(axis=1) - (reached < 0.05).sum(axis=1), dtype=np.float64)


def lived(scene: Scene) -> F64:
    """Of the accounts with two requests or more, the share whose requests span a day or more: a night to sleep through."""
    several = scene.measured.n > 1
    lasting = several & (scene.measured.last_us - scene.measured.first_us >= DAY_US)
    return np.asarray(scene.total(lasting) / np.maximum(scene.total(several), 1))


NIGHTS = 48
"""Fewest hours of a group that show when it sleeps."""


def night(scene: Scene) -> F64:
    """All accounts together are quiet in the same six hours of the day: from 0 where these have a quarter of the requests to 1 for none.

    As people of one time zone are. Blind where nine tenths of the requests fall within two days, and for people of many time zones.
    """
    parts = np.stack([scene.total(part) for part in scene.measured.day_parts.T], axis=1)
    quietest = (parts + np.roll(parts, -1, axis=1)).min(axis=1)
    return np.where(_lasted(scene) < NIGHTS, 0, np.clip(1 - 4 * quietest / np.maximum(parts.sum(axis=1), 1), 0, 1))


RARE_DOMAIN = 0.02
"""A domain is rare if less than this share of the accounts with a known domain has it."""


def one_domain(scene: Scene) -> F64:
    """Share of the accounts whose rare e-mail domain (of fewer than one account in fifty) another account of the group has."""
    domain = scene.people.domain
    known = domain >= 0
    popularity = np.bincount(domain[known], minlength=1) / max(known.sum(), 1) if known.any() else np.zeros(1)
    rare = known & (popularity[np.maximum(domain, 0)] < RARE_DOMAIN)
    rows = np.flatnonzero(scene.of_members(rare) & scene.seen)
    key = scene.groups.member_group[rows] * (domain.max() + 2) + scene.of_members(domain)[rows]
    _, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
    shared = np.bincount(scene.groups.member_group[rows[counts[inverse] > 1]], minlength=scene.n) if len(rows) else 0
    return shared / np.maximum(scene.size, 1)


def batches(scene: Scene) -> F64:
    """1 where the accounts were put together because their batches live alike, so that their likeness says less."""
    return scene.groups.proposed_as(ALIKE_BATCHES).astype(np.float64)


FEWEST_USERS = 8
"""Fewest accounts of a group that use a client, for it to be the group's own."""
ONE_SETTING = 0.95
"""A client is an app if at least this share of its accounts mostly sends the same parameters: an app sets them for its users, while each
programmer sets those of a library."""


BROWSER = 1
"""Bit of a client's hash that is set for a plain browser (:mod:`stillwatch.sketch.events`). A rare one is a browser with another program's
TLS fingerprint, such as one that hides which it is, and not an app that people share."""


def own_client(scene: Scene) -> F64:
    """Share of the accounts that use an app which hardly anybody else uses, 0 to 1. Each account counts by the group's share of all users
    of its client.

    The users of a plug-in, a course's notebook or a volunteers' tool do; so do the accounts of somebody who runs his own program, or a
    library that hardly anybody else of the log uses. Blind where clients are unknown, and to an app that calls itself a plain browser.
    """
    client, setting = (np.unique(value, return_inverse=True)[1] for value in (scene.client, scene.setting))
    n_users = np.bincount(client)
    client_settings, n_with_setting = arrays.distinct_rows(np.stack([client, setting], axis=1))
    n_with_commonest = np.zeros(len(n_users), np.int64)
    np.maximum.at(n_with_commonest, client_settings[:, 0], n_with_setting)
    is_app = n_with_commonest >= ONE_SETTING * n_users
    named = (scene.client != 0) & (scene.client & BROWSER == 0)
    rows = np.flatnonzero(scene.of_members(named & is_app[client]) & scene.seen)
    pairs, n = arrays.distinct_rows(np.stack([scene.groups.member_group[rows], scene.of_members(client)[rows]], axis=1))
    weighted = np.where(n >= FEWEST_USERS, n.astype(np.float64) ** 2 / n_users[pairs[:, 1]], 0)
    return np.asarray(np.bincount(pairs[:, 0], weights=weighted, minlength=scene.n) / np.maximum(scene.size, 1))


CONDUCT: dict[str, Callable[[Scene], F64]] = {
    "harvest.distinct": distinct,
    "harvest.elicitation": elicitation,
    "harvest.long_answers": long_answers,
    "harvest.single_turns": single_turns,
    "harvest.narrow": narrow,
    "harvest.devotion": devotion,
    "harvest.rate": rate,
    "harvest.volume": volume,
    "context.crowd": crowd,
    "context.sent": sent,
    "context.youth": youth,
    "context.one_owner": one_owner,
    "context.one_payer": one_payer,
    "context.organised": organised,
    "context.contracted": contracted,
    "context.education": education,
    "context.common_work": common_work,
    "context.overlap": overlap,
    "context.short_answers": short_answers,
    "context.apart": apart,
    "context.one_place": one_place,
    "context.placed": placed,
    "context.owners": owners,
    "context.occasion": occasion,
    "context.short_log": short_log,
    "context.lived": lived,
    "context.night": night,
    "context.one_domain": one_domain,
    "context.batches": batches,
    "context.unwanted": unwanted,
    "context.own_client": own_client,
    "context.one_pool": one_pool,
    "context.one_provider": one_provider,
    "context.offices": offices,
}

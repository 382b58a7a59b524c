"""Everyday reasons: what makes a class, an office, a club or an event look like one operator, so that a person must look first.

Each rule is a function from the values of the pieces (``(n_groups,)`` each, by name) to the groups that it applies to; its docstring says
whom it is meant for. :func:`everyday` puts them together for the parts of the model. The thresholds were chosen on the simulators of
several authors, with others left out (docs/experiments.md).

Below, *rhythm × mix* is the product of one rhythm and one mix of work, *mix × length* that of one mix and one range of prompt lengths, and
*core* means: without the twentieth of the accounts that is least like the others.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge.conduct import as_crowd, log_accounts

F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

ALIKE = 0.8
"""Rhythm × mix from which accounts work as one."""
AS_ONE = 0.9
"""Core rhythm × mix from which accounts that nothing links work as one: translators, pupils and guests of a hackathon who do one thing
reach 0.8."""
MANY_AS_ONE = 0.8
"""The same for many accounts (MANY) that do not meet on networks."""
MET_AS_ONE = 0.96
"""The same for few accounts that meet on networks: content mills, honest relays and scheduled jobs reach 0.95."""
NEARLY_ALIKE, MOSTLY_ALIKE = 0.7, 0.88
"""Core rhythm × mix that ALIKE needs besides, since a few accounts with many requests can raise rhythm × mix; and that is enough alone
for linked accounts."""
BATCHES = 0.3
"""Value of payment, contact or handed-over conversations from which accounts are more than colleagues."""
POOLED = 0.6
"""Value of two links from which accounts are a pool even if they work unlike each other."""
DESK = 32
"""A group of fewer accounts that meets on networks and hands conversations over may be a help desk."""
FIRM = 300
"""A group of fewer accounts that meets on networks may be a firm in several offices that the registry does not know."""
AT_HOME = 0.5
"""Value from which a group is of one place, of one occasion, or meets on networks; also the middle of other values that are shares."""
MET = 0.3
"""Value of networks from which accounts that belong to organisations are firms behind one cloud."""
TIE_VALUE = 0.2
"""Value of payment, contact, conversations, replacement, earlier bans or a burst of sign-ups from which it ties the accounts."""
BANNED = 0.3
"""Value of earlier bans from which, where others took the place of the banned, the accounts come back: of innocent groups within 2 nats of
a line hardly any has 0.1 of both (docs/experiments.md)."""
DIVIDED = 0.8
"""Mix × length from which linked accounts divide one list of work, whatever hours they keep."""
ONE_SOURCE = 0.9
"""Mix × length from which they do even if many prompts are sent by several accounts, as where each task is asked more than once."""
NOTHING_ELSE = 0.8
"""Devotion that ONE_SOURCE needs besides."""
BUSY = 0.2
"""Value of the rate from which accounts work through a list: four requests a day."""
RECENT_BUSY = 0.1
"""The same for accounts that are RECENT: two requests a day."""
RECENT = 0.65
"""Share of accounts that signed up less than 30 days before their first request from which RECENT_BUSY is enough: a school's or an agency's
accounts have been customers for longer."""
HANDED = 0.5
"""Value of handed-over conversations from which DESK busy accounts or more that meet on no network are a pool: call centres sit behind one
network, and volunteers answer seldom."""
CHOSEN_ALIKE, CHOSEN_SHARED = 0.75, 0.5
"""Core rhythm × mix, and value of payment or contact, from which DESK busy accounts or more in batches that were put together because they
live alike, and meet on no network, are one operator's: hunters of free credit and tip groups reach 0.7 and 0.84, the ones on shared
networks, the others hardly busy."""
UNLIKE_BATCHES = 0.6
"""Core rhythm × mix below which such batches may be a test school's, a trainee programme's or a club's: of 17 that passed the line of
their part where their author was left out of the weights, 15 lie below (docs/experiments.md)."""
CHOSEN_LIST = 0.9
"""Mix × length from which such batches are worth a person's look even if each account keeps its own hours."""
ONE_FARM, FARM_SHARED, FARM = 0.95, 0.6, 64
"""Mix × length, value of payment or contact, and accounts, from which such batches are one operator's even if each account keeps its own
hours: hunters of free credit, the innocents nearest, lack one of the three."""
MANY = (50, 64)
"""Numbers of accounts between which a group that works as one becomes too large for evaluation harnesses and scheduled jobs, the innocents
nearest."""
UNPLACED, NOWHERE = 64, 128
"""A group of fewer accounts that no cards or numbers link may be one customer on his own networks, where the log has no organisations; and
one firm, one office or people with one job, where the log has no networks."""
HOPPER = 16
"""Fewer accounts that hand conversations over and share no cards or numbers may be one person's: somebody who continues his own
conversation on the next of his free accounts has up to 13."""
OWNERS = 0.001
"""Least share of a log's accounts with a known organisation or contract: below it, having none does not tell a fake from a customer."""
REPEATED = 0.3
"""Share of requests whose prompt another account also sent, from which a list of work is not divided."""
ONE_LIST = 0.94
"""Value of one length from which accounts without a link draw from one list even if their answers are not long."""
TAUGHT, ASSIGNED = 0.3, 0.2
"""Shares of accounts registered for education, and of requests that others also sent, from which a group is taught."""
SCHOOL = 0.7
"""Share of accounts registered for education from which a group may be a school's, whatever it is set to do."""
SIDE_WORK, LONG = 0.5, 0.1
"""Devotion below which the group's work is a side job of its accounts; and length of answers (log10 over the average) from which they are
wanted all the same."""
UNWANTED = 0.4
"""Value of unwanted from which accounts have another purpose than to train on the answers. Content mills lie at 0.3 to 1, resellers from
0.48 on; operators rarely so high, where the list of words does not know what they ask (docs/experiments.md)."""
ELICITED = 0.05
"""Share of requests that ask to write the reasoning out from which UNWANTED shows no other purpose."""
LONGER = 0.15
"""Length of answers (log10 over the average) from which it does not, either."""
HARDLY_WANTED = 0.8
"""Value of unwanted from which accounts that meet on networks have another purpose even if they ask to have things explained, as nurses do
who share a ward's telephones."""
RELAYED, MET_RELAYED = 0.2, 0.3
"""Values of unwanted from which accounts that hand conversations over relay people who ask for whatever they like: accounts at home in few
places, and accounts that meet on networks."""
TALK, SOME_UNWANTED = 0.5, 0.15
"""Share of first turns below which, and value of unwanted from which, batches of accounts may be a reseller's whose customers talk about
whatever they like: two crowds of a grader have 0.39 and 0.40, and 0.39 and 0.19 (docs/experiments.md)."""
SLEEPLESS, HOURS_REQUESTS = 0.1, 12
"""Value of work round the clock below which accounts without a link are people, and fewest requests per account that show its hours: of
authors left out none of 86 campaigns that the part without links accuses is below it."""
NIGHT = 0.8
"""Value of one night from which accounts sleep at the same hours: of 97 operators accused in 161 worlds of calibration three are above it
that only cards tie, of 12 crowds of innocents eight (docs/experiments.md)."""
HIDING, SURELY_HIDING = 0.5, 0.8
"""Values of rotation over a pool of exits from which it hides where the accounts work, and from which more accounts than a start-up or a
mill has certainly do, if they ask for some of what is worth training on: content mills behind a VPN reach 0.61, the relay of a start-up on
cloud machines 0.72."""
ONE_DOMAIN, FEW_CARDS = 0.9, 0.2
"""Share of accounts whose rare mail domain others of the group have, and value of one payer, from which fewer than UNPLACED accounts are
openly one customer's, unless the score is beyond doubt: of authors left out three of nine such campaigns were of innocents, content mills,
of the others one in 76. The second is also what few cards are to accounts that meet on networks (:func:`paid_by_few`)."""
MOSTLY_ONE_DOMAIN = 0.6
"""The same share where fewer than FIRM accounts hand conversations over as well: of 93 logs no group of an operator's that does, and that
few cards pay for, has it (docs/experiments.md)."""
FEW_PROMPTS, SENT_BY_ALL = 0.05, 0.5
"""Distinct prompts over requests below which, and share of requests whose prompt others also send from which, accounts send the same few
prompts again and again: an operator who wants many answers to each asks for twenty at most."""
SETTLED, TERSE, CURT = 0.1, -0.15, -0.3
"""Share of accounts that signed up less than 30 days before their first request up to which they are long-standing customers, and lengths
of answers (log10 over the average) up to which they are short, and as short as devices want them (docs/experiments.md)."""
OWN_CLIENT = 0.4
"""Value of an app of the group's own from which the accounts are its users: operators of most authors run what many others run, too, or are
tied by more (docs/experiments.md)."""
ONE_KIND = 0.9
"""Value of narrow from which accounts do one kind of work: an employer's new markers have 0.96, of several authors' operators that nothing
links none of those found has as much with answers of usual length (docs/experiments.md)."""
UNALIKE, ROUND_THE_CLOCK = 0.75, 0.6
"""Core rhythm × mix below which accounts do not work as one, and value of work round the clock below which most rest: with answers of
usual length they may have a job (docs/experiments.md)."""
LEAST_ALIKE = 0.6
"""Core rhythm × mix below which resting accounts that only cards tie may have a job even if they want reasoning."""
EVENT = 0.8
"""Value of occasion from which the work lasted as long as an event: a hackathon, a game jam, a conference."""
PASSING_WORK = 0.1
"""Devotion below which the group's work is so little of what its accounts do that it says nothing of them."""
OFFICES = 0.9
"""Share of accounts that meet on a network of their own payer from which they are several firms in their offices, or laboratories with a
card each, whatever the trees say."""
CROWDS, OUTSTANDING = 4, 3.0
"""Look-alikes in a log from which a group must lie this many nats beyond the line: crowds that work alike are not an operator's for that,
and where four others of a log stand out as much hardly any group is one (docs/experiments.md)."""
LINKS = ("identity.payment", "identity.contact", "session.handoff")
"""Pieces that say that accounts share something."""
TIES = (*LINKS, "identity.replacement", "identity.banned")
"""Pieces that tie accounts. A burst of sign-ups does not: one course or one job has it too."""
BATCHED, LINKED, UNLINKED, TREES = "batched", "linked", "unlinked", "trees"
"""The parts of the model: sums of all evidence for groups of batches, of all evidence, and of all but links; and the trees."""
REASONS = (
    "context.alike", "context.mostly_alike", "context.one_place", "context.occasion", "context.crowd", "session.handoff",
    "identity.payment", "identity.contact", "identity.replacement", "identity.banned", "identity.signup", "joint.two_links",
    "harvest.devotion", "harvest.long_answers", "harvest.rate", "content.one_mix", "content.one_length", "context.common_work",
    "context.education", "context.organised", "context.youth", "context.batches", "context.placed", "context.owners",
    "infra.network", "infra.rotation", "context.unwanted", "harvest.elicitation", "context.sent", "timing.round_the_clock",
    "context.short_log", "context.one_domain", "context.look_alikes", "harvest.distinct", "context.own_client",
    "context.lived", "context.night", "context.usual_mix", "context.one_payer", "harvest.narrow", "context.one_pool",
    "context.one_provider", "context.offices",
)
"""Pieces that :func:`everyday`, :func:`.verdict.review_conditions` and the trees' doubt use."""


def fewer_than(accounts: int, values: Mapping[str, F64]) -> Flags:
    """Groups of fewer accounts, by :func:`stillwatch.judge.conduct.crowd`; the tolerance keeps rounding from making a group smaller."""
    return np.asarray(values["context.crowd"] < as_crowd(accounts) - 1e-9)


def _cards_or_numbers(values: Mapping[str, F64]) -> F64:
    """Value of payment or contact, whichever is more."""
    return np.asarray(np.maximum(values["identity.payment"], values["identity.contact"]))


def hiding(values: Mapping[str, F64]) -> Flags:
    """Groups of DESK accounts or more that rotate over a common pool of exits, and not within one provider, as a cloud's machines do."""
    return np.asarray((values["infra.rotation"] >= HIDING) & (values["context.one_provider"] < AT_HOME) & ~fewer_than(DESK, values))


def surely_hiding(values: Mapping[str, F64]) -> Flags:
    """Groups of UNPLACED accounts or more that nearly all rotate, and that ask for some of what is worth training on.

    An innocent has no use for both: the seats of an agency that answers customers' mail behind a VPN ask for nothing worth training on.
    Rotation that only :func:`.evidence.hopping` shows does not count: those who resell access by stealth hop as well.
    """
    wanted = values["context.unwanted"] < HARDLY_WANTED
    pool = (values["infra.rotation"] >= SURELY_HIDING) & (values["infra.rotation"] > values["infra.hopping"])
    pool &= values["context.one_provider"] < AT_HOME
    return np.asarray(pool & ~fewer_than(UNPLACED, values) & wanted)


def housed(values: Mapping[str, F64]) -> Flags:
    """Groups at home in few places, or meeting on networks, that no cards or numbers of several owners link, or that few cards pay for.

    Colleagues, in one office or in several, work alike, and few of them hand each other conversations, as a help desk does. They do not
    pay in batches with many cards, and a firm of hundreds is in the registry.
    """
    few = fewer_than(DESK, values)
    firm = fewer_than(FIRM, values)
    offices = (values["infra.network"] >= AT_HOME) & firm & (few | (values["session.handoff"] < AT_HOME))
    own = (_cards_or_numbers(values) < BATCHES) | paid_by_few(values)
    return np.asarray(((values["context.one_place"] >= AT_HOME) | offices) & own)


def coming_back(values: Mapping[str, F64]) -> Flags:
    """Groups many of whose accounts were banned already, and whose new accounts took the place of banned ones.

    Whoever evades bans does, and so does a customer who was banned by mistake: so a person is shown them, however many such batches there
    are, and nobody is accused for it.
    """
    return np.asarray((values["identity.banned"] >= BANNED) & (values["identity.replacement"] >= TIE_VALUE))


def paid_by_few(values: Mapping[str, F64]) -> Flags:
    """Groups that few payment methods pay for, that no numbers and no conversations tie, and that do not hide where they work.

    The accounts of a relay, a reseller or an agency.
    """
    other = np.maximum(values["identity.contact"], values["session.handoff"])
    return np.asarray((values["context.one_payer"] >= FEW_CARDS) & (other < BATCHES) & ~hiding(values))


def _largest(values: Mapping[str, F64], *names: str) -> F64:
    """The largest value of these pieces."""
    return np.asarray(np.maximum.reduce([values[name] for name in names]))


def untied_by(values: Mapping[str, F64], *names: str) -> Flags:
    """Groups in which none of these pieces ties enough of the accounts (TIE_VALUE)."""
    return np.asarray(_largest(values, *names) < TIE_VALUE)


def mostly_alike(values: Mapping[str, F64]) -> Flags:
    """Groups linked by payment, contact or conversations in which all but a few passers-by work alike.

    The link is needed: a burst of sign-ups alone would draw in strangers who work nearly alike.
    """
    return np.asarray((values["context.mostly_alike"] >= MOSTLY_ALIKE) & (_largest(values, *LINKS) >= BATCHES))


def divided(values: Mapping[str, F64]) -> Flags:
    """Groups linked by payment, contact or conversations that draw one mix of work in one range of lengths, repeat little and are busy.

    They divide a list of work, even if each account keeps its own hours, as accounts do that are used up one after the other. Tasks may be
    asked several times where mix × length is higher still and the accounts do little else. Accounts that wake and sleep as people do divide
    none, whatever they do alike: a class, a cohort.
    """
    alike = values["content.one_mix"] * values["content.one_length"]
    one_source = (alike >= ONE_SOURCE) & (values["harvest.devotion"] >= NOTHING_ELSE)
    one_list = (one_source | ((alike >= DIVIDED) & (values["context.common_work"] < REPEATED))) & ~by_day(values)
    recent = (values["harvest.rate"] >= RECENT_BUSY) & (values["context.youth"] >= RECENT)
    return np.asarray((_largest(values, *LINKS) >= BATCHES) & one_list & (recent | (values["harvest.rate"] >= BUSY)))


def pool(values: Mapping[str, F64]) -> Flags:
    """Groups that two kinds of links tie, and large, busy groups on many networks that hand each other their conversations.

    They are one operator's even if they work unlike: accounts that relay many people's requests, or send much cover, keep many people's
    hours. Conversations must connect most of the accounts that hand them over: those of many small teams, each with its own card, do not.
    """
    handing = (values["session.handoff"] >= HANDED) & (values["infra.network"] < AT_HOME) & (values["harvest.rate"] >= BUSY)
    circles = (values["session.handoff"] >= HANDED) & ~one_queue(values)
    return np.asarray(((values["joint.two_links"] >= POOLED) | (handing & ~fewer_than(DESK, values))) & ~circles)


def one_queue(values: Mapping[str, F64]) -> Flags:
    """Groups whose conversations go from hand to hand, and connect most of the accounts, as a queue's do."""
    return np.asarray((values["session.handoff"] >= HANDED) & (values["context.one_pool"] >= AT_HOME))


def several_pools(values: Mapping[str, F64]) -> Flags:
    """Groups whose conversations go from hand to hand within several pools, none of which connects half of the accounts.

    Firms that each spread their users over accounts of their own work alike, and put together they look like one operator.
    """
    return np.asarray((values["session.handoff"] >= HANDED) & (values["context.one_pool"] < AT_HOME))


def batched(values: Mapping[str, F64]) -> Flags:
    """Groups of batches that were put together because they live alike: that they are alike says nothing more."""
    return np.asarray(values["context.batches"] >= AT_HOME)


def many_batches(values: Mapping[str, F64]) -> Flags:
    """Groups of DESK accounts or more in batches with a card or number each that meet on no network."""
    apart = (_cards_or_numbers(values) >= CHOSEN_SHARED) & (values["infra.network"] < AT_HOME)
    return np.asarray(batched(values) & apart & ~fewer_than(DESK, values))


def unplaced(values: Mapping[str, F64]) -> Flags:
    """Groups of fewer than NOWHERE accounts that cards and numbers do not link, in a log without networks.

    Start-ups that rotate keys, customers of a reseller and colleagues hand conversations over and work alike; their networks would show it.
    """
    few = fewer_than(NOWHERE, values)
    return np.asarray((values["context.placed"] < AT_HOME) & (_cards_or_numbers(values) < BATCHES) & few)


def unowned(values: Mapping[str, F64]) -> Flags:
    """Groups of fewer than UNPLACED accounts that meet on networks and that cards and numbers do not link, in a log without organisations.

    A customer who makes data by contract works as an operator does, from his own networks; the registry would name him.
    """
    few = fewer_than(UNPLACED, values)
    met = values["infra.network"] >= AT_HOME
    return np.asarray((values["context.owners"] < OWNERS) & met & (_cards_or_numbers(values) < BATCHES) & few)


def own_talk(values: Mapping[str, F64]) -> Flags:
    """Groups of fewer than HOPPER accounts that hand conversations over and that cards and numbers do not link.

    A person who has used up the free quota of one account continues his conversation on the next.
    """
    few = fewer_than(HOPPER, values)
    return np.asarray(few & (values["session.handoff"] >= BATCHES) & (_cards_or_numbers(values) < BATCHES))


def busy_batches(values: Mapping[str, F64]) -> Flags:
    """Groups of many batches that are busy and whose core is alike; or larger ones that are busier and draw from one list of work.

    It is no such list where other groups of the log do one mix of work as well: teams of two or three developers each pay with a card, and
    do what developers do.
    """
    alike = (values["context.mostly_alike"] >= CHOSEN_ALIKE) & (values["harvest.rate"] >= RECENT_BUSY)
    farm = ~fewer_than(FARM, values) & (_cards_or_numbers(values) >= FARM_SHARED)
    one_list = (values["content.one_mix"] * values["content.one_length"] >= ONE_FARM) & (values["harvest.rate"] >= BUSY)
    return np.asarray(many_batches(values) & (alike | (farm & one_list & (values["context.usual_mix"] == 0))))


def listed_batches(values: Mapping[str, F64], tree_odds: F64) -> Flags:
    """Groups of many batches, for a person to look at, that do one mix of work in one range of lengths, whatever hours each account keeps.

    They must be BUSY, or have positive ``tree_odds`` (log-odds of the trees, nats, ``(n_groups,)``). Farms that run each account at its own
    hours are so, and hunters of free credit as well.
    """
    one_list = values["content.one_mix"] * values["content.one_length"] >= CHOSEN_LIST
    return np.asarray(many_batches(values) & one_list & ((values["harvest.rate"] >= BUSY) | (tree_odds > 0)))


def untied(values: Mapping[str, F64]) -> Flags:
    """Groups in which nothing ties enough of the accounts (TIE_VALUE).

    There, the part that weighs links sees only how they work, which people who do one thing have in common.
    """
    return untied_by(values, *TIES, "identity.signup")


def loosely_tied(values: Mapping[str, F64]) -> Flags:
    """Groups that only work, sign-ups or bans tie, with prompts of many lengths and no long answers.

    Rings that spam or sell clicks work as one as well, sign up together and are banned.
    """
    one_list = (values["content.one_length"] >= ONE_LIST) | (values["harvest.long_answers"] >= LONG)
    return np.asarray(untied_by(values, *LINKS) & ~one_list)


def taught(values: Mapping[str, F64]) -> Flags:
    """Groups in which many are registered for education and send the same exercises."""
    return np.asarray((values["context.education"] >= TAUGHT) & (values["context.common_work"] >= ASSIGNED))


def firms(values: Mapping[str, F64]) -> Flags:
    """Groups half of which belong to organisations, one or many, that meet on networks and share no cards.

    Customers of one vendor's framework work alike behind one cloud's exits and hand conversations over, each within his own firm.
    """
    return np.asarray((values["context.organised"] >= AT_HOME) & (values["infra.network"] >= MET) & (_cards_or_numbers(values) < BATCHES))


def gathered(values: Mapping[str, F64]) -> Flags:
    """Groups that are at home in few places or lasted few days: an office, a class or an event moves together as an operator does."""
    return np.asarray((values["context.occasion"] >= AT_HOME) | (values["context.one_place"] >= AT_HOME))


def side_work(values: Mapping[str, F64]) -> Flags:
    """Groups that are a small part of what their accounts do, for answers that are not long.

    Not those that work as one more than people who meet do: there, the rest is cover.
    """
    aside = (values["harvest.devotion"] < SIDE_WORK) & (values["harvest.long_answers"] < LONG)
    return np.asarray(aside & (values["context.mostly_alike"] < MET_AS_ONE))


def other_purpose(values: Mapping[str, F64]) -> Flags:
    """Groups that ask for little that is worth training on, and neither for reasoning written out nor for long answers.

    Content mills and stealthy resellers run networks of fake accounts, but train nothing on the answers. Accounts that meet on networks
    and ask for hardly anything worth training on may ask for reasoning: staff who want to understand. What is worth training on is read
    from a short list of words, so this excuses no group of many accounts that surely hides where it works.
    """
    little = (values["context.unwanted"] >= UNWANTED) & (values["harvest.elicitation"] < ELICITED)
    staff = (values["context.unwanted"] >= HARDLY_WANTED) & (values["infra.network"] >= AT_HOME)
    return np.asarray((little | staff) & (values["harvest.long_answers"] < LONGER) & ~surely_hiding(values))


def open_relay(values: Mapping[str, F64]) -> Flags:
    """Groups of one house that hand conversations over and ask neither for reasoning written out nor for long answers.

    An app that relays its users over its own accounts does so in its name (a mail domain), from its servers or behind one cloud, whatever
    cards it pays with; its users ask for much that is not worth training on. An operator hides that the accounts are of one house, or where
    they work, whatever free mail domain they sign up under. An app of hundreds of accounts has a contract.
    """
    short = (values["harvest.elicitation"] < ELICITED) & (values["harvest.long_answers"] < LONG)
    few = fewer_than(FIRM, values)
    house = values["context.one_domain"] >= ONE_DOMAIN
    house |= (values["context.one_place"] >= AT_HOME) & (values["context.unwanted"] >= RELAYED)
    house |= (values["infra.network"] >= AT_HOME) & (values["context.unwanted"] >= MET_RELAYED)
    return np.asarray(few & short & house & ~hiding(values) & (values["session.handoff"] >= BATCHES))


def resold(values: Mapping[str, F64]) -> Flags:
    """Batches whose accounts mostly continue conversations and ask neither for reasoning written out nor for long answers.

    A reseller buys them with a card for a few each, as an operator does, and hands each to a customer, who talks about whatever he likes.
    """
    short = (values["harvest.elicitation"] < ELICITED) & (values["harvest.long_answers"] < LONG)
    talk = (values["harvest.single_turns"] < TALK) & (values["context.unwanted"] >= SOME_UNWANTED)
    return np.asarray(batched(values) & short & talk)


def openly_one(values: Mapping[str, F64]) -> Flags:
    """Groups of fewer than UNPLACED accounts, nine tenths of them under their own mail domains, that few payment methods pay for.

    A small firm, an agency, a content mill or an app that relays its users. An operator shows neither, nor where he works.
    """
    few = fewer_than(UNPLACED, values)
    return np.asarray(few & ~hiding(values) & (values["context.one_domain"] >= ONE_DOMAIN) & (values["context.one_payer"] >= FEW_CARDS))


def openly_pooled(values: Mapping[str, F64]) -> Flags:
    """Groups of fewer than FIRM accounts, most of them under their own mail domains, that few payment methods pay for and that hand their
    conversations over.

    A gateway, an editor's vendor or a consultancy that spreads its users or its work over a pool of accounts, but hides neither whose they
    are nor who pays.
    """
    house = (values["context.one_domain"] >= MOSTLY_ONE_DOMAIN) & (values["context.one_payer"] >= FEW_CARDS)
    return np.asarray(house & fewer_than(FIRM, values) & (values["session.handoff"] >= HANDED))


def relaying(values: Mapping[str, F64]) -> Flags:
    """Groups with a card for several accounts each that mostly continue conversations of others, for answers of usual length.

    Whoever offers a model to users of his own pays for the accounts together, and hands each conversation to whichever is free.
    """
    relay = (values["session.handoff"] >= HANDED) & (values["harvest.single_turns"] < TALK) & (values["identity.payment"] >= BATCHES)
    return np.asarray(relay & (values["harvest.elicitation"] < ELICITED) & (values["harvest.long_answers"] < LONG))


def school(values: Mapping[str, F64]) -> Flags:
    """Groups of accounts nearly all registered for education: teachers who mark essays by one rubric, a year of pupils."""
    return np.asarray(values["context.education"] >= SCHOOL)


def rehearsed(values: Mapping[str, F64]) -> Flags:
    """Groups that all send the same few prompts again and again: testers of a product or of a limit, who learn nothing from the answers."""
    return np.asarray((values["harvest.distinct"] < FEW_PROMPTS) & (values["context.common_work"] >= SENT_BY_ALL))


def settled(values: Mapping[str, F64]) -> Flags:
    """Groups that meet on networks and get short answers, of long-standing customers or of one maker's devices.

    Call centres, tills, robots: they work round the clock by one plug-in or firmware, each pod or site on its own card. Where sign-up times
    are unknown, everybody counts as long-standing.
    """
    length = values["harvest.long_answers"]
    customers = (length <= TERSE) & (values["context.youth"] <= SETTLED)
    devices = (length <= CURT) & (values["context.own_client"] >= OWN_CLIENT)
    return np.asarray((customers | devices) & (values["infra.network"] >= AT_HOME))


def hired(values: Mapping[str, F64]) -> Flags:
    """Groups that nothing but a burst of sign-ups links, and that do one kind of work for answers of usual length.

    Markers, annotators or moderators whom an employer took on in one week: in shifts they work round the clock, and all alike.
    """
    usual = (values["harvest.long_answers"] < LONG) & (values["harvest.elicitation"] < ELICITED)
    return np.asarray(untied_by(values, *TIES) & usual & (values["harvest.narrow"] >= ONE_KIND))


def jobs(values: Mapping[str, F64]) -> Flags:
    """Groups that do not work as one, rest most days, get answers of usual length, and share neither contacts nor a queue.

    Annotators, tutors, markers and colleagues on their teams' cards do one kind of work, each at his own hours and as much as he likes. An
    operator whose accounts work unlike wants long answers, or reasoning written out, or works round the clock; or they share numbers or
    mailboxes, hand conversations to anybody (:func:`one_queue`), take the place of banned ones, or are :func:`surely_hiding`. Where they
    are LEAST_ALIKE and hand hardly any conversation over, it says nothing that they want reasoning, nor how long it is: annotators write
    it for a living.
    """
    hired_at_most = (values["identity.contact"] < BATCHES) & untied_by(values, "identity.replacement", "identity.banned")
    reasoning = (values["harvest.elicitation"] >= ELICITED) & _rest(values)
    each_his_own = (values["context.mostly_alike"] < LEAST_ALIKE) & (values["session.handoff"] < BATCHES) & reasoning
    people = _people(values) & _unalike(values) & ~one_queue(values) | each_his_own
    return np.asarray(people & hired_at_most & ~surely_hiding(values))


def event(values: Mapping[str, F64]) -> Flags:
    """Groups that worked for few days, resting between, for answers of usual length: teams that share a card each meet at events, too."""
    return np.asarray((values["context.occasion"] >= EVENT) & _people(values))


def in_passing(values: Mapping[str, F64]) -> Flags:
    """Groups that do not work as one in what links them, which is hardly any of what their accounts do."""
    return np.asarray((values["harvest.devotion"] < PASSING_WORK) & _unalike(values))


def _unalike(values: Mapping[str, F64]) -> Flags:
    return np.asarray(values["context.mostly_alike"] < UNALIKE)


def _people(values: Mapping[str, F64]) -> Flags:
    """Groups most of whose accounts rest, and whose answers are usual."""
    return np.asarray(_usual_answers(values) & _rest(values))


def _usual_answers(values: Mapping[str, F64]) -> Flags:
    """Groups that ask neither for reasoning written out nor for longer answers than others."""
    return np.asarray((values["harvest.elicitation"] < ELICITED) & (values["harvest.long_answers"] < LONGER))


def _rest(values: Mapping[str, F64]) -> Flags:
    """Groups most of whose accounts rest: in logs that show it (:func:`_hours_shown`), they came back after they did."""
    return np.asarray((values["timing.round_the_clock"] < ROUND_THE_CLOCK) & (_hours_shown(values) | (values["context.short_log"] > 0)))


def _hours_shown(values: Mapping[str, F64]) -> Flags:
    """Groups of which the log can show when they sleep, if it is long enough.

    Accounts that are each used up within a day show it only if all are quiet at one time, or if it was over within days for all of them.
    """
    return np.asarray((values["context.lived"] >= AT_HOME) | one_night(values) | (values["context.occasion"] >= AT_HOME))


def crowded(values: Mapping[str, F64], score: F64) -> Flags:
    """Groups that barely pass in a log where many others look as much like an operator's: a provider whose crowds work alike.

    ``score`` ``(n_groups,)`` is in nats beyond the line.
    """
    return np.asarray((values["context.look_alikes"] >= CROWDS) & (score < OUTSTANDING))


def unlike(values: Mapping[str, F64]) -> Flags:
    """Groups that do not work as one: people who do one thing have nothing else in common.

    Accounts that meet on networks, as colleagues of several offices do, must be more alike to work as one.
    """
    met = (values["infra.network"] >= AT_HOME) | (values["context.placed"] < AT_HOME)
    apart_line, met_line = (
        np.interp(log_accounts(values), np.log10(MANY), lines) for lines in ((AS_ONE, MANY_AS_ONE), (MET_AS_ONE, AS_ONE))
    )
    return np.asarray(values["context.mostly_alike"] < np.where(met, met_line, apart_line))


def many_as_one(values: Mapping[str, F64]) -> F64:
    """How large a group that works as one is, ``(n_groups,)``: 0 up to 50 accounts, 1 from 64 on (MANY); 0 for other groups."""
    large = np.interp(log_accounts(values), np.log10(MANY), (0.0, 1.0))
    return np.asarray(large * (values["context.mostly_alike"] >= AS_ONE))


def by_day(values: Mapping[str, F64]) -> Flags:
    """Groups whose accounts wake and sleep as people do.

    Markers of one examination, volunteers of one helpline and pupils of one camp work as one without a link, but they sleep. A log of few
    days does not show it: an account that began today was silent before. Nor do accounts that are each used up within a day, where that
    goes on day and night for longer than an event lasts.
    """
    busy = values["context.sent"] >= np.log10(HOURS_REQUESTS) - 1e-9
    shown = busy & (values["context.short_log"] == 0) & _hours_shown(values)
    return np.asarray((values["timing.round_the_clock"] < SLEEPLESS) & shown)


def one_night(values: Mapping[str, F64]) -> Flags:
    """Groups whose accounts are all quiet in the same hours of the day: people of one time zone."""
    return np.asarray(values["context.night"] >= NIGHT)


def asleep(values: Mapping[str, F64]) -> Flags:
    """Groups that sleep: each account (:func:`by_day`) where nothing ties them, or all at once (:func:`one_night`) where only cards do.

    Pieceworkers whom a platform pays for with a few cards, and cataloguers or translators of one sheet of work, work as one, but not at
    night, and they do not hide where they work. If their answers are usual, they may do so: staff at home work over their employer's VPN.
    """
    tied_by_cards_at_most = untied_by(values, *(name for name in TIES if name != "identity.payment"))
    piecework = one_night(values) & ((values["infra.rotation"] < AT_HOME) | _usual_answers(values))
    return np.asarray(tied_by_cards_at_most & (by_day(values) & (values["identity.payment"] < TIE_VALUE) | piecework))


def same_place(values: Mapping[str, F64]) -> Flags:
    """Groups at home in few places that nothing ties, or that do not work round the clock: an office, a campus, the runners of one cloud.

    An office that does not work round the clock may be tied: a call centre buys cards for a few agents each, and hands conversations over
    at the change of shifts.
    """
    untied_or_daily = untied_by(values, *TIES) | (values["timing.round_the_clock"] < SLEEPLESS)
    return np.asarray((values["context.one_place"] >= AT_HOME) & untied_or_daily)


def one_app(values: Mapping[str, F64]) -> Flags:
    """Groups of users of an app that hardly anybody else uses (:func:`stillwatch.judge.conduct.own_client`) and that nothing else ties.

    A plug-in, a course's notebook or a volunteers' tool sets for all its users what is asked, how and when, and they sign up when it is
    launched. An operator hides among the users of a popular client, or his accounts are tied by more.
    """
    return np.asarray((values["context.own_client"] >= OWN_CLIENT) & untied_by(values, *TIES))


def everyday(part: str, values: Mapping[str, F64]) -> Flags:
    """Groups for which everyday life explains what the part sees, ``(n_groups,)``: a person must look before anybody is accused.

    Some rules hold for every part, the trees included: logs that lack networks or organisations, which the trees cannot know, and people of
    whom calibration had few examples (one person, one place, one job, an app or its users). The parts that sum pieces have others besides:
    *linked* says nothing of accounts that nothing links, *unlinked* nothing of accounts that do not work as one or that sleep, and
    *batched* nothing of few, unlike or neighbouring batches.

    Args:
        part: BATCHED, LINKED, UNLINKED or TREES.
        values: value of each of REASONS, ``(n_groups,)``.
    """
    for_all = (
        own_talk(values) | unplaced(values) | unowned(values) | asleep(values) | same_place(values)
        | one_app(values) | open_relay(values)
    )
    if part == TREES:
        return for_all
    for_part = {
        LINKED: untied(values),
        UNLINKED: unlike(values) | by_day(values),
        BATCHED: ~many_batches(values) | (values["context.mostly_alike"] < UNLIKE_BATCHES),
    }[part]
    return np.asarray(reasoned(part, values) | loosely_tied(values) | for_all | for_part)


def reasoned(part: str, values: Mapping[str, F64]) -> Flags:
    """Groups whose innocents calibration leaves out of the tail of the part, ``(n_groups,)``, because everyday life explains them.

    Accounts that share cards or conversations but each keep their own hours and do their own work are a club, a cohort or the customers of
    one shop, unless they are a pool; accounts of one office are colleagues. Accounts that work alike in one place or for a few days are a
    class or an event; accounts for which the work is a side job with short answers do odd jobs that are posted to many. Other innocents
    that nothing links stay in the tail: few others are left, and they show how far work alone carries.

    Args:
        part: BATCHED, LINKED or UNLINKED.
        values: value of each of REASONS, ``(n_groups,)``.
    """
    all_alike = (values["context.alike"] >= ALIKE) & (values["context.mostly_alike"] >= NEARLY_ALIKE)
    one_operator = mostly_alike(values) | np.where(batched(values), busy_batches(values), all_alike | pool(values) | divided(values))
    for_part = {
        LINKED: ~one_operator | housed(values),
        UNLINKED: gathered(values) | side_work(values),
        BATCHED: housed(values) | ~batched(values) | (_cards_or_numbers(values) < BATCHES),
    }[part]
    return np.asarray(taught(values) | firms(values) | for_part)

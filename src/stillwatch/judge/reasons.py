"""Everyday reasons: what in a class, an office, a club or at an event looks as one hand does, so that a person asks first.

Each rule is a function of a group's values, with the sentence of who is meant; :func:`everyday` puts them together for the parts of
the model. The numbers were chosen on the simulators of several authors (docs/experiments.md), with others left out.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge.conduct import as_crowd, log_accounts

F64 = NDArray[np.float64]

ALIKE = 0.8
"""Product of one rhythm and one mix from which accounts work as one."""
AS_ONE = 0.9
"""Product of one rhythm and one mix, without the twentieth that is least alike, from which accounts that nothing links work as one:
translators, pupils and guests of a hackathon who do one thing reach 0.8."""
MANY_AS_ONE = 0.8
"""The same product from which many accounts (MANY) do that meet on no networks."""
MET_AS_ONE = 0.96
"""The same product from which few accounts do that meet on networks: content mills, honest relays and scheduled jobs reach 0.95."""
NEARLY_ALIKE, MOSTLY_ALIKE = 0.7, 0.88
"""The same without the twentieth of the accounts that are least like the others: needed besides, since a few accounts' many requests
may carry the first; and enough alone for linked accounts."""
BATCHES = 0.3
"""Value of payment, contact or handed-over conversations from which accounts are more than colleagues."""
POOLED = 0.6
"""Value of two links from which accounts that work unlike are a pool all the same."""
DESK = 32
"""Accounts below which a group that meets on networks and hands conversations over may be a help desk."""
FIRM = 300
"""Accounts from which a group that meets on networks is no firm in several offices that the registry does not know."""
AT_HOME = 0.5
"""Value of one place or occasion from which a group is of one place or one occasion."""
MET = 0.3
"""Value of networks from which accounts that belong to organisations are firms behind one cloud."""
TIE_VALUE = 0.2
"""Value of payment, contact, conversations, replacement, earlier bans or a burst of sign-ups from which something links the accounts."""
DIVIDED = 0.8
"""Product of one mix and one length from which linked accounts divide one list of work, whatever hours they keep."""
ONE_SOURCE = 0.9
"""The same product from which they do though many prompts are sent by several, as where each task is asked more than once."""
NOTHING_ELSE = 0.8
"""Devotion that ONE_SOURCE asks for besides."""
BUSY = 0.2
"""Value of the rate from which accounts work through a list: four requests a day."""
RECENT_BUSY = 0.1
"""The same where accounts are RECENT: two requests a day."""
RECENT = 0.65
"""Share of accounts that signed up less than 30 days before they began from which RECENT_BUSY is enough: a school's or an agency's accounts
have been customers for longer."""
HANDED = 0.5
"""Value of handed-over conversations from which DESK accounts or more that meet on no network are a pool, if they are busy: call centres
sit behind one network, and volunteers answer seldom."""
CHOSEN_ALIKE, CHOSEN_SHARED = 0.75, 0.5
"""Rhythm × mix without the twentieth, and value of payment or contact, from which DESK accounts or more in batches that were put together
since they live alike are one hand, if they are busy and meet on no network: hunters of free credit and tip groups reach 0.7 and 0.84, the
ones on shared networks, the others hardly busy."""
UNLIKE_BATCHES = 0.6
"""Rhythm × mix without the twentieth below which such batches may be a test school's, a trainee programme's or a club's: of 17 that passed
the line of their part where their author was left out of the weights, 15 lie below (docs/experiments.md)."""
CHOSEN_LIST = 0.9
"""Mix × length from which such batches are worth a person's look though each account keeps hours of its own."""
ONE_FARM, FARM_SHARED, FARM = 0.95, 0.6, 64
"""Mix × length, value of payment or contact, and accounts, from which such batches are one hand, though each account keeps hours of its
own: hunters of free credit, the innocents nearest, lack one of the three."""
MANY = (50, 64)
"""Accounts between which a group that works as one becomes too large for evaluation harnesses and scheduled jobs, the innocents nearest."""
UNPLACED, NOWHERE = 64, 128
"""Accounts below which a group that no cards or numbers link may be one customer who meets on his networks where the log tells no
organisations; and one firm or one office, or people with one job, where the log tells no networks."""
HOPPER = 16
"""Accounts below which conversations handed over, and no cards or numbers, may tie those of one person: who goes on with his own talk on
the next of his free accounts has up to 13."""
OWNERS = 0.001
"""Share of a log's accounts that an organisation or a contract must be told for, so that who has none can be told from a customer's."""
REPEATED = 0.3
"""Share of requests whose prompt another account also sent, from which a list of work is not divided."""
ONE_LIST = 0.94
"""Value of one length from which accounts without a link draw from one list in this, too, if their answers are not long."""
TAUGHT, ASSIGNED = 0.3, 0.2
"""Shares of accounts registered for education and of requests that others also sent from which a group is taught."""
SCHOOL = 0.7
"""Share of accounts registered for education from which a group may be a school's, whatever is set to it."""
SIDE_WORK, LONG = 0.5, 0.1
"""Devotion below which what accounts do together is beside what each does for himself, and answers long enough to be wanted anyhow."""
UNWANTED = 0.4
"""Value of unwanted from which accounts have another purpose than to train on the answers. Content mills lie at 0.3 to 1, resellers from
0.48 on; operators rarely so high, where the list of words does not know what they ask (docs/experiments.md)."""
ELICITED = 0.05
"""Share of requests that ask to write the reasoning out from which UNWANTED tells of no other purpose."""
LONGER = 0.15
"""Length of answers (log10 over the average) from which it does not, either."""
HARDLY_WANTED = 0.8
"""Value of unwanted from which accounts that meet on networks have another purpose though they ask to have things explained, as nurses do
who share a ward's telephones."""
RELAYED, MET_RELAYED = 0.2, 0.3
"""Values of unwanted from which accounts at home in few places that hand conversations over relay people who ask for whatever they like,
and those that meet on networks."""
SLEEPLESS, TOLD_HOURS = 0.1, 12
"""Value of work round the clock below which accounts without a link are people, and requests of an account from which its hours tell: of
authors left out none of 86 campaigns that the part without links accuses is below it."""
NIGHT = 0.8
"""Value of one night from which accounts sleep at the same hours: of 97 operators accused in 161 worlds of calibration three are above it
that only cards tie, of 12 crowds of innocents eight (docs/experiments.md)."""
HIDING, SURELY_HIDING = 0.5, 0.8
"""Values of rotation over a pool of exits from which it hides where the accounts work, and from which more accounts than a start-up or a
mill has do, if they ask for some of what is worth training on: content mills behind a VPN reach 0.61, the relay of a start-up on cloud
machines 0.72."""
ONE_DOMAIN, FEW_CARDS = 0.9, 0.2
"""Share of accounts whose rare mail domain others of the group have, and value of one payer, from which fewer than UNPLACED accounts are
openly one customer's, unless it is beyond doubt: of authors left out three of nine such campaigns were of innocents, content mills, of
the others one in 76. The second is also what few cards are to accounts that meet on networks (:func:`paid_by_few`)."""
FEW_PROMPTS, SENT_BY_ALL = 0.05, 0.5
"""Distinct prompts over requests below which accounts send the same few again and again, where this share of requests is of prompts that
others of them send as well: an operator who wants many answers to each asks for twenty at most."""
SETTLED, TERSE, CURT = 0.1, -0.15, -0.3
"""Share of accounts that signed up less than 30 days before they began up to which they have been customers for long, and lengths of
answers (log10 over the average) down to which they are short, and as short as devices want them (docs/experiments.md)."""
OWN_CLIENT = 0.4
"""Share of accounts with an app of their group's own from which they are its users: operators of most authors run what many others run,
too, or are tied by more (docs/experiments.md)."""
ONE_KIND = 0.9
"""Value of narrow from which accounts do one kind of work: an employer's new markers have 0.96, of several authors' operators that nothing
links none of those found has as much with answers of usual length (docs/experiments.md)."""
CROWDS, OUTSTANDING = 4, 3.0
"""Look-alikes of a log from which a group must lie so many nats beyond the line: one of several crowds that work alike is no operator's for
that, and where four others of a log stand out as much hardly anybody is one (docs/experiments.md)."""
LINKS = ("identity.payment", "identity.contact", "session.handoff")
"""What accounts share."""
TIES = (*LINKS, "identity.replacement", "identity.banned")
"""What ties accounts, a burst of sign-ups being none: one course or one job has it."""
BATCHED, LINKED, UNLINKED, TREES = "batched", "linked", "unlinked", "trees"
"""The parts of the model: what sums the evidence of batches, of all, and of all but links; and what does not sum it."""
REASONS = (
    "context.alike", "context.mostly_alike", "context.one_place", "context.occasion", "context.crowd", "session.handoff",
    "identity.payment", "identity.contact", "identity.replacement", "identity.banned", "identity.signup", "joint.two_links",
    "harvest.devotion", "harvest.long_answers", "harvest.rate", "content.one_mix", "content.one_length", "context.common_work",
    "context.education", "context.organised", "context.youth", "context.batches", "context.placed", "context.owners",
    "infra.network", "infra.rotation", "context.unwanted", "harvest.elicitation", "context.sent", "timing.round_the_clock",
    "context.short_log", "context.one_domain", "context.look_alikes", "harvest.distinct", "context.own_client",
    "context.lived", "context.night", "context.usual_mix", "context.one_payer", "harvest.narrow",
)
"""What :func:`everyday` and the doubt of trees ask for."""


def fewer_than(accounts: int, values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups of fewer accounts than that, as :func:`stillwatch.judge.conduct.crowd` tells them; a rounding error makes none smaller."""
    return np.asarray(values["context.crowd"] < as_crowd(accounts) - 1e-9)


def _shared(values: Mapping[str, F64]) -> F64:
    return np.asarray(np.maximum(values["identity.payment"], values["identity.contact"]))


def hiding(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups of DESK accounts or more that each rotate over a pool of exits that others of them use too."""
    return np.asarray((values["infra.rotation"] >= HIDING) & ~fewer_than(DESK, values))


def surely_hiding(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups of UNPLACED accounts or more of which nearly all do, and that ask for some of what is worth training on.

    Who works in the open has no use for it; the seats of an agency that answers customers' mail behind a VPN ask for nothing of it. Exits
    that only :func:`.evidence.hopping` shows hide where accounts work, but not what for: who resells access by stealth hops as well.
    """
    wanted = values["context.unwanted"] < HARDLY_WANTED
    pool = (values["infra.rotation"] >= SURELY_HIDING) & (values["infra.rotation"] > values["infra.hopping"])
    return np.asarray(pool & ~fewer_than(UNPLACED, values) & wanted)


def housed(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups that are at home in few places, or meet on networks, and that no payment method or contact of several owners links.

    Or that few pay for (:func:`paid_by_few`).

    Colleagues, in one office or in several, work alike; few of them hand each other conversations, as a help desk does. What they do
    not do is pay in batches with many cards, and a firm of hundreds is in the registry.
    """
    few = fewer_than(DESK, values)
    firm = fewer_than(FIRM, values)
    offices = (values["infra.network"] >= AT_HOME) & firm & (few | (values["session.handoff"] < AT_HOME))
    own = (_shared(values) < BATCHES) | paid_by_few(values)
    return np.asarray(((values["context.one_place"] >= AT_HOME) | offices) & own)


def paid_by_few(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups that few payment methods pay for, tied by no numbers and no conversations, that do not hide where they work: a relay's, a
    reseller's or an agency's accounts."""
    other = np.maximum(values["identity.contact"], values["session.handoff"])
    return np.asarray((values["context.one_payer"] >= FEW_CARDS) & (other < BATCHES) & ~hiding(values))


def _most(values: Mapping[str, F64], *names: str) -> F64:
    return np.asarray(np.maximum.reduce([values[name] for name in names]))


def loose(values: Mapping[str, F64], *names: str) -> NDArray[np.bool_]:
    """Groups of which none of these pieces ties enough of the accounts (TIE_VALUE)."""
    return np.asarray(_most(values, *names) < TIE_VALUE)


def mostly_alike(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups linked by payment, contact or conversations of which all but a few passers-by work alike.

    Without the link strangers who work nearly alike would be drawn in with those whom a burst of sign-ups ties.
    """
    return np.asarray((values["context.mostly_alike"] >= MOSTLY_ALIKE) & (_most(values, *LINKS) >= BATCHES))


def divided(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups linked by payment, contact or conversations that draw one mix of work in one range of lengths, repeat little and are busy.

    They divide up a list of work, though each account keeps hours of its own, as accounts do that are used up one after the other. Where
    mix and lengths are one and the accounts do little else, each task may be asked several times; not where they sleep, as a class does.
    """
    alike = values["content.one_mix"] * values["content.one_length"]
    one_source = (alike >= ONE_SOURCE) & (values["harvest.devotion"] >= NOTHING_ELSE) & ~by_day(values)
    one_list = one_source | ((alike >= DIVIDED) & (values["context.common_work"] < REPEATED))
    recent = (values["harvest.rate"] >= RECENT_BUSY) & (values["context.youth"] >= RECENT)
    return np.asarray((_most(values, *LINKS) >= BATCHES) & one_list & (recent | (values["harvest.rate"] >= BUSY)))


def pool(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups that two kinds of links tie, or large, busy ones of many networks that hand each other their conversations.

    One hand holds them, though accounts that relay many people's requests, or send much cover, keep many people's hours.
    """
    handing = (values["session.handoff"] >= HANDED) & (values["infra.network"] < AT_HOME) & (values["harvest.rate"] >= BUSY)
    return np.asarray((values["joint.two_links"] >= POOLED) | (handing & ~fewer_than(DESK, values)))


def batched(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups of batches that were put together since they live alike: that they draw one mix says nothing more."""
    return np.asarray(values["context.batches"] >= AT_HOME)


def many_batches(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Large groups of batches with a card or number each that meet on no network."""
    apart = (_shared(values) >= CHOSEN_SHARED) & (values["infra.network"] < AT_HOME)
    return np.asarray(batched(values) & apart & ~fewer_than(DESK, values))


def unplaced(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups of which cards or numbers link too few, of a log that tells no networks, unless they are many.

    Start-ups that rotate keys, customers of a reseller and colleagues hand conversations over and work alike; their networks would say so.
    """
    few = fewer_than(NOWHERE, values)
    return np.asarray((values["context.placed"] < AT_HOME) & (_shared(values) < BATCHES) & few)


def unowned(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups that meet on networks and of which cards or numbers link too few, of a log that tells no organisations, unless they are many.

    A customer who makes data by contract works as an operator does, from networks of his own; the registry would name him.
    """
    few = fewer_than(UNPLACED, values)
    met = values["infra.network"] >= AT_HOME
    return np.asarray((values["context.owners"] < OWNERS) & met & (_shared(values) < BATCHES) & few)


def own_talk(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups of few accounts that hand conversations over and of which cards or numbers link too few.

    Who has used up the free quota of one account goes on with his own conversation on the next.
    """
    few = fewer_than(HOPPER, values)
    return np.asarray(few & (values["session.handoff"] >= BATCHES) & (_shared(values) < BATCHES))


def busy_batches(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups of many batches that are busy and alike but for a few, or many more that draw, busier still, from one list of work.

    Where others of their log do one mix of work as well, that is no list: teams of two or three developers each pay with a card, and do
    what developers do.
    """
    alike = (values["context.mostly_alike"] >= CHOSEN_ALIKE) & (values["harvest.rate"] >= RECENT_BUSY)
    farm = ~fewer_than(FARM, values) & (_shared(values) >= FARM_SHARED)
    one_list = (values["content.one_mix"] * values["content.one_length"] >= ONE_FARM) & (values["harvest.rate"] >= BUSY)
    return np.asarray(many_batches(values) & (alike | (farm & one_list & (values["context.usual_mix"] == 0))))


def listed_batches(values: Mapping[str, F64], odds: F64) -> NDArray[np.bool_]:
    """Groups of many batches that do one mix of work in one range of lengths, whatever hours each keeps, and send four requests a day or
    are as likely an operator's as not by the ``odds`` of the trees.

    Farms that run each account at its own hours do, and so do hunters of free credit: for a person to look at.
    """
    one_list = values["content.one_mix"] * values["content.one_length"] >= CHOSEN_LIST
    return np.asarray(many_batches(values) & one_list & ((values["harvest.rate"] >= BUSY) | (odds > 0)))


def untied(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups of which too few are linked (TIE_VALUE).

    What the part of links sees in them is how they work, which people who do one thing have in common.
    """
    return loose(values, *TIES, "identity.signup")


def loosely_tied(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups that work, sign-ups or bans alone tie, with prompts of no one range of lengths and no long answers.

    Rings that spam or sell clicks work as one as well, sign up together and are banned.
    """
    one_list = (values["content.one_length"] >= ONE_LIST) | (values["harvest.long_answers"] >= LONG)
    return np.asarray(loose(values, *LINKS) & ~one_list)


def taught(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups of which many are registered for education and to whom the same exercises are set."""
    return np.asarray((values["context.education"] >= TAUGHT) & (values["context.common_work"] >= ASSIGNED))


def firms(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups half of which belong to organisations, of one or of many, that meet on networks and share no cards.

    Customers of one vendor's framework work alike behind one cloud's exits and, each within his own firm, hand conversations over.
    """
    return np.asarray((values["context.organised"] >= AT_HOME) & (values["infra.network"] >= MET) & (_shared(values) < BATCHES))


def gathered(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups that are at home in few places or lasted few days: an office, a class or an event moves together as one hand does."""
    return np.asarray((values["context.occasion"] >= AT_HOME) | (values["context.one_place"] >= AT_HOME))


def beside(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups that are a small part of what their accounts do, for answers that are not long: odd jobs beside a life of their own.

    Unless they work as one more than people do who meet: then the rest is cover.
    """
    aside = (values["harvest.devotion"] < SIDE_WORK) & (values["harvest.long_answers"] < LONG)
    return np.asarray(aside & (values["context.mostly_alike"] < MET_AS_ONE))


def other_purpose(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups that ask for little that is worth training on, nor for reasoning written out, for answers that are not long.

    Content mills and those who resell access by stealth do run networks of fake accounts, but train nothing on them. Who meets on
    networks and asks for hardly anything of it may ask for reasoning: staff who want to understand. What is worth it is told by a short
    list of words, so that little excuses nobody who surely hides where many accounts work.
    """
    little = (values["context.unwanted"] >= UNWANTED) & (values["harvest.elicitation"] < ELICITED)
    staff = (values["context.unwanted"] >= HARDLY_WANTED) & (values["infra.network"] >= AT_HOME)
    return np.asarray((little | staff) & (values["harvest.long_answers"] < LONGER) & ~surely_hiding(values))


def open_relay(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups that hand conversations over, of one house, and ask neither for reasoning written out nor for long answers.

    An app that relays its users over accounts of its own does so in its name (a mail domain), from its servers or behind one cloud,
    whatever cards it pays with; its users ask for much that is worth no training. Who fakes accounts hides that they are of one house, or
    where they work, whatever free mail domain they sign up under. An app of hundreds of accounts has a contract.
    """
    short = (values["harvest.elicitation"] < ELICITED) & (values["harvest.long_answers"] < LONG)
    few = fewer_than(FIRM, values)
    house = values["context.one_domain"] >= ONE_DOMAIN
    house |= (values["context.one_place"] >= AT_HOME) & (values["context.unwanted"] >= RELAYED)
    house |= (values["infra.network"] >= AT_HOME) & (values["context.unwanted"] >= MET_RELAYED)
    return np.asarray(few & short & house & ~hiding(values) & (values["session.handoff"] >= BATCHES))


def openly_one(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups of few accounts, all but a tenth with mail addresses of a domain or a few of their own, that few payment methods pay for.

    Who hides that his accounts are his gives neither away, nor where he works: a small firm, an agency, a content mill, an app that relays
    its users.
    """
    few = fewer_than(UNPLACED, values)
    return np.asarray(few & ~hiding(values) & (values["context.one_domain"] >= ONE_DOMAIN) & (values["context.one_payer"] >= FEW_CARDS))


def school(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups nearly all of whose accounts are registered for education: teachers who mark essays by one rubric, a year of pupils."""
    return np.asarray(values["context.education"] >= SCHOOL)


def rehearsed(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups that all send the same few prompts again and again: testers of a product or of a limit, who learn nothing from the answers."""
    return np.asarray((values["harvest.distinct"] < FEW_PROMPTS) & (values["context.common_work"] >= SENT_BY_ALL))


def settled(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups that meet on networks and get short answers, of long-standing customers or of one maker's devices.

    Call centres, tills, robots: they work round the clock by one plug-in or firmware, each pod or site on a card of its own. Where no
    sign-ups are told, everybody is long-standing.
    """
    short = values["harvest.long_answers"]
    known = (short <= TERSE) & (values["context.youth"] <= SETTLED) | (short <= CURT) & (values["context.own_client"] >= OWN_CLIENT)
    return np.asarray(known & (values["infra.network"] >= AT_HOME))


def hired(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups that nothing but a burst of sign-ups links, and that do one kind of work for answers of usual length.

    Markers, annotators or moderators whom an employer took on in one week: in shifts they work round the clock, and all alike.
    """
    usual = (values["harvest.long_answers"] < LONG) & (values["harvest.elicitation"] < ELICITED)
    return np.asarray(loose(values, *TIES) & usual & (values["harvest.narrow"] >= ONE_KIND))


def crowded(values: Mapping[str, F64], score: F64) -> NDArray[np.bool_]:
    """Groups that pass by little where many others of their log look as much like an operator's: a provider whose crowds work alike."""
    return np.asarray((values["context.look_alikes"] >= CROWDS) & (score < OUTSTANDING))


def unlike(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups that do not work as one: people who do one thing have nothing in common but the thing.

    More is asked of who meets on networks, as colleagues of several offices do.
    """
    met = (values["infra.network"] >= AT_HOME) | (values["context.placed"] < AT_HOME)
    asked, of_met = (np.interp(log_accounts(values), np.log10(MANY), line) for line in ((AS_ONE, MANY_AS_ONE), (MET_AS_ONE, AS_ONE)))
    return np.asarray(values["context.mostly_alike"] < np.where(met, of_met, asked))


def many_as_one(values: Mapping[str, F64]) -> F64:
    """How far groups are large, of those that work as one, 0 to 1, ``(n_groups,)``: from 50 accounts, whole from 64 on."""
    large = np.interp(log_accounts(values), np.log10(MANY), (0.0, 1.0))
    return np.asarray(large * (values["context.mostly_alike"] >= AS_ONE))


def by_day(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups whose accounts wake and sleep as people do.

    Markers of one examination, volunteers of one helpline and pupils of one camp work as one without a link; they sleep. A log of few
    days does not tell who does: whoever began today has slept through the rest. Nor do accounts that are used up within a day each, where
    that goes on day and night for longer than an event does.
    """
    told = (values["context.sent"] >= np.log10(TOLD_HOURS) - 1e-9) & (values["context.short_log"] == 0)
    told &= (values["context.lived"] >= AT_HOME) | one_night(values) | (values["context.occasion"] >= AT_HOME)
    return np.asarray((values["timing.round_the_clock"] < SLEEPLESS) & told)


def one_night(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups whose accounts are all quiet in the same hours of the day: people of one time zone."""
    return np.asarray(values["context.night"] >= NIGHT)


def asleep(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups that sleep: each for itself (:func:`by_day`) where no cards, numbers, conversations or bans tie them, or all at once
    (:func:`one_night`) where nothing but cards does.

    Pieceworkers whom a platform pays for with a few cards, cataloguers and translators of one sheet of work, work as one, and at night not;
    nor do they hide where they work.
    """
    unpaid = loose(values, *(name for name in TIES if name != "identity.payment"))
    piecework = one_night(values) & (values["infra.rotation"] < AT_HOME)
    return np.asarray(unpaid & (by_day(values) & (values["identity.payment"] < TIE_VALUE) | piecework))


def same_place(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups at home in few places that no cards, numbers, conversations or bans tie: an office, a campus, the runners of one cloud.

    Whatever ties them, who is not seen to work round the clock is of an office: a call centre buys cards for a few agents each, and hands
    conversations over at the change of shifts.
    """
    return np.asarray((values["context.one_place"] >= AT_HOME) & (loose(values, *TIES) | (values["timing.round_the_clock"] < SLEEPLESS)))


def one_app(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups with an app that hardly anybody else uses (:func:`stillwatch.judge.conduct.own_client`), which no cards, numbers,
    conversations or bans tie: its users.

    A plug-in, a course's notebook or a volunteers' tool sets for all its users what is asked, how and when, and they sign up as it is
    launched. Who fakes accounts hides among the users of a popular client, or is tied by more than that.
    """
    return np.asarray((values["context.own_client"] >= OWN_CLIENT) & loose(values, *TIES))


def everyday(part: str, values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups for which everyday life has a reason for what the part sees, ``(n_groups,)``: a person asks before anybody is accused.

    What :func:`reasoned`, :func:`loosely_tied`, :func:`own_talk`, :func:`unplaced`, :func:`unowned`, :func:`asleep`, :func:`same_place`,
    :func:`one_app` and :func:`open_relay` find. Of accounts that nothing links, moreover, the part that weighs links says nothing, the
    one that does not nothing of those that do not work as one or that sleep, and the one for batches nothing of few, unlike or neighbours.
    Trees learnt from innocents who have a reason; what a log does not tell, they cannot know, and what one person does, people with one
    job or of one place, an app or its users, they learnt from few.
    """
    few = own_talk(values) | unplaced(values) | unowned(values) | asleep(values) | same_place(values) | one_app(values) | open_relay(values)
    if part == TREES:
        return few
    own = {
        LINKED: untied(values),
        UNLINKED: unlike(values) | by_day(values),
        BATCHED: ~many_batches(values) | (values["context.mostly_alike"] < UNLIKE_BATCHES),
    }[part]
    return np.asarray(reasoned(part, values) | loosely_tied(values) | few | own)


def reasoned(part: str, values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups whose innocents are left out of the tail of the part, ``(n_groups,)``, since everyday life has a reason for them.

    Innocents that nothing links stay in the tail: few others are left, and theirs is how far work alone carries.
    Who shares cards or conversations but keeps hours and does work of his own is of a club, a cohort, the customers of one shop, unless
    the accounts are a pool; and who sits in one office is a colleague. Who works alike in one place or for a few days is of a
    class or at an event, and who does so beside a life of his own and takes no long answers does odd jobs that are posted to many.
    """
    all_alike = (values["context.alike"] >= ALIKE) & (values["context.mostly_alike"] >= NEARLY_ALIKE)
    one_hand = mostly_alike(values) | np.where(batched(values), busy_batches(values), all_alike | pool(values) | divided(values))
    own = {
        LINKED: ~one_hand | housed(values),
        UNLINKED: gathered(values) | beside(values),
        BATCHED: housed(values) | ~batched(values) | (_shared(values) < BATCHES),
    }[part]
    return np.asarray(taught(values) | firms(values) | own)

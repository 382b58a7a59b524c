"""What would change a verdict, and why nobody is accused: the conditions of :func:`stillwatch.judge.judge` in words, with figures."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge.conduct import as_crowd
from stillwatch.judge.evidence import EVIDENCE
from stillwatch.judge.lines import BEYOND_DOUBT, BROAD, NARROW, PLAIN, PURPOSEFUL, doubt
from stillwatch.judge.model import Assessment, Model
from stillwatch.judge.pieces import joint
from stillwatch.judge.reasons import (
    ASSIGNED,
    AT_HOME,
    BATCHED,
    DESK,
    ELICITED,
    FEW_CARDS,
    HOPPER,
    LONGER,
    NOWHERE,
    ONE_DOMAIN,
    OUTSTANDING,
    SIDE_WORK,
    TAUGHT,
    TIE_VALUE,
    TREES,
    UNLINKED,
    UNPLACED,
    UNWANTED,
    asleep,
    by_day,
    fewer_than,
    firms,
    gathered,
    hiding,
    housed,
    listed_batches,
    loosely_tied,
    one_app,
    open_relay,
    own_talk,
    paid_by_few,
    same_place,
    side_work,
    surely_hiding,
    taught,
    unlike,
    unowned,
    unplaced,
    untied,
)
from stillwatch.judge.verdict import (
    CONTRACTED,
    FAMILIES,
    FDR,
    MIN_FAMILIES,
    MIN_GROUP_ACCOUNTS,
    OWNED,
    Verdicts,
    known_business,
    one_customer,
    review_conditions,
)

F64 = NDArray[np.float64]
Group = Mapping[str, float]
"""Value of each piece of one group."""
Values = Mapping[str, F64]
"""The same as arrays: of one group ``(1,)``, or with changes ``(n_changes,)``."""

FACTS = {
    "session.handoff": "handed-over conversations",
    "identity.payment": "shared payment methods",
    "identity.contact": "shared phone numbers or addresses",
    "identity.signup": "the burst of sign-ups",
    "identity.replacement": "sign-ups after bans",
    "identity.banned": "earlier bans",
    "infra.network": "shared networks",
    "infra.rotation": "the pool of exits",
    "infra.hopping": "changes of network provider within hours",
    "timing.one_rhythm": "one rhythm of hours",
    "timing.round_the_clock": "work round the clock",
    "timing.steady": "requests spread evenly over the hours",
    "timing.together": "starting and stopping together",
    "volume.even_load": "even loads",
    "content.one_mix": "one mix of work",
    "content.one_length": "one range of lengths of prompts",
    "content.queue": "tasks that are dealt out",
}
"""Each piece of evidence in a few words."""
OWN_WORK: Group = dict.fromkeys(("context.alike", "context.mostly_alike", "content.one_length"), 0.0)
"""Values of accounts that each do their own work."""


def changes(values: Values, model: Model, verdicts: Verdicts, group: int) -> list[str]:
    """What would change the verdict on a group, in sentences with figures that say how far it is from each change.

    They name each fact that alone would take the score below the line or give it an everyday reason, and then the other conditions.

    Args:
        values: value of each piece, ``(n_groups,)``.
        model: the calibrated weights.
        verdicts: on all groups.
        group: index of the group.
    """
    own = {name: float(value[group]) for name, value in values.items()}
    facts = [name for name in EVIDENCE if own[name] > 0]
    supposed = [({"context.one_place": 1.0}, _NEIGHBOURS), (OWN_WORK, _CLUB), *_supposed(own)]
    assessment = model.assess(_with_changes(own, [{}, *({name: 0.0} for name in facts), *(change for change, _ in supposed)]))
    score, explained, doubted = assessment.score, assessment.explained, assessment.doubted
    out = []
    if score[0] >= 0 and not explained[0]:
        without_fact, when_supposed = slice(1, 1 + len(facts)), slice(1 + len(facts), None)
        below = score[without_fact] < 0
        out += _without(_selected(facts, below), "the score would fall below the line")
        out += _without(_selected(facts, ~below & explained[without_fact]), "there would be an everyday reason for what is left")
        unusual = ~below & ~explained[without_fact] & ~doubted[0]
        little = f"what is left would together look too little {_AS_FAKES}: a person asks first"
        out += _without(_selected(facts, unusual & doubted[without_fact]), little)
        sentences = _selected([sentence for _, sentence in supposed], explained[when_supposed])
        # Where neighbours would be a reason, a club would be as well: one sentence is enough.
        out += [sentence for sentence in sentences if sentence != _CLUB or _NEIGHBOURS not in sentences]
    elif explained[0] or assessment.spared[0]:
        out.append(f"an everyday reason explains it, so the answer decides: {_reason(_as_arrays(own), assessment, model)}")
    accused = bool(verdicts.campaign[group])
    # The value is 0 for all groups of a log whose purposes the list of words does not show.
    if accused and values["context.unwanted"].any():
        out.append(_to_other_purpose(own, model))
    if accused:
        out.append(_to_one_customer(own, model))
        small = fewer_than(UNPLACED, _as_arrays(own))[0] and verdicts.log_odds[group] < BEYOND_DOUBT and not hiding(_as_arrays(own))[0]
        if small and max(own["context.one_domain"], own["context.one_payer"]) > 0:
            out.append(
                f"if {ONE_DOMAIN:.0%} of its accounts shared rare mail domains ({own['context.one_domain']:.0%} do) and its payers were "
                f"as concentrated as {FEW_CARDS:g} on a scale from 0 to 1 (now {own['context.one_payer']:.2f}), it would openly be one "
                "customer's: a person asks first"
            )
    elif not doubted[0] and _only_purpose(own, explained[0], model, verdicts, group):
        out.append(
            f"it would be accused if it asked more for {_WANTED} (now {_SO} {_share(own)}; it would have to be more than "
            f"{1 - UNWANTED:.0%} of it)"
        )
    out.append(
        f"contracts or checked identities of {CONTRACTED:.0%} of the accounts ({own['context.contracted']:.0%} have them), or one "
        f"organisation that owns half ({own['context.one_owner']:.0%}), make it known business"
    )
    spoken = [FAMILIES[i] for i in np.flatnonzero(verdicts.families[group])]
    if len(spoken) == MIN_FAMILIES:
        out.append(f"only two families speak ({' and '.join(spoken)}): an innocent reason for either ends the case")
    out.append("registration records, an owner's answer or a contract that explain what is shared")
    return out


_NEIGHBOURS = "accounts at home in one or two places would be colleagues, a class or an event, whom a person asks first"
_CLUB = "accounts that keep hours and do work of their own would be a club or one shop's customers: a person asks first"


def _supposed(own: Group) -> list[tuple[Group, str]]:
    """Everyday facts that might turn out of a group: changed values, and the sentence that says what the group would be then."""
    long = own["harvest.long_answers"]
    out: list[tuple[Group, str]] = [
        (
            {"context.organised": max(own["context.organised"], AT_HOME)},
            f"if half of it belonged to organisations ({own['context.organised']:.0%} is known to), it would be customers of one vendor, "
            "or firms that work together: a person asks first",
        ),
        (
            {
                "context.education": max(own["context.education"], TAUGHT),
                "context.common_work": max(own["context.common_work"], ASSIGNED),
            },
            f"if {TAUGHT:.0%} were registered for education ({own['context.education']:.0%} are) and {ASSIGNED:.0%} of requests sent what "
            f"others send ({own['context.common_work']:.0%} do), it would be a class: a person asks first",
        ),
        ({"context.occasion": 1.0}, "if nine tenths of its requests fell within three days, it would be an event: a person asks first"),
    ]
    if own["harvest.devotion"] >= SIDE_WORK:
        out.append((
            {"harvest.devotion": SIDE_WORK - 0.01},
            f"if it were less than half of what its accounts usually do ({own['harvest.devotion']:.0%} now), it would be odd jobs: "
            "a person asks first",
        ))
    if long > 0:
        out.append((
            {"harvest.long_answers": 0.0},
            f"if its answers were not long ({_times(long)} {_AVERAGE}), there would be an everyday reason for what is left",
        ))
    if own["harvest.narrow"] < BROAD:
        out.append((
            {"harvest.narrow": NARROW},
            "if it did few kinds of work, there would be an everyday reason for it: people who do one thing, alike",
        ))
    few = {"context.crowd": min(own["context.crowd"], float(as_crowd(HOPPER - 1)))}
    if own_talk(_as_arrays({**own, **few}))[0]:
        out.append((few, f"if fewer than {HOPPER} accounts were left of it, they might be one person's: cards and contacts link too few "
                    "of them"))
    for missing, rule, fewest in (("networks", unplaced, NOWHERE), ("organisations", unowned, UNPLACED)):
        few = {"context.crowd": min(own["context.crowd"], float(as_crowd(fewest - 1)))}
        if rule(_as_arrays({**own, **few}))[0]:
            out.append((few, f"if fewer than {fewest} accounts were left of it, it would go to a person, since the log lacks {missing}"))
    return out


def _only_purpose(own: Group, explained: np.bool_, model: Model, verdicts: Verdicts, group: int) -> bool:
    """Whether another purpose is the only thing that keeps a group from being a campaign."""
    of_group = _as_arrays(own)
    passes = verdicts.q_value[group] <= FDR and verdicts.log_odds[group] >= 0 and verdicts.families[group].sum() >= MIN_FAMILIES
    conditions = review_conditions(of_group, model.by_trees(of_group), verdicts.log_odds[group : group + 1])
    holding = [name for name, holds in conditions.items() if holds[0]]
    return bool(holding == ["purpose"] and passes and not explained and not known_business(of_group)[0])


def _to_one_customer(own: Group, model: Model) -> str:
    """What would make a campaign one customer's (:func:`stillwatch.judge.verdict.one_customer`), its other values as they are."""

    def one_customer_with(change: Group) -> bool:
        changed = _with_changes(own, [change])
        return bool(one_customer(changed, model.by_trees(changed))[0])

    paid = ", as few payment methods pay for them"
    if own["context.one_payer"] < OWNED:
        fewest, paid = MIN_GROUP_ACCOUNTS, ""
        payers = f"payers as concentrated as {OWNED:g} on a scale from 0 to 1 (now {own['context.one_payer']:.2f})"
        other = payers if one_customer_with({"context.one_payer": OWNED}) else ""
    elif hiding(_as_arrays(own))[0]:
        fewest = DESK if one_customer_with({"context.crowd": float(as_crowd(DESK - 1))}) else HOPPER
        other = "accounts that do not each rotate over a pool of exits" if one_customer_with({"infra.rotation": 0.0}) else ""
    else:
        fewest, other = HOPPER, f"ones that together looked less {_AS_FAKES}"
    return f"fewer than {fewest} accounts{f', or {other},' * bool(other)} would be one customer's{paid}: a person asks first"


def _to_other_purpose(own: Group, model: Model) -> str:
    """What would have to change for a campaign to have another purpose than to train on the answers: each condition that it misses."""
    tree_odds = model.by_trees(_as_arrays(own))[0]
    conditions = [
        (own["context.unwanted"] < UNWANTED,
         f"it asked less for {_WANTED} (now {_SO} {_share(own)}; it would have to be at most {1 - UNWANTED:.0%} of it)"),
        (own["harvest.elicitation"] >= ELICITED,
         f"less than {ELICITED:.0%} of its requests asked for reasoning written out (now {own['harvest.elicitation']:.0%} do)"),
        (own["harvest.long_answers"] >= LONGER,
         f"its answers were shorter than {_times(LONGER, 2)} {_AVERAGE} (now they are {_times(own['harvest.long_answers'], 2)} it)"),
        (surely_hiding(_as_arrays(own))[0],
         f"it had fewer than {UNPLACED} accounts, or these did not each use a pool of exits with the others"),
        (tree_odds >= PURPOSEFUL,
         f"all that its accounts do looked less {_AS_FAKES} (now it scores {tree_odds:.1f} for that; it would have to be less than "
         f"{PURPOSEFUL:g})"),
    ]
    missed = "; and if ".join(text for misses, text in conditions if misses)
    return f"a person would ask whether it is a content mill, or access that is resold, if {missed}"


_AS_FAKES = "like what fake accounts of the calibration do"
_AVERAGE = "the average of the log's groups"
"""A request of several groups counts in each, so this is not the average of the log's requests."""
_WANTED = "reasoning, grading, code, agents, data and (if many) images"
_SO = "the share of its requests that do is"


def _share(own: Group) -> str:
    """The share of a group's requests that are worth training on, in words, compared with the log's groups."""
    unwanted = own["context.unwanted"]
    return f"{1 - unwanted:.0%} of {_AVERAGE}" if unwanted > 0 else f"{_AVERAGE} or more"


def _times(long_answers: float, digits: int = 1) -> str:
    """The ratio behind a value of ``harvest.long_answers`` (log10), in words."""
    return f"{10**long_answers:.{digits}f} times"


def _with_changes(own: Group, changed: Iterable[Group]) -> dict[str, F64]:
    """Values of a group with each change in turn in place of its own, the joint pieces computed anew, ``(n_changes,)`` each."""
    rows = [{**own, **change} for change in changed]
    values = {name: np.array([row[name] for row in rows]) for name in own}
    return values | joint(values)


def _as_arrays(own: Group) -> dict[str, F64]:
    return {name: np.array([value]) for name, value in own.items()}


def _selected(texts: list[str], which: NDArray[np.bool_]) -> list[str]:
    return [text for text, selected in zip(texts, which, strict=True) if selected]


def _without(names: list[str], consequence: str) -> list[str]:
    """The sentence that says what follows if any one of these pieces of evidence is absent; none for no pieces."""
    return [f"without {_either([FACTS[name] for name in names])} {consequence}"] if names else []


def _either(texts: list[str]) -> str:
    """The texts as "a, b or c"."""
    return " or ".join([*([", ".join(texts[:-1])] if texts[1:] else []), texts[-1]])


RING = (
    "cards, contacts and conversations link too few of its accounts, and its answers are short, to prompts of many lengths: ask whether it "
    "is a ring of another kind"
)
AWAKE = "they wake and sleep as people do: ask whether they have one job, one course or one cause"
BY_DAY = f"too few of its accounts are linked, and {AWAKE}"
AT_WORK = f"how its accounts work speaks for it and not what links them, and {AWAKE}"
ONE_NIGHT = (
    "too few of its accounts are linked by anything but cards, and they are all quiet in the same six hours of each day: ask whether they "
    "are pieceworkers whom one platform pays for, or people with one job"
)


QUESTIONS: Mapping[str, Callable[[Group], str]] = {
    "customer": lambda own: (
        f"it has fewer than {MIN_GROUP_ACCOUNTS} accounts: a firm or a family looks like it too often" if own["context.one_payer"] < OWNED
        else "few payment methods pay for it, or three quarters of its accounts meet others with their own card on a network: ask "
        "whether it is one customer, or a few firms"
    ),
    "purpose": lambda own: (
        f"it asks little for {_WANTED} ({_SO} {_share(own)}; at {1 - UNWANTED:.0%} of it or less a person is asked), "
        f"{own['harvest.elicitation']:.0%} of its requests ask to write reasoning out, and its answers are "
        f"{_times(own['harvest.long_answers'])} {_AVERAGE}: ask whether it is a content mill, or access that is resold"
    ),
    "resold": lambda own: (
        f"a card or number each pays for a few of its accounts, {1 - own['harvest.single_turns']:.0%} of its requests continue a "
        f"conversation, it asks less than usual for {_WANTED} ({_SO} {_share(own)}), and its answers are "
        f"{_times(own['harvest.long_answers'])} {_AVERAGE}: ask whether they are customers to whom somebody resells access"
    ),
    "openly": lambda own: (
        f"{own['context.one_domain']:.0%} of its accounts share rare mail domains, and few payment methods pay for it: ask "
        "whether it is openly one customer's, a small firm, an agency, or an app that relays its users"
    ),
    "rehearsed": lambda own: (
        f"only {own['harvest.distinct']:.1%} of its prompts are distinct and most are sent by several accounts: ask whether they test "
        "a product or a limit"
    ),
    "school": lambda own: (
        f"{own['context.education']:.0%} are registered for education, and the trees give less than {PLAIN:g} nats: ask whether it is "
        "a school, its teachers or its pupils"
    ),
    "settled": lambda own: (
        f"{1 - own['context.youth']:.0%} were customers for a month before, {own['context.own_client']:.0%} use a program that hardly "
        f"anybody else does, they meet on networks, their answers are {_times(own['harvest.long_answers'])} {_AVERAGE}, "
        f"and the trees give less than {PLAIN:g} nats: ask whether it is a call centre, branches of a firm, or devices of one maker"
    ),
    "hired": lambda own: (
        "cards, contacts, conversations and bans link too few of its accounts, they do one kind of work, and their answers are "
        f"{_times(own['harvest.long_answers'])} {_AVERAGE}: ask whether one employer took them on, as markers or annotators"
    ),
    "jobs": lambda own: (
        f"its accounts do not work as one (rhythm × mix {own['context.mostly_alike']:.2f}), most of them rest, they share neither "
        "contacts nor a queue, "
        f"{own['harvest.elicitation']:.0%} of their requests ask to write reasoning out, and their answers are "
        f"{_times(own['harvest.long_answers'])} {_AVERAGE}: ask whether they have one job, in teams with a card each"
    ),
    "event": lambda own: (
        f"its work lasted few days, most of its accounts rested, {own['harvest.elicitation']:.0%} of its requests ask to write reasoning "
        f"out, and its answers are "
        f"{_times(own['harvest.long_answers'])} {_AVERAGE}: ask whether its accounts are teams at an event"
    ),
    "in passing": lambda own: (
        f"its accounts do not work as one (rhythm × mix {own['context.mostly_alike']:.2f}) in what links them, which is "
        f"{own['harvest.devotion']:.0%} of what they do: ask what they do otherwise"
    ),
    "crowded": lambda own: (
        f"{own['context.look_alikes']:.0f} other sets of accounts of this log look as much like an operator's, and it is less than "
        f"{OUTSTANDING:g} nats beyond the line: ask whether the log's crowds all work alike"
    ),
    "pools": lambda own: (
        "its accounts hand conversations over in several pools, of which the largest connects "
        f"{own['context.one_pool']:.0%} of them: ask whether each is the pool of a firm of its own"
    ),
}
"""What a person must ask under each of the :func:`.review_conditions`, with the figures of the group."""


def not_accused(values: Values, verdicts: Verdicts, model: Model, group: int) -> list[str]:
    """Why a group is no campaign: each condition of :func:`stillwatch.judge.judge` that it misses, in words.

    Args:
        values: value of each piece, ``(n_groups,)``.
        verdicts: on all groups.
        model: the calibrated weights.
        group: index of the group.
    """
    of_group = {name: value[group : group + 1] for name, value in values.items()}
    own = {name: float(value[0]) for name, value in of_group.items()}
    assessment = model.assess(of_group)
    score = assessment.score
    out = []
    if known_business(of_group)[0]:
        out.append(
            f"it is somebody's known business: {own['context.contracted']:.0%} of the accounts have contracts or checked identities, and "
            f"one organisation owns {own['context.one_owner']:.0%}"
        )
    out += [QUESTIONS[name](own) for name, holds in review_conditions(of_group, assessment.tree_odds, score).items() if holds[0]]
    # An everyday reason that holds for the trees does not stand in the way of a part that passes.
    if assessment.explained[0] or (assessment.spared[0] and score[0] < 0):
        out.append(_reason(of_group, assessment, model))
    if assessment.doubted[0]:
        limit = doubt(of_group, score, unlinked=np.array([_scoring_part(assessment, model) == UNLINKED]))[0]
        tree_odds = assessment.tree_odds[0]
        digits = _digits(tree_odds, limit, "f", 1)
        out.append(
            f"one by one its pieces of evidence are unusual, together they are less so (the trees give {tree_odds:+.{digits}f} nats; below "
            f"{limit:.{digits}f} a person is asked): ask whether they have one job, or are an app's, a small firm's or a shop's customers"
        )
    if verdicts.families[group].sum() < MIN_FAMILIES:
        out.append(f"fewer than {MIN_FAMILIES} independent families of evidence speak")
    if score[0] < 0:
        out.append("its score is below the line")
    if verdicts.q_value[group] > FDR:
        rate = verdicts.q_value[group]
        out.append(f"it passes at a false-discovery rate of {rate:.{_digits(rate, FDR, 'g', 2)}g} only, above {FDR:g}")
    return out


def _digits(value: float, line: float, form: str, fewest: int) -> int:
    """Number of digits, at least ``fewest``, with which a value reads otherwise than the line that it misses."""
    return next((n for n in range(fewest, 16) if f"{value:.{n}{form}}" != f"{line:.{n}{form}}"), 16)


def _scoring_part(assessment: Assessment, model: Model) -> str:
    """The part that gives the first group its score, or TREES."""
    return [*model.parts, TREES][max(int(assessment.part[0]), -1)]


def _reason(of_group: Values, assessment: Assessment, model: Model) -> str:
    """The everyday reason of a group that has one, as a question; ``assessment`` is of this group first."""
    part = TREES if assessment.spared[0] else _scoring_part(assessment, model)
    if taught(of_group)[0]:
        taught_share, assigned = (f"{of_group[name][0]:.0%}" for name in ("context.education", "context.common_work"))
        figures = f"{taught_share} are registered for education and {assigned} of requests send what others send"
        return f"{figures}: ask whether the same exercises are set to them"
    if own_talk(of_group)[0]:
        few = f"it has fewer than {HOPPER} accounts, and cards and contacts link too few of them"
        return f"{few}: ask whether one person continues his own conversation"
    if unplaced(of_group)[0]:
        return f"it has fewer than {NOWHERE} accounts, and the log lacks networks: ask whether it is one firm or one office"
    if unowned(of_group)[0]:
        few = f"it has fewer than {UNPLACED} accounts, which meet on networks, and the log lacks organisations"
        return f"{few}: ask whether it is one customer"
    if firms(of_group)[0]:
        share = f"{of_group['context.organised'][0]:.0%} of it belongs to organisations"
        return f"{share}: ask whether they are customers of one vendor, or firms that work together"
    if open_relay(of_group)[0]:
        house = "under one mail domain, in few places or on networks where they meet"
        return f"its accounts hand conversations over {house}: ask whether it is an app that relays its users"
    if one_app(of_group)[0]:
        share = f"{of_group['context.own_client'][0]:.0%} of its accounts use an app that hardly anybody else uses"
        return f"{share}, and other links tie too few of them: ask whether they are an app's, a plug-in's or a course's users"
    nightly = asleep(of_group)[0] and not (by_day(of_group)[0] and of_group["identity.payment"][0] < TIE_VALUE)
    if part == UNLINKED:
        if gathered(of_group)[0]:
            return "it is at home in few places, or lasted few days: ask whether it is a class, an office or an event"
        if side_work(of_group)[0]:
            share = f"it is {of_group['harvest.devotion'][0]:.0%} of what its usual account does"
            return f"{share}, for answers that are not long: ask whether it is odd jobs"
        if unlike(of_group)[0]:
            return "its accounts do not work as one: do many people do the same thing?"
        return ONE_NIGHT if nightly else BY_DAY if asleep(of_group)[0] else AT_WORK if by_day(of_group)[0] else RING
    if asleep(of_group)[0]:
        return ONE_NIGHT if nightly else BY_DAY
    if untied(of_group)[0]:
        links = "payments, contacts, conversations, bans and bursts of sign-ups"
        return f"{links} link too few of its accounts: do many people do the same thing?"
    if same_place(of_group)[0]:
        return "it is at home in few places and is not seen to work round the clock: ask whether it is an office, whoever pays for it"
    if housed(of_group)[0] and paid_by_few(of_group)[0]:
        return "it is at home in few places or networks, and few payment methods pay for it: is it a relay's, a reseller's or an agency's?"
    if housed(of_group)[0]:
        return "it is at home in few places or networks, and cards or contacts of several owners link too few of it: are they colleagues?"
    if loosely_tied(of_group)[0]:
        return RING
    if listed_batches(of_group, assessment.tree_odds[:1])[0] or part == BATCHED:
        return (
            "its accounts have a card or number for a few each and do one kind of work at hours of their own: is it one farm, or are "
            "they people who hunt for free credit?"
        )
    alone = "its accounts share something but keep hours and do work of their own"
    return f"{alone}: ask whether it is a club, a cohort or one shop's customers"

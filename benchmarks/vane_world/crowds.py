"""Innocents: the look-alikes of the list of threats, and others that a provider meets. Each is drawn anew by every seed."""

from collections.abc import Callable
from typing import Any

from .internet import COUNTRIES
from .party import Draw, Party
from .text import TONGUES, TOPICS

OFFICE = ("write", "summarise", "data", "plan", "translate", "extract", "page", "chat")
DEVELOPER = ("code", "debug", "repo", "data", "chat", "ops")
SCHOOL = ("explain", "solve", "write", "code", "summarise", "quiz", "native")
PEOPLE = ("chat", "write", "summarise", "plan", "translate", "explain", "native", "role", "riddle", "page", "data", "code")
ALL = (*PEOPLE, "debug", "repo", "agent", "extract", "label", "grade", "solve", "listing", "instruct", "quiz", "ops", "cell")


def land(d: Draw) -> int:
    return int(d.rng.integers(len(COUNTRIES)))


def topics(d: Draw, low: int, high: int) -> list[str]:
    return d.some(TOPICS, low, high)


def bought(d: Draw, **more: Any) -> dict[str, Any]:
    """How a body that pays for its members registers them."""
    return {
        "card": d.pick(1000.0, 1000.0, d.log(4, 40)), "mail": "party", "org": "one", "plans": {"team": 1.0}, "phone": 0.0,
        "verified": d.of(0.1, 1), "kinds": {"enterprise": d.of(0.2, 1), "startup": 0.3}, "country": land(d),
    } | more  # fmt: skip


def window(d: Draw, earliest: float, latest: float, shortest: float, longest: float) -> tuple[float, float]:
    """A part of the log."""
    begin = d.of(earliest, latest)
    return begin, min(1.0, begin + d.of(shortest, longest))


def agent(d: Draw, label: str, low: int, high: int) -> Party:
    return Party(
        label, d.n(low, high), d.mix(("repo", "agent", "debug", "code", "data"), 1, 4), system="party large" if d.yes(0.7) else "few large",
        client={"tool": 0.95, "sdk": 0.05}, tools="party", sampling="party", turns=d.log(2.5, 9), follow="tool", gap_s=d.log(4, 40),
        rate=d.log(1.5, 9), spread=d.of(0.6, 1.3), manners=0.4, plans={"payg": 0.7, "plus": 0.3}, pivot=d.of(0, 0.7),
        pivot_h=d.log(12, 300), signup=d.pick("old", "trickle"),
    )  # fmt: skip


LISTED: dict[str, Callable[[Draw], Party]] = {
    "university": lambda d: Party(
        "university", d.n(60, 500), d.mix((*SCHOOL, "chat", "page")), each=d.pick(2, 3, 5), rate=d.log(0.4, 2),
        net={"campus": d.of(0.3, 0.9), "home": 0.4}, exits=d.n(1, 12), signup=d.pick("old", "burst"), idle_days=d.log(1, 30), **bought(d,
        kinds={"education": 1.0}, card=d.pick(0.0, 1000.0)),
    ),
    "classroom": lambda d: Party(
        "classroom", d.n(20, 180), d.mix(SCHOOL, 1, 2), topics=topics(d, 1, 3), pool=d.n(4, 40), pooled=d.of(0.4, 0.95), pooling="same",
        hours=d.pick("office", "evening"), rate=d.log(0.5, 4), weekend=0.3, net={"campus": d.of(0.4, 1), "home": 0.3}, exits=d.n(1, 3),
        country=land(d), signup="burst", idle_days=d.log(0.1, 10), mail=d.pick("party", "public"), kinds={"education": 1.0}, card=0,
        frames=d.pick(0, 0, 2), framed=0.5, frame=d.pick("reason", "plain", "code"), turns=d.of(1.1, 3),
    ),
    "one_card_firm": lambda d: Party(
        "one_card_firm", d.n(30, 400), d.mix(d.pick(OFFICE, (*OFFICE, *DEVELOPER)), 3, 9), each=d.pick(1, 2, 4), topics=topics(d, 2, 8),
        frames=d.n(3, 40), framed=d.of(0.1, 0.8), system=d.pick("", "few", "party"), rate=d.log(0.5, 5), hours="office",
        weekend=d.of(0, 0.2), net={"office": d.of(0.6, 1), "home": 0.2}, exits=d.n(1, 4),
        client={"browser": d.of(0, 1), "sdk": d.of(0, 0.5)}, signup=d.pick("old", "trickle", "burst"), **bought(d),
    ),
    "popular_agent": lambda d: agent(d, "popular_agent", 120, 600),
    "niche_agent": lambda d: agent(d, "niche_agent", 15, 80),
    "eval_labs": lambda d: Party(
        "eval_labs", d.n(10, 70), d.mix(("quiz", "solve", "code", "grade"), 1, 3), pool=d.n(300, 3000), pooled=d.of(0.8, 1), pooling="same",
        frames=d.n(1, 3), framed=1.0, frame=d.pick("reason", "plain", "code"), manners=0, rate=d.log(4, 30), spread=1.0, hours="flat",
        net={"cloud": 0.6, "campus": 0.2, "home": 0.2}, exits=4, client={"tool": d.of(0.3, 1), "sdk": 0.4}, sampling="party",
        kinds={"research": 0.6, "startup": 0.4}, plans={"payg": 1.0}, paths={"api": 0.8, "cloud_east": 0.2}, span=(d.of(0, 0.3),
        d.of(0.5, 1)),
    ),
    "hackathon": lambda d: Party(
        "hackathon", d.n(40, 350), d.mix((*DEVELOPER, "agent", "instruct")), each=d.pick(1, 3), span=window(d, 0.1, 0.75, 0.06, 0.15),
        rate=d.log(6, 30), hours="flat", weekend=1.0, net={"office": d.of(0.6, 1), "mobile": 0.2}, exits=d.n(1, 4), country=land(d),
        system=d.pick("", "few", "party"), client={"tool": d.of(0.2, 0.8), "sdk": 0.3, "browser": 0.2}, tools=d.pick("", "party"),
        turns=d.of(1.5, 4), follow="code", signup="burst", idle_days=d.log(0.05, 2), plans={"free": d.of(0.4, 1), "payg": 0.1}, card=1,
    ),
    "vpn_users": lambda d: Party(
        "vpn_users", d.n(80, 500), d.mix(PEOPLE), each=d.pick(2, 4, 6), rate=d.log(0.4, 2),
        net={"vpn": d.of(0.4, 1), "mobile": d.of(0, 0.7)}, country=land(d) if d.yes() else -1,
    ),
    "viral_prompt": lambda d: Party(
        "viral_prompt", d.n(100, 600), d.mix(("riddle", "chat", "role", "write", "explain"), 1, 4), each=d.pick(0, 2), frames=d.n(1, 3),
        framed=d.of(0.2, 0.6), frame=d.pick("instruct", "reason", "backward"), span=window(d, 0.0, 0.7, 0.1, 0.6), rate=d.log(0.4, 3),
        signup=d.pick("old", "fresh", "trickle"), client={"browser": 1.0}, turns=d.of(1.1, 3), pool=d.n(2, 60), pooled=d.of(0, 0.3),
        pooling="popular",
    ),
    "rotating_customers": lambda d: Party(
        "rotating_customers", d.n(12, 90), d.mix(ALL, 2, 8), speakers=d.n(5, 60), roaming=True, handover=d.of(0.4, 0.95),
        turns=d.of(1.6, 5), rate=d.log(3, 15), spread=d.of(0.1, 0.9), hours=d.pick("own", "flat", "office"), queue=d.yes(),
        net={"egress": 1.0}, exits=d.n(1, 6), client={"sdk": 1.0}, sampling="party", system=d.pick("party", "few", "party large"),
        manners=d.of(0, 1), **bought(d, card=d.log(3, 15), org="cards", plans={"payg": 1.0}, mail=d.pick("party", "public")),
    ),
    "reseller": lambda d: Party(
        "reseller", d.n(40, 300), d.mix(ALL), each=d.pick(2, 4, 8), speakers=d.n(1, 60), rate=d.log(2, 12), spread=d.of(0.3, 1.2),
        hours="own", net={"egress": 1.0}, exits=d.n(2, 30), client={"tool": 1.0}, paths=d.mix(("api", "cloud_east", "cloud_west")),
        reseller=True, turns=d.of(1.2, 3), **bought(d, verified=1.0, plans={"contract": 1.0}),
    ),
    "permitted_synthetic": lambda d: Party(
        "permitted_synthetic", d.n(8, 50), d.mix(("forge", "instruct", "grade", "solve"), 1, 4), frames=d.n(2, 30), framed=d.of(0.5, 1),
        frame=d.pick("forge", "instruct", "grade", "reason"), queue=True, rate=d.log(8, 50), spread=d.of(0.05, 0.8),
        hours=d.pick("flat", "runs"), net={"cloud": 0.5, "egress": 0.5}, exits=3, client={"sdk": 1.0}, sampling="party", manners=0,
        **bought(d, verified=1.0, kinds={"enterprise": 1.0}, plans={"contract": 1.0}),
    ),
    "batch_labelling": lambda d: Party(
        "batch_labelling", d.n(8, 70), d.mix(("label", "extract", "page"), 1, 2), topics=topics(d, 1, 4), frames=d.n(1, 6),
        framed=d.of(0.8, 1), rate=d.log(10, 50), hours=d.pick("runs", "flat", "clock"), queue=d.yes(0.7), spread=d.of(0.05, 0.5),
        net={"egress": 1.0}, exits=d.n(1, 5), client={"sdk": 1.0}, sampling="party", manners=0, **bought(d, card=d.log(1, 20), org="cards"),
    ),
    "one_key_app": lambda d: Party(
        "one_key_app", d.n(3, 12), d.mix(ALL, 2, 8), speakers=d.n(200, 900), roaming=d.yes(), rate=d.log(20, 110), spread=1.0,
        keys=d.n(1, 5), system="account", client={"sdk": 1.0}, net={"cloud": 1.0}, turns=d.of(1.2, 4), plans={"payg": 1.0}, org="own",
        kinds={"startup": 1.0},
    ),
    "cron_jobs": lambda d: Party(
        "cron_jobs", d.n(30, 200), d.mix(("ops", "extract", "data", "summarise"), 1, 3), hours="clock", rate=d.log(1, 8), spread=1.0,
        manners=0, frames=d.n(5, 60), framed=d.of(0.5, 1), client={"sdk": 0.7, "tool": 0.3}, net={"cloud": 0.8, "egress": 0.2}, exits=8,
        weekend=1.0, plans={"payg": 1.0}, org="cards", card=d.log(1, 4), kinds={"startup": 0.6, "enterprise": 0.4}, system="account",
    ),
}  # fmt: skip
"""of the list of threats, section 3"""

OTHERS: dict[str, Callable[[Draw], Party]] = {
    # Volunteers subtitle the same series: a queue of lines, one glossary, everyone at home.
    "subtitle_guild": lambda d: Party(
        "subtitle_guild", d.n(25, 200), {"translate": 1.0}, topics=topics(d, 1, 4), frames=d.n(1, 5), framed=d.of(0.5, 1),
        pool=d.n(400, 4000), pooled=d.of(0.6, 1), hours="evening", rate=d.log(1, 8), system=d.pick("", "party"),
        signup=d.pick("old", "trickle"), queue=d.yes(0.3),
    ),
    # Round tables of players share the prompt of a game master; the next player goes on where another stopped.
    "game_tables": lambda d: Party(
        "game_tables", d.n(40, 300), {"role": 0.9, "write": 0.1}, topics=["play", *topics(d, 0, 2)],
        system=d.pick("party large", "few large"), turns=d.of(5, 14), handover=d.of(0.1, 0.6), hours="evening", rate=d.log(1, 7),
        gap_s=d.log(60, 400), signup=d.pick("old", "trickle"), client={"tool": d.of(0, 1), "browser": 0.5}, weekend=1.0,
    ),
    # Volunteers of an advice line answer one intake queue of very different questions with the line's checklist.
    "advice_volunteers": lambda d: Party(
        "advice_volunteers", d.n(20, 160), d.mix(("chat", "write", "summarise", "plan", "translate", "explain", "page")), frames=d.n(1, 8),
        framed=d.of(0.3, 0.95), pool=d.n(300, 3000), pooled=d.of(0.4, 0.9), queue=d.yes(0.7), spread=d.of(0.2, 0.7),
        hours=d.pick("evening", "own"), rate=d.log(1, 6), card=0, mail=d.pick("public", "party"), signup=d.pick("burst", "trickle"),
        idle_days=d.log(1, 20), country=land(d),
    ),
    # Branches of a franchise pay for themselves and use one toolkit of the head office for eight kinds of tasks.
    "franchise": lambda d: Party(
        "franchise", d.n(40, 400), d.mix(("listing", "write", "translate", "extract", "plan", "summarise", "call", "data")),
        topics=topics(d, 2, 5), frames=d.n(6, 30), framed=d.of(0.5, 1), system=d.pick("party", "few", "party large"), hours="office",
        weekend=0.5, rate=d.log(1, 6), net={"home": 1.0}, client={"tool": d.of(0.3, 1), "browser": 0.2}, sampling="party", card=1,
        mail=d.pick("party", "public"), org="own", kinds={"startup": 1.0}, plans={"payg": 0.5, "plus": 0.5}, country=land(d),
        signup=d.pick("old", "burst", "trickle"), idle_days=d.log(1, 30),
    ),
    # Markers at home work off the papers of an exam: a quota each, one scheme, two markers for a paper.
    "exam_markers": lambda d: Party(
        "exam_markers", d.n(30, 300), {"grade": 1.0}, topics=topics(d, 1, 3), frames=d.n(1, 6), framed=d.of(0.8, 1), frame="grade",
        queue=d.yes(), pool=d.n(500, 4000), pooled=1.0, rate=d.log(3, 14), spread=d.of(0.1, 0.6), hours=d.pick("own", "evening"),
        manners=0.1, span=(d.of(0.1, 0.4), d.of(0.6, 0.9)), signup="burst", idle_days=d.log(0.5, 8), card=d.pick(0.0, 1.0, 1000.0),
        country=land(d),
    ),
    # Freelancers of one house share its network and nothing else.
    "coworking_house": lambda d: Party(
        "coworking_house", d.n(30, 200), d.mix(ALL, 8, 16), each=d.pick(2, 3), rate=d.log(0.6, 4), hours="office",
        net={"office": 0.7, "mobile": 0.3}, exits=d.n(1, 3), country=land(d), client={"browser": 0.5, "sdk": 0.4, "tool": 0.1},
        system="account", signup="old",
    ),
    # People open the next account when the free credit of the last is used up, and go on with what they did.
    "credit_hunters": lambda d: Party(
        "credit_hunters", d.n(100, 500), d.mix(PEOPLE), each=d.pick(1, 2, 4), stint_days=d.of(2, 7), rate=d.log(1, 6), signup="fresh",
        mail=d.pick("throwaway", "public"), plans={"free": 1.0}, phone=d.of(0, 0.5), turns=d.of(1.2, 3),
    ),
    # A seat is an account: calls summed up in shifts, about equally many each.
    "call_centre": lambda d: Party(
        "call_centre", d.n(30, 300), {"call": d.of(0.7, 1), "write": 0.15, "translate": 0.1}, topics=topics(d, 1, 4), frames=d.n(1, 4),
        framed=d.of(0.8, 1), hours="shift", queue=d.yes(0.4), rate=d.log(3, 12), spread=d.of(0.05, 0.3), net={"office": 1.0},
        exits=d.n(1, 3), client={"tool": 1.0}, sampling="party", manners=0, system=d.pick("", "party"), signup=d.pick("burst", "trickle"),
        idle_days=5, **bought(d),
    ),
    # A society reads old letters: each folio is done once, by whoever takes it.
    "letter_readers": lambda d: Party(
        "letter_readers", d.n(20, 150), {"archive": d.of(0.7, 1), "translate": 0.1, "explain": 0.1}, topics=["history", "letters"],
        frames=d.n(1, 4), framed=d.of(0.5, 1), pool=d.n(600, 5000), pooled=d.of(0.7, 1), rate=d.log(1, 7), hours="own", signup="trickle",
    ),
    # Hubs of one firmware ask by the clock, each with a key of its household.
    "smart_homes": lambda d: Party(
        "smart_homes", d.n(80, 600), {"device": 1.0}, topics=["devices"], frames=d.n(1, 4), framed=1.0, system=d.pick("party", "few"),
        hours=d.pick("clock", "own"), rate=d.log(0.7, 4), spread=d.of(0.2, 0.7), client={"tool": 1.0}, sampling="party",
        tools=d.pick("", "party"), net={"home": 1.0}, manners=0, weekend=1.0, plans={"payg": 0.5, "free": 0.5},
        signup=d.pick("old", "trickle", "fresh"),
    ),
    # Members try the week's puzzles and compare how the model reasons.
    "puzzle_league": lambda d: Party(
        "puzzle_league", d.n(40, 400), d.mix(("solve", "riddle", "quiz")), pool=d.n(8, 60), pooled=d.of(0.5, 0.95),
        pooling=d.pick("same", "popular"), frames=d.n(1, 12), framed=d.of(0.2, 0.8), frame="reason", hours="evening", rate=d.log(0.5, 3),
        turns=d.of(1.2, 4), pivot=d.of(0.3, 0.9), pivot_h=d.log(4, 60), client={"browser": 0.9, "sdk": 0.1},
    ),
    # An add-on of spreadsheets sends cells in its own words with its users' keys: hundreds, each with other columns.
    "sheet_addon": lambda d: Party(
        "sheet_addon", d.n(100, 600), d.mix(("cell", "extract", "label", "listing", "translate")), each=d.pick(1, 2, 3), frames=d.n(3, 9),
        framed=1.0, client={"tool": 1.0}, sampling="party", rate=d.log(1.5, 9), spread=1.2, hours="office", weekend=0.3, manners=0,
        signup="old", plans={"payg": 1.0}, system=d.pick("", "party"), turns=1.0,
    ),
    # A new extension with one's own key: sum up, reply, translate, explain whatever page is open.
    "browser_extension": lambda d: Party(
        "browser_extension", d.n(120, 600), d.mix(("page", "write", "translate", "explain", "summarise", "chat")), each=d.pick(0, 3),
        frames=d.n(4, 9), framed=d.of(0.7, 1), client={"tool": 1.0}, sampling="party", rate=d.log(0.6, 4), manners=0.2, signup="fresh",
        span=(d.of(0, 0.4), 1.0), plans={"payg": 0.6, "free": 0.4}, system=d.pick("party", "few", ""),
    ),
    # A cohort on the school's card learns to code: new accounts, the same exercises, days and projects of their own.
    "bootcamp": lambda d: Party(
        "bootcamp", d.n(25, 200), d.mix(("code", "debug", "explain", "repo")), topics=["web", "data", "devops"], pool=d.n(20, 120),
        pooled=d.of(0.2, 0.6), pooling="same", hours="office", rate=d.log(2, 9), turns=d.of(1.5, 4), follow="code", signup="burst",
        idle_days=d.log(0.2, 4), card=d.pick(1000.0, d.log(5, 30)), net={"office": d.of(0, 1), "home": 0.5}, exits=2,
        client={"browser": 0.5, "sdk": 0.2, "tool": 0.3}, country=land(d), plans={"plus": 1.0},
    ),
    # Players of a mod run its characters on keys of their own, new since the mod came out.
    "modders": lambda d: Party(
        "modders", d.n(80, 500), {"role": 1.0}, topics=["play"], system="few large", client={"tool": 1.0}, sampling="party",
        rate=d.log(2, 10), turns=d.of(3, 10), gap_s=d.log(15, 90), hours="evening", weekend=1.4, signup="fresh", span=(d.of(0, 0.5), 1.0),
        spread=1.1, manners=0.2, frames=d.n(1, 3), framed=1.0,
    ),
    # Clerks of clinics code records by one sterile form from one gateway.
    "ward_coders": lambda d: Party(
        "ward_coders", d.n(20, 180), d.mix(("extract", "summarise", "call"), 1, 3), topics=["care"], frames=d.n(1, 3), framed=1.0,
        hours="office", rate=d.log(3, 12), spread=0.4, net={"office": 1.0}, exits=d.n(1, 2), client={"tool": 1.0}, sampling="party",
        manners=0, **bought(d, verified=1.0),
    ),
    # Pupils before a contest ask how one comes to the printed answer.
    "olympiad_camp": lambda d: Party(
        "olympiad_camp", d.n(25, 250), {"backward": d.of(0.3, 1), "solve": d.of(0.2, 1), "explain": 0.3}, topics=["maths", "physics"],
        frames=d.n(4, 25), framed=d.of(0.2, 0.7), frame="backward", pool=d.n(40, 400), pooled=d.of(0.3, 0.9), pooling="same",
        hours="evening", rate=d.log(1, 6), turns=d.of(1.2, 3), signup=d.pick("old", "burst"), idle_days=3, card=0 if d.yes() else 1,
        country=land(d),
    ),
    # Learners of a course on prompting: rubrics, reasoning and generated tasks as homework, each with own subject.
    "prompt_course": lambda d: Party(
        "prompt_course", d.n(40, 350), d.mix(("grade", "solve", "forge", "instruct", "trace", "label", "write")), frames=d.n(6, 40),
        framed=d.of(0.4, 0.9), frame=d.pick("reason", "grade", "forge"), rate=d.log(0.7, 4), hours="evening", signup="burst",
        idle_days=d.log(0.5, 10), client={"browser": 0.4, "sdk": 0.6}, system=d.pick("", "few"),
    ),
    # Users of an assistant that closed import their history into another with their own keys, all in a few days.
    "moved_house": lambda d: Party(
        "moved_house", d.n(100, 600), d.mix(PEOPLE), each=d.pick(2, 4), span=(d.of(0.1, 0.6), 1.0), signup="burst", idle_days=d.log(0.1, 2),
        client={"tool": 1.0}, system="party", sampling="party", rate=d.log(0.7, 4), turns=d.of(1.5, 4), plans={"payg": 1.0},
    ),
    # Three to six at home on one card, from the child's homework to the grandmother's letters.
    "families": lambda d: Party(
        "families", d.n(80, 500), d.mix(PEOPLE), each=3, card=d.of(2.5, 5), phones=d.of(1, 3), phone=0.6, rate=d.log(0.3, 1.5),
        plans={"plus": 1.0}, net={"home": 0.8, "mobile": 0.2}, client={"browser": 1.0},
    ),
    # An assistant without a contract spreads its many users over accounts that it pays with a few cards.
    "wrapper_app": lambda d: Party(
        "wrapper_app", d.n(10, 120), d.mix(PEOPLE), speakers=d.n(10, 80), roaming=d.yes(0.7), handover=d.of(0, 0.8), queue=d.yes(0.6),
        spread=d.of(0.05, 0.6), rate=d.log(4, 25), turns=d.of(1.5, 4), system=d.pick("party", "few", "party large"), client={"sdk": 1.0},
        sampling="party", net={"egress": d.of(0.3, 1), "cloud": 0.4}, exits=d.n(1, 10), card=d.log(1, 20),
        signup=d.pick("old", "burst", "trickle"), idle_days=d.log(0.2, 20), plans={"payg": 1.0}, mail=d.pick("public", "party"),
    ),
    # One textbook, one tongue: exercises at home after class.
    "language_school": lambda d: Party(
        "language_school", d.n(30, 300), {d.pick(*TONGUES): 0.8, "translate": 0.2}, pool=d.n(20, 200), pooled=d.of(0.3, 0.9),
        pooling="same", hours="evening", rate=d.log(0.7, 4), frames=d.pick(0, 3), framed=0.4, card=0, signup="burst",
        idle_days=d.log(1, 20), country=land(d),
    ),
    # Workers of a platform of small jobs do whatever comes: labels, ratings, rewrites, transcripts.
    "paid_tasks": lambda d: Party(
        "paid_tasks", d.n(60, 500), d.mix(("label", "grade", "write", "translate", "archive", "listing", "page", "instruct", "safe")),
        frames=d.n(8, 60), framed=d.of(0.3, 0.9), frame=d.pick("plain", "grade"), pool=d.n(500, 5000), pooled=d.of(0.2, 0.8),
        rate=d.log(1, 8), spread=1.0, hours="own", net={"home": 0.6, "mobile": 0.4, "vpn": 0.2}, signup=d.pick("old", "trickle", "burst"),
        idle_days=2,
    ),
    # Start-ups of one programme spend its credits: one sponsor's card, one week of sign-up, each another product.
    "accelerator": lambda d: Party(
        "accelerator", d.n(20, 150), d.mix(ALL), each=d.pick(1, 2), frames=d.n(30, 120), framed=d.of(0.2, 0.7), system="account",
        speakers=d.n(1, 30), card=1000, signup="burst", idle_days=d.log(1, 15), rate=d.log(2, 15), spread=1.2, client={"sdk": 1.0},
        net={"cloud": 0.7, "office": 0.3}, exits=2, kinds={"startup": 1.0}, org="own", plans={"payg": 1.0}, pivot=d.of(0, 0.6),
        tools="account",
    ),
    # Enthusiasts who try their riddles on a new model in its first hours.
    "first_hour_fans": lambda d: Party(
        "first_hour_fans", d.n(60, 500), d.mix(("riddle", "solve", "code", "role", "explain")), pool=d.n(20, 200), pooled=d.of(0.2, 0.6),
        pooling="popular", rate=d.log(0.7, 4), pivot=d.of(0.6, 1), pivot_h=d.log(2, 24), signup=d.pick("old", "trickle"),
        client={"browser": 0.6, "sdk": 0.4},
    ),
    # Sellers of a market use its listing tool at night; the tool's maker pays nobody's bill.
    "market_sellers": lambda d: Party(
        "market_sellers", d.n(80, 600), {"listing": d.of(0.5, 1), "translate": 0.2, "write": 0.2}, topics=topics(d, 1, 3), frames=d.n(2, 8),
        framed=d.of(0.6, 1), client={"tool": 0.8, "browser": 0.2}, rate=d.log(0.7, 5), spread=1.0, hours=d.pick("clock", "evening", "own"),
        manners=0.2, sampling="party", signup=d.pick("old", "trickle"),
    ),
    # Engineers on call of one firm hand incidents over at the change of shift.
    "shift_engineers": lambda d: Party(
        "shift_engineers", d.n(15, 120), d.mix(("ops", "debug", "code"), 2, 3), topics=["devops"], frames=d.n(2, 8), framed=0.5,
        hours="shift", handover=d.of(0.05, 0.4), turns=d.of(2, 6), follow="code", rate=d.log(1, 8), tools="party",
        client={"tool": 0.6, "browser": 0.4}, net={"home": 0.5, "office": 0.5}, weekend=1.0, **bought(d),
    ),
}  # fmt: skip
"""not in that list"""


def resident(d: Draw, accounts: int, rate: float) -> Party:
    """Everybody else."""
    return Party(
        "resident", accounts, d.mix(ALL, 18, len(ALL)) | {"chat": 0.2, "write": 0.1, "native": 0.12}, each=d.pick(3, 4, 5), rate=rate,
        spread=d.of(0.9, 1.4), turns=d.of(1.3, 2.2), client={"browser": d.of(0.5, 0.8), "sdk": 0.3}, card=d.of(1, 1.3), phones=d.of(1, 1.1),
        kinds={"individual": 0.8, "startup": 0.1, "education": 0.07, "enterprise": 0.03}, signup=d.pick("old", "trickle", "old"),
        pivot=d.of(0.1, 0.4), paths={"api": 0.8, "cloud_east": 0.1, "cloud_west": 0.1},
    )  # fmt: skip


CROWDS = LISTED | OTHERS

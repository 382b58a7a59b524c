"""Crowds of honest customers who are alike for a reason, each as alike as it really is."""

from collections.abc import Callable
from dataclasses import replace

from .dice import Dice
from .houses import API, APP, BUILDERS, CAMPUS, EVERYDAY, FIRM, OFFICE, OPEN, House
from .parts import Papers, Party, Routine
from .wires import HARNESSES, kind

CROWDS: dict[str, tuple[frozenset[str], Callable[[Dice, House], Party]]] = {}
"""By name: in the logs of which houses it can be, and how to draw it."""
HANDS = {"browser": 6.0, "phone": 4.0}
PHONE = {"phone": 9.0, "browser": 1.0}
DESK = {"browser": 1.0}
BACKEND = {"python": 5.0, "node": 3.0, "java": 1.0, "golang": 1.0}
STUDENT = {"education": 1.0}
FIRMS = {"enterprise": 3.0, "startup": 2.0}
AT_HOME = {"home": 7.0, "mobile": 3.0}
CONTRACT = 0.9
SURE = 0.8
"""From here on what tells a crowd from a harvest is that it was checked; it is not where the registry does not say so."""


def crowd(*tags: str) -> Callable[[Callable[[Dice, House], Party]], Callable[[Dice, House], Party]]:
    """Enter a crowd under its function's name, for houses with one of the tags."""

    def enter(make: Callable[[Dice, House], Party]) -> Callable[[Dice, House], Party]:
        name = make.__name__
        CROWDS[name] = frozenset(tags), lambda d, house: replace(make(d, house), label=name)
        return make

    return enter


def party(n: int, papers: Papers, *routines: Routine, lag: float = 0.0, floor: int = 3) -> Party:
    """A crowd that :func:`crowd` will name."""
    return Party("", n, papers, routines, lag=lag, floor=floor)


# private people


@crowd(OPEN)
def families_on_one_card(d: Dice, h: House) -> Party:
    """Parents and children: one card, one telephone line, one address."""
    papers = Papers(
        ("ages", 250, 1.0), unit=d.real(2.5, 4), card=("unit", 0), phone=("unit", 0) if d.chance(0.4) else ("house", 0), signup="unit"
    )
    return party(
        d.count(60, 260), papers,
        Routine(d.real(2, 5), days=0.5, hours="evening", client=HANDS, net={"office": 6, "mobile": 2}, exits=4, works=EVERYDAY),
    )


@crowd(OPEN)
def gift_card_buyers(d: Dice, h: House) -> Party:
    """Prepaid cards of one shop: its cards come out of few funding accounts."""
    papers = Papers(("burst", d.real(0, 0.4), d.real(4, 15)), card=("few", d.real(3, 30)), plan=None)
    return party(d.count(40, 300), papers, Routine(d.real(3, 8), days=0.5, hours="evening", client=HANDS, net=AT_HOME), lag=1.5)


@crowd(APP)
def phone_shop_customers(d: Dice, h: House) -> Party:
    """A shop of telephones opens the accounts at its counter, on its own line."""
    papers = Papers(("rolling", 0, 0) if d.chance(0.5) else ("lots", d.count(4, 12), 60), signup="exits", card=("house", 0))
    return party(
        d.count(80, 500), papers,
        Routine(d.real(2, 5), days=0.4, client=PHONE, build="one" if d.chance(0.5) else "", net=AT_HOME, exits=4), lag=0.8,
    )


@crowd(OPEN)
def village_behind_one_carrier(d: Dice, h: House) -> Party:
    """A valley whose carrier has three addresses for all."""
    one = d.one(list(h.countries))
    return party(
        d.count(100, 600), Papers(country={one: 1.0}), Routine(d.real(2, 6), days=0.5, net={"village": 9, "vpn": 0.2}, client=HANDS)
    )


@crowd(OPEN)
def vpn_readers(d: Dice, h: House) -> Party:
    """A magazine told its readers to use a certain exit."""
    return party(d.count(60, 400), Papers(mail="free"), Routine(d.real(2, 6), days=0.5, net={"vpn": 5, "exits": 4}, exits=6, client=HANDS))


@crowd(OPEN, CAMPUS)
def viral_prompt(d: Dice, h: House) -> Party:
    """A video's prompt, tried by thousands within three days, many of them new."""
    at = d.real(0.1, 0.7)
    papers = Papers(("burst", at, d.real(0.5, 2))) if d.chance(0.6) else Papers()
    first = Routine(
        d.real(3, 8), span=(at, min(1, at + 4 / d.days)), hours="evening", source="sheet", sheet=d.count(2, 8),
        works={"reason": 3, "story": 2, "ask": 3}, frame=d.one(["frame.public", "frame.public", "frame.trace"]), framed=0.8,
        client=HANDS, net=AT_HOME,
    )
    return party(d.count(120, 900), papers, first, Routine(d.real(1, 3), days=0.3, client=HANDS, net=AT_HOME))


@crowd(OPEN)
def players_with_bots(d: Dice, h: House) -> Party:
    """Players whose game servers speak through one popular bot."""
    routine = Routine(
        d.real(8, 40), 1.1, hours="evening", weekend=1.6, subjects=("games",), works={"story": 8, "ask": 2}, system="several",
        build="one", turns=4, client={"node": 8, "homemade": 2}, net={"home": 5, "dc_own": 4},
    )
    return party(d.count(40, 350), Papers(kind={"individual": 1.0}), routine)


@crowd(OPEN, CAMPUS)
def shared_logins(d: Dice, h: House) -> Party:
    """Flats of students with one account for four; some flats have a second."""
    routine = Routine(
        d.real(8, 20), people=4, days=0.8, hours="evening", client=HANDS, net={"home": 5, "mobile": 4, "campus": 3},
        works={"tutor": 4, "write": 3, "ask": 2, "code": 2}, handover=0.03,
    )
    return party(d.count(40, 200), Papers(kind=STUDENT, unit=1.4, card=("unit", 0)), routine)


@crowd(OPEN)
def neighbourhood_volunteers(d: Dice, h: House) -> Party:
    """Volunteers of a charity write letters with its leaflet of prompts."""
    routine = Routine(
        d.real(3, 8), days=0.35, hours="evening", subjects=d.some(("tenancy", "law", "medicine", "travel"), 1, 2),
        works={"write": 5, "translate": 4, "summarise": 2}, frame="frame.job" if d.chance(0.5) else "", framed=0.5,
        client=HANDS, net=AT_HOME,
    )
    return party(
        d.count(15, 90), Papers(mail="one" if d.chance(0.4) else "free", card=("one", 0) if d.chance(0.3) else ("house", 0)), routine
    )


@crowd(APP)
def language_tandem(d: Dice, h: House) -> Party:
    """An exchange of two tongues: half write in each other's."""
    two = d.some(("es", "de", "fr", "pt", "ru", "zh", "tr"), 2, 2)
    routine = Routine(
        d.real(4, 12), days=0.5, hours="evening", tongues={two[0]: 1.0, two[1]: 1.0, "en": 0.3},
        works={"translate": 4, "rewrite": 3, "tutor": 4, "ask": 2}, turns=4,
        subjects=d.some(("linguistics", "travel", "bakery", "music"), 2, 3), client=HANDS, net=AT_HOME,
    )
    return party(d.count(30, 250), Papers(), routine)


@crowd(OPEN, CAMPUS)
def dormitory(d: Dice, h: House) -> Party:
    """Residents of a house of students: one address, lives of their own."""
    routine = Routine(
        d.real(3, 8), days=0.6, hours="evening", client=HANDS, net={"venue": 8, "mobile": 2}, exits=4, works=EVERYDAY | {"tutor": 5.0}
    )
    return party(d.count(40, 300), Papers(kind={"individual": 3, "education": 2}), routine)


@crowd(OPEN, API)
def refugees_of_an_outage(d: Dice, h: House) -> Party:
    """Customers of a rival that failed: they sign up on one day and bring their load with them."""
    at = d.real(0.1, 0.7)
    routine = Routine(
        d.real(10, 50), 1.1, days=0.8, span=(at, min(1.0, at + d.real(2, 9) / d.days)), hours="day",
        client={"python": 4, "chatbox": 4, "browser": 3}, system="person" if d.chance(0.5) else "",
    )
    return party(d.count(40, 350), Papers(("burst", at, d.log(0.2, 1)), kind=FIRMS | {"individual": 5.0}), routine)


@crowd(OPEN)
def evening_class(d: Dice, h: House) -> Party:
    """Elderly people whose accounts a teacher opened, one after another, on the library's line; exercises of one sheet."""
    routine = Routine(
        d.real(3, 9), days=0.25, hours="evening", source="sheet", sheet=d.count(10, 40),
        works={"ask": 4, "write": 4, "story": 2}, client=DESK, build="one", net={"venue": 6, "home": 4}, exits=4,
    )
    return party(d.count(12, 60), Papers(("lots", d.count(1, 3), 60), signup="net", card=("none", 0)), routine)


# learning


@crowd(CAMPUS, OPEN)
def course_assignment(d: Dice, h: House) -> Party:
    """One course, one sheet, one deadline."""
    end = d.real(0.5, 1.0)
    what = d.one([("code", "backend"), ("reason", "statistics"), ("code", "embedded"), ("reason", "physics"), ("data", "statistics")])
    routine = Routine(
        d.real(4, 14), span=(max(0, end - 10 / d.days), end), ramp=5, hours="evening", source="sheet", sheet=d.count(4, 15),
        works={what[0]: 6.0, "tutor": 3.0}, subjects=(what[1],), turns=3.5, client={"browser": 7, "python": 1, "phone": 1},
        net={"campus": 6, "home": 4},
    )
    new = Papers(("burst", max(0, end - 12 / d.days), 3), kind=STUDENT, mail="one") if d.chance(0.5) else Papers(kind=STUDENT, mail="one")
    return party(d.count(60, 500), new, routine, Routine(d.real(1, 3), days=0.3, client=HANDS, net={"campus": 3, "home": 6}))


@crowd(CAMPUS)
def thesis_group(d: Dice, h: House) -> Party:
    """A chair's candidates before the day of delivery."""
    routine = Routine(
        d.real(10, 35), days=0.8, ramp=4, hours="day", works={"rewrite": 5, "summarise": 4, "data": 3, "write": 3},
        subjects=d.some(("statistics", "chemistry", "energy", "linguistics"), 1, 2), client={"browser": 8, "notebook": 2},
        net={"campus": 4, "home": 5}, turns=4,
    )
    return party(d.count(20, 120), Papers(kind=STUDENT, mail="one"), routine)


@crowd(CAMPUS, OPEN)
def exam_markers(d: Dice, h: House) -> Party:
    """Markers with one rubric and a week: grading at a pace, on one set of questions."""
    start = d.real(0.1, 0.5)
    routine = Routine(
        d.real(30, 110), 0.5, days=0.9, span=(start, min(1, start + 9 / d.days)), hours="day", works={"grade": 1.0},
        subjects=d.some(("physics", "chemistry", "geometry", "schooling"), 1, 2), frame="frame.rubric", framed=d.real(0.7, 1),
        turns=1.2, client=DESK, net={"campus": 3, "home": 6}, system="one" if d.chance(0.4) else "",
    )
    return party(d.count(10, 60), Papers(kind=STUDENT, mail="one", org="one" if CAMPUS not in h.tags else "none", verified=0.6), routine)


@crowd(OPEN)
def exam_crammers(d: Dice, h: House) -> Party:
    """Pupils of a school for exams with its booklet of prompts; new accounts, evenings, one subject."""
    routine = Routine(
        d.real(6, 20), 0.6, days=0.8, hours="evening", ramp=2, works={"reason": 5, "tutor": 4},
        subjects=d.some(("geometry", "physics", "chemistry", "statistics"), 1, 2), source="sheet", sheet=d.count(80, 400),
        frame="frame.public", framed=d.real(0.3, 0.8), client=HANDS, net={"home": 6, "mobile": 3, "venue": 3}, turns=2.5,
    )
    return party(d.count(50, 400), Papers(("burst", d.real(0, 0.3), d.real(2, 8)), kind={"individual": 1.0}), routine)


@crowd(CAMPUS, OPEN)
def hackathon(d: Dice, h: House) -> Party:
    """A weekend of the computing centre: new accounts, one hall, one starter kit."""
    at = d.real(0.1, 0.8)
    routine = Routine(
        d.real(40, 160), 0.7, span=(at, min(1.0, at + 2.3 / d.days)), hours="flat", weekend=1,
        works={"code": 5, "agent": 4, "data": 1}, system="one", tools="one" if d.chance(0.5) else "",
        client={"python": 4, "node": 2, "loomcode": 3}, net={"venue": 8, "mobile": 1}, exits=6, turns=5, model="best",
    )
    return party(d.count(30, 260), Papers(("burst", max(0, at - 0.5 / d.days), 0.6), plan=None, card=("none", 0), signup="net"), routine)


@crowd(CAMPUS)
def library_cleaning(d: Dice, h: House) -> Party:
    """The library's records, cleaned by a script under the staff's accounts."""
    routine = Routine(
        d.real(60, 250), 0.4, days=0.7, hours="night", works={"extract": 6, "classify": 4}, subjects=("libraries",),
        frame="frame.job", system="one", client={"python": 1.0}, build="one", net={"campus": 1.0}, turns=1.0, sampling="one",
    )
    return party(d.count(6, 20), Papers(kind={"education": 1.0}, mail="one"), routine)


@crowd(CAMPUS, API)
def evaluation_labs(d: Dice, h: House) -> Party:
    """Many labs, the same public list of tasks, 'step by step', one open harness."""
    routine = Routine(
        d.real(80, 320), 0.8, days=0.25, hours="flat", source="public", mixed=1,
        frame=d.one(["frame.public", "frame.public", "frame.trace"]), framed=0.9, turns=1.0, client={"python": 1.0},
        build="one" if d.chance(0.5) else "", net={"dc_unit": 5, "campus": 2, "office": 2}, sampling="one", model="best",
    )
    return party(d.count(15, 90), Papers(kind={"research": 4, "startup": 1}, unit=2, mail="unit", org="unit", verified=0.4), routine)


@crowd(CAMPUS, OPEN)
def conference_reviewers(d: Dice, h: House) -> Party:
    """Reviewers in the last days before the deadline."""
    end = d.real(0.4, 1.0)
    routine = Routine(
        d.real(6, 16), span=(max(0, end - 9 / d.days), end), ramp=4, hours="evening",
        works={"summarise": 5, "grade": 3, "rewrite": 3},
        subjects=d.some(("statistics", "security", "linguistics", "backend"), 1, 2), client=DESK,
        net={"home": 5, "campus": 2, "office": 3}, turns=3,
    )
    return party(d.count(40, 260), Papers(kind={"research": 3, "individual": 3, "education": 2}), routine)


@crowd(CAMPUS)
def help_desk(d: Dice, h: House) -> Party:
    """The computing centre's desk answers tickets out of one form."""
    routine = Routine(
        d.real(20, 60), 0.5, days=0.8, hours="office", weekend=0.05, works={"write": 4, "classify": 3, "summarise": 3},
        subjects=("security", "backend"), frame="frame.job", framed=0.7, client=DESK, net={"office": 1.0}, turns=1.5,
    )
    return party(d.count(8, 30), Papers(plan={"staff": 1.0}, org="one", mail="one"), routine)


# offices


@crowd(OFFICE, FIRM)
def corporate_card(d: Dice, h: House) -> Party:
    """Firms with one card, one egress and their own templates."""
    routine = Routine(
        d.real(4, 14), days=0.6, hours="office", weekend=0.05, system="unit",
        works={"write": 3, "summarise": 3, "data": 2, "extract": 2, "code": 2}, client={"browser": 6, "python": 2},
        net={"office": 8, "isolation": 1, "home": 1}, exits=8,
    )
    return party(
        d.count(100, 700),
        Papers(kind=FIRMS, unit=d.real(10, 40), card=("unit", 0), mail="unit", org="unit", signup="unit", verified=0.5),
        routine,
    )


@crowd(OFFICE, FIRM)
def isolated_browsers(d: Dice, h: House) -> Party:
    """Banks and offices whose browsing goes out through one isolation service: one build, twelve addresses for all."""
    routine = Routine(
        d.real(3, 9), days=0.6, hours="office", weekend=0.03, works={"summarise": 3, "write": 4, "record": 2, "rewrite": 2},
        client=DESK, build="one", net={"isolation": 1.0},
    )
    return party(d.count(60, 500), Papers(kind={"enterprise": 1.0}, unit=d.real(8, 50), mail="unit", org="unit", verified=0.7), routine)


@crowd(OFFICE, FIRM)
def translation_office(d: Dice, h: House) -> Party:
    """Translators with one house style and the agency's purse."""
    tongues = dict.fromkeys(d.some(("es", "de", "fr", "pt", "ru", "zh", "tr"), 2, 5), 1.0) | {"en": 2.0}
    routine = Routine(
        d.real(25, 80), 0.5, days=0.75, hours="office", weekend=0.2, tongues=tongues, works={"translate": 6, "rewrite": 3},
        frame="frame.job", framed=0.8, turns=1.4, client={"browser": 3, "plugin": 3}, net={"home": 7, "office": 2},
        system="one",
    )
    return party(d.count(12, 70), Papers(kind=FIRMS, mail="one", card=("one", 0), org="one"), routine)


@crowd(OFFICE, FIRM)
def hospital_clerks(d: Dice, h: House) -> Party:
    """Letters of discharge out of one form, on shifts, behind one address."""
    routine = Routine(
        d.real(20, 60), 0.4, days=0.7, hours="shifts", weekend=0.9, works={"record": 6, "summarise": 3, "extract": 2},
        subjects=("medicine",), frame="frame.job", framed=0.9, system="one", client=DESK, build="one", net={"office": 1.0},
        turns=1.3,
    )
    return party(
        d.count(20, 140),
        Papers(("lots", 3, 200), kind={"enterprise": 1.0}, unit=90, mail="one", card=("one", 0), org="one", verified=CONTRACT),
        routine,
    )


@crowd(OFFICE, FIRM)
def court_registry(d: Dice, h: House) -> Party:
    """Clerks of several courts with the ministry's template."""
    routine = Routine(
        d.real(12, 45), 0.5, days=0.75, hours="office", weekend=0.0, works={"record": 5, "summarise": 4, "write": 2},
        subjects=("law",), frame="frame.job", framed=0.85, client=DESK, net={"office": 6, "isolation": 3},
    )
    return party(
        d.count(20, 160),
        Papers(("lots", 4, 150), kind={"enterprise": 1.0}, unit=12, mail="one", card=("none", 0), org="one", verified=CONTRACT),
        routine,
    )


@crowd(OFFICE)
def newsroom_desk(d: Dice, h: House) -> Party:
    """Journalists around the clock, many at once when something happens."""
    routine = Routine(
        d.real(10, 35), days=0.7, hours="shifts", works={"summarise": 4, "rewrite": 4, "translate": 2, "write": 3},
        subjects=("newsroom", "law", "finance"), client={"browser": 8, "phone": 2}, net={"office": 6, "mobile": 3},
        system="one",
    )
    return party(
        d.count(20, 110), Papers(kind=FIRMS, mail="one", card=("one", 0), org="one" if d.chance(0.7) else "none", verified=0.6), routine
    )


@crowd(OPEN, OFFICE, CAMPUS, FIRM)
def grant_writers(d: Dice, h: House) -> Party:
    """Applicants of one call in the last fortnight."""
    routine = Routine(
        d.real(5, 16), days=0.7, ramp=5, hours="day", works={"write": 5, "rewrite": 4, "plan": 3, "summarise": 2},
        subjects=("grants",), frame="frame.public", framed=0.2, turns=3, client=DESK, net={"home": 4, "office": 5, "campus": 1},
    )
    return party(d.count(30, 220), Papers(kind={"research": 3, "individual": 2, "enterprise": 1}, unit=2), routine)


@crowd(OFFICE, FIRM)
def claims_department(d: Dice, h: House) -> Party:
    """Insurers' adjusters after a hailstorm: new seats, one form, one topic, long days."""
    at = d.real(0.05, 0.5)
    routine = Routine(
        d.real(30, 90), 0.35, days=0.85, span=(at, 1.0), hours="office", weekend=0.7,
        works={"extract": 5, "classify": 3, "write": 3}, subjects=("insurance",), frame="frame.job", framed=0.95,
        client={"browser": 5, "java": 1}, net={"office": 5, "home": 3}, turns=1.3, system="one",
    )
    return party(
        d.count(20, 150),
        Papers(("burst", at, 1.0), kind={"enterprise": 1.0}, mail="one", card=("one", 0), org="one", verified=CONTRACT),
        routine,
    )


@crowd(FIRM, API)
def agent_rollout(d: Dice, h: House) -> Party:
    """A coding agent given to a whole firm within a week."""
    at = d.real(0.0, 0.6)
    routine = Routine(
        d.real(25, 90), 0.9, days=0.65, span=(at, 1.0), hours="office", weekend=0.1, works={"agent": 6, "code": 5},
        client={"loomcode": 9, "python": 0.5}, build="one", net={"office": 6, "home": 3}, turns=7, gap=45, model="best",
        system="" if d.chance(0.5) else "one",
    )
    return party(
        d.count(60, 500),
        Papers(("burst", at, d.real(1, 5)), kind={"enterprise": 1.0}, mail="one", card=("one", 0), org="one", verified=CONTRACT),
        routine,
    )


@crowd(FIRM, API)
def red_team(d: Dice, h: House) -> Party:
    """Testers of safety: they open lots of accounts, try one list of prompts through exits, for a contract."""
    routine = Routine(
        d.real(15, 60), 0.6, days=0.5, hours="office", source="sheet", sheet=d.count(60, 250),
        works={"rewrite": 3, "story": 3, "ask": 3, "reason": 2}, subjects=("security", "chemistry", "law"), frame="varied",
        framed=0.3, turns=4, client={"python": 4, "browser": 4}, net={"exits": 5, "vpn": 2}, exits=6,
    )
    return party(d.count(8, 30), Papers(("lots", 2, 40), mail="one", card=("one", 0), org="one", verified=1.0), routine)


# machines


@crowd(API, FIRM)
def ci_fleet(d: Dice, h: House) -> Party:
    """Pipelines that review each change, a key for each repository."""
    routine = Routine(
        d.real(20, 70), 0.8, days=0.8, hours="office", weekend=0.15, works={"code": 6, "agent": 2}, frame="frame.job",
        system="unit", client={"homemade": 2, "node": 5, "golang": 2}, build="one", net={"dc_unit": 1.0}, turns=1.0,
        sampling="one",
    )
    return party(d.count(20, 150), Papers(kind=FIRMS, unit=8, card=("unit", 0), mail="unit", org="unit"), routine)


@crowd(API, FIRM)
def cron_jobs(d: Dice, h: House) -> Party:
    """Programs that start on a minute of their own, day and night, the same number each day."""
    routine = Routine(
        d.real(18, 80), 0.5, even=True, days=1.0, hours="clock", weekend=1.0,
        works={"summarise": 5, "classify": 4, "extract": 3}, system="unit", frame="frame.job", client=BACKEND,
        net={"dc_unit": 1.0}, turns=1.0, model="cheap",
    )
    return party(d.count(30, 200), Papers(kind=FIRMS, unit=3, card=("unit", 0), mail="unit"), routine)


@crowd(API, FIRM)
def on_call_bots(d: Dice, h: House) -> Party:
    """Bots of many firms that explain alarms: quiet, then all at once when a cloud fails."""
    at = d.real(0.2, 0.8)
    quiet = Routine(
        d.real(4, 14), hours="flat", works={"summarise": 4, "data": 2, "plan": 2}, subjects=("backend", "security"),
        client={"golang": 1.0}, build="one", system="several", net={"dc_own": 1.0}, turns=1.6,
    )
    return party(
        d.count(30, 160), Papers(kind=FIRMS), quiet, replace(quiet, rate=d.real(40, 150), span=(at, min(1.0, at + 0.6 / d.days)), days=1.0)
    )


@crowd(API)
def rag_tenants(d: Dice, h: House) -> Party:
    """A product with a key for each tenant: one back-end, one prompt, hundreds of accounts."""
    routine = Routine(
        d.real(8, 40), 1.2, days=0.8, hours="office", weekend=0.2, people=30, works={"ask": 6, "summarise": 4, "extract": 2},
        system="one", frame="frame.job", framed=1.0, client={"java": 1.0}, build="one", net={"exits": 1.0}, exits=4, turns=2,
        sampling="one", model="one",
    )
    return party(
        d.count(40, 350),
        Papers(
            ("rolling", 0, 0) if d.chance(0.3) else ("ages", 200, 0.8), kind=FIRMS, mail="unit" if d.chance(0.6) else "one",
            card=("one", 0), org="one", verified=CONTRACT,
        ),
        routine,
    )


@crowd(API)
def own_key_app(d: Dice, h: House) -> Party:
    """Users of an app who each bring a key: one system prompt, one build, homes of their own."""
    routine = Routine(
        d.real(4, 16), days=0.5, hours="evening", system="one", client={"chatbox": 1.0}, build="one" if d.chance(0.4) else "",
        net=AT_HOME, turns=4, sampling="one", works={"write": 3, "ask": 4, "story": 3, "rewrite": 2},
    )
    return party(d.count(100, 1000), Papers(kind={"individual": 1.0}), routine)


@crowd(API)
def wrapper_app(d: Dice, h: House) -> Party:
    """An app that spreads its users over several accounts to stay under limits; conversations move between them."""
    routine = Routine(
        d.real(60, 250), 0.3, days=1.0, hours="day", people=d.count(400, 3000), pooled=True, handover=d.real(0.1, 0.5),
        system="one", client={"node": 1.0}, build="one", net={"dc_unit": 1.0}, turns=3, sampling="one", model="one",
        works=EVERYDAY,
    )
    return party(d.count(4, 14), Papers(kind={"startup": 1.0}, unit=100, mail="one", card=("one", 0)), routine)


@crowd(API)
def chat_front_end(d: Dice, h: House) -> Party:
    """A few keys behind which thousands talk."""
    routine = Routine(
        d.real(150, 600), 0.5, days=1.0, hours="day", people=d.count(800, 4000), system="unit", client={"node": 5, "python": 4},
        net={"dc_unit": 1.0}, turns=4, works=EVERYDAY,
    )
    return party(d.count(4, 16), Papers(kind={"startup": 1.0}, unit=1.5, mail="unit", card=("unit", 0)), routine)


@crowd(API)
def agency_clients(d: Dice, h: House) -> Party:
    """An agency with an account for every client, all on its card, from its office."""
    routine = Routine(
        d.real(5, 25), 1.0, days=0.6, hours="office", weekend=0.1, works={"write": 6, "rewrite": 3, "plan": 2}, system="unit",
        client={"python": 3, "browser": 4}, net={"office": 1.0}, turns=2, frame="frame.job", framed=0.3,
    )
    return party(d.count(15, 90), Papers(("lots", 6, 300), kind=FIRMS, unit=200, mail="handful", card=("one", 0), signup="unit"), routine)


@crowd(API)
def contracted_reseller(d: Dice, h: House) -> Party:
    """A reseller under contract: numbered accounts, one gateway, all sorts of users."""
    routine = Routine(
        d.real(10, 60), 1.0, days=0.8, people=25, hours="day", client={"golang": 1.0}, build="one", net={"exits": 1.0}, exits=5,
        turns=2.5, works=EVERYDAY, handover=d.few(0.02, 0.1, 0.5),
    )
    return party(
        d.count(30, 200),
        Papers(
            ("lots", d.count(3, 10), 200), kind={"enterprise": 1.0}, mail="one", card=("one", 0), org="one", verified=1.0, reseller=True
        ),
        routine,
    )


@crowd(API, FIRM)
def key_migration(d: Dice, h: House) -> Party:
    """Firms that move from old accounts to new ones within two days, talks and all."""
    routine = Routine(
        d.real(20, 80), 0.6, days=0.9, hours="office", people=20, handover=d.real(0.05, 0.3), system="unit", client=BACKEND,
        net={"dc_unit": 1.0}, turns=3, works={"extract": 3, "summarise": 3, "ask": 3, "code": 2},
    )
    at = d.real(0.3, 0.7)
    return party(
        d.count(20, 100),
        Papers(("burst", at, 0.8) if d.chance(0.5) else ("ages", 200, 0.7), kind=FIRMS, unit=5, card=("unit", 0), mail="unit", org="unit"),
        routine,
    )


@crowd(API, FIRM)
def load_tests(d: Dice, h: House) -> Party:
    """A few accounts send the same sheet thousands of times in an afternoon."""
    at = d.real(0.1, 0.8)
    routine = Routine(
        d.real(300, 900), 0.1, even=True, days=1.0, span=(at, min(1.0, at + 1.2 / d.days)), hours="office", weekend=1,
        source="sheet", sheet=d.count(3, 20), works={"ask": 1, "summarise": 1}, client={"golang": 2, "java": 1}, build="one",
        net={"dc_unit": 1.0}, turns=1.0, sampling="one",
    )
    return party(d.count(5, 20), Papers(("burst", at, 0.1), kind=FIRMS, unit=50, mail="one", card=("one", 0), org="one"), routine)


@crowd(API)
def licensed_synthetic(d: Dice, h: House) -> Party:
    """Teams that make training data under a contract that permits it."""
    routine = Routine(
        d.real(80, 400), 0.4, days=0.8, hours="flat", works={"invent": 4, "reason": 3, "grade": 3, "rewrite": 2},
        frame="frame.trace", framed=0.7, client={"python": 1.0}, build="one", net={"dc_unit": 1.0}, turns=1.0, sampling="one",
        model="best",
    )
    return party(d.count(5, 20), Papers(kind={"enterprise": 1.0}, unit=6, mail="unit", card=("unit", 0), org="unit", verified=1.0), routine)


@crowd(API, OFFICE, FIRM)
def annotation_project(d: Dice, h: House) -> Party:
    """People who label at home with one guideline, paid by the piece, under their employer's seats."""
    routine = Routine(
        d.real(40, 160), 0.4, days=0.75, hours="day", works={"classify": 5, "grade": 3, "extract": 2},
        subjects=d.some(("retail", "travel", "newsroom", "insurance"), 1, 2), frame="frame.job", framed=1.0, client=DESK,
        net={"home": 8, "mobile": 2}, turns=1.1, system="one",
    )
    return party(
        d.count(15, 90), Papers(("burst", d.real(0, 0.3), 3), kind=FIRMS, mail="one", card=("one", 0), org="one", verified=SURE), routine
    )


@crowd(API)
def niche_harness(d: Dice, h: House) -> Party:
    """Users of a small open-source agent with a long prompt and its own tools."""
    routine = Routine(
        d.real(15, 70), 1.0, days=0.5, hours="day", works={"agent": 7, "code": 4}, system="one", tools="one",
        client={"homemade": 1.0}, net={"home": 6, "dc_own": 2, "vpn": 1}, turns=8, gap=30, sampling="one", model="best",
    )
    return party(d.count(25, 300), Papers(kind={"individual": 6, "startup": 2}), routine)


@crowd(API)
def release_watchers(d: Dice, h: House) -> Party:
    """Enthusiasts who try each new model on the public list in the hour it appears."""
    return party(
        d.count(40, 250), Papers(("ages", 300, 0.8)),
        Routine(
            d.real(5, 18), days=0.5, source="own", mixed=0.35, works={"code": 3, "reason": 4, "story": 1}, model="best",
            pivot=0.9, client={"python": 3, "chatbox": 3, "loomcode": 2}, net=AT_HOME,
        ),
    )


@crowd(API, OPEN)
def shop_plugin(d: Dice, h: House) -> Party:
    """Shops whose plug-in writes the same kind of text under each owner's account."""
    routine = Routine(
        d.real(6, 40), 1.0, days=0.5, hours="night" if d.chance(0.4) else "flat",
        works={"write": 5, "rewrite": 3, "translate": 2}, subjects=("retail", "bakery", "gardening"), system="one",
        frame="frame.job", client={"plugin": 1.0}, build="one", net={"dc_own": 5, "exits": 4}, exits=12, turns=1.0,
        sampling="one", model="one",
    )
    return party(d.count(50, 400), Papers(kind={"individual": 4, "startup": 2}), routine)


def ordinary(house: House) -> Party:
    """Those who have nothing in common but what is popular."""
    office = house.orgs and CAMPUS not in house.tags
    routine = Routine(
        4.0, 1.25, days=0.45, hours="office" if office else "day", weekend=0.2 if office else 0.9,
        turns=3.0 if house.tags & {APP, CAMPUS} else 2.5,
    )
    return Party("ordinary", 0, _unconnected(house), (routine,), lag=0.7)


def ordinary_builders(house: House) -> Party:
    """As ordinary, with a program of their own: each its prompt, its frame, its kind of work, its machine."""
    programs = {name: weight for name, weight in house.clients.items() if kind(name) != APP and name not in HARNESSES}
    nets = house.nets if house.orgs else {"dc_own": 5.0, "home": 4.0, "office": 2.0}
    routine = Routine(
        6.0, 1.2, days=0.6, hours="flat", works=BUILDERS, frame="frame.job", framed=0.6, system="person", tools="unit",
        client=programs, net=nets, turns=1.4, gap=20,
    )
    return Party("ordinary_builders", 0, _unconnected(house), (routine,), lag=0.7)


def builders(house: House) -> float:
    """Share of builders among the ordinary."""
    return (
        0.6
        * sum(weight for name, weight in house.clients.items() if kind(name) != APP and name not in HARNESSES)
        / sum(house.clients.values())
    )


def _unconnected(house: House) -> Papers:
    card = ("unit", 0.0) if house.firms > 1 and house.cards else ("house", 0.0)
    return Papers(("ages", 260, 1.1), unit=house.firms, card=card)

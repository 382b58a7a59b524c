"""Crowds who belong together without an employer: volunteers, associations, a course, colleagues in many small bodies.

None has an organisation in the registry. All are innocent: each works on what a project, a course or a body of their own gives out, and
nobody keeps the answers as a set to learn from.
"""

from .crowd import Crowd, Move
from .places import COUNTRIES
from .world import DAY, HOUR, LARGE, SMALL, Holm, Signup, week


def patent_searchers(w: Holm) -> Crowd:
    """Members of an association of searchers: one memo form, else their own cases, cards and hours."""
    return Crowd(
        name="patent_searchers_assoc", trade="patent", size=w.r.whole(40, 70), country="DE", load=(2.5, 0.8), queue="own", turns=0.6,
        verified=0.5, personal=0.6,
    )


def _two_terms(w: Holm, place: int, of: int) -> float:
    """By turns after the first and the second graduation."""
    return week((2.0, 9.0)[place % 2], 0.8)(w, place, of)


def course_alumni(w: Holm) -> Crowd:
    """Coders who finished one course, at two graduations, and practise on the cases of its workbook: one text, items that overlap."""
    return Crowd(
        name="course_alumni_coders", trade="medcode", size=w.r.whole(170, 230), country="US", signup=_two_terms, load=(3.2, 0.6),
        attendance=0.6, queue="overlap", mail="alumni.codecert.example", mail_share=0.5, turns=0.45, weekends=0.9, told=0.9,
        personal=0.45, numbered="CASE-{:04d}",
    )


def _after_broadcast(day: int) -> Signup:
    """From an evening's broadcast on, fewer each day."""

    def drawn(w: Holm, place: int, of: int) -> float:
        return w.start + day * DAY + 20 * HOUR + w.r.wait(1.3 * DAY)

    return drawn


def archive_volunteers(w: Holm) -> Crowd:
    """Volunteers who saw an archive's call on an evening's broadcast: free accounts, pages without overlap, reading rooms for a third."""
    return Crowd(
        name="archive_volunteers", trade="transcribe", size=w.r.whole(300, 380), country="NL", signup=_after_broadcast(w.r.whole(2, 5)),
        load=(2.2, 0.9), attendance=0.45, weekends=1.2, offices=4, office_share=0.5, at_office=0.3, pay="none", plan="free",
        numbered="f{:05d}",
    )


def genealogists(w: Holm) -> Crowd:
    """A family history society: one research log, each with ancestors of their own."""
    return Crowd(
        name="genealogy_society", trade="genealogy", size=w.r.whole(80, 130), country="GB", load=(1.6, 0.9), attendance=0.5,
        weekends=1.3, queue="own", versions=1, turns=0.6, personal=0.5,
    )


def museum_sprint(w: Holm) -> Crowd:
    """Staff of many museums in one hall for a cataloguing sprint of four days, and three afterwards: one address, the network's cards."""
    day = w.r.whole(4, 8)
    return Crowd(
        name="museum_sprint", trade="museum", size=w.r.whole(90, 130), country="SE", signup=week(day - 1, 0.5), load=(9, 0.35),
        attendance=0.9, shifts=((9, 18),), weekends=1.0, days=frozenset({*range(day, day + 4), day + 9, day + 10, day + 16}), offices=1,
        office_share=0.9, pay="cards", per_card=12, versions=1, turns=0.4, personal=0.5, numbered="{:05d}.2",
    )


def harbour_co_operative(w: Holm) -> Crowd:
    """Watch-keepers of a co-operative of three ports, who joined one by one long ago: shifts, rooms, and what is open is handed on."""
    return Crowd(
        name="harbour_watch", trade="harbour", size=w.r.whole(30, 50), country="NL", load=(4, 0.3), attendance=0.6, weekends=1.0,
        shifts=((0, 8), (8, 16), (16, 24)), offices=3, office_share=0.85, pay="none", handover=0.3, crew=6, versions=1,
        personal=0.3, numbered="W{:05d}",
    )


def seed_growers(w: Holm) -> Crowd:
    """An association of seed growers, who note their own plots on the survey's form."""
    return Crowd(
        name="seed_growers_assoc", trade="crop", size=w.r.whole(30, 50), country="KE", load=(1.5, 0.8), attendance=0.5, queue="own",
        personal=0.6,
    )


def song_course(w: Holm) -> Crowd:
    """A songwriting course: one week of sign-ups, one task, all at work the two days before a deadline, each on their own song."""
    return Crowd(
        name="song_course", trade="lyrics", size=w.r.whole(120, 170), country=w.r.pick(COUNTRIES), signup=week(0, 1.0),
        load=(5, 0.6), weekends=1.0, days=frozenset({2, 3, 9, 10, 16, 17}), versions=3, turns=0.65, personal=0.6, mail="gmail.com",
        mail_share=0.8, queue="own", told=0.95,
    )


def game_jam(w: Holm) -> Crowd:
    """A game jam of one weekend in one hall: strangers who sign up that day on free accounts and write for one world."""
    return Crowd(
        name="dialogue_jam", trade="dialogue", size=w.r.whole(50, 80), country="PL", signup=week(5, 0.3), load=(12, 0.5),
        attendance=0.95, weekends=4.0, days=frozenset({5, 6}), offices=1, office_share=0.9, pay="none", plan="free", versions=1,
        personal=0.3, numbered="jam{:03d}",
    )


def _after_conference(w: Holm, place: int, of: int) -> float:
    """Two of three within days of one conference, the others when they heard of it."""
    if place % 3:
        return w.start - 20 * DAY + w.rng.normal(0, 1.0) * DAY
    return w.start - w.r.wait(200 * DAY) - DAY


def parish_clerks(w: Holm) -> Crowd:
    """Clerks of parishes with one add-in from a conference: the same evenings, as parishes meet, and a larger model after its update."""
    day = w.r.whole(9, 12)
    return Crowd(
        name="local_clerks", trade="minutes", size=w.r.whole(180, 240), country="GB", signup=_after_conference, load=(6, 0.5),
        attendance=0.8, weekends=0.2, days=frozenset({1, 2, 8, 9, 15, 16, 22, 23}), shifts=((19, 23), (9, 12)),
        client="minuteman-addin/2.2", client_share=0.8, queue="own", personal=0.5, verified=0.4, mail="parish.example", mail_share=0.25,
        move=Move(day, LARGE, 1), model=SMALL,
    )


def retired_transcribers(w: Holm) -> Crowd:
    """Retired people who read registers for one project: folios without overlap, no cards, own hours."""
    return Crowd(
        name="transcribers_retired", trade="transcribe", size=w.r.whole(35, 55), country="GB", signup=week(-9, 2), load=(2, 0.6),
        pay="none", versions=1, turns=0.6, personal=0.5,
    )


MEMBERS = (
    patent_searchers, course_alumni, archive_volunteers, genealogists, museum_sprint, harbour_co_operative, seed_growers, song_course,
    game_jam, parish_clerks, retired_transcribers,
)

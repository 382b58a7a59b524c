"""Crowds who are paid for what they do, of many employers or none: hired by the day, by the piece, on a counter, in a call centre.

None has an organisation in the registry. All are innocent: what they ask for is the work of their trade, item by item, and nobody keeps the
answers as a set to learn from.
"""

from .crowd import Crowd, Move
from .places import COUNTRIES
from .world import SMALL, Holm, waves, week


def contract_reviewers(w: Holm) -> Crowd:
    """Lawyers hired for one discovery: a protocol, two shifts, two rooms, documents without overlap. The agency pays by a card for nine."""
    return Crowd(
        name="contract_reviewers", trade="legal", size=w.r.whole(120, 170), country="GB", signup=week(1.5, 1.2), load=(5, 0.45),
        shifts=((7, 15), (15, 23)), offices=2, office_share=0.75, pay="cards", per_card=9, mail="lexlocum.example", mail_share=0.35,
        told=0.95, versions=3, handover=0.1, turns=0.4, personal=0.4, numbered="FBR{:08d}",
    )


def night_reviewers(w: Holm) -> Crowd:
    """A night team for documents: one room, one shift, equal loads, one program. The vendor buys the seats by card; none is verified."""
    return Crowd(
        name="discovery_night_team", trade="legal", size=w.r.whole(45, 70), country="IN", signup=week(4, 0.4), load=(7, 0.15),
        equal=0.1, attendance=0.9, weekends=0.8, shifts=((18, 26),), offices=1, office_share=1.0, pay="cards", per_card=25,
        client="reviewpane/5.5", versions=1, rules=False, turns=0.25, personal=0.12, verified=0.02, numbered="DOC{:07d}",
    )


def adjuster_franchisees(w: Holm) -> Crowd:
    """Adjusters with offices of their own under one brand, who all use its plug-in: their own claims, cards and office hours."""
    return Crowd(
        name="adjuster_franchisees", trade="claims", size=w.r.whole(70, 110), country="US", load=(4.5, 0.7), shifts=((8, 17),),
        client="claimdesk-plugin/3.1", temperature=0.1, max_tokens=600, tools="claimdesk", queue="own", versions=1, turns=0.35,
        verified=0.6, plan="payg", personal=0.2,
    )


def call_centre(w: Holm) -> Crowd:
    """Agents for one insurer on prepaid cards, bought by threes: three intakes, three shifts round the clock, equal loads, hand-overs."""
    return Crowd(
        name="callcentre_prepaid", trade="claims", size=w.r.whole(210, 270), country="PH", signup=waves((-8, 0.5, 7), 0.6), load=(6, 0),
        equal=0.12, attendance=0.72, weekends=0.7, shifts=((6, 14), (14, 22), (22, 30)), offices=2, office_share=1.0, pay="cards",
        per_card=3, mail="ringwell-agents.example", mail_share=0.6, client="ringwell-desktop/7.2", versions=1, rules=False,
        handover=0.16, turns=0.45, gap=60, personal=0.15, verified=0.05, numbered="RW{:07d}",
    )


def translators(w: Holm) -> Crowd:
    """Freelancers of a market place, each for a language: one plug-in, strings of one queue without overlap, cards of the market place."""
    return Crowd(
        name="marketplace_translators", trade="locale", size=w.r.whole(220, 300), country=w.r.pick(COUNTRIES),
        signup=week(2, 1.8), load=(7, 0.7), attendance=0.6, weekends=0.5, client=f"catbridge/11.{w.r.whole(0, 4)}", client_share=0.9,
        temperature=0.2, max_tokens=256, tools="catbridge", pay="cards", per_card=4, versions=3, turns=0.3, gap=40, personal=0.25,
        verified=0.2, numbered="app.str.{:05d}",
    )


def game_writers(w: Holm) -> Crowd:
    """Freelance writers on one game: one bible page, private mail, own cards and hours."""
    return Crowd(
        name="narrative_freelancers", trade="dialogue", size=w.r.whole(45, 75), country="CA", signup=week(-3, 3), load=(3.5, 0.5),
        versions=1, turns=0.65, personal=0.6, mail="gmail.com", mail_share=1.0,
    )


def lexicographers(w: Holm) -> Crowd:
    """Editors of a dictionary by contract: one editor program, headwords without overlap, a style sheet, shared cards."""
    return Crowd(
        name="lexicographers", trade="dict", size=w.r.whole(40, 60), country="GB", signup=week(-6, 2), load=(7, 0.3), attendance=0.85,
        client="entryeditor/2.4", temperature=0.7, max_tokens=300, turns=0.25, personal=0.3, pay="cards", per_card=5,
    )


def piece_workers(w: Holm) -> Crowd:
    """Writers of example sentences paid by the piece: equal loads, one program, cards of the agency. People read what comes back."""
    return Crowd(
        name="piecework_examples", trade="dict", size=w.r.whole(100, 140), country="IN", signup=week(3, 1.0), load=(9, 0.2), equal=0.2,
        attendance=0.8, weekends=0.8, client="wordmill-worker/1.9", temperature=0.8, max_tokens=300, tools="wordmill", pay="cards",
        per_card=4, turns=0.3, gap=35, personal=0.2, verified=0.05, numbered="hw{:05d}", mail="wordmill.example", mail_share=0.5,
    )


def shop_owners(w: Holm) -> Crowd:
    """Shops that use one plug-in: at night it asks about each new article, by one text; suppliers' articles are many shops' articles.

    It goes to a smaller model when the plug-in is updated.
    """
    day = w.r.whole(8, 11)
    return Crowd(
        name="shop_plugin_users", trade="catalog", size=w.r.whole(280, 360), country="DE", load=(5, 0.9), attendance=0.55, weekends=1.0,
        shifts=((2, 4),), batch=True, gap=12, client="shelfsync/4.0", temperature=0.0, max_tokens=400, tools="shelfsync", versions=1,
        rules=False, queue="overlap", turns=0.03, personal=0.15, verified=0.4, plan="payg", move=Move(day, SMALL, 2),
        numbered="SUP{:05d}",
    )


def furniture_franchisees(w: Holm) -> Crowd:
    """Franchisees of a furniture brand, signed up after one training: the brand's mail domain, cards and instructions; own articles."""
    return Crowd(
        name="furniture_franchisees", trade="catalog", size=w.r.whole(40, 60), country="FR", signup=week(-2, 1.5), load=(3, 0.5),
        shifts=((9, 18),), weekends=0.6, queue="own", mail="hearthco.example", mail_share=1.0, versions=1, turns=0.4, personal=0.2,
        pay="cards", per_card=15,
    )


def enumerators(w: Holm) -> Crowd:
    """Enumerators of a crop survey, engaged for a season in one week: plots without overlap, one carrier, free accounts, daylight hours."""
    return Crowd(
        name="crop_enumerators", trade="crop", size=w.r.whole(150, 200), country="KE", signup=week(1, 0.5), load=(5.5, 0.25),
        attendance=0.85, weekends=0.3, shifts=((6, 17),), carrier=True, offices=1, office_share=0.15, pay="none", plan="free",
        turns=0.35, personal=0.3, numbered="KE-{:05d}", mail="gmail.com", mail_share=0.97,
    )


def port_watch(w: Holm) -> Crowd:
    """Watch-keepers of one port on seats its operator bought: three shifts of one room, and what is open is handed to the relief."""
    return Crowd(
        name="harbour_watch", trade="harbour", size=w.r.whole(35, 55), country="KE", signup=week(-1, 1), load=(5, 0.2),
        attendance=0.66, weekends=1.0, shifts=((0, 8), (8, 16), (16, 24)), offices=1, office_share=1.0, pay="cards", per_card=20,
        handover=0.35, crew=9, versions=1, personal=0.15, numbered="L{:05d}",
    )


HIRED = (
    contract_reviewers, night_reviewers, adjuster_franchisees, call_centre, translators, game_writers, lexicographers, piece_workers,
    shop_owners, furniture_franchisees, enumerators, port_watch,
)

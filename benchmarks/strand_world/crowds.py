"""Innocent crowds, in the size in which a support desk meets them. The first sixteen are those of the list of threats."""

from collections.abc import Callable

from .draw import Draw
from .party import DEVELOPERS, TASTES, Mix, Party, Routine

STUDY: Mix = {"math": 30, "reason": 15, "code": 20, "sum": 12, "write": 15, "chat": 8}
OFFICE: Mix = {"write": 30, "sum": 22, "data": 12, "rewrite": 12, "trans": 8, "chat": 10, "label": 6}
CODERS: Mix = {"py": 40, "node": 22, "java": 6, "go": 8, "raw": 8, "plover": 8, "editor": 8}
PEOPLE: Mix = {"web": 55, "fox": 12, "phone": 33}
HOMES: Mix = {"home": 7, "carrier": 3}
own = Routine()


def university(d: Draw) -> Party:
    """A course behind one network, with one exercise a week."""
    tasks = Routine(
        d.some(STUDY), 0.7, personal=False, topics=d.whole(1, 3), pool=d.whole(6, 60), frames=d.whole(0, 1),
        frame_share=d.even(0.1, 0.8), clients=d.one(PEOPLE, {"py": 3, "web": 5}),
    )
    return Party(
        "university_course", d.between(25, 500), d.between(3, 18), (tasks, Routine(STUDY, 0.3, clients=PEOPLE)),
        hours=d.one("lesson", "evening"), zone="one", busy=d.even(0.2, 0.5), kinds={"education": 8, "individual": 2},
        verified=0.2, mail={"school": 9, "free": 2}, card_share=0.3, phone_share=0.5, joined=d.one("burst", "recent"),
        signup="site", nets={"site": 6, "home": 3, "carrier": 1}, sites=d.whole(1, 3), countries=1, away=0.3, spread=0.7,
    )


def one_card_company(d: Draw) -> Party:
    """A company with one card, one egress and internal templates."""
    work = Routine(
        d.some(OFFICE), 0.85, topics=d.whole(2, 6), frames=d.whole(1, 3), frame_share=d.even(0.3, 0.9),
        system=d.one("party", "account"), clients={"py": 4, "web": 4, "java": 1},
    )
    return Party(
        "one_card_company", d.between(12, 220), d.between(4, 40), (work, own), hours="office", zone="one",
        kinds={"enterprise": 7, "startup": 3}, verified=0.9, org="one", mail={"own": 1}, per_card=1e4, card_share=1,
        joined=d.one("lots", "drip", "old"), signup="site", nets={"site": 9, "home": 1}, sites=d.whole(1, 4),
        countries=d.whole(1, 3), plans={"invoice": 7, "monthly": 3},
    )


def _agent(d: Draw, label: str, clients: Mix, size: float) -> Party:
    work = Routine({"agent": 5, "code": 4, "data": 1}, 0.8, turns=d.even(3, 7), clients=clients)
    return Party(
        label, size, d.between(8, 60), (work, Routine(DEVELOPERS, 0.2, clients=CODERS)), hours="day", spread=1.1,
        busy=d.even(0.2, 0.5), kinds={"individual": 7, "startup": 3}, nets={"home": 7, "cloud": 2, "vpn": 1},
        mail={"free": 7, "each": 3}, org="some",
    )


def popular_agent(d: Draw) -> Party:
    """Users of a well-known open agent: one long system prompt, one set of tools."""
    return _agent(d, "popular_agent_users", {"plover": 6, "editor": 3}, d.between(60, 600))


def niche_agent(d: Draw) -> Party:
    """Users of a small open agent that hardly anybody else has."""
    return _agent(d, "niche_agent_users", {d.one("tiller", "rope", "kitti"): 1}, d.between(9, 60))


def eval_labs(d: Draw) -> Party:
    """Laboratories that run the same public list, most with the same harness text."""
    run = Routine(
        {"math": 4, "reason": 4, "code": 3}, 0.85, personal=False, pool=-1, frames=d.whole(1, 3), frame_by="account",
        frame_share=0.95, clients={"py": 6, "raw": 3}, sampling=d.one("party", "account"), turns=1,
    )
    return Party(
        "evaluation_labs", d.between(8, 60), d.between(60, 400), (run, Routine(DEVELOPERS, 0.15, clients=CODERS)), hours="flat",
        busy=d.even(0.15, 0.4), spread=1.0, kinds={"research": 6, "startup": 3, "education": 3}, verified=0.35, org="some",
        mail={"each": 6, "school": 4}, nets={"cloud": 6, "home": 3, "rack": 0}, per_card=1.3, joined=d.one("old", "drip"),
    )


def hackathon(d: Draw) -> Party:
    """A weekend at one venue: new accounts, one starter template."""
    work = Routine(
        d.some(DEVELOPERS), topics=d.whole(2, 8), frames=1, frame_share=d.even(0.2, 0.7), system=d.one("party", "account", ""),
        clients=CODERS, turns=2.5,
    )
    return Party(
        "hackathon", d.between(25, 300), d.between(15, 90), (work,), hours="weekend", zone="one", busy=0.95, days=4, start=-1,
        joined="fresh", signup="site", nets={"site": 7, "home": 2, "carrier": 2}, sites=1, countries=d.whole(2, 6),
        kinds={"individual": 8, "education": 3}, mail={"free": 8, "school": 3}, card_share=0.15, plans={"credit": 1},
        spread=0.9, tested=0.6,
    )


def vpn_users(d: Draw) -> Party:
    """Customers of a few VPNs."""
    return Party("vpn_users", d.between(40, 700), d.between(3, 20), (own,), nets={"vpn": 1}, signup="vpn", away=0.15, busy=0.4, spread=1.0)


def cgnat(d: Draw) -> Party:
    """Subscribers of carriers that share addresses."""
    return Party(
        "carrier_nat", d.between(40, 900), d.between(2, 14), (Routine(clients=PEOPLE),), nets={"carrier": 1}, signup="carrier",
        countries=d.whole(1, 2), hours=d.one("day", "evening"), busy=0.4, card_share=0.4,
    )


def viral(d: Draw) -> Party:
    """People who paste what went round that week."""
    fad = Routine(
        d.one({"reason": 1}, {"chat": 1}, {"rewrite": 1}, {"math": 1}), 0.6, pool=d.whole(1, 4), frames=1, frame_share=0.9,
        clients=PEOPLE, personal=False, turns=1.5,
    )
    return Party(
        "viral_prompt", d.between(60, 900), d.between(2, 8), (fad, Routine(TASTES, 0.4, clients=PEOPLE)), days=d.between(2, 7),
        busy=0.5, hours="evening", joined=d.one("old", "recent"),
    )


def tutorial(d: Draw) -> Party:
    """Readers of a tutorial, whose code they copy with its texts and settings."""
    step = Routine(
        d.one({"data": 1, "label": 1}, {"grade": 1}, {"make": 1, "reason": 1}), 0.7, pool=d.whole(8, 40), frames=1,
        system="party", clients={"py": 8, "node": 2}, sampling="party", personal=False, turns=1.2,
    )
    return Party(
        "tutorial_readers", d.between(20, 250), d.between(3, 20), (step, Routine(DEVELOPERS, 0.3, clients=CODERS)),
        joined="during", busy=0.3, spread=0.9, card_share=0.5, plans={"free": 4, "credit": 3, "payg": 3},
    )


def key_rotation(d: Draw) -> Party:
    """A customer who spreads its product over several accounts of its own and goes on with a talk wherever there is room."""
    work = Routine(
        d.some(OFFICE), topics=d.whole(3, 8), system="party", turns=d.even(2.5, 5), handover=d.even(0.3, 0.9),
        scatter=d.says(0.6), clients={d.one("py", "node", "java"): 1}, sampling="party", personal=False,
    )
    return Party(
        "key_rotation", d.between(8, 30), d.between(30, 200), (work,), spread=d.even(0.05, 0.4), busy=1, hours="day",
        zone="one", org="one", verified=0.8, kinds={"startup": 5, "enterprise": 5}, mail={"own": 1}, per_card=1e4, card_share=1,
        builds="party", nets={"rack": 1}, signup="site", joined="drip", plans={"invoice": 1}, countries=1, away=0,
    )


def reseller(d: Draw) -> Party:
    """A contracted reseller: one account for each of its customers, who want different things."""
    work = Routine(DEVELOPERS, system="account", clients={"py": 5, "node": 3, "go": 2}, turns=2)
    return Party(
        "contracted_reseller", d.between(12, 300), d.between(5, 60), (work, own), spread=1.2, busy=0.7, passthrough=1,
        verified=0.85, org="one", mail={"own": 1}, per_card=1e4, card_share=1, nets={"rack": 8, "cloud": 2}, signup="rack",
        kinds={"enterprise": 1}, plans={"invoice": 1}, joined="drip", away=0,
    )


def permitted_synthetic(d: Draw) -> Party:
    """Customers with a contract that lets them make training data."""
    work = Routine(
        d.some({"make": 5, "reason": 3, "rewrite": 3, "grade": 2}), frames=d.whole(1, 4), clients={"py": 1}, sampling="party",
        system=d.one("party", ""), topics=d.whole(2, 12), personal=False, turns=1.1,
    )
    return Party(
        "permitted_synthetic_data", d.between(8, 40), d.between(60, 400), (work,), spread=0.5, busy=0.9, hours="flat",
        org="one", verified=1, kinds={"enterprise": 1}, mail={"own": 1}, per_card=1e4, card_share=1, nets={"rack": 1},
        signup="site", plans={"invoice": 1}, joined="lots", builds=d.one("party", "account"),
    )


def batch_labelling(d: Draw) -> Party:
    """Batches of labels at night, by people who each have a key."""
    work = Routine(
        {"label": 8, "grade": 2}, frames=d.whole(1, 2), system="party", clients={"py": 1}, sampling="party",
        topics=d.whole(1, 3), personal=False, turns=1,
    )
    return Party(
        "batch_labelling", d.between(8, 50), d.between(60, 500), (work, Routine(OFFICE, 0.1)), hours=d.one("night", "clock"),
        busy=0.7, org="one", verified=0.7, kinds={"enterprise": 5, "research": 3, "startup": 3}, mail={"own": 1},
        per_card=d.one(1e4, 8), card_share=1, nets={"rack": 6, "site": 3}, signup="site", joined="lots",
        plans={"invoice": 5, "payg": 3},
    )


def big_app(d: Draw) -> Party:
    """Apps with very many users behind each key."""
    work = Routine(
        TASTES, system="account", clients={"node": 5, "py": 4, "go": 2}, turns=2.5, personal=False, tongue_by="talk",
        tongues={"en": 6, "es": 1, "de": 1, "pt": 1, "tr": 1},
    )
    return Party(
        "big_app", d.between(8, 20), d.between(150, 500), (work,), busy=1, spread=0.7, org="each", verified=0.8,
        kinds={"startup": 6, "enterprise": 5}, mail={"each": 1}, nets={"cloud": 1}, signup="home",
        plans={"invoice": 4, "payg": 5}, budget=0.1,
    )


def oncall_ci(d: Draw) -> Party:
    """On-call scripts and jobs with clockwork timing, each of another company."""
    work = Routine(
        {"sum": 4, "code": 3, "data": 3, "label": 2}, pool=d.whole(30, 300), clients={"py": 4, "raw": 4, "go": 3}, turns=1, system="account"
    )
    return Party(
        "oncall_and_ci", d.between(12, 120), d.between(12, 100), (work,), hours="clock", busy=0.95, spread=0.7, org="each",
        kinds={"startup": 6, "enterprise": 4}, verified=0.4, mail={"each": 8, "free": 2}, nets={"cloud": 1}, joined="old",
        sloppy=0.004,
    )


# --- what the list does not have ---


def wrapper_founder(d: Draw) -> Party:
    """A founder's app spreads its users over several accounts to stay under the limits."""
    work = Routine(
        d.some(TASTES, 5), system="party", clients={d.one("node", "py"): 1}, turns=3, handover=d.one(0.0, 0.3), personal=False,
        tongue_by="talk", tongues={"en": 5, d.one("es", "de", "pt", "tr"): 2}, sampling="party",
    )
    return Party(
        "wrapper_founder", d.between(8, 24), d.between(30, 160), (work,), spread=d.even(0.05, 0.3), busy=1, zone="one",
        builds="party", mail={"own": 6, "free": 4}, per_card=d.one(1e4, 4), card_share=1, per_phone=4,
        kinds={"startup": 6, "individual": 4}, nets={"rack": 1}, signup="home", joined=d.one("drip", "lots"), countries=1,
        org=d.one("one", "none"), verified=0.3,
    )


def startup_credit(d: Draw) -> Party:
    """Start-ups of one programme that use their free credit up before it lapses."""
    work = Routine(DEVELOPERS, system="account", clients=CODERS, turns=2)
    return Party(
        "startups_on_credit", d.between(15, 150), d.between(10, 100), (work, own), joined="lots",
        plans={"credit": 9, "payg": 1}, org="each", mail={"each": 8, "free": 2}, kinds={"startup": 1},
        nets={"cloud": 5, "home": 5}, spread=1.2, card_share=0.5, hours="office", verified=0.4,
    )


def families(d: Draw) -> Party:
    """Families with one card and one line."""
    return Party(
        "families", d.between(20, 300), d.between(2, 12), (Routine(clients=PEOPLE),), per_card=2.6, per_phone=1.4, homes="card",
        nets=HOMES, hours="evening", busy=0.4, plans={"monthly": 8, "free": 2},
    )


def gift_cards(d: Draw) -> Party:
    """Customers of a shop that sells prepaid cards in lots."""
    return Party(
        "gift_card_buyers", d.between(20, 250), d.between(2, 15), (own,), per_card=d.between(2, 8), countries=2,
        joined="recent", busy=0.4, plans={"payg": 1}, phone_share=0.3,
    )


def freelancers(d: Draw) -> Party:
    """Freelancers of one trade with the texts of one teacher."""
    work = Routine(
        d.one({"trans": 6, "rewrite": 3}, {"write": 6, "sum": 2}, {"code": 6, "data": 2}), 0.7, frames=d.whole(1, 4),
        frame_share=0.6, topics=d.whole(4, 10), clients={"web": 6, "py": 2, "node": 2},
    )
    return Party("freelancers", d.between(15, 180), d.between(5, 30), (work, own), busy=0.5, spread=1.0, mail={"free": 7, "each": 3})


def agency(d: Draw) -> Party:
    """An agency that keeps an account for each of its clients."""
    work = Routine(
        {"write": 6, "rewrite": 3, "trans": 2, "sum": 2}, frames=d.whole(1, 3), frame_share=0.7, system="account",
        clients={"node": 5, "web": 3}, turns=1.8,
    )
    return Party(
        "agency_clients", d.between(8, 60), d.between(8, 50), (work,), hours="office", zone="one", per_card=d.one(1e4, 5),
        card_share=1, mail={"own": 4, "each": 6}, nets={"site": 1}, signup="site", org=d.one("each", "none", "one"),
        kinds={"enterprise": 3, "startup": 5}, verified=0.5, joined="drip", countries=1,
    )


def team_no_org(d: Draw) -> Party:
    """Colleagues who each opened an account with the firm's card."""
    work = Routine(d.some(OFFICE, 3), 0.7, topics=d.whole(3, 8), frames=1, frame_share=0.3, clients={"web": 5, "py": 3, "editor": 2})
    return Party(
        "team_without_organisation", d.between(8, 40), d.between(5, 40), (work, own), hours="office", zone="one", per_card=1e4,
        card_share=0.9, mail={"own": 7, "free": 3}, nets={"site": 6, "home": 4}, sites=1, signup="site", joined="drip",
        countries=1, kinds={"startup": 5, "individual": 5},
    )


def plugin(d: Draw) -> Party:
    """Users of a plugin into which each puts a key of its own."""
    work = Routine(
        d.one({"write": 3, "rewrite": 3}, {"sum": 1}, {"data": 3, "label": 2}, {"grade": 3, "sum": 1}), 0.85,
        frames=d.whole(1, 3), system="party", clients={d.one("node", "go", "java"): 1}, sampling="party", turns=1.2,
    )
    return Party(
        "plugin_users", d.between(30, 500), d.between(3, 25), (work, own), builds=d.one("party", "account"), spread=1.2,
        busy=0.4, joined=d.one("during", "old"), nets={"home": 6, "cloud": 4}, org="some",
    )


def ci_fleet(d: Draw) -> Party:
    """A firm's build machines, each with a service account."""
    work = Routine(
        {"code": 5, "agent": 3, "sum": 2}, system="party", clients={"plover": 4, "raw": 3, "py": 3}, turns=1.6,
        sampling="party", pool=0, topics=3,
    )
    return Party(
        "ci_fleet", d.between(10, 120), d.between(10, 90), (work,), hours=d.one("office", "clock"), busy=0.9, spread=0.3,
        org="one", verified=0.8, kinds={"enterprise": 1}, mail={"own": 1}, per_card=1e4, card_share=1, builds="party",
        nets={"rack": 1}, signup="rack", joined="lots", zone="one", countries=1, away=0,
    )


def cloud_tenants(d: Draw) -> Party:
    """Tenants of one cloud whose traffic comes out of the same few addresses."""
    return Party(
        "cloud_tenants", d.between(20, 250), d.between(8, 60), (Routine(DEVELOPERS, system="account", clients=CODERS),),
        nets={"rack": 1}, paths={"cumulus": 6, "api": 4}, sites=2, org="each", mail={"each": 1},
        kinds={"startup": 5, "enterprise": 5}, verified=0.5, busy=0.7, spread=1.2,
    )


def bootcamp(d: Draw) -> Party:
    """A coding school in several towns with weekly projects."""
    work = Routine(
        {"code": 6, "agent": 2, "data": 1}, 0.8, pool=d.whole(20, 120), topics=3, frames=d.whole(0, 1), frame_share=0.3,
        clients={"editor": 5, "web": 3, "py": 3}, turns=2.5,
    )
    return Party(
        "coding_school", d.between(20, 200), d.between(8, 40), (work, own), hours="office",
        kinds={"education": 5, "individual": 5}, mail={"free": 7, "own": 3}, nets={"site": 5, "home": 5}, sites=d.whole(1, 4),
        countries=d.whole(1, 2), joined="burst", per_card=d.one(1, 20), plans={"monthly": 5, "credit": 5}, zone="one",
    )


def markers(d: Draw) -> Party:
    """Teachers of a region who mark with the same scheme in the same fortnight."""
    work = Routine(
        {"grade": 8, "rewrite": 1, "sum": 1}, 0.75, frames=d.whole(1, 2), topics=d.whole(1, 5), clients=PEOPLE, turns=1.6, frame_share=0.8
    )
    return Party(
        "exam_markers", d.between(20, 300), d.between(8, 50), (work, own), days=d.between(5, 14), hours="evening",
        kinds={"education": 7, "individual": 3}, mail={"school": 5, "free": 5}, nets=HOMES, countries=1, zone="one",
        joined="old", verified=0.15,
    )


def newsroom(d: Draw) -> Party:
    """A newsroom and its stringers."""
    return Party(
        "newsroom", d.between(12, 90), d.between(6, 40),
        (Routine({"sum": 5, "rewrite": 4, "trans": 3, "write": 2}, frames=2, frame_share=0.5, topics=8, clients=PEOPLE),),
        hours="shift", org="one", verified=0.7, mail={"own": 8, "free": 2}, per_card=1e4, kinds={"enterprise": 1},
        nets={"site": 6, "home": 4}, signup="site", zone="one",
    )


def call_centre(d: Draw) -> Party:
    """Seats of a call centre: one text, one card, equal shifts."""
    work = Routine(
        {"sum": 5, "label": 3, "write": 3}, frames=d.whole(1, 3), system="party", topics=2,
        clients={d.one("java", "node", "web"): 1}, sampling="party", turns=2, personal=False,
    )
    return Party(
        "call_centre", d.between(20, 250), d.between(20, 80), (work,), hours="shift", spread=0.25, busy=0.7, org="one",
        verified=0.75, mail={"own": 1}, per_card=1e4, card_share=1, kinds={"enterprise": 1}, builds="party", nets={"site": 1},
        signup="site", joined="lots", plans={"invoice": 1}, zone="one", countries=1,
    )


def game_modders(d: Draw) -> Party:
    """Modders of one game with a tool that one of them wrote."""
    return Party(
        "game_modders", d.between(15, 200), d.between(4, 40),
        (
            Routine(
                {"write": 4, "make": 4, "chat": 3}, 0.8, topics=2, system="party", frames=1, frame_share=0.5,
                clients={"raw": 5, "py": 3}, turns=3, sampling="party",
            ),
            own,
        ),
        hours="evening", spread=1.2, nets=HOMES,
    )


def bot_makers(d: Draw) -> Party:
    """Makers of chat bots from one template."""
    return Party(
        "bot_makers", d.between(20, 250), d.between(5, 60),
        (
            Routine(
                {"chat": 8, "trans": 1, "write": 1}, system="account", clients={"py": 6, "node": 4}, turns=3.5,
                sampling="party", personal=False,
            ),
        ),
        spread=1.3, nets={"cloud": 7, "home": 3}, card_share=0.5, tested=0.5,
    )


def council(d: Draw) -> Party:
    """A council that opens accounts for its staff in one week."""
    return Party(
        "council_rollout", d.between(30, 400), d.between(2, 14),
        (Routine(OFFICE, clients=PEOPLE, system="party", frames=2, frame_share=0.3),), joined="lots", org="one", verified=0.9,
        mail={"own": 1}, per_card=1e4, card_share=1, hours="office", nets={"site": 9, "home": 1}, signup="site", sites=4,
        zone="one", countries=1, kinds={"enterprise": 1}, plans={"invoice": 1}, busy=0.4,
    )


def consortium(d: Draw) -> Party:
    """Institutes that mark and compare models on a shared plan and published texts."""
    work = Routine(
        {"grade": 5, "reason": 4, "math": 2}, 0.8, frames=d.whole(1, 3), pool=d.whole(100, 600), clients={"py": 1},
        sampling="party", turns=1, personal=False,
    )
    return Party(
        "research_consortium", d.between(8, 40), d.between(40, 250), (work, Routine(DEVELOPERS, 0.2)),
        kinds={"research": 7, "education": 4}, verified=0.6, mail={"school": 1}, org="each", nets={"site": 5, "cloud": 4},
        sites=6, busy=0.5, joined="old", card_share=0.6,
    )


def prompt_pack(d: Draw) -> Party:
    """Buyers of a pack of prompts, reasoning texts among them."""
    return Party(
        "prompt_pack_buyers", d.between(30, 400), d.between(3, 20),
        (Routine({"write": 3, "reason": 3, "chat": 3, "make": 1}, 0.7, frames=d.whole(3, 6), clients={"web": 6, "phone": 2, "py": 2}), own),
        spread=1.0, busy=0.4,
    )


def red_team(d: Draw) -> Party:
    """A contracted test team that asks for neutral rewrites and odd things."""
    return Party(
        "contracted_testers", d.between(8, 25), d.between(30, 200),
        (Routine({"rewrite": 5, "reason": 2, "make": 2}, frames=4, clients={"py": 5, "web": 3}, sampling="talk", topics=6),),
        org="one", verified=1, kinds={"enterprise": 1}, mail={"own": 1}, per_card=1e4, card_share=1,
        nets={"site": 4, "home": 4, "vpn": 2}, signup="site", plans={"invoice": 1}, hours="office",
    )


def moved(d: Draw) -> Party:
    """Customers who were banned by mistake and opened another account the same day with their own name and card."""
    return Party(
        "banned_by_mistake", d.between(8, 40), d.between(5, 30), (own,), life=d.between(6, 20), delay=8, joined="fresh",
        spread=1.0, busy=0.6, homes="chain", card_share=0.95, nets=HOMES,
    )


def crowd_workers(d: Draw) -> Party:
    """Labellers of an agency who work at home for a customer with permission to label."""
    work = Routine({"label": 5, "grade": 4}, 0.8, frames=d.whole(1, 2), topics=d.whole(2, 5), clients=PEOPLE, turns=1.2)
    return Party(
        "labellers_at_home", d.between(20, 200), d.between(15, 80), (work, own), hours="shift", spread=0.6, org="one",
        verified=0.6, mail={"own": 3, "free": 7}, per_card=1e4, card_share=1, nets=HOMES, signup="home", joined="drip",
        kinds={"enterprise": 1}, countries=d.whole(1, 3),
    )


def puzzle_club(d: Draw) -> Party:
    """People who like hard puzzles and share them, with reasons."""
    return Party(
        "puzzle_club", d.between(12, 120), d.between(4, 25),
        (Routine({"math": 5, "reason": 5}, 0.7, pool=d.whole(60, 400), frames=3, frame_share=0.5, clients=PEOPLE, turns=2.5), own),
        spread=1.1, hours="evening",
    )


def interview(d: Draw) -> Party:
    """Candidates who practise with a free question list."""
    return Party(
        "interview_practice", d.between(20, 250), d.between(4, 25),
        (
            Routine(
                {"code": 5, "reason": 2, "math": 2}, 0.8, pool=-1, frames=2, frame_share=0.4,
                clients={"web": 6, "editor": 2, "py": 2}, turns=2.5,
            ),
            own,
        ),
        joined="recent", busy=0.4, hours="evening",
    )


def shared_house(d: Draw) -> Party:
    """A student house: one line, some shared subscriptions."""
    return Party(
        "shared_house", d.between(8, 30), d.between(3, 15), (Routine(STUDY, clients=PEOPLE),), per_card=3,
        nets={"site": 8, "carrier": 2}, sites=1, zone="one", countries=1, hours="evening", mail={"school": 4, "free": 6},
        signup="site",
    )


def migrating_firm(d: Draw) -> Party:
    """A firm that moves its products to the new model on the day, as announced."""
    return Party(
        "firm_moves_at_release", d.between(8, 60), d.between(20, 120),
        (Routine(DEVELOPERS, system="account", clients={"py": 5, "java": 4}, topics=6),), pivot=d.even(0.6, 1), org="one",
        verified=0.9, mail={"own": 1}, per_card=1e4, card_share=1, kinds={"enterprise": 1}, nets={"rack": 6, "site": 3},
        signup="site", hours="office", plans={"invoice": 1},
    )


LISTED: dict[str, Callable[[Draw], Party]] = {
    "university_course": university,
    "one_card_company": one_card_company,
    "popular_agent_users": popular_agent,
    "niche_agent_users": niche_agent,
    "evaluation_labs": eval_labs,
    "hackathon": hackathon,
    "vpn_users": vpn_users,
    "carrier_nat": cgnat,
    "viral_prompt": viral,
    "tutorial_readers": tutorial,
    "key_rotation": key_rotation,
    "contracted_reseller": reseller,
    "permitted_synthetic_data": permitted_synthetic,
    "batch_labelling": batch_labelling,
    "big_app": big_app,
    "oncall_and_ci": oncall_ci,
}
OTHERS: dict[str, Callable[[Draw], Party]] = {
    "wrapper_founder": wrapper_founder,
    "startups_on_credit": startup_credit,
    "families": families,
    "gift_card_buyers": gift_cards,
    "freelancers": freelancers,
    "agency_clients": agency,
    "team_without_organisation": team_no_org,
    "plugin_users": plugin,
    "ci_fleet": ci_fleet,
    "cloud_tenants": cloud_tenants,
    "coding_school": bootcamp,
    "exam_markers": markers,
    "newsroom": newsroom,
    "call_centre": call_centre,
    "game_modders": game_modders,
    "bot_makers": bot_makers,
    "council_rollout": council,
    "research_consortium": consortium,
    "prompt_pack_buyers": prompt_pack,
    "contracted_testers": red_team,
    "banned_by_mistake": moved,
    "labellers_at_home": crowd_workers,
    "puzzle_club": puzzle_club,
    "interview_practice": interview,
    "shared_house": shared_house,
    "firm_moves_at_release": migrating_firm,
}
CROWDS = LISTED | OTHERS

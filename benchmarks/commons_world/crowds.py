"""Innocents who look coordinated, and why they are not. Each is drawn anew by the seed; the group's size shrinks with the log."""

from dataclasses import replace

from .chance import one_of, span
from .people import CODE, HUMAN, LEARN, OFFICE, ONE_PRODUCT, PRODUCT, Group

SCHOOLED = {"education": 6.0, "individual": 4.0}
FIRM = {"startup": 4.0, "enterprise": 3.0, "individual": 3.0}
HOMES = {"home": 6.0, "carrier": 2.0, "vpn": 0.4}
SERVERS = {"own_cloud": 6.0, "home": 2.0, "runner": 1.0}
API = {"api": 1.0}
APP = {"app": 1.0}
BOTH = {"app": 3.0, "api": 2.0}
ONE_CARD = {"house": 1.0}
OUR_WORDS = {"house": 1.0}
NEW = {"burst": 8.0, "old": 2.0}
LABELS = {"label": 6.0, "grade": 2.0, "extract": 2.0}
LESSONS = {"explain": 3.0, "code": 3.0, "debug": 3.0, "reason": 2.0}
LETTERS = {"draft": 5.0, "rewrite": 3.0, "form": 1.0}
PRICED = {"paid": 6.0, "free": 2.0}

_ALL = {
    # -- paid by the piece, hired for a job
    "piecework_labellers": Group(
        "paid by the piece to label comments; the agency's guide says what to paste into their own accounts", size=span(30, 300),
        works=LABELS, framed=span(0.4, 0.95), frames=span(1, 4), pool=span(200, 4000), pooled=span(0.5, 0.9), order=one_of("any",
        "split"),
        rate=span(8, 40), net=HOMES, lands="few", join={"log": 3.0, "burst": 3.0, "old": 4.0},
        hours={"office": 2.0, "evening": 3.0, "night": 1.0},
        topics=span(1, 3), turns=span(1, 1.5), path=BOTH, own_life=span(0.1, 0.4)),
    "rating_gig": Group(
        "rate search answers for a marketplace job and let the model explain the rubric", size=span(20, 150),
        works={"grade": 6.0, "explain": 1.0},
        framed=span(0.3, 0.9), pool=span(100, 1000), pooled=span(0.3, 0.8), rate=span(5, 25), lands="few", net=HOMES, shape="window",
        topics=span(1, 3), own_life=span(0.15, 0.5), join={"burst": 3.0, "old": 6.0}, burst=span(10, 60)),
    "prompt_contest": Group(
        "enter a contest for the best prompt; all work on the same three puzzles until the deadline", size=span(40, 500),
        works={"reason": 4.0, "story": 2.0, "code": 1.0}, pool=span(3, 12), pooled=span(0.6, 0.95), framed=span(0, 0.3), frames=40,
        shape="deadline",
        join=NEW, burst=span(24, 96), own_life=span(0.05, 0.3), turns=span(1.5, 5)),
    "marketplace_freelancers": Group(
        "won shares of one freelance job and were sent the client's brief", size=span(8, 60),
        works={"product": 5.0, "rewrite": 2.0, "draft": 2.0},
        framed=span(0.3, 0.9), pool=span(300, 3000), pooled=span(0.5, 0.9), order="split", rate=span(6, 30), net=HOMES, shape="window",
        lands=one_of("few", "all"), topics=span(1, 2), path=BOTH, own_life=span(0.15, 0.5)),
    "data_firm_without_contract": Group(
        "a small firm's own people make examples for its own classifier, under its name, with one card", size=span(8, 25), one_org=1.0,
        card=ONE_CARD, mail=OUR_WORDS, kind={"startup": 1.0}, works={"make": 5.0, "label": 2.0, "rewrite": 2.0}, framed=span(0.3, 0.9),
        frames=span(3, 12), rate=span(15, 80), net={"office": 4.0, "home": 1.0}, hours=OFFICE, client=CODE, path=API, weekend=0.05,
        topics=span(1, 3),
        tongue="house", plan={"team": 1.0}, lands="one", join={"batch": 1.0, "old": 3.0}),
    "data_firm_under_contract": Group(
        "make synthetic data for their own model as their contract permits", size=span(8, 40), one_org=1.0, verified=1.0, card=ONE_CARD,
        mail=OUR_WORDS,
        kind={"enterprise": 1.0}, works={"make": 6.0, "reason": 3.0, "grade": 2.0}, framed=span(0.6, 1.0), frames=span(2, 20),
        rate=span(40, 250),
        net={"house_cloud": 1.0}, hours={"around": 1.0}, client=CODE, path=API, sampling={"house": 1.0}, weekend=1.0, turns=1.0,
        plan={"team": 1.0},
        own_life=0.0, lands="one", pool=span(500, 5000), pooled=span(0.2, 0.8), order="split"),
    # -- learning
    "bootcamp": Group(
        "one class of a coding bootcamp with the same exercise each day", size=span(15, 120), kind=SCHOOLED, works=LESSONS, pool=span(10,
        60),
        pooled=span(0.4, 0.8), order="sequence", join=NEW, burst=span(4, 30), hours={"school": 3.0, "evening": 3.0},
        net={"office": 4.0, "home": 5.0},
        lands="one", shape="window", topics=1, framed=span(0, 0.4), frames=3, client={**HUMAN, "editor": 4.0},
        card={"own": 5.0, "house": 3.0, "none": 3.0}),
    "cram_school": Group(
        "pupils of a cram school, evenings in its rooms, one book of exercises", size=span(30, 300), kind=SCHOOLED,
        works={"reason": 5.0, "explain": 2.0, "quiz": 1.0},
        pool=span(60, 400), pooled=span(0.5, 0.9), order="sequence", hours={"evening": 1.0},
        net={"office": 6.0, "home": 3.0, "carrier": 2.0}, lands="one",
        topics=span(1, 3), join={"batch": 4.0, "old": 4.0}, card={"none": 6.0, "house": 3.0, "own": 1.0}, weekend=1.3, sites=span(1, 5),
        path=APP),
    "mooc_autograder": Group(
        "learners of an online course whose notebook calls the model with their own key to mark exercises", size=span(60, 700),
        kind=SCHOOLED,
        works={"grade": 5.0, "code": 2.0}, framed=span(0.8, 1.0), pool=span(8, 40), pooled=span(0.7, 1.0), order="sequence", path=API,
        client={"starter": 1.0, "python": 3.0}, net={"home": 5.0, "runner": 4.0}, join={"log": 5.0, "burst": 3.0, "old": 2.0},
        shape=one_of("flat", "deadline"),
        sampling={"house": 1.0}, system=OUR_WORDS, turns=span(1, 1.4), hours=LEARN, own_life=span(0.02, 0.2)),
    "examination_board": Group(
        "examiners who mark essays at home during one fortnight with the board's rubric", size=span(20, 160), kind={"education": 1.0},
        works={"grade": 8.0, "summarise": 1.0}, framed=span(0.6, 1.0), frames=span(1, 3), rate=span(10, 50), shape="window", net=HOMES,
        lands="one", join={"yearly": 4.0, "old": 4.0, "batch": 2.0},
        topics=span(1, 2), one_org=one_of(0.0, 0.0, 0.9), mail={"public": 5.0, "house": 4.0}, hours={"office": 2.0, "evening": 3.0},
        path=BOTH),
    "teachers_with_planner": Group(
        "teachers of many schools who use one lesson planner with their own accounts", size=span(40, 500), kind=SCHOOLED,
        works={"quiz": 6.0, "explain": 1.0},
        framed=span(0.7, 1.0), frames=span(2, 8), system=OUR_WORDS, client=ONE_PRODUCT, path=API, hours={"evening": 4.0, "school": 2.0},
        net=HOMES,
        lands=one_of("one", "few"), topics=span(2, 8), weekend=span(0.4, 1.2), own_life=span(0.02, 0.25)),
    "thesis_replicators": Group(
        "researchers who replicate one paper each in a reading group, with own key and the authors' script", size=span(8, 40),
        kind={"research": 4.0, "education": 2.0},
        works={"reason": 5.0, "grade": 2.0, "label": 2.0}, framed=span(0.8, 1.0), pool=span(100, 900), pooled=span(0.8, 1.0),
        public=True, order="sequence",
        rate=span(15, 120), there=span(0.15, 0.4), path=API, client={"python": 1.0}, net={"own_cloud": 2.0, "office": 3.0, "home": 3.0},
        sampling={"house": 1.0},
        turns=1.0, hours={"office": 1.0, "around": 1.0}, mail={"public": 4.0, "own": 2.0}, own_life=span(0.02, 0.2)),
    "leaderboard_harness": Group(
        "run one public harness for a leaderboard, each team its own account", size=span(10, 90),
        kind={"research": 4.0, "startup": 3.0, "individual": 3.0},
        works={"reason": 5.0, "code": 3.0}, framed=1.0, pool=span(200, 900), pooled=1.0, public=True, order="sequence", rate=span(30,
        150), there=span(0.1, 0.3),
        shape=one_of("deadline", "window"), path=API, client={"evals": 1.0}, sampling={"house": 1.0}, net=SERVERS, hours={"around": 1.0},
        turns=1.0, own_life=0.05),
    "student_house": Group("families and student houses: one card, one line, several heads", size=span(20, 200), clump=span(2, 5),
                           card={"clump": 1.0}, phone={"own": 3.0, "clump": 2.0}, net={"household": 5.0, "carrier": 1.0}, lands="few"),
    # -- agencies, firms, offices
    "agency_per_client": Group(
        "agencies with an account for each client, all on the agency's card", size=span(12, 90), card={"house": 1.0}, cards=span(1, 4),
        works={"product": 4.0, "draft": 3.0, "rewrite": 2.0},
        framed=span(0.3, 0.9), frames=span(3, 15), net={"office": 5.0, "home": 2.0}, hours=OFFICE, lands="one",
        mail={"own": 5.0, "house": 4.0}, join={"old": 5.0, "batch": 3.0},
        kind=FIRM, topics=span(3, 8), weekend=0.1, path=BOTH, system={"none": 3.0, "house": 4.0}),
    "contractors_of_one_employer": Group(
        "contractors who are told which prompts to use, and pay themselves", size=span(10, 120),
        works={"code": 3.0, "summarise": 3.0, "draft": 3.0}, framed=span(0.3, 0.8),
        frames=span(2, 8), hours={"utc": 3.0, "office": 2.0}, net=HOMES, lands="few", topics=span(1, 3), tools=span(0, 0.8), path=BOTH,
        follows=span(0, 0.5), weekend=0.2),
    "night_call_centre": Group(
        "a call centre that answers another continent by night, on one line", size=span(20, 250), card=ONE_CARD, cards=span(1, 6),
        mail={"house": 5.0, "public": 3.0},
        works={"draft": 5.0, "summarise": 3.0, "translate": 2.0}, framed=span(0.4, 0.95), frames=span(2, 8), hours={"utc": 1.0},
        net={"office": 1.0}, sites=span(1, 3), lands="one",
        join={"batch": 6.0, "old": 3.0}, rate=span(8, 30), uneven=span(0.15, 0.5), topics=span(1, 3), path=APP, one_org=one_of(0.0, 1.0),
        tongue="house", weekend=0.9,
        client={"chrome": 1.0}, own_life=span(0, 0.1)),
    "back_office_shifts": Group(
        "a back office keys in papers in shifts around the clock", size=span(12, 120), card=ONE_CARD, cards=2,
        works={"extract": 6.0, "label": 2.0, "summarise": 2.0}, framed=span(0.6, 1.0),
        rate=span(15, 60), uneven=span(0.1, 0.4), net={"office": 1.0}, hours={"utc": 2.0, "night": 2.0, "office": 2.0}, lands="one",
        turns=span(1, 1.4), topics=span(1, 2), path=BOTH,
        own_life=span(0, 0.1), join={"batch": 5.0, "old": 3.0}, one_org=one_of(0.0, 1.0), kind=FIRM),
    "translation_bureau": Group(
        "translators of several bureaus that share glossaries and memories", size=span(10, 90), works={"translate": 8.0, "rewrite": 2.0},
        framed=span(0.5, 1.0), frames=span(2, 6),
        pool=span(200, 3000), pooled=span(0.2, 0.6), order=one_of("any", "split"), net=HOMES, rate=span(8, 40),
        system={"house": 3.0, "none": 2.0}, topics=span(1, 3), path=BOTH,
        client={"house": 3.0, "chrome": 2.0}, tongue=one_of("many", "land")),
    "hospital_clerks": Group(
        "clerks of a group of hospitals who turn notes into discharge letters", size=span(20, 260),
        works={"draft": 4.0, "summarise": 5.0, "extract": 1.0}, framed=span(0.5, 1.0),
        frames=span(1, 6), net={"isolation": 3.0, "office": 4.0}, sites=span(2, 12), hours={"office": 3.0, "night": 1.0}, lands="one",
        topics=1, mail={"house": 5.0, "public": 1.0},
        join={"batch": 7.0, "old": 2.0}, card={"house": 3.0, "none": 5.0}, kind={"enterprise": 2.0, "individual": 3.0},
        one_org=one_of(0.0, 0.8), path=APP, own_life=span(0, 0.1)),
    "court_clerks": Group(
        "court clerks of one state with the ministry's template for notices", size=span(15, 150),
        works={"draft": 4.0, "summarise": 3.0, "rewrite": 3.0}, framed=span(0.5, 1.0), frames=span(1, 5),
        net={"office": 1.0}, sites=span(3, 20), hours=OFFICE, weekend=0.02, lands="one", topics=1, mail={"house": 1.0},
        card={"none": 1.0}, join={"batch": 1.0}, tongue="house", path=APP,
        kind={"individual": 3.0, "enterprise": 2.0}, own_life=span(0, 0.1)),
    "newsroom_on_election_night": Group(
        "desks of one publisher on an election night, same results, same house style", size=span(12, 90),
        works={"draft": 4.0, "rewrite": 4.0, "translate": 2.0, "summarise": 3.0},
        framed=span(0.3, 0.8), frames=span(2, 6), pool=span(20, 150), pooled=span(0.3, 0.8), shape="peak", window=span(0.1, 0.4),
        hours={"night": 3.0, "evening": 3.0}, topics=1,
        net={"office": 4.0, "home": 3.0, "vpn": 2.0}, rate=span(8, 40), card={"house": 4.0, "own": 2.0}, lands="one", kind=FIRM),
    "grant_writers": Group(
        "grant writers before one deadline, with the funder's headings", size=span(15, 140),
        works={"draft": 5.0, "rewrite": 4.0, "summarise": 1.0}, framed=span(0.2, 0.7), frames=span(2, 6),
        shape="deadline", topics=span(1, 3), kind={"research": 4.0, "individual": 4.0}, turns=span(2, 6), net=HOMES, lands="few"),
    "accountants_at_years_end": Group(
        "accountants closing the year with one association's checklist", size=span(20, 240),
        works={"extract": 3.0, "query": 3.0, "draft": 2.0, "explain": 2.0}, framed=span(0.3, 0.8),
        frames=span(2, 10), shape="deadline", hours={"office": 3.0, "evening": 2.0}, topics=1, mail={"own": 6.0, "public": 3.0},
        card={"own": 1.0}, kind=FIRM, lands="one", path=BOTH,
        join={"yearly": 4.0, "old": 6.0}),
    "franchise_shops": Group("shops of a franchise, head office pays and writes the prompts", size=span(15, 200), card=ONE_CARD,
        mail={"house": 1.0},
                             works={"draft": 3.0, "product": 3.0, "chat": 2.0}, framed=span(0.3, 0.8), frames=span(2, 8),
                             net={"home": 2.0, "office": 2.0}, sites=span(10, 60),
                             hours=OFFICE, lands="one", join={"batch": 1.0}, topics=span(1, 3), path=APP),
    "migration_consultants": Group(
        "consultants move their clients' jobs from another model: the same test set on every client's account", size=span(8, 60),
        works={"summarise": 2.0, "extract": 3.0, "code": 2.0, "label": 2.0},
        framed=span(0.6, 1.0), frames=span(2, 6), pool=span(50, 400), pooled=span(0.6, 1.0), order="sequence", shape="window",
        window=span(0.15, 0.5), path=API, client={"python": 3.0, "house": 2.0},
        net={"office": 3.0, "own_cloud": 2.0}, mail={"own": 1.0}, card={"own": 1.0}, kind=FIRM, sampling={"house": 1.0}, rate=span(15,
        80), turns=1.0, own_life=span(0, 0.2)),
    "key_rotators": Group(
        "a firm whose gateway spreads conversations over its own accounts and renews keys", size=span(8, 40), one_org=1.0, verified=0.5,
        card=ONE_CARD, mail=OUR_WORDS, handed=span(0.2, 0.8), scattered=one_of(True, False),
        keys=span(1.5, 7), works={"chat": 4.0, "draft": 3.0, "explain": 3.0}, framed=span(0.1, 0.5), system=OUR_WORDS, path=API,
        client=ONE_PRODUCT, net={"house_cloud": 1.0}, rate=span(20, 120),
        turns=span(2, 6), uneven=span(0.05, 0.3), kind={"startup": 2.0, "enterprise": 3.0}, lands="one", own_life=0.0,
        hours={"office": 2.0, "around": 1.0}, tongue="house"),
    "tenant_per_customer": Group(
        "one software maker opens an account for each of its customers; one server asks for all", size=span(20, 300), card=ONE_CARD,
        mail={"house": 1.0}, join={"batch": 3.0, "old": 4.0, "log": 2.0},
        works={"draft": 4.0, "summarise": 4.0, "chat": 3.0}, framed=span(0.5, 1.0), frames=span(2, 6), system=OUR_WORDS,
        client=ONE_PRODUCT, path=API, net={"house_cloud": 1.0}, hours=OFFICE,
        tools=span(0, 1), sampling={"house": 1.0}, one_org=one_of(0.0, 1.0), kind={"startup": 1.0}, own_life=0.0),
    # -- tools with their users' keys
    "spreadsheet_addon": Group(
        "users of a spreadsheet add-on who bring their own key; a column is a hundred requests", size=span(60, 700),
        works={"label": 3.0, "extract": 3.0, "translate": 2.0, "rewrite": 2.0, "product": 2.0},
        framed=span(0.2, 0.6), frames=30, system=OUR_WORDS, client={"sheet": 1.0}, path=API, net={"house_cloud": 1.0}, rate=span(5, 40),
        uneven=span(0.8, 1.4), turns=1.0, sampling={"house": 1.0},
        there=span(0.1, 0.3), hours=OFFICE, own_life=span(0, 0.1)),
    "no_code_flows": Group(
        "makers of flows in a no-code tool, from its gallery of templates", size=span(60, 600),
        works={"summarise": 3.0, "label": 3.0, "draft": 3.0, "extract": 2.0}, framed=span(0.6, 1.0), frames=span(6, 30),
        client={"flow": 1.0}, path=API, net={"house_cloud": 1.0}, hours={"clock": 2.0, "office": 3.0, "around": 1.0}, turns=1.0,
        uneven=span(0.7, 1.3), sampling={"default": 4.0, "house": 3.0}, own_life=span(0, 0.15)),
    "wrapper_apps": Group(
        "founders of small apps, each with own key and own users, out of one popular course", size=span(20, 200),
        kind={"startup": 3.0, "individual": 6.0}, works={"chat": 4.0, "draft": 3.0, "product": 2.0, "story": 2.0},
        framed=span(0.3, 0.8), frames=60, system={"own": 1.0}, client={"node": 4.0, "python": 2.0}, path=API, net={"own_cloud": 1.0},
        hours={"around": 2.0, "evening": 2.0}, rate=span(6, 60), uneven=span(0.8, 1.4)),
    "open_agent_users": Group(
        "run the same open-source agent, with its system prompt and tools", size=span(80, 900),
        works={"agent": 8.0, "code": 2.0, "debug": 2.0}, system=OUR_WORDS, tools=1.0, client={"agent": 1.0}, path=API,
        net={"home": 5.0, "own_cloud": 4.0, "vpn": 0.4}, turns=span(3, 7), pace=span(5, 30), rate=span(10, 50), uneven=span(0.8, 1.3),
        sampling={"house": 1.0}, follows=span(0.1, 0.6), own_life=span(0.02, 0.2)),
    "cron_from_a_blog": Group(
        "a cron job copied from one blog post: the day's news at fixed minutes", size=span(20, 250),
        works={"summarise": 5.0, "chat": 1.0}, framed=1.0, frames=span(1, 3), pool=span(20, 300), pooled=span(0.1, 0.7),
        client={"curl": 2.0, "python": 4.0, "requests": 3.0}, path=API, net={"own_cloud": 4.0, "home": 4.0}, hours={"clock": 1.0},
        there=span(0.9, 1.0), weekend=1.0, turns=1.0, uneven=span(0.05, 0.4), rate=span(1.5, 8),
        topics=span(1, 2), own_life=span(0, 0.3)),
    "rag_starter_kit": Group(
        "built on one starter kit for questions over own papers", size=span(40, 500),
        works={"explain": 4.0, "summarise": 3.0, "extract": 3.0}, framed=span(0.9, 1.0), frames=span(1, 3),
        system={"house": 3.0, "own": 1.0},
        client={"starter": 3.0, "python": 1.0}, path=API, net=SERVERS, sampling={"house": 4.0, "own": 1.0}, kind=FIRM, rate=span(3, 20),
        uneven=span(0.8, 1.3), own_life=span(0, 0.2)),
    "kit_bots": Group("chat bots made with one kit for groups of friends", size=span(20, 180), works={"chat": 7.0, "story": 2.0},
        system=OUR_WORDS, client={"node": 3.0, "house": 2.0}, path=API, net={"own_cloud": 3.0, "home": 2.0},
                      turns=span(2, 6), hours={"evening": 3.0, "night": 2.0}, sampling={"house": 1.0}),
    "load_testers": Group(
        "firms before a launch: a load test of one public script against their own account", size=span(8, 40),
        works={"chat": 2.0, "explain": 2.0}, pool=span(5, 50), pooled=span(0.9, 1.0), framed=span(0, 0.6), kind=FIRM,
        rate=span(40, 250), there=span(0.08, 0.25), hours={"block": 1.0}, client={"go": 2.0, "python": 2.0}, path=API,
        net={"runner": 2.0, "own_cloud": 2.0}, turns=1.0, sampling={"house": 1.0}, own_life=0.02, uneven=span(0.1, 0.5)),
    "monitoring_probes": Group(
        "uptime probes: the same three questions every hour from every customer of a monitoring service", size=span(15, 200),
        works={"chat": 1.0, "reason": 1.0}, pool=3, pooled=1.0, client=PRODUCT, path=API,
        net={"house_cloud": 1.0}, hours={"around": 1.0}, there=1.0, weekend=1.0, rate=span(4, 24), uneven=span(0.02, 0.15), turns=1.0,
        one_model=1.0, sampling={"house": 1.0}, own_life=span(0, 0.3)),
    "red_teams": Group(
        "testers of one conference's red-team event who rewrite the same hundred prompts", size=span(10, 120),
        works={"rewrite": 4.0, "story": 2.0, "grade": 2.0, "reason": 2.0}, pool=span(40, 200), pooled=span(0.5, 0.9),
        framed=span(0.2, 0.8), frames=span(4, 20), shape="window", window=span(0.1, 0.4), net={"office": 3.0, "vpn": 3.0, "home": 2.0},
        kind={"research": 3.0, "individual": 4.0, "startup": 1.0}, rate=span(10, 60),
        join=NEW, burst=span(6, 40), path=BOTH, lands="few"),
    # -- credit and cards
    "gift_cards": Group(
        "bought prepaid credit in a shop in a country without cards", size=span(30, 500), card={"none": 3.0, "clump": 7.0}, clump=span(3,
        30), mail={"public": 6.0, "alias": 1.0}, lands="one", net={"carrier": 7.0, "home": 2.0},
        plan={"prepaid": 1.0}, join={"log": 4.0, "old": 6.0}, client={"droid": 6.0, "chrome": 2.0}),
    "kiosk_credit": Group(
        "phone kiosks open accounts for customers at the counter, on the kiosk's line", size=span(20, 250),
        card={"house": 5.0, "clump": 3.0}, cards=span(1, 6), clump=span(4, 12), phone={"own": 6.0, "clump": 2.0},
        join={"log": 6.0, "batch": 3.0}, lands="one", net={"carrier": 6.0, "office": 1.5}, client={"droid": 1.0}, path=APP,
        plan={"prepaid": 1.0}, sites=span(2, 8)),
    "group_buy": Group(
        "a group bought a year's seats together on one card; each uses one seat", size=span(10, 90), card=ONE_CARD, cards=span(1, 3),
        join={"burst": 6.0, "batch": 3.0}, burst=span(2, 24), net=HOMES, lands=one_of("one", "few"),
        plan=PRICED, mail={"public": 6.0, "alias": 3.0}),
    "contracted_reseller": Group(
        "customers of a contracted reseller: one card, one gateway, all trades", size=span(30, 400), resells=True, card=ONE_CARD,
        mail={"house": 6.0, "public": 2.0}, verified=0.2, path=API, client=ONE_PRODUCT,
        net={"house_cloud": 1.0}, handed=span(0, 0.15), join={"batch": 3.0, "log": 4.0}, kind=FIRM, system={"own": 4.0, "none": 4.0}),
    "trial_credit_students": Group(
        "students who got the same free credit at a fair, on their college's mail", size=span(40, 500), kind=SCHOOLED,
        card={"none": 1.0}, mail={"house": 6.0, "public": 3.0}, join={"burst": 1.0}, burst=span(4, 24),
        net={"office": 5.0, "home": 4.0, "carrier": 3.0}, lands="one", shape="peak", window=span(0.4, 1.0), path=BOTH),
    "second_accounts": Group(
        "lost the password and made a second account, same card, same phone", size=span(16, 150), twins=span(0.3, 0.5),
        phone={"own": 1.0}, card={"own": 1.0}),
    # -- circles of friends and volunteers
    "chess_and_running_clubs": Group("members of clubs who share tips and one treasurer's card", size=span(10, 80),
        card={"house": 3.0, "own": 4.0}, works={"chat": 3.0, "draft": 2.0, "explain": 2.0}, topics=span(1, 2),
                                     pool=span(10, 60), pooled=span(0.1, 0.4), lands="one", net=HOMES, hours={"evening": 1.0}),
    "game_guild": Group(
        "a guild whose members run the same bot for their game on raid nights", size=span(12, 150),
        works={"chat": 4.0, "story": 4.0, "agent": 1.0}, system=OUR_WORDS, framed=span(0.3, 0.9), frames=span(1, 5),
        hours={"block": 4.0, "evening": 3.0},
        topics=1, client={"node": 4.0, "house": 3.0}, path=API, net={"home": 5.0, "own_cloud": 2.0}, turns=span(2, 6), weekend=1.8,
        tools=span(0, 1), follows=span(0.1, 0.5)),
    "fan_fiction_circle": Group(
        "writers of one fandom who pass round prompts and continue each other's stories", size=span(15, 180),
        works={"story": 8.0, "rewrite": 2.0}, framed=span(0.2, 0.7), frames=span(3, 12), pool=span(30, 300), pooled=span(0.2, 0.6),
        topics=1, hours={"evening": 3.0, "night": 3.0}, turns=span(2, 7), net={"home": 6.0, "vpn": 1.5, "carrier": 2.0},
        mail={"public": 5.0, "alias": 3.0}, lands="all"),
    "crisis_line_volunteers": Group(
        "volunteers who write careful answers at night with the charity's guide", size=span(10, 90),
        works={"draft": 5.0, "rewrite": 3.0, "chat": 2.0}, framed=span(0.4, 0.9), frames=span(1, 4),
        hours={"night": 5.0, "evening": 4.0}, topics=span(1, 2),
        net=HOMES, card={"none": 1.0}, mail={"house": 3.0, "public": 6.0}, join={"batch": 3.0, "old": 5.0}, lands="one", rate=span(3,
        15)),
    "immigration_helpers": Group(
        "helpers in advice centres who fill in the same forms with those who come", size=span(12, 150),
        works={"form": 6.0, "translate": 4.0, "draft": 2.0}, framed=span(0.3, 0.8), frames=span(2, 6), topics=1, hours=OFFICE,
        tongue=one_of("many", "land"),
        net={"office": 4.0, "home": 2.0, "carrier": 2.0}, sites=span(2, 10), card={"none": 1.0}, lands=one_of("one", "few")),
    "citizen_transcribers": Group(
        "volunteers who put old parish books into tables, each page dealt to one", size=span(12, 160),
        works={"extract": 6.0, "translate": 2.0, "rewrite": 1.0}, framed=span(0.7, 1.0), frames=span(1, 2), pool=4000, pooled=span(0.5,
        0.95), order="split",
        topics=1, net=HOMES, hours={"evening": 3.0, "office": 2.0}, lands="few", rate=span(3, 20), card={"own": 4.0, "none": 5.0},
        turns=span(1, 2)),
    # -- seasons, fashions
    "seasonal_sellers": Group(
        "sellers who write product texts before the season with one seller forum's template", size=span(40, 500),
        works={"product": 8.0, "rewrite": 2.0}, framed=span(0.4, 0.9), frames=span(2, 10), shape="deadline", topics=1, rate=span(4, 25),
        net=HOMES, hours={"evening": 4.0, "office": 3.0}, path=BOTH, kind=FIRM),
    "seo_writers": Group(
        "writers of search texts with the same course and the same seven prompts", size=span(20, 240),
        works={"product": 4.0, "draft": 2.0, "rewrite": 3.0, "make": 1.0}, framed=span(0.6, 1.0), frames=span(5, 9), rate=span(6, 40),
        net={"home": 5.0, "vpn": 2.0},
        lands="few", topics=span(2, 6), path=BOTH, client={**HUMAN, "sheet": 2.0, "flow": 2.0}),
    "job_seekers": Group(
        "job seekers with the letter template of one video", size=span(40, 600), works={"draft": 8.0, "rewrite": 2.0}, framed=span(0.7,
        1.0), frames=span(1, 3), shape=one_of("flat", "peak"), topics=1, rate=span(1.5, 6), there=span(0.1, 0.4), net=HOMES,
        join={"log": 4.0, "old": 6.0}, path=APP),
    "viral_prompt": Group(
        "tried the prompt that everybody passed on that week", size=span(80, 900), works={"chat": 3.0, "story": 3.0}, framed=span(0.7,
        1.0), frames=span(1, 2), pool=span(1, 6), pooled=span(0.6, 1.0), shape="peak",
        window=span(0.2, 0.6), rate=span(1, 3), there=span(0.3, 0.7),
        join={"old": 6.0, "burst": 4.0}, burst=span(12, 60), own_life=span(0.3, 0.6), path=APP),
    "hackathon": Group(
        "a weekend's hackathon: one hall, one starter template, new accounts", size=span(30, 300),
        works={"code": 4.0, "agent": 3.0, "debug": 3.0}, join={"burst": 9.0, "old": 2.0}, burst=span(2, 14), shape="window", window=0.1,
        framed=span(0.2, 0.7),
        frames=span(1, 4), system={"house": 3.0, "none": 3.0}, net={"office": 6.0, "carrier": 3.0}, lands="one",
        hours={"around": 3.0, "night": 2.0, "evening": 3.0}, weekend=2.0, rate=span(8, 40), client={**CODE, "starter": 4.0}, path=API,
        card={"none": 4.0, "own": 3.0, "house": 2.0}, tools=span(0, 0.8)),
    # -- roads
    "one_vpn": Group("customers of one VPN, who chose it for its price", size=span(40, 500), net={"vpn": 1.0},
        mail={"public": 5.0, "alias": 3.0}),
    "carrier_phones": Group("phones behind one carrier's translation", size=span(60, 900), net={"carrier": 1.0}, lands="one",
        client={"droid": 5.0, "phone": 3.0}, path=APP),
    "isolated_browsers": Group("work in firms that let all browsers run at one isolation service", size=span(30, 300),
        net={"isolation": 1.0}, hours=OFFICE, weekend=0.1, kind=FIRM, own_org=0.5, client={"chrome": 1.0}),
    "cloud_exits": Group("remote desktops and scripts that leave by one cloud's exits", size=span(30, 300), net={"runner": 1.0},
        client=CODE, path=API, hours={"around": 2.0, "office": 2.0}, kind=FIRM),
    "night_shift_workers": Group("nurses, guards and drivers who ask at night", size=span(30, 300), hours={"night": 1.0},
        net={"carrier": 4.0, "home": 3.0}, lands="few"),
    "far_time_zone": Group("customers of one far land, all awake while others sleep", size=span(40, 500), lands="one", tongue="house"),
}
CROWDS = {name: replace(group, label=name) for name, group in _ALL.items()}

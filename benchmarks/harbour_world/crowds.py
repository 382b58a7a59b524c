"""The innocent customers: crowds that differ in who shares what, when they come and what they ask."""

from dataclasses import dataclass

CODERS = {"pier-code-1": 55, "pier-xl-2": 30, "pier-reason-1": 15}
CHEAP = {"pier-mini-2": 80, "pier-mini-1": 10, "pier-xl-2": 10}
THINKERS = {"pier-reason-1": 65, "pier-xl-2": 30, "pier-mini-2": 5}
BIG = {"pier-xl-2": 70, "pier-reason-1": 30}


@dataclass(frozen=True)
class Crowd:
    """One crowd, or the cover of an operator."""

    rate: float
    """requests an account in a whole log"""
    text: str | dict[str, float]
    """symbols by weight, or a pool of :mod:`.prompts`"""
    lines: str = "home"
    """style of :mod:`.connections`"""
    share: float = 0
    """accounts, beside the shares of the other crowds"""
    accounts_an_org: float = 0
    """0: no organisations"""
    spread: float = 1
    """of requests over accounts, as the sigma of a log-normal"""
    wrapped: float = 0
    """share of first prompts that ask for the working, each in its own words"""
    turns: float = 1
    follow: dict[str, float] | None = None
    trade: str = "favourite"
    """org: that of the organisation; acct: one an account; favourite: 40 % one's own"""
    trades: tuple[str, ...] = ()
    hand_over: float = 0
    """share of later turns that another account of the organisation sends"""
    hours: str = "office"
    week: str | None = None
    signup: str = "old"
    """old, spread, org (within days), hack (on a Friday) or cohort (two dates)"""
    until: float | None = None
    """last day"""
    deadlines: bool = False
    """weekly"""
    days_of_work: float = 0
    """a job of so many days somewhere in the log, an organisation its own"""
    wave: bool = False
    """all within some days"""
    clockwork: bool = False
    batches: bool = False
    """files of many requests, nightly or more often"""
    kind: str = "individual"
    access: str = "application"
    plan: str | None = None
    verified: float = 0.02
    free: float = 0.05
    phone: float | None = None
    """share with a phone, by default by kind"""
    system: str = "default"
    """org, house, any, default, starter, or a section of the vocabulary"""
    tools: str | None = None
    shared: tuple[str, ...] = ()
    """what an organisation shares: card, phone, domain, system, lines, client, settings, tools"""
    own_org: bool = False
    """every account is registered as an organisation of its own"""
    clients: dict[str, float] | None = None
    models: dict[str, float] | None = None
    temperature: float | None = None


CROWDS = {
    "solo_developer": Crowd(
        share=300, rate=9, spread=1.3, text={"chat": 45, "code": 25, "math": 3, "sql": 4, "summ": 5, "es": 3, "de": 3, "fr": 2, "pt": 3,
        "zh": 4, "id": 2, "ja": 3, "npc": 1, "elicit": 1}, turns=2.0, lines="mixed", hours="evening", free=0.4,
    ),
    "startup_product": Crowd(
        share=110, accounts_an_org=4, rate=26, spread=1.3, text={"support": 50, "extract": 12, "summ": 8, "rag": 12, "chat": 15},
        turns=2.2, trade="org", lines="cloud", hours="consumer", signup="org", kind="startup", system="org",
        shared=("card", "domain", "system", "settings", "client"),
    ),
    "enterprise_department": Crowd(
        share=120, accounts_an_org=24, rate=16, spread=1.0,
        text={"chat": 40, "summ": 25, "extract": 10, "rag": 20, "sql": 4, "code": 6}, turns=2.2, trade="org", lines="office",
        hours="office", signup="org", kind="enterprise", plan="enterprise", verified=0.9, phone=0.1, system="org",
        shared=("card", "domain", "system", "lines", "client"),
    ),
    "university_course": Crowd(
        share=60, accounts_an_org=55, rate=13, spread=0.7, text="assignment", turns=2.4, lines="campus", hours="student", signup="org",
        deadlines=True, kind="education", plan="edu_grant", verified=0.5, shared=("domain", "settings", "card"),
        clients={"py": 60, "web": 30, "requests": 10}, models=THINKERS,
    ),
    "open_course_learner": Crowd(
        share=30, rate=7, spread=0.8, text="tutorial", turns=1.6, lines="mixed", hours="evening", signup="spread", free=0.8,
        system="notebook", clients={"py": 80, "web": 20},
    ),
    "benchmark_lab": Crowd(
        share=12, accounts_an_org=3, rate=70, spread=0.7, text="bench", turns=1, lines="campus", hours="always", days_of_work=3,
        kind="research", verified=0.4, system="bench", shared=("card", "domain", "settings"), clients={"py": 70, "lite": 30},
        models={"pier-xl-2": 30, "pier-reason-1": 50, "pier-mini-2": 20}, temperature=0.0,
    ),
    "evaluation_firm": Crowd(
        share=3, accounts_an_org=4, rate=260, spread=0.6, text={"grade": 80, "taskgen": 8, "redteam": 12}, turns=1, lines="cloud",
        hours="always", batches=True, kind="enterprise", verified=0.7, system="judge", shared=("card", "domain", "settings", "lines"),
        models=BIG, temperature=0.0,
    ),
    "hackathon": Crowd(
        share=24, accounts_an_org=4, rate=24, spread=0.7, text={"chat": 30, "code": 40, "agent": 20, "support": 10}, turns=2.5,
        trade="org", lines="venue", hours="always", week="weekend", signup="hack", free=1.0, system="starter",
        shared=("system", "settings"), own_org=True,
    ),
    "accelerator_cohort": Crowd(
        share=26, accounts_an_org=2.2, rate=22, spread=0.9, text={"support": 40, "agent": 20, "rag": 20, "code": 20}, turns=2,
        trade="org", lines="venue+cloud", hours="office", signup="cohort", kind="startup", plan="startup_credit", system="org",
        shared=("domain", "system"), clients={"py": 50, "node": 40, "chain": 10},
    ),
    "consultancy": Crowd(
        share=24, accounts_an_org=9, rate=18, spread=0.8, text={"chat": 30, "summ": 20, "tender": 10, "plan": 25, "extract": 15},
        turns=2, trade="acct", lines="office+vpn", hours="office", kind="enterprise", verified=0.6, system="house",
        shared=("card", "domain", "system"),
    ),
    "reseller_endpoint": Crowd(
        share=6, accounts_an_org=8, rate=120, spread=0.8,
        text={"chat": 40, "code": 20, "support": 15, "zh": 8, "es": 8, "math": 5, "elicit": 2, "grade": 2}, turns=2, hand_over=0.03,
        lines="cloud", hours="consumer", kind="enterprise", access="passthrough", plan="committed", verified=1, system="any",
        shared=("card", "domain", "lines", "client"), clients={"gate": 60, "lite": 40},
    ),
    "key_broker_client": Crowd(
        share=50, accounts_an_org=60, rate=14, spread=1.1,
        text={"chat": 35, "code": 25, "zh": 8, "translate": 6, "math": 6, "npc": 6, "support": 10, "elicit": 3}, turns=2,
        hand_over=0.06, lines="egress", hours="consumer", signup="spread", access="passthrough", plan="committed", system="any",
        shared=("card", "lines", "client"), clients={"gate": 50, "lite": 50},
    ),
    "gateway_agent_user": Crowd(
        share=45, rate=14, spread=1.1, text={"agent": 100}, turns=4, follow={"tool_result": 90, "follow": 10}, lines="mixed",
        hours="consumer", system="quill", tools="quill", clients={"quill": 100},
        models={"pier-xl-2": 60, "pier-mini-2": 30, "pier-reason-1": 10},
    ),
    "harness_coder": Crowd(
        share=70, rate=22, spread=1.1, text={"issue_task": 80, "code": 20}, turns=5, follow={"tool_result": 85, "follow": 15},
        lines="mixed", hours="evening", system="harness", tools="boatswain", clients={"boatswain": 100}, models=CODERS,
    ),
    "batch_labeller": Crowd(
        share=5, accounts_an_org=3, rate=230, spread=0.7, text={"classify": 85, "extract": 15}, turns=1, trade="org", lines="cloud",
        hours="night", batches=True, kind="enterprise", verified=0.6, system="org",
        shared=("card", "domain", "system", "settings", "lines"), models=CHEAP, temperature=0.0,
    ),
    "permitted_synthetic": Crowd(
        share=2, accounts_an_org=4, rate=330, spread=0.5, text={"taskgen": 35, "rewrite": 20, "rag": 20, "hard": 25}, wrapped=0.5,
        turns=1, lines="cloud", hours="always", batches=True, kind="enterprise", plan="committed", verified=1, system="org",
        shared=("card", "domain", "settings", "lines"), models=BIG, temperature=1.0,
    ),
    "oncall_script": Crowd(
        share=18, accounts_an_org=2, rate=24, spread=0.4, text={"oncall": 100}, turns=1, lines="cloud", hours="always", clockwork=True,
        kind="startup", system="org", shared=("card", "domain", "system"), models=CHEAP,
    ),
    "viral_prompt": Crowd(
        share=35, rate=4, spread=0.5, text="viral", turns=1.6, lines="mixed", hours="evening", signup="spread", wave=True, free=0.6,
        models=THINKERS,
    ),
    "translation_agency": Crowd(
        share=14, accounts_an_org=12, rate=30, spread=0.8, text={"translate": 100}, turns=1.2, trade="acct", lines="home",
        hours="consumer", system="org", shared=("card", "system", "settings", "tools"), own_org=True,
    ),
    "rotating_keys": Crowd(
        share=12, accounts_an_org=6, rate=40, spread=0.6, text={"support": 60, "agent": 40}, turns=4, trade="org", hand_over=0.35,
        lines="cloud", hours="consumer", kind="startup", system="org",
        shared=("card", "domain", "system", "lines", "client", "settings"),
    ),
    "mobile_and_cafe": Crowd(
        share=50, rate=8, spread=1, text={"chat": 70, "id": 8, "pt": 6, "es": 6, "math": 10}, turns=2, lines="mobile", hours="evening",
        free=0.7, clients={"web": 70, "py": 20, "sheet": 10},
    ),
    "cooperative": Crowd(
        share=14, accounts_an_org=28, rate=10, spread=0.7, text={"chat": 50, "summ": 30, "es": 10, "extract": 10}, turns=1.8,
        trades=("farm", "city", "banking"), lines="home", hours="office", signup="org", system="org", shared=("card", "system"),
        clients={"sheet": 60, "web": 40},
    ),
    "franchise_shop": Crowd(
        share=20, accounts_an_org=70, rate=8, spread=0.5, text={"menu": 100}, turns=1.2, trades=("retail", "travel"), lines="home",
        hours="consumer", signup="org", kind="enterprise", system="org", shared=("system", "client", "settings", "tools", "domain"),
    ),
    "game_guild": Crowd(
        share=16, accounts_an_org=20, rate=24, spread=0.9, text={"npc": 100}, turns=2.2, trades=("games",), lines="mixed",
        hours="evening", system="guild", shared=("client", "settings"), own_org=True, clients={"node": 60, "curl": 40},
    ),
    "accessibility_tool": Crowd(
        share=22, rate=11, spread=0.8, text={"simplify": 100}, turns=1, lines="home", hours="consumer", system="easy",
        tools="plainreader", clients={"web": 100}, models=CHEAP,
    ),
    "parish_network": Crowd(
        share=12, accounts_an_org=30, rate=9, spread=0.6, text={"sermon": 100}, turns=1.4, lines="home", hours="evening", week="sunday",
        system="org", shared=("system",), own_org=True, clients={"web": 50, "sheet": 50},
    ),
    "retrieval_vendor_customer": Crowd(
        share=26, accounts_an_org=30, rate=20, spread=0.9, text={"rag": 100}, turns=1.4, trade="acct", lines="egress", hours="office",
        kind="enterprise", verified=0.5, system="org", shared=("system", "lines", "client", "settings", "tools"), own_org=True,
        clients={"java": 50, "chain": 50},
    ),
    "red_team_firm": Crowd(
        share=3, accounts_an_org=5, rate=60, spread=0.7, text={"redteam": 70, "support": 20, "elicit": 10}, turns=1.6, lines="vpn",
        hours="office", kind="enterprise", verified=0.5, shared=("card", "domain"),
    ),
    "tutoring_centre": Crowd(
        share=16, accounts_an_org=18, rate=16, spread=0.7, text={"math": 60, "science": 25, "logic": 15}, wrapped=0.6, turns=1.8,
        lines="office+home", hours="evening", kind="education", system="org", shared=("card", "lines", "system"), models=THINKERS,
    ),
    "exam_crammer": Crowd(
        share=22, rate=10, spread=0.7, text="exam", wrapped=0.25, turns=1.3, lines="mixed", hours="student", deadlines=True, free=0.7,
        models=THINKERS,
    ),
    "tender_writers": Crowd(
        share=10, accounts_an_org=5, rate=18, spread=0.7, text={"tender": 80, "summ": 20}, turns=2,
        trades=("city", "realty", "energy", "factory"), lines="office", hours="office", kind="enterprise", system="org",
        shared=("card", "domain", "lines"),
    ),
    "blog_finetuner": Crowd(
        share=10, rate=30, spread=0.8, text="blog", wrapped=0.8, turns=1, lines="mixed", hours="evening", signup="spread",
        days_of_work=2, system="notebook", clients={"py": 90, "requests": 10}, temperature=0.7,
    ),
    "family_card": Crowd(
        share=20, accounts_an_org=3, rate=7, spread=1, text={"chat": 60, "math": 25, "simplify": 5, "npc": 10}, turns=2, lines="office",
        hours="evening", free=0.2, shared=("card", "lines", "phone"), clients={"web": 80, "py": 20},
    ),
    "public_archive": Crowd(
        share=3, accounts_an_org=6, rate=90, spread=0.5, text={"extract": 50, "summ": 50}, turns=1, trades=("city", "media", "law"),
        lines="campus", hours="night", batches=True, kind="research", verified=0.7, system="org",
        shared=("card", "domain", "system", "settings"), models=CHEAP,
    ),
    "contract_coders": Crowd(
        share=18, accounts_an_org=7, rate=26, spread=0.8, text={"issue_task": 60, "code": 40}, turns=4,
        follow={"tool_result": 80, "follow": 20}, lines="home+vpn", hours="office", kind="startup", system="harness", tools="boatswain",
        shared=("card", "domain"), clients={"boatswain": 70, "py": 30}, models=CODERS,
    ),
    "idle_trial": Crowd(
        share=130, rate=1.2, spread=0.7, text={"chat": 80, "code": 20}, turns=1.3, lines="mixed", hours="evening", signup="spread",
        free=1.0,
    ),
    "academy_rollout": Crowd(
        share=14, accounts_an_org=90, rate=9, spread=0.5, text={"simplify": 20, "chat": 50, "math": 30}, turns=1.8, trades=("school",),
        lines="egress", hours="office", signup="org", kind="education", plan="edu_grant", verified=1, system="org",
        shared=("system", "lines", "domain", "settings", "client"),
    ),
}

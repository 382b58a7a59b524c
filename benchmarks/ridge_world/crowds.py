"""The innocent crowds."""

from .manners import AGENTIC, BENCH, EXACT, MIXED, NAN, SMALL, STRONG, Crowd

_F = frozenset
FIRM = {"startup": 0.6, "enterprise": 0.25, "individual": 0.15}
LIFE = {
    "chat": 4.0, "write": 2.0, "homework": 0.7, "health": 0.6, "finance": 0.4, "translate": 0.5, "code": 0.6, "roleplay": 0.5,
    "summarise": 0.5, "math": 0.3
}
APP = {"web": 0.6, "phone": 0.4}
CROWDS: dict[str, Crowd] = {
    c.name: c
    for c in (
        Crowd(
            "everyday", 14, LIFE, plans={"free": 0.75, "plus": 0.25}, path={"app": 1.0}, client=APP, profile="evening", turns=3.2, gap=70,
            net={"res": 0.6, "mob": 0.4}, sigma=1.3
        ),
        Crowd(
            "free_student", 16, {"homework": 4, "math": 2, "write": 1, "science": 1, "code": 0.7, "chat": 1, "summarise": 0.7},
            {"individual": 0.6, "education": 0.4}, {"free": 0.95, "plus": 0.05}, {"app": 1.0}, {"res": 0.5, "mob": 0.35, "campus": 0.15},
            client=APP, profile="student", turns=2.6, group=(20, 200), edu=True, age="recent"
        ),
        Crowd(
            "hobby_dev", 30,
            {"code": 3, "debug": 1.5, "chat": 1, "roleplay": 0.6, "summarise": 0.7, "tool": 0.5, "sql": 0.4, "reason": 0.3},
            plans={"payg": 0.8, "free": 0.2}, client={"py": 0.5, "node": 0.2, "raw": 0.15, "chain": 0.1, "go": 0.05},
            net={"res": 0.68, "mob": 0.12, "cheap": 0.14, "cloud": 0.06}, profile="evening", turns=1.8,
            systems=("generic", "agent", "saas"), p_system=0.5, sigma=1.3
        ),
        Crowd(
            "embedded_saas", 420, {"support": 4, "write": 1, "chat": 1, "summarise": 1, "marketing": 0.6, "finance": 0.3}, FIRM,
            {"payg": 0.5, "scale": 0.5}, net={"cloud": 0.5, "serverless": 0.3, "cheap": 0.2}, signup="office",
            client={"py": 0.4, "node": 0.45, "java": 0.1, "go": 0.05}, profile="always", turns=2.4, gap=55, systems=("support", "saas"),
            per_account=3, models=SMALL, verified=0.25, stream=0.7, keys=3, sigma=1.1,
            params=((0.3, NAN, 600, 1.0), (0.7, NAN, 1024, 1.0), (NAN, NAN, 1024, 1.0), (0.2, NAN, 400, 1.0))
        ),
        Crowd(
            "tutor_app", 380, {"homework": 3, "math": 4, "science": 1.5, "reason": 0.5}, FIRM, {"payg": 0.6, "scale": 0.4},
            net={"cloud": 0.6, "serverless": 0.4}, signup="office", client={"py": 0.4, "node": 0.6}, profile="student", turns=2.8,
            systems=("tutor", "reasoner"), per_account=4, models=STRONG, verified=0.2, stream=0.9, keys=2
        ),
        Crowd(
            "template_vendor", 26, {"write": 2, "marketing": 3, "summarise": 1, "translate": 1, "support": 0.6},
            {"individual": 0.4, "startup": 0.6}, {"payg": 1.0}, net={"serverless": 0.85, "res": 0.15}, client={"plugin": 0.3, "node": 0.7},
            profile="office", group=(25, 140), share=_F({"system", "client", "params", "tools"}), systems=("saas", "support", "tutor"),
            per_account=3, turns=1.3, models=SMALL, age="recent"
        ),
        Crowd(
            "data_team", 330, {"extract": 3, "classify": 3, "summarise": 1, "sql": 0.3}, FIRM, {"payg": 0.6, "scale": 0.4},
            net={"cloud": 0.8, "office": 0.2}, signup="office", client={"py": 0.85, "raw": 0.15}, cron=True, run=60, run_gap=1.1,
            systems=("data",), per_account=2, params=EXACT, models=SMALL, verified=0.2, stream=0.02, fail=0.05, sigma=0.9, styled=0.0
        ),
        Crowd(
            "one_assignment", 9, {"homework": 3, "math": 1, "code": 1, "science": 1, "reason": 0.6}, {"education": 0.7, "individual": 0.3},
            {"free": 0.8, "plus": 0.2}, {"app": 0.85, "api": 0.15}, {"campus": 0.6, "res": 0.25, "mob": 0.15}, "campus",
            {"web": 0.8, "phone": 0.2}, "school", turns=2.2, group=(18, 60), share=_F({"country", "domain"}), pool=6, paste=0.45, edu=True,
            age="burst", windows=3, hours=3.0, foreign=0.0
        ),
        Crowd(
            "after_school", 46, {"homework": 2, "math": 3, "grade": 2.5, "science": 0.8, "eval": 0.3},
            {"education": 0.5, "startup": 0.3, "individual": 0.2}, {"plus": 0.4, "payg": 0.5, "team": 0.1}, {"app": 0.4, "api": 0.6},
            {"office": 0.8, "mob": 0.2}, "office", {"web": 0.5, "node": 0.5}, "after", turns=1.7, run=5, run_gap=60, group=(6, 40),
            share=_F({"payment", "country", "system", "signup", "params"}), systems=("tutor", "judge"), per_account=2, pool=90, paste=0.5,
            models=STRONG, age="recent"
        ),
        Crowd(
            "bootcamp", 62, {"code": 3, "debug": 3, "agent": 2, "review": 0.6, "sql": 0.5}, {"education": 0.4, "individual": 0.6},
            {"payg": 0.7, "free": 0.3}, net={"res": 0.6, "campus": 0.3, "mob": 0.1}, client={"agent": 0.5, "py": 0.3, "node": 0.2},
            profile="day", turns=5.0, gap=24, group=(15, 45), share=_F({"client", "system", "country", "params"}), systems=("agent",),
            tools="all", pool=40, paste=0.3, params=AGENTIC, age="burst"
        ),
        Crowd(
            "research_lab", 170, {"eval": 3, "math": 1.5, "reason": 1.5, "science": 1, "grade": 1, "synth": 0.4},
            {"research": 0.7, "education": 0.3}, {"payg": 0.9, "team": 0.1}, net={"campus": 0.6, "cloud": 0.3, "res": 0.1}, signup="campus",
            client={"py": 0.9, "raw": 0.1}, profile="day", run=30, run_gap=3.0, group=(1, 6), share=_F({"org", "country", "params"}),
            pool=240, paste=0.85, params=BENCH, models=STRONG, edu=True, systems=("generic", "judge", "reasoner"), p_system=0.4,
            stream=0.05, fail=0.04
        ),
        Crowd(
            "evaluators", 190, {"eval": 4, "grade": 3, "reason": 1, "tool": 0.6, "agent": 0.4},
            {"startup": 0.6, "enterprise": 0.2, "research": 0.2}, {"payg": 0.7, "scale": 0.3}, net={"cloudgroup": 0.7, "office": 0.3},
            signup="office", client={"py": 1.0}, profile="office", run=50, run_gap=1.5, group=(2, 7),
            share=_F({"org", "payment", "domain", "country", "params", "client", "system"}), pool=320, paste=0.95, params=BENCH,
            models=STRONG, systems=("judge", "generic", "reasoner"), stream=0.03, fail=0.06
        ),
        Crowd(
            "call_centre", 55, {"summarise": 3, "support": 3, "translate": 0.6, "classify": 1}, {"enterprise": 0.9, "startup": 0.1},
            {"enterprise": 0.8, "scale": 0.2}, net={"office": 1.0}, signup="office", client={"java": 0.5, "node": 0.5}, profile="shift",
            group=(20, 90), share=_F({"org", "domain", "country", "client", "system", "params", "tools", "signup"}),
            systems=("support", "data"), per_account=2, models=SMALL, verified=0.5, phone=0.1, params=EXACT, styled=0.2
        ),
        Crowd(
            "open_agent", 66, {"agent": 5, "debug": 1.5, "review": 1, "tool": 0.5}, {"individual": 0.7, "startup": 0.3},
            {"payg": 0.9, "team": 0.1}, client={"agent": 1.0}, profile="day", turns=9.0, gap=14, systems=("agent",), tools="all",
            params=AGENTIC, models=STRONG, stream=0.8, long=0.8, sigma=1.2
        ),
        Crowd(
            "nocode", 44, {"extract": 2, "summarise": 2, "classify": 2, "marketing": 1, "support": 1}, {"individual": 0.6, "startup": 0.4},
            {"payg": 1.0}, net={"nocode": 1.0}, client={"nocode": 1.0}, profile="always", systems=("data", "saas", "support"), p_system=0.6,
            models=SMALL, stream=0.0
        ),
        Crowd(
            "translators", 40, {"translate": 6, "write": 1, "summarise": 0.5}, {"individual": 0.8, "startup": 0.2},
            {"payg": 0.6, "plus": 0.4}, {"api": 0.6, "app": 0.4}, client={"py": 0.3, "plugin": 0.3, "web": 0.4}, profile="office",
            turns=1.5, systems=("translate",), run=4, run_gap=40
        ),
        Crowd(
            "gig_annotators", 34, {"reason": 1.5, "math": 1.5, "code": 1, "science": 1, "grade": 2, "roleplay": 0.5, "write": 1},
            {"individual": 1.0}, {"free": 0.4, "plus": 0.6}, {"app": 0.9, "api": 0.1}, client={"web": 1.0}, profile="crew", turns=3.0,
            gap=160, group=(30, 160), pool=130, paste=0.2, age="recent", lands=("IN", "PH", "NG", "US", "GB", "MX", "PL")
        ),
        Crowd(
            "family", 13, LIFE, plans={"plus": 0.7, "free": 0.3}, path={"app": 1.0}, client=APP, profile="evening", turns=3.0,
            net={"homegroup": 0.7, "mob": 0.3}, signup="homegroup", group=(2, 5), share=_F({"payment", "country", "signup"})
        ),
        Crowd(
            "agency", 52, {"marketing": 4, "write": 2, "translate": 1, "summarise": 0.6}, {"startup": 0.8, "individual": 0.2},
            {"payg": 0.6, "plus": 0.4}, {"api": 0.5, "app": 0.5}, {"office": 0.7, "res": 0.3}, "office",
            {"web": 0.5, "node": 0.3, "plugin": 0.2}, "office", turns=1.8, group=(3, 18),
            share=_F({"payment", "phone", "country", "signup"}), systems=("saas",)
        ),
        Crowd(
            "ci_jobs", 110, {"review": 4, "debug": 1, "agent": 1}, FIRM, {"payg": 0.8, "team": 0.2}, net={"serverless": 1.0},
            client={"node": 0.5, "py": 0.4, "go": 0.1}, profile="office", turns=1.3, gap=8, systems=("agent",), tools="own", params=AGENTIC,
            signup="office", stream=0.05
        ),
        Crowd(
            "hackathon", 48, {"agent": 2, "code": 2, "tool": 2, "synth": 0.7, "extract": 0.6, "chat": 0.5},
            {"individual": 0.6, "education": 0.3, "startup": 0.1}, {"payg": 0.6, "free": 0.4}, net={"campus": 0.6, "mob": 0.2, "res": 0.2},
            signup="campus", profile="weekend", turns=2.2, gap=20, group=(40, 160), share=_F({"country"}), age="burst", windows=2, hours=20,
            systems=("generic", "saas", "agent"), p_system=0.6, tools="own"
        ),
        Crowd(
            "viral_tutorial", 12, {"synth": 1, "tool": 1, "extract": 1, "reason": 1}, plans={"free": 0.5, "payg": 0.5},
            client={"py": 0.9, "chain": 0.1}, profile="evening", turns=1.4, group=(150, 500), share=_F({"params", "system"}), pool=5,
            paste=0.7, age="recent", systems=("generic", "data"), foreign=0.0
        ),
        Crowd(
            "migration", 230, {"support": 2, "summarise": 1, "extract": 1, "write": 1, "tool": 1}, {"startup": 0.4, "enterprise": 0.6},
            {"scale": 0.7, "enterprise": 0.3}, net={"cloudgroup": 0.8, "serverless": 0.2}, signup="office",
            client={"java": 0.3, "py": 0.4, "go": 0.3}, profile="always", turns=2.6, group=(3, 9),
            share=_F({"org", "payment", "domain", "system", "client", "params", "country"}), systems=("support", "saas"), per_account=3,
            age="burst", orphan=0.35, handover=0.4, verified=0.4, fail=0.05, sigma=0.6
        ),
        Crowd(
            "honest_reseller", 60, {"chat": 2, "code": 1, "write": 2, "homework": 1, "support": 1, "translate": 1, "math": 0.5},
            {"individual": 0.4, "startup": 0.5, "enterprise": 0.1}, {"payg": 1.0}, net={"cloudgroup": 1.0}, signup="cloudgroup",
            client={"go": 0.7, "node": 0.3}, profile="always", turns=2.0, group=(30, 160), share=_F({"org", "client", "signup"}),
            passthrough=True, verified=0.3, phone=0.0, systems=("generic", "saas"), p_system=0.4, keys=2
        ),
        Crowd(
            "privacy_vpn", 22, LIFE | {"code": 1.5, "reason": 0.5}, plans={"free": 0.4, "plus": 0.3, "payg": 0.3},
            path={"app": 0.6, "api": 0.4}, net={"vpn": 0.85, "res": 0.15}, signup="vpn", client={"web": 0.6, "frontend": 0.25, "py": 0.15},
            profile="evening", turns=2.8, phone=0.5
        ),
        Crowd(
            "synthetic_data", 300, {"synth": 4, "classify": 0.5, "write": 0.6, "support": 0.7, "reason": 0.4},
            {"startup": 0.7, "research": 0.3}, {"payg": 0.8, "scale": 0.2}, net={"cloud": 0.8, "res": 0.2}, signup="office",
            client={"py": 1.0}, profile="flat", run=70, run_gap=2.5,
            params=((1.0, NAN, 4096, 2.0), (0.9, 0.95, 2048, 1.0), (NAN, NAN, 8192, 1.0)), systems=("data", "generic"), stream=0.02,
            fail=0.06, models=MIXED, age="recent"
        ),
        Crowd(
            "cloud_enterprise", 240, {"summarise": 2, "extract": 1.5, "support": 2, "code": 0.6, "legal": 0.7, "finance": 0.7, "sql": 0.6},
            {"enterprise": 0.7, "startup": 0.3}, {"enterprise": 0.5, "payg": 0.5}, {"aws": 0.55, "gcp": 0.45}, {"cloud": 1.0}, "office",
            {"java": 0.4, "py": 0.6}, "always", turns=1.5, systems=("support", "data", "saas"), per_account=3, verified=0.4
        ),
        Crowd(
            "shared_kiosk", 11, LIFE | {"homework": 1.5}, plans={"free": 1.0}, path={"app": 1.0}, net={"homegroup": 0.8, "mob": 0.2},
            signup="homegroup", client=APP, profile="day", turns=2.2, group=(8, 40), share=_F({"country", "signup", "phone"}),
            lands=("NG", "PH", "ID", "VN", "IN", "BR"), age="recent"
        ),
        Crowd(
            "companion_chat", 90, {"roleplay": 5, "chat": 1}, plans={"payg": 1.0},
            net={"res": 0.55, "mob": 0.15, "cheap": 0.25, "vpn": 0.05}, client={"frontend": 0.8, "raw": 0.2}, profile="evening", turns=9,
            gap=60, systems=("companion",), per_account=5, params=((1.0, NAN, 600, 2.0), (0.9, 0.95, 400, 1.0), (1.1, 0.9, 800, 1.0)),
            orphan=0.12, stream=0.95
        ),
        Crowd(
            "key_pool_startup", 210, {"tool": 1, "code": 1, "reason": 0.6, "write": 1, "extract": 1, "math": 0.5}, {"startup": 1.0},
            {"payg": 1.0}, net={"cloudgroup": 0.85, "office": 0.15}, signup="office", client={"py": 0.7, "node": 0.3}, profile="always",
            turns=2.0, group=(4, 14), share=_F({"payment", "client", "system", "params", "country", "domain", "signup"}),
            systems=("saas", "generic"), per_account=2, age="recent", handover=0.35, fail=0.06
        ),
        Crowd(
            "professionals", 26, {"legal": 1.5, "finance": 1.5, "health": 0.8, "write": 1.5, "summarise": 1, "sql": 0.6, "science": 0.6},
            {"individual": 0.7, "startup": 0.3}, {"plus": 0.8, "team": 0.2}, {"app": 1.0}, {"office": 0.5, "res": 0.4, "mob": 0.1},
            client=APP, profile="office", turns=3.4, gap=110
        ),
        Crowd(
            "olympiad_club", 30, {"math": 4, "reason": 2, "science": 1, "code": 1}, {"individual": 0.7, "education": 0.3},
            {"free": 0.5, "plus": 0.4, "payg": 0.1}, {"app": 0.85, "api": 0.15}, client={"web": 0.8, "py": 0.2}, profile="student",
            turns=2.4, gap=120, group=(8, 40), pool=70, paste=0.5, models=STRONG, share=_F({"country"})
        )
    )
}

"""The operators of the scenarios."""

from typing import Any

from .manners import AGENTIC, BENCH, DEFAULT, MIXED, NAN, STRONG, Crowd
from .operators import Operator
from .text import THINK

_S = frozenset
SDK = {"py": 0.7, "raw": 0.2, "node": 0.1}


def look(name: str, **changes: Any) -> Crowd:
    """The look of an operator's accounts, from the hobby developer's defaults."""
    base: dict[str, Any] = {
        "name": name, "epa": 1.0, "sigma": 0.45, "styled": 0.0, "foreign": 0.0, "age": "old", "churn": 0.0, "verified": 0.02,
        "models": STRONG, "client": SDK, "stream": 0.1
    }
    return Crowd(**{**base, **changes})


REASON = {"math": 4.0, "reason": 3.0, "science": 2.0, "code": 1.0}
CODING = {"agent": 5.0, "debug": 2.0, "code": 1.0}
BROAD = {
    "chat": 2.0, "write": 1.5, "code": 1.5, "math": 1.0, "reason": 1.0, "science": 1.0, "summarise": 0.7, "sql": 0.5, "legal": 0.4,
    "finance": 0.5, "homework": 1.0, "roleplay": 0.4, "health": 0.3
}
GOOD: tuple[tuple[float, float, int, float], ...] = ((1.0, 0.95, 8192, 1.0), (0.8, 0.95, 8192, 0.6), (0.6, 0.95, 16384, 0.6))
HYDRA = Operator(
    "bramble", 540,
    look(
        "bulk_worker", tasks=REASON, plans={"free": 0.45, "payg": 0.55}, net={"proxy": 1.0}, signup="proxy", profile="flat",
        share=_S({"params", "client", "system"}), params=GOOD, systems=("reasoner",), run=3, run_gap=25, phone=0.9, fail=0.04
    ),
    58, suffix=THINK, p_suffix=0.5, cells=4, phones=3.2, cards=2.5, mail="outlook.com", batches=40, lead=18, attrition=0.02, replace=0.5
)
RELAY = Operator(
    "sluice", 180,
    look(
        "relay_account", tasks=BROAD, plans={"payg": 1.0}, net={"cheap": 0.55, "isp": 0.45}, signup="isp", profile="always",
        share=_S({"client"}), turns=3.0, gap=60, client={"go": 0.7, "node": 0.3}, systems=("generic", "companion", "tutor"), per_account=6,
        p_system=0.5, foreign=0.75, styled=0.75, handover=0.75, orphan=0.12, stream=0.95, lands=("HK", "SG", "US", "TW"), models=MIXED,
        params=DEFAULT, fail=0.05, sigma=0.3
    ),
    160, mode="mirror", cards=6, phones=2, catchall=9, lead=25, attrition=0.025, replace=0.9
)
BOUTIQUE_A = Operator(
    "heron", 26,
    look(
        "paid_expert", tasks={"math": 3, "science": 3, "reason": 2, "legal": 1}, plans={"plus": 1.0}, path={"app": 1.0},
        client={"web": 1.0}, net={"res": 0.9, "mob": 0.1}, profile="crew", turns=5.0, gap=170, styled=0.9, lands=("IN", "PL", "US", "GB"),
        age="recent", phone=0.9
    ),
    190, mode="crew", lead=12, cards=5
)
BOUTIQUE_B = Operator(
    "wren", 14,
    look(
        "paid_coder", tasks={"agent": 3, "debug": 2, "review": 1}, plans={"payg": 1.0}, client={"agent": 1.0}, net={"res": 1.0},
        profile="crew", turns=9.0, gap=40, styled=0.8, systems=("agent",), share=_S({"system"}), tools="all", params=AGENTIC,
        lands=("UA", "BR", "PL"), stream=0.8
    ),
    420, mode="crew", lead=120, cards=0
)
LONER = Operator(
    "moth", 12,
    look(
        "lone_buyer", tasks=BROAD, plans={"plus": 0.6, "payg": 0.4}, path={"app": 0.6, "api": 0.4}, client={"web": 0.7, "py": 0.3},
        profile="day", turns=2.6, gap=100, styled=0.8, foreign=0.3, models=MIXED, sigma=0.9
    ),
    90, mode="crew", lead=300, cover=0.5
)
AGED = Operator(
    "tinder", 220,
    look(
        "bought_aged", tasks=CODING, net={"isp": 0.6, "sticky": 0.4}, client={"py": 1.0}, profile="flat", turns=6.0, gap=9,
        systems=("agent",), tools="group", params=((1.0, NAN, 16384, 1.0), (0.8, NAN, 16384, 1.0)), fail=0.04
    ),
    120, start=6, takeover=6, previous="hobby_dev", samples=2, fresh_style=0.2
)
WAVES = Operator(
    "cormorant", 300,
    look(
        "queue_worker", tasks={"math": 2, "code": 3, "science": 1, "sql": 1, "reason": 1}, plans={"payg": 0.8, "free": 0.2},
        net={"sticky": 0.7, "cheap": 0.3}, signup="sticky", profile="always", share=_S({"params", "system"}),
        systems=("reasoner", "generic"), params=GOOD, turns=1.6, gap=20, handover=0.3, run=2, run_gap=30, fail=0.06
    ),
    60, cells=6, phones=4, cards=4, catchall=14, batches=22, lead=10, waves=((6.4, 0.55), (13.2, 0.6)), replace=0.75, samples=2,
    suffix=THINK, p_suffix=0.25
)
GYM = Operator(
    "anvil", 90,
    look(
        "rollout_box", tasks={"agent": 6, "debug": 1}, plans={"payg": 1.0}, net={"cheap": 0.5, "cloud": 0.5}, signup="sticky",
        profile="flat", turns=14, gap=7, share=_S({"client", "system", "params", "tools"}), client={"agent": 0.7, "py": 0.3},
        systems=("agent",), tools="group", params=((1.0, NAN, 16384, 1.0), (1.0, 0.95, 8192, 1.0)), stream=0.3, fail=0.05,
        kinds={"startup": 0.5, "individual": 0.5}
    ),
    330, samples=4, cells=3, cards=3, lead=40, catchall=6
)
TOOLER = Operator(
    "lathe", 48,
    look(
        "tool_sim", tasks={"tool": 5, "agent": 0.6}, plans={"payg": 1.0}, net={"sticky": 1.0}, signup="sticky", profile="always", turns=5,
        gap=5, systems=("saas", "generic"), tools="own", params=DEFAULT, kinds={"startup": 0.7, "individual": 0.3}
    ),
    150, lead=60, fresh_style=0.6, phones=2
)
JUDGE = Operator(
    "plumb", 150,
    look(
        "preference_worker", tasks={"grade": 9, "eval": 1}, plans={"payg": 1.0}, net={"isp": 0.5, "sticky": 0.5}, signup="isp",
        profile="flat", share=_S({"system", "params"}), systems=("judge",),
        params=((0.0, NAN, 1024, 1.0), (0.0, NAN, 2048, 1.0), (0.3, NAN, 1024, 0.5)), run=8, run_gap=6, fail=0.04
    ),
    150, mode="swap", samples=2, cells=3, cards=2.5, lead=20, batches=14
)
CRITIC = Operator(
    "gauge", 30,
    look(
        "essay_marker", tasks={"grade": 5, "homework": 1}, kinds={"education": 0.8, "startup": 0.2}, plans={"plus": 0.3, "payg": 0.7},
        net={"res": 0.7, "sticky": 0.3}, profile="after", client={"web": 0.3, "node": 0.7}, systems=("judge", "tutor"), per_account=2,
        edu=True, turns=1.3
    ),
    110, fresh_style=0.7, lead=70, cells=10
)
SWARM = Operator(
    "gnat", 620,
    look(
        "free_browser", tasks=BROAD | {"homework": 2.0, "math": 1.5}, plans={"free": 1.0}, path={"app": 1.0}, client={"web": 1.0},
        net={"sticky": 1.0}, signup="sticky", profile="day", share=_S({"client"}), turns=1.5, gap=45, run=4, run_gap=90, phone=0.9,
        models=MIXED, fail=0.03
    ),
    34, paraphrase=0.85, cells=12, phones=2.6, batches=70, lead=12, attrition=0.03, replace=0.3
)
DRIP = Operator(
    "lichen", 60,
    look(
        "slow_identity", tasks=BROAD, plans={"plus": 0.5, "payg": 0.5}, path={"app": 0.5, "api": 0.5},
        client={"web": 0.5, "py": 0.3, "node": 0.2}, net={"res": 0.8, "mob": 0.2}, profile="day", turns=2.2, gap=90, models=MIXED, sigma=0.7
    ),
    75, paraphrase=0.6, fresh_style=0.7, cover=0.6, lead=200
)
CARELESS = Operator(
    "magpie", 45,
    look(
        "script_copy", tasks={"synth": 3, "reason": 1, "math": 1, "code": 1}, plans={"payg": 1.0}, net={"vpn": 0.8, "res": 0.2},
        signup="vpn", profile="evening", share=_S({"client", "params", "system"}), systems=("reasoner", "generic"), params=GOOD, run=6,
        run_gap=8
    ),
    130, cards=9, phones=3, lead=9, script=("Now verify the answer independently.", "Give a harder variant and solve it."), mail="proton.me"
)
STOLEN = Operator(
    "jackdaw", 34,
    look(
        "victim_key", tasks=REASON | {"agent": 1.0}, net={"proxy": 0.5, "cheap": 0.5}, client={"py": 0.6, "raw": 0.4}, profile="flat",
        run=25, run_gap=2, params=GOOD, systems=("reasoner",), p_system=0.7, fail=0.09
    ),
    420, victims=("hobby_dev", "nocode", "template_vendor", "ci_jobs", "open_agent"), start=3, takeover=12, suffix=THINK, p_suffix=0.4
)
CLOUD = Operator(
    "quoin", 40,
    look(
        "shell_startup", tasks=BROAD, kinds={"startup": 0.9, "enterprise": 0.1}, plans={"payg": 1.0}, path={"aws": 0.6, "gcp": 0.4},
        net={"cloud": 1.0}, signup="office", client={"py": 1.0}, profile="always", run=12, run_gap=4, systems=("generic", "saas"),
        p_system=0.7, params=GOOD + DEFAULT[:3], verified=0.1, fail=0.03
    ),
    520, mode="topics", paraphrase=0.3, lead=50, attrition=0.012, replace=0.6
)
SAAS = Operator(
    "thimble", 300,
    look(
        "template_customer", tasks={"homework": 3, "math": 4, "science": 2, "reason": 1}, kinds={"individual": 0.7, "startup": 0.3},
        plans={"payg": 1.0}, net={"serverless": 0.9, "res": 0.1}, signup="sticky", profile="student", turns=1.7,
        share=_S({"system", "client", "params"}), systems=("tutor",), per_account=2, client={"node": 1.0}, styled=0.8, sigma=0.6
    ),
    62, fresh_style=0.7, cards=1.3, lead=30, samples=1, cells=2
)
RESOLD = Operator(
    "osier", 34,
    look(
        "reseller_sub", tasks=BROAD | {"reason": 2.0, "math": 2.0}, kinds={"startup": 1.0}, net={"cloudgroup": 1.0}, signup="cloudgroup",
        client={"go": 1.0}, profile="always", run=6, run_gap=9, passthrough=True, systems=("generic", "saas"), p_system=0.5, phone=0.0,
        share=_S({"org"}), keys=2
    ),
    300, join="honest_reseller", lead=60, suffix=THINK, p_suffix=0.2, paraphrase=0.2
)
GIG = Operator(
    "starling", 260,
    look(
        "card_worker", tasks={"reason": 2, "math": 2, "science": 1, "code": 1, "grade": 1, "roleplay": 1, "write": 1},
        plans={"free": 0.5, "plus": 0.5}, path={"app": 1.0}, client={"web": 1.0}, net={"res": 0.6, "mob": 0.4}, profile="evening",
        turns=3.2, gap=120, styled=0.9, foreign=0.15, pool=420, paste=0.12, lands=("IN", "PH", "NG", "ID", "BR", "MX", "VN")
    ),
    64, mode="crew", cover=0.4, lead=160
)
FARM = Operator(
    "barnacle", 90,
    look(
        "phone_farm", tasks=BROAD, plans={"free": 1.0}, path={"app": 1.0}, client={"phone": 1.0}, net={"farm": 1.0}, signup="farm",
        profile="always", share=_S({"client", "country"}), turns=2.0, gap=40, run=3, run_gap=70, lands=("VN", "ID", "PH"), models=MIXED
    ),
    95, cells=2, phones=1.5, batches=9, lead=16, paraphrase=0.4
)
STUDENT_SHELL = Operator(
    "cicada", 70,
    look(
        "campus_mask", tasks=REASON | {"homework": 2.0}, kinds={"education": 0.8, "research": 0.2}, plans={"free": 0.5, "payg": 0.5},
        net={"proxy": 0.6, "vpn": 0.4}, signup="vpn", profile="student", edu=True, share=_S({"params"}), params=BENCH,
        systems=("reasoner", "generic"), p_system=0.3
    ),
    105, samples=3, paraphrase=0.35, lead=20, phones=2, cells=14
)
PROBES = Operator(
    "kestrel", 24,
    look(
        "bench_cover", tasks={"eval": 3, "reason": 2, "math": 2, "grade": 1}, kinds={"research": 0.5, "startup": 0.5}, plans={"payg": 1.0},
        net={"cloud": 1.0}, signup="office", client={"py": 1.0}, profile="office", run=40, run_gap=2, params=BENCH,
        systems=("generic", "reasoner"), p_system=0.5, fail=0.05
    ),
    620, samples=2, lead=90, start=4
)

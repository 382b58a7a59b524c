"""The scenarios: which people and which operators share a period."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .crowds import CROWDS
from .makes import mirror, resale, stolen_keys, tenants
from .operators import ANALYST, CODE, GENERAL, JUDGE, LINGUAL, REASON, STYLE, Operator, run
from .world import DAY, World

USUAL_EVENTS = 115_000
"""about; every scenario has a size of its own"""
Operate = Callable[[World], None]


@dataclass(frozen=True)
class Recipe:
    """One world: people by crowd, and a function that adds the operators."""

    about: str
    crowds: dict[str, int]
    operate: Operate | None = None
    days: int = 14
    events: int = USUAL_EVENTS
    """requests at usual size, about"""
    start: str = "2026-03-02"
    release: float = -30.0
    responses: bool = False


def _victims(w: World, n: int, labels: tuple[str, ...]) -> np.ndarray:
    """Innocent owners whose keys leak."""
    found = [i for i, x in enumerate(w.acc["label"]) if x in labels and w.acc["campaign"][i] is None and w.acc["created"][i] < 0.3 * w.end]
    return w.rng.choice(found, min(n, len(found)), replace=False)


def _each(*ops: Operator) -> Operate:
    def operate(w: World) -> None:
        for op in ops:
            run(w, op)

    return operate


def _stolen(w: World) -> None:
    stolen_keys(
        w, "night_keys", _victims(w, w.n(38), ("hobby_api", "support_bots", "stage_shops", "parlour_users", "firm_gateway")), CODE, 420.0,
        "wrap_code"
    )
    run(
        w,
        Operator(
            "dorm_room", 14, REASON, "wrap_reason", frames=1, each=260, cards=0.2, phones=0.3, net="vps", exits=2, program="one", temp=0.7,
            limit=4096, begin=0.3, slips=frozenset({"same_minute"})
        )
    )


def _resale(w: World) -> None:
    resale(w, "harbour_access", w.n(170), 0.75, {"code_write": 3.0, "math": 2.0, "science": 2.0, "zh": 2.0, "code_q": 1.0}, 150.0)


def _mirror(w: World) -> None:
    mirror(w, "glass_chat", w.n(85), 260.0)


def _tenants(w: World) -> None:
    tenants(
        w,
        Operator(
            "cirrus", 130, {**REASON, **CODE}, "wrap_reason", frames=6, each=110, spread=0.6, temp=1.0, limit=8192, rhythm="queue",
            cover=0.2, system="many"
        ),
        "nimbus"
    )
    tenants(
        w,
        Operator(
            "stratus", 32, ANALYST, "wrap_answer", frames=-1, each=240, spread=0.7, rhythm="human", evolve=0.5, cover=0.6, system="many"
        ),
        "nimbus",
    )


def _deep(w: World) -> None:
    run(
        w,
        Operator(
            "deep_cover", 420, GENERAL, None, each=17, spread=0.4, cover=5.0, get="aged", cards=3, phones=3, net="home",
            where=("US", "GB", "CA", "DE", "BR", "IN"), program="browser", rhythm="human", human=True, turns=1.5, plan="pro"
        )
    )
    run(
        w,
        Operator(
            "loud_neighbour", 16, REASON, "wrap_reason", frames=2, each=550, spread=0.3, get="bulk", cards=0.15, phones=0, net="vps",
            exits=3, program="one", family="requests", samples=4, temp=1.0, limit=8192, plan="payg", mail=("mailfence.work", "gmail.com"),
            end=0.6
        )
    )


def _boutique(w: World) -> None:
    run(
        w,
        Operator(
            "boutique_front", 13, ANALYST, "wrap_answer", frames=40, each=2100, spread=0.5, cover=0.25, cover_style="lazy", get="firm",
            cards=3, phones=3, net="cloud", exits=13, program="mix", rhythm="queue", pause=0.35, evolve=0.35, system="many", temp=0.6,
            limit=4096, plan="scale", chase=True
        )
    )


def _mill(w: World) -> None:
    """The mill itself: a seller of accounts supplies two labs, which share his stock of cards and nothing else."""
    a = run(
        w,
        Operator(
            "mill_east", 240, LINGUAL, "wrap_answer", frames=-1, each=42, spread=0.5, cover=0.4, get="aged", cards=0.5, phones=0.6,
            net="residential", exits=140, where=("ID", "BR", "ES", "MX", "HK", "VN"), program="mix", rhythm="queue", evolve=0.3, plan="payg"
        )
    )
    b = run(
        w,
        Operator(
            "mill_west", 75, JUDGE, "wrap_judge", frames=9, each=130, spread=0.6, get="aged", cards=0.5, phones=0.6, net="vpn", exits=18,
            program="few", top_p=0.95, family="httpx", rhythm="cron", temp=0.0, limit=1024, system="own", plan="payg", begin=0.15
        )
    )
    cards = [w.digest() for _ in range(max(4, (len(a) + len(b)) // 5))]
    for acc in (a, b):
        part = acc[w.rng.random(len(acc)) < 0.5]
        w.put("payment", part, w.rng.choice(cards, len(part)).tolist())


RECIPES: dict[str, Recipe] = {
    "corner_shop": Recipe(
        "A budget-poor lab with one server and free accounts copies worked mathematics.",
        {
            "casual_app": 1600, "trial_once": 500, "hobby_api": 800, "classroom": 760, "tutoring_firm": 220, "viral_tutorial": 380,
            "byok_vendor": 320, "firm_gateway": 260, "household": 160, "eval_team": 16, "support_bots": 18, "shared_space": 200,
            "regression_suite": 6
        },
        _each(
            Operator(
                "corner_shop", 34, REASON, "wrap_reason", frames=2, each=330, spread=0.35, get="bulk", cards=0, phones=0.35, plan="free",
                net="vps", exits=5, program="one", rhythm="queue", samples=2, temp=0.8, limit=4096, slips=frozenset({"tag"}), begin=0.1,
                bans=((0.6, 0.12),), mail=("gmail.com", "mailbox.click", "outlook.com")
            )
        ),
        days=12, events=80_000
    ),
    "aged_market": Recipe(
        "Bought old accounts behind residential exits copy programming answers, with the look of an editor plugin.",
        {
            "casual_app": 700, "hobby_api": 650, "coding_pro": 380, "plugin_users": 650, "scaffold_community": 260, "hackathon": 230,
            "ci_jobs": 50, "stage_shops": 36, "firm_gateway": 380, "vpn_users": 130, "trial_once": 250, "eval_team": 12, "classroom": 160,
            "contract_synth": 2
        },
        _each(
            Operator(
                "aged_market", 260, CODE, "wrap_code", frames=24, each=58, spread=0.6, cover=0.35, get="aged", cards=0.8, phones=2,
                net="residential", exits=320, where=("US", "GB", "DE", "BR", "CA"), program="mix", rhythm="queue", pause=0.2, evolve=0.4,
                temp=0.7, limit=8192, slips=frozenset({"leak_ip"})
            )
        ),
        days=21, events=117_000, start="2026-05-11"
    ),
    "stolen_keys": Recipe(
        "Leaked keys of honest owners carry a thief's queue; a dormitory project runs beside it.",
        {
            "casual_app": 600, "hobby_api": 900, "support_bots": 40, "stage_shops": 60, "parlour_users": 280, "firm_gateway": 420,
            "byok_vendor": 300, "ci_jobs": 40, "flow_users": 240, "migration": 14, "labelling_firm": 20, "trial_once": 200, "agency": 60
        },
        _stolen, days=16, events=104_000, start="2026-04-06"
    ),
    "trial_river": Recipe(
        "Nine hundred free accounts, a handful of requests each, in a steady stream of sign-ups from phones' networks.",
        {
            "casual_app": 900, "trial_once": 3600, "viral_tutorial": 1200, "hackathon": 420, "classroom": 520, "household": 150,
            "hobby_api": 500, "plugin_users": 300, "shared_space": 250, "parlour_users": 140, "firm_gateway": 250, "support_bots": 22,
            "vpn_users": 100
        },
        _each(
            Operator(
                "trial_river", 900, STYLE, "wrap_answer", frames=12, each=14, spread=0.45, get="trickle", cards=0, phones=0.5, plan="free",
                net="mobile", where=("IN", "ID", "PH", "VN", "BR"), program="few", family="android", rhythm="queue", pause=0.15,
                persona=0.2, bans=((0.5, 0.08),), mail=("gmail.com", "outlook.com", "tempbox.email", "postfly.net")
            )
        ),
        days=20, events=124_000, start="2026-01-12"
    ),
    "grey_resale": Recipe(
        "A seller of shared access keeps part of its buyers' exchanges; an honest reseller and a grey relay stand beside it.",
        {
            "casual_app": 1300, "hobby_api": 650, "reseller_honest": 560, "grey_relay": 60, "parlour_users": 380, "byok_vendor": 330,
            "vpn_users": 200, "translation_bureau": 90, "firm_gateway": 250, "agency": 110, "flow_users": 240, "trial_once": 350,
            "support_bots": 18
        },
        _resale, days=18, events=118_000, start="2026-02-02"
    ),
    "paid_crew": Recipe(
        "Real people at home type prompts in their own language and are paid for each; one small automatic network beside them.",
        {
            "casual_app": 1500, "trial_once": 350, "translation_bureau": 260, "tutoring_firm": 130, "household": 240, "classroom": 360,
            "training_day": 150, "shared_space": 240, "hobby_api": 420, "firm_gateway": 260, "support_bots": 20, "agency": 90,
            "vpn_users": 90, "edtech_grading": 60
        },
        _each(
            Operator(
                "paid_crew", 120, {**LINGUAL, "home": 2.0, "health": 1.0, "explain": 2.0, "law": 1.0, "role": 1.0}, None, each=95,
                spread=0.7, cover=0.15, get="trickle", cards=3, phones=3, net="home", where=("ID", "BR", "PH", "KE", "MX"),
                program="browser", rhythm="human", human=True, turns=3.0, plan="pro", end=0.95, begin=0.05
            ),
            Operator(
                "echo_nine", 12, GENERAL, "wrap_answer", frames=-1, each=300, spread=0.3, get="bulk", cards=0.4, phones=1, net="cloud",
                exits=3, program="few", family="python", rhythm="cron", evolve=0.7, limit=2048, begin=0.4, temp=1.0
            )
        ),
        days=20, events=104_000, start="2026-06-01"
    ),
    "tool_forge": Recipe(
        "Trajectories with synthetic tools are made in long runs; open agent frameworks and build robots do the like honestly.",
        {
            "casual_app": 500, "coding_pro": 420, "scaffold_community": 460, "hobby_api": 550, "ci_jobs": 60, "stage_shops": 50,
            "plugin_users": 300, "hackathon": 220, "flow_users": 220, "firm_gateway": 350, "eval_team": 14, "trial_once": 200,
            "migration": 10, "regression_suite": 8
        },
        _each(
            Operator(
                "tool_forge", 66, {"agent": 1.0}, None, each=330, spread=0.6, cover=0.1, get="bulk", cards=0.4, phones=0.6, net="cloud",
                exits=12, program="mix", rhythm="queue", turns=6.5, tools=220, system="many", persona=0.15, evolve=0.3, temp=1.0,
                limit=4096, begin=0.1, end=0.9, bans=((0.55, 0.1),)
            )
        ),
        days=15, events=97_000, start="2026-04-20"
    ),
    "slow_rain": Recipe(
        "Four hundred patient accounts with fixed household exits work through a list of subjects for a month, hidden in private chats.",
        {
            "casual_app": 1900, "hobby_api": 500, "household": 300, "vpn_users": 160, "shared_space": 200, "trial_once": 500,
            "translation_bureau": 80, "classroom": 220, "firm_gateway": 280, "plugin_users": 220, "edtech_grading": 60, "lab_survey": 10,
            "agency": 80, "parlour_users": 120
        },
        _each(
            Operator(
                "slow_rain", 400, {"explain": 6.0, "science": 2.0, "law": 1.0, "money": 1.0, "health": 1.0}, "wrap_answer", frames=60,
                each=26, spread=0.4, cover=1.6, get="trickle", cards=2, phones=2, net="sticky", where=("US", "GB", "DE", "PL", "BR", "TR"),
                program="browser", rhythm="human", evolve=0.3, persona=0.25, plan="pro", end=0.9
            )
        ),
        days=30, events=154_000, start="2026-03-02"
    ),
    "mirror": Recipe(
        "A free chat site mirrors the talks of its visitors; every answer is kept. Honest chat wrappers look the same.",
        {
            "casual_app": 1100, "byok_vendor": 600, "parlour_users": 420, "hobby_api": 700, "support_bots": 45, "reseller_honest": 220,
            "flow_users": 220, "firm_gateway": 250, "agency": 90, "grey_relay": 30, "trial_once": 250, "vpn_users": 90, "stage_shops": 20
        },
        _mirror, days=14, events=84_000, start="2026-05-04"
    ),
    "judge_house": Recipe(
        "A small network harvests marks and preferences; marking apps, evaluators and labellers do honest work of the kind.",
        {
            "casual_app": 600, "hobby_api": 420, "edtech_grading": 240, "eval_team": 44, "labelling_firm": 60, "classroom": 260,
            "lab_survey": 20, "firm_gateway": 280, "support_bots": 18, "regression_suite": 12, "tutoring_firm": 90, "trial_once": 200,
            "byok_vendor": 160, "contract_synth": 2
        },
        _each(
            Operator(
                "judge_house", 25, JUDGE, "wrap_judge", frames=7, each=560, spread=0.5, get="bulk", cards=0.5, phones=0.8, net="cloud",
                exits=6, program="few", family="python_async", rhythm="queue", samples=3, system="many", temp=1.0, limit=1024, begin=0.2,
                plan="payg"
            )
        ),
        days=12, events=89_000, start="2026-02-16"
    ),
    "whack": Recipe(
        "Three waves of bans, replacements within two days, and a turn to the new model within a day of its release.",
        {
            "casual_app": 800, "hobby_api": 650, "migration": 24, "hackathon": 160, "viral_tutorial": 300, "plugin_users": 300,
            "firm_gateway": 350, "byok_vendor": 260, "coding_pro": 160, "trial_once": 500, "vpn_users": 160, "flow_users": 150,
            "eval_team": 24, "support_bots": 20, "household": 100
        },
        _each(
            Operator(
                "whack", 260, {**CODE, "math": 2.0, "agent": 1.0, "explain": 2.0}, "wrap_answer", frames=16, each=65, spread=0.5, cover=0.2,
                cover_style="lazy", get="bulk", cards=0.45, phones=0.7, net="residential", exits=180, where=("US", "JP", "SG", "KR", "DE"),
                program="mix", rhythm="queue", evolve=0.3, chase=True, temp=0.7, limit=8192, bans=((0.3, 0.45), (0.52, 0.5), (0.74, 0.4)),
                slips=frozenset({"early_card"})
            )
        ),
        days=24, events=109_000, start="2026-05-18", release=12.6
    ),
    "three_tenants": Recipe(
        "Three operators of unlike size: false students, a paraphraser with many phones, and a dozen loud servers.",
        {
            "casual_app": 1100, "hobby_api": 550, "vpn_users": 220, "classroom": 650, "trial_once": 550, "tutoring_firm": 90,
            "household": 150, "firm_gateway": 300, "byok_vendor": 190, "plugin_users": 250, "shared_space": 150, "scaffold_community": 110,
            "support_bots": 18, "agency": 70, "translation_bureau": 60
        },
        _each(
            Operator(
                "false_campus", 350, {**REASON, "explain": 3.0, "data": 2.0}, "wrap_reason", frames=-1, each=20, spread=0.5, cover=0.2,
                get="edu", cards=0, phones=0.5, plan="free", net="vpn", exits=30, program="browser", rhythm="human", human=True, begin=0.1
            ),
            Operator(
                "parrot", 60, STYLE, "wrap_answer", frames=-1, each=115, spread=0.6, cover=0.1, get="trickle", cards=0.7, phones=2,
                net="mobile", where=("VN", "ID", "IN"), program="browser", rhythm="queue", pause=0.25, evolve=0.6, persona=0.5, plan="pro"
            ),
            Operator(
                "iron_dozen", 12, CODE, "wrap_code", frames=3, each=520, spread=0.25, get="bulk", cards=0.3, phones=0.5, net="vps",
                exits=12, program="one", top_p=0.95, family="aiohttp", rhythm="night", temp=0.2, limit=8192, begin=0.3, end=0.8
            )
        ),
        days=18, events=101_000, start="2026-04-13"
    ),
    "boutique": Recipe(
        "Thirteen shell firms with bills paid on time copy data analysis at scale and follow a release.",
        {
            "casual_app": 600, "hobby_api": 450, "support_bots": 70, "firm_gateway": 700, "migration": 30, "labelling_firm": 40,
            "contract_synth": 7, "stage_shops": 50, "ci_jobs": 36, "byok_vendor": 180, "eval_team": 18, "agency": 90, "flow_users": 150,
            "training_day": 120
        },
        _boutique, days=21, events=143_000, start="2026-06-08", release=9.4
    ),
    "deep_cover": Recipe(
        "Four in five requests of 420 accounts are cover by people at home; a loud small network draws the eye.",
        {
            "casual_app": 2600, "hobby_api": 450, "household": 400, "trial_once": 350, "shared_space": 250, "vpn_users": 130,
            "classroom": 220, "firm_gateway": 250, "translation_bureau": 80, "tutoring_firm": 80, "eval_team": 10, "parlour_users": 120,
            "plugin_users": 120
        },
        _deep, days=28, events=176_000, start="2026-01-19"
    ),
    "quiet_season": Recipe(
        "No operator: the hardest innocents in everyday work.",
        {
            "casual_app": 800, "hobby_api": 500, "labelling_firm": 80, "eval_team": 44, "contract_synth": 7, "lab_survey": 24,
            "edtech_grading": 200, "tutoring_firm": 240, "byok_vendor": 420, "agency": 160, "translation_bureau": 150,
            "reseller_honest": 240, "scaffold_community": 140, "classroom": 320, "regression_suite": 16, "shared_space": 160,
            "household": 120, "flow_users": 160
        },
        None, days=16, events=136_000, start="2026-07-06"
    ),
    "conference_week": Recipe(
        "No operator: hackathons, a viral tutorial, a training season, migrations, and a release in the middle.",
        {
            "casual_app": 900, "hobby_api": 600, "hackathon": 900, "viral_tutorial": 1800, "training_day": 420, "migration": 36,
            "trial_once": 1300, "eval_team": 60, "classroom": 420, "coding_pro": 160, "stage_shops": 40, "plugin_users": 420,
            "vpn_users": 120, "ci_jobs": 40, "grey_relay": 30, "parlour_users": 160
        },
        None, days=11, events=119_000, start="2026-05-18", release=4.7
    ),
    "cloud_side": Recipe(
        "Most traffic comes through a cloud's resale, where the log knows no address or program; two operators among the tenants.",
        {
            "cloud_tenants": 2300, "casual_app": 450, "hobby_api": 300, "firm_gateway": 200, "support_bots": 20, "reseller_honest": 150,
            "eval_team": 10, "labelling_firm": 18
        },
        _tenants, days=14, events=114_000, start="2026-03-16"
    ),
    "mill": Recipe(
        "A seller of aged accounts supplies two labs that never met: answers in many languages, and marks.",
        {
            "casual_app": 1100, "hobby_api": 600, "agency": 160, "translation_bureau": 180, "edtech_grading": 150, "labelling_firm": 36,
            "household": 200, "vpn_users": 220, "parlour_users": 160, "byok_vendor": 200, "trial_once": 350, "firm_gateway": 250,
            "lab_survey": 12, "tutoring_firm": 80, "flow_users": 120
        },
        _mill, days=20, events=124_000, start="2026-02-23", responses=True
    )
}
SCENARIOS = {name: recipe.about for name, recipe in RECIPES.items()}


def build(name: str, seed: int, events: float | None = None) -> World:
    """Make a world; operators and crowds shrink and grow with the requests asked for."""
    if name not in RECIPES:
        raise ValueError(f"no scenario {name!r}; there are: {', '.join(RECIPES)}")
    recipe = RECIPES[name]
    w = World(name, seed, recipe.start, recipe.days, (events or recipe.events) / recipe.events)
    w.release_day = recipe.release
    w.responses = recipe.responses
    for crowd, count in recipe.crowds.items():
        CROWDS[crowd](w, w.n(count))
    if recipe.operate is not None:
        recipe.operate(w)
    _moderation(w)
    return w


def _moderation(w: World) -> None:
    """Bans for reasons that have nothing to do with harvest (cards, abuse), and a few old bans of innocents by mistake."""
    banned = np.array(w.acc["banned"], dtype=float)
    created = np.array(w.acc["created"], dtype=float)
    hit = np.flatnonzero((w.rng.random(len(banned)) < 0.005) & np.isnan(banned))
    when = np.maximum(created[hit], 0) + w.rng.exponential(0.4 * w.end, len(hit)) + 3600
    for account, at in zip(hit.tolist(), when.tolist(), strict=True):
        if at < w.end - DAY * 0.05:
            w.acc["banned"][account] = at

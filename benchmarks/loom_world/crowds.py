"""The crowds, each with the program that it is known by."""

from .crowd import Crowd

KEYED_CHAT = Crowd(
    name="keyed_chat", work="everyday", size=480, load=5.5, spread=1.1, turns=2.4, signup="launch", gap=60,
)
GAME_MODS = Crowd(
    name="game_mods", work="npc", size=240, load=3.6, spread=1.0, turns=6.5, gap=25, hours="evening", weekend=1.4, signup="steady",
    sampling=(0.9, 0.95, 200, False),
)
IDE_AGENTS = Crowd(
    name="ide_agents", work="agent", size=170, load=4, spread=1.2, turns=7, gap=16, hours="office", weekend=0.4, tools=True, thinks=0.5,
    nets=(("home", 0.7), ("mobile", 0.05), ("tunnel", 0.25)), sampling=(None, None, 8192, True),
)
PAGE_READERS = Crowd(
    name="page_readers", work="page", size=240, load=9, spread=1.1, app=True, sampling=(None, None, None, True),
)
ANNOTATORS = Crowd(
    name="annotators", work="label", size=75, load=55, spread=1.3, sitting=14, pace=6, hours="office", weekend=0.2, active=0.3,
    registry="shop", nets=(("home", 0.5), ("hired", 0.5)), sampling=(0.0, None, 16, False),
)
NOTEBOOKS = Crowd(
    name="course_notebooks", work="course", size=170, load=11, spread=0.6, sitting=2, pace=300, turns=1.5, hours="study", signup="term",
    registry="school", nets=(("campus", 0.65), ("home", 0.35)), items="sheet", sheet=46, trend=0.7,
)
HARNESS = Crowd(
    name="harness_runs", work="bench", size=55, load=130, spread=0.7, sitting=60, pace=4, hours="always", active=0.2,
    registry="laboratory", nets=(("hired", 0.6), ("campus", 0.2), ("home", 0.2)), items="sheet", sheet=420, systems="none",
    sampling=(0.0, 1.0, 1024, False), thinks=0.3,
)
HOURLY_FLOWS = Crowd(
    name="hourly_flows", work="flow", size=62, every=1, kept=0.85, spread=0.3, minute=0, weekend=0.9, nets=(("cloud", 1),),
    registry="shop", sampling=(0.7, None, 300, False),
)
BOT_KITS = Crowd(
    name="bot_kits", work="bot", size=120, load=11, spread=1.2, turns=2, gap=70, nets=(("hired", 0.9), ("home", 0.1)), signup="steady",
)
HOME_RULES = Crowd(
    name="home_rules", work="home", size=120, every=3, kept=0.7, spread=0.3, minute=None, weekend=1.0, nets=(("home", 1),),
    sampling=(0.2, None, 256, False),
)
PAGE_TRANSLATORS = Crowd(
    name="page_translators", work="translate", size=180, load=16, spread=1.1, sitting=7, pace=3, hours="office", weekend=0.5,
    registry="shop", nets=(("home", 0.7), ("hosting", 0.3)), sampling=(0.0, None, 2048, False),
)
CARD_LABS = Crowd(
    name="card_labs", work="synth", size=62, load=75, spread=0.8, sitting=25, pace=12, hours="always", weekend=1.0, active=0.4,
    signup="steady", registry="laboratory", nets=(("hired", 0.65), ("home", 0.25), ("campus", 0.1)), systems="each",
    sampling=(1.0, 0.95, 4096, False), thinks=0.9,
)
WIRE_TICKERS = Crowd(
    name="wire_tickers", work="wire", size=44, every=0.5, kept=0.8, spread=0.4, minute=2, window=(6, 20), weekend=0.4,
    nets=(("hired", 0.6), ("cloud", 0.4)), sampling=(0.0, None, 200, False),
)
SCAN_MENDERS = Crowd(
    name="scan_menders", work="scan", size=250, load=36, spread=0.16, sitting=6, pace=80, hours="always", weekend=1.2, active=0.9,
    signup="launch", items="dealt", nets=(("home", 1),), sampling=(0.0, None, 1500, False),
)
SPECIES_READERS = Crowd(
    name="species_readers", work="species", size=190, load=30, spread=0.2, sitting=9, pace=60, hours="always", weekend=1.1, active=0.8,
    signup="launch", items="dealt", nets=(("home", 0.8), ("campus", 0.2)), sampling=(0.0, 1.0, 600, False),
)
SUBTITLERS = Crowd(
    name="subtitlers", work="subtitle", size=150, load=22, spread=0.35, sitting=5, pace=90, hours="evening", weekend=1.3,
    registry="private", signup="steady", items="dealt", nets=(("home", 0.6), ("tunnel", 0.4)), sampling=(0.3, None, 400, False),
)
HOSTED_WRITERS = Crowd(
    name="hosted_writers", work="article", size=240, load=26, spread=0.5, sitting=4, pace=60, hours="always", weekend=1.0,
    registry="shop", nets=(("hosting", 1),), sampling=(0.8, None, 4000, False),
)
TAX_HELPERS = Crowd(
    name="tax_helpers", work="tax", size=360, load=4.5, spread=0.8, turns=1.9, hours="evening", signup="steady", trend=2.5,
    country=("US", "CA"),
)
EXAM_TUTORS = Crowd(
    name="exam_tutors", work="tutor", size=360, load=7, spread=0.8, turns=1.8, hours="study", signup="steady", trend=1.8, thinks=0.6,
    country=("IN", "TR", "GB", "ID", "BR"), nets=(("home", 0.5), ("mobile", 0.5)),
)
DAWN_PUZZLES = Crowd(
    name="dawn_puzzles", work="puzzle", size=240, load=8, spread=0.6, turns=1.5, hours="dawn", utc=True, weekend=1.1, active=0.9,
    signup="steady", items="daily", systems="none", thinks=0.8,
)
BEDTIME = Crowd(
    name="bedtime_tales", work="tale", size=150, load=6, spread=0.4, hours="bedtime", weekend=1.1, active=0.8, signup="launch",
    sampling=(1.0, None, 1200, True),
)
SUPPORT_WIDGETS = Crowd(
    name="support_widgets", work="support", size=90, load=16, spread=1.2, turns=2.1, nets=(("cloud", 1),), registry="shop",
    systems="each", sampling=(0.4, None, 300, True),
)
JUDGES = Crowd(
    name="rubric_judges", work="judge", size=60, load=55, spread=1.0, sitting=22, pace=4, hours="office", weekend=0.2, active=0.4,
    registry="team", nets=(("cloud", 0.7), ("office", 0.3)), sampling=(0.0, None, 256, False),
)
QUERY_DESKS = Crowd(
    name="query_desks", work="sql", size=110, load=14, spread=0.9, turns=1.6, hours="office", weekend=0.05, registry="team",
    nets=(("office", 0.9), ("home", 0.1)), sampling=(0.0, None, 500, False),
)
SHOP_TEXTS = Crowd(
    name="shop_texts", work="blurb", size=190, load=20, spread=1.1, sitting=10, pace=3, hours="office", weekend=0.4, registry="shop",
    nets=(("cloud", 1),), sampling=(0.7, None, 500, False),
)
RADIO_BULLETINS = Crowd(
    name="radio_bulletins", work="weather", size=70, every=3, kept=0.9, spread=0.05, minute=45, weekend=1.0, window=(5, 23),
    nets=(("hired", 0.5), ("home", 0.5)), sampling=(0.3, None, 400, False),
)
CITIZENS = Crowd(
    name="citizen_letters", work="letters", size=170, load=4, spread=0.7, turns=1.7, hours="evening", signup="steady", trend=1.4,
    country=("GB",), registry="private",
)
NIGHT_TESTS = Crowd(
    name="night_tests", work="nightly", size=80, load=11, spread=0.3, turns=7, gap=6, hours="night", utc=True, active=0.95, weekend=0.6,
    tools=True, registry="team", nets=(("cloud", 1),), thinks=0.6,
)
CAPTIONS = Crowd(
    name="picture_captions", work="caption", size=110, load=17, spread=1.0, sitting=5, pace=5, sampling=(0.2, None, 100, False),
)
KIOSK_CHAT = Crowd(
    name="kiosk_chat", work="everyday", size=200, load=7, spread=1.0, turns=2, registry="prepaid", signup="steady",
    nets=(("tunnel", 0.5), ("mobile", 0.4), ("home", 0.1)), country=("TR", "ID", "KE", "BR"),
)

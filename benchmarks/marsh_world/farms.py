"""Operators with pools of accounts: borrowed cards, bought sleepers, lives of their own, burnt credit, replacements after bans."""

from .handling import like, work
from .profiles import Burst, Instructions, Old, Operator
from .queues import Split
from .subjects import HARD, HARVEST

CARD_DESK = Operator(
    "card_desk", 240, 0.1,
    like(
        "card_holders", group=16, opened=Burst(70, 8, 4), nets={"rotating": 0.6, "site": 0.3, "mobile": 0.1},
        clients={"web": 0.7, "kiosk": 0.3}, roam=0
    ),
    work(HARVEST, queue=Split("cd"), wrap=Instructions("wrap.reason", "crowd:5", 0.95), hours="day", spread=0.2, sitting=4, steady=6),
    cover=(("patrons", 0.12),), window=(0.12, 0.97), banned=0.12, guests="terminals"
)
DORMANT_EELS = Operator(
    "dormant_eels", 130, 0.09,
    like(
        "patrons", opened=Old(420), mail={"public": 0.9, "own": 0.1}, clients={"web": 0.6, "python": 0.4},
        nets={"sticky": 0.8, "vpn": 0.2}
    ),
    work(
        {**HARVEST, "agent": 1}, queue=Split("de"), wrap=Instructions("wrap.reason", "crowd:12", 0.7), hours="day", adopt=0,
        models=(0, 0.2, 0.8), sitting=5, turns=0.3, spread=0.4
    ),
    window=(0.56, 1.0)
)
MILL_POND = Operator(
    "mill_pond", 460, 0.045,
    like("patrons", opened=Old(220), nets={"home": 0.3, "sticky": 0.5, "mobile": 0.2}),
    work(
        {**HARD, "explain": 2, "legal": 1, "fix_code": 1, "plan": 1}, queue=Split("mp"),
        wrap=Instructions("wrap.reason", "deck.public:25", 0.3), sitting=1, turns=0, hours="evening", week="all", course="stages",
        human=0.6, spread=0.3, steady=1.5, adopt=6
    ),
    cover=(("patrons", 0.9), ("mobile_people", 0.3))
)
SPRING_TIDE = Operator(
    "spring_tide", 560, 0.09,
    like(
        "api_trials", opened=Burst(1, 12, 0.35), group=28, phone=0.3, mail={"public": 0.55, "disposable": 0.4, "own": 0.05},
        nets={"rotating": 0.7, "vpn": 0.15, "host": 0.15}, roam=0, client_of="group"
    ),
    work(
        HARVEST, queue=Split("st"), wrap=Instructions("wrap.reason", "group:3", 0.8), course="start", sitting=14, pace=18,
        spread=0.35, turns=0.05, human=0, settings="group"
    ),
    banned=0.3
)
LOCK_KEEPER_1 = Operator(
    "lock_keeper", 60, 0.05,
    like("api_trials", opened=Burst(12, 0, 1), pay={"few": 0.8, "none": 0.2}, nets={"host": 0.5, "vpn": 0.5}, client_of="crowd"),
    work(HARVEST, queue=Split("lk"), wrap=Instructions("wrap.reason", "crowd:2", 1), sitting=12, settings="crowd", spread=0.2),
    window=(0.02, 0.36), banned=0.9
)
LOCK_KEEPER_2 = Operator(
    "lock_keeper", 70, 0.035,
    like("subscribers", opened=Burst(5, 8, 3), nets={"sticky": 0.7, "rotating": 0.3}, clients={"python": 0.5, "chatui": 0.5}),
    work(HARVEST, queue=Split("lk2"), wrap=Instructions("wrap.reason", "crowd:14", 0.8), hours="day", sitting=7),
    window=(0.38, 0.7), banned=0.7, cover=(("subscribers", 0.15),)
)
LOCK_KEEPER_3 = Operator(
    "lock_keeper", 80, 0.02,
    like("subscribers", opened=Old(200)),
    work(HARVEST, queue=Split("lk3"), wrap=Instructions("wrap.reason", "own:5", 0.5), hours="evening", sitting=4, human=0.5, turns=0.35),
    window=(0.72, 1.0), cover=(("subscribers", 0.9),)
)
CREEK_POOL = Operator(
    "creek_pool", 210, 0.05,
    like("card_holders", group=30, opened=Burst(50, 8, 4), nets={"sticky": 0.6, "rotating": 0.3, "mobile": 0.1}, lives=3),
    work(
        {"write_code": 2, "fix_code": 2, "data": 1, "explain": 1}, queue=Split("cp"),
        wrap=Instructions("wrap.reason", "crowd:9", 0.6), hours="day", sitting=5, human=0.3
    ),
    cover=(("patrons", 0.3),), window=(0.1, 1)
)
EEL_LADDER = Operator(
    "eel_ladder", 300, 0.085,
    like(
        "mobile_people", opened=Burst(30, 2, 5), lives=5, nets={"mobile": 0.5, "sticky": 0.5}, phone=0.9,
        clients={"android": 0.8, "ios": 0.2}, mail={"public": 0.8, "disposable": 0.2}
    ),
    work(
        {"story": 1, "letter": 1, "explain": 2, "math": 2, "logic": 1, "safety": 1}, queue=Split("el"),
        wrap=Instructions("wrap.reason", "own:3", 0.6), hours="day", sitting=6, pace=40, spread=0.3, human=0.4, turns=0.3
    ),
    cover=(("mobile_people", 0.2),)
)

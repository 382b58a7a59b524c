"""Innocent persons: patrons of libraries and their terminals, subscribers, members, families, the curious."""

from .profiles import Instructions, Old, Profile
from .queues import Bank
from .subjects import EVERYDAY, HARD

CROWDS = (
    Profile("patrons", requests=6, spread=1.2, wrap=Instructions("wrap.format", "each", 0.12)),
    Profile(
        "terminals", requests=5, group=45, nets={"site": 0.9, "home": 0.1}, clients={"kiosk": 0.85, "web": 0.15}, hours="library",
        mail={"site": 0.75, "public": 0.2, "none": 0.05}, pay={"voucher": 0.8, "none": 0.2}, roam=0.3
    ),
    Profile(
        "card_holders", requests=8, spread=1.1, group=60, mail={"site": 0.8, "public": 0.2},
        pay={"voucher": 0.75, "own": 0.1, "none": 0.15}, nets={"home": 0.84, "mobile": 0.12, "vpn": 0.04}
    ),
    Profile(
        "mobile_people", requests=7, wrap=Instructions("wrap.reason", "deck.public:25", 0.15), nets={"mobile": 1},
        clients={"android": 0.62, "ios": 0.38}, phone=0.8, hours="day"
    ),
    Profile(
        "subscribers", requests=28, spread=1.1, pay={"own": 1}, turns=0.62, sitting=5,
        wrap=Instructions("wrap.reason", "deck.public:25", 0.3), models=(0.1, 0.4, 0.5)
    ),
    Profile("vpn_people", requests=12, nets={"vpn": 1}, roam=0.05, mail={"public": 0.7, "disposable": 0.2, "own": 0.1}),
    Profile(
        "relay_people", requests=11, nets={"relay": 0.8, "rotating": 0.2}, roam=0.02,
        mail={"public": 0.5, "disposable": 0.4, "own": 0.1}, clients={"ios": 0.5, "web": 0.5}
    ),
    Profile(
        "growers", requests=6, nets={"mobile": 0.7, "home": 0.3}, clients={"android": 0.9, "ios": 0.1}, hours="fishers",
        pay={"crowd": 0.7, "own": 0.3}, tasks={"plan": 3, "quote": 2, "letter": 1, "classify": 1, "explain": 1}, phone=0.9
    ),
    Profile(
        "union_members", requests=11, pay={"crowd": 0.93, "own": 0.07}, mail={"public": 0.8, "own": 0.1, "site": 0.1},
        tasks={**EVERYDAY, "legal": 2, "interview": 2}, hours="day", opened=Old(120)
    ),
    Profile(
        "viral_puzzle", requests=4, spread=0.6, queue=Bank("viral", 4, 0.75), tasks={"logic": 3, "math": 1},
        wrap=Instructions("wrap.reason", "pool.viral:2", 0.75), course="viral", opened=Old(100), follow="reason", turns=0.4, sitting=2
    ),
    Profile(
        "role_players", requests=34, spread=1.1, tasks={"story": 1}, system=Instructions("sys.char", "pool.cards:40", 0.8),
        turns=0.88, sitting=14, pace=60, hours="night", clients={"chatui": 0.55, "web": 0.25, "android": 0.2},
        pay={"own": 0.6, "none": 0.4}
    ),
    Profile("families", requests=9, group=3, pay={"group": 0.9, "none": 0.1}, nets={"home": 1}, roam=0.3),
    Profile(
        "shared_logins", requests=34, dispatch="sitting", workers=3, group=1.5, spread=0.8, pay={"own": 0.9, "none": 0.1},
        nets={"home": 0.5, "mobile": 0.2, "vpn": 0.3}
    ),
    Profile(
        "easy_readers", requests=18, clients={"addin": 0.7, "web": 0.3}, tasks={"rewrite": 4, "summary": 2, "health": 1},
        system=Instructions("sys.work", "pool.easy:1", 0.9), wrap=Instructions("wrap.format", "pool.easy:2", 0.5), settings="crowd",
        sitting=6, turns=0.1
    ),
    Profile(
        "model_curious", requests=10, course="release", tasks={**HARD, "write_code": 1, "story": 1}, queue=Bank("famous", 30, 0.5),
        wrap=Instructions("wrap.reason", "each", 0.35), models=(0, 0.1, 0.9), adopt=0.3, opened=Old(200),
        clients={"web": 0.6, "python": 0.3, "chatui": 0.1}
    ),
    Profile(
        "careful_privates", requests=16, nets={"relay": 0.4, "vpn": 0.4, "rotating": 0.2}, mail={"disposable": 0.7, "own": 0.3},
        pay={"own": 0.8, "none": 0.2}, phone=0.05, tasks={**EVERYDAY, "health": 3, "legal": 3}, clients={"web": 0.6, "chatui": 0.4}
    ),
    Profile(
        "refugee_aid", requests=14, group=12, nets={"site": 0.5, "mobile": 0.5}, tasks={"translate": 4, "letter": 2, "legal": 2},
        foreign=0.9, pay={"voucher": 0.6, "none": 0.4}, hours="day", week="weekday"
    )
)

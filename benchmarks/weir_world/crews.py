"""Operators: who copies a model, and how they go about it."""

from .crowds import ALL, CHAT, CODE, CODING, HARNESS, HOMES, SERVERS, TALK
from .parties import Draw, Frame, Group, Routine

WANTED = {
    "reason": {"reason": 5.0, "data": 1.0},
    "grade": {"grade": 5.0, "reason": 0.5},
    "code": {"code": 5.0, "agent": 1.0},
    "taskgen": {"taskgen": 5.0, "rewrite": 1.0},
    "rewrite": {"rewrite": 4.0, "summarise": 2.0},
    "mixed": {"reason": 3.0, "code": 2.0, "grade": 1.5, "write": 1.0, "data": 1.0},
}
FRAME_OF = {
    "reason": "frame.reason",
    "grade": "frame.grade",
    "code": "frame.code",
    "taskgen": "frame.taskgen",
    "rewrite": "frame.rewrite",
    "mixed": "frame.reason",
}


def size(d: Draw, low: int, high: int) -> int:
    """Accounts of a crew, not above a tenth of the business's."""
    return min(d.count(low, high), max(15, d.accounts // 9))


def pace(d: Draw, accounts: int, low: float, high: float, long: float | None = None, most: float = 0.34) -> float:
    """Exchanges a day and account, as long as the crew's take stays a part of the business's traffic."""
    top = d.log(0.05, most) * d.requests / (accounts * (long or d.days))
    return max(2.0, min(d.log(low, high), top))


def cover(d: Draw, rate: float) -> list[Routine]:
    """What a crew asks besides, to look like others; often nothing."""
    if d.chance(0.4):
        return []
    return [
        Routine(
            TALK, CHAT if d.chance(0.5) else CODE, HOMES if d.chance(0.6) else SERVERS, max(0.3, rate * d.log(0.05, 0.6)),
            spread=d.some(0.3, 1.2), hushed=d.some(0.3, 1),
        )
    ]


def prepaid_lots(d: Draw) -> list[Group]:
    """Lots of accounts on vouchers from a few batches, which reason all night until the credit is gone."""
    n, kind = size(d, 50, 220), d.one("reason", "mixed", "taskgen")
    rate = pace(d, n, 20, 150)
    work = Routine(
        WANTED[kind], {d.one("python", "plain_http", "go"): 1}, {d.one("hosting", "server", "pool"): 1}, rate,
        spread=d.some(0.05, 0.3), hours=d.one("night", "flat"), weekend=1, presence=0.97, turns=1.2, gap=4,
        frame=Frame(FRAME_OF[kind], d.one("fixed", "few"), share=d.some(0.8, 1)), topics=d.topics(3, 8),
        temperature=d.one(0.6, 0.7, 1.0), max_tokens=d.one(0, 4096), exits=d.count(4, 25), follow="same", harvest=True,
    )
    return [
        Group(
            "prepaid_lots", n, [work], "lots", cards=d.some(4, 20), signup="lots", lots=d.count(3, 10),
            mail=d.one("throwaway", "free"), life=d.days * d.some(0.4, 0.9), dry=True, delay=d.log(0.2, 6), stock=d.chance(0.5),
        )
    ]


def sim_bank(d: Draw) -> list[Group]:
    """Numbers of a bank of SIM cards, each used for several accounts, which mark answers."""
    n, kind = size(d, 40, 300), d.one("grade", "grade", "reason")
    rate = pace(d, n, 15, 120)
    work = Routine(
        WANTED[kind], {d.one("python", "node", "java"): 1}, {"pool": 2, "mobile": 1}, rate, spread=d.some(0.1, 0.4),
        hours=d.one("flat", "awake"), weekend=1, presence=0.9, turns=1.0,
        frame=Frame(FRAME_OF[kind], "fixed", d.one("before", "after", "system")), topics=d.topics(2, 8), temperature=0.0,
        exits=d.count(8, 60), follow="same", harvest=True,
    )
    return [
        Group(
            "sim_bank", n, [work, *cover(d, rate)], "sims", cards=d.some(2, 8), phones=d.some(2, 6), signup="lots",
            lots=d.count(4, 15), mail=d.one("free", "throwaway"), verified=0.2,
        )
    ]


def banned_again(d: Draw) -> list[Group]:
    """A small pool that is banned and comes back within hours."""
    n, kind = size(d, 20, 90), d.one("reason", "rewrite", "code")
    rate = pace(d, n, 40, 250)
    work = Routine(
        WANTED[kind], {"python": 1} if d.chance(0.6) else {"plain_http": 1, "python": 1},
        {d.one("proxies", "pool", "sticky"): 1}, rate, spread=0.3, hours="flat", weekend=1, presence=0.97, turns=1.3, gap=8,
        frame=Frame(FRAME_OF[kind], d.one("fixed", "fixed", "few"), share=d.some(0.85, 1)), topics=d.topics(3, 10),
        exits=d.count(10, 60), again=d.some(0, 0.15), follow="same", harvest=True,
    )
    return [
        Group(
            "banned_again", n, [work], "phoenix", cards=d.some(1.5, 6), phones=d.some(1, 3), signup="burst", mail="throwaway",
            life=d.some(1.5, 6), delay=d.log(0.3, 8), stock=d.chance(0.4), replaced=d.some(0.8, 1),
        )
    ]


def trial_batches(d: Draw) -> list[Group]:
    """Trial accounts made in batches, which work through software tasks with tools while the credit lasts."""
    n = size(d, 40, 250)
    rate = pace(d, n, 30, 300, long=d.days * 0.5)
    work = Routine(
        CODING, {d.one("python", "harness_two"): 1}, {"hosting": 2, "cloud": 1}, rate, spread=d.some(0.1, 0.35), hours="flat",
        weekend=1, presence=0.95, turns=5, gap=9, follow="agent", tools=True, system="system.agent",
        window=d.span(d.days * 0.4, d.days * 0.8), ramp=d.some(0.3, 0.8), again=0.1, temperature=d.one(0.6, 1.0), harvest=True,
    )
    return [
        Group(
            "trial_batches", n, [work], "trials", cards=d.some(3, 10), phones=d.some(1, 4), signup="lots", lots=d.count(4, 12),
            mail="throwaway" if d.chance(0.6) else "own", plans={"trial": 1}, kinds={"startup": 1, "individual": 1},
        )
    ]


def answers_kept(d: Draw) -> list[Group]:
    """A published app relays its users' talks over accounts under many names, and keeps the answers."""
    n = size(d, 15, 80)
    rate = pace(d, n, 50, 350)
    own = d.one("system.open", "system.open", "system.helper")
    relay = Routine(
        TALK | {"code": 2, "reason": 2}, {"node": 1}, {d.one("pool", "server", "cloud"): 1}, rate * 0.8,
        spread=d.some(0.1, 0.4), hours="awake", weekend=1.1, presence=0.97, turns=3, gap=55, handover=d.some(0.25, 0.7),
        system=own, per="group", favourites=18, users=True, exits=d.count(4, 20), tongues=d.afresh(), temperature=0.7,
        harvest=True,
    )
    polish = Routine(
        {"rewrite": 3, "grade": 2}, {"python": 1}, {"server": 1}, rate * 0.2, spread=0.4, hours="night", weekend=1,
        frame=Frame(d.one("frame.rewrite", "frame.grade"), "few", share=0.8), favourites=18, users=True, harvest=True,
    )
    return [
        Group(
            "answers_kept", n, [relay, polish], "kept", cards=d.one(1.0, d.some(2, 6)), phones=d.some(1, 3),
            signup=d.one("lots", "lots", "batches"), lots=d.count(2, 6), mail=d.one("free", "own"),
            life=0 if d.chance(0.6) else d.days,
        )
    ]


def moves_at_launch(d: Draw) -> list[Group]:
    """Agentic coding with tools; most of it goes to the new model within a day of its release."""
    n = size(d, 40, 250)
    rate = pace(d, n, 15, 120)
    kit = d.one("harness", "harness_two", "python")
    work = Routine(
        CODING, {kit: 1} if d.chance(0.5) else HARNESS, {"sticky": 3, "hosting": 1} if d.chance(0.7) else {"proxies": 1}, rate,
        spread=d.some(0.2, 0.6), hours=d.one("shifts", "flat"), weekend=1, presence=0.9, turns=6, gap=14, follow="agent",
        pivot=d.some(0.45, 0.95), pivot_hours=d.log(1, 24), tools=kit == "python",
        system="system.agent" if kit == "python" else "", topics=d.topics(4, 9), again=d.some(0, 0.25), handover=d.some(0, 0.2),
        frame=Frame("frame.code", "few", share=d.some(0, 0.6)), harvest=True,
    )
    return [
        Group(
            "moves_at_launch", n, [work, *cover(d, rate)], "movers", cards=d.one(1.0, d.some(1.5, 4)), phones=d.some(1, 2),
            signup=d.one("lots", "lots", "batches"), lots=d.count(3, 12), mail=d.one("free", "throwaway", "own"),
            life=0 if d.chance(0.5) else d.days * 1.5,
        )
    ]


def reseller_side(d: Draw) -> list[Group]:
    """A contracted reseller, some of whose seats have no customer behind them."""
    n, kind = size(d, 20, 120), d.one("reason", "taskgen", "grade", "mixed")
    rate = pace(d, n, 25, 200)
    works = {"extract": 3.0, "summarise": 3.0, "ask": 3.0, "code": 2.0, "write": 2.0, "data": 1.0}
    honest = Routine(
        works, CODE, {"server": 1}, d.log(4, 15), spread=1.2, hours="office", weekend=0.3, exits=6, system="system.helper", per="account"
    )
    side = Routine(
        WANTED[kind], {"python": 2, "node": 1}, {"server": 1}, rate, spread=d.some(0.2, 0.6),
        hours=d.one("night", "flat", "shifts"), weekend=1, presence=0.9, exits=6, turns=1.4, gap=6,
        frame=Frame(FRAME_OF[kind], d.one("few", "varied"), d.one("before", "system"), d.some(0.5, 1)), topics=d.topics(4, 12),
        follow="same", harvest=True,
    )
    common = {
        "orgs": ALL,
        "cards": ALL,
        "mail": "org",
        "passthrough": True,
        "kin": "reseller",
        "kinds": {"enterprise": 1.0},
        "verified": 0.9,
    }
    return [
        Group("reseller_customers", max(20, round(n * d.some(1, 3))), [honest], signup="growing", **common),  # type: ignore[arg-type]
        Group("reseller_side", n, [side], "seats", signup=d.one("lots", "lots", "batches"), lots=d.count(2, 6), **common),  # type: ignore[arg-type]
    ]


def free_tier(d: Draw) -> list[Group]:
    """Free accounts that take their daily allowance, day and night, in several tongues."""
    n, kind = size(d, 150, 500), d.one("reason", "rewrite", "mixed")
    rate = pace(d, n, 8, 40)
    work = Routine(
        WANTED[kind], {"plain_http": 2, "python": 1}, {d.one("proxies", "sticky", "vpn"): 2, "hosting": 0.5}, rate,
        spread=d.some(0.1, 0.3), hours="flat", weekend=1, presence=0.95, turns=1.0,
        frame=Frame(FRAME_OF[kind], d.one("few", "varied", "fixed"), share=d.some(0.6, 1)), topics=d.topics(6, 16),
        tongues={i: d.some(0.3, 1) for i in range(6)}, slots=d.one(0, 0, 10), follow="same", harvest=True,
    )
    return [
        Group(
            "free_tier", n, [work], "allowance", cards=0, plans={"free": 1}, kinds={"individual": 1},
            signup=d.one("lots", "lots", "batches"), lots=d.count(6, 25), mail=d.one("throwaway", "free"),
            life=d.one(0.0, d.days), delay=d.log(1, 30), country=-2,
        )
    ]


def partner_trains(d: Draw) -> list[Group]:
    """A partner firm: some of its accounts work, others collect for a model of its own."""
    n, kind = size(d, 20, 110), d.one("reason", "grade", "code", "taskgen")
    rate = pace(d, n, 20, 150)
    honest = Routine(TALK | {"code": 2}, CHAT | {"python": 1, "harness": 1}, {"office": 1}, 4, hours="office", weekend=0.1, exits=2)
    side = Routine(
        WANTED[kind], {"python": 3, "node": 1}, {"office": 2, "server": 1}, rate, spread=d.some(0.2, 0.6),
        hours=d.one("night", "shifts", "flat"), weekend=0.9, presence=0.85, exits=2, turns=1.3, gap=7,
        frame=Frame(FRAME_OF[kind], d.one("fixed", "few", "varied"), d.one("before", "system"), d.some(0.6, 1)),
        topics=d.topics(4, 12), again=d.some(0, 0.1), follow="same", harvest=True,
    )
    daily = Routine(TALK, CHAT, {"office": 1}, 1.5, hours="office", weekend=0.1, exits=2, hushed=d.some(0.2, 0.8))
    common = {"orgs": ALL, "mail": "org", "kin": "partner", "kinds": {"enterprise": 1.0}, "verified": 0.9, "plans": {"partner": 1.0}}
    return [
        Group("partner_staff", max(20, round(n * d.some(0.7, 2))), [honest], **common),  # type: ignore[arg-type]
        Group("partner_trains", n, [side, daily], "partner", signup=d.one("lots", "lots", "batches"), lots=3, **common),  # type: ignore[arg-type]
    ]


def piece_workers(d: Draw) -> list[Group]:
    """People who are paid by the piece to ask by hand, from their homes."""
    n, kind = size(d, 60, 350), d.one("reason", "grade", "code", "taskgen")
    rate = pace(d, n, 5, 30)
    piece = Routine(
        WANTED[kind], {"browser": 3, "phone_app": 1, "masked_browser": d.some(0, 1)}, {"home": 3, "roam": 2, "mobile": 1}, rate,
        spread=d.some(0.5, 0.9), hours=d.one("evening", "awake"), weekend=1, presence=d.some(0.5, 0.8), turns=1.8, gap=110,
        frame=Frame(FRAME_OF[kind], d.one("account", "varied", "few"), d.one("before", "after"), d.some(0.3, 0.8), few=8),
        topics=d.topics(6, 14), favourites=9, window=(d.some(0, 0.3), 1), ramp=d.some(0.1, 0.7), follow=d.one("next", "same"),
        harvest=True,
    )
    life = Routine(TALK, CHAT, {"home": 2, "roam": 2}, d.log(0.5, 2), hours="evening", hushed=d.some(0.4, 0.9))
    return [
        Group(
            "piece_workers", n, [piece, life], "pieces", cards=-1, signup="growing" if d.chance(0.5) else "fresh",
            country=d.one(-1, int(d.one(2, 3))), mail="free",
        )
    ]


def leaked_keys(d: Draw) -> list[Group]:
    """Keys that honest firms let slip: the owners' traffic goes on, another's comes beside it."""
    n, kind = size(d, 20, 90), d.one("reason", "code", "mixed")
    rate = pace(d, n, 10, 150)
    works = {"extract": 3.0, "summarise": 3.0, "ask": 3.0, "code": 2.0, "write": 2.0, "data": 1.0}
    owner = Routine(works, CODE, SERVERS, d.log(4, 20), spread=1.2, turns=1.2, system="system.helper", per="account", favourites=2)
    taken = Routine(
        WANTED[kind], {"python": 1, "plain_http": 1}, {d.one("proxies", "hosting", "vpn"): 1}, rate, spread=d.some(0.3, 0.8),
        hours="flat", weekend=1, presence=0.8, turns=1.5, gap=7, window=(d.some(0.1, 0.5), 1), ramp=d.some(0.2, 0.8),
        frame=Frame(FRAME_OF[kind], d.one("few", "varied"), share=d.some(0.3, 1)), topics=d.topics(5, 14), follow="same",
        harvest=True,
    )
    return [
        Group(
            "leaked_keys", n, [owner, taken], "slipped", orgs=1, cards=1, mail="own", signup="old", verified=0.4,
            kinds={"startup": 2, "enterprise": 1},
        )
    ]


def rented_profiles(d: Draw) -> list[Group]:
    """Accounts of real people, let by the week: their owners go on, the crew works in masked browsers through lines near them."""
    n, kind = size(d, 50, 250), d.one("reason", "grade", "rewrite", "mixed")
    rate = pace(d, n, 5, 40)
    owner = Routine(TALK, CHAT, HOMES, d.log(0.8, 3), spread=1.0, hours="awake")
    work = Routine(
        WANTED[kind], {"masked_browser": 2, "python": 1} if d.chance(0.5) else {"masked_browser": 1},
        {"sticky": 3, "proxies": 1}, rate, spread=d.some(0.3, 0.8), hours=d.one("shifts", "awake"), weekend=0.9,
        presence=d.some(0.5, 0.9), turns=1.5, gap=45, window=(d.some(0, 0.4), 1), ramp=d.some(0.2, 0.8),
        frame=Frame(FRAME_OF[kind], d.one("varied", "account"), share=d.some(0.2, 0.8)), topics=d.topics(5, 14), favourites=14,
        again=d.some(0, 0.1), follow=d.one("next", "same"), harvest=True,
    )
    return [
        Group(
            "rented_profiles", n, [owner, work], "rent", cards=-1, signup="old", mail="free",
            life=0 if d.chance(0.5) else d.days * 2, stock=True,
        )
    ]


def little_each(d: Draw) -> list[Group]:
    """Hundreds of accounts that ask a few things a day for weeks, each task once, among other things."""
    n = size(d, 250, 500)
    rate = pace(d, n, 2, 5, most=0.2)
    kind = d.one("reason", "code", "mixed", "taskgen")
    work = Routine(
        WANTED[kind], CHAT | {"python": 1, "node": 1} if d.chance(0.5) else CODE, {"sticky": 3, "roam": 1}, rate,
        spread=d.some(0.2, 0.7), hours=d.one("awake", "shifts"), weekend=0.9, presence=d.some(0.4, 0.8), turns=1.4,
        frame=Frame(FRAME_OF[kind], "varied", share=d.some(0, 0.4)), topics=d.topics(6, 16), favourites=d.count(3, 16),
        harvest=True,
    )
    return [
        Group(
            "little_each", n, [work, *cover(d, rate * 2)], "trickle", cards=d.one(1.0, 1.0, 1.4), phones=1,
            signup="aged" if d.chance(0.5) else "lots", lots=d.count(8, 40), mail="free", verified=0.1,
        )
    ]

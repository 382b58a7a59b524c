"""Operators: they gather answers through accounts that are not what they seem. All choices are drawn anew by the seed."""

from dataclasses import replace
from typing import Any

from .crowds import ALONE, API, CHAT, CODING
from .draw import Draw
from .people import Folk, Party, Routine

SUMS = "physics chemistry algebra probability geometry logic biology economics"
SOFTWARE = "python web systems database cloudops"
BOTH = {"api": 0.7, "cloud_alder": 0.2, "cloud_rowan": 0.1}
LARGE = {"ember-large": 0.8, "ember-mid": 0.2}
COVER = Routine(CHAT | {"code": 0.2, "summary": 0.1}, 2.0, active=0.5, turns=1.8, topics=5, loyal=3)
ABROAD = {"de": 0.2, "fr": 0.15, "es": 0.15, "pt": 0.15, "id": 0.12, "tr": 0.12, "ja": 0.11}


def _synthetic(d: Draw, size: int, **more: Any) -> Folk:
    """Identities of one's own making: throw-away mail, cards and numbers that serve several accounts."""
    made = Folk(size, mail=d.one(("thrown", "few", "free")), card=d.about(3, 14), cardless=d.between(0, 0.3), phone=d.about(1.5, 6),
        phoneless=d.between(0.1, 0.6), signup="burst", opened=d.between(-5, 0), width=d.between(0.3, 3), paths=API,
        nets=d.one(({"proxy": 1.0}, {"sticky": 1.0}, {"hosting": 0.4, "proxy": 0.6})), clients={d.one(("python", "httpx", "node")): 1.0},
        plans={"pay_as_you_go": 1.0}, warm=0.2, verified=0.0)
    return replace(made, **more)


def _private(size: int, **more: Any) -> Folk:
    """What private customers look like."""
    made = Folk(size, {"individual": 0.85, "startup": 0.15}, 0.02, paths={"api": 0.8, "app": 0.2}, nets={"sticky": 0.8, "home": 0.2},
        signup="last", cardless=0.15)
    return replace(made, **more)


def _careless(d: Draw, folk: Folk, work: Routine, how_often: int, *, once: bool = False) -> tuple[Folk, Routine]:
    """A competent crew with some habits left, of different families as far as there are; ``once``: it asks nothing twice, in no frame."""
    who: list[dict[str, Any]] = [
        {"card": d.about(1.3, 4), "cardless": 0.25}, {"phone": d.about(1.3, 3.5), "phoneless": 0.3}, {"signup": "lots"}, {"mail": "few"},
    ]
    what: list[dict[str, Any]] = [
        {"sampling": (d.one((0.6, 0.7, 1.0)), d.one((None, 0.95)), d.one((2048, 4096, 8192)))},
        {"system": d.one(("data_system", "data_system:0", "data_system:2"))},
        {"clients": {d.one(("python", "node", "httpx")): 1.0, "chrome": 1.0}, "one_build": True},
    ]
    when: list[dict[str, Any]] = [
        {"even": True, "weekend": 1.0, "rate": work.rate * work.active}, {"hours": "block", "weekend": 1.0}, {"hours": "ticks"},
        {"window": (max(work.window[0], 0.12), min(work.window[1], 0.8))},
    ]
    how: list[dict[str, Any]] = [
        {"rerun": 0.2}, {"elsewhere": 0.06}, {"frame": work.frame or "careful_expert", "wording": "varied", "framed": d.between(0.3, 0.6)},
    ]
    families = [who, what, when] if once else [who, what, when, how]
    order = [*d.rng.permutation(len(families)).tolist(), *d.rng.permutation(len(families)).tolist()]
    for k in order[:how_often]:
        habit = families[k].pop(int(d.rng.integers(len(families[k]))))
        folk = replace(folk, **{name: value for name, value in habit.items() if hasattr(folk, name)})
        work = replace(work, **{name: value for name, value in habit.items() if hasattr(work, name)})
    return folk, work


def _crew(name: str, kind: str, folk: Folk, *routines: Routine) -> Party:
    return Party(f"harvest_{kind}", folk, routines, f"operator_{name}")


def _reasoning(d: Draw) -> dict[str, float]:
    return d.one(({"reason": 1.0}, {"reason": 0.7, "ask": 0.3}, {"reason": 0.5, "code": 0.5}, {"reason": 0.6, "quiz": 0.4}))


# Easy.


def free_credit_burned_in_series(d: Draw) -> list[Party]:
    folk = _synthetic(d, d.size(60, 260), cardless=1.0, links=d.size(5, 12), delay=(0.1, 6.0), plans={"free": 1.0}, mail="thrown",
        paths=BOTH)
    work = Routine(_reasoning(d), d.about(60, 220), spread=0.2, active=0.95, turns=1, hours="flat", weekend=1, topics=d.subjects(3, 6,
        SUMS), frame="explain_reasoning", framed=0.97, pool=9000, deal="split", models=LARGE, sampling=(1.0, None, 4096), gap=4, roam=0,
        longer=1.5, even=True, harvest=True)
    return [_crew("a", "credit_eater", folk, work)]


def tags_forced_on_every_request(d: Draw) -> list[Party]:
    at = d.between(0.35, 0.6)
    work = Routine(_reasoning(d) | {"write": 0.2}, d.about(15, 60), spread=0.4, active=0.9, turns=1, hours=d.one(("flat", "block")),
        weekend=1, topics=d.subjects(4, 9), frame="forced_tags", framed=0.98, models=LARGE, gap=5, roam=0, longer=1.5, window=(0.02, at),
        elsewhere=0.03, harvest=True)
    first = _synthetic(d, d.size(60, 240), mail="thrown", nets={"proxy": 0.8, "sticky": 0.2}, banned=0.75, wave=at)
    second = Folk(d.size(30, 140), signup="lots", mail="free", card=d.about(1, 4), nets={"vpn": 0.5, "sticky": 0.5}, paths=BOTH)
    after = min(0.97, at + d.between(0.2, 3) / 24)
    later = replace(work, window=(after, 1.0))
    buyers = replace(COVER, rate=d.about(6, 20), active=0.7, topics=12, loyal=0)
    return [_crew("a", "first_pool", first, work), _crew("a", "second_pool", second, later, buyers)]


def hydra_on_shared_wallets(d: Draw) -> list[Party]:
    links = d.size(2, 6)
    folk = _synthetic(d, d.size(90, 420), links=links, banned=0.85, delay=(0.5, 9.0), card=d.about(5, 25), cardless=0.05, paths=BOTH)
    work = Routine({"reason": 0.5, "grade": 0.2, "rewrite": 0.3}, d.about(20, 90), turns=1, hours="block", weekend=1, topics=d.subjects(3,
        8), frame=d.one(("explain_reasoning", "safe_rewrite")), framed=0.9, wording=d.one(("fixed", "varied")), models=LARGE,
        sampling=(0.7, None, 4096), gap=5, roam=0, even=True, longer=1.4, harvest=True)
    return [_crew("a", "hydra", folk, work)]


def weekend_sweep_with_a_rubric(d: Draw) -> list[Party]:
    at = d.between(0.25, 0.6)
    folk = _synthetic(d, d.size(12, 45), signup="burst", opened=at * d.days - 0.5, width=0.4)
    work = Routine({"grade": 0.9, "reason": 0.1}, d.about(180, 460), spread=0.2, active=0.98, turns=1, hours="flat", weekend=1,
        topics=d.subjects(6, 14), frame="rubric", framed=0.98, pool=d.size(4000, 20000), deal="split", sampling=(0.0, None, 512),
        models=LARGE, gap=3, roam=0, even=True, window=(at, min(1.0, at + d.between(2, 3.5) / d.days)), harvest=True)
    return [_crew("a", "judge_for_hire", folk, work)]


def three_crews_no_acquaintance(d: Draw) -> list[Party]:
    tasks = Routine({"quiz": 0.7, "reason": 0.3}, d.about(20, 80), turns=1, hours="ticks", weekend=1, topics=d.subjects(3, 6),
        frame="make_tasks", framed=0.9, models=LARGE, gap=4, roam=0, even=True, longer=1.4, harvest=True)
    clean = Routine({"rewrite": 0.7, "ask": 0.3}, d.about(10, 40), turns=1, hours="flat", weekend=1, topics=d.subjects(3, 6),
        frame="safe_rewrite", framed=0.85, wording="varied", models=LARGE, gap=4, roam=0, harvest=True)
    code = Routine(CODING, d.about(6, 18), turns=2, topics=d.subjects(2, 4, SOFTWARE), frame="explain_reasoning", framed=0.5,
        wording="varied", models=LARGE, harvest=True, pool=4000, deal="split")
    folk, work = _careless(d, _private(d.size(25, 120)), code, 4)
    return [_crew("a", "task_maker", _synthetic(d, d.size(20, 90)), tasks), _crew("b", "soft_words", _synthetic(d, d.size(15, 80),
        banned=0.3), clean), _crew("c", "quiet_coder", folk, work, COVER)]


# Competent, not perfect.


def pivot_when_the_model_ships(d: Draw) -> list[Party]:
    work = Routine({"agent": 0.6, "code": 0.25, "vision": 0.15}, d.about(3, 9), spread=0.4, active=0.9, turns=d.between(4, 7),
        hours=d.one(("flat", "waking", "block")), weekend=0.9, topics=d.subjects(2, 4, SOFTWARE), tools=d.one((21, 22, 11)),
        system=d.one(("", "harness_system:0", "data_system:1")), models=LARGE, pivot=d.between(0.4, 0.65), rerun=0.25, pool=5000,
        deal="split", gap=12, harvest=True)
    folk, work = _careless(d, _private(d.size(40, 200), paths=BOTH), work, 3)
    return [_crew("a", "pivoter", folk, work, replace(COVER, rate=1.0))]


def harness_users_relayed(d: Draw) -> list[Party]:
    """Users of a harness are served through the crew's accounts; their sessions are asked again later."""
    work = Routine({"agent": 0.6, "code": 0.4}, d.about(2.5, 8), active=0.9, spread=0.5, turns=d.between(4, 8), hours="waking",
        weekend=0.7, topics=30, system="harness_system:1" if d.chance(0.6) else "data_system:1", tools=d.one((12, 12, 23)), models=LARGE,
        handover=d.between(0.3, 0.8), replay=d.between(0.1, 0.35), gap=30, harvest=True, roam=0)
    folk, work = _careless(d, _private(d.size(50, 260), paths=API, nets={"sticky": 0.5, "proxy": 0.5}, clients={"brightfork": 0.7,
        "node": 0.3}), work, 2)
    return [_crew("a", "harness_relay", folk, work)]


def traces_washed_and_graded(d: Draw) -> list[Party]:
    wash = Routine({"trace": 0.75, "reason": 0.25}, d.about(12, 50), spread=0.4, active=0.85, turns=1.15, hours=d.one(("flat", "block",
        "ticks")), weekend=0.95, topics=d.subjects(3, 7, SUMS), frame="clean_trace", framed=0.7, wording=d.one(("varied", "account")),
        models=LARGE, replay=0.08, fallback=d.one((1.0, d.between(0.5, 0.7))), gap=8, roam=0, longer=1.4, harvest=True)
    judge = replace(wash, works={"grade": 1.0}, rate=wash.rate * 0.5, frame="rubric", share=0.5, replay=0.0, framed=0.6)
    folk, wash = _careless(d, _private(d.size(40, 220), banned=0.15), wash, 2)
    crews = [_crew("a", "trace_washer", folk, wash, judge, replace(COVER, rate=1.5))]
    if d.chance(0.5):
        other = Routine({"reason": 1.0}, d.about(5, 20), turns=1, topics=d.subjects(3, 5, SUMS), frame="thinking_language", framed=0.5,
            tongues=ABROAD, models=LARGE, harvest=True)
        crews.append(_crew("b", "thoughts_abroad", *_careless(d, _private(d.size(20, 90)), other, 3)))
    return crews


def four_samples_by_four_accounts(d: Draw) -> list[Party]:
    """Every task is asked by four accounts, and a fifth request judges; budget ends before the log."""
    work = Routine({"ask": 0.3, "write": 0.3, "reason": 0.4}, d.about(2, 9), spread=0.4, active=0.9, turns=1, hours=d.one(("waking",
        "flat")), weekend=0.9, topics=d.subjects(6, 12), resample=3, frame="preference", framed=d.between(0.0, 0.5), wording="varied",
        models=LARGE, window=(0.05, d.between(0.65, 0.9)), harvest=True)
    judge = replace(work, works={"grade": 1.0}, resample=0, frame="", rate=work.rate * 0.7)
    folk, work = _careless(d, _private(d.size(40, 240)), work, 2)
    return [_crew("a", "best_of_four", folk, work, judge, replace(COVER, rate=1.2))]


def corpus_in_seven_tongues(d: Draw) -> list[Party]:
    work = Routine({"reason": 0.35, "write": 0.25, "rewrite": 0.2, "ask": 0.2}, d.about(6, 35), spread=0.4, active=0.9, turns=1,
        hours=d.one(("flat", "ticks", "block")), weekend=0.95, topics=30, tongues=ABROAD, frame="thinking_language", framed=d.between(0.3,
        0.85), wording=d.one(("fixed", "varied")), models=LARGE, roam=0, longer=1.3, harvest=True, pool=15000, deal="split")
    folk, work = _careless(d, _private(d.size(40, 200), paths=BOTH), work, 2)
    return [_crew("a", "many_tongues", folk, work, replace(COVER, rate=1.0))]


# Hard.


def drip_under_cover(d: Draw) -> list[Party]:
    """Hundreds of accounts with cards and homes of their own ask two to six things a day besides others."""
    work = Routine(_reasoning(d), d.between(2.2, 5.5), spread=0.4, active=0.85, turns=1.1, topics=d.subjects(3, 6, SUMS),
        frame="careful_expert", framed=d.between(0.4, 0.75), wording="varied", pool=30000, deal="split", models=LARGE, longer=1.3,
        harvest=True)
    folk, work = _careless(d, _private(d.size(220, 600)), work, 3)
    return [_crew("a", "drip", folk, work, replace(COVER, rate=d.between(0.6, 2.0)))]


def pool_split_without_template(d: Draw) -> list[Party]:
    crews = []
    for name in ("a", "b")[:1 + d.chance(0.5)]:
        subjects = d.subjects(2, 4, SUMS if name == "a" else SOFTWARE)
        work = Routine({"reason": 0.7, "quiz": 0.3} if name == "a" else {"code": 0.8, "agent": 0.2}, d.about(5, 20), spread=0.35,
            active=0.85, turns=1.1, topics=subjects, pool=40000, deal="split", models=LARGE, longer=1.3, harvest=True)
        folk, work = _careless(d, _private(d.size(60, 260)), work, 3, once=True)
        crews.append(_crew(name, "dealt_pool", folk, work, replace(COVER, rate=d.between(0.4, 1.5))))
    return crews


def bought_from_a_seller_of_accounts(d: Draw) -> list[Party]:
    """Aged accounts in lots of a seller, who has other customers; those of the crew wake together."""
    wake = d.between(0.1, 0.3)
    work = Routine({"reason": 0.35, "code": 0.35, "data": 0.3}, d.about(6, 25), spread=0.5, active=0.85, turns=1.3, topics=d.subjects(4,
        8), frame="careful_expert", framed=0.35, wording="varied", models=LARGE, window=(wake, 1.0), harvest=True, elsewhere=0.03)
    folk = _private(d.size(60, 260), signup="lots", seller=1, mail="free", card=d.about(1, 2.5))
    folk, work = _careless(d, folk, work, 2)
    buyers = Party("buyers_of_accounts", replace(folk, size=d.size(30, 150), signup="lots", clients=None, one_build=False, mail="free"),
        (replace(ALONE, rate=3.0, active=0.5, works=CHAT | {"code": 0.3, "write": 0.3}, loyal=2),))
    return [_crew("a", "bought_lots", folk, work, replace(COVER, rate=1.0, window=(wake, 1.0))), buyers]


def free_chat_app_keeps_answers(d: Draw) -> list[Party]:
    """An app that is free for its users, whose questions go out through accounts in other names; some are asked again, with thoughts."""
    work = Routine(CHAT | {"code": 0.2, "reason": 0.15}, d.about(5, 20), spread=0.3, active=0.97, turns=2.6, hours="waking", weekend=1.1,
        topics=30, handover=d.between(0.5, 0.9), system=d.one(("app_system:0", "own", "", "")), models=LARGE, harvest=True, roam=0,
        replay=d.between(0.03, 0.1))
    again = Routine({"reason": 0.6, "ask": 0.4}, d.about(2, 8), spread=0.4, active=0.9, turns=1, hours="flat", weekend=1, topics=30,
        frame="explain_reasoning", framed=0.5, wording="varied", models=LARGE, harvest=True, roam=0)
    folk, work = _careless(d, _private(d.size(40, 180), paths=API, nets={"sticky": 0.6, "proxy": 0.4}), work, 2)
    return [_crew("a", "app_relay", folk, work, again)]

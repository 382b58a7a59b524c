"""Operators: each tactic of the list of threats as the main thing, what else they do drawn by the seed."""

from dataclasses import replace
from typing import Any

from .crowds import CROWDS, PEOPLE, land
from .party import Draw, Party, Shares
from .text import TONGUES

HARVEST = ("solve", "code", "agent", "instruct", "grade", "backward", "forge", "trace", "safe", "repo")
CLOUDS = ("api", "cloud_east", "cloud_west")
AGENTIC: dict[str, Any] = {"tools": "party", "follow": "tool", "client": {"tool": 0.9, "sdk": 0.1}}


def operator(d: Draw, campaign: str, works: Shares, loud: float = 0.35, **choices: Any) -> Party:
    """An operator: each trait that could give it away is there with the chance ``loud``, unless ``choices`` say."""

    def trait(name: str, seen: Any, unseen: Any) -> None:
        drawn[name] = seen if d.yes(loud) else unseen

    drawn: dict[str, Any] = {"accounts": d.n(40, 600), "rate": d.log(3, 40), "pool": d.n(500, 6000), "turns": d.of(1.0, 2.0),
        "phone": d.of(0, 0.3)}
    trait("frames", d.n(1, 12), d.n(20, 300))
    drawn["framed"], drawn["frame"], drawn["stems"] = d.of(0.3, 1), "work", d.pick(1, 1, 2)
    trait("pooled", d.of(0.5, 1), 0.0)
    trait("queue", True, False)
    trait("spread", d.of(0.05, 0.25), d.of(0.4, 1.0))
    trait("hours", d.pick("runs", "flat"), d.pick("own", "office", "evening"))
    trait("net", d.pick({"rack": 1.0}, {"sticky": 1.0}, {"egress": 1.0}), d.pick({"proxy": 1.0}, {"home": 0.6, "vpn": 0.4}, {"vpn": 0.6,
        "proxy": 0.4}))
    trait("client", d.pick({"tool": 1.0}, {"sdk": 1.0}), {"sdk": d.of(0.3, 1), "browser": d.of(0, 0.8)})
    trait("sampling", "party", "account")
    trait("card", d.log(2, 25), d.pick(0.0, 1.0))
    trait("mail", "throwaway", "public")
    trait("signup", d.pick("burst", "fresh"), d.pick("aged", "trickle", "old"))
    trait("signup_net", d.pick("rack", "vpn"), "")
    trait("cover", 0.0, d.of(0.05, 0.5))
    trait("manners", 0.0, d.of(0.2, 1))
    drawn |= {"idle_days": d.log(0.05, 6), "exits": d.n(2, 40), "weekend": d.of(0.4, 1), "country": land(d) if d.yes(0.3) else -1}
    drawn |= {"plans": d.pick({"free": 1.0}, {"payg": 1.0}, {"free": 0.5, "payg": 0.5}), "paths": d.mix(CLOUDS, 1, 2)}
    drawn |= {"lives": d.pick(0.0, 0.0, d.log(0.1, 1)), "pivot": d.of(0, 0.6), "pivot_h": d.log(10, 200)}
    return Party(label=f"{campaign}_crew", works=dict(works), campaign=campaign, **(drawn | choices))


def narrow(d: Draw) -> dict[str, float]:
    return d.mix(HARVEST, 1, 2)


def hydra_heads(d: Draw) -> list[Party]:
    return [operator(d, "hydra", narrow(d), lives=d.log(1, 5), replaced_h=(0.5, d.log(3, 24)), paths=d.mix(CLOUDS), signup="trickle",
        cover=d.of(0, 0.2))]


def mixed_pipe(d: Draw) -> list[Party]:
    return [operator(d, "pipe", narrow(d), cover=d.of(0.5, 0.8), speakers=d.n(8, 60), roaming=True, net={d.pick("proxy", "egress"): 1.0})]


def common_purse(d: Draw) -> list[Party]:
    works = d.mix(("solve", "grade", "safe"), evenness=3)
    return [operator(d, "purse", works, card=d.log(5, 30), hours="runs", queue=True, spread=d.of(0.05, 0.2), plans={"payg": 1.0},
        cover=0.0)]


def many_doors(d: Draw) -> list[Party]:
    """Three kinds of accounts, of which one later rebuilds traces."""
    n, kin, switch = d.n(60, 500), int(d.rng.integers(1, 1 << 40)), d.of(0.4, 0.7)
    works = d.mix(("agent", "repo", "code", "data"), 2, 4)
    common = operator(d, "doors", works, kin=kin, turns=d.of(2, 5), rate=d.log(4, 20), **AGENTIC)
    return [
        replace(common, accounts=n // 2, paths={"api": 1.0}, signup="fresh"),
        replace(common, accounts=n // 4, paths={"cloud_east": 1.0}, kinds={"enterprise": 1.0}, org="cards", card=d.log(2, 9),
        signup="aged"),
        replace(
            common, accounts=n // 4 + 1, label="doors_late", works={"trace": 0.7, "backward": 0.3}, follow="talk", frames=d.n(2, 20),
            span=(switch, 1.0),
            client={"browser": 0.5, "sdk": 0.5}, plans={"plus": 1.0}, card=1.0, signup="burst",
        ),
    ]  # fmt: skip


def new_model_rush(d: Draw) -> list[Party]:
    works = d.mix(("repo", "agent", "code"), 1, 3)
    return [operator(d, "rush", works, pivot=d.of(0.4, 0.65), pivot_h=d.of(4, 24), turns=d.of(2, 6), models={"main": 1.0},
        span=(0.01, 1.0), **AGENTIC)]


def thinking_tongue(d: Draw) -> list[Party]:
    return [operator(d, "tongue", d.mix(TONGUES, 1, 3), frame="think", frames=d.n(2, 20), framed=d.of(0.6, 1), stems=d.pick(1, 2))]


def steady_drip(d: Draw) -> list[Party]:
    return [operator(d, "drip", narrow(d), accounts=d.n(40, 110), rate=d.of(20, 32), spread=d.of(0.05, 0.2), hours=d.pick("flat", "own"))]


def second_pool(d: Draw) -> list[Party]:
    """When the first pool falls, the second, which carries other buyers too, goes on within hours."""
    fall, kin = d.of(0.35, 0.65), int(d.rng.integers(1, 1 << 40))
    common = operator(d, "pools", d.mix(HARVEST[:5]), kin=kin, frame="reason", frames=1, framed=1.0, lives=0.0, accounts=d.n(40, 300))
    first = replace(
        common, net={"proxy": 1.0}, mail="throwaway", card=1.0, plans={"payg": 1.0}, span=(0.0, fall), felled=True, signup="burst",
        cover=0.0, label="pools_first"
    )  # fmt: skip
    second = replace(
        common, accounts=d.n(40, 300), net={"vpn": 0.5, "home": 0.5}, span=(fall + 0.01, 1.0), signup="aged", cover=d.of(0.3, 0.6),
        speakers=d.n(3, 30),
        label="pools_second",
    )  # fmt: skip
    return [first, second]


def relayed_users(d: Draw) -> list[Party]:
    """Its own users' requests, and reasoning replayed in new conversations."""
    works = d.mix(PEOPLE) | {"trace": d.of(0.1, 0.5)}
    return [
        operator(
            d, "relay", works, speakers=d.n(10, 60), roaming=True, frames=d.n(1, 8), framed=0.9, manners=0.8, handover=d.of(0.3, 0.9),
            turns=d.of(1.5, 4), cover=0.0, pooled=0.0, client={"sdk": 1.0},
        )
    ]  # fmt: skip


def harness_relay(d: Draw) -> list[Party]:
    works = d.mix(("repo", "debug", "agent", "data"), 2, 4)
    return [
        operator(
            d, "harness", works, speakers=d.n(5, 30), roaming=True, system=d.pick("few large", "party large"), turns=d.of(3, 8),
            gap_s=d.log(5, 30),
            handover=d.pick(0.0, d.of(0.2, 0.9)), cover=0.0, pooled=0.0, frames=0, manners=0.4, **AGENTIC,
        )
    ]  # fmt: skip


def fallback_cleaners(d: Draw) -> list[Party]:
    return [operator(d, "cleaners", {"trace": 0.6, "grade": 0.4}, blocked=d.of(0.35, 0.7), models={"main": 1.0}, pivot=0.0,
        span=(0.01, 1.0))]


def session_replay(d: Draw) -> list[Party]:
    works = d.mix(("repo", "debug", "agent"), 1, 3)
    more: dict[str, Any] = {
        "system": "few large", "pool": d.n(100, 900), "pooled": d.of(0.5, 1), "pooling": d.pick("popular", "split"), "frames": 0,
        "turns": d.of(2, 5),
    }  # fmt: skip
    return [operator(d, "replay", works, rate=d.of(10, 16), spread=d.of(0.1, 0.5), accounts=d.n(40, 250), **(more | AGENTIC))]


def backward_reasons(d: Draw) -> list[Party]:
    return [operator(d, "backward", {"backward": 1.0}, framed=1.0)]


def one_injection(d: Draw) -> list[Party]:
    return [operator(d, "injection", d.mix(PEOPLE), frame="reason", frames=1, framed=1.0, stems=d.pick(1, 2, 3))]


def rubric_bench(d: Draw) -> list[Party]:
    return [operator(d, "rubric", {"grade": 1.0}, framed=1.0, frames=d.n(1, 60))]


def safe_rewrites(d: Draw) -> list[Party]:
    return [operator(d, "safe", {"safe": 1.0}, framed=1.0, frames=d.n(1, 60))]


def task_forge(d: Draw) -> list[Party]:
    return [operator(d, "forge", {"forge": 1.0}, framed=1.0, frames=d.n(2, 60))]


def trace_rebuild(d: Draw) -> list[Party]:
    return [operator(d, "rebuild", {"trace": 1.0}, framed=1.0)]


def worn_template(d: Draw) -> list[Party]:
    return [operator(d, "template", d.mix(HARVEST, 1, 1), frames=d.n(1, 4), framed=1.0)]


def no_template(d: Draw) -> list[Party]:
    return [operator(d, "varied", d.mix(("solve", "code", "forge", "instruct"), 1, 2), frames=0, framed=0.0, manners=d.of(0, 0.5),
        speakers=d.n(1, 30))]


def split_pool(d: Draw) -> list[Party]:
    topics = d.some(("maths", "physics", "chem", "biology", "web", "data", "law", "care"), 1, 3)
    return [operator(d, "split", narrow(d), topics=topics, pool=d.n(4000, 12000), pooled=1.0, queue=True, frames=0)]


def kindred_papers(d: Draw) -> list[Party]:
    return [
        operator(
            d, "papers", narrow(d), loud=0.15, card=d.log(4, 40), phones=d.log(2, 10), phone=0.8, mail="throwaway", signup_net="rack",
            plans={"payg": 1.0}, signup=d.pick("burst", "trickle", "aged"),
        )
    ]  # fmt: skip


def opening_rush(d: Draw) -> list[Party]:
    begin = d.of(0.1, 0.6)
    return [
        operator(
            d, "opening", narrow(d), loud=0.15, signup="burst", idle_days=d.log(0.02, 0.3), rate=d.log(15, 80),
            span=(begin, begin + d.of(0.08, 0.25)), lives=0.0
        )
    ]


def even_load(d: Draw) -> list[Party]:
    return [operator(d, "even", narrow(d), loud=0.15, queue=True, spread=d.of(0.02, 0.1), cover=d.of(0, 0.2))]


def one_whistle(d: Draw) -> list[Party]:
    return [operator(d, "whistle", narrow(d), loud=0.15, hours="runs", cover=d.of(0, 0.15))]


def changed_hands(d: Draw) -> list[Party]:
    return [operator(d, "hands", d.mix(HARVEST[:5], 1, 3), loud=0.15, handover=d.of(0.5, 0.95), turns=d.of(2.5, 6), queue=True)]


def same_bench(d: Draw) -> list[Party]:
    return [operator(d, "bench", narrow(d), loud=0.15, sampling="party", turns=d.of(1.2, 4), **AGENTIC)]


def pinned_proxies(d: Draw) -> list[Party]:
    return [operator(d, "pinned", narrow(d), loud=0.25, net={"sticky": 1.0}, signup_net="", lives=d.of(0, 0.3))]


def three_buyers(d: Draw) -> list[Party]:
    """One seller of aged accounts and one gateway; three buyers with different ends."""
    wares = {"signup": "aged", "mail": d.pick("public", "throwaway"), "client": {"tool": 1.0}, "kin": int(d.rng.integers(1, 1 << 40)),
        "accounts": d.n(40, 200)}
    works = [dict.fromkeys(d.some(HARVEST, 1, 2), 1.0) for _ in range(3)]
    return [operator(d, f"buyer{i}", works[i], loud=0.3, **wares) for i in range(3)]


def crossed_wires(d: Draw) -> list[Party]:
    """Two to four operators who know nothing of each other."""
    makers = (
        hydra_heads, common_purse, thinking_tongue, backward_reasons, task_forge, no_template, even_load, changed_hands, relayed_users,
    )  # fmt: skip
    some = d.rng.permutation(len(makers))[: int(d.rng.integers(2, 5))]
    return [replace(party, accounts=max(40, party.accounts // 2)) for i in some for party in makers[int(i)](d)]


def quiet_hands(d: Draw) -> list[Party]:
    """Knows what gives one away: own card, home and hours for each, old accounts, varied words, covers."""
    return [
        operator(
            d, "quiet", d.mix(HARVEST, 1, 3), loud=0.0, frames=d.pick(0, d.n(60, 300)), framed=d.of(0.2, 0.7), cover=d.of(0.4, 0.75),
            rate=d.log(1, 5),
            net={"sticky": 0.7, "vpn": 0.1}, signup=d.pick("aged", "trickle"), card=1.0, manners=d.of(0.6, 1), lives=0.0,
            speakers=d.pick(1, 3),
        )
    ]  # fmt: skip


COATS = ("franchise", "sheet_addon", "paid_tasks", "exam_markers", "wrapper_app", "browser_extension", "prompt_course", "smart_homes")


def borrowed_coats(d: Draw) -> list[Party]:
    """Looks like a crowd that it has seen go unpunished, and puts its harvest into that crowd's ways."""
    crowd = CROWDS[d.pick(*COATS)](d)
    harvest = {work: share * d.of(1, 3) for work, share in narrow(d).items()}
    return [replace(crowd, label="coats_crew", campaign="coats", accounts=d.n(60, 500), works=dict(crowd.works) | harvest, each=0,
        cover=d.of(0.1, 0.4))]

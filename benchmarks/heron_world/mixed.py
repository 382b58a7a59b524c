"""Operators with several tactics, and several operators in one world."""

import numpy as np

from .alone import STEM
from .arrays import Arr, obj
from .crew import hire
from .log import Group, seen_prompts
from .manners import injected, paraphrase, pivot
from .pools import CHEAP, EUROPE
from .world import DAY, FLAT, World


def steal(w: World, name: str, n: int, labels: tuple[str, ...] = ("solo_dev", "app_vendor", "agency")) -> Group:
    """Keys of innocent accounts found in public code; used from the operator's machines beside their owners."""
    pool = np.flatnonzero(np.isin(np.array(w.acc["label"], dtype=object), labels))
    idx = w.rng.choice(pool, min(max(6, w.n(n)), len(pool)), replace=False)
    for a in idx.tolist():
        w.acc["campaign"][a] = name
        w.acc["label"][a] = "stolen_key"
    hosts = np.stack([w.net.vpn(len(idx)), w.net.cloud(len(idx), 6)], 1)
    g = Group(
        w, idx, obj([w.acc["country"][a] for a in idx]), hosts, np.array([0.5, 0.5]), w.net.clients(len(idx), "raw"), rotate=True,
        profile=FLAT
    )
    g.temp = np.full(len(idx), 0.8)
    return g


def farm_and_crew(w: World) -> None:
    """Free accounts by the hundred (poor), and people paid per prompt (patient)."""
    farm = hire(
        w, "free_farm", 340, said=("individual",), path="app", plan="free", cardless=True, phone=0.35, phone_rented=0.7, mail="disposable",
        bought="stock", net="vpn", families=("browser",), hazard=0.02, delay=30, start=0.5, signup_shared=0.3, label="free_tier"
    )
    slot, t = farm.schedule(3.0, "flat", 0.5)
    head = w.text.one("coerce")
    farm.harvest(slot, t, w.text.gen("math", len(slot)), affix=injected(head, "tail", 0.3, w.rng))
    crew = hire(
        w, "paid_crew", 60, path="app", plan="plus", mail="webmail", bought="trickle", net="homes", lands=("PH", "IN", "VN", "EG"),
        phone=0.9, families=("browser",), tz=6, label="paid_person", said=("individual",)
    )
    slot, t = crew.schedule(6, "human", 0.6)
    tasks = w.text.unique(("logic", "tutor", "write", "div"), max(20, len(slot) // 2))
    crew.harvest(slot, t, np.repeat(tasks, 2), 2.6, voiced=True, gap=150, twice=0.15)
    crew.cover(0.4, "personal")


def stolen_and_aged(w: World) -> None:
    """Keys from public code, used until they are turned off; and bought accounts with a history of their own."""
    g = steal(w, "stolen_keys", 26)
    begin = w.rng.uniform(3, 16, g.n) * DAY
    burn = w.rng.lognormal(-0.3, 0.8, g.n) * DAY
    who = np.repeat(np.arange(g.n), w.rng.poisson(260 * w.rng.lognormal(-0.3, 0.7, g.n)))
    t = begin[who] + w.rng.uniform(0, 1, len(who)) * burn[who]
    order = np.argsort(t)
    g.talk(
        who[order], t[order], np.ones(len(who), dtype=int), w.text.unique(("agent", "code", "math"), len(who)), harvested=True,
        voiced=False, out=6.2
    )
    aged = hire(
        w, "bought_accounts", 95, bought="aged", mail="webmail", net="sticky", phone=0.7, families=("python", "node"), start=6.0,
        waves=((15.2, 0.3),), delay=40, replaced=0.6, label="bought"
    )
    old = aged.group
    hist = np.flatnonzero(w.rng.random(old.n) < 0.6)
    who = np.repeat(hist, w.rng.geometric(0.2, len(hist)))
    old.talk(who, w.rng.uniform(0, 5.5 * DAY, len(who)), w.rng.geometric(0.5, len(who)))
    slot, t = aged.schedule(13, "users", 0.9)
    m = np.full(len(t), 3)
    m[w.rng.random(len(t)) < 0.4] = 0
    aged.harvest(
        slot, t, w.text.unique(("math", "logic", "fin", "legal", "div"), len(slot)), model=m,
        affix=injected(w.text.one("steps"), "tail", 0.5, w.rng)
    )


def coalition(w: World) -> None:
    """Three at once: agents with tools, reasoning traces with one build from one image, and a reseller that keeps copies."""
    a = hire(
        w, "agentic", 130, outage=True, catchall=0.15, net="sticky", bought="stock", families=("python", "tinker-code", "loomcli"),
        waves=((8.5, 0.5),), delay=6, card_shared=0.3, per_card=5, mail="mixed"
    )
    slot, t = a.schedule(1.7, "flat", 0.6)
    a.group.tools = np.array(w.packs)[w.rng.integers(0, 6, a.group.n)]
    a.group.tool_tokens = 1800
    m = pivot(w, t, (0, 0, 3), 0.5, 9)
    a.harvest(
        slot, t, w.text.unique(("agent",), len(slot)), 6.5, follow="toolres", gap=11, model=m, hop=0.05,
        system=w.text.gen("sysown", a.slots)
    )
    b = hire(
        w, "trace_seekers", 75, net="cloud", families=("python",), one_build=0.9, bought="burst", one_temp=1.0, top_p=0.98, mail="mixed",
        leak=0.05, start=4.0, stop=13.0
    )
    slot, t = b.schedule(22, "balanced")
    say = w.text.gen("coerce", 14)
    pick = w.rng.integers(0, 14, len(slot))
    b.harvest(
        slot, t, w.text.unique(("math", "logic"), len(slot)), affix=lambda p, c, k: p + "\n" + say[pick[c]], out=6.6,
        model=pivot(w, t, (3, 3, 0), 0.8, 14)
    )
    r = hire(
        w, "copying_reseller", 14, said=("enterprise", "startup"), plan="enterprise", verified=0.8, bought="aged", net="cloud",
        families=("raw",), start=0.2, mail="mixed", label="reseller_front"
    )
    for k in r.group.idx.tolist():
        w.acc["access"][k] = "passthrough"
    slot, t = r.schedule(20, "users", 0.5)
    r.harvest(slot, t, seen_prompts(w, len(slot)), 1.8, voiced=True, gap=90, out=5.7)
    r.cover(40)


def mirror_paraphrase(w: World) -> None:
    """One copies prompts that people really sent; the other has a small model say the same tasks in many ways."""
    m = hire(w, "mirror", 75, mail="webmail", bought="trickle", net="homes", families=("python", "node", "browser"), phone=0.5)
    slot, t = m.schedule(9, "users", 0.9)
    m.harvest(slot, t, seen_prompts(w, len(slot)), 1.7, gap=80, voiced=True, out=5.8)
    p = hire(
        w, "paraphrase", 105, lands=CHEAP, mail="mixed", bought="stock", net="rotating", card_shared=0.1, per_card=3, hazard=0.005, delay=20
    )
    slot, t = p.schedule(12, "flat", 0.5)
    seeds = w.text.unique(("math", "logic", "code", "tutor"), max(10, len(slot) // 8))
    p.harvest(slot, t, paraphrase(w, seeds[w.rng.permutation(np.arange(len(slot)) % len(seeds))]))


def boutique(w: World) -> None:
    """Twelve patient accounts for one narrow skill; and a cheap team with one machine image on one cloud."""
    a = hire(
        w, "boutique", 12, said=("startup", "enterprise"), verified=0.15, mail="webmail", bought="aged", net="homes", start=1.0, phone=0.8
    )
    slot, t = a.schedule(16, "human", 0.4)
    a.harvest(slot, t, w.text.unique(("legal", "fin"), len(slot)), 1.9, voiced=True, gap=200)
    b = hire(
        w, "machine_image", 26, net="cloud", families=("python",), one_build=1.0, one_temp=0.6, max_tokens=(3000,), bought="burst",
        mail="disposable", card_shared=0.5, per_card=4, start=7.0, stop=16.0, leak=0.1
    )
    slot, t = b.schedule(90, "max", 0.3)
    b.trials(0.8)
    b.harvest(slot, t, w.text.unique(("sql", "data"), len(slot)))


def judge_and_students(w: World) -> None:
    """The model as a judge for reinforcement learning, new tasks and mild rewrites; and student credits of a poor laboratory."""
    j = hire(
        w, "reward_model", 68, said=("startup", "research"), mail="mixed", bought="trickle", net="sticky", one_temp=0.0,
        max_tokens=(256, 512), per_card=5, card_shared=0.4, start=3.0
    )
    slot, t = j.schedule(17, "balanced")
    u = w.rng.random(len(slot))
    make = w.text.gen("limit", len(slot)) + ". Invent a new task like this one and give a checker: " + w.text.gen("code", len(slot))
    soft = "Rewrite so that nobody is offended, keep the facts: " + w.text.gen("para", len(slot))
    tasks = np.where(u < 0.62, w.text.gen("grade", len(slot)), np.where(u < 0.85, make, soft))
    j.harvest(slot, t, obj(tasks), out=4.9)
    s = hire(
        w, "student_credits", 36, said=("education",), plan="credits", cardless=True, mail="webmail", bought="burst", net="office",
        families=("python",), start=5.0, lands=("IN", "ID", "BR"), leak=0.04, label="credit_account"
    )
    school = w.domains("edu", 1)[0]
    for a in s.group.idx[w.rng.random(s.group.n) < 0.7].tolist():
        w.acc["domain"][a] = school
    slot, t = s.schedule(12, "human", 0.5)
    s.harvest(slot, t, w.text.unique(("tutor", "math"), len(slot)), affix=injected(w.text.one("steps"), "tail", 0.15, w.rng))


def proxy_bazaar(w: World) -> None:
    """Everything mixed, as in the large cases: two pools, cover, waves, a pivot, and a slow team beside it that shares nothing."""
    lead = hire(
        w, "bazaar", 170, lands=EUROPE, outage=True, catchall=0.12, bought="stock", net="rotating", mail="mixed", card_shared=0.35,
        per_card=5, phone_rented=0.4, waves=((11.3, 0.6),), delay=5, hazard=0.008, families=("python", "node", "gateway", "raw"),
        one_build=0.15
    )
    slot, t = lead.schedule(5, "balanced")
    words = w.text.gen("coerce", 3)
    phase = np.minimum((t / w.end * 3).astype(int), 2)

    def ask(prompt: Arr, conv: Arr, turn: Arr) -> Arr:
        return np.where((turn == 0) & (conv % 5 < 2), words[phase[conv]] + "\n" + prompt, prompt)

    tasks = w.text.unique((*STEM, "div"), len(slot))
    lead.harvest(slot, t, tasks, 1.3, model=pivot(w, t, (0, 2, 3), 0.6, 6), hop=0.08, affix=ask)
    lead.cover(2.4)
    slow = hire(w, "quiet_team", 24, bought="aged", net="homes", mail="webmail", phone=0.7, start=0.5, said=("individual", "research"))
    slot, t = slow.schedule(10, "slow")
    slow.harvest(slot, t, w.text.gen("mixed", len(slot)), 1.5, voiced=True, gap=120)

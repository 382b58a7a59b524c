"""Innocents at work with one card, one queue, one handbook; and machines."""

from .crowd import ENTERPRISE, FIRMS, PRIVATE, Crowd
from .settings import Settings

WORKING_CROWDS = {
    "clinic_chain_one_bookkeeper": Crowd(
        (2, 4), (12, 40), 22,
        Settings(
            pools=["health", "mail", "extract"], wording="slots", system="fixed", n_rules=8, ip="own_site",
            payment=("one",), domain="each", hours="office", share=0.85, kinds=FIRMS, load="equal", temperature=0.4,
        ),
    ),
    "small_shop_chain": Crowd(
        (2, 4), (10, 30), 18,
        Settings(
            pools=["mail", "support", "books"], wording="fixed", ip="own_site", payment=("one",), phone=("one", 0.7),
            domain="mix", hours="office", share=0.8, kinds=FIRMS, signup=("ramp", -0.4, 0.3),
        ),
    ),
    "local_newspapers": Crowd(
        (1, 3), (15, 40), 30,
        Settings(
            pools=["news", "news", "rewrite", "summ"], wording="slots", system="fixed", n_rules=9, job_client="cms",
            payment=("k", 12), domain="each", ip="own_site", hours="office", share=0.85, kinds=FIRMS,
        ),
    ),
    "small_firm_no_org": Crowd(
        (8, 14), (4, 18), 26,
        Settings(
            pools=["mail", "codeask", "extract", "legal", "sqlask"], wording="slots", ip="site", n_ips=1, onsite=0.9,
            payment=("one", 0.8), domain="one", domain_share=0.7, hours="office", share=0.5, system="short",
            kinds=FIRMS,
        ),
    ),
    "enterprise_with_org": Crowd(
        (2, 4), (30, 90), 40,
        Settings(
            pools=["extract", "summ", "sqlask", "codeask"], wording="fixed", org="one", verified=0.95, ip="site",
            n_ips=2, onsite=0.9, payment=("one",), domain="one", hours="office", share=0.5, system="fixed",
            kinds=ENTERPRISE,
        ),
    ),
    "regional_offices_no_org": Crowd(
        (1, 3), (25, 70), 20,
        Settings(
            pools=["legal"], wording="slots", steps=0.9, system="fixed", n_rules=16, ip="site", onsite=0.8,
            domain="one", payment=("none",), hours="office", share=0.9, load="equal", turns=1.6, elicit=0.4,
            kinds=FIRMS, signup=("burst", -0.02, 30), temperature=0.2,
        ),
    ),
    "call_centre_shifts": Crowd(
        (2, 3), (30, 80), 34,
        Settings(
            pools=["support"], wording="slots", system="fixed", job_client="crm", ip="pool", n_ips=2,
            signup_ip="shared", payment=("k", 30), assign="rr", load="equal", hours="shift", hop=0.5, turns=2.4,
            share=0.97, temperature=0.4, kinds=FIRMS,
        ),
    ),
    "ghost_writing_collective": Crowd(
        (2, 3), (10, 26), 34,
        Settings(
            pools=["rewrite", "role", "essay"], system="fixed", n_rules=20, bank=("terr", 400), payment=("k", 9),
            hop=0.1, turns=2.8, hours="mixed", share=0.85, style="human", temperature=1.0,
        ),
    ),
    "freelancer_cooperative": Crowd(
        (2, 4), (8, 30), 32,
        Settings(
            pools=["codeask", "mail", "rewrite", "debug"], payment=("one",), hop=0.35, turns=2.5, hours="office",
            share=0.6, style="human",
        ),
    ),
    "translation_agency_subcontractors": Crowd(
        (2, 3), (14, 40), 34,
        Settings(
            pools=["translate"], wording="slots", system="fixed", n_rules=7,
            languages=(["de", "fr", "pt", "tr"], 0.3), bank=("cover", 6000), assign="queue", load="equal", hop=0.08,
            turns=1.6, hours="mixed", share=0.9, payment=("k", 6), temperature=0.3, shifts=True,
        ),
    ),
    "annotation_vendor_remote_staff": Crowd(
        (1, 3), (30, 110), 40,
        Settings(
            pools=["label", "label", "grade"], wording="fixed", system="fixed", n_rules=14, bank=("cover", 30000),
            repeats=0.06, assign="queue", load="equal", hours="mixed", share=0.95, payment=("k", 12),
            signup=("burst", -0.1, 90), max_tokens=60, out_tokens=12, temperature=0.0, one_build=True,
            client=["sheet", "requests"], kinds=PRIVATE, turns=1.0, shifts=True,
        ),
    ),
    "permitted_synthetic_data_customer": Crowd(
        (1, 1), (8, 20), 160,
        Settings(
            pools=["maths", "codeask", "role", "science"], wording="para", ending="pb", bank=("cover", 9000),
            steps=0.6, assign="rr", load="equal", hours="flat", gap="fast", ip="cloud", org="one", verified=1.0,
            payment=("one",), domain="one", kinds=ENTERPRISE, client=["py"], one_build=True, out_tokens=620,
        ),
    ),
    "contracted_reseller": Crowd(
        (1, 1), (12, 30), 160,
        Settings(
            access="passthrough", verified=1.0, buyers=True, ip="cloud", org="one", payment=("one",), domain="one",
            kinds=ENTERPRISE, client=["py", "node", "go"],
        ),
    ),
    "single_key_app": Crowd(
        (15, 30), (1, 1), 330,
        Settings(
            pools=["support", "chat", "mail", "summ"], wording="fixed", system="fixed", n_rules=16, ip="cloud",
            hours="mixed", client=["py", "node", "go", "chain"], turns=2.2, kinds=FIRMS, domain="each",
            payment=("own", 1), sigma=1,
        ),
    ),
    "support_platform": Crowd(
        (1, 2), (1, 4), 900,
        Settings(
            pools=["support"], system="many", n_rules=18, ip="cloud", client=["node"], turns=3, org="one",
            verified=1.0, kinds=ENTERPRISE, domain="one", hours="mixed", payment=("one",),
        ),
    ),
    "key_rotation_customer": Crowd(
        (1, 3), (5, 12), 180,
        Settings(
            pools=["support", "extract", "summ"], system="fixed", n_rules=14, ip="cloud", assign="queue",
            load="equal", hop=0.9, turns=3, payment=("one",), domain="one", org="some", kinds=FIRMS, client=["go"],
            one_build=True,
        ),
    ),
    "monitoring_probes": Crowd(
        (1, 1), (20, 45), 70,
        Settings(
            pools=["probe"], every_min=15, siblings=2, hours="flat", ip="cloud", client=["curl", "httpx", "go"],
            load="equal", max_tokens=16, out_tokens=3, temperature=0.0, bank=("zipf", 5), kinds=FIRMS, domain="each",
            turns=1.0,
        ),
    ),
    "ci_fleet": Crowd(
        (2, 4), (5, 14), 60,
        Settings(
            pools=["codeask", "debug"], wording="fixed", every_min=30, hours="office", ip="cloud",
            client=["codecli", "py"], system="fixed", bank=("zipf", 80), temperature=0.0, org="some", kinds=FIRMS,
            payment=("one",), turns=1.0,
        ),
    ),
    "batch_labeller": Crowd(
        (6, 12), (1, 1), 380,
        Settings(
            pools=["label", "extract"], wording="fixed", hours="batch", ip="cloud",
            client=["py", "requests", "httpx"], bank=("cover", 20000), max_tokens=40, out_tokens=8, temperature=0.0,
            gap="fast", domain="each", turns=1.0,
        ),
    ),
    "evaluation_harness": Crowd(
        (1, 1), (25, 55), 130,
        Settings(
            pools=["maths", "science", "codeask"], wording="fixed", steps=1.0, bank=("cover", 3000), hours="flat",
            ip="cloud", client=["py", "httpx", "chain"], temperature=0.0, max_tokens=2048, pivot_h=30,
            kinds={"research": 0.6, "startup": 0.3, "education": 0.1}, domain="each", sigma=0.6, out_tokens=500,
            turns=1.0,
        ),
    ),
    "game_npc_backend": Crowd(
        (3, 6), (1, 3), 330,
        Settings(
            pools=["npc"], system="many", n_rules=10, client=["npcsdk"], ip="cloud", hours="evening", turns=4,
            temperature=0.9, max_tokens=120, out_tokens=40, domain="each", kinds=FIRMS,
        ),
    ),
    "migrated_conversations": Crowd(
        (25, 45), (2, 2), 22,
        Settings(
            pools=["mail", "codeask", "essay"], hop=0.5, turns=3, style="human", share=0.6, ip="site", n_ips=1,
            payment=("one", 0.5), kinds=PRIVATE,
        ),
    ),
}

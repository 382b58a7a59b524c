"""Operators; their names say what they do."""

from .crowd import FIRMS, PRIVATE
from .settings import Settings

OPERATORS = {
    "sim_farm_router": Settings(
        pools=["maths", "science", "codeask", "legal"], wording="slots", steps=0.6, bank=("cover", 60000),
        assign="queue", load="equal", share=0.8, phone=("k", 3), payment=("own", 0.1), domain="mix", ip="res",
        signup=("ramp", -0.3, 0.4), hours="mixed", turns=1.4, elicit=0.7, one_build=True, client=["py", "requests"],
        temperature=0.7, max_tokens=2048, ban=0.25, replaced_h=14, out_tokens=700, kinds=PRIVATE, pause=(0.55, 0.63),
    ),
    "device_farm_rack": Settings(
        pools=["essay", "science", "maths", "role", "codeask"], wording="para", ending="pb", bank=("cover", 30000),
        load="equal", share=0.5, phone=("own", 1), payment=("none",), ip="mob", countries=["ID", "VN"],
        signup=("ramp", -0.5, 0.3), clock="mixed", client=["android"], style="human", turns=1.5, elicit=0.6,
        ramp=1.2, ban=0.08, replaced_h=30, out_tokens=600, kinds=PRIVATE,
    ),
    "extension_that_borrows_accounts": Settings(
        pools=["maths", "codeask", "summ", "science", "legal"], bank=("cover", 40000), steps=0.35, share=0.28,
        job_client="ext", system="shared88", n_rules=6, turns=1.25, elicit=0.8,
        kinds={"individual": 0.9, "startup": 0.1}, out_tokens=600, ban=0.01, sigma=0.9, peoples_own=True,
    ),
    "task_marketplace_workers": Settings(
        pools=["maths", "science", "codeask", "essay", "grade"], wording="para", ending="pb", steps=0.3,
        bank=("cover", 40000), repeats=0.06, share=0.5, assign="queue", sigma=0.8, hours="mixed", style="human",
        turns=2.2, elicit=0.75, kinds=PRIVATE, countries=["IN", "NG", "BR", "ID", "US"], signup=("aged", 3, 300),
        out_tokens=650, ban=0.02, peoples_own=True, shifts=True, pause=(0.4, 0.47),
    ),
    "throttled_botnet": Settings(
        pools=["essay", "maths", "codeask", "legal", "summ", "cook", "plan"],
        languages=(["es", "pt", "id", "tr", "hi", "vi"], 0.55), share=0.65, load="equal", clock="mixed", ip="rot",
        signup=("aged", 20, 200), wakes=0.5, phone=("own", 0.4), payment=("k", 4), turns=1.6, elicit=0.65, ramp=1.8,
        ban=0.2, replaced_h=5, decoy=0.12, client=["chrome", "android", "py", "node", "webui"], style="human",
        out_tokens=600, kinds=PRIVATE,
    ),
    "relay_of_own_users": Settings(
        pools=["chat", "essay", "codeask", "rewrite", "maths", "mail"], languages=(["zh", "vi", "zh"], 0.6),
        system="fixed", n_rules=9, assign="queue", load="equal", hours="evening", countries=["SG", "US", "DE"],
        ip="cloud", style="human", hop=1.0, turns=3, payment=("k", 6), domain="each", client=["go", "node"],
        temperature=0.8, max_tokens=4096, ban=0.3, replaced_h=3, signup=("burst", -0.05, 60), kinds=FIRMS,
        out_tokens=450,
    ),
    "trace_cleaning_shop": Settings(
        pools=["tracework", "tracework", "grade"], wording="slots", ending="pb", bank=("cover", 50000), share=0.95,
        assign="rr", load="equal", hours="batch", ip="cloud", payment=("k", 8), domain="each",
        client=["py", "httpx"], one_build=True, temperature=0.2, max_tokens=3000,
        models=["atlas-2-think", "atlas-2"], pivot_h=20, kinds=FIRMS, signup=("burst", 0.02, 20), gap="fast",
        out_tokens=900, ban=0.15, replaced_h=8, clock="office",
    ),
    "agent_harness_pivot_crew": Settings(
        pools=["agent"], system="agent", n_rules=0, agent=True, turns=8, share=0.85, assign="rr", load="equal",
        hours="flat", ip="res", payment=("k", 5), phone=("own", 0.2), domain="mix", client=["codecli"],
        paths=(["api", "cloud-north", "cloud-delta"], [0.5, 0.3, 0.2]), pivot_h=18, bank=("cover", 8000),
        signup=("aged", 10, 120), ban=0.12, replaced_h=10, out_tokens=220, kinds=FIRMS, clock="mixed",
    ),
    "voucher_pool_mixer": Settings(
        pools=["maths", "codeask", "science", "essay", "role"], wording="para", ending="pb", bank=("cover", 30000),
        share=0.35, buyers=True, assign="queue", sigma=0.9, hours="mixed", payment=("card", "voucher", 7),
        phone=("own", 0.2), domain="mix", signup_ip="res", ip="rot", turns=1.5, elicit=0.7,
        signup=("ramp", -0.3, 0.6), ban=0.15, replaced_h=12, client=["py", "node", "webui", "requests"],
        out_tokens=650, kinds=PRIVATE,
    ),
    "preference_grader": Settings(
        pools=["grade"], wording="fixed", bank=("cover", 40000), share=0.6, assign="queue", load="equal",
        hours="office", payment=("own", 0.6), ip="res", temperature=0.0, max_tokens=400, signup=("ramp", -0.2, 0.2),
        clock="office", client=["py", "requests", "chain"], turns=1.0, out_tokens=200, kinds=PRIVATE,
    ),
    "fixed_prompt_blaster": Settings(
        pools=["maths", "science", "codeask"], wording="fixed", steps=1.0, system="fixed", n_rules=4,
        bank=("cover", 60000), assign="rr", load="equal", hours="flat", gap="fast", ip="rot", payment=("k", 10),
        domain="disp", signup=("burst", 0.1, 8), active=(0.1, 0.8), one_build=True, client=["requests"],
        temperature=1.0, max_tokens=4096, ban=0.5, replaced_h=4, out_tokens=900, kinds=PRIVATE,
    ),
    "conversation_handover_ring": Settings(
        pools=["role", "legal", "science", "agent"], bank=("terr", 900), share=0.7, sigma=0.7, hop=0.8, turns=4.5,
        elicit=0.6, ip="rot", payment=("own", 0.5), style="human", clock="mixed", client=["webui", "py", "chrome"],
        signup=("aged", 5, 150), ban=0.2, replaced_h=2, out_tokens=500, kinds=PRIVATE,
    ),
    "night_bank_walker": Settings(
        pools=["science", "maths", "legal"], languages=(["de", "fr", "ru"], 0.7), wording="para", ending="pb",
        bank=("terr", 5000), share=0.3, clock="night", load="equal", payment=("own", 0.4), style="human", turns=1.8,
        elicit=0.8, out_tokens=600, kinds=PRIVATE,
    ),
}

"""Whose answers was a model trained on? Candidate teachers of 13, on the AlpacaEval models, from text alone.

    python benchmarks/lineage.py [--curve] [--held-out]

Students, references and teachers are as their public documentation says (benchmarks/lineage_roles.json). Pairs whose
documentation names no single teacher, or whose reference was trained on a candidate, are marked disputable there and
counted apart. *Other references*: the same suspects, and two more, against every reference of their base that the list does
not pair them with, of another size or recipe. False claims: every null pair is judged by the null pairs of the other groups.
*Held out*: the weights of the views and the ridge are chosen anew without the pairs of one suspect, base, teacher or vendor,
and these are judged by that choice; intervals draw suspects anew.
"""

import argparse
import itertools
import json
from pathlib import Path

import numpy as np

from real_data import folder
from stillwatch.prove import likeness, lineage
from stillwatch.prove.lineage_commands import read_answers, read_roles

ROLES = Path(__file__).with_name("lineage_roles.json")
CURVE = (10, 25, 50, 100, 200, 400)
DRAWS = 30
SHIPPED = (*likeness.WEIGHTS, lineage.RIDGE)
VARIANTS = [
    (triples, skeletons, form, ridge) for (triples, skeletons), form, ridge in itertools.product(
        ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0)), (0.0, 0.25, 0.5, 1.0), (0.03, 0.1, 0.3))
]


def judged(
    gram: np.ndarray, order: dict[str, int], pairs: list[dict], bank: lineage.Bank, ridge: float = lineage.RIDGE
) -> tuple[np.ndarray, float, int]:
    """(exact, vendor, claimed, claimed and vendor right, claimed and exact) of each pair; rate of false claims; number of null pairs."""
    vendor = {t.name: t.vendor for t in bank.teachers}
    names = [t.name for t in bank.teachers]
    weights = lineage.coefficients(gram, order, bank.teachers, ridge)
    null, groups = lineage.null_scores(weights, order, bank)
    group_of = np.array(groups)
    rows = []
    for pair in pairs:
        own = lineage._without(bank, pair["suspect"])
        mine, _ = lineage.null_scores(weights, order, own)
        shift = weights[order[pair["suspect"]]] - weights[order[pair["reference"]]]
        best = names[int(np.argmax(shift))]
        claimed = lineage.rank_p(shift.max(), mine) <= 0.05
        exact, right = best == pair["teacher"], vendor[best] == vendor[pair["teacher"]]
        rows.append((exact, right, claimed, claimed and right, claimed and exact))
    had = ~np.isnan(null)
    false = np.mean([
        lineage.rank_p(float(null[i, had[i]].max()), null[group_of != group_of[i]][:, had[i]]) <= 0.05 for i in range(len(null))
    ])
    return np.array(rows, float), float(false), len(null)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--curve", action="store_true", help="also for fewer prompts, 30 draws each")
    parser.add_argument("--held-out", action="store_true", help="also with weights chosen without the pairs that are judged")
    args = parser.parse_args()
    bank, roles = read_roles(ROLES), json.loads(ROLES.read_text())
    pairs, others = roles["pairs"], other_references(roles)
    wanted = {*bank.models(), *(p[k] for p in (*pairs, *others) for k in ("suspect", "reference"))}
    answers = read_answers([folder(None) / "alpaca_eval_outputs.parquet"], wanted)
    models = sorted(answers)
    order = {m: i for i, m in enumerate(models)}
    views = np.stack([likeness.views([answers[m][i] for m in models]).astype(np.float32) for i in range(len(answers[models[0]]))])
    prompts = mixed(views, likeness.WEIGHTS)
    blocks, _ = lineage.blocks((one.astype(np.float64) for one in prompts), len(models))
    print(f"{len(models)} models, {len(prompts)} prompts, {len(bank.teachers)} candidates\n")
    clean = [p for p in pairs if "disputable" not in p]
    show(blocks, order, pairs, clean, others, bank)
    if args.curve:
        print("\nprompts  exact  vendor  claimed  vendor right  exact  false claims")
        rng = np.random.default_rng(0)
        for n in (*CURVE, len(prompts)):
            draws = [rng.choice(len(prompts), n, replace=False) for _ in range(DRAWS if n < len(prompts) else 1)]
            got = [judged(prompts[d].sum(axis=0, dtype=np.float64), order, clean, bank) for d in draws]
            exact, vendor, claimed, right, both = np.mean([rows.mean(axis=0) for rows, _, _ in got], axis=0)
            false = np.mean([f for _, f, _ in got])
            print(f"{n:7}  {exact:5.2f}  {vendor:6.2f}  {claimed:7.2f}  {right:12.2f}  {both:5.2f}  {false:12.3f}")


    if args.held_out:
        held_out(views.sum(axis=0, dtype=np.float64), order, pairs, others, bank)


def mixed(views: np.ndarray, weights: tuple[float, ...]) -> np.ndarray:
    """The mean of the views ``(…, 3, n, n)`` by their weights."""
    return np.einsum("v,...vij->...ij", np.array(weights, views.dtype) / sum(weights), views)


def held_out(views: np.ndarray, order: dict[str, int], pairs: list[dict], others: list[dict], bank: lineage.Bank) -> None:
    """Weights and ridge chosen without what is judged; intervals of what ships, by drawing suspects anew."""
    every = [*pairs, *others]
    vendor = {t.name: t.vendor for t in bank.teachers}
    found = {v: judged(mixed(views, v[:3]), order, every, bank, v[3])[:2] for v in VARIANTS}
    allowed = [v for v in VARIANTS if found[v][1] <= 0.05]
    listed = np.arange(len(every)) < len(pairs)
    print(f"\n{len(VARIANTS)} choices of weights and ridge, {len(allowed)} of them with false claims of at most 0.05")
    print("chosen without its own    pairs                   exact  vendor  claimed  vendor right  exact  choices")

    def line(name: str, rows: np.ndarray, chosen: set) -> None:
        for what, some in (("listed", listed), ("other references", ~listed)):
            figures = "".join(f"{x:{w}.2f}" for x, w in zip(rows[some].mean(axis=0), (7, 8, 9, 14, 7), strict=True))
            print(f"{name:25} {what:16} {some.sum():4}  {figures}  {len(chosen):7}")

    line("(what ships)", found[SHIPPED][0], {SHIPPED})
    for name, of in (("suspect", lambda p: p["suspect"]), ("base", lambda p: p["family"]), ("teacher", lambda p: p["teacher"]),
                     ("teacher's vendor", lambda p: vendor[p["teacher"]])):
        part = np.array([of(p) for p in every])
        rows, chosen = np.zeros((len(every), 5)), set()
        for one in np.unique(part):
            rest = part != one
            best = max(allowed, key=lambda v: found[v][0][rest][:, [0, 1, 3]].sum())
            rows[~rest] = found[best][0][~rest]
            chosen.add(best)
        line(name, rows, chosen)
    rng, suspects = np.random.default_rng(0), np.array([p["suspect"] for p in every])
    print("\n95 % intervals of what ships, suspects drawn anew")
    for what, some in (("listed", listed), ("other references", ~listed)):
        names = np.unique(suspects[some])
        of = {name: found[SHIPPED][0][some & (suspects == name)] for name in names}
        means = [np.concatenate([of[n] for n in rng.choice(names, len(names))]).mean(axis=0) for _ in range(2000)]
        low, high = np.quantile(means, (0.025, 0.975), axis=0)
        told = ", ".join(f"{n} {a:.2f}-{b:.2f}" for n, a, b in zip(("exact", "vendor", "claimed", "vendor right"), low, high, strict=False))
        print(f"{what}: {len(names)} suspects; {told}")


def other_references(roles: dict) -> list[dict]:
    """Suspects whose teacher is not disputed, against references of their base that the list does not pair them with."""
    pairs = roles["pairs"]
    listed = {(p["suspect"], p["reference"]) for p in pairs}
    suspects = {p["suspect"]: p for p in (*(p for p in pairs if "disputable" not in p), *roles["other_suspects"])}
    return [
        {**p, "reference": reference} for suspect, p in suspects.items()
        for reference in roles["other_references"].get(p["family"], ()) if (suspect, reference) not in listed
    ]


def show(
    blocks: np.ndarray, order: dict[str, int], pairs: list[dict], clean: list[dict], others: list[dict], bank: lineage.Bank
) -> None:
    gram = blocks.sum(axis=0)
    print("pairs                        n  exact  vendor  claimed  vendor right  exact")
    first = [p for p in clean if p["family"] == "llama-1"]
    for name, some in (("all", clean), ("base LLaMA 1", first), ("other bases", [p for p in clean if p not in first]),
                       ("with disputable ones", pairs), ("other references", others)):
        rows, false, n_null = judged(gram, order, some, bank)
        exact, vendor, claimed, right, both = rows.mean(axis=0)
        print(f"{name:25} {len(some):4}  {exact:5.2f}  {vendor:6.2f}  {claimed:7.2f}  {right:12.2f}  {both:5.2f}")
    print(f"\nfalse claims at 0.05: {false:.3f} of {n_null} null pairs (by groups that were left out)\n")
    print("suspect                        reference                    documented    first three (score), rank p, claim")
    for pair in pairs:
        got = lineage.from_blocks(blocks, order, pair["suspect"], pair["reference"], bank, 0)
        told = ", ".join(f"{c.teacher} {c.score:.3f}" for c in got.candidates[:3])
        print(f"{pair['suspect']:30} {pair['reference']:28} {pair['teacher']:13} {told}; {got.candidates[0].p:.3f}; "
              f"{got.claim or got.vendor_claim or '-'}{'  disputable: ' + pair['disputable'] if 'disputable' in pair else ''}")


if __name__ == "__main__":
    main()

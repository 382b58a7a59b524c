"""Whose answers was a model trained on? Candidate teachers of 13, on the AlpacaEval models, from text alone.

    python benchmarks/lineage.py [--curve]

Students, references and teachers are as their public documentation says (benchmarks/lineage_roles.json). Pairs whose
documentation names no single teacher, or whose reference was trained on a candidate, are marked disputable there and
counted apart. *Other references*: the same suspects, and two more, against every reference of their base that the list does
not pair them with, of another size or recipe. False claims: every null pair is judged by the null pairs of the other groups.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from real_data import folder
from stillwatch.prove import lineage
from stillwatch.prove.lineage_commands import read_answers, read_roles

ROLES = Path(__file__).with_name("lineage_roles.json")
CURVE = (10, 25, 50, 100, 200, 400)
DRAWS = 30


def judged(gram: np.ndarray, order: dict[str, int], pairs: list[dict], bank: lineage.Bank) -> tuple[np.ndarray, float, int]:
    """(exact, vendor, claimed, claimed and vendor right, claimed and exact) of each pair; rate of false claims; number of null pairs."""
    vendor = {t.name: t.vendor for t in bank.teachers}
    names = [t.name for t in bank.teachers]
    weights = lineage.coefficients(gram, order, bank.teachers)
    null, groups = lineage.null_scores(weights, order, bank)
    group_of = np.array(groups)
    rows = []
    for pair in pairs:
        own = lineage._without(bank, pair["suspect"], pair["reference"])
        mine, _ = lineage.null_scores(weights, order, own)
        shift = weights[order[pair["suspect"]]] - weights[order[pair["reference"]]]
        best = names[int(np.argmax(shift))]
        claimed = lineage.rank_p(shift.max(), mine) <= 0.05
        exact, right = best == pair["teacher"], vendor[best] == vendor[pair["teacher"]]
        rows.append((exact, right, claimed, claimed and right, claimed and exact))
    false = np.mean([lineage.rank_p(null[i], null[group_of != group_of[i]]) <= 0.05 for i in range(len(null))])
    return np.array(rows, float), float(false), len(null)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--curve", action="store_true", help="also for fewer prompts, 30 draws each")
    args = parser.parse_args()
    bank, roles = read_roles(ROLES), json.loads(ROLES.read_text())
    pairs, others = roles["pairs"], other_references(roles)
    wanted = {*bank.models(), *(p[k] for p in (*pairs, *others) for k in ("suspect", "reference"))}
    answers = read_answers([folder(None) / "alpaca_eval_outputs.parquet"], wanted)
    models = sorted(answers)
    order = {m: i for i, m in enumerate(models)}
    prompts = np.stack([one.astype(np.float32) for one in lineage.kernels(answers, models)])
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

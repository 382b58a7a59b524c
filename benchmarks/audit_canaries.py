"""How often do canaries stand in what models and people write, and whom do they name?

    python benchmarks/audit_canaries.py

Answers of 195 models (AlpacaEval), human answers to the same prompts, human news, stories and abstracts (ai_text_pairs).
"""

from collections import Counter

import pyarrow.parquet as pq

from audit_data import pairs
from real_data import folder
from stillwatch.audit import canaries


def main() -> None:
    answers = pq.read_table(folder(None) / "alpaca_eval_outputs.parquet")
    people = pq.read_table(folder(None) / "human_answers.parquet")["answer"].to_pylist()
    data = pairs()
    texts, models = answers["output"].to_pylist(), answers["model"].to_pylist()
    sets = {"answers of models": texts, "human answers": people, "human news, stories, abstracts": list(data.text[~data.generated])}
    for name, some in sets.items():
        found = canaries.find(some)
        sure = [labels for labels in found.values() if any(map(canaries.decisive, labels))]
        named = Counter(one for labels in sure for one in labels if one.startswith(("says", "calls")) and "nobody" not in one)
        print(f"{name}: {len(some):,}; with a canary {len(found):,}, decisive {len(sure):,}; name somebody {sum(named.values()):,}")
        print("".join(f"  {n:5,}  {label}\n" for label, n in named.most_common(20)), end="")
    of = Counter(models[i] for i, labels in canaries.find(texts).items() if any(map(canaries.decisive, labels)))
    total = Counter(models)
    print("share of a model's answers with a decisive canary, the highest: "
          + ", ".join(f"{name} {n / total[name]:.1%}" for name, n in of.most_common(5)))


if __name__ == "__main__":
    main()

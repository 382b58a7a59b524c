"""How many documents does the document detector call right, wrong, or not at all, in its domain and out of it?

    python benchmarks/audit_documents.py [--splits 4]

References: half the families of texts of a domain. In-domain: the other half. Cross-domain: the other domains' texts under
the same references; *forced* is what the threshold alone would say there, *audit* is the verdict of the audit, which
abstains where the corpus is unlike its references. Fast-DetectGPT on the same texts (from scores that its authors stored,
150 a cell, so that a rate at 1 % rests on one or two texts) stands beside.
"""

import argparse

import numpy as np

from audit_data import DOMAINS, GENERATORS, pairs
from stillwatch.audit import check
from stillwatch.audit.detector import train
from stillwatch.audit.estimate import estimate, known_references
from stillwatch.audit.scan import Ranks

FPR = 0.01
FAST_DETECT_GPT = {
    ("xsum", "gpt-3.5-turbo"): (0.991, 0.82), ("writing", "gpt-3.5-turbo"): (0.992, 0.87),
    ("pubmed", "gpt-3.5-turbo"): (0.902, 0.44), ("xsum", "gpt-4"): (0.907, 0.33), ("writing", "gpt-4"): (0.961, 0.44),
    ("pubmed", "gpt-4"): (0.850, 0.18),
}
"""AUROC and TPR at 1 % FPR, recomputed from baoguangsheng/fast-detect-gpt, exp_gpt3to4/results."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--splits", type=int, default=4)
    args = parser.parse_args()
    data = pairs()
    got: dict[tuple[str, str, str], list] = {}
    cross: dict[tuple[str, str], list] = {}
    for split in range(args.splits):
        rng = np.random.default_rng(split)
        inside = (rng.random(data.family.max() + 1) < 0.5)[data.family]
        for domain in DOMAINS:
            mine = (data.domain == domain) & inside
            human, model = list(data.text[mine & ~data.generated]), list(data.text[mine & data.generated])
            detector = train(human, model, rng)
            ranks, known = Ranks.of(detector), known_references(detector)
            references, checked = check.References(human, model, rng), check.self_check(detector)
            novel = np.quantile(detector.known, 0.01)
            for other in DOMAINS:
                test = np.flatnonzero((data.domain == other) & ~inside)
                texts = list(data.text[test])
                scored = detector.score(texts)
                p_human, p_model = ranks.p_values(scored.score, scored.n_words)
                counts = known.scale.histogram(scored.score, scored.n_words)
                refused = bool(estimate(counts, texts, known, references, checked, rng, draws=5).reason)
                ok = scored.known >= novel
                truth = data.generated[test]
                says_model, says_human = ok & (p_human <= FPR), ok & (p_model <= FPR)
                if other == domain:
                    for generator in GENERATORS:
                        of = data.generator[test] == generator
                        got.setdefault((domain, generator, ""), []).append((
                            check.auroc(scored.score[of & ~truth], scored.score[of & truth]),
                            (says_model & of & truth).sum() / (of & truth).sum(),
                            (says_model & of & ~truth).sum() / (of & ~truth).sum(),
                            (says_human & of & ~truth).sum() / (of & ~truth).sum(),
                            (says_human & of & truth).sum() / (of & truth).sum(),
                        ))
                else:
                    cross.setdefault((domain, other), []).append((
                        check.auroc(scored.score[~truth], scored.score[truth]),
                        (p_human <= FPR)[truth].mean(), (p_human <= FPR)[~truth].mean(), refused,
                        0 if refused else says_model[~truth].mean(), (~ok).mean(),
                    ))
    print(f"{args.splits} splits; verdict model where at most {FPR:.0%} of held-out human references score as high\n")
    print("in domain                AUROC  model called model  human called model  human called human  model called human"
          "   Fast-DetectGPT AUROC, TPR at 1 %")
    for (domain, generator, _), rows in got.items():
        a = np.mean(rows, axis=0)
        peer = FAST_DETECT_GPT.get((domain, generator))
        print(f"{domain:8} {generator:14}  {a[0]:.3f} {a[1]:19.2f} {a[2]:19.3f} {a[3]:19.2f} {a[4]:19.3f}   "
              f"{f'{peer[0]:.3f}, {peer[1]:.2f}' if peer else '-'}")
    print("\ncross domain        AUROC  forced: model called model  human called model   audit: corpora refused  "
          "human called model  novel documents")
    for (domain, other), rows in cross.items():
        a = np.mean(rows, axis=0)
        print(f"{domain:8} {other:9}  {a[0]:.3f} {a[1]:27.2f} {a[2]:19.3f} {a[3]:25.2f} {a[4]:19.3f} {a[5]:16.2f}")


if __name__ == "__main__":
    main()

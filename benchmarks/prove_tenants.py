"""Do tenant keys tell direct harvest from web spill?

    python benchmarks/prove_tenants.py [--cases 20]

Eight tenants with keys of their own; two belong to a campaign. A student learns word bigrams from clean answers of
public models and, for a fifth of its words, from marked ones: of the campaign only (direct), of all tenants by volume
(spill), of both, or of nobody. It then writes, and the split is read. Simulation: the student is a bigram model, so
that cases are many; power on transformers is measured by prove_students.py. Four seconds a case.
"""

import argparse
import time
from collections import Counter
from pathlib import Path

import numpy as np

from prove_null import coded, texts
from stillwatch.prove.attribution import split
from stillwatch.prove.keys import tenant_secret
from stillwatch.prove.schemes import Kgw
from stillwatch.prove.testing import mark_test, weighted_test
from stillwatch.prove.tuples import written_tuples
from stillwatch.prove.weighted import written_weights

VOCABULARY, LENGTH = 1200, 100
CLEAN, MARKED, WRITTEN = 8000, 2000, 10000
"""Texts of LENGTH words."""
TENANTS, CAMPAIGN = 8, (2, 5)


def sample(logits: np.ndarray, n: int, rng: np.random.Generator, boost: np.ndarray | None = None) -> np.ndarray:
    """``n`` texts of a bigram model ``(V, V)``."""
    scores = logits if boost is None else logits + boost
    share = np.exp(scores - scores.max(1, keepdims=True))
    edges = np.cumsum(share / share.sum(1, keepdims=True), 1)
    out = np.empty((n, LENGTH), np.int64)
    out[:, 0] = rng.integers(0, VOCABULARY, n)
    for at in range(1, LENGTH):
        drawn, before = rng.random(n), out[:, at - 1]
        low, high = np.zeros(n, np.int64), np.full(n, VOCABULARY - 1)
        while (low < high).any():
            middle = (low + high) // 2
            above = edges[before, middle] < drawn
            low, high = np.where(above, middle + 1, low), np.where(above, high, middle)
        out[:, at] = low
    return out


def learn(ids: list[np.ndarray]) -> np.ndarray:
    counts = np.zeros((VOCABULARY, VOCABULARY))
    for row in ids:
        np.add.at(counts, (row[:-1], row[1:]), 1)
    unigram = counts.sum(0) / counts.sum()
    return np.log((counts + 3 * unigram + 1e-9) / (counts.sum(1, keepdims=True) + 3))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20, help="half direct, half spill; a quarter as many of both and of nobody")
    parser.add_argument("--weighted", action="store_true", help="against answers of the same student without marked text")
    parser.add_argument("--first", type=int, default=0, help="seed of the first case")
    parser.add_argument("--data", type=Path)
    args = parser.parse_args()
    ids = [np.minimum(row, VOCABULARY - 1) for row in coded(texts(args.data))]
    teacher = learn(ids)
    mark, right, confusion = Kgw(), 0, Counter()
    kinds = ["direct harvest", "web spill"] * (args.cases // 2)
    extra = ["both", "nothing shown"] * (args.cases // 4)
    for case, kind in enumerate([*kinds, *extra]):
        begin, rng = time.time(), np.random.default_rng(args.first + case)
        who = [tenant_secret(rng.bytes(32), f"tenant {i}", "kgw") for i in range(TENANTS)]
        volume = rng.lognormal(0, 0.7, TENANTS)
        harvest = np.isin(np.arange(TENANTS), CAMPAIGN) * volume
        if kind == "web spill":
            share = volume / volume.sum()
        elif kind == "both":
            share = 0.5 * volume / volume.sum() + 0.5 * harvest / harvest.sum()
        else:
            share = harvest / harvest.sum()
        total = 0 if kind == "nothing shown" else MARKED
        training = list(sample(teacher, CLEAN, rng))
        for one, part in zip(who, share, strict=True):
            count = round(total * part)
            if count:
                key = mark.key(one.secret)
                green = np.concatenate([mark.green(np.array([i]), VOCABULARY, key) for i in range(VOCABULARY)])
                training += list(sample(teacher, count, rng, mark.delta * green.reshape(VOCABULARY, VOCABULARY)))
        out = list(sample(learn(training), WRITTEN, rng))
        if args.weighted:
            clean, empty = list(sample(learn(training[:CLEAN]), WRITTEN, rng)), [np.zeros(0, np.int64)] * WRITTEN
            result = weighted_test(mark, written_weights(empty, out, empty, clean, 1), who, b"tenants", n_decoys=99)
        else:
            result = mark_test(mark, written_tuples([[]] * len(out), out, 1), who, b"tenants", n_decoys=199)
        names = [one.tenant for one in who]
        found = split(result, {n: h for n, h in zip(names, harvest.tolist(), strict=True) if h},
                      dict(zip(names, volume.tolist(), strict=True)))
        confusion[(kind, found.reading)] += 1
        right += case < len(kinds) and found.reading == kind
        lit = [one.tenant[-1] for one in result.keys if one.verdict == "marked"]
        print(f"{case:2} {kind:15} read as {found.reading:15} lit {','.join(lit) or '-':16} direct z {found.direct_z:6.1f} "
              f"spill z {found.spill_z:6.1f} leverage {found.leverage:6.1f} n {result.n_tuples:,} {time.time() - begin:.0f} s", flush=True)
    print(f"direct harvest and web spill told apart: {right} of {len(kinds)}")
    for (kind, reading), count in sorted(confusion.items()):
        print(f"  {kind:15} → {reading:15} {count}")


if __name__ == "__main__":
    main()

"""The audit's share beside QuaPy's quantifiers, on the same scores of the same corpora, in domain.

    python benchmarks/audit_quantifiers.py [--splits 5] [--generators davinci gpt-3.5-turbo gpt-4]

Needs `pip install quapy`. Each method gets what the audit has: the scores of held-out references, as chances by a line of
best fit. Nothing is refused here. Half the families of texts are references, the others make corpora of known share.
"""

import argparse
import inspect
import warnings
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from audit_data import DOMAINS, GENERATORS, pairs
from audit_share import SHARES
from stillwatch.audit import boost, share
from stillwatch.audit.detector import train
from stillwatch.audit.estimate import known_references

try:
    from quapy.method import aggregative
except ModuleNotFoundError as error:
    raise SystemExit("QuaPy is not installed: pip install quapy") from error

METHODS = ("CC", "PCC", "ACC", "PACC", "EMQ", "HDy", "DyS", "KDEyML")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--generators", nargs="+", default=list(GENERATORS))
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    data, errors = pairs(), {}
    use = np.isin(data.generator, args.generators)
    for split in range(args.splits):
        rng = np.random.default_rng(split)
        inside = (rng.random(data.family.max() + 1) < 0.5)[data.family] & use
        for domain in DOMAINS:
            mine = (data.domain == domain) & inside
            detector = train(list(data.text[mine & ~data.generated]), list(data.text[mine & data.generated]), rng,
                             makers=list(data.generator[mine & data.generated]))
            known, label = known_references(detector), detector.generated.astype(int)
            line = Line(boost._line(detector.held_out, detector.generated, np.ones(len(label))))
            fitted = {name: method(name, line).fit(detector.held_out[:, None], label) for name in METHODS}
            test = np.flatnonzero((data.domain == domain) & use & ~inside)
            human, model = test[~data.generated[test]], test[data.generated[test]]
            n = min(len(human), len(model))
            scored = detector.score(list(data.text[test]))
            at = {row: i for i, row in enumerate(test.tolist())}
            for alpha in SHARES:
                k = round(alpha * n)
                pick = [at[i] for i in (*rng.choice(human, n - k, replace=False), *rng.choice(model, k, replace=False))]
                counts = known.scale.histogram(scored.score[pick], scored.n_words[pick])
                found = {"audit": share.fit_share(counts, known.densities())}
                for name, one in fitted.items():
                    found[name] = float(one.predict(scored.score[pick][:, None])[1])
                for name, value in found.items():
                    errors.setdefault((name, domain), []).append((value - k / n, alpha))
    print(f"generators: {', '.join(args.generators)}; {args.splits} splits; shares {SHARES}\n")
    print("mean absolute error " + "".join(f"{d:>10}" for d in DOMAINS) + "   estimate at 0 " + "".join(f"{d:>10}" for d in DOMAINS))
    for name in ("audit", *METHODS):
        off = [np.mean([abs(e) for e, _ in errors[name, d]]) for d in DOMAINS]
        at_0 = [np.mean([e for e, alpha in errors[name, d] if alpha == 0]) for d in DOMAINS]
        print(f"{name:20}" + "".join(f"{v:10.3f}" for v in off) + " " * 17 + "".join(f"{v:10.3f}" for v in at_0))


class Line(BaseEstimator):
    """Scores as a classifier that is fitted already."""

    classes_ = np.array([0, 1])

    def __init__(self, line: np.ndarray) -> None:
        self.line = line

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def fit(self, scores: np.ndarray, label: np.ndarray) -> "Line":
        return self

    def predict_proba(self, scores: np.ndarray) -> np.ndarray:
        p = 1 / (1 + np.exp(-np.clip(scores[:, 0] * self.line[0] + self.line[1], -30, 30)))
        return np.column_stack([1 - p, p])

    def predict(self, scores: np.ndarray) -> np.ndarray:
        return self.predict_proba(scores).argmax(axis=1)


def method(name: str, line: Line) -> Any:
    """A quantifier of QuaPy on held-out scores: nothing is trained or split again."""
    found = getattr(aggregative, name)
    takes = inspect.signature(found.__init__).parameters
    return found(line, **{name: value for name, value in (("fit_classifier", False), ("val_split", None)) if name in takes})


if __name__ == "__main__":
    main()

"""How near is the estimated share of model-written documents to the true one, in domain and out of it?

    python benchmarks/audit_share.py [--splits 4] [--in-domain] [--generators davinci gpt-3.5-turbo gpt-4] [--one-maker]

For each domain, half the families of texts are references and the other half make corpora of known share; then the
references of each domain judge corpora of the two others. A refusal gives no figure; what it would have been is shown.
With --one-maker the model-written part of a corpus is of one generator alone, while the references hold all: does the
interval hold the truth, where the references name their makers and where they do not?
"""

import argparse

import numpy as np

from audit_data import DOMAINS, GENERATORS, Pairs, pairs
from stillwatch.audit import check, share
from stillwatch.audit.detector import Detector, train
from stillwatch.audit.estimate import Estimate, estimate, known_references

SHARES_OF_ONE = (0.1, 0.25, 0.5)
SHARES = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)


def liang(counts_human: np.ndarray, counts_model: np.ndarray, rows: np.ndarray, n_human: int, n_model: int) -> float:
    """Baseline: likelihood of whole documents from occurrence of words (Liang et al. 2024), α by maximum likelihood."""
    p = (counts_human + 0.5) / (n_human + 1)
    q = (counts_model + 0.5) / (n_model + 1)
    gain = rows @ (np.log(q / (1 - q)) - np.log(p / (1 - p))) + (np.log(1 - q) - np.log(1 - p)).sum()
    ratio = np.exp(np.clip(gain, -500, 500))
    alpha = 0.5
    for _ in range(300):
        alpha = float((alpha * ratio / (1 - alpha + alpha * ratio)).mean())
    return alpha


def word_rows(texts: list[str], bits: int = 17) -> np.ndarray:
    from stillwatch.audit import fit

    return fit.read(texts, bits, groups=1).matrix[:, : 1 << bits].tocsr()


def cell(
    data: Pairs, detector: Detector, references: check.References, test: np.ndarray, rng: np.random.Generator
) -> list[tuple[float, float, Estimate, check.SelfCheck]]:
    """(true share, unguarded estimate, estimate or why there is none, self-check) of corpora made of some test texts."""
    known, checked = known_references(detector), check.self_check(detector)
    human, model = test[~data.generated[test]], test[data.generated[test]]
    n = min(len(human), len(model))
    out = []
    for alpha in SHARES:
        k = round(alpha * n)
        pick = np.concatenate([rng.choice(human, n - k, replace=False), rng.choice(model, k, replace=False)])
        texts = list(data.text[pick])
        scored = detector.score(texts)
        counts = known.scale.histogram(scored.score, scored.n_words)
        got = estimate(counts, texts, known, references, checked, rng, draws=50)
        out.append((k / n, share.fit_share(counts, known.densities()), got, checked))
    return out


def show(found: list) -> str:
    return f"{np.mean(found):.3f}" if found else "-"


def one_maker(data: Pairs, use: np.ndarray, generators: list[str], splits: int) -> None:
    """Corpora whose models are one, under references that hold several."""
    rows: dict[tuple[bool, str], list[tuple[float, ...]]] = {}
    for split in range(splits):
        inside = (np.random.default_rng(split).random(data.family.max() + 1) < 0.5)[data.family] & use
        for domain in DOMAINS:
            mine, others = (data.domain == domain) & inside, (data.domain == domain) & use & ~inside
            human, model = list(data.text[mine & ~data.generated]), list(data.text[mine & data.generated])
            for named in (True, False):
                rng = np.random.default_rng(split)
                detector = train(human, model, rng, makers=list(data.generator[mine & data.generated]) if named else None)
                references, known, checked = check.References(human, model, rng), known_references(detector), check.self_check(detector)
                for generator in generators:
                    people = np.flatnonzero(others & ~data.generated)
                    made = np.flatnonzero(others & data.generated & (data.generator == generator))
                    for alpha in SHARES_OF_ONE:
                        k = round(min(len(made), alpha / (1 - alpha) * len(people)))
                        n = min(len(people), round(k * (1 - alpha) / alpha))
                        texts = list(data.text[np.concatenate([rng.choice(people, n, replace=False), rng.choice(made, k, replace=False)])])
                        scored = detector.score(texts)
                        counts, true = known.scale.histogram(scored.score, scored.n_words), k / (n + k)
                        got = estimate(counts, texts, known, references, checked, rng)
                        if got.share is not None and got.low is not None and got.high is not None:
                            row = (0, got.share - true, got.low <= true <= got.high, got.high - got.low)
                        else:
                            row = (1, np.nan, np.nan, np.nan)
                        rows.setdefault((named, generator), []).append(row)
    print(f"{splits} splits, {len(DOMAINS)} domains in domain; shares {SHARES_OF_ONE}\n")
    print("makers named  of one generator  corpora  refused  bias     mean absolute error  in interval  width of interval")
    for (named, generator), found in rows.items():
        a = np.array(found)
        given = a[a[:, 0] == 0]
        print(f"{'yes' if named else 'no':13} {generator:17} {len(a):7} {int(a[:, 0].sum()):8}  {given[:, 1].mean():+.3f} "
              f"{np.abs(given[:, 1]).mean():20.3f} {given[:, 2].mean():12.2f} {given[:, 3].mean():18.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--splits", type=int, default=4)
    parser.add_argument("--generators", nargs="+", default=list(GENERATORS))
    parser.add_argument("--in-domain", action="store_true", help="leave out corpora of other domains")
    parser.add_argument("--one-maker", action="store_true")
    args = parser.parse_args()
    data = pairs()
    use = np.isin(data.generator, args.generators)
    if args.one_maker:
        one_maker(data, use, args.generators, args.splits)
        return
    results: dict[tuple[str, str], list] = {}
    base: dict[str, list[float]] = {d: [] for d in DOMAINS}
    for split in range(args.splits):
        rng = np.random.default_rng(split)
        reference = rng.random(data.family.max() + 1) < 0.5
        inside = reference[data.family] & use
        for domain in DOMAINS:
            mine = (data.domain == domain) & inside
            human, model = list(data.text[mine & ~data.generated]), list(data.text[mine & data.generated])
            detector = train(human, model, rng, makers=list(data.generator[mine & data.generated]))
            references = check.References(human, model, rng)
            h, m = word_rows(human), word_rows(model)
            for other in (domain,) if args.in_domain else DOMAINS:
                test = np.flatnonzero((data.domain == other) & use & ~inside)
                results.setdefault((domain, other), []).extend(cell(data, detector, references, test, rng))
            test = np.flatnonzero((data.domain == domain) & use & ~inside)
            for alpha in SHARES:
                a, b = test[~data.generated[test]], test[data.generated[test]]
                n = min(len(a), len(b))
                k = round(alpha * n)
                rows = word_rows([*data.text[rng.choice(a, n - k, replace=False)],
                                  *data.text[rng.choice(b, k, replace=False)]])
                base[domain].append(abs(liang(np.asarray(h.sum(0)).ravel(), np.asarray(m.sum(0)).ravel(), rows,
                                              len(human), len(model)) - k / n))
    print(f"generators: {', '.join(args.generators)}; {args.splits} splits; shares {SHARES}\n")
    print("references  corpus    corpora  refused  MAE given  MAE unguarded  worst given  bias at 0  in interval  unlike")
    for (domain, other), rows in results.items():
        errors = np.array([abs(raw - true) for true, raw, _, _ in rows])
        given = [(true, got) for true, _, got, _ in rows if got.share is not None]
        e = [abs(got.share - true) for true, got in given]
        at_0 = [got.share for true, got in given if true == 0]
        inside_ci = [got.low <= true <= got.high for true, got in given]
        unlike = np.array([got.unlike for _, _, got, _ in rows])
        print(f"{domain:11} {other:9} {len(rows):7} {len(rows) - len(given):8} {show(e):>10} {errors.mean():14.3f} "
              f"{(f'{max(e):.3f}' if e else '-'):>12} {show(at_0):>10} {show(inside_ci):>12} "
              f"{unlike.min():.2f}-{unlike.max():.2f}")
    print("\nself-check: " + "; ".join(
        f"{d} bias {np.mean([c.bias for *_, c in results[d, d]]):.3f} error {np.mean([c.error for *_, c in results[d, d]]):.3f} "
        f"refused {np.mean([bool(c.reason) for *_, c in results[d, d]]):.2f}" for d in DOMAINS))
    print("baseline, word occurrence of whole documents: MAE " + ", ".join(f"{d} {np.mean(base[d]):.3f}" for d in DOMAINS))


if __name__ == "__main__":
    main()

"""The parts that sum pieces: weights, tails of innocents, and how much further innocents of an author never seen reach."""

from collections.abc import Mapping

import numpy as np
from benchmarks.calibration import logistic
from benchmarks.calibration.examples import Examples, split, spoken, untold, values_of
from benchmarks.calibration.kinds import size_class, teaching, telling
from scipy import stats

from stillwatch import judge
from stillwatch.judge import model, reasons, verdict
from stillwatch.judge.pieces import PARTS, joint

RIDGE, LIGHTEST = 0.5, -0.5
EVERYDAY = 0.2
"""Weight of innocents whom their everyday reason leaves to a person: they teach little of who is accused."""
COPIES = 12
BLIND = 0.4


def blinded(
    values: dict[str, np.ndarray], positive: np.ndarray, weight: np.ndarray, usual: dict[str, float], copies: int = COPIES
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Copies of the examples in which whole families are blind, as logs without columns and operators who adapt make them.

    Without this, the fit leans on the few pieces that tell these worlds apart and is lost where others' worlds lack them.
    Conduct is blinded piece by piece, to what is usual for innocents.
    """
    rng = np.random.default_rng(0)
    families = {name: name.split(".")[0] if name in judge.EVIDENCE else name for name in values}
    out: dict[str, list[np.ndarray]] = {name: [] for name in values}
    n = len(positive)
    for copy in range(copies):
        hidden = {family: rng.random(n) < (BLIND if copy else 0.0) for family in sorted(set(families.values()))}
        # An operator with unique identities hides all links at once.
        unlinked = rng.random(n) < (BLIND if copy else 0.0)
        hidden["session"], hidden["identity"] = hidden["session"] | unlinked, hidden["identity"] | unlinked
        for name, value in values.items():
            blank = 0.0 if name in judge.EVIDENCE or name.startswith("context.") else usual[name]
            out[name].append(np.where(hidden[families[name]], blank, value))
    merged = {name: np.concatenate(parts) for name, parts in out.items() if not name.startswith("joint.")}
    return {**merged, **joint(merged)}, np.tile(positive, copies), np.tile(weight / copies, copies)


def fit(found: Examples, record: dict[str, object]) -> model.Model:
    values = values_of(found)
    positive, negative = split(found)
    known = negative & ~reasons.batched(values)
    worlds, inverse = np.unique(found["world"], return_inverse=True)
    usual = {name: float(np.quantile(value[known], 0.9)) for name, value in values.items()}
    strong = {name: float(np.quantile(value[known & (found["size"] >= 8)], 0.99)) for name, value in values.items()}
    size = size_class(values)
    parts = {}
    for part, names in PARTS.items():
        taught = teaching(part, values)
        mine, use = positive & taught, (positive | negative) & taught
        # Each world counts alike, however many groups it has.
        of_world = np.bincount(inverse[mine], weights=found["coverage"][mine], minlength=len(worlds))
        share = 3 * found["coverage"] / np.maximum(of_world[inverse], 1)
        innocent = np.minimum(found["size"] / 20, 1) * np.where(reasons.reasoned(part, values), EVERYDAY, 1)
        chosen = {name: value[use] for name, value in values.items()}
        seen = chosen, positive[use], np.where(positive, share, innocent)[use]
        # What an operator can hide is hidden at random where links lead; elsewhere is what cannot be hidden cheaply, or has shown itself.
        seen = blinded(*seen, usual) if part == reasons.LINKED else seen
        limit = None if part == reasons.BATCHED else logistic.CONDUCT_LIMIT
        bias, weights = logistic.fit(*seen, ridge=RIDGE, names=names, limit=limit)
        log_odds = model.Part(bias, weights, ()).log_odds(values)
        judged = negative & telling(part, values) & ~untold(found, part)
        # Few innocents of batches are known: one tail for all sizes.
        of_size = [judged & ((size == k) | (part == reasons.BATCHED)) for k in range(len(model.SIZES))]
        parts[part] = model.Part(bias, weights, tuple(tail(log_odds[some]) for some in of_size))
    return model.Model(parts, usual, strong, dict.fromkeys(parts, (0.0,) * len(model.SIZES)), model.Members(0.0, {}), record)


def tail(log_odds: np.ndarray) -> model.Tail:
    """The tail of innocent groups above its 3 % quantile: a generalised Pareto distribution, exponential or lighter.

    Its shape is kept from -0.5 to 0, where maximum likelihood is regular (Smith 1985). The scale is the upper limit of one standard error,
    since a false accusation costs more than a miss.
    """
    ordered = np.sort(log_odds)[::-1]
    n = min(max(3 * len(ordered) // 100, 20), len(ordered) - 1)
    start, share = float(ordered[n]), n / len(ordered)
    shape = float(np.clip(stats.genpareto.fit(ordered[:n] - start, floc=0)[0], LIGHTEST, 0))
    scale = stats.genpareto.fit(ordered[:n] - start, f0=shape, floc=0)[2] * (1 + 1 / np.sqrt(n))
    beyond = stats.genpareto(shape, start, scale)
    line = max(float(beyond.isf(model.RARE_SHARE / share)), float(ordered[0]))
    # A tail that ends leaves nothing beyond the highest: at least half a group is.
    return model.Tail(start, share, float(scale), shape, line, max(share * float(beyond.sf(line)), 0.5 / len(ordered)))


def furthest(found: Examples) -> tuple[dict[str, np.ndarray], dict[str, model.Model]]:
    """How far beyond the line of each part the innocents of each author reach, left out of the fit, in nats, ``(n_parts, len(SIZES))``.

    And the fits.
    """
    reach, fits = {}, {}
    for author in np.unique(found["author"]):
        mine = found["author"] == author
        fits[str(author)] = fitted = fit({name: value[~mine] for name, value in found.items()}, {})
        theirs = {name: value[mine] for name, value in found.items()}
        values = values_of(theirs)
        size, innocent = size_class(values), split(theirs)[1] & (spoken(theirs, values, fitted) >= verdict.MIN_FAMILIES)
        reach[str(author)] = np.full((len(fitted.parts), len(model.SIZES)), -np.inf)
        for part, (name, score) in enumerate(zip(fitted.parts, fitted.by_part(values), strict=True)):
            plain = innocent & ~reasons.everyday(name, values) & ~untold(theirs, name)
            told = []
            for k in range(len(model.SIZES)):
                of_size = np.flatnonzero(plain & (size == k))
                if len(of_size):
                    top = of_size[score[of_size].argmax()]
                    reach[str(author)][part, k] = score[top]
                    told.append(f"{score[top]:.2f} ({theirs['kind'][top]}, {theirs['size'][top]} accounts)")
            beyond = int((plain & (score >= 0)).sum())
            print(f"left out {author}, {name}: {int(plain.sum())} innocent groups, {beyond} beyond the line, furthest", *told)
    return reach, fits


def margins(reach: Mapping[str, np.ndarray]) -> dict[str, tuple[float, ...]]:
    """The furthest of all authors and once more the step from the second to it, of each part and class of sizes, nats.

    Were n authors drawn alike, one more reaches beyond all of them with a chance of one in n + 1, and where tails are exponential by as
    much as such a step in the mean: beyond both with a chance of about one in 2.7 (n + 1).
    """
    ordered = np.sort(np.maximum(list(reach.values()), 0), axis=0)
    most = 2 * ordered[-1] - ordered[-2]
    return {name: tuple(map(float, of_sizes)) for name, of_sizes in zip(PARTS, most, strict=True)}


def unseen(found: Examples, fits: Mapping[str, model.Model], whole: model.Model) -> np.ndarray:
    """Scores of all groups by sums that never saw their author, ``(n_parts, n_groups)``; TREES_ALONE have no fit of their own."""
    out = np.empty((len(PARTS), len(found["size"])))
    for author in np.unique(found["author"]):
        mine = found["author"] == author
        out[:, mine] = fits.get(str(author), whole).by_part(values_of({name: value[mine] for name, value in found.items()}))
    return out

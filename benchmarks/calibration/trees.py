"""The trees: grown by gradient boosting with each piece kept to its sign."""

from dataclasses import dataclass

import numpy as np
from benchmarks.calibration.examples import UNTOLD, Examples, split, values_of
from benchmarks.calibration.sums import blinded
from sklearn.ensemble import HistGradientBoostingClassifier

from stillwatch.judge import model
from stillwatch.judge.pieces import JOINT_SENTENCES, SIGNS
from stillwatch.judge.trees import DIGITS, Trees

GROWTH = {"max_iter": 120, "learning_rate": 0.12, "max_leaf_nodes": 15, "min_samples_leaf": 100, "l2_regularization": 5}
FOLDS = 6
"""Parts of the authors, each of which is scored by trees that never saw it."""
HEARD = {True: 300.0, False: 3000.0}
"""Weight of all positive and of all negative examples of an author, so that none is heard above the others."""
OF_THE_LOG = ("context.placed", "context.owners", "context.unwanted", "context.usual_mix", "context.sent")
"""What is the provider's, or read by a list of words that fits one simulator better than another, would give the simulator away; and what
``harvest.volume`` and ``context.crowd`` tell, each up to a bound."""
TREE_COPIES = 3
SIGNED = {**SIGNS, **dict.fromkeys(JOINT_SENTENCES, 1)}


def examples_of(found: Examples, names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rounded values of every group ``(n, n_names)``, which are positive, and weights, 0 for what teaches trees nothing."""
    values = values_of(found)
    x = np.round(np.stack([values[name] for name in names], axis=1), DIGITS)
    positive, negative = split(found)
    negative &= ~np.isin(found["kind"], UNTOLD)
    _, world = np.unique(found["world"], return_inverse=True)
    of_world = np.bincount(world[positive], weights=found["coverage"][positive], minlength=world.max() + 1)
    share = found["coverage"] / np.maximum(of_world[world], 1e-9)
    weight = np.where(positive, share, np.where(negative, np.minimum(found["size"] / 20, 1), 0))
    for author in np.unique(found["author"]):
        for of, total in HEARD.items():
            rows = (found["author"] == author) & (positive == of)
            weight[rows] *= total / max(weight[rows].sum(), 1e-9)
    return x, positive, weight


def grown(x: np.ndarray, positive: np.ndarray, weight: np.ndarray, names: tuple[str, ...]) -> model.Forest:
    """Boosted trees, each piece kept to its sign, without lines."""
    # One group is proposed many times over: the same example once, with the weight of all.
    key = np.random.default_rng(0).integers(1, 1 << 62, len(names)) | 1
    same = np.rint(x * 10**DIGITS).astype(np.int64) @ key * 2 + positive
    use = np.flatnonzero(weight > 0)
    _, first, number = np.unique(same[use], return_index=True, return_inverse=True)
    x, positive, weight = x[use[first]], positive[use[first]], np.bincount(number, weights=weight[use])
    innocent = {name: float(np.quantile(value[~positive], 0.9)) for name, value in zip(names, x.T, strict=True)}
    values, positive, weight = blinded(dict(zip(names, x.T, strict=True)), positive, weight, innocent, TREE_COPIES)
    signs = [SIGNED.get(name, 0) for name in names]
    fitted = HistGradientBoostingClassifier(monotonic_cst=signs, early_stopping=False, random_state=0, **GROWTH)
    fitted.fit(np.round(np.stack([values[name] for name in names], axis=1), DIGITS), positive, sample_weight=weight)
    roots, nodes = [], []
    for (tree,) in fitted._predictors:
        start, told = len(nodes), tree.nodes
        roots.append(start)
        mean = told["value"].astype(float)
        for i in np.flatnonzero(told["is_leaf"] == 0)[::-1]:
            of = np.array([told["left"][i], told["right"][i]])
            mean[i] = np.average(mean[of], weights=told["count"][of])
        for i, node in enumerate(told):
            at = round(float(np.floor(node["num_threshold"] * 10**DIGITS) + 0.5) / 10**DIGITS, DIGITS + 1)
            inner = (int(node["feature_idx"]), at, start + int(node["left"]), start + int(node["right"]))
            place = (-1, 0.0, 0, 0) if node["is_leaf"] else inner
            nodes.append((*place, round(float(mean[i]), DIGITS + 1)))
    return model.Forest(float(fitted._baseline_prediction[0, 0]), Trees(names, tuple(roots), *zip(*nodes, strict=True)))


@dataclass(frozen=True)
class Grown:
    """Trees without lines."""

    whole: model.Forest
    """Of all authors."""
    unseen: dict[str, model.Forest]
    """For each author, trees that saw no world of his: FOLDS of authors are left out together."""
    log_odds: np.ndarray
    """What these give each group, ``(n_groups,)``."""


def grow(found: Examples) -> Grown:
    """Grow trees on all authors, and on all but each FOLDS of them."""
    names = tuple(sorted(key[2:] for key in found if key.startswith("v.") and key[2:] not in OF_THE_LOG))
    x, positive, weight = examples_of(found, names)
    authors, number = np.unique(found["author"], return_inverse=True)
    log_odds, unseen = np.full(len(x), np.nan), {}
    for fold in range(FOLDS):
        mine = number % FOLDS == fold
        if mine.any() and not mine.all():
            one = grown(x, positive, np.where(mine, 0, weight), names)
            log_odds[mine] = one.log_odds(dict(zip(names, x[mine].T, strict=True)))
            unseen |= {str(author): one for author in authors[fold::FOLDS]}
    return Grown(grown(x, positive, weight, names), unseen, log_odds)

"""Who belongs: what tells the accounts of a campaign from those drawn in."""

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
from benchmarks.calibration.logistic import fit

from stillwatch import group, judge
from stillwatch.detect import accusing
from stillwatch.judge import model, verdict
from stillwatch.judge.pieces import look

PIECES = (
    "amount", "accepted", "best", "elsewhere", "wide", "joined", "private", "young", "hours", "mix", "length", "age", "answers",
    "span", "rate", "bare", "links",
)


def accounts(kept: Path, fitted: model.Model) -> dict[str, np.ndarray]:
    """How the accounts of every campaign of one world stand, with what is true of them."""
    scene, operator, _ = pickle.loads(kept.read_bytes())
    fake = operator >= 0
    values, findings = look(scene)
    same = group.twins(scene.n, scene.groups.member_group, scene.groups.member_account)
    found = verdict.judge(values, findings, fitted, same, scene.usual)
    of_group, of_account = judge.campaigns_of(scene, found.campaign, judge.suspects(scene), accusing.MIN_ACCOUNTS, found.log_odds)
    n = int(of_account.max(initial=-1)) + 1
    lead = judge.leads(scene, of_group, n, found.log_odds)
    links = judge.linkage(scene, of_group, of_account, lead)
    mine, pieces = judge.standing(scene, of_group, of_account, n, found.log_odds, links)
    return {**pieces, "fake": fake[mine], "campaign": np.array([f"{kept.stem} {number}" for number in of_account[mine]], dtype=object)}


def strays(posterior: np.ndarray, fake: np.ndarray, use: np.ndarray) -> float:
    """Accounts drawn into campaigns that are mostly an operator's (``use``) at NEAR_POSTERIOR to MIN_POSTERIOR, for each that is below,
    down to MIDDLE_POSTERIOR."""
    drawn = posterior[use & ~fake]
    nearly = np.count_nonzero((drawn >= judge.NEAR_POSTERIOR) & (drawn < judge.MIN_POSTERIOR))
    return nearly / max(np.count_nonzero((drawn >= judge.MIDDLE_POSTERIOR) & (drawn < judge.NEAR_POSTERIOR)), 1)


def _told(found: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Which accounts are an operator's, which are in campaigns mostly of one, the campaign of each, and each campaign's size."""
    _, number, size = np.unique(found["campaign"].astype(str), return_inverse=True, return_counts=True)
    fake = found["fake"].astype(bool)
    return fake, (np.bincount(number, weights=fake) >= 0.5 * size)[number], number, size


def members(parts: list[dict[str, np.ndarray]]) -> model.Members:
    """Fit what tells a campaign's accounts from those drawn in; campaigns count alike, and those mostly of innocents teach nothing."""
    found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    fake, use, number, size = _told(found)
    pieces = {name: np.clip(found[name][use], *model.REACH) for name in PIECES}
    bias, weights = fit(pieces, fake[use], 30 / size[number][use], ridge=1.0, names=PIECES, limit=None)
    left = model.Members(bias, weights)
    posterior = left.posterior({name: found[name] for name in PIECES})
    kept = posterior >= judge.MIN_POSTERIOR
    print(f"{len(size)} campaigns, {int((~fake).sum())} accounts drawn in, {int((kept & ~fake).sum())} of them kept; "
          f"members kept {kept[fake].mean():.4f}:", *(f"{name} {weight:+.2f}" for name, weight in weights.items()))
    return replace(left, strays=strays(posterior, fake, use))

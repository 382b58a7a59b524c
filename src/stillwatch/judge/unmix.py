"""Unmix: tell a campaign's harvest from the cover traffic of the same accounts, request by request.

A naive Bayes mixture for each campaign. The population's requests are the cover component and stay fixed. The harvest
component starts from the requests that show the campaign's marks, and expectation maximisation (Dempster, Laird and
Rubin 1977) moves it over what else these requests have in common: sampling parameters, client, tools, system prompt,
path, capability, lengths. Marked requests are harvest whatever the mixture says.
"""

from collections.abc import Mapping

import numpy as np
from numba import njit
from numpy.typing import NDArray

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
U16 = NDArray[np.uint16]

FEATURES = ("parameters", "client", "tools", "system", "path", "model", "shape", "lengths")
BUCKETS = 1 << 10
ROUNDS = 8
SMOOTHING = 0.5


def codes(columns: Mapping[str, NDArray[np.generic]]) -> U16:
    """Each event as small numbers, one a feature, ``(n, len(FEATURES))``; hashed features share buckets rarely."""
    out = np.empty((len(columns["time"]), len(FEATURES)), np.uint16)
    for j, name in enumerate(FEATURES[:6]):
        value = columns[name].astype(np.uint64)
        out[:, j] = np.where(value == 0, 0, 1 + ((value * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(54)) % np.uint64(BUCKETS - 1))
    first = (columns["parent"] == 0).astype(np.uint16)
    elicits = (columns["elicitation"] >= 2).astype(np.uint16)
    out[:, 6] = columns["capability"].astype(np.uint16) * 4 + first * 2 + elicits
    words = np.minimum(np.log2(np.maximum(columns["n_words"], 1)), 15).astype(np.uint16)
    tokens = np.minimum(np.log2(np.maximum(columns["output_tokens"], 1)), 15).astype(np.uint16)
    out[:, 7] = words * 16 + tokens
    return out


@njit(cache=True, nogil=True)
def _step(campaign: I64, code: U16, marked: NDArray[np.bool_], log_ratio: F64, prior: F64, posterior: F64) -> None:
    for i in range(len(campaign)):
        c = campaign[i]
        if marked[i]:
            posterior[i] = 1.0
            continue
        z = np.log(prior[c] / (1 - prior[c]))
        for j in range(code.shape[1]):
            z += log_ratio[c, j, code[i, j]]
        posterior[i] = 1 / (1 + np.exp(-z))


@njit(cache=True, nogil=True)
def _sum(campaign: I64, code: U16, weight: F64, out: F64) -> None:
    for i in range(len(campaign)):
        for j in range(code.shape[1]):
            out[campaign[i], j, code[i, j]] += weight[i]


def separate(campaign: I64, code: U16, marked: NDArray[np.bool_], population: F64, n_campaigns: int) -> NDArray[np.bool_]:
    """Which requests of the campaigns' accounts are harvest, ``(n,)``.

    Args:
        campaign: of each request, ``(n,)``.
        code: of each request, ``(n, len(FEATURES))``.
        marked: the request shows the campaign's marks; where a campaign has none, all its requests are harvest.
        population: requests of everybody else by feature and code, ``(len(FEATURES), BUCKETS)``.
        n_campaigns: number of campaigns.
    """
    total = np.maximum(np.bincount(campaign, minlength=n_campaigns), 1)
    with_marks = np.bincount(campaign, weights=marked, minlength=n_campaigns)
    marked = marked | (with_marks[campaign] == 0)
    cover = np.log((population + SMOOTHING) / (population.sum(axis=1, keepdims=True) + SMOOTHING * BUCKETS))
    posterior = marked.astype(np.float64)
    prior = np.clip(with_marks / total, 0.02, 0.98)
    for _ in range(ROUNDS):
        counts = np.zeros((n_campaigns, len(FEATURES), BUCKETS))
        _sum(campaign, code, posterior, counts)
        # The population's shape, lightly, where the harvest has not been seen.
        smooth = counts + SMOOTHING * np.exp(cover)[None]
        log_ratio = np.log(smooth / smooth.sum(axis=2, keepdims=True)) - cover[None]
        _step(campaign, code, marked, log_ratio, prior, posterior)
        prior = np.clip(np.bincount(campaign, weights=posterior, minlength=n_campaigns) / total, 0.02, 0.98)
    return posterior > 0.5

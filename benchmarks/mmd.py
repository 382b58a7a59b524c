"""The MMD window test on prompts (arXiv 2606.05725), ported from its description, with features that need no model.

The paper embeds prompts with a sentence encoder and asks whether a window of traffic has another distribution than
earlier benign traffic: maximum mean discrepancy with a Gaussian kernel, threshold from benign against benign only.
Here a prompt is its hashed words, pairs of words and character trigrams, and the kernel is approximated by random
Fourier features (Rahimi and Recht 2007), so that a window is the mean of its prompts' features and the statistic is
one dot product. The paper scores windows; an account's score is that of its own window, or, for traffic that is pooled,
of the windows that its prompts fell into.
"""

import itertools
import re
import zlib
from array import array
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

Ints = npt.NDArray[np.integer]
Floats = npt.NDArray[np.floating]

N_HASHED = 4096
N_FOURIER = 512
WINDOW = 1500
"""Prompts in a window of pooled traffic, as in the paper; it also reports 100."""
WORD = re.compile(r"\w+")


def features(prompts: Sequence[str], seed: int = 0) -> Floats:
    """Random Fourier features of a Gaussian kernel over hashed n-grams, ``(n_prompts, N_FOURIER)``.

    The kernel's width is the median distance between prompts (the median heuristic), estimated on 1,000 of them.
    """
    rng = np.random.default_rng(seed)
    hashed = hashed_ngrams(prompts)
    some = hashed[np.sort(rng.choice(hashed.shape[0], min(1000, hashed.shape[0]), replace=False))]
    cosine = (some @ some.T).toarray()
    distance = np.sqrt(np.maximum(2 - 2 * cosine[np.triu_indices(len(cosine), 1)], 0))
    width = float(np.median(distance)) if len(distance) and np.median(distance) > 0 else 1.0
    direction = (rng.normal(size=(N_HASHED, N_FOURIER)) / width).astype(np.float32)
    phase = hashed @ direction + rng.uniform(0, 2 * np.pi, N_FOURIER).astype(np.float32)
    return np.asarray(np.cos(phase) * np.float32(np.sqrt(2 / N_FOURIER)))


def hashed_ngrams(prompts: Sequence[str]) -> sparse.csr_array:
    """Words, pairs of words and character trigrams, hashed to ``N_HASHED`` columns with unit length, log counts."""
    columns, starts = array("i"), array("q", [0])
    for prompt in prompts:
        words = WORD.findall(prompt.lower()[:4000])
        text = " ".join(words)
        grams = words + [f"{a} {b}" for a, b in itertools.pairwise(words)]
        grams += [text[i : i + 3] for i in range(len(text) - 2)]
        columns.extend([zlib.crc32(gram.encode()) % N_HASHED for gram in grams])
        starts.append(len(columns))
    ones = np.ones(len(columns), np.float32)
    counts = sparse.csr_array((ones, np.array(columns), np.array(starts)), shape=(len(prompts), N_HASHED))
    counts.sum_duplicates()
    counts.data = np.log1p(counts.data)
    length = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    counts.data /= np.repeat(np.maximum(length, np.float32(1e-12)), np.diff(counts.indptr))
    return counts


def discrepancy(window_sums: Floats, sizes: Floats, reference: Floats) -> Floats:
    """Squared MMD of windows from a reference, without the bias that small windows have.

    Args:
        window_sums: sums of features, ``(n_windows, N_FOURIER)``.
        sizes: prompts in each window, ``(n_windows,)``.
        reference: features of reference prompts, ``(n_reference, N_FOURIER)``.
    """
    mean = reference.mean(axis=0)
    own = (reference**2).sum(axis=1).mean()  # k(x, x), what a prompt adds by meeting itself
    n = len(reference)
    within_reference = ((mean @ mean) * n - own) / max(n - 1, 1)
    within = ((window_sums**2).sum(axis=1) - own * sizes) / np.maximum(sizes * (sizes - 1), 1)
    across = window_sums @ mean / sizes
    return np.asarray(within + within_reference - 2 * across)


def window_z(
    window_sums: Floats, sizes: Ints, reference: Floats, calibration: Floats, seed: int = 0, n_null: int = 200
) -> Floats:
    """How far each window's MMD lies above that of equally large windows of benign traffic, in standard deviations.

    The paper's threshold is a high quantile of the same null; its false-positive rate of 0.3 % is z = 2.75 if normal.
    Sizes are rounded to powers of two for the null. Windows of one prompt score 0.
    """
    rng = np.random.default_rng(seed)
    value = discrepancy(window_sums, sizes.astype(np.float64), reference)
    level = np.floor(np.log2(np.maximum(sizes, 1))).astype(int)
    z = np.zeros(len(sizes))
    for size_level in np.unique(level[sizes > 1]):
        size = 2**int(size_level)
        drawn = rng.integers(len(calibration), size=(n_null, size))
        null = discrepancy(calibration[drawn].sum(axis=1), np.full(n_null, float(size)), reference)
        at = (level == size_level) & (sizes > 1)
        z[at] = (value[at] - null.mean()) / max(float(null.std()), 1e-12)
    return z


def account_scores(
    embedded: Floats, account: Ints, n_accounts: int, benign: npt.NDArray[np.bool_] | None = None, seed: int = 0
) -> Floats:
    """Per-account windows: all of an account's prompts against the reference.

    Args:
        embedded: from :func:`features`, one row a request, in order of time.
        account: account code of each request.
        n_accounts: number of account codes.
        benign: requests known to be benign, as the paper assumes; None takes all traffic, as a defender must.
        seed: of the null.
    """
    reference, calibration = _halves(embedded, benign, seed)
    order = np.argsort(account, kind="stable")
    sizes = np.bincount(account, minlength=n_accounts)
    sums = np.zeros((n_accounts, embedded.shape[1]))
    present = np.flatnonzero(sizes)
    starts = np.concatenate([[0], np.cumsum(sizes[present])[:-1]])
    sums[present] = np.add.reduceat(embedded[order], starts, axis=0)
    return window_z(sums, np.maximum(sizes, 1), reference, calibration, seed)


def pooled_scores(
    embedded: Floats, account: Ints, n_accounts: int, window: int = WINDOW,
    benign: npt.NDArray[np.bool_] | None = None, seed: int = 0,
) -> tuple[Floats, Floats]:
    """Windows of the whole traffic in order of time; returns account scores (mean over requests) and window scores."""
    reference, calibration = _halves(embedded, benign, seed)
    starts = np.arange(0, len(embedded), window)
    sizes = np.diff(np.append(starts, len(embedded)))
    z = window_z(np.add.reduceat(embedded, starts, axis=0), sizes, reference, calibration, seed)
    of_request = np.repeat(z, sizes)
    n = np.bincount(account, minlength=n_accounts)
    return np.bincount(account, of_request, n_accounts) / np.maximum(n, 1), z


def _halves(embedded: Floats, benign: npt.NDArray[np.bool_] | None, seed: int) -> tuple[Floats, Floats]:
    """Reference and calibration prompts, at most 20,000 each."""
    rows = np.arange(len(embedded)) if benign is None else np.flatnonzero(benign)
    rows = np.random.default_rng(seed).permutation(rows)
    half = len(rows) // 2
    return embedded[np.sort(rows[:half][:20_000])], embedded[np.sort(rows[half:][:20_000])]

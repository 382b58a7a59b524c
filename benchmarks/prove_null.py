"""Are the mark tests calibrated: false positives over random keys, on real model answers that nobody marked?

    python benchmarks/prove_null.py [--keys 2000] [--only NAME …]

Every row is one scheme. ``counted once`` is the test of the product. The rows below it are what goes wrong without:
every place counted, five-grams instead of what ``lefthash`` looks at, n-grams instead of SynthID's table entries.
Reading mode: a clean reader that copies from what it reads, over answers that were marked with the key under test, by its
guesses and by its chances against a reference that does not copy.
Words stand for tokens. Needs the public answers (STILLWATCH_BENCHMARKS); about six minutes on one core.
"""

import argparse
import re
import time
from collections.abc import Callable, Sequence
from math import log
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from scipy import stats

from real_data import folder
from stillwatch.prove.choices import ChoiceMark
from stillwatch.prove.keys import decoy_keys, decoy_secrets
from stillwatch.prove.prf import PUBLIC, hash_rows
from stillwatch.prove.schemes import Gumbel, Kgw, Numbers, Scheme, SynthId, TransformersKgw
from stillwatch.prove.statistics import Null, SignSums, weighted_log_tail
from stillwatch.prove.tuples import Tuples, read, written_tuples
from stillwatch.prove.weighted import Reading, token_departures

VOCABULARY = 8000
MODELS = ("gpt4_1106_preview", "claude-2", "vicuna-13b", "Mixtral-8x7B-Instruct-v0.1")


def texts(given: Path | None) -> list[str]:
    table = pq.read_table(folder(given) / "alpaca_eval_outputs.parquet")
    pairs = zip(table["model"].to_pylist(), table["output"].to_pylist(), strict=True)
    return [text for model, text in pairs if model in MODELS]


def coded(found: list[str]) -> list[np.ndarray]:
    words = [re.findall(r"\w+|[^\w\s]", text.lower()) for text in found]
    count: dict[str, int] = {}
    for row in words:
        for word in row:
            count[word] = count.get(word, 0) + 1
    known = {word: i for i, word in enumerate(sorted(count, key=lambda w: (-count[w], w))[: VOCABULARY - 1])}
    return [np.array([known.get(word, VOCABULARY - 1) for word in row], np.int64) for row in words]


def show(name: str, log_p: np.ndarray, n: float, seconds: float) -> None:
    p = np.exp(log_p)
    rates = [f"{(p <= level).mean():.4f}" for level in (0.05, 0.01, 0.001)]
    print(f"{name:46} {len(p):6} {n:9,.0f} {rates[0]:>8} {rates[1]:>8} {rates[2]:>8} {p.min():9.1e} {seconds:6.0f} s", flush=True)


def once(mark: Scheme, tuples: Tuples, n_keys: int) -> tuple[np.ndarray, float]:
    totals = mark.totals(tuples, [mark.key(secret) for secret in decoy_secrets(b"prove_null", n_keys)])
    return np.array([mark.null.log_p(total, n) for total, n in totals]), float(np.mean([n for _, n in totals]))


def every_place(mark: Scheme, ids: list[np.ndarray], n_keys: int) -> tuple[np.ndarray, float]:
    """Each occurrence counts: the distinct numbers are weighted by how often their tuple stands in the corpus."""
    tuples = written_tuples([[]] * len(ids), ids, mark.window, "none")
    runs = np.concatenate([np.lib.stride_tricks.sliding_window_view(row, mark.window + 1) for row in ids if len(row) > mark.window])
    names, counts = np.unique(hash_rows(PUBLIC, runs), return_counts=True)
    weight = counts[np.searchsorted(names, hash_rows(PUBLIC, tuples.rows))]
    totals = [float((mark.numbers(tuples, mark.key(s)) * weight).sum()) for s in decoy_secrets(b"prove_null", n_keys)]
    return np.array([mark.null.log_p(total, int(weight.sum())) for total in totals]), float(weight.sum())


def lefthash_as_five_grams(ids: list[np.ndarray], n_keys: int) -> tuple[np.ndarray, float]:
    mark = TransformersKgw(VOCABULARY, context_width=4)
    tuples = written_tuples([[]] * len(ids), ids, 4, "none")
    totals = [float(mark.numbers(tuples, mark.key(s)).sum()) for s in decoy_secrets(b"prove_null", n_keys)]
    return np.array([mark.null.log_p(total, len(tuples)) for total in totals]), float(len(tuples))


def synthid_as_n_grams(ids: list[np.ndarray], n_keys: int) -> tuple[np.ndarray, float]:
    mark, null = SynthId(), Null("bernoulli", 0.5, 30)
    tuples = written_tuples([[]] * len(ids), ids, mark.window, "none")
    totals = [float(mark.numbers(tuples, mark.key(s)).sum()) for s in decoy_secrets(b"prove_null", n_keys)]
    return np.array([null.log_p(total, len(tuples)) for total in totals]), float(len(tuples))


def choices(found: list[str], n_keys: int, reference: list[str] | None) -> tuple[np.ndarray, float]:
    mark = ChoiceMark()
    lean = mark.preferences(mark.counts(found), None if reference is None else mark.counts(reference))
    keys = decoy_keys(b"prove_null", n_keys)
    sums = [float(((2 * mark.coins((int(a), int(b))) - 1) * lean).sum()) for a, b in keys]
    tail = SignSums(lean)
    return np.array([tail.log_p(total) for total in sums]), float((lean != 0).sum())


SIZE, LENGTH, ANSWERS = 120, 120, 24
"""Reading mode: words, words an answer, answers."""


def marked_answers(mark: Kgw, key: Numbers, base: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Answers of a bigram model under a key ``(24, 120)``."""
    width, ids = mark.context_width, rng.integers(0, SIZE, (ANSWERS, LENGTH))
    cache: dict[tuple[int, ...], np.ndarray] = {}
    for at in range(width, LENGTH):
        for row in range(ANSWERS):
            context = tuple(ids[row, at - width : at].tolist())
            if context not in cache:
                cache[context] = 2.0 * mark.green(np.array(context), SIZE, key)
            ids[row, at] = int((base[context[-1]] + cache[context] + rng.gumbel(size=SIZE)).argmax())
    return ids


def copying_reader(rule: str, n_keys: int, width: int = 1) -> tuple[np.ndarray, float]:
    """A clean suspect reads answers marked with the key that is tested, and guesses what followed the same token before."""
    rng = np.random.default_rng(5)
    base = rng.gumbel(size=(SIZE, SIZE)) * 1.2
    favourite = base.argmax(1)
    mark, out, sizes = Kgw(context_width=width), [], []
    for secret in decoy_secrets(b"reader", n_keys):
        key = mark.key(secret)
        ids = marked_answers(mark, key, base, rng)
        guesses: list[list[int]] = []
        for row in ids.tolist():
            last: dict[tuple[int, ...], int] = {}
            guess = [-1] * width
            for at in range(width, LENGTH):
                context = tuple(row[at - width : at])
                guess.append(last.get(context, int(favourite[context[-1]])))
                last[context] = row[at]
            guesses.append(guess)
        tuples = read([[]] * ANSWERS, list(ids), guesses, width, rule)
        total, count = mark.total(tuples, key)
        out.append(mark.null.log_p(total, count))
        sizes.append(count)
    return np.array(out), float(np.mean(sizes))


class EveryPlace(Reading):
    """What is wrong: contexts that were read before count again."""

    def fresh(self, whole: Sequence[int], begin: int) -> set[int]:
        """All places."""
        return set(range(begin + self.width, len(whole)))


def weighted_reader(n_keys: int, width: int, kind: type[Reading] = Reading) -> tuple[np.ndarray, float]:
    """The same reader's chances against those of a reference that does not copy: a fifth of its mass follows what followed the
    context before, a fifth the words of the answer so far."""
    rng = np.random.default_rng(6)
    base = rng.gumbel(size=(SIZE, SIZE)) * 1.2
    chance = np.exp(base) / np.exp(base).sum(1, keepdims=True)
    mark, out, sizes = Kgw(context_width=width), [], []
    for secret in decoy_secrets(b"weighted reader", n_keys):
        key, reading = mark.key(secret), kind(width)
        for row in marked_answers(mark, key, base, rng).tolist():
            reference = np.vstack([np.full(SIZE, 1 / SIZE), chance[row[:-1]]])
            suspect, followed = reference.copy(), dict[tuple[int, ...], int]()
            for at in range(width, LENGTH):
                context = tuple(row[at - width : at])
                suspect[at] = 0.6 * reference[at] + 0.2 * np.bincount(row[:at], minlength=SIZE) / at
                suspect[at, followed.get(context, row[at - 1])] += 0.2
                followed[context] = row[at]
            reading.add([], row, token_departures(suspect, reference))
        found = reading.weighted()
        out.append(weighted_log_tail(mark.null, found.weights, float(mark.numbers(found.tuples, key) @ found.weights)))
        sizes.append(len(found))
    return np.array(out), float(np.mean(sizes))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--keys", type=int, default=2000)
    parser.add_argument("--only", nargs="*")
    args = parser.parse_args()
    found = texts(args.data)
    ids = coded(found)
    n = args.keys
    print(f"{len(found)} answers of {len(MODELS)} models, {sum(map(len, ids)):,} words")
    print(f"{'':46} {'keys':>6} {'scored':>9} {'at .05':>8} {'at .01':>8} {'at .001':>8} {'least p':>9}")

    def plain(mark: Scheme) -> Callable[[], tuple[np.ndarray, float]]:
        return lambda: once(mark, written_tuples([[]] * len(ids), ids, mark.window, "none"), n)

    some, few = ids[:400], min(n, 1000)
    rows: dict[str, Callable[[], tuple[np.ndarray, float]]] = {
        "kgw, 1 token of context, counted once": plain(Kgw(context_width=1)),
        "kgw, 2 tokens, counted once": plain(Kgw(context_width=2)),
        "gumbel, 1 token, counted once": plain(Gumbel(1)),
        "gumbel, 2 tokens, counted once": plain(Gumbel(2)),
        "choice, no reference": lambda: choices(found, n, None),
        "choice, other models as reference": lambda: choices(found[: len(found) // 2], n, found[len(found) // 2 :]),
        "transformers lefthash, counted once": lambda: once(TransformersKgw(VOCABULARY), written_tuples([[]] * 400, some, 1, "none"), few),
        "transformers SynthID, counted once": lambda: once(SynthId(), written_tuples([[]] * len(ids), ids, 4, "none"), n),
        "reading, copying reader, window rule": lambda: copying_reader("window", few),
        "reading, copying reader, tuple rule": lambda: copying_reader("tuple", few),
        "reading, 2 tokens, window rule": lambda: copying_reader("window", few, 2),
        "reading against a reference, 1 token": lambda: weighted_reader(few, 1),
        "reading against a reference, 2 tokens": lambda: weighted_reader(few, 2),
        "WRONG kgw, every place counted": lambda: every_place(Kgw(context_width=1), ids, few),
        "WRONG gumbel, every place counted": lambda: every_place(Gumbel(1), ids, few),
        "WRONG lefthash of width 4 as five-grams": lambda: lefthash_as_five_grams(some, few),
        "WRONG SynthID as n-grams at one half": lambda: synthid_as_n_grams(ids, few),
        "WRONG reading, nothing excluded": lambda: copying_reader("none", few),
        "WRONG reading against a reference, every place": lambda: weighted_reader(few, 1, EveryPlace),
    }
    for name, make in rows.items():
        if args.only and not any(part in name for part in args.only):
            continue
        begin = time.time()
        log_p, size = make()
        show(name, log_p, size, time.time() - begin)
    print("expected at most: .015 at .01, .002 at .001;",
          f"with {n} keys a rate of .01 is seen up to {stats.binom.ppf(0.99, n, 0.01) / n:.4f}; log(.01) = {log(0.01):.2f}")


if __name__ == "__main__":
    main()

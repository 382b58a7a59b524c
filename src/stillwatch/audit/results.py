"""Shares by source and over time, and what else was seen by source."""

import hashlib
import heapq
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from stillwatch.audit import canaries, check, estimate, share
from stillwatch.audit.detector import MIN_WORDS, Detector
from stillwatch.audit.marks import MarkTest
from stillwatch.audit.scan import Group, Tally
from stillwatch.errors import InputError
from stillwatch.files import write_parquet
from stillwatch.terminal.counting import number_of
from stillwatch.terminal.progress import track

F64 = NDArray[np.float64]
MAX_ESTIMATES = 300
MIN_DOCUMENTS = 50
MAX_WIDTH = 0.5
"""An interval that is wider tells next to nothing."""
SHARE_SCOPE = "of models like those in the references; others may be missed"
"""What a share covers: a corpus of one model that the references lack may come out as a person's."""
YEAR_CHARACTERS = 4
"""A period ``YYYY-MM`` begins with its year."""
COMPARISON, INTERVAL = 0, 1
"""What random numbers are drawn for: the sample that is compared with the references, and the bootstrap."""
REFERENCES_ADVICE = "Who wrote them was given: take them out of the references if they are to be judged"
"""What to do where documents count for no share since they are references."""
MIXED_KINDS_ADVICE = (
    "Each source is held against all references, and those of other kinds of text may tell it apart: audit each source alone "
    "against references of its own kind, or all as one (--one-source) where the references hold the kinds of text of all"
)
"""What to do where every source differs from the references, which hold several kinds of text."""
ALL = ""
"""In place of a source: all of them. In place of a period: all months."""

SHARES = pa.schema([
    ("source", pa.large_string()), ("period", pa.string()), ("documents", pa.int64()), ("words", pa.int64()),
    ("scored", pa.int64()), ("share", pa.float64()), ("share_low", pa.float64()), ("share_high", pa.float64()),
    ("share_adjusted_count", pa.float64()), ("refused", pa.large_string()), ("unlike", pa.float64()),
    ("foreign", pa.float64()), ("canary_documents", pa.int64()), ("canaries", pa.large_string()),
    ("near_duplicates", pa.int64()), ("duplicate_sets", pa.large_string()), ("campaign_documents", pa.int64()),
    ("campaigns", pa.large_string()), ("mark_p_value", pa.float64()), ("mark_key", pa.large_string()), ("left_out", pa.int64()),
])
"""Grain: a source (all months), a month of a source, a month or a year of all sources (source "") whose share is given: ``left_out``
are the documents of that time in the others."""


class ReferenceTexts(NamedTuple):
    """Reference texts, what each answers ("" where that is not known), and who made it (its source, where that is not named)."""

    texts: list[str]
    asked: list[str]
    makers: list[str]


@dataclass(frozen=True)
class Results:
    """What was found.

    Attributes:
        rows: of :data:`SHARES`.
        accepted: sources whose share is given.
        self_check: of the detector; None where there is none.
        overall: share over the sources whose share is given.
        blind: what this audit could not look at, and why.
        marks: p of each own key over the whole corpus.
    """

    rows: list[dict[str, Any]]
    accepted: frozenset[str]
    self_check: check.SelfCheck | None
    overall: dict[str, Any]
    blind: list[str]
    marks: dict[str, float] | None = None


def estimate_shares(
    total: Tally, detector: Detector | None, human: list[str], generated: list[str], held_out: ReferenceTexts, seed: int,
    *, marks: MarkTest | None = None, quiet: bool = False,
) -> Results:
    """Estimate every source, and the months of those whose estimate is accepted."""
    rng = np.random.default_rng(seed)
    reference_marks = marks.counts(human) if marks is not None and human else None
    estimator = _ShareEstimator(detector, human, generated, held_out, rng, seed) if detector is not None else None
    by_source: dict[str, Group] = {}
    for (source, _), group in sorted(total.groups.items()):
        by_source.setdefault(source, Group()).add(group)
    largest = sorted(by_source, key=lambda s: (-by_source[s].n, s))
    rows = []
    for i, source in enumerate(track(largest, "estimating", len(largest), quiet=quiet)):
        texts = [text for _, _, text in sorted(total.sample.get(source, []))]
        estimated = estimator.estimate(by_source[source], texts, i < MAX_ESTIMATES) if estimator is not None else None
        rows.append(_row(source, ALL, by_source[source], estimated, marks, reference_marks))
    accepted = frozenset(row["source"] for row in rows if row["share"] is not None)
    if estimator is not None:
        rows += _months(total, accepted, estimator, marks, reference_marks)
    overall = _overall(rows, by_source, accepted, estimator)
    blind = []
    if detector is None:
        missing = [name for name, texts in (("--reference (texts of the same domain that people wrote)", human),
                                            ("--generated (texts of the same domain that models wrote)", generated)) if not texts]
        blind.append(f"no share and no document verdicts without {' and '.join(missing)}")
    found = None
    if marks is not None:
        whole = [group.marks for group in by_source.values() if group.marks is not None]
        found = marks.p_values(np.sum(whole, axis=0), reference_marks) if whole else {}
    return Results(rows, accepted, estimator.checked if estimator is not None else None, overall, blind, found)


class _ShareEstimator:
    """Estimates the share of any group of documents: the binned references, the self-check and the seed are held here."""

    def __init__(
        self, detector: Detector, human: list[str], generated: list[str], held_out: ReferenceTexts, rng: np.random.Generator, seed: int
    ) -> None:
        self.known = estimate.known_references(detector)
        self.references = check.References(human, generated, rng)
        self.checked = check.self_check(detector)
        self.rng, self.seed = rng, seed
        if held_out.texts and not self.checked.reason:
            self.checked = self._check_held_out(detector, held_out)

    def _check_held_out(self, detector: Detector, held_out: ReferenceTexts) -> check.SelfCheck:
        """The self-check, repeated on human texts that are no references; the worse of both figures holds."""
        scored = detector.score(held_out.texts, held_out.asked)
        trained = detector.trained_on(held_out.texts)
        long = (scored.n_words >= MIN_WORDS) & ~trained
        if long.sum() < MIN_DOCUMENTS:
            also = f" that are no references ({number_of(int(trained.sum()), 'is', 'are')})" if trained.any() else ""
            raise InputError(f"{number_of(int(long.sum()), 'held-out human text')} of {MIN_WORDS} words or more{also}",
                             todo=f"At least {MIN_DOCUMENTS} are needed; leave --held-out away to check on the references")
        counts = self.known.scale.histogram(scored.score[long], scored.n_words[long])
        bias = share.fit_share(counts, self.known.densities())
        low = share.interval(counts, self.known, self.rng, level=1 - 2 * check.ONE_SIDED_LEVEL)[0]
        reason = check.too_biased("human texts that were held out come", bias, low)
        return replace(self.checked, bias=max(bias, self.checked.bias), bias_low=max(low, self.checked.bias_low),
                       error=max(bias, self.checked.error), reason=reason)

    def estimate(self, group: Group, texts: list[str], wanted: bool = True) -> estimate.Estimate:
        """Estimate a group, or say why not."""
        n = 0 if group.counts is None else round(group.counts.sum())
        if group.counts is None or n < MIN_DOCUMENTS or not wanted:
            known = number_of(group.n_reference, "that is a reference", "that are references")
            also = f" besides {known}" if group.n_reference else ""
            why = (f"{number_of(n, 'document')} of {MIN_WORDS} words or more{also} (at least {MIN_DOCUMENTS})" if n < MIN_DOCUMENTS
                   else f"beyond the {MAX_ESTIMATES} largest sources")
            if n < MIN_DOCUMENTS <= n + group.n_reference:
                why += f". {REFERENCES_ADVICE}"
            return estimate.Estimate(None, None, None, None, float("nan"), float("nan"), n, why)
        return estimate.estimate(group.counts, texts, self.known, self.references, self.checked, self._generator(group.counts, COMPARISON),
                                 bootstrap_rng=self._generator(group.counts, INTERVAL))

    def _generator(self, counts: F64, purpose: int) -> np.random.Generator:
        """Random generator seeded by the histogram and the purpose: the same documents give the same figures in every row of theirs."""
        name = hashlib.blake2b(counts.tobytes(), digest_size=8).digest()
        return np.random.default_rng([self.seed, int.from_bytes(name), purpose])

    def unchecked_share(self, counts: F64) -> tuple[float, float, float, float]:
        """α̂, its 95 % interval and the adjusted count of a histogram ``(n_strata, 256)``; not compared with the references' texts."""
        alpha, bounds, _ = estimate.fit_mixture(counts, self.known)
        low, high = estimate.widen_interval(alpha, counts, self.known, bounds, self.checked.error, self._generator(counts, INTERVAL))
        return alpha, low, high, share.adjusted_count(counts, self.known.densities())


def _months(
    total: Tally, accepted: frozenset[str], estimator: _ShareEstimator, marks: MarkTest | None, reference_marks: NDArray[np.int64] | None
) -> list[dict[str, Any]]:
    """Years and months of all accepted sources together, then months of each, largest first, as far as the sample allows a check."""
    all_sources: dict[str, Group] = {}
    left_out: Counter[str] = Counter()
    for (source, period), group in sorted(total.groups.items()):
        for span in {period[:YEAR_CHARACTERS], period} if period else ():
            if source in accepted:
                all_sources.setdefault(span, Group()).add(group)
            else:
                left_out[span] += group.n
    rows, sampled = [], [item for source in sorted(accepted) for item in total.sample.get(source, [])]
    for span, group in sorted(all_sources.items()):
        # those of smallest hash: an even draw of all sources' documents
        texts = [t for _, _, t in heapq.nlargest(check.MAX_SAMPLE, (item for item in sampled if item[1].startswith(span)))]
        rows.append(_row(ALL, span, group, estimator.estimate(group, texts), marks, reference_marks, left_out[span]))
    single = sorted(
        ((group.n, source, period) for (source, period), group in total.groups.items() if source in accepted and period),
        reverse=True,
    )
    if len(accepted) > 1:
        for _, source, period in single[: MAX_ESTIMATES]:
            texts = [t for _, p, t in sorted(total.sample.get(source, [])) if p == period]
            group = total.groups[source, period]
            rows.append(_row(source, period, group, estimator.estimate(group, texts), marks, reference_marks))
    return rows


def _overall(
    rows: list[dict[str, Any]], by_source: dict[str, Group], accepted: frozenset[str], estimator: _ShareEstimator | None
) -> dict[str, Any]:
    n = sum(group.n for group in by_source.values())
    covered = sum(by_source[source].n for source in accepted)
    out: dict[str, Any] = {"share": None, "low": None, "high": None, "documents_covered": covered, "documents_judged": 0,
                           "documents": n}
    if estimator is None:
        return out | {"reason": "no references for the domain"}
    if not accepted:
        known = sum(group.n_reference for group in by_source.values())
        if known > n / 2 and not estimator.checked.reason:
            references = number_of(known, "is a reference and counts", "are references and count")
            return out | {"reason": f"of {number_of(n, 'document')} {references} for no share. {REFERENCES_ADVICE}"}
        if estimator.checked.reason or not rows:
            return out | {"reason": estimator.checked.reason or "no documents"}
        return out | {"reason": rows[0]["refused"] if len(rows) == 1 else f"all {_refusals(rows)}. {MIXED_KINDS_ADVICE}"}
    counts = np.sum([c for s in sorted(accepted) if (c := by_source[s].counts) is not None], axis=0)
    alpha, low, high, cross = estimator.unchecked_share(counts)
    reasons = [f"nothing is said about {n - covered:,} of {number_of(n, 'document')}: {_refusals(rows)}"] if covered < n else []
    if high - low > MAX_WIDTH:
        reasons.insert(0, f"an interval wider than {100 * MAX_WIDTH:.0f} points tells next to nothing; more references may narrow it")
    judged = round(float(counts.sum()))
    return out | {"documents_judged": judged, "share": alpha, "low": low, "high": high, "adjusted_count": cross, "of": SHARE_SCOPE,
                  "model_written": [round(low * judged), round(high * judged)], "reason": "; ".join(reasons)}


def _refusals(rows: list[dict[str, Any]]) -> str:
    """How many sources are refused, why the largest is, and between which figures they lie."""
    refused = [row for row in rows if row["refused"] and not row["period"]]
    largest = max(refused, key=lambda row: (row["documents"], row["source"]))
    refused_text = number_of(len(refused), "source is refused (", "sources are refused (the largest, ")
    measured = [(row["unlike"], row["foreign"]) for row in refused if np.isfinite(row["unlike"])]
    between = ""
    if len(measured) > 1:
        (low, high), (least, most) = ((min(values), max(values)) for values in zip(*measured, strict=True))
        between = f"; of all: AUROC {low:.2f} to {high:.2f}, {least:.0%} to {most:.0%} outside"
    return f"{refused_text}{largest['source']}: {largest['refused']}{between})"


def _row(
    source: str, period: str, group: Group, estimated: estimate.Estimate | None, marks: MarkTest | None,
    reference_marks: NDArray[np.int64] | None, left_out: int = 0,
) -> dict[str, Any]:
    decisive = Counter({label: n for label, n in group.canaries.items() if canaries.decisive(label)})
    p_values = marks.p_values(group.marks, reference_marks) if marks is not None and group.marks is not None else {}
    key = min(p_values, key=lambda name: (p_values[name], name), default=None)
    return {
        "source": source, "period": period, "documents": group.n, "words": group.n_words,
        "scored": estimated.n if estimated is not None else 0,
        "share": estimated.share if estimated else None, "share_low": estimated.low if estimated else None,
        "share_high": estimated.high if estimated else None, "share_adjusted_count": estimated.adjusted_count if estimated else None,
        "refused": estimated.reason if estimated is not None else "no references for the domain",
        "unlike": estimated.unlike if estimated else None, "foreign": estimated.foreign if estimated else None,
        "canary_documents": group.n_canary, "canaries": _counts_text(decisive), "near_duplicates": group.n_duplicates,
        "duplicate_sets": _counts_text(group.duplicates),
        "campaign_documents": group.n_campaign, "campaigns": _counts_text(group.campaigns),
        "mark_p_value": None if key is None else p_values[key], "mark_key": key, "left_out": left_out,
    }


def _counts_text(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def write(found: Results, out: Path) -> None:
    """Write ``shares.parquet``."""
    write_parquet(pa.Table.from_pylist(found.rows, schema=SHARES), out / "shares.parquet")

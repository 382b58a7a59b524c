"""Text-only marks for gateways that see finished answers: which of two equal forms stands at a place.

A *site* is an occurrence of one form of a known pair ("for example" or "for instance", "- " or "* " before a list). The
key decides, for each *cell* (pair, and a class of the word before it), which form the tenant gets. A model that is
trained on many such answers takes over the habit, cell by cell.

Code, quotations, links and mathematics are left alone, and no more places are changed than ``rate`` in a hundred words and two an
answer: short answers would otherwise carry no mark.

The test needs nothing but text. Under the null the forms that a suspect prefers do not depend on the key's coins, so
the sum of (preference times coin) over cells is a Rademacher sum: its tail is exact, and it is ranked
among decoy keys. A reference (the same model before, or any text of the kind) makes the preferences sharper; it
cannot make the p-value wrong.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from math import log

import numpy as np
import numpy.typing as npt

from stillwatch.prove.prf import PUBLIC, Key, Words, hash_rows
from stillwatch.prove.statistics import SignSums, rademacher_log_tail, rank_p

Floats = npt.NDArray[np.float64]
PROTECTED = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]{1,200}\$|https?://\S+|\"[^\"\n]{0,400}\"|“[^”\n]{0,400}”|^>.*?$",
    re.DOTALL | re.MULTILINE,
)
"""Code, mathematics, links and quotations."""
VOWELS = "aeiou"
FORMATS = {
    "bullet": (re.compile(r"^(?P<before>[ \t]*)(?P<form>[-*])(?= )", re.MULTILINE), ("-", "*")),
    "numbered": (re.compile(r"^(?P<before>[ \t]*\d{1,2})(?P<form>[.)])(?= )", re.MULTILINE), (".", ")")),
    "ellipsis": (re.compile(r"(?P<before>\w)(?P<form>\.\.\.|…)"), ("...", "…")),
}
"""Formats: one coin each, so that a text keeps to one of them."""


@dataclass(frozen=True)
class Site:
    """One place: ``text[start:end]`` is form ``form`` (0 or 1) of pair ``pair``; ``bucket`` classes the word before."""

    start: int
    end: int
    pair: int
    form: int
    bucket: int


@dataclass(frozen=True)
class Pairs:
    """Pairs of forms; the first ``n_words`` are words, the rest formats."""

    names: tuple[str, ...]
    forms: tuple[tuple[str, str], ...]
    pattern: re.Pattern[str]
    anywhere: re.Pattern[str]
    lookup: dict[str, tuple[int, int]] = field(repr=False)

    @property
    def n_words(self) -> int:
        """Pairs of words."""
        return len(self.names) - len(FORMATS)


@lru_cache(maxsize=1)
def pairs() -> Pairs:
    """The pairs that come with the package."""
    names: list[str] = []
    forms: list[tuple[str, str]] = []
    lookup: dict[str, tuple[int, int]] = {}
    for line in resources.files("stillwatch.prove").joinpath("choices.txt").read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        name, a, b = line.split("\t")
        for form, text in enumerate((a, b)):
            if text.lower() in lookup:
                raise ValueError(f"{text!r} stands in two pairs")
            lookup[text.lower()] = (len(names), form)
        names.append(name)
        forms.append((a, b))
    longest = sorted(lookup, key=len, reverse=True)
    joined = "|".join(re.escape(text) for text in longest)
    wrapped = joined.replace(re.escape(" "), r"\s+")
    pattern, anywhere = (re.compile(rf"(?<![\w'’-])(?:{forms_})(?![\w'’-])", re.IGNORECASE) for forms_ in (joined, wrapped))
    for name, (_, both) in FORMATS.items():
        names.append(name)
        forms.append(both)
    return Pairs(tuple(names), tuple(forms), pattern, anywhere, lookup)


def forms_digest() -> str:
    """SHA-256 of the pairs' forms: part of commitments, whose marks and tests they decide."""
    return hashlib.sha256(json.dumps(pairs().forms).encode()).hexdigest()


@dataclass(frozen=True)
class ChoiceMark:
    """A text-only mark: ``rate`` changed places in a hundred words (see :meth:`apply`), ``buckets`` classes of the word before a site."""

    rate: float = 3.0
    buckets: int = 1

    def describe(self) -> dict[str, object]:
        """JSON-ready values."""
        return {"scheme": "choice", "rate": self.rate, "buckets": self.buckets, "pairs": list(pairs().names)}

    @property
    def n_cells(self) -> int:
        """Cells in all."""
        return len(pairs().names) * self.buckets

    def coins(self, key: Key) -> npt.NDArray[np.int64]:
        """The form that the key wants in each cell ``(n_cells,)``: 0 or 1."""
        rows = np.column_stack([np.arange(self.n_cells), np.full(self.n_cells, 0x63686F696365)])
        out: npt.NDArray[np.int64] = (hash_rows(key, rows) >> np.uint64(63)).astype(np.int64)
        return out

    def cell(self, site: Site) -> int:
        """The cell of a site."""
        return site.pair * self.buckets + site.bucket

    def sites(self, text: str) -> list[Site]:
        """All places of a text, in order."""
        return list(_sites(text, self.buckets))

    def apply(self, text: str, key: Key) -> tuple[str, int]:
        """The marked text and how many places were changed.

        Places are taken from left to right, each while there are fewer changes before it than the rate allows of the words up to it
        and one: in all fewer than the rate of all words and two. A format is changed throughout or not at all, as its first place
        decides, and costs one.
        """
        known, coins = pairs(), self.coins(key)
        out: list[str] = []
        at, changed = 0, 0
        words_before = np.array([match.end() for match in re.finditer(r"\S+", text)], np.int64)
        formats: dict[int, bool] = {}
        for site in self.sites(text):
            wanted = int(coins[self.cell(site)])
            if wanted == site.form:
                continue
            seen = int(np.searchsorted(words_before, site.end))
            taken = formats.get(site.pair)
            if taken is None:
                taken = changed < 1 + self.rate * seen / 100
                changed += taken
                if site.pair >= known.n_words:
                    formats[site.pair] = taken
            if not taken:
                continue
            out += [text[at : site.start], match_capitals(text[site.start : site.end], known.forms[site.pair][wanted])]
            at = site.end
        return "".join([*out, text[at:]]), changed

    def counts(self, texts: Iterable[str]) -> npt.NDArray[np.int64]:
        """How often each form stands in each cell, ``(n_cells, 2)``; a format counts once a text."""
        out = np.zeros((self.n_cells, 2), np.int64)
        n_words = pairs().n_words
        for text in texts:
            formats: set[int] = set()
            for site in self.sites(text):
                if site.pair >= n_words:
                    if site.pair in formats:
                        continue
                    formats.add(site.pair)
                out[self.cell(site), site.form] += 1
        return out

    def counts_beyond(self, texts: Sequence[str], prompts: Sequence[str] | None) -> tuple[npt.NDArray[np.int64], int]:
        """:meth:`counts` without what a prompt showed, and how many places that left out.

        A pair that stands in a text's prompt, in either form and wherever it stands, is not counted in the text: who
        echoes marked words is not trained on them.
        """
        if prompts is None:
            return self.counts(texts), 0
        out, left_out = np.zeros((self.n_cells, 2), np.int64), 0
        groups: dict[frozenset[int], list[str]] = {}
        for text, prompt in zip(texts, prompts, strict=True):
            groups.setdefault(shown_pairs(prompt), []).append(text)
        for shown, some in groups.items():
            found = self.counts(some)
            cells = [pair * self.buckets + bucket for pair in shown for bucket in range(self.buckets)]
            left_out += int(found[cells].sum())
            found[cells] = 0
            out += found
        return out, left_out

    def preferences(self, counts: npt.NDArray[np.int64], reference: npt.NDArray[np.int64] | None = None) -> Floats:
        """How far each cell leans to form 1, in standard deviations ``(n_cells,)``, beyond the reference.

        Without a reference the lean is against the middle. Any function of texts alone keeps the test exact.
        """
        n = counts.sum(1)
        expected = np.full(len(n), 0.5)
        if reference is not None:
            pair = reference.reshape(-1, self.buckets, 2).sum(1)
            prior = np.repeat((pair[:, 1] + 0.5) / (pair.sum(1) + 1.0), self.buckets)
            expected = (reference[:, 1] + 2 * prior) / (reference.sum(1) + 2.0)
        # a reference is an estimate itself, so its variance counts; capped, so that no cell decides alone
        certain = np.full(len(n), np.inf) if reference is None else reference.sum(1) + 2.0
        spread = np.sqrt(np.maximum(expected * (1 - expected), 0.02) * (n + n**2 / certain) + 1e-12)
        lean: Floats = np.where(n > 0, np.clip((counts[:, 1] - n * expected) / spread, -4, 4), 0.0)
        return lean

    def test(
        self,
        counts: npt.NDArray[np.int64],
        keys: Sequence[Key],
        decoys: Words,
        reference: npt.NDArray[np.int64] | None = None,
    ) -> list["ChoiceResult"]:
        """Test a suspect's counts under each key."""
        lean = self.preferences(counts, reference)
        decoy_sums = np.array([self.sum(lean, (int(a), int(b))) for a, b in decoys])
        used, tail = int((lean != 0).sum()), SignSums(lean)
        out = []
        for key in keys:
            total = self.sum(lean, key)
            out.append(ChoiceResult(total, used, tail.log_p(total), rank_p(total, decoy_sums)))
        return out

    def sum(self, lean: Floats, key: Key) -> float:
        """How far the leans of :meth:`preferences` go along with a key."""
        return float(((2 * self.coins(key) - 1) * lean).sum())


@dataclass(frozen=True)
class ChoicePlan:
    """``answers`` reach the level with the wanted power where the suspect writes the key's form at ``share`` of the places.

    ``answers`` is None where even ``LARGEST`` do not; at ``answers_early``, one of the looks, half of the
    tests that may stop early have stopped. ``log_p`` is the median at ``LARGEST``, or a bound on it.
    """

    share: float
    answers: int | None
    answers_early: int | None
    log_p: float


LARGEST = 100_000
DRAWS = 200
CHERNOFF_SLACK_NATS = 5.0
"""Chernoff's bound is less than so many nats above the tail, for sums of fair signs up to z 10."""
PLAN_GRID = 2**13
"""Half the grid of a plan: the tail comes out up to a tenth of a nat too high."""


def plan(
    mark: ChoiceMark, counts: npt.NDArray[np.int64], n_answers: int, share: float, log_alpha: float, *,
    reference: bool, wanted: float = 0.9, looks: Sequence[int], rng: np.random.Generator,
) -> ChoicePlan:
    """How many answers a test of choice marks needs, by simulation from a pilot, with the test's own tail.

    Args:
        mark: the scheme.
        counts: of the pilot's answers ``(n_cells, 2)``, of :meth:`ChoiceMark.counts`.
        n_answers: answers of the pilot.
        share: of the places of a cell, how many the suspect writes in the key's form, whatever it would have written.
        log_alpha: natural log of the p-value to reach.
        reference: test against as many answers of a model that leans as the pilot does.
        wanted: power.
        looks: numbers of answers at which a test that may stop early could stop.
        rng: of the simulation.
    """
    rate = counts.sum(1) / n_answers
    lean = (counts[:, 1] + 0.5) / (counts.sum(1) + 1.0)

    def log_p(answers: int, level: float) -> Floats:
        out = np.empty(DRAWS)
        for draw in range(DRAWS):
            coins = rng.integers(0, 2, len(rate))
            n = rng.poisson(rate * answers)
            mine = rng.binomial(n, (1 - share) * lean + share * coins)
            beside = rng.poisson(rate * answers) if reference else n
            theirs = rng.binomial(beside, lean)
            found = mark.preferences(np.column_stack([n - mine, mine]),
                                     np.column_stack([beside - theirs, theirs]) if reference else None)
            total = float(((2 * coins - 1) * found).sum())
            out[draw] = rademacher_log_tail(found, total)
            if level < out[draw] < level + CHERNOFF_SLACK_NATS:  # elsewhere the bound says as much
                out[draw] = SignSums(found, cells=PLAN_GRID).log_p(total)
        return out

    def least(level: float, power: float) -> int | None:
        low, high = 0.0, float(np.log(LARGEST))
        if (log_p(LARGEST, level) <= level).mean() < power:
            return None
        while high - low > 0.05:  # five per cent is finer than the simulation
            middle = (low + high) / 2
            low, high = (low, middle) if (log_p(round(np.exp(middle)), level) <= level).mean() >= power else (middle, high)
        return round(float(np.exp(high)))

    early = least(log_alpha - log(len(looks)), 0.5) or LARGEST
    return ChoicePlan(share, least(log_alpha, wanted), next((look for look in looks if look >= early), None),
                      float(np.median(log_p(LARGEST, log_alpha))))


@dataclass(frozen=True)
class ChoiceResult:
    """``total`` is the coin-signed lean over ``n`` cells; ``log_p`` the log p-value."""

    total: float
    n: int
    log_p: float
    rank_p: float


def _sites(text: str, buckets: int) -> Iterable[Site]:
    known = pairs()
    shielded = [match.span() for match in PROTECTED.finditer(text)]
    found: list[Site] = []
    for match in known.pattern.finditer(text):
        if match.group().lower() not in known.lookup:  # a long s, say, which the pattern takes for an s
            continue
        pair, form = known.lookup[match.group().lower()]
        before = re.search(r"([\w'’]+|[^\w\s])\s*$", text[max(0, match.start() - 40) : match.start()])
        word = before.group(1).lower() if before else ""
        other = known.forms[pair][1 - form]
        if word in ("a", "an") and (match.group()[0].lower() in VOWELS) != (other[0].lower() in VOWELS):
            continue
        if pair == known.lookup["several"][0] and word in ("quite", "only", "just", "the", "last", "first", "next"):
            continue
        found.append(Site(match.start(), match.end(), pair, form, _bucket(word, buckets)))
    found += _formats(text)
    found.sort(key=lambda site: site.start)
    spans = iter(shielded)
    span = next(spans, None)
    for site in found:
        while span and span[1] <= site.start:
            span = next(spans, None)
        if span is None or site.end <= span[0]:
            yield site


def shown_pairs(text: str) -> frozenset[int]:
    """Pairs that a reader of the text meets: in quotations and code, too, and over the end of a line."""
    unquoted = _QUOTE_MARKS.sub("", text)
    return frozenset(site.pair for part in (text, unquoted) for site in sites_anywhere(part))


_QUOTE_MARKS = re.compile(r"^[ \t>\"“]+", re.MULTILINE)


def sites_anywhere(text: str) -> list[Site]:
    """Places of any text, also those that no mark would change: marked answers are quoted, wrapped and typeset in questions."""
    known = pairs()
    found = []
    for match in known.anywhere.finditer(text.replace("’", "'")):
        if (written := " ".join(match.group().lower().split())) in known.lookup:
            found.append(Site(match.start(), match.end(), *known.lookup[written], 0))
    return sorted([*found, *_formats(text)], key=lambda site: site.start)


def _formats(text: str) -> list[Site]:
    return [Site(match.start("form"), match.end("form"), pairs().n_words + number, both.index(match.group("form")), 0)
            for number, (pattern, both) in enumerate(FORMATS.values()) for match in pattern.finditer(text)]


@lru_cache(maxsize=1 << 14)
def _bucket(word: str, buckets: int) -> int:
    if buckets == 1:
        return 0
    # a word that is itself part of a form may change under the mark: it gets no class of its own
    if any(word in form.lower().rstrip(",").split() for both in pairs().forms for form in both):
        return 0
    raw = np.frombuffer(word.encode("utf-8").ljust(8, b"\0")[:8], "<i8").reshape(1, 1)
    return int(hash_rows(PUBLIC, raw)[0] % np.uint64(buckets))


def match_capitals(old: str, new: str) -> str:
    """A form with the capitals of the one that it replaces."""
    if old[:1].isupper() and new[:1].islower():
        return new[:1].upper() + new[1:]
    if old[:1].islower() and new[:1].isupper() and not new.isupper():
        return new[:1].lower() + new[1:]
    return new

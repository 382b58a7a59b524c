"""Values, findings, models and scenes of made-up groups; used by the judge tests."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pyarrow as pa

from stillwatch.group import Groups
from stillwatch.judge import EVIDENCE, HOUR_US, MIN_GROUP_ACCOUNTS, UNKNOWN, Finding, Handoffs, Measured, Model, People, Sample, Scene
from stillwatch.judge.conduct import CONDUCT
from stillwatch.judge.lines import Lines
from stillwatch.judge.measure import DAY_PARTS, LENGTHS
from stillwatch.judge.model import RARE_SHARE, SIZES, Forest, Joins, Members, Part, Tail
from stillwatch.judge.pieces import SIGNS, joint
from stillwatch.judge.reasons import AS_ONE, SLEEPLESS, TIE_VALUE
from stillwatch.judge.trees import Trees
from stillwatch.tables import CAPABILITIES

YEAR_1_US = -62_135_596_800_000_000
"""What .NET writes where it knows no time."""

FEW = np.log10(MIN_GROUP_ACCOUNTS) / 4
"""context.crowd of the fewest accounts that may be accused."""


def values(n: int, **told: Any) -> dict[str, np.ndarray]:
    """All values of ``n`` groups of 100 accounts that do one kind of work alike, on one list, sent one request each and are barely tied;
    ``__`` stands for the dot of a name."""
    found = {name: np.zeros(n) for name in (*EVIDENCE, *CONDUCT, "context.look_alikes", "context.usual_mix")}
    found["context.crowd"][:], found["context.alike"], found["harvest.devotion"] = 0.5, np.ones(n), np.ones(n)
    found["identity.signup"][:], found["content.one_length"][:], found["context.placed"][:] = TIE_VALUE, 1.0, 1.0
    found["context.owners"][:], found["harvest.narrow"][:], found["timing.round_the_clock"][:] = 0.1, 0.8, SLEEPLESS
    found["context.lived"][:], found["context.one_pool"][:] = 1.0, 1.0
    for name, value in told.items():
        found[name.replace("__", ".")] = np.broadcast_to(np.asarray(value, np.float64), n).copy()
    found.setdefault("context.mostly_alike", found["context.alike"] * AS_ONE)
    return found | joint(found)


def findings(n: int, p_values: Mapping[str, Any]) -> dict[str, Finding]:
    """Findings that have a p-value where it is told and none elsewhere."""
    none = np.full(n, np.nan)
    return {
        name: Finding(none, none, none, np.broadcast_to(np.asarray(p_values.get(name, np.nan), np.float64), n).copy())
        for name in EVIDENCE
    }


def exponential(start: float, share: float, scale: float) -> Tail:
    """The tail of innocent groups of which ``share`` exceed ``start`` and e times fewer each ``scale`` nats."""
    line = start + scale * np.log(share / RARE_SHARE)
    return Tail(**{"start": start, "share": share, "scale": scale, "shape": 0.0, "line": line, "rare": RARE_SHARE})


def part(scale: float = 1.0, **weights: float) -> Part:
    """A part with these weights; of innocent groups of any size 1 in 100 exceed 0, and e times fewer each ``scale`` nats."""
    named = {name.replace("__", "."): weight for name, weight in weights.items()}
    return Part(0.0, named, (exponential(0.0, 0.01, scale),) * len(SIZES))


def grown(bias: float, known: Trees, share: float = 1.0, **lines: float) -> Forest:
    """These trees with lines of their own for all groups, of a hundred logs."""
    return Forest(bias, known, (Lines(share, lines),) * 2, logs=100)


def model(forest: Forest | None = None, **parts: Part) -> Model:
    """A model of these parts and trees; of one whose log-odds are 100 times harvest.rate where none is given."""
    parts = parts or {"linked": part(harvest__rate=100.0)}
    return Model(
        parts, usual=dict.fromkeys(SIGNS, 0.5), strong=dict.fromkeys(SIGNS, 0.9),
        margins=dict.fromkeys(parts, (0.0,) * len(SIZES)), members=Members(5.0, {"accepted": 7.0, "alone": 3.0}), record={},
        forest=forest, joins=Joins(0.0, standing=1.0, work=0.0, line=2.2),
    )


def people(n: int, **told: Any) -> People:
    """``n`` accounts with one request each, of which nothing else is known; ``told`` replaces columns."""
    none, no = np.full(n, -1, np.int64), np.zeros(n, bool)
    unknown = np.full(n, UNKNOWN)
    zero = np.zeros(n, np.int64)
    ids = pa.array([f"a{i:05d}" for i in range(n)])
    plain = People(ids, np.arange(n), zero + 1, zero, zero, none, no, no, no, no, unknown, unknown, none, no)
    return replace(plain, **{name: np.asarray(value) for name, value in told.items()})


def groups(*members: Any, objects: Any = ()) -> Groups:
    """Groups of these accounts; ``objects`` are (group, object) pairs in column 0."""
    marks = np.array(sorted(objects), np.int64).reshape(-1, 2)
    accounts = [np.unique(np.asarray(own, np.int64)) for own in members]
    label = np.repeat(np.arange(len(accounts)), [len(own) for own in accounts])
    none = np.zeros(len(marks), np.int64)
    everybody = np.concatenate([*accounts, np.zeros(0, np.int64)])
    return Groups(len(accounts), label, everybody, marks[:, 0], none, marks[:, 1], ("content",) * len(accounts))


def measured(proposed: Groups, n_hours: int = 24, **told: Any) -> Measured:
    """One first turn of every membership and nothing else; ``told`` replaces sums."""
    n = len(proposed.member_group)
    zero, one = np.zeros(n, np.int64), np.ones(n, np.int64)
    plain = Measured(
        one, one, zero, zero, zero, zero, zero, zero, np.zeros((n, DAY_PARTS), np.int32),
        np.zeros((n, len(CAPABILITIES)), np.int32), np.zeros((n, LENGTHS), np.int32), one.astype(np.float64),
        np.zeros((proposed.n, 2, n_hours), np.int32),
    )
    return replace(plain, **{name: np.asarray(value) for name, value in told.items()})


def scene(
    proposed: Groups, known: People, sums: Measured | None = None, handoffs: Iterable[tuple[int, int]] = (), **identities: Any
) -> Scene:
    """A scene without a sample; ``identities`` are payment, phone and email, -1 where not told; network, client and setting, 0 so."""
    pairs = np.array(list(handoffs), np.int64).reshape(-1, 2)
    none = np.full(known.n, -1)
    shared = {f"identity.{name}": np.asarray(identities.get(name, none), np.int64) for name in ("payment", "phone", "email")}
    nan = np.full(proposed.n, np.nan)
    return Scene(
        known, proposed, measured(proposed) if sums is None else sums, Sample(*(nan,) * len(fields(Sample))),
        Handoffs(pairs[:, 0], pairs[:, 1], np.ones(len(pairs), np.int64)), shared, (0, 24 * HOUR_US),
        *(np.asarray(identities.get(name, np.zeros(known.n)), np.int64) for name in ("network", "client", "setting")),
        np.asarray(identities.get("n_networks", np.ones(known.n)), np.int64), np.asarray(identities.get("hops", none), np.int64),
        np.asarray(identities.get("providers", np.zeros(known.n)), np.int64),
    )

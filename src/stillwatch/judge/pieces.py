"""All pieces of every group: evidence, conduct, and joint pieces that need all their parts; and the sign that each weight may have."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge import evidence
from stillwatch.judge.conduct import CONDUCT
from stillwatch.judge.evidence import EVIDENCE, Finding
from stillwatch.judge.reasons import BATCHED, LINKED, UNLINKED
from stillwatch.judge.scene import Scene
from stillwatch.numeric.parallel import parallel_map

F64 = NDArray[np.float64]

UNWEIGHED = ("infra.hopping",)
"""Evidence without a weight, since no calibration has seen it: it counts for the families, and raises ``infra.rotation``
(:attr:`.Scene.rotating`)."""
SIGNS: dict[str, int] = {
    **{name: 1 for name in EVIDENCE if name not in UNWEIGHED},
    "infra.network": 0,
    "harvest.elicitation": 1,
    "harvest.long_answers": 1,
    "harvest.rate": 1,
    "context.youth": 1,
    "context.crowd": 1,
    "context.one_payer": -1,
    "context.one_owner": -1,
    "context.organised": -1,
    "context.contracted": -1,
    "context.education": -1,
    "context.common_work": -1,
    "context.overlap": -1,
    "context.short_answers": -1,
    "context.occasion": -1,
    "context.one_domain": -1,
}
"""Sign of each piece's weight: 1 speaks only for a campaign, -1 only against, 0 either way, as calibration finds. The parts do not use
other conduct; the trees may, either way."""


def joint(values: Mapping[str, F64]) -> dict[str, F64]:
    """The joint pieces, ``(n_groups,)`` each: products or minima, so that one part alone gives nothing.

    A link without divided work is a family, a class or a company. A burst of sign-ups is no link here: classes and readers of a
    tutorial sign up together.

    Args:
        values: value of each piece of EVIDENCE and CONDUCT, ``(n_groups,)``.
    """
    paid = values["identity.payment"]
    link = np.maximum.reduce([values["session.handoff"], paid, values["identity.contact"], values["identity.replacement"]])
    work = values["harvest.distinct"] * (1 - values["context.common_work"])
    # People in one place keep the same hours and move together; accounts in many places do so only behind one source.
    source = (
        values["timing.one_rhythm"] * values["content.one_mix"] * np.minimum(values["timing.together"] * 2, 1)
        * work * values["context.apart"] * np.minimum(values["context.crowd"] * 2, 1)
    )
    rhythm, even, mix = values["timing.one_rhythm"], values["volume.even_load"], values["content.one_mix"]
    apart = values["context.apart"]
    # People who are alike in one respect differ in another; accounts that draw from one list of work are alike in all.
    alike = rhythm * mix * values["content.one_length"] * work
    return {
        "joint.alike": alike,
        "joint.alike_together": alike * np.minimum(values["timing.together"] * 2, 1),
        "joint.rhythm_mix": rhythm * mix,
        "joint.even_apart": even * apart,
        "joint.together_apart": values["timing.together"] * apart,
        "joint.mix_apart": mix * apart,
        "joint.link_work": np.minimum(link, work),
        "joint.one_source": source,
        "joint.two_links": np.minimum(np.maximum(values["session.handoff"], values["content.queue"]),
                                      np.maximum(paid, values["identity.contact"])),
    }


JOINT_SENTENCES = {
    "joint.link_work": (
        "Accounts that are linked send mostly distinct prompts, of which few are sent by several: they divide up a list of work. Where no "
        "prompt was read, half of this is supposed."
    ),
    "joint.two_links": "The accounts are linked in two independent ways: by their conversations and by who pays or answers for them.",
    "joint.one_source": "Accounts that share no network keep the same hours, do the same work and move together, as behind one source.",
    "joint.alike": "The accounts are alike at once in hours, kinds of work and lengths of prompts, and send mostly distinct ones.",
    "joint.alike_together": "The accounts are alike in all they do, and start and pause together.",
    "joint.rhythm_mix": "The accounts keep the same hours and do the same mix of work.",
    "joint.even_apart": "Accounts that share no network carry even loads.",
    "joint.together_apart": "Accounts that share no network start and pause together.",
    "joint.mix_apart": "Accounts that share no network do the same mix of work.",
}
"""The sentence that an analyst reads for each joint piece; a piece is blind where one of its parts is."""

LINKED_PIECES = (*SIGNS, *(f"joint.{name}" for name in ("link_work", "two_links", "rhythm_mix", "alike", "alike_together")))
"""Pieces of the parts that see links."""
UNLINKED_PIECES = (
    *(name for name in SIGNS if name.split(".")[0] not in ("session", "identity")),
    *(f"joint.{name}" for name in ("even_apart", "together_apart", "mix_apart", "one_source", "alike", "alike_together")),
)
"""Pieces of the part that does not; the identity family, a burst of sign-ups included, is a link."""
PARTS = {BATCHED: LINKED_PIECES, LINKED: LINKED_PIECES, UNLINKED: UNLINKED_PIECES}
"""Pieces of each part."""


def look(scene: Scene, threads: int = 1) -> tuple[dict[str, F64], dict[str, Finding]]:
    """Compute all pieces of every group.

    Args:
        scene: the run.
        threads: worker threads; the result does not depend on them.

    Returns:
        The value of each piece, ``(n_groups,)``, and the finding behind each piece of evidence.
    """
    findings = dict(zip(EVIDENCE, parallel_map(lambda piece: piece(scene), EVIDENCE.values(), threads), strict=True))
    values = {name: np.nan_to_num(finding.value) for name, finding in findings.items()}
    conduct = parallel_map(lambda piece: np.nan_to_num(piece(scene)), CONDUCT.values(), threads)
    values.update(zip(CONDUCT, conduct, strict=True))
    pairs = {"context.alike": tuple(values[name] for name in ALIKE_IN), "context.mostly_alike": evidence.mostly_alike(scene)}
    values.update({name: alike(pair, findings) for name, pair in pairs.items()})
    values["context.usual_mix"] = usual_mix(findings)
    values.update(joint(values))
    # Filled in once the trees have scored all groups of the log (:func:`stillwatch.judge.look_alikes`).
    values["context.look_alikes"] = np.zeros(scene.n)
    return values, findings


ALIKE_IN = ("timing.one_rhythm", "content.one_mix")


def alike(pair: tuple[F64, ...], findings: Mapping[str, Finding]) -> F64:
    """How much the accounts of each group keep one rhythm and do one mix of work, 0 to 1.

    The product of both, ``(n_groups,)``. A piece that is blind for a group counts as 1; where both are blind the product is 0.

    Args:
        pair: value of each of ALIKE_IN, ``(n_groups,)``.
        findings: the findings behind them.
    """
    seeing = np.stack([~np.isnan(findings[name].p_value) for name in ALIKE_IN])
    product = np.prod(np.where(seeing, np.stack(pair), 1.0), axis=0)
    return np.asarray(np.where(seeing.any(axis=0), product, 0.0))


UNUSUAL = 0.01
"""p-value of one mix of work from which a group is not more alike in it than the log's groups usually are."""


def usual_mix(findings: Mapping[str, Finding]) -> F64:
    """1 where other groups of the log do one mix of work as well, 0 where this one stands out by it or its mix is unknown.

    ``(n_groups,)``.
    """
    return (findings["content.one_mix"].p_value >= UNUSUAL).astype(np.float64)

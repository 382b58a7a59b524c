"""What is looked at of every group: evidence, conduct, and joint pieces that need both their sides; each with the sign it may have."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge import evidence
from stillwatch.judge.conduct import CONDUCT
from stillwatch.judge.evidence import EVIDENCE, Finding
from stillwatch.judge.reasons import BATCHED, LINKED, UNLINKED
from stillwatch.judge.scene import Scene
from stillwatch.numeric.parallel import mapped

F64 = NDArray[np.float64]

UNWEIGHED = ("infra.hopping",)
"""Evidence that no calibration has seen: it counts among the families, and where ``infra.rotation`` does (:attr:`.Scene.rotating`)."""
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
"""1: can only speak for a campaign; -1: only against; 0: either, as calibration finds. Other conduct the trees may use either
way; the sums do not see it."""


def joint(values: Mapping[str, F64]) -> dict[str, F64]:
    """Pieces that agree: the weaker side of each pair, so that one side alone gives nothing.

    A link without divided work is a family, a class or a company. A burst of sign-ups is no link here: classes and readers of a
    tutorial sign up together.
    """
    paid = values["identity.payment"]
    link = np.maximum.reduce([values["session.handoff"], paid, values["identity.contact"], values["identity.replacement"]])
    work = values["harvest.distinct"] * (1 - values["context.common_work"])
    # People of one place keep the same hours and move together; from many places they do so only behind one source.
    source = (
        values["timing.one_rhythm"] * values["content.one_mix"] * np.minimum(values["timing.together"] * 2, 1)
        * work * values["context.apart"] * np.minimum(values["context.crowd"] * 2, 1)
    )
    rhythm, even, mix = values["timing.one_rhythm"], values["volume.even_load"], values["content.one_mix"]
    apart = values["context.apart"]
    # People who do one thing alike differ in another; the accounts of one list of work are draws from it in all.
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
"""What an analyst reads of each joint piece; it is blind where one of its sides is."""

LINKED_PIECES = (*SIGNS, *(f"joint.{name}" for name in ("link_work", "two_links", "rhythm_mix", "alike", "alike_together")))
"""Pieces of the part that sees links."""
UNLINKED_PIECES = (
    *(name for name in SIGNS if name.split(".")[0] not in ("session", "identity")),
    *(f"joint.{name}" for name in ("even_apart", "together_apart", "mix_apart", "one_source", "alike", "alike_together")),
)
"""Pieces of the part that does not; a burst of sign-ups is an identity too."""
PARTS = {BATCHED: LINKED_PIECES, LINKED: LINKED_PIECES, UNLINKED: UNLINKED_PIECES}
"""Pieces of each part that sums them."""


def look(scene: Scene, threads: int = 1) -> tuple[dict[str, F64], dict[str, Finding]]:
    """All values of every group, and the findings behind those that are evidence for coordination."""
    findings = dict(zip(EVIDENCE, mapped(lambda piece: piece(scene), EVIDENCE.values(), threads), strict=True))
    values = {name: np.nan_to_num(finding.value) for name, finding in findings.items()}
    conduct = mapped(lambda piece: np.nan_to_num(piece(scene)), CONDUCT.values(), threads)
    values.update(zip(CONDUCT, conduct, strict=True))
    pairs = {"context.alike": tuple(values[name] for name in ALIKE_IN), "context.mostly_alike": evidence.mostly_alike(scene)}
    values.update({name: alike(pair, findings) for name, pair in pairs.items()})
    values["context.usual_mix"] = usual_mix(findings)
    values.update(joint(values))
    # Told once the trees have spoken for all groups of the log (:func:`stillwatch.judge.look_alikes`).
    values["context.look_alikes"] = np.zeros(scene.n)
    return values, findings


ALIKE_IN = ("timing.one_rhythm", "content.one_mix")


def alike(pair: tuple[F64, ...], findings: Mapping[str, Finding]) -> F64:
    """How much the accounts of each group keep one rhythm and do one mix of work, 0 to 1.

    Values are ``(n_groups,)``. A piece that is blind for a group does not make its accounts unlike, but where both are nothing says that
    they are alike.

    Args:
        pair: value of each of ALIKE_IN.
        findings: behind them.
    """
    told = np.stack([~np.isnan(findings[name].p_value) for name in ALIKE_IN])
    both = np.prod(np.where(told, np.stack(pair), 1.0), axis=0)
    return np.asarray(np.where(told.any(axis=0), both, 0.0))


UNUSUAL = 0.01
"""p-value of one mix of work from which groups of the log usually are as alike in it."""


def usual_mix(findings: Mapping[str, Finding]) -> F64:
    """1 where other groups of the log do one mix of work as well, 0 where this one stands out by it or none is told.

    Values are ``(n_groups,)``.
    """
    return (findings["content.one_mix"].p_value >= UNUSUAL).astype(np.float64)

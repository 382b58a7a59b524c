"""Evidence for coordination: one function per piece.

The first paragraph of a function's docstring is the sentence that an analyst reads; the second says what is observed, the null model and
the blind spot. Every piece takes a :class:`Scene` and returns a :class:`Finding` with one entry per group. Nothing here uses country.
"""

from collections.abc import Callable

from stillwatch.judge.evidence.content import one_length, one_mix, queue
from stillwatch.judge.evidence.finding import Finding
from stillwatch.judge.evidence.identity import contact, payment
from stillwatch.judge.evidence.infra import hopping, network, rotation
from stillwatch.judge.evidence.lifecycle import banned, replacement, signup
from stillwatch.judge.evidence.likeness import mostly_alike
from stillwatch.judge.evidence.session import handoff
from stillwatch.judge.evidence.timing import one_rhythm, round_the_clock, steady, together
from stillwatch.judge.evidence.volume import even_load
from stillwatch.judge.scene import Scene

__all__ = ["EVIDENCE", "Finding", "mostly_alike"]

EVIDENCE: dict[str, Callable[[Scene], Finding]] = {
    "session.handoff": handoff,
    "identity.payment": payment,
    "identity.contact": contact,
    "identity.signup": signup,
    "identity.replacement": replacement,
    "identity.banned": banned,
    "infra.network": network,
    "infra.rotation": rotation,
    "infra.hopping": hopping,
    "timing.one_rhythm": one_rhythm,
    "timing.round_the_clock": round_the_clock,
    "timing.steady": steady,
    "timing.together": together,
    "volume.even_load": even_load,
    "content.one_mix": one_mix,
    "content.one_length": one_length,
    "content.queue": queue,
}
"""Every piece of evidence for coordination, by family.name."""

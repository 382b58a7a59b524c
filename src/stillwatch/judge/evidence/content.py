"""Evidence in what is asked for."""

import numpy as np

from stillwatch.judge.evidence.finding import Finding
from stillwatch.judge.evidence.likeness import alike
from stillwatch.judge.scene import Scene


def one_mix(scene: Scene) -> Finding:
    """The accounts ask for the same mix of capabilities, as draws from one list of work would.

    Observed is the intra-class correlation of the capability mix over accounts (0: one list). Null: as for the rhythm.
    Blind where text was not kept; users of a tool for one purpose also ask for one thing.
    """
    return alike(scene, scene.measured.capabilities)


def one_length(scene: Scene) -> Finding:
    """The accounts write prompts of the same lengths, as draws from one list of work would.

    Observed is the intra-class correlation of the classes of prompt length over accounts (0: one list). Null: as for the
    rhythm. Blind where accounts send few requests; people who fill in one form also write alike.
    """
    return alike(scene, scene.measured.lengths)


def queue(scene: Scene) -> Finding:
    """Tasks are dealt out: two halves of the group share far fewer tasks than each shares with everybody else.

    Tasks are the rare word shingles of the group's requests, without the group's own marks. If both halves and the rest of the log drew
    from one pool, the two shares would agree (capture-recapture). Observed is log10 of their ratio, and 0 is expected: below 0 is a queue,
    above 0 is common work such as an assignment or a benchmark. Blind where the tasks occur nowhere else.
    """
    sample = scene.sample
    ratio = sample.log_overlap_ratio
    value = np.where(np.isnan(ratio), 0, np.clip(-ratio, 0, 1))
    return Finding(value, ratio, np.zeros(scene.n), sample.queue_p)

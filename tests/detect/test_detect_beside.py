"""Some groups of a log, measured again by themselves, look as they do among all."""

from pathlib import Path

import numpy as np
import pytest

from stillwatch import dataset, judge, partitions, simulate, sketch
from stillwatch.detect.traffic import measure, propose, read_traffic
from stillwatch.engine import open_engine


def test_groups_measured_again_are_compared_with_the_whole_log(tmp_path: Path) -> None:
    """Compared with each other they would have answers of usual length and the usual likeness, whoever they are."""
    simulate.run("failover", tmp_path / "world", events=12_000, seed=3, quiet=True)
    data = dataset.open_dataset(tmp_path / "world")
    files = partitions.sketch_files(data, tmp_path / "sketches", sketch.sketch_events, as_of=None, threads=1, quiet=True)
    with open_engine(tmp_path, threads=1) as engine:
        traffic = read_traffic(engine, data, files)
        groups, handoffs, _ = propose(engine, traffic)
        scene, _ = measure(traffic, groups, handoffs)
        values, _ = judge.look(scene)
        # Answers longest by far, and not all of them alike.
        which = np.argsort(-values["harvest.long_answers"], kind="stable")[:3]
        again, large_enough = measure(traffic, scene.groups.select(np.isin(np.arange(scene.n), which)), handoffs)
    assert large_enough.all()
    which.sort()
    beside, _ = judge.look(scene.beside(again))
    assert min(values["harvest.long_answers"][which]) > 0.1
    # The copies shift the medians a little, which turns no value but the one that is 0 or 1.
    for name, value in values.items():
        if name == "context.usual_mix":
            continue
        assert beside[name][: scene.n] == pytest.approx(value, abs=0.1), name
        assert beside[name][scene.n :] == pytest.approx(value[which], abs=0.1), name
    # A half of few groups says roughly what is usual; detect takes thousands.
    part = scene.select(np.arange(scene.n) % 2 == 0)
    assert part.n == (scene.n + 1) // 2
    beside_part = judge.look(part.beside(again))[0]
    for name, value in values.items():
        if name != "context.usual_mix":
            assert beside_part[name][part.n :] == pytest.approx(value[which], abs=0.25), name
    assert judge.look(again)[0]["harvest.long_answers"].mean() == pytest.approx(0, abs=0.05), "by themselves they would be usual"

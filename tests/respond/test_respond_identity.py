"""A case keeps its name over real runs on windows that share no request, while its accounts are banned and replaced."""

import shutil
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq

from stillwatch import simulate
from stillwatch.detect import pipeline
from stillwatch.files import data_files
from stillwatch.respond import cases, importing
from stillwatch.respond.schema import Account, Campaign, Case
from stillwatch.respond.store import SYSTEM, Store


def test_real_windows_of_a_replaced_operator_are_one_case(tmp_path: Path) -> None:
    world = tmp_path / "world"
    simulate.run("replaced", world, events=150_000, seed=1, quiet=True)
    files, store = data_files(world / "events"), Store.open(str(tmp_path / "store.db"))
    step = len(files) // 3
    for number in range(3):
        window = tmp_path / f"window-{number}"
        (window / "events").mkdir(parents=True)
        shutil.copy(world / "accounts.parquet", window)
        for path in files[number * step : (number + 1) * step]:
            shutil.copy(path, window / "events")
        pipeline.detect(window, window / "run", quiet=True)
        importing.import_run(store, SYSTEM, window / "run", data=window)
    truth = {row["account_id"]: row["campaign"] for row in pq.read_table(world / "truth.parquet").to_pylist()}
    with store.read() as session:
        (case,) = [c for c in session.query(Case) if c.detected == "campaign"]
        assert session.query(Campaign).filter_by(case_id=case.case_id).count() == 3
        people = cases.members(session, case.case_id)
        operators = Counter(truth[m.account_id] for m in people)
        assert operators["replaced"] > 0.9 * sum(operators.values())
        assert sum(m.present for m in people) < 0.8 * len(people), "nobody was replaced, so the test shows nothing"
        facts = session.query(Account).filter(Account.n_events > 0).count()
        assert facts > 0

"""How long do the console's pages take with 10,000 cases in the store?

    python benchmarks/console.py [--cases 10000] [--repeat 30]

Cases have a size that detection gives them: explanations, views and some 60 kB of details. The time is of one request through
the whole application (session, role, database, template), one after the other, without a network. The bar: queue under 200 ms.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from stillwatch.console import people
from stillwatch.console.app import PREFIX, application
from stillwatch.respond import actions
from stillwatch.respond.schema import Account, Case, Member, Run
from stillwatch.respond.store import SYSTEM, Actor, Store
from stillwatch.respond.vocabulary import Action, Reason, Role, State

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

PASSWORD = "correct horse battery"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def details(rng: random.Random) -> dict[str, object]:
    names = [f"acct-{i:05d}" for i in range(60)]
    steps = 112
    evidence = {"family": "content", "sentence": "They share a template.", "observed": 60.0, "expected": 0.4,
                "p_value": 1e-9, "blind": False}
    shared = {"view": "content.template", "accounts": 60, "expected_accounts": 0.2, "events": 900}
    span = {"start_hour": 490_000, "step_hours": 3}
    return {
        "title": "60 accounts, 12,000 exchanges", "sentence": "Sixty accounts act as one.", "bias_log_odds": -4.6,
        "evidence": [evidence | {"name": f"content.view{i}", "log_odds": rng.uniform(-1, 4)} for i in range(14)],
        "objects": [shared | {"object": f"{rng.getrandbits(64):016x}"} for _ in range(20)],
        "timeline": span | {"harvested": [rng.randrange(90) for _ in range(steps)], "other": [3] * steps},
        "activity": span | {"accounts": names, "counts": [[rng.randrange(9) for _ in range(steps)] for _ in names]},
        "graph": {"nodes": names, "edges": [[rng.randrange(60), rng.randrange(60), "content", 1.0] for _ in range(600)]},
    }


def fill(store: Store, n: int) -> None:
    rng = random.Random(1)
    told = [details(rng) for _ in range(20)]
    states = [State.NEW] * 6 + [State.TRIAGE, State.INVESTIGATING, State.RESOLVED, State.CLOSED]
    with store.write(SYSTEM) as change:
        people.add(change, "dee", Role.ADMIN, PASSWORD)
        change.session.add(Run(run_id="r", imported_at=NOW, imported_by="system", last_seen=NOW, summary={}))
        change.session.flush()
        for at in range(0, n, 500):
            rows = range(at, min(n, at + 500))
            change.session.execute(insert(Case), [{
                "case_id": f"case-{i:012d}", "state": rng.choice(states), "opened_at": NOW, "changed_at": NOW,
                "campaign_id": f"c-{i}", "run_id": "r", "detected": "campaign", "score": rng.gauss(6, 3), "q_value": 1e-4,
                "loss": rng.lognormvariate(10, 2), "n_accounts": 60, "n_events": 13_000, "n_harvested": 12_000, "output_tokens": 9_000_000,
                "first_seen": NOW - timedelta(days=14), "last_seen": NOW, "views": ["content", "timing"], "capabilities": {"code": 1.0},
                "explanations": [{"hypothesis": f"reason {k}", "score": rng.random()} for k in range(12)], "details": told[i % 20],
            } for i in rows])
            change.session.execute(insert(Member), [
                {"case_id": f"case-{i:012d}", "account_id": f"acct-{i}-{k}", "score": 5.0, "reasons": ["same template"], "present": True,
                 "excluded": False, "first_run": "r", "last_run": "r", "joined_at": NOW} for i in rows for k in range(60)
            ])
            change.session.execute(insert(Account), [
                {"account_id": f"acct-{i}-{k}", "kind": "individual", "n_events": 200, "output_tokens": 9000, "window_days": 14.0}
                for i in rows for k in range(60)
            ])
    for i in range(0, n, max(1, n // 200)):
        with store.write(Actor("ana", Role.ANALYST)) as change:
            actions.propose(change, Action.BLOCK, Reason.COORDINATED_EXTRACTION, case_id=f"case-{i:012d}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=30)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(str(Path(folder) / "store.db"))
        began = time.perf_counter()
        fill(store, args.cases)
        print(f"{args.cases:,} cases of 60 accounts stored in {time.perf_counter() - began:.0f} s, "
              f"{(Path(folder) / 'store.db').stat().st_size / 1e6:,.0f} MB", flush=True)
        client = TestClient(application(store), follow_redirects=False)
        form = client.get(f"{PREFIX}/login").text
        token = form.split('name="token" value="')[1].split('"')[0]
        assert (
            client.post(f"{PREFIX}/login", data={"token": token, "name": "dee", "password": PASSWORD}).status_code
            == 303
        )
        result = {}
        middle = args.cases // 2
        for name, paths in {
            "queue": ["/"] * args.repeat,
            "queue, page 100": ["/?page=100"] * args.repeat,
            "queue, all states": ["/?state=all"] * args.repeat,
            "case, first time": [f"/cases/case-{middle + i:012d}" for i in range(args.repeat)],
            "case, again": [f"/cases/case-{middle:012d}"] * args.repeat,
            "preview of a block": [f"/actions/new?case=case-{middle:012d}&kind=block"] * args.repeat,
            "actions": ["/actions"] * args.repeat,
            "account": [f"/accounts?name=acct-{middle}-0"] * args.repeat,
            "audit log": ["/audit"] * args.repeat,
            "data health": ["/health"] * args.repeat,
        }.items():
            times = []
            for path in paths:
                at = time.perf_counter()
                answer = client.get(PREFIX + path)
                times.append(1000 * (time.perf_counter() - at))
                assert answer.status_code == 200, path
            times.sort()
            result[name] = {"median_ms": round(statistics.median(times), 1), "worst_ms": round(times[-1], 1)}
            print(
                f"{name:20} median {result[name]['median_ms']:7.1f} ms   worst {result[name]['worst_ms']:7.1f} ms",
                flush=True,
            )
        print(json.dumps(result))
        store.close()


if __name__ == "__main__":
    main()

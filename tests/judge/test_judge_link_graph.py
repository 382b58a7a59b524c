"""What is drawn of a campaign's links, against Python that looks at one link at a time."""

import math
from collections import Counter

import numpy as np
import pytest

from stillwatch.judge import link_graph as drawing
from stillwatch.judge.link_graph import Pairs, link_graph


def pairs(links: list[tuple[int, int, int]], expected: float = 0.01) -> Pairs:
    """Links as ``(a, b, shared)``."""
    columns = np.array(links, np.int64).reshape(-1, 3).T
    return Pairs(columns[0], columns[1], columns[2], np.full(len(links), expected))


def test_evidence_of_a_link_is_what_a_poisson_rate_gives() -> None:
    told = pairs([(0, 1, 3)], expected=0.5).log_odds
    assert told == pytest.approx(3 * math.log(3 / 0.5) - 2.5)


def test_what_is_shown_is_the_strongest_of_each_view_and_totals_tell_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "SHOWN_EDGES", 5)
    linked = {
        "session.handoff": pairs([(2, 4, 1), (2, 6, 90), (4, 6, 80), (6, 8, 70), (1, 3, 999)]),
        "identity.payment": pairs([(2, 4, 1), (6, 8, 2)]),
        "identity.phone": pairs([(4, 8, 1)]),
    }
    nodes, edges, totals = link_graph(np.array([2, 4, 6, 8, 10]), linked)
    assert sorted(nodes.tolist()) == [2, 4, 6, 8, 10], "few accounts are all shown, with links or without"
    drawn = [(*sorted((int(nodes[a]), int(nodes[b]))), view) for a, b, view, _ in edges]
    # One of each view in turn, strongest first, then what views with few links leave over.
    assert drawn == [
        (6, 8, "identity.payment"), (4, 8, "identity.phone"), (2, 6, "session.handoff"),
        (2, 4, "identity.payment"), (4, 6, "session.handoff"),
    ]
    assert totals == {
        "links": 7, "accounts": 4,
        "views": {
            "identity.payment": {"links": 2, "accounts": 4}, "identity.phone": {"links": 1, "accounts": 2},
            "session.handoff": {"links": 4, "accounts": 4},
        },
        "families": {"identity": {"links": 3, "accounts": 4}, "session": {"links": 4, "accounts": 4}},
    }


def test_of_many_accounts_the_best_linked_are_shown_with_their_strongest_links() -> None:
    rng = np.random.default_rng(5)
    n = 300
    # Two crews that share nothing: one with strong links, one with weak ones.
    links = {(int(a), int(b)): int(k) for a, b, k in zip(*rng.integers(0, 100, (2, 900)), rng.integers(5, 50, 900), strict=True) if a < b}
    links |= {(100 + int(a), 100 + int(b)): 1 for a, b in rng.integers(0, 200, (900, 2)) if a < b}
    nodes, edges, totals = link_graph(np.arange(n), {"x.y": pairs([(a, b, k) for (a, b), k in links.items()])})
    assert (len(nodes), len(set(nodes.tolist()))) == (drawing.SHOWN_NODES, drawing.SHOWN_NODES)
    assert nodes.max() < 100
    degree: Counter[int] = Counter()
    for (a, b), k in links.items():
        degree.update({a: k, b: k})
    assert nodes[0] in {a for a, k in degree.items() if k > 0.9 * max(degree.values())}
    for i, node in enumerate(nodes.tolist()[1:], start=1):
        assert any((min(node, other), max(node, other)) in links for other in nodes.tolist()[:i]), "each is linked with one before it"
    shown = set(nodes.tolist())
    assert len(edges) == sum(a in shown and b in shown for a, b in links)
    nats = [edge[3] for edge in edges]
    assert nats == sorted(nats, reverse=True)
    assert totals["links"] == len(links)


def test_equal_links_are_chosen_by_account_whatever_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "SHOWN_EDGES", 3)
    links = [(a, b, 1) for a in range(6) for b in range(a + 1, 6)]
    once = link_graph(np.arange(6), {"x": pairs(links)})
    again = link_graph(np.arange(6), {"x": pairs(links[::-1])})
    assert [(a, b) for a, b, *_ in once[1]] == [(0, 1), (0, 2), (0, 3)]
    assert (once[0].tolist(), once[1:]) == (again[0].tolist(), again[1:])


def test_nothing_linked_nothing_drawn() -> None:
    nodes, edges, totals = link_graph(np.arange(3), {"x.y": pairs([(5, 6, 1)])})
    assert (nodes.tolist(), edges, totals) == ([0, 1, 2], [], {"links": 0, "accounts": 0, "views": {}, "families": {}})
    assert link_graph(np.arange(2), {})[1:] == ([], {"links": 0, "accounts": 0, "views": {}, "families": {}})

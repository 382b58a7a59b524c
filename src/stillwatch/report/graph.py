"""The link graph of a campaign in a force-directed layout; the same graph always gives the same picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Edge = tuple[int, int, str, float]

MAX_NODES, MAX_EDGES = 80, 900
"""Most accounts and links that are laid out. Detect chooses no more, but a run folder may have been edited, and the time of a layout grows
with the square of the accounts."""
MAX_VIEWS = 12
"""Most views that can be shown alone; the style sheet has a rule for each."""
STEPS = 250
MARGIN = 4.0


@dataclass(frozen=True)
class Node:
    """One account: position and radius in a box of 100 by 100; ``shown`` is its identifier.

    ``families`` (names) and ``views`` (numbers) are those of its links.
    """

    x: float
    y: float
    radius: float
    shown: str
    families: tuple[str, ...]
    views: tuple[int, ...]


@dataclass(frozen=True)
class View:
    """The links of one view as SVG paths, weak ones thin and strong ones thick."""

    name: str
    number: int
    """From 1; 0 if it cannot be shown alone, because there are too many views or it is the only one of its family."""
    weak: str
    strong: str
    n: int
    """Number of links that are drawn."""
    links: int
    accounts: int
    """Number of all links, and of the accounts that they link; those drawn, if the run does not count them."""


@dataclass(frozen=True)
class Family:
    """The links of one family of views."""

    name: str
    views: Sequence[View]
    n: int
    links: int
    accounts: int

    @property
    def shown(self) -> str:
        """Name to show: that of the view, if there is only one."""
        return self.views[0].name if len(self.views) == 1 else self.name


@dataclass(frozen=True)
class Graph:
    """Nodes and the links between them by family and view, in a box 100 wide that starts at ``top``.

    ``accounts`` and ``links`` count all, drawn or not; ``graded``: links differ in strength; ``counted``: the run counts its links
    (runs of earlier versions know only the links that they chose to draw).
    """

    nodes: Sequence[Node]
    families: Sequence[Family]
    top: float
    height: float
    accounts: int
    links: int
    links_shown: int
    graded: bool
    counted: bool

    @property
    def alone(self) -> set[str]:
        """Names of families and views that can be shown alone."""
        several = self.families if len(self.families) > 1 else ()
        numbered = {view.name for family in self.families for view in family.views if view.number}
        return numbered | {name for family in several for name in (family.name, family.shown)}


def graph(part: Mapping[str, Any] | None, n_accounts: int) -> Graph | None:
    """Lay out the accounts and links that detect chose; None if there are no links.

    Args:
        part: ``nodes`` (identifiers, the best-linked first), ``edges`` (``[place, place, view, nats]``) and ``totals``.
        n_accounts: accounts of the campaign.
    """
    if not part or not part.get("edges"):
        return None
    all_names = [str(name) for name in part.get("nodes") or ()]
    edges = [(int(i), int(j), str(view), float(w or 0)) for i, j, view, w in part["edges"] if i != j]
    edges = [edge for edge in edges if 0 <= edge[0] < len(all_names) and 0 <= edge[1] < len(all_names)]
    names = all_names[:MAX_NODES]
    drawn = [edge for edge in edges if max(edge[:2]) < len(names)][:MAX_EDGES]
    if not drawn:
        return None
    drawn.sort(key=lambda edge: -edge[3])
    positions = layout(len(names), drawn)
    degree = np.bincount([end for edge in drawn for end in edge[:2]], minlength=len(names))
    radius = 0.55 + 0.75 * np.sqrt(degree / max(degree.max(), 1))
    totals = part.get("totals") or {}
    families = _families(drawn, positions, totals)
    number = {view.name: view.number for family in families for view in family.views}
    views_of: list[set[str]] = [set() for _ in names]
    for i, j, view, _ in drawn:
        views_of[i].add(view)
        views_of[j].add(view)
    nodes = [
        Node(x, y, r, name, tuple(sorted(set(map(_family, own_views)))), tuple(sorted({number[view] for view in own_views} - {0})))
        for (x, y), r, name, own_views in zip(positions.tolist(), radius.tolist(), names, views_of, strict=True)
    ]
    top, bottom = float(positions[:, 1].min()) - MARGIN, float(positions[:, 1].max()) + MARGIN
    return Graph(
        nodes, families, top, bottom - top, max(n_accounts, len(all_names)), max(totals.get("links", 0), len(edges)), len(drawn),
        graded=len({weight for *_, weight in drawn}) > 1, counted=bool(totals),
    )


def _family(view: str) -> str:
    return view.split(".")[0]


def _families(edges: Sequence[Edge], positions: Floats, totals: Mapping[str, Any]) -> list[Family]:
    """Families and their views, both with most drawn links first."""
    typical = float(np.median([weight for *_, weight in edges])) if edges else 0.0
    edges_of: dict[str, dict[str, list[Edge]]] = {}
    for edge in edges:
        edges_of.setdefault(_family(edge[2]), {}).setdefault(edge[2], []).append(edge)
    result, numbers = [], iter(range(1, MAX_VIEWS + 1))
    for name, views in sorted(edges_of.items(), key=lambda item: (-sum(map(len, item[1].values())), item[0])):
        ordered = sorted(views.items(), key=lambda item: (-len(item[1]), item[0]))
        drawn = [
            _view(view, next(numbers, 0) if len(views) > 1 else 0, own, positions, typical, _counted(totals, "views", view, own))
            for view, own in ordered
        ]
        family_edges = [edge for own_edges in views.values() for edge in own_edges]
        result.append(Family(name, drawn, len(family_edges), *_counted(totals, "families", name, family_edges)))
    return result


def _counted(totals: Mapping[str, Any], kind: str, name: str, drawn: Sequence[Edge]) -> tuple[int, int]:
    """Links and the accounts that they touch, as the run counts them; never fewer than are drawn."""
    counts = (totals.get(kind) or {}).get(name) or {}
    return max(counts.get("links", 0), len(drawn)), max(counts.get("accounts", 0), _touched(drawn))


def _view(name: str, number: int, edges: Sequence[Edge], positions: Floats, typical: float, counted: tuple[int, int]) -> View:
    lines = [(f"M{positions[i, 0]:.1f} {positions[i, 1]:.1f}L{positions[j, 0]:.1f} {positions[j, 1]:.1f}", w) for i, j, _, w in edges]
    weak = "".join(line for line, w in lines if w < typical)
    return View(name, number, weak, "".join(line for line, w in lines if w >= typical), len(edges), *counted)


def _touched(edges: Sequence[Edge]) -> int:
    return len({end for edge in edges for end in edge[:2]})


def layout(n: int, edges: Sequence[Edge]) -> Floats:
    """Force-directed layout (Fruchterman and Reingold 1991) that starts from a circle, without randomness.

    Args:
        n: number of nodes.
        edges: links between nodes 0 to n - 1.

    Returns:
        (n, 2) positions, each axis within [MARGIN, 100 - MARGIN].
    """
    angle = 2 * np.pi * np.arange(n) / max(n, 1)
    positions = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    adjacency = np.zeros((n, n))
    for i, j, _, _ in edges:
        adjacency[i, j] = adjacency[j, i] = 1.0
    ideal = 1.6 / np.sqrt(max(n, 1))
    for step in range(STEPS):
        gap = positions[:, None, :] - positions[None, :, :]
        distance = np.maximum(np.sqrt((gap**2).sum(axis=2)), 1e-3)
        # Repulsion ideal²/d, attraction d²/ideal along links, and a pull to the middle, so that an account without links does
        # not drift away and shrink the rest.
        pull = ideal**2 / distance**2 - adjacency * distance / ideal
        force = (gap * pull[:, :, None]).sum(axis=1) - 1.5 * positions
        length = np.maximum(np.sqrt((force**2).sum(axis=1, keepdims=True)), 1e-9)
        positions = positions + force / length * np.minimum(length, 0.12 * (1 - step / STEPS))
    return _fit(positions)


def _fit(positions: Floats) -> Floats:
    """Scale positions to the box, by the same factor on both axes."""
    low, high = positions.min(axis=0), positions.max(axis=0)
    largest = max(float((high - low).max()), 1e-9)
    centred = (positions - (low + high) / 2) / largest
    placed: Floats = 50 + centred * (100 - 2 * MARGIN)
    return placed.round(2)

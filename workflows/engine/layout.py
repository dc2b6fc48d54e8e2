"""Where the boxes of a road stand: ranks along the road and rows across it, in one pass over the arrows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cell:
    """位置: `rank` counts along the road, `band` is the row across it, `slot` tells boxes of one cell apart."""

    rank: int
    band: int
    slot: int


@dataclass(frozen=True, slots=True)
class Layout:
    """版面: a cell for each node, the arrows that lead back, and how many slots each band needs."""

    cells: dict[str, Cell]
    back: frozenset[tuple[str, str, str]]
    slots: tuple[int, ...]
    ranks: int


def lay_out(graph: Any, band_of: Callable[[Any], int]) -> Layout:
    """Rank every node by its longest way from the start; no two nodes share a cell.

    Nodes come in reading order, so an arrow to an earlier (or the same) node leads back, and one pass is enough.
    """
    order = {node.name: position for position, node in enumerate(graph.nodes)}
    rank = dict.fromkeys(order, 0)
    leaving: dict[str, list[Any]] = {name: [] for name in order}
    back = set()
    for edge in graph.edges:
        if order[edge.dst] <= order[edge.src]:
            back.add((edge.src, edge.exit, edge.dst))
        else:
            leaving[edge.src].append(edge)
    for node in graph.nodes:
        for edge in leaving[node.name]:
            rank[edge.dst] = max(rank[edge.dst], rank[node.name] + 1)
    taken: dict[tuple[int, int], int] = {}
    cells, slots = {}, [0]
    for node in graph.nodes:
        band = band_of(node)
        slot = taken.get((rank[node.name], band), 0)
        taken[(rank[node.name], band)] = slot + 1
        cells[node.name] = Cell(rank[node.name], band, slot)
        slots += [0] * (band + 1 - len(slots))
        slots[band] = max(slots[band], slot + 1)
    return Layout(cells, frozenset(back), tuple(slots), max(rank.values(), default=0) + 1)

"""Where the boxes and arrows of a road are drawn (版面): ranks along it, rows across it, arrows in channels between them.

Nothing runs through a box: an arrow leaves its box at the end, turns in the gap behind it, goes along the channel beside
the row of its target, and turns again in the gap before that. Each pass looks at every box and arrow once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

MARGIN, SIDE, TRACK, LANE = 16, 14, 22, 36
"""Room before and behind the arrows of a gap, between two of them, between two arrows of a channel, and beside a row."""
Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Shape:
    """图形: a box in reading order; `band` is its lane, `length` its size along the road, `breadth` across it."""

    name: str
    band: int
    length: int
    breadth: int


@dataclass(frozen=True, slots=True)
class Link:
    """箭头: from one shape to another; `at` says how far along the side of its shape it leaves (from an event there)."""

    key: str
    src: str
    dst: str
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A shape on the drawing: its corner and its size."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Plan:
    """版面: boxes and bent lines, the arrows that lead back, where each band begins and ends, and the whole size."""

    boxes: dict[str, Box]
    lines: dict[str, tuple[Point, ...]]
    back: frozenset[str]
    bands: tuple[tuple[int, int], ...]
    width: int
    height: int


@dataclass(slots=True)
class _Row:
    """A row across the road: its cells in order of rank, and the arrows of the channels on its two sides."""

    band: int
    cells: list[str] = field(default_factory=list)
    above: int = 0
    below: int = 0
    breadth: int = 0
    top: int = 0

    @property
    def middle(self) -> int:
        return self.top + LANE + self.above * TRACK + self.breadth // 2

    @property
    def height(self) -> int:
        return 2 * LANE + (self.above + self.below) * TRACK + self.breadth

    def channel(self, side: str, track: int) -> int:
        """How far across the road a channel runs."""
        if side == "above":
            return self.top + (self.above - track) * TRACK
        return self.top + self.height - (self.below - track) * TRACK - 6


def lay_out(shapes: Sequence[Shape], links: Sequence[Link]) -> Plan:
    """排版: every shape gets a cell of its own, by its longest way from the start, and every link a line beside them.

    Shapes come in reading order, so a link to an earlier (or the same) shape leads back.
    """
    return _Drawing(shapes, links).plan()


class _Drawing:
    def __init__(self, shapes: Sequence[Shape], links: Sequence[Link]) -> None:
        self.shapes = {shape.name: shape for shape in shapes}
        self.links = links
        order = {name: position for position, name in enumerate(self.shapes)}
        self.back = frozenset(link.key for link in links if order[link.dst] <= order[link.src])
        self.rank = self._ranks()
        self.rows, self.row = self._rows()
        self.before = self._neighbours()
        self.gaps = [[0, 0] for _rank in range(max(self.rank.values(), default=0) + 2)]
        self.straight: set[str] = set()
        self.entry: dict[str, int] = {}
        self.times: dict[tuple[str, str], int] = {}
        self.channels: dict[tuple[str, int, str, int], int] = {}
        self.ways = [self._way(link) for link in self._straight_first()]

    def _ranks(self) -> dict[str, int]:
        leaving: dict[str, list[Link]] = {name: [] for name in self.shapes}
        for link in self.links:
            if link.key not in self.back:
                leaving[link.src].append(link)
        rank = dict.fromkeys(self.shapes, 0)
        for name in self.shapes:
            for link in leaving[name]:
                rank[link.dst] = max(rank[link.dst], rank[name] + 1)
        return rank

    def _rows(self) -> tuple[list[_Row], dict[str, int]]:
        bands = max((shape.band for shape in self.shapes.values()), default=0) + 1
        slots: list[list[_Row]] = [[_Row(band)] for band in range(bands)]
        taken: dict[tuple[int, int], int] = {}
        place: dict[str, _Row] = {}
        for name in sorted(self.shapes, key=self.rank.__getitem__):
            shape = self.shapes[name]
            slot = taken.get((self.rank[name], shape.band), 0)
            taken[(self.rank[name], shape.band)] = slot + 1
            if slot == len(slots[shape.band]):
                slots[shape.band].append(_Row(shape.band))
            row = slots[shape.band][slot]
            row.cells.append(name)
            row.breadth = max(row.breadth, shape.breadth)
            place[name] = row
        rows = [row for band in slots for row in band]
        number = {id(row): position for position, row in enumerate(rows)}
        return rows, {name: number[id(row)] for name, row in place.items()}

    def _neighbours(self) -> dict[str, str]:
        """The shape before each one in its row."""
        return {name: earlier for row in self.rows for earlier, name in zip(row.cells, row.cells[1:], strict=False)}

    def _straight_first(self) -> list[Link]:
        """An arrow along its own row is laid before the others of its shape, which then turn off beside it."""
        return sorted(self.links, key=lambda link: not self._is_next(link))

    def _is_next(self, link: Link) -> bool:
        return link.at is None and link.key not in self.back and self.before.get(link.dst) == link.src

    def _is_free(self, link: Link) -> bool:
        """Whether the row of the target is empty from the gap behind the source on."""
        if link.at is not None or link.key in self.back or self.row[link.src] == self.row[link.dst]:
            return False
        earlier = self.before.get(link.dst)
        return earlier is None or self.rank[earlier] < self.rank[link.src]

    def _way(self, link: Link) -> tuple[Link, int, tuple[str, int, int] | None]:
        """Which track of the gap behind its shape a link takes, and which channel; neither for a straight one."""
        if self._is_next(link) and link.dst not in self.straight:
            self.straight.add(link.dst)
            return link, -1, None
        leaves = -1
        if link.at is None:
            behind = self.gaps[self.rank[link.src] + 1]
            leaves = behind[0]
            behind[0] += 1
        if self._is_free(link):
            return link, leaves, None
        if link.dst not in self.entry:
            gap = self.gaps[self.rank[link.dst]]
            self.entry[link.dst] = gap[1]
            gap[1] += 1
        return link, leaves, self._channel(link)

    def _channel(self, link: Link) -> tuple[str, int, int]:
        """Links to one shape share a channel; a second one from the same shape takes the next."""
        if link.at is not None:
            row, side, shared, times = self.row[link.src], "below", link.key, 0
        else:
            row, shared = self.row[link.dst], link.dst
            side = "above" if self.row[link.src] < row else "below"
            times = self.times.get((link.src, link.dst), 0)
            self.times[(link.src, link.dst)] = times + 1
        key = (side, row, shared, times)
        if key not in self.channels:
            self.channels[key] = getattr(self.rows[row], side)
            setattr(self.rows[row], side, self.channels[key] + 1)
        return side, row, self.channels[key]

    def plan(self) -> Plan:
        """Turn ranks and tracks into places."""
        lengths = [0] * (len(self.gaps) - 1)
        for name, shape in self.shapes.items():
            lengths[self.rank[name]] = max(lengths[self.rank[name]], shape.length)
        starts, x = [], 0
        for rank, length in enumerate(lengths):
            x += self._gap_size(rank)
            starts.append(x)
            x += length
        x += self._gap_size(len(lengths))
        y = 0
        for row in self.rows:
            row.top, y = y, y + row.height
        boxes = {name: self._box(shape, starts, lengths) for name, shape in self.shapes.items()}
        ends = [start + length for start, length in zip(starts, lengths, strict=True)]
        lines = {way[0].key: self._line(way, boxes, starts, ends) for way in self.ways}
        return Plan(boxes, lines, self.back, self._bands(), x, y)

    def _gap_size(self, rank: int) -> int:
        return 2 * MARGIN + SIDE * sum(self.gaps[rank])

    def _box(self, shape: Shape, starts: list[int], lengths: list[int]) -> Box:
        rank, row = self.rank[shape.name], self.rows[self.row[shape.name]]
        x = starts[rank] + (lengths[rank] - shape.length) // 2
        return Box(x, row.middle - shape.breadth // 2, shape.length, shape.breadth)

    def _bands(self) -> tuple[tuple[int, int], ...]:
        found: dict[int, tuple[int, int]] = {}
        for row in self.rows:
            top, _bottom = found.get(row.band, (row.top, 0))
            found[row.band] = (top, row.top + row.height)
        return tuple(found[band] for band in sorted(found))

    def _line(
        self,
        way: tuple[Link, int, tuple[str, int, int] | None],
        boxes: dict[str, Box],
        starts: list[int],
        ends: list[int],
    ) -> tuple[Point, ...]:
        link, leaves, channel = way
        source, target = boxes[link.src], boxes[link.dst]
        middle, goal = self.rows[self.row[link.src]].middle, self.rows[self.row[link.dst]].middle
        out = ends[self.rank[link.src]] + MARGIN + leaves * SIDE
        if channel is None:
            turns = [] if leaves < 0 else [(out, middle), (out, goal)]
            return ((source.x + source.width, middle), *turns, (target.x, goal))
        side, row, track = channel
        across = self.rows[row].channel(side, track)
        entry = starts[self.rank[link.dst]] - MARGIN - self.entry[link.dst] * SIDE
        if link.at is not None:
            begin = (source.x + link.at, source.y + source.height)
            return (begin, (begin[0], across), (entry, across), (entry, goal), (target.x, goal))
        begin = (source.x + source.width, middle)
        return (begin, (out, middle), (out, across), (entry, across), (entry, goal), (target.x, goal))

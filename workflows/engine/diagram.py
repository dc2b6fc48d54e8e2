"""The picture of a road (流程图) as SVG drawn by the server: done path, open steps with holder and light, ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from django.utils.safestring import SafeString, mark_safe

from workflows.engine.layout import Cell, lay_out

BOX = (176, 52)
STEP, COLUMN, LEFT, TOP = 92, 214, 130, 18
INK = {
    "todo": ("#ffffff", "#5f6366", "#0b0c0c", "1.5"),
    "done": ("#eaf5f0", "#0f7a52", "#0b0c0c", "2"),
    "open": ("#d9e9f7", "#1a65a6", "#0c3d66", "3"),
    "late": ("#fbdcc4", "#8a3b0c", "#5c2d0c", "3"),
    "waiting": ("#fff7bf", "#6b5900", "#3d3300", "3"),
    "heat1": ("#eff3ff", "#5f6366", "#0b0c0c", "1.5"),
    "heat2": ("#bdd7e7", "#5f6366", "#0b0c0c", "1.5"),
    "heat3": ("#6baed6", "#0b3d66", "#0b0c0c", "1.5"),
    "heat4": ("#2171b5", "#08306b", "#ffffff", "1.5"),
    "heat5": ("#08306b", "#0b0c0c", "#ffffff", "1.5"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """How one step stands in one case: `state` todo, done, open, late, waiting, or heat1 to heat5; `note` is the line below the name."""

    state: str = "todo"
    note: str = ""


def picture(
    graph: Any, marks: Mapping[str, Mark], *, title: str, walked: frozenset[tuple[str, str]] = frozenset()
) -> SafeString:
    """The graph as one SVG with presentation attributes only; `walked` are the arrows (from, to) of this case."""
    layout = lay_out(graph, lambda node: 1 if node.kind == "end" else 0)
    spots = {name: _spot(cell, layout.slots[0]) for name, cell in layout.cells.items()}
    width = max(x for x, _y in spots.values()) + BOX[0] + 20
    height = max(y for _x, y in spots.values()) + BOX[1] + 20
    svg = frame(width, height, title)
    channel = 0
    for edge in sorted(graph.edges, key=lambda edge: (edge.src, edge.dst) in walked):
        back = (edge.src, edge.exit, edge.dst) in layout.back
        _arrow(svg, spots[edge.src], spots[edge.dst], back, (edge.src, edge.dst) in walked, channel)
        channel += 1 if back else 0
    for node in graph.nodes:
        _box(svg, node, spots[node.name], marks.get(node.name, Mark()))
    return finished(svg)


def frame(width: int, height: int, title: str) -> ET.Element:
    """An empty picture that a screen reader calls by its title."""
    return ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {width} {height}",
            "width": str(width),
            "height": str(height),
            "role": "img",
            "aria-label": title,
            "font-family": "sans-serif",
        },
    )


def finished(svg: ET.Element) -> SafeString:
    """The picture as markup; every word in it went through the writer of XML."""
    return mark_safe(ET.tostring(svg, encoding="unicode"))


def _spot(cell: Cell, columns: int) -> tuple[int, int]:
    column = cell.slot if cell.band == 0 else columns + cell.slot
    return LEFT + column * COLUMN, TOP + cell.rank * STEP


def _arrow(
    svg: ET.Element, start: tuple[int, int], end: tuple[int, int], back: bool, walked: bool, channel: int
) -> None:
    sx, sy, ex, ey = start[0], start[1], end[0], end[1]
    half = BOX[0] // 2
    if back:
        side = LEFT - 18 - 9 * (channel % 11)
        way = [(sx, sy + BOX[1] // 2 + 8), (side, sy + BOX[1] // 2 + 8), (side, ey + 12), (ex - 2, ey + 12)]
        head = [(ex - 9, ey + 7), (ex, ey + 12), (ex - 9, ey + 17)]
    elif sx == ex and ey - sy == STEP:
        way = [(sx + half, sy + BOX[1]), (ex + half, ey - 2)]
        head = _down(ex + half, ey)
    elif sx == ex:
        side = sx + BOX[0] + 14
        way = [
            (sx + BOX[0], sy + 34),
            (side, sy + 34),
            (side, ey - 16),
            (ex + half + 20, ey - 16),
            (ex + half + 20, ey - 2),
        ]
        head = _down(ex + half + 20, ey)
    elif ex - sx == COLUMN and ey - sy == STEP:
        way = [(sx + BOX[0], sy + 20), (ex + half, sy + 20), (ex + half, ey - 2)]
        head = _down(ex + half, ey)
    else:  # through the gap below the row and the gutter beside the target, behind no other box
        right = ex > sx
        side, middle = (ex - 14 if right else ex + BOX[0] + 24), ey + BOX[1] // 2
        edge, tip = (ex, ex - 9) if right else (ex + BOX[0], ex + BOX[0] + 9)
        way = [
            (sx + half + 30, sy + BOX[1]),
            (sx + half + 30, sy + 68),
            (side, sy + 68),
            (side, middle),
            (edge, middle),
        ]
        head = [(tip, middle - 5), (edge, middle), (tip, middle + 5)]
    ink = {"fill": "none", "stroke": "#0f7a52" if walked else "#8d969e", "stroke-width": "3" if walked else "1.4"}
    if back:
        ink["stroke-dasharray"] = "5 4"
    ET.SubElement(svg, "polyline", {"points": _points(way), **ink})
    ET.SubElement(svg, "polygon", {"points": _points(head), "fill": ink["stroke"]})


def _down(x: int, y: int) -> list[tuple[int, int]]:
    return [(x - 5, y - 9), (x, y), (x + 5, y - 9)]


def _points(way: list[tuple[int, int]]) -> str:
    return " ".join(f"{x},{y}" for x, y in way)


def _box(svg: ET.Element, node: Any, spot: tuple[int, int], mark: Mark) -> None:
    fill, stroke, ink, width = INK[mark.state]
    x, y = spot
    group = ET.SubElement(svg, "g")
    shape = {"fill": fill, "stroke": stroke, "stroke-width": width}
    corner = "26" if node.kind in ("start", "end") else "6"
    if node.kind in ("wait", "job") and mark.state == "todo":
        shape["stroke-dasharray"] = "3 3"
    ET.SubElement(
        group, "rect", {"x": str(x), "y": str(y), "width": str(BOX[0]), "height": str(BOX[1]), "rx": corner, **shape}
    )
    lines = _lines(str(node.title), 11)
    if mark.note:
        lines = [*lines[:1], *_lines(mark.note, 13)[:1]]
    first = y + BOX[1] // 2 + 5 - 9 * (len(lines) - 1)
    for position, words in enumerate(lines[:2]):
        style = {"font-size": "15" if position == 0 or not mark.note else "13", "fill": ink, "text-anchor": "middle"}
        if position == 0 and mark.state in ("open", "late", "waiting"):
            style["font-weight"] = "700"
        text = ET.SubElement(group, "text", {"x": str(x + BOX[0] // 2), "y": str(first + 19 * position), **style})
        text.text = words


def _lines(words: str, most: int) -> list[str]:
    """Break a name into lines of about so many Chinese characters; a Latin letter counts half."""
    lines, line, used = [], "", 0.0
    for part in _parts(words):
        size = sum(0.55 if ord(sign) < 0x2E80 else 1 for sign in part)
        if line and used + size > most:
            lines.append(line.strip())
            line, used = "", 0.0
        line, used = line + part, used + size
    return [*lines, line.strip()]


def _parts(words: str) -> list[str]:
    parts: list[str] = []
    for sign in words:
        if parts and ord(sign) < 0x2E80 and ord(parts[-1][-1]) < 0x2E80 and sign != " ":
            parts[-1] += sign
        else:
            parts.append(sign)
    return parts

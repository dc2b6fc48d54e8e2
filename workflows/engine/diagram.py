"""The picture of a road (流程图) as SVG drawn by the server: done path, open steps with holder and light, ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from django.utils.safestring import SafeString, mark_safe

from workflows.engine.layout import Box, Link, Plan, Point, Shape, lay_out

WIDE, TALL, BAR = 176, 52, 30
EDGE = 8
LETTER = 19
"""Pixels of a letter of the page in its ordinary size."""
INK = {
    "todo": ("#ffffff", "#5f6366", "#0b0c0c", "1.5"),
    "done": ("#eaf5f0", "#0f7a52", "#0b0c0c", "2"),
    "open": ("#d9e9f7", "#1a65a6", "#0c3d66", "3"),
    "late": ("#fbdcc4", "#8a3b0c", "#5c2d0c", "3"),
    "waiting": ("#fff7bf", "#6b5900", "#3d3300", "3"),
    "incident": ("#fbdcc4", "#5c2d0c", "#5c2d0c", "4"),
    "heat1": ("#eff3ff", "#5f6366", "#0b0c0c", "1.5"),
    "heat2": ("#bdd7e7", "#5f6366", "#0b0c0c", "1.5"),
    "heat3": ("#6baed6", "#0b3d66", "#0b0c0c", "1.5"),
    "heat4": ("#2171b5", "#08306b", "#ffffff", "1.5"),
    "heat5": ("#08306b", "#0b0c0c", "#ffffff", "1.5"),
}
WALKED, NOT_YET = "#0f7a52", "#8d969e"
_plans: dict[str, Plan] = {}
"""The layout of each road by its fingerprint: computed once a version, whoever looks in whichever language."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How one step stands in one case: `state` todo, done, open, late, waiting, incident, or heat1 to heat5 on a heat map.

    `note` is the line below the name.
    """

    state: str = "todo"
    note: str = ""


def picture(
    graph: Any, marks: Mapping[str, Mark], *, title: str, walked: frozenset[tuple[str, str, str]] = frozenset()
) -> SafeString:
    """The graph as one SVG with presentation attributes only; `walked` are the arrows (from, exit, to) of this case."""
    plan = plan_of(graph)
    svg = frame(plan.height + 2 * EDGE, plan.width, title)
    for edge in sorted(graph.edges, key=lambda edge: _way(edge) in walked):
        key = _key(edge)
        _arrow(svg, [_turned(point) for point in plan.lines[key]], key in plan.back, _way(edge) in walked)
    for node in graph.nodes:
        _node(svg, node, _place(plan.boxes[node.name]), marks.get(node.name, Mark()))
    return finished(svg)


def plan_of(graph: Any) -> Plan:
    """版面 of a road from top to bottom; the ends stand in a column of their own."""
    if graph.fingerprint not in _plans:
        shapes = [Shape(node.name, int(node.kind == "end"), _length(node), WIDE) for node in graph.nodes]
        _plans[graph.fingerprint] = lay_out(shapes, [Link(_key(edge), edge.src, edge.dst) for edge in graph.edges])
    return _plans[graph.fingerprint]


def _length(node: Any) -> int:
    return BAR if node.kind in ("fork", "join") else TALL


def _way(edge: Any) -> tuple[str, str, str]:
    return edge.src, edge.exit, edge.dst


def _key(edge: Any) -> str:
    return ".".join(_way(edge))


def _turned(point: Point) -> Point:
    """The layout runs from left to right, the picture from top to bottom, as a phone is held."""
    return point[1] + EDGE, point[0]


def _place(box: Box) -> Box:
    return Box(box.y + EDGE, box.x, box.height, box.width)


def frame(width: int, height: int, title: str) -> ET.Element:
    """An empty picture that a screen reader calls by its title; it grows with the letters that the reader has chosen."""
    return ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {width} {height}",
            "width": f"{width / LETTER:.2f}rem",
            "height": f"{height / LETTER:.2f}rem",
            "role": "img",
            "aria-label": title,
            "font-family": "sans-serif",
        },
    )


def finished(svg: ET.Element) -> SafeString:
    """The picture as markup; every word in it went through the writer of XML."""
    return mark_safe(ET.tostring(svg, encoding="unicode"))


def _arrow(svg: ET.Element, way: list[Point], back: bool, walked: bool) -> None:
    ink = {"fill": "none", "stroke": WALKED if walked else NOT_YET, "stroke-width": "3" if walked else "1.4"}
    if back:
        ink["stroke-dasharray"] = "5 4"
    ET.SubElement(svg, "polyline", {"points": _points(way), **ink})
    x, y = way[-1]
    ET.SubElement(svg, "polygon", {"points": _points([(x - 5, y - 9), (x, y), (x + 5, y - 9)]), "fill": ink["stroke"]})


def _points(way: list[Point]) -> str:
    return " ".join(f"{x},{y}" for x, y in way)


def _node(svg: ET.Element, node: Any, box: Box, mark: Mark) -> None:
    group = ET.SubElement(svg, "g")
    _outline(group, node, box, mark)
    ink = INK[mark.state][2]
    if node.kind in ("fork", "join"):
        _text(group, box.x + WIDE // 2, box.y + 25, str(node.title), {"font-size": "13", "fill": "#0b0c0c"})
        return
    lines = _lines(str(node.title), 11)
    if mark.note:
        lines = [*lines[:1], *_lines(mark.note, 13)[:1]]
    first = box.y + TALL // 2 + 5 - 9 * (len(lines[:2]) - 1)
    for position, words in enumerate(lines[:2]):
        style = {"font-size": "15" if position == 0 or not mark.note else "13", "fill": ink}
        if position == 0 and mark.state in ("open", "late", "waiting", "incident"):
            style["font-weight"] = "700"
        _text(group, box.x + WIDE // 2, first + 19 * position, words, style)


def _outline(group: ET.Element, node: Any, box: Box, mark: Mark) -> None:
    """A bar where the road divides and meets, a pointed box where data chooses, round ends, dashes where it waits."""
    fill, stroke, _ink, width = INK[mark.state]
    shape = {"fill": fill, "stroke": stroke, "stroke-width": width}
    place = {"x": str(box.x), "y": str(box.y), "width": str(WIDE), "height": str(TALL)}
    if node.kind in ("fork", "join"):
        bar = {"fill": WALKED if mark.state == "done" else "#0b0c0c", "rx": "3"}
        ET.SubElement(group, "rect", {**place, "height": "9", **bar})
        return
    if node.kind == "route":
        x, y, middle = box.x, box.y, box.y + TALL // 2
        corners = [(x, middle), (x + 18, y), (x + WIDE - 18, y), (x + WIDE, middle), (x + WIDE - 18, y + TALL)]
        ET.SubElement(group, "polygon", {"points": _points([*corners, (x + 18, y + TALL)]), **shape})
        return
    if node.kind in ("wait", "job") and mark.state == "todo":
        shape["stroke-dasharray"] = "3 3" if node.kind == "wait" else "8 3"
    ET.SubElement(group, "rect", {**place, "rx": "26" if node.kind in ("start", "end") else "6", **shape})
    if mark.state == "incident":
        x, y = box.x + WIDE - 24, box.y + 4
        ET.SubElement(
            group, "polygon", {"points": _points([(x, y + 16), (x + 9, y), (x + 18, y + 16)]), "fill": stroke}
        )
        _text(group, x + 9, y + 14, "!", {"font-size": "12", "fill": "#ffffff", "font-weight": "700"})


def _text(group: ET.Element, x: int, y: int, words: str, style: dict[str, str]) -> None:
    text = ET.SubElement(group, "text", {"x": str(x), "y": str(y), "text-anchor": "middle", **style})
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

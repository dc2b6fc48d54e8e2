"""Bars of workdays (用时条形图) as SVG drawn by the server: this selection and the other, median and p90, with numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Any
from xml.etree import ElementTree as ET

from django.utils.safestring import SafeString

from workflows.engine.diagram import finished, frame

WIDTH, NAMES, ROW, THICK = 760, 220, 56, 17
ROOM = 130
"""For the number behind the longest bar."""
THIS, OTHER = "#1a65a6", "#6f777b"


def bars(rows: Sequence[tuple[str, Any, Any]], *, title: str) -> SafeString:
    """Two bars a row: (name, (median, p90) of this, of the other); a thin line reaches from the median to the p90."""
    longest = max([value for _name, one, two in rows for value in (*one, *two) if value is not None], default=0) or 1
    svg = frame(WIDTH, ROW * len(rows) + 10, title)
    scale = (WIDTH - NAMES - ROOM) / longest
    for position, (name, one, two) in enumerate(rows):
        top = position * ROW + 8
        lines = wrapped(name)
        for place, line in enumerate(lines):
            _text(svg, NAMES - 10, top + 22 + 17 * place - 9 * (len(lines) - 1), line, anchor="end", size="15")
        _bar(svg, top, one, scale, THIS)
        _bar(svg, top + THICK + 5, two, scale, OTHER)
    return finished(svg)


def wrapped(name: str) -> list[str]:
    """A name in lines that fit beside the bars: 13 Chinese characters or 26 letters."""
    return wrap(name, 26 if name.isascii() else 13) or [""]


def _bar(svg: ET.Element, top: int, span: Iterable[float | None], scale: float, ink: str) -> None:
    median, high = span
    if median is None or high is None:
        _text(svg, NAMES, top + 14, "–", ink=ink)
        return
    end, far = NAMES + round(median * scale), NAMES + round(high * scale)
    ET.SubElement(
        svg, "rect",
        {"x": str(NAMES), "y": str(top), "width": str(max(end - NAMES, 2)), "height": str(THICK), "fill": ink},
    )  # fmt: skip
    middle = str(top + THICK // 2)
    ET.SubElement(svg, "line", {"x1": str(end), "y1": middle, "x2": str(far), "y2": middle, "stroke": ink, "stroke-width": "3"})  # fmt: skip
    _text(svg, max(end, far) + 8, top + 14, f"{median:g} / {high:g}", ink=ink)


def _text(
    svg: ET.Element, x: int, y: int, words: str, *, anchor: str = "start", size: str = "14", ink: str = "#0b0c0c"
) -> None:
    text = ET.SubElement(svg, "text", {"x": str(x), "y": str(y), "font-size": size, "fill": ink, "text-anchor": anchor})
    text.text = words

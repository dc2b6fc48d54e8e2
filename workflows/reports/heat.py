"""The heat map of a road (热力图): each step in one of five shades with its numbers, for one measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from workflows.engine.diagram import INK, Mark, picture
from workflows.flow import graph
from workflows.reports.forms import MEASURES
from workflows.reports.queries import Figures, Line, Selection
from workflows.reports.rules import SHADES, shade_of

SHARES = ("again", "late")


@dataclass(frozen=True)
class Shade:
    """图例: one shade and the largest number it stands for."""

    number: int
    most: float
    unit: str

    @property
    def fill(self) -> str:
        """The colour of the boxes of this shade."""
        return INK[f"heat{self.number}"][0]

    @property
    def stroke(self) -> str:
        """The colour of their edges."""
        return INK[f"heat{self.number}"][1]


@dataclass(frozen=True)
class HeatMap:
    """The picture, its legend, and the measure that the colours say."""

    svg: SafeString
    shades: list[Shade]
    measure: str
    words: Any


def heat_map(chosen: Selection, lines: list[Line], measure: str) -> HeatMap:
    """热力图: the darker the longer (or the oftener); the number stands in every box, so that no colour is needed."""
    measure = measure if measure in dict(MEASURES) else "whole"
    values = {line.key: _value(line.this, measure) for line in lines}
    most = max([value for value in values.values() if value], default=0.0)
    marks = {line.key: _mark(line.this, values[line.key], most, measure) for line in lines}
    words = dict(MEASURES)[measure]
    title = _("热力图：%(measure)s。下面的表写的是同样的数字。") % {"measure": words}
    unit = "%" if measure in SHARES else _("工作日")
    shades = [Shade(number, round(most * number / SHADES, 1), unit) for number in range(1, SHADES + 1)] if most else []
    return HeatMap(picture(graph(chosen.this.road), marks, title=title), shades, measure, words)


def _value(figures: Figures, measure: str) -> float | None:
    return figures.parts[measure] if measure in SHARES else figures.spans[measure][0]


def _mark(figures: Figures, value: float | None, most: float, measure: str) -> Mark:
    if value is None:
        return Mark()
    shade = shade_of(value, most)
    if measure in SHARES:
        note = f"{value:g}% · n={figures.done}"
    else:
        note = f"{value:g} / {figures.spans[measure][1]:g} · n={figures.done}"
    return Mark(f"heat{shade}", note)

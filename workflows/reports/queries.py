"""The speed of the office (办理速度): how long each step took, by step or by office, one selection beside another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from cases.access.models import in_my_language
from cases.access.queries import posts_of, require
from cases.access.rules import covers
from cases.calendar import clock
from cases.errors import NotFound
from cases.programme import programme, programmes
from cases.regions.models import Division
from workflows.flow import graph
from workflows.models import SpeedMark, StepSpeed
from workflows.reports.rules import (
    MEASURES,
    quantile,
    quarter_after,
    quarter_before,
    quarter_name,
    quarter_of,
    together,
)

RIGHT = "report.read"
COUNTY, TOWN = 6, 9
QUARTERS = 8


@dataclass(frozen=True)
class Choice:
    """What is looked at: a quarter, a road (programme and version), the area whose cases count, and one step or all."""

    quarter: date
    flow: str
    area: str
    step: str = ""

    @property
    def road(self) -> Any:
        """The road (flow class)."""
        slug, version = self.flow.split("/")
        return programme(slug).roads[version]


@dataclass(frozen=True)
class Selection:
    """What is looked at and what it is held against; unless something else is named, the quarter before."""

    this: Choice
    other: Choice

    def query(self, **changes: str) -> str:
        """The address of this selection with other parts: quarter, road, place, step, and the same with against_."""
        parts = {**named(self.this), "step": self.this.step}
        for name, one, two in (
            ("against_quarter", quarter_name(self.other.quarter), quarter_name(quarter_before(self.this.quarter))),
            ("against_road", self.other.flow, self.this.flow),
            ("against_place", self.other.area, self.this.area),
        ):
            parts[name] = one if one != two else ""
        return urlencode({name: value for name, value in {**parts, **changes}.items() if value})


def areas_of(viewer: Any) -> list[str]:
    """The areas whose figures a viewer reads; NotFound for outsiders, a refusal that names who may for everybody else."""
    posts = posts_of(viewer)
    areas = [post.office.division_code for post in posts if RIGHT in post.role.rights]
    found = [area for area in areas if len(area) <= COUNTY]
    if not found:
        if not posts:
            raise NotFound()
        require(viewer, RIGHT, posts[0].office.division_code)
    return found


def selection(viewer: Any, given: Mapping[str, str]) -> Selection:
    """选择: read from an address; NotFound for a quarter, road or step that does not exist and for a place out of reach."""
    areas, words = areas_of(viewer), {name: str(value).strip() for name, value in given.items()}
    this = Choice(
        _quarter(words.get("quarter", "")), _flow(words.get("road", "")), _area(areas, words.get("place", "")),
        words.get("step", ""),
    )  # fmt: skip
    if this.step and this.step not in {node.name for node in graph(this.road).nodes}:
        raise NotFound()
    named = {name: words.get(f"against_{name}", "") for name in ("quarter", "road", "place")}
    other = replace(
        this,
        flow=_flow(named["road"] or this.flow),
        area=_area(areas, named["place"] or this.area),
        quarter=_quarter(named["quarter"]) if named["quarter"] else this.quarter,
    )
    return Selection(this, other if other != this else replace(this, quarter=quarter_before(this.quarter)))


def _quarter(name: str) -> date:
    if not name:
        return quarter_of(clock.today())
    year, _dash, number = name.partition("-Q")
    if not (year.isdecimal() and len(year) == 4 and int(year) > 1 and number in ("1", "2", "3", "4")):
        raise NotFound()
    return date(int(year), int(number) * 3 - 2, 1)


def _flow(name: str) -> str:
    known = [flow for flow, _words in roads()]
    if name and name not in known:
        raise NotFound()
    return name or known[0]


def _area(areas: list[str], code: str) -> str:
    if not code:
        return areas[0]
    if not any(covers(area, code) for area in areas) or len(code) > COUNTY:
        raise NotFound()
    return code


def roads() -> list[tuple[str, Any]]:
    """Every road as it is stored, with its words; of each programme the one for new cases first."""
    return [
        (f"{card.slug}/{version}", f"{card.name} {version}")
        for card in programmes()
        for version in sorted(card.roads, key=lambda each: (each != card.road, each))
    ]


def quarters() -> list[str]:
    """The names of the last two years' quarters, newest first."""
    first, found = quarter_of(clock.today()), []
    for _turn in range(QUARTERS):
        found.append(quarter_name(first))
        first = quarter_before(first)
    return found


def places(viewer: Any) -> list[tuple[str, str]]:
    """The province, cities and counties that the viewer may choose, by code."""
    areas = areas_of(viewer)
    rows = Division.objects.filter(level__in=["province", "city", "county"]).order_by("code")
    return [
        (row.code, in_my_language(row.name, row.name_en))
        for row in rows
        if any(covers(area, row.code) for area in areas)
    ]


class Figures:
    """What the counted steps of one line say; lengths in workdays, shares of what was done."""

    def __init__(self, rows: Iterable[StepSpeed] = ()) -> None:
        self.rows = list(rows)

    def _sum(self, name: str) -> int:
        return sum(getattr(row, name) for row in self.rows)

    @cached_property
    def done(self) -> int:
        """How many were finished."""
        return self._sum("done")

    def part(self, name: str) -> float | None:
        """The share that came again, was sent back or was late, in percent."""
        return round(100 * self._sum(name) / self.done, 1) if self.done else None

    @cached_property
    def spans(self) -> dict[str, tuple[float | None, float | None]]:
        """Median and p90 of waiting, working, paused and whole, in workdays."""
        spreads = {name: together(getattr(row, name) for row in self.rows) for name in MEASURES}
        return {name: (quantile(spread, 0.5), quantile(spread, 0.9)) for name, spread in spreads.items()}

    @property
    def parts(self) -> dict[str, float | None]:
        """返工、退回、超期, in percent."""
        return {name: self.part(name) for name in ("again", "returned", "late")}


@dataclass(frozen=True)
class Line:
    """One line of the table: a step or an office, this selection and the other."""

    key: str
    name: str
    this: Figures
    other: Figures

    @property
    def change(self) -> float | None:
        """How many workdays the median of the whole stay is longer (shorter: below nothing) than the other's."""
        one, two = self.this.spans["whole"][0], self.other.spans["whole"][0]
        return None if one is None or two is None else round(one - two, 1)


def lines(chosen: Selection) -> tuple[Line, list[Line]]:
    """办理速度: the whole road, and each step in the order of the road; with a step, the places whose offices did it.

    A county's towns and villages stand together as the county, and within one county the villages as their town.

    Two queries, over rows that were added up before: as many whatever the number of cases.
    """
    this, other = _by_key(chosen.this), _by_key(chosen.other)
    names = _names(chosen, this | other)
    found = [Line(key, names[key], Figures(this.get(key, ())), Figures(other.get(key, ()))) for key in names]
    road = Line(
        "",
        _("从提交到到账"),
        *(Figures(_rows(replace(one, step=""), whole=True)) for one in (chosen.this, chosen.other)),
    )
    return road, found


def _rows(choice: Choice, *, whole: bool = False) -> Any:
    rows = StepSpeed.objects.filter(flow=choice.flow, quarter=choice.quarter, area__startswith=choice.area)
    if whole:
        return rows.filter(step="")
    return rows.filter(step=choice.step) if choice.step else rows.exclude(step="")


def _by_key(choice: Choice) -> dict[str, list[StepSpeed]]:
    found: dict[str, list[StepSpeed]] = defaultdict(list)
    places = COUNTY if len(choice.area) < COUNTY else TOWN
    for row in _rows(choice):
        found[row.office[:places] if choice.step else row.step].append(row)
    return dict(found)


def _names(chosen: Selection, found: Mapping[str, Any]) -> dict[str, str]:
    if not chosen.this.step:
        nodes = [*graph(chosen.this.road).nodes, *graph(chosen.other.road).nodes]
        return {
            node.name: str(node.title) for node in nodes if node.kind not in ("start", "end") and node.name in found
        }
    names = {row.code: in_my_language(row.name, row.name_en) for row in Division.objects.filter(code__in=[*found])}
    return {code: names.get(code, code) if code else _("申请人") for code in sorted(found)}


def counted_until() -> date | None:
    """算到哪天: the last day whose finished steps are in the figures."""
    return SpeedMark.objects.filter(pk=1).values_list("until", flat=True).first()


def comparisons(viewer: Any, chosen: Selection) -> list[tuple[str, str]]:
    """可以和什么比: words and the address of each selection that this one may be held against."""
    this = chosen.this
    none = {"against_quarter": "", "against_road": "", "against_place": ""}
    found = [(_("和上一季度比"), chosen.query(**none))]
    last_year = quarter_name(date(this.quarter.year - 1, this.quarter.month, 1))
    found.append((_("和去年同季度比"), chosen.query(**{**none, "against_quarter": last_year})))
    found += [
        (_("和%(place)s比") % {"place": name}, chosen.query(**{**none, "against_place": code}))
        for code, name in places(viewer)
        if code != this.area and (covers(code, this.area) or len(code) == len(this.area))
    ]
    slug = this.flow.split("/")[0]
    found += [
        (_("和%(road)s比") % {"road": words}, chosen.query(**{**none, "against_road": flow}))
        for flow, words in roads()
        if flow != this.flow and flow.startswith(f"{slug}/")
    ]
    return found


def neighbours(chosen: Selection) -> dict[str, str]:
    """The addresses of the quarter before and of the next one, while that has begun."""
    following = quarter_after(chosen.this.quarter)
    found = {"before": chosen.query(quarter=quarter_name(quarter_before(chosen.this.quarter)), against_quarter="")}
    if following <= clock.today():
        found["after"] = chosen.query(quarter=quarter_name(following), against_quarter="")
    return found


def described(choice: Choice) -> str:
    """A selection in words: place, quarter, programme."""
    place = Division.objects.filter(code=choice.area).first()
    name = in_my_language(place.name, place.name_en) if place else choice.area
    return f"{name} {quarter_name(choice.quarter)} {dict(roads())[choice.flow]}"


def step_words(choice: Choice) -> str:
    """The chosen step as staff call it; empty for all steps."""
    return next((str(node.title) for node in graph(choice.road).nodes if node.name == choice.step), "")


def named(choice: Choice) -> dict[str, str]:
    """A selection as its form names it."""
    return {"quarter": quarter_name(choice.quarter), "road": choice.flow, "place": choice.area}

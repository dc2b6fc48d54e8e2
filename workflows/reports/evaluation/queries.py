"""What a viewer reads of evaluations: his branches of a quarter, one branch, the cases behind a number, the officers (考核)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from cases.access.models import in_my_language
from cases.access.queries import may, posts_of, require, visible_cases
from cases.access.rules import covers
from cases.dossier.models import Case
from cases.errors import NotFound
from cases.history.record import record_access
from cases.paging import Page, newest_first
from cases.regions.models import Division
from workflows.reports.evaluation.definitions import Defined, defined
from workflows.reports.evaluation.models import EvaluationFigure, EvaluationRound, Liaison
from workflows.reports.evaluation.rules import total, trend
from workflows.reports.evaluation.sources import SOURCES
from workflows.reports.queries import RIGHT, areas_of
from workflows.reports.rules import quarter_before, quarter_name

ANSWER, ASSIGN, COUNTY = "evaluation.answer", "liaison.assign", 6


def readable_figures(viewer: Any) -> QuerySet[EvaluationFigure]:
    """看得见的考核数字: those of the areas whose figures a viewer reads."""
    reach = Q(pk__in=[])
    for post in posts_of(viewer):
        if "report.read" in post.role.rights:
            reach |= Q(area__startswith=post.office.division_code)
    return EvaluationFigure.objects.filter(reach)


def rounds() -> list[EvaluationRound]:
    """考核过的季度, newest first, without their sets of indicators."""
    return list(EvaluationRound.objects.defer("indicators").order_by("-quarter")[:40])


def get_round(name: str) -> EvaluationRound | None:
    """The round of a quarter by its name (2026-Q4), or the last one; None when nothing is frozen yet. NotFound for no such round."""
    found = {quarter_name(one.quarter): one for one in rounds()}
    if not name:
        return next(iter(found.values()), None)
    if name not in found:
        raise NotFound()
    return found[name]


@dataclass(frozen=True)
class Branch:
    """一个县区的考核: total now and the quarter before, and who looks after it."""

    area: str
    name: str
    total: Decimal | None
    before: Decimal | None
    trend: str
    missed: int
    answered: int
    officer: str


def branches(viewer: Any, one: EvaluationRound, *, mine: bool = False) -> list[Branch]:
    """各县区: those of the viewer's areas, or of the officer whom they were given; as many queries however many."""
    areas_of(viewer)
    now, before = _figures(viewer, one.quarter), _figures(viewer, quarter_before(one.quarter))
    officers = {row.area: row.officer for row in Liaison.objects.filter(ends_on=None).select_related("officer")}
    codes = [area for area in sorted(now) if not mine or (area in officers and officers[area].pk == viewer.pk)]
    places = {row.code: in_my_language(row.name, row.name_en) for row in Division.objects.filter(code__in=codes)}
    known = {row["code"]: defined(row) for row in one.indicators}
    found = []
    for area in codes:
        this, last = _total(now[area], known), _total(before.get(area, []), known)
        missed = [row for row in now[area] if not known[row.code].rule.is_met(row.value)]
        name = str(officers[area].name) if area in officers else ""
        answered = sum(hasattr(row, "answer") for row in missed)
        found.append(
            Branch(area, places.get(area, area), this, last, trend(this, last), len(missed), answered, name)
        )  # fmt: skip
    return found


def _figures(viewer: Any, quarter: date) -> dict[str, list[EvaluationFigure]]:
    found: dict[str, list[EvaluationFigure]] = {}
    for row in readable_figures(viewer).filter(round__quarter=quarter).select_related("answer"):
        found.setdefault(row.area, []).append(row)
    return found


def _total(rows: list[EvaluationFigure], known: dict[str, Defined]) -> Decimal | None:
    return total((known[row.code].rule.weight, row.score) for row in rows if row.code in known)


@dataclass(frozen=True)
class Line:
    """一项指标 of a branch: what it is, its figure, the one of the quarter before and what was promised then."""

    indicator: Defined
    figure: EvaluationFigure | None
    before: EvaluationFigure | None
    trend: str
    is_met: bool
    may_answer: bool


def branch(viewer: Any, one: EvaluationRound, area: str) -> tuple[str, Decimal | None, list[Line]]:
    """一个县区的一季: its name, its total, and a line an indicator. NotFound outside the viewer's areas."""
    if not any(covers(mine, area) for mine in areas_of(viewer)):
        raise NotFound()
    place = Division.objects.filter(code=area, level="county").first()
    if place is None:
        raise NotFound()
    now = {row.code: row for row in _figures(viewer, one.quarter).get(area, [])}
    before = {row.code: row for row in _figures(viewer, quarter_before(one.quarter)).get(area, [])}
    answers = may(viewer, ANSWER, area) is not None
    known = [defined(row) for row in one.indicators]
    lines = [_line(each, now.get(each.rule.code), before.get(each.rule.code), answers) for each in known]
    if any(hasattr(row, "answer") for row in (*now.values(), *before.values())):
        post = require(viewer, RIGHT, area)
        record_access(
            "read", object=one, fields=["evaluation"], by=viewer, purpose=gettext_lazy("考核"), role=post.role_id,
            office=post.office.name,
        )  # fmt: skip
    whole = _total([*now.values()], {each.rule.code: each for each in known})
    return in_my_language(place.name, place.name_en), whole, lines


def _line(known: Defined, now: EvaluationFigure | None, before: EvaluationFigure | None, answers: bool) -> Line:
    value, last = (row.value if row else None for row in (now, before))
    way = trend(value, last, more_is_better=known.rule.more_is_better)
    may_answer = answers and now is not None and not hasattr(now, "answer")
    return Line(known, now, before, way, known.rule.is_met(value), may_answer)


def behind(viewer: Any, one: EvaluationRound, area: str, code: str, *, counted: bool, after: str) -> Page[Case]:
    """清单 behind a number: the cases that a viewer may see, as they stand now; keyset by id.

    A case that changed since the quarter was frozen may be missing or new: the frozen number stays what it was.
    """
    row = next((each for each in one.indicators if each["code"] == code), None)
    if row is None or not any(covers(mine, area) for mine in areas_of(viewer)):
        raise NotFound()
    source = SOURCES[row["source"]](one.quarter)
    rows = source.rows.filter(**{f"{source.place}__startswith": area})
    rows = rows.filter(source.counted) if counted else rows
    return newest_first(visible_cases(viewer).filter(pk__in=rows.values(source.case)), after)


def indicator_of(one: EvaluationRound, code: str) -> str:
    """An indicator's name in the reader's language, as it was when the quarter was frozen."""
    return next(defined(row).name for row in one.indicators if row["code"] == code)


def figure_of(viewer: Any, pk: int) -> EvaluationFigure:
    """One figure by its number. NotFound outside the viewer's areas."""
    found = readable_figures(viewer).select_related("round").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def liaisons(viewer: Any) -> list[tuple[str, Liaison]]:
    """分片包抓 now, in the viewer's areas, each with the name of its county."""
    areas = areas_of(viewer)
    rows = Liaison.objects.filter(ends_on=None).select_related("officer").order_by("area")
    mine = [row for row in rows if any(covers(area, row.area) for area in areas)]
    places = Division.objects.in_bulk([row.area for row in mine])
    return [(in_my_language(places[row.area].name, places[row.area].name_en), row) for row in mine]


def assigns(viewer: Any) -> bool:
    """Whether somebody gives counties to officers."""
    return any(ASSIGN in post.role.rights for post in posts_of(viewer))

"""What a file said at that moment (当时的填报): the answers in force before a deed, their kept values, and what is not known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import TextField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from cases.dossier.models import Answer
from cases.dossier.queries import NOT_ASKED, RANK
from cases.programme import programme
from workflows.desk.casefile.tabs import display, places_of
from workflows.desk.words import SOURCES
from workflows.inspection.asof.cut import Row, Stood
from workflows.inspection.rules import SEALED

ACCOUNT = "account"


@dataclass(frozen=True)
class Told:
    """One answer in force then. Without `is_known` only the fingerprint of its value was kept; `mark` tells two values apart."""

    key: str
    label: Any
    value: str
    source: Any
    round: int
    is_known: bool
    is_sensitive: bool
    mark: str


@dataclass(frozen=True)
class Part:
    """A part of the form with what it said then."""

    key: str
    title: Any
    lines: list[Told]


def parts_then(stood: Stood, *, clear: Callable[[str], bool]) -> list[Part]:
    """填报内容 by part; sensitive values are masked where `clear` says no of the part."""
    rows, values = _in_force(stood)
    places = places_of(values[row["id"]] for row in rows.values() if row["id"] in values)
    found = []
    for section in programme(stood.case.programme).sections:
        lines = [
            _line(question, rows[question.key], values, clear(section.key), places)
            for question in section.questions
            if question.key in rows
        ]
        if lines:
            found.append(Part(section.key, section.title, lines))
    return found


def unknown_of(parts: Iterable[Part]) -> list[str]:
    """填报项 of which only a fingerprint is left."""
    return [str(line.label) for part in parts for line in part.lines if not line.is_known]


def _in_force(stood: Stood) -> tuple[dict[str, Row], dict[int, Any]]:
    rows = sorted(stood.of("cases_answer"), key=lambda row: (row["round"], RANK[row["source"]], row["id"]))
    values = kept_values(rows)
    latest = {str(row["key"]): row for row in rows}
    return {key: row for key, row in latest.items() if values.get(row["id"]) != NOT_ASKED}, values


def kept_values(rows: Iterable[Row]) -> dict[int, Any]:
    """Of those answers that still hold the value of then, by their numbers; the fingerprint proves it."""
    then = {int(row["id"]): row["value"] for row in rows}
    token = RawSQL('"cases_answer"."value"', [], output_field=TextField())
    held = Answer.objects.filter(pk__in=then).annotate(token=token)
    return {row.pk: row.value for row in held if f"{SEALED}{str(row.token).rsplit('.', 1)[-1]}" == then[row.pk]}


def _line(question: Any, row: Row, values: dict[int, Any], clear: bool, places: dict[str, str]) -> Told:
    is_known = row["id"] in values
    value = display(question, values[row["id"]], clear, places) if is_known else _("当时的内容没有留存，只有指纹")
    mark = json.dumps(values[row["id"]], sort_keys=True) if is_known else str(row["value"])
    return Told(
        question.key, question.label, value, SOURCES[row["source"]], row["round"], is_known, question.sensitive, mark
    )

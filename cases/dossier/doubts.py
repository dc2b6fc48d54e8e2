"""What a number makes one look at twice (提示): said on the question and the check page and to staff; never a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.people import rules as people
from cases.programme import Question
from cases.regions.queries import abolished_names, area_codes

KINDS = ("id_no", "bank_account")
SEXES = {"M": _("男"), "F": _("女")}


def doubts(questions: list[Question], facts: Mapping[str, Any], *, today: date) -> dict[str, list[Any]]:
    """Key -> notes on the answers of these questions: old area codes, old numbers, accounts that are no card number."""
    found: dict[str, list[Any]] = {}
    if not any(question.kind in KINDS and facts.get(question.key) for question in questions):
        return found
    areas, abolished = area_codes(), abolished_names()
    for question in questions:
        value = str(facts.get(question.key) or "")
        if question.kind == "id_no" and value:
            near = areas if any(area[:2] == value[:2] for area in areas) else ()
            found[question.key] = list(people.check_id(value, today=today, areas=near, abolished=abolished).warnings)
        elif question.kind == "bank_account" and value:
            found[question.key] = list(people.check_account(value).warnings)
    return {key: notes for key, notes in found.items() if notes}


def born_words(number: str, *, today: date) -> Any:
    """What an ID number states, for the eye: `1958 年 3 月 2 日生，68 岁，女`; "" for none."""
    verdict = people.check_id(number, today=today)
    if not verdict.ok or verdict.birth_date is None:
        return ""
    born = verdict.birth_date
    return format_lazy(
        _("{year} 年 {month} 月 {day} 日生，{age} 岁，{sex}"),
        year=born.year, month=born.month, day=born.day, age=people.age(born, today), sex=SEXES[str(verdict.sex)],
    )  # fmt: skip

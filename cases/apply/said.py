"""What somebody said, shown back (核对): each answer in words, with where it comes from, since when, and what to look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.apply.queries import day_words
from cases.calendar.rules import local_day
from cases.dossier.doubts import born_words, doubts
from cases.dossier.models import Answer, Case
from cases.dossier.queries import answer_rows, answers
from cases.dossier.rules import UNKNOWN, derived
from cases.people.rules import mask_account, mask_id, mask_phone
from cases.programme import Programme, Question, programme
from cases.regions.queries import name_path
from cases.text import money

MASKS: dict[str, Callable[[str], str]] = {"id_no": mask_id, "phone": mask_phone, "bank_account": mask_account}

ACCOUNT = ("account_relation", "account_holder", "bank_name", "account_no")


@dataclass(frozen=True)
class Said:
    """一项填报 as it is shown back: the question, the words of the answer, its source, and where to change it."""

    label: Any
    words: str
    source: str
    at: date | None = None
    href: str = ""
    notes: list[Any] = field(default_factory=list)


def summary(case: Case, *, today: date, with_account: bool = True) -> list[tuple[Any, list[Said]]]:
    """核对: all that was answered, section by section, and what was worked out from it."""
    card, rows, facts = programme(case.programme), answer_rows(case), answers(case)
    asked = card.asked(facts)
    keys = {question.key for question in asked}
    drawn, notes = derived(facts, keys), doubts(asked, facts, today=today)
    if words := born_words(str(facts.get("patient_id_no") or ""), today=today):
        notes.setdefault("patient_id_no", []).insert(0, _("%(who)s，对吗？") % {"who": words})

    def said(question: Question) -> Said:
        href = reverse("dossier:question", args=[case.token, question.key]) + "?back=check"
        if question.key not in keys:
            return Said(question.label, words_for(question, drawn[question.key]), source_words("derived"))
        row = rows.get(question.key)
        words, source = words_for(question, facts.get(question.key)), source_words(row.source) if row else ""
        at = local_day(row.at) if row else None
        return Said(question.label, words, source, at, href, notes.get(question.key, []))

    return _by_section(card, (keys | set(drawn)) - set(() if with_account else ACCOUNT), said)


def standing_facts(case: Case, *, with_account: bool) -> list[tuple[Any, list[Said]]]:
    """填报的内容 of a case that was sent: what counts now, numbers masked, each with source and day.

    A helper sees nothing of the account (`with_account`).
    """
    card, rows = programme(case.programme), answer_rows(case)
    shown = {key for key in rows if with_account or key not in ACCOUNT}

    def said(question: Question) -> Said:
        row: Answer = rows[question.key]
        words = words_for(question, row.value, masked=True)
        return Said(question.label, words, source_words(row.source), local_day(row.at))

    return _by_section(card, shown, said)


def _by_section(card: Programme, keys: set[str], said: Callable[[Question], Said]) -> list[tuple[Any, list[Said]]]:
    return [
        (section.title, [said(question) for question in section.questions if question.key in keys])
        for section in card.sections
    ]


def source_words(source: str) -> str:
    """来源 as the applicant reads it."""
    return {
        "claimed": _("您填的"),
        "derived": _("按前面的回答推算"),
        "verified": _("工作人员核实"),
        "registry": _("登记信息"),
    }[source]


def words_for(question: Question, value: Any, *, masked: bool = False) -> str:
    """An answer in words: amounts with 元, dates written out, choices by their names; numbers masked where asked."""
    if value in (None, ""):
        return ""
    if value == UNKNOWN:
        return _("不清楚，请帮我核对")
    if question.kind == "money":
        return _("%(amount)s 元") % {"amount": money(Decimal(value))}
    if question.kind == "yes_no":
        return _("是") if value else _("不是")
    if question.kind == "choice":
        return str(dict(question.choices).get(value, value))
    if question.kind == "division":
        return name_path(str(value), english=not (get_language() or "zh").startswith("zh"))
    if question.kind == "date":
        return day_words(date.fromisoformat(value))
    if masked and question.kind in MASKS:
        return MASKS[question.kind](str(value))
    return str(value)

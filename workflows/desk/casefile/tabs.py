"""What each tab of a case page shows: answers with source, papers, checks, decisions, picture, letters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import BigIntegerField, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.access.looks import who_looked
from cases.access.queries import may
from cases.dossier.models import Answer, Case
from cases.dossier.queries import answer_rows
from cases.fixed import Fixed, Slot
from cases.people.rules import mask_account, mask_id, mask_name, mask_phone
from cases.policy.evaluations import evaluations_of
from cases.policy.queries import policy_of
from cases.regions.models import Division
from cases.text import money as money_words
from workflows.desk.casefile.checks import checks
from workflows.desk.casefile.hands import hands
from workflows.desk.casefile.identity import born, whose
from workflows.desk.casefile.papers import materials
from workflows.desk.casefile.picture import picture_tab
from workflows.desk.casefile.queries import File
from workflows.desk.forms import in_my_language
from workflows.desk.panel.models import MeetingItem, Vote
from workflows.desk.words import SOURCES
from workflows.flow import step_named
from workflows.models import Decision, Ending
from workflows.scoring.queries import without_unread

HIDDEN = "••••"
MASKS: dict[str, Callable[[str], str]] = {
    "name": mask_name,
    "id_no": mask_id,
    "phone": mask_phone,
    "bank_account": mask_account,
}


@dataclass(frozen=True)
class Line:
    """One fact on the page with where it comes from."""

    key: str
    label: Any
    value: str
    source: Any
    at: datetime
    claimed: str = ""
    sensitive: bool = True
    reason: str = ""
    office: str = ""


@dataclass(frozen=True)
class Part:
    """A section of the application with its facts; `hidden` says that values are masked and can be asked for."""

    key: str
    title: Any
    lines: list[Line]
    hidden: bool
    may_show: bool


def application(found: File) -> dict[str, Any]:
    """申请: the facts in force by section, each with its source; masked unless the viewer asked for the section."""
    rows = answer_rows(found.case)
    claimed = {row.key: row.value for row in found.case.answers.all() if row.source == "claimed"}
    places = places_of(row.value for row in rows.values())
    parts = []
    for section in found.programme.sections:
        clear = section.key in found.shown
        lines = [
            _line(found, question, rows[question.key], claimed.get(question.key), clear, places)
            for question in section.questions
            if question.key in rows
        ]
        if "patient_id_no" in rows and any(line.key == "patient_id_no" for line in lines):
            lines.append(_born(found, rows["patient_id_no"], clear))
        if lines:
            may_show = section.key != "account" or found.may_see_account
            hidden = not clear and any(line.sensitive for line in lines)
            parts.append(Part(section.key, section.title, lines, hidden, may_show))
    return {"parts": parts}


def places_of(values: Iterable[Any]) -> dict[str, str]:
    """地名 of the division codes among these values, in the reader's language."""
    codes = [value for value in values if isinstance(value, str) and value.isdigit()]
    found_places = Division.objects.in_bulk([code for code in codes if len(code) in (6, 9, 12)])
    return {code: in_my_language(place.name, place.name_en) for code, place in found_places.items()}


def _line(found: File, question: Any, row: Answer, claimed: Any, clear: bool, places: dict[str, str]) -> Line:
    differs = row.source != "claimed" and claimed is not None and claimed != row.value
    return Line(
        question.key,
        question.label,
        display(question, row.value, clear, places),
        SOURCES[row.source],
        row.at,
        claimed=display(question, claimed, clear, places) if differs else "",
        sensitive=question.sensitive,
        reason=(str(row.reason) if clear or not question.sensitive else HIDDEN) if row.reason else "",
        office=whose(found, row),
    )


def _born(found: File, row: Answer, clear: bool) -> Line:
    words = born(found) if clear else HIDDEN
    return Line("born", gettext_lazy("出生日期、年龄、性别"), words, gettext_lazy("按证件号码推算"), row.at)


def display(question: Any, value: Any, clear: bool, places: dict[str, str]) -> str:
    """A value as staff read it; a sensitive one is masked by its kind unless `clear`."""
    if value in (None, ""):
        return _("没有填写")
    if value == "?":
        return _("不清楚")
    if question.sensitive and not clear:
        mask = MASKS.get(question.kind)
        return mask(str(value)) if mask else HIDDEN
    if question.kind == "choice":
        return str(dict(question.choices).get(value, value))
    if question.kind == "yes_no":
        return _("是") if value in (True, "yes") else _("否")
    if question.kind == "division":
        return f"{places.get(str(value), '')} {value}".strip()
    if question.kind == "money":
        return _money(value)
    return str(value)


def _money(value: Any) -> str:
    try:
        return _("%(amount)s 元") % {"amount": money_words(Decimal(str(value)))}
    except InvalidOperation:
        return str(value)


@dataclass(frozen=True)
class Opinion:
    """One decision as the record shows it."""

    decision: Decision
    title: Any
    outcome: Any
    to: Any
    reasons: list[str]
    against: bool


def _decisions() -> QuerySet[Decision]:
    rows = Decision.objects.filter(case=Slot("case", BigIntegerField()))
    shown = ("round", "step", "outcome", "to_step", "reasons", "opinion", "amount", "entrusted_from", "at")
    people = ("actor", "on_behalf_of", "office", "actor__name", "on_behalf_of__name", "office__name", "office__name_en")
    return rows.select_related("actor", "on_behalf_of", "office").only(*shown, *people).order_by("id")


_DECISIONS = Fixed(_decisions)


def decisions_of(case: Case) -> list[Decision]:
    """办理意见 of every round, oldest first, with who signed for which office."""
    return _DECISIONS(case=case.pk)


def opinions_of(case: Case, policy: Any) -> list[Opinion]:
    """办理意见 of every round in words, oldest first."""
    found = []
    for row in without_unread(case, decisions_of(case)):
        step = step_named(case, row.step)
        exit = step.exits.get(row.outcome)
        to = step_named(case, row.to_step).title if row.to_step else ""
        reasons = [_reason(policy, exit, code) for code in row.reasons]
        against = bool(exit and exit.needs_reason)
        found.append(Opinion(row, step.title, exit.label if exit else row.outcome, to, reasons, against))
    return found


def record(found: File) -> dict[str, Any]:
    """办理记录: every decision of every round with its opinion, kept through each return; and who looked."""
    policy = policy_of(found.case)
    opinions = opinions_of(found.case, policy)
    if opinions:
        found.look("opinion")
    may_look = may(found.viewer, "case.history", found.case.handling_code)
    looks = who_looked(found.case, found.viewer) if may_look else None
    return {
        "opinions": opinions,
        "panels": panels_of(found.case),
        "looks": looks,
        "endings": endings_of(found.case, policy),
        "hands": hands(found),
        "evaluations": evaluations_of(found.case),
    }


def endings_of(case: Case, policy: Any) -> list[dict[str, Any]]:
    """终止决定 of a case with its reasons in words."""
    return [
        {"row": row, "reasons": [_coded(policy, "reject_reasons", code) for code in row.reasons]}
        for row in Ending.objects.filter(case=case).select_related("actor", "office").order_by("id")
    ]


def panels_of(case: Case) -> list[dict[str, Any]]:
    """集体研究: each meeting's outcome for this case with its votes counted; who voted how stands on the panel's page."""
    items = MeetingItem.objects.filter(case=case).exclude(outcome="").select_related("meeting").order_by("id")
    found_items = []
    for item in items:
        votes = list(item.votes.values_list("choice", flat=True))
        counted = [(code, votes.count(code)) for code, _words in Vote.CHOICES if votes.count(code)]
        found_items.append({"item": item, "votes": counted})
    return found_items


def _reason(policy: Any, exit: Any, code: str) -> str:
    return _coded(policy, exit.reasons, code) if exit and exit.reasons else code


def _coded(policy: Any, section: str, code: str) -> str:
    """A reason in words; a code that the policy does not know stands as it is."""
    if not policy.has(section, code):
        return code
    row = policy.row(section, code)
    return in_my_language(row.value.get("name_zh", code), row.value.get("name_en"))


def letters(found: File) -> dict[str, Any]:
    """通知: every letter and message of the case with what became of it."""
    from cases.notices.queries import of_case

    return {"deliveries": of_case(found.case)}


BUILDERS = {
    "application": application,
    "materials": materials,
    "checks": checks,
    "record": record,
    "picture": picture_tab,
    "letters": letters,
}

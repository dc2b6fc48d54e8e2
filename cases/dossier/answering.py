"""The one door of an answer, in a draft and in a supplement: asked, cleaned, fitted to the person, written, kept in history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.calendar.rules import local_day
from cases.dossier import rules
from cases.dossier.models import Answer, Case
from cases.dossier.queries import agent_areas, answer_rows, answers
from cases.errors import Invalid, Refusal
from cases.history.models import Event
from cases.history.record import record
from cases.people.actions import AGENT_PAYEE
from cases.people.queries import id_key
from cases.people.rules import mask_name
from cases.programme import Programme, Question, programme
from cases.regions.models import Division
from cases.states import OPEN_STATES

ONE_OPEN_CASE = "one_open_case"
MOST_TAKEN, WINDOW = 5, timedelta(minutes=15)


def take_answer(*, case: Case, key: str, value: Any, seen: str | None = None, by: Any, now: datetime) -> Answer | None:
    """收下一项: what was typed for one question, cleaned and fitted to the other answers, then written.

    `seen` is the version of the answer that the page showed. Raises Invalid with the sentence for this field, and when
    the other answers do not call for the question; Refusal when another page changed the answer meanwhile.
    """
    facts = answers(case)
    question = _asked(programme(case.programme), key, facts)
    kept = cleaned(question, value, facts, now)
    if seen is not None and seen != version_of(case, key) and facts.get(key) != kept:
        sentence = _("这一项刚才在别的页面改过。要用下面填的，再点一次。")
        raise Refusal(sentence, code="changed_elsewhere", status=409, fields={key: sentence})
    fits_person(case, question, kept, facts, by, now)
    return store_answer(case=case, key=key, value=kept, by=by, now=now)


def version_of(case: Case, key: str) -> str:
    """The version of an answer that a page shows ("" for none), so that a second page does not overwrite it unseen."""
    row = answer_rows(case).get(key)
    return f"{row.pk}.{row.at:%s%f}" if row is not None else ""


def _asked(card: Programme, key: str, facts: Mapping[str, Any]) -> Question:
    if key == rules.TRUTH.key:
        return rules.TRUTH
    question = next((question for question in card.asked(facts) if question.key == key), None)
    if question is None or question.is_found:
        raise Invalid(_("这一项不用填。"), fields={key: _("这一项不用填。")}, code="not_asked")
    return question


def cleaned(question: Question, value: Any, facts: Mapping[str, Any], now: datetime) -> Any:
    """The value as it is kept; Invalid with the sentence for this field, also for a place that does not exist."""
    try:
        kept = rules.clean_answer(question, value, facts, today=local_day(now))
    except rules.Fault as fault:
        raise Invalid(fault.sentence, fields={question.key: fault.sentence}) from fault
    if question.kind == "division" and kept and not Division.objects.filter(code=kept).exists():
        sentence = _("没有这个地方。请从列出的乡镇和村里选。")
        raise Invalid(sentence, fields={question.key: sentence})
    return kept


def fits_person(case: Case, question: Question, value: Any, facts: Mapping[str, Any], by: Any, now: datetime) -> None:
    """A helper, an account holder and a patient must be who they may be. Raises Invalid, or Refusal for an open case."""
    sentence: Any = ""
    helper = case.agent or by
    is_agent = facts.get("applicant_kind") == "agent"
    if question.key == "applicant_kind" and value == "agent" and not agent_areas(helper):
        sentence = _("只有登记的代办人可以选这一项。替家里人申请，请选“家属或监护人”。")
    elif question.key == "account_holder" and is_agent and rules.same_name(str(value or ""), str(helper.name)):
        sentence = AGENT_PAYEE
    elif question.key == "patient_id_no" and value:
        sentence = _taken(case, id_key(str(value)), by, now)
    if sentence:
        raise Invalid(sentence, fields={question.key: sentence})


def note_on_case(case: Case, key: str, value: Any, by: Any, now: datetime) -> None:
    """What the case row itself must know of an answer; not saved here."""
    case.saved_at = now
    if key == "patient_id_no":
        case.patient_key = id_key(str(value))
    elif key == "patient_name":
        case.masked_name = mask_name(str(value))
    elif key == "applicant_kind":
        case.agent = (case.agent or by) if value == "agent" else None
    elif key == "agent_relative":
        case.agent_is_relative = value is True


def _taken(case: Case, key: str, by: Any, now: datetime) -> Any:
    """Somebody else's draft and an open case answer alike, and not often: no account finds out who applies."""
    if case.state == "DRAFT" and _asked_too_often(by, now):
        sentence = _("试的次数太多了。请过 15 分钟再填，或打电话问。")
        raise Refusal(sentence, code="too_many", status=429, fields={"patient_id_no": sentence})
    live = Q(state="DRAFT", discarded_at=None) | Q(state__in=OPEN_STATES)
    twins = Case.objects.filter(live, programme=case.programme, patient_key=key).exclude(pk=case.pk)
    if twins.filter(owner=case.owner, state="DRAFT").exists():
        return _("这位患者已经有一份没写完的申请。请在“我的申请”里接着写那一份。")
    if twins.exists():
        raise already_open()
    return ""


def _asked_too_often(by: Any, now: datetime) -> bool:
    refused = Event.objects.filter(
        actor=by.pk, recorded_at__gt=now - WINDOW, outcome="denied", action__in=["case.answer", "case.submit"],
        payload__contains=f'"{ONE_OPEN_CASE}"',
    )  # fmt: skip
    return refused.count() >= MOST_TAKEN


def already_open() -> Refusal:
    """已有申请: said of a draft and of an open case in the same words; names nobody, says what to do."""
    sentence = _("这位患者在这个项目里已经有一件申请，不用再交一次。请用原来的手机登录接着办，或打电话问。")
    return Refusal(sentence, code=ONE_OPEN_CASE, status=409, fields={"patient_id_no": sentence})


def store_answer(*, case: Case, key: str, value: Any, by: Any, now: datetime, source: str = "claimed") -> Answer | None:
    """Write a cleaned answer of the case's present round; earlier rounds stay as they were."""
    rows = Answer.objects.filter(case=case, round=case.round, key=key, source=source)
    if value is None:
        if case.state == "DRAFT" and rows.delete()[0]:
            record("case.answer_removed", about=("case", case.pk), payload={"key": key})
        return None
    row = rows.first()
    if row is not None and row.value == value:
        return row
    if row is None:
        row = Answer(case=case, round=case.round, key=key, source=source)
    row.value, row.by, row.at = value, by, now
    row.save()
    record("case.answered", about=("case", case.pk), object=row, payload={"key": key, "round": case.round})
    return row

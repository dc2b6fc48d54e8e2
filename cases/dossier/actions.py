"""What an applicant or helper does with a case: begin, answer, send, withdraw; and what the office finds instead."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from cases.calendar import clock
from cases.calendar.rules import local_day
from cases.dossier import gates, numbering, rules, sending
from cases.dossier.answering import already_open, cleaned, note_on_case, store_answer, take_answer
from cases.dossier.lacks import Lack
from cases.dossier.models import Answer, Case
from cases.dossier.queries import agent_areas, answers, kept_until, lock_case, my_cases, policies_in_force
from cases.errors import Invalid, NotFound, Refusal
from cases.history.record import action, record
from cases.programme import Programme, Question, programme, tell
from cases.states import OPEN_STATES

SWEPT = 100
"""As many of the oldest drafts of a programme the clock empties in one pass."""


# --- drafts -----------------------------------------------------------------------------------------------------------
@action("case.begin", about="none")
def new_draft(
    *,
    programme: str,
    by: Any,
    agent_for: Any = None,
    for_others: bool = False,
    channel: str = "phone",
    now: datetime | None = None,
) -> Case:
    """开始填写: a draft of this programme; the one that has no patient yet is taken up again instead of a second.

    `agent_for` is the account of the person a village worker files for, when there is one. `for_others` answers who
    applies beforehand: a village worker as helper, everybody else as family; it can be changed.
    """
    assert now is not None
    card = _card(programme)
    if agent_for is not None and not agent_areas(by):
        raise Refusal(_("只有登记的代办人可以替别人申请。"), code="not_agent", who_may=_("村（居）委会代办人"))
    owner = agent_for or by
    kept = {"owner": owner, "programme": card.slug, "state": "DRAFT", "patient_key": "", "discarded_at": None}
    found = Case.objects.filter(**kept).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            case = Case.objects.create(
                token=uuid4(), owner=owner, programme=card.slug, agent=by if agent_for is not None else None,
                channel=channel, created_at=now, saved_at=now,
            )  # fmt: skip
    except IntegrityError:  # two tabs began at the same moment
        return Case.objects.get(**kept)
    record("case.begun", about=("case", case.pk), object=case, payload={"programme": card.slug, "channel": channel})
    if for_others and any(question.key == "applicant_kind" for question in card.questions()):
        save_answer(case=case, key="applicant_kind", value="agent" if agent_areas(by) else "guardian", by=by)
    return case


@action("case.answer")
def save_answer(
    *, case: Case, key: str, value: Any, seen: str | None = None, by: Any, now: datetime | None = None
) -> Answer | None:
    """填写一项: keep one answer of a draft, cleaned; an empty answer to an optional question takes it away.

    Raises Invalid with the sentence for this field, and when the earlier answers do not call for the question; Refusal
    when the answer is not any more the one that the page showed (`seen`).
    """
    assert now is not None
    found = own_draft(case, by)
    row = take_answer(case=found, key=key, value=value, seen=seen, by=by, now=now)
    _remember(found, key, answers(found).get(key), by, now)
    return row


@action("case.discard")
def discard_draft(*, case: Case, by: Any, now: datetime | None = None) -> None:
    """不要了: empty a draft, its answers and papers, for good; the empty row stays so that history keeps its end."""
    assert now is not None
    found = own_draft(case, by)
    count = _empty(found, by, now)
    record("case.discarded", about=("case", found.pk), object=found, payload={"answers": count})


@action("case.lapse")
def lapse_draft(*, case: Case, by: Any = None, now: datetime | None = None) -> bool:
    """草稿到期: emptied by the clock when nothing was saved for as long as the policy in force keeps a draft."""
    assert now is not None
    found = lock_case(case.pk)
    until = kept_until(found, policies_in_force(local_day(now)).get(found.programme))
    if found.discarded_at is not None or until is None or local_day(now) <= until:
        return False
    count = _empty(found, by, now)
    record("case.lapsed", about=("case", found.pk), object=found, payload={"answers": count, "kept_until": until})
    return True


def drop_lapsed_drafts() -> int:
    """What the clock does with drafts that nobody went on with; each is an act of its own."""
    now, emptied = clock.now(), 0
    for slug, policy in policies_in_force(local_day(now)).items():
        if policy.has("days", "draft_kept"):
            old = now - timedelta(days=policy.days("draft_kept"))
            drafts = Case.objects.filter(state="DRAFT", discarded_at=None, programme=slug, saved_at__lt=old)
            emptied += sum(lapse_draft(case=draft) for draft in drafts.order_by("saved_at")[:SWEPT])
    return emptied


def _empty(case: Case, by: Any, now: datetime) -> int:
    gates.discarded(case, by=by, now=now)
    count = int(case.answers.all().delete()[0])
    case.discarded_at, case.patient_key, case.masked_name = now, "", ""
    case.save(update_fields=["discarded_at", "patient_key", "masked_name"])
    return count


# --- sending ----------------------------------------------------------------------------------------------------------
@action("case.submit")
def submit(*, case: Case, by: Any, truth: bool = False, now: datetime | None = None) -> Case:
    """提交: send the draft to the office of its handling place. A second click gives the same case back.

    Answers, papers, consents and the truth declaration must be complete; the number is taken last, so that a refused try
    leaves no gap. The answer carries `paper_code`, which the receipt keeps sealed and nothing else. Raises Invalid (code incomplete)
    with a sentence for each lack, and Refusal when this person already has an open case of this programme.
    """
    assert now is not None
    found = lock_case(case.pk)
    _must_be_mine(found, by)
    if found.state != "DRAFT":
        return found
    if truth:
        store_answer(case=found, key=rules.TRUTH.key, value=True, by=by, now=now)
    _must_be_complete(found, now)
    sending.settle(found, by=by, now=now)
    code = sending.new_paper_code(found)
    found.number = numbering.take(county=found.handling_code[:6], year=local_day(now).year)
    found.submitted_at = now
    found.save()
    record(
        "case.submitted", about=("case", found.pk), object=found,
        payload={"number": found.number, "programme": found.programme, "place": found.handling_code, "agent": bool(found.agent_id)},
    )  # fmt: skip
    found.paper_code = code  # type: ignore[attr-defined]
    sending.tell_submitted(found, by, now)
    return found


def _must_be_complete(case: Case, now: datetime) -> None:
    lacks = sending.lacking(case, now=now)
    if answers(case).get(rules.TRUTH.key) is not True:
        lacks.append(Lack("check", rules.TRUTH.key, _("请勾选：填写的内容和材料都是真实的。")))
    if lacks:
        raise Invalid(
            _("还有没有完成的项目，补齐以后再提交。"),
            code="incomplete",
            fields={lack.key: lack.sentence for lack in lacks},
        )


# --- after sending ----------------------------------------------------------------------------------------------------
@action("case.withdraw")
def withdraw(*, case: Case, reason: str, by: Any, now: datetime | None = None) -> Case:
    """撤回申请 (F12): until the payment is on its way; the reason is kept in the file. The road may still refuse it."""
    assert now is not None
    found = lock_case(case.pk)
    _must_be_mine(found, by)
    if found.state not in OPEN_STATES:
        raise Refusal(_("这件申请已经办结，不用撤回。"), code="not_open")
    why = cleaned(Question("withdraw_reason", "long_text", _("撤回的原因")), reason, {}, now)
    store_answer(case=found, key="withdraw_reason", value=why, by=by, now=now)
    record("case.withdrawn_by_applicant", about=("case", found.pk), object=found, payload={"state": found.state})
    tell(found, "withdrawn", by=by, now=now)
    return found


@action("case.verify")
def verify_answer(*, case: Case, key: str, value: Any, reason: str, by: Any, now: datetime | None = None) -> Answer:
    """核实认定: what the office found to be so, beside what was claimed; it counts from now on, the claim stays.

    Raises Invalid for a value that the question does not take, and without a reason.
    """
    assert now is not None
    found = lock_case(case.pk)
    if found.state == "DRAFT":
        raise NotFound()
    facts = answers(found)
    try:
        question = programme(found.programme).question(key)
    except KeyError:
        raise Invalid(_("没有这一项。"), fields={key: _("没有这一项。")}) from None
    if not reason.strip():
        raise Invalid(_("请写明核实的依据。"), fields={"reason": _("请写明核实的依据。")})
    found_so = cleaned(question, value, facts, now)
    row = Answer.objects.create(
        case=found,
        round=found.round,
        key=key,
        value=found_so,
        source="verified",
        reason=reason.strip()[:500],
        by=by,
        at=now,
    )
    record("case.answer_verified", about=("case", found.pk), object=row, payload={"key": key, "round": found.round})
    return row


# --- inside -----------------------------------------------------------------------------------------------------------
def _card(slug: str) -> Programme:
    try:
        return programme(slug)
    except KeyError:
        raise NotFound() from None


def own_draft(case: Case, by: Any) -> Case:
    """The draft under its lock, for whoever fills it in. NotFound for others, Refusal once it was sent."""
    found = lock_case(case.pk)
    _must_be_mine(found, by)
    if found.discarded_at is not None:
        raise NotFound()
    if found.state != "DRAFT":
        raise Refusal(_("申请已经提交，不能再改。要补材料，请等通知。"), code="submitted", status=409)
    return found


def _must_be_mine(case: Case, by: Any) -> None:
    if not my_cases(by).filter(pk=case.pk).exists():
        raise NotFound()


def _remember(case: Case, key: str, value: Any, by: Any, now: datetime) -> None:
    note_on_case(case, key, value, by, now)
    try:
        with transaction.atomic():
            case.save(update_fields=["saved_at", "patient_key", "masked_name", "agent", "agent_is_relative"])
    except IntegrityError as error:  # two accounts gave the same person at the same moment
        raise already_open() from error

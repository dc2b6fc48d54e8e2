"""The parts of sending a draft: a helper's limits, what is filled in, the person, the account, telling the road."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from cases.access.queries import who_may
from cases.calendar.rules import local_day
from cases.dossier import rules
from cases.dossier.answering import store_answer
from cases.dossier.models import Case
from cases.dossier.queries import AGENT_ROLE, agent_areas, answers
from cases.errors import Invalid, Refusal
from cases.people.actions import AGENT_PAYEE, replace_account
from cases.people.models import Person
from cases.people.queries import current_account, id_key, is_helpers_account, name_key, phone_key
from cases.people.rules import SELF, check_id, is_minor, mask_name
from cases.programme import Programme, tell
from cases.states import OPEN_STATES


def agent_may(case: Case, facts: Mapping[str, Any], by: Any) -> None:
    """代办人的界限 (F5): own village only, kinship said, never the receiver of the money."""
    if facts.get("applicant_kind") != "agent":
        return
    helper = case.agent or by
    areas = agent_areas(helper)
    if not areas:
        raise Refusal(_("只有登记的代办人可以替别人申请。"), code="not_agent", who_may=_("村（居）委会代办人"))
    if not rules.is_in_village(facts, areas):
        raise Refusal(
            _("这位患者不在您负责的村（社区），您不能代办。"), code="other_village",
            who_may=who_may(AGENT_ROLE, str(facts.get("hukou_division") or "")),
        )  # fmt: skip
    if facts.get("agent_relative") is None:
        raise Invalid(_("请说明您和患者是不是亲属。"), fields={"agent_relative": _("请选“是”或“不是”。")})
    if is_helpers_account(helper, str(facts.get("account_holder") or ""), str(facts.get("account_no") or "")):
        raise Invalid(AGENT_PAYEE, fields={"account_holder": AGENT_PAYEE}, code="agent_payee")


def prefill(card: Programme, case: Case, facts: Mapping[str, Any], by: Any, now: datetime) -> dict[str, Any]:
    """What was said once is not asked again (U8), and what is not asked any more is not kept."""
    asked = {question.key for question in card.asked(facts)} | {rules.TRUTH.key}
    idle = [row for row in case.answers.all() if row.key not in asked]
    for row in idle:
        row.delete()
    facts = answers(case)
    if facts.get("account_relation") == "SELF" and not facts.get("account_holder"):
        store_answer(case=case, key="account_holder", value=facts["patient_name"], by=by, now=now)
    if facts.get("hukou_division") and not facts.get("residence_division"):
        store_answer(case=case, key="residence_division", value=facts["hukou_division"], by=by, now=now)
    return answers(case)


def one_open_case(case: Case, facts: Mapping[str, Any]) -> None:
    key = id_key(str(facts["patient_id_no"]))
    if (
        Case.objects.filter(programme=case.programme, patient_key=key, state__in=OPEN_STATES)
        .exclude(pk=case.pk)
        .exists()
    ):
        raise _already_open(case)


def _already_open(case: Case) -> Refusal:
    return Refusal(
        _("这位患者在这个项目里已经有一件正在办理的申请，不用再交一次。用原来的编号就能查进度。"),
        code="one_open_case", status=409,
    )  # fmt: skip


def identify(case: Case, facts: Mapping[str, Any], now: datetime) -> None:
    """Tie the case to its person; what the office already knows of a person is not overwritten by a new claim."""
    number, today = str(facts["patient_id_no"]), local_day(now)
    verdict = check_id(number, today=today)
    assert verdict.birth_date is not None
    phone = str(facts.get("patient_phone") or "")
    person, _made = Person.objects.get_or_create(
        id_key=id_key(number),
        defaults={
            "name": facts["patient_name"], "name_key": name_key(str(facts["patient_name"])), "id_no": number,
            "birth_date": verdict.birth_date.isoformat(), "sex": str(verdict.sex or ""), "phone": phone or None,
            "phone_key": phone_key(phone) if phone else None, "created_at": now,
        },
    )  # fmt: skip
    case.patient, case.patient_key = person, person.id_key
    case.masked_name = mask_name(str(facts["patient_name"]), minor=is_minor(verdict.birth_date, today))
    case.contact_key = phone_key(phone) if phone else ""
    case.handling_code = rules.handling_code(facts)
    if facts.get("applicant_kind") == "agent":
        case.agent = case.agent or case.owner
        case.agent_is_relative = facts.get("agent_relative") is True


def give_account(case: Case, facts: Mapping[str, Any], by: Any, now: datetime) -> None:
    """The account of the answers (收款账户): at sending, and again when a supplement has changed one of them."""
    old, relation = current_account(case), str(facts.get("account_relation") or SELF)
    given = {
        "holder": str(facts["patient_name" if relation == SELF else "account_holder"]), "account": str(facts["account_no"]),
        "bank_name": str(facts.get("bank_name") or ""), "relation": relation,
    }  # fmt: skip
    if old is None or any(str(getattr(old, name)) != value for name, value in given.items()):
        replace_account(case=case, by=by, now=now, **given)


def tell_submitted(case: Case, by: Any, now: datetime) -> None:
    try:
        with transaction.atomic():
            tell(case, "submitted", by=by, now=now)
    except IntegrityError as error:
        if "one_open_case" not in str(error):
            raise
        raise _already_open(case) from error

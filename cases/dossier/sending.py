"""What rests on the answers follows them (落到案卷): the same when a draft is sent and when a supplement is answered."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from cases.access.queries import who_may
from cases.calendar.rules import local_day
from cases.dossier import gates, lacks, rules
from cases.dossier.answering import already_open, store_answer
from cases.dossier.models import Case
from cases.dossier.queries import AGENT_ROLE, NOT_ASKED, agent_areas, answer_rows, answers
from cases.errors import Invalid, Refusal
from cases.history.record import record
from cases.people.actions import AGENT_PAYEE, replace_account
from cases.people.models import Person
from cases.people.queries import current_account, id_key, is_helpers_account, name_key, phone_key
from cases.people.rules import SELF, check_id, is_minor, mask_name
from cases.programme import Programme, programme, tell
from cases.sealed import blind_index
from cases.states import OPEN_STATES


def lacking(case: Case, *, now: datetime) -> list[lacks.Lack]:
    """办理清单还差的: everything the answers still call for, decided anew, in the order of the task list."""
    rows, card = answer_rows(case), programme(case.programme)
    facts, today = answers(case), local_day(now)
    derived = {key for key, row in rows.items() if row.source == "derived"}
    return [
        *lacks.unanswered(card, facts, derived=derived),
        *lacks.broken(card, facts, today=today),
        *lacks.wrong_applicant(facts, today=today),
        *gates.lacking(case, facts, now),
    ]


def new_paper_code(case: Case) -> str:
    """纸质查询码: a new one for this case, not saved yet. Only its key is kept, so that the one before is dead at once."""
    code = rules.paper_code(os.urandom(12))
    case.paper_code_key = blind_index(code, "case.paper")
    return code


def settle(case: Case, *, by: Any, now: datetime) -> dict[str, Any]:
    """落到案卷: a helper's limits, what is derived, the person, the place, the account and the checklist follow the answers.

    Called with whole answers, by sending a draft and by answering a supplement. Raises Refusal when the person already
    has an open case of this programme, or when an accepted case would have to go to another place.
    """
    card = programme(case.programme)
    agent_may(case, answers(case), by)
    facts = derive(card, case, by, now)
    one_open_case(case, facts)
    identify(case, facts, now)
    move(case, facts)
    with _one_open_case_held():
        case.save()
    give_account(case, facts, by, now)
    gates.settled(case, facts, by=by, now=now)
    return facts


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


def derive(card: Programme, case: Case, by: Any, now: datetime) -> dict[str, Any]:
    """推算: what was said once is not asked again (U8), and what is not asked any more does not count.

    In a draft such an answer goes; once the case was sent its row stays, and a derived row of this round sets it aside.
    """
    facts = answers(case)
    known = {question.key for question in card.questions()}
    asked = {question.key for question in card.asked(facts)}
    if case.state == "DRAFT":
        for row in case.answers.all():
            if row.key not in asked | {rules.TRUTH.key}:
                row.delete()
    wanted = {key: NOT_ASKED for key in facts if key in known - asked}
    wanted |= rules.derived(facts, asked)
    rows = answer_rows(case)
    for key, value in wanted.items():
        found = rows.get(key)
        is_new = value != NOT_ASKED if found is None else found.value != value and found.source != "verified"
        if is_new:
            store_answer(case=case, key=key, value=value, by=by, now=now, source="derived")
    return answers(case)


def one_open_case(case: Case, facts: Mapping[str, Any]) -> None:
    key = id_key(str(facts["patient_id_no"]))
    rows = Case.objects.filter(programme=case.programme, patient_key=key, state__in=OPEN_STATES)
    if rows.exclude(pk=case.pk).exists():
        raise already_open()


def identify(case: Case, facts: Mapping[str, Any], now: datetime) -> None:
    """Tie the case to its person; what the office already knows from another case is not overwritten by a new claim."""
    number, today = str(facts["patient_id_no"]), local_day(now)
    verdict = check_id(number, today=today)
    assert verdict.birth_date is not None
    phone = str(facts.get("patient_phone") or "")
    said = {
        "name": str(facts["patient_name"]), "name_key": name_key(str(facts["patient_name"])), "phone": phone or None,
        "phone_key": phone_key(phone) if phone else None,
    }  # fmt: skip
    born = {"birth_date": verdict.birth_date.isoformat(), "sex": str(verdict.sex or ""), "created_at": now}
    person, made = Person.objects.get_or_create(id_key=id_key(number), defaults={**said, **born, "id_no": number})
    if not made and not Case.objects.filter(patient=person).exclude(pk=case.pk).exists():
        for name, value in said.items():
            setattr(person, name, value)
        person.save(update_fields=list(said))
    case.patient, case.patient_key = person, person.id_key
    case.masked_name = mask_name(str(facts["patient_name"]), minor=is_minor(verdict.birth_date, today))
    case.contact_key = phone_key(phone) if phone else ""
    if facts.get("applicant_kind") == "agent":
        case.agent = case.agent or case.owner
        case.agent_is_relative = facts.get("agent_relative") is True
    elif facts.get("applicant_kind"):
        case.agent, case.agent_is_relative = None, False


def move(case: Case, facts: Mapping[str, Any]) -> None:
    """受理地: follows the answers until the case is accepted; then only a nearer place inside the same one counts."""
    before, after = case.handling_code, rules.handling_code(facts)
    if case.accepted_on is not None and not after.startswith(before):
        sentence = _("已经受理，办理的地方不能再换。请改回原来的地方，或者撤回后重新申请。")
        raise Refusal(sentence, code="place_fixed", status=409, who_may=who_may("CTY1", before))
    case.handling_code = after
    if before and before != after and case.state != "DRAFT":
        record("case.moved", about=("case", case.pk), object=case, payload={"before": before, "after": after})


def give_account(case: Case, facts: Mapping[str, Any], by: Any, now: datetime) -> None:
    """收款账户: where the money goes is what the answers say; another account replaces the one before, unconfirmed."""
    if "account_no" not in facts:  # a programme whose money goes to an institution asks for none
        return
    old, relation = current_account(case), str(facts.get("account_relation") or SELF)
    given = {
        "holder": str(facts["patient_name" if relation == SELF else "account_holder"]), "account": str(facts["account_no"]),
        "bank_name": str(facts.get("bank_name") or ""), "relation": relation,
    }  # fmt: skip
    if old is None or any(str(getattr(old, name)) != value for name, value in given.items()):
        replace_account(case=case, by=by, now=now, **given)


def tell_submitted(case: Case, by: Any, now: datetime) -> None:
    with _one_open_case_held():
        tell(case, "submitted", by=by, now=now)


@contextmanager
def _one_open_case_held() -> Any:
    """The database says no to a second open case, or a second draft, of one person; it is explained in the same words."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "one_open_case" not in str(error) and "one_draft" not in str(error):
            raise
        raise already_open() from error

"""What a letter says of a case: the rooms' facts for the texts of cases/notices, and who signs and reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from types import FunctionType
from typing import Any

from django.conf import settings
from django.utils.translation import override

from cases.access.models import Office
from cases.access.queries import visible_cases
from cases.access.sms import send_sms
from cases.apply.queries import next_words
from cases.award.models import Award
from cases.calendar.rules import local_day
from cases.dossier.queries import answers
from cases.dossier.waiting import in_letter
from cases.evidence.models import Supplement
from cases.evidence.queries import may_extend
from cases.money.models import AID, Payout
from cases.notices import given
from cases.notices.rules import LANGUAGES
from cases.parts import part_name
from cases.people.queries import current_account, is_applicant
from cases.people.rules import check_phone
from cases.policy.evaluations import latest, quoted, reference
from cases.policy.queries import due_date, policy_of
from cases.policy.rules import WORKDAYS, Policy, PolicyGap
from cases.programme import programme
from cases.providers.models import Permit
from cases.publicity import actions as publicity
from cases.states import applicant_words
from workflows.models import WorkItem

Data = dict[str, Any]
DAYS = {
    "N01": "intake", "N02": "supplement", "N03": "review_request", "N08": "publicity", "N09": "payment",
    "N10": "review_request", "N12": "repair_contact", "N13": "repair", "N17": "delivery", "N18": "review_request", "N21": "recovery", "N22": "review_request",
}  # fmt: skip
"""The time limit that a letter names when nobody gave a date."""

HAPPENED = {
    "lapsed": (
        "到期没有收到要补的材料，视为撤回申请",
        "The missing papers did not come in time, which counts as a withdrawal",
    ),
    "withdrawn": ("您撤回了申请", "You withdrew the application"),
    "not_treated": ("在有效期内没有做成", "It was not done while the permit was valid"),
    "not_fitted": ("没有验配，设备退回库里", "The device was not fitted and goes back to the store"),
    "given_back": ("您退回了设备", "You gave the device back"),
    "account": ("账户信息对不上", "The account details do not match"),
}


def words_of(case: Any, code: str, data: Mapping[str, Any], now: datetime) -> Data:
    """成文材料: everything a letter of that code says of this case; what the caller gave stands."""
    policy = policy_of(case)
    more: Data = {"programme": programme(case.programme).name, "clauses": []}
    more |= (
        _standing(case, code, data) | _review(case, policy, code) | _WORDS.get(code, _nothing)(case, policy, data, now)
    )
    out = more | {name: value for name, value in data.items() if value not in (None, "") and name not in _TAKEN}
    if out.get("due_on") is None:
        out |= _due(case, code, policy, now)
    return out


STANDS = {
    "N02": "SUPPLEMENT", "N03": "NOT_ACCEPTED", "N08": "PUBLICITY", "N09": "GRANTED", "N10": "REJECTED", "N12": "FOLLOWUP",
    "N13": "FAILED", "N16": "TREATMENT", "N17": "DELIVERY", "N18": "NOT_TREATED", "N21": "RECOVERY", "N22": "TERMINATED", "N31": "PAYABLE",
}  # fmt: skip
"""The state to which a letter leads: it is written in the same act, before the case takes that state."""


def _standing(case: Any, code: str, data: Mapping[str, Any]) -> Data:
    """办到哪了: the words of the progress page, so that message and page say the same (F10)."""
    state = ("VERIFY" if data.get("accepted") else "INTAKE") if code == "N01" else STANDS.get(code, case.state)
    state = ENDED.get(str(data.get("what", "")), state)
    how = programme(case.programme).settled
    return _both("stage", applicant_words(state, how)) | _both("coming", lambda: next_words(state, settled=how))


ENDED = {
    "lapsed": "LAPSED", "withdrawn": "WITHDRAWN", "waitlist": "WAITLIST", "not_treated": "NOT_TREATED",
    "not_fitted": "NOT_TREATED", "given_back": "NOT_TREATED",
}  # fmt: skip


def _review(case: Any, policy: Policy, code: str) -> Data:
    """复核渠道: the office one level up from the one that decided (domain.md 10), and within how long it answers."""
    office, answer = _nearest(case, (4, 2) if code == "N03" else (2,)), _period("answer_days", policy, "review_answer")
    if office is None:
        return answer
    return answer | {
        "review_office_zh": office.name,
        "review_office_en": office.name_en or office.name,
        "review_phone": office.phone or settings.HELP_PHONE,
    }


_TAKEN = {"reasons", "reason", "supplement", "what"}


def _nothing(case: Any, policy: Policy, data: Mapping[str, Any], now: datetime) -> Data:
    return {}


def _due(case: Any, code: str, policy: Policy, now: datetime) -> Data:
    key = DAYS.get(code, "")
    if not key:
        rows = WorkItem.objects.filter(case=case, state__in=["open", "claimed"], due_on__isnull=False)
        item = rows.order_by("-id").first()
        if item is not None:
            return {"due_on": item.due_on, "provisional": item.due_provisional}
    if not policy.has("days", key):
        key = "review_request"  # the one time limit that every road asks of its policy
    due = due_date(policy, key, local_day(now))
    return {"due_on": due.on, "provisional": due.provisional}


def _both(name: str, words: Any) -> Data:
    out: Data = {}
    for language in LANGUAGES:
        with override(language):
            out[f"{name}_{'en' if language == 'en' else 'zh'}"] = str(
                words() if isinstance(words, FunctionType) else words
            )
    return out


def _period(name: str, policy: Policy, key: str) -> Data:
    """A time limit of the policy in words; nothing when the policy does not say."""
    if not policy.has("days", key):
        return {}
    period = policy.period(key)
    zh, en = ("个工作日", "working days") if period.unit == WORKDAYS else ("天", "days")
    return {f"{name}_zh": f"{period.amount} {zh}", f"{name}_en": f"{period.amount} {en}"}


def _receipt(case: Any, policy: Policy, data: Mapping[str, Any], now: datetime) -> Data:
    """The receipt of acceptance names when the check at home is done; the one of sending, when we answer."""
    if not data.get("accepted") or not policy.has("days", "verification"):
        return {}
    due = due_date(policy, "verification", local_day(now))
    return {"due_on": due.on, "provisional": due.provisional}


def _supplement(case: Any, policy: Policy, data: Mapping[str, Any], now: datetime) -> Data:
    found = Supplement.objects.filter(case=case).prefetch_related("items").order_by("-pk").first()
    if found is None:
        return {}
    items = [_item(case, policy, item) for item in found.items.all()]
    more = _period("extension", policy, "supplement_extension") if may_extend(case) else {}
    return more | {"items": items, "due_on": found.due_on, "provisional": found.due_provisional}


def _item(case: Any, policy: Policy, item: Any) -> Data:
    """One thing that is missing: its name, then why, in plain words."""
    reason = reason_words(policy, item.reason)
    if item.kind == "material" and policy.has("checklist", item.key):
        paper = policy.document(item.key)
        name = {"name_zh": paper.name_zh, "name_en": paper.name_en}
    else:
        try:
            name = _both("name", programme(case.programme).question(item.key).label)
        except KeyError:
            name = {"name_zh": reason["name_zh"], "name_en": reason["name_en"]}
    why = {
        "plain_zh": reason["plain_zh"] or f"{reason['name_zh']}。",
        "plain_en": reason["plain_en"] or f"{reason['name_en']}.",
    }
    return {**name, **why, "note": str(item.note)}


def reason_words(policy: Policy, code: str) -> Data:
    """A coded reason as people read it; a code that this policy does not know is shown as it is."""
    try:
        return asdict(policy.reason(code))
    except PolicyGap:
        return {"code": code, "name_zh": code, "name_en": code, "plain_zh": "", "plain_en": "", "clause": ""}


def _against(case: Any, policy: Policy, data: Mapping[str, Any], now: datetime) -> Data:
    codes = [str(code) for code in data.get("reasons") or []]
    happened = str(data.get("what", ""))
    what = HAPPENED.get(happened)
    if what and not codes:
        return {
            happened: True,
            "reasons": [{"name_zh": what[0], "name_en": what[1], "plain_zh": "", "plain_en": "", "clause": ""}],
        }
    return {"reasons": [reason_words(policy, code) for code in codes]}


def _before_publicity(case: Any, policy: Policy, data: Mapping[str, Any], now: datetime) -> Data:
    return publicity.announcement(case, now)


def _award(case: Any, policy: Policy, data: Mapping[str, Any], now: datetime) -> Data:
    stored = Award.objects.filter(case=case).order_by("-pk").first()
    lines = stored.working["lines"] if stored else []
    account = current_account(case)
    valid = due_date(policy, "award_notice", local_day(now)).on if policy.has("days", "award_notice") else None
    return {
        "amount": case.award,
        "working": lines,
        "reference": reference(latest(case, "award")),
        "clauses": quoted(policy, stored.working["matched_rows"]) if stored else [],
        "account_tail": account.tail if account else "",
        "valid_until": valid,
        "review_until": due_date(policy, "review_request", local_day(now)).on,
    }


def _payment(case: Any, policy: Policy, data: Mapping[str, Any], now: datetime) -> Data:
    account = current_account(case)
    paid = Payout.objects.filter(case=case, kind=AID, paid_on__isnull=False).order_by("-pk").first()
    return {
        "amount": paid.amount if paid else case.award,
        "account_tail": account.tail if account else "",
        "paid_on": paid.paid_on if paid else None,
    }


def _permits(case: Any, policy: Policy, data: Mapping[str, Any], now: datetime) -> Data:
    """手术通知单、验配通知单: each that is good now, with its part, provider and last day."""
    rows = Permit.objects.filter(case=case, state="issued").select_related("provider__office").order_by("pk")
    found = [
        {
            "permit": row.number, "token": str(row.token), **_both("part", part_name(row.part)),
            "provider_zh": row.provider.office.name, "provider_en": row.provider.office.name_en or row.provider.office.name,
            "until": row.valid_until,
        }
        for row in rows
    ]  # fmt: skip
    return {"permits": found, "due_on": found[-1]["until"] if found else None}


def _failed(case: Any, policy: Policy, data: Mapping[str, Any], now: datetime) -> Data:
    account = current_account(case)
    said = str(data.get("reason") or "")
    words = HAPPENED.get(said)
    reason: Any = {"name_zh": words[0], "name_en": words[1]} if words else ("" if said.isascii() else said)
    return {"account_tail": account.tail if account else "", "reason": reason}


_WORDS: dict[str, Callable[[Any, Policy, Mapping[str, Any], datetime], Data]] = {
    "N01": _receipt, "N02": _supplement, "N03": _against, "N08": _before_publicity,
    "N09": _award, "N10": _against, "N11": lambda case, *_more: in_letter(case), "N12": _payment, "N13": _failed, "N16": _permits, "N21": _against, "N22": _against, "N31": _failed,
}  # fmt: skip


def signs(case: Any) -> given.Sender | None:
    """发文机构: the relief office of the handling place, or the nearest one above it."""
    office = _nearest(case, (6, 4, 2))
    return given.Sender(office.name, office.phone, office.name_en, office.address) if office else None


def _nearest(case: Any, lengths: tuple[int, ...]) -> Office | None:
    """The relief office of the first of these areas around the handling place that has one."""
    places = [case.handling_code[:length] for length in lengths]
    offices = {
        office.division_code: office
        for office in Office.objects.filter(division_code__in=places, kind="redcross", is_active=True)
    }
    return next((offices[place] for place in places if place in offices), None)


def may_read(viewer: Any, case: Any) -> bool:
    """Whether somebody of the office may read this case's letters: whoever may see the case and did not help to file it."""
    if viewer.pk in (case.owner_id, case.agent_id):
        return False
    return visible_cases(viewer).filter(pk=case.pk).exists()


def phone_on_file(case: Any) -> str:
    """申请人的手机: the contact phone of the answers, else of the person; never the helper's own."""
    phone = str(answers(case).get("patient_phone") or "")
    if not phone and case.patient and case.patient.phone and (case.owner_id == case.agent_id or not case.owner.phone):
        phone = str(case.patient.phone)
    helper = check_phone(str(case.agent.phone)).value if case.agent and case.agent.phone else ""
    return "" if phone and phone == helper else phone


def _carry(phone: str, text: str, key: str) -> None:
    send_sms(phone, text, key=key)


def connect() -> None:
    """Give the room of notices what it needs from above; called once when the app starts."""
    given.gather_words(words_of)
    given.sign_letters(signs)
    given.read_letters(may_read)
    given.know_applicants(is_applicant, phone_on_file)
    given.carry_sms(_carry)

"""The number of a case, what each kind of answer may be, and whether a draft is ready: pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from stdnum.iso7064 import mod_11_10

from cases.people import rules as people
from cases.programme import Question
from cases.text import clean, clean_name, clean_number, clean_paragraphs

UNKNOWN = "?"
"""The stored answer 不清楚, where the question allows it."""

TEXT_MAX = 120
LONG_TEXT_MAX = 500
MONEY_MAX = Decimal("9999999.99")
_CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

TRUTH = Question("truth", "yes_no", _("我填写的内容和交的材料都是真实的"), sensitive=False)
"""诚信承诺: every programme asks for it before the draft is sent."""


class Fault(ValueError):
    """填写有误: one answer that cannot be kept, with the sentence for the person."""

    def __init__(self, sentence: Any) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


# --- the number of a case ---------------------------------------------------------------------------------------------
def case_number(county: str, year: int, serial: int) -> str:
    """案卷编号: `640422-2026-000123-7`, the last digit being the check digit (ISO 7064 MOD 11,10) of the others."""
    if not re.fullmatch(r"\d{6}", county) or not 1 <= serial <= 999_999 or not 2000 <= year <= 9999:
        raise ValueError(f"no case number for {county!r} {year} {serial}")
    digits = f"{county}{year:04d}{serial:06d}"
    return f"{county}-{year:04d}-{serial:06d}-{mod_11_10.calc_check_digit(digits)}"


def clean_case_number(text: str) -> str:
    """A case number as somebody typed it, with or without dashes; "" when it cannot be one (wrong check digit too)."""
    digits = clean_number(text)
    if not re.fullmatch(r"\d{17}", digits, re.ASCII) or not mod_11_10.is_valid(digits):
        return ""
    return f"{digits[:6]}-{digits[6:10]}-{digits[10:16]}-{digits[16]}"


CODE_REASONS = {"lost": _("回执丢了"), "unreadable": _("回执看不清或坏了"), "seen": _("怕查询码被别人看到")}
"""Why somebody gets another paper code, by key."""


def paper_code(random_bytes: bytes) -> str:
    """纸质查询码 printed once on the receipt: `7KQ2-M9XF-3TBW`, without letters that are mistaken for figures."""
    letters = "".join(_CODE_LETTERS[byte % len(_CODE_LETTERS)] for byte in random_bytes[:12])
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:12]}"


# --- one answer -------------------------------------------------------------------------------------------------------
def clean_answer(question: Question, raw: Any, facts: Mapping[str, Any], *, today: date) -> Any:
    """The value to keep for one question, in the form in which it is stored (JSON); raises Fault with a sentence.

    Amounts are text with two decimals, dates ISO text, yes/no a boolean; 不清楚 is kept as `?` where it is allowed.
    """
    if question.may_be_unknown and raw == UNKNOWN:
        return UNKNOWN
    if _is_empty(raw):
        if question.required:
            raise Fault(ask_for(question))
        return None
    value = _KINDS[question.kind](question, raw, today)
    if question.check is not None:
        sentence = question.check(value, {**facts, question.key: value})
        if sentence:
            raise Fault(sentence)
    return value


def _is_empty(raw: Any) -> bool:
    return raw is None or raw == [] or (isinstance(raw, str) and not clean(raw))


def ask_for(question: Question) -> Any:
    """The sentence that asks for a missing answer by name."""
    if question.kind in ("choice", "choices", "yes_no", "division"):
        return format_lazy(_("请选择：{label}"), label=question.label)
    return format_lazy(_("请填写：{label}"), label=question.label)


def _text(question: Question, raw: Any, today: date) -> str:
    return _within(clean(str(raw)), TEXT_MAX)


def _long_text(question: Question, raw: Any, today: date) -> str:
    return _within(clean_paragraphs(str(raw)), LONG_TEXT_MAX)


def _within(text: str, most: int) -> str:
    if len(text) > most:
        raise Fault(format_lazy(_("最多写 {most} 个字，现在是 {now} 个。"), most=most, now=len(text)))
    return text


def _verdict(verdict: Any) -> str:
    if not verdict.ok:
        raise Fault(verdict.message)
    return str(verdict.value)


def _money(question: Question, raw: Any, today: date) -> str:
    text = clean(str(raw)).replace(",", "").replace("，", "").replace(" ", "").removesuffix("元").removeprefix("¥")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise Fault(_("请填写金额，比如 1200.50。")) from None
    if not amount.is_finite():
        raise Fault(_("请填写金额，比如 1200.50。"))
    if amount < 0:
        raise Fault(_("金额不能是负数。没有就填 0。"))
    if amount > MONEY_MAX:
        raise Fault(_("金额太大。请核对小数点。"))
    if amount != amount.quantize(Decimal("0.01")):
        raise Fault(_("金额最多写到分，比如 1200.50。"))
    return str(amount.quantize(Decimal("0.01")))


def _number(question: Question, raw: Any, today: date) -> int:
    text = clean_number(str(raw))
    if not re.fullmatch(r"\d{1,4}", text, re.ASCII):
        raise Fault(_("请填写数字，比如 3。"))
    return int(text)


def _date(question: Question, raw: Any, today: date) -> str:
    day = raw if isinstance(raw, date) else _day_of(str(raw))
    if day > today:
        raise Fault(_("日期不能晚于今天。请核对。"))
    if day.year < 1900:
        raise Fault(_("年份太早。请核对。"))
    return day.isoformat()


def _day_of(text: str) -> date:
    found = re.fullmatch(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D?", clean(text).replace(" ", ""), re.ASCII)
    try:
        return date(*(int(part) for part in found.groups())) if found else date.fromisoformat("")
    except ValueError:
        raise Fault(_("请填写正确的日期，比如 1956 年 3 月 12 日。")) from None


def _month(question: Question, raw: Any, today: date) -> str:
    found = re.fullmatch(r"(\d{4})\D?(\d{1,2})\D?", clean(str(raw)).replace(" ", ""), re.ASCII)
    if not found or not 1 <= int(found[2]) <= 12:
        raise Fault(_("请填写年和月，比如 2026 年 3 月。"))
    return _date(question, date(int(found[1]), int(found[2]), 1), today)[:7]


def _choice(question: Question, raw: Any, today: date) -> str:
    value = str(raw)
    if value not in {code for code, _label in question.choices}:
        raise Fault(_("请从列出的里面选一个。"))
    return value


def _choices(question: Question, raw: Any, today: date) -> list[str]:
    given = [str(one) for one in (raw if isinstance(raw, (list, tuple)) else [raw])]
    return [_choice(question, one, today) for one in dict.fromkeys(given)]


def _yes_no(question: Question, raw: Any, today: date) -> bool:
    if raw in (True, "yes", "true", "True", "1"):
        return True
    if raw in (False, "no", "false", "False", "0"):
        return False
    raise Fault(_("请选“是”或“不是”。"))


def _division(question: Question, raw: Any, today: date) -> str:
    code = clean_number(str(raw))
    if not re.fullmatch(r"\d{9}(\d{3})?", code, re.ASCII):
        raise Fault(_("请选到乡镇（街道）。"))
    return code


_KINDS = {
    "text": _text,
    "long_text": _long_text,
    "name": lambda question, raw, today: _verdict(people.check_name(str(raw))),
    "id_no": lambda question, raw, today: _verdict(people.check_id(str(raw), today=today)),
    "phone": lambda question, raw, today: _verdict(people.check_phone(str(raw))),
    "bank_account": lambda question, raw, today: _verdict(people.check_account(str(raw))),
    "money": _money,
    "number": _number,
    "date": _date,
    "month": _month,
    "choice": _choice,
    "choices": _choices,
    "yes_no": _yes_no,
    "division": _division,
}


def handling_code(facts: Mapping[str, Any]) -> str:
    """受理地: the village or town of the household register, or of the residence when that was chosen; never of the ID.

    The whole code is kept, so that village, town, county and city each reach the case by their prefix.
    """
    hukou, residence = facts.get("hukou_division") or "", facts.get("residence_division") or ""
    return str(residence if facts.get("handle_at") == "residence" or not hukou else hukou)


def circumstances(facts: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """What the checklist of a policy asks about this case, e.g. {"minor": True, "agent": False}."""
    born = birth_date(facts, today=today)
    category = facts.get("hardship_category")
    return {
        "minor": born is not None and people.is_minor(born, today),
        "agent": facts.get("applicant_kind") == "agent",
        "hardship": category not in (None, "H99"),
        "categories": [category] if category else [],
        "insured": facts.get("insurance_type") not in (None, "INS_NONE"),
        "inpatient": facts.get("was_inpatient") is True,
        "donated_drugs": facts.get("gets_donated_drugs") is True,
        "referred": facts.get("treated_outside") is True,
        "payee_other": facts.get("account_relation") not in (None, "SELF"),
        "paper": facts.get("channel") == "paper",
    }


def derived(facts: Mapping[str, Any], asked: Collection[str]) -> dict[str, Any]:
    """推算: what the answers that are asked already say of others, which are not asked therefore (U8)."""
    found: dict[str, Any] = {}
    facts = {key: value for key, value in facts.items() if key in asked}
    if facts.get("account_relation") == "SELF" and "account_holder" not in asked and facts.get("patient_name"):
        found["account_holder"] = facts["patient_name"]
    if facts.get("hukou_division") and "residence_division" not in asked:
        found["residence_division"] = facts["hukou_division"]
    return found


def birth_date(facts: Mapping[str, Any], *, today: date) -> date | None:
    """The birth date the ID number states; None while there is none."""
    return people.check_id(str(facts.get("patient_id_no") or ""), today=today).birth_date


def is_in_village(facts: Mapping[str, Any], areas: Collection[str]) -> bool:
    """Whether the person lives or is registered in one of these areas (the offices of a village worker)."""
    places = [str(facts.get(key) or "") for key in ("hukou_division", "residence_division")]
    return any(place.startswith(area) for place in places if place for area in areas)


def same_name(one: str, other: str) -> bool:
    """Whether two names are written the same way once cleaned."""
    return bool(clean_name(one)) and clean_name(one) == clean_name(other)

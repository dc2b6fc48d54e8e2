"""What a name, an ID number, a phone, an account may look like, how old somebody is, and how each is masked."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from stdnum import luhn

from cases.text import MIDDLE_DOT, clean, clean_name, clean_number, glyphs, is_han, is_private_use

Message = str | Promise

NAME_MAX = 30
ADULT_AT = 18
OWN_CONSENT_AT = 14

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"

_SURNAMES = (
    "欧阳司马上官诸葛夏侯东方尉迟皇甫公孙慕容令狐长孙宇文司徒司空端木百里呼延南宫澹台淳于单于"
    "轩辕钟离闻人赫连万俟拓跋独孤西门左丘公羊濮阳申屠太史仲孙宰父鲜于闾丘第五太叔公冶宗政巫马"
    "漆雕乐正亓官司寇颛孙公西壤驷公良夹谷谷梁段干东郭羊舌微生梁丘东门南门"
)
_TWO_CHARACTER_SURNAMES = frozenset(_SURNAMES[at : at + 2] for at in range(0, len(_SURNAMES), 2))


SELF = "SELF"
INSTITUTION = "INSTITUTION"
"""Whose account it is when the money goes to the hospital or fitting centre and not to a person."""
PAYEE_RELATIONS: tuple[tuple[str, Message], ...] = (
    (SELF, _("患者本人的账户")),
    ("SPOUSE", _("配偶")),
    ("PARENT", _("父母")),
    ("SON", _("儿子")),
    ("DAUGHTER", _("女儿")),
    ("GUARDIAN", _("其他监护人")),
    ("OTHER_KIN", _("其他亲属")),
)
"""Whose account the money may go to: the patient's, a guardian's or a relative's, and nobody else's."""


ACCOUNT_ANSWERS = ("account_relation", "account_holder", "bank_name", "account_no")
"""The answers of which the account is made: after sending a helper does not touch them."""


class Sex(StrEnum):
    """Sex as an ID number states it."""

    MALE = "M"
    FEMALE = "F"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: the cleaned value when it may be kept, else a sentence on what to do; doubts are warnings."""

    ok: bool
    value: str
    message: Message = ""
    warnings: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class IdVerdict:
    """The verdict on an ID number with what the number itself states: birth date, sex, place of first registration."""

    ok: bool
    value: str
    message: Message = ""
    warnings: tuple[Message, ...] = ()
    birth_date: date | None = None
    sex: Sex | None = None
    area: str = ""


def check_name(text: str) -> Verdict:
    """A name (姓名): 1 to 30 characters, Chinese (rare ones too) or Latin letters, middle dots only between parts."""
    name = clean_name(text)
    chars = glyphs(name)
    if not chars:
        return Verdict(False, name, _("请填写姓名。"))
    if len(chars) > NAME_MAX:
        too_long = _("姓名最多 {most} 个字，现在是 {now} 个。请核对。")
        return Verdict(False, name, format_lazy(too_long, most=NAME_MAX, now=len(chars)))
    if any(is_private_use(char) for char in name):
        return Verdict(False, name, _("姓名里有自造字，别的电脑显示不出来。请换用标准生僻字，或打电话请我们帮您填。"))
    dots_ok = not name.startswith(MIDDLE_DOT) and not name.endswith(MIDDLE_DOT) and MIDDLE_DOT * 2 not in name
    if not dots_ok:
        return Verdict(False, name, _("间隔点“·”只能写在两段名字中间，一次一个。请核对。"))
    odd = next((char[0] for char in chars if not _may_stand_in_name(char[0])), None)
    if odd is not None:
        return Verdict(False, name, format_lazy(_("姓名里不能有“{char}”。请照身份证填写。"), char=odd))
    return Verdict(True, name)


def _may_stand_in_name(char: str) -> bool:
    return is_han(char) or char.isalpha() or char in {MIDDLE_DOT, " ", "-", "'", "."}


def check_character(first_17: str) -> str:
    """The check character (校验码) of an ID number, from its first 17 digits (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, _ID_WEIGHTS, strict=True))
    return _ID_CHECKS[total % 11]


def id_for_matching(text: str) -> str:
    """An ID number in the form by which persons are compared: a 15-digit number of old papers becomes 18 digits.

    For matching only, never stored as what the person gave; other numbers come back cleaned.
    """
    number = clean_number(text)
    if re.fullmatch(r"\d{15}", number, re.ASCII):
        seventeen = f"{number[:6]}19{number[6:]}"
        return seventeen + check_character(seventeen)
    return number


def check_id(
    text: str, *, today: date, areas: Collection[str] = (), abolished: Mapping[str, str] | None = None
) -> IdVerdict:
    """A resident ID number (居民身份证): 18 characters, real birth date not in the future, right check character.

    The 15 digits of an old card are taken as they are typed; what they state is read from the 18 that they stand for.

    ``areas`` are the county codes in use and ``abolished`` those no longer used with the present name: an area code
    outside both gives a warning, never a refusal, and an area code never proves residence (domain 3.3).
    """
    number, full = clean_number(text), id_for_matching(text)
    fault = _fault_of_id(full, today)
    if fault:
        return IdVerdict(False, number, fault)
    old = (_("这是 15 位旧号码，可以用。有新身份证的，请填 18 位。"),) if number != full else ()
    return IdVerdict(
        ok=True,
        value=number,
        warnings=(*old, *_doubts_about_area(full[:6], areas, abolished or {})),
        birth_date=_date_in(full),
        sex=Sex.MALE if int(full[16]) % 2 else Sex.FEMALE,
        area=full[:6],
    )


def _fault_of_id(number: str, today: date) -> Message:
    if not number:
        return _("请填写身份证号。")
    if not re.fullmatch(r"\d{17}[0-9X]", number, re.ASCII):
        length = _("身份证号应是 18 位，最后一位可以是 X，现在是 {now} 位。请照身份证核对。")
        return format_lazy(length, now=len(number))
    born = _date_in(number)
    if born is None:
        return _("身份证号里的出生日期不是真实的日期。请照身份证核对。")
    if born > today:
        return _("身份证号里的出生日期还没有到。请照身份证核对。")
    if born.year < 1880:
        return _("身份证号里的出生年份太早。请照身份证核对。")
    if check_character(number[:17]) != number[17]:
        return _("身份证号有一位填错了，校验码对不上。请照身份证逐位核对。")
    return ""


def _date_in(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _doubts_about_area(area: str, areas: Collection[str], abolished: Mapping[str, str]) -> tuple[Message, ...]:
    if area in abolished:
        old = _("号码开头 {area} 是已撤销的区划（今{now}），号码仍然有效。")
        return (format_lazy(old, area=area, now=abolished[area]),)
    if areas and area not in areas:
        return (format_lazy(_("号码开头 {area} 不在现行区划表里，请对照证件看一眼。"), area=area),)
    return ()


def check_phone(text: str) -> Verdict:
    """A mobile number (手机号): 11 digits beginning with 1; a country prefix +86 is dropped."""
    number = re.sub(r"^(\+86|0086)", "", re.sub(r"[()（）]", "", clean_number(text)))
    if not re.fullmatch(r"1\d{10}", number, re.ASCII):
        return Verdict(False, number, _("手机号应是 11 位数字，以 1 开头。请核对。"))
    return Verdict(True, number)


def check_account(text: str) -> Verdict:
    """A bank account (银行账号): 8 to 32 digits; cards of 16 to 19 digits that fail Luhn give a warning only.

    Passbook accounts of rural banks need not satisfy Luhn (domain 3.3).
    """
    number = clean_number(text)
    if not re.fullmatch(r"\d{8,32}", number, re.ASCII):
        return Verdict(False, number, _("银行账号只有数字，8 到 32 位。请照银行卡或存折填写。"))
    if 16 <= len(number) <= 19 and not luhn.is_valid(number):
        return Verdict(True, number, warnings=(_("账号不像银行卡号。如果是存折账号可以继续，否则请逐位核对。"),))
    return Verdict(True, number)


def holder_fault(holder: str, relation: str, patient: str) -> Message:
    """Why this holder (户名) does not go with the relation that was chosen; "" when it does.

    Dots, spaces and capitals do not count: banks write names of several parts in their own way.
    """
    if relation not in dict(PAYEE_RELATIONS):
        return _("请选钱打到谁的账户。")
    is_patient = _letters(holder) == _letters(patient)
    if relation == SELF and not is_patient:
        return _("户名和患者姓名不一样。家属的账户，请选和患者的关系。")
    if relation != SELF and is_patient:
        return _("户名和患者姓名一样。请选“患者本人的账户”。")
    return ""


def _letters(name: str) -> str:
    return "".join(char for char in clean_name(name) if char not in {MIDDLE_DOT, " ", "-", "'", "."}).casefold()


def check_cnaps(text: str) -> Verdict:
    """A bank branch number (联行号): 12 digits."""
    number = clean_number(text)
    if not re.fullmatch(r"\d{12}", number, re.ASCII):
        return Verdict(False, number, _("联行号应是 12 位数字。不清楚时可以留空，由工作人员查询。"))
    return Verdict(True, number)


def age(born: date, on: date) -> int:
    """Age in full years (周岁): a year is full on the day after the birthday, not on it (domain 3.3)."""
    return max(0, on.year - born.year - ((on.month, on.day) <= (born.month, born.day)))


def is_minor(born: date, on: date) -> bool:
    """Under 18 full years (未成年人)."""
    return age(born, on) < ADULT_AT


def needs_guardian_consent(born: date, on: date) -> bool:
    """Under 14 full years: a guardian gives every consent (PIPL Art 31)."""
    return age(born, on) < OWN_CONSENT_AT


def surname(name: str) -> str:
    """The surname (姓) of a Chinese name, two characters for surnames such as 欧阳."""
    chars = glyphs(name)
    two = "".join(chars[:2])
    return two if len(chars) > 2 and two in _TWO_CHARACTER_SURNAMES else "".join(chars[:1])


def mask_name(name: str, *, minor: bool = False) -> str:
    """A name for public lists and queues: 张*, 张*明, 欧**明; dotted names keep their first character; minors 张某."""
    chars = glyphs(clean(name))
    if not chars:
        return ""
    dotted = MIDDLE_DOT in chars
    if minor:
        return f"{chars[0] if dotted else surname(name)}某"
    if dotted or len(chars) <= 2:
        return f"{chars[0]}*"
    return chars[0] + "*" * min(len(chars) - 2, 2) + chars[-1]


def mask_id(number: str) -> str:
    """An ID number inside the office: last four at most. Public lists carry no ID number at all."""
    return "*" * max(0, len(number) - 4) + number[-4:] if len(number) > 4 else "*" * len(number)


def mask_account(number: str) -> str:
    """A bank account: its last four."""
    return f"**** {number[-4:]}" if len(number) > 4 else "****"


def mask_phone(number: str) -> str:
    """A mobile number: 138****5678."""
    return f"{number[:3]}****{number[-4:]}" if len(number) == 11 else "*" * len(number)

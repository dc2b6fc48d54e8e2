"""Fictional applicants (演示人物) for the demonstration and the tests: ID area 6499xx, which nobody has, and no real phone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cases.people.rules import check_character
from workflows.programmes.rare_disease.diseases import diseases

_NAMES = (
    ("马占山", "M"), ("杨秀兰", "F"), ("李建国", "M"), ("马玉梅", "F"), ("王小军", "M"), ("买买提·艾力", "M"), ("海燕", "F"),
    ("欧阳建华", "M"), ("古丽娜尔·买买提", "F"), ("马生福", "M"), ("何桂英", "F"), ("丁𬬭", "M"), ("田园", "F"), ("苏志强", "M"),
    ("马杨子涵", "F"), ("摆玉龙", "M"), ("禹桂花", "F"), ("马䶮", "M"), ("撒秀英", "F"), ("柳文斌", "M"),
)  # fmt: skip
_PLACES = ("640422100991", "640422100992", "640422201991", "640422100991", "640521100991")
_ILLNESSES = ("1-31", "1-36", "1-37", "1-73", "1-86", "1-90", "1-110", "2-1", "2-9", "2-58")
_CATEGORIES = ("H02", "H09", "H01", "H04", "H99", "H03", "H05")
_COSTS = (
    ("86000.00", "41000.00", "9000.00"), ("32000.00", "12500.00", "0.00"), ("148000.00", "71000.00", "22000.00"),
    ("54000.00", "26000.00", "3000.00"), ("27500.50", "9000.25", "0.00"),
)  # fmt: skip


def demo_id(number: int, *, born: date, sex: str) -> str:
    """A fictional ID number of area 6499xx with the right check character; the same input gives the same number."""
    order = (number * 2 + (1 if sex == "M" else 0)) % 1000
    first = f"6499{number // 500 % 90 + 10:02d}{born:%Y%m%d}{order:03d}"
    return first + check_character(first)


def demo_account(number: int) -> str:
    """A fictional card number of 19 digits that satisfies the check digit of cards; its bank prefix is nobody's."""
    digits = f"999000{number:012d}"
    total = 0
    for index, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if index % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return f"{digits}{-total % 10}"


def demo_answers(number: int) -> Mapping[str, Any]:
    """A complete set of answers of one fictional patient, in the order in which they are asked."""
    name, sex = _NAMES[number % len(_NAMES)]
    born = date(1950 + number * 7 % 50, number % 12 + 1, number % 28 + 1)
    total, insurance, critical = _COSTS[number % len(_COSTS)]
    category = _CATEGORIES[number % len(_CATEGORIES)]
    codes = [code for code in _ILLNESSES if code in {one.code for one in diseases()}]
    answers: dict[str, Any] = {
        "applicant_kind": "self",
        "patient_name": name,
        "patient_id_no": demo_id(number, born=born, sex=sex),
        "patient_phone": f"1990000{number % 10000:04d}",
        "hukou_in_ningxia": True,
        "hukou_division": _PLACES[number % len(_PLACES)],
        "lives_at_hukou": True,
        "address": f"演示村{number % 9 + 1}组{number % 97 + 1}号",
        "household_size": number % 5 + 2,
        "household_income": f"{12000 + number * 731 % 40000}.00",
        "hardship_category": category,
        "hardship_cert_no": f"YS{number:06d}",
        "disease_code": codes[number % len(codes)],
        "diagnosis_hospital": "演示省级医院",
        "diagnosis_date": "2025-11-18",
        "was_inpatient": True,
        "treated_outside": False,
        "gets_donated_drugs": False,
        "insurance_type": "INS_RES",
        "cost_from": "2026-01-06",
        "cost_to": "2026-09-30",
        "total_cost": total,
        "insurance_paid": insurance,
        "critical_illness_paid": critical,
        "medical_assistance_paid": "1500.00",
        "commercial_paid": "0.00",
        "other_charity_paid": "0.00",
        "account_relation": "SELF",
        "bank_name": "演示银行西吉支行",
        "account_no": demo_account(number),
    }
    if category in ("H09", "H99"):
        del answers["hardship_cert_no"]
    answers["truth"] = True
    return answers

"""Fictional old people (演示人物) for the demonstration and the tests: ID area 6499xx, which nobody has, and no real phone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cases.people.rules import check_character

_NAMES = (
    ("马进福", "M"), ("杨桂英", "F"), ("李成贵", "M"), ("马桂莲", "F"), ("王生财", "M"), ("苏秀珍", "F"), ("丁占山", "M"),
    ("撒福海", "M"), ("何玉花", "F"), ("买素芳", "F"), ("田彦虎", "M"), ("虎秀兰", "F"), ("摆万林", "M"), ("哈玉珍", "F"),
)  # fmt: skip
_PLACES = ("640422100991", "640422100992", "640422201991")
_CATEGORIES = ("H02", "H09", "H01", "H04", "H03", "H05")


def demo_id(number: int, *, born: date, sex: str) -> str:
    """A fictional ID number of area 6499xx with the right check character; the same input gives the same number."""
    order = (number * 2 + (1 if sex == "M" else 0)) % 1000
    first = f"6499{number // 500 % 9 + 90:02d}{born:%Y%m%d}{order:03d}"
    return first + check_character(first)


def demo_answers(number: int) -> Mapping[str, Any]:
    """A complete set of answers of one fictional old person, in the order in which they are asked."""
    name, sex = _NAMES[number % len(_NAMES)]
    born = date(1936 + number * 7 % 27, number % 12 + 1, number % 28 + 1)
    category = _CATEGORIES[number % len(_CATEGORIES)]
    answers: dict[str, Any] = {
        "applicant_kind": "self",
        "patient_name": name,
        "patient_id_no": demo_id(number, born=born, sex=sex),
        "patient_phone": f"1990000{number % 10000:04d}",
        "hukou_in_ningxia": True,
        "hukou_division": _PLACES[number % len(_PLACES)],
        "lives_at_hukou": True,
        "address": f"演示村{number % 9 + 1}组{number % 97 + 1}号",
        "household_size": number % 4 + 1,
        "household_income": f"{9000 + number * 617 % 26000}.00",
        "hardship_category": category,
        "hardship_cert_no": f"YS{number:06d}",
        "lives_alone": number % 3 == 0,
        "trouble_years": number % 9 + 1,
        "sudden_loss": False,
        "wants_to_wear": True,
        "had_device": False,
    }
    if category == "H09":
        del answers["hardship_cert_no"]
    answers["truth"] = True
    return answers

"""Fictional applicants (演示人物) of sixty and more for the demonstration and the tests: ID area 6499xx, which nobody has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cases.people.rules import check_character

_NAMES = (
    ("马登云", "M"), ("杨秀英", "F"), ("李存寿", "M"), ("马桂兰", "F"), ("王连贵", "M"), ("哈玉珍", "F"), ("苏占彪", "M"), ("何秀莲", "F"),
    ("丁文魁", "M"), ("田淑芳", "F"), ("摆生林", "M"), ("禹凤兰", "F"), ("柳成山", "M"), ("撒桂英", "F"),
)  # fmt: skip
_PLACES = ("640422100991", "640422100992", "640422201991", "640422100991")
_CATEGORIES = ("H02", "H09", "H01", "H04", "H99", "H03", "H05")
_SIGHTS = (("0.1", "0.5"), ("指数/30cm", "0.25"), ("4.2", "4.8"), ("手动", "0.12"), ("0.2", "0.3"))
HOSPITAL = "91640400MA76000012"
"""The code of the demonstration's hospital in Guyuan."""


def demo_answers(number: int) -> Mapping[str, Any]:
    """A complete set of answers of one fictional patient, in the order in which they are asked."""
    name, sex = _NAMES[number % len(_NAMES)]
    born = date(1938 + number * 7 % 26, number % 12 + 1, number % 28 + 1)
    category = _CATEGORIES[number % len(_CATEGORIES)]
    right, left = _SIGHTS[number % len(_SIGHTS)]
    answers: dict[str, Any] = {
        "applicant_kind": "self",
        "patient_name": name,
        "patient_id_no": _id_no(number, born, sex),
        "patient_phone": f"1990002{number % 10000:04d}",
        "hukou_in_ningxia": True,
        "hukou_division": _PLACES[number % len(_PLACES)],
        "lives_at_hukou": True,
        "address": f"演示村{number % 9 + 1}组{number % 97 + 1}号",
        "household_size": number % 5 + 1,
        "hardship_category": category,
        "hardship_cert_no": f"YS{number:06d}",
        "eye_right_va": right,
        "eye_left_va": left,
        "screened_on": "2026-10-12",
        "wanted_eye": "right_eye",
        "both_eyes": False,
        "doctor_says_needed": False,
        "aided_eyes": "none",
        "insurance_type": "INS_NONE" if number % 6 == 4 else "INS_RES",
        "hospital": HOSPITAL,
    }
    if category in ("H09", "H99"):
        del answers["hardship_cert_no"]
    return answers


def _id_no(number: int, born: date, sex: str) -> str:
    order = (500 + number * 2 + (1 if sex == "M" else 0)) % 1000
    first = f"6499{number // 250 % 90 + 10:02d}{born:%Y%m%d}{order:03d}"
    return first + check_character(first)

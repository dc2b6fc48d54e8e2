"""The grant of a cataract case, eye by eye: what is promised before the surgery, and what it comes to after it (pure).

Before: the most that the policy pays for each eye. After: what the claim leaves to the patient once insurance, discount and
the premium lens are off, up to that most (domain.md 4.1, 4.4b, 7).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import override

from cases.award.earlier import Earlier
from cases.award.facts import ZERO, Facts
from cases.award.limits import had
from cases.award.lines import Working
from cases.award.rules import Award, of_part, within_limits
from cases.parts import part_name
from cases.policy.conditions import applies
from cases.policy.rules import Policy, PolicyGap, Row
from cases.policy.shapes import amount_in
from cases.text import round_fen
from workflows.programmes.cataract.eyes import wanted

DEDUCTIONS = ("basic_insurance", "critical_illness", "medical_assistance", "commercial", "other_charity")
"""先保险、后救助、再慈善: what a claim line states under the same names."""


def award(answers: Mapping[str, Any], policy: Policy, earlier: Earlier) -> Award:
    """救助金额 of the case: of `claimed` lines where there are any, else the most for each wanted eye. Raises FactsFault.

    The caps of claim, year, life and household hold for the sum of the eyes.
    """
    if claimed := answers.get("claimed"):
        eyes = [(str(line["part"]), of_eye(answers, line, policy)) for line in claimed]
    else:
        eyes = [(eye, _promised(answers, policy)) for eye in wanted(answers)]
    return _sum(eyes, policy, earlier)


def of_eye(answers: Mapping[str, Any], line: Mapping[str, Any], policy: Policy) -> Award:
    """一只眼: what one claim line comes to. `line` holds amounts in yuan as text, by the names of the claim."""
    return of_part(
        policy,
        Facts(
            total=_amount(line.get("total")),
            excluded=_amount(line.get("premium")) + _amount(line.get("discount")),
            deductions={name: _amount(line.get(name)) for name in DEDUCTIONS},
            categories=_categories(answers),
            insured=answers.get("insurance_type") != "INS_NONE",
        ),
    )


def most_of(answers: Mapping[str, Any], policy: Policy) -> tuple[Decimal, Row]:
    """每眼上限: the ceiling of the first row that fits this person, and the row. Raises PolicyGap when none does."""
    told = Facts(categories=_categories(answers), insured=answers.get("insurance_type") != "INS_NONE").circumstances()
    for row in policy.award_shape:
        if row.value.get("shape") == "actual" and applies(row.when, told):
            return amount_in(row.value, "cap"), row
    raise PolicyGap("award", "actual")


def _promised(answers: Mapping[str, Any], policy: Policy) -> Award:
    ceiling, row = most_of(answers, policy)
    work, most = Working(), round_fen(ceiling)
    work.line("最多救助（手术后据实结算）", "At most, settled after the surgery", most, row=row, kind="limit")
    work.match(row)
    return Award(most, tuple(work.lines), tuple(work.rows), ZERO, most)


def _sum(eyes: list[tuple[str, Award]], policy: Policy, earlier: Earlier) -> Award:
    """The eyes one after the other, each line with its eye before it, and their sum within the limits of the person."""
    work = Working()
    for eye, one in eyes:
        zh, en = _names(eye)
        work.lines += [
            replace(line, label_zh=f"{zh}：{line.label_zh}", label_en=f"{en}: {line.label_en}") for line in one.lines
        ]
    work.rows = list(dict.fromkeys(name for _eye, one in eyes for name in one.matched_rows))
    self_pay = sum((one.self_pay for _eye, one in eyes), ZERO)
    return within_limits(
        policy, had(earlier), work, self_pay=self_pay, wanted=sum((one.wanted for _eye, one in eyes), ZERO)
    )


def _names(eye: str) -> tuple[str, str]:
    with override("zh-hans"):
        zh = str(part_name(eye))
    with override("en"):
        return zh, str(part_name(eye))


def _categories(answers: Mapping[str, Any]) -> tuple[str, ...]:
    category = str(answers.get("hardship_category") or "")
    return (category,) if category not in ("", "H99") else ()


def _amount(value: Any) -> Decimal:
    return ZERO if value in (None, "", "?") else Decimal(str(value))

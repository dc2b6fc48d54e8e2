"""量速 (only in the bench): the card of a programme whose road is the workload W1."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.award.earlier import Earlier
from cases.award.facts import Facts
from cases.award.rules import Award
from cases.award.rules import award as calculate
from cases.policy.rules import Policy, Row
from cases.programme import Programme, Question, Section, register
from tests.bench.roads.v1 import OVER, BenchV1


def award(answers: Mapping[str, Any], policy: Policy, earlier: Earlier) -> Award:
    """据实补助."""
    return calculate(policy, Facts(total=Decimal("1"), granted_this_year=earlier.this_year))


POLICY = {
    "title": "量速（测试）",
    "effective_from": "2026-01-01",
    "rows": (
        Row("award", "actual", {"shape": "actual", "cap": "200000"}, 1, "测试第 1 条"),
        Row("caps", "per_year", {"amount": "200000"}, 1, "测试第 2 条"),
        *(Row("days", key, {"workdays": 5}, 1, "测试第 3 条") for key in BenchV1.policy_keys["days"]),
        Row("eligibility", "self_pay_floor", {"amount": "0"}, 1, "测试第 4 条"),
        Row("eligibility", "opinion_characters", {"count": 10}, 2, "测试第 4 条"),
        Row("eligibility", OVER, {"amount": "50000"}, 1, "测试第 5 条"),
        Row("checklist", "D02", {"name_zh": "身份证", "name_en": "Identity card", "required": True}, 1, "测试第 6 条", "身份证正反面。", "Both sides."),
        Row("supplement_reasons", "S02", {"name_zh": "身份证不清楚", "name_en": "Identity card not clear", "document": "D02"}, 1, "测试第 7 条", "请重拍身份证。", "Take the photo again."),
        Row("reject_reasons", "J01", {"name_zh": "条件不符", "name_en": "Conditions not met", "group": "eligibility"}, 1, "测试第 8 条"),
        Row("return_reasons", "T01", {"name_zh": "材料与填报不一致", "name_en": "Papers and answers differ"}, 1, "测试第 9 条"),
    ),
    "vectors": ({"title": "据实", "facts": {"total": "1234.56"}, "expected": {"amount": "1234.56"}},),
}  # fmt: skip

register(
    Programme(
        slug="bench", name=_("小额救助（测试）"), summary=_("只在测试里。"), public_group=_("小额救助"),
        sections=(Section("patient", _("患者"), (Question("patient_name", "name", _("患者姓名")),)),),
        award=award, policy=POLICY, roads={"v1": BenchV1}, demo_answers=None,
        guide={"who": (), "steps": (), "visit_facts": ()},
    )
)  # fmt: skip

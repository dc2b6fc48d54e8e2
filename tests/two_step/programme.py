"""小额救助 (only in tests): the card of a programme with two steps and five questions."""

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
from tests.people import person
from tests.two_step.roads.opinions import TwoStepOpinions
from tests.two_step.roads.panel import TwoStepPanel
from tests.two_step.roads.pulled import TwoStepPulled
from tests.two_step.roads.v1 import TwoStepV1
from tests.two_step.roads.v2 import TwoStepV2
from tests.two_step.roads.v3 import TwoStepV3

SECTIONS = (
    Section("patient", _("患者"), (
        Question("patient_name", "name", _("患者姓名")),
        Question("patient_id_no", "id_no", _("患者身份证号")),
        Question("patient_phone", "phone", _("联系手机号")),
        Question("hukou_division", "division", _("户口在哪个村（社区）"), sensitive=False),
        Question("total_cost", "money", _("花了多少")),
    )),
    Section("account", _("收款账户"), (
        Question("account_relation", "choice", _("钱打到谁的账户"), choices=(("SELF", _("患者本人的账户")),)),
        Question("bank_name", "text", _("开户银行")),
        Question("account_no", "bank_account", _("银行账号")),
    )),
)  # fmt: skip


def award(answers: Mapping[str, Any], policy: Policy, earlier: Earlier) -> Award:
    """据实补助到上限."""
    return calculate(
        policy, Facts(total=Decimal(str(answers.get("total_cost") or 0)), granted_this_year=earlier.this_year)
    )


POLICY = {
    "title": "小额救助（测试）",
    "effective_from": "2026-01-01",
    "rows": (
        Row("award", "actual", {"shape": "actual", "cap": "2000"}, 1, "测试第 1 条"),
        Row("caps", "per_year", {"amount": "2000"}, 1, "测试第 2 条"),
        *(Row("days", key, {"workdays": 5}, 1, "测试第 3 条") for key in TwoStepV1.policy_keys["days"]),
        Row("eligibility", "self_pay_floor", {"amount": "0"}, 1, "测试第 4 条"),
        Row("eligibility", "opinion_characters", {"count": 10}, 2, "测试第 4 条"),
        Row("checklist", "D02", {"name_zh": "身份证", "name_en": "Identity card", "required": True}, 1, "测试第 5 条", "身份证正反面。", "Both sides."),
        Row("supplement_reasons", "S02", {"name_zh": "身份证不清楚", "name_en": "Identity card not clear", "document": "D02"}, 1, "测试第 6 条", "请重拍身份证。", "Take the photo again."),
        Row("reject_reasons", "J01", {"name_zh": "条件不符", "name_en": "Conditions not met", "group": "eligibility"}, 1, "测试第 7 条"),
        Row("return_reasons", "T01", {"name_zh": "材料与填报不一致", "name_en": "Papers and answers differ"}, 1, "测试第 8 条"),
        Row("quorum", "panel", {"members": 5, "present": 4, "approve": 3}, 1, "测试第 9 条"),
    ),
    "vectors": ({"title": "据实", "facts": {"total": "1234.56"}, "expected": {"amount": "1234.56"}},),
}  # fmt: skip


def demo_answers(number: int) -> Mapping[str, Any]:
    """A fictional person who spent 1,234.56 yuan."""
    name, id_no = person(number)
    return {
        "patient_name": name, "patient_id_no": id_no, "patient_phone": f"1990001{number:04d}",
        "hukou_division": "640422100991", "total_cost": "1234.56", "account_relation": "SELF",
        "bank_name": "演示银行", "account_no": f"62170000000{number:08d}",
    }  # fmt: skip


register(
    Programme(
        slug="two_step", name=_("小额救助（测试）"), summary=_("只在测试里。"), public_group=_("小额救助"), sections=SECTIONS,
        award=award, policy=POLICY, roads={
            "v1": TwoStepV1, "v2": TwoStepV2, "v3": TwoStepV3, "opinions": TwoStepOpinions, "panel": TwoStepPanel,
            "pulled": TwoStepPulled,
        },
        demo_answers=demo_answers, screening="eyes",
        guide={"who": (_("有困难的人。"),), "steps": (_("填写，审核，打款。"),), "visit_facts": ()},
    )
)  # fmt: skip

import tests.two_step.register  # noqa: E402,F401 (its work has a name before the first case)

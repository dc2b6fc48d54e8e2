"""What a rare-disease application asks, in the order of the task list (domain.md 3.1 and 5)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.people.rules import PAYEE_RELATIONS, check_id
from cases.programme import Question, Section
from cases.text import clean_name
from workflows.programmes.rare_disease.diseases import choices as disease_choices
from workflows.programmes.rare_disease.diseases import codes as disease_codes

Facts = Mapping[str, Any]

HARDSHIP = (
    ("H01", _("特困人员")),
    ("H02", _("低保对象")),
    ("H03", _("防止返贫监测对象")),
    ("H04", _("低保边缘家庭")),
    ("H05", _("看病等大额支出造成困难的家庭")),
    ("H06", _("孤儿、事实无人抚养儿童")),
    ("H07", _("重度残疾人（一级、二级）")),
    ("H08", _("优抚对象、困难退役军人")),
    ("H09", _("其他困难")),
    ("H99", _("都不是")),
)
INSURANCE = (
    ("INS_RES", _("城乡居民医保")),
    ("INS_EMP", _("职工医保")),
    ("INS_OUT", _("在宁夏以外参保")),
    ("INS_NONE", _("没有参保")),
)
PAID = ("insurance_paid", "critical_illness_paid", "medical_assistance_paid", "commercial_paid", "other_charity_paid")


def _is_agent(facts: Facts) -> bool:
    return facts.get("applicant_kind") == "agent"


def _is_guardian(facts: Facts) -> bool:
    return facts.get("applicant_kind") == "guardian"


def _lives_elsewhere(facts: Facts) -> bool:
    return facts.get("hukou_in_ningxia") is False or facts.get("lives_at_hukou") is False


def _two_places(facts: Facts) -> bool:
    hukou, home = str(facts.get("hukou_division") or ""), str(facts.get("residence_division") or "")
    return facts.get("hukou_in_ningxia") is True and _lives_elsewhere(facts) and bool(home) and hukou[:6] != home[:6]


def _has_category(facts: Facts) -> bool:
    return facts.get("hardship_category") not in (None, "H09", "H99")


def _is_insured(facts: Facts) -> bool:
    return facts.get("insurance_type") not in (None, "INS_NONE")


def _other_account(facts: Facts) -> bool:
    return facts.get("account_relation") not in (None, "SELF")


def _amount(value: Any) -> Decimal:
    return Decimal(str(value)) if value not in (None, "", "?") else Decimal(0)


def _within_total(value: Any, facts: Facts) -> Any:
    """What was paid by others is never more than the whole bill."""
    paid = sum((_amount(facts.get(key)) for key in PAID), Decimal(0))
    if facts.get("total_cost") is not None and _amount(value) > _amount(facts["total_cost"]):
        return _("报销的钱不能比总费用多。请核对。")
    if facts.get("total_cost") is not None and paid > _amount(facts["total_cost"]):
        return _("各项报销加起来比总费用多。请逐项核对。")
    return ""


def _some_cost(value: Any, facts: Facts) -> Any:
    return "" if _amount(value) > 0 else _("总费用要大于 0 元。")


def _not_before_birth(value: Any, facts: Facts) -> Any:
    from datetime import date

    number = str(facts.get("patient_id_no") or "")
    born = check_id(number, today=date.max).birth_date if number else None
    if born is not None and value < born.isoformat():
        return _("确诊日期早于患者的出生日期。请核对。")
    return ""


def _period(value: Any, facts: Facts) -> Any:
    start = str(facts.get("cost_from") or "")
    if start and value < start:
        return _("结束日期早于开始日期。请核对。")
    if start and value[:4] != start[:4]:
        return _("一次申请只算一个年度的费用。跨年的请分两次申请。")
    return ""


def _household(value: Any, facts: Facts) -> Any:
    return "" if 1 <= int(value) <= 30 else _("家庭人口请填 1 到 30 的数字，患者也算在内。")


def _somebody_else(value: Any, facts: Facts) -> Any:
    if _other_account(facts) and clean_name(str(value)) == clean_name(str(facts.get("patient_name") or "")):
        return _("户名和患者姓名一样。请在上一题选“患者本人的账户”。")
    return ""


WHO = Section(
    "who", _("谁来办"),
    (
        Question("applicant_kind", "choice", _("谁来申请"), choices=(
            ("self", _("患者本人")), ("guardian", _("家属或监护人")), ("agent", _("村（居）委会等代办人")),
        ), sensitive=False),
        Question("guardian_name", "name", _("家属或监护人姓名"), when=_is_guardian),
        Question("guardian_id_no", "id_no", _("家属或监护人身份证号"), when=_is_guardian),
        Question("agent_relative", "yes_no", _("您和患者是亲属吗"), _("是亲属也可以代办，审核时会多一道核对。"),
                 when=_is_agent, sensitive=False),
    ),
)  # fmt: skip
PATIENT = Section(
    "patient", _("患者"),
    (
        Question("patient_name", "name", _("患者姓名"), _("照身份证上的写，生僻字也可以。")),
        Question("patient_id_no", "id_no", _("患者身份证号"), _("18 位，最后一位可能是 X。没有身份证的孩子照户口簿填。")),
        Question("patient_phone", "phone", _("联系手机号"), _("可以填家人的号码。进度会发短信到这里。")),
        Question("second_contact_phone", "phone", _("另一个联系电话"), required=False),
        Question("hukou_in_ningxia", "yes_no", _("户口在宁夏吗"), sensitive=False),
        Question("hukou_division", "division", _("户口在哪个村（社区）"), _("照户口簿选，和身份证号开头没有关系。"),
                 when=lambda facts: facts.get("hukou_in_ningxia") is True, sensitive=False),
        Question("lives_at_hukou", "yes_no", _("现在就住在户口所在的村（社区）吗"),
                 when=lambda facts: facts.get("hukou_in_ningxia") is True, sensitive=False),
        Question("residence_division", "division", _("现在住在哪个村（社区）"), when=_lives_elsewhere, sensitive=False),
        Question("handle_at", "choice", _("想在哪里办"), _("工作人员会到这个地方核实。"), choices=(
            ("hukou", _("户口所在地")), ("residence", _("现在住的地方")),
        ), when=_two_places, sensitive=False),
        Question("residence_permit_no", "text", _("居住证号码"), when=lambda facts: facts.get("hukou_in_ningxia") is False),
        Question("address", "text", _("详细住址"), _("写到门牌或村组，方便上门核实。")),
    ),
)  # fmt: skip
HOUSEHOLD = Section(
    "household", _("家庭"),
    (
        Question("household_size", "number", _("家里一共几口人"), _("患者也算在内。"), check=_household, sensitive=False),
        Question("household_income", "money", _("全家去年收入大约多少"), _("工资、种地、养殖、补贴都算。"), may_be_unknown=True),
        Question("hardship_category", "choice", _("属于哪一类困难家庭"), choices=HARDSHIP),
        Question("hardship_cert_no", "text", _("困难证件号码"), when=_has_category, may_be_unknown=True),
    ),
)  # fmt: skip
ILLNESS = Section(
    "illness", _("病情与花费"),
    (
        Question("disease_code", "choice", _("得的是什么病"), _("照诊断证明上的病名找，也可以打拼音。"), choices=disease_choices(), find=disease_codes),
        Question("diagnosis_hospital", "text", _("哪家医院确诊的"), _("照诊断证明上的印章写。")),
        Question("diagnosis_date", "date", _("确诊日期"), check=_not_before_birth),
        Question("was_inpatient", "yes_no", _("今年住过院吗"), sensitive=False),
        Question("treated_outside", "yes_no", _("在宁夏以外看过病吗"), sensitive=False),
        Question("gets_donated_drugs", "yes_no", _("有没有领过慈善组织赠送的药"), sensitive=False),
        Question("insurance_type", "choice", _("参加了哪种医保"), choices=INSURANCE),
        Question("cost_from", "date", _("这次申请的费用从哪天开始"), _("照结算单上的日期。")),
        Question("cost_to", "date", _("到哪天为止"), check=_period),
        Question("total_cost", "money", _("这段时间看病一共花了多少"), _("把每张结算单的总费用加起来。"), check=_some_cost),
        Question("insurance_paid", "money", _("医保报销了多少"), _("没有就填 0。"), when=_is_insured, check=_within_total),
        Question("critical_illness_paid", "money", _("大病保险报销了多少"), _("没有就填 0。"), when=_is_insured,
                 check=_within_total),
        Question("medical_assistance_paid", "money", _("民政医疗救助给了多少"), _("没有就填 0。"), check=_within_total),
        Question("commercial_paid", "money", _("商业保险、惠民保赔了多少"), _("没有就填 0。"), check=_within_total),
        Question("other_charity_paid", "money", _("其他慈善组织给了多少"), _("赠送的药按价钱算。没有就填 0。"),
                 check=_within_total),
    ),
)  # fmt: skip
ACCOUNT = Section(
    "account", _("收款账户"),
    (
        Question("account_relation", "choice", _("钱打到谁的账户"), choices=PAYEE_RELATIONS),
        Question("account_holder", "name", _("户名"), _("照银行卡或存折上的写。"), when=_other_account, check=_somebody_else),
        Question("bank_name", "text", _("开户银行"), _("写到支行，比如“黄河农村商业银行西吉支行”。")),
        Question("account_no", "bank_account", _("银行账号"), _("社保卡请填卡上的银行账号。")),
    ),
)  # fmt: skip

SECTIONS = (WHO, PATIENT, HOUSEHOLD, ILLNESS, ACCOUNT)

"""What a cataract application asks, in the order of the task list (domain.md 3.1 and 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.parts import EYES, PARTS
from cases.programme import Question, Section
from cases.providers.queries import ProviderChoices
from cases.screening.sight import SightFault, read

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
HOSPITALS = ProviderChoices("hospital")


def _is_agent(facts: Facts) -> bool:
    return facts.get("applicant_kind") == "agent"


def _is_guardian(facts: Facts) -> bool:
    return facts.get("applicant_kind") == "guardian"


def _lives_elsewhere(facts: Facts) -> bool:
    return facts.get("lives_at_hukou") is False


def _has_category(facts: Facts) -> bool:
    return facts.get("hardship_category") not in (None, "H09", "H99")


def _household(value: Any, facts: Facts) -> Any:
    return "" if 1 <= int(value) <= 30 else _("家庭人口请填 1 到 30 的数字，患者也算在内。")


def _in_ningxia(value: Any, facts: Facts) -> Any:
    return "" if value else _("这项救助面向宁夏户口的老人。")


def _legible(value: Any, facts: Facts) -> Any:
    try:
        read(str(value))
    except SightFault as fault:
        return fault.message
    return ""


def _open_hospital(value: Any, facts: Facts) -> Any:
    return "" if value in HOSPITALS.open_codes() else _("这家医院现在不接收，请另选一家。")


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
        Question("patient_id_no", "id_no", _("患者身份证号"), _("18 位，最后一位可能是 X。")),
        Question("patient_phone", "phone", _("联系手机号"), _("可以填家人的号码。进度会发短信到这里。")),
        Question("second_contact_phone", "phone", _("另一个联系电话"), required=False),
        Question("hukou_in_ningxia", "yes_no", _("户口在宁夏吗"), check=_in_ningxia, sensitive=False),
        Question("hukou_division", "division", _("户口在哪个村（社区）"), _("照户口簿选，和身份证号开头没有关系。"), sensitive=False),
        Question("lives_at_hukou", "yes_no", _("现在就住在户口所在的村（社区）吗"), sensitive=False),
        Question("residence_division", "division", _("现在住在哪个村（社区）"), when=_lives_elsewhere, sensitive=False),
        Question("address", "text", _("详细住址"), _("写到门牌或村组，方便上门核实。")),
    ),
)  # fmt: skip
HOUSEHOLD = Section(
    "household", _("家庭"),
    (
        Question("household_size", "number", _("家里一共几口人"), _("患者也算在内。"), check=_household, sensitive=False),
        Question("hardship_category", "choice", _("属于哪一类困难家庭"), choices=HARDSHIP),
        Question("hardship_cert_no", "text", _("困难证件号码"), when=_has_category, may_be_unknown=True),
    ),
)  # fmt: skip
EYE_SECTION = Section(
    "eyes", _("眼睛"),
    (
        Question("eye_right_va", "text", _("右眼视力"), _("照检查单写，比如 0.1、4.0、指数、手动、光感。"), check=_legible),
        Question("eye_left_va", "text", _("左眼视力"), _("照检查单写，比如 0.1、4.0、指数、手动、光感。"), check=_legible),
        Question("screened_on", "date", _("哪天检查的"), required=False, sensitive=False),
        Question("screening_no", "text", _("筛查登记号"), _("参加过筛查的，照结果单写。"), required=False, sensitive=False),
        Question("wanted_eye", "choice", _("先做哪只眼"), choices=tuple((eye, PARTS[eye]) for eye in EYES)),
        Question("both_eyes", "yes_no", _("另一只眼也要做吗"), _("另一只眼隔一段时间，复查好了再做。"), sensitive=False),
        Question("doctor_says_needed", "yes_no", _("医生写明视力好一些也要做吗"), sensitive=False),
        Question("aided_eyes", "choice", _("哪只眼得到过别的免费手术或补助"), choices=(
            ("none", _("都没有")), *((eye, PARTS[eye]) for eye in EYES), ("both", _("两只眼都有")),
        )),
        Question("insurance_type", "choice", _("参加了哪种医保"), choices=INSURANCE),
        Question("hospital", "choice", _("想在哪家医院做"), _("选好以后，中途不能自己换。"), choices=HOSPITALS,
                 check=_open_hospital, sensitive=False),
    ),
)  # fmt: skip

SECTIONS = (WHO, PATIENT, HOUSEHOLD, EYE_SECTION)

"""What a hearing application asks, in the order of the task list (domain.md 3.1 and 8), and what the test finds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.programme import Question, Section

Facts = Mapping[str, Any]

HARDSHIP = (
    ("H01", _("特困人员")),
    ("H02", _("低保对象")),
    ("H03", _("防止返贫监测对象")),
    ("H04", _("低保边缘家庭")),
    ("H05", _("看病等大额支出造成困难的家庭")),
    ("H07", _("重度残疾人（一级、二级）")),
    ("H08", _("优抚对象、困难退役军人")),
    ("H09", _("其他困难")),
)


def _is_agent(facts: Facts) -> bool:
    return facts.get("applicant_kind") == "agent"


def _is_family(facts: Facts) -> bool:
    return facts.get("applicant_kind") == "guardian"


def _lives_elsewhere(facts: Facts) -> bool:
    return facts.get("hukou_in_ningxia") is False or facts.get("lives_at_hukou") is False


def _two_places(facts: Facts) -> bool:
    hukou, home = str(facts.get("hukou_division") or ""), str(facts.get("residence_division") or "")
    return facts.get("hukou_in_ningxia") is True and _lives_elsewhere(facts) and bool(home) and hukou[:6] != home[:6]


def _has_category(facts: Facts) -> bool:
    return facts.get("hardship_category") not in (None, "H09")


def _no_device(value: Any, facts: Facts) -> Any:
    return _("近几年领过助听器的，周期内不能再领。可以联系原来的验配机构维修。") if value else ""


def _household(value: Any, facts: Facts) -> Any:
    return "" if 1 <= int(value) <= 30 else _("家庭人口请填 1 到 30 的数字，老人也算在内。")


def _measured(key: str) -> Any:
    """What the screening and the fitting centre's test put into the file; nobody is asked for it."""
    return lambda facts: facts.get(key) is not None


WHO = Section(
    "who", _("谁来办"),
    (
        Question("applicant_kind", "choice", _("谁来申请"), choices=(
            ("self", _("老人本人")), ("guardian", _("家属")), ("agent", _("村（居）委会等代办人")),
        ), sensitive=False),
        Question("guardian_name", "name", _("家属姓名"), when=_is_family),
        Question("guardian_id_no", "id_no", _("家属身份证号"), when=_is_family),
        Question("agent_relative", "yes_no", _("您和老人是亲属吗"), _("是亲属也可以代办，审核时会多一道核对。"),
                 when=_is_agent, sensitive=False),
    ),
)  # fmt: skip
PATIENT = Section(
    "patient", _("老人"),
    (
        Question("patient_name", "name", _("老人姓名"), _("照身份证上的写，生僻字也可以。")),
        Question("patient_id_no", "id_no", _("老人身份证号"), _("18 位，最后一位可能是 X。")),
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
        Question("household_size", "number", _("家里一共几口人"), _("老人也算在内。"), check=_household, sensitive=False),
        Question("household_income", "money", _("全家去年收入大约多少"), _("工资、种地、养殖、补贴都算。"), may_be_unknown=True),
        Question("hardship_category", "choice", _("属于哪一类困难家庭"), choices=HARDSHIP),
        Question("hardship_cert_no", "text", _("困难证件号码"), when=_has_category, may_be_unknown=True),
        Question("lives_alone", "yes_no", _("老人一个人住吗"), sensitive=False),
    ),
)  # fmt: skip
HEARING = Section(
    "hearing", _("听力"),
    (
        Question("trouble_years", "number", _("听不清有几年了"), _("不到一年填 0。")),
        Question("sudden_loss", "yes_no", _("是不是最近三个月突然听不见的"), _("突然听不见要先看耳鼻喉科，越早越好。")),
        Question("wants_to_wear", "yes_no", _("老人愿意戴助听器吗"), sensitive=False),
        Question("had_device", "yes_no", _("近几年领过免费的助听器吗"), check=_no_device),
        Question("screened_on", "date", _("哪天检查的"), required=False, sensitive=False),
        Question("screening_no", "text", _("筛查登记号"), _("参加过筛查的，照结果单写。"), required=False, sensitive=False),
        # what the screening found; it stands, and the test of the fitting centre is still made
        Question("ear_right_pta", "text", _("筛查时右耳平均听阈（dB）"), required=False, is_found=True,
                 when=_measured("ear_right_pta")),
        Question("ear_left_pta", "text", _("筛查时左耳平均听阈（dB）"), required=False, is_found=True,
                 when=_measured("ear_left_pta")),
        # what the test finds; the centre's act puts it here
        Question("tested_on", "date", _("听力检查日期"), when=_measured("tested_on"), is_found=True),
        Question("right_loss", "number", _("右耳平均听阈（dB）"), when=_measured("right_loss"), is_found=True),
        Question("left_loss", "number", _("左耳平均听阈（dB）"), when=_measured("left_loss"), is_found=True),
        Question("fitted_ears", "choice", _("按检查结果配哪只耳朵"), choices=(
            ("right_ear", _("右耳")), ("left_ear", _("左耳")), ("both", _("两只耳朵")), ("none", _("不在适用范围内")),
        ), when=_measured("fitted_ears"), is_found=True),
        Question("devices", "choice", _("已留几台"), choices=(("1", _("一台")), ("2", _("两台"))), when=_measured("devices"), is_found=True,
                 sensitive=False),
    ),
)  # fmt: skip

SECTIONS = (WHO, PATIENT, HOUSEHOLD, HEARING)

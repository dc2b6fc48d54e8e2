"""The shipped policy of hearing relief (老年听障救助): example numbers, which an office replaces by its own rules.

Values, hearing, days and levels stand here; the checklist and the reasons are in ``policy_lists.py``. The values are
realistic examples, not the rules of any office.
"""

from typing import Any

from cases.follow_up.shipped import follow_up
from cases.policy.rules import Row
from workflows.programmes.hearing.policy_lists import (
    CHECKLIST,
    CLAUSES,
    REJECT_REASONS,
    RETURN_REASONS,
    SUPPLEMENT_REASONS,
)

AWARD = (
    Row(
        "award", "one", {"shape": "flat", "amount": "2000", "when": {"stage": ["1"]}}, 1, "示例第 9 条",
        "一只耳朵配一台，按实物价值计。", "One device for one ear, at its value in kind.",
    ),
    Row(
        "award", "two", {"shape": "flat", "amount": "4000", "when": {"stage": ["2"]}}, 2, "示例第 9 条",
        "两耳都是重度的配两台，按实物价值计。", "Two devices where both ears are severe, at their value in kind.",
    ),
)  # fmt: skip

CAPS = (
    Row(
        "caps",
        "per_claim",
        {"amount": "4000"},
        1,
        "示例第 9 条",
        "每次最多（实物价值）。",
        "At most at a time, in kind.",
    ),
)


def _days(position: int, key: str, amount: int, zh: str, en: str, unit: str = "workdays") -> Row:
    return Row("days", key, {unit: amount}, position, "示例第 20 条", zh, en)


DAYS = (
    _days(0, "claim", 3, "领取后没有办结，退回待领取", "A claimed step that is not decided goes back"),
    _days(1, "intake", 3, "看材料是否齐全，出受理回执", "Check completeness, give a receipt"),
    _days(2, "tell_once", 5, "收到后一次告知要补的全部材料", "Tell everything that is missing, once"),
    _days(3, "supplement", 15, "申请人补材料", "Applicant supplies papers"),
    _days(4, "supplement_extension", 10, "补材料可延长一次", "One extension for the applicant"),
    _days(5, "verification", 7, "村镇核实和入户", "Village and town verification, home visit"),
    _days(5, "hearing_test", 30, "受理后做诊断性听力检查", "Diagnostic hearing test after acceptance", "days"),
    _days(5, "audiogram_valid", 183, "听力检查结果有效", "A hearing test is valid", "days"),
    _days(
        5, "audiometer_calibrated", 366, "听力计校准后可用", "An audiometer may be used after its calibration", "days"
    ),
    _days(6, "county_review", 5, "县级初审", "County review"),
    _days(7, "province_confirm", 10, "省级核定，对库存", "Confirmed by the province against stock"),
    _days(8, "reject_check", 5, "不予救助的复核", "Second look at a refusal"),
    _days(9, "waiting", 180, "轮候", "Waiting for a device", "days"),
    _days(11, "publicity", 5, "公示", "Public notice"),
    _days(12, "objection", 10, "核查异议", "Investigate an objection"),
    _days(13, "objection_extension", 10, "核查异议可延长一次", "One extension of the investigation"),
    _days(14, "grant", 3, "公示后作出准予决定", "Grant after the public notice"),
    _days(15, "delivery", 45, "准予后验配发放", "Fitted after the grant", "days"),
    _days(
        16,
        "fitting_unclaimed",
        60,
        "从第一次预约起没来领，设备退回库",
        "Unclaimed since the first appointment, back to stock",
        "days",
    ),
    _days(17, "fitting_return", 30, "不适应可以退回", "May be returned when one cannot adapt", "days"),
    _days(18, "fit_check_early", 3, "复查最多提前", "A check may be done earlier by at most", "days"),
    _days(18, "fit_check_1", 7, "第一次复查（电话）", "First check, by phone", "days"),
    _days(
        19,
        "fit_check_2",
        30,
        "第二次复查（调试），过后付验配费",
        "Second check, retuning; then the fitting fee",
        "days",
    ),
    _days(20, "fit_check_3", 90, "第三次复查（使用情况）", "Third check, of use", "days"),
    _days(21, "fit_check_4", 365, "第四次复查（使用情况）", "Fourth check, of use", "days"),
    _days(22, "follow_up", 375, "四次复查都做完", "All four checks done", "days"),
    _days(23, "call_back", 30, "回访", "Follow-up", "days"),
    _days(23, "fee", 40, "验配费可付", "The fitting fee is due", "days"),
    _days(23, "fee_review", 5, "核定验配费", "Approve the fitting fee"),
    _days(23, "payment", 10, "核定后拨付验配费", "Pay the fitting fee once approved"),
    _days(23, "bank_result", 3, "银行没有回复就去查询", "Ask the bank when it does not answer"),
    _days(23, "repair", 30, "更正验配机构账户", "Correct the account of the fitting centre", "days"),
    _days(24, "draft_kept", 30, "草稿保留", "A draft is kept", "days"),
    _days(25, "head_start", 5, "优先的件排队最多提前", "Priority puts a case forward by at most", "days"),
    _days(26, "warning", 2, "到期前提醒", "Warned before it is due"),
    _days(27, "escalation", 3, "超期后报负责人", "Overdue work is reported to the head"),
    _days(27, "privacy_answer", 15, "答复个人信息请求", "Answer a request about one's own data"),
    _days(28, "review_request", 15, "申请复核", "Ask for an internal review"),
    _days(29, "review_answer", 20, "答复复核", "Answer the review"),
)

LEVELS = (Row("levels", "village_check", {"on": True}, 0, "示例第 14 条", "村（居）核实", "Village check"),)


def _count(position: int, key: str, count: int, clause: str, zh: str, en: str) -> Row:
    return Row("eligibility", key, {"count": count}, position, clause, zh, en)


ELIGIBILITY = (
    _count(1, "age_from", 60, "示例第 5 条", "年龄从（周岁）", "Age from (years)"),
    _count(2, "loss_from", 41, "示例第 6 条", "较好耳平均听阈从（dB）", "Average of the better ear from (dB)"),
    _count(3, "loss_to", 90, "示例第 6 条", "平均听阈到（dB），更重的转介", "Average up to (dB); more is referred"),
    _count(
        4,
        "second_ear_from",
        61,
        "示例第 9 条",
        "两耳都从（dB）起才配第二台",
        "A second device when both ears from (dB)",
    ),
    _count(5, "replacement_years", 5, "示例第 11 条", "更换周期（年）", "Replacement cycle (years)"),
    _count(
        6,
        "fitting_invitations",
        2,
        "示例第 19 条",
        "没来领以前至少预约几次",
        "Appointments before a device counts as unclaimed",
    ),
    Row(
        "eligibility",
        "standard",
        {"standard": "WHO1997"},
        4,
        "示例第 8 条",
        "听力损失按哪个标准分级，决定轮候先后。",
        "The standard by which a hearing loss is graded; it orders the waiting list.",
    ),  # fmt: skip
    _count(
        4, "sudden_days", 90, "示例第 8 条", "几天内突然听不见的，先看耳科", "Days of a sudden loss: ear doctor first"
    ),
    _count(
        4, "air_bone_gap", 15, "示例第 8 条", "气骨导差从（dB）起先看耳科", "Air-bone gap from (dB): ear doctor first"
    ),
    _count(
        4,
        "ear_difference",
        30,
        "示例第 8 条",
        "两耳相差从（dB）起先看耳科",
        "Ears that differ from (dB): ear doctor first",
    ),
    Row(
        "eligibility",
        "fitting_fee",
        {"amount": "200"},
        6,
        "示例第 17 条",
        "每台设备的验配费，复查通过后付给验配机构。",
        "Fitting fee for each device, paid to the centre after the check.",
    ),
    _count(7, "supplement_rounds", 2, "示例第 21 条", "补正最多几轮", "Rounds of supplement at most"),
    _count(8, "home_visitors", 2, "示例第 14 条", "入户至少几人", "Visitors at a home at least"),
    _count(9, "opinion_characters", 10, "示例第 22 条", "否定意见至少几字", "Characters of a negative opinion"),
    _count(10, "public_list_minimum", 5, "示例第 18 条", "少于几人按市公示", "Listed by city when fewer than"),
)
ENTITLEMENT = (
    Row(
        "entitlement", "age", {"fact": "age", "is": "at_least", "than": ["age_from"]}, 1, "示例第 5 条",
        "这项救助面向 {than} 周岁以上的老人。",
        "This aid is for people of {than} and more.",
    ),
    Row(
        "entitlement", "place", {"fact": "place", "is": "within", "than": ["64"]}, 2, "示例第 4 条",
        "这项救助面向宁夏户口，或者有宁夏居住证的人。",
        "This aid is for people registered in Ningxia or with a permit there.",
    ),
    Row(
        "entitlement", "aided", {"fact": "aided", "is": "is", "than": ["no"]}, 3, "示例第 11 条",
        "近几年没有领过免费的助听器。",
        "No free hearing aid in the last years.",
    ),
    Row(
        "entitlement", "loss", {"fact": "loss", "is": "between", "than": ["loss_from", "loss_to"]}, 4, "示例第 6 条",
        "听力检查：较好耳平均听阈在 {than} dB 之间。",
        "Hearing test: average of the better ear {than} dB.",
    ),
)  # fmt: skip


def _priority(position: int, key: str, days: int, when: dict[str, Any], zh: str, en: str) -> Row:
    value = {"days": days, "when": when, "name_zh": zh, "name_en": en}
    return Row("priority", key, value, position, "示例第 23 条")


PRIORITY = (
    _priority(1, "poorest", 2, {"categories": ["H01", "H02", "H03"]}, "特困、低保、防返贫", "Poorest households"),
    _priority(2, "returned_twice", 2, {"returned_twice": True}, "退回过两次", "Returned twice"),
    _priority(3, "deadline_near", 1, {"deadline_near": True}, "快到期", "Nearly due"),
)

READING = (
    Row("reading", "county_review", {"on": False}, 1, "示例第 24 条", "县级初审", "County review"),
    Row("reading", "province_confirm", {"on": True}, 2, "示例第 24 条", "省级核定", "Confirmed by the province"),
    Row("reading", "seconds", {"count": 60}, 3, "示例第 25 条", "少于几秒算太快", "Fewer seconds are too quick"),
)

POLICY: dict[str, Any] = {
    "title": "老年听障救助标准（示例）",
    "effective_from": "2026-01-01",
    "note": "示例数值，由各地按自己的办法替换。",
    "measure": {
        "title": "老年听障救助办法（示例）",
        "issuer": "省救助机构（示例）",
        "document_number": "示例〔2026〕3 号",
        "issued_on": "2025-12-01",
        "clauses": CLAUSES,
    },
    "vectors": (
        {"title": "一只耳朵配一台", "facts": {"stage": "1"}, "expected": {"amount": "2000", "rows": ["award.one"]}},
        {"title": "两耳配两台", "facts": {"stage": "2"}, "expected": {"amount": "4000", "rows": ["award.two"]}},
        {"title": "不配", "facts": {"stage": "0"}, "expected": {"amount": "0"}},
    ),
    "rows": (
        *AWARD, *CAPS, *DAYS, *LEVELS, *ELIGIBILITY, *ENTITLEMENT, *PRIORITY, *READING, *follow_up(money=False), *CHECKLIST,
        *SUPPLEMENT_REASONS, *REJECT_REASONS, *RETURN_REASONS,
    ),
}  # fmt: skip

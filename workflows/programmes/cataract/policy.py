"""The shipped policy of cataract relief (白内障救助): example numbers, which an office replaces by its own rules."""

from typing import Any

from cases.duplicates.shipped import DUPLICATES
from cases.follow_up.shipped import follow_up
from cases.policy.rules import Row
from workflows.programmes.cataract.policy_lists import (
    CHECKLIST,
    CLAUSES,
    REJECT_REASONS,
    RETURN_REASONS,
    SUPPLEMENT_REASONS,
)

ORDER = ["basic_insurance", "critical_illness", "medical_assistance", "supplementary", "commercial", "other_charity",
         "third_party"]  # fmt: skip
POOR = ["H01", "H02", "H03", "H04", "H05"]


def _eye(position: int, key: str, cap: str, when: dict[str, Any], zh: str, en: str) -> Row:
    value: dict[str, Any] = {"shape": "actual", "cap": cap} | ({"when": when} if when else {})
    return Row("award", key, value, position, "示例第 9 条", zh, en)


AWARD = (
    Row(
        "award", "self_pay", {"shape": "self_pay", "order": ORDER, "out_of_scope": True}, 1, "示例第 8 条：先保险、后救助、再慈善",
        "个人负担 = 总费用减去医保、各项救助、医院减免和自选晶体的差价。",
        "Self-paid cost = total cost less insurance, other aid, the hospital's discount and the premium lens.",
    ),
    _eye(2, "uninsured", "2000", {"insured": False}, "没有参保的，每眼最多。", "For each eye of somebody uninsured at most."),
    _eye(3, "poor", "1500", {"categories": POOR}, "困难类别一至五，每眼最多。", "For each eye, categories 1 to 5, at most."),
    _eye(4, "others", "800", {}, "其他人，每眼最多。", "For each eye of others at most."),
)  # fmt: skip
CAPS = (
    Row("caps", "fund_short", {"mode": "waitlist", "waits_by": "accepted"}, 1, "示例第 13 条：量入为出", "资金不够时按受理先后轮候。",
        "When the fund is short, cases wait in the order of acceptance."),
)  # fmt: skip


def _days(position: int, key: str, amount: int, zh: str, en: str, unit: str = "workdays") -> Row:
    return Row("days", key, {unit: amount}, position, "示例第 20 条", zh, en)


DAYS = (
    _days(0, "claim", 3, "领取后没有办结，退回待领取", "A claimed step that is not decided goes back"),
    _days(1, "intake", 3, "看材料是否齐全，出受理回执", "Check completeness, give a receipt"),
    _days(2, "tell_once", 5, "收到后一次告知要补的全部材料", "Tell everything that is missing, once"),
    _days(3, "supplement", 15, "申请人补材料", "Applicant supplies papers"),
    _days(4, "supplement_extension", 10, "补材料可延长一次", "One extension for the applicant"),
    _days(5, "verification", 7, "村镇核实困难情况", "Village and town check the hardship"),
    _days(6, "county_review", 5, "县级初审", "County review"),
    _days(7, "province_confirm", 10, "省级确认名额", "The province confirms the place"),
    _days(8, "reject_check", 5, "不予救助的复核", "Second look at a refusal"),
    _days(9, "waiting", 180, "轮候最长等待", "Longest wait for a place", "days"),
    _days(10, "publicity", 5, "公示", "Public notice"),
    _days(11, "objection", 10, "核查异议", "Investigate an objection"),
    _days(12, "objection_extension", 10, "核查异议可延长一次", "One extension of the investigation"),
    _days(13, "permit", 10, "公示后发手术通知单", "Issue the permit after the public notice"),
    _days(14, "permit_valid", 60, "手术通知单有效期", "A permit is valid for", "days"),
    _days(
        15, "treatment", 180, "等待手术（两只眼都做的算第二只）", "Wait for the surgery, of the second eye too", "days"
    ),
    _days(16, "settlement", 40, "医院申报和核对费用", "Claim and check of the costs"),
    _days(17, "payment", 10, "核对后拨付给医院", "Pay the hospital after the check"),
    _days(18, "bank_result", 3, "银行没有回复就去查询", "Ask the bank when it does not answer"),
    _days(19, "repair", 30, "更正医院账户", "Correct the hospital's account", "days"),
    _days(20, "repair_contact", 5, "退汇后联系医院", "Contact the hospital after a return"),
    _days(21, "review_request", 15, "申请复核", "Ask for an internal review"),
    _days(22, "review_answer", 20, "答复复核", "Answer the review"),
    _days(23, "follow_up", 30, "回访", "Follow-up", "days"),
    _days(24, "second_follow_up", 90, "第二次回访", "Second follow-up", "days"),
    _days(25, "draft_kept", 30, "草稿保留", "A draft is kept", "days"),
    _days(26, "head_start", 5, "优先的件排队最多提前", "Priority puts a case forward by at most", "days"),
    _days(27, "warning", 2, "到期前提醒", "Warned before it is due"),
    _days(28, "escalation", 3, "超期后报负责人", "Overdue work is reported to the head"),
    _days(28, "privacy_answer", 15, "答复个人信息请求", "Answer a request about one's own data"),
)
LEVELS = (
    Row("levels", "village_check", {"on": True}, 0, "示例第 14 条", "村（居）核实", "Village check"),
    Row("levels", "second_follow_up", {"on": False}, 1, "示例第 23 条", "第二次回访", "Second follow-up"),
)


def _count(position: int, key: str, count: int, clause: str, zh: str, en: str) -> Row:
    return Row("eligibility", key, {"count": count}, position, clause, zh, en)


ELIGIBILITY = (
    _count(1, "age_from", 60, "示例第 5 条", "年满几周岁", "From so many years of age"),
    Row(
        "eligibility",
        "vision_at_most",
        {"amount": "0.3"},
        2,
        "示例第 5 条",
        "要做的眼视力不高于",
        "Sight of the eye at most",
    ),
    Row(
        "eligibility", "opacity_from", {"amount": "2.0"}, 3, "示例第 5 条",
        "筛查时 LOCS III 任一项达到多少算混浊", "At a screening, clouded from this grade of LOCS III on",
    ),
    _count(3, "pressure_above", 21, "示例第 5 条", "筛查时眼压高于几毫米汞柱先转诊", "At a screening, referred above a pressure of (mmHg)"),
    _count(3, "second_eye_days", 28, "示例第 10 条", "第二只眼至少隔几天", "Days before the second eye at least"),
    _count(4, "no_shows", 2, "示例第 12 条", "失约几次收回名额", "Missed appointments that end a permit"),
    _count(
        5, "report_hours", 24, "示例第 15 条", "并发症几小时内报告", "Hours within which a complication is reported"
    ),
    _count(
        6, "claim_day", 10, "示例第 16 条", "次月几日前申报费用", "Day of the next month by which costs are claimed"
    ),
    _count(7, "supplement_rounds", 2, "示例第 21 条", "补正最多几轮", "Rounds of supplement at most"),
    _count(8, "home_visitors", 2, "示例第 14 条", "入户至少几人", "Visitors at a home at least"),
    _count(9, "opinion_characters", 10, "示例第 22 条", "否定意见至少几字", "Characters of a negative opinion"),
    _count(10, "public_list_minimum", 5, "示例第 18 条", "少于几人按市公示", "Listed by city when fewer than"),
)  # fmt: skip
ENTITLEMENT = (
    Row(
        "entitlement", "age", {"fact": "age", "is": "at_least", "than": ["age_from"]}, 1, "示例第 5 条",
        "这项救助面向 {than} 周岁以上的老人。",
        "This aid is for people of {than} and more.",
    ),
    Row(
        "entitlement", "place", {"fact": "place", "is": "within", "than": ["64"]}, 2, "示例第 4 条",
        "这项救助面向宁夏户口的老人。",
        "This aid is for people registered in Ningxia.",
    ),
    Row(
        "entitlement", "sight", {"fact": "sight", "is": "at_most", "than": ["vision_at_most"], "when": {"doctor_says_needed": False}}, 3, "示例第 5 条",
        "要做的眼视力不高于 {than}，或者医生写明要做。",
        "The eye sees {than} at most, or a doctor wrote that it is needed.",
    ),
    Row(
        "entitlement", "sightless", {"fact": "sightless", "is": "is", "than": ["no"]}, 4, "示例第 5 条",
        "眼睛没有光感的，手术不能恢复视力。",
        "An eye that sees no light is not helped by surgery.",
    ),
    Row(
        "entitlement", "aided", {"fact": "aided", "is": "is", "than": ["no"]}, 5, "示例第 5 条",
        "这只眼没有得到过别的救助。",
        "The eye was not aided before.",
    ),
)  # fmt: skip


def _priority(position: int, key: str, days: int, when: dict[str, Any], zh: str, en: str) -> Row:
    return Row("priority", key, {"days": days, "when": when, "name_zh": zh, "name_en": en}, position, "示例第 23 条")


PRIORITY = (
    _priority(1, "poorest", 2, {"categories": ["H01", "H02", "H03"]}, "特困、低保、防返贫", "Poorest households"),
    _priority(2, "returned_twice", 2, {"returned_twice": True}, "退回过两次", "Returned twice"),
    _priority(3, "deadline_near", 1, {"deadline_near": True}, "快到期", "Nearly due"),
)
READING = (
    Row("reading", "county_review", {"on": False}, 1, "示例第 24 条", "县级初审", "County review"),
    Row("reading", "province_confirm", {"on": True}, 2, "示例第 24 条", "省级确认名额", "Confirmation by the province"),
    Row("reading", "seconds", {"count": 60}, 3, "示例第 25 条", "少于几秒算太快", "Fewer seconds are too quick"),
)
BOTH: dict[str, Any] = {
    "hardship_category": "H02",
    "insurance_type": "INS_RES",
    "wanted_eye": "left_eye",
    "both_eyes": True,
}
VECTORS: tuple[dict[str, Any], ...] = tuple(
    {"title": title, "facts": facts, "expected": {"amount": amount}}
    for title, facts, amount in (
        ("低保，一只眼自付 900 元：据实", {"total": "900", "categories": ["H02"]}, "900"),
        ("低保，一只眼自付 1,800 元：到上限", {"total": "1800", "categories": ["H02"]}, "1500"),
        ("其他困难，一只眼自付 600 元：据实", {"total": "600", "categories": ["H09"]}, "600"),
        ("其他困难，一只眼自付 1,800 元：到上限", {"total": "1800", "categories": ["H09"]}, "800"),
        ("没有参保，一只眼 2,600 元：到上限", {"total": "2600", "insured": False}, "2000"),
        ("自选晶体差价 3,000 元不计", {"total": "3900", "excluded": "3000", "categories": ["H02"]}, "900"),
        ("低保，两只眼，手术前：每眼最多 1,500 元", {"answers": BOTH}, "3000"),
        (
            "低保，两只眼，费用 900 元和 1,800 元：每眼各自封顶",
            {
                "answers": {
                    **BOTH,
                    "claimed": [{"part": "left_eye", "total": "900"}, {"part": "right_eye", "total": "1800"}],
                }
            },
            "2400",
        ),
    )
)
"""One eye by its facts, and two eyes as the programme itself adds them up."""
POLICY: dict[str, Any] = {
    "title": "白内障救助标准（示例）",
    "effective_from": "2026-01-01",
    "note": "示例数值，由各地按自己的办法替换。",
    "measure": {
        "title": "白内障救助办法（示例）",
        "issuer": "省救助机构（示例）",
        "document_number": "示例〔2026〕2 号",
        "issued_on": "2025-12-01",
        "clauses": CLAUSES,
    },
    "vectors": VECTORS,
    "rows": (
        *AWARD, *CAPS, *DAYS, *LEVELS, *ELIGIBILITY, *ENTITLEMENT, *PRIORITY, *READING, *follow_up(money=False), *DUPLICATES, *CHECKLIST,
        *SUPPLEMENT_REASONS, *REJECT_REASONS, *RETURN_REASONS,
    ),
}  # fmt: skip

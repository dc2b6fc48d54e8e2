"""The shipped policy of rare-disease relief (罕见病救助): example numbers, which an office replaces by its own rules.

Amounts, days, levels and quorum stand here; the checklist and the reasons are in ``policy_lists.py``. The values are
realistic examples, not the rules of any office.
"""

from typing import Any

from cases.duplicates.shipped import DUPLICATES
from cases.follow_up.shipped import follow_up
from cases.policy.rules import Row
from cases.urgent.shipped import urgent
from workflows.programmes.rare_disease.policy_lists import (
    CHECKLIST,
    CLAUSES,
    REJECT_REASONS,
    RETURN_REASONS,
    SUPPLEMENT_REASONS,
)
from workflows.scoring.shipped import scoring

AWARD = (
    Row(
        "award",
        "self_pay",
        {
            "shape": "self_pay",
            "order": [
                "basic_insurance",
                "critical_illness",
                "medical_assistance",
                "supplementary",
                "commercial",
                "other_charity",
                "third_party",
            ],
            "out_of_scope": True,
        },
        1,
        "示例第 8 条：先保险、后救助、再慈善",
        "个人负担 = 总费用减去各项报销和救助，赠药不计入。",
        "Self-paid cost = total cost less insurance and aid; donated drugs do not count.",
    ),
    Row("award", "band1", {"shape": "band", "over": "5000", "to": "20000", "amount": "3000"}, 2, "示例第 9 条第一档"),
    Row("award", "band2", {"shape": "band", "over": "20000", "to": "50000", "amount": "6000"}, 3, "示例第 9 条第二档"),
    Row("award", "band3", {"shape": "band", "over": "50000", "amount": "10000"}, 4, "示例第 9 条第三档"),
    Row(
        "award",
        "uplift",
        {"shape": "uplift", "percent": "20", "when": {"categories": ["H01", "H02", "H03"]}},
        5,
        "示例第 10 条",
        "特困、低保和防返贫监测对象上浮两成。",
        "A fifth more for the three poorest groups.",
    ),
    Row(
        "award",
        "repeat",
        {"shape": "repeat", "mode": "difference"},
        6,
        "示例第 11 条",
        "一年内再次申请，费用合并计算，只补差额，前一次不重算。",
        "A second claim in a year is added up and the difference is paid; the first is not worked out again.",
    ),
)

CAPS = (
    Row(
        "caps", "per_year", {"amount": "12000"}, 1, "示例第 12 条", "每人每年最多。", "At most for a person in a year."
    ),
    Row(
        "caps",
        "claims_per_year",
        {"count": 2},
        2,
        "示例第 11 条",
        "每人每年最多申请次数。",
        "Claims a person may make a year.",
    ),
    Row(
        "caps",
        "fund_short",
        {"mode": "waitlist", "waits_by": "accepted"},
        3,
        "示例第 13 条：量入为出",
        "资金不够时按受理先后轮候。",
        "When the fund is short, cases wait in the order of acceptance.",
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
    _days(
        5,
        "insurance_check",
        5,
        "医保报销核对，和村级核实同时进行",
        "Check of what the insurance paid, beside the village check",
    ),
    _days(6, "county_review", 5, "县级初审", "County review"),
    _days(7, "city_recheck", 5, "市级复核", "City recheck"),
    _days(8, "province_review", 10, "省级审核和核算", "Province review and calculation"),
    _days(8, "reject_check", 5, "不予救助的复核", "Second look at a refusal"),
    _days(9, "expert", 10, "专家意见", "Expert opinion"),
    _days(10, "panel", 22, "集体研究，每月一批", "Panel, a batch a month"),
    _days(11, "publicity", 5, "公示", "Public notice"),
    _days(12, "objection", 10, "核查异议", "Investigate an objection"),
    _days(13, "objection_extension", 10, "核查异议可延长一次", "One extension of the investigation"),
    _days(14, "grant", 3, "公示后作出准予决定", "Grant after the public notice"),
    _days(15, "award_notice", 90, "告知书有效期", "The award notice is valid", "days"),
    _days(16, "payment", 10, "公示结束后拨付", "Pay after the public notice"),
    _days(17, "bank_result", 3, "银行没有回复就去查询", "Ask the bank when it does not answer"),
    _days(18, "repair_contact", 5, "退汇后联系申请人", "Contact the applicant after a return"),
    _days(19, "repair", 30, "更正账户", "Correct the account", "days"),
    _days(20, "review_request", 15, "申请复核", "Ask for an internal review"),
    _days(21, "review_answer", 20, "答复复核", "Answer the review"),
    _days(22, "follow_up", 30, "第一次回访", "First follow-up visit", "days"),
    _days(23, "second_follow_up", 180, "第二次回访", "Second follow-up visit", "days"),
    _days(24, "draft_kept", 30, "草稿保留", "A draft is kept", "days"),
    _days(25, "head_start", 5, "优先的件排队最多提前", "Priority puts a case forward by at most", "days"),
    _days(26, "warning", 2, "到期前提醒", "Warned before it is due"),
    _days(27, "escalation", 3, "超期后报负责人", "Overdue work is reported to the head"),
    _days(27, "privacy_answer", 15, "答复个人信息请求", "Answer a request about one's own data"),
)

LEVELS = (
    Row("levels", "village_check", {"on": True}, 0, "示例第 14 条", "村（居）核实", "Village check"),
    Row("levels", "city_recheck", {"on": True}, 2, "示例第 15 条", "市级复核", "City recheck"),
    Row("levels", "expert", {"on": True}, 4, "示例第 16 条", "专家意见", "Expert opinion"),
    Row("levels", "second_follow_up", {"on": False}, 5, "示例第 23 条", "第二次回访", "Second follow-up visit"),
)

QUORUM = (
    Row(
        "quorum",
        "panel",
        {"members": 5, "present": 4, "approve": 3},
        1,
        "示例第 17 条",
        "成员 5 人，不算回避的至少 4 人到会，3 票以上通过。",
        "Five members; at least four present who are not recused; three votes carry.",
    ),
)

ELIGIBILITY = (
    Row(
        "eligibility",
        "self_pay_floor",
        {"amount": "5000"},
        1,
        "示例第 6 条",
        "年度个人负担要超过",
        "Self-paid cost a year over",
    ),
    Row(
        "eligibility",
        "expert_over",
        {"amount": "100000"},
        2,
        "示例第 16 条",
        "超过要专家意见",
        "Expert opinion needed over",
    ),
    Row(
        "eligibility",
        "supplement_rounds",
        {"count": 2},
        3,
        "示例第 21 条",
        "补正最多几轮",
        "Rounds of supplement at most",
    ),
    Row("eligibility", "home_visitors", {"count": 2}, 4, "示例第 14 条", "入户至少几人", "Visitors at a home at least"),
    Row(
        "eligibility",
        "opinion_characters",
        {"count": 10},
        5,
        "示例第 22 条",
        "否定意见至少几字",
        "Characters of a negative opinion",
    ),
    Row(
        "eligibility",
        "public_list_minimum",
        {"count": 5},
        6,
        "示例第 18 条",
        "少于几人按市公示",
        "Listed by city when fewer than",
    ),
)
ENTITLEMENT = (
    Row(
        "entitlement", "place", {"fact": "place", "is": "within", "than": ["64"]}, 1, "示例第 4 条",
        "这项救助面向宁夏户口，或者有宁夏居住证并在宁夏参保的人。",
        "This aid is for people registered in Ningxia, or with a permit and insured there.",
    ),
    Row(
        "entitlement", "disease", {"fact": "disease", "is": "within", "than": ["1-", "2-"]}, 2, "示例第 4 条",
        "病名在国家《罕见病目录》里。",
        "The illness is in the national catalogue of rare diseases.",
    ),
    Row(
        "entitlement", "self_pay", {"fact": "self_pay", "is": "over", "than": ["self_pay_floor"]}, 3, "示例第 6 条",
        "自己花的钱超过 {than} 元。",
        "The self-paid cost is over {than} yuan.",
    ),
)  # fmt: skip


def _priority(position: int, key: str, days: int, when: dict[str, Any], zh: str, en: str) -> Row:
    value = {"days": days, "when": when, "name_zh": zh, "name_en": en}
    return Row("priority", key, value, position, "示例第 23 条")


PRIORITY = (
    _priority(1, "child", 3, {"minor": True}, "儿童", "Child"),
    _priority(2, "poorest", 2, {"categories": ["H01", "H02", "H03"]}, "特困、低保、防返贫", "Poorest households"),
    _priority(3, "returned_twice", 2, {"returned_twice": True}, "退回过两次", "Returned twice"),
    _priority(4, "deadline_near", 1, {"deadline_near": True}, "快到期", "Nearly due"),
)

READING = (
    Row("reading", "county_review", {"on": False}, 1, "示例第 24 条", "县级初审", "County review"),
    Row("reading", "city_recheck", {"on": False}, 2, "示例第 24 条", "市级复核", "City recheck"),
    Row(
        "reading",
        "province_review",
        {"on": True},
        3,
        "示例第 24 条",
        "省级审核和核算",
        "Province review and calculation",
    ),
    Row("reading", "grant", {"on": True}, 4, "示例第 24 条", "准予救助", "Grant"),
    Row("reading", "seconds", {"count": 60}, 5, "示例第 25 条", "少于几秒算太快", "Fewer seconds are too quick"),
)

VECTORS: tuple[dict[str, Any], ...] = (
    {
        "title": "个人负担 20,000 元，低保：第一档加两成",
        "facts": {"total": "20000", "categories": ["H02"]},
        "expected": {"amount": "3600", "rows": ["award.self_pay", "award.band1", "award.uplift"]},
    },
    {
        "title": "个人负担 20,000.01 元，低保：第二档加两成",
        "facts": {"total": "20000.01", "categories": ["H02"]},
        "expected": {"amount": "7200", "rows": ["award.self_pay", "award.band2", "award.uplift"]},
    },
    {
        "title": "先 15,000 元，再 30,000 元：只补差额",
        "facts": {"total": "30000", "earlier_claims": [{"self_pay": "15000", "granted": "3000"}]},
        "expected": {"amount": "3000", "rows": ["award.self_pay", "award.band2", "award.repeat"]},
    },
    {
        "title": "个人负担 80,000 元，特困：到年度限额",
        "facts": {"total": "80000", "categories": ["H01"]},
        "expected": {"amount": "12000"},
    },
    {
        "title": "资金只剩 5,000 元：轮候",
        "facts": {"total": "80000", "categories": ["H01"], "fund_left": "5000"},
        "expected": {"amount": "0", "waitlist": True},
    },
    {
        "title": "个人负担正好 5,000 元：不到起点",
        "facts": {"total": "5000"},
        "expected": {"amount": "0", "rows": ["award.self_pay"]},
    },
)
"""The examples of domain 4.4b: a version that gives anything else is not published."""

POLICY: dict[str, Any] = {
    "title": "罕见病救助标准（示例）",
    "effective_from": "2026-01-01",
    "note": "示例数值，由各地按自己的办法替换。",
    "measure": {
        "title": "罕见病救助办法（示例）",
        "issuer": "省救助机构（示例）",
        "document_number": "示例〔2026〕1 号",
        "issued_on": "2025-12-01",
        "clauses": CLAUSES,
    },
    "vectors": VECTORS,
    "rows": (
        *AWARD, *CAPS, *DAYS, *LEVELS, *QUORUM, *ELIGIBILITY, *ENTITLEMENT, *PRIORITY, *READING, *follow_up(money=True), *DUPLICATES, *CHECKLIST,
        *SUPPLEMENT_REASONS, *REJECT_REASONS, *RETURN_REASONS, *urgent(), *scoring(),
    ),
}  # fmt: skip

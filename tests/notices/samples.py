"""What each letter is given in the tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

REASON = {
    "code": "J05", "name_zh": "困难条件不符", "name_en": "Hardship condition not met", "plain_zh": "家里收入超过了规定。",
    "plain_en": "The income is over the limit.", "clause": "示例第 7 条",
}  # fmt: skip
WORKING = [
    {"label_zh": "总费用", "label_en": "Total cost", "amount": "80000.00", "note": ""},
    {"label_zh": "减：基本医保报销", "label_en": "Less: insurance", "amount": "-30000.00", "note": "示例第 9 条"},
    {"label_zh": "本次救助金额", "label_en": "Grant", "amount": "30000.00", "note": ""},
]
DUE = date(2026, 12, 14)

GIVEN: dict[str, dict[str, Any]] = {
    "N01": {"accepted": True},
    "N02": {
        "items": [
            {
                "name_zh": "诊断证明", "name_en": "Diagnosis certificate", "plain_zh": "只有科室章，要盖医院章。",
                "plain_en": "It has only the department's stamp.",
            },
            {
                "name_zh": "身份证", "name_en": "ID card", "plain_zh": "照片看不清。",
                "plain_en": "The photo is not clear.",
            },
        ]
    },
    "N03": {"reasons": [REASON], "facts": "家里年收入 90000 元。"},
    "N07": {"stage_zh": "正在审核（县）", "stage_en": "Under review (county)"},
    "N11": {"stage_zh": "符合条件，排队中", "stage_en": "In the queue", "before": "3"},
    "N08": {"amount": Decimal("30000"), "days": 5, "is_coded": False},
    "N09": {
        "amount": Decimal("30000"), "working": WORKING, "clauses": [{"words_zh": "《示例办法》示例第 9 条：示例条文。", "words_en": "Example measure 示例第 9 条: example words."}], "valid_until": date(2027, 3, 1),
        "account_tail": "4321",
    },
    "N10": {"reasons": [REASON]},
    "N12": {"amount": Decimal("30000"), "account_tail": "4321", "paid_on": date(2026, 12, 1)},
    "N13": {"account_tail": "4321", "reason": {"name_zh": "户名不符", "name_en": "The name does not match"}},
    "N16": {
        "permits": [
            {
                "permit": "640422-2026-000123-7-1", "part_zh": "右眼", "part_en": "Right eye", "provider_zh": "固原眼科医院",
                "provider_en": "Guyuan Eye Hospital", "until": date(2027, 2, 1),
            }
        ]
    },
    "N17": {},
    "N18": {},
    "N21": {"amount": Decimal("2000"), "reasons": [REASON]},
    "N22": {"reasons": [REASON], "suspended": False},
    "N30": {"words": "请带上出院小结来窗口。"},
    "N31": {"amount": Decimal("2000"), "account_tail": "4321"},
}  # fmt: skip

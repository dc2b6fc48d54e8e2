"""What a POST of the matrix sends: a form filled in as somebody with the right would, so that "done" differs from "refused"."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from cases.access.models import Office
from cases.dossier.models import Case
from tests.matrix.table import Row
from tests.matrix.world import World
from workflows.walking.visitors import day

LATER = timezone.localdate() + timedelta(days=40)
OPINION = "按办法核对过材料和事实，情况属实。"
Filled = Callable[[World, dict[str, Any]], dict[str, Any]]

API: dict[str, dict[str, Any]] = {
    "api:claim": {"row_version": 1},
    "api:assign": {"row_version": 1, "to": "xiji_review2", "reason": "原来的同事外出培训，由您接着办。"},
    "api:allot": {"kind": "allocate", "items": [{"id": 999_999_999, "row_version": 1}]},
    "api:recuse": {"row_version": 1, "reason": OPINION},
    "api:exclude": {"row_version": 1, "person": "xiji_review2", "reason": OPINION},
    "api:stand_in_end": {},
    "api:leave": {"reason": "调到外地工作，不再任职。"},
    "api:put_off": {"row_version": 1, "until": LATER.isoformat(), "reason": "等医院补来报告，那天再看。"},
    "api:suspensions": {"flow": "rare_disease/v1", "step": "intake", "reason": OPINION},
    "api:plans": {"kind": "migrate", "flow": "rare_disease/v1", "to_flow": "rare_disease/v1", "reason": OPINION},
    "api:plan_sign": {"digest": "0" * 64},
    "api:incidents_take": {"incidents": [999_999_999]},
    "api:incidents_retry": {"incidents": [999_999_999]},
    "api:incidents_skip": {"incidents": [999_999_999], "reason": OPINION},
    "api:notes": {"text": OPINION, "mentions": []},
    "api:errands": {"words": OPINION, "place": "640422", "role": "CTY1", "days": 3},
    "api:errand_end": {"how": "answer", "words": OPINION},
    "api:messages": {"name": "receipt", "id": "m1"},
    "api:decide": {"row_version": 1, "outcome": "agree"},
    "api:decide_batch": {"items": [{"id": 999_999_999, "row_version": 1}], "outcome": "agree"},
}
_FINDING = {"severity": "minor", "title": "缺签名", "facts": OPINION, "clause": "第十二条", "days": 9}
FORMS: dict[str, Filled] = {
    "case:claim": lambda world, of: {"item": of["api.pk"], "row_version": 1},
    "case:put_off": lambda world, of: {
        "item": of["api.pk"], "row_version": 1, "put_off_reason": OPINION, **day("until", LATER),
    },
    "privacy:hold": lambda world, of: {"kind": "litigation", "reason": OPINION, **day("until", LATER)},
    "case:decide": lambda world, of: {"item": of["api.pk"], "row_version": 1, "outcome": "agree"},
    "case:notes": lambda world, of: {"text": OPINION},
    "case:note_reply": lambda world, of: {"text": OPINION},
    "case:note_redact": lambda world, of: {"reason": OPINION},
    "case:errands": lambda world, of: {"words": OPINION, "days": 3, "to": _county(of["number"])},
    "case:errand_end": lambda world, of: {"how": "answer", "words": OPINION},
    "case:code": lambda world, of: {"reason": "lost", "is_checked": "on", "id_tail": _tail(of["number"])},
    "case:invoices": lambda world, of: {
        "code": "64010001", "number": "0012345678", "total": "100", "in_scope": "80", "reimbursed": "60", "self_pay": "40",
        **day("issued_on", date(2026, 1, 5)),
    },
    "case:message": lambda world, of: {"words": OPINION, "phase": "send", "sure": "on"},
    "case:release": lambda world, of: {"item": of["api.pk"], "reason": OPINION},
    "case:recuse": lambda world, of: {"item": of["api.pk"], "row_version": 1, "reason": OPINION},
    "case:show": lambda world, of: {"part": "id", "purpose": "review"},
    "case:terminate": lambda world, of: {"reasons": ["T01"], "opinion": OPINION},
    "consent:withdraw": lambda world, of: {"sure": "on"},
    "dossier:account": lambda world, of: {"holder": "马某某", "account": "9990000000000008888", "bank_name": "演示银行"},
    "dossier:withdraw": lambda world, of: {"reason": OPINION},
    "findings:new": lambda world, of: _FINDING | {"office": Office.objects.get(division_code="640422", kind="redcross").pk},
    "findings:revise": lambda world, of: _FINDING,
    "findings:step": lambda world, of: {"how": "recheck", "words": OPINION},
    "findings:folder": lambda world, of: {"text": OPINION},
    "samples:new": lambda world, of: {"title": "抽样", "way": "none", "each": 1},
    "samples:check": lambda world, of: {"line": world.rows["sample"].cases.first().pk, "fine": "yes"},
    "inspection:private": lambda world, of: {"name": "马某某", "purpose": "核对举报"},
    "inspection:touched_account": lambda world, of: {"account": "9990000000000008888", "purpose": "核对举报"},
    "inspection:then_shown": lambda world, of: {"purpose": "核对举报"},
    "inspection:dossier": lambda world, of: {"purpose": "核对举报"},
    "inspection:rounds_shown": lambda world, of: {"purpose": "核对举报"},
    "evaluation:answer": lambda world, of: {"words": OPINION, "promise": OPINION},
    "evaluation:officers": lambda world, of: {"area": "640422", "officer": "guyuan_city"},
    "money:new_fund": lambda world, of: {
        "code": "YS-NEW", "name": "另一笔资金", "programme": "rare_disease", "kind": "fiscal", **day("starts_on", LATER),
    },
    "money:gift": lambda world, of: {"amount": "1", "source": "捐赠，凭证号 1"},
    "money:build": lambda world, of: {"payouts": []},
    "money:check": lambda world, of: {"count_retyped": 1, "total_retyped": "1"},
    "money:release": lambda world, of: {"password": "yanshi-demo-2026"},
    "money:void": lambda world, of: {"reason": OPINION},
    "operations:suspend": lambda world, of: {"reason": OPINION},
    "operations:suspend_road": lambda world, of: {"where": "rare_disease/v1:intake", "reason": OPINION},
    "running:limits": lambda world, of: {"partner": "sms", "per_minute": 60},
    "running:machines": lambda world, of: {"way": "machine", "username": "bureau"},
    "running:group": lambda world, of: {"incidents": [of["pk"]], "way": "skip", "reason": OPINION},
    "operations:plan_case": lambda world, of: {
        "kind": "restart", "step": "county_review", "to_step": "intake", "reason": OPINION,
    },
    "operations:sign": lambda world, of: {"digest": world.rows["plan"].digest},
    "panel:call": lambda world, of: {"items": [], **day("held_on", LATER)},
    "panel:minutes": lambda world, of: {"minutes": "会议逐件研究了议题，形成了一致意见。"},
    "panel:vote": lambda world, of: {"choice": "agree"},
    "panel:recuse": lambda world, of: {"reason": "患者是本人的远房亲戚，按规定回避。"},
    "policy:date": lambda world, of: {"title": "新的一版", **day("effective_from", LATER)},
    "reports:log": lambda world, of: {"kind": "xes", "purpose": OPINION},
    "reports:log_one": lambda world, of: {"name": "case-0123456789abcdef", "reason": OPINION},
    "screening:new": lambda world, of: {
        "programme": "two_step", "title": "春季筛查", "standard": "GB11533", **day("starts_on", LATER), **day("ends_on", LATER),
    },
    "screening:campaign": lambda world, of: {"way": "announce", "county": "640422"},
    "screening:arrange": lambda world, of: {"site": "县医院", "capacity": 10},
    "screening:register": lambda world, of: {"name": "马某某"},
    "screening:person": lambda world, of: {"right_bare": "1.0"},
    "screening:fit": lambda world, of: {"person": world.rows["registration"].pk},
    "providers:change": lambda world, of: {"why": OPINION},
    "providers:office_permit": lambda world, of: {"reason": OPINION},
    "publicity:announce": lambda world, of: {"cases": [one.token for one in world.rows["cases"]]},
    "publicity:publish": lambda world, of: {"cases": [one.token for one in world.rows["cases"]]},
    "publicity:list": lambda world, of: {"reason": "名单有误，先撤下。"},
    "publicity:one_objection": lambda world, of: {"upheld": "no", "finding": "查清了，没有这回事。", "answer": "查清了，没有这回事。"},
    "publicity:object": lambda world, of: {"entry": 1, "text": "名单上这户人家有两辆车，请核查。"},
}  # fmt: skip


def _county(number: str) -> str:
    """The post at the county's office that is asked."""
    return f"{Office.objects.get(division_code=number[:6], kind='redcross').pk}:CTY1"


def _tail(number: str) -> str:
    """The last four of the ID that somebody shows at the counter."""
    patient = Case.objects.select_related("patient").get(number=number).patient
    assert patient is not None
    return str(patient.id_no)[-4:]


def body_of(world: World, row: Row) -> str:
    """The body of this row's request, "" for a GET and for a form without fields."""
    if row.method != "POST":
        return ""
    if row.name in API:
        return json.dumps(API[row.name])
    filled = FORMS.get(row.name)
    return urlencode(filled(world, world.things[row.whose]), doseq=True) if filled else ""

"""Which papers a case needs, what an item of a supplement may name, and what makes a home visit whole: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.dossier.rules import circumstances
from cases.policy.rules import Document, Policy, Row
from cases.programme import Programme
from cases.text import clean, clean_name

FINDINGS = ("confirmed", "differs", "not_seen")
FOLLOWS = ""
"""The reason of an item that the office did not name: a changed answer calls for it."""


SKETCHES = {
    "D01": "signed", "D02": "card", "D03": "booklet", "D08": "receipt", "D09": "bankcard", "D10": "signed",
    "D11": "signed", "D12": "signed", "D21": "receipt", "D22": "signed",
}  # fmt: skip
"""示例图: which simple drawing a paper of the shared list looks like; the others look like a certificate."""


def sketch(code: str) -> str:
    """The drawing that shows what kind of paper this is; never a photo of a real one."""
    return f"papers/{SKETCHES.get(code, 'sheet')}.svg"


def checklist(policy: Policy, facts: Mapping[str, Any], *, today: date) -> list[Document]:
    """材料清单: the papers that this case needs by its answers and the policy."""
    return list(policy.checklist(circumstances(facts, today=today)))


@dataclass(frozen=True, slots=True)
class Item:
    """补正事项: a paper or an answer, with the coded reason and a note."""

    kind: str
    key: str
    reason: str
    note: str = ""


def read_items(raw: Sequence[Any], policy: Policy, card: Programme) -> list[Item]:
    """The items of a supplement notice; raises ValueError with a sentence for one that names nothing."""
    items: dict[tuple[str, str], Item] = {}
    keys = {question.key for question in card.questions()}
    for one in raw:
        given = one if isinstance(one, Mapping) else vars(one)
        item = Item(
            str(given["kind"]), str(given["key"]), str(given["reason"]), clean(str(given.get("note") or ""))[:200]
        )
        known = (
            policy.has("checklist", item.key) if item.kind == "material" else item.kind == "answer" and item.key in keys
        )
        if not known:
            raise ValueError(item.key)
        if not policy.has("supplement_reasons", item.reason):
            raise ValueError(item.reason)
        items[(item.kind, item.key)] = item
    return list(items.values())


def rounds_allowed(policy: Policy) -> int:
    """补正次数: how often a case may be told what is missing; never more than twice."""
    return min(MOST_ROUNDS, policy.count("supplement_rounds"))


MOST_ROUNDS = 2
"""补正最多两轮: what the database holds, whatever a policy says."""
VERDICTS = ("accepted", "rejected")


def reasons_for(policy: Policy, key: str) -> list[Row]:
    """补正原因 that fit a paper or an answer: those of that paper, and those of no paper in particular."""
    return [row for row in policy.section("supplement_reasons") if row.value.get("document") in ("", None, key)]


def verdict_fault(verdict: str, reason: str, *, is_given: bool, reasons: Sequence[Row]) -> dict[str, Any]:
    """What is wrong with a mark on a paper: 合格 needs a file, 不合格 a reason that fits the paper; empty when nothing."""
    if verdict not in VERDICTS:
        return {"verdict": _("请选合格或不合格")}
    if verdict == "accepted" and not is_given:
        return {"verdict": _("还没有收到文件，不能算合格")}
    if verdict == "rejected" and reason not in {row.key for row in reasons}:
        return {"reason": _("不合格的，请从列表里选一个原因")}
    return {}


def visit_keys(card: Programme, facts: Mapping[str, Any]) -> list[str]:
    """入户核对事项: the stated facts of the household, each of which a visit confirms, corrects or could not see."""
    return [
        question.key
        for section in card.sections
        if section.key == "household"
        for question in section.questions
        if question.key in facts
    ]


def visit_faults(
    *, visitors: Sequence[str], visited_on: date, place: str, findings: Mapping[str, Mapping[str, str]], keys: Sequence[str],
    submitted_on: date | None, today: date, least: int,
) -> dict[str, Any]:  # fmt: skip
    """What is wrong with a home-visit record, field by field; `least` visitors, all different, as the policy says."""
    faults: dict[str, Any] = {}
    names = [clean_name(str(name)) for name in visitors]
    if len(names) < least or not all(names):
        faults["visitors"] = format_lazy(_("入户要有 {n} 个人，请写每位核实人的姓名。"), n=least)
    elif len(set(names)) < len(names):
        faults["visitors"] = _("核实人不能是同一个人。")
    if visited_on > today:
        faults["visited_on"] = _("入户日期不能晚于今天。")
    elif submitted_on is not None and visited_on < submitted_on:
        faults["visited_on"] = _("入户日期早于申请日期。请核对。")
    if not clean(place):
        faults["place"] = _("请写入户地点。")
    for key in keys:
        finding = findings.get(key)
        if finding is None or finding.get("finding") not in FINDINGS:
            faults[key] = _("请选核对结果：属实、不一致或未见到。")
        elif finding["finding"] == "differs" and not clean(finding.get("note", "")):
            faults[key] = _("不一致的，请写明实际情况。")
    unknown = sorted(set(findings) - set(keys))
    if unknown:
        faults["facts"] = format_lazy(_("没有这一项：{key}"), key=unknown[0])
    return faults


def findings_of(facts: Any) -> dict[str, dict[str, str]]:
    """核实结论 by fact, as a form or a program gives them."""
    if isinstance(facts, Mapping):
        return {key: dict(one) if isinstance(one, Mapping) else {"finding": str(one)} for key, one in facts.items()}
    return {one["key"]: {"finding": one["finding"], "note": one.get("note") or ""} for one in facts or ()}

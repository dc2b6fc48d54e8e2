"""How an event is read by people: its kind, its words, and what changed in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.text import listed
from workflows.inspection.words import field_words, value_words

CATEGORIES: dict[str, Any] = {
    "decision": gettext_lazy("办理"),
    "row": gettext_lazy("数据变更"),
    "read": gettext_lazy("查阅"),
    "open": gettext_lazy("打开案卷"),
    "history": gettext_lazy("查阅留痕"),
    "export": gettext_lazy("导出"),
    "refused": gettext_lazy("被拒绝的操作"),
    "notice": gettext_lazy("通知与公示"),
    "money": gettext_lazy("资金和实物"),
    "pause": gettext_lazy("期限与中止"),
    "paper": gettext_lazy("材料与核实"),
}

PREFIXES: dict[str, tuple[str, ...]] = {
    "row": ("row",),
    "notice": ("notice", "publicity", "objection", "message"),
    "money": (
        "payout", "batch", "fund", "answer", "account", "award", "claim", "refund", "urgent", "difference", "allotment",
        "stock", "device", "handover",
    ),
    "pause": ("pause", "suspension", "step", "supplement", "waiting"),
    "paper": ("file", "material", "paper", "visit", "consent", "invoice", "hit", "audiogram", "sight", "surgery", "complication"),
}  # fmt: skip
"""The first words of the acts of each kind; every other act belongs to the handling of the case."""
LOOKS = ("read", "open", "history", "export")
"""Kinds of looks."""
_BY_PREFIX = {prefix: kind for kind, prefixes in PREFIXES.items() for prefix in prefixes}


REFUSALS: dict[str, Any] = {
    "no_right": gettext_lazy("岗位没有这项权限"),
    "not_my_step": gettext_lazy("这一步不归他办理"),
    "not_holder": gettext_lazy("这件不在他手里"),
    "duties": gettext_lazy("职责分离、回避"),
    "over_cap": gettext_lazy("超过替岗的金额上限"),
    "recused": gettext_lazy("已经申请回避"),
    "second_person": gettext_lazy("须由第二个人办理"),
    "three_persons": gettext_lazy("须由第三个人办理"),
    "payer_decided": gettext_lazy("办理过案卷的人不能付款"),
    "first_reviewer": gettext_lazy("初次审核的人不能办结异议"),
    "stale": gettext_lazy("别人已经办理"),
    "suspended": gettext_lazy("已停办"),
    "no_paper_code": gettext_lazy("还没有提交，没有查询码"),
    "not_checked": gettext_lazy("没有核对身份证"),
    "not_found": gettext_lazy("查无此件（不在辖区或不存在）"),
    "invalid": gettext_lazy("填写有误"),
    "facts": gettext_lazy("金额有矛盾"),
    "fund_short": gettext_lazy("资金不足"),
    "no_quorum": gettext_lazy("表决未达法定人数"),
    "changed": gettext_lazy("看过以后查重或资金有变化"),
    "no_notes": gettext_lazy("岗位不写内部便签"),
    "not_asked": gettext_lazy("这件交办不归他答复或取消"),
    "errand_first": gettext_lazy("交办的事还没有答复"),
    "unopened": gettext_lazy("没有打开必交材料就同意"),
    "unread": gettext_lazy("没有看过材料就表决"),
    "too_late": gettext_lazy("款项已进入拨付"),
    "too_early": gettext_lazy("时间还没到"),
    "expert_missing": gettext_lazy("缺专家意见"),
    "not_independent": gettext_lazy("专家没有确认无关系"),
    "no_skip": gettext_lazy("环节不能跳过"),
    "no_account": gettext_lazy("岗位不看收款账户"),
    "wrong_password": gettext_lazy("密码不对"),
    "too_many_tries": gettext_lazy("试的次数太多"),
}
"""Why tries are refused, by code."""

SHORT, SEALED = 8, "commitment:"


def category(action: str, outcome: str) -> str:
    """Which filter of the timeline an event belongs to; a refused try is its own kind."""
    if outcome == "denied":
        return "refused"
    return _BY_PREFIX.get(action.partition(".")[0], "decision")


def category_of_look(action: str, fields: Iterable[str]) -> str:
    """Which filter a look belongs to: export, opening of a file, an inspector's reading of the history, or what was read."""
    if action in ("open", "export"):
        return action
    return "history" if "history" in fields else "read"


def reason_of_refusal(code: str) -> str:
    """The reason of a refusal in words; one without words shows its code."""
    return str(REFUSALS.get(code, code))


def changes_of(action: str, payload: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Field, before, after. Sealed values stand as the first signs of their commitment (指纹), never in clear."""
    if action == "row.update":
        return [(field_words(name), *_before_and_after(pair)) for name, pair in payload.items() if _is_pair(pair)]
    return [
        (field_words(name), "", shown(value_words(name, value)))
        for name, value in payload.items()
        if value not in (None, "", [], {})
    ]


def _before_and_after(pair: list[Any]) -> tuple[str, str]:
    """Both sides of a change; of sealed values their fingerprints, and that they differ."""
    before, after = shown(pair[0]), shown(pair[1])
    if _is_sealed(pair[0]) and _is_sealed(pair[1]):
        return before, _("%(after)s（内容已改变）") % {"after": after}
    return before, after


def _is_sealed(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(SEALED)


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2


def shown(value: Any) -> str:
    """One value of a payload for the page."""
    if value in (None, ""):
        return "—"
    text = str(value)
    if _is_sealed(text):
        return _("已加密，指纹 %(sign)s") % {"sign": text.removeprefix(SEALED)[:SHORT]}
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return listed(shown(part) for part in value)
    return text

"""Policy rows in words, so that an office reads its policy as a table of decisions and not as data."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from cases.policy.conditions import CONDITIONS
from cases.policy.entitlement import FACTS, OPERATORS
from cases.policy.rules import Row
from cases.policy.shapes import DEDUCTIONS, Range, ShapeFault, amount_in, plain
from cases.scales import SCALES
from cases.text import listed, strung

SECTION_NAMES = {
    "award": lazy("金额怎么算"),
    "caps": lazy("限额"),
    "days": lazy("时限"),
    "levels": lazy("审核层级"),
    "quorum": lazy("集体研究"),
    "eligibility": lazy("条件和次数"),
    "entitlement": lazy("受助条件"),
    "priority": lazy("优先"),
    "reading": lazy("先看后批"),
    "duplicates": lazy("查重"),
    "follow_up": lazy("回访"),
    "checklist": lazy("材料清单"),
    "supplement_reasons": lazy("补正原因"),
    "reject_reasons": lazy("不予救助原因"),
    "return_reasons": lazy("退回原因"),
    "urgent_reasons": lazy("急难原因"),
    "scoring": lazy("专家评分"),
    "score_items": lazy("评分表"),
}

SHAPE_NAMES = {
    "self_pay": lazy("个人负担的算法"),
    "band": lazy("分档"),
    "flat": lazy("定额"),
    "actual": lazy("据实，封顶"),
    "add_on": lazy("超过起点加发"),
    "item_cap": lazy("单项费用封顶"),
    "extra": lazy("另加定额"),
    "uplift": lazy("按比例上浮"),
    "repeat": lazy("再次申请"),
}

CAP_NAMES = {
    "per_claim": lazy("每次最多"),
    "per_year": lazy("每人每年最多"),
    "per_life": lazy("每人终身最多"),
    "household_per_year": lazy("每户每年最多"),
    "claims_per_year": lazy("每人每年申请次数"),
    "urgent": lazy("急难先行救助最多"),
    "fund_short": lazy("资金不够时"),
}


def name_of(row: Row) -> str:
    """What a row is about, in words."""
    if row.section == "award":
        return str(SHAPE_NAMES.get(str(row.value.get("shape")), row.key))
    if row.section == "caps":
        return str(CAP_NAMES.get(row.key, row.key))
    if row.section in (
        "checklist",
        "supplement_reasons",
        "reject_reasons",
        "return_reasons",
        "urgent_reasons",
        "score_items",
        "priority",
    ):
        english = (get_language() or "").startswith("en")
        return str(row.value.get("name_en" if english else "name_zh") or row.key)
    return note_of(row).replace("{than}", "…") or row.key


def note_of(row: Row) -> str:
    """The note in the language of the page."""
    return row.note_en if (get_language() or "").startswith("en") and row.note_en else row.note_zh


def value_of(row: Row) -> str:
    """The value of a row in words; a faulty value stands as it is, so that it can be seen and put right."""
    try:
        return _SAYS[row.section](row)
    except (ShapeFault, KeyError, TypeError, ValueError):
        return ", ".join(f"{name}={value}" for name, value in row.value.items())


def condition_of(row: Row) -> str:
    """When a row counts, in words; empty when always."""
    return strung(_condition(name, wanted) for name, wanted in row.when.items())


def range_of(row: Row) -> str:
    """The stretch of amounts in which a row counts, in words; empty for any amount."""
    try:
        stretch = Range.of(row.value)
    except ShapeFault:
        return ""
    return "" if stretch.low is None and stretch.high is None else _range(row.value)


def wanted_of(row: Row, name: str) -> str:
    """What a row wants of one condition, in words; empty when it does not ask."""
    wanted = row.when.get(name)
    if wanted is None:
        return ""
    if isinstance(wanted, bool):
        return _("是") if wanted else _("否")
    return listed([str(one) for one in (wanted if isinstance(wanted, list | tuple) else [wanted])])


def _condition(name: str, wanted: Any) -> str:
    label = str(CONDITIONS[name][1]) if name in CONDITIONS else (str(name) or _("看不懂的条件"))
    if wanted is True:
        return label
    if wanted is False:
        return _("不是：%(what)s") % {"what": label}
    values = wanted if isinstance(wanted, list) else [wanted]
    return f"{label} {listed(values)}"


def _yuan(amount: Decimal) -> str:
    return _("%(amount)s 元") % {"amount": plain(amount)}


def _range(value: Mapping[str, Any]) -> str:
    stretch = Range.of(value)
    return stretch.words_en() if (get_language() or "").startswith("en") else stretch.words_zh()


def _award(row: Row) -> str:
    value, shape = row.value, row.value["shape"]
    if shape == "self_pay":
        english = (get_language() or "").startswith("en")
        order = " → ".join(DEDUCTIONS[name][english] for name in value.get("order", DEDUCTIONS))
        scope = _("目录外费用计入") if value.get("out_of_scope") else _("目录外费用不计入")
        return strung((order, scope))
    if shape == "repeat":
        return _("合并计算，只补差额") if value["mode"] == "difference" else _("每次单独计算")
    if shape == "uplift":
        return _("上浮 %(percent)s%%") % {"percent": plain(amount_in(value, "percent"))}
    if shape == "item_cap":
        words = {"item": value["item"], "cap": _yuan(amount_in(value, "cap"))}
        return _("%(item)s：据实，最高 %(cap)s") % words
    if shape in ("flat", "extra"):
        return _yuan(amount_in(value, "amount"))
    if shape == "actual":
        return _capped(_("据实"), value)
    pays = _("按 %(percent)s%%") % {"percent": plain(amount_in(value, "ratio") * 100)} if value.get("ratio") else ""
    return f"{_range(value)} → {_capped(pays or _yuan(amount_in(value, 'amount')), value)}"


def _capped(words: str, value: Mapping[str, Any]) -> str:
    if value.get("cap") in (None, ""):
        return words
    return _("%(words)s，最高 %(cap)s") % {"words": words, "cap": _yuan(amount_in(value, "cap"))}


def _cap(row: Row) -> str:
    if row.key == "fund_short":
        return _("轮候") if row.value["mode"] == "waitlist" else _("按余额给")
    return _amount_or_count(row)


def _amount_or_count(row: Row) -> str:
    if "count" in row.value:
        return str(row.value["count"])
    if "standard" in row.value:
        return str(SCALES[row.value["standard"]])
    return _yuan(amount_in(row.value, "amount"))


def _entitlement(row: Row) -> str:
    name, operator, than = (row.value[field] for field in ("fact", "is", "than"))
    return f"{FACTS[name][1]} {OPERATORS[operator][1]} {listed([str(one) for one in than])}"


def _days(row: Row) -> str:
    if "workdays" in row.value:
        count = int(row.value["workdays"])
        return ngettext("%(n)s 个工作日", "%(n)s 个工作日", count) % {"n": count}
    count = int(row.value["days"])
    return ngettext("%(n)s 天", "%(n)s 天", count) % {"n": count}


def _level(row: Row) -> str:
    return _("启用") if row.value["on"] is True else _("停用")


def _seconds(row: Row) -> str:
    return ngettext("%(n)s 秒", "%(n)s 秒", row.value["count"]) % {"n": row.value["count"]}


def _quorum(row: Row) -> str:
    words = _("成员 %(members)s 人，到会至少 %(present)s 人，%(approve)s 票通过") % dict(row.value)
    stretch = Range.of(row.value)
    return words if stretch.low is None and stretch.high is None else f"{_range(row.value)} → {words}"


def _head_start(row: Row) -> str:
    days = int(row.value["days"])
    return ngettext("排队提前 %(n)s 天", "排队提前 %(n)s 天", days) % {"n": days}


def _document(row: Row) -> str:
    days = row.value.get("valid_days")
    return ngettext("%(n)s 天内有效", "%(n)s 天内有效", days) % {"n": days} if days else _("长期有效")


SEVERITIES = {"severe": lazy("须先处理"), "look": lazy("提示"), "off": lazy("不查")}


def _severity(row: Row) -> str:
    said = str(SEVERITIES[row.value["severity"]])
    if "score" in row.value:
        return strung((said, _("满 %(n)s 分") % {"n": row.value["score"]}))
    return strung((said, _("超过 %(n)s") % {"n": row.value["count"]})) if "count" in row.value else said


def _follow_up(row: Row) -> str:
    if "share" in row.value:
        return f"{int(row.value['share'])}%"
    return (
        ngettext("%(n)s 次", "%(n)s 次", row.value["count"]) % {"n": row.value["count"]}
        if "count" in row.value
        else _level(row)
    )


_SAYS: dict[str, Callable[[Row], str]] = {
    "award": _award,
    "caps": _cap,
    "days": _days,
    "levels": _level,
    "quorum": _quorum,
    "eligibility": _amount_or_count,
    "entitlement": _entitlement,
    "priority": _head_start,
    "reading": lambda row: _seconds(row) if "count" in row.value else _level(row),
    "duplicates": _severity,
    "follow_up": _follow_up,
    "checklist": _document,
    "supplement_reasons": lambda row: str(row.value.get("document", "")),
    "reject_reasons": lambda row: str(row.value.get("group", "")),
    "return_reasons": lambda row: str(row.value.get("group", "")),
    "scoring": lambda row: str(row.value["count"]),
    "score_items": lambda row: (
        ngettext("最高 %(n)s 分", "最高 %(n)s 分", row.value["count"]) % {"n": row.value["count"]}
    ),
    "urgent_reasons": lambda row: str(row.value.get("group", "")),
}

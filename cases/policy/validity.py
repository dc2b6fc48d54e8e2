"""What is wrong with a policy draft: overlaps, gaps, unreachable rows, missing keys, wrong types - a sentence each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.policy.conditions import implies
from cases.policy.entitlement import SECTION as ENTITLEMENT
from cases.policy.entitlement import faults as faults_of_entitlement
from cases.policy.rules import LONGEST_WARNING, SECTIONS, Policy, Row
from cases.policy.shapes import CHOOSING, SETTINGS, Range, ShapeFault, amount_in, condition_faults, faults_of, plain
from cases.scales import SCALES
from cases.text import listed, named

DUPLICATE_KINDS = ("person", "similar", "account", "phone", "household", "listed", "dead")
FOLLOW_UP_SHARES = ("phone", "home")
FOLLOW_UP_ASKS = ("ask_received", "ask_amount", "ask_satisfied", "ask_fee")
REASONS = ("supplement_reasons", "reject_reasons", "return_reasons", "urgent_reasons")
SCORING = ("readers", "spread", "pass_mark")
AMOUNT_CAPS = ("per_claim", "per_year", "per_life", "household_per_year", "urgent")


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault of a draft: where it stands and a sentence that says what is wrong."""

    section: str
    key: str
    field: str
    message: str | Promise

    def __str__(self) -> str:
        where = f"{self.section}.{self.key}.{self.field}" if self.key else self.section
        return named(where, self.message)


def validate(rows: Iterable[Row], *, needed: Mapping[str, Sequence[str]]) -> list[Problem]:
    """Everything that keeps a draft from being published, in reading order; an empty list means it may be."""
    held = sorted(rows, key=lambda row: (row.section, row.position, row.key))
    found = [*_unknown_and_double(held), *_missing(held, needed)]
    for row in held:
        found.extend(Problem(row.section, row.key, fault.field, fault.message) for fault in faults_of_row(row))
    policy = Policy.from_rows(held)
    for row in policy.section(ENTITLEMENT):
        found.extend(
            Problem(row.section, row.key, one.field, one.message) for one in faults_of_entitlement(row, policy)
        )
    award = [row for row in held if row.section == "award"]
    if not found:
        found.extend(_award_as_a_whole(award))
        found.extend(_quorum_as_a_whole([row for row in held if row.section == "quorum"]))
    return found


def _unknown_and_double(rows: Sequence[Row]) -> Iterator[Problem]:
    seen: set[str] = set()
    for row in rows:
        if row.section not in SECTIONS:
            yield Problem(row.section, row.key, "section", _("没有这个部分。"))
        if row.name in seen:
            yield Problem(row.section, row.key, "key", _("同一条目写了两次。"))
        seen.add(row.name)


def _missing(rows: Sequence[Row], needed: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    have = {row.name for row in rows}
    for section, keys in needed.items():
        for key in keys:
            if f"{section}.{key}" not in have:
                yield Problem(section, key, "key", _("缺少这一条，办理时要用到。"))
    if not any(row.section == "award" and row.value.get("shape") not in SETTINGS for row in rows):
        yield Problem("award", "", "key", _("没有任何金额条目，算不出救助金额。"))
    for section in ("checklist", "supplement_reasons", "reject_reasons", "return_reasons"):
        if not any(row.section == section for row in rows):
            yield Problem(section, "", "key", _("这一部分是空的。"))
    if any(row.name == "levels.urgent_approval" and row.value.get("on") is True for row in rows):
        if "caps.urgent" not in have:
            yield Problem("caps", "urgent", "key", _("急难通道开着，缺少急难限额。"))
        if not any(row.section == "urgent_reasons" for row in rows):
            yield Problem("urgent_reasons", "", "key", _("这一部分是空的。"))


def uncited(rows: Iterable[Row]) -> Iterator[Problem]:
    """Rows that cite no clause: a rule that rests on nothing is not published."""
    for row in rows:
        if row.cites is None:
            yield Problem(row.section, row.key, "clause", _("没有写明出自办法的哪一条。"))


def faults_of_row(row: Row) -> Iterator[ShapeFault]:
    """What is wrong with one row by itself, field by field."""
    value: Any = row.value
    if not isinstance(value, dict):
        yield ShapeFault("value", _("取值应是“字段: 内容”的形式。"))
    elif row.section == "award":
        yield from faults_of(value)
    elif row.section == "caps":
        yield from _cap_faults(row.key, value)
    elif row.section == "days":
        yield from _days_faults(row.key, value)
    elif row.section == "levels" and not isinstance(value.get("on"), bool):
        yield ShapeFault("on", _("应是 true（启用）或 false（停用）。"))
    elif row.section == "reading":
        yield from _reading_faults(row.key, value)
    elif row.section == "follow_up":
        yield from _follow_up_faults(row.key, value)
    elif row.section == "quorum":
        yield from _quorum_faults(value)
    elif row.section == "eligibility":
        yield from _threshold_faults(value)
    elif row.section in ("checklist", *REASONS):
        yield from _named_faults(row, value)
    elif row.section == "priority":
        yield from _named_faults(row, value)
        yield from _whole_number(value, "days", least=1)
    elif row.section == "scoring":
        yield from _scoring_faults(row.key, value)
    elif row.section == "score_items":
        yield from _named_faults(row, value)
        yield from _whole_number(value, "count", least=1)
    elif row.section == "duplicates":
        yield from _duplicates_faults(row.key, value)
    if isinstance(value, dict) and row.section not in ("award", ENTITLEMENT):
        yield from condition_faults(value)


def _cap_faults(key: str, value: dict[str, Any]) -> Iterator[ShapeFault]:
    if not isinstance(value.get("may_raise", False), bool):
        yield ShapeFault("may_raise", _("应是 true（启用）或 false（停用）。"))
    if key in AMOUNT_CAPS:
        yield from _amount_fault(value, "amount")
    elif key == "claims_per_year":
        yield from _whole_number(value, "count", least=1)
    elif key == "fund_short":
        if value.get("waits_by", "accepted") not in ("accepted", "need"):
            yield ShapeFault("waits_by", _("轮候只能按 accepted（受理先后）或 need（困难程度）排。"))
        if value.get("mode") not in ("offer", "waitlist"):
            yield ShapeFault("mode", _("资金不足时只能 offer（按余额给）或 waitlist（轮候）。"))
    else:
        yield ShapeFault("key", _("没有这种限额。"))


def _days_faults(key: str, value: dict[str, Any]) -> Iterator[ShapeFault]:
    units = [unit for unit in ("workdays", "days") if unit in value]
    if len(units) != 1:
        yield ShapeFault("workdays", _("天数要写工作日（workdays）或自然日（days）其中一个。"))
    else:
        yield from (faults := list(_whole_number(value, units[0], least=0)))
        if key == "warning" and not faults and value[units[0]] > LONGEST_WARNING:
            yield ShapeFault(units[0], format_lazy(_("提醒最早在到期前 {n} 天。"), n=LONGEST_WARNING))


def _reading_faults(key: str, value: dict[str, Any]) -> Iterator[ShapeFault]:
    if key == "seconds":
        yield from _whole_number(value, "count", least=1)
    elif not isinstance(value.get("on"), bool):
        yield ShapeFault("on", _("应是 true（启用）或 false（停用）。"))


def _follow_up_faults(key: str, value: dict[str, Any]) -> Iterator[ShapeFault]:
    if key in FOLLOW_UP_SHARES:
        yield from (faults := list(_whole_number(value, "share", least=0)))
        if not faults and value["share"] > 100:
            yield ShapeFault("share", _("比例最高百分之一百。"))
    elif key == "tries":
        yield from _whole_number(value, "count", least=1)
    elif key not in FOLLOW_UP_ASKS:
        yield ShapeFault("key", _("回访没有这一条。"))
    elif not isinstance(value.get("on"), bool):
        yield ShapeFault("on", _("应是 true（启用）或 false（停用）。"))


def _duplicates_faults(key: str, value: dict[str, Any]) -> Iterator[ShapeFault]:
    if key not in DUPLICATE_KINDS:
        yield ShapeFault("key", _("没有这种查重。"))
    if value.get("severity") not in ("severe", "look", "off"):
        yield ShapeFault("severity", _("只能是 severe（须先处理）、look（提示）或 off（不查）。"))
    if key == "similar":
        yield from (faults := list(_whole_number(value, "score", least=50)))
        if not faults and value["score"] > 100:
            yield ShapeFault("score", _("分数最高 100。"))
    if key in ("account", "phone"):
        yield from _whole_number(value, "count", least=1)


def _scoring_faults(key: str, value: dict[str, Any]) -> Iterator[ShapeFault]:
    if key not in SCORING:
        yield ShapeFault("key", _("评分没有这一条。"))
    yield from _whole_number(value, "count", least=1 if key == "readers" else 0)


def _quorum_faults(value: dict[str, Any]) -> Iterator[ShapeFault]:
    faults = [fault for name in ("members", "present", "approve") for fault in _whole_number(value, name, least=1)]
    yield from faults
    if not faults and not value["approve"] <= value["present"] <= value["members"]:
        yield ShapeFault("present", _("到会人数不能少于通过票数，也不能多于成员人数。"))
    try:
        Range.of(value)
    except ShapeFault as fault:
        yield fault


def _threshold_faults(value: dict[str, Any]) -> Iterator[ShapeFault]:
    if "amount" in value:
        yield from _amount_fault(value, "amount")
    if "count" in value:
        yield from _whole_number(value, "count", least=0)
    if "standard" in value and value["standard"] not in SCALES:
        yield ShapeFault("standard", format_lazy(_("没有这个分级标准。可以写：{known}"), known=listed(SCALES)))


def _named_faults(row: Row, value: dict[str, Any]) -> Iterator[ShapeFault]:
    for name in ("name_zh", "name_en"):
        if not isinstance(value.get(name), str) or not value[name].strip():
            yield ShapeFault(name, _("缺少名称。"))
    if row.section in ("checklist", "supplement_reasons") and not (row.note_zh and row.note_en):
        yield ShapeFault("note_zh", _("缺少给申请人看的说明（中文和英文）。"))
    if value.get("valid_days") is not None:
        yield from _whole_number(value, "valid_days", least=1)


def _amount_fault(value: dict[str, Any], field: str) -> Iterator[ShapeFault]:
    try:
        number = amount_in(value, field)
    except ShapeFault as fault:
        yield fault
        return
    if number != round(number, 2):
        yield ShapeFault(field, _("金额最多两位小数。"))


def _whole_number(value: dict[str, Any], field: str, *, least: int) -> Iterator[ShapeFault]:
    found = value.get(field)
    if isinstance(found, bool) or not isinstance(found, int):
        yield ShapeFault(field, _("应是整数。"))
    elif found < least:
        yield ShapeFault(field, format_lazy(_("不能小于 {least}。"), least=least))


def _award_as_a_whole(award: Sequence[Row]) -> Iterator[Problem]:
    for shape in SETTINGS:
        for row in [row for row in award if row.value["shape"] == shape][1:]:
            yield Problem("award", row.key, "shape", _("这种条目只能有一条。"))
    choosing = [row for row in award if row.value["shape"] in CHOOSING]
    yield from _unreachable(choosing)
    groups: dict[str, list[Row]] = {}
    for row in choosing:
        if row.value["shape"] == "band":
            groups.setdefault(repr(sorted(row.when.items())), []).append(row)
    for bands in groups.values():
        yield from _overlaps_and_gaps(bands)


def _quorum_as_a_whole(rows: Sequence[Row]) -> Iterator[Problem]:
    """人数按金额分段: together the rows say of each amount, and of none twice, how many decide (F41)."""
    if rows:
        yield from _overlaps_and_gaps(rows)
        first = min(rows, key=lambda row: Range.of(row.value).order())
        low = Range.of(first.value)
        if low.low is not None and (low.low > 0 or not low.low_in):
            words = format_lazy(_("{amount} 元以下没有规定。"), amount=plain(low.low))
            yield Problem("quorum", first.key, "over", words)


def _unreachable(rows: Sequence[Row]) -> Iterator[Problem]:
    for index, row in enumerate(rows):
        for earlier in rows[:index]:
            if implies(row.when, earlier.when) and Range.of(earlier.value).covers(Range.of(row.value)):
                never = format_lazy(_("永远轮不到：前面的 {row} 已经包括了它。"), row=earlier.key)
                yield Problem("award", row.key, "position", never)
                break


def _overlaps_and_gaps(bands: Sequence[Row]) -> Iterator[Problem]:
    ordered = sorted(bands, key=lambda row: Range.of(row.value).order())
    for lower, upper in pairwise(ordered):
        below, above = Range.of(lower.value), Range.of(upper.value)
        if above.low is None or below.high is None or below.high > above.low:
            words = format_lazy(_("与 {row} 重叠，同一金额落在两档里。"), row=lower.key)
            yield Problem(lower.section, upper.key, "over", words)
        elif below.high < above.low:
            gap = _("与 {row} 之间有空档：{low} 元到 {high} 元之间没有规定。")
            words = format_lazy(gap, row=lower.key, low=plain(below.high), high=plain(above.low))
            yield Problem(lower.section, upper.key, "over", words)
        elif below.high_in and above.low_in:
            both = _("{amount} 元同时落在 {row} 和这一档里。")
            words = format_lazy(both, amount=plain(above.low), row=lower.key)
            yield Problem(lower.section, upper.key, "from", words)
        elif not below.high_in and not above.low_in:
            words = format_lazy(_("{amount} 元整不在任何一档里。"), amount=plain(above.low))
            yield Problem(lower.section, upper.key, "over", words)
    last = Range.of(ordered[-1].value)
    if last.high is not None:
        words = format_lazy(_("超过 {amount} 元没有规定。"), amount=plain(last.high))
        yield Problem(ordered[-1].section, ordered[-1].key, "to", words)

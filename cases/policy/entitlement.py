"""受助条件: who is entitled, as rows of a policy; the first check, the submission and the review all judge by `judge`.

A row names a fact, one of a few comparisons and what to compare with: `{"fact": "age", "is": "at_least", "than":
["age_from"]}`. A number may stand there itself or as the key of a row of 条件和次数. Nothing here runs what data says, and
a row that cannot be read is met by nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.policy.conditions import applies, faults_of_conditions, sub_class
from cases.policy.rows import Row
from cases.policy.rules import Policy
from cases.policy.shapes import ShapeFault, amount_in

SECTION = "entitlement"
NUMBER, CODES, YES_NO = "number", "codes", "yes_no"
FACTS: dict[str, tuple[str, Any]] = {
    "age": (NUMBER, _("周岁")),
    "place": (CODES, _("户口或居住证所在地")),
    "category": (CODES, _("困难类别")),
    "disease": (CODES, _("病种")),
    "insured": (YES_NO, _("已参保")),
    "self_pay": (NUMBER, _("个人负担（元）")),
    "sight": (NUMBER, _("要做的眼视力")),
    "sightless": (YES_NO, _("要做的眼没有光感")),
    "aided": (YES_NO, _("以前得到过同样的救助")),
    "loss": (NUMBER, _("较好耳平均听阈（dB）")),
    "months_late": (NUMBER, _("费用年度结束后第几个月")),
}
"""Every fact that a condition may ask about, with its type and its label."""
NUMBERS: dict[str, Callable[[Decimal, Sequence[Decimal]], bool]] = {
    "at_least": lambda fact, than: fact >= than[0],
    "at_most": lambda fact, than: fact <= than[0],
    "over": lambda fact, than: fact > than[0],
    "under": lambda fact, than: fact < than[0],
    "between": lambda fact, than: than[0] <= fact <= than[1],
}
LISTS: dict[str, Callable[[str, str], bool]] = {
    "in": lambda code, wanted: code == wanted or sub_class(code, wanted),
    "within": lambda code, wanted: code.startswith(wanted),
}
OPERATORS: dict[str, tuple[str, Any]] = {
    "at_least": (NUMBER, _("不低于")), "at_most": (NUMBER, _("不高于")), "over": (NUMBER, _("超过")),
    "under": (NUMBER, _("低于")), "between": (NUMBER, _("两数之间（含）")), "in": (CODES, _("是其中之一")),
    "within": (CODES, _("以其中之一开头")), "is": (YES_NO, _("是或否")),
}  # fmt: skip
"""Every comparison there is, with the type of fact that it compares."""
ANSWERS = {"yes": True, "no": False}

MET, UNMET, OPEN = "met", "unmet", "open"
OUTCOMES = {MET: _("符合"), UNMET: _("不符合"), OPEN: _("还要核对")}


@dataclass(frozen=True, slots=True)
class Judged:
    """One condition and what came of it: met, unmet, or open while the fact is not known; `parts` are those that fail."""

    row: Row
    outcome: str
    than: str = ""
    parts: tuple[str, ...] = ()

    def sentence(self, *, english: bool) -> str:
        """What the condition wants, in plain words with its number."""
        return (self.row.note_en if english else self.row.note_zh).replace("{than}", self.than)


def judge(policy: Policy, facts: Mapping[str, Any]) -> tuple[Judged, ...]:
    """判断受助条件: each condition of the policy that applies, in its order; pure, and the only judgement there is."""
    found = (_judged(policy, row, facts) for row in policy.section(SECTION))
    return tuple(one for one in found if one is not None)


def unmet(found: Iterable[Judged]) -> list[Judged]:
    """Those that are not met."""
    return [one for one in found if one.outcome == UNMET]


def _judged(policy: Policy, row: Row, facts: Mapping[str, Any]) -> Judged | None:
    if list(faults(row, policy)):
        return Judged(row, UNMET)
    if not applies(row.when, facts):
        return None
    name, operator, than = str(row.value["fact"]), str(row.value["is"]), list(row.value["than"])
    wanted = [_number(policy, one) for one in than] if FACTS[name][0] == NUMBER else than
    words = "–".join(f"{one.normalize():f}" for one in wanted) if FACTS[name][0] == NUMBER else ""
    fact = facts.get(name)
    if fact is None:
        return Judged(row, OPEN, words)
    parts = fact if isinstance(fact, Mapping) else {"": fact}
    failing = tuple(part for part, value in parts.items() if not _holds(operator, value, wanted))
    return Judged(row, UNMET if failing else MET, words, tuple(part for part in failing if part))


def _holds(operator: str, fact: Any, wanted: Sequence[Any]) -> bool:
    if operator in NUMBERS:
        return NUMBERS[operator](Decimal(str(fact)), wanted)
    if operator == "is":
        return bool(fact) is ANSWERS[wanted[0]]
    given = fact if isinstance(fact, list | tuple) else [fact]
    return any(LISTS[operator](str(code), str(one)) for code in given for one in wanted)


def _number(policy: Policy, told: str) -> Decimal:
    """A number that stands there itself, or the one of that row of 条件和次数. Raises ShapeFault, PolicyGap."""
    if not told.replace("_", "").isidentifier():
        return amount_in({"than": told}, "than")
    value = policy.row("eligibility", told).value
    return amount_in(value, "count" if "count" in value else "amount")


def faults(row: Row, policy: Policy) -> Iterator[ShapeFault]:
    """What is wrong with one condition, field by field: with any of them it is not published and met by nobody."""
    value: Any = row.value
    found = list(_faults_by_itself(row)) if isinstance(value, Mapping) else [ShapeFault("value", _NO_CONDITION)]
    yield from found
    if not found and FACTS[str(value["fact"])][0] == NUMBER:
        yield from _faults_of_numbers(policy, list(value["than"]))


_NO_CONDITION: str | Promise = _("取值应是“字段: 内容”的形式。")


def _faults_by_itself(row: Row) -> Iterator[ShapeFault]:
    name, operator, than = str(row.value.get("fact")), row.value.get("is"), row.value.get("than")
    kind = FACTS[name][0] if name in FACTS else ""
    if not kind:
        yield ShapeFault("fact", format_lazy(_("没有“{name}”这个事实。"), name=name))
    elif not isinstance(operator, str) or operator not in OPERATORS or OPERATORS[operator][0] != kind:
        yield ShapeFault("is", format_lazy(_("“{name}”不能这样比。"), name=FACTS[name][1]))
    elif not isinstance(than, list) or not than or not all(isinstance(one, str) and one.strip() for one in than):
        yield ShapeFault("than", _("要写和什么比。"))
    elif kind != CODES and len(than) != (2 if operator == "between" else 1):
        yield ShapeFault("than", _("“两数之间”写两个，其他只写一个。"))
    elif kind == YES_NO and than[0] not in ANSWERS:
        yield ShapeFault("than", _("只能写 yes 或 no。"))
    if not (row.note_zh and row.note_en):
        yield ShapeFault("note_zh", _("缺少给申请人看的说明（中文和英文）。"))
    for sentence in faults_of_conditions(row.value):
        yield ShapeFault("when", sentence)


def _faults_of_numbers(policy: Policy, than: Sequence[str]) -> Iterator[ShapeFault]:
    try:
        numbers = [_number(policy, one) for one in than]
    except KeyError as gap:
        yield ShapeFault("than", format_lazy(_("“条件和次数”里没有 {row}。"), row=str(gap.args[0])))
    except ShapeFault as fault:
        yield ShapeFault("than", fault.message)
    else:
        if len(numbers) == 2 and numbers[0] > numbers[1]:
            yield ShapeFault("than", _("上限低于下限，谁也不符合。"))

"""The form of one policy row: its fields follow from the section and, for amounts, from the shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.policy.conditions import conditions_shown, conditions_typed, shown, split
from cases.policy.entitlement import FACTS, OPERATORS
from cases.policy.models import Clause
from cases.policy.queries import cited
from cases.policy.rules import Row
from cases.policy.words import CAP_NAMES, SEVERITIES
from cases.scales import SCALES
from project.forms import CleanCharField, DateField, Radios, ReliefForm, TickBox

TEXT, AMOUNT, WHOLE, YES_NO, LIST, MODE, TICK = "text", "amount", "whole", "yes_no", "list", "mode", "tick"

_AMOUNT = ("amount", _("金额（元）"), AMOUNT)
_CAP = ("cap", _("最高（元）"), AMOUNT)
_RANGE = (
    ("over", _("超过（元，不含）"), AMOUNT),
    ("from", _("不低于（元，含）"), AMOUNT),
    ("to", _("不超过（元，含）"), AMOUNT),
    ("under", _("低于（元，不含）"), AMOUNT),
)
_MAY_RAISE = ("may_raise", _("市县可以定得更高"), TICK)
_NAMES = (("name_zh", _("中文名称"), TEXT), ("name_en", _("英文名称"), TEXT))

FIELDS: dict[str, tuple[tuple[str, Any, str], ...]] = {
    "award.band": (*_RANGE, _AMOUNT, ("ratio", _("比例（如 0.85）"), AMOUNT), _CAP),
    "award.add_on": (*_RANGE[:2], _AMOUNT),
    "award.flat": (_AMOUNT,),
    "award.extra": (_AMOUNT,),
    "award.actual": (_CAP,),
    "award.item_cap": (("item", _("费用项目"), TEXT), _CAP),
    "award.uplift": (("percent", _("上浮百分之几"), AMOUNT),),
    "award.self_pay": (("order", _("扣减顺序"), LIST), ("out_of_scope", _("目录外费用计入"), YES_NO)),
    "award.repeat": (("mode", _("再次申请的算法"), MODE),),
    "caps": (_AMOUNT, _MAY_RAISE),
    "caps.claims_per_year": (("count", _("次数"), WHOLE), _MAY_RAISE),
    "caps.fund_short": (("mode", _("资金不够时"), MODE), ("waits_by", _("轮候按什么排"), MODE)),
    "days": (("workdays", _("工作日"), WHOLE), ("days", _("自然日"), WHOLE)),
    "levels": (("on", _("启用这一级"), YES_NO),),
    "quorum": (
        ("members", _("成员人数"), WHOLE),
        ("present", _("至少到会（不算回避）"), WHOLE),
        ("approve", _("通过票数"), WHOLE),
        *_RANGE,
    ),
    "reading": (("on", _("先打开必交材料，才能同意"), YES_NO),),
    "reading.seconds": (("count", _("少于几秒算太快"), WHOLE),),
    "follow_up": (("on", _("回访时要问"), YES_NO),),
    "follow_up.phone": (("share", _("百分之几"), WHOLE),),
    "follow_up.home": (("share", _("百分之几"), WHOLE),),
    "follow_up.tries": (("count", _("次数"), WHOLE),),
    "eligibility": (_AMOUNT, ("count", _("次数或人数"), WHOLE)),
    "eligibility.standard": (("standard", _("分级标准"), MODE),),
    "entitlement": (
        ("fact", _("看哪个事实"), MODE),
        ("is", _("怎么比"), MODE),
        ("than", _("和什么比（数字、代码，或“条件和次数”里的条目）"), LIST),
    ),
    "priority": (*_NAMES, ("days", _("排队提前几天"), WHOLE)),
    "duplicates": (("severity", _("查到以后"), MODE),),
    "duplicates.similar": (("severity", _("查到以后"), MODE), ("score", _("满几分算疑似同一人"), WHOLE)),
    "duplicates.account": (("severity", _("查到以后"), MODE), ("count", _("超过几人"), WHOLE)),
    "duplicates.phone": (("severity", _("查到以后"), MODE), ("count", _("超过几件"), WHOLE)),
    "checklist": (*_NAMES, ("valid_days", _("有效天数"), WHOLE)),
    "supplement_reasons": (*_NAMES, ("document", _("材料代码"), TEXT)),
    "reject_reasons": (*_NAMES, ("group", _("类别"), TEXT)),
    "return_reasons": (*_NAMES, ("group", _("类别"), TEXT)),
    "scoring": (("count", _("人数或分数"), WHOLE),),
    "score_items": (*_NAMES, ("count", _("最高分"), WHOLE)),
    "urgent_reasons": (*_NAMES, ("group", _("类别"), TEXT)),
}

MODES = {
    "award.repeat": (("difference", _("合并计算，只补差额")), ("separate", _("每次单独计算"))),
    "caps.fund_short": (("waitlist", _("轮候")), ("offer", _("按余额给"))),
    "caps.waits_by": (("accepted", _("受理先后")), ("need", _("困难程度，同样困难按受理先后"))),
    "eligibility.standard": tuple(SCALES.items()),
    "duplicates": tuple(SEVERITIES.items()),
    "entitlement.fact": tuple((name, label) for name, (_type, label) in FACTS.items()),
    "entitlement.is": tuple((name, label) for name, (_type, label) in OPERATORS.items()),
}
CONDITIONAL = ("award", "checklist", "priority", "entitlement")


@dataclass(frozen=True, slots=True)
class Kind:
    """What kind of row a form is for: the section, the shape of an amount, the key of an existing row."""

    section: str
    shape: str = ""
    key: str = ""

    @property
    def fields(self) -> tuple[tuple[str, Any, str], ...]:
        """The value's fields as (name, label, type)."""
        return FIELDS.get(self.name) or FIELDS.get(self.section, ())

    @property
    def name(self) -> str:
        """How the kind is found in the tables above."""
        return f"{self.section}.{self.shape or self.key}"


class RowForm(ReliefForm):
    """政策条目: the value in its fields, when it counts, the clause and the words in both languages."""

    key = CleanCharField(label=_("条目代码"), max_length=60, help_text=_("小写字母、数字和下划线，保存后不再改。"))
    position = forms.IntegerField(label=_("次序"), min_value=0, max_value=999, initial=1)
    clause = forms.ChoiceField(
        label=_("条款"), required=False, help_text=_("这一条出自办法的哪一条。没有写明的不能发布。")
    )
    note_zh = CleanCharField(label=_("中文说明"), required=False, widget=forms.Textarea({"rows": 2}))
    note_en = CleanCharField(label=_("英文说明"), required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(
        self, *args: Any, kind: Kind, clauses: Sequence[Clause], row: Row | None = None, **kwargs: Any
    ) -> None:
        self.kind, self.row = kind, row
        self.clauses = {str(clause.pk): clause for clause in clauses}
        value = dict(row.value) if row else {}
        given = {name: shown(value.get(name)) for name, _label, _type in kind.fields}
        if row:
            given |= {
                "position": row.position,
                "clause": str(row.cites.pk) if row.cites else "",
                "note_zh": row.note_zh,
                "note_en": row.note_en,
            }
            given |= {"key": row.key, "when": conditions_shown(row.when)}
        super().__init__(*args, initial=given | kwargs.pop("initial", {}), **kwargs)
        self.fields["clause"].choices = [("", "—"), *((pk, str(one)) for pk, one in self.clauses.items())]  # type: ignore[attr-defined]
        for name, label, type_ in kind.fields:
            self.fields[name] = _field(label, type_, kind, name)
        if kind.section in CONDITIONAL and kind.shape not in ("self_pay", "repeat"):
            words = _("例如 minor=是；categories=H01,H02。空着就是都适用。")
            self.fields["when"] = CleanCharField(label=_("什么时候适用"), required=False, help_text=words)
        if row:
            del self.fields["key"]
        elif kind.section == "caps":
            self.fields["key"] = forms.ChoiceField(
                label=_("限额"), choices=list(CAP_NAMES.items())[:4], widget=Radios()
            )
        first = ["key", "position", *(name for name, _label, _type in kind.fields), "when"]
        self.order_fields([*first, "clause", "note_zh", "note_en"])

    def clean_key(self) -> str:
        """A key is a word of the program: letters, digits and underscores."""
        key = str(self.cleaned_data["key"])
        if not key.replace("_", "").isalnum() or not key.isascii():
            raise forms.ValidationError(_("只能用字母、数字和下划线，比如 band4。"))
        return key

    def to_row(self) -> Row:
        """The row as it was typed in; what the policy says about it is judged by the rules."""
        told = self.cleaned_data
        value: dict[str, Any] = {"shape": self.kind.shape} if self.kind.shape else {}
        for name, _label, _type in self.kind.fields:
            if told[name] not in (None, "", []) and (_type != TICK or told[name]):
                value[name] = told[name]
        if "when" in self.fields:
            value["when"] = conditions_typed(told["when"])
        key = self.row.key if self.row else told["key"]
        words = {name: told[name] for name in ("note_zh", "note_en")}
        clause = self.clauses.get(told["clause"])
        cites = cited(clause) if clause else None
        return Row(
            self.kind.section, key, value, told["position"], clause.number if clause else "", cites=cites, **words
        )


def _field(label: Any, type_: str, kind: Kind, name: str) -> forms.Field:
    if type_ == WHOLE:
        return forms.IntegerField(label=label, min_value=0, max_value=9999, required=False)
    if type_ == YES_NO:
        return forms.TypedChoiceField(
            label=label, choices=[("yes", _("是")), ("no", _("否"))], widget=Radios(), coerce=lambda word: word == "yes"
        )
    if type_ == TICK:
        return forms.BooleanField(label=label, required=False, widget=TickBox())
    if type_ == MODE:
        choices = MODES.get(f"{kind.section}.{name}") or MODES.get(kind.name) or MODES[kind.section]
        return forms.ChoiceField(label=label, choices=choices, widget=Radios())
    if type_ == LIST:
        return _Words(label=label, required=False, help_text=_("用逗号隔开。"))
    return CleanCharField(label=label, required=False, max_length=200)


class _Words(CleanCharField):
    """Several codes with commas between."""

    def clean(self, value: Any) -> Any:
        return split(str(super().clean(value)))


class DraftForm(ReliefForm):
    """施行日期: the name of a draft and the day from which it is to count."""

    title = CleanCharField(label=_("名称"), max_length=100)
    effective_from = DateField(label=_("施行日期"))

    def clean_effective_from(self) -> date:
        """A day far away is a slip of the pen."""
        day: date = self.cleaned_data["effective_from"]
        if not 2000 <= day.year <= 2100:
            raise forms.ValidationError(_("请核对年份。"))
        return day

"""One question a page: the field for each kind of question. What is acceptable is decided by the action, not here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.apply.first import OUTSIDE, PERMIT, hardships
from cases.dossier.rules import UNKNOWN, ask_for
from cases.errors import Invalid
from cases.people.models import PayeeAccount
from cases.people.rules import PAYEE_RELATIONS
from cases.programme import Question
from project.forms import Checkboxes, CleanCharField, DateField, MoneyInput, PhotoField, Radios, ReliefForm, TickBox

FEW = 15
"""Longer lists of choices are searched, not scrolled."""

_INPUTS: dict[str, dict[str, str]] = {
    "name": {"class": "w-10", "autocomplete": "name"},
    "id_no": {"class": "w-20", "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    "phone": {"class": "w-20", "inputmode": "tel", "autocomplete": "tel"},
    "bank_account": {"class": "w-20", "inputmode": "numeric", "autocomplete": "off"},
    "number": {"class": "w-4", "inputmode": "numeric"},
    "text": {"class": "w-20", "autocomplete": "off"},
}


class QuestionForm(ReliefForm):
    """一题: the field is called `value`; `unknown` is there where 不清楚 may be said."""

    def __init__(
        self, question: Question, *args: Any, choices: Iterable[tuple[str, Any]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.question = question
        self.fields["value"] = _field(question, choices)
        if question.may_be_unknown:
            self.fields["value"].required = False
            self.fields["unknown"] = forms.BooleanField(label=_("不清楚，请帮我核对"), required=False, widget=TickBox)

    def answer(self) -> Any:
        """What was typed, as the action takes it."""
        if self.cleaned_data.get("unknown"):
            return UNKNOWN
        return self.cleaned_data.get("value")

    def refuse(self, faults: Mapping[str, Any]) -> None:
        """Show the sentences of a refused answer at the field."""
        for sentence in faults.values():
            self.add_error("value", str(sentence))


def question_form(
    question: Question, data: Any = None, *, stored: Any = None, choices: Iterable[tuple[str, Any]] | None = None
) -> QuestionForm:
    """The form of one question, filled with what was stored."""
    initial = {"value": _shown(question, stored), "unknown": stored == UNKNOWN}
    return QuestionForm(question, data, initial=initial, choices=choices)


def _shown(question: Question, stored: Any) -> Any:
    if stored in (None, UNKNOWN):
        return None
    if question.kind == "date":
        return date.fromisoformat(stored)
    if question.kind == "yes_no":
        return "yes" if stored else "no"
    return stored


def _field(question: Question, choices: Iterable[tuple[str, Any]] | None) -> forms.Field:
    common: dict[str, Any] = {"label": question.label, "help_text": question.hint, "required": question.required}
    common["error_messages"] = {"required": ask_for(question)}
    if question.kind == "date":
        return DateField(**common)
    if question.kind == "yes_no":
        return forms.ChoiceField(choices=[("yes", _("是")), ("no", _("不是"))], widget=Radios, **common)
    if question.kind == "choice":
        return forms.ChoiceField(
            choices=list(choices if choices is not None else question.choices), widget=Radios, **common
        )
    if question.kind == "money":
        return CleanCharField(widget=MoneyInput(), **common)
    if question.kind == "long_text":
        return CleanCharField(widget=forms.Textarea({"rows": 5}), **common)
    return CleanCharField(widget=forms.TextInput(_INPUTS.get(question.kind, _INPUTS["text"])), **common)


class PaperForm(ReliefForm):
    """交材料: one photo or PDF."""

    file = PhotoField(label=_("拍照或选文件"))


class TruthForm(ReliefForm):
    """诚信承诺."""

    truth = forms.BooleanField(
        label=_("我填写的内容和交的材料都是真实的"),
        widget=TickBox,
        error_messages={"required": _("请勾选：填写的内容和材料都是真实的。")},
    )


class ReasonForm(ReliefForm):
    """撤回申请: why."""

    reason = CleanCharField(
        label=_("为什么撤回"),
        help_text=_("比如：已经得到别的救助。"),
        widget=forms.Textarea({"rows": 4}),
        max_length=500,
        error_messages={"required": _("请写一句撤回的原因。")},
    )


class TrackForm(ReliefForm):
    """查进度: the number, and the last four of the ID or the code on the receipt."""

    number = CleanCharField(
        label=_("申请编号"),
        help_text=_("回执上的一串数字，中间的横线可以不填。"),
        widget=forms.TextInput({"class": "w-20", "inputmode": "numeric", "autocomplete": "off"}),
    )
    tail = CleanCharField(
        label=_("患者身份证号最后四位"),
        help_text=_("没有纸质查询码的，填这一样。"),
        squeeze=True,
        required=False,
        widget=forms.TextInput({"class": "w-6", "autocomplete": "off"}),
    )
    code = CleanCharField(
        label=_("纸质查询码"),
        help_text=_("印在回执上。填了它就能看材料和通知。"),
        squeeze=True,
        required=False,
        widget=forms.TextInput({"class": "w-10", "autocomplete": "off", "autocapitalize": "characters"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("tail") and not cleaned.get("code"):
            self.add_error("tail", _("请填写身份证号最后四位，或者纸质查询码。"))
        return cleaned


class FirstForm(ReliefForm):
    """能不能申请: three plain questions, and the hardship category for whoever knows it."""

    illness = CleanCharField(
        label=_("得了什么病"),
        help_text=_("照诊断证明上的病名写几个字，也可以打拼音。"),
        widget=forms.TextInput({"class": "w-20", "autocomplete": "off"}),
    )
    age = forms.IntegerField(
        label=_("患者多大年纪"),
        min_value=0,
        max_value=130,
        widget=forms.TextInput({"class": "w-4", "inputmode": "numeric"}),
        error_messages={"invalid": _("请填写数字，比如 62。")},
    )
    place = forms.ChoiceField(label=_("户口在哪里"))
    hardship = forms.ChoiceField(
        label=_("属于哪一类困难家庭"),
        help_text=_("不清楚的不用选。"),
        required=False,
    )

    def __init__(self, *args: Any, places: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        elsewhere = ((OUTSIDE, _("不在宁夏")), (PERMIT, _("不在宁夏，有宁夏居住证")))
        self.fields["place"].choices = [("", _("请选择")), *places, *elsewhere]  # type: ignore[attr-defined]
        self.fields["hardship"].choices = [("", _("不清楚")), *hardships()]  # type: ignore[attr-defined]

    def where(self) -> Any:
        """去哪里办: the county that was chosen, or where the residence permit says."""
        place = self.data.get("place", "")
        choices = dict(self.fields["place"].choices)  # type: ignore[attr-defined]
        return _("居住证所在地") if place in (OUTSIDE, PERMIT) else choices.get(place, "")


class HaveForm(ReliefForm):
    """已经有的材料: what somebody ticks, to see what is still missing; nothing is kept."""

    have = forms.MultipleChoiceField(label=_("已经有的，打勾"), widget=Checkboxes, required=False)

    def __init__(self, *args: Any, papers: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["have"].choices = list(papers)  # type: ignore[attr-defined]


class AccountForm(ReliefForm):
    """更正收款账户: whose it is, as the card says it, with a photo; what is acceptable is decided by the action."""

    relation = forms.ChoiceField(label=_("钱打到谁的账户"), choices=PAYEE_RELATIONS, widget=Radios)
    holder = CleanCharField(
        label=_("户名"), help_text=_("照银行卡或存折上的写。"), widget=forms.TextInput({"class": "w-10"})
    )
    bank_name = CleanCharField(label=_("开户银行"), widget=forms.TextInput({"class": "w-20", "autocomplete": "off"}))
    account = CleanCharField(
        label=_("银行账号"),
        squeeze=True,
        widget=forms.TextInput({"class": "w-20", "inputmode": "numeric", "autocomplete": "off"}),
    )
    card = PhotoField(label=_("银行卡正面或存折的照片"))
    kin_proof = PhotoField(label=_("亲属关系证明"), help_text=_("钱打给家属才要。以前交过的不用再交。"), required=False)

    def given(self) -> dict[str, Any]:
        """What was typed, as the action takes it; what is missing or faulty comes as nothing and is refused there."""
        self.is_valid()
        photos = ("card", "kin_proof")
        return {name: self.cleaned_data.get(name) or (None if name in photos else "") for name in self.fields}

    def refuse(self, fault: Invalid) -> None:
        """Show the sentences of a refused account, each at its field once."""
        for name, sentence in fault.fields.items():
            place = "card" if name == "file" else name
            if place not in self.errors:
                self.add_error(place if place in self.fields else None, str(sentence))
        if not self.errors:
            self.add_error(None, str(fault.reason))


class CounterAccountForm(AccountForm):
    """柜台代录: the same for a person at the counter, by paper or on the phone, and how he told it."""

    channel = forms.ChoiceField(label=_("对方怎样告知的"), choices=PayeeAccount.CHANNELS[1:], widget=Radios)
    field_order = ("channel",)

"""What is typed into a finding, into a step of it, and into a note of inspectors (问题、答复、底稿)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.access.models import Office, User
from cases.errors import Invalid
from project.forms import CleanCharField, Radios, ReliefForm
from workflows.desk.notes.forms import AttachedForm
from workflows.inspection.findings.actions import LONGEST, MOST_DAYS
from workflows.inspection.findings.evidence import Given
from workflows.inspection.findings.models import Finding
from workflows.inspection.findings.rules import MOVES

_DAYS = forms.NumberInput({"class": "w-4"})


class ReviseForm(ReliefForm):
    """修改问题: its words, its clause, its days, and what it rests on."""

    severity = forms.ChoiceField(label=_("严重程度"), choices=Finding.SEVERITIES, widget=Radios())
    title = CleanCharField(label=_("题目"), max_length=80)
    facts = CleanCharField(label=_("事实"), max_length=LONGEST, widget=forms.Textarea({"rows": 6}))
    clause = CleanCharField(label=_("依据条款"), help_text=_("哪个办法第几条"), max_length=200)
    days = forms.IntegerField(label=_("几个工作日内整改"), min_value=1, max_value=MOST_DAYS, widget=_DAYS)
    events = CleanCharField(
        label=_("证据：留痕序号"), help_text=_("留痕地址最后的数字，多个用空格隔开"), required=False, max_length=200
    )
    papers = CleanCharField(
        label=_("证据：文件指纹"), help_text=_("文件的 SHA-256，多个用空格隔开"), required=False, max_length=700
    )
    hit = CleanCharField(label=_("证据：检查命中编号"), required=False, max_length=12)
    sample = CleanCharField(label=_("证据：抽样编号"), required=False, max_length=12)

    def evidence(self) -> list[Given]:
        """What it rests on, as it was given."""
        given = {"event": "events", "file": "papers", "hit": "hit", "sample": "sample"}
        return [Given(kind, ref) for kind, name in given.items() for ref in self.cleaned_data[name].lower().split()]

    def words(self) -> dict[str, Any]:
        """The arguments of the act."""
        names = ("severity", "title", "facts", "clause", "days")
        return {name: self.cleaned_data[name] for name in names} | {"evidence": self.evidence()}

    def refuse(self, fault: Invalid) -> None:
        """Say at each field why the act did not take it."""
        for field, words in fault.fields.items():
            self.add_error(field if field in self.fields else None, str(words))


class FindingForm(ReviseForm):
    """提出问题: also at which office, who answers for it, on which case."""

    office = forms.ModelChoiceField(label=_("被查机构"), queryset=Office.objects.none())
    owner = CleanCharField(label=_("责任人（登录名）"), help_text=_("不写就由机构答复"), required=False, max_length=150)
    case = CleanCharField(label=_("案卷编号"), required=False, max_length=24)
    field_order = ["case", "office", "owner", "severity", "title", "facts", "clause", "days"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = Office.objects.filter(is_active=True).order_by("division_code", "pk")  # type: ignore[attr-defined]

    def clean_owner(self) -> User | None:
        """The account of that sign-in name."""
        name = self.cleaned_data["owner"]
        found = User.objects.filter(username=name).first() if name else None
        if name and found is None:
            raise forms.ValidationError(_("没有这个登录名"))
        return found

    def whole(self) -> dict[str, Any]:
        """The arguments of the act, without the case."""
        return self.words() | {"office": self.cleaned_data["office"], "owner": self.cleaned_data["owner"]}


class StepForm(AttachedForm):
    """办理问题: which step, the words, files, and new days when it goes back."""

    field_order = ["words", "attached", "days"]
    how = forms.ChoiceField(choices=[(name, move.label) for name, move in MOVES.items()])
    words = CleanCharField(
        label=_("说明"),
        help_text=_("发出时可不写"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea({"rows": 4}),
    )
    days = forms.IntegerField(
        label=_("再给几个工作日"),
        help_text=_("退回再改时填写"),
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        widget=_DAYS,
    )

    def __init__(self, *args: Any, ways: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "send" not in ways:
            words = self.fields["words"]
            words.required, words.help_text = True, ""
            words.error_messages["required"] = _("请写明情况。")

    def refuse(self, fault: Invalid) -> None:
        """Say at each field why the act did not take it."""
        for field, words in fault.fields.items():
            self.add_error(field if field in self.fields else None, str(words))


class NoteForm(forms.Form):
    """写检查底稿."""

    text = CleanCharField(
        label=_("底稿（只有检查员看得到）"), max_length=LONGEST, widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("请写底稿的内容")},
    )  # fmt: skip

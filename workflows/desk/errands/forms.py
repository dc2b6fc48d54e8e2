"""What is typed when one asks for a piece of work, answers it, sends it back or cancels it (交办、答复)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid
from project.forms import CleanCharField
from workflows.desk.errands.actions import LONGEST, MOST_DAYS
from workflows.desk.errands.queries import Target
from workflows.desk.notes.forms import AttachedForm


class AskForm(forms.Form):
    """交办: what, to whom, by when, and whether the step waits for it."""

    words = CleanCharField(
        label=_("请做什么"), help_text=_("比如：请电话问医院，请再去看一次。"), max_length=LONGEST,
        widget=forms.Textarea({"rows": 3}), error_messages={"required": _("请写清要做什么")},
    )  # fmt: skip
    to = forms.ChoiceField(label=_("交给谁"), error_messages={"required": _("请选交给哪个岗位")})
    person = forms.TypedChoiceField(
        label=_("指定一位（可不选）"), coerce=int, required=False, empty_value=None,
        help_text=_("不指定时，这个岗位上的同事都可以答复。"),
    )  # fmt: skip
    days = forms.IntegerField(
        label=_("几个工作日内"), min_value=1, max_value=MOST_DAYS, widget=forms.NumberInput({"class": "w-4"}),
        error_messages={"required": _("请填工作日数"), "invalid": _("请填工作日数")},
    )  # fmt: skip
    must_answer = forms.BooleanField(label=_("答复以前不能办理这一步"), required=False)

    def __init__(self, *args: Any, targets: Iterable[Target], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = list(targets)
        people = {one.pk: str(one.name) for target in known for one in target.people}
        self.fields["to"].choices = [("", _("请选择")), *((one.key, one.words) for one in known)]  # type: ignore[attr-defined]
        self.fields["person"].choices = [("", _("不指定")), *people.items()]  # type: ignore[attr-defined]

    def asked(self) -> dict[str, Any]:
        """The arguments of the act."""
        given = dict(self.cleaned_data)
        office, role = given.pop("to").split(":")
        return {**given, "office": int(office), "role": role}

    def refuse(self, fault: Invalid) -> None:
        """Say at each field why the act did not take it."""
        for field, words in fault.fields.items():
            self.add_error(field if field in self.fields else None, str(words))


class EndForm(AttachedForm):
    """答复、退回 or 取消: how it ends, the words, and files of an answer."""

    field_order = ["words", "attached"]
    words = CleanCharField(
        label=_("答复或原因"), max_length=LONGEST, widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("请写明答复或原因")},
    )  # fmt: skip
    how = forms.ChoiceField(choices=[("answer", _("答复")), ("send_back", _("退回")), ("cancel", _("取消交办"))])

    def __init__(self, *args: Any, errand: int, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"end-{errand}-%s"
        super().__init__(*args, **kwargs)
        self.errand = errand

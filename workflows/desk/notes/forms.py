"""What is typed into a note: the words, whom they are meant for, why they are taken out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from project.forms import Checkboxes, CleanCharField, PhotosField
from workflows.desk.notes.actions import LONGEST


class NoteForm(forms.Form):
    """写便签."""

    text = CleanCharField(
        label=_("便签（只给同事看）"), help_text=_("写“@姓名”“@登录名”或在下面勾选，同事会在办理台看到提醒。"), max_length=LONGEST,
        widget=forms.Textarea({"rows": 3}), error_messages={"required": _("请写便签的内容")},
    )  # fmt: skip
    mentions = forms.TypedMultipleChoiceField(label=_("提到谁"), coerce=int, required=False, widget=Checkboxes)
    attached = PhotosField(label=_("附件"), help_text=_("照片或 PDF，最多 3 个，只有同事能打开。"), required=False)

    def __init__(self, *args: Any, people: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mentions"].choices = [(one.pk, str(one.name)) for one in people]  # type: ignore[attr-defined]


class ReplyForm(forms.Form):
    """回复: one line under a note."""

    text = CleanCharField(label=_("回复"), max_length=LONGEST, error_messages={"required": _("请写便签的内容")})


class RedactForm(forms.Form):
    """撤除: why."""

    reason = CleanCharField(label=_("为什么撤除"), max_length=200, error_messages={"required": _("请写明原因")})

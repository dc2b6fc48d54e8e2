"""What is typed into a note: the words, whom they are meant for, why they are taken out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from project.forms import Checkboxes, CleanCharField, PhotosField
from workflows.desk.notes.actions import LONGEST


class AttachedForm(forms.Form):
    """附件 of a note or of an answer to one."""

    attached = PhotosField(label=_("附件"), help_text=_("照片或 PDF，最多 3 个，只有同事能打开。"), required=False)


class NoteForm(AttachedForm):
    """写便签."""

    field_order = ["text", "mentions", "attached"]
    text = CleanCharField(
        label=_("便签（只给同事看）"), help_text=_("写“@姓名”“@登录名”或在下面勾选，同事会在办理台看到提醒。"), max_length=LONGEST,
        widget=forms.Textarea({"rows": 3}), error_messages={"required": _("请写便签的内容")},
    )  # fmt: skip
    mentions = forms.TypedMultipleChoiceField(label=_("提到谁"), coerce=int, required=False, widget=Checkboxes)

    def __init__(self, *args: Any, people: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mentions"].choices = [(one.pk, str(one.name)) for one in people]  # type: ignore[attr-defined]


class ReplyForm(AttachedForm):
    """回复: one line under a note, and files as the note itself may have them."""

    field_order = ["text", "attached"]
    text = CleanCharField(label=_("回复"), max_length=LONGEST, error_messages={"required": _("请写便签的内容")})

    def __init__(self, *args: Any, note: int, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"reply-{note}-%s"
        super().__init__(*args, **kwargs)
        self.note = note


class RedactForm(forms.Form):
    """撤除: why."""

    reason = CleanCharField(label=_("为什么撤除"), max_length=200, error_messages={"required": _("请写明原因")})

"""Which steps of an office are looked at, and who gets the chosen ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid
from cases.text import is_key
from project.forms import CleanCharField, Radios
from workflows.desk.staffing.actions import MOST

STATES = [("", _("全部")), ("open", _("待领取")), ("claimed", _("办理中"))]


class StepsFilter(forms.Form):
    """筛选: the steps of one office; an address with them can be kept as a link."""

    office = forms.TypedChoiceField(label=_("机构"), required=False, coerce=int, empty_value=None)
    step = forms.ChoiceField(label=_("事项"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=STATES)
    holder = forms.TypedChoiceField(label=_("办理人"), required=False, coerce=int, empty_value=None)

    late = forms.ChoiceField(label=_("超期上报"), required=False, choices=[("", _("全部")), ("1", _("只看超期已上报"))])

    def __init__(self, *args: Any, offices: Iterable[Any], people: Iterable[Any], steps: Iterable[Any], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = [(one.pk, str(one)) for one in offices]  # type: ignore[attr-defined]
        self.fields["step"].choices = [("", _("全部")), *steps]  # type: ignore[attr-defined]
        self.fields["holder"].choices = [("", _("全部")), *((one.pk, one.name) for one in people)]  # type: ignore[attr-defined]


class GiveForm(forms.Form):
    """改派或分派: the chosen steps, as number and row version, and who gets them."""

    kind = forms.ChoiceField(
        label=_("怎么分"), widget=Radios, initial="assign", error_messages={"required": _("请选择怎么分")},
        choices=[("assign", _("都给一位同事")), ("allocate", _("按负荷分给在岗的人（只分待领取的）"))],
    )  # fmt: skip
    person = forms.TypedChoiceField(label=_("给谁"), required=False, coerce=int, empty_value=None)
    reason = CleanCharField(label=_("原因（改派要写，同事会看到）"), required=False, max_length=200)

    def __init__(self, *args: Any, people: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {one.pk: one for one in people}
        chosen = [("", "—"), *((pk, one.name) for pk, one in self.people.items())]
        self.fields["person"].choices = chosen  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("kind") == "assign":
            if not given.get("person") and "person" not in self.errors:
                self.add_error("person", _("请选给谁"))
            if not given.get("reason"):
                self.add_error("reason", _("请写明原因"))
        given["items"] = chosen_of(self.data.getlist("items") if hasattr(self.data, "getlist") else [])
        if not 0 < len(given["items"]) <= MOST:
            self.add_error(None, _("请在列表里勾选要分的办件。"))
        return given

    @property
    def receiver(self) -> Any:
        """The person chosen, or None where the load decides."""
        given = self.cleaned_data
        return self.people.get(given["person"]) if given["kind"] == "assign" else None

    def sheet(self) -> dict[str, Any]:
        """The clean input as `workflows.desk.staffing.actions.begin` takes it."""
        given = self.cleaned_data
        return {"kind": given["kind"], "items": given["items"], "person": self.receiver, "reason": given["reason"]}


class NameForm(forms.Form):
    """指定经办人: which step of the office, and who does it."""

    step = forms.ChoiceField(label=_("环节"))
    person = forms.TypedChoiceField(label=_("由谁办"), coerce=int)

    def __init__(self, *args: Any, steps: Iterable[Any], people: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {one.pk: one for one in people}
        self.fields["step"].choices = [("", "—"), *steps]  # type: ignore[attr-defined]
        self.fields["person"].choices = [("", "—"), *((pk, one.name) for pk, one in self.people.items())]  # type: ignore[attr-defined]

    def naming(self) -> dict[str, Any]:
        """The clean input as `workflows.desk.staffing.actions.name_for_step` takes it."""
        programme, _colon, step = self.cleaned_data["step"].partition(":")
        return {"programme": programme, "step": step, "person": self.people[self.cleaned_data["person"]]}

    def refuse(self, fault: Invalid) -> None:
        """Put each sentence of a refusal at its field."""
        for name, sentence in fault.fields.items():
            self.add_error(name, sentence)


class ExcludeForm(forms.Form):
    """责令回避: who keeps out of the case, and why."""

    person = CleanCharField(label=_("谁回避（登录名）"), max_length=150)
    exclude_reason = CleanCharField(label=_("为什么回避"), max_length=200)


class LeaveForm(forms.Form):
    """离岗: why, for the record of every step that changes hands."""

    reason = CleanCharField(label=_("为什么离岗"), max_length=200, error_messages={"required": _("请写明原因")})


def chosen_of(words: Iterable[str]) -> list[tuple[int, int]]:
    """ "12:3" is step 12 as it was shown in its third version."""
    pairs = [word.split(":") for word in words]
    return [(int(pair[0]), int(pair[1])) for pair in pairs if len(pair) == 2 and all(is_key(part) for part in pair)]

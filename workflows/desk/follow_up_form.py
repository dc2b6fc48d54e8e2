"""回访: the form asks for each call and visit that the lot and the policy ask for, and for no more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.follow_up.queries import duty_of, still_owed
from cases.follow_up.rules import HOME, KINDS, asked_by
from project.forms import CleanCharField, MoneyField, PhotoField, Radios
from workflows.desk.forms import DecisionForm

YES_NO = [("yes", _("是")), ("no", _("否"))]
SATISFIED = [("5", _("很满意")), ("4", _("满意")), ("3", _("一般")), ("2", _("不满意")), ("1", _("很不满意"))]
QUESTIONS: dict[str, tuple[Any, list[tuple[str, Any]]]] = {
    "reached": (_("%(kind)s：联系上了吗"), YES_NO),
    "received": (_("%(kind)s：救助收到了吗"), YES_NO),
    "satisfied": (_("%(kind)s：对这次救助满意吗"), SATISFIED),
    "fee": (_("%(kind)s：有人要过钱或东西吗"), YES_NO),
}
AMOUNT = _("%(kind)s：收到多少元")


class FollowUpForm(DecisionForm):
    """回访: the calls and visits still owed; when all are done (第二次回访), either kind at choice."""

    in_batch = False

    situation = CleanCharField(
        label=_("患者现在的情况"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("请写患者现在的情况")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        duty = duty_of(self.case)
        self.kinds = (still_owed(duty) if duty else []) or list(KINDS)
        self.asked = asked_by(self.policy)
        for kind in self.kinds:
            self._ask(kind)
        if HOME in self.kinds:
            self.fields["photo"] = PhotoField(label=_("入户回访的照片"), required=False)
            self.fields["photo_token"] = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def _ask(self, kind: str) -> None:
        for name, (words, choices) in QUESTIONS.items():
            if name == "reached" or name in self.asked:
                self.fields[f"{kind}_{name}"] = forms.ChoiceField(
                    label=words % {"kind": KINDS[kind]}, widget=Radios, choices=choices, required=False
                )
            if name == "received" and "amount" in self.asked:
                self.fields[f"{kind}_amount"] = MoneyField(label=AMOUNT % {"kind": KINDS[kind]}, required=False)

    def details(self) -> dict[str, Any]:
        given = self.cleaned_data
        tries = [self._said(kind) for kind in self.kinds if given.get(f"{kind}_reached")]
        return {"follow_up": tries, "situation": given["situation"]}

    def _said(self, kind: str) -> dict[str, Any]:
        given = self.cleaned_data
        said: dict[str, Any] = {"kind": kind, "reached": given[f"{kind}_reached"] == "yes"}
        for name in ("received", "fee"):
            if answer := given.get(f"{kind}_{name}"):
                said[name] = answer == "yes"
        if grade := given.get(f"{kind}_satisfied"):
            said["satisfied"] = int(grade)
        if (amount := given.get(f"{kind}_amount")) is not None:
            said["amount"] = str(amount)
        if kind == HOME:
            said["photo"] = str(given.get("photo_token") or "")
        return said

    def detail_words(self) -> list[tuple[Any, Any]]:
        given = self.cleaned_data
        lines = []
        for kind in self.kinds:
            for name, (_words, choices) in QUESTIONS.items():
                if answer := given.get(f"{kind}_{name}"):
                    lines.append((self.fields[f"{kind}_{name}"].label, dict(choices)[answer]))
            if (amount := given.get(f"{kind}_amount")) is not None:
                lines.append((self.fields[f"{kind}_amount"].label, str(amount)))
        return [*lines, (_("患者现在的情况"), given["situation"])]

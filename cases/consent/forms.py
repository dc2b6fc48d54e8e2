"""The three consents as one page of a draft: each with its text, none ticked beforehand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html_join
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.consent import rules, texts
from cases.consent.queries import current, needs_guardian
from project.forms import CleanCharField, Radios, ReliefForm

YES, NO = "yes", "no"


class ConsentForm(ReliefForm):
    """同意书: processing, economic check, publicity, and the guardian's name for a patient under 14.

    Make it with `for_case`; hand `form.answers()` and `form.cleaned_data["guardian"]` to `consent.actions.give`, and
    put the fields of its Invalid back with `add_error`.
    """

    guardian = CleanCharField(
        label=_("监护人姓名"),
        help_text=_("患者不满 14 岁，由监护人同意。"),
        max_length=40,
        required=False,
        widget=forms.TextInput({"class": "w-10", "autocomplete": "name"}),
    )

    def __init__(self, *args: Any, with_guardian: bool = False, language: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown_in = language or get_language() or "zh-hans"
        for kind in rules.KINDS:
            shown = texts.text(kind, shown_in)
            self.fields[kind] = forms.ChoiceField(
                label=shown.title,
                help_text=format_html_join("", '<span class="line">{} </span>', ((line,) for line in shown.lines)),
                choices=[(YES, _("同意")), (NO, _("不同意"))],
                widget=Radios(),
                error_messages={"required": _("请选“同意”或“不同意”。")},
            )
        if with_guardian:
            self.fields["guardian"].required = True
            self.fields["guardian"].error_messages["required"] = _("患者不满 14 岁，请填写监护人姓名。")
        else:
            del self.fields["guardian"]
        self.order_fields([*rules.KINDS, "guardian"])

    @classmethod
    def for_case(cls, case: Any, today: Any, data: Any = None) -> ConsentForm:
        """The form for one draft, filled with what was answered before; an unanswered consent stays open."""
        rows = current(case)
        initial: dict[str, Any] = {
            kind: (YES if row.agreed else NO) for kind, row in rows.items() if row.withdrawn_at is None
        }
        initial["guardian"] = next((str(row.guardian) for row in rows.values() if row.guardian), "")
        return cls(data, initial=initial, with_guardian=needs_guardian(case, today))

    def answers(self) -> dict[str, bool | None]:
        """What was chosen; None where nothing was."""
        chosen = {kind: self.cleaned_data.get(kind) for kind in rules.KINDS}
        return {kind: None if value in (None, "") else value == YES for kind, value in chosen.items()}

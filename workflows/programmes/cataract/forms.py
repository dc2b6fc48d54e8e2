"""回访 of a cataract case: what every follow-up asks, and what the eye sees now."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.parts import part_name
from cases.providers.models import Permit, SightCheck
from cases.screening.sight import SightFault, read
from project.forms import CleanCharField
from workflows.desk.follow_up_form import FollowUpForm


class SightForm(FollowUpForm):
    """回访: the calls and visits that are owed, and the sight of each eye that was done."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen: dict[str, str] = {}
        for permit in Permit.objects.filter(case=self.case, state="used").order_by("pk"):
            name = f"seen_{permit.part}"
            self.seen[name] = permit.part
            self.fields[name] = CleanCharField(
                label=_("%(eye)s现在的视力") % {"eye": part_name(permit.part)}, max_length=20, required=False,
                help_text=self._known(permit),
            )  # fmt: skip

    @staticmethod
    def _known(permit: Permit) -> Any:
        last = SightCheck.objects.filter(permit=permit).order_by("-pk").first()
        if last is None:
            return _("医院还没有登记复查视力。没有量过就空着。")
        return _("医院登记：%(when)s %(sight)s，提高 %(lines)s 行。没有再量过就空着。") % {
            "when": last.get_moment_display(), "sight": last.raw, "lines": f"{last.gain:.0f}",
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in self.seen:
            try:
                _seen = read(cleaned[name]) if cleaned.get(name) else None
            except SightFault as fault:
                self.add_error(name, str(fault.message))
        return cleaned

    def details(self) -> dict[str, Any]:
        given = self.cleaned_data
        seen = {part: given[name] for name, part in self.seen.items() if given.get(name)}
        return super().details() | {"seen": seen}

    def detail_words(self) -> list[tuple[Any, Any]]:
        given = self.cleaned_data
        seen = [(self.fields[name].label, given[name]) for name in self.seen if given.get(name)]
        return [*seen, *super().detail_words()]

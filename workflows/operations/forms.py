"""What is typed in this room: why something is suspended and until when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.dossier.models import Case
from cases.errors import Invalid
from project.forms import CleanCharField, DateField, Radios, ReliefForm
from workflows.actions import correctable
from workflows.operations.facts import field_of
from workflows.operations.plans import WORDS, choices, routes, to_map
from workflows.operations.roads import areas, places


class Refusing(ReliefForm):
    """A form that shows what an act refused."""

    def refuse(self, fault: Invalid) -> None:
        """Show beside each field what was wrong with it."""
        for name, words in fault.fields.items():
            self.add_error(name if name in self.fields else None, words)


class SuspendForm(Refusing):
    """停办 one case."""

    reason = CleanCharField(
        label=_("停办原因"),
        widget=forms.Textarea({"rows": 3}),
        max_length=1000,
        help_text=_("同事会看到，至少 10 个字。"),
    )
    until = DateField(label=_("停办到哪一天"), required=False, help_text=_("不填就一直停办，到有人恢复。"))


class SuspendRoadForm(SuspendForm):
    """停办 a step or a version of a road."""

    where = forms.ChoiceField(label=_("停办哪里"))
    field_order = ["where", "reason", "until"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["where"].choices = places()  # type: ignore[attr-defined]

    def scope(self) -> tuple[str, str]:
        """The road and the step that were chosen; no step is the whole version."""
        flow, _colon, step = str(self.cleaned_data["where"]).partition(":")
        return flow, step


class PlanForm(Refusing):
    """干预 one case: what is done, from which step, to which place, and why."""

    kind = forms.ChoiceField(label=_("怎样干预"), widget=Radios)
    step = forms.ChoiceField(label=_("从哪一步"), required=False)
    to_step = forms.ChoiceField(label=_("到哪一步"), required=False)
    fact = forms.ChoiceField(label=_("更正哪一项"), required=False, help_text=_("选好后点“试算”，再填更正为什么。"))
    reason = CleanCharField(
        label=_("为什么干预"),
        widget=forms.Textarea({"rows": 3}),
        max_length=1000,
        help_text=_("签批的人会看到，至少 10 个字。"),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_over = case.closed_at is not None
        kinds = ["reopen"] if self.is_over else ["restart", "move", "cancel", "correct"]
        may = choices(case)
        self.fields["kind"].choices = [(kind, WORDS[kind]) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["step"].choices = may["steps"]  # type: ignore[attr-defined]
        self.fields["to_step"].choices = [("", "—"), *may["places"]]  # type: ignore[attr-defined]
        self.questions = {} if self.is_over else {one.key: one for one in correctable(case)}
        self.fields["fact"].choices = [("", "—"), *((key, one.label) for key, one in self.questions.items())]  # type: ignore[attr-defined]
        if not may["steps"]:
            del self.fields["step"]
        if not self.questions:
            del self.fields["fact"]
        asked = self.questions.get(self.data.get("fact", "")) if self.data.get("kind") == "correct" else None
        self.value = f"value_{asked.key}" if asked else ""
        if asked:
            self.fields[self.value] = field_of(asked, case)
            self.order_fields(["kind", "step", "to_step", "fact", self.value])

    def refuse(self, fault: Invalid) -> None:
        """The value is asked for under the name of its fact, so that none is taken for that of another."""
        super().refuse(Invalid(fault.reason, fields={self._named(name): words for name, words in fault.fields.items()}))

    def _named(self, name: str) -> str:
        return self.value if name == "value" and self.value else name

    def given(self) -> dict[str, Any]:
        """What the act is called with."""
        names = ("kind", "step", "to_step", "fact", "reason")
        found = {name: self.cleaned_data.get(name, "") for name in names}
        return found | {"value": self.cleaned_data.get(self.value, "")}

    def clean(self) -> dict[str, Any]:
        found = dict(super().clean() or {})
        if found.get("kind") in ("restart", "move", "reopen") and not found.get("to_step"):
            self.add_error("to_step", _("请选择到哪一步"))
        if found.get("kind") == "correct" and not found.get("fact"):
            self.add_error("fact", _("请选择要更正的一项"))
        return found


class RoadPlanForm(Refusing):
    """换流程版本: from which version to which, in which area, what the steps that are gone become, and why."""

    route = forms.ChoiceField(label=_("从哪个版本到哪个版本"))
    place = forms.ChoiceField(label=_("只换这个地区的"), required=False)
    reason = PlanForm.base_fields["reason"]

    def __init__(self, *args: Any, route: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["route"].choices = routes()  # type: ignore[attr-defined]
        self.fields["route"].initial = route
        self.fields["place"].choices = [("", _("全省")), *areas()]  # type: ignore[attr-defined]
        for name, title, may in to_map(self.data.get("route") or route):
            label = format_lazy(_("“{step}”换成"), step=title)
            self.fields[f"map_{name}"] = forms.ChoiceField(label=label, required=False, choices=[("", "—"), *may])

    def given(self) -> dict[str, Any]:
        """Old version, new version, area and mapping."""
        old, _sign, new = str(self.cleaned_data["route"]).partition(">")
        mapping = {name[4:]: value for name, value in self.cleaned_data.items() if name.startswith("map_") and value}
        return {"flow": old, "to_flow": new, "place": self.cleaned_data["place"], "mapping": mapping}

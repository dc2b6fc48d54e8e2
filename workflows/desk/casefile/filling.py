"""The one decision form of a step, with what was typed before in it, and the printed working beside it (办理意见表)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cases.calendar import clock
from cases.dossier.queries import answers
from cases.policy.queries import policy_of
from cases.stock.fees import Fee, fee_of
from workflows.desk.casefile.queries import File
from workflows.desk.forms import DecisionForm
from workflows.desk.step_forms import FORMS
from workflows.effects import preview_award
from workflows.flow import road_of, step_of
from workflows.models import Draft, WorkItem

COUNTED = ("award", "urgent")
"""Forms of the steps beside which the working of the amount is shown."""


def decision_form(found: File, data: Any = None, files: Any = None) -> DecisionForm | None:
    """The one form of this step, for its holder; what he typed before stands in it. None for everybody else."""
    if not found.is_mine or found.item is None or found.suspension is not None:
        return None
    form = form_of(found.item, data, files)
    if data is None:
        keep = Draft.objects.filter(item=found.item, by=found.viewer).first()
        if keep is not None:
            refill(form, keep.data.get("post") or _as_posted(form, keep.data))
    return form


def form_of(item: WorkItem, data: Any = None, files: Any = None) -> DecisionForm:
    """The form of one step of one case, by what kind of step it is."""
    step, case = step_of(item), item.case
    kind = FORMS.get(step.form, DecisionForm)
    return kind(
        data, files, step=step, case=case, policy=policy_of(case), facts=answers(case), road=road_of(case),
        initial={"item": item.pk, "row_version": item.row_version, "happened_on": clock.today()},
    )  # fmt: skip


def _as_posted(form: DecisionForm, kept: Mapping[str, Any]) -> dict[str, list[str]]:
    exit = form.step.exits.get(kept.get("outcome", ""))
    codes = [f"{exit.reasons}:{code}" for code in kept.get("reasons", [])] if exit else []
    single = {name: [str(kept[name])] for name in ("outcome", "opinion", "to_step") if kept.get(name)}
    return {**single, **({"reasons": codes} if codes else {})}


def refill(form: DecisionForm, posted: Mapping[str, list[str]]) -> None:
    """Put what was typed back into a fresh form, without judging it."""
    from django.http import QueryDict

    typed = QueryDict(mutable=True)
    for name, values in posted.items():
        typed.setlist(name, values)
    for name, one in form.fields.items():
        value = one.widget.value_from_datadict(typed, {}, name)
        if name not in ("item", "row_version") and value not in (None, "", [], [None, None, None]):
            form.initial[name] = value


def beside(found: File) -> dict[str, Any]:
    """What stands beside the form of a step: the working of an award, or the fee that is decided."""
    return {"working": working(found), "fee": fee(found)}


def fee(found: File) -> Fee | None:
    """验配费: what is to be paid to the fitting centre, beside the step that decides it; None at other steps."""
    return fee_of(found.case) if found.step is not None and found.step.form == "fee" else None


def working(found: File, changes: Mapping[str, Any] | None = None) -> Any:
    """核算: the printed working beside an award decision, with facts about to be set right; None at other steps."""
    if found.step is None or found.step.form not in COUNTED or found.case.accepted_on is None:
        return None
    return preview_award(found.case, changes)

"""From typed input to a decision (核对、确认): what was typed is a draft from the first moment and is never lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.access.queries import is_known
from cases.dossier.models import Case
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.evidence.actions import add_visit_photo
from cases.text import is_key
from workflows import actions, rechecks
from workflows.actions.rechecking import show_recheck
from workflows.desk.casefile.filling import COUNTED, decision_form, fee, refill, working
from workflows.desk.casefile.queries import File
from workflows.desk.forms import DecisionForm
from workflows.desk.queries import may_take
from workflows.desk.trail import FIELD, take_next
from workflows.models import Decision, WorkItem
from workflows.reading import agrees

NOT_INPUT = ("csrfmiddlewaretoken", "phase", FIELD)


@dataclass(frozen=True)
class Answer:
    """What to show next: `form` again, the `check` page, or `decided`."""

    kind: str
    form: DecisionForm | None = None
    context: dict[str, Any] = field(default_factory=dict)


def decided_by(person: Any, item: int | None, outcome: str) -> Decision | None:
    """The same decision that this person already made on that work: a double click is no second decision.

    Another outcome from an old page is not the same decision: it goes on and is refused as too late.
    """
    if not item:
        return None
    return Decision.objects.filter(item=item, actor=person, outcome=outcome).select_related("case").first()


def answer(found: File, posted: QueryDict, files: Mapping[str, Any]) -> Answer:
    """Judge what was posted. `phase` is check (default), back (返回 keeps input), confirm (确认 decides) or next (and on)."""
    data = posted.copy()
    if not found.is_mine:
        _too_late(found, data)
    if "photo" in files and data.get("phase") != "back":
        data["photo_token"] = str(_stored(found, files["photo"]))
    form = decision_form(found, data, {})
    if form is None:
        raise NotFound()
    if data.get("phase") == "back":
        form = decision_form(found)
        if form is not None:
            refill(form, _typed(data))
        return Answer("form", form)
    assert found.item is not None
    actions.save_draft(item=found.item, data={"post": _typed(data)}, by=found.viewer)
    if not form.is_valid():
        return Answer("form", form)
    if data.get("phase") not in ("confirm", "next"):
        return Answer("check", form, _check(found, form, data))
    try:
        actions.decide(**form.decision() | {"item": found.item}, by=found.viewer)
    except Invalid as fault:
        for name, words in fault.fields.items():
            form.add_error(name if name in form.fields else None, words)
        if not fault.fields:
            form.add_error(None, fault.reason)
        return Answer("form", form)
    return Answer("decided", form)


def _stored(found: File, upload: Any) -> Any:
    return add_visit_photo(case=found.case, upload=upload, by=found.viewer).token


def _too_late(found: File, data: QueryDict) -> None:
    """Somebody else holds or has done it: the refusal comes from the action, which keeps the text as a draft."""
    number, version = str(data.get("item", "")), str(data.get("row_version", ""))
    item = WorkItem.objects.filter(pk=int(number), case=found.case).first() if is_key(number) else None
    if item is None:
        raise NotFound()
    if item.state == "open":
        if not may_take(found.viewer, item):
            raise Refusal(_("这一步不归您办理。"), code="not_my_step", who_may=found.who)
        actions.save_draft(item=item, data={"post": _typed(data)}, by=found.viewer)
        raise Stale(_("这一件现在没有人领取。请先领取再办理，您填写的内容已替您留在草稿里。"))
    codes = [str(code).partition(":")[2] for code in data.getlist("reasons")]
    actions.decide(
        item=item, row_version=int(version) if is_key(version) else None, outcome=str(data.get("outcome", "")),
        reasons=codes, opinion=str(data.get("opinion", "")), to_step=str(data.get("to_step", "")), by=found.viewer,
    )  # fmt: skip


def _typed(data: QueryDict) -> dict[str, list[str]]:
    return {name: [str(value) for value in values] for name, values in data.lists() if name not in NOT_INPUT}


def _recheck(found: File, form: DecisionForm) -> list[str]:
    """批准前复查, shown and kept: what differs from the time before."""
    if not agrees(form.exit) or found.step.form not in rechecks.APPROVING or found.item is None:
        return []
    now, before = show_recheck(item=found.item, by=found.viewer)
    return rechecks.words(before.found, now.found) if before is not None else []


def _check(found: File, form: DecisionForm, data: QueryDict) -> dict[str, Any]:
    counts = form.exit.kind == "forward" and found.step.form in COUNTED
    return {
        "form": form,
        "exit": form.exit,
        "target": form.target_words(),
        "reasons": form.reason_words(),
        "details": form.detail_words(),
        "working": working(found, _set_right(form)) if counts else None,
        "fee": fee(found) if form.exit.kind == "forward" and not form.exit.reasons else None,
        "recheck": _recheck(found, form),
        "hidden": [(name, value) for name, values in _typed(data).items() for value in values],
    }


def _set_right(form: DecisionForm) -> dict[str, str]:
    return {change["key"]: change["value"] for change in form.details().get("verified", [])}


def home_of(person: Any, case: Case) -> str:
    """The page of a case for somebody who may still open it, else the desk."""
    return reverse("case:home", args=[case.number]) if is_known(person, case.pk) else reverse("desk:home")


def next_address(found: File, wants_next: bool) -> str:
    """Where to go after a decision: the next task in the order of the list one came by (F24), else back to the case.

    To the list from a case that this person does not see any more.
    """
    if not wants_next:
        home = home_of(found.viewer, found.case)
        return found.trail.address if home == reverse("desk:home") else home + found.trail.query
    following = take_next(found.viewer, found.trail, found.item)
    if following is None:
        return found.trail.address
    return reverse("case:home", args=[following.case.number]) + found.trail.query

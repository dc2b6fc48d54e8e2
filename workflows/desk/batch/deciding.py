"""Many single decisions (成批办理): each file judged by the form and the act of its own step; none drags another along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.http import QueryDict
from django.utils.translation import gettext as _

from cases.access.queries import is_known
from cases.award.rules import Award
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history.record import refusals_recorded
from cases.text import named, strung
from workflows import actions, rechecks
from workflows.actions.common import may_act, what_happened
from workflows.actions.rechecking import show_recheck
from workflows.desk.casefile.filling import form_of
from workflows.desk.forms import DecisionForm
from workflows.effects import preview_award
from workflows.flow import step_of
from workflows.models import Decision, WorkItem
from workflows.reading import Reading, agrees, must_be_opened, reading_of

MOST = 30


@dataclass(frozen=True)
class Said:
    """What is said of all files; `own` holds the opinion of one file by the id of its work, in place of the common one."""

    outcome: str
    reasons: Sequence[str] = ()
    opinion: str = ""
    to_step: str = ""
    own: Mapping[int, str] = field(default_factory=dict)

    def posted(self, item: WorkItem, version: int) -> QueryDict:
        """The same as the form of one case would post it."""
        data = QueryDict(mutable=True)
        data["item"], data["row_version"], data["outcome"] = str(item.pk), str(version), self.outcome
        exit = step_of(item).exits.get(self.outcome)
        data.setlist("reasons", [f"{exit.reasons}:{code}" for code in self.reasons] if exit else [])
        data["opinion"], data["to_step"] = self.own.get(item.pk) or self.opinion, self.to_step
        return data


@dataclass(frozen=True)
class Result:
    """办理结果 of one file: decided, or why not; never left out."""

    pk: int
    number: str
    is_done: bool
    code: str = ""
    why: str = ""
    who_may: str = ""


def decide_all(viewer: Any, chosen: Mapping[int, int], said: Said) -> list[Result]:
    """成批办理 of `chosen` (work -> its version): a result for each, in that order, whatever becomes of the others."""
    if not 0 < len(chosen) <= MOST:
        raise Invalid(_("一次请选 1 到 %(n)s 件。") % {"n": MOST}, fields={"items": _("请选案卷")})
    found = items_of(viewer, chosen)
    steps = {item.step for item in found.values()}
    if len(steps) > 1:
        raise Invalid(_("一次只能办同一个环节的案卷。"), fields={"items": _("只能选同一个环节的")})
    batch = uuid4()
    return [_one(viewer, found.get(pk), pk, version, said, batch) for pk, version in chosen.items()]


def items_of(viewer: Any, pks: Iterable[int]) -> dict[int, WorkItem]:
    """The work among these whose case the viewer may see; what is not his does not exist."""
    rows = WorkItem.objects.filter(pk__in=list(pks)).select_related("case__run")
    return {item.pk: item for item in rows if is_known(viewer, item.case_id)}


def _one(viewer: Any, item: WorkItem | None, pk: int, version: int, said: Said, batch: UUID) -> Result:
    about = ("case", str(item.case_id)) if item else ("", "")
    number = str(item.case.number) if item else ""
    if Decision.objects.filter(item=item, actor=viewer, outcome=said.outcome, batch__isnull=False).exists():
        return Result(pk, number, True)  # the same page sent twice is no second decision
    try:
        with refusals_recorded("task.decide", by=viewer, about=about):
            _decide(viewer, item, version, said, batch)
    except Refusal as refusal:
        words = list(dict.fromkeys(str(one) for one in refusal.fields.values())) or [str(refusal.reason)]
        return Result(pk, number, False, refusal.code, strung(words), str(refusal.who_may))
    return Result(pk, number, True)


def _decide(viewer: Any, item: WorkItem | None, version: int, said: Said, batch: UUID) -> None:
    if item is None:
        raise NotFound()
    if item.state not in ("open", "claimed"):
        raise Stale(what_happened(item))
    may_act(item, viewer)  # before anybody is told what to fill in
    form = filled(item, version, said)
    if not form.is_valid():
        words = strung(_faults(form))
        raise Invalid(words, fields={"outcome": words})
    actions.decide(**form.decision() | {"item": item, "batch": batch}, by=viewer)


def filled(item: WorkItem, version: int, said: Said) -> DecisionForm:
    """The form of this file's step, filled in with what was said of all."""
    return form_of(item, said.posted(item, version))


@dataclass(frozen=True)
class Ahead:
    """核对: what will be decided on one file, its own opinion if it has one, what stands against it, and what the re-check found changed."""

    item: WorkItem
    own: str
    award: Award | None
    against: str
    changed: list[str]


def look_ahead(person: Any, step: str, chosen: Mapping[int, int], said: Said) -> list[Ahead]:
    """试办: each chosen file judged without deciding it; files of another step or out of sight are left out."""
    found = items_of(person, chosen)
    mine = [(found[pk], version) for pk, version in chosen.items() if pk in found and found[pk].step == step]
    return [_ahead(person, item, version, said) for item, version in mine]


def _ahead(person: Any, item: WorkItem, version: int, said: Said) -> Ahead:
    form = filled(item, version, said)
    against, award, changed = why_not(item, form, reading_of(item, person)), None, []
    approves = not against and agrees(form.exit) and form.step.form in rechecks.APPROVING
    if approves and item.state in ("open", "claimed"):
        now, before = show_recheck(item=item, by=person)
        changed = rechecks.words(before.found, now.found) if before is not None else []
    if approves and item.case.accepted_on is not None:
        award = preview_award(item.case)
    return Ahead(item, said.own.get(item.pk, ""), award, against, changed)


def why_not(item: WorkItem, form: DecisionForm, reading: Reading) -> str:
    """What stands against deciding this file as it is filled in, as far as can be seen before; "" when nothing does."""
    if not form.is_valid():
        return strung(_faults(form))
    try:
        must_be_opened(item, form.exit, reading, in_batch=True)
    except Invalid as fault:
        return strung(fault.fields.values())
    return ""


def _faults(form: DecisionForm) -> list[str]:
    return [
        named(form.fields[name].label, words) if name in form.fields else str(words)
        for name, faults in form.errors.items()
        for words in faults
    ]

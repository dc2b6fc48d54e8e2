"""Drive one case along its road by the actions that its pages call, as whoever may do each step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cases.access.models import User
from cases.access.queries import candidates
from cases.calendar import clock
from cases.consent import actions as consent
from cases.dossier import actions as dossier
from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.evidence import actions as evidence
from cases.evidence.queries import papers
from cases.evidence.rules import visit_keys
from cases.programme import programme
from cases.publicity import actions as publicity
from workflows import actions, offers
from workflows.flow import step_of
from workflows.models import WorkItem
from workflows.rules import duties
from workflows.walking.papers import picture

AGREE = {"publicity": True, "processing": True, "economic": True}
ENOUGH = "按办法核对过材料和事实，情况属实。"


def apply(
    *,
    slug: str,
    number: int,
    by: User,
    changes: Mapping[str, Any] | None = None,
    consents: Mapping[str, bool] = AGREE,
    submit: bool = True,
    agent: bool = False,
) -> Case:
    """File one application of invented person `number`, whole, and submit it."""
    card = programme(slug)
    assert card.demo_answers is not None
    given = {**card.demo_answers(number), **(changes or {})}
    case = dossier.new_draft(programme=slug, by=by, channel="phone")
    for question in card.questions():
        facts = answers(case)
        if question.key in given and (question.when is None or question.when(facts)):
            dossier.save_answer(case=case, key=question.key, value=given[question.key], by=by)
    if not submit:
        return case
    for paper in papers(case, today=clock.today()):
        if paper.required and not paper.is_given:
            evidence.add_file(case=case, material_code=paper.code, upload=picture(paper.code, seed=number), by=by)
    consent.give(case=case, answers=dict(consents), by=by)
    return dossier.submit(case=case, truth=True, by=by)


def open_item(case: Case) -> WorkItem:
    """The one open step of a case."""
    return WorkItem.objects.select_related("case__run").filter(case=case, state__in=["open", "claimed"]).latest("id")


def person_for(item: WorkItem) -> User:
    """Somebody who holds the role there and is not barred by duties."""
    step = step_of(item)
    shut_out = duties.barred(
        level=step.level, not_by=step.not_by, acted=offers.acted(item.case), parties=offers.parties(item.case)
    )
    if item.holder is not None:
        return item.holder
    return candidates(item.role, item.division_code, shut_out)[0]


def step(case: Case, outcome: str = "", *, by: User | None = None, **decision: Any) -> WorkItem:
    """Decide the open step through `outcome` (its first exit when none is named); answers the step's item."""
    item = open_item(case)
    spec = step_of(item)
    outcome = outcome or next(iter(spec.exits))
    who = by or person_for(item)
    data = dict(decision.pop("data", {}))
    if spec.form == "visit" and "visit" not in data:
        data["visit"] = visit(case, who)
    if spec.exits[outcome].needs_reason and "reasons" not in decision:
        decision["reasons"] = [offers.policy_of(case).section(spec.exits[outcome].reasons)[0].key]
    decision.setdefault("opinion", ENOUGH)
    actions.decide(item=item.pk, row_version=item.row_version, outcome=outcome, data=data, by=who, **decision)
    case.refresh_from_db()
    return item


def visit(case: Case, by: User) -> dict[str, Any]:
    """A visit record in which everything stated is confirmed."""
    photo = evidence.add_visit_photo(case=case, upload=picture("VISIT", seed=case.pk), by=by)
    keys = visit_keys(programme(case.programme), answers(case))
    return {
        "visitors": [str(by.name), "演示村干部"],
        "visited_on": clock.today().isoformat(),
        "place": "患者家中",
        "photo": str(photo.token),
        "facts": [{"key": key, "finding": "confirmed", "note": ""} for key in keys],
        "note": "",
    }


def to(case: Case, state: str) -> Case:
    """Take every step the ordinary way until the case is in that state."""
    for _turn in range(20):
        case.refresh_from_db()
        if case.state == state:
            return case
        item = open_item(case)
        if item.kind == "wait":
            raise LookupError(f"{case} waits at {item.step} in {case.state}, not in {state}")
        step(case)
    raise LookupError(f"{case} does not come to {state}")


def give_notice(cases: list[Case], by: User) -> Any:
    """Put cases on a public list."""
    return publicity.publish(cases=cases, by=by)

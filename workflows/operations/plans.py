"""Plans as people read them (干预计划): lists, one plan with its cases, what may be chosen, and which cases a road has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.access.queries import may, require
from cases.dossier.models import Case
from cases.dossier.queries import answer_rows
from cases.errors import Invalid, NotFound
from cases.history.record import record_access
from cases.programme import Question, programme
from cases.regions.queries import name_paths
from cases.states import STATES
from cases.text import is_key, named, with_aside
from workflows.actions import open_items
from workflows.desk.casefile.tabs import display
from workflows.flow import graph, road_of, step_named
from workflows.models import FlowVersion, Plan, PlanItem
from workflows.operations import stuck
from workflows.operations.actions.planning import MAKE, SIGN
from workflows.operations.roads import PROVINCE, road_named, roads, words_of
from workflows.operations.stuck import Stuck
from workflows.rules import ways

PAGE = 30
SEES = (MAKE, SIGN, "inspect")
"""Rights of those to whom plans are open."""
WORDS = {
    "done": _("已执行"), "possible": _("可以执行"), "refused": _("不能执行"), "failed": _("没有执行"), "new": _("待试算"),
    "undone": _("已撤回"), "kept": _("撤不回"), "checking": _("试算中"), "ready": _("待签批"), "running": _("执行中"),
    "dropped": _("已作废"), "undoing": _("撤回中"), "restart": _("从某一步重来"), "move": _("移到另一步"),
    "cancel": _("取消一条并行线"), "reopen": _("重新办理"), "migrate": _("换流程版本"),
    "correct": _("更正事实"),
}  # fmt: skip
"""Kinds and states in words."""
COLOURS = {
    "done": "green",
    "possible": "blue",
    "ready": "yellow",
    "refused": "orange",
    "failed": "orange",
    "kept": "orange",
}


def may_see(viewer: Any) -> bool:
    """Whether plans are open to the viewer."""
    return any(may(viewer, right, PROVINCE) for right in SEES)


def must_see(viewer: Any) -> None:
    """Raises a refusal for whoever has no business with plans."""
    if not may_see(viewer):
        require(viewer, MAKE, PROVINCE)


def plans(viewer: Any, after: str = "") -> tuple[list[dict[str, Any]], str]:
    """干预计划, the latest first, and the cursor of the next page."""
    must_see(viewer)
    rows = _after(Plan.objects.select_related("made_by", "signed_by"), after)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    shown = [{"plan": plan, **said(plan)} for plan in found[:PAGE]]
    return shown, str(found[PAGE - 1].pk) if len(found) > PAGE else ""


def plan_of(viewer: Any, pk: int) -> Plan:
    """One plan; NotFound when there is none."""
    must_see(viewer)
    found = Plan.objects.select_related("made_by", "signed_by", "dropped_by", "undone_by").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def said(plan: Plan) -> dict[str, Any]:
    """What a plan does, in words."""
    return {
        "kind": WORDS[plan.kind],
        "state": WORDS[plan.state],
        "colour": COLOURS.get(plan.state, "grey"),
        "from": words_of(plan.flow, plan.step),
        "to": _to(plan),
        "mapping": [
            (getattr(getattr(roads().get(plan.flow), old, None), "title", old), getattr(road_named(plan.to_flow), new).title)
            for old, new in plan.mapping.items()
            if plan.to_flow in roads()
        ],
    }  # fmt: skip


def _to(plan: Plan) -> Any:
    if plan.kind == "correct":
        return question_of(plan).label
    return words_of(plan.to_flow or plan.flow, plan.to_step) if plan.kind != "cancel" else ""


def question_of(plan: Plan) -> Question:
    """The question whose answer a plan sets right."""
    return programme(plan.flow.split("/")[0]).question(plan.fact)


def correction(viewer: Any, plan: Plan) -> list[Any]:
    """更正前后: what is answered now, or was before the plan, and what the plan sets; that it is read is recorded first."""
    if plan.kind != "correct":
        return []
    item, question = plan.items.select_related("case").get(), question_of(plan)
    case, post = item.case, next(post for post in (may(viewer, right, PROVINCE) for right in SEES) if post)
    if question.sensitive:
        record_access(
            "read", object=case, fields=[plan.fact], by=viewer, case_id=case.pk, purpose=WORDS[plan.kind],
            role=post.role_id, office=post.office.name,
        )  # fmt: skip
    row = case.answers.filter(pk=item.before.get("fact")).first() or answer_rows(case).get(plan.fact)
    both = [row.value if row else "", plan.answer]
    places = name_paths([str(one) for one in both if one]) if question.kind == "division" else {}
    return [display(question, one, True, places) for one in both]


@dataclass(frozen=True)
class Line:
    """One case of a plan as people read it."""

    item: PlanItem
    state: Any
    colour: str
    before: list[Any]
    after: list[Any]
    problem: str


def lines(plan: Plan, after: str = "") -> tuple[list[Line], str]:
    """A page of the cases of a plan, those first that cannot be done, and the cursor of the next page."""
    rows = plan.items.select_related("case__run")
    if after:
        rows = rows.filter(pk__gt=_key(after))
    found = list(rows.order_by("pk")[: PAGE + 1])
    return [_line(item) for item in found[:PAGE]], str(found[PAGE - 1].pk) if len(found) > PAGE else ""


def progress(plan: Plan) -> list[tuple[Any, int]]:
    """How many cases stand in which state, in words."""
    return [(WORDS[state], count) for state, count in sorted(counts(plan).items())]


def counts(plan: Plan) -> dict[str, int]:
    """How many cases stand in which state."""
    return dict(plan.items.order_by().values_list("state").annotate(Count("pk")))


def problem_of(item: PlanItem) -> str:
    """Why a case is not done, in the language of the reader."""
    language = "en" if (get_language() or "").startswith("en") else "zh-hans"
    return str(item.problem.get(language) or item.problem.get("code", ""))


def _line(item: PlanItem) -> Line:
    after = item.result or item.after
    return Line(
        item, WORDS[item.state], COLOURS.get(item.state, "grey"), list(_standing(item.case, item.before)),
        list(_standing(item.case, after)), problem_of(item),
    )  # fmt: skip


def _standing(case: Case, stood: dict[str, Any]) -> Iterator[Any]:
    if not stood:
        return
    yield format_lazy("{state} · {words}{n}", state=STATES[stood["state"]].staff, words=_("轮次"), n=stood["round"])
    for item in stood["items"]:
        title = step_named(case, item["step"]).title
        who = item["holder"] or f"{item['role']} {item['code']}".strip()
        yield named(title, with_aside(who, item["due_on"]) if item["due_on"] else who)
    for payout in stood["money"]:
        yield format_lazy("{words} {payout}", words=_("资金"), payout=payout)
    if stood.get("award"):
        yield format_lazy("{words} {amount}", words=_("核算金额"), amount=stood["award"])
    for route, to in stood.get("ways", {}).items():
        road = road_of(case)
        yield format_lazy("{route} → {to}", route=getattr(road, route).title, to=getattr(road, to).title)


def choices(case: Case) -> dict[str, list[tuple[str, Any]]]:
    """What a form may offer for one case: its open steps, and the places of its road."""
    drawn = graph(road_of(case))
    stops = [(node.name, node.title) for node in drawn.nodes if node.kind in (*ways.STOPS, "fork")]
    return {"steps": [(item.step, step_named(case, item.step).title) for item in open_items(case)], "places": stops}


def routes() -> list[tuple[str, Any]]:
    """From which version to which: each version of a road, also one that the code has lost, and each other that it has."""
    known = {*roads(), *FlowVersion.objects.values_list("flow", flat=True)}
    return [
        (f"{old}>{new}", format_lazy("{old} → {new}", old=words_of(old), new=words_of(new)))
        for old in sorted(known)
        for new in sorted(roads())
        if old != new and old.split("/")[0] == new.split("/")[0]
    ]


def to_map(route: str) -> list[tuple[str, Any, list[tuple[str, Any]]]]:
    """The steps of the old version that the new one does not have, with what they could become."""
    if route not in dict(routes()):
        return []
    old, _sign, new = route.partition(">")
    before, target = roads().get(old), road_named(new)
    stored = FlowVersion.objects.filter(flow=old).first()
    return [
        (
            name,
            getattr(getattr(before, name, None), "title", name),
            [(one.name, one.title) for one in graph(target).nodes if one.kind == kind],
        )
        for name, kind in _steps_of(before, stored)
        if kind in ways.STOPS and name not in target.reading_order
    ]


def _steps_of(road: Any, stored: FlowVersion | None) -> list[tuple[str, str]]:
    if road is not None:
        return [(node.name, node.kind) for node in graph(road).nodes]
    return [(node["name"], node["kind"]) for node in stored.drawn["nodes"]] if stored else []


def stuck_cases(viewer: Any, after: str = "") -> tuple[list[tuple[Stuck, Any]], str]:
    """卡住的案卷 with the title of the step at which each stands, and the cursor of the next page."""
    must_see(viewer)
    found, more = stuck.page(after)
    return [(one, step_named(one.case, one.step).title if one.step else "") for one in found], more


def running_on(flow: str, place: str = "") -> QuerySet[Case]:
    """Cases under way on a version of a road, in an area."""
    return Case.objects.filter(run__flow=flow, closed_at=None, handling_code__startswith=place).order_by("pk")


def _after(rows: QuerySet[Any], after: str) -> QuerySet[Any]:
    return rows.filter(pk__lt=_key(after)) if after else rows


def _key(after: str) -> int:
    if not is_key(after):
        raise Invalid(_("翻页参数不对，请从第一页开始。"), fields={"after": _("翻页参数不对")})
    return int(after)

"""The picture of a case on its road (流程图): the way that it came, who has it now, lights and faults, and the same as a list."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from viewflow.workflow.models import Task

from cases.calendar import clock
from cases.calendar.queries import calendar
from cases.calendar.rules import remaining
from cases.text import listed
from workflows.desk.casefile.queries import File
from workflows.engine.diagram import Mark, picture
from workflows.flow import Graph, graph, road_of
from workflows.models import Incident, WorkItem

Way = tuple[str, str, str]
WORDS = {
    "todo": gettext_lazy("还没到"),
    "done": gettext_lazy("已办"),
    "open": gettext_lazy("办理中"),
    "late": gettext_lazy("已超期"),
    "waiting": gettext_lazy("等待"),
    "incident": gettext_lazy("出了故障"),
}


@dataclass(frozen=True)
class Stop:
    """One step in the list beside the picture."""

    title: Any
    mark: str
    words: Any
    note: str
    due_on: date | None
    times: int


def picture_tab(found: File) -> dict[str, Any]:
    """流程图: the picture of the road with all its open steps, and the same as a list of steps."""
    drawn = graph(road_of(found.case))
    items = list(WorkItem.objects.filter(case=found.case).select_related("holder").order_by("id"))
    latest = {item.step: item for item in items}
    times = Counter(step for step, _task in {(item.step, item.task_id) for item in items})
    faulty = _faulty(found)
    today, days = clock.today(), calendar()
    left = {name: remaining(item.due_on, today, days) if item.due_on else None for name, item in latest.items()}
    seats = {name: [one for one in items if one.task_id == item.task_id] for name, item in latest.items()}
    marks = {name: _mark(seats[name], times[name], left[name], name in faulty) for name in latest}
    been, walked = _walked(found, drawn)
    for node in drawn.nodes:
        if node.name in been and node.kind in ("start", "end", "fork", "join", "route"):
            marks[node.name] = Mark("done")
    stops = [
        _stop(node, marks.get(node.name, Mark()), seats.get(node.name, []), times[node.name])
        for node in drawn.nodes
        if node.kind != "end" or node.name in been
    ]
    title = _("流程图：%(state)s。下面的清单写的是同样的内容。") % {"state": found.state.staff}
    return {"svg": picture(drawn, marks, title=title, walked=walked), "stops": stops}


def _faulty(found: File) -> set[str]:
    """The steps at which the machine gave up."""
    names = Incident.objects.filter(case=found.case, state="open", kind="job").values_list("name", flat=True)
    return {name.rpartition(":")[2] for name in names}


def _walked(found: File, drawn: Graph) -> tuple[set[str], frozenset[Way]]:
    """The nodes that the case has come to, and the ways that it took, also past levels that are switched off."""
    tasks = {task.pk: task for task in Task.objects.filter(process__relief_run__case=found.case)}
    links = Task.previous.through.objects.filter(from_task__in=[*tasks]).values_list("to_task_id", "from_task_id")
    been = {task.flow_task.name for task in tasks.values()}
    walked: set[Way] = set()
    for before, after in links:
        if before in tasks:
            source = tasks[before]
            exit = (source.data or {}).get("exit", "")
            walked |= ways_between(drawn, source.flow_task.name, exit, tasks[after].flow_task.name)
    return been, frozenset(walked)


def ways_between(drawn: Graph, source: str, exit: str, target: str) -> set[Way]:
    """The arrows from a node to the one that came next: one, or more where levels between them are switched off."""
    levels = {node.name for node in drawn.nodes if node.optional}
    skips = {edge.src: edge for edge in drawn.edges if edge.src in levels and edge.exit == "agree"}
    for edge in drawn.edges:
        if edge.src != source or edge.exit != exit:
            continue
        found = [edge]
        while found[-1].dst != target and found[-1].dst in skips:
            found.append(skips[found[-1].dst])
        if found[-1].dst == target:
            return {(one.src, one.exit, one.dst) for one in found}
    return set()


def _mark(seats: list[WorkItem], times: int, left: int | None, faulty: bool) -> Mark:
    """The light of a step; where several people are asked (多人意见) also how many of them have answered."""
    live = [item for item in seats if item.state in ("open", "claimed")]
    if not live:
        done = any(item.state == "done" for item in seats)
        return Mark("done", _("第 %(n)s 次") % {"n": times} if times > 1 else "") if done else Mark()
    answered = sum(item.state == "done" for item in seats)
    several = _("已办 %(done)s/%(of)s 人") % {"done": answered, "of": len(seats)} if len(seats) > 1 else ""
    who = listed(item.holder.name for item in live if item.holder)
    when = "" if left is None else _days(left)
    state = "late" if left is not None and left < 0 else "waiting" if live[0].kind != "human" else "open"
    return Mark("incident" if faulty else state, " · ".join(part for part in (several, who, when) if part))


def _days(left: int) -> str:
    if left < 0:
        return ngettext("超 %(n)s 天", "超 %(n)s 天", -left) % {"n": -left}
    return ngettext("剩 %(n)s 天", "剩 %(n)s 天", left) % {"n": left}


def _stop(node: Any, mark: Mark, seats: list[WorkItem], times: int) -> Stop:
    due_on = next((item.due_on for item in seats if item.state in ("open", "claimed")), None)
    return Stop(node.title, mark.state, WORDS[mark.state], mark.note, due_on, times)

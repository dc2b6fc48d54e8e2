"""A running case goes over to another version of its road (换版本), in place: who holds its steps and its clocks stay."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from viewflow.workflow.models import Process, Task

from cases.access.placing import place
from cases.calendar.rules import end_of, local_day
from cases.dossier.models import Case
from cases.errors import Refusal
from cases.history.record import record
from cases.policy.queries import current, policy_of
from cases.text import listed
from workflows import barring, offers
from workflows.actions.intervening import OVER, open_items
from workflows.engine import jobs, timers
from workflows.flow import graph
from workflows.holding import back_to_pool
from workflows.models import WorkItem
from workflows.rules import duties, ways


def migrate(
    case: Case, *, old: Any, new: Any, to_flow: str, mapping: Mapping[str, str], by: Any, now: datetime
) -> None:
    """换版本: every open step becomes its counterpart on the new road (`mapping`, else the step of the same name).

    `old` is the class of the present version, or None when the code no longer has it. Refused: no such step, another kind
    of step or another branch, a state that the new step does not know, a policy that says too little, lost duties.
    """
    items = open_items(case)
    if case.closed_at is not None or not items:
        raise Refusal(_("已办结的案卷不换流程版本。"), code="closed", status=409)
    targets = [(item, _counterpart(item, new, mapping)) for item in items]
    joins = _joins(case, targets, mapping, old, new)
    _policy_says_enough(case, new, now)
    _duties_stay(case, old, new, mapping)
    for item, node in targets:
        if case.state not in _states(node) and not (old and case.state == getattr(old, item.step).state):
            raise _unfit(_("新流程的这一步没有案卷现在的状态。"), "state_unknown")
    run, before = case.run, case.run.flow
    Process.objects.filter(pk=run.process_id).update(flow_class=new)
    run.flow = to_flow
    run.save(update_fields=["flow"])
    if case.needs_notice != new.needs_notice:
        case.needs_notice = new.needs_notice
        case.save(update_fields=["needs_notice"])
    for item, node in targets:
        _set_over(case, item, node, old, now)
    for task, node in joins:
        Task.objects.filter(pk=task.pk).update(flow_task=node, flow_task_type=node.task_type)
    steps = {item.step: node.name for item, node in targets}
    record(
        "case.migrated",
        about=("case", case.pk),
        object=run,
        payload={"before": before, "after": to_flow, "steps": steps},
    )


def _counterpart(item: WorkItem, new: Any, mapping: Mapping[str, str]) -> Any:
    name = mapping.get(item.step, item.step)
    node = getattr(new, name, None) if name in new.reading_order else None
    if node is None:
        raise _unfit(_("新流程里没有这一步。"), "step_unknown")
    kind = next(one.kind for one in graph(new).nodes if one.name == name)
    if {"human": "step"}.get(item.kind, item.kind) != kind:
        raise _unfit(_("新流程的这一步不是同一种环节。"), "kind_differs")
    if item.kind == "job" and not jobs.is_ordered(
        item, node.does
    ):  # asked of the order: the code may have lost the road
        raise _unfit(_("新流程的这一步不是同一种环节。"), "kind_differs")
    return node


def _joins(
    case: Case, targets: list[tuple[WorkItem, Any]], mapping: Mapping[str, str], old: Any, new: Any
) -> list[tuple[Task, Any]]:
    """The joins that wait already, each with its counterpart.

    Refused unless the same branches run side by side on the new road: each open fork becomes one fork with as many
    branches, each branch taken, also one that has come to its join, becomes one of them.
    """
    places = [(_forks(item.task), ways.branch_of(graph(new), node.name)) for item, node in targets]
    forks = {part.partition("_")[0] for taken, _path in places for part in taken}
    for item in WorkItem.objects.filter(case=case, state="done").select_related("task"):
        name, taken = mapping.get(item.step, item.step), [one for one in _forks(item.task) if _fork(one) in forks]
        if taken and name in new.reading_order:
            places.append((taken, ways.branch_of(graph(new), name)[: len(taken)]))
    same: dict[Any, Any] = {}
    for taken, path in places:
        if len(taken) != len(path):
            raise _other_fork()
        for depth, (part, (fork, first)) in enumerate(zip(taken, path, strict=True)):
            pairs = [(("fork", _fork(part)), fork), (("branch", part), first), ((path[:depth], fork, first), part)]
            if any(same.setdefault(one, other) != other for one, other in pairs):
                raise _other_fork()
    tasks = {task.pk: task for task in Task.objects.filter(process=case.run.process_id)}
    for fork in forks:
        if _many(tasks, int(fork), old) != len([edge for edge in graph(new).edges if edge.src == same["fork", fork]]):
            raise _other_fork()
    waiting = [task for task in tasks.values() if task.flow_task_type == "JOIN" and task.status not in OVER]
    behind = {str(tasks[int(fork)].token): ways.join_of(graph(new), same["fork", fork]) for fork in forks}
    return [(task, getattr(new, behind[str(task.token)])) for task in waiting]


def _forks(task: Task) -> list[str]:
    """The forks around a task, outermost first, as <task of the fork>_<number of the branch>."""
    return str(task.token).split("/")[1:]


def _fork(part: str) -> str:
    return part.partition("_")[0]


def _many(tasks: Mapping[int, Task], fork: int, old: Any) -> int:
    """How many branches a fork had; where the code has lost its road, those that anything was done in."""
    if old is None:
        return len({part for task in tasks.values() for part in _forks(task) if _fork(part) == str(fork)})
    return len([edge for edge in graph(old).edges if edge.src == tasks[fork].flow_task.name])


def _policy_says_enough(case: Case, new: Any, now: datetime) -> None:
    policy = policy_of(case) if case.policy_id else current(case.programme, local_day(now), case.handling_code)
    lacks = [key for section, keys in new.policy_keys.items() for key in keys if not policy.has(section, key)]
    if lacks:
        words = _("案卷固定的政策里没有新流程要的：{keys}。").format(keys=listed(sorted(lacks)))
        raise _unfit(words, "policy_lacks")


def _duties_stay(case: Case, old: Any, new: Any, mapping: Mapping[str, str]) -> None:
    """Whoever was kept from a step that is still to come is kept from its counterpart."""
    if old is None:
        return
    human = [getattr(old, name) for name in old.reading_order if getattr(getattr(old, name), "human", False)]
    for done in [node for node in human if node.name in {one.step for one in barring.acted(case)}]:
        seen = [duties.Acted(1, done.name, done.level)]
        for other in human:
            node = getattr(new, mapping.get(other.name, other.name), None)
            if _bars(other, seen) and getattr(node, "human", False) and not _bars(node, seen):
                raise _unfit(_("换版本后会丢掉职责分离的限制。"), "duties_lost")


def _bars(node: Any, seen: list[duties.Acted]) -> bool:
    return duties.bar(1, level=node.level, not_by=node.excludes, acted=seen, parties=()) is not None


def _states(node: Any) -> set[str]:
    return {node.state, *(exit.state for exit in node.exits.values() if not exit.nodes)}


def _set_over(case: Case, item: WorkItem, node: Any, old: Any, now: datetime) -> None:
    was = getattr(old, item.step, None)
    Task.objects.filter(pk=item.task_id).update(flow_task=node, flow_task_type=node.task_type)
    item.case, item.step, item.level = case, node.name, node.level
    item.row_version += 1
    item.save(update_fields=["step", "level", "row_version"])
    if item.kind == "job":
        jobs.carry_over(item, node, flow=case.run.flow)
    if item.kind == "human" and node.role != getattr(was, "role", ""):
        found = place(node.role, case.handling_code, barring.shut_out(case, node))
        item.role, item.division_code, item.entrusted_from = found.role, found.code, found.entrusted_from
        item.save(update_fields=["role", "division_code", "entrusted_from"])
        if item.state == "claimed":
            back_to_pool(item, "released", now=now, reason="换流程版本")
    if was is None or case.state == was.state:
        offers.set_state(case, node.state)
    if node.lapses and item.due_on:
        timers.arm(case=case, kind="lapse", key=str(item.pk), due_at=end_of(item.due_on))
    else:
        timers.disarm(case=case, now=now, kind="lapse", key=str(item.pk))


def _other_fork() -> Refusal:
    return _unfit(_("新流程的这一步不在同样的并行位置。"), "fork_differs")


def _unfit(words: Any, code: str) -> Refusal:
    return Refusal(words, code=code, status=409)

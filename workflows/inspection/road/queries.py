"""A case on its road move by move (流程回放): the picture as it stood after each of its moves, and the same as a list."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from viewflow.workflow.models import Task

from cases.access.models import User
from cases.dossier.models import Case
from cases.errors import NotFound
from cases.history.models import Event
from cases.states import state
from cases.text import listed
from workflows.desk.casefile.picture import WORDS, Way, ways_between
from workflows.engine.diagram import Mark, picture
from workflows.flow import Graph, graph, road_of
from workflows.models import WorkItem

ITEM = WorkItem._meta.db_table
LIVE = ("open", "claimed")


@dataclass
class Move:
    """一步: what one act changed on the road: steps that began, were taken or given back, done or dropped."""

    n: int
    event: int
    at: datetime
    txid: str
    begun: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Stop:
    """One step in the list beside the picture."""

    title: Any
    mark: str
    words: Any
    note: str


@dataclass(frozen=True)
class Frame:
    """回放的一格: the move, in words, the picture after it, and the numbers of its neighbours."""

    move: Move
    words: list[str]
    state: Any
    svg: Any
    stops: list[Stop]
    count: int

    @property
    def before(self) -> int:
        return self.move.n - 1

    @property
    def after(self) -> int:
        return self.move.n + 1 if self.move.n < self.count else 0


@dataclass
class _Walk:
    """The case's work items as they became, move by move."""

    moves: list[Move] = field(default_factory=list)
    items: dict[int, dict[str, Any]] = field(default_factory=dict)
    began: dict[int, int] = field(default_factory=dict)
    ended: dict[int, int] = field(default_factory=dict)


def moves_of(case: Case) -> list[Move]:
    """每一步 of a case in their order."""
    return _walk(case).moves


def frame_of(case: Case, n: int) -> Frame:
    """回放到第 n 步; NotFound for a move that there was not, or before the road began."""
    moves = moves_of(case)
    if not 1 <= n <= len(moves):
        raise NotFound()
    walk, drawn = _walk(case, until=n), graph(road_of(case))
    titles = {node.name: node.title for node in drawn.nodes}
    marks = _marks(walk)
    been, walked = _been(case, drawn, walk, n)
    for node in drawn.nodes:
        if node.name in been and node.kind in ("start", "end", "fork", "join", "route"):
            marks[node.name] = Mark("done")
    stops = [
        Stop(node.title, mark.state, WORDS[mark.state], mark.note)
        for node in drawn.nodes
        if (mark := marks.get(node.name, Mark())) and (node.kind != "end" or node.name in been)
    ]
    move = moves[n - 1]
    title = _("流程回放第 %(n)s 步。下面的清单写的是同样的内容。") % {"n": n}
    return Frame(
        move, words_of_move(move, titles), _state_after(case, move), picture(drawn, marks, title=title, walked=walked), stops,
        len(moves),
    )  # fmt: skip


def words_of_move(move: Move, titles: Mapping[str, Any]) -> list[str]:
    """What one move did, in words."""
    said = []
    for words, steps in (
        (_("到达：%(steps)s"), move.begun), (_("领取：%(steps)s"), move.taken), (_("回到待领取：%(steps)s"), move.back), (_("办结：%(steps)s"), move.done),
        (_("取消：%(steps)s"), move.dropped),
    ):  # fmt: skip
        if steps:
            said.append(words % {"steps": listed(str(titles.get(step, step)) for step in dict.fromkeys(steps))})
    return said


def _walk(case: Case, until: int = 0) -> _Walk:
    """Read the row changes of the work items, to the end or until a move."""
    changes = Event.objects.filter(
        stream__kind="case", stream__key=str(case.pk), object_type=ITEM, action__in=["row.insert", "row.update"]
    )
    walk = _Walk()
    for event in changes.order_by("seq"):
        payload, key = json.loads(event.payload), int(event.object_id or 0)
        now = payload if event.action == "row.insert" else {name: pair[1] for name, pair in payload.items()}
        if event.action == "row.update" and not {"state", "holder_id"} & set(now):
            walk.items.setdefault(key, {}).update(now)
            continue
        if not walk.moves or walk.moves[-1].txid != event.txid:
            if until and len(walk.moves) == until:
                break
            walk.moves.append(Move(len(walk.moves) + 1, event.pk, event.recorded_at, event.txid))
        _note(walk, key, event.action, now)
    return walk


def _note(walk: _Walk, key: int, action: str, now: dict[str, Any]) -> None:
    move = walk.moves[-1]
    item = walk.items.setdefault(key, {})
    item.update(now)
    step, became = str(item.get("step", "")), now.get("state")
    if action == "row.insert":
        walk.began[key] = move.n
        move.begun.append(step)
    if became == "claimed":
        move.taken.append(step)
    elif became == "open" and action == "row.update":
        move.back.append(step)
    elif became in ("done", "cancelled"):
        walk.ended[key] = move.n
        (move.done if became == "done" else move.dropped).append(step)


def _marks(walk: _Walk) -> dict[str, Mark]:
    people = {one["holder_id"] for one in walk.items.values() if one.get("holder_id")}
    names = {user.pk: str(user.name) for user in User.objects.filter(pk__in=people)}
    marks = {}
    for step in {str(item["step"]) for item in walk.items.values()}:
        items = [item for item in walk.items.values() if item["step"] == step]
        task = max(int(item["task_id"]) for item in items)
        marks[step] = _mark([item for item in items if item["task_id"] == task], names)
    return marks


def _mark(seats: list[dict[str, Any]], names: Mapping[int, str]) -> Mark:
    live = [item for item in seats if item["state"] in LIVE]
    if live:
        who = listed(names.get(item["holder_id"], "") for item in live if item.get("holder_id"))
        return Mark("open" if live[0]["kind"] == "human" else "waiting", who)
    return Mark("done") if any(item["state"] == "done" for item in seats) else Mark()


def _been(case: Case, drawn: Graph, walk: _Walk, n: int) -> tuple[set[str], frozenset[Way]]:
    """The nodes that the case had come to by then, and the ways it had taken; what no person did goes with the move before it."""
    tasks = {task.pk: task for task in Task.objects.filter(process__relief_run__case=case)}
    links = list(Task.previous.through.objects.filter(from_task__in=[*tasks]).values_list("to_task_id", "from_task_id"))
    of_task = {int(item["task_id"]): key for key, item in walk.items.items() if "task_id" in item}
    with_items = set(WorkItem.objects.filter(case=case).values_list("task_id", flat=True))
    came: dict[int, int] = {}
    for pk in sorted(tasks):
        if pk in with_items:
            came[pk] = walk.began[of_task[pk]] if pk in of_task else n + 1
        else:
            came[pk] = max((_left(of_task, walk, came, one, n) for to, one in links if to == pk), default=0)
    been = {tasks[pk].flow_task.name for pk, move in came.items() if move <= n}
    walked: set[Way] = set()
    for after, before in links:
        if before in tasks and after in tasks and came[after] <= n:
            source = tasks[before]
            walked |= ways_between(
                drawn, source.flow_task.name, (source.data or {}).get("exit", ""), tasks[after].flow_task.name
            )
    return been, frozenset(walked)


def _left(of_task: Mapping[int, int], walk: _Walk, came: Mapping[int, int], task: int, n: int) -> int:
    """With which move a task was left; a task without a step of its own with the move that came to it."""
    if task in of_task:
        return walk.ended.get(of_task[task], n + 1)
    return came.get(task, n + 1)


def _state_after(case: Case, move: Move) -> Any:
    """The state of the case after a move, out of its row's changes."""
    changes = Event.objects.filter(
        stream__kind="case", stream__key=str(case.pk), object_type=Case._meta.db_table,
        action__in=["row.insert", "row.update"],
    )  # fmt: skip
    found = "DRAFT"
    for event in changes.filter(pk__lte=_last_of(case, move)).order_by("seq"):
        payload = json.loads(event.payload)
        if "state" in payload:
            found = payload["state"] if event.action == "row.insert" else payload["state"][1]
    return state(found)


def _last_of(case: Case, move: Move) -> int:
    same = Event.objects.filter(stream__kind="case", stream__key=str(case.pk), txid=move.txid)
    return same.order_by("-pk").values_list("pk", flat=True)[0]

"""The flow test kit (流程测试), for whoever writes a programme: a trip along its road, and what no trip has visited; a pytest plugin.

def test_a_case_is_paid(road):
    trip = road("rare_disease").accept().agree().to("grant")
    trip.grant().days(3).payment_paid().done()
    assert trip.case.state == "CLOSED"

def test_every_way_out_is_taken(unvisited):
    assert unvisited("rare_disease") == []
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import pytest
from viewflow.workflow.models import Task

from cases.calendar import clock
from cases.evidence.queries import papers
from cases.history.models import Event
from cases.policy.queries import policy_of
from cases.programme import programme
from tests import flow_facts_devices  # noqa: F401 (its facts are known by being imported)
from tests.flow_facts import FACTS
from workflows.engine import clockwork
from workflows.flow import graph, road_of, step_of
from workflows.models import Run, WorkItem
from workflows.walking import drive

Rows = Mapping[str, Mapping[str, Any]]
"""Rows of a policy by name (section.key) with another value."""
Way = tuple[str, str, str]
"""A step, the exit that it is left by, and the step behind it; "" when the case stays."""


class Trip:
    """一程: one case on its road. Every exit of the road is a method that takes it, as whoever may, and answers the trip."""

    def __init__(self, case: Any, *, cast: Mapping[str, Any], purse: Any) -> None:
        self.case, self.cast, self.purse = case, cast, purse
        self.road = road_of(case)
        self.batch: Any = None
        self.file = b""
        self.objection: Any = None
        self.serial = case.pk
        self._only = ""

    @property
    def open(self) -> list[str]:
        """Names of the steps that are open now, several where branches run side by side."""
        rows = WorkItem.objects.filter(case=self.case, state__in=["open", "claimed"])
        return list(rows.order_by("id").values_list("step", flat=True))

    def __getattr__(self, exit: str) -> Callable[..., Trip]:
        known = {way for node in graph(self.road).nodes for way in getattr(getattr(self.road, node.name), "exits", {})}
        if exit not in known:
            raise AttributeError(f"{self.road.__name__} has no exit {exit}; it has {', '.join(sorted(known))}")
        return partial(self.leave, exit)

    def at(self, step: str) -> Trip:
        """The next exit is taken at this step: where branches run side by side and both have it."""
        self._only = step
        return self

    def leave(self, exit: str, **decision: Any) -> Trip:
        """Take an exit by its name: decide the open step that has it, or let its fact happen."""
        item = self._where(exit)
        spec = step_of(item)
        if spec.exits[exit].kind == "fact" or not spec.human:
            before = len(_facts(self.case, item.step, exit))
            FACTS[exit](self)
            assert len(_facts(self.case, item.step, exit)) > before, f"{exit} did not happen at {item.step}"
        elif spec.exits[exit].kind == "ask":
            drive.ask_expert(self.case)
        else:
            if spec.exits[exit].kind == "wait":
                decision.setdefault("data", self._asked_for())
            drive.step(self.case, exit, item=item, **decision)
        self.case.refresh_from_db()
        return self

    def days(self, number: int) -> Trip:
        """So many days go by, and the clock does what is due."""
        if number:
            clock.move_demo_clock(days=number, by=self.cast["prov_head"])
        clockwork.one_pass()
        self.case.refresh_from_db()
        return self

    def to(self, goal: str) -> Trip:
        """The ordinary way, always the first exit that leads on, until this step is open or the case has this state."""
        for _turn in range(60):
            if goal in self.open or self.case.state == goal:
                return self
            spec = getattr(self.road, self.open[0])
            self.leave(next(exit.name for exit in spec.exits.values() if exit.targets))
        raise LookupError(f"{self.case} stands at {', '.join(self.open)} and does not come to {goal}")

    def _where(self, exit: str) -> WorkItem:
        step, self._only = self._only, ""
        rows = WorkItem.objects.select_related("case__run").filter(case=self.case, state__in=["open", "claimed"])
        for item in rows.order_by("id"):
            if exit in step_of(item).exits and step in ("", item.step):
                return item
        raise LookupError(f"no open step has the exit {exit}: open are {', '.join(self.open)}")

    def _asked_for(self) -> dict[str, Any]:
        """The first paper of the checklist is asked for once more, with a reason that fits it."""
        paper = papers(self.case, today=clock.today())[0].code
        rows = policy_of(self.case).section("supplement_reasons")
        reason = next((row.key for row in rows if row.value.get("document") == paper), rows[0].key)
        return {"items": [{"kind": "material", "key": paper, "reason": reason, "note": "请重拍。"}]}


def ways(road: Any) -> set[Way]:
    """Everything that can happen at the steps of a road: each exit with each of its targets, and each way of a route."""
    found = {(edge.src, edge.exit, edge.dst) for edge in graph(road).edges if edge.exit}
    for name in road.reading_order:
        exits = getattr(getattr(road, name), "exits", {}).values()
        found |= {(name, exit.name, "") for exit in exits if not exit.targets}
    return found


def visited() -> dict[str, set[Way]]:
    """What happened to the cases of this database, by road: from viewflow's own rows and the history, whoever drove them."""
    found: dict[str, set[Way]] = defaultdict(set)
    for run in Run.objects.select_related("case"):
        road = road_of(run.case)
        for task in Task.objects.filter(process_id=run.process_id, data__has_key="exit"):
            ways_of = {arrow.target.name for arrow in task.flow_task.arrows() if arrow.exit == task.data["exit"]}
            found[run.flow].add((task.flow_task.name, task.data["exit"], task.data["to"] or min(ways_of)))
        for step, fact in _facts(run.case):
            exit = getattr(road, step).exits[fact]
            found[run.flow].add((step, fact, exit.targets[0] if exit.targets else ""))
    return found


def _facts(case: Any, *only: str) -> list[tuple[str, str]]:
    rows = Event.objects.filter(action="case.fact", stream__kind="case", stream__key=str(case.pk), outcome="ok")
    told = [json.loads(payload) for payload in rows.order_by("seq").values_list("payload", flat=True)]
    found = [(one["step"], one["fact"]) for one in told if "step" in one]
    return [one for one in found if not only or one == only]


_seen: dict[str, dict[str, set[Way]]] = defaultdict(lambda: defaultdict(set))
"""By test module and road, the ways that its tests have taken so far."""


@pytest.fixture
def road(request: pytest.FixtureRequest, cast: Any) -> Iterator[Callable[..., Trip]]:
    """Begins trips: `road(slug)` publishes the programme's policy, opens a fund and files an application.

    `fund` is what it holds (yuan), `levels` switches optional levels, `rows` are other rows of the policy (`follow_up.home`
    -> its value), `answers` changes answers of the application.
    """
    purses: dict[str, Any] = {}

    def begin(
        slug: str,
        *,
        fund: str = "100000",
        levels: Mapping[str, bool] | None = None,
        rows: Rows | None = None,
        **answers: Any,
    ) -> Trip:
        if slug not in purses:
            _publish(slug, cast, levels or {}, rows or {})
            purses[slug] = drive.fund(slug=slug, yuan=fund, by=cast["fin_make"])
        number = 1 + Run.objects.count()
        case = drive.apply(slug=slug, number=number, by=cast["applicant1"], changes=answers)
        return Trip(case, cast=cast, purse=purses[slug])

    yield begin
    for flow, taken in visited().items():
        _seen[request.node.path.as_posix()][flow] |= taken


def _publish(slug: str, cast: Any, levels: Mapping[str, bool], values: Rows) -> None:
    from dataclasses import replace

    from cases.policy import actions as policy

    shipped = programme(slug).policy
    changed = {**{f"levels.{key}": {"on": on} for key, on in levels.items()}, **values}
    rows = [replace(row, value=changed.get(row.name, row.value)) for row in shipped["rows"]]
    draft = policy.load_policy(programme=slug, version={**shipped, "rows": rows}, by=cast["policy_edit"])
    policy.publish(version=draft, by=cast["policy_publish"])


@pytest.fixture
def unvisited(request: pytest.FixtureRequest) -> Callable[[str], list[str]]:
    """The ways out of a programme's present road that no test of this module has taken; its test runs last in the module."""
    if _is_partial(request.config):
        pytest.skip("only a part of the module runs, so what it visits says nothing")

    def left_out(slug: str) -> list[str]:
        card = programme(slug)
        seen = _seen[request.node.path.as_posix()][f"{slug}/{card.road}"]
        left = sorted(ways(card.roads[card.road]) - seen)
        return [f"{step}.{exit}" + (f" to {target}" if target else "") for step, exit, target in left]

    return left_out


def _is_partial(config: pytest.Config) -> bool:
    chosen = [
        config.option.keyword,
        config.option.markexpr,
        config.option.deselect,
        *(arg for arg in config.args if "::" in arg),
    ]
    told = getattr(config, "workerinput", {}).get("mainargv", [])
    spread = "PYTEST_XDIST_WORKER" in os.environ and not any("loadfile" in word for word in told)
    return spread or any(chosen)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for `unvisited` comes after the other tests of its module."""
    place: dict[str, int] = {}
    for item in items:
        place.setdefault(item.path.as_posix(), len(place))
    items.sort(key=lambda one: (place[one.path.as_posix()], "unvisited" in getattr(one, "fixturenames", ())))

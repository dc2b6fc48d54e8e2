"""On roads that nobody wrote, with forks inside forks: whatever plan is taken, the case comes to its end and no join is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from viewflow.workflow.models import Task

from cases import programme as programmes
from cases.dossier.models import Case
from cases.dossier.queries import lock_case
from cases.errors import Refusal
from cases.history.record import action
from tests.engine.test_same_rows import OURS, _blocks, drawn
from tests.matrix.world import nothing_stays
from tests.two_step.roads import v1 as home
from workflows import actions, steps
from workflows.flow import ReliefFlow, graph
from workflows.models import Plan
from workflows.operations.trial import carry_out
from workflows.rules import ways
from workflows.walking import drive

pytestmark = pytest.mark.django_db
_numbers = count(1)
WORDS = OURS | {
    "step": lambda to: steps.review("看", by="CTY1", state="INTAKE", days="intake").Agree(to),
}
_line = st.lists(st.just(("step",)), min_size=1, max_size=2)


@st.composite
def _nested(draw: Any) -> list[Any]:
    """A road on which a fork stands in a branch of another, with whatever else grows behind."""
    inner = ("fork", draw(st.lists(st.one_of(_line, _blocks), min_size=2, max_size=2)))
    beside = [draw(_line), [*draw(_line), inner, *draw(st.one_of(_line, st.just([])))]]
    return [("step",), ("fork", draw(st.permutations(beside))), ("step",)]


ROADS = st.one_of(_nested(), _nested(), _blocks)
ORDINARY = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "phases": [Phase.generate],
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
}


@contextmanager
def road_of(*versions: Any) -> Iterator[list[Any]]:
    """The programme of the tests with these roads, as versions x1, x2 …; new cases go by the first."""
    card = programmes.programme("two_step")
    made = []
    for blocks in versions:
        nodes = drawn(blocks, WORDS)
        name = f"Any{next(_numbers)}"
        given = {"received": nodes.pop("start"), **nodes, "__module__": home.__name__}
        made.append(type(name, (ReliefFlow,), given))
        setattr(home, name, made[-1])
    roads = {**card.roads, **{f"x{number}": road for number, road in enumerate(made, start=1)}}
    programmes._register["two_step"] = replace(card, roads=roads, road="x1")
    try:
        with nothing_stays():
            yield made
    finally:
        programmes._register["two_step"] = card


@action("test.plan")
def planned(*, case: Case, by: Any, now: Any = None, **what: Any) -> None:
    """What a signed plan does to a case, without its trial."""
    case = lock_case(case.pk)
    carry_out(Plan(flow=case.run.flow, **what), case, by=by, now=now)


@contextmanager
def declared_steps(owner_cursor: Any) -> Iterator[None]:
    """What set-up tells the database of roads: the steps n1, n2 … of two versions."""
    owner_cursor.execute(
        "INSERT INTO workflows_stepduty (flow, step, others, same_as) "
        "SELECT 'two_step/x' || road, 'n' || step, '[]', '[]' FROM generate_series(1, 2) road, generate_series(1, 80) step"
    )
    owner_cursor.connection.commit()
    try:
        yield
    finally:
        owner_cursor.execute("DELETE FROM workflows_stepduty WHERE flow LIKE 'two_step/x%'")
        owner_cursor.connection.commit()


@pytest.fixture
def declared(owner_cursor: Any, published: Any) -> Iterator[None]:
    """The programme's policy is published and the roads are declared."""
    published("two_step")
    with declared_steps(owner_cursor):
        yield


def open_steps(case: Case) -> dict[str, Any]:
    items = actions.open_items(case)
    assert len({item.step for item in items}) == len(items), "a step is open twice"
    return {item.step: item for item in items}


def stands_well(case: Case, road: Any) -> None:
    """Every open step has a token of the forks around it; no two in one branch."""
    places = ways.paths(graph(road))
    taken = []
    for step, item in open_steps(case).items():
        parts = str(item.task.token).split("/")
        assert len(parts) - 1 == len(places[step]), (step, parts, places[step])
        taken.append("/".join(parts))
    assert len(set(taken)) == len(taken), taken
    assert not any(one != other and other.startswith(f"{one}/") for one in taken for other in taken), taken


def _aims(case: Case, road: Any, data: Any) -> list[str]:
    """Where a move may aim: mostly at what was done before or at a fork, now and then anywhere."""
    done = set(case.work_items.filter(state="done").values_list("step", flat=True))
    forks = {node.name for node in graph(road).nodes if node.kind == "fork"}
    return sorted(done | forks if done and data.draw(st.integers(0, 5)) else road.reading_order)


def finish(case: Case, choose: Any) -> None:
    """Agree until nothing is open; then the case is closed, and each join that was passed had every branch of its fork."""
    left = 60
    while here := open_steps(case):
        drive.step(case, "agree", item=here[choose(sorted(here))])
        left -= 1
        assert left, "it never comes to its end"
    assert case.closed_at is not None and case.state == "CLOSED"
    tasks = {task.pk: task for task in Task.objects.filter(process=case.run.process_id)}
    assert {task.status for task in tasks.values()} <= {"DONE", "CANCELED"}
    for join in (task for task in tasks.values() if task.flow_task_type == "JOIN" and task.status == "DONE"):
        came = [str(one.token).removeprefix(f"{join.token}/") for one in join.previous.all()]
        fork, _sign, _number = came[0].partition("_")
        assert sorted(came) == [f"{fork}_{number}" for number in range(1, len(tasks[int(fork)].flow_task.branches) + 1)]


def test_whatever_plan_is_carried_out_the_case_comes_to_its_end_through_every_join(cast, declared):
    seen: Counter[str] = Counter()

    @settings(max_examples=10, **ORDINARY)
    @given(blocks=ROADS, data=st.data())
    def on_a_road(blocks: Any, data: Any) -> None:
        with road_of(blocks) as [road]:
            places = ways.paths(graph(road))
            case = drive.apply(slug="two_step", number=1, by=cast["applicant1"])
            for _turn in range(data.draw(st.integers(3, 9))):
                here = open_steps(case)
                if not here:
                    break
                step = data.draw(st.sampled_from(sorted(here)))
                kind = data.draw(st.sampled_from(["agree", "agree", "move", "move", "cancel"]))
                if kind == "agree":
                    drive.step(case, "agree", item=here[step])
                    continue
                to = data.draw(st.sampled_from(_aims(case, road, data))) if kind == "move" else ""
                before = {name: item.pk for name, item in here.items()}
                try:
                    planned(case=case, kind=kind, step=step, to_step=to, by=cast["prov_head"])
                except Refusal as refusal:
                    assert {name: item.pk for name, item in open_steps(case).items()} == before
                    seen[refusal.code] += 1
                else:
                    seen[f"{kind} at depth {len(places[step])}"] += 1
                case.refresh_from_db()
                stands_well(case, road)
            finish(case, lambda names: data.draw(st.sampled_from(names)))

    on_a_road()
    assert seen["move at depth 1"] and seen["cancel at depth 1"] and seen["other_branch"], seen


def test_a_case_that_goes_over_to_another_road_comes_to_its_end_through_every_join(cast, declared):
    seen: Counter[str] = Counter()

    @settings(max_examples=10, **ORDINARY)
    @given(blocks=ROADS, others=ROADS, data=st.data())
    def on_two_roads(blocks: Any, others: Any, data: Any) -> None:
        second = data.draw(st.sampled_from([others, [("step",), *blocks], [*blocks, ("step",)], blocks]))
        with road_of(blocks, second) as [road, other]:
            case = drive.apply(slug="two_step", number=1, by=cast["applicant1"])
            for _turn in range(data.draw(st.integers(1, 6))):
                if here := open_steps(case):
                    drive.step(case, "agree", item=here[data.draw(st.sampled_from(sorted(here)))])
            may = [node.name for node in graph(other).nodes if node.kind == "step"]
            shift = data.draw(st.integers(-1, 2))
            mapping = {
                name: may[(may.index(name) + shift) % len(may)] if name in may else may[0]
                for name in (node.name for node in graph(road).nodes if node.kind == "step")
            }
            try:
                planned(case=case, kind="migrate", to_flow="two_step/x2", mapping=mapping, by=cast["prov_head"])
            except Refusal as refusal:
                seen[refusal.code] += 1
            else:
                seen[f"over with {len(open_steps(case))}"] += 1
                case = Case.objects.get(pk=case.pk)
                road = other
                stands_well(case, road)
            finish(case, lambda names: data.draw(st.sampled_from(names)))

    on_two_roads()
    assert seen["over with 2"] and seen["fork_differs"], seen


def test_a_branch_is_not_cancelled_while_a_review_is_still_to_come_in_it(cast, declared):
    with road_of([("step",), ("fork", [[("step",), ("step",)], [("step",)]])]) as [road]:
        case = drive.apply(slug="two_step", number=1, by=cast["applicant1"])
        drive.step(case, "agree")
        branches = {step: ways.within(graph(road), ways.branch_of(graph(road), step)) for step in open_steps(case)}
        beside, first = sorted(branches, key=lambda step: len(branches[step]))
        [review] = branches[first] - {first}
        getattr(road, review).level = 2
        with pytest.raises(Refusal) as refused:
            planned(case=case, kind="cancel", step=first, by=cast["prov_head"])
        assert refused.value.code == "level_needed" and set(open_steps(case)) == {first, beside}
        planned(case=case, kind="cancel", step=beside, by=cast["prov_head"])
        finish(case, min)


def test_a_fork_goes_over_only_to_one_with_as_many_branches(cast, declared):
    def fork(many: int) -> list[Any]:
        return [("step",), ("fork", [[("step",)]] * many)]

    def branches(road: Any) -> list[str]:
        drawing = graph(road)
        [name] = [node.name for node in drawing.nodes if node.kind == "fork"]
        return [edge.dst for edge in drawing.edges if edge.src == name]

    for many, is_let in ((3, False), (2, True)):
        with road_of(fork(2), fork(many)) as [road, other]:
            case = drive.apply(slug="two_step", number=1, by=cast["applicant1"])
            drive.step(case, "agree")
            mapping = dict(zip(branches(road), branches(other), strict=False))
            assert set(open_steps(case)) == set(mapping)
            over = {"kind": "migrate", "to_flow": "two_step/x2", "mapping": mapping, "by": cast["prov_head"]}
            if is_let:
                planned(case=case, **over)
                finish(Case.objects.get(pk=case.pk), min)
                continue
            with pytest.raises(Refusal) as refused:
                planned(case=case, **over)
            assert refused.value.code == "fork_differs"

"""The exported file says what the road says, other engines can run it, and nothing on the drawing overlaps."""

import random
from collections.abc import Iterator
from io import BytesIO
from itertools import combinations
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.util.task import TaskState

from cases.programme import programmes
from workflows.engine.bpmn import BPMN, BPMNDI, DC, Box, _File, bpmn_xml
from workflows.flow import Graph, GraphEdge, GraphNode, graph

SMALL = Graph(
    nodes=(
        GraphNode("start", "收到", "start"),
        GraphNode("check", "核对 <一>", "step", "CTY1", "INTAKE", "intake", 1),
        GraphNode("paper", "等补正", "wait", "", "SUPPLEMENT"),
        GraphNode("review", "复核", "step", "MUN", "CITY", "city", 2),
        GraphNode("done", "办结", "end", state="CLOSED"),
        GraphNode("refused", "不予", "end", state="REJECTED"),
    ),
    edges=(
        GraphEdge("start", "check", "", "", "forward"),
        GraphEdge("check", "review", "agree", "同意", "forward"),
        GraphEdge("check", "paper", "supplement", "补正", "wait"),
        GraphEdge("paper", "check", "answered", "已补", "wait"),
        GraphEdge("review", "done", "agree", "同意", "forward"),
        GraphEdge("review", "refused", "reject", "不同意", "end"),
        GraphEdge("review", "check", "return", "退回", "return"),
    ),
)


def _roads() -> Iterator[tuple[str, Any]]:
    yield "small", SMALL
    for programme in programmes():
        for version, road in programme.roads.items():
            yield f"{programme.slug}_{version}", graph(road)


ROADS = list(_roads())
every_road = pytest.mark.parametrize(("key", "drawn"), ROADS, ids=[key for key, _graph in ROADS])


@every_road
def test_no_id_is_used_twice_and_every_reference_is_declared(key: str, drawn: Any) -> None:
    root = ET.fromstring(bpmn_xml(drawn, key=key, name="试"))
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    used = {
        element.attrib[name]
        for element in root.iter()
        for name in ("sourceRef", "targetRef", "bpmnElement", "messageRef")
        if name in element.attrib
    }
    assert used <= set(ids)
    assert {element.text for element in root.iter(f"{{{BPMN}}}flowNodeRef")} >= {node.name for node in drawn.nodes}


@every_road
def test_no_two_shapes_of_the_drawing_overlap(key: str, drawn: Any) -> None:
    boxes = _File(drawn, key, "试", {}).boxes()
    for (one, a), (two, b) in combinations(boxes.items(), 2):
        assert _apart(a, b), f"{one} lies on {two}"
    root = ET.fromstring(bpmn_xml(drawn, key=key, name="试"))
    drawn_ids = {shape.attrib["bpmnElement"] for shape in root.iter(f"{{{BPMNDI}}}BPMNShape")}
    assert set(boxes) <= drawn_ids
    assert all(int(bounds.attrib["x"]) >= 0 for bounds in root.iter(f"{{{DC}}}Bounds"))


def _apart(a: Box, b: Box) -> bool:
    return a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y


@every_road
def test_every_exit_of_a_step_is_a_condition_that_another_engine_can_evaluate(key: str, drawn: Any) -> None:
    root = ET.fromstring(bpmn_xml(drawn, key=key, name="试"))
    conditions = {
        flow.attrib["id"]: flow.findtext(f"{{{BPMN}}}conditionExpression")
        for flow in root.iter(f"{{{BPMN}}}sequenceFlow")
    }
    forks = {node.name for node in drawn.nodes if node.kind == "fork"}
    for edge in drawn.edges:
        siblings = [other for other in drawn.edges if other.src == edge.src]
        words = conditions[f"flow_{edge.src}_{edge.exit or 'next'}_{edge.dst}"]
        if len(siblings) == 1 or edge.src in forks:
            assert words is None
            continue
        assert words is not None
        taken = [
            other
            for other in siblings
            if eval(words, {}, {"outcome": other.exit, "to_step": other.dst})  # noqa: S307 (our own file)
        ]
        assert taken == [edge]


def _run(key: str, drawn: Any, walk: list[tuple[str, str, str]]) -> list[str]:
    """The steps that SpiffWorkflow visits when each (step, exit, target) of the walk is answered in turn."""
    parser = BpmnParser()
    parser.add_bpmn_io(BytesIO(bpmn_xml(drawn, key=key, name="试").encode()))
    workflow = BpmnWorkflow(parser.get_spec(key))
    kinds = {node.name: node.kind for node in drawn.nodes}
    visited: list[str] = []
    workflow.do_engine_steps()
    for name, outcome, to_step in walk:
        at = {
            task.task_spec.name: task
            for task in workflow.get_tasks(state=TaskState.READY | TaskState.WAITING)
            if task.task_spec.name in kinds
        }
        task = at[name]
        visited.append(name)
        if kinds[name] == "wait":
            workflow.catch(BpmnEvent(task.task_spec.event_definition, {}))
        task.set_data(outcome=outcome, to_step=to_step)
        if task.state == TaskState.READY:
            task.run()
        workflow.do_engine_steps()
    assert workflow.completed
    return visited


def test_spiffworkflow_runs_the_file_and_takes_the_same_way() -> None:
    walk = [
        ("check", "supplement", "paper"), ("paper", "answered", "check"), ("check", "agree", "review"),
        ("review", "return", "check"), ("check", "agree", "review"), ("review", "agree", "done"),
    ]  # fmt: skip
    assert _run("small", SMALL, walk) == ["check", "paper", "check", "review", "check", "review"]


def _stroll(drawn: Any, luck: random.Random) -> list[tuple[str, str, str]]:
    """A random walk from start to an end as (step, exit, target); after a while it only goes forward."""
    order = {node.name: position for position, node in enumerate(drawn.nodes)}
    kinds = {node.name: node.kind for node in drawn.nodes}
    leaving = {name: [edge for edge in drawn.edges if edge.src == name] for name in order}
    arriving = {name: [edge for edge in drawn.edges if edge.dst == name] for name in order}
    walk: list[tuple[str, str, str]] = []
    waiting: dict[str, int] = {}
    open_steps: list[str] = []

    def enter(name: str) -> None:
        if kinds[name] == "join":
            waiting[name] = waiting.get(name, 0) + 1
            if waiting[name] == len(arriving[name]):
                waiting[name] = 0
                enter(leaving[name][0].dst)
        elif kinds[name] == "fork":
            for edge in leaving[name]:
                enter(edge.dst)
        elif kinds[name] != "end":
            open_steps.append(name)

    enter(leaving[drawn.nodes[0].name][0].dst)
    while open_steps:
        at = open_steps.pop(luck.randrange(len(open_steps)))
        onward = [edge for edge in leaving[at] if order[edge.dst] > order[at]]
        edge = luck.choice(onward if onward and len(walk) > 25 else leaving[at])
        walk.append((at, edge.exit, edge.dst))
        enter(edge.dst)
    return walk


@every_road
def test_forty_random_walks_take_the_same_way_in_spiffworkflow(key: str, drawn: Any) -> None:
    for seed in range(40):
        walk = _stroll(drawn, random.Random(seed))
        if len(walk) <= 60:
            assert _run(key, drawn, walk) == [step for step, _exit, _target in walk]


@every_road
def test_spiffworkflow_loads_every_road(key: str, drawn: Any) -> None:
    parser = BpmnParser()
    parser.add_bpmn_io(BytesIO(bpmn_xml(drawn, key=key, name="试").encode()))
    spec = parser.get_spec(key)
    assert {node.name for node in drawn.nodes if node.kind != "start"} <= set(spec.task_specs)


def test_the_same_graph_gives_the_same_bytes_and_markup_in_names_is_text() -> None:
    one, two = bpmn_xml(SMALL, key="small", name="试"), bpmn_xml(SMALL, key="small", name="试")
    assert one == two
    assert "核对 &lt;一&gt;" in one


def test_a_file_with_two_hundred_steps_in_a_row_is_drawn_at_once() -> None:
    nodes = [
        SimpleNamespace(name=f"s{n}", title=f"步 {n}", kind="step", role="A", state="", days_key="", level=None)
        for n in range(200)
    ]
    edges = [GraphEdge(f"s{n}", f"s{n + 1}", "agree", "", "forward") for n in range(199)]
    edges += [GraphEdge(f"s{n}", f"s{n + 2}", "skip", "", "forward") for n in range(198)]
    assert bpmn_xml(Graph(tuple(nodes), tuple(edges)), key="long", name="试").count("<bpmn:userTask") == 200  # type: ignore[arg-type]

"""The drawings of a road: nothing lies on anything else, no arrow runs through a box, and a long road costs as much a step."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from itertools import pairwise
from types import FrameType
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.utils.translation import override

from tests.engine.graphs import Grown, roads
from workflows.engine import diagram, layout, parts
from workflows.engine.bpmn import _File
from workflows.engine.diagram import Mark, picture, plan_of
from workflows.engine.layout import Box, Point
from workflows.flow import Graph, GraphEdge, GraphNode

ROADS = [*roads(), *((f"big_{seed}", Grown(seed, size=25).graph()) for seed in range(40, 43))]
every_road = pytest.mark.parametrize(("key", "drawn"), ROADS, ids=[key for key, _graph in ROADS])
SVG = "{http://www.w3.org/2000/svg}"


def overlaps(boxes: dict[str, Box], hosts: dict[str, str]) -> list[tuple[str, str]]:
    """Pairs of boxes that lie on each other, but for an event on the border of its own step."""
    names = list(boxes)
    return [
        (one, two)
        for position, one in enumerate(names)
        for two in names[position + 1 :]
        if hosts.get(one) != two and hosts.get(two) != one and _touch(_corners(boxes[one]), _corners(boxes[two]))
    ]


def _corners(box: Box) -> tuple[int, int, int, int]:
    return box.x, box.y, box.x + box.width, box.y + box.height


def _touch(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def crossed(boxes: dict[str, Box], lines: dict[str, Iterable[Point]]) -> list[tuple[str, str]]:
    """Each line that runs through the inside of a box, also of the one that it leaves or enters."""
    found = []
    for key, points in lines.items():
        for one, two in pairwise(points):
            assert one[0] == two[0] or one[1] == two[1], f"{key} is not drawn along and across"
            stretch = (min(one[0], two[0]), min(one[1], two[1]), max(one[0], two[0]), max(one[1], two[1]))
            found += [(key, name) for name, box in boxes.items() if _touch(stretch, _corners(box))]
    return found


@every_road
def test_in_the_file_no_two_shapes_overlap_and_no_arrow_runs_through_one(key: str, drawn: Graph) -> None:
    file = _File(drawn, key, "试", {})
    plan = file.plan()
    boxes, lines = file.boxes(plan), file.lines(plan)
    assert overlaps(boxes, {part.id: part.host for part in file.made.parts if part.host}) == []
    assert crossed(boxes, lines) == []
    assert min(min(box.x, box.y) for box in boxes.values()) >= 0


@every_road
def test_in_the_file_every_shape_stands_in_the_lane_of_its_role(key: str, drawn: Graph) -> None:
    file = _File(drawn, key, "试", {})
    plan = file.plan()
    for part in file.made.parts:
        if not part.host:
            top, bottom = plan.bands[file.lanes.index(file.made.lane[part.id])]
            box = plan.boxes[part.id]
            assert top <= box.y and box.y + box.height <= bottom


@every_road
def test_in_the_picture_no_two_boxes_overlap_and_no_arrow_runs_through_one(key: str, drawn: Graph) -> None:
    plan = plan_of(drawn)
    assert overlaps(plan.boxes, {}) == []
    assert crossed(plan.boxes, plan.lines) == []


def test_what_lies_on_another_or_runs_through_it_is_noticed() -> None:
    boxes = {"a": Box(0, 0, 10, 10), "b": Box(5, 5, 10, 10)}
    assert overlaps(boxes, {}) == [("a", "b")]
    assert overlaps(boxes, {"b": "a"}) == []
    assert crossed({"a": Box(0, 0, 10, 10)}, {"line": [(-5, 5), (20, 5)], "border": [(-5, 10), (20, 10)]}) == [
        ("line", "a")
    ]


@every_road
def test_two_arrows_share_a_stretch_only_where_they_leave_or_enter_the_same_box(key: str, drawn: Graph) -> None:
    plan = plan_of(drawn)
    ends = {diagram._key(edge): (edge.src, edge.dst) for edge in drawn.edges}
    stretches = [
        (key, min(a, b), max(a, b)) for key, points in plan.lines.items() for a, b in pairwise(points) if a != b
    ]
    for position, (one, a, b) in enumerate(stretches):
        for two, c, d in stretches[position + 1 :]:
            if set(ends[one]) & set(ends[two]) or one == two:
                continue
            same_x = a[0] == b[0] == c[0] == d[0] and max(a[1], c[1]) < min(b[1], d[1])
            same_y = a[1] == b[1] == c[1] == d[1] and max(a[0], c[0]) < min(b[0], d[0])
            assert not same_x and not same_y, (one, two)


def _steps(work: Callable[[], Any]) -> int:
    """How many lines of the drawing rooms were run."""
    files, count = {module.__file__ for module in (layout, parts, diagram)}, 0

    def watch(frame: FrameType, event: str, _arg: Any) -> Any:
        nonlocal count
        if frame.f_code.co_filename not in files:
            return None
        count += event == "line"
        return watch

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def long_road(size: int) -> Graph:
    """So many steps in a row, each with a way past the next one and a way back."""
    nodes = [GraphNode(f"s{n}", f"步 {n}", "step", "ABC"[n % 3], optional=n % 5 == 0) for n in range(size)]
    edges = [GraphEdge(f"s{n}", f"s{n + 1}", "agree", "", "forward") for n in range(size - 1)]
    edges += [GraphEdge(f"s{n}", f"s{n + 2}", "skip", "", "forward") for n in range(size - 2)]
    edges += [GraphEdge(f"s{n}", f"s{max(0, n - 7)}", "return", "", "return") for n in range(1, size)]
    nodes[-1] = GraphNode(f"s{size - 1}", "止", "end")
    return Graph(tuple(nodes), tuple(edge for edge in edges if edge.src != f"s{size - 1}"))


@pytest.mark.parametrize(
    "work", [plan_of, lambda drawn: _File(drawn, "long", "试", {}).plan()], ids=["picture", "file"]
)
def test_a_road_eight_times_as_long_costs_eight_times_as_much(work: Callable[[Graph], Any]) -> None:
    short, long = (_steps(lambda size=size: work(long_road(size))) for size in (250, 2000))
    assert short > 2000
    assert long < short * 8 * 1.1


def test_a_road_is_laid_out_once_in_whatever_language_and_state_it_is_looked_at() -> None:
    drawn = long_road(30)
    first = plan_of(drawn)
    with override("en"):
        assert plan_of(Graph(drawn.nodes, drawn.edges)) is first
    assert _steps(lambda: plan_of(drawn)) < 5
    moved = Graph(drawn.nodes, (*drawn.edges, GraphEdge("s9", "s3", "again", "", "return")))
    assert plan_of(moved) is not first


@every_road
def test_every_step_stands_in_the_picture_with_its_name_and_a_fault_has_a_sign_of_its_own(
    key: str, drawn: Graph
) -> None:
    step = next(node.name for node in drawn.nodes if node.kind == "step")
    svg = ET.fromstring(picture(drawn, {step: Mark("incident", "张三 · 超 2 天")}, title="图"))
    words = "".join(part.text or "" for part in svg.iter(f"{SVG}text")).replace(" ", "")
    assert svg.attrib["aria-label"] == "图"
    assert "!" in words and "张三·超2天" in words
    assert svg.attrib["width"].endswith("rem"), "it does not grow with the letters"
    assert "style" not in {name for part in svg.iter() for name in part.attrib}
    bars = [node for node in drawn.nodes if node.kind in ("fork", "join")]
    assert sum(part.attrib["height"] == "9" for part in svg.iter(f"{SVG}rect")) == len(bars)

"""A road as a BPMN 2.0 file: user tasks, gateways with executable conditions, lanes by role, and a drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from workflows.engine.layout import Layout, lay_out

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
RELIEF = "urn:relief:bpmn:1"
PYTHON = "https://www.python.org/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

for _prefix, _uri in {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "relief": RELIEF, "xsi": XSI}.items():
    ET.register_namespace(_prefix, _uri)

RANK, SLOT, LEFT, TOP = 260, 110, 180, 60
TASK, GATE, EVENT = (120, 80), (50, 50), (36, 36)
SHAPES = {
    "start": "startEvent", "step": "userTask", "wait": "receiveTask", "job": "serviceTask", "end": "endEvent",
    "fork": "parallelGateway", "join": "parallelGateway", "route": "exclusiveGateway",
}  # fmt: skip
GATES = ("fork", "join", "route")


@dataclass(frozen=True, slots=True)
class Box:
    """A shape on the drawing: its corner and its size."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> tuple[int, int]:
        return self.x + self.width, self.y + self.height // 2

    @property
    def left(self) -> tuple[int, int]:
        return self.x, self.y + self.height // 2

    @property
    def under(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height


def bpmn_xml(graph: Any, *, key: str, name: str, roles: Mapping[str, str] | None = None) -> str:
    """导出 BPMN: the canonical graph as one executable file; the same graph gives the same bytes.

    `key` is an XML name for the process, `roles` the words for each lane. A condition asks `outcome` (and `to_step`
    where one exit leads to several steps), so that another engine takes the same way for the same answers.
    """
    return _File(graph, key, name, roles or {}).text()


class _File:
    def __init__(self, graph: Any, key: str, name: str, roles: Mapping[str, str]) -> None:
        self.graph, self.key, self.name, self.roles = graph, key, name, roles
        self.lanes = list(dict.fromkeys(node.role for node in graph.nodes))
        self.layout: Layout = lay_out(graph, lambda node: self.lanes.index(node.role))
        self.leaving: dict[str, list[Any]] = {node.name: [] for node in graph.nodes}
        for edge in graph.edges:
            self.leaving[edge.src].append(edge)
        self.split = {node.name for node in graph.nodes if len(self.leaving[node.name]) > 1 and node.kind not in GATES}
        self.flows: list[tuple[str, str, str, Any]] = []
        for node in graph.nodes:
            self._flows_of(node)

    def _flows_of(self, node: Any) -> None:
        edges = self.leaving[node.name]
        source = node.name
        if node.name in self.split:
            source = f"{node.name}_gateway"
            self.flows.append((f"flow_{node.name}_decided", node.name, source, None))
        self.flows += [(f"flow_{edge.src}_{edge.exit or 'next'}_{edge.dst}", source, edge.dst, edge) for edge in edges]

    def text(self) -> str:
        root = ET.Element(
            _q("definitions"),
            {"id": f"{self.key}_file", "targetNamespace": RELIEF, "expressionLanguage": PYTHON, "exporter": "relief"},
        )
        for node in self.graph.nodes:
            if node.kind == "wait":
                ET.SubElement(root, _q("message"), {"id": f"{node.name}_message", "name": node.name})
        pool = ET.SubElement(root, _q("collaboration"), {"id": f"{self.key}_pool"})
        ET.SubElement(pool, _q("participant"), {"id": f"{self.key}_party", "name": self.name, "processRef": self.key})
        process = ET.SubElement(root, _q("process"), {"id": self.key, "name": self.name, "isExecutable": "true"})
        self._lanes(process)
        for node in self.graph.nodes:
            self._node(process, node)
        for flow, source, target, edge in self.flows:
            self._flow(process, flow, source, target, edge)
        self._drawing(root)
        ET.indent(root, " ")
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"

    def _lanes(self, process: ET.Element) -> None:
        lanes = ET.SubElement(process, _q("laneSet"), {"id": f"{self.key}_lanes"})
        for position, role in enumerate(self.lanes):
            words = self.roles.get(role, role) or self.name
            lane = ET.SubElement(lanes, _q("lane"), {"id": f"{self.key}_lane_{position}", "name": words})
            for node in self.graph.nodes:
                if node.role == role:
                    ET.SubElement(lane, _q("flowNodeRef")).text = node.name
                    if node.name in self.split:
                        ET.SubElement(lane, _q("flowNodeRef")).text = f"{node.name}_gateway"

    def _node(self, process: ET.Element, node: Any) -> None:
        attributes = {"id": node.name, "name": str(node.title)}
        if node.kind == "wait":
            attributes["messageRef"] = f"{node.name}_message"
        shape = ET.SubElement(process, _q(SHAPES[node.kind]), attributes)
        ET.SubElement(shape, _q("documentation")).text = _words(node)
        facts = {"role": node.role, "state": node.state, "days": node.days_key, "level": node.level}
        extension = ET.SubElement(shape, _q("extensionElements"))
        ET.SubElement(
            extension,
            f"{{{RELIEF}}}step",
            {name: str(value) for name, value in facts.items() if value not in ("", None)},
        )
        self._ends(shape, node.name)
        if node.name in self.split:
            gate = ET.SubElement(process, _q("exclusiveGateway"), {"id": f"{node.name}_gateway", "name": ""})
            self._ends(gate, f"{node.name}_gateway")

    def _ends(self, shape: ET.Element, name: str) -> None:
        for flow, _source, target, _edge in self.flows:
            if target == name:
                ET.SubElement(shape, _q("incoming")).text = flow
        for flow, source, _target, _edge in self.flows:
            if source == name:
                ET.SubElement(shape, _q("outgoing")).text = flow

    def _flow(self, process: ET.Element, flow: str, source: str, target: str, edge: Any) -> None:
        attributes = {"id": flow, "sourceRef": source, "targetRef": target}
        if edge is not None and str(edge.label):
            attributes["name"] = str(edge.label)
        element = ET.SubElement(process, _q("sequenceFlow"), attributes)
        if source.endswith("_gateway") or (edge is not None and edge.condition is not None):
            kind = {f"{{{XSI}}}type": "bpmn:tFormalExpression"}
            condition = ET.SubElement(element, _q("conditionExpression"), kind)
            condition.text = self._condition(edge)

    def _condition(self, edge: Any) -> str:
        if edge.condition is not None:
            return str(edge.condition.expression)
        words = f'outcome == "{edge.exit}"'
        same = [other for other in self.leaving[edge.src] if other.exit == edge.exit]
        return f'{words} and to_step == "{edge.dst}"' if len(same) > 1 else words

    # --- the drawing
    def _top(self, band: int) -> int:
        return TOP + sum(self.layout.slots[:band]) * SLOT

    def boxes(self) -> dict[str, Box]:
        """Every shape with its place; no two overlap."""
        boxes = {}
        for node in self.graph.nodes:
            cell = self.layout.cells[node.name]
            x, y = LEFT + cell.rank * RANK, self._top(cell.band) + cell.slot * SLOT + 15
            width, height = EVENT if node.kind in ("start", "end") else GATE if node.kind in GATES else TASK
            boxes[node.name] = Box(x, y + (TASK[1] - height) // 2, width, height)
            if node.name in self.split:
                boxes[f"{node.name}_gateway"] = Box(x + TASK[0] + 30, y + (TASK[1] - GATE[1]) // 2, *GATE)
        return boxes

    def _drawing(self, root: ET.Element) -> None:
        diagram = ET.SubElement(root, _d("BPMNDiagram"), {"id": f"{self.key}_diagram"})
        plane = ET.SubElement(diagram, _d("BPMNPlane"), {"id": f"{self.key}_plane", "bpmnElement": f"{self.key}_pool"})
        width = LEFT - 40 + self.layout.ranks * RANK
        height = sum(self.layout.slots) * SLOT
        boxes = self.boxes()
        self._shape(plane, f"{self.key}_party", Box(40, TOP, width, height), isHorizontal="true")
        for position in range(len(self.lanes)):
            lane = Box(70, self._top(position), width - 30, self.layout.slots[position] * SLOT)
            self._shape(plane, f"{self.key}_lane_{position}", lane, isHorizontal="true")
        for name, box in boxes.items():
            self._shape(plane, name, box, **({"isMarkerVisible": "true"} if name.endswith("_gateway") else {}))
        for flow, source, target, edge in self.flows:
            line = ET.SubElement(plane, _d("BPMNEdge"), {"id": f"{flow}_di", "bpmnElement": flow})
            back = edge is not None and (edge.src, edge.exit, edge.dst) in self.layout.back
            for x, y in _way(boxes[source], boxes[target], back):
                ET.SubElement(line, f"{{{DI}}}waypoint", {"x": str(x), "y": str(y)})

    def _shape(self, plane: ET.Element, name: str, box: Box, **attributes: str) -> None:
        shape = ET.SubElement(plane, _d("BPMNShape"), {"id": f"{name}_di", "bpmnElement": name, **attributes})
        ET.SubElement(
            shape,
            f"{{{DC}}}Bounds",
            {"x": str(box.x), "y": str(box.y), "width": str(box.width), "height": str(box.height)},
        )


def _way(source: Box, target: Box, back: bool) -> list[tuple[int, int]]:
    if back:
        low = max(source.under[1], target.under[1]) + 12
        return [source.under, (source.under[0], low), (target.under[0], low), target.under]
    start, end = source.right, target.left
    if start[1] == end[1]:
        return [start, end]
    middle = end[0] - 15
    return [start, (middle, start[1]), (middle, end[1]), end]


def _words(node: Any) -> str:
    parts = [str(node.title)]
    if node.role:
        parts.append(f"role {node.role}")
    if node.level is not None:
        parts.append(f"level {node.level}: not the person of the level before or after")
    if node.days_key:
        parts.append(f"working days: policy days.{node.days_key}")
    return "; ".join(parts)


def _q(name: str) -> str:
    return f"{{{BPMN}}}{name}"


def _d(name: str) -> str:
    return f"{{{BPMNDI}}}{name}"

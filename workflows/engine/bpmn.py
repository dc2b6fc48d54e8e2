"""A road as a BPMN 2.0 file: tasks, gateways with executable conditions, events, lanes by role, and a drawing."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from django.utils.translation import gettext as _

from cases.text import listed
from workflows.engine.bpmn_names import BPMN, BPMNDI, DC, DI, PYTHON, RELIEF, XSI, in_bpmn, in_di, in_relief, in_xsi
from workflows.engine.layout import Box, Link, Plan, Point, Shape, lay_out
from workflows.engine.parts import EVENT, FAILED, TASK, Flow, Part, Parts, parts_of

for _prefix, _uri in {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "relief": RELIEF, "xsi": XSI}.items():
    ET.register_namespace(_prefix, _uri)

LEFT, TOP, NAME = 40, 60, 30
"""The corner of the pool, and the strip in which it and each lane bear their name."""
EVENT_ROOM = 8


def bpmn_xml(graph: Any, *, key: str, name: str, roles: Mapping[str, str] | None = None) -> str:
    """导出 BPMN: the canonical graph as one executable file; the same graph gives the same bytes.

    `key` is an XML name for the process, `roles` the words for each lane. A step leaves its `outcome` (and `to_step` where
    one exit leads to several steps) in the data, so that another engine takes the same way for the same answers.
    """
    return _File(graph, key, name, roles or {}).text()


class _File:
    def __init__(self, graph: Any, key: str, name: str, roles: Mapping[str, str]) -> None:
        self.graph, self.key, self.name, self.roles = graph, key, name, roles
        self.made: Parts = parts_of(graph)
        self.lanes = list(dict.fromkeys(self.made.lane.values()))
        self.into: dict[str, list[Flow]] = {part.id: [] for part in self.made.parts}
        self.out: dict[str, list[Flow]] = {part.id: [] for part in self.made.parts}
        for flow in self.made.flows:
            self.out[flow.source].append(flow)
            self.into[flow.target].append(flow)

    def text(self) -> str:
        root = ET.Element(
            in_bpmn("definitions"),
            {"id": f"{self.key}.file", "targetNamespace": RELIEF, "expressionLanguage": PYTHON, "exporter": "relief"},
        )
        for message in dict.fromkeys(_message(part) for part in self.made.parts if part.kind in ("wait", "message")):
            ET.SubElement(root, in_bpmn("message"), {"id": f"{message}.message", "name": message})
        if any(part.kind == "error" for part in self.made.parts):
            ET.SubElement(root, in_bpmn("error"), {"id": f"{FAILED}.error", "name": FAILED, "errorCode": FAILED})
        pool = ET.SubElement(root, in_bpmn("collaboration"), {"id": f"{self.key}.pool"})
        ET.SubElement(
            pool, in_bpmn("participant"), {"id": f"{self.key}.party", "name": self.name, "processRef": self.key}
        )
        process = ET.SubElement(root, in_bpmn("process"), {"id": self.key, "name": self.name, "isExecutable": "true"})
        ET.SubElement(process, in_bpmn("documentation")).text = _(
            "每个环节办完时写下 outcome（出口）和 to_step（去向）。"
        )
        for variable in self._variables():
            ET.SubElement(process, in_bpmn("property"), {"id": f"{self.key}.data.{variable}", "name": variable})
        self._lanes(process)
        for part in self.made.parts:
            self._part(process, part)
        for flow in self.made.flows:
            self._flow(process, flow)
        self._drawing(root)
        ET.indent(root, " ")
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"

    def _variables(self) -> list[str]:
        """The data that conditions and timers ask for."""
        found = ["outcome", "to_step"]
        for flow in self.made.flows:
            if flow.condition:
                found += [part.id for part in ast.walk(ast.parse(flow.condition)) if isinstance(part, ast.Name)]
        found += [_due(part) for part in self.made.parts if part.kind == "timer"]
        for part in self.made.parts:
            if part.kind == "step" and part.node.of > 1:
                found += [f"{part.id}_agreed", f"{part.id}_against"]
        return list(dict.fromkeys(found))

    def _lanes(self, process: ET.Element) -> None:
        lanes = ET.SubElement(process, in_bpmn("laneSet"), {"id": f"{self.key}.lanes"})
        for position, role in enumerate(self.lanes):
            words = self.roles.get(role, role) or _("申请人和系统")
            lane = ET.SubElement(lanes, in_bpmn("lane"), {"id": f"{self.key}.lane.{position}", "name": words})
            for part in self.made.parts:
                if self.made.lane[part.id] == role:
                    ET.SubElement(lane, in_bpmn("flowNodeRef")).text = part.id

    # --- the elements
    def _part(self, process: ET.Element, part: Part) -> None:
        attributes = {"id": part.id, **({"name": part.name} if part.name else {})}
        if part.kind == "wait":
            attributes["messageRef"] = f"{_message(part)}.message"
        if part.host:
            attributes["attachedToRef"] = part.host
        if part.tag.endswith("Gateway"):
            divides = len(self.out[part.id]) > 1
            attributes["gatewayDirection"] = "Diverging" if divides else "Converging"
        default = next((flow.id for flow in self.out[part.id] if flow.is_default), "")
        if default:
            attributes["default"] = default
        element = ET.SubElement(process, in_bpmn(part.tag), attributes)
        if part.id == part.node.name:
            ET.SubElement(element, in_bpmn("documentation")).text = _words(part.node, self.roles)
            ET.SubElement(ET.SubElement(element, in_bpmn("extensionElements")), in_relief("step"), _facts(part.node))
        if part.kind == "timer":
            limit = {"policy": f"days.{part.node.days_key}", "variable": _due(part), "counts": "workdays"}
            ET.SubElement(ET.SubElement(element, in_bpmn("extensionElements")), in_relief("limit"), limit)
        for flow in self.into[part.id]:
            ET.SubElement(element, in_bpmn("incoming")).text = flow.id
        for flow in self.out[part.id]:
            ET.SubElement(element, in_bpmn("outgoing")).text = flow.id
        _event(element, part)
        if part.kind == "step" and part.node.of > 1:
            _several(element, part)

    def _flow(self, process: ET.Element, flow: Flow) -> None:
        attributes = {"id": flow.id, "sourceRef": flow.source, "targetRef": flow.target}
        if flow.name:
            attributes["name"] = flow.name
        element = ET.SubElement(process, in_bpmn("sequenceFlow"), attributes)
        if flow.condition:
            condition = ET.SubElement(
                element, in_bpmn("conditionExpression"), {in_xsi("type"): "bpmn:tFormalExpression"}
            )
            condition.text = flow.condition

    # --- the drawing
    def plan(self) -> Plan:
        """Every element but the events on borders, with its place."""
        shapes = [
            Shape(part.id, self.lanes.index(self.made.lane[part.id]), *part.size)
            for part in self.made.parts
            if not part.host
        ]
        hosts = {part.id: part for part in self.made.parts if part.host}
        seats = dict(self._seats())
        links = [
            Link(flow.id, hosts[flow.source].host, flow.target, seats[flow.source] + EVENT[0] // 2)
            if flow.source in hosts
            else Link(flow.id, flow.source, flow.target)
            for flow in self.made.flows
        ]
        return lay_out(shapes, links)

    def _seats(self) -> Iterator[tuple[str, int]]:
        """How far along the lower border of its step each event sits."""
        taken: dict[str, int] = {}
        for part in self.made.parts:
            if part.host:
                place = taken.get(part.host, 0)
                taken[part.host] = place + 1
                yield part.id, TASK[0] - (place + 1) * (EVENT[0] + EVENT_ROOM)

    def boxes(self, plan: Plan) -> dict[str, Box]:
        """Every shape on the page; events sit astride the border of their step."""
        left, top = LEFT + 2 * NAME, TOP
        boxes = {name: Box(box.x + left, box.y + top, box.width, box.height) for name, box in plan.boxes.items()}
        seats = dict(self._seats())
        for part in self.made.parts:
            if part.host:
                host = boxes[part.host]
                boxes[part.id] = Box(host.x + seats[part.id], host.y + host.height - EVENT[1] // 2, *EVENT)
        return boxes

    def lines(self, plan: Plan) -> dict[str, list[Point]]:
        """Every arrow on the page; one from an event begins below it."""
        hosted = {part.id for part in self.made.parts if part.host}
        found = {}
        for flow in self.made.flows:
            points = [(x + LEFT + 2 * NAME, y + TOP) for x, y in plan.lines[flow.id]]
            if flow.source in hosted:
                points[0] = (points[0][0], points[0][1] + EVENT[1] // 2)
            found[flow.id] = points
        return found

    def _drawing(self, root: ET.Element) -> None:
        plan = self.plan()
        boxes, lines = self.boxes(plan), self.lines(plan)
        diagram = ET.SubElement(root, in_di("BPMNDiagram"), {"id": f"{self.key}.diagram"})
        plane = ET.SubElement(
            diagram, in_di("BPMNPlane"), {"id": f"{self.key}.plane", "bpmnElement": f"{self.key}.pool"}
        )
        pool = Box(LEFT, TOP, plan.width + 2 * NAME, plan.height)
        _shape(plane, f"{self.key}.party", pool, isHorizontal="true")
        for position, (top, bottom) in enumerate(plan.bands):
            lane = Box(LEFT + NAME, TOP + top, plan.width + NAME, bottom - top)
            _shape(plane, f"{self.key}.lane.{position}", lane, isHorizontal="true")
        for part in self.made.parts:
            marker = {"isMarkerVisible": "true"} if part.tag == "exclusiveGateway" else {}
            shape = _shape(plane, part.id, boxes[part.id], **marker)
            if part.name and part.size != TASK:
                box = boxes[part.id]
                _label(shape, Box(box.x - 20, box.y + box.height + 2, box.width + 40, 14))
        for flow in self.made.flows:
            line = ET.SubElement(plane, in_di("BPMNEdge"), {"id": f"{flow.id}.di", "bpmnElement": flow.id})
            for x, y in lines[flow.id]:
                ET.SubElement(line, f"{{{DI}}}waypoint", {"x": str(x), "y": str(y)})
            if flow.name:
                _label(line, _beside(lines[flow.id]))


def _beside(points: list[Point]) -> Box:
    """Room for the words of an arrow: above the first stretch that it has for itself."""
    start, end = (points[2], points[3]) if len(points) > 4 else (points[-2], points[-1])
    x = start[0] + 4 if end[0] >= start[0] else start[0] - 94
    return Box(x, start[1] - 16, 90, 14)


def _event(element: ET.Element, part: Part) -> None:
    if part.kind == "message":
        given = {"id": f"{part.id}.event", "messageRef": f"{_message(part)}.message"}
        ET.SubElement(element, in_bpmn("messageEventDefinition"), given)
    if part.kind == "error":
        given = {"id": f"{part.id}.event", "errorRef": f"{FAILED}.error"}
        ET.SubElement(element, in_bpmn("errorEventDefinition"), given)
    if part.kind == "timer":
        timer = ET.SubElement(element, in_bpmn("timerEventDefinition"), {"id": f"{part.id}.event"})
        moment = ET.SubElement(timer, in_bpmn("timeDate"), {in_xsi("type"): "bpmn:tFormalExpression"})
        moment.text = _due(part)


def _several(element: ET.Element, part: Part) -> None:
    """多人意见: several people are asked at once, until enough agree or that cannot be reached any more."""
    node, against = part.node, f"{part.id}_against"
    loop = ET.SubElement(element, in_bpmn("multiInstanceLoopCharacteristics"), {"isSequential": "false"})
    kind = {in_xsi("type"): "bpmn:tFormalExpression"}
    ET.SubElement(loop, in_bpmn("loopCardinality"), kind).text = str(node.of)
    lost = f"{against} > 0" if node.veto else f"{against} > {node.of - node.needs}"
    ET.SubElement(loop, in_bpmn("completionCondition"), kind).text = f"{part.id}_agreed >= {node.needs} or {lost}"


def _message(part: Part) -> str:
    """What comes from outside: whatever ends this wait, or the one fact that an event stands for."""
    return str(part.node.name) if part.kind == "wait" else part.id.removeprefix(f"{part.host}.")


def _due(part: Part) -> str:
    """The data in which the office's engine leaves the end of the time limit, an ISO 8601 moment counted in workdays."""
    return f"{part.node.name}_due"


def _facts(node: Any) -> dict[str, str]:
    facts = {
        "role": node.role, "state": node.state, "days": node.days_key, "level": node.level,
        "optional": "true" if node.optional else "", "notBy": " ".join(node.not_by),
        **({"of": node.of, "needs": node.needs, "veto": str(node.veto).lower()} if node.of > 1 else {}),
    }  # fmt: skip
    return {name: str(value) for name, value in facts.items() if value not in ("", None)}


def _words(node: Any, roles: Mapping[str, str]) -> str:
    """说明: what the road says of a step, as an office reads it."""
    parts = [str(node.title)]
    if node.role:
        parts.append(_("岗位：%(role)s。") % {"role": roles.get(node.role, node.role)})
    if node.level is not None:
        parts.append(_("审核级别 %(level)s：相邻两级不能是同一个人。") % {"level": node.level})
    if node.not_by:
        parts.append(_("办过 %(steps)s 的人不能办。") % {"steps": listed(node.not_by)})
    if node.of > 1:
        parts.append(_("请 %(of)s 人各自办，%(needs)s 人同意才算同意。") % {"of": node.of, "needs": node.needs})
    if node.veto:
        parts.append(_("一人不同意就不同意（一票否决）。"))
    if node.days_key:
        parts.append(_("时限见政策 days.%(key)s，按工作日算，中止的日子不算。") % {"key": node.days_key})
    if node.optional:
        parts.append(_("政策可以不设这一步。"))
    return "\n".join(parts)


def _shape(plane: ET.Element, name: str, box: Box, **attributes: str) -> ET.Element:
    shape = ET.SubElement(plane, in_di("BPMNShape"), {"id": f"{name}.di", "bpmnElement": name, **attributes})
    _bounds(shape, box)
    return shape


def _label(element: ET.Element, box: Box) -> None:
    _bounds(ET.SubElement(element, in_di("BPMNLabel")), box)


def _bounds(element: ET.Element, box: Box) -> None:
    size = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    ET.SubElement(element, f"{{{DC}}}Bounds", {name: str(value) for name, value in size.items()})

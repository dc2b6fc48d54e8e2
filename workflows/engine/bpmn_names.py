"""Names of BPMN 2.0 in their namespaces (命名空间)."""

from __future__ import annotations

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
RELIEF = "urn:relief:bpmn:1"
PYTHON = "https://www.python.org/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def in_bpmn(name: str) -> str:
    """A name of the model."""
    return f"{{{BPMN}}}{name}"


def in_di(name: str) -> str:
    """A name of the drawing."""
    return f"{{{BPMNDI}}}{name}"


def in_relief(name: str) -> str:
    """A name of our own extension."""
    return f"{{{RELIEF}}}{name}"


def in_xsi(name: str) -> str:
    """A name of XML Schema instances."""
    return f"{{{XSI}}}{name}"

"""Fingerprints of roads (流程指纹): a version on which cases run is never changed; what changes is a new version beside it."""

from __future__ import annotations

import hashlib
from typing import Any

from cases.calendar import clock
from cases.history.record import canonical
from workflows.flow import graph
from workflows.models import FlowVersion, Run
from workflows.operations.roads import roads

SAID = (
    "form",
    "optional",
    "veiled",
    "not_by",
    "same_as",
    "conflict",
    "lapses",
    "does",
    "role",
    "level",
    "state",
    "days_key",
)


def drawn(road: Any) -> dict[str, Any]:
    """Everything of a road that decides how a case goes: steps, exits, conditions, effects; no words for people."""
    nodes = []
    for one in graph(road).nodes:
        node = getattr(road, one.name)
        said = {name: getattr(node, name) for name in SAID if getattr(node, name, None) not in (None, "", (), False)}
        exits = {
            exit.name: [exit.kind, exit.targets, exit.reasons, exit.state, exit.pauses, exit.resumes, exit.needs_words]
            for exit in getattr(node, "exits", {}).values()
        }
        effects = {name: getattr(does, "__name__", "") for name, does in getattr(node, "effects", {}).items()}
        nodes.append({"name": one.name, "kind": one.kind, **said, "exits": exits, "effects": effects})
    edges = [
        [edge.src, edge.dst, edge.exit, edge.kind, edge.condition.expression if edge.condition else ""]
        for edge in graph(road).edges
    ]
    return {"nodes": nodes, "edges": edges}


def fingerprint(road: Any) -> str:
    """SHA-256 of the road as canonical JSON."""
    return hashlib.sha256(canonical(drawn(road)).encode()).hexdigest()


def keep() -> None:
    """Store the fingerprint of each version as the owner; one on which cases run keeps the stored one."""
    stored = FlowVersion.objects.using("owner")
    for flow, road in roads().items():
        sign, known = fingerprint(road), stored.filter(flow=flow).first()
        if known is None:
            stored.create(flow=flow, fingerprint=sign, drawn=drawn(road), at=clock.now())
        elif known.fingerprint != sign and not _running("owner", flow):
            stored.filter(pk=known.pk).update(fingerprint=sign, drawn=drawn(road), at=clock.now())


def changed() -> list[str]:
    """Versions on which cases run and that are not, or no longer, in the code as they were set up."""
    known = dict(FlowVersion.objects.values_list("flow", "fingerprint"))
    here = {flow: fingerprint(road) for flow, road in roads().items()}
    return sorted(flow for flow, sign in known.items() if here.get(flow) != sign and _running("default", flow))


def _running(alias: str, flow: str) -> bool:
    return Run.objects.using(alias).filter(flow=flow, case__closed_at=None).exists()

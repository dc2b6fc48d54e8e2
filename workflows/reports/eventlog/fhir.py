"""Looks as FHIR R4 AuditEvent, one a line (NDJSON): who looked at which fields of which case, when and for what. Pure."""

from __future__ import annotations

import json
from typing import Any

from workflows.reports.eventlog.names import Names
from workflows.reports.eventlog.told import Look, moment

TYPES = "http://terminology.hl7.org/CodeSystem/audit-event-type"
ENTITY = "http://terminology.hl7.org/CodeSystem/audit-entity-type"


def audit_event(look: Look, case: int, names: Names) -> str:
    """One look. An export is an action E (execute), every other a reading."""
    agent: dict[str, Any] = {
        "who": {"identifier": {"value": names.actor(look.actor)}},
        "requestor": True,
    }
    if look.role:
        agent["role"] = [{"text": look.role}]
    if look.office:
        agent["location"] = {"display": look.office}
    found: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": look.hash,
        "type": {"system": TYPES, "code": "rest"},
        "subtype": [{"system": "urn:relief:look", "code": look.action}],
        "action": "E" if look.action == "export" else "R",
        "recorded": moment(look.at),
        "outcome": "0",
        "agent": [agent],
        "source": {"observer": {"display": "relief"}},
        "entity": [
            {
                "what": {"identifier": {"value": names.of("case", case)}},
                "type": {"system": ENTITY, "code": "2"},
                "detail": [{"type": "table", "valueString": look.object_type}]
                + [{"type": "field", "valueString": name} for name in look.fields],
            }
        ],
    }
    if look.purpose:
        found["purposeOfEvent"] = [{"text": look.purpose}]
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n"

"""The log as OCEL 2.0 (JSON): what people did, with the case, people, payouts, funds and batches that it was about. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from workflows.reports.eventlog.names import Names
from workflows.reports.eventlog.told import Done, Told, Trail, finished, moment

EVENT_ATTRIBUTES = [("seq", "integer"), ("hash", "string"), ("outcome", "string"), ("role", "string"),
                    ("office", "string"), ("step", "string")]  # fmt: skip
OBJECTS: dict[str, list[tuple[str, str]]] = {
    "case": [("programme", "string"), ("road", "string"), ("place", "string")],
    "applicant": [], "account": [], "officer": [], "system": [],
    "payout": [("amount", "float")], "fund": [], "batch": [],
}  # fmt: skip
STEP = "step.done"
"""The type of an event that says a step is finished; all others are called as in history."""
EPOCH = "1970-01-01T00:00:00Z"


def events(trail: Trail, names: Names) -> Iterator[tuple[Told, str]]:
    """One line an event: each deed of the chain, and each finished step."""
    done = {one.entry.seq: one for one in finished(trail.entries)}
    for entry in trail.entries:
        if entry.is_deed or entry.seq in done:
            yield entry, line(_event(entry, done.get(entry.seq), trail, names))


def _event(entry: Told, done: Done | None, trail: Trail, names: Names) -> dict[str, Any]:
    case = names.of("case", trail.case)
    kind = STEP if done else entry.action
    step = done.step if done else entry.payload.get("step", "")
    told = {"seq": entry.seq, "hash": entry.hash, "outcome": entry.outcome, "role": entry.role, "office": entry.office,
            "step": step if isinstance(step, str) else ""}  # fmt: skip
    about = [(case, "case"), (names.actor(entry.actor), "by")]
    if entry.on_behalf_of is not None:
        about.append((names.actor(entry.on_behalf_of), "on behalf of"))
    if entry.action.startswith("case.") and trail.applicant is not None:
        about.append((names.of("applicant", trail.applicant), "applicant"))
    if entry.object_type == "cases_payout" and entry.is_deed:
        about.append((names.of("payout", entry.object_id), "payout"))
        about += [(f"fund-{fund}", "fund") for pk, fund, _amount, _in in trail.payouts if str(pk) == entry.object_id]
    if entry.action.startswith("payout.") and isinstance(entry.payload.get("batch"), str):
        about.append((names.of("batch", entry.payload["batch"]), "batch"))
    return {
        "id": f"{case}.{entry.seq}",
        "type": kind,
        "time": moment(entry.at),
        "attributes": [{"name": name, "value": value} for name, value in told.items() if value != ""],
        "relationships": [{"objectId": name, "qualifier": word} for name, word in about],
    }


def objects(trail: Trail, names: Names) -> Iterator[tuple[str, str]]:
    """(id, line) of everything that the events of a case speak of; who acted in several comes several times."""
    case, applicant = names.of("case", trail.case), trail.applicant
    own = [(names.of("applicant", applicant), "applicant")] if applicant is not None else []
    paid = [(names.of("payout", pk), "payout") for pk, _fund, _amount, _batches in trail.payouts]
    facts = {"programme": trail.programme, "road": trail.flow, "place": trail.place}
    yield case, line(_object(case, "case", facts, own + paid))
    for name, _word in own:
        yield name, line(_object(name, "applicant", {}, []))
    for entry in trail.entries:
        for pk in (entry.actor, *([entry.on_behalf_of] if entry.on_behalf_of is not None else [])):
            name = names.actor(pk)
            yield name, line(_object(name, name.partition("-")[0], {}, []))
    for pk, fund, amount, batches in trail.payouts:
        standing = [(names.of("batch", batch), "batch") for batch in batches.split()]
        name = names.of("payout", pk)
        yield name, line(_object(name, "payout", {"amount": float(amount)}, [(f"fund-{fund}", "fund"), *standing]))
        yield f"fund-{fund}", line(_object(f"fund-{fund}", "fund", {}, []))
        for batch, _word in standing:
            yield batch, line(_object(batch, "batch", {}, []))


def _object(name: str, kind: str, facts: dict[str, Any], others: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "id": name,
        "type": kind,
        "attributes": [{"name": key, "time": EPOCH, "value": value} for key, value in facts.items()],
        "relationships": [{"objectId": other, "qualifier": word} for other, word in others],
    }


def kinds(seen: set[str]) -> str:
    """The declarations of the types."""
    found = {
        "objectTypes": [{"name": name, "attributes": _typed(given)} for name, given in OBJECTS.items()],
        "eventTypes": [{"name": name, "attributes": _typed(EVENT_ATTRIBUTES)} for name in sorted(seen)],
    }
    return json.dumps(found, ensure_ascii=False)[1:-1]


def type_of(entry: Told) -> str:
    """The type of the event that an entry became."""
    return entry.action if entry.is_deed else STEP


def _typed(given: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in given]


def line(value: Any) -> str:
    """One value on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

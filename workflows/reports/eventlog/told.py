"""What a chain tells (留痕转成事件): its entries as plain facts, and the steps that were finished by them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

ITEM = "workflows_workitem"


@dataclass(frozen=True, slots=True)
class Told:
    """一条留痕: one entry of a chain, without what only the chain needs."""

    seq: int
    at: datetime
    action: str
    outcome: str
    actor: int | None
    role: str
    office: str
    on_behalf_of: int | None
    object_type: str
    object_id: str
    payload: Mapping[str, Any]
    hash: str

    @property
    def is_deed(self) -> bool:
        """What somebody did or tried, and no change of a row."""
        return not self.action.startswith("row.")


@dataclass(frozen=True, slots=True)
class Done:
    """办结的环节: a step that was finished, and the entry that says so."""

    step: str
    entry: Told


@dataclass
class Look:
    """一次查阅 of a case."""

    pk: int
    at: datetime
    actor: int | None
    role: str
    office: str
    action: str
    object_type: str
    fields: list[str]
    purpose: str
    hash: str


@dataclass
class Trail:
    """案卷的留痕: a case with its whole chain, as far as it went when the export began."""

    case: int
    programme: str
    flow: str
    place: str
    applicant: int | None
    seq: int
    head: str
    entries: list[Told] = field(default_factory=list)
    payouts: list[tuple[int, str, str, str]] = field(default_factory=list)
    """Of each payout: its id, fund, amount in yuan, and the batches that it stood in, parted by blanks."""
    looks: list[Look] = field(default_factory=list)


def finished(entries: Iterable[Told]) -> Iterator[Done]:
    """办结的环节 in the order of the chain, by what the rows of its work items became."""
    steps: dict[str, str] = {}
    for entry in entries:
        if entry.object_type != ITEM or not entry.action.startswith("row."):
            continue
        name, state = _now(entry, "step"), _now(entry, "state")
        if name:
            steps[entry.object_id] = str(name)
        if state == "done":
            yield Done(steps.get(entry.object_id, ""), entry)


def _now(entry: Told, column: str) -> Any:
    value = entry.payload.get(column)
    return value[1] if entry.action == "row.update" and isinstance(value, list) else value


def moment(at: datetime) -> str:
    """A time in UTC with six digits, as in the chain."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

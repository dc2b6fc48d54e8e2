"""May a post in this area reach that case: the one predicate of data scope, and the states each right to read shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from cases.regions.rules import LENGTHS, is_within
from cases.states import STATES

DRAFT = "DRAFT"
AREA_LENGTH: dict[str, int] = {level.value: length for length, level in LENGTHS.items()}

_FROM_PUBLICITY = {"PUBLICITY", "OBJECTION"}
READS: dict[str, frozenset[str]] = {
    "case.read": frozenset(STATES) - {DRAFT},
    "case.read.panel": frozenset(code for code, state in STATES.items() if state.road >= 4),
    "case.read.publicity": frozenset(_FROM_PUBLICITY | {code for code, state in STATES.items() if state.road == 5}),
    "case.read.money": frozenset(code for code, state in STATES.items() if state.road == 5),
}
"""Rights to read a case file, each with the states it reaches: nobody in an office reads a draft."""


VEILED: dict[str, frozenset[str]] = {"expert.opinion": frozenset({"EXPERT"})}
"""Rights to see a case through a veil (遮盖), a few facts and redacted copies, each with the states in which."""


def covers(area: str, code: str) -> bool:
    """辖区: whether a post in this area reaches a case handled at that place (division-code prefix, domain.md 2)."""
    return is_within(code, area)


def readable_states(rights: Iterable[str], reads: Mapping[str, frozenset[str]] = READS) -> frozenset[str]:
    """The states in which somebody with these rights may read a case of his area."""
    return frozenset().union(*(reads.get(right, frozenset()) for right in rights))


def area_of(level: str, code: str) -> str:
    """The area of an office of that level for a place, or "" when the place is known less precisely than that."""
    length = AREA_LENGTH.get(level)
    return code[:length] if length is not None and len(code) >= length else ""


HELPER = "AGT"
PROVIDER = "provider"
"""The level of those who serve at a hospital, a fitting centre or a store (定点机构), wherever it stands."""


def serves_at(role: str, level: str, code: str) -> bool:
    """岗位级别: whether a role of that level serves at an office there; a helper serves in a town as well."""
    if level == PROVIDER:
        return len(code) in (AREA_LENGTH["province"], AREA_LENGTH["city"], AREA_LENGTH["county"])
    return len(code) == AREA_LENGTH.get(level) or (role == HELPER and len(code) == AREA_LENGTH["town"])


@dataclass(frozen=True, slots=True)
class Holding:
    """One role somebody holds or is to hold, from a day to a day (None: open), and the roles it excludes."""

    role: str
    not_with: tuple[str, ...]
    starts_on: date
    ends_on: date | None

    def excludes(self, other: Holding) -> bool:
        """不相容岗位: whether the two are held on one same day though one of them excludes the other."""
        if other.role not in self.not_with and self.role not in other.not_with:
            return False
        return _before(self.starts_on, other.ends_on) and _before(other.starts_on, self.ends_on)


def _before(start: date, end: date | None) -> bool:
    return end is None or start <= end


@dataclass(frozen=True, slots=True)
class Rung:
    """One role as placing needs it: its level and the role that acts instead (委托代审)."""

    code: str
    level: str
    lifts_to: str


@dataclass(frozen=True, slots=True)
class Placement:
    """落实到岗: the role and the area that get a step. `entrusted_from` is the area that had too few people (委托代审).

    `nobody` says that even the top has no person for it: an incident for the province, never a silent dead end.
    """

    role: str
    code: str
    entrusted_from: str = ""
    nobody: bool = False


def placed(role: str, code: str, rungs: dict[str, Rung], has_people: Callable[[str, str], bool]) -> Placement:
    """Who gets a step at that place: the role's own office, or the first above it that has an unbarred person."""
    own = area_of(rungs[role].level, code) or code
    rung: Rung | None = rungs[role]
    while rung is not None:
        area = area_of(rung.level, code)
        if area and has_people(rung.code, area):
            return Placement(rung.code, area, "" if (rung.code, area) == (role, own) else own)
        rung = rungs.get(rung.lifts_to)
    return Placement(role, code[:2], own, nobody=True)

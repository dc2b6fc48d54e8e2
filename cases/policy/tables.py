"""Policy versions laid out for reading: programmes with versions, sections with rows, changes side by side."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from cases.policy.cards import Card, cards
from cases.policy.models import PolicyVersion
from cases.policy.queries import policy_for
from cases.policy.rules import SECTIONS, Policy, Row, differences
from cases.policy.words import SECTION_NAMES, condition_of, name_of, note_of, value_of


@dataclass(frozen=True, slots=True)
class Group:
    """A programme with its versions, newest first; ``in_force`` is the one that counts today."""

    card: Card
    versions: list[PolicyVersion]
    in_force: PolicyVersion | None

    @property
    def has_draft(self) -> bool:
        """Whether a draft is open."""
        return any(version.status == PolicyVersion.DRAFT for version in self.versions)


def overview(versions: Iterable[PolicyVersion], today: date) -> list[Group]:
    """Every programme with what is published and drafted for it."""
    held = list(versions)
    groups = []
    for card in cards():
        mine = [version for version in held if version.programme == card.slug]
        counting = [one for one in mine if one.status == PolicyVersion.PUBLISHED and one.effective_from <= today]
        groups.append(Group(card, mine, max(counting, key=lambda one: (one.effective_from, one.number), default=None)))
    return groups


@dataclass(frozen=True, slots=True)
class Shown:
    """One row in words."""

    row: Row
    name: str
    value: str
    condition: str
    note: str


def shown(row: Row) -> Shown:
    """A row in the words of the page's language."""
    return Shown(row, name_of(row), value_of(row), condition_of(row), note_of(row))


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its rows."""

    key: str
    name: Any
    rows: list[Shown]


def sections_of(policy: Policy) -> list[Part]:
    """All sections in reading order, empty ones too, so that a row can be added there."""
    return [Part(key, SECTION_NAMES[key], [shown(row) for row in policy.section(key)]) for key in SECTIONS]


@dataclass(frozen=True, slots=True)
class Change:
    """One row before and after; a missing side is None."""

    section: Any
    name: str
    key: str
    before: Shown | None
    after: Shown | None


def table_of(before: PolicyVersion | None, after: PolicyVersion) -> list[Change]:
    """What a version changes against the one before it; everything is new for the first."""
    old = policy_for(before.pk) if before else Policy.from_rows(())
    changes = []
    for one in differences(old, policy_for(after.pk)):
        sides = [shown(row) if row else None for row in (one.before, one.after)]
        name = next(side.name for side in reversed(sides) if side)
        changes.append(Change(SECTION_NAMES.get(one.section, one.section), name, one.key, *sides))
    return changes

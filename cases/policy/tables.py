"""Policy versions laid out for reading: programmes with versions, sections with rows, changes side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.policy.cards import Card, cards
from cases.policy.conditions import CONDITIONS
from cases.policy.models import PolicyVersion
from cases.policy.queries import own_rows, policy_for
from cases.policy.rules import SECTIONS, Policy, Row, differences
from cases.policy.words import SECTION_NAMES, condition_of, name_of, note_of, range_of, value_of, wanted_of


@dataclass(frozen=True, slots=True)
class Group:
    """A programme with its versions, newest first; ``in_force`` is the one that counts today, ``local`` those of places."""

    card: Card
    versions: list[PolicyVersion]
    in_force: PolicyVersion | None
    local: list[PolicyVersion]

    @property
    def has_draft(self) -> bool:
        """Whether a draft is open."""
        return any(version.status == PolicyVersion.DRAFT for version in self.versions)


def overview(versions: Iterable[PolicyVersion], today: date) -> list[Group]:
    """Every programme with what is published and drafted for it."""
    held = list(versions)
    groups = []
    for card in cards():
        here = [version for version in held if version.programme == card.slug]
        mine, local = [one for one in here if not one.division], [one for one in here if one.division]
        counting = [one for one in mine if one.status == PolicyVersion.PUBLISHED and one.effective_from <= today]
        in_force = max(counting, key=lambda one: (one.effective_from, one.number), default=None)
        groups.append(Group(card, mine, in_force, local))
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
    """What a version changes against another; everything is new where there is none before."""
    old = policy_for(before.pk) if before else Policy.from_rows(())
    return _changes(old, policy_for(after.pk))


def changes_between(before: Sequence[Row], after: Sequence[Row]) -> list[Change]:
    """What rows that are not stored yet change against those that are."""
    return _changes(Policy.from_rows(before), Policy.from_rows(after))


def _changes(old: Policy, new: Policy) -> list[Change]:
    changes = []
    for one in differences(old, new):
        sides = [shown(row) if row else None for row in (one.before, one.after)]
        name = next(side.name for side in reversed(sides) if side)
        changes.append(Change(SECTION_NAMES.get(one.section, one.section), name, one.key, *sides))
    return changes


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a decision table: a range of amounts, or one condition."""

    key: str
    label: Any


@dataclass(frozen=True, slots=True)
class Decision:
    """A row of a decision table: what each condition must be, what then counts, and on which clause."""

    shown: Shown
    labelled: list[tuple[Any, str]]


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """决策表 of one section: conditions as columns, one policy row a line; where it says so the first that fits counts."""

    key: str
    name: Any
    first_counts: bool
    columns: list[Column]
    rows: list[Decision]


def decision_tables(policy: Policy) -> list[DecisionTable]:
    """Every section of a policy as a decision table, those that have no row left out."""
    return [_decisions(key, policy.section(key)) for key in SECTIONS if policy.section(key)]


def _decisions(section: str, rows: Sequence[Row]) -> DecisionTable:
    asked = list(dict.fromkeys(name for row in rows for name in row.when))
    ranged = any(range_of(row) for row in rows)
    label = _("个人负担") if section == "award" else _("金额")
    columns = ([Column("range", label)] if ranged else []) + [
        Column(name, CONDITIONS[name][1] if name in CONDITIONS else name) for name in asked
    ]
    lines = [
        Decision(
            shown(row),
            [(one.label, range_of(row) if one.key == "range" else wanted_of(row, one.key)) for one in columns],
        )
        for row in rows
    ]
    return DecisionTable(section, SECTION_NAMES[section], section in ("award", "quorum"), columns, lines)


@dataclass(frozen=True, slots=True)
class Beside:
    """A row of a place beside the row above it (并列); ``above`` is None for what the place adds."""

    section: Any
    above: Shown | None
    own: Shown


def side_by_side(version: PolicyVersion) -> list[Beside]:
    """Each row of a place with the province's or city's row that it stands over; nothing for a province's version."""
    if version.base_id is None:
        return []
    base = policy_for(version.base_id)
    return [
        Beside(
            SECTION_NAMES.get(row.section, row.section),
            shown(base.row(row.section, row.key)) if base.has(row.section, row.key) else None,
            shown(row),
        )
        for row in own_rows(version)
    ]

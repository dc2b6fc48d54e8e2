"""A policy version read as rules: amounts, days, levels, quorum, checklist and reasons, with no database behind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.policy.conditions import applies
from cases.policy.rows import CALENDAR_DAYS, WORKDAYS, Cited, Document, Period, Quorum, Reason, Row
from cases.policy.shapes import Range, ShapeFault, amount_in, amount_or_none, plain

SECTIONS = (
    "award", "caps", "days", "levels", "quorum", "checklist", "supplement_reasons", "reject_reasons", "return_reasons",
    "urgent_reasons", "scoring", "score_items", "eligibility", "entitlement", "priority", "reading", "duplicates", "follow_up",
)  # fmt: skip

LONGEST_WARNING = 10
"""So many workdays before its due date a step may be called nearly due at the earliest (提醒)."""


class PolicyGap(KeyError):
    """The policy does not say what was asked for; names section and key."""

    def __init__(self, section: str, key: str) -> None:
        super().__init__(f"{section}.{key}")
        self.section = section
        self.key = key


@dataclass(frozen=True)
class Policy:
    """政策: everything a programme's numbers say, of one version; the road holds none of them."""

    rows: tuple[Row, ...]
    version: int | None = None
    number: int | None = None
    _index: Mapping[tuple[str, str], Row] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_rows(cls, rows: Iterable[Row], *, version: int | None = None, number: int | None = None) -> "Policy":
        """Build from rows in any order; ``version`` is the primary key and ``number`` what people call it."""
        ordered = tuple(sorted(rows, key=lambda row: (row.section, row.position, row.key)))
        return cls(ordered, version, number, {(row.section, row.key): row for row in ordered})

    def section(self, name: str) -> tuple[Row, ...]:
        """The rows of a section in their order."""
        return tuple(row for row in self.rows if row.section == name)

    def row(self, section: str, key: str) -> Row:
        """One row. Raises PolicyGap when the policy does not have it."""
        try:
            return self._index[(section, key)]
        except KeyError:
            raise PolicyGap(section, key) from None

    def has(self, section: str, key: str) -> bool:
        """Whether the policy says anything on this."""
        return (section, key) in self._index

    def period(self, step: str) -> Period:
        """The time limit of a step with its unit."""
        value = self.row("days", step).value
        for unit in (WORKDAYS, CALENDAR_DAYS):
            if isinstance(value.get(unit), int):
                return Period(value[unit], unit)
        raise PolicyGap("days", step)

    def days(self, step: str) -> int:
        """The number of days of a step's time limit, working days unless the row says ``days``."""
        return self.period(step).amount

    def level_on(self, level: str) -> bool:
        """Whether a review level is switched on; a level the policy does not name is off."""
        return self.has("levels", level) and self.row("levels", level).value.get("on") is True

    def must_read(self, step: str) -> bool:
        """先看后批: whether nobody agrees at this step before he has opened the required papers; unsaid is no."""
        return self.setting("reading", step, "on") is True

    @property
    def least_seconds(self) -> int | None:
        """Fewer seconds from opening a case to deciding it are too few for reading; None when the policy does not say."""
        found = self.setting("reading", "seconds", "count")
        return found if isinstance(found, int) else None

    def quorum_row(self, amount: Decimal) -> Row:
        """按金额定人数: the row that says how many decide about so many yuan (F41). Raises PolicyGap."""
        for row in self.section("quorum"):
            if Range.of(row.value).contains(amount):
                return row
        raise PolicyGap("quorum", plain(amount))

    def quorum_for(self, amount: Decimal) -> Quorum:
        """How many belong to the panel, must be present, and carry the vote, for a grant of so many yuan."""
        return _quorum(self.quorum_row(amount))

    @property
    def award_shape(self) -> tuple[Row, ...]:
        """The rows by which the amount is calculated, in their order."""
        return self.section("award")

    def cap(self, name: str) -> Decimal | None:
        """A ceiling in yuan (per_claim, per_year, per_life, household_per_year), or None when there is none."""
        return amount_or_none(self.row("caps", name).value, "amount") if self.has("caps", name) else None

    def threshold(self, name: str) -> Decimal:
        """An amount of the section eligibility in yuan. Raises PolicyGap."""
        return amount_in(self.row("eligibility", name).value, "amount")

    def count(self, name: str, section: str = "eligibility") -> int:
        """A count, such as supplement rounds or claims a year. Raises PolicyGap."""
        found = self.row(section, name).value.get("count")
        if not isinstance(found, int):
            raise PolicyGap(section, name)
        return found

    @property
    def shortest_opinion(self) -> int:
        """否定意见至少几字: how many characters an opinion against or back has at least."""
        return self.count("opinion_characters")

    def opinion_fault(self, words: str) -> Any:
        """The sentence for an opinion or reason that is too short, or None."""
        least = self.shortest_opinion
        return None if len(words.strip()) >= least else format_lazy(_("请写明理由，至少 {n} 个字"), n=least)

    def setting(self, section: str, key: str, name: str, default: Any = None) -> Any:
        """One field of a row, or the default when row or field is missing."""
        return self.row(section, key).value.get(name, default) if self.has(section, key) else default

    def checklist(self, facts: Mapping[str, Any]) -> tuple[Document, ...]:
        """The documents this case needs: ``facts`` says what it is like, e.g. {"minor": True, "agent": False}."""
        return tuple(_document(row) for row in self.section("checklist") if applies(row.when, facts))

    def document(self, code: str) -> Document:
        """A document of the checklist by its code. Raises PolicyGap."""
        return _document(self.row("checklist", code))

    def reasons(self, kind: str) -> tuple[Reason, ...]:
        """The coded reasons of a kind: "supplement", "reject" or "return"."""
        return tuple(_reason(row) for row in self.section(f"{kind}_reasons"))

    def reason(self, code: str) -> Reason:
        """A reason of either list by its code. Raises PolicyGap."""
        for section in ("supplement_reasons", "reject_reasons", "return_reasons", "urgent_reasons"):
            if self.has(section, code):
                return _reason(self.row(section, code))
        raise PolicyGap("reasons", code)


def _quorum(row: Row) -> Quorum:
    value = row.value
    return Quorum(int(value["members"]), int(value["present"]), int(value["approve"]))


def _document(row: Row) -> Document:
    valid = row.value.get("valid_days")
    return Document(
        code=row.key,
        name_zh=str(row.value.get("name_zh", row.key)),
        name_en=str(row.value.get("name_en", row.key)),
        plain_zh=row.note_zh,
        plain_en=row.note_en,
        required=row.value.get("required", True) is True,
        valid_days=valid if isinstance(valid, int) else None,
        clause=row.clause,
    )


def _reason(row: Row) -> Reason:
    return Reason(
        code=row.key,
        name_zh=str(row.value.get("name_zh", row.key)),
        name_en=str(row.value.get("name_en", row.key)),
        plain_zh=row.note_zh,
        plain_en=row.note_en,
        document=str(row.value.get("document", "")),
        group=str(row.value.get("group", "")),
        clause_zh=row.quote("zh"),
        clause_en=row.quote("en"),
    )


def _cited(row: Row | None) -> tuple[str, ...]:
    cites = row.cites if row else None
    return (cites.title, cites.number, cites.text_zh, cites.text_en) if cites else ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that two versions have differently; a missing side is None."""

    section: str
    key: str
    before: Row | None
    after: Row | None


def _reading_order(name: tuple[str, str]) -> tuple[int, str]:
    return (SECTIONS.index(name[0]) if name[0] in SECTIONS else len(SECTIONS), name[1])


def differences(old: Policy, new: Policy) -> tuple[Difference, ...]:
    """What changed between two versions: rows added, taken out, or with another value, clause or words."""
    names = sorted({(row.section, row.key) for row in (*old.rows, *new.rows)})
    out = []
    for section, key in sorted(names, key=_reading_order):
        before = old.row(section, key) if old.has(section, key) else None
        after = new.row(section, key) if new.has(section, key) else None
        if before != after or _cited(before) != _cited(after):
            out.append(Difference(section, key, before, after))
    return tuple(out)


__all__ = [
    "CALENDAR_DAYS", "SECTIONS", "WORKDAYS", "Cited", "Difference", "Document", "Period", "Policy", "PolicyGap", "Quorum", "Reason", "Row", "ShapeFault",
    "differences",
]  # fmt: skip

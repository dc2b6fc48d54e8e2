"""One row of a policy and what is read from it: a clause, a time limit, a quorum, a paper, a reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cases.policy.conditions import NEVER

WORKDAYS = "workdays"
CALENDAR_DAYS = "days"


@dataclass(frozen=True, slots=True)
class Cited:
    """所依条款: a clause of a measure as a letter quotes it."""

    pk: int
    title: str
    number: str
    text_zh: str
    text_en: str

    def words(self, language: str) -> str:
        """《办法》 with number and words; Chinese words where there are no English ones."""
        if language == "en":
            return f"{self.title} {self.number}: {self.text_en or self.text_zh}"
        return f"《{self.title}》{self.number}：{self.text_zh}"


@dataclass(frozen=True, slots=True)
class Row:
    """政策条目: a value with the clause it comes from and plain words in both languages.

    ``clause`` is the number of the clause; a stored row also has its key and what it cites.
    """

    section: str
    key: str
    value: Mapping[str, Any]
    position: int = 0
    clause: str = ""
    note_zh: str = ""
    note_en: str = ""
    cites: Cited | None = field(default=None, compare=False)
    pk: int | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """How the row is cited: section and key."""
        return f"{self.section}.{self.key}"

    @property
    def when(self) -> Mapping[str, Any]:
        """The conditions under which the row counts; none means always, and what cannot be read means never."""
        found = self.value.get("when")
        if found is None:
            return {}
        return found if isinstance(found, Mapping) else NEVER

    def quote(self, language: str) -> str:
        """The clause with its words where the row is stored, else its number."""
        return self.cites.words(language) if self.cites else self.clause


@dataclass(frozen=True, slots=True)
class Period:
    """A time limit: so many working days, or so many calendar days."""

    amount: int
    unit: str = WORKDAYS


@dataclass(frozen=True, slots=True)
class Quorum:
    """The panel's rule: how many belong to it, how many must be present without recusal, how many votes carry."""

    members: int
    present: int
    approve: int


@dataclass(frozen=True, slots=True)
class Document:
    """One line of the checklist (材料清单): code, names, plain words, how long the paper is good for in days."""

    code: str
    name_zh: str
    name_en: str
    plain_zh: str
    plain_en: str
    required: bool
    valid_days: int | None
    clause: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A coded reason (原因) for a supplement or a refusal, with plain words for the applicant."""

    code: str
    name_zh: str
    name_en: str
    plain_zh: str
    plain_en: str
    document: str
    group: str
    clause_zh: str
    clause_en: str

"""The set of indicators (考核指标) as data: category, weight, target, definition and source, with a version that is its digest."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.models import in_my_language
from cases.text import table
from workflows.reports.evaluation.rules import Indicator

FILE = Path(__file__).parent / "data" / "indicators.csv"
CATEGORIES: dict[str, Any] = {
    "time": _("受理与时效"),
    "quality": _("审核质量"),
    "money": _("资金与公示"),
    "after": _("回访与整改"),
}


@dataclass(frozen=True, slots=True)
class Defined:
    """指标 with its words in both languages."""

    rule: Indicator
    words: dict[str, str]

    @property
    def name(self) -> str:
        """What it is called, in the reader's language."""
        return in_my_language(self.words["name"], self.words["name_en"])

    @property
    def definition(self) -> str:
        """What is counted, in the reader's language."""
        return in_my_language(self.words["definition"], self.words["definition_en"])

    @property
    def category(self) -> Any:
        """Its category in words."""
        return CATEGORIES[self.rule.category]


def defined(row: dict[str, str]) -> Defined:
    """A row of the file, or of a frozen set, as an indicator."""
    words = {name: row[name] for name in ("name", "name_en", "definition", "definition_en")}
    rule = Indicator(
        row["code"], row["category"], int(row["weight"]), Decimal(row["target"]), Decimal(row["zero"]), row["source"]
    )
    return Defined(rule, words)


@cache
def indicators() -> tuple[Defined, ...]:
    """The indicators as they stand in the file now."""
    return tuple(defined(row) for row in table(FILE))


@cache
def version() -> str:
    """指标版本: the SHA-256 of the file."""
    return sha256(FILE.read_bytes()).hexdigest()

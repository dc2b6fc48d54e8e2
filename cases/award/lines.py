"""The printed working of an amount: its lines, each with the policy row and the clause it rests on."""

from dataclasses import dataclass
from decimal import Decimal

from cases.policy.rules import Row
from cases.text import round_fen


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line of the working: a label in both languages, the amount in yuan, the clause it rests on.

    ``kind``: cost, minus, sum (subtotals), plus, limit, result. ``cuts`` marks the limit that made the amount smaller.
    ``row`` names the policy row (award.band1), ``clause`` is the key of the stored clause that it cites.
    """

    label_zh: str
    label_en: str
    amount: Decimal
    note: str = ""
    kind: str = "sum"
    cuts: bool = False
    row: str = ""
    clause: int | None = None


class Working:
    """The lines and matched rows written down while calculating."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.rows: list[str] = []

    def line(
        self, zh: str, en: str, amount: Decimal, *, row: Row | None = None, kind: str = "sum", cuts: bool = False
    ) -> None:
        note, name = (row.clause, row.name) if row else ("", "")
        self.lines.append(
            Line(zh, en, round_fen(amount), note, kind, cuts, name, row.cites.pk if row and row.cites else None)
        )

    def match(self, row: Row) -> None:
        if row.name not in self.rows:
            self.rows.append(row.name)

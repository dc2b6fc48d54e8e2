"""What a county or city may set over the province's policy (市县条目): lower a cap, add a paper, no more unless allowed."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.policy.rules import Policy, Row
from cases.policy.shapes import amount_or_none, plain
from cases.policy.validity import Problem

MAY_RAISE = "may_raise"


def overlaid(base: Policy, rows: Iterable[Row], *, version: int, number: int) -> Policy:
    """The province's rows with those of a place in their stead or beside them."""
    own = {row.name: row for row in rows}
    kept = [row for row in base.rows if row.name not in own]
    return Policy.from_rows([*kept, *own.values()], version=version, number=number)


def local_problems(base: Policy, rows: Sequence[Row]) -> list[Problem]:
    """A sentence for each row of a place that the rows above it do not allow; each names the row above."""
    if not rows:
        return [Problem("caps", "", "key", _("还没有本地条目。不需要本地条目就不用发布。"))]
    faults = ((row, _fault(base, row)) for row in rows)
    return [Problem(row.section, row.key, "value", fault) for row, fault in faults if fault]


def _fault(base: Policy, row: Row) -> Any:
    above = base.row(row.section, row.key) if base.has(row.section, row.key) else None
    if row.section == "checklist":
        words = _("上级的 {row} 已经要这份材料，本地只能加别的材料。")
        return format_lazy(words, row=above.name) if above else ""
    if row.section == "caps" and row.key != "fund_short":
        return _higher(above, row, "count" if "count" in row.value else "amount") if above else ""
    if row.section == "award" and above is not None and _same_but_cap(above, row):
        return _higher(above, row, "cap")
    words = _("本地只能调低限额或加材料，不能改 {row}。")
    return format_lazy(words, row=above.name if above else row.name)


def _same_but_cap(above: Row, row: Row) -> bool:
    rest = [{name: part for name, part in one.value.items() if name not in ("cap", MAY_RAISE)} for one in (above, row)]
    return rest[0] == rest[1] and above.position == row.position


def _higher(above: Row, row: Row, field: str) -> Any:
    if above.value.get(MAY_RAISE) is True:
        return ""
    most, wanted = _number(above, field), _number(row, field)
    if most is None or (wanted is not None and wanted <= most):
        return ""
    words = _("上级的 {row} 是 {most}，本地不能高过它。")
    return format_lazy(words, row=above.name, most=plain(most))


def _number(row: Row, field: str) -> Decimal | None:
    return amount_or_none(row.value, field)

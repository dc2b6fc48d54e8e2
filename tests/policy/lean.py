"""The example policy of rare-disease relief with short lists, for tests that are not about the lists."""

from cases.policy.rules import Row
from workflows.programmes.rare_disease.policy import POLICY

LISTS = ("checklist", "supplement_reasons", "reject_reasons", "return_reasons")


def _kept(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """All rows but of the lists, and the first two of each list."""
    lists = [row for name in LISTS for row in [row for row in rows if row.section == name][:2]]
    return (*(row for row in rows if row.section not in LISTS), *lists)


LEAN = {
    **POLICY,
    "rows": _kept(POLICY["rows"]),
    "vectors": [one for one in POLICY["vectors"] if "限额" in one["title"]],
}

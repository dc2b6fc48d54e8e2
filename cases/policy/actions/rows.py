"""The rows of a draft: one is set, one is taken out, or all come from a spreadsheet at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid, Stale
from cases.history.record import action, record
from cases.policy.actions.posts import edits, open_draft
from cases.policy.models import Clause, PolicyRow, PolicyVersion
from cases.policy.queries import clause_named, fingerprint
from cases.policy.rules import SECTIONS, Row
from cases.policy.shapes import ShapeFault
from cases.policy.validity import faults_of_row

FIELDS = ("position", "value", "clause", "note_zh", "note_en")


def stored(version: PolicyVersion, row: Row, clause: Clause | None = None) -> PolicyRow:
    """A row as the database keeps it, citing this clause, or the one that the row cites already."""
    return PolicyRow(
        version=version,
        section=row.section,
        key=row.key,
        position=row.position,
        value=dict(row.value),
        clause_id=clause.pk if clause else row.cites.pk if row.cites else None,
        note_zh=row.note_zh,
        note_en=row.note_en,
    )


@action("policy.edit", about="version")
def edit_row(
    *, version: PolicyVersion, row: Row, by: Any, now: datetime | None = None, is_new: bool = False
) -> PolicyRow:
    """修改条目: set one row of a draft, new or in place of the one with its section and key.

    With ``is_new`` a row that is already there is not overwritten but refused. The clause is a clause of the
    programme's measures, the newest edition first; without one the row may stand in a draft but is never published.

    Raises Invalid with a sentence for each wrong field, Refusal without the right, Stale when it is no draft any more.
    """
    edits(by, version)
    held = open_draft(version)
    clause = _checked(held, row)
    if is_new and PolicyRow.objects.filter(version=held, section=row.section, key=row.key).exists():
        twice = _("这个条目代码已经有了。请换一个，或去改原来的那条。")
        raise Invalid(twice, fields={"key": twice}, code="policy_key")
    return _set(held, row, clause)


def _checked(version: PolicyVersion, row: Row) -> Clause | None:
    if row.section not in SECTIONS:
        raise Invalid(_("没有这个部分。"), fields={"section": _("没有这个部分。")}, code="policy_faults")
    fields = _sentences(faults_of_row(row))
    clause = clause_named(version.programme, row)
    if row.clause and clause is None:
        fields["clause"] = _("办法里没有这一条。请先在办法里写上条文。")
    if fields:
        raise Invalid(_("这一条有错误，没有保存。"), fields=fields, code="policy_faults")
    return clause


def _set(version: PolicyVersion, row: Row, clause: Clause | None) -> PolicyRow:
    wanted = stored(version, row, clause)
    kept, _made = PolicyRow.objects.update_or_create(
        version=version, section=row.section, key=row.key, defaults={name: getattr(wanted, name) for name in FIELDS}
    )
    told = {"row": row.name, "value": dict(row.value), "clause": row.clause}
    record("policy.edit", about=("policy", version.pk), object=kept, payload=told)
    return kept


@action("policy.remove_row", about="version")
def remove_row(*, version: PolicyVersion, section: str, key: str, by: Any, now: datetime | None = None) -> None:
    """删去条目: take one row out of a draft. Raises Refusal, or Stale when it is no draft any more."""
    edits(by, version)
    held = open_draft(version)
    gone, _each = PolicyRow.objects.filter(version=held, section=section, key=key).delete()
    if not gone:
        raise Invalid(_("没有这一条。它可能刚被别人删去。"), code="policy_row")
    record("policy.remove_row", about=("policy", held.pk), object=held, payload={"row": f"{section}.{key}"})


@action("policy.sheet", about="version")
def put_rows(
    *, version: PolicyVersion, rows: Sequence[Row], seen: str, by: Any, now: datetime | None = None
) -> PolicyVersion:
    """表格导入: the rows of a spreadsheet take the place of all rows of a draft, or nothing changes.

    ``seen`` is the fingerprint of the draft with which the rows were compared. Raises Stale when somebody has changed
    it since, Invalid for a faulty row, Refusal without the right.
    """
    edits(by, version)
    held = open_draft(version)
    if fingerprint(held) != seen:
        raise Stale(_("这份草稿刚被别人改过。请重新上传，看一遍改动再保存。"))
    wanted = {(row.section, row.key): (row, _checked(held, row)) for row in rows}
    there = {(row.section, row.key): row for row in PolicyRow.objects.filter(version=held)}
    for name in set(there) - set(wanted):
        there[name].delete()
    for name, (row, clause) in wanted.items():
        new = stored(held, row, clause)
        old = there.get(name)
        if old is None or any(
            getattr(old, each) != getattr(new, each) for each in ("clause_id", *FIELDS[:2], *FIELDS[3:])
        ):
            _set(held, row, clause)
    record("policy.sheet", about=("policy", held.pk), object=held, payload={"rows": len(wanted)})
    return held


def _sentences(faults: Iterable[ShapeFault]) -> dict[str, Any]:
    return {fault.field: fault.message for fault in faults}

"""The roles (岗位) as data: loaded with every set-up, safe to run again."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from django.db import transaction

from cases.access.models import Role
from cases.history.record import record

ROLES = Path(__file__).parent / "data" / "roles.json"


@cache
def known_roles() -> frozenset[str]:
    """岗位代码: the codes of all roles, as the file gives them."""
    return frozenset(row["code"] for row in json.loads(ROLES.read_text(encoding="utf-8")))


def load_reference() -> int:
    """Write the roles of data/roles.json; answers how many rows changed. Rows that are right stay untouched."""
    rows = json.loads(ROLES.read_text(encoding="utf-8"))
    changed = 0
    with transaction.atomic(using=Role.objects.db):
        known = Role.objects.in_bulk()
        for row in rows:
            changed += _write(known.get(row["code"]), {**row, "lifts_to_id": None})
        known = Role.objects.in_bulk()
        for row in rows:
            changed += _write(known[row["code"]], {"lifts_to_id": row["lifts_to"] or None})
        if changed:
            record("roles.loaded", about=("config", "all"), payload={"changed": changed})
    return changed


def _write(role: Role | None, values: dict[str, object]) -> int:
    values.pop("lifts_to", None)
    if role is None:
        Role.objects.create(**values)
        return 1
    if values.get("code"):
        values.pop("lifts_to_id", None)
    wrong = [name for name, value in values.items() if getattr(role, name) != value]
    for name in wrong:
        setattr(role, name, values[name])
    if wrong:
        role.save(update_fields=wrong)
    return int(bool(wrong))

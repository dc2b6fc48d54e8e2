"""Loading divisions from a table: all rows or none, the same table twice changes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid
from cases.regions.models import Division
from cases.regions.rules import is_code, level_of, parent_of
from cases.text import clean, table

SHIPPED = Path(__file__).parent / "data" / "divisions.csv"
_YES = {"1", "true", "yes", "是"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many places were new, changed and as before."""

    added: int
    changed: int
    same: int


def load_divisions(*, rows: Iterable[Mapping[str, str]], dry_run: bool = False) -> Loaded:
    """Store places (code, name, and optionally name_en, alias, parent, pseudo) from a table; parents must be known.

    ``name_zh`` and ``parent_code`` are read as well. Nothing is stored when a row is wrong or in a dry run.
    Raises Invalid whose fields are "line.column" with a sentence each.
    """
    known = {row.code: row for row in Division.objects.all()}
    places = _checked(list(rows), set(known))
    added = [place for place in places if place.code not in known]
    changed = [place for place in places if place.code in known and _facts(place) != _facts(known[place.code])]
    if not dry_run:
        with transaction.atomic():
            Division.objects.bulk_create(
                sorted(added, key=lambda place: (len(place.code), place.code)), batch_size=1000
            )
            Division.objects.bulk_update(changed, ["name", "name_en", "alias", "is_pseudo"], batch_size=1000)
    return Loaded(len(added), len(changed), len(places) - len(added) - len(changed))


def _facts(place: Division) -> tuple[str, str, str, bool]:
    return place.name, place.name_en, place.alias, place.is_pseudo


def _checked(rows: list[Mapping[str, str]], known: set[str]) -> list[Division]:
    faults: dict[str, Any] = {}
    places: dict[str, Division] = {}
    codes = known | {clean(row.get("code") or "") for row in rows}
    for line, row in enumerate(rows, start=2):
        told = {name: clean(value or "") for name, value in row.items() if isinstance(name, str)}
        fault = _fault(told, codes, places)
        if fault:
            faults[f"{line}.{fault[0]}"] = fault[1]
            continue
        code = told["code"]
        places[code] = Division(
            code=code,
            name=told.get("name") or told["name_zh"],
            name_en=told.get("name_en", ""),
            level=level_of(code),
            parent_id=parent_of(code),
            alias=told.get("alias", ""),
            is_pseudo=told.get("pseudo", "").lower() in _YES,
        )
    if faults:
        raise Invalid(_("区划没有载入，请改正后再试。"), fields=faults, code="division_rows")
    return list(places.values())


def _fault(told: Mapping[str, str], codes: set[str], places: Mapping[str, Division]) -> tuple[str, Any] | None:
    code, name = told.get("code", ""), told.get("name") or told.get("name_zh", "")
    if not is_code(code):
        return "code", format_lazy(_("“{code}”不是区划代码，应是 2、4、6、9 或 12 位数字。"), code=code)
    if code in places:
        return "code", format_lazy(_("代码 {code} 在表里写了两次。"), code=code)
    if not name:
        return "name", _("请填写名称。")
    if len(name) > 60:
        return "name", _("名称最多 60 个字。")
    if len(told.get("name_en", "")) > 100 or len(told.get("alias", "")) > 100:
        return "alias", _("英文名称和别名最多 100 个字。")
    parent = parent_of(code)
    given = told.get("parent") or told.get("parent_code", "")
    if given and given != parent:
        return "parent", format_lazy(_("上级应是 {parent}，表里写的是 {given}。"), parent=parent, given=given)
    if parent and parent not in codes:
        return "parent", format_lazy(_("没有上级 {parent}。请先载入上级，或核对代码。"), parent=parent)
    return None


def load_reference() -> Loaded:
    """Load the shipped places of Ningxia; places an office added or corrected are left as they are."""
    held = set(Division.objects.values_list("code", flat=True))
    return load_divisions(rows=[row for row in table(SHIPPED) if row["code"] not in held])

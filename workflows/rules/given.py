"""What a decision brings along (随附内容), checked for shape before any room reads it: from a form, the API or a command."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid


def rows(data: Mapping[str, Any], name: str, *, needs: tuple[str, ...]) -> list[dict[str, Any]]:
    """A list of objects, each with these text fields; nothing given is an empty list. Raises Invalid naming the field."""
    found = data.get(name) or []
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise _wrong(name)
    for row in found:
        if any(not isinstance(row.get(field), str) for field in needs):
            raise _wrong(name)
    return [dict(row) for row in found]


def single(data: Mapping[str, Any], name: str, *, needs: tuple[str, ...], may: tuple[str, ...] = ()) -> dict[str, Any]:
    """One object with these fields and no others beside `may`; nothing given is {}. Raises Invalid naming the field."""
    found = data.get(name)
    if found is None:
        return {}
    if not isinstance(found, Mapping) or not set(needs) <= set(found) or set(found) - {*needs, *may}:
        raise _wrong(name)
    return dict(found)


def texts(data: Mapping[str, Any], name: str) -> list[str]:
    """A list of words."""
    found = data.get(name)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise _wrong(name)
    return list(found)


def day(data: Mapping[str, Any], name: str) -> date:
    """A day as 2026-11-24."""
    try:
        return date.fromisoformat(str(data.get(name)))
    except ValueError as error:
        raise _wrong(name) from error


def token(data: Mapping[str, Any], name: str) -> UUID | None:
    """The token of a stored file; an empty one is None."""
    found = data.get(name)
    if found in (None, ""):
        return None
    try:
        return UUID(str(found))
    except ValueError as error:
        raise _wrong(name) from error


def _wrong(name: str) -> Invalid:
    return Invalid(_("随附内容的格式不对，请看接口说明。"), fields={name: _("格式不对")}, code="shape")

"""The standards by which what was measured is graded (分级标准), by name; their grades stand with the screening."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SIGHT: dict[str, Any] = {"GB11533": _("视力：五分记录 GB 11533")}
HEARING: dict[str, Any] = {
    "WHO2021": _("听力：世卫组织 2021"),
    "WHO1997": _("听力：世卫组织 1997"),
    "GBT26341": _("听力：残疾分级 GB/T 26341"),
}
SCALES: dict[str, Any] = {**SIGHT, **HEARING}

"""The public page as one frozen document: written once, served as the same bytes to everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from cases.notices.queries import paper_seal
from cases.notices.rules import day_words
from cases.publicity.rules import Line
from cases.text import money


def render_list(plist: Any, lines: Sequence[Line], names: Mapping[str, str]) -> str:
    """公示页: a whole document that needs no session, cookie or script; the style sheet has an address that stays."""
    days = {
        language: {"starts": day_words(plist.starts_on, language), "ends": day_words(plist.ends_on, language)}
        for language in ("zh-hans", "en")
    }
    rows = [
        {
            "position": position,
            "name": line.shown_name,
            "area": names[line.area],
            "group": line.group,
            "amount": money(line.amount),
            "tail": line.tail,
        }
        for position, line in enumerate(lines, start=1)
    ]
    with override("zh-hans"):
        return render_to_string(
            "publicity/frozen.html",
            {
                "number": plist.number,
                "area": names[plist.division_code],
                "days": days["zh-hans"],
                "days_en": days["en"],
                "provisional": plist.ends_provisional,
                "rows": rows,
                "groups": any(row["group"] for row in rows),
                "object_path": f"/public/{plist.token}/object",
                "style": f"{settings.STATIC_URL}relief.css",
                "phone": settings.HELP_PHONE,
                "hours": str(settings.HELP_HOURS),
                "brand": str(settings.BRAND_NAME),
                "is_demo": settings.RELIEF_DEMO,
                "seal": paper_seal(),
            },
        )

"""Roads by their names (项目/版本): which exist, and the words for them and their steps."""

from __future__ import annotations

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid
from cases.programme import programmes
from cases.regions.queries import Groups, grouped
from cases.text import with_aside
from workflows.flow import graph

PROVINCE = "64"
"""A road belongs to the whole province (domain.md 2)."""


def roads() -> dict[str, Any]:
    """Every version of every road by its name."""
    return {f"{card.slug}/{version}": road for card in programmes() for version, road in card.roads.items()}


def road_named(flow: str, step: str = "") -> Any:
    """The road of that name; Invalid for one that does not exist or has no such step."""
    road = roads().get(flow)
    if road is None or (step and step not in road.reading_order):
        raise Invalid(_("没有这个流程版本或环节。"), fields={"where": _("请从列表里选")})
    return road


def words_of(flow: str, step: str = "") -> Any:
    """项目、版本、环节 in words; what the programme's code no longer has is named by its code."""
    slug, _slash, version = flow.partition("/")
    name = next((card.name for card in programmes() if card.slug == slug), slug)
    road = roads().get(flow)
    title = getattr(getattr(road, step, None), "title", step) if step else ""
    return format_lazy("{name} {version} {title}", name=name, version=version, title=title)


def areas() -> Groups:
    """省、市、县 whose cases a plan may be kept to, by name."""
    english = (get_language() or "").startswith("en")
    return grouped([PROVINCE], levels=("province", "city", "county"), english=english)


def places() -> list[tuple[str, Any]]:
    """What may be suspended: each version of a road as a whole, and each of its steps."""
    found: list[tuple[str, Any]] = []
    for flow, road in roads().items():
        found.append((f"{flow}:", with_aside(words_of(flow), _("整个版本"))))
        found += [
            (f"{flow}:{node.name}", words_of(flow, node.name))
            for node in graph(road).nodes
            if node.kind in ("step", "wait", "job")
        ]
    return found

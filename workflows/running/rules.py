"""How the machine's work is named for the administrator (运行): topics, timers and steps in words. Pure."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.programme import programme, programmes
from cases.text import listed, with_aside

RIGHT = "operations"
"""The right of the system administrator to settle incidents."""

TOPICS: dict[str, Any] = {
    "notice": _("短信通知"),
    "periodic": _("定时任务"),
    "message": _("外来消息"),
    "duties": _("职责复查"),
    "allotment": _("成批分派"),
}
TIMERS: dict[str, Any] = {"lapse": _("等待到期"), "claim": _("领取到期")}


PARTNERS: dict[str, Any] = {"sms": _("短信网关")}


def partners() -> dict[str, Any]:
    """合作方: the other systems that letters and the jobs of all roads ask, by name; one without words shows its code."""
    roads = [road for card in programmes() for road in card.roads.values()]
    nodes = [getattr(road, name) for road in roads for name in road.reading_order]
    return PARTNERS | {name: PARTNERS.get(name, name) for node in nodes if (name := getattr(node, "partner", ""))}


def work_words(kind: str, name: str) -> str:
    """What kind of work it is: a topic, a timer, or a step of a road; one without words shows its code."""
    if kind == "timer":
        return str(TIMERS.get(name, name))
    road, _colon, step = name.partition(":")
    if kind == "job" and step:
        slug, _slash, version = road.partition("/")
        card = programme(slug)
        return f"{card.name} {version} {getattr(card.roads[version], step).title}"
    return str(TOPICS.get(name, name))


def topic_words(topic: str) -> str:
    """Which steps of which roads ask for this work; one that no road asks for shows its code."""
    asking = {
        f"{card.name} · {node.title}": None
        for card in programmes()
        for road in card.roads.values()
        for node in (getattr(road, name) for name in road.reading_order)
        if getattr(node, "does", "") == topic
    }
    return with_aside(listed(asking), topic) if asking else topic

"""Score sheets for those who may read them (评分): nobody sees one of a question before all that it needs are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from cases.policy.queries import policy_of
from workflows.models import Decision, ScoreSheet
from workflows.scoring.rules import Summary, items_of, summary, wanted

STATE, STEP = "EXPERT", "expert"


def asked_last(case: Any) -> Decision | None:
    """The last question to the experts."""
    return Decision.objects.filter(case=case, outcome="ask_expert").order_by("-pk").first()


def totals_of(sheets: Sequence[ScoreSheet]) -> list[int]:
    """总分 of each sheet."""
    return [sum(sheet.points.values()) for sheet in sheets]


def given_on(asked: Decision | None) -> list[ScoreSheet]:
    """The sheets on one question in the order of giving: for the act that counts them alone, never for a page."""
    return list(ScoreSheet.objects.filter(asked=asked).order_by("pk"))


def is_reader_missing(case: Any) -> bool:
    """还差评分: whether another expert has to read before the province goes on."""
    totals = totals_of(given_on(asked_last(case)))
    return len(totals) < wanted(totals, policy_of(case))


@dataclass(frozen=True, slots=True)
class Scored:
    """一次评分: the sheets on one question, each with its reader, points by item and total, and what came of them."""

    sheets: tuple[tuple[Any, tuple[tuple[str, int, int], ...], int], ...]
    summary: Summary


def scores_of(case: Any) -> list[Scored]:
    """评分结果 of each question whose readers have all given theirs, oldest first; one query for the sheets."""
    rows = ScoreSheet.objects.filter(case=case).select_related("reader").order_by("asked_id", "pk")
    policy = policy_of(case)
    items, english = items_of(policy), (get_language() or "").startswith("en")
    if not items:
        return []
    by_question: dict[int, list[ScoreSheet]] = {}
    for row in rows:
        by_question.setdefault(row.asked_id, []).append(row)
    if case.state == STATE and by_question:
        by_question.pop(max(by_question), None) if is_reader_missing(case) else None
    out = []
    for sheets in by_question.values():
        lines = tuple(
            (
                sheet.reader.name,
                tuple(
                    (one.name_en if english else one.name_zh, sheet.points.get(one.key, 0), one.most) for one in items
                ),
                sum(sheet.points.values()),
            )
            for sheet in sheets
        )
        out.append(Scored(lines, summary(totals_of(sheets), policy)))
    return out


def without_unread(case: Any, rows: list[Decision]) -> list[Decision]:
    """办理意见 without those of experts while another still reads: nobody is led by what the first one wrote."""
    if case.state != STATE:
        return rows
    asked = max((row.pk for row in rows if row.outcome == "ask_expert"), default=0)
    return [row for row in rows if row.step != STEP or row.pk < asked]

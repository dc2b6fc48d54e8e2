"""Freeze a quarter's evaluation, answer a figure, give a county to an officer (考核定格、答复、分片包抓)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _

from cases.access.models import User
from cases.access.queries import current_posts, require
from cases.access.rules import covers
from cases.calendar.rules import local_day
from cases.errors import Invalid, NotFound, Stale
from cases.history.record import action, record
from cases.regions.models import Division
from cases.sealed import commitment_of
from workflows.actions.claiming import act_as
from workflows.reports.evaluation.definitions import indicators, version
from workflows.reports.evaluation.models import EvaluationAnswer, EvaluationFigure, EvaluationRound, Liaison
from workflows.reports.evaluation.queries import ANSWER, ASSIGN, COUNTY, readable_figures
from workflows.reports.evaluation.rules import Indicator, percent, score
from workflows.reports.evaluation.sources import SOURCES
from workflows.reports.rules import quarter_after, quarter_name, quarter_of

LONGEST = 1000


@action("evaluation.freeze", about="none")
def freeze(*, quarter: date, by: Any, now: datetime | None = None) -> EvaluationRound | None:
    """考核定格: every indicator of every county of a quarter that is over, counted once and kept. The clock does it.

    None when it was done before. All of it or nothing: whoever is stopped in the middle leaves nothing and begins again.
    """
    assert now is not None
    if quarter != quarter_of(quarter) or quarter_after(quarter) > local_day(now):
        raise Invalid(_("这个季度还没有结束。"))
    if EvaluationRound.objects.filter(quarter=quarter).exists():
        return None
    figures = [one for row in indicators() for one in _counted(row.rule, quarter)]
    told = [f"{one.area} {one.code} {one.counted}/{one.base}" for one in figures]
    digest = sha256("\n".join(told).encode()).hexdigest()
    rows = [{**asdict(row.rule), **row.words} for row in indicators()]
    made = EvaluationRound.objects.create(
        quarter=quarter, version=version(), digest=digest, at=now,
        indicators=[{name: str(value) for name, value in row.items()} for row in rows],
    )  # fmt: skip
    for one in figures:
        one.round = made
    EvaluationFigure.objects.bulk_create(figures)
    payload = {"quarter": quarter_name(quarter), "version": made.version, "figures": len(figures), "digest": digest}
    record("evaluation.frozen", about=("evaluation", made.pk), object=made, payload=payload)
    return made


def _counted(rule: Indicator, quarter: date) -> Iterator[EvaluationFigure]:
    """One indicator of every county that has anything to count: one query."""
    source = SOURCES[rule.source](quarter)
    rows = source.rows.annotate(county=Substr(source.place, 1, COUNTY)).order_by().values("county")
    for row in rows.annotate(of=Count("pk"), hits=Count("pk", filter=source.counted)).order_by("county"):
        value = percent(row["hits"], row["of"])
        points = score(rule, value)
        if len(row["county"]) == COUNTY and value is not None and points is not None:
            yield EvaluationFigure(
                area=row["county"], code=rule.code, counted=row["hits"], base=row["of"], value=value, score=points
            )


@action("evaluation.answer", about="figure")
def answer(
    *, figure: EvaluationFigure, words: str, promise: str, by: Any, now: datetime | None = None
) -> EvaluationAnswer:
    """答复考核: a branch says once why a figure is as it is and what it will do; the next quarter shows it beside the result."""
    assert now is not None
    found = readable_figures(by).select_related("round").filter(pk=figure.pk).first()
    if found is None:
        raise NotFound()
    act_as(post := require(by, ANSWER, found.area))
    faults = {
        name: _("请写 1 到 %(most)s 个字") % {"most": LONGEST}
        for name, text in (("words", words), ("promise", promise))
        if not 1 <= len(text.strip()) <= LONGEST
    }
    if faults:
        raise Invalid(_("请写明原因和怎样改。"), fields=faults)
    if EvaluationAnswer.objects.filter(figure=found).exists():
        raise Stale(_("这一项已经答复。"))
    made = EvaluationAnswer.objects.create(
        figure=found, words=words.strip(), promise=promise.strip(), by=by, office=post.office, at=now
    )
    payload = {
        "quarter": quarter_name(found.round.quarter), "area": found.area, "code": found.code,
        "words": commitment_of(made.words), "promise": commitment_of(made.promise),
    }  # fmt: skip
    record("evaluation.answered", about=("figure", found.pk), object=made, payload=payload)
    return made


@action("liaison.assign", about="none")
def assign(*, area: str, officer: str, by: Any, now: datetime | None = None) -> Liaison:
    """分片包抓: a head gives a county to an officer whose post covers it; who had it before ends that day."""
    assert now is not None
    act_as(require(by, ASSIGN, area))
    today = local_day(now)
    found = _fitting(area, officer)
    before = Liaison.objects.select_for_update().filter(area=area, ends_on=None).first()
    if before is not None:
        before.ends_on = max(today, before.starts_on)
        before.save(update_fields=["ends_on"])
    made = Liaison.objects.create(area=area, officer=found, starts_on=today, by=by, at=now)
    payload: Mapping[str, Any] = {"area": area, "officer": found.pk, "before": before.officer_id if before else None}
    record("liaison.assigned", about=("liaison", area), object=made, payload=dict(payload))
    return made


def _fitting(area: str, officer: str) -> User:
    if not Division.objects.filter(code=area, level="county").exists():
        raise Invalid(_("没有这个县区。"), fields={"area": _("请填县区的 6 位代码")})
    held = current_posts().filter(Q(role__rights__contains=["report.read"]), user__username=officer)
    post = next((one for one in held.select_related("user") if covers(one.office.division_code, area)), None)
    if post is None:
        raise Invalid(_("这个人的岗位管不到这个县区。"), fields={"officer": _("请填管得到这个县区的同事的登录名")})
    return post.user

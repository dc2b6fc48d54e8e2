"""The quality of the help (回访质量): what the follow-ups of a quarter brought, by programme and county."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Avg, Count, Exists, F, OuterRef, Q
from django.db.models.functions import Substr
from django.utils.translation import gettext as _

from cases.access.models import in_my_language
from cases.calendar.rules import start_of
from cases.follow_up.models import FollowUp, FollowUpTry
from cases.follow_up.rules import HOME, PHONE
from cases.programme import programmes
from cases.regions.models import Division
from workflows.reports.queries import COUNTY, Choice, selection
from workflows.reports.rules import quarter_after


@dataclass(frozen=True)
class Quality:
    """回访数字 of one programme in one county: how many are due, what was done of it and what people said."""

    programme: str
    county: str
    due: int
    done: int
    in_time: int
    reached: int
    amounts: int
    confirmed: int
    satisfied: float | None
    fees: int
    visits: int
    visited: int

    @property
    def numbers(self) -> list[int | float | None]:
        """The figures in the order of the table's columns."""
        return [getattr(self, one.name) for one in fields(self)[2:]]

    @property
    def cells(self) -> list[tuple[str, int | float | None]]:
        """Each figure with the words of its column."""
        return list(zip(headings(), self.numbers, strict=True))


def headings() -> list[str]:
    """The columns of the table, in the order of `Quality.numbers`."""
    return [
        _("应回访"), _("已办完"), _("按时办完"), _("联系上"), _("应核对金额"), _("金额相符"), _("满意程度（1 到 5）"),
        _("反映被要钱物"), _("抽中入户"), _("已入户"),
    ]  # fmt: skip


def chosen(viewer: Any, given: Mapping[str, str]) -> Choice:
    """选择: quarter and place as on the page of speed, for the same people and within the same area."""
    return selection(viewer, {name: given[name] for name in ("quarter", "place") if name in given}).this


def lines(choice: Choice) -> list[Quality]:
    """回访质量: one line a programme and county of what was drawn in the quarter; as many queries however many cases."""
    satisfied = _satisfied(choice)
    names = {card.slug: str(card.name) for card in programmes()}
    rows = list(_counted(choice))
    codes = {row["county"] for row in rows}
    places = {
        row.code: in_my_language(row.name, row.name_en) for row in Division.objects.filter(code__in=codes)
    }  # fmt: skip
    return [
        Quality(
            names.get(slug := row.pop("slug"), slug),
            places.get(county := row.pop("county"), county),
            satisfied=satisfied.get((slug, county)),
            **row,
        )
        for row in rows
    ]


def _quarter(choice: Choice) -> Any:
    return FollowUp.objects.filter(
        drawn_at__gte=start_of(choice.quarter), drawn_at__lt=start_of(quarter_after(choice.quarter)),
        case__handling_code__startswith=choice.area,
    )  # fmt: skip


def _made(**given: Any) -> Exists:
    return Exists(FollowUpTry.objects.filter(duty=OuterRef("pk"), **given))


def _counted(choice: Choice) -> Any:
    by_then = {"settles": True, "happened_on__lte": OuterRef("due_on")}
    rows = _quarter(choice).annotate(
        called=_made(kind=PHONE, settles=True), called_in_time=_made(kind=PHONE, **by_then),
        seen=_made(kind=HOME, settles=True), seen_in_time=_made(kind=HOME, **by_then),
        was_reached=_made(reached=True), is_right=_made(amount=OuterRef("amount")), was_asked=_made(fee=True),
        slug=F("case__programme"), county=Substr("case__handling_code", 1, COUNTY),
    )  # fmt: skip
    over = (Q(phone=False) | Q(called=True)) & (Q(home=False) | Q(seen=True))
    in_time = (Q(phone=False) | Q(called_in_time=True)) & (Q(home=False) | Q(seen_in_time=True))
    return (
        rows.values("slug", "county")
        .annotate(
            due=Count("pk"), done=Count("pk", filter=over), in_time=Count("pk", filter=in_time),
            reached=Count("pk", filter=Q(was_reached=True)), amounts=Count("amount"),
            confirmed=Count("pk", filter=Q(is_right=True)), fees=Count("pk", filter=Q(was_asked=True)),
            visits=Count("pk", filter=Q(home=True)), visited=Count("pk", filter=Q(home=True, seen=True)),
        )
        .order_by("slug", "county")
    )  # fmt: skip


def _satisfied(choice: Choice) -> dict[tuple[str, str], float]:
    rows = (
        FollowUpTry.objects.filter(duty__in=_quarter(choice), satisfied__isnull=False)
        .annotate(county=Substr("duty__case__handling_code", 1, COUNTY))
        .values_list("duty__case__programme", "county")
        .annotate(grade=Avg("satisfied"))
        .order_by()
    )
    return {(slug, county): round(float(grade), 1) for slug, county, grade in rows}

"""From which cases a sample is drawn and what each of them shows, and the samples themselves (抽样框、抽样)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.access.models import in_my_language
from cases.access.queries import posts_of, visible_cases
from cases.calendar.rules import end_of, start_of
from cases.dossier.models import Case
from cases.errors import NotFound
from cases.history.record import record_access
from cases.money.models import PayoutAttempt
from cases.paging import Page, newest_first
from cases.people.models import PayeeAccount
from cases.recusal.models import Recusal
from cases.regions.models import Division
from cases.urgent.models import UrgentAid
from workflows.inspection.queries import INSPECT, require_inspection
from workflows.inspection.samples.models import Sample, SampleCase
from workflows.inspection.samples.rules import Fact, amount_risks, is_same
from workflows.models import Decision, WorkItem

RISKS: dict[str, Any] = {
    "first_agent": _("代办人第一次代办"),
    "same_account": _("和别的案卷同一账户"),
    "round_amount": _("整数金额"),
    "near_threshold": _("贴近限额"),
    "urgent": _("急难救助"),
    "relative": _("有亲属或回避"),
    "overdue": _("超期"),
    "reissued": _("重新拨付"),
    "year_end": _("年末一周同意"),
}
"""What each weight of `data/risk.json` stands for."""
ASKED = ("first_agent", "same_account", "urgent", "relative", "overdue", "reissued", "year_end")
MOST = 5000


@cache
def rule() -> dict[str, Any]:
    """风险权重: bands, thresholds, weights and the usual percentage, as data with a version; each sample keeps its own."""
    text = (Path(__file__).parent / "data" / "risk.json").read_text("utf-8")
    return dict(json.loads(text))


def in_frame(viewer: Any, filters: Mapping[str, Any]) -> QuerySet[Case]:
    """抽样范围: the cases an inspector may see that fit the filters.

    Filters: programme, place, from_day and to_day of a decision, least and most yuan, urgent.
    """
    given = {name: value for name, value in filters.items() if value not in (None, "", False)}
    rows = visible_cases(viewer).exclude(number=None)
    simple = {
        "programme": "programme",
        "place": "handling_code__startswith",
        "least": "award__gte",
        "most": "award__lte",
    }
    rows = rows.filter(**{field: given[name] for name, field in simple.items() if name in given})
    made = Decision.objects.filter(case=OuterRef("pk"))
    if "from_day" in given:
        made = made.filter(at__gte=start_of(given["from_day"]))
    if "to_day" in given:
        made = made.filter(at__lte=end_of(given["to_day"]))
    if {"from_day", "to_day"} & given.keys():
        rows = rows.filter(Exists(made))
    return rows.filter(Exists(_urgent())) if "urgent" in given else rows


def _urgent() -> QuerySet[UrgentAid]:
    return UrgentAid.objects.filter(case=OuterRef("pk"))


def facts(rows: QuerySet[Case], weights: Mapping[str, Any]) -> Iterator[tuple[int, Fact]]:
    """What each case shows: one query however many."""
    earlier = Case.objects.filter(agent=OuterRef("agent"), pk__lt=OuterRef("pk")).exclude(number=None)
    account = PayeeAccount.objects.filter(case=OuterRef("pk"), institution=None)
    others = PayeeAccount.objects.filter(account_key=OuterRef("account_key")).exclude(case=OuterRef("case"))
    decided = Decision.objects.filter(case=OuterRef("pk"), outcome="agree", at__month=12, at__day__gte=25)
    asked = rows.annotate(
        first_agent=Q(agent__isnull=False) & ~Exists(earlier),
        same_account=Exists(account.filter(Exists(others))),
        urgent=Exists(_urgent()),
        relative=Q(agent_is_relative=True) | Exists(Recusal.objects.filter(case=OuterRef("pk"))),
        overdue=Exists(WorkItem.objects.filter(case=OuterRef("pk"), escalated_at__isnull=False)),
        reissued=Exists(PayoutAttempt.objects.filter(case=OuterRef("pk"), number__gt=1)),
        year_end=Exists(decided),
    )
    for pk, number, place, award, *flags in asked.values_list("pk", "number", "handling_code", "award", *ASKED):
        risks = [name for name, flag in zip(ASKED, flags, strict=True) if flag]
        yield pk, Fact(number or "", place, award, (*risks, *amount_risks(award, weights)))


def page_of(viewer: Any, after: str) -> Page[Sample]:
    """抽样的清单, newest first."""
    require_inspection(viewer)
    return newest_first(Sample.objects.select_related("by").defer("rule", "filters"), after)


def get_sample(viewer: Any, pk: int) -> Sample:
    """One sample for an inspector; the look is stored first. NotFound for what is none."""
    require_inspection(viewer)
    found = Sample.objects.select_related("by", "closed_by").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def looked_at(viewer: Any, sample: Sample, *, how: str = "read") -> None:
    """查阅留痕 of a sample, before its bytes leave."""
    post = next(post for post in posts_of(viewer) if INSPECT in post.role.rights)
    record_access(
        how,
        object=sample,
        fields=["sample"],
        by=viewer,
        purpose=_("监督检查"),
        role=post.role_id,
        office=post.office.name,
    )


@dataclass(frozen=True)
class Layer:
    """层 as the page shows it."""

    name: str
    size: int
    drawn: int
    checked: int


def layers(sample: Sample, lines: list[SampleCase]) -> list[Layer]:
    """各层: how many cases it holds, how many were drawn, and how many of those are looked at."""
    checked: dict[str, int] = {}
    for line in lines:
        checked[line.stratum] = checked.get(line.stratum, 0) + hasattr(line, "check_made")
    words = _stratum_words(sample)
    return [Layer(words(row["name"]), row["size"], row["drawn"], checked.get(row["name"], 0)) for row in sample.strata]


def _stratum_words(sample: Sample) -> Any:
    counties = {row["name"].partition("/")[0] for row in sample.strata}
    places = {row.code: in_my_language(row.name, row.name_en) for row in Division.objects.filter(code__in=counties)}
    edges = [str(edge) for edge in sample.rule["bands"]]
    bands = {"a-": str(_("没有金额")), "a0": f"≤ {edges[0]}", f"a{len(edges)}": f"> {edges[-1]}"}
    bands |= {f"a{n}": f"{edges[n - 1]}–{edges[n]}" for n in range(1, len(edges))}
    levels = {"high": str(_("高风险")), "middle": str(_("中风险")), "low": str(_("低风险")), "all": str(_("全部"))}
    known = {**places, **bands, **levels}
    return lambda name: " ".join(known.get(part, part) for part in name.split("/"))


def lines_of(sample: Sample) -> list[SampleCase]:
    """抽中的案卷 in the order in which they were drawn, each with what was found."""
    rows = sample.cases.select_related("case__run", "check_made__by").order_by("position")
    return list(rows[:MOST])


def weighed() -> list[tuple[Any, int]]:
    """风险 in words, each with what it counts by the rule of today."""
    return [(RISKS.get(name, name), weight) for name, weight in rule()["weights"].items()]


def risk_words(line: SampleCase) -> list[Any]:
    """风险 in words."""
    return [RISKS.get(name, name) for name in line.risks]


def drawn_again(sample: Sample) -> bool:
    """复抽: whether the kept frame and seed give the same cases."""
    numbers = sample.cases.values_list("case__number", flat=True)
    return is_same(sample.frame.text, sample.frame_hash, sample.seed, sample.sizes, [str(one) for one in numbers])


def under_sample(case_pk: int) -> bool:
    """Whether a case stands in a sample that is not closed."""
    return SampleCase.objects.filter(case=case_pk, sample__closed_at=None).exists()


def unchecked(sample: Sample) -> int:
    """How many drawn cases nobody has looked at yet."""
    return sample.cases.filter(check_made=None).count()

"""The pages of speed and of follow-ups: steps or offices of a quarter, the heat map of a road, and the same as a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from workflows.reports import quality, queries, sheets
from workflows.reports.bars import bars
from workflows.reports.forms import HeatForm, QualityForm, SpeedForm
from workflows.reports.heat import heat_map


def _page(request: HttpRequest) -> dict[str, Any]:
    chosen = queries.selection(request.user, request.GET.dict())
    road, lines = queries.lines(chosen)
    return {
        "chosen": chosen,
        "road": road,
        "lines": lines,
        "names": (queries.described(chosen.this), queries.described(chosen.other)),
        "until": queries.counted_until(),
        "step_words": queries.step_words(chosen.this),
        "comparisons": queries.comparisons(request.user, chosen),
        "neighbours": queries.neighbours(chosen),
        "initial": queries.named(chosen.this),
    }


@login_required
@require_GET
def speed(request: HttpRequest) -> HttpResponse:
    """办理速度: the whole road and each step of a quarter; with a step, each office that did it."""
    context = _page(request)
    rows = [(line.name, line.this.spans["whole"], line.other.spans["whole"]) for line in context["lines"]]
    title = _("每一步用的工作日：上面一条是所选的，下面一条是对比的。下面的表写的是同样的数字。")
    context |= {"form": SpeedForm(request.user, context.pop("initial")), "svg": bars(rows, title=title)}
    return render(request, "reports/speed.html", context)


@login_required
@require_GET
def road(request: HttpRequest) -> HttpResponse:
    """热力图: the road of a programme, each step coloured by how long it takes."""
    context = _page(request)
    heat = heat_map(context["chosen"], context["lines"], request.GET.get("measure", ""))
    form = HeatForm(request.user, {**context.pop("initial"), "measure": heat.measure})
    return render(request, "reports/road.html", context | {"form": form, "heat": heat})


@login_required
@require_GET
def sheet(request: HttpRequest, kind: str) -> HttpResponse:
    """导出 the table of a selection."""
    context = _page(request)
    return _file(sheets.sheet(kind, context["road"], context["lines"], context["names"]), f"speed.{kind}")


@login_required
@require_GET
def quality_page(request: HttpRequest) -> HttpResponse:
    """回访质量: what the follow-ups of a quarter brought, by programme and county."""
    choice = quality.chosen(request.user, request.GET.dict())
    initial = queries.named(choice)
    context = {
        "form": QualityForm(request.user, initial),
        "lines": quality.lines(choice),
        "headings": quality.headings(),
        "query": urlencode({name: initial[name] for name in ("quarter", "place")}),
    }
    return render(request, "reports/quality.html", context)


@login_required
@require_GET
def quality_sheet(request: HttpRequest, kind: str) -> HttpResponse:
    """导出 the follow-ups of a selection."""
    choice = quality.chosen(request.user, request.GET.dict())
    return _file(sheets.quality_sheet(kind, quality.lines(choice)), f"quality.{kind}")


def _file(data: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=sheets.KINDS[name.rpartition(".")[2]])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer

"""The API's figures of speed and of follow-ups: the same lines as on the pages, for the same area."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from workflows.api_shapes import FAULTS, RefusalOut
from workflows.reports import quality, queries
from workflows.reports.queries import Figures, Line

PARAMETERS = {
    "quarter": "such as 2026-Q4; the present one when left out",
    "road": "programme and version, such as slug/v1",
    "place": "division code of the area whose cases count",
    "step": "one step: the lines are then the offices that did it",
    "against_quarter": "held against this quarter; the one before when nothing is named",
    "against_road": "held against this road",
    "against_place": "held against this area",
}


class QualityOut(serializers.Serializer[Any]):
    """回访质量 of one programme in one county: how many are due, what was done of it and what people said."""

    programme = serializers.CharField()
    county = serializers.CharField()
    due = serializers.IntegerField()
    done = serializers.IntegerField()
    in_time = serializers.IntegerField()
    reached = serializers.IntegerField()
    amounts = serializers.IntegerField()
    confirmed = serializers.IntegerField()
    satisfied = serializers.FloatField(allow_null=True)
    fees = serializers.IntegerField()
    visits = serializers.IntegerField()
    visited = serializers.IntegerField()


class QualityPage(serializers.Serializer[Any]):
    """Each programme and county of a quarter."""

    results = QualityOut(many=True)


class SpanOut(serializers.Serializer[Any]):
    """Workdays: half and nine tenths took no longer."""

    median = serializers.FloatField(allow_null=True)
    p90 = serializers.FloatField(allow_null=True)


class FiguresOut(serializers.Serializer[Any]):
    """用时 of one line; shares in percent of what was done."""

    done = serializers.IntegerField()
    waiting = SpanOut()
    working = SpanOut()
    paused = SpanOut()
    whole = SpanOut()
    again = serializers.FloatField(allow_null=True)
    returned = serializers.FloatField(allow_null=True)
    late = serializers.FloatField(allow_null=True)


class LineOut(serializers.Serializer[Any]):
    """A step or an office, this selection and the other."""

    key = serializers.CharField()
    name = serializers.CharField()
    this = FiguresOut()
    other = FiguresOut()


class SpeedOut(serializers.Serializer[Any]):
    """办理速度; `until` is the last day that is counted."""

    until = serializers.DateField(allow_null=True)
    road = LineOut()
    lines = LineOut(many=True)


class Speed(APIView):
    """办理速度: how long each step took in a quarter, beside another selection."""

    @extend_schema(
        operation_id="speed_read",
        parameters=[OpenApiParameter(name, str, description=words) for name, words in PARAMETERS.items()],
        responses={200: SpeedOut, 404: RefusalOut, **FAULTS},
    )
    def get(self, request: Request) -> Response:
        """The whole road and each of its steps, or each office of one step."""
        chosen = queries.selection(request.user, request.query_params.dict())
        road, lines = queries.lines(chosen)
        body = {"until": queries.counted_until(), "road": _line(road), "lines": [_line(line) for line in lines]}
        return Response(SpeedOut(body).data)


class QualityFigures(APIView):
    """回访质量: what the follow-ups of a quarter brought."""

    @extend_schema(
        operation_id="quality_read",
        parameters=[OpenApiParameter(name, str, description=PARAMETERS[name]) for name in ("quarter", "place")],
        responses={200: QualityPage, 404: RefusalOut, **FAULTS},
    )
    def get(self, request: Request) -> Response:
        """A line for each programme and county."""
        choice = quality.chosen(request.user, request.query_params.dict())
        return Response(QualityPage({"results": quality.lines(choice)}).data)


def _line(line: Line) -> dict[str, Any]:
    return {"key": line.key, "name": line.name, "this": _figures(line.this), "other": _figures(line.other)}


def _figures(figures: Figures) -> dict[str, Any]:
    spans = {name: {"median": median, "p90": high} for name, (median, high) in figures.spans.items()}
    return {"done": figures.done, **spans, **figures.parts}

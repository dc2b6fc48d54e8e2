"""Suspensions and stuck cases through the API (停办、卡住的案卷); as on the pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.access.queries import get_case
from workflows.api import _given
from workflows.api_once import ONCE, once
from workflows.api_shapes import FAULTS, REFUSALS, RefusalOut
from workflows.models import Suspension
from workflows.operations import actions, queries
from workflows.operations import plans as read

AFTER = OpenApiParameter("after", str, description="cursor of the page before")


class SuspensionOut(serializers.ModelSerializer[Suspension]):
    """停办: of one case, or of a step or a whole version of a road."""

    case = serializers.CharField(source="case.number", allow_null=True, default=None)
    by = serializers.CharField(source="by.name")
    reason = serializers.CharField()

    class Meta:
        model = Suspension
        fields = ["id", "case", "flow", "step", "reason", "by", "at", "until", "ended_at"]


class SuspensionPage(serializers.Serializer[Any]):
    """A page of suspensions, the latest first; `next` is the cursor of the following page or null."""

    results = SuspensionOut(many=True)
    next = serializers.CharField(allow_null=True)


class SuspendIn(serializers.Serializer[Any]):
    """What suspending takes: the number of a case, or a version of a road (`flow`, like slug/v1) and perhaps its step."""

    case = serializers.CharField(required=False, default="", allow_blank=True, max_length=24)
    flow = serializers.CharField(required=False, default="", allow_blank=True, max_length=60)
    step = serializers.CharField(required=False, default="", allow_blank=True, max_length=40)
    reason = serializers.CharField(max_length=1000)
    until = serializers.DateField(required=False, allow_null=True, default=None)


class StuckOut(serializers.Serializer[Any]):
    """卡住的一件: why, what to do, and who may."""

    case = serializers.CharField(source="case.number")
    cause = serializers.CharField()
    step = serializers.CharField()
    words = serializers.CharField()
    to_do = serializers.CharField()
    who_may = serializers.CharField(source="who")


class StuckPage(serializers.Serializer[Any]):
    """A page of what is stuck, by cause and case; `next` is the cursor of the following page or null."""

    results = StuckOut(many=True)
    next = serializers.CharField(allow_null=True)


class Suspensions(APIView):
    """停办."""

    @extend_schema(
        operation_id="suspensions_list", parameters=[AFTER],
        responses={200: SuspensionPage, 404: RefusalOut, 422: RefusalOut, **FAULTS},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Suspensions of cases that I see and of roads."""
        rows, after = queries.suspensions(request.user, request.query_params.get("after", ""))
        return Response(SuspensionPage({"results": [row.held for row in rows], "next": after or None}).data)

    @extend_schema(
        operation_id="suspensions_order", parameters=[ONCE], request=SuspendIn,
        responses={200: SuspensionOut, **REFUSALS},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Suspend a case, a step of a road, or a version of a road."""
        given = _given(SuspendIn, request)
        said, common = dict(given), {"reason": given["reason"], "until": given["until"], "by": request.user}
        if given["case"]:
            case = get_case(request.user, given["case"])
            return once(
                request, "case.suspend", said, lambda: actions.suspend(case=case, **common), shown(SuspensionOut)
            )
        place = {"flow": given["flow"], "step": given["step"]}
        return once(
            request, "road.suspend", said, lambda: actions.suspend_road(**place, **common), shown(SuspensionOut)
        )


class Resume(APIView):
    """恢复办理."""

    @extend_schema(
        operation_id="suspensions_end", parameters=[ONCE], request=None, responses={200: SuspensionOut, **REFUSALS}
    )
    def post(self, request: Request, pk: int) -> Response:
        """Let what was suspended go on."""
        held = queries.suspension(request.user, pk)
        return once(
            request,
            "suspension.end",
            {"suspension": pk},
            lambda: actions.resume(suspension=held, by=request.user),
            shown(SuspensionOut),
        )


class StuckCases(APIView):
    """卡住的案卷."""

    @extend_schema(
        operation_id="stuck_list", parameters=[AFTER],
        responses={200: StuckPage, 404: RefusalOut, 422: RefusalOut, **FAULTS},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Cases that nothing moves any more."""
        rows, after = read.stuck_cases(request.user, request.query_params.get("after", ""))
        return Response(StuckPage({"results": [one for one, _title in rows], "next": after or None}).data)


def shown(shape: Any) -> Any:
    """What an act made, in a shape of the API."""
    return lambda made: dict(shape(made).data)

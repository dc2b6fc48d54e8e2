"""Incidents through the API (故障): groups, one group, and what is done about them; as on the pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from workflows.api import _given
from workflows.api_once import ONCE, once
from workflows.api_shapes import FAULTS, REFUSALS, RefusalOut
from workflows.models import Incident
from workflows.running import actions, queries


class GroupOut(serializers.Serializer[Any]):
    """故障分组: incidents of one kind, name and error; `incident` is the oldest, by which the group is read."""

    incident = serializers.IntegerField(source="one")
    kind = serializers.CharField()
    name = serializers.CharField()
    words = serializers.CharField()
    error = serializers.CharField()
    count = serializers.IntegerField()
    owned = serializers.IntegerField()
    first_seen = serializers.DateTimeField()
    last_seen = serializers.DateTimeField()


class GroupList(serializers.Serializer[Any]):
    """A page of open incidents by group, the largest first; `next` is the cursor of the following page or null."""

    results = GroupOut(many=True)
    next = serializers.CharField(allow_null=True)


class IncidentOut(serializers.ModelSerializer[Incident]):
    """故障: one piece of work that the machine gave up, and who looks after it."""

    case = serializers.CharField(source="case.number", allow_null=True, default=None)
    owner = serializers.CharField(source="owner.name", allow_null=True, default=None)

    class Meta:
        model = Incident
        fields = ["id", "kind", "name", "error", "case", "count", "first_seen", "last_seen", "owner"]


class IncidentPage(serializers.Serializer[Any]):
    """A page of one group, oldest first; `next` is the cursor of the following page or null."""

    results = IncidentOut(many=True)
    next = serializers.CharField(allow_null=True)


class IncidentsIn(serializers.Serializer[Any]):
    """Which incidents."""

    incidents = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), min_length=1, max_length=queries.AT_ONCE
    )


class SkipIn(IncidentsIn):
    """Which incidents, and why they may be given up."""

    reason = serializers.CharField(max_length=500)


class CountOut(serializers.Serializer[Any]):
    """How many incidents it was done to: all of them, or none."""

    count = serializers.IntegerField()


class Incidents(APIView):
    """故障."""

    @extend_schema(
        operation_id="incidents_list",
        parameters=[OpenApiParameter("after", str, description="cursor of the page before")],
        responses={200: GroupList, 404: RefusalOut, 422: RefusalOut, **FAULTS},
    )
    def get(self, request: Request) -> Response:
        """Open incidents of my area by group."""
        rows, after = queries.groups(request.user, request.query_params.get("after", ""))
        return Response(GroupList({"results": rows, "next": after or None}).data)


class IncidentGroup(APIView):
    """One group of incidents."""

    @extend_schema(
        operation_id="incidents_read",
        parameters=[OpenApiParameter("after", str, description="cursor of the page before")],
        responses={200: IncidentPage, 404: RefusalOut, **FAULTS},
    )
    def get(self, request: Request, pk: int) -> Response:
        """The open incidents of the group that this one belongs to."""
        page = queries.group_of(request.user, pk, after=request.query_params.get("after", ""))
        return Response(IncidentPage({"results": page.rows, "next": page.after or None}).data)


class TakeIncidents(APIView):
    """认领故障."""

    @extend_schema(
        operation_id="incidents_take", parameters=[ONCE], request=IncidentsIn, responses={200: CountOut, **REFUSALS}
    )
    def post(self, request: Request) -> Response:
        """These are mine to look after."""
        given = _given(IncidentsIn, request)
        return once(request, "incident.take", given, lambda: actions.take_incidents(by=request.user, **given), _counted)


class RetryIncidents(APIView):
    """重试."""

    @extend_schema(
        operation_id="incidents_retry", parameters=[ONCE], request=IncidentsIn, responses={200: CountOut, **REFUSALS}
    )
    def post(self, request: Request) -> Response:
        """Let the work begin anew with the same keys."""
        given = _given(IncidentsIn, request)
        return once(
            request, "incident.retry", given, lambda: actions.retry_incidents(by=request.user, **given), _counted
        )


class SkipIncidents(APIView):
    """跳过."""

    @extend_schema(
        operation_id="incidents_skip", parameters=[ONCE], request=SkipIn, responses={200: CountOut, **REFUSALS}
    )
    def post(self, request: Request) -> Response:
        """Give the work up for good, with a reason that is kept."""
        given = _given(SkipIn, request)
        return once(request, "incident.skip", given, lambda: actions.skip_incidents(by=request.user, **given), _counted)


def _counted(count: int) -> dict[str, Any]:
    return {"count": count}

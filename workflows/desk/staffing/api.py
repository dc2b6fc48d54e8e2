"""Giving out work through the API: one step, many at once, and what became of each."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.errors import NotFound
from workflows import actions
from workflows.api import _given
from workflows.api_shapes import FAULTS, REFUSALS, ClaimIn, RefusalOut, TaskOut
from workflows.desk.staffing import actions as staffing
from workflows.desk.staffing.queries import lines_of, sheet_of, staff


class AssignIn(ClaimIn):
    """What giving one step to a person takes: his sign-in name and why."""

    to = serializers.CharField(max_length=150)
    reason = serializers.CharField(max_length=200)


class PutOffIn(ClaimIn):
    """What putting a task off takes."""

    until = serializers.DateField()
    reason = serializers.CharField(max_length=200)


class ShownIn(ClaimIn):
    """A step as the caller saw it."""

    id = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class AllotIn(serializers.Serializer[Any]):
    """What giving out many steps takes: to one person (assign) or by load (allocate)."""

    kind = serializers.ChoiceField(choices=["assign", "allocate"])
    items = ShownIn(many=True)
    to = serializers.CharField(max_length=150, required=False, default="", allow_blank=True)
    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class LineOut(serializers.Serializer[Any]):
    """分派单的一行."""

    task = serializers.IntegerField(source="item_id")
    case = serializers.CharField(source="item.case.number")
    state = serializers.CharField()
    to = serializers.CharField(source="to_person.username", allow_null=True, default=None)
    why = serializers.CharField()


class SheetOut(serializers.Serializer[Any]):
    """分派单: its lines, each with its result; `waiting` are still to be done in the background."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    waiting = serializers.IntegerField()
    lines = LineOut(many=True)


class Assign(APIView):
    """改派."""

    @extend_schema(operation_id="tasks_assign", request=AssignIn, responses={200: TaskOut, **REFUSALS})
    def post(self, request: Request, pk: int) -> Response:
        """Give a step of my area to a person who may do it."""
        given = _given(AssignIn, request)
        to = staff(given.pop("to"))
        return Response(TaskOut(actions.reassign(item=pk, to=to, by=request.user, **given)).data)


class PutOff(APIView):
    """搁置."""

    @extend_schema(operation_id="tasks_put_off", request=PutOffIn, responses={200: TaskOut, **REFUSALS})
    def post(self, request: Request, pk: int) -> Response:
        """Look at a task of mine again on a day; its deadline goes on."""
        return Response(TaskOut(actions.put_off(item=pk, by=request.user, **_given(PutOffIn, request))).data)


class Allot(APIView):
    """成批改派或分派."""

    @extend_schema(operation_id="tasks_allot", request=AllotIn, responses={200: SheetOut, **REFUSALS})
    def post(self, request: Request) -> Response:
        """Give out many steps, each by itself; a refused one changes nothing. The answer says what became of each."""
        given = _given(AllotIn, request)
        person = staff(given["to"])
        items = [(one["id"], one["row_version"]) for one in given["items"]]
        made = staffing.begin(kind=given["kind"], items=items, person=person, reason=given["reason"], by=request.user)
        staffing.carry_out(made.pk, staffing.AT_ONCE)
        return Response(_sheet(request, made.pk))


class Sheet(APIView):
    """分派单."""

    @extend_schema(operation_id="sheets_read", responses={200: SheetOut, 404: RefusalOut, **FAULTS})
    def get(self, request: Request, pk: int) -> Response:
        """A sheet of my own and how far it is."""
        return Response(_sheet(request, pk))


def _sheet(request: Request, pk: int) -> Any:
    made = sheet_of(request.user, pk)
    if made.kind == "leave":  # whoever ends posts sees no case
        raise NotFound()
    lines = lines_of(request.user, made)
    waiting = sum(line.state == "waiting" for line in lines)
    return SheetOut({"id": made.pk, "kind": made.kind, "waiting": waiting, "lines": lines}).data

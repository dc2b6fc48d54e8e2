"""The people of an office through the API: how much each has, who stands in, who keeps out, who leaves."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.access.actions import end_stand_in, give_stand_in
from cases.access.models import StandIn, User
from cases.access.queries import must_serve
from cases.access.standing import lendable_posts, stand_ins_of
from cases.calendar import clock
from cases.errors import Invalid
from cases.recusal.models import Recusal
from cases.text import is_key
from workflows import actions
from workflows.api import _given
from workflows.api_shapes import FAULTS, REFUSALS, ClaimIn, RefusalOut
from workflows.desk.staffing import actions as staffing
from workflows.desk.staffing import queries


class RecuseIn(ClaimIn):
    """What keeping out of a case takes: why."""

    reason = serializers.CharField(max_length=200)


class ExcludeIn(RecuseIn):
    """The same for a colleague: his sign-in name."""

    person = serializers.CharField(max_length=150)


class RecusedOut(serializers.ModelSerializer[Recusal]):
    """回避: who keeps out of which case since when."""

    case = serializers.CharField(source="case.number")
    person = serializers.CharField(source="person.username")

    class Meta:
        model = Recusal
        fields = ["case", "person", "at"]


class StandInIn(serializers.Serializer[Any]):
    """What giving a stand-in takes: whose post (his sign-in name and the role), who does it, from day to day, its limits."""

    principal = serializers.CharField(max_length=150)
    role = serializers.CharField(max_length=20)
    delegate = serializers.CharField(max_length=150)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    reason = serializers.CharField(max_length=200)
    area = serializers.CharField(max_length=12, required=False, default="", allow_blank=True)
    programme = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    amount_cap = serializers.DecimalField(
        max_digits=12, decimal_places=2, required=False, allow_null=True, default=None, min_value=0
    )


class StandInOut(serializers.ModelSerializer[StandIn]):
    """替岗."""

    principal = serializers.CharField(source="post.user.username")
    role = serializers.CharField(source="post.role_id")
    delegate = serializers.CharField(source="delegate.username")

    class Meta:
        model = StandIn
        fields = ["id", "principal", "role", "delegate", "starts_on", "ends_on", "area", "programme", "amount_cap", "reason", "ended_at"]  # fmt: skip


class StandInList(serializers.Serializer[Any]):
    """At most a hundred, newest first."""

    results = StandInOut(many=True)


class LoadOut(serializers.Serializer[Any]):
    """负荷 of one person; `age` is the median of days in hand."""

    person = serializers.CharField(source="person.username")
    roles = serializers.ListField(child=serializers.CharField())
    held = serializers.IntegerField()
    overdue = serializers.IntegerField()
    soon = serializers.IntegerField()
    done = serializers.IntegerField()
    age = serializers.IntegerField(allow_null=True)


class WorkloadOut(serializers.Serializer[Any]):
    """工作量 of an office."""

    office = serializers.IntegerField()
    results = LoadOut(many=True)


class LeaveIn(serializers.Serializer[Any]):
    """What ending somebody's service takes."""

    reason = serializers.CharField(max_length=200)


class LeftOut(serializers.Serializer[Any]):
    """离岗: the sheet by its number and how many of its lines are in which state; whoever ends posts sees no case."""

    id = serializers.IntegerField()
    waiting = serializers.IntegerField()
    done = serializers.IntegerField()
    refused = serializers.IntegerField()
    nobody = serializers.IntegerField()


class Recuse(APIView):
    """申请回避."""

    @extend_schema(operation_id="tasks_recuse", request=RecuseIn, responses={200: RecusedOut, **REFUSALS})
    def post(self, request: Request, pk: int) -> Response:
        """Keep out of the case of a step of mine; what I hold of it goes back."""
        return Response(RecusedOut(actions.recuse(item=pk, by=request.user, **_given(RecuseIn, request))).data)


class Exclude(APIView):
    """责令回避."""

    @extend_schema(operation_id="tasks_exclude", request=ExcludeIn, responses={200: RecusedOut, **REFUSALS})
    def post(self, request: Request, pk: int) -> Response:
        """Keep a colleague out of the case of a step that I lead."""
        given = _given(ExcludeIn, request)
        person = queries.staff(given.pop("person"))
        return Response(RecusedOut(actions.exclude(item=pk, person=person, by=request.user, **given)).data)


class StandIns(APIView):
    """替岗."""

    @extend_schema(operation_id="stand_ins_list", responses={200: StandInList, 404: RefusalOut, **FAULTS})
    def get(self, request: Request) -> Response:
        """Those that I gave or took over, and for a head those of his area."""
        must_serve(request.user)
        return Response(StandInList({"results": stand_ins_of(request.user)}).data)

    @extend_schema(operation_id="stand_ins_give", request=StandInIn, responses={200: StandInOut, **REFUSALS})
    def post(self, request: Request) -> Response:
        """Let somebody do the steps of my post, or of a post of my area."""
        must_serve(request.user)
        given = _given(StandInIn, request)
        whose = {"user__username": given.pop("principal"), "role": given.pop("role")}
        post = lendable_posts(request.user).filter(**whose).first()
        delegate = User.objects.filter(username=given.pop("delegate")).first()
        if post is None or delegate is None:
            name = "principal" if post is None else "delegate"
            raise Invalid(_("没有这位同事。"), fields={name: _("请填本辖区同事的登录名")})
        return Response(StandInOut(give_stand_in(post=post, delegate=delegate, by=request.user, **given)).data)


class StandInEnd(APIView):
    """结束替岗."""

    @extend_schema(operation_id="stand_ins_end", request=None, responses={200: StandInOut, **REFUSALS})
    def post(self, request: Request, pk: int) -> Response:
        """End a stand-in before its last day."""
        must_serve(request.user)
        return Response(StandInOut(end_stand_in(stand_in=pk, by=request.user)).data)


class Workload(APIView):
    """工作量."""

    @extend_schema(
        operation_id="people_workload",
        parameters=[OpenApiParameter("office", int, description="an office that I lead; my own when left out")],
        responses={200: WorkloadOut, 404: RefusalOut, **FAULTS},
    )
    def get(self, request: Request) -> Response:
        """Everybody of one office with what he holds, what of it is overdue or nearly due, and what he did this week."""
        wanted = request.query_params.get("office", "")
        office = queries.office_of(request.user, int(wanted) if is_key(wanted) else None)
        return Response(WorkloadOut({"office": office.pk, "results": queries.loads_of(office, clock.now())}).data)


class Leave(APIView):
    """离岗."""

    @extend_schema(operation_id="people_leave", request=LeaveIn, responses={200: LeftOut, **REFUSALS})
    def post(self, request: Request, username: str) -> Response:
        """End somebody's posts and sessions; each of his steps goes to a colleague or back."""
        person = queries.leaver(request.user, queries.key_of(username))
        made = staffing.leave(person=person, by=request.user, **_given(LeaveIn, request))
        staffing.carry_out(made.pk, staffing.AT_ONCE)
        return Response(LeftOut({"id": made.pk, **queries.line_counts(made)}).data)

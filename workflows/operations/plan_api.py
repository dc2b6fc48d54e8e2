"""Plans through the API (干预计划): made, read, signed, dropped, taken back; as on the pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.access.queries import get_case, require
from workflows.api import _given
from workflows.api_once import ONCE, once
from workflows.api_shapes import FAULTS, REFUSALS, RefusalOut
from workflows.models import Plan, PlanItem
from workflows.operations import actions
from workflows.operations import plans as read
from workflows.operations.actions.planning import MAKE
from workflows.operations.api import AFTER, shown
from workflows.operations.roads import PROVINCE


class PlanIn(serializers.Serializer[Any]):
    """What making a plan takes: the number of a case, or for `migrate` a version (`flow`) and perhaps an area (`place`)."""

    kind = serializers.ChoiceField(choices=[kind for kind, _words in Plan.KINDS])
    case = serializers.CharField(required=False, default="", allow_blank=True, max_length=24)
    flow = serializers.CharField(required=False, default="", allow_blank=True, max_length=60)
    place = serializers.CharField(required=False, default="", allow_blank=True, max_length=12)
    step = serializers.CharField(required=False, default="", allow_blank=True, max_length=40)
    to_step = serializers.CharField(required=False, default="", allow_blank=True, max_length=40)
    to_flow = serializers.CharField(required=False, default="", allow_blank=True, max_length=60)
    mapping = serializers.DictField(child=serializers.CharField(max_length=40), required=False, default=dict)
    fact = serializers.CharField(required=False, default="", allow_blank=True, max_length=40)
    value = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)
    reason = serializers.CharField(max_length=1000)


class PlanOut(serializers.ModelSerializer[Plan]):
    """干预计划; `digest` is what a second person signs once it is ready."""

    reason = serializers.CharField()
    made_by = serializers.CharField(source="made_by.name")
    signed_by = serializers.CharField(source="signed_by.name", allow_null=True, default=None)

    class Meta:
        model = Plan
        fields = ["id", "kind", "state", "flow", "step", "to_step", "to_flow", "mapping", "fact", "reason", "made_by", "made_at", "digest", "signed_by", "signed_at", "ended_at"]  # fmt: skip


class PlanWholeOut(PlanOut):
    """A plan with how many of its cases stand in which state, and what a correction changes from and to."""

    cases = serializers.SerializerMethodField()
    correction = serializers.SerializerMethodField()

    def get_cases(self, plan: Plan) -> dict[str, int]:
        """How many cases stand in which state."""
        return read.counts(plan)

    def get_correction(self, plan: Plan) -> list[str]:
        """The fact before and after; that it is read is recorded first."""
        return [str(words) for words in read.correction(self.context["viewer"], plan)]

    class Meta(PlanOut.Meta):
        fields = [*PlanOut.Meta.fields, "cases", "correction"]


class PlanPage(serializers.Serializer[Any]):
    """A page of plans, the latest first; `next` is the cursor of the following page or null."""

    results = PlanOut(many=True)
    next = serializers.CharField(allow_null=True)


class SignIn(serializers.Serializer[Any]):
    """What signing takes: the digest of exactly the plan that was seen."""

    digest = serializers.CharField(max_length=64)


class PlanCaseOut(serializers.ModelSerializer[PlanItem]):
    """One case of a plan: how it stood, what the trial made of it, what came of it, and why not."""

    case = serializers.CharField(source="case.number")
    problem = serializers.SerializerMethodField()

    def get_problem(self, item: PlanItem) -> str:
        """Why it is not done, in the language of the reader."""
        return read.problem_of(item)

    class Meta:
        model = PlanItem
        fields = ["case", "state", "before", "after", "result", "problem", "at"]


class PlanCasePage(serializers.Serializer[Any]):
    """A page of the cases of a plan; `next` is the cursor of the following page or null."""

    results = PlanCaseOut(many=True)
    next = serializers.CharField(allow_null=True)


class Plans(APIView):
    """干预计划."""

    @extend_schema(
        operation_id="plans_list", parameters=[AFTER],
        responses={200: PlanPage, 404: RefusalOut, 422: RefusalOut, **FAULTS},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Plans, the latest first."""
        rows, after = read.plans(request.user, request.query_params.get("after", ""))
        return Response(PlanPage({"results": [row["plan"] for row in rows], "next": after or None}).data)

    @extend_schema(operation_id="plans_make", parameters=[ONCE], request=PlanIn, responses={200: PlanOut, **REFUSALS})
    def post(self, request: Request) -> Response:
        """Make a plan; its trial begins at once and changes nothing. Read the plan for its digest and what would come."""
        given = _given(PlanIn, request)
        said, number, flow, place = dict(given), given.pop("case"), given.pop("flow"), given.pop("place")
        cases = [get_case(request.user, number)] if number else read.running_on(flow, place)
        require(request.user, MAKE, PROVINCE)
        answer = once(
            request,
            "plan.make",
            said,
            lambda: actions.make_plan(cases=cases, by=request.user, **given),
            shown(PlanOut),
        )
        made = Plan.objects.get(pk=answer.data["id"])
        if made.state == "checking":
            actions.advance_plan(made)
        return answer


class PlanDetail(APIView):
    """One plan."""

    @extend_schema(operation_id="plans_read", responses={200: PlanWholeOut, 404: RefusalOut, **FAULTS})
    def get(self, request: Request, pk: int) -> Response:
        """What it does, how far it is, and what is signed; reading a correction is itself recorded."""
        return Response(PlanWholeOut(read.plan_of(request.user, pk), context={"viewer": request.user}).data)


class PlanCases(APIView):
    """The cases of a plan."""

    @extend_schema(
        operation_id="plans_cases", parameters=[AFTER],
        responses={200: PlanCasePage, 404: RefusalOut, 422: RefusalOut, **FAULTS},
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        """Each case with its state, its trial and its result."""
        rows, after = read.lines(read.plan_of(request.user, pk), request.query_params.get("after", ""))
        return Response(PlanCasePage({"results": [line.item for line in rows], "next": after or None}).data)


class PlanSign(APIView):
    """签批."""

    @extend_schema(operation_id="plans_sign", parameters=[ONCE], request=SignIn, responses={200: PlanOut, **REFUSALS})
    def post(self, request: Request, pk: int) -> Response:
        """Agree to exactly this plan, as a second person; from now on it is carried out."""
        given, found = _given(SignIn, request), read.plan_of(request.user, pk)
        return once(
            request,
            "plan.sign",
            {"plan": pk, **given},
            lambda: actions.sign(plan=found, by=request.user, **given),
            shown(PlanOut),
        )


class PlanDrop(APIView):
    """作废."""

    @extend_schema(operation_id="plans_drop", parameters=[ONCE], request=None, responses={200: PlanOut, **REFUSALS})
    def post(self, request: Request, pk: int) -> Response:
        """Give up a plan that nobody has signed."""
        found = read.plan_of(request.user, pk)
        return once(
            request, "plan.drop", {"plan": pk}, lambda: actions.drop_plan(plan=found, by=request.user), shown(PlanOut)
        )


class PlanUndo(APIView):
    """撤回换版本."""

    @extend_schema(operation_id="plans_undo", parameters=[ONCE], request=None, responses={200: PlanOut, **REFUSALS})
    def post(self, request: Request, pk: int) -> Response:
        """Take cases back to the version that they came from, as far as they have not moved since."""
        found = read.plan_of(request.user, pk)
        return once(
            request, "plan.undo", {"plan": pk}, lambda: actions.undo_plan(plan=found, by=request.user), shown(PlanOut)
        )

"""What is found twice, lists of other agencies and waiting lines through the API (查重、名单、轮候); as on the pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.access.queries import get_case, must_serve, require
from cases.duplicates import actions, agencies, hits
from cases.duplicates.models import AgencyList, HitDecision
from cases.history.record import record_access
from cases.stock import centres
from workflows.api import _given
from workflows.api_once import ONCE, once
from workflows.api_shapes import FAULTS, REFUSALS, RefusalOut
from workflows.desk.waiting import queries as waiting


class AgencyListOut(serializers.ModelSerializer[AgencyList]):
    """名单比对: whose list, of which day, what for, and how many of it are somebody here; the list itself is kept nowhere."""

    by = serializers.CharField(source="by.name")

    class Meta:
        model = AgencyList
        fields = ["id", "kind", "agency", "purpose", "basis", "list_date", "rows", "matches", "by", "at"]


class AgencyLists(serializers.Serializer[Any]):
    """The last hundred comparisons, newest first."""

    results = AgencyListOut(many=True)


class VerdictOut(serializers.ModelSerializer[HitDecision]):
    """处理: what somebody found of a hit, and why."""

    reason = serializers.CharField()
    by = serializers.CharField(source="by.name")
    office = serializers.CharField(source="office.name")

    class Meta:
        model = HitDecision
        fields = ["verdict", "reason", "by", "office", "at"]


class HitOut(serializers.Serializer[Any]):
    """查重命中: `case` and `name` are empty outside my area, then `ask` names the office that knows more."""

    kind = serializers.CharField(source="finding.kind")
    subject = serializers.CharField(source="finding.subject")
    fingerprint = serializers.CharField(source="finding.fingerprint")
    score = serializers.IntegerField(source="finding.score")
    title = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField())
    case = serializers.CharField(source="number")
    name = serializers.CharField(source="who")
    ask = serializers.CharField()
    agency = serializers.SerializerMethodField()
    severe = serializers.BooleanField(source="is_severe")
    holds = serializers.BooleanField()
    reopened = serializers.BooleanField()
    first_seen = serializers.DateTimeField(allow_null=True)
    decisions = VerdictOut(many=True)

    @extend_schema_field(serializers.CharField())
    def get_agency(self, row: hits.Shown) -> str:
        """The agency on whose list the person stands."""
        return row.listed.run.agency if row.listed is not None else ""


class HitList(serializers.Serializer[Any]):
    """查重命中 of a case, found afresh, and the lists that it has not met since it was sent in."""

    results = HitOut(many=True)
    unmet = AgencyListOut(many=True)


class HitIn(serializers.Serializer[Any]):
    """What deciding a hit takes: which one, as it was read, the verdict and why."""

    kind = serializers.CharField(max_length=12)
    subject = serializers.CharField(max_length=40)
    fingerprint = serializers.CharField(max_length=64)
    verdict = serializers.ChoiceField(choices=HitDecision.VERDICTS)
    reason = serializers.CharField(max_length=500)


class InLineOut(serializers.Serializer[Any]):
    """轮候的一件: its place in the whole line, and why it stands there."""

    place = serializers.IntegerField()
    case = serializers.CharField()
    programme = serializers.CharField()
    name = serializers.CharField()
    why = serializers.CharField()


class LinesOut(serializers.Serializer[Any]):
    """Who waits, in order."""

    results = InLineOut(many=True)


class Lists(APIView):
    """其他机构的名单."""

    @extend_schema(operation_id="lists_list", responses={200: AgencyLists, 404: RefusalOut, **FAULTS})
    def get(self, request: Request) -> Response:
        """Lists that were compared: what is known of them, never who stands on them."""
        return Response(AgencyLists({"results": agencies.runs(request.user)}).data)


class CaseHits(APIView):
    """查重命中."""

    @extend_schema(operation_id="hits_list", responses={200: HitList, 404: RefusalOut, **FAULTS})
    def get(self, request: Request, number: str) -> Response:
        """What was found twice of a case, masked, with what was decided; its delivery is recorded."""
        case = get_case(request.user, number)
        post = require(request.user, hits.RIGHT, case.handling_code)
        place = {"role": post.role_id, "office": post.office.name}
        record_access("read", object=case, fields=["hits"], by=request.user, case_id=case.pk, **place)
        rows, unmet = hits.hits_of(request.user, case), hits.unmet_of([case])[case.pk]
        return Response(HitList({"results": rows, "unmet": unmet}).data)

    @extend_schema(
        operation_id="hits_decide", parameters=[ONCE], request=HitIn, responses={200: VerdictOut, **REFUSALS}
    )
    def post(self, request: Request, number: str) -> Response:
        """Decide one hit; it counts as long as what was compared stays the same."""
        case = get_case(request.user, number)
        require(request.user, hits.RIGHT, case.handling_code)
        given = _given(HitIn, request)
        return once(
            request, "hit.decide", {"case": case.pk, **given},
            lambda: actions.decide_hit(case=case, by=request.user, **given), _verdict,
        )  # fmt: skip


def _verdict(made: HitDecision) -> dict[str, Any]:
    """The words of a reason are in no answer that is kept for repeated requests."""
    return dict(VerdictOut(made).data) | {"reason": ""}


class Lines(APIView):
    """轮候."""

    @extend_schema(
        operation_id="lines_list",
        parameters=[OpenApiParameter("for", str, enum=["money", "device"], description="money when left out")],
        responses={200: LinesOut, 404: RefusalOut, **FAULTS},
    )
    def get(self, request: Request) -> Response:
        """Who waits for money or for a device in my area, with the place in the whole line."""
        of_devices = request.query_params.get("for") == "device"
        rows = _for_devices(request.user) if of_devices else _for_money(request.user)
        return Response(LinesOut({"results": rows}).data)


def _for_money(viewer: Any) -> list[dict[str, Any]]:
    must_serve(viewer)
    return [_in_line(one.place, one.case, one.why) for _card, rows in waiting.seen_of(viewer) for one in rows]


def _for_devices(viewer: Any) -> list[dict[str, Any]]:
    return [_in_line(row["place"], row["case"], row["why"]) for row in centres.queue(viewer)]


def _in_line(place: int, case: Any, why: str) -> dict[str, Any]:
    return {"place": place, "case": case.number, "programme": case.programme, "name": case.masked_name, "why": why}

"""Errands through the API (交办): those of a case, those of a desk; ask, and end one; for whom their pages are."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.access.models import Post
from cases.access.queries import must_serve
from cases.dossier.models import Case
from cases.errors import Invalid, NotFound
from workflows.api import _given
from workflows.api_once import ONCE, once
from workflows.api_shapes import FAULTS, REFUSALS, RefusalOut
from workflows.desk.errands import queries
from workflows.desk.errands.actions import LONGEST, MOST_DAYS, ask
from workflows.desk.errands.ending import end
from workflows.desk.errands.models import Errand
from workflows.desk.notes.opening import opened


class ErrandIn(serializers.Serializer[Any]):
    """交办: what is asked, of which post at which place, perhaps of one person there, in how many workdays."""

    words = serializers.CharField(max_length=LONGEST)
    place = serializers.CharField(max_length=12, help_text="division code of the office")
    role = serializers.CharField(max_length=20)
    person = serializers.CharField(max_length=150, required=False, default="", allow_blank=True)
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS)
    must_answer = serializers.BooleanField(required=False, default=False)


class EndIn(serializers.Serializer[Any]):
    """How it ends, and the answer or the reason."""

    how = serializers.ChoiceField(choices=["answer", "send_back", "cancel"])
    words = serializers.CharField(max_length=LONGEST)


class ErrandMadeOut(serializers.ModelSerializer[Errand]):
    """What was kept of it, without the words: an answer that is kept says no more than history does."""

    case = serializers.CharField(source="case.number")
    step = serializers.CharField(source="item.step")
    place = serializers.CharField(source="office.division_code")
    person = serializers.SerializerMethodField()
    by = serializers.CharField(source="by.username")
    ended_by = serializers.SerializerMethodField()

    def get_person(self, errand: Errand) -> str:
        """The sign-in name of the one person asked, or nothing."""
        return errand.person.username if errand.person is not None else ""

    def get_ended_by(self, errand: Errand) -> str:
        """Who ended it, or nothing."""
        return errand.ended_by.username if errand.ended_by is not None else ""

    class Meta:
        model = Errand
        fields = ["id", "case", "step", "place", "role", "person", "by", "at", "due_on", "must_answer", "state", "ended_by", "ended_at", "escalated_at"]  # fmt: skip


class ErrandOut(ErrandMadeOut):
    """交办 with what was asked and answered."""

    files = serializers.SerializerMethodField()

    def get_files(self, errand: Errand) -> list[str]:
        """Addresses of this site; opening one is reading it."""
        rows = sorted(errand.files.all(), key=lambda row: row.number)
        return [reverse("case:errand_file", args=[errand.case.number, errand.pk, row.token]) for row in rows]

    class Meta(ErrandMadeOut.Meta):
        model = Errand
        fields = [*ErrandMadeOut.Meta.fields, "words", "answer", "files"]


class ErrandPage(serializers.Serializer[Any]):
    """A page of open errands in the order of asking, without words; `next` is the id to go on after, or null."""

    results = ErrandMadeOut(many=True)
    next = serializers.IntegerField(allow_null=True)


class CaseErrands(APIView):
    """交办 of a case."""

    @extend_schema(operation_id="errands_list", responses={200: ErrandOut(many=True), 404: RefusalOut, **FAULTS})
    def get(self, request: Request, number: str) -> Response:
        """The errands of a case with their answers, as on its page; delivering them is itself recorded."""
        found = opened(request.user, number)
        rows = queries.errands_of(found.case)
        found.look("errands")
        return Response(ErrandOut(rows, many=True).data)

    @extend_schema(
        operation_id="errands_ask", parameters=[ONCE], request=ErrandIn, responses={200: ErrandMadeOut, **REFUSALS}
    )
    def post(self, request: Request, number: str) -> Response:
        """Ask at the open step, as its holder or a head. Whoever else reads the case is refused with 403."""
        given = _given(ErrandIn, request)
        found = opened(request.user, number)
        post, item = queries.asking_post(found.item, request.user), found.item
        assert item is not None

        def do() -> Errand:
            asked = {**given, **_target(found.case, post, request.user, given)}
            asked.pop("place")
            return ask(item=item, **asked, by=request.user)

        return once(request, "errand.ask", {"case": number, **given}, do, lambda made: dict(ErrandMadeOut(made).data))


def _target(case: Case, post: Post, by: Any, given: dict[str, Any]) -> dict[str, Any]:
    """The office and the person by their names; 0 and a person of nobody are refused by the act itself."""
    chosen = next(
        (
            one
            for one in queries.targets(case, post, by)
            if (one.office.division_code, one.role.pk) == (given["place"], given["role"])
        ),
        None,
    )
    people = {one.username: one.pk for one in chosen.people} if chosen else {}
    if chosen and given["person"] and given["person"] not in people:
        words = _("这位同事不在这个岗位，或应当回避")
        raise Invalid(words, fields={"person": words})
    return {"office": chosen.office.pk if chosen else 0, "person": people.get(given["person"])}


class Errands(APIView):
    """交办 of a desk."""

    @extend_schema(
        operation_id="errands_mine",
        parameters=[
            OpenApiParameter("list", str, enum=list(queries.LISTS)),
            OpenApiParameter("after", int, description="id of the last errand seen"),
        ],
        responses={200: ErrandPage, 404: RefusalOut, 422: RefusalOut, **FAULTS},
    )
    def get(self, request: Request) -> Response:
        """What I am asked, what I asked, or what is late in the area that I lead; open ones alone."""
        must_serve(request.user)
        asked = request.query_params
        page = queries.page_of(request.user, asked.get("list", "to_me"), asked.get("after", ""))
        return Response(ErrandPage({"results": page.rows, "next": int(page.after) if page.after else None}).data)


class EndErrand(APIView):
    """了结交办."""

    @extend_schema(
        operation_id="errands_end", parameters=[ONCE], request=EndIn, responses={200: ErrandMadeOut, **REFUSALS}
    )
    def post(self, request: Request, pk: int) -> Response:
        """Answer it, send it back, or cancel it; once."""
        given = _given(EndIn, request)
        row = Errand.objects.select_related("case").filter(pk=pk).first()
        if row is None:
            raise NotFound()
        errand = queries.errand_of(request.user, row.case.number or "", pk)
        act = f"errand.{given['how']}"
        return once(
            request, act, {"errand": pk, **given}, lambda: end(errand, by=request.user, **given),
            lambda made: dict(ErrandMadeOut(made).data),
        )  # fmt: skip

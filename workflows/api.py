"""The API's first calls: my tasks, claim, decide, a case, its history; the same actions and the same area as the pages."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.access.queries import acting_post, get_case, require
from cases.calendar import clock
from cases.errors import Invalid
from cases.history.models import Event
from cases.history.record import record_access
from cases.states import STATES
from cases.text import is_key
from workflows import actions
from workflows.api_once import ONCE, once
from workflows.api_shapes import (
    FAULTS,
    REFUSALS,
    BatchIn,
    BatchOut,
    CaseOut,
    ClaimIn,
    DecideIn,
    DecisionOut,
    EventPage,
    MessageIn,
    MessageOut,
    RefusalOut,
    TaskOut,
    TaskPage,
)
from workflows.desk.batch.deciding import Said, decide_all
from workflows.desk.casefile.opening import open_whole
from workflows.desk.casefile.papers import papers_for
from workflows.desk.queries import QUEUES, WORK, Viewer, page
from workflows.models import Decision

PAGE = 25


class Tasks(APIView):
    """我的办件: a queue of the desk in its order, by turn; unless one is named, what I hold and may take."""

    @extend_schema(
        operation_id="tasks_list",
        parameters=[
            OpenApiParameter("queue", str, enum=[WORK, *QUEUES], description="which queue; work when left out"),
            OpenApiParameter("after", str, description="cursor of the page before"),
        ],
        responses={200: TaskPage, 422: RefusalOut, **FAULTS},
    )
    def get(self, request: Request) -> Response:
        """One page of a queue, the same rows in the same order as on the desk."""
        name, after = request.query_params.get("queue", WORK), request.query_params.get("after", "")
        if name not in (WORK, *QUEUES):
            raise Invalid(_("没有这个队列。"), fields={"queue": _("没有这个队列")})
        found = page(Viewer.of(request.user, clock.now()), name, {}, after=after)
        return Response({"results": TaskOut(found.rows, many=True).data, "next": found.after or None})


class Claim(APIView):
    """领取."""

    @extend_schema(operation_id="tasks_claim", parameters=[ONCE], request=ClaimIn, responses={200: TaskOut, **REFUSALS})
    def post(self, request: Request, pk: int) -> Response:
        """Take an open task."""
        given = _given(ClaimIn, request)
        return once(
            request, "task.claim", {"item": pk, **given},
            lambda: actions.claim(item=pk, by=request.user, **given), lambda item: dict(TaskOut(item).data),
        )  # fmt: skip


class Decide(APIView):
    """办理."""

    @extend_schema(
        operation_id="tasks_decide", parameters=[ONCE], request=DecideIn, responses={200: DecisionOut, **REFUSALS}
    )
    def post(self, request: Request, pk: int) -> Response:
        """Decide a task through one of its exits; a second send of the same decision is refused with 409.

        With the same Idempotency-Key it is answered as the first one was.
        """
        given = _given(DecideIn, request)
        return once(
            request, "task.decide", {"item": pk, **given},
            lambda: actions.decide(item=pk, by=request.user, **given), _decided,
        )  # fmt: skip


class Messages(APIView):
    """外来消息."""

    @extend_schema(operation_id="cases_message", request=MessageIn, responses={200: MessageOut, **REFUSALS})
    def post(self, request: Request, number: str) -> Response:
        """Tell a case what another system says; before its time it is kept. The same id again changes nothing."""
        given = _given(MessageIn, request)
        taken = actions.receive_message(
            case=get_case(request.user, number), name=given["name"], key=given["id"], details=given["details"],
            by=request.user,
        )  # fmt: skip
        return Response(MessageOut(taken).data)


def _decided(made: Decision) -> dict[str, Any]:
    made.case.refresh_from_db(fields=["state"])
    body = {"id": made.pk, "step": made.step, "outcome": made.outcome, "case_state": made.case.state}
    return dict(DecisionOut(body).data)


class DecideBatch(APIView):
    """成批办理."""

    @extend_schema(operation_id="tasks_decide_batch", request=BatchIn, responses={200: BatchOut, **REFUSALS})
    def post(self, request: Request) -> Response:
        """Decide up to 30 files of one step, each singly: 200 with a result for each, also when some were refused."""
        given = _given(BatchIn, request)
        items = given.pop("items")
        own = {one["id"]: one["opinion"] for one in items}
        results = decide_all(request.user, {one["id"]: one["row_version"] for one in items}, Said(**given, own=own))
        return Response(BatchOut({"results": results}).data)


class CaseDetail(APIView):
    """案卷."""

    @extend_schema(operation_id="cases_read", responses={200: CaseOut, 404: RefusalOut, **FAULTS})
    def get(self, request: Request, number: str) -> Response:
        """One case as far as I may see it, masked. It counts as opening the file, as on its page; so does each paper opened."""
        case = get_case(request.user, number)
        post = acting_post(request.user, case.handling_code)
        if post is not None:
            open_whole(request.user, number).enter(clock.now())
        body = {name: getattr(case, name) for name in ("number", "programme", "state", "handling_code", "submitted_at", "accepted_on", "award")}  # fmt: skip
        body |= {"state_name": STATES[case.state].staff, "name": case.masked_name}
        body["papers"] = papers_for(case, post)
        body["tasks"] = case.work_items.filter(state__in=["open", "claimed"]).select_related("case__run")
        return Response(CaseOut(body).data)


class CaseHistory(APIView):
    """办理记录."""

    @extend_schema(
        operation_id="cases_history",
        parameters=[OpenApiParameter("after", int, description="number of the last event seen")],
        responses={200: EventPage, 404: RefusalOut, 422: RefusalOut, **FAULTS},
    )
    def get(self, request: Request, number: str) -> Response:
        """The case's chain in order; delivering it is itself recorded."""
        case = get_case(request.user, number)
        post = require(request.user, "case.history", case.handling_code)
        after = request.query_params.get("after", "0")
        if not is_key(after):
            raise Invalid(_("翻页参数不对，请从第一页开始。"), fields={"after": _("翻页参数不对")})
        record_access(
            "history", object=case, fields=["history"], by=request.user, case_id=case.pk, role=post.role_id,
            office=post.office.name,
        )  # fmt: skip
        rows = Event.objects.filter(stream__kind="case", stream__key=str(case.pk), seq__gt=int(after)).order_by("seq")
        found = list(rows[: PAGE + 1])
        page = [_event(row) for row in found[:PAGE]]
        return Response(EventPage({"results": page, "next": found[PAGE - 1].seq if len(found) > PAGE else None}).data)


def _event(row: Event) -> dict[str, Any]:
    names = ("seq", "recorded_at", "happened_on", "action", "outcome", "acting_role", "acting_office")
    return {name: getattr(row, name) for name in names} | {
        "payload": json.loads(row.payload),
        "hash": bytes(row.hash).hex(),
    }


def _given(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    form = kind(data=request.data)
    if not form.is_valid():
        faults = {name: " ".join(str(text) for text in texts) for name, texts in form.errors.items()}
        raise Invalid(_("请求内容有误，请看各字段的说明。"), fields=faults)
    return dict(form.validated_data)

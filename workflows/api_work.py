"""Work for machines of others over HTTP (外部领取): fetch and lease, hold longer, answer, give back."""

from __future__ import annotations

import hashlib
from typing import Any, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.access.models import MachineKey
from cases.access.queries import key_of_machine
from cases.dossier.models import Case
from cases.errors import Stale
from cases.outgoing.models import Outgoing
from workflows import actions
from workflows.actions.jobs import LOST
from workflows.api import _given
from workflows.api_once import once
from workflows.api_shapes import REFUSALS
from workflows.engine import jobs

BEARER = "Bearer"
CODE = r"^[a-z0-9_]{1,40}$"


class Machine(BaseAuthentication):
    """机器账号: the key of a partner's machine; no session, no cookie, and no other call of the API."""

    def authenticate(self, request: Request) -> tuple[Any, MachineKey] | None:
        """The account and its key; 401 when the key is not known, over, or its account closed."""
        kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if kind != BEARER:
            return None
        key = key_of_machine(hashlib.sha256(secret.encode()).hexdigest())
        if key is None:
            raise AuthenticationFailed
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """What makes the answer a 401."""
        return BEARER


class MachineInSchema(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document calls it."""

    target_class = Machine
    name = "machineKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer"}


class FetchIn(serializers.Serializer[Any]):
    """领取: which topic, how many at most, and for how many seconds."""

    topic = serializers.CharField(max_length=40)
    most = serializers.IntegerField(min_value=1, max_value=50, required=False, default=1)
    seconds = serializers.IntegerField(min_value=10, max_value=3600)


class ExtendIn(serializers.Serializer[Any]):
    """延长: for how many seconds from now."""

    seconds = serializers.IntegerField(min_value=10, max_value=3600)


class CompleteIn(serializers.Serializer[Any]):
    """办成: the result in the form of its topic; ids and codes, never data of people."""

    result = serializers.DictField(required=False, default=dict)


class FailIn(serializers.Serializer[Any]):
    """办不成: a code, and whether another try would say the same."""

    code = serializers.RegexField(CODE)
    lasting = serializers.BooleanField(required=False, default=False)


class OrderOut(serializers.Serializer[Any]):
    """任务单: references only. `key` stays the same at every try: what is done outside carries it, and happens once."""

    lease = serializers.CharField()
    until = serializers.DateTimeField(source="lease_until")
    key = serializers.CharField()
    topic = serializers.CharField()
    case = serializers.CharField()
    step = serializers.CharField()
    attempt = serializers.IntegerField(source="attempts")


class OrdersOut(serializers.Serializer[Any]):
    """What was fetched; empty when nothing is to be done."""

    results = OrderOut(many=True)


class ExtendedOut(serializers.Serializer[Any]):
    """Until when the lease holds."""

    until = serializers.DateTimeField()


class OutcomeOut(serializers.Serializer[Any]):
    """done and failed: the case has gone on. again: it is tried again later. parked: an administrator looks at it."""

    outcome = serializers.ChoiceField(choices=["done", "failed", "again", "parked"])


class Work(APIView):
    """A call that a machine makes."""

    authentication_classes = [Machine]


class Fetch(Work):
    """领取工作."""

    @extend_schema(operation_id="work_fetch", request=FetchIn, responses={200: OrdersOut, **REFUSALS})
    def post(self, request: Request) -> Response:
        """Fetch and lease orders of one of the topics of the key; who is asked too often gets fewer or none."""
        given = _given(FetchIn, request)
        rows = actions.fetch_work(machine=_key(request), by=request.user, **given)
        numbers = Case.objects.in_bulk([row.payload["case"] for row in rows])
        shown = [_shown(row) | {"case": numbers[row.payload["case"]].number} for row in rows]
        return Response(OrdersOut({"results": shown}).data)


class Extend(Work):
    """延长租约."""

    @extend_schema(operation_id="work_extend", request=ExtendIn, responses={200: ExtendedOut, **REFUSALS})
    def post(self, request: Request, lease: str) -> Response:
        """Hold an order longer; 409 when its lease is over."""
        until = actions.extend_work(**_on(request, lease), **_given(ExtendIn, request))
        return Response(ExtendedOut({"until": until}).data)


class Complete(Work):
    """办成."""

    @extend_schema(operation_id="work_complete", request=CompleteIn, responses={200: OutcomeOut, **REFUSALS})
    def post(self, request: Request, lease: str) -> Response:
        """Answer an order; the same answer again is answered as the first was. 409 when the lease is over."""
        given = _given(CompleteIn, request)
        return once(
            request, "work.complete", {"lease": lease, **given},
            lambda: actions.complete_work(**_on(request, lease), **given), _outcome, key=f"work-{lease}",
        )  # fmt: skip


class Fail(Work):
    """办不成."""

    @extend_schema(operation_id="work_fail", request=FailIn, responses={200: OutcomeOut, **REFUSALS})
    def post(self, request: Request, lease: str) -> Response:
        """Give an order back with a code: it is tried again, or, when that is lasting, the case goes another way."""
        given = _given(FailIn, request)
        return once(
            request, "work.fail", {"lease": lease, **given},
            lambda: actions.fail_work(**_on(request, lease), **given), _outcome, key=f"work-{lease}",
        )  # fmt: skip


def _key(request: Request) -> MachineKey:
    key: Any = request.auth
    return cast(MachineKey, key)


def _on(request: Request, lease: str) -> dict[str, Any]:
    key = _key(request)
    row = jobs.order_of(lease, topics=key.topics, area=key.area, by=request.user)
    if row is None:
        raise Stale(LOST, code="lease_lost")
    return {"case": row.payload["case"], "order": row, "lease": lease, "machine": key, "by": request.user}


def _shown(row: Outgoing) -> dict[str, Any]:
    names = ("lease", "lease_until", "key", "topic", "attempts")
    return {name: getattr(row, name) for name in names} | {"step": row.payload["step"]}


def _outcome(outcome: str) -> dict[str, Any]:
    return dict(OutcomeOut({"outcome": outcome}).data)

"""A request that comes twice (重复的请求): with an Idempotency-Key the second is answered as the first was, and nothing happens."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from cases.calendar import clock
from cases.errors import Invalid, Stale
from cases.history.record import canonical, keeping
from cases.sealed import blind_index
from workflows.models import Answered

Made = TypeVar("Made")
HEADER = "Idempotency-Key"
LONGEST = 200
ONCE = OpenApiParameter(
    HEADER, str, OpenApiParameter.HEADER, description="a key of yours, at most 200 characters: the same request is done once"
)  # fmt: skip


def once(
    request: Request, act: str, given: dict[str, Any], do: Callable[[], Made], show: Callable[[Made], dict[str, Any]],
    *, key: str = "",
) -> Response:  # fmt: skip
    """Do it, or answer what the same request of the same person was answered before; the answer is stored with the act.

    The key is the caller's, or one that belongs to the matter itself. The same key with other contents is refused with
    422. Of two at the same moment one acts and both get its answer.
    """
    key = key or request.headers.get(HEADER, "")
    if not key:
        return Response(show(do()))
    if len(key) > LONGEST:
        raise Invalid(_("Idempotency-Key 最多 200 个字符。"), fields={HEADER: _("最多 200 个字符")})
    person: Any = request.user
    digest = blind_index(canonical({"act": act, **given}), "answered.digest")  # what was sent may be guessed by trying
    is_own = key == request.headers.get(HEADER)
    earlier = _earlier(person, key, digest, is_own)
    if earlier is not None:
        return earlier
    shown: dict[str, Any] = {}

    def keep(made: Any) -> None:
        shown.update(json.loads(json.dumps(show(made), default=str, sort_keys=True)))
        Answered.objects.create(by=person, key=key, digest=digest, answer=shown, at=clock.now())

    token = keeping.set((act, keep))
    try:
        do()
    except (Stale, IntegrityError):
        earlier = _earlier(person, key, digest, is_own)
        if earlier is None:
            raise
        return earlier
    finally:
        keeping.reset(token)
    return Response(shown)


def _earlier(person: Any, key: str, digest: str, is_own: bool) -> Response | None:
    row = Answered.objects.filter(by=person, key=key).first()
    if row is None or (row.digest != digest and not is_own):
        return None  # under a key of the matter itself, another answer is told what has become of the matter
    if row.digest != digest:
        said = _("这个 Idempotency-Key 已经用于另一个请求。")
        raise Invalid(said, fields={HEADER: said})
    return Response(row.answer, headers={"Idempotent-Replayed": "true"})

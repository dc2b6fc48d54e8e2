"""The one way to say no: a sentence a person can read, and who may act instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """拒绝: what was tried is not allowed or not possible now.

    `reason` is for people and already translated lazily; `who_may` names who may act instead ("" when nobody may).
    `status` is the HTTP answer: 404 outside my area (the same as for a number that never existed), 403 inside it,
    409 when somebody else was faster, 410 for what was taken out, 422 for input that cannot be accepted,
    503 when what is shown cannot be recorded. `fields` maps field name -> sentence.
    """

    def __init__(
        self,
        reason: Any,
        *,
        code: str,
        who_may: Any = "",
        status: int = 403,
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.reason = reason
        self.code = code
        self.who_may = who_may
        self.status = status
        self.fields = dict(fields or {})

    def __str__(self) -> str:
        return f"{self.reason}{self.who_may}" if self.who_may else str(self.reason)


class NotFound(Refusal):
    """查无此件: outside my area or relation; told apart from a number that never existed by nobody."""

    def __init__(self) -> None:
        from django.utils.translation import gettext_lazy as _

        super().__init__(_("没有找到这个案卷。请核对编号。"), code="not_found", status=404)


class Erased(Refusal):
    """已删除或封存: the data were erased on request, or are kept in storage only."""

    def __init__(self, why: str) -> None:
        from django.utils.translation import gettext_lazy as _

        if why == "restricted":
            reason, who_may = _("依法封存，只存不用，现在谁也不能查阅。"), _("个人信息负责人解除封存以后。")
            super().__init__(reason, code="restricted", who_may=who_may)
        else:
            super().__init__(_("个人信息已经依法删除，打不开了。"), code="erased", status=410)


class Stale(Refusal):
    """已被他人办理: somebody changed the row since this page was opened."""

    def __init__(self, reason: Any, *, who_may: Any = "", code: str = "stale") -> None:
        super().__init__(reason, code=code, who_may=who_may, status=409)


class Invalid(Refusal):
    """填写有误: input with a sentence for each field."""

    def __init__(self, reason: Any, *, fields: Mapping[str, Any] | None = None, code: str = "invalid") -> None:
        super().__init__(reason, code=code, status=422, fields=fields)


class Unrecorded(Refusal):
    """查阅记不下来: the look cannot be recorded now, so nothing is shown; no refusal by anybody, and none is stored."""

    recorded = True

    def __init__(self) -> None:
        from django.utils.translation import gettext_lazy as _

        super().__init__(_("现在记不下查阅，所以不显示内容。请过几分钟再试。"), code="unrecorded", status=503)

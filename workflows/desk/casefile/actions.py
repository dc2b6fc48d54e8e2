"""Redacted copies (遮盖件): what the reviewer of a step prepares for somebody who must not know who the patient is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.queries import is_known, who_may
from cases.errors import Invalid, NotFound, Refusal
from cases.evidence.keeping import set_aside, store, taken_in
from cases.evidence.models import MaterialFile
from cases.evidence.queries import REDACTED, redacted_files
from cases.history.record import action
from workflows.actions import locked
from workflows.flow import step_of
from workflows.models import WorkItem

MOST = 40


@action("file.redacted")
def add_redacted(*, item: WorkItem | int, upload: Any, by: Any, now: datetime | None = None) -> MaterialFile:
    """传遮盖件: a picture in which name, numbers and address are covered; by whoever holds the step that may ask.

    Pictures alone: what is covered in a PDF can often still be read out of it.
    """
    assert now is not None
    found = _held(item, by)
    if redacted_files(found.case).count() >= MOST:
        raise Invalid(_("遮盖件已经很多张了。请先撤下不要的。"), fields={"file": _("最多 40 张。")})
    taken = taken_in(upload)
    if taken.kind == "pdf":
        words = _("遮盖件只收图片：PDF 里盖住的字还可能被读出来。请截图后再传。")
        raise Invalid(words, fields={"file": words}, code="redacted_pdf")
    return store(found.case, None, REDACTED, taken, upload, by, now)


@action("file.redacted_removed")
def remove_redacted(*, item: WorkItem | int, file: MaterialFile, by: Any, now: datetime | None = None) -> None:
    """撤下遮盖件: one in which something was left uncovered."""
    assert now is not None
    found = _held(item, by)
    row = redacted_files(found.case).filter(pk=file.pk).first()
    if row is None:
        raise NotFound()
    set_aside(row, now)


def _held(item: WorkItem | int, by: Any) -> WorkItem:
    found = locked(item)
    if not is_known(by, found.case_id):
        raise NotFound()
    asks = any(exit.kind == "ask" for exit in step_of(found).exits.values())
    if not asks or found.state != "claimed" or found.holder_id != by.pk:
        raise Refusal(
            _("遮盖件由正在办理省级审核的人准备。"),
            code="not_holder",
            who_may=who_may("PRV1", found.case.handling_code),
        )
    return found

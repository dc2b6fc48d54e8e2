"""Send own words to the applicant (发消息): as a notice of the case, with its receipt; never the words of an internal note."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.models import Post
from cases.access.queries import is_known, require, who_may
from cases.dossier.models import Case
from cases.errors import Invalid, NotFound, Refusal
from cases.history.record import action, current
from cases.notices.actions import notify
from cases.notices.models import Notice
from workflows.desk.notes.models import Note

RIGHT, CODE, LONGEST = "case.history", "N30", 500
MARKS = re.compile(r"^[\s>#|=\-{%}]+")


def message_post(by: Any, case: Case) -> Post:
    """The post in which somebody writes to the applicant: of an office that keeps the file's history and does not inspect it.

    NotFound for who does not know the case, and for its applicant and helper; else a refusal with who may.
    """
    if not is_known(by, case.pk) or by.pk in (case.owner_id, case.agent_id):
        raise NotFound()
    post = require(by, RIGHT, case.handling_code)
    if "inspect" in post.role.rights:
        raise Refusal(_("监督检查只看不办。"), code="no_right", who_may=who_may("CTY2", case.handling_code))
    return post


def plain_words(text: str) -> str:
    """The words as they stand in a letter: no line of them is taken for a mark of its layout."""
    return "\n".join(line for line in (MARKS.sub("", line).strip() for line in text.splitlines()) if line)


def must_be_fit(case: Case, words: str) -> None:
    """Raises Invalid for words that are empty, too long, or stand in an internal note of this case."""
    if not words or len(words) > LONGEST:
        fault: Any = _("请写 1 到 500 个字。")
    elif any(str(note.text) in words for note in Note.objects.filter(case=case, redacted_at=None)):
        fault = _("这段话是内部便签里的，不能发给申请人。")
    else:
        return
    raise Invalid(fault, fields={"words": fault})


@action("message.send")
def send_message(*, case: Case, words: str, by: Any, now: datetime | None = None) -> Notice:
    """给申请人发消息: a letter with these words to the applicant and the helper, and a short message that says only that it is there."""
    assert now is not None
    post = message_post(by, case)
    if case.state == "DRAFT":
        raise Refusal(_("还没有提交的申请，不能发消息。"), code="not_sent_yet", status=409)
    said = plain_words(words)
    must_be_fit(case, said)
    act = current()
    if act is not None:
        act.as_(role=post.role_id, office=post.office.name)
    return notify(case=case, code=CODE, data={"words": said}, by=by, now=now)

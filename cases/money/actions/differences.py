"""A difference that no further answer of the bank will settle is looked into by a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid, Refusal
from cases.history.record import action, record
from cases.money.actions.batches import lock_batch
from cases.money.actions.funds import act_as
from cases.money.differences import get_difference
from cases.money.models import DifferenceFinding
from cases.sealed import commitment_of
from cases.text import clean_paragraphs


@action("difference.settle", about="batch")
def settle_difference(*, key: str, words: str, by: Any, now: datetime | None = None) -> DifferenceFinding:
    """登记查清结论: what was found out about a line that is none of ours, or one that contradicts what is posted.

    Moves no money. What is still unknown is refused: the bank is asked, and its answer settles it.
    """
    assert now is not None
    act_as(by, "money.check")
    lock_batch(get_difference(by, key).batch)
    one = get_difference(by, key)
    if one.is_asked:
        raise Refusal(_("这一笔结果待查，请先向银行查询，回盘会了结它。"), code="ask_first", status=409)
    said = clean_paragraphs(words)
    if not said:
        raise Invalid(_("请写明查清的情况。"), fields={"words": _("请写明查清的情况")})
    made = DifferenceFinding.objects.create(
        attempt=one.attempt, line=one.line, difference=one.difference, words=said, by=by, at=now
    )
    if one.attempt is not None:
        one.attempt.difference = ""
        one.attempt.save(update_fields=["difference"])
    record(
        "difference.settled", about=("batch", one.batch.pk), object=made,
        payload={"difference": one.difference, "words": commitment_of(said)},
    )  # fmt: skip
    return made

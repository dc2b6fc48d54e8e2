"""Invoices (票据) of a case: whoever holds a review step enters them from the papers, or takes out what was entered wrongly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.errors import NotFound, Refusal
from cases.evidence.invoices import invoices_of, keep_invoice, release_invoice
from cases.evidence.models import Invoice
from cases.history.record import action
from cases.programme import programme
from workflows.actions.claiming import act_as
from workflows.actions.common import holder_of, locked, may_act, must_be_unchanged
from workflows.flow import step_of
from workflows.models import WorkItem


@action("task.enter_invoice")
def enter_invoice(
    *, item: WorkItem | int, row_version: int | None = None, given: Mapping[str, Any], by: Any,
    now: datetime | None = None,
) -> Invoice:  # fmt: skip
    """录入一张票据, by the holder of a review step; one invoice pays for one case alone, in all programmes.

    Raises Invalid with a sentence a field; refused as a mark on a paper is, and when the invoice is used already.
    """
    assert now is not None
    found = _in_hand(item, row_version, by)
    return keep_invoice(case=found.case, given=given, by=by, now=now)


@action("task.take_out_invoice")
def take_out_invoice(
    *, item: WorkItem | int, row_version: int | None = None, invoice: int, by: Any, now: datetime | None = None
) -> None:
    """录错的票据取出, by the holder of a review step; the row stays in history. Raises NotFound for one of another case."""
    assert now is not None
    found = _in_hand(item, row_version, by)
    row = invoices_of(found.case).filter(pk=invoice).first()
    if row is None:
        raise NotFound()
    release_invoice(row, "mistake", now=now)


def _in_hand(item: WorkItem | int, row_version: int | None, by: Any) -> WorkItem:
    found = locked(item)
    act_as(may_act(found, by))
    if found.state != "claimed" or found.holder_id != by.pk:
        raise Refusal(_("这件不在您手里。"), code="not_holder", who_may=holder_of(found))
    must_be_unchanged(found, row_version)
    step = step_of(found)
    if step.level is None or step.veiled or programme(found.case.programme).bills is None:
        raise Refusal(_("这一步不录票据。"), code="no_invoices")
    return found

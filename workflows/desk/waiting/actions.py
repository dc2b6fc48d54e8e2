"""轮候的有钱了: in the order of the list the money is set aside and the case goes on as the panel decided (F58)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from cases.dossier.models import Case
from cases.dossier.queries import lock_case
from cases.duplicates.actions import must_be_clear
from cases.history.record import action, record
from cases.money.rules import FundShort
from cases.urgent.actions import reserve_rest
from workflows import actions, rechecks


@action("waiting.promote")
def promote(*, case: Case, by: Any, now: datetime | None = None) -> bool:
    """轮到了: the money is set aside and the public notice is prepared, of which the applicant is told. False while it is short."""
    assert now is not None
    found = lock_case(case.pk)
    if found.state != "WAITLIST" or found.award is None:
        return False
    must_be_clear([found])
    rechecks.keep(found, "panel", by=by, now=now)
    try:
        with transaction.atomic():
            reserve_rest(case=found, amount=found.award, by=by, now=now)
    except FundShort:
        return False
    record("waiting.promote", about=("case", found.pk), object=found, payload={"amount": found.award})
    actions.fact(found, "panel_agree", by=by, now=now)
    return True

"""What the tests of this room share."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connections

from cases.errors import Refusal
from cases.evidence.actions import save_supplement_answer
from cases.money.models import Fund
from tests.cast import everybody
from tests.database import clone, forget, use
from tests.desk.road import new_case, road, signed_in, supplied
from workflows import actions
from workflows.walking import drive

__all__ = ["committed", "new_case", "road", "signed_in"]

SLUG, NEW_PHONE = "rare_disease", "19900000777"


@pytest.fixture(scope="module")
def committed(django_db_setup: Any, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """A database of its own in which each act was a transaction of its own: one case paid, one supplemented and returned."""
    home, mine = connections["default"].settings_dict["NAME"], clone()
    with django_db_blocker.unblock():
        use(mine)
        try:
            yield _world()
        finally:
            use(home)
            forget(mine)


def _world() -> SimpleNamespace:
    cast = everybody()
    drive.publish_policy(slug=SLUG, maker=cast["policy_edit"], publisher=cast["policy_publish"])
    fund = drive.fund(slug=SLUG, yuan="50000", by=cast["fin_make"])
    other = drive.apply(slug=SLUG, number=2, by=cast["applicant2"])
    items = [("answer", "patient_phone", "S10"), ("material", "D02", "S31")]
    asked = [{"kind": kind, "key": key, "reason": reason, "note": ""} for kind, key, reason in items]
    drive.step(other, "supplement", data={"items": asked})
    save_supplement_answer(case=other, key="patient_phone", value=NEW_PHONE, by=cast["applicant2"])
    supplied(other, by=cast["applicant2"], seed=1)
    drive.to(other, "PROVINCE")
    drive.step(other, "return", to_step="county_review", opinion="家庭收入和入户记录不一致，请县里再核实。")
    case = drive.apply(slug=SLUG, number=1, by=cast["applicant1"])
    drive.to(case, "COUNTY")
    with pytest.raises(Refusal):
        actions.claim(item=drive.open_item(case), by=cast["xiji_intake"])
    drive.to(case, "PROVINCE")
    change = {"key": "total_cost", "value": "31000.00", "reason": "结算单合计是这个数"}
    drive.step(case, "agree", data={"verified": [change]})
    drive.to(case, "PANEL")
    drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{n}"] for n in range(1, 6)])
    drive.give_notice([case], by=cast["publicity"])
    drive.end_notice(by=cast["prov_head"])
    drive.to(case, "PAYABLE")
    batch, data = drive.send_batch(
        of=fund, maker=cast["fin_make"], checker=cast["fin_check"], releaser=cast["fin_release"]
    )
    drive.bank_answers(batch, data, maker=cast["fin_make"], checker=cast["fin_check"])
    case.refresh_from_db()
    return SimpleNamespace(cast=cast, case=case, other=other, fund=Fund.objects.get(pk=fund.pk), batch=batch)

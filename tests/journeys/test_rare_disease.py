"""One rare-disease case from draft to closed, by the actions that people use."""

import pytest

from cases.calendar import clock
from cases.history.models import Event
from workflows.walking import drive

pytestmark = pytest.mark.django_db


def actions_of(case):
    rows = Event.objects.filter(stream__kind="case", stream__key=str(case.pk), outcome="ok").order_by("seq")
    return [row.action for row in rows]


def test_a_case_goes_from_the_village_to_the_bank_and_is_followed_up(cast, published, funded):
    published("rare_disease")
    purse = funded("rare_disease", "50000")
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    assert case.number.startswith(case.handling_code[:6])
    drive.to(case, "PANEL")
    assert case.award > 0
    drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{n}"] for n in range(1, 6)])
    assert case.state == "PUBLICITY"
    drive.give_notice([case], by=cast["publicity"])
    drive.end_notice(by=cast["prov_head"])
    case.refresh_from_db()
    assert case.state == "GRANTED"
    drive.step(case, "grant")
    assert case.state == "PAYABLE"
    clock.move_demo_clock(days=1, by=cast["prov_head"])
    batch, data = drive.send_batch(
        of=purse, maker=cast["fin_make"], checker=cast["fin_check"], releaser=cast["fin_release"]
    )
    case.refresh_from_db()
    assert case.state == "SENT"
    drive.bank_answers(batch, data, maker=cast["fin_make"], checker=cast["fin_check"])
    case.refresh_from_db()
    assert case.state == "FOLLOWUP"
    drive.step(case, "done")
    assert case.state == "CLOSED"
    told = actions_of(case)
    for word in ("case.submitted", "case.accepted", "visit.recorded", "award.computed", "case.closed"):
        assert word in told

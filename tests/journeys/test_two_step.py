"""A programme that lives only in one folder of the tests walks through the same doors."""

import pytest

from cases.calendar import clock
from cases.programme import programme
from workflows.walking import drive

pytestmark = pytest.mark.django_db


def test_a_two_step_programme_is_filed_decided_and_paid_with_nothing_changed_outside_its_folder(
    cast, published, funded
):
    published("two_step")
    purse = funded("two_step", "5000")
    case = drive.apply(slug="two_step", number=5, by=cast["applicant1"])
    assert case.number
    drive.to(case, "PAYABLE")
    assert str(case.award) == "1234.56"
    clock.move_demo_clock(days=1, by=cast["prov_head"])
    batch, data = drive.send_batch(
        of=purse, maker=cast["fin_make"], checker=cast["fin_check"], releaser=cast["fin_release"]
    )
    drive.bank_answers(batch, data, maker=cast["fin_make"], checker=cast["fin_check"])
    case.refresh_from_db()
    assert case.state == "CLOSED"


def test_its_policy_needs_only_what_its_own_road_asks_for():
    assert programme("two_step").needs()["levels"] == ()
    assert "city_recheck" not in programme("two_step").needs()["days"]

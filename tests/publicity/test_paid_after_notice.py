"""Nobody is paid before the notice is over: the database itself says so, to whoever writes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from cases.calendar import clock
from cases.money import actions as money
from cases.publicity import actions
from tests.publicity.test_lists import after_the_end
from workflows.walking import drive

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreed(cast: Any, published: Any, funded: Any) -> Any:
    """A case that the panel agreed on; no list has been posted."""
    published("rare_disease")
    funded("rare_disease", "100000")
    case = drive.to(drive.apply(slug="rare_disease", number=1, by=cast["applicant1"]), "PANEL")
    drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{number}"] for number in range(1, 6)])
    return case


def approve(case: Any, cast: Any) -> None:
    """The grant is made payable from today: what a careless writer of the office could do."""
    money.make_payable(case=case, not_before=clock.today(), by=cast["prov_head"])


def pay(case: Any) -> int:
    """Write the payout into a batch by hand, as the application role."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_payout SET state = 'in_batch' WHERE case_id = %s", [case.pk])
        return int(cursor.rowcount)


def refused_payment(case: Any) -> bool:
    with pytest.raises(IntegrityError, match="not payable now: publicity"):
        pay(case)
    return True


def test_a_case_that_never_stood_on_a_list_is_not_paid(agreed: Any, cast: Any) -> None:
    approve(agreed, cast)
    assert refused_payment(agreed)
    clock.move_demo_clock(by=None, days=400)
    assert refused_payment(agreed)


def test_a_case_whose_list_was_taken_down_is_not_paid_until_a_new_list_is_over(agreed: Any, cast: Any) -> None:
    plist = drive.give_notice([agreed], by=cast["publicity"])
    actions.take_down(plist=plist, reason="名单里有一个人的金额写错了", by=cast["publicity"])
    approve(agreed, cast)
    after_the_end(plist)
    assert refused_payment(agreed)
    again = actions.publish(cases=[agreed], by=cast["publicity"])
    after_the_end(again)
    assert refused_payment(agreed)
    actions.close_due()
    assert pay(agreed) == 1


def test_a_case_on_a_running_list_is_not_paid_and_after_its_end_it_is(agreed: Any, cast: Any) -> None:
    plist = drive.give_notice([agreed], by=cast["publicity"])
    approve(agreed, cast)
    assert refused_payment(agreed)
    after_the_end(plist)
    actions.close_due()
    assert pay(agreed) == 1


def test_that_a_case_needs_the_notice_cannot_be_switched_off_on_its_road(agreed: Any) -> None:
    assert agreed.needs_notice
    switch_off = "UPDATE cases_case SET needs_notice = false WHERE id = %s"
    refused = pytest.raises(IntegrityError, match="settled when its road begins")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(switch_off, [agreed.pk])


def test_a_road_without_a_notice_pays_without_one(cast: Any, published: Any, funded: Any) -> None:
    published("two_step")
    funded("two_step", "100000")
    case = drive.to(drive.apply(slug="two_step", number=1, by=cast["applicant1"]), "GRANTED")
    drive.step(case, "grant")
    case.refresh_from_db()
    assert not case.needs_notice
    assert pay(case) == 1


def test_a_case_against_which_an_objection_was_upheld_is_held_for_good(agreed: Any, cast: Any) -> None:
    plist = drive.give_notice([agreed], by=cast["publicity"])
    made = actions.file_objection(entry=agreed.public_entries.get(), text="他家有两套房子，不困难。")
    after_the_end(plist)
    actions.close_objection(
        objection=made, upheld=True, reasons=["J20"], finding="查到名下有两套房，不符合条件。", by=cast["prov_review2"]
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT money_hold(0, %s, %s)", [agreed.pk, clock.today()])
        assert cursor.fetchone() == ("objection",)

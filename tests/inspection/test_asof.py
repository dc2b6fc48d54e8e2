"""A deed is opened again as it was: data, papers, fund, findings, and the amount worked out anew."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from cases.award.models import Award
from cases.dossier.models import Answer
from cases.dossier.queries import answers
from cases.history.models import Access, Event
from cases.money.models import LedgerTransfer
from workflows.inspection.asof.award import again
from workflows.inspection.asof.cut import event_of
from workflows.inspection.asof.queries import as_of
from workflows.inspection.asof.told import kept_values
from workflows.models import Decision

pytestmark = pytest.mark.django_db


def made_at(case: Any, step: str) -> Event:
    return event_of(case, Decision.objects.filter(case=case, step=step).latest("pk"))


def line_of(seen: Any, key: str) -> Any:
    return next(line for part in seen.parts for line in part.lines if line.key == key)


def test_a_decision_shows_what_stood_before_it_and_nothing_that_came_after(committed: Any, db: Any) -> None:
    case = committed.case
    county, province = as_of(case, made_at(case, "county_review")), as_of(case, made_at(case, "province_review"))
    assert (county.case_row["state"], province.case_row["state"], case.state) == ("COUNTY", "PROVINCE", "FOLLOWUP")
    assert county.again is None and county.case_row["award"] is None
    assert province.again.is_same and province.again.made.amount == case.award
    then, now = line_of(province, "total_cost"), Answer.objects.get(case=case, key="total_cost", source="verified")
    assert then.is_known and then.source == "本人填报" and now.value == "31000.00"
    assert province.papers and all(paper.sheets for paper in province.papers if paper.required)
    assert province.policy == case.policy and province.evaluations and province.years
    assert province.looks and province.recheck is not None
    assert {look.at < province.cut.moment for look in province.looks} == {True}


def test_the_fund_stands_as_it_did_before_each_move_of_its_money(committed: Any, db: Any) -> None:
    case, given = committed.case, Decimal("50000.00")
    moves = LedgerTransfer.objects.filter(case=case).order_by("at")
    found = []
    for move in moves:
        event = Event.objects.get(object_type="cases_ledgertransfer", object_id=str(move.pk), action="row.insert")
        (fund,) = as_of(case, event).funds
        found.append((move.kind, fund.reserved, fund.paid, fund.free))
    assert found == [("pending", 0, 0, given), ("post", case.award, 0, given - case.award)]


def test_what_was_changed_since_is_known_by_its_fingerprint_alone(committed: Any, db: Any) -> None:
    row = Answer.objects.filter(case=committed.case, key="total_cost").earliest("pk")
    assert kept_values([{"id": row.pk, "value": "commitment:of-what-stood-there-before"}]) == {}


def test_the_amount_worked_out_again_is_the_same_or_the_difference_is_shown(committed: Any, db: Any) -> None:
    made = Award.objects.get(case=committed.case)
    found = again(made)
    assert found.is_same and found.difference == 0 and all(same for _kept, _now, same in found.lines)
    made.amount += Decimal("100.00")
    assert not again(made).is_same and again(made).difference == Decimal("-100.00")
    made.amount -= Decimal("100.00")
    made.facts = {**made.facts, "total_cost": "90000.00"}
    assert not again(made).is_same and again(made).difference > 0
    assert not all(same for _kept, _now, same in again(made).lines)
    made.earlier = None
    assert again(made).now is None and "没有留存既往救助" in again(made).why_not


def test_the_page_masks_until_a_purpose_is_stored(committed: Any, db: Any, signed_in: Any) -> None:
    case, browser = committed.case, signed_in(committed.cast["inspector"])
    given, event = answers(case), made_at(case, "province_review")
    page = browser.get(reverse("inspection:then", args=[case.number, event.pk]))
    assert page.status_code == 200 and "重算一致" in page.text
    for key in ("patient_id_no", "patient_phone", "account_no", "address"):
        assert given[key] not in page.text, key
    address = reverse("inspection:then_shown", args=[case.number, event.pk])
    looks = Access.objects.filter(
        case_id=case.pk, actor=committed.cast["inspector"].pk, fields__contains="patient_id_no"
    )
    assert browser.post(address, {"purpose": ""}).status_code == 422 and not looks.exists()
    shown = browser.post(address, {"purpose": "核对当时的内容"})
    assert given["patient_id_no"] in shown.text and looks.get().purpose == "核对当时的内容"

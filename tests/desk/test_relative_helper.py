"""A helper who is a relative: seen at every step, and the county phones the patient before it agrees (多一道核对)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cases.calendar import clock
from cases.errors import Invalid
from workflows import actions
from workflows.models import Decision
from workflows.walking import drive

pytestmark = pytest.mark.django_db
FLAG = "代办人是患者亲属，多一道核对"


@pytest.fixture
def filed(cast, published):
    published("rare_disease")

    def make(relative: bool):
        changes = {"applicant_kind": "agent", "agent_relative": relative, "hukou_division": "640422100991"}
        return drive.apply(slug="rare_disease", number=2, by=cast["agent1"], changes=changes)

    return make


def test_the_flag_is_seen_from_intake_to_the_panel(filed, cast, client):
    case = filed(relative=True)
    for state, who in (
        ("INTAKE", "xiji_intake"),
        ("VERIFY", "xiji_town"),
        ("COUNTY", "xiji_review"),
        ("PANEL", "prov_head"),
    ):
        drive.to(case, state)
        client.force_login(cast[who])
        assert FLAG in client.get(reverse("case:home", args=[case.number])).content.decode(), state


def test_other_helpers_carry_no_flag(filed, cast, client):
    case = drive.to(filed(relative=False), "COUNTY")
    client.force_login(cast["xiji_review"])
    assert FLAG not in client.get(reverse("case:home", args=[case.number])).content.decode()
    drive.step(case, "agree", by=cast["xiji_review"])
    assert case.state == "CITY"


def test_the_county_does_not_agree_before_it_phoned_the_patient(filed, cast):
    case = drive.to(filed(relative=True), "COUNTY")
    item = drive.open_item(case)
    given = {"item": item.pk, "outcome": "agree", "opinion": drive.ENOUGH, "by": cast["xiji_review"]}
    for call in (None, {"answered_by": " ", "at": "2026-11-26T09:00"}):
        with pytest.raises(Invalid) as refused:
            actions.decide(data={"patient_call": call} if call else {}, **given)
        assert "answered_by" in refused.value.fields
    actions.decide(data={"patient_call": {"answered_by": "患者本人", "at": "2026-11-26T09:00"}}, **given)
    assert Decision.objects.get(case=case, step="county_review").data["patient_call"]["answered_by"] == "患者本人"


def test_the_form_asks_who_answered_and_when(filed, cast, client):
    case = drive.to(filed(relative=True), "COUNTY")
    item = drive.open_item(case)
    client.force_login(cast["xiji_review"])
    client.post(reverse("case:claim", args=[case.number]), {"item": item.pk, "row_version": item.row_version})
    item.refresh_from_db()
    address = reverse("case:decide", args=[case.number])
    values = {
        "item": item.pk,
        "row_version": item.row_version,
        "outcome": "agree",
        "opinion": drive.ENOUGH,
        "phase": "confirm",
    }
    assert "先电话核对再同意" in client.post(address, values).content.decode()
    today = clock.today()
    call = {
        "answered_by": "患者本人", "called_at": "00:01", "called_on_year": today.year, "called_on_month": today.month,
        "called_on_day": today.day,
    }  # fmt: skip
    client.post(address, values | call)
    case.refresh_from_db()
    assert case.state == "CITY"

"""Suspensions, plans and stuck cases through the API: the same acts and the same rights as on the pages."""

from __future__ import annotations

from typing import Any

import pytest

from cases.dossier.models import Case
from workflows.engine import clockwork
from workflows.models import Plan, Suspension
from workflows.walking import drive

WHY = "误点了同意，材料还缺一份，要回到县级受理。"
JSON = "application/json"


@pytest.fixture
def at_county(case: Case) -> Case:
    """The case at the county's review."""
    return drive.to(case, "COUNTY")


def test_a_case_is_suspended_listed_and_let_go_on(at_county, browser_of):
    number, county, other = at_county.number, browser_of("xiji_review"), browser_of("zhongning_clerk")
    sent = {"case": number, "reason": WHY}
    assert other.post("/api/v1/suspensions/", sent, JSON).status_code == 404
    assert county.post("/api/v1/suspensions/", {**sent, "reason": "短"}, JSON).json()["fields"]["reason"]
    first = county.post("/api/v1/suspensions/", sent, JSON, headers={"Idempotency-Key": "s1"})
    again = county.post("/api/v1/suspensions/", sent, JSON, headers={"Idempotency-Key": "s1"})
    assert first.status_code == 200 and first.json() == again.json() and Suspension.objects.count() == 1
    item = drive.open_item(at_county)
    claimed = county.post(f"/api/v1/tasks/{item.pk}/claim/", {"row_version": item.row_version}, JSON)
    assert (claimed.status_code, claimed.json()["code"]) == (409, "suspended")
    assert [row["case"] for row in county.get("/api/v1/suspensions/").json()["results"]] == [number]
    assert other.get("/api/v1/suspensions/").status_code in (200, 403)
    ended = county.post(f"/api/v1/suspensions/{first.json()['id']}/end/")
    assert ended.status_code == 200 and ended.json()["ended_at"]
    assert county.post(f"/api/v1/suspensions/{first.json()['id']}/end/").status_code == 409


def test_a_plan_is_made_tried_signed_by_another_and_carried_out(at_county, browser_of):
    maker, signer = browser_of("prov_review2"), browser_of("prov_head")
    sent: dict[str, Any] = {"kind": "restart", "case": at_county.number, "step": "county_review", "reason": WHY}
    lacking = maker.post("/api/v1/plans/", sent, JSON)
    assert lacking.status_code == 422 and lacking.json()["fields"]["to_step"]
    made = maker.post("/api/v1/plans/", {**sent, "to_step": "intake"}, JSON, headers={"Idempotency-Key": "p1"}).json()
    again = maker.post("/api/v1/plans/", {**sent, "to_step": "intake"}, JSON, headers={"Idempotency-Key": "p1"}).json()
    assert made == again and Plan.objects.count() == 1
    address = f"/api/v1/plans/{made['id']}/"
    plan = signer.get(address).json()
    assert (plan["state"], plan["cases"], plan["correction"]) == ("ready", {"possible": 1}, [])
    [line] = signer.get(f"{address}cases/").json()["results"]
    assert (line["case"], line["state"], line["after"]["state"]) == (at_county.number, "possible", "INTAKE")
    assert maker.post(f"{address}sign/", {"digest": plan["digest"]}, JSON).status_code == 403
    assert signer.post(f"{address}sign/", {"digest": "0" * 64}, JSON).status_code == 409
    assert signer.post(f"{address}sign/", {"digest": plan["digest"]}, JSON).json()["state"] == "running"
    clockwork.one_pass()
    assert drive.open_item(at_county).step == "intake"
    assert signer.get(address).json()["cases"] == {"done": 1}
    assert signer.post(f"{address}drop/").status_code == 409
    assert [row["id"] for row in signer.get("/api/v1/plans/").json()["results"]] == [made["id"]]


def test_a_correction_is_read_with_before_and_after_and_a_refused_one_says_why(at_county, browser_of):
    maker = browser_of("prov_review2")
    sent = {"kind": "correct", "case": at_county.number, "fact": "household_size", "value": "7", "reason": WHY}
    made = maker.post("/api/v1/plans/", sent, JSON).json()
    before, after = maker.get(f"/api/v1/plans/{made['id']}/").json()["correction"]
    assert after == "7" != before
    same = maker.post("/api/v1/plans/", {**sent, "value": before}, JSON).json()
    [line] = maker.get(f"/api/v1/plans/{same['id']}/cases/", headers={"accept-language": "en"}).json()["results"]
    assert line["state"] == "refused" and line["problem"] == "This fact already says so."


def test_plans_are_read_page_by_page(at_county, browser_of, monkeypatch):
    monkeypatch.setattr("workflows.operations.plans.PAGE", 2)
    maker, sent = browser_of("prov_review2"), {"kind": "cancel", "case": at_county.number, "step": "x", "reason": WHY}
    made = [maker.post("/api/v1/plans/", sent, JSON).json()["id"] for _time in range(3)]
    first = maker.get("/api/v1/plans/").json()
    rest = maker.get("/api/v1/plans/", {"after": first["next"]}).json()
    assert [row["id"] for row in first["results"] + rest["results"]] == made[::-1] and rest["next"] is None
    assert maker.get("/api/v1/plans/?after=²").status_code == 422


def test_stuck_cases_say_what_to_do_and_who_may(at_county, browser_of):
    from viewflow.workflow.models import Task

    item = drive.open_item(at_county)
    at_county.work_items.filter(pk=item.pk).update(state="cancelled")
    Task.objects.filter(pk=item.task_id).update(status="CANCELED")
    [found] = browser_of("prov_head").get("/api/v1/stuck/").json()["results"]
    assert (found["case"], found["cause"]) == (at_county.number, "no_work") and found["to_do"] and found["who_may"]

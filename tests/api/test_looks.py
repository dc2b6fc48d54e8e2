"""What was found twice, lists of other agencies, waiting lines and follow-ups: the API shows what the pages show."""

from __future__ import annotations

from typing import Any

from cases.history.models import Access, Event
from tests.duplicates.test_lists import compare, csv_of
from workflows.desk.waiting.queries import seen_of

JSON = "application/json"


def test_a_hit_is_read_masked_and_decided_once_and_its_reading_is_recorded(
    case: Any, cast: Any, browser_of: Any
) -> None:
    patient = case.patient
    compare(csv_of((patient.name, patient.id_no, "")), cast["prov_review"])
    address, county = f"/api/v1/cases/{case.number}/hits/", browser_of("xiji_review")
    body = county.get(address).json()
    (found,) = body["results"]
    assert (found["kind"], found["agency"], found["holds"], body["unmet"]) == ("listed", "演示残联", False, [])
    assert str(patient.id_no) not in str(body)
    assert Access.objects.filter(case_id=case.pk, fields__contains="hits").count() == 1
    sent = {name: found[name] for name in ("kind", "subject", "fingerprint")}
    sent |= {"verdict": "different", "reason": "电话问过残联，是两年前的轮椅。"}
    once = {"Idempotency-Key": "h1"}
    stale = county.post(address, {**sent, "fingerprint": "0" * 64}, JSON)
    assert (stale.status_code, stale.json()["code"]) == (409, "changed")
    first, again = (county.post(address, sent, JSON, headers=once) for _time in range(2))
    assert first.status_code == 200 and first.json() == again.json() and "轮椅" not in first.text
    (decided,) = county.get(address).json()["results"][0]["decisions"]
    assert decided["reason"] == sent["reason"] and Event.objects.filter(action="hit.decided").count() == 1
    assert county.post(address, {**sent, "verdict": "maybe"}, JSON).json()["fields"]["verdict"]
    assert browser_of("zhongning_clerk").get(address).status_code == 404
    assert browser_of("xiji_intake").get(address).status_code == 403


def test_lists_lines_and_follow_ups_are_those_of_the_pages(case: Any, cast: Any, browser_of: Any) -> None:
    run = compare(csv_of(("演示名单路人", "", "1950-01-01")), cast["prov_review"])
    province, county = browser_of("prov_review"), browser_of("xiji_review")
    (listed,) = province.get("/api/v1/lists/").json()["results"]
    assert (listed["id"], listed["agency"], listed["rows"], listed["matches"]) == (run.pk, "演示残联", 1, 0)
    assert "演示名单路人" not in str(listed) and county.get("/api/v1/lists/").status_code == 403
    waiting = [row for _card, rows in seen_of(cast["xiji_review"]) for row in rows]
    assert len(county.get("/api/v1/lines/").json()["results"]) == len(waiting)
    assert browser_of("prov_head").get("/api/v1/lines/?for=device").json() == {"results": []}
    assert county.get("/api/v1/lines/?for=device").status_code == 403
    assert county.get("/api/v1/quality/").json() == {"results": []}
    assert browser_of("xiji_intake").get("/api/v1/quality/").status_code == 403

"""Incidents through the API: the groups of the page, and what is done about them, once."""

from __future__ import annotations

import pytest
from django.test import Client

from workflows.models import Incident

pytestmark = pytest.mark.django_db
JSON = "application/json"


def test_incidents_are_read_by_group_taken_retried_and_skipped_with_a_reason(browser: Client, stuck):
    made = [stuck(number) for number in (5, 6)]
    [group] = browser.get("/api/v1/incidents/").json()["results"]
    assert (group["count"], group["incident"], group["error"]) == (2, made[0].pk, "TimeoutError")
    page = browser.get(f"/api/v1/incidents/{group['incident']}/").json()
    assert [row["id"] for row in page["results"]] == [one.pk for one in made] and page["next"] is None
    both = {"incidents": [one.pk for one in made]}
    assert browser.post("/api/v1/incidents/take/", both, JSON).json() == {"count": 2}
    assert browser.post("/api/v1/incidents/skip/", both, JSON).json()["fields"]["reason"]
    retried = [
        browser.post("/api/v1/incidents/retry/", {"incidents": [made[0].pk]}, JSON, headers={"Idempotency-Key": "r"})
        for _time in range(2)
    ]
    assert [answer.json() for answer in retried] == [{"count": 1}] * 2
    skipped = browser.post("/api/v1/incidents/skip/", {"incidents": [made[1].pk], "reason": "登记处已停用。"}, JSON)
    assert skipped.json() == {"count": 1}
    assert [Incident.objects.get(pk=one.pk).state for one in made] == ["retried", "skipped"]
    assert browser.post("/api/v1/incidents/retry/", both, JSON).status_code == 409
    assert browser.get(f"/api/v1/incidents/{made[0].pk}/?after=x").status_code == 404

"""All that is missing is told once, by the day that the policy sets; what comes later is marked as late for good."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse

from cases.calendar import clock
from cases.calendar.queries import calendar
from cases.calendar.rules import add_workdays, local_day
from cases.evidence.models import Supplement
from cases.history.models import Event
from workflows import actions
from workflows.walking import drive

pytestmark = pytest.mark.django_db
ITEMS = {"items": [{"kind": "material", "key": "D02", "reason": "S02", "note": "背面没有拍到"}]}


def told(case: Any) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(Event.objects.get(stream__key=str(case.pk), action="supplement.told").payload)
    return payload


def test_a_notice_on_the_last_day_of_the_policy_is_in_time(cast: Any, new_case: Any, signed_in: Any) -> None:
    case = new_case(1)
    latest = add_workdays(local_day(case.submitted_at), 5, calendar()).on
    clock.move_demo_clock(to=latest, by=cast["prov_head"])
    item = actions.claim(item=drive.open_item(case), by=cast["xiji_intake"])
    page = signed_in(cast["xiji_intake"]).get(reverse("case:home", args=[case.number])).text
    assert f"一次性告知最晚在 {latest.isoformat()}。" in page
    drive.step(case, "supplement", by=item.holder, data=ITEMS)
    made = Supplement.objects.get(case=case)
    assert (made.latest_on, made.is_late) == (latest, False)
    assert (told(case)["latest_on"], told(case)["late"]) == (latest.isoformat(), False)


def test_a_later_notice_is_shown_as_late_before_and_after_and_in_history(
    cast: Any, new_case: Any, signed_in: Any
) -> None:
    case = new_case(1)
    latest = add_workdays(local_day(case.submitted_at), 5, calendar()).on
    clock.move_demo_clock(to=latest, by=cast["prov_head"])
    clock.move_demo_clock(days=1, by=cast["prov_head"])
    item = actions.claim(item=drive.open_item(case), by=cast["xiji_intake"])
    browser = signed_in(cast["xiji_intake"])
    assert "今天已经晚了" in browser.get(reverse("case:home", args=[case.number])).text
    drive.step(case, "supplement", by=item.holder, data=ITEMS)
    assert Supplement.objects.get(case=case).is_late and told(case)["late"] is True
    assert "告知晚了" in browser.get(reverse("case:tab", args=[case.number, "materials"])).text

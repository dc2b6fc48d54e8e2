"""Each refused try is counted for the inspector by reason, office and role, and each number opens the list behind it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.calendar import clock
from cases.errors import Refusal
from workflows import actions
from workflows.inspection import refusals
from workflows.inspection.refusals import month_of, tries
from workflows.walking import drive

pytestmark = pytest.mark.django_db


def refuse(person: Any, case: Any, times: int = 1) -> None:
    """Somebody tries so many times to take a step that is not his."""
    for _turn in range(times):
        with pytest.raises(Refusal):
            actions.claim(item=drive.open_item(case), by=person)


def numbers(viewer: Any, month: str = "") -> dict[tuple[str, str], int]:
    return {(row.code, row.place.role): row.times for row in month_of(viewer, month).numbers}


def test_refusals_are_counted_by_reason_office_and_role(cast: Any, new_case: Any) -> None:
    case = new_case(1, "COUNTY")
    refuse(cast["xiji_intake"], case, 2)
    refuse(cast["guyuan_city"], case)
    refuse(cast["applicant2"], case)
    found = numbers(cast["inspector"])
    assert found[("not_my_step", "CTY1")] == 2 and found[("not_my_step", "MUN")] == 1
    assert found[("not_found", "APP")] == 1
    words = [row.place.words for row in month_of(cast["inspector"]).numbers if row.place.role == "CTY1"]
    assert words == ["西吉县救助办公室（演示） 县级受理员"]


def test_each_number_opens_exactly_the_tries_behind_it(cast: Any, new_case: Any, signed_in: Any) -> None:
    case = new_case(1, "COUNTY")
    refuse(cast["xiji_intake"], case, 3)
    refuse(cast["guyuan_city"], case)
    browser = signed_in(cast["inspector"])
    page = browser.get(reverse("inspection:refusals"))
    for number in page.context["month"].numbers:
        address = f"{reverse('inspection:refused')}?month={page.context['month'].name}&{number.query}"
        assert address.replace("&", "&amp;", 1) in page.text or number.query.replace("&", "&amp;") in page.text
        listed = browser.get(address).context["page"].rows
        assert len(listed) == number.times
    three = next(row for row in page.context["month"].numbers if row.place.role == "CTY1")
    shown = browser.get(f"{reverse('inspection:refused')}?month={page.context['month'].name}&{three.query}")
    assert case.number in shown.text and "领取" in shown.text


def test_only_one_month_is_counted_at_a_time(cast: Any, new_case: Any) -> None:
    case = new_case(1, "COUNTY")
    refuse(cast["xiji_intake"], case)
    this = month_of(cast["inspector"])
    clock.move_demo_clock(days=40, by=cast["prov_head"])
    assert ("not_my_step", "CTY1") not in numbers(cast["inspector"])
    assert numbers(cast["inspector"], this.name)[("not_my_step", "CTY1")] == 1


def test_the_list_pages_by_key(cast: Any, new_case: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(refusals, "PAGE", 2)
    case = new_case(1, "COUNTY")
    refuse(cast["xiji_intake"], case, 5)
    row = next(one for one in month_of(cast["inspector"]).numbers if one.place.role == "CTY1")
    seen, after = [], ""
    while True:
        found = tries(
            cast["inspector"], "", code=row.code, office=row.place.office, role=row.place.role, after=after
        )  # fmt: skip
        seen += [one.pk for one in found.rows]
        if not found.after:
            break
        after = found.after
    assert len(seen) == len(set(seen)) == 5 and seen == sorted(seen, reverse=True)


def test_the_numbers_take_the_same_queries_for_few_and_many_and_use_the_index(
    cast: Any, new_case: Any, signed_in: Any
) -> None:
    case, browser = new_case(1, "COUNTY"), signed_in(cast["inspector"])

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert browser.get(reverse("inspection:refusals")).status_code == 200
        return len(counted)

    refuse(cast["xiji_intake"], case)
    queries()
    few = queries()
    for person in ("guyuan_city", "guyuan_city2", "xiji_town", "applicant2", "prov_review"):
        refuse(cast[person], case, 2)
    assert queries() == few
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        sql, params = refusals._denied(clock.today().replace(day=1)).values("pk").query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", params)
        assert "event_denied" in "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize("month", ["2026-13", "x", "2026"])
def test_a_month_that_is_none_is_not_found(cast: Any, signed_in: Any, month: str) -> None:
    assert signed_in(cast["inspector"]).get(reverse("inspection:refusals"), {"month": month}).status_code == 404


def test_nobody_but_an_inspector_sees_the_numbers(cast: Any, signed_in: Any) -> None:
    for name, status in (("xiji_intake", 403), ("prov_head", 403), ("applicant1", 404)):
        for address in ("inspection:refusals", "inspection:refused"):
            assert signed_in(cast[name]).get(reverse(address)).status_code == status

"""A changed row says why it changed and by which policy; a sealed answer is shown only for a stated purpose."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from cases.dossier.models import Answer
from cases.history.models import Access, Event
from workflows.inspection.timeline import whole_timeline
from workflows.walking import drive

pytestmark = pytest.mark.django_db


def entries(case: Any, action: str, table: str) -> list[Any]:
    return [
        one for one in whole_timeline(case) if one.action == action and one.object.split(" ")[0] == table
    ]  # fmt: skip


def test_a_row_change_names_the_deed_its_reasons_and_the_policy_it_went_by(cast: Any, new_case: Any) -> None:
    case = new_case(1, "PROVINCE")
    drive.step(case, "return", to_step="county_review", opinion="家庭收入和入户记录不一致，请县里再核实。")
    moved = entries(case, "row.update", "cases_case")[-1]
    decided = Event.objects.filter(stream__key=str(case.pk), action="task.decided").latest("pk")
    assert moved.because.pk == decided.pk
    assert moved.because.policy == case.policy.number
    assert [reason.split(" ")[0] for reason in moved.because.reasons] == ["T01"]
    assert len(moved.because.reasons[0]) > 4


def test_the_page_of_an_event_links_to_the_deed(cast: Any, new_case: Any, signed_in: Any) -> None:
    case = new_case(1, "COUNTY")
    moved = entries(case, "row.update", "cases_case")[-1]
    page = signed_in(cast["inspector"]).get(reverse("inspection:event", args=[case.number, moved.pk])).text
    assert reverse("inspection:event", args=[case.number, moved.because.pk]) in page and "政策第" in page


def test_the_whole_timeline_is_printed_on_one_sheet_and_by_kind(
    cast: Any, new_case: Any, signed_in: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("workflows.inspection.timeline.ENTRIES", 7)
    case, browser = new_case(1, "COUNTY"), signed_in(cast["inspector"])
    address = reverse("inspection:print", args=[case.number])
    whole = browser.get(address)
    everything = Event.objects.filter(stream__kind="case", stream__key=str(case.pk)).count()
    looks = Access.objects.filter(case_id=case.pk).count()
    printed = whole.context["entries"]
    assert whole.status_code == 200 and len(printed) == everything + looks > 7
    assert len({(one.kind, one.pk) for one in printed}) == len(printed)
    assert {one.category for one in browser.get(address, {"kind": "decision"}).context["entries"]} == {"decision"}
    assert f"{address}?kind=row" in browser.get(reverse("inspection:case", args=[case.number]), {"kind": "row"}).text


def test_a_sealed_answer_is_opened_for_a_purpose_that_is_stored_first(cast: Any, new_case: Any, signed_in: Any) -> None:
    case, browser = new_case(1, "PROVINCE"), signed_in(cast["inspector"])
    change = {"key": "total_cost", "value": "31000.00", "reason": "结算单合计是这个数"}
    drive.step(case, "agree", data={"verified": [change]})
    answer = Answer.objects.get(case=case, key="total_cost", source="verified")
    entry = next(one for one in entries(case, "row.insert", "cases_answer") if one.object.endswith(f" {answer.pk}"))
    page = browser.get(reverse("inspection:event", args=[case.number, entry.pk]))
    assert "31,000.00" not in page.text and "显示历次内容" in page.text
    address = reverse("inspection:reveal", args=[case.number, entry.pk])
    looks = Access.objects.filter(case_id=case.pk, fields__contains="total_cost", actor=cast["inspector"].pk)
    assert "请写明查看的用途" in browser.post(address, {"purpose": ""}).text and not looks.exists()
    shown = browser.post(address, {"purpose": "核对改动依据"})
    assert "31,000.00" in shown.text and "32,000.00" in shown.text
    assert looks.get().purpose == "核对改动依据"


def test_what_is_no_answer_is_not_opened(cast: Any, new_case: Any, signed_in: Any) -> None:
    case, browser = new_case(1, "COUNTY"), signed_in(cast["inspector"])
    moved = entries(case, "row.update", "cases_case")[-1]
    page = browser.get(reverse("inspection:event", args=[case.number, moved.pk]))
    assert "显示历次内容" not in page.text
    answer = browser.post(reverse("inspection:reveal", args=[case.number, moved.pk]), {"purpose": "核对改动依据"})
    assert answer.status_code == 404

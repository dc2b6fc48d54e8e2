"""What a person, an office, an account touched, and the road of a case move by move."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.access.models import Office
from cases.history.models import Access, Event
from cases.people.models import PayeeAccount
from cases.stock.models import Device
from tests.inspection.conftest import NEW_PHONE
from workflows.flow import graph, road_of
from workflows.inspection.asof.cut import Stood, fold
from workflows.inspection.asof.told import parts_then
from workflows.inspection.road.queries import frame_of, moves_of
from workflows.inspection.touched import queries as touched
from workflows.models import Decision, WorkItem
from workflows.walking import devices

pytestmark = pytest.mark.django_db
PAGE = "inspection:touched"


def whole(lists: touched.Lists) -> list[touched.Touch]:
    part = touched.page_of(lists)
    rows = list(part.rows)
    while part.after:
        part = touched.page_of(lists, part.after)
        rows += part.rows
    return rows


def test_what_a_person_touched_is_everything_he_did_read_and_was_refused_newest_first(
    committed: Any, db: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(touched, "PAGE", 7)
    person = committed.cast["xiji_intake"]
    rows = whole(touched.of_person(person))
    events, looks = Event.objects.filter(actor=person.pk), Access.objects.filter(actor=person.pk)
    assert {one.pk for one in rows if one.kind == "event"} == set(events.values_list("pk", flat=True))
    assert {one.pk for one in rows if one.kind == "read"} == set(looks.values_list("pk", flat=True))
    assert len(rows) == events.count() + looks.count() > 14
    assert [one.at for one in rows] == sorted((one.at for one in rows), reverse=True)
    (refused,) = [one for one in rows if one.is_refused]
    assert refused.case == committed.case and "这一步不归他办理" in refused.words


def test_an_office_is_all_of_its_people_in_as_many_questions_as_one_of_them(committed: Any, db: Any) -> None:
    decision = Decision.objects.filter(case=committed.case, step="county_review").latest("pk")
    office = Office.objects.get(pk=decision.office_id)
    rows = whole(touched.of_office(office))
    made = Event.objects.filter(acting_office=office.name, actor__isnull=False).values_list("pk", flat=True)
    assert set(made) <= {one.pk for one in rows if one.kind == "event"}
    assert len({one.who for one in rows}) > 1
    numbers = []
    for lists in (touched.of_person(decision.actor), touched.of_office(office)):
        with CaptureQueriesContext(connection) as asked:
            touched.page_of(lists)
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


def test_an_account_shows_who_gave_and_paid_it_and_its_number_stands_in_no_address(
    committed: Any, db: Any, signed_in: Any
) -> None:
    browser = signed_in(committed.cast["inspector"])
    row = PayeeAccount.objects.get(case=committed.case, replaced_at=None)
    address = reverse("inspection:touched_account")
    assert browser.post(address, {}).status_code == 422
    answer = browser.post(address, {"account": str(row.account), "purpose": "核对举报"})
    assert answer.status_code == 302 and str(row.account) not in answer.url
    page = browser.get(answer.url)
    found = {one.words for one in page.context["page"].rows}
    assert {"确认收款账户", "新增一行数据：收款账户"} & found and any("拨付款项" in words for words in found)
    assert str(row.account) not in page.text
    assert browser.get(reverse(PAGE), {"secret": "of-somebody-else"}).status_code == 404


def test_the_page_is_recorded_and_says_when_nobody_is_called_so(committed: Any, db: Any, signed_in: Any) -> None:
    browser, person = signed_in(committed.cast["inspector"]), committed.cast["xiji_review"]
    page = browser.get(reverse(PAGE), {"person": person.username})
    assert page.context["page"].rows and person.name in page.text
    assert Access.objects.filter(object_type="cases_user", object_id=str(person.pk), fields__contains="person").exists()
    for given in ({"person": "nobody.here"}, {"device": "SN-0"}):
        assert "没有这个人、机构或设备" in browser.get(reverse(PAGE), given).text


def test_the_road_is_gone_again_move_by_move_to_where_the_case_stands(committed: Any, db: Any, signed_in: Any) -> None:
    case = committed.other
    moves = moves_of(case)
    assert moves[0].begun == ["intake"] and moves[0].n == 1
    begun = sum(len(move.begun) for move in moves)
    assert begun == WorkItem.objects.filter(case=case).count()
    first, last = frame_of(case, 1), frame_of(case, len(moves))
    assert [stop.mark for stop in first.stops if stop.mark in ("open", "waiting")] == ["open"]
    assert first.before == 0 and last.after == 0
    now = set(WorkItem.objects.filter(case=case, state__in=["open", "claimed"]).values_list("step", flat=True))
    titles = {node.name: node.title for node in graph(road_of(case)).nodes}
    assert [stop.title for stop in last.stops if stop.mark == "open"] == [titles[step] for step in now]
    assert last.state.code == case.state
    province = next(move for move in moves if "province_review" in move.begun)
    stood = frame_of(case, province.n)
    marks = [stop.mark for stop in stood.stops]
    assert stood.state.code == "PROVINCE" and marks.count("open") == 1
    assert marks.count("done") > [stop.mark for stop in first.stops].count("done")
    browser = signed_in(committed.cast["inspector"])
    for n in (1, len(moves)):
        page = browser.get(reverse("inspection:move", args=[case.number, n]))
        assert page.status_code == 200 and "<svg" in page.text and "步骤清单" in page.text
    assert 'rel="prev"' in page.text and 'rel="next"' not in page.text and "<script" not in page.text.split("<main")[1]
    assert browser.get(reverse("inspection:move", args=[case.number, len(moves) + 1])).status_code == 404
    assert len(browser.get(reverse("inspection:moves", args=[case.number])).context["rows"]) == len(moves)


def test_two_rounds_stand_side_by_side_and_values_only_for_a_purpose(committed: Any, db: Any, signed_in: Any) -> None:
    case, browser = committed.other, signed_in(committed.cast["inspector"])
    address = reverse("inspection:rounds", args=[case.number])
    usual, page = browser.get(address).context["between"], browser.get(address, {"first": 1, "second": 2})
    assert (usual.first, usual.second, usual.rounds) == (2, 3, [1, 2, 3])
    found = page.context["between"]
    differing = [line for part in found.sections for line in part.lines if line.differs]
    assert [str(line.label) for line in differing] == ["联系手机号"] and not differing[0].is_proved
    added = {one.words.split(" ")[0]: len(one.added) for one in found.papers if one.added}
    assert added["D02"] == 1 and "D01" not in added and not any(one.gone for one in found.papers)
    assert NEW_PHONE not in page.text and browser.get(address, {"first": 2, "second": 2}).context["between"].count == 0
    assert browser.get(address, {"first": 1, "second": 99}).status_code == 404
    shown = f"{reverse('inspection:rounds_shown', args=[case.number])}?first=1&second=2"
    assert browser.post(shown, {}).status_code == 422
    assert NEW_PHONE in browser.post(shown, {"purpose": "核对两轮"}).text
    assert Access.objects.filter(case_id=case.pk, purpose="核对两轮").exists()
    assert parts_then(Stood(case=case, rows=fold(case, 1)), clear=lambda _part: True) == []


def test_a_device_shows_where_it_was_moved(committed: Any, db: Any, signed_in: Any) -> None:
    devices.arrive(committed.cast, 1)
    serial = Device.objects.get().serial
    page = signed_in(committed.cast["inspector"]).get(reverse(PAGE), {"device": serial})
    words = [one.words for one in page.context["page"].rows]
    assert "新增一行数据：设备" in words and "新增一行数据：设备流水" in words and serial in page.text

"""Everybody who was examined has a result, a slip in plain words, and a letter where another doctor is needed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cases.calendar import clock
from cases.errors import Invalid, NotFound, Refusal
from cases.history.models import Access, Event
from cases.people.rules import age
from cases.screening import actions, seen, slips
from cases.screening.models import Result
from tests.screening.people import CLOUDED, OLD, SEEN_WELL, examine, plan, register

pytestmark = pytest.mark.django_db


def browser_of(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def row(session: Any, team: Any) -> Any:
    """Somebody who came to the session."""
    return register(session.campaign, team, session=session)


def test_what_was_found_is_kept_raw_and_beside_it_what_it_means(row: Any, team: Any) -> None:
    found = examine(row, team)
    assert found.findings["left_bare"] == "０．２" and found.outcome == "operable"
    read = found.worked["read"]["left_bare"]
    assert read == {"raw": "0.2", "decimal": "0.2", "logmar": "0.70", "rank": "23"}
    assert (found.worked["sides"], found.worked["standard"], found.worked["limits"]["vision_at_most"]) == (
        ["left"],
        "GB11533",
        "0.3",
    )


def test_a_correction_replaces_the_result_and_both_stay(row: Any, team: Any) -> None:
    first, second = examine(row, team), examine(row, team, SEEN_WELL)
    assert seen.result_of(row) == second and second.outcome == "normal"
    first.refresh_from_db()
    assert first.replaced_at is not None and Result.objects.count() == 2
    with pytest.raises(IntegrityError, match="only ever replaced"), transaction.atomic():
        Result.objects.filter(pk=second.pk).update(outcome="operable")


def test_each_fault_stands_at_its_field_and_nothing_is_stored(row: Any, team: Any) -> None:
    with pytest.raises(Invalid) as fault:
        examine(row, team, {"right_bare": "9", "left_bare": "1.0", "left_lens": "none", "right_best": "x"})
    assert set(fault.value.fields) == {"right_bare", "right_lens", "right_best"}
    assert not Result.objects.exists()


def test_the_day_is_not_before_the_session_and_not_later_than_today(row: Any, team: Any) -> None:
    for days in (-1, 1):
        with pytest.raises(Invalid) as fault:
            actions.record_result(
                registration=row, findings=CLOUDED, examined_on=clock.today() + timedelta(days=days), by=team
            )
        assert set(fault.value.fields) == {"examined_on"}


def test_the_team_of_the_session_alone_enters(row: Any, cast: Any) -> None:
    with pytest.raises(NotFound):
        examine(row, cast["eye_hospital2"])
    with pytest.raises(Refusal) as fault:
        examine(row, cast["xiji_intake"])
    assert fault.value.status == 403 and not Result.objects.exists()


def test_thresholds_are_those_of_the_day_of_planning(cast: Any, team: Any, published_with: Any) -> None:
    old = plan(cast)
    assert old.policy is None and old.thresholds == {
        "age_from": "60", "vision_at_most": "0.3", "opacity_from": "2.0", "pressure_above": "21",
    }  # fmt: skip


def test_the_list_is_in_order_and_finds_by_number_name_and_id(session: Any, team: Any, cast: Any) -> None:
    people = [register(session.campaign, team, number, session=session) for number in (1, 2, 3)]
    examine(people[0], team)
    client, address = browser_of(team), reverse("screening:session", args=[session.pk])
    page = client.get(address).text
    assert [page.index(one.number) for one in people] == sorted(page.index(one.number) for one in people)
    assert "可以救助" in page and str(people[0].id_no) not in page
    for words in (people[1].number, "2", str(people[1].id_no)):
        assert [one.pk for one in seen.found_in(team, session, words)[0]] == [people[1].pk]
    assert people[1] in seen.found_in(team, session, str(people[1].name))[0]
    assert seen.progress(session) == (1, 3)


def test_the_next_person_is_the_first_without_a_result(session: Any, team: Any) -> None:
    people = [register(session.campaign, team, number, session=session) for number in (1, 2, 3)]
    examine(people[1], team)
    client, address = browser_of(team), reverse("screening:next", args=[session.pk])
    person = reverse("screening:person", args=[people[2].token])
    assert client.get(f"{address}?after={people[0].serial}")["Location"] == person
    assert client.get(f"{address}?after={people[2].serial}")["Location"].endswith(str(people[0].token))
    examine(people[0], team)
    examine(people[2], team)
    assert client.get(address)["Location"] == reverse("screening:session", args=[session.pk])


def test_a_helper_sees_the_names_of_his_village_and_no_result(session: Any, team: Any, cast: Any) -> None:
    mine = register(session.campaign, cast["agent1"], session=session)
    other = register(session.campaign, team, 2, session=session, place="640422100992")
    examine(mine, team)
    client = browser_of(cast["agent1"])
    page = client.get(reverse("screening:session", args=[session.pk])).text
    assert mine.number in page and other.number not in page and "可以救助" not in page
    for name in ("person", "slip"):
        assert client.get(reverse(f"screening:{name}", args=[mine.token])).status_code == 404


def test_the_page_of_a_person_takes_the_findings_and_offers_slip_and_next(row: Any, session: Any, team: Any) -> None:
    client, address = browser_of(team), reverse("screening:person", args=[row.token])
    today = clock.today()
    day = {"examined_on_year": today.year, "examined_on_month": today.month, "examined_on_day": today.day}
    wrong = client.post(address, {**CLOUDED, **day, "right_bare": "很好"})
    assert wrong.status_code == 422 and "视力写小数" in wrong.text
    assert client.post(address, {**CLOUDED, **day, "left_others": ["glaucoma"]}).status_code == 302
    page = client.get(address).text
    assert "打印结果通知单" in page and "打印转诊信" in page and "疑似青光眼" in page
    assert "０．２" not in page and "0.2（logMAR 0.70）" in page and f"{age(OLD, today)} 岁，" in page
    assert Access.objects.filter(object_type="cases_registration", object_id=str(row.pk)).count() == 2
    for name in ("slip", "referral"):
        answer = client.get(reverse(f"screening:{name}", args=[row.token]))
        assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")


def test_the_slip_says_in_plain_words_what_was_found_and_what_to_do(row: Any, team: Any) -> None:
    result = examine(row, team)
    paper = slips.slip(row, result, "eyes")
    said = str(paper)
    assert "您的白内障可以做手术。" in said and "可以做的是：左眼。" in said and row.number in said
    assert str(row.id_no) not in said and "可以申请救助" in said
    assert ["左眼：裸眼视力", "0.2"] in paper["table"]["rows"]


@pytest.mark.parametrize(
    ("findings", "outcome", "words"),
    [
        (SEEN_WELL, "normal", "没有查出白内障"),
        (SEEN_WELL | {"left_lens": "some"}, "observe", "现在不用手术"),
        (SEEN_WELL | {"left_others": ["pterygium"]}, "refer", "再查一查"),
        (CLOUDED | {"against": ["sugar"]}, "contraindicated", "血糖没有控制好"),
    ],
)
def test_everybody_gets_a_slip(row: Any, team: Any, findings: Any, outcome: str, words: str) -> None:
    result = examine(row, team, findings)
    assert result.outcome == outcome and words in str(slips.slip(row, result, "eyes"))
    client = browser_of(team)
    assert client.get(reverse("screening:slip", args=[row.token])).status_code == 200
    status = 200 if outcome == "refer" else 404
    assert client.get(reverse("screening:referral", args=[row.token])).status_code == status


def test_the_history_names_no_finding(row: Any, team: Any) -> None:
    examine(row, team)
    event = Event.objects.get(action="screening.examined")
    assert "operable" not in event.payload and str(row.name) not in event.payload
    told = Event.objects.filter(object_type="cases_result").values_list("payload", flat=True)
    assert not [payload for payload in told if re.search(r"(?<![\d.])0\.2(?!\d)", payload)]

"""Several files in one go are many single decisions: own checks, own opinion, own result; none that was not opened."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.history.models import Event
from tests.desk.road import copies
from tests.desk.test_reading import open_papers
from workflows.desk.paging import PAGE
from workflows.models import Decision
from workflows.walking import drive

pytestmark = pytest.mark.django_db
STANDS = [(1, "COUNTY"), (2, "COUNTY"), (3, "COUNTY")]
ADDRESS = reverse("desk:batch", args=["rare_disease", "county_review"])


@pytest.fixture
def three(new_case, signed_in):
    """Three cases at county review, two of them read by their reviewer, and the reviewer's browser."""
    cases = [new_case(number, "COUNTY") for number in (1, 2, 3)]
    person = drive.person_for(drive.open_item(cases[0]))
    browser = signed_in(person)
    for case in cases[:2]:
        browser.get(reverse("case:home", args=[case.number]))
        open_papers(browser, case)
    return cases, person, browser


def chosen(*cases):
    items = [drive.open_item(case) for case in cases]
    return [f"{item.pk}-{item.row_version}" for item in items]


def test_each_chosen_file_is_decided_singly_with_the_common_or_its_own_opinion(three):
    (first, second, _third), person, browser = three
    page = browser.get(ADDRESS).content.decode()
    assert page.count('name="item"') == 2
    own = f"own{drive.open_item(second).pk}-opinion"
    typed = {
        "item": chosen(first, second),
        "outcome": "agree",
        "opinion": "入户情况属实，同意。",
        own: "补充过病历，同意。",
    }
    check = browser.post(ADDRESS, typed | {"phase": "check"}).content.decode()
    assert "补充过病历，同意。" in check and "入户情况属实，同意。" in check and "办不了" not in check
    assert not Decision.objects.filter(step="county_review").exists()
    done = browser.post(ADDRESS, typed | {"phase": "confirm"}).content.decode()
    assert "已办结 2 件。" in done and done.count(">已办结<") == 2
    made = {row.case_id: row for row in Decision.objects.filter(step="county_review")}
    assert {pk: row.opinion for pk, row in made.items()} == {
        first.pk: "入户情况属实，同意。",
        second.pk: "补充过病历，同意。",
    }
    assert len({row.batch for row in made.values()}) == 1 and None not in {row.batch for row in made.values()}
    for row in made.values():
        assert row.actor == person and row.seconds is not None and row.reading["unopened"] == []
        assert Event.objects.filter(stream__key=str(row.case_id), action="task.decided", object_id=str(row.pk)).exists()
    for case in (first, second):
        case.refresh_from_db()
        assert case.state == "CITY"


def test_a_file_that_was_not_opened_is_refused_by_name_and_the_others_go_on(three):
    (first, _second, third), person, browser = three
    typed = {"item": chosen(third, first), "outcome": "agree", "opinion": "同意。", "phase": "confirm"}
    results = browser.post(ADDRESS, typed).context["results"]
    assert [(one.number, one.is_done, one.code) for one in results] == [
        (third.number, False, "unopened"), (first.number, True, "")
    ]  # fmt: skip
    denied = Event.objects.get(stream__key=str(third.pk), action="task.decide", outcome="denied")
    assert json.loads(denied.payload)["code"] == "unopened" and denied.actor == person.pk
    browser.get(reverse("case:home", args=[third.number]))
    again = browser.post(ADDRESS, {**typed, "item": chosen(third)}).context["results"]
    assert again[0].code == "unopened" and third.materials.filter(required=True).first().code in again[0].why


def test_what_fails_in_the_middle_takes_nobody_along(cast, three):
    (first, second, third), person, browser = three
    browser.get(reverse("case:home", args=[third.number]))
    open_papers(browser, third)
    keys = chosen(first, second, third)
    drive.step(second, "agree", by=person)
    typed = {
        "item": keys,
        "outcome": "disagree",
        "opinion": "费用和病情对不上，不同意。",
        "reasons": ["reject_reasons:J01"],
    }
    results = browser.post(ADDRESS, typed | {"phase": "confirm"}).context["results"]
    assert [one.is_done for one in results] == [True, False, True]
    assert results[1].code == "stale" and "已经办结" in results[1].why
    assert Decision.objects.filter(step="county_review", outcome="disagree", reasons=["J01"]).count() == 2


def test_the_same_page_sent_twice_decides_once(three):
    (first, _second, _third), _person, browser = three
    typed = {"item": chosen(first), "outcome": "agree", "opinion": "同意。", "phase": "confirm"}
    for _turn in range(2):
        assert [one.is_done for one in browser.post(ADDRESS, typed).context["results"]] == [True]
    assert Decision.objects.filter(case=first, step="county_review").count() == 1


def test_an_opinion_against_is_as_long_as_for_a_single_file(three):
    (first, _second, _third), _person, browser = three
    typed = {"item": chosen(first), "outcome": "return", "opinion": "不行", "phase": "confirm"}
    page = browser.post(ADDRESS, typed)
    assert {"opinion", "reasons", "to_step"} <= set(page.context["form"].errors)
    assert f'id="item-{drive.open_item(first).pk}" checked' in page.content.decode()
    assert not Decision.objects.filter(case=first, step="county_review").exists()


def test_only_who_does_the_step_opens_the_page_and_only_for_steps_that_ask_nothing_of_one_file(cast, three, signed_in):
    assert signed_in(cast["xiji_intake"]).get(ADDRESS).status_code == 403
    assert signed_in(cast["applicant1"]).get(ADDRESS).status_code == 404
    head = signed_in(cast["prov_head"])
    assert head.get(reverse("desk:batch", args=["rare_disease", "grant"])).status_code == 404
    assert head.get(reverse("desk:batch", args=["rare_disease", "reject_check"])).status_code == 200


def test_the_list_asks_as_often_for_thirty_files_as_for_one(three):
    cases, _person, browser = three

    def asked():
        with CaptureQueriesContext(connection) as said:
            rows = browser.get(ADDRESS).context["rows"]
        return len(said), len(rows)

    browser.get(ADDRESS)
    few, some = asked()
    copies(drive.open_item(cases[0]), PAGE)
    assert (asked(), some) == ((few, PAGE), 3)


def test_the_api_decides_the_same_way_and_answers_for_each(three):
    (first, _second, third), person, browser = three
    items = [{"id": item.pk, "row_version": item.row_version} for item in map(drive.open_item, (first, third))]
    items.append({"id": 999_999, "row_version": 1})
    sent = {"items": items, "outcome": "agree", "opinion": "同意。"}
    answer = browser.post("/api/v1/tasks/decide/", json.dumps(sent), "application/json")
    assert answer.status_code == 200
    got = [(one["case"], one["decided"], one["code"]) for one in answer.json()["results"]]
    assert got == [(first.number, True, ""), (third.number, False, "unopened"), ("", False, "not_found")]
    many = {**sent, "items": [{"id": 1 + number, "row_version": 1} for number in range(31)]}
    assert browser.post("/api/v1/tasks/decide/", json.dumps(many), "application/json").status_code == 422

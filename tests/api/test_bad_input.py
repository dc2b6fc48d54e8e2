"""What a program sends wrong is answered in one shape with a sentence, and nothing of it is stored."""

import base64
import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from cases.calendar import clock
from cases.calendar.rules import local_day
from tests.api.conftest import BACKEND
from workflows.models import Decision
from workflows.walking import drive

SHAPE = {"code", "detail", "who_may"}
JSON = "application/json"


@pytest.fixture
def intake(browser_of):
    return browser_of("xiji_intake")


def decide(client, case, **more):
    item = case.work_items.get()
    sent = {"row_version": item.row_version, "outcome": "accept", **more}
    return client.post(f"/api/v1/tasks/{item.pk}/decide/", sent, JSON)


def assert_told(answer, status):
    assert answer.status_code == status
    assert answer["Content-Type"] == JSON
    assert answer.json().keys() - {"fields"} == SHAPE
    assert answer.json()["code"]
    assert answer.json()["detail"]


@pytest.mark.parametrize("day", ["2030-01-01", "1800-01-01"])
def test_a_day_before_the_case_or_to_come_is_refused_with_a_sentence(case, intake, day):
    answer = decide(intake, case, happened_on=day)
    assert_told(answer, 422)
    assert answer.json()["fields"]["happened_on"]
    assert not Decision.objects.filter(case=case).exists()


def test_the_day_of_submission_and_today_are_taken(case, intake):
    clock.move_demo_clock(days=2, by=None)
    assert decide(intake, case, happened_on=str(local_day(case.submitted_at))).status_code == 200
    made = Decision.objects.get(case=case)
    assert made.happened_on == local_day(case.submitted_at) < clock.today()


@pytest.mark.parametrize("days", [-1, 1])
def test_the_database_too_refuses_a_day_before_the_case_or_to_come(case, days):
    drive.step(case, "accept")
    made = Decision.objects.get(case=case)
    values = {
        field.attname: getattr(made, field.attname)
        for field in Decision._meta.concrete_fields
        if field.name not in ("id", "item", "happened_on")
    }
    item = drive.open_item(case)
    day = local_day(case.submitted_at) + timedelta(days=days)
    with pytest.raises(DatabaseError, match="a day before the case or to come"), transaction.atomic():
        Decision.objects.create(**values, item=item, happened_on=day)


@pytest.mark.parametrize(
    "body",
    [
        '{"row_version": 1, "outcome": "accept", "data": {"x": "\\ud800"}}',
        '{"row_version": 1, "outcome": "accept", "data": {"\\u0000": 1}}',
        '{"row_version": 1, "outcome": "accept", "opinion": "a\\u0000b"}',
        '{"row_version": NaN, "outcome": "accept"}',
        "[" * 100_000,
        "{",
        "\udcff",
    ],
    ids=lambda body: ascii(body[:20]),
)
def test_a_body_that_nobody_can_read_or_keep_is_answered_with_400(case, intake, body):
    data = body.encode("utf-8", "surrogateescape")
    answer = intake.generic("POST", f"/api/v1/tasks/{case.work_items.get().pk}/decide/", data, content_type=JSON)
    assert_told(answer, 400)
    assert not Decision.objects.filter(case=case).exists()


@pytest.mark.parametrize("body", ["", "[]", "3", '"x"', "null", '{"row_version": 99999999999999, "outcome": "accept"}'])
def test_a_body_of_another_shape_gets_a_sentence(case, intake, body):
    answer = intake.generic("POST", f"/api/v1/tasks/{case.work_items.get().pk}/decide/", body, content_type=JSON)
    assert_told(answer, 422)


def test_another_kind_of_body_is_answered_with_415(case, intake):
    assert_told(intake.post(f"/api/v1/tasks/{case.work_items.get().pk}/decide/", {"row_version": 1}), 415)


@pytest.mark.parametrize("end", ["", "history/"])
@pytest.mark.parametrize("number", ["%00", "640422-2026-000001-7%00", "%ED%A0%80"])
def test_an_address_that_no_case_can_have_is_not_found(case, intake, number, end):
    assert_told(intake.get(f"/api/v1/cases/{number}/{end}"), 404)


@pytest.mark.parametrize(
    "after",
    [
        base64.b64encode(json.dumps(["2026-01-01", 10**400]).encode()).decode(),
        base64.b64encode(b'["2026-01-01", Infinity]').decode(),
        base64.b64encode(b"[" * 100_000).decode(),
        "2026-13-01_1", "2026-01-01_x", "2026-01-01_²", "2026-01-01_" + "9" * 5000, "_", "x_1",
    ],
    ids=lambda after: after[:12],
)  # fmt: skip
def test_a_cursor_that_is_none_gets_a_sentence(case, intake, after):
    answer = intake.get("/api/v1/tasks/", {"after": after})
    assert_told(answer, 422)
    assert answer.json()["fields"]["after"]


@pytest.mark.parametrize("after", ["2026-01-01_1", "_1", "2026-01-01T10:00:00_1", "2026-01-01T10:00:00+08:00_²"])
def test_a_cursor_of_another_queue_gets_a_sentence(case, intake, after):
    assert_told(intake.get("/api/v1/tasks/", {"queue": "done", "after": after}), 422)


def test_an_unknown_queue_gets_a_sentence(case, intake):
    assert_told(intake.get("/api/v1/tasks/", {"queue": "all"}), 422)


@pytest.mark.parametrize("after", ["²", "-1", "x", "9" * 5000])
def test_a_wrong_place_in_the_history_gets_a_sentence(case, intake, after):
    assert_told(intake.get(f"/api/v1/cases/{case.number}/history/", {"after": after}), 422)


def test_a_nul_in_a_question_is_answered_with_400(case, intake):
    assert_told(intake.get("/api/v1/tasks/", {"after": "\0"}), 400)


def test_nobody_signed_in_is_answered_with_401(world):
    assert_told(Client().get("/api/v1/tasks/"), 401)


def test_an_address_that_is_none_and_a_wrong_method_are_told_in_the_same_shape(intake):
    assert_told(intake.get("/api/v1/nothing/"), 404)
    assert_told(intake.delete("/api/v1/tasks/"), 405)


def test_a_call_without_the_token_of_the_page_is_told_in_the_same_shape(case, world):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world["xiji_intake"], backend=BACKEND)
    assert_told(strict.post(f"/api/v1/tasks/{case.work_items.get().pk}/claim/", {"row_version": 1}, JSON), 403)


def test_a_fault_of_ours_is_told_in_the_same_shape(case, intake, monkeypatch):
    def broken(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("workflows.api.get_case", broken)
    assert_told(intake.get(f"/api/v1/cases/{case.number}/"), 500)


@pytest.mark.parametrize(
    "address", ["/desk/done/", "/money/?after=²", "/inspect/?after=²", "/case/%00/", "/desk/?number=%00"]
)
def test_pages_too_have_no_fault_for_odd_words_in_an_address(case, browser_of, address):
    for name in ("xiji_intake", "fin_make", "inspector"):
        assert browser_of(name).get(address).status_code < 500, name


def test_a_form_with_a_nul_is_refused_before_anybody_reads_it(case, browser_of):
    answer = browser_of("applicant1").post(f"/track/{case.number}/withdraw", {"reason": "a\0b"})
    assert answer.status_code == 400

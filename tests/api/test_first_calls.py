"""The API does what the pages do: same actions, same area, same refusals."""

import pytest

from cases.history.models import Access, Event
from workflows.models import Decision
from workflows.walking import drive

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast, published):
    published("rare_disease")
    return drive.apply(slug="rare_disease", number=3, by=cast["applicant1"], changes={"hukou_division": "640422100991"})


@pytest.fixture
def as_user(client, cast):
    def sign_in(name):
        client.force_login(cast[name])
        return client

    return sign_in


def task_of(client):
    return client.get("/api/v1/tasks/").json()["results"][0]


def test_my_tasks_are_those_of_my_post_and_area(case, as_user):
    assert task_of(as_user("xiji_intake"))["case"] == case.number
    assert as_user("zhongning_clerk").get("/api/v1/tasks/").json()["results"] == []


def test_a_task_is_claimed_and_decided(case, as_user):
    client = as_user("xiji_intake")
    task = task_of(client)
    claimed = client.post(
        f"/api/v1/tasks/{task['id']}/claim/", {"row_version": task["row_version"]}, "application/json"
    ).json()
    sent = {"row_version": claimed["row_version"], "outcome": "accept"}
    answer = client.post(f"/api/v1/tasks/{task['id']}/decide/", sent, "application/json")
    assert answer.status_code == 200
    assert answer.json()["case_state"] == "VERIFY"


def test_the_same_decision_sent_twice_is_stored_once_and_refused_with_409(case, as_user):
    client = as_user("xiji_intake")
    task = task_of(client)
    sent = {"row_version": task["row_version"], "outcome": "accept"}
    first = client.post(f"/api/v1/tasks/{task['id']}/decide/", sent, "application/json")
    second = client.post(f"/api/v1/tasks/{task['id']}/decide/", sent, "application/json")
    assert (first.status_code, second.status_code) == (200, 409)
    assert Decision.objects.filter(case=case).count() == 1
    assert (
        Event.objects.filter(outcome="denied", stream__kind="case").exists()
        or Event.objects.filter(outcome="denied").exists()
    )


def test_a_case_of_another_county_does_not_exist_for_me(case, as_user):
    client = as_user("zhongning_clerk")
    other = client.get(f"/api/v1/cases/{case.number}/")
    never = client.get("/api/v1/cases/640422-2026-999999-9/")
    assert other.status_code == never.status_code == 404
    assert other.json() == never.json()


def test_a_step_that_is_not_mine_is_refused_with_who_may(case, as_user):
    client = as_user("xiji_review")
    task = case.work_items.get()
    answer = client.post(
        f"/api/v1/tasks/{task.pk}/decide/", {"row_version": 1, "outcome": "accept"}, "application/json"
    )
    assert answer.status_code == 403
    assert answer.json()["who_may"]


def test_the_history_is_delivered_page_by_page_and_its_delivery_recorded(case, as_user):
    client = as_user("xiji_review")
    page = client.get(f"/api/v1/cases/{case.number}/history/").json()
    assert [row["seq"] for row in page["results"]] == list(range(1, len(page["results"]) + 1))
    assert Access.objects.filter(case_id=case.pk, action="history").count() == 1
    if page["next"]:
        following = client.get(f"/api/v1/cases/{case.number}/history/?after={page['next']}").json()
        assert following["results"][0]["seq"] == page["next"] + 1


def test_a_wrong_cursor_gets_a_sentence(case, as_user):
    answer = as_user("xiji_intake").get("/api/v1/tasks/?after=xyz")
    assert answer.status_code == 422
    assert answer.json()["fields"]["after"]


def test_nobody_without_sign_in_gets_anything(case, client):
    assert client.get("/api/v1/tasks/").status_code in (401, 403)


def test_the_schema_names_every_call(client, cast):
    client.force_login(cast["xiji_intake"])
    paths = client.get("/api/schema/").json()["paths"]
    assert set(paths) == {
        "/api/v1/tasks/", "/api/v1/tasks/{id}/claim/", "/api/v1/tasks/{id}/decide/", "/api/v1/cases/{number}/",
        "/api/v1/cases/{number}/history/",
    }  # fmt: skip
    assert client.get("/api/v1/").status_code == 200


@pytest.mark.parametrize(
    "data",
    [
        {"items": "everything"},
        {"items": [{"kind": "material"}]},
        {"items": [1]},
        {"items": [{"kind": 1, "key": 2, "reason": 3}]},
    ],
)
def test_malformed_details_of_a_decision_get_a_sentence_and_nothing_is_stored(case, as_user, data):
    client = as_user("xiji_intake")
    task = task_of(client)
    sent = {"row_version": task["row_version"], "outcome": "supplement", "data": data}
    answer = client.post(f"/api/v1/tasks/{task['id']}/decide/", sent, "application/json")
    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert not Decision.objects.filter(case=case).exists()


def test_a_village_check_without_a_visit_record_is_refused_with_a_sentence(case, as_user):
    client = as_user("xiji_intake")
    task = task_of(client)
    client.post(
        f"/api/v1/tasks/{task['id']}/decide/",
        {"row_version": task["row_version"], "outcome": "accept"},
        "application/json",
    )
    client = as_user("xiji_village")
    task = task_of(client)
    whole = {"visitors": ["甲", "乙"], "visited_on": "2026-11-20", "place": "家", "photo": "", "facts": []}
    broken = [{"visitors": 3}, {"visited_on": "昨天"}, {"photo": "x"}, {"facts": ["x"]}]
    for data in ({}, {"visit": {"place": "家"}}, {"visit": 3}, *({"visit": {**whole, **one}} for one in broken)):
        sent = {"row_version": task["row_version"], "outcome": "agree", "data": data}
        answer = client.post(f"/api/v1/tasks/{task['id']}/decide/", sent, "application/json")
        assert answer.status_code == 422

"""The API does what the pages do: same actions, same area, same refusals."""

import pytest
from django.test import Client

from cases.history.models import Access, Event
from tests.desk.road import copies
from workflows import actions
from workflows.models import Decision


@pytest.fixture
def as_user(browser_of):
    return browser_of


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


def test_the_tasks_are_those_of_the_desk_in_its_order_and_none_is_lost_between_pages(case, as_user, monkeypatch):
    monkeypatch.setattr("workflows.desk.paging.PAGE", 2)
    item = case.work_items.get()
    copies(item, 2)
    copies(item, 3, due_on=None)
    client, found, after = as_user("xiji_intake"), [], ""
    while after is not None:
        page = client.get("/api/v1/tasks/", {"after": after}).json()
        found += [row["id"] for row in page["results"]]
        after = page["next"]
    assert len(found) == len(set(found)) == 6
    assert found == list(case.work_items.order_by("due_on", "id").values_list("id", flat=True))


def test_a_task_that_duties_keep_from_me_is_in_none_of_my_lists(case, as_user, world):
    actions.decide(item=case.work_items.get(), outcome="accept", by=world["xiji_intake"])
    mine, client = case.work_items.get(state="done"), as_user("xiji_intake")
    again = {"state": "open", "holder_id": None, "done_at": None}
    copies(mine, 1, **again, level=1)
    copies(mine, 1, **again, step="county_review", level=2)
    for queue in ("work", "open"):
        found = client.get("/api/v1/tasks/", {"queue": queue}).json()["results"]
        steps = [case.work_items.get(pk=row["id"]) for row in found]
        assert [item.step for item in steps if item.level] == ["intake"]


def test_each_queue_of_the_desk_is_a_list_of_the_api(case, as_user, world):
    client = as_user("xiji_intake")
    actions.claim(item=case.work_items.get(), by=world["xiji_intake"])
    held = {
        name: len(client.get("/api/v1/tasks/", {"queue": name}).json()["results"])
        for name in ("work", "mine", "open", "done")
    }
    assert held == {"work": 1, "mine": 1, "open": 0, "done": 0}


def test_a_wrong_cursor_gets_a_sentence(case, as_user):
    answer = as_user("xiji_intake").get("/api/v1/tasks/?after=xyz")
    assert answer.status_code == 422
    assert answer.json()["fields"]["after"]


def test_nobody_without_sign_in_gets_anything(case):
    assert Client().get("/api/v1/tasks/").status_code == 401


def test_the_schema_names_every_call(as_user):
    client = as_user("xiji_intake")
    paths = client.get("/api/schema/").json()["paths"]
    assert set(paths) == {
        "/api/v1/tasks/", "/api/v1/tasks/{id}/claim/", "/api/v1/tasks/{id}/decide/", "/api/v1/cases/{number}/",
        "/api/v1/cases/{number}/history/", "/api/v1/sheets/{id}/", "/api/v1/speed/", "/api/v1/tasks/{id}/assign/",
        "/api/v1/suspensions/", "/api/v1/suspensions/{id}/end/", "/api/v1/stuck/", "/api/v1/plans/", "/api/v1/plans/{id}/",
        "/api/v1/plans/{id}/cases/", "/api/v1/plans/{id}/sign/", "/api/v1/plans/{id}/drop/", "/api/v1/plans/{id}/undo/",
        "/api/v1/incidents/", "/api/v1/incidents/{id}/", "/api/v1/incidents/take/", "/api/v1/incidents/retry/",
        "/api/v1/incidents/skip/",
        "/api/v1/tasks/allot/", "/api/v1/tasks/decide/", "/api/v1/tasks/{id}/put-off/", "/api/v1/cases/{number}/messages/",
        "/api/v1/tasks/{id}/recuse/", "/api/v1/tasks/{id}/exclude/", "/api/v1/stand-ins/", "/api/v1/stand-ins/{id}/end/",
        "/api/v1/people/", "/api/v1/people/{username}/leave/", "/api/v1/cases/{number}/notes/",
        "/api/v1/cases/{number}/hits/", "/api/v1/lists/", "/api/v1/lines/", "/api/v1/quality/",
        "/api/v1/cases/{number}/errands/", "/api/v1/errands/", "/api/v1/errands/{id}/end/",
        "/api/v1/work/fetch/", "/api/v1/work/{lease}/extend/", "/api/v1/work/{lease}/complete/", "/api/v1/work/{lease}/fail/",
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

"""Errands through the API are those of the page: same askers, same lists, same refusals; their words are in no kept answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cases.history.models import Access
from workflows.desk.errands.models import Errand
from workflows.models import Answered

pytestmark = pytest.mark.django_db
WORDS, DONE = "请电话问医院。", "问过了，已补寄。"


def test_one_is_asked_listed_answered_once_and_the_step_waits_for_it(case: Any, world: Any, browser_of: Any) -> None:
    intake, review, town = (browser_of(who) for who in ("xiji_intake", "xiji_review", "xiji_town"))
    item = case.work_items.get()
    claimed = intake.post(
        f"/api/v1/tasks/{item.pk}/claim/", {"row_version": item.row_version}, "application/json"
    ).json()
    address = f"/api/v1/cases/{case.number}/errands/"
    sent = {"words": WORDS, "place": "640422100", "role": "TWN", "person": "xiji_town", "days": 2, "must_answer": True}

    def ask(browser: Any, **changes: Any) -> Any:
        return browser.post(address, {**sent, **changes}, "application/json", headers={"Idempotency-Key": "k1"})

    for who, status in (("xiji_town", 403), ("inspector", 403), ("zhongning_clerk", 404), ("applicant1", 404)):
        assert ask(browser_of(who)).status_code == status, who
    for wrong in ({"place": "640521100"}, {"person": "xiji_review"}, {"days": 0}, {"words": " "}):
        assert ask(intake, **wrong).status_code == 422
    made = ask(intake).json()
    assert made == ask(intake).json() and Errand.objects.count() == 1 and "words" not in made
    assert WORDS not in json.dumps(Answered.objects.get().answer, ensure_ascii=False)
    assert [row["id"] for row in town.get("/api/v1/errands/").json()["results"]] == [made["id"]]
    assert intake.get("/api/v1/errands/", {"list": "by_me"}).json()["results"][0]["case"] == case.number
    assert town.get("/api/v1/errands/", {"list": "x"}).status_code == 422
    decision = {"row_version": claimed["row_version"], "outcome": "accept"}
    refused = intake.post(f"/api/v1/tasks/{item.pk}/decide/", decision, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "errand_first") and "乡镇" in refused.json()[
        "who_may"
    ]
    end = f"/api/v1/errands/{made['id']}/end/"
    answered = {"how": "answer", "words": DONE}
    assert review.post(end, answered, "application/json").status_code == 403
    assert town.post(end, answered, "application/json").json()["state"] == "answered"
    assert town.post(end, answered, "application/json").status_code == 409
    shown = intake.get(address).json()[0]
    assert (shown["words"], shown["answer"], shown["ended_by"]) == (WORDS, DONE, "xiji_town")
    assert Access.objects.filter(actor=world["xiji_intake"].pk, fields__contains="errands").exists()
    assert intake.post(f"/api/v1/tasks/{item.pk}/decide/", decision, "application/json").status_code == 200

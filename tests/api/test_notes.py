"""Notes through the API are those of the page: same readers, same writers, same record; nothing of them is kept beside them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cases.dossier.models import Case
from cases.history.models import Access, Event
from tests.cast import Cast
from tests.evidence.files import picture, upload
from workflows.desk.notes.actions import redact_note, write_note
from workflows.desk.notes.models import Mention, Note
from workflows.models import Answered

pytestmark = pytest.mark.django_db
WORDS = "医院说还差一张发票。"
BrowserOf = Callable[[str], Client]


def send(browser: Client, case: Case, key: str = "", **given: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return browser.post(f"/api/v1/cases/{case.number}/notes/", given, "application/json", headers=headers)


def listed(browser: Client, case: Case, **query: Any) -> Any:
    return browser.get(f"/api/v1/cases/{case.number}/notes/", query)


def test_a_note_and_its_answer_are_written_with_mentions_and_read_with_their_files(
    case: Case, world: Cast, browser_of: BrowserOf
) -> None:
    review, intake = browser_of("xiji_review"), browser_of("xiji_intake")
    first = send(review, case, text=f"{WORDS} @xiji_town", mentions=["xiji_intake"]).json()
    assert set(first) == {"id", "reply_to", "at", "mentions"} and set(first["mentions"]) == {"xiji_intake", "xiji_town"}
    assert "有同事在便签里提到您" in intake.get("/desk/").content.decode()
    assert send(intake, case, text="已经打过电话。", reply_to=first["id"]).json()["reply_to"] == first["id"]
    write_note(case=case, text="见附件。", attached=[upload(picture())], by=world["xiji_review"])
    before = Access.objects.filter(case_id=case.pk, actor=world["xiji_intake"].pk, action="read").count()
    note, answer, filed = listed(intake, case).json()["results"]
    assert (note["text"], note["by"], note["role"]) == (f"{WORDS} @xiji_town", "xiji_review", "CTY2")
    assert (answer["reply_to"], answer["redacted_at"], answer["redacted_by"]) == (note["id"], None, "")
    assert [intake.get(address).status_code for address in filed["files"]] == [200]
    looks = Access.objects.filter(case_id=case.pk, actor=world["xiji_intake"].pk, action="read")
    assert looks.count() == before + 2, "the list and the file"


def test_an_inspector_reads_and_may_not_write_and_who_applied_finds_no_such_case(
    case: Case, world: Cast, browser_of: BrowserOf
) -> None:
    write_note(case=case, text=WORDS, by=world["xiji_review"])
    inspector = browser_of("inspector")
    assert listed(inspector, case).json()["results"][0]["text"] == WORDS
    for given in ({"text": "检查意见"}, {"text": "检查意见", "mentions": ["nobody"]}):
        refused = send(inspector, case, **given)
        assert (refused.status_code, refused.json()["code"]) == (403, "no_notes") and refused.json()["who_may"]
    for who in ("applicant1", "zhongning_clerk", "expert1", "sysadmin"):
        browser = browser_of(who)
        assert [listed(browser, case).status_code, send(browser, case, text=WORDS).status_code] == [404, 404], who
    assert Note.objects.count() == 1


def test_whoever_does_not_see_the_case_is_not_mentioned_and_nothing_is_kept(case: Case, browser_of: BrowserOf) -> None:
    refused = send(browser_of("xiji_review"), case, text=WORDS, mentions=["xiji_intake", "zhongning_clerk", "nobody"])
    assert refused.status_code == 422
    assert refused.json()["fields"] == {"mentions": "提到的人不看这件案卷：zhongning_clerk、nobody"}
    assert not Note.objects.exists() and not Mention.objects.exists()


def test_the_same_request_twice_is_one_note_and_its_words_are_kept_in_no_answer(
    case: Case, world: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of("xiji_review")
    first, again = (send(browser, case, "k1", text=WORDS) for _each in "ab")
    assert first.json() == again.json() and again["Idempotent-Replayed"] == "true" and Note.objects.count() == 1
    assert send(browser, case, "k1", text="别的话").status_code == 422
    assert WORDS not in json.dumps(Answered.objects.get().answer, ensure_ascii=False)
    note = Note.objects.get()
    redact_note(note=note, reason="写了传闻。", by=world["xiji_review2"])
    shown = listed(browser, case).json()["results"][0]
    assert (shown["text"], shown["files"], shown["redacted_by"], shown["redact_reason"]) == (
        "", [], "xiji_review2", "写了传闻。",
    )  # fmt: skip
    assert not Event.objects.filter(payload__contains=WORDS).exists()


def test_the_list_goes_on_after_its_last_note(case: Case, world: Cast, browser_of: BrowserOf, monkeypatch: Any) -> None:
    monkeypatch.setattr("workflows.desk.notes.queries.PAGE", 2)
    made = [write_note(case=case, text=f"第 {number} 条", by=world["xiji_review"]).pk for number in range(5)]
    browser, found, after = browser_of("xiji_town"), [], 0
    while after is not None:
        page = listed(browser, case, after=after).json()
        found += [note["id"] for note in page["results"]]
        after = page["next"]
    assert found == made
    assert listed(browser, case, after="x").status_code == 422


@pytest.mark.parametrize(
    "given", [{}, {"text": ""}, {"text": "  "}, {"text": "长" * 2001}, {"text": "x", "reply_to": 0}, {"text": "x", "mentions": "x"}]
)  # fmt: skip
def test_what_is_no_note_gets_a_sentence(case: Case, browser_of: BrowserOf, given: dict[str, Any]) -> None:
    refused = send(browser_of("xiji_review"), case, **given)
    assert refused.status_code == 422 and refused.json()["fields"]
    assert not Note.objects.exists()

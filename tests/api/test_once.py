"""A request with an Idempotency-Key is done once: the second is answered as the first, also of many at the same moment."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cases.dossier.models import Case
from cases.history.record import canonical
from workflows.models import Answered, Decision, WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db


def send(browser: Client, item: WorkItem, key: str, **body: Any) -> HttpResponse:
    address = reverse("api:decide", args=[item.pk])
    headers = {"Idempotency-Key": key} if key else {}
    given = {"row_version": item.row_version, "outcome": "accept", **body}
    return browser.post(address, given, content_type="application/json", headers=headers)


def test_the_same_decision_again_is_answered_as_the_first(case: Case, browser_of: Callable[[str], Client]) -> None:
    browser, item = browser_of("xiji_intake"), drive.open_item(case)
    first, second = send(browser, item, "k1"), send(browser, item, "k1")
    assert (first.status_code, second.status_code) == (200, 200) and first.json() == second.json()
    assert "Idempotent-Replayed" not in first and second["Idempotent-Replayed"] == "true"
    assert Decision.objects.filter(item=item).count() == 1


def test_without_a_key_the_second_is_refused(case: Case, browser_of: Callable[[str], Client]) -> None:
    browser, item = browser_of("xiji_intake"), drive.open_item(case)
    assert [send(browser, item, "").status_code for _each in "ab"] == [200, 409]


def test_a_key_belongs_to_one_request_and_one_person(case: Case, browser_of: Callable[[str], Client]) -> None:
    browser, item = browser_of("xiji_intake"), drive.open_item(case)
    send(browser, item, "k1")
    assert send(browser, item, "k1", opinion="另一个意见").status_code == 422
    assert send(browser_of("xiji_review"), item, "k1").status_code in (403, 409)
    assert send(browser, item, "k" * 201).status_code == 422


def test_a_refused_request_keeps_no_answer(case: Case, browser_of: Callable[[str], Client]) -> None:
    browser, item = browser_of("xiji_intake"), drive.open_item(case)
    assert send(browser, item, "k1", outcome="fly").status_code == 422 and not Answered.objects.exists()
    assert send(browser, item, "k1").status_code == 200


def test_a_claim_is_answered_again_and_the_answer_is_sealed(case: Case, browser_of: Callable[[str], Client]) -> None:
    browser, item = browser_of("xiji_intake"), drive.open_item(case)
    address = reverse("api:claim", args=[item.pk])
    answers = [
        browser.post(address, {"row_version": 1}, content_type="application/json", headers={"Idempotency-Key": "c"})
        for _each in "ab"
    ]
    assert answers[0].json() == answers[1].json() and answers[1]["Idempotent-Replayed"] == "true"
    with connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM workflows_answered")
        assert cursor.fetchone()[0].startswith("s1.")


def test_what_was_sent_is_not_found_out_by_trying(case: Case, browser_of: Callable[[str], Client]) -> None:
    browser, item = browser_of("xiji_intake"), drive.open_item(case)
    address, given = reverse("api:claim", args=[item.pk]), {"row_version": item.row_version}
    browser.post(address, given, content_type="application/json", headers={"Idempotency-Key": "c"})
    guessed = canonical({"act": "task.claim", "item": item.pk, **given})
    assert Answered.objects.get().digest != hashlib.sha256(guessed.encode()).hexdigest()

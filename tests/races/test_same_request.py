"""The same request at the same moment: one acts, and all get its answer."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from workflows.models import Decision
from workflows.walking import drive

pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "django.contrib.auth.backends.ModelBackend"


def test_of_many_at_the_same_moment_one_decides_and_all_get_its_answer(cast: Any, published: Any) -> None:
    published("rare_disease")
    item = drive.open_item(drive.apply(slug="rare_disease", number=1, by=cast["applicant1"]))
    address, body = reverse("api:decide", args=[item.pk]), {"row_version": item.row_version, "outcome": "accept"}
    gate, answers = threading.Barrier(6), []

    def press() -> None:
        browser = Client(raise_request_exception=False)
        browser.force_login(cast["xiji_intake"], backend=BACKEND)
        gate.wait()
        answers.append(browser.post(address, body, content_type="application/json", headers={"Idempotency-Key": "k1"}))
        connection.close()

    hands = [threading.Thread(target=press) for _number in range(6)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1 and Decision.objects.filter(item=item).count() == 1

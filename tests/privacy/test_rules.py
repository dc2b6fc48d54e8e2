"""What each reason to keep data does to an erasure, and by when a request is answered."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cases.privacy.rules import WORDS, Hold, answered_by, restricts, stopped

DOES = {
    "open": "refused", "unpaid": "refused", "objection": "set aside", "finding": "set aside", "inspection": "set aside",
    "litigation": "set aside", "voucher": "only its money stays",
}  # fmt: skip


@pytest.mark.parametrize("code", WORDS)
def test_each_reason_to_keep_data_refuses_an_erasure_sets_the_case_aside_or_keeps_its_money_alone(code):
    hold = Hold(code)
    does = "refused" if stopped([hold]) else "set aside" if restricts([hold]) else "only its money stays"
    assert does == DOES[code] and hold.words
    assert (stopped([Hold("voucher"), hold]) is hold) == (does == "refused")


def test_a_request_is_answered_when_the_policy_says_and_within_thirty_days_whatever_it_says():
    asked = date(2026, 3, 2)
    assert answered_by(asked, asked + timedelta(days=21)) == asked + timedelta(days=21)
    assert answered_by(asked, asked + timedelta(days=31)) == answered_by(asked, None) == asked + timedelta(days=30)

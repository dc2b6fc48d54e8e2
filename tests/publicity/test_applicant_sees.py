"""The applicant reads the days of the list on which she stands, and what is being looked into, in plain words."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from cases.apply.queries import day_words, standing
from cases.calendar import clock
from cases.publicity import actions
from cases.publicity.models import PublicEntry
from tests.publicity.test_lists import after_the_end
from tests.publicity.test_paid_after_notice import agreed
from workflows.walking import drive

__all__ = ["agreed"]
pytestmark = pytest.mark.django_db


def read(case: Any) -> Any:
    case.refresh_from_db()
    return standing(case)


def test_before_the_list_is_posted_the_notice_is_being_prepared_and_no_day_is_promised(agreed: Any) -> None:
    shown = read(agreed)
    assert (shown.words, shown.due_on) == ("正在准备公示", None)
    assert "准备公示名单" in shown.next_words


def test_posted_two_days_later_the_last_day_of_the_list_counts(agreed: Any, cast: Any) -> None:
    promised = drive.open_item(agreed).due_on
    clock.move_demo_clock(by=None, days=4)
    plist = drive.give_notice([agreed], by=cast["publicity"])
    assert plist.ends_on != promised
    shown = read(agreed)
    assert shown.due_on == plist.ends_on
    assert shown.words == f"正在公示（到 {day_words(plist.ends_on)}）"


def test_after_a_take_down_a_new_notice_is_being_prepared(agreed: Any, cast: Any) -> None:
    plist = drive.give_notice([agreed], by=cast["publicity"])
    actions.take_down(plist=plist, reason="名单里有一个人的金额写错了", by=cast["publicity"])
    assert read(agreed).words == "正在准备公示"


def test_under_an_objection_she_reads_why_she_waits_and_until_when(agreed: Any, cast: Any) -> None:
    plist = drive.give_notice([agreed], by=cast["publicity"])
    made = actions.file_objection(entry=PublicEntry.objects.get(case=agreed), text="他家有两套房子，不困难。")
    shown = read(agreed)
    assert shown.due_on == made.due_on != plist.ends_on
    assert shown.words == f"正在核查异议（到 {day_words(made.due_on)}）"
    assert "查清以后" in shown.next_words
    after_the_end(plist)
    assert read(agreed).due_on == made.due_on


def test_her_list_of_applications_says_the_same(agreed: Any, cast: Any) -> None:
    plist = drive.give_notice([agreed], by=cast["publicity"])
    browser = Client()
    browser.force_login(cast["applicant1"], backend="django.contrib.auth.backends.ModelBackend")
    page = browser.get("/my").content.decode()
    assert f"正在公示（到 {day_words(plist.ends_on)}）" in page

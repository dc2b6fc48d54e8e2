"""The look into an objection can be extended once, by whoever may look into it, with a reason (延长核查)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from cases.calendar import clock
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history.models import Event
from cases.policy.queries import due_date, policy_of
from cases.publicity import actions, rules
from tests.publicity.making import make_case
from tests.publicity.test_lists import post
from tests.publicity.test_objections import FOUND, SAID, entry_of

pytestmark = pytest.mark.django_db

WHY = "要等住房部门查房产，还没有回复。"


@pytest.fixture
def first_review(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    people: set[int] = set()
    monkeypatch.setattr(rules, "_first_reviewers", [lambda case: people])
    return people


@pytest.fixture
def filed(cast: Any, version: Any, road: Any, first_review: Any) -> Any:
    case = make_case(cast, version)
    post(cast, case)
    return actions.file_objection(entry=entry_of(case), text=SAID)


def extend(filed: Any, by: Any, reason: str = WHY) -> Any:
    return actions.extend_objection(objection=filed, reason=reason, by=by)


def test_the_last_day_moves_by_what_the_policy_says_and_the_reason_stays_sealed(filed: Any, cast: Any) -> None:
    before = filed.due_on
    after = extend(filed, cast["prov_head"])
    after.refresh_from_db()
    assert after.due_on == due_date(policy_of(filed.case), "objection_extension", before).on > before
    event = Event.objects.get(action="objection.extended", outcome="ok")
    assert str(after.due_on) in event.payload
    assert WHY not in event.payload
    with connection.cursor() as cursor:
        cursor.execute("SELECT extension_reason FROM cases_objection WHERE id = %s", [after.pk])
        assert cursor.fetchone()[0].startswith("s2.")


def test_it_is_extended_once_and_not_after_its_last_day(filed: Any, cast: Any) -> None:
    extend(filed, cast["prov_head"])
    with pytest.raises(Refusal, match="已经延长过一次") as refused:
        extend(filed, cast["prov_head"])
    assert refused.value.who_may


def test_an_overdue_one_is_not_extended(filed: Any, cast: Any) -> None:
    clock.move_demo_clock(by=None, days=(filed.due_on - clock.today()).days + 1)
    with pytest.raises(Refusal, match="时限已过"):
        extend(filed, cast["prov_head"])


def test_who_may_not_conclude_may_not_extend_and_a_reason_is_as_long_as_the_policy_says(
    filed: Any, cast: Any, first_review: Any
) -> None:
    with pytest.raises(Invalid, match="至少 10 个字"):
        extend(filed, cast["prov_head"], "太忙")
    first_review.add(cast["guyuan_city"].pk)
    with pytest.raises(Refusal, match="由别的同事核查") as refused:
        extend(filed, cast["guyuan_city"])
    assert "没有办过这件" in str(refused.value.who_may)
    with pytest.raises(Refusal):
        extend(filed, cast["xiji_review"])
    with pytest.raises(NotFound):
        extend(filed, cast["applicant2"])
    actions.close_objection(objection=filed, upheld=False, finding=FOUND, by=cast["prov_head"])
    with pytest.raises(Stale):
        extend(filed, cast["prov_head"])


def test_the_database_moves_the_last_day_once_later_and_with_a_reason(filed: Any, cast: Any) -> None:
    by_hand = "UPDATE cases_objection SET due_on = due_on + %s, extended_at = now(), extended_by_id = %s, extension_reason = %s WHERE id = %s"

    def write(days: int, reason: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(by_hand, [days, cast["prov_head"].pk, reason, filed.pk])

    for days, reason in ((-1, "s1.x"), (5, "")):
        with pytest.raises(IntegrityError):
            write(days, reason)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_objection SET due_on = due_on + 5 WHERE id = %s", [filed.pk])
    write(5, "s1.x")
    with pytest.raises(IntegrityError, match="extended once"):
        write(5, "s1.y")


def page(browser: Client, filed: Any) -> str:
    return browser.get(reverse("publicity:one_objection", args=[filed.token])).content.decode()


def signed_in(person: Any) -> Client:
    browser = Client()
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_it_is_extended_on_its_page(filed: Any, cast: Any) -> None:
    browser = signed_in(cast["prov_head"])
    address = reverse("publicity:extend_objection", args=[filed.token])
    assert "至少 10 个字" in browser.post(address, {"reason": "太忙"}).content.decode()
    assert browser.post(address, {"reason": WHY}).status_code == 302
    after = page(browser, filed)
    assert WHY in after
    assert "已经延长过一次" in after
    assert address not in after


def test_whoever_did_the_first_review_reads_who_may_instead_of_a_form(filed: Any, cast: Any, first_review: Any) -> None:
    first_review.add(cast["guyuan_city"].pk)
    shown = page(signed_in(cast["guyuan_city"]), filed)
    assert "可以办理的是：省级或市级没有办过这件的同事" in shown
    assert "<textarea" not in shown

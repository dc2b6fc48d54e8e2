"""Cases are found by any fact; what may stand in no address is found by keyed digests, and each search is recorded."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.calendar.rules import local_day
from cases.dossier.queries import answers
from cases.history.models import Access, Event
from cases.people.models import PayeeAccount
from cases.sealed import blind_index
from workflows.inspection.rules import CATEGORIES
from workflows.inspection.timeline import timeline, whole_timeline
from workflows.models import Decision

pytestmark = pytest.mark.django_db
HOME = "inspection:search"


@pytest.fixture
def browser(committed: Any, db: Any, signed_in: Any) -> Any:
    return signed_in(committed.cast["inspector"])


def found(browser: Any, **filters: Any) -> set[str]:
    page = browser.get(reverse(HOME), filters)
    assert page.status_code == 200
    return {case.number for case, _state, _card in page.context["rows"]}


def test_each_fact_finds_the_cases_that_have_it_and_no_other(committed: Any, browser: Any) -> None:
    paid, other, day = committed.case, committed.other, local_day(committed.case.submitted_at).isoformat()
    reviewer = Decision.objects.filter(case=paid, step="county_review").latest("pk")
    only_paid, only_other, both, none = {paid.number}, {other.number}, {paid.number, other.number}, set[str]()
    for filters, numbers in (
        ({"amount_from": paid.award, "amount_to": paid.award}, only_paid), ({"amount_from": paid.award + 1}, none),
        ({"outcome": "return"}, only_other), ({"outcome": "return", "reason": "T01"}, only_other),
        ({"outcome": "return", "reason": "T99"}, none), ({"reason": "t01"}, only_other),
        ({"person": reviewer.actor.username}, both), ({"person": "fin_make"}, none),
        ({"office": reviewer.office_id}, both), ({"urgent": 1}, none), ({"paused": 1}, none), ({"refused": 1}, only_paid),
        ({"policy": paid.policy.number}, both), ({"policy": 99}, none), ({"fund": committed.fund.pk}, only_paid),
        ({"batch": committed.batch.number}, only_paid), ({"batch": "DF0"}, none), ({"device": "SN-0"}, none),
        ({"duplicate": "any"}, none), ({"kind": "money", "kind_from": day}, both), ({"kind": "export"}, none),
        ({"kind": "notice", "kind_to": "2001-01-01"}, none), ({"kind": "read", "kind_from": day}, both),
        ({"kind_from": "2001-01-01", "kind_to": "2001-01-02"}, none), ({"overdue": 1}, only_other),
        ({"state": "COUNTY", "outcome": "return", "place": "64"}, only_other), ({"amount_from": "much"}, none),
    ):  # fmt: skip
        assert found(browser, **filters) == numbers, filters


def private(browser: Any, **typed: str) -> Any:
    return browser.post(f"{reverse('inspection:private')}?place=64&after=1", {"purpose": "核对举报", **typed})


def test_a_person_is_found_by_name_number_phone_account_and_invoice_and_no_value_stands_anywhere(
    committed: Any, browser: Any
) -> None:
    case, told = committed.case, answers(committed.case)
    typed = {
        "name": told["patient_name"], "id_no": told["patient_id_no"], "phone": told["patient_phone"],
        "account": PayeeAccount.objects.get(case=case, replaced_at=None).account,
    }  # fmt: skip
    for field, value in typed.items():
        answer = private(browser, **{field: str(value)})
        assert answer.status_code == 302 and "place=64" in answer.url and "after" not in answer.url
        assert str(value) not in answer.url
        page = browser.get(answer.url)
        assert {one.number for one, _state, _card in page.context["rows"]} == {case.number}, field
        look = Access.objects.filter(action="search").latest("pk")
        assert json.loads(look.fields)["fields"] == [
            f"{field} commitment:{blind_index(str(value), 'inspection.search')}"
        ]
        assert (look.purpose, look.actor) == ("核对举报", committed.cast["inspector"].pk)
        assert str(value) not in json.dumps(dict(browser.session)) + look.fields
    both = private(browser, name=str(typed["name"]), id_no="110101199001011237")
    assert browser.get(both.url).context["rows"] == []


def test_nothing_typed_no_purpose_or_half_an_invoice_is_said_and_an_old_token_is_over(browser: Any) -> None:
    before = Access.objects.filter(action="search").count()
    assert "请至少填一项" in private(browser).text
    assert "票据要同时填代码和号码" in private(browser, invoice_code="64010001").text
    refused = private(browser, name="马某某", purpose="")
    assert refused.status_code == 422 and "请写明查找的用途" in refused.text
    assert Access.objects.filter(action="search").count() == before
    over = browser.get(reverse(HOME), {"secret": "another-session"})
    assert over.context["rows"] == [] and "已经过期" in over.text


def test_the_page_asks_as_many_questions_whatever_is_asked(browser: Any, committed: Any) -> None:
    numbers = []
    for filters in ({"state": "COUNTY"}, {"state": "COUNTY", "outcome": "return", "kind": "money", "overdue": 1}):
        browser.get(reverse(HOME), filters)
        with CaptureQueriesContext(connection) as asked:
            browser.get(reverse(HOME), filters)
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


def test_each_kind_of_the_timeline_holds_what_it_shows_and_together_they_are_everything(
    committed: Any, db: Any
) -> None:
    case = committed.case
    everything = {(one.kind, one.pk): one.category for one in whole_timeline(case)}
    by_kind = {kind: whole_timeline(case, kind) for kind in CATEGORIES}
    assert {
        (one.kind, one.pk): kind for kind, entries in by_kind.items() for one in entries
    } == everything  # each in its own kind, none in two
    assert sum(map(len, by_kind.values())) == len(everything)
    assert {kind for kind, entries in by_kind.items() if not entries} <= {"history", "export", "open"}
    assert Event.objects.filter(stream__key=str(case.pk), outcome="denied").count() == len(by_kind["refused"])
    assert timeline(case, "money").entries

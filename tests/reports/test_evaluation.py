"""Branches are evaluated once a quarter by indicators that are data; they answer, and the next quarter shows what they promised."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from cases.calendar import clock
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history.models import Event
from tests.cast import everybody
from tests.matrix.world import HERE, SLUG, THERE, nothing_stays
from workflows import actions as steps
from workflows.models import EvaluationFigure, EvaluationRound
from workflows.reports.evaluation import actions, queries, rules
from workflows.reports.evaluation.clockwork import freeze_last
from workflows.reports.evaluation.definitions import CATEGORIES, indicators
from workflows.reports.evaluation.rules import Indicator
from workflows.reports.evaluation.sources import SOURCES
from workflows.reports.rules import quarter_after, quarter_name, quarter_of
from workflows.walking import drive

XIJI = "640422"


def test_points_run_from_none_at_zero_to_all_at_the_target_in_either_direction() -> None:
    more = Indicator("A", "time", 10, Decimal(90), Decimal(50), "x")
    less = Indicator("B", "time", 10, Decimal(5), Decimal(25), "x")
    assert [rules.score(more, Decimal(n)) for n in (100, 90, 70, 50, 0)] == [10, 10, 5, 0, 0]
    assert [rules.score(less, Decimal(n)) for n in (0, 5, 15, 25, 99)] == [10, 10, 5, 0, 0]
    assert (rules.score(more, None), rules.percent(0, 0), rules.percent(1, 3)) == (None, None, Decimal("33.33"))
    assert rules.total([(10, Decimal(5)), (30, Decimal(30)), (60, None)]) == Decimal("87.50")
    assert (rules.total([(10, None)]), more.is_met(Decimal(90)), less.is_met(Decimal("5.01"))) == (None, True, False)
    ways = [rules.trend(Decimal(2), Decimal(1), more_is_better=up) for up in (True, False)]
    assert [*ways, rules.trend(None, Decimal(1)), rules.trend(Decimal(1), Decimal(1))] == [
        "better",
        "worse",
        "",
        "same",
    ]


def test_the_set_has_thirteen_indicators_in_four_categories_each_with_a_source_and_words_in_both_languages() -> None:
    found = indicators()
    assert len(found) == 13 and {one.rule.category for one in found} == set(CATEGORIES)
    assert sum(one.rule.weight for one in found) == 100
    assert {one.rule.source for one in found} == set(SOURCES)
    assert all(one.words["definition_en"].isascii() and one.words["name"] for one in found)


@pytest.fixture(scope="module")
def ground(django_db_setup: Any, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """A quarter with two cases of Xiji, one sent back, and one of Zhongning; the next quarter is six days old."""
    with django_db_blocker.unblock(), nothing_stays():
        cast = everybody()
        drive.publish_policy(slug=SLUG, maker=cast["policy_edit"], publisher=cast["policy_publish"])
        quarter = quarter_of(clock.today())
        one, two, there = (
            drive.apply(slug=SLUG, number=n, by=cast["applicant1"], changes={"hukou_division": place})
            for n, place in enumerate((HERE, HERE, THERE), 1)
        )
        drive.to(one, "COUNTY")
        drive.step(one, "return", to_step="intake")
        drive.step(there)
        clock.move_demo_clock(to=quarter_after(quarter) + timedelta(days=6), by=cast["prov_head"])
        yield SimpleNamespace(cast=cast, quarter=quarter, name=quarter_name(quarter), cases=[one, two, there])


@pytest.fixture
def world(ground: SimpleNamespace) -> Iterator[SimpleNamespace]:
    with nothing_stays():
        assert freeze_last() == 1
        yield ground


def figure(code: str, area: str = XIJI) -> EvaluationFigure:
    return EvaluationFigure.objects.get(code=code, area=area)


def test_a_quarter_is_frozen_once_with_its_definitions_and_never_counted_again(world: SimpleNamespace) -> None:
    made = EvaluationRound.objects.get()
    assert (made.quarter, len(made.indicators)) == (world.quarter, 13)
    returned, supplements = figure("A4"), figure("A3")
    assert (returned.counted, returned.base >= 2, supplements.counted, supplements.base) == (1, True, 0, 2)
    assert not EvaluationFigure.objects.filter(area="640521", code="A4").get().counted
    before = [*EvaluationFigure.objects.order_by("pk").values_list("area", "code", "value")]
    steps.claim(item=drive.open_item(world.cases[1]).pk, by=world.cast["xiji_intake"])
    assert freeze_last() == 0
    assert [*EvaluationFigure.objects.order_by("pk").values_list("area", "code", "value")] == before
    event = Event.objects.get(action="evaluation.frozen")
    assert made.digest in event.payload and made.version in event.payload
    for table in (EvaluationFigure, EvaluationRound):
        with pytest.raises(Exception, match="append|permission|refuse"), transaction.atomic():
            table.objects.update(**({"value": 0} if table is EvaluationFigure else {"digest": ""}))
    with pytest.raises(Invalid):
        actions.freeze(quarter=quarter_after(world.quarter), by=None)


def test_each_number_opens_the_list_of_its_cases_and_only_those_one_may_see(world: SimpleNamespace) -> None:
    one, inspector = EvaluationRound.objects.get(), world.cast["inspector"]
    for row in EvaluationFigure.objects.exclude(code="D4"):
        for counted, times in ((True, row.counted), (False, row.base)):
            page = queries.behind(inspector, one, row.area, row.code, counted=counted, after="")
            assert bool(page.rows) is bool(times), (row.area, row.code, counted)
            assert all(case.handling_code.startswith(row.area) for case in page.rows)
    listed = queries.behind(world.cast["xiji_review"], one, XIJI, "A4", counted=True, after="").rows
    assert listed == [world.cases[0]]
    with pytest.raises(NotFound):
        queries.behind(world.cast["xiji_review"], one, "640521", "A4", counted=True, after="")


def test_a_branch_answers_for_itself_once_and_the_next_quarter_shows_what_it_promised(world: SimpleNamespace) -> None:
    cast, row = world.cast, figure("A4")
    words = {"words": "新同事不熟悉。", "promise": "每周对一次清单。"}
    for person in ("zhongning_clerk", "guyuan_city", "inspector"):
        with pytest.raises(Refusal):
            actions.answer(figure=row, by=cast[person], **words)
    actions.answer(figure=row, by=cast["xiji_review"], **words)
    with pytest.raises(Stale):
        actions.answer(figure=row, by=cast["xiji_review"], **words)
    assert not Event.objects.filter(payload__contains="每周对一次").exists()
    following = quarter_after(world.quarter)
    drive.step(world.cases[0])
    clock.move_demo_clock(to=quarter_after(following) + timedelta(days=6), by=cast["prov_head"])
    assert freeze_last() == 1
    browser = Client()
    browser.force_login(cast["xiji_review2"], backend="django.contrib.auth.backends.ModelBackend")
    page = browser.get(reverse("evaluation:branch", args=[quarter_name(following), XIJI]))
    line = next(one for one in page.context["lines"] if one.indicator.rule.code == "A4")
    assert (line.trend, line.figure.counted) == ("better", 0) and "每周对一次清单。" in page.text


def test_a_county_is_given_to_an_officer_whose_post_covers_it_and_he_has_a_page_of_his_own(
    world: SimpleNamespace,
) -> None:
    cast, one = world.cast, EvaluationRound.objects.get()
    with pytest.raises(Refusal):
        actions.assign(area=XIJI, officer="guyuan_city", by=cast["guyuan_city"])
    for area, officer in ((XIJI, "zhongwei_city"), ("640499", "guyuan_city"), (XIJI, "nobody")):
        with pytest.raises((Invalid, NotFound)):
            actions.assign(area=area, officer=officer, by=cast["prov_head"])
    actions.assign(area=XIJI, officer="guyuan_city", by=cast["prov_head"])
    mine = queries.branches(cast["guyuan_city"], one, mine=True)
    assert [(branch.area, branch.officer) for branch in mine] == [(XIJI, str(cast["guyuan_city"].name))]
    actions.assign(area=XIJI, officer="guyuan_city2", by=cast["prov_head"])
    assert queries.branches(cast["guyuan_city"], one, mine=True) == []
    assert [row.officer for _place, row in queries.liaisons(cast["prov_head"])] == [cast["guyuan_city2"]]


def test_the_pages_show_the_numbers_to_those_who_read_them_and_take_the_answer(world: SimpleNamespace) -> None:
    browser = Client(raise_request_exception=False)
    browser.force_login(world.cast["xiji_review"], backend="django.contrib.auth.backends.ModelBackend")
    assert [one.area for one in browser.get(reverse("evaluation:home")).context["branches"]] == [XIJI]
    row = figure("A4")
    address = reverse("evaluation:answer", args=[row.pk])
    assert address in browser.get(reverse("evaluation:branch", args=[world.name, XIJI])).text
    assert browser.post(address, {}).status_code == 422
    assert browser.post(address, {"words": "不熟悉。", "promise": "再培训。"}).status_code == 302
    listed = browser.get(reverse("evaluation:behind", args=[world.name, XIJI, "A4"]) + "?counted")
    assert world.cases[0].number in listed.text
    assert browser.get(reverse("evaluation:branch", args=[world.name, "640521"])).status_code == 404
    browser.force_login(world.cast["prov_head"], backend="django.contrib.auth.backends.ModelBackend")
    assert browser.post(reverse("evaluation:officers"), {"area": XIJI, "officer": "guyuan_city"}).status_code == 302

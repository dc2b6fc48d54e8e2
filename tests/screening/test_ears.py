"""The same screening for ears: thresholds in, the average computed again, the grade under the campaign's own standard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.calendar import clock
from cases.errors import Invalid
from cases.programme import programme, register
from cases.screening import actions, seen, slips
from cases.screening.telling import known_of, said_of
from tests.screening.people import day_of, examine, plan
from tests.screening.people import register as come

pytestmark = pytest.mark.django_db
HERTZ = (500, 1000, 2000, 4000)


def both(right: int | str, left: int | str, **more: Any) -> dict[str, Any]:
    """The same threshold at the four frequencies of each ear."""
    return {f"{side}_{hertz}": str(db) for side, db in (("right", right), ("left", left)) for hertz in HERTZ} | more


@pytest.fixture
def listening() -> Iterator[None]:
    """The programme of the tests screens ears for once."""
    card = programme("two_step")
    register(replace(card, screening="ears"))
    yield
    register(card)


@pytest.fixture
def row(listening: None, cast: Any) -> Any:
    """Somebody at a session of the campaign that grades by WHO 2021."""
    campaign, team = plan(cast, standard="WHO2021"), cast["eye_hospital"]
    return come(campaign, team, session=day_of(campaign, team, cast))


def test_the_average_and_the_grade_are_computed_and_the_thresholds_kept(row: Any, cast: Any) -> None:
    found = examine(row, cast["eye_hospital"], both(45, "NR110") | {"right_500": "５０"})
    assert (found.outcome, found.worked["refer_for"]) == ("refer", ["asymmetry"]), "the ears differ by 69 dB"
    assert found.worked["averages"] == {"right": "46.25", "left": "115"} and found.worked["grade"] == "2"
    assert found.worked["read"]["left_500"] == {"raw": "NR110", "db": 115} and found.findings["right_500"] == "５０"
    assert known_of(row, found, "ears")["ear_right_pta"] == "46.25"
    better = examine(row, cast["eye_hospital"], both(60, "75"))
    assert (better.outcome, said_of(row, better, "ears", by_agent=False)["wanted_ear"]) == ("operable", "right_ear")


def test_no_response_counts_by_the_limit_of_the_audiometer(row: Any, cast: Any) -> None:
    with pytest.raises(Invalid) as fault:
        examine(row, cast["eye_hospital"], both(60, "NR"))
    assert set(fault.value.fields) == {f"left_{hertz}" for hertz in HERTZ}
    assert examine(row, cast["eye_hospital"], both(60, "NR", limit="100")).worked["averages"]["left"] == "105"


def test_a_missing_frequency_is_asked_for_at_its_field(row: Any, cast: Any) -> None:
    given = {key: value for key, value in both(60, 60).items() if key != "left_2000"}
    with pytest.raises(Invalid) as fault:
        examine(row, cast["eye_hospital"], given)
    assert set(fault.value.fields) == {"left_2000"}


@pytest.mark.parametrize(
    ("findings", "outcome", "words"),
    [
        (both(10, 15), "normal", "您的听力正常"),
        (both(30, 35), "observe", "先不用配助听器"),
        (both(60, 60), "operable", "您可以配助听器"),
        (both(60, 60, flags=["vertigo"]), "refer", "再查一查"),
        (both(100, 100), "refer", "再查一查"),
    ],
)
def test_everybody_gets_a_slip(row: Any, cast: Any, findings: Any, outcome: str, words: str) -> None:
    result = examine(row, cast["eye_hospital"], findings)
    assert result.outcome == outcome and words in str(slips.slip(row, result, "ears"))
    assert result.is_referred is (outcome == "refer")


def test_the_page_asks_for_each_frequency_of_each_ear(row: Any, cast: Any) -> None:
    client, address, today = Client(), reverse("screening:person", args=[row.token]), clock.today()
    client.force_login(cast["eye_hospital"], backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(address).text
    assert "右耳 500 赫兹" in page and "左耳 8000 赫兹" in page and "裸眼" not in page
    day = {"examined_on_year": today.year, "examined_on_month": today.month, "examined_on_day": today.day}
    assert client.post(address, both(60, 60) | day).status_code == 302
    found = seen.result_of(row)
    assert found is not None and found.outcome == "operable"
    assert "60 分贝" in client.get(address).text and "中重度（WHO2021）" in client.get(address).text


def test_a_standard_of_eyes_does_not_grade_ears(listening: None, cast: Any) -> None:
    today = clock.today()
    with pytest.raises(Invalid) as fault:
        actions.plan_campaign(
            programme="two_step", title="听力筛查", starts_on=today, ends_on=today, standard="GB11533",
            by=cast["prov_review"],
        )  # fmt: skip
    assert set(fault.value.fields) == {"standard"}

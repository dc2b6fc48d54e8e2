"""能不能申请: the check before anything is filled in says what the review will say, by the same rows, and keeps nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cases.apply import first
from cases.dossier.entitled import entitled
from cases.errors import Invalid
from cases.policy.entitlement import OPEN
from cases.policy.models import Evaluation
from cases.policy.rules import Policy, Row
from cases.programme import programme
from tests.flow_kit import Trip
from workflows.programmes.rare_disease.people import demo_id

DAY = date(2026, 11, 23)
SLUGS = ("cataract", "hearing", "rare_disease")
GIVEN = st.fixed_dictionaries(
    {
        "illness": st.sampled_from(["戈谢病", "感冒", "xueyou", "白内障"]),
        "age": st.integers(0, 105),
        "place": st.sampled_from(["640422", "640521", "640122", first.OUTSIDE, first.PERMIT]),
        "hardship": st.sampled_from(["", "H01", "H09", "H99"]),
    }
)


def written(slug: str, given: dict[str, Any]) -> dict[str, Any]:
    """The same person's application: whole invented answers, with what he said in the check in their places."""
    card = programme(slug)
    assert card.demo_answers is not None
    answers = dict(card.demo_answers(3)) | first.as_answers(card, given)
    born = date(DAY.year - answers.pop("age") - 1, 12, 1)
    answers["patient_id_no"] = demo_id(7, born=born, sex="F")
    if given["place"] in (first.OUTSIDE, first.PERMIT):
        del answers["hukou_division"]
    return answers


@given(GIVEN, st.sampled_from(SLUGS), st.integers(1, 100))
def test_what_the_check_says_of_a_condition_the_review_says_too(
    given: dict[str, Any], slug: str, from_age: int
) -> None:
    card = programme(slug)
    rows = [row for row in card.policy["rows"] if row.name != "eligibility.age_from"]
    policy = Policy.from_rows([*rows, Row("eligibility", "age_from", {"count": from_age})])
    before = {one.row.name: one.outcome for one in entitled(card, first.as_answers(card, given), policy, on=DAY)}
    review = {one.row.name: one.outcome for one in entitled(card, written(slug, given), policy, on=DAY)}
    assert set(before) == set(review)
    assert {name: review[name] for name in before if before[name] != OPEN} == {
        name: outcome for name, outcome in before.items() if outcome != OPEN
    }


@pytest.fixture
def page(published: Any) -> Client:
    for slug in SLUGS:
        published(slug)
    return Client()


ASKED = {"illness": "白内障", "age": "70", "place": "640422", "hardship": "H02"}


@pytest.mark.django_db
def test_the_result_says_what_to_bring_and_where_to_go_by_which_version_and_keeps_nothing(page: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        shown = page.get("/apply", ASKED).content.decode()
    assert not [one["sql"] for one in asked if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    sentence, bring, where = (shown.index(words) for words in ("可以申请：白内障救助", "要带什么", "去哪里办"))
    assert sentence < bring < where
    assert (
        "身份证" in shown and "西吉县" in shown and "第 1 版判断，施行日期：" in shown and "2026 年 1 月 1 日" in shown
    )
    assert "<script" not in shown.split("<main")[1]


@pytest.mark.django_db
def test_what_somebody_has_is_not_named_as_missing(page: Client) -> None:
    before = page.get("/apply", ASKED).context
    ((one, missing),) = [row for row in before["suits"] if row[0].card.slug == "cataract"]
    have = [paper.code for paper in one.papers]
    assert len(missing) == len(have) > 2
    after = page.get("/apply", {**ASKED, "have": have[1:]})
    ((_one, still),) = [row for row in after.context["suits"] if row[0].card.slug == "cataract"]
    assert len(still) == 1
    page.get("/apply", {**ASKED, "have": ["nothing"]})


@pytest.mark.django_db
def test_the_check_speaks_english_too(page: Client) -> None:
    shown = page.get(
        "/apply", {**ASKED, "age": "40", "illness": "感冒"}, headers={"accept-language": "en"}
    ).content.decode()
    assert "This aid is for people of 60 and more." in shown and "The illness is in the national catalogue" in shown
    fits = page.get("/apply", ASKED, headers={"accept-language": "en"}).content.decode()
    assert "What to bring" in fits and "Where to go" in fits


@pytest.mark.django_db
def test_what_was_judged_at_sending_is_kept_with_version_facts_and_rows(road: Any) -> None:
    trip: Trip = road("rare_disease")
    kept = Evaluation.objects.get(case=trip.case, kind="eligibility")
    assert kept.result == {"entitlement.place": "met", "entitlement.disease": "met", "entitlement.self_pay": "open"}
    assert kept.facts["disease"] == trip.case.answers.get(key="disease_code").value and kept.policy_id
    assert [match.row.key for match in kept.matches.all()] == ["place", "disease", "self_pay"]
    staff = Client()
    staff.force_login(trip.cast["inspector"])
    shown = staff.get(reverse("case:tab", args=[trip.case.number, "record"])).content.decode()
    assert "病名在国家《罕见病目录》里" in shown and "还要核对" in shown


@pytest.mark.django_db
def test_who_is_not_entitled_is_not_accepted_and_the_clerk_reads_why(road: Any) -> None:
    trip: Trip = road("rare_disease", hukou_in_ningxia=False, residence_division="640422100991",
                      residence_permit_no="YS0001", insurance_type="INS_OUT")  # fmt: skip
    with pytest.raises(Invalid) as refused:
        trip.accept()
    assert refused.value.code == "not_eligible"
    assert "并在宁夏参保" in str(refused.value.fields["outcome"])
    assert trip.not_accept().case.state == "NOT_ACCEPTED"

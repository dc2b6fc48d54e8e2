"""A county's or city's own rows: they lower a cap or add a paper, the province's second person publishes, a case has both."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.calendar import clock
from cases.errors import Invalid, Refusal, Stale
from cases.follow_up.models import FollowUp
from cases.policy import actions, queries
from cases.policy.cards import card
from cases.policy.models import PolicyVersion
from cases.policy.rules import Row
from tests.policy.first import put_in_force
from tests.policy.lean import LEAN
from workflows.walking import drive

pytestmark = pytest.mark.django_db
XIJI, GUYUAN, ZHONGNING = "640422", "6404", "640521"
PAPER = Row(
    "checklist",
    "D90",
    {"name_zh": "村级证明", "name_en": "Letter of the village"},
    90,
    "示例第 7 条",
    "请村里开证明。",
    "Ask.",
)


@pytest.fixture
def in_force(cast: Any) -> PolicyVersion:
    return put_in_force(
        programme="rare_disease", version=LEAN, editor=cast["policy_edit"], publisher=cast["policy_publish"]
    )


@pytest.fixture
def local(in_force: PolicyVersion, cast: Any) -> PolicyVersion:
    draft = actions.begin_local(card=card("rare_disease"), by=cast["xiji_review"])
    for one in draft.vectors.all():
        actions.remove_vector(version=draft, vector=one.pk, by=cast["xiji_review"])
    told = {"facts": {"total": "80000", "categories": ["H01"]}, "expected": {"amount": "9000"}}
    actions.set_vector(version=draft, title="本县上限", by=cast["xiji_review"], **told)
    return draft


def cap(amount: str) -> Row:
    return Row("caps", "per_year", {"amount": amount}, 1, "示例第 12 条")


def in_xiji(place: str = XIJI) -> Any:
    return queries.current("rare_disease", clock.today(), place)


def test_a_county_lowers_a_cap_and_adds_a_paper_and_only_its_own_cases_have_them(
    local: PolicyVersion, in_force: PolicyVersion, cast: Any
) -> None:
    for row in (cap("9000"), PAPER):
        actions.edit_row(version=local, row=row, by=cast["xiji_review"])
    assert in_xiji().version == in_force.pk, "a draft counts for nobody"
    actions.publish(version=local, by=cast["policy_publish"])
    policy = in_xiji("640422100991")
    assert policy.version == local.pk and policy.cap("per_year") == 9000 and policy.has("checklist", "D90")
    assert policy.row("award", "band1").value["amount"] == "3000", "all other rows are the province's"
    other = in_xiji(ZHONGNING)
    assert other.version == in_force.pk and other.cap("per_year") == 12000 and not other.has("checklist", "D90")


@pytest.mark.parametrize(
    ("row", "named"),
    [
        (cap("12000.01"), "caps.per_year"),
        (Row("days", "publicity", {"workdays": 3}, 1, "示例第 20 条"), "days.publicity"),
        (Row("award", "band1", {"shape": "flat", "amount": "9999"}, 2, "示例第 10 条"), "award.band1"),
        (Row("caps", "claims_per_year", {"count": 3}, 2, "示例第 11 条"), "caps.claims_per_year"),
        (Row("checklist", "D02", {"name_zh": "证", "name_en": "Card"}, 2, "示例第 7 条", "拍照", "Photograph"), "D02"),
    ],
    ids=["a higher cap", "a time limit", "an amount", "more claims", "a paper of the province"],
)
def test_what_the_province_does_not_allow_is_refused_with_the_name_of_its_row(
    local: PolicyVersion, cast: Any, row: Row, named: str
) -> None:
    actions.edit_row(version=local, row=row, by=cast["xiji_review"])
    with pytest.raises(Invalid) as refused:
        actions.publish(version=local, by=cast["policy_publish"])
    assert any(named in str(words) for words in refused.value.fields.values())


def test_the_province_may_allow_a_place_to_raise_a_cap(in_force: PolicyVersion, cast: Any) -> None:
    draft = actions.new_draft(
        programme="rare_disease", title="放开", effective_from=clock.today(), by=cast["policy_edit"], copy_of=in_force
    )
    open_cap = Row("caps", "per_year", {"amount": "12000", "may_raise": True}, 1, "示例第 12 条")
    actions.edit_row(version=draft, row=open_cap, by=cast["policy_edit"])
    queries_day = clock.today().replace(year=clock.today().year + 1)
    actions.set_effective_date(version=draft, effective_from=queries_day, title="放开", by=cast["policy_edit"])
    actions.publish(version=draft, by=cast["policy_publish"])
    from cases.policy.local import local_problems

    base = queries.policy_for(draft.pk)
    assert local_problems(base, [cap("15000")]) == []
    assert local_problems(queries.policy_for(in_force.pk), [cap("15000")]) != []


def test_only_the_place_itself_drafts_and_only_the_province_publishes(
    local: PolicyVersion, in_force: PolicyVersion, cast: Any
) -> None:
    for stranger in ("zhongwei_city", "policy_edit", "xiji_intake"):
        with pytest.raises(Refusal):
            actions.edit_row(version=local, row=cap("9000"), by=cast[stranger])
    with pytest.raises(Refusal):
        actions.publish(version=local, by=cast["xiji_review"])
    with pytest.raises(Refusal):
        actions.edit_row(version=in_force, row=cap("9000"), by=cast["xiji_review"])
    with pytest.raises(Refusal, match="草稿"):
        actions.begin_local(card=card("rare_disease"), by=cast["xiji_review"])


def test_the_city_stands_between_and_the_county_over_it(in_force: PolicyVersion, cast: Any) -> None:
    city = actions.begin_local(card=card("rare_disease"), by=cast["guyuan_city"])
    assert city.division == GUYUAN
    actions.edit_row(version=city, row=cap("11000"), by=cast["guyuan_city"])
    for one in city.vectors.all():
        actions.remove_vector(version=city, vector=one.pk, by=cast["guyuan_city"])
    told = {"facts": {"total": "80000", "categories": ["H01"]}, "expected": {"amount": "11000"}}
    actions.set_vector(version=city, title="本市上限", by=cast["guyuan_city"], **told)
    actions.publish(version=city, by=cast["policy_publish"])
    assert in_xiji().cap("per_year") == 11000
    county = actions.begin_local(card=card("rare_disease"), by=cast["xiji_review"])
    assert county.base == city and queries.policy_for(county.pk).cap("per_year") == 11000


def test_the_shares_of_the_follow_up_are_the_provinces_under_every_place(
    in_force: PolicyVersion, local: PolicyVersion, cast: Any
) -> None:
    case = drive.apply(slug=in_force.programme, number=1, by=cast["applicant1"])
    due = {"due_on": clock.today(), "drawn_at": clock.now()}
    made = FollowUp.objects.create(case=case, policy=local, **due)
    made.refresh_from_db()
    assert (made.phone_percent, made.home_percent, made.phone) == (100, 30, True)


def test_both_stand_side_by_side_on_the_page(local: PolicyVersion, cast: Any) -> None:
    actions.edit_row(version=local, row=cap("9000"), by=cast["xiji_review"])
    clerk = Client()
    clerk.force_login(cast["xiji_review"])
    page = clerk.get(local.get_absolute_url()).content.decode()
    assert "12,000 元" in page and "9,000 元" in page and "本地条目和上级条目" in page
    assert "起草本地条目" in clerk.get(reverse("policy:home")).content.decode()


def test_a_published_place_is_as_still_as_a_province(local: PolicyVersion, cast: Any) -> None:
    actions.edit_row(version=local, row=cap("9000"), by=cast["xiji_review"])
    actions.publish(version=local, by=cast["policy_publish"])
    with pytest.raises(Stale):
        actions.edit_row(version=local, row=cap("8000"), by=cast["xiji_review"])

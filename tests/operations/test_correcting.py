"""A fact is set right by a plan: the trial shows the field and the way the road would take, a second person signs, the claim stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse
from viewflow.this_object import this

from cases import programme as programmes
from cases.award.models import Award
from cases.dossier.models import Answer, Case
from cases.dossier.queries import answers, history_of_answer
from cases.errors import Invalid
from cases.history.models import Access, Event
from cases.policy.rules import Row
from cases.regions.models import Division
from tests.operations.test_any_road import declared_steps
from tests.two_step.roads import v1 as home
from workflows import effects, steps
from workflows.engine import clockwork
from workflows.flow import ReliefFlow
from workflows.models import Plan
from workflows.operations import actions as operations
from workflows.rules.conditions import AmountOver
from workflows.walking import drive

pytestmark = pytest.mark.django_db
WHY = "发票复核后总费用应为五百元，原来录错了。"


def looked(**decision: Any) -> None:
    """Accept and work out the amount."""
    effects.accept(**decision)
    effects.computed(**decision)


class ByAmount(ReliefFlow):
    """A look that works out the amount, a second one, and a road that goes by the amount."""

    __module__ = home.__name__
    received = steps.receive().Next(this.n1)
    n1 = steps.review("初审", by="CTY1", state="INTAKE", days="intake", form="award").Agree(this.n2, effect=looked)
    n2 = steps.review("复核", by="CTY1", state="COUNTY", days="intake").Agree(this.n3)
    n3 = steps.route("金额").When(AmountOver("expert_over"), this.n4).Else(this.n5)
    n4 = steps.review("大额", by="PRV1", state="PROVINCE", days="intake").Agree(this.closed)
    n5 = steps.review("小额", by="CTY2", state="COUNTY", days="intake").Agree(this.closed)


home.ByAmount = ByAmount  # type: ignore[attr-defined]


@pytest.fixture
def by_amount(owner_cursor: Any, cast: Any) -> Iterator[Case]:
    """A case at the second look: 1,234.56 yuan were worked out, and over 1,000 the road goes to the province."""
    card = programmes.programme("two_step")
    rows = (*card.policy["rows"], Row("eligibility", "expert_over", {"amount": "1000"}, 1, "测试第 9 条"))
    policy = {**card.policy, "rows": rows}
    programmes._register["two_step"] = replace(card, roads={**card.roads, "x1": ByAmount}, road="x1", policy=policy)
    try:
        with declared_steps(owner_cursor):
            drive.publish_policy(slug="two_step", maker=cast["policy_edit"], publisher=cast["policy_publish"])
            case = drive.apply(slug="two_step", number=1, by=cast["applicant1"])
            drive.step(case, "agree")
            yield case
    finally:
        programmes._register["two_step"] = card


def tried(case: Case, by: Any, fact: str = "total_cost", value: str = "500") -> Plan:
    plan = operations.make_plan(kind="correct", cases=[case], fact=fact, value=value, reason=WHY, by=by)
    operations.advance_plan(plan)
    plan.refresh_from_db()
    return plan


def signed(plan: Plan, by: Any) -> Plan:
    operations.sign(plan=plan, digest=plan.digest, by=by)
    clockwork.one_pass()
    plan.refresh_from_db()
    return plan


def test_the_trial_says_which_way_the_road_would_take_and_that_way_is_taken_once_signed(by_amount, cast):
    case = by_amount
    plan = tried(case, cast["prov_review2"])
    line = plan.items.get()
    assert (line.state, line.before["ways"], line.after["ways"]) == ("possible", {"n3": "n4"}, {"n3": "n5"})
    assert (line.before["award"], line.after["award"]) == ("1234.56", "500.00")
    case.refresh_from_db()
    assert str(case.award) == "1234.56"
    assert answers(case)["total_cost"] == "1234.56" and Award.objects.filter(case=case).count() == 1
    signed(plan, cast["prov_head"])
    case = Case.objects.get(pk=case.pk)
    assert plan.items.get().state == "done" and str(case.award) == "500.00" and answers(case)["total_cost"] == "500.00"
    claim, found = history_of_answer(case, "total_cost")
    assert (claim.source, claim.value, found.source, found.reason) == ("claimed", "1234.56", "verified", WHY)
    told = Event.objects.get(stream__kind="case", stream__key=str(case.pk), action="case.fact_corrected")
    said = json.loads(told.payload)
    assert (said["fact"], said["before"]["answer"], said["after"]["answer"]) == ("total_cost", claim.pk, found.pk)
    assert said["before"]["commitment"] != said["after"]["commitment"]
    assert "1234.56" not in told.payload and WHY not in told.payload
    drive.step(case, "agree")
    assert drive.open_item(case).step == "n5"


def test_of_two_plans_over_one_fact_the_later_is_left_alone(by_amount, cast):
    first, second = (tried(by_amount, cast["prov_review2"], value=value) for value in ("500", "600"))
    signed(first, cast["prov_head"])
    signed(second, cast["prov_head"])
    line = second.items.get()
    assert (line.state, line.problem["code"]) == ("failed", "moved_on")
    assert answers(Case.objects.get(pk=by_amount.pk))["total_cost"] == "500.00"


def test_what_is_corrected_is_a_fact_of_this_case_with_a_value_that_it_takes(by_amount, cast):
    wrong = {"patient_name": "李四", "account_no": "6217000000000000001", "nothing": "1", "total_cost": "很多"}
    for fact, value in wrong.items():
        with pytest.raises(Invalid):
            tried(by_amount, cast["prov_review2"], fact=fact, value=value)
    with pytest.raises(Invalid):
        tried(by_amount, cast["prov_review2"], value="")
    assert tried(by_amount, cast["prov_review2"], value="1234.56").items.get().problem["code"] == "same_value"


def test_an_amount_that_was_set_aside_is_not_changed_beneath_it(cast, published, funded):
    published("two_step")
    funded("two_step", "9000")
    case = drive.apply(slug="two_step", number=1, by=cast["applicant1"])
    drive.step(case, "agree")
    problem = tried(case, cast["prov_review2"]).items.get().problem
    assert problem["code"] == "money_decided" and "重来" in problem["zh-hans"]


def test_a_value_that_calls_for_further_answers_goes_to_the_applicant_instead(new_case, cast):
    case = new_case(1, "COUNTY")
    here = answers(case)["hukou_in_ningxia"]
    plan = tried(case, cast["prov_review2"], fact="hukou_in_ningxia", value="no" if here is True else "yes")
    assert plan.items.get().problem["code"] == "asks_more"


def test_what_contradicts_the_other_facts_is_refused_and_what_ends_a_contradiction_is_not(new_case, cast):
    case = new_case(1, "COUNTY")
    problem = tried(case, cast["prov_review2"], value="1").items.get().problem
    assert problem["code"] == "facts" and "矛盾" in problem["zh-hans"]
    Answer.objects.create(
        case=case,
        round=case.round,
        key="total_cost",
        value="1.00",
        source="verified",
        by=case.owner,
        at=case.created_at,
    )
    assert tried(case, cast["prov_review2"], value="99999").items.get().state == "possible"


def test_a_fact_is_set_right_before_the_case_is_accepted_too(new_case, cast):
    plan = tried(new_case(1, "INTAKE"), cast["prov_review2"], value="99999")
    assert plan.items.get().state == "possible", plan.items.get().problem
    signed(plan, cast["prov_head"])
    assert plan.items.get().state == "done"


def test_the_page_asks_in_the_field_of_the_question_and_the_plan_keeps_what_an_answer_would(new_case, cast, signed_in):
    case = new_case(1, "COUNTY")
    maker, address = signed_in(cast["prov_review2"]), reverse("operations:plan_case", args=[case.number])
    chosen = {"kind": "correct", "reason": WHY}
    for fact, given, shown, kept in (
        ("hardship_category", {"": "H99"}, 'type="radio"', "H99"),
        ("treated_outside", {"": "no"}, 'type="radio"', False),
        ("diagnosis_date", {"_year": "2025", "_month": "1", "_day": "9"}, 'name="value_diagnosis_date_day"', "2025-01-09"),
        ("household_size", {"": "７"}, 'inputmode="numeric"', 7),
        ("total_cost", {"": "123,456.7元"}, 'inputmode="decimal"', "123456.70"),
        ("disease_code", {"": programmes.programme("rare_disease").question("disease_code").choices[1][0]},
         '<option value="', programmes.programme("rare_disease").question("disease_code").choices[1][0]),
    ):  # fmt: skip
        asked = maker.post(address, {**chosen, "fact": fact})
        page = asked.content.decode()
        assert asked.status_code == 422 and f'name="value_{fact}' in page and shown in page and WHY in page, fact
        answered = {f"value_{fact}{part}": value for part, value in given.items()}
        assert maker.post(address, {**chosen, "fact": fact, **answered}).status_code == 302, fact
        assert Plan.objects.latest("pk").answer == kept, fact


@pytest.mark.parametrize(
    ("fact", "given", "sentence"),
    [
        ("hardship_category", {"": "H00"}, "请从列出的里面选一个"),
        ("treated_outside", {"": "也许"}, "请从列出的里面选一个"),
        ("diagnosis_date", {"_year": "2026", "_month": "2", "_day": "31"}, "请填写正确的日期"),
        ("diagnosis_date", {"_year": "1900", "_month": "2", "_day": "3"}, "确诊日期早于患者的出生日期"),
        ("household_size", {"": "31"}, "家庭人口请填 1 到 30 的数字"),
        ("total_cost", {"": "很多"}, "请填写金额，比如 1200.50"),
    ],
)
def test_a_value_that_the_question_does_not_take_gets_a_sentence_and_nothing_typed_is_lost(
    new_case, cast, signed_in, fact, given, sentence
):
    case = new_case(1, "COUNTY")
    sent = {
        "kind": "correct",
        "fact": fact,
        "reason": WHY,
        **{f"value_{fact}{part}": one for part, one in given.items()},
    }
    answer = signed_in(cast["prov_review2"]).post(reverse("operations:plan_case", args=[case.number]), sent)
    page = answer.content.decode()
    assert answer.status_code == 422 and sentence in page and WHY in page and not Plan.objects.exists()
    typed = [one for one in given.values() if fact not in ("hardship_category", "treated_outside")]
    assert all(f'value="{one}"' in page for one in typed)


def test_a_value_typed_for_one_fact_is_not_taken_for_another(new_case, cast, signed_in):
    case = new_case(1, "COUNTY")
    sent = {"kind": "correct", "fact": "insurance_paid", "value_total_cost": "5", "value": "5", "reason": WHY}
    answer = signed_in(cast["prov_review2"]).post(reverse("operations:plan_case", args=[case.number]), sent)
    assert answer.status_code == 422 and not Plan.objects.exists()
    assert "请填写：医保报销了多少" in answer.content.decode()


def test_a_place_is_chosen_from_a_list_and_none_takes_the_case_to_another_office(cast, published, signed_in):
    published("rare_disease")
    near, far = Division.objects.filter(level="town", code__startswith="6404").order_by("code")[:2]
    elsewhere = {"lives_at_hukou": "no", "residence_division": near.code, "handle_at": "hukou"}
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"], changes=elsewhere)
    address, maker = reverse("operations:plan_case", args=[case.number]), signed_in(cast["prov_review2"])
    sent = {"kind": "correct", "fact": "residence_division", "reason": WHY}
    page = maker.post(address, sent).content.decode()
    assert f'<option value="{far.code}">{far.name}</option>' in page and "<optgroup" in page
    assert maker.post(address, {**sent, "value_residence_division": far.code}).status_code == 302
    plan = Plan.objects.get()
    assert plan.items.get().state == "possible", plan.items.get().problem
    assert far.name in maker.get(reverse("operations:plan", args=[plan.pk])).content.decode()
    signed(plan, cast["prov_head"])
    assert answers(Case.objects.get(pk=case.pk))["residence_division"] == far.code
    moved = tried(case, cast["prov_review2"], fact="hukou_division", value=far.code)
    assert moved.items.get().problem["code"] == "other_place"


def test_the_page_shows_before_and_after_to_those_who_sign_and_records_it(new_case, cast, signed_in):
    case = new_case(1, "COUNTY")
    maker, signer = signed_in(cast["prov_review2"]), signed_in(cast["prov_head"])
    sent = {"kind": "correct", "fact": "total_cost", "value_total_cost": "123456.78", "reason": WHY}
    address = reverse("operations:plan_case", args=[case.number])
    assert maker.post(address, {**sent, "value_total_cost": "很多"}).status_code == 422
    assert maker.post(address, sent).status_code == 302
    plan = Plan.objects.get()
    assert plan.items.get().state == "possible", plan.items.get().problem
    looks = Access.objects.filter(case_id=case.pk, actor=cast["prov_head"].pk, fields__contains="total_cost")
    assert not looks.exists()
    page = signer.get(reverse("operations:plan", args=[plan.pk])).content.decode()
    assert "123,456.78" in page and "更正前" in page
    assert looks.exists()

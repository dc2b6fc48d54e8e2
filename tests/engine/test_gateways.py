"""A road that divides: branches run side by side and meet once; a route goes where the data says."""

from decimal import Decimal
from typing import Any

import pytest

from cases.dossier import actions as dossier
from workflows import actions
from workflows.engine import checks
from workflows.flow import graph
from workflows.models import WorkItem
from workflows.programmes.rare_disease.roads.v1 import RareDiseaseV1
from workflows.rules.conditions import AmountOver, OutcomeIs, RoadFacts
from workflows.walking import drive

FACTS = RoadFacts(Decimal("50000.01"), {"look": "agree"}, {"panel_over": Decimal(50000)}.__getitem__)


def test_a_condition_is_over_and_not_at_its_threshold():
    assert AmountOver("panel_over").holds(FACTS)
    assert not AmountOver("panel_over").holds(RoadFacts(Decimal(50000), {}, FACTS.threshold))


def test_a_step_never_reached_was_left_by_no_exit():
    assert OutcomeIs("look", "agree").holds(FACTS)
    assert not OutcomeIs("other", "agree").holds(FACTS)


def test_a_condition_says_itself_as_an_expression_that_another_engine_evaluates():
    names = {"amount": FACTS.amount, "panel_over": Decimal(50000), "look_outcome": "agree"}
    for condition in (AmountOver("panel_over"), OutcomeIs("look", "agree"), OutcomeIs("look", "return")):
        assert eval(condition.expression, {}, names) is condition.holds(FACTS)  # noqa: S307 (our own words)


@pytest.fixture
def verified(cast: Any, published: Any) -> Any:
    """A case that was accepted: its two checks are open side by side."""
    published("rare_disease")
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    return drive.to(case, "VERIFY")


def open_steps(case: Any) -> list[str]:
    """Names of the steps that nobody has decided yet."""
    waiting = WorkItem.objects.filter(case=case, state__in=["open", "claimed"])
    return list(waiting.order_by("id").values_list("step", flat=True))


@pytest.mark.django_db
def test_home_visit_and_insurance_check_are_open_at_the_same_time_and_meet_before_the_town(verified: Any):
    assert open_steps(verified) == ["village_check", "insurance_check"]
    drive.step(verified)
    assert open_steps(verified) == ["insurance_check"]
    drive.step(verified)
    assert open_steps(verified) == ["town_check"]


@pytest.mark.django_db
def test_the_other_order_meets_at_the_same_place(verified: Any):
    item = WorkItem.objects.get(case=verified, step="insurance_check")
    actions.decide(item=item, outcome="agree", opinion=drive.ENOUGH, by=drive.person_for(item))
    assert open_steps(verified) == ["village_check"]
    drive.step(verified)
    assert open_steps(verified) == ["town_check"]


@pytest.mark.django_db
def test_a_case_that_comes_back_divides_and_meets_again(verified: Any):
    drive.to(verified, "COUNTY")
    drive.step(verified, "return", to_step="intake")
    drive.step(verified, "accept")
    assert open_steps(verified) == ["village_check", "insurance_check"]
    drive.to(verified, "COUNTY")
    assert WorkItem.objects.filter(case=verified, step="town_check", state="done").count() == 2


@pytest.mark.django_db
def test_a_withdrawal_ends_both_branches(verified: Any):
    dossier.withdraw(case=verified, reason="不再需要", by=verified.owner)
    assert set(WorkItem.objects.filter(case=verified).exclude(step="intake").values_list("state", flat=True)) == {
        "cancelled"
    }


def test_the_checks_find_nothing_wrong_with_a_road_that_divides():
    assert list(checks.faults(RareDiseaseV1, graph(RareDiseaseV1))) == []

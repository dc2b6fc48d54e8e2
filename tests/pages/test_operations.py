"""A case is suspended and let go on, and put back by a plan that another signs: by keyboard alone, on a phone, and nothing for axe."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from cases.dossier.models import Case
from tests.pages.browsing import Browser
from tests.pages.keyboard import Keyboard
from tests.pages.people import session
from tests.pages.test_states import Look, nothing_is_wrong
from tests.pages.test_targets import SMALL
from workflows.engine import clockwork
from workflows.models import Plan, Suspension
from workflows.operations import actions as operations
from workflows.walking import drive

__all__ = ["nothing_is_wrong"]
WHY = "误点了同意，材料还缺一份，要回到县级受理。"
PHONE = 390


@pytest.fixture
def county(transactional_db: Any, cast: Any, published: Any) -> Case:
    """A case at the county review."""
    published("rare_disease")
    return drive.to(drive.apply(slug="rare_disease", number=1, by=cast["applicant1"]), "COUNTY")


def test_a_case_is_suspended_and_let_go_on_by_keyboard_on_a_phone(county: Case, cast: Any, live_server: Any):
    small: list[str] = []
    jar, address = session(cast["xiji_review"]), reverse("case:home", args=[county.number])
    with Browser(live_server.url) as browser:
        keys = Keyboard(browser, width=PHONE, cookies=jar)
        keys.open(address).to("^停办这一件$").enter()
        small += keys.page.evaluate(SMALL, 44)
        keys.to(name="reason").type("短").to("^停办$").enter()
        assert "至少 10 个字" in keys.words
        keys.to(name="reason").type(WHY).to("^停办$").enter()
        assert WHY in keys.words
        assert keys.page.evaluate("document.documentElement.scrollWidth") <= PHONE
        keys.to("^恢复办理$").enter()
        assert "已恢复办理" in keys.words and keys.faults == []
    assert Suspension.objects.get().ended_by == cast["xiji_review"]
    assert not small, "\n".join(small)


def test_a_plan_is_tried_out_by_one_and_signed_by_another_by_keyboard_on_a_phone(
    county: Case, cast: Any, live_server: Any
):
    small: list[str] = []
    maker, signer = session(cast["prov_review2"]), session(cast["prov_head"])
    with Browser(live_server.url) as browser:
        keys = Keyboard(browser, width=PHONE, cookies=maker)
        keys.open(reverse("case:home", args=[county.number])).to("^干预这一件$").enter()
        small += keys.page.evaluate(SMALL, 44)
        keys.choose("kind", "restart").pick("step", "county_review").to(name="reason").type(WHY).to("^试算$").enter()
        assert "请选择到哪一步" in keys.words
        keys.pick("to_step", "intake").to("^试算$").enter()
        assert "可以执行" in keys.words and "县级受理" in keys.words and keys.faults == []
    assert drive.open_item(county).step == "county_review"
    address = reverse("operations:plan", args=[Plan.objects.get().pk])
    with Browser(live_server.url) as browser:
        keys = Keyboard(browser, width=PHONE, cookies=signer).open(address)
        assert keys.page.evaluate("document.documentElement.scrollWidth") <= PHONE
        small += keys.page.evaluate(SMALL, 44)
        keys.to("^签批$").enter()
        assert "已签批" in keys.words and keys.faults == []
    clockwork.one_pass()
    assert drive.open_item(county).step == "intake" and Plan.objects.get().signed_by == cast["prov_head"]
    assert not small, "\n".join(small)


def test_suspensions_plans_and_stuck_cases_are_for_everybody(county: Case, nothing_is_wrong: Any, cast: Any):
    operations.suspend(case=county, reason=WHY, by=cast["prov_head"])
    plan = operations.make_plan(
        kind="correct", cases=[county], fact="household_size", value="7", reason=WHY, by=cast["prov_review2"]
    )
    operations.advance_plan(plan)
    nothing_is_wrong(
        [
            Look("prov_head", reverse("operations:suspensions")),
            Look("prov_head", reverse("operations:suspend_road")),
            Look("prov_review2", reverse("operations:plan_case", args=[county.number])),
            Look("prov_head", reverse("operations:plan", args=[plan.pk])),
            Look("prov_head", reverse("operations:plans")),
            Look("prov_head", reverse("operations:stuck")),
        ]
    )

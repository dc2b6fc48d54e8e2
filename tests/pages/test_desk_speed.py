"""The desk for somebody with eighty files: four clicks to a decision, three to each next one, and number keys for those who want them."""

from typing import Any

import pytest

from cases.evidence.models import Material
from tests.pages.browsing import Browser
from tests.pages.keyboard import Keyboard
from tests.pages.people import session
from workflows.models import Decision
from workflows.walking import drive


@pytest.fixture
def two(transactional_db: Any, cast: Any, published: Any) -> tuple[Any, Any, dict[str, str]]:
    """Two cases at intake and the session of their clerk."""
    published("rare_disease")
    first, second = (drive.apply(slug="rare_disease", number=number, by=cast["applicant1"]) for number in (1, 3))
    return first, second, session(drive.person_for(drive.open_item(first)))


def test_the_desk_leads_to_a_decided_case_in_four_clicks_and_to_the_next_in_three(two: Any, live_server: Any):
    first, second, cookies = two
    with Browser(live_server.url) as browser:
        page = Keyboard(browser, cookies=cookies).open("/desk/").page
        clicks = 0
        for turn in (["领取下一件", "accept", "核对", "确认并办下一件"], ["accept", "核对", "确认并办下一件"]):
            for what in turn:
                if what == "accept":
                    page.locator("[name=outcome][value=accept]").click(force=True)
                else:
                    with page.expect_navigation():
                        page.locator("#main").get_by_role("button", name=what, exact=True).click()
                clicks += 1
            assert "已办结" in page.inner_text("main")
            assert clicks == (4 if len(turn) == 4 else 7)
        assert page.url.startswith(f"{live_server.url}/case/{first.number}/")  # the check of its insurance comes next
    assert list(Decision.objects.order_by("id").values_list("case", flat=True)) == [first.pk, second.pk]


def test_number_keys_are_off_until_switched_on_and_rest_while_somebody_types(two: Any, live_server: Any):
    first, _second, cookies = two
    with Browser(live_server.url) as browser:
        keys = Keyboard(browser, cookies=cookies).open("/desk/")
        keys.to("^领取下一件$").enter()
        page = keys.page
        chosen = "[...document.querySelectorAll('[name=outcome]')].findIndex(one => one.checked)"
        keys.press("1")
        assert page.evaluate(chosen) == -1 and page.locator("kbd").count() == 0
        keys.to("^打开数字键$").enter()
        assert page.locator("kbd").all_inner_texts() == ["1", "2", "3"]
        keys.press("2")
        assert page.evaluate(chosen) == 1
        keys.to(name="opinion").type("131")
        assert page.evaluate(chosen) == 1 and page.input_value("[name=opinion]") == "131"
        keys.to("").press("Control+3")
        assert page.evaluate(chosen) == 1
        keys.to("^材料$").enter()
        for paper in ("paper=D02", "paper=D03"):
            with page.expect_navigation():
                keys.press("1")
            assert paper in page.url
        assert page.locator(".thumbs--large img").count() == 1
        keys.to("^关掉数字键$").enter().press("2")
        assert "paper=D03" in page.url and page.locator("kbd").count() == 0
    assert list(Material.objects.filter(case=first, state="accepted").values_list("code", flat=True)) == ["D02"]

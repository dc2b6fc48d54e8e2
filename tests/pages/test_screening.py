"""A screening from the plan to the slip: by keyboard on a tablet, and nothing for axe to find."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.pages.browsing import Browser
from tests.pages.keyboard import Keyboard
from tests.pages.people import session as signed_in
from tests.pages.test_states import Look, nothing_is_wrong, submit
from tests.screening.people import CLOUDED, day_of, examine, plan, register

__all__ = ["nothing_is_wrong"]


@pytest.fixture
def screening(transactional_db: Any, cast: Any) -> Any:
    """A campaign, its session of today, two people on its list of whom the first was examined, and the team."""
    team, campaign = cast["eye_hospital"], plan(cast)
    session = day_of(campaign, team, cast)
    people = [register(campaign, cast["agent1"], number, session=session) for number in (1, 2)]
    examine(people[0], team, CLOUDED | {"left_others": ["glaucoma"]})
    return campaign, session, people


def test_the_team_takes_the_next_person_and_enters_what_was_found_by_keyboard(
    screening: Any, cast: Any, live_server: Any
) -> None:
    _campaign, session, people = screening
    jar = signed_in(cast["eye_hospital"])
    with Browser(live_server.url) as browser:
        keys = Keyboard(browser, width=768, cookies=jar)
        keys.open(reverse("screening:session", args=[session.pk])).to("^下一位$").enter()
        assert people[1].number in keys.words
        keys.to(name="right_bare").type("1.0").choose("right_lens", "none")
        keys.to(name="left_bare").type("指数").choose("left_lens", "marked").to("^保存结果$").enter()
        assert "可以救助" in keys.words and "打印结果通知单" in keys.words
        assert keys.faults == []
    assert people[1].results.get().outcome == "operable"


def test_the_pages_of_a_screening_are_for_everybody(screening: Any, nothing_is_wrong: Any, cast: Any) -> None:
    campaign, session, people = screening
    one = [campaign.pk]
    nothing_is_wrong(
        [
            Look("prov_review", reverse("screening:home")),
            Look("prov_review", reverse("screening:new"), submit("main form button"), 422),
            Look("prov_review", reverse("screening:campaign", args=one)),
            Look("xiji_intake", reverse("screening:arrange", args=one)),
            Look("agent1", reverse("screening:register", args=one), submit("main form button"), 422),
            Look("xiji_intake", reverse("screening:sheet", args=one)),
            Look("eye_hospital", reverse("screening:results", args=one), submit("main form button"), 422),
            Look("eye_hospital", reverse("screening:session", args=[session.pk])),
            Look(
                "eye_hospital",
                reverse("screening:person", args=[people[1].token]),
                submit("main form button"),
                422,
            ),
            Look("xiji_intake", reverse("screening:person", args=[people[0].token])),
            Look("prov_head", reverse("screening:funnel", args=one)),
            Look("xiji_intake", reverse("screening:fit", args=one)),
            Look(None, reverse("screening:where")),
        ]
    )

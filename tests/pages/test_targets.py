"""What one presses is big enough for a thumb on real pages: 44 px, and 60 px when large letters are chosen."""

from typing import Any

import pytest

from cases.dossier import actions as dossier
from tests.pages.browsing import Browser
from tests.pages.keyboard import Keyboard
from tests.pages.people import session
from workflows import actions
from workflows.walking import drive

SMALL = """least => {
  const pressed = "button, .button, summary, select, textarea, input:not([type=hidden]), .choice, .card, .back, .pills a, " +
    ".strip a, .switches a, .tabs a, .desk-nav a, .pager a, .foot a";
  const low = [...document.querySelectorAll(pressed)].flatMap(one => {
    const inside = one.matches("input[type=radio], input[type=checkbox]") ? one.closest(".choice") || one : one;
    const heights = [inside.getBoundingClientRect().height];
    if (one.type === "file") heights.push(parseFloat(getComputedStyle(one, "::file-selector-button").minHeight));
    return heights.filter(high => high > 0 && high < least - .5).map(high => `${one.outerHTML.slice(0, 80)}: ${high}`);
  });
  return low;
}"""


@pytest.mark.parametrize(("size", "least"), [("normal", 44), ("elder", 60)])
def test_nothing_that_is_pressed_is_smaller_than_promised(
    transactional_db: Any, cast: Any, published: Any, live_server: Any, size: str, least: int
):
    published("rare_disease")
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    clerk = drive.person_for(drive.open_item(case))
    actions.claim(item=drive.open_item(case), by=clerk)
    draft = dossier.new_draft(programme="rare_disease", by=cast["applicant2"], channel="phone")
    looks: list[tuple[Any, list[str]]] = [
        (None, ["/", "/apply", "/track", "/accounts/login/"]),
        (cast["applicant2"], ["/my", f"/draft/{draft.token}", f"/draft/{draft.token}/materials/D02"]),
        (
            clerk,
            ["/desk/mine?number=640422", f"/case/{case.number}/?from=queue%3Dmine", f"/case/{case.number}/materials"],
        ),
    ]
    cookies = [session(person) if person else {} for person, _paths in looks]
    small = []
    with Browser(live_server.url) as browser:
        for (_person, paths), jar in zip(looks, cookies, strict=True):
            keys = Keyboard(browser, width=390, cookies={**jar, "text_size": size})
            for path in paths:
                keys.open(path)
                assert keys.page.locator("main").count() == 1
                small += [f"{path}: {what}" for what in keys.page.evaluate(SMALL, least)]
            keys.context.close()
    assert not small, "\n".join(small)

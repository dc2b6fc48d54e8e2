"""The pages of the office in a real browser: axe finds nothing, nothing scrolls sideways, in both languages and sizes."""

import mimetypes
import os
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from cases.calendar import clock
from tests.browser import BROWSER
from workflows import actions
from workflows.desk.casefile.queries import TABS
from workflows.desk.panel import actions as panel
from workflows.desk.panel.models import Meeting
from workflows.walking import drive

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

HOME = "http://desk.test"
WAYS = [("zh-hans", "normal", 1280), ("en", "elder", 390), ("zh-hans", "elder", 1280), ("en", "normal", 390)]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PICTURES = os.environ.get("RELIEF_PICTURES")


@pytest.fixture
def pages(cast, new_case, signed_in):
    """Each page of the office as its people get it, in turn in another language, letter size and width."""
    found = []

    def keep(name, browser, address, posted=None):
        language, size, width = WAYS[len(found) % 4]
        browser.cookies["django_language"], browser.cookies["text_size"] = language, size
        answer = browser.get(address) if posted is None else browser.post(address, posted)
        assert answer.status_code in (200, 403, 404), (name, answer.status_code)
        found.append((f"{name}-{language}-{size}-{width}", width, answer.content.decode()))

    case, other = new_case(1), new_case(2)
    item = drive.open_item(case)
    intake = signed_in(drive.person_for(item))
    keep("queue", intake, reverse("desk:home"))
    keep("empty", intake, reverse("desk:queue", args=["done"]))
    keep("open", intake, reverse("case:home", args=[other.number]))
    item = actions.claim(item=item, by=drive.person_for(item))
    decide = reverse("case:decide", args=[case.number])
    keep("intake", intake, reverse("case:home", args=[case.number]))
    keep("intake-errors", intake, decide, {"item": item.pk, "row_version": item.row_version, "outcome": "not_accept"})
    keep("check", intake, decide, {"item": item.pk, "row_version": item.row_version, "outcome": "accept"})
    keep("unknown", intake, reverse("case:home", args=["640422-2026-999999-0"]))
    keep("refused", intake, reverse("inspection:search"))
    drive.to(case, "VERIFY")
    item = drive.open_item(case)
    village = signed_in(drive.person_for(item))
    actions.claim(item=item, by=drive.person_for(item))
    keep("visit", village, reverse("case:home", args=[case.number]))
    drive.to(case, "PROVINCE")
    item = drive.open_item(case)
    province = signed_in(drive.person_for(item))
    actions.claim(item=item, by=drive.person_for(item))
    for tab in TABS:
        keep(tab, province, reverse("case:tab", args=[case.number, tab]))
    drive.to(case, "PANEL")
    head, member = signed_in(cast["prov_head"]), signed_in(cast["panel1"])
    keep("call", head, reverse("panel:call"))
    panel.call_meeting(held_on=clock.today(), items=[drive.open_item(case).pk], by=cast["prov_head"])
    meeting = Meeting.objects.get()
    keep("meetings", head, reverse("panel:meetings"))
    keep("meeting", member, reverse("panel:meeting", args=[meeting.number]))
    keep("item", member, reverse("panel:item", args=[meeting.number, meeting.items.get().pk]))
    inspector = signed_in(cast["inspector"])
    keep("search", inspector, reverse("inspection:search"))
    keep("timeline", inspector, reverse("inspection:case", args=[case.number]))
    keep("verified", inspector, reverse("inspection:verify", args=[case.number]), {})
    return found


def _serve(route, html):
    path = route.request.url.removeprefix(HOME)
    if path == "/":
        route.fulfill(body=html, content_type="text/html; charset=utf-8")
        return
    stored = finders.find(path.removeprefix("/static/"))
    if stored is None:
        route.fulfill(status=404, body="")
        return
    kind = mimetypes.guess_type(stored)[0] or "application/octet-stream"
    route.fulfill(body=Path(stored).read_bytes(), content_type=kind)


def test_axe_finds_nothing_and_nothing_scrolls_sideways(pages):
    if not BROWSER:
        pytest.skip("no chromium found: install it or set CHROMIUM")
    faults = []
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-dev-shm-usage"])
        for name, width, html in pages:
            context = chromium.new_context(viewport={"width": width, "height": 900})
            page = context.new_page()
            page.route("**/*", lambda route, _request, html=html: _serve(route, html))
            page.goto(f"{HOME}/")
            found = (
                axe.Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
            )
            faults += [(name, fault["id"], node["html"][:160]) for fault in found for node in fault["nodes"][:3]]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                faults.append((name, "scrolls sideways", str(page.evaluate("document.documentElement.scrollWidth"))))
            if PICTURES:
                page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
            context.close()
        chromium.close()
    assert not faults

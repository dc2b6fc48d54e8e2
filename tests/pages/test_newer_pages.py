"""Batches, notes beside messages, giving out work, speed and incidents: by keyboard, on a phone, and nothing for axe to find."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.access.models import StandIn
from cases.calendar import clock
from cases.dossier.models import Case
from cases.notices.models import Notice
from cases.outgoing.models import Outgoing
from cases.programme import programme
from tests.pages.browsing import Browser
from tests.pages.keyboard import Keyboard
from tests.pages.people import session
from tests.pages.test_states import Look, nothing_is_wrong
from tests.pages.test_targets import SMALL
from workflows import actions
from workflows.desk.notes.models import Note
from workflows.engine import incidents
from workflows.models import Decision, Incident
from workflows.reports.counting import count
from workflows.walking import drive

__all__ = ["nothing_is_wrong"]
WORDS = "请带上最近一次的出院小结，周三上午来窗口。"
SECRET = "邻居说这家人去年买了新车，待核。"


@pytest.fixture
def county(transactional_db: Any, cast: Any, published: Any) -> list[Case]:
    """Three cases at the county review, two of them opened by their reviewer."""
    published("rare_disease")
    cases = [drive.apply(slug="rare_disease", number=n, by=cast[f"applicant{n}"]) for n in (1, 2, 3)]
    for case in cases:
        drive.to(case, "COUNTY")
    for case in cases[:2]:
        drive.read(case, cast["xiji_review"])
    return cases


def test_a_reviewer_notes_writes_to_the_applicant_and_decides_two_in_one_go_by_keyboard(
    county: list[Case], cast: Any, live_server: Any
):
    first, second, third = county
    jar, chosen = session(cast["xiji_review"]), [_key(case) for case in (first, second)]
    with Browser(live_server.url) as browser:
        keys = Keyboard(browser, cookies=jar).open(reverse("case:home", args=[first.number]))
        keys.to("^内部便签").enter()
        keys.to(name="text").type(SECRET).to(name="mentions", value=str(cast["xiji_intake"].pk)).press("Space")
        keys.to("^存便签$").enter()
        assert SECRET in keys.words
        keys.open(reverse("case:home", args=[first.number])).to("^给申请人写消息").enter()
        keys.to(name="words").type(WORDS).to("^看看申请人看到的样子$").enter()
        keys.to(name="sure").press("Space").to("^发给申请人$").enter()
        keys.open("/desk/").to("^罕见病.*县级初审$", tag="a").enter()
        for key in chosen:
            keys.to(name="item", value=key).press("Space")
        keys.choose("outcome", "agree").to(name="opinion").type("入户情况属实，同意上报。").to("^核对$").enter()
        assert "可以办 2 件" in keys.words and third.number not in keys.words
        keys.to("^确认$").enter()
        assert "已办结 2 件。" in keys.words
        assert keys.faults == []
    letter = Notice.objects.get(case=first, code="N30", channel="page")
    applicant = Client()
    applicant.force_login(cast["applicant1"], backend="django.contrib.auth.backends.ModelBackend")
    read = applicant.get(reverse("notices:letter", args=[letter.token])).text
    assert WORDS in read and SECRET not in read
    assert Note.objects.get(case=first).mentions.get().person == cast["xiji_intake"]
    assert Decision.objects.filter(step="county_review", batch__isnull=False).count() == 2


def _key(case: Case) -> str:
    item = drive.open_item(case)
    return f"{item.pk}-{item.row_version}"


def test_a_head_gives_out_a_step_and_has_somebody_stand_in_on_a_phone_by_keyboard(
    county: list[Case], cast: Any, live_server: Any
):
    held = actions.claim(item=drive.open_item(county[0]).pk, by=cast["xiji_review"])
    jar = session(cast["guyuan_city"]) | {"text_size": "elder"}
    steps, today, post = _steps(cast), clock.today(), cast["guyuan_city"].posts.get()
    small: list[str] = []
    with Browser(live_server.url) as browser:
        keys = Keyboard(browser, width=390, cookies=jar).open(steps)
        small += keys.page.evaluate(SMALL, 60)
        keys.to(name="items", value=f"{held.pk}:{held.row_version}").press("Space")
        keys.pick("person", str(cast["xiji_review2"].pk))
        keys.to(name="reason").type("原来的同事外出培训两周，由您接着办。").to("^核对$").enter()
        keys.to("^确认分派$").enter()
        assert cast["xiji_review2"].name in keys.words
        keys.open(reverse("standing:home"))
        small += keys.page.evaluate(SMALL, 60)
        keys.pick("post", str(post.pk)).pick("delegate", str(cast["guyuan_city2"].pk))
        for day in ("starts_on", "ends_on"):
            for part in ("year", "month", "day"):
                keys.to(name=f"{day}_{part}").type(str(getattr(today, part)))
        keys.to(name="reason").type("外出开会一天。").to("^委托$").enter()
        assert f"{cast['guyuan_city2'].name} 代 {cast['guyuan_city'].name}" in keys.words
        assert keys.faults == []
    held.refresh_from_db()
    assert held.holder == cast["xiji_review2"] and StandIn.objects.get().delegate == cast["guyuan_city2"]
    assert not small, "\n".join(small)


def _steps(cast: Any) -> str:
    return f"{reverse('staffing:steps')}?office={cast['xiji_review'].posts.get().office_id}"


def check_batch(page: Any) -> None:
    """Choose every file that may be chosen and look over."""
    for box in page.locator("[name=item]").all():
        box.check(force=True)
    page.locator("[name=outcome][value=agree]").check(force=True)
    page.locator("[name=phase][value=check]").click()


def check_message(page: Any) -> None:
    """Write a message and look over."""
    page.fill("[name=words]", WORDS)
    page.locator("[name=phase][value=check]").click()


def renew_code(page: Any) -> None:
    """Look at the ID and give out another paper code: the receipt is there."""
    page.locator("[name=reason][value=lost]").check(force=True)
    page.fill("[name=id_tail]", programme("rare_disease").demo_answers(1)["patient_id_no"][-4:])
    page.locator("[name=is_checked]").check(force=True)
    page.locator("main form[method=post] button").last.click()


def give(page: Any) -> None:
    """Choose the first step and look over who would get it."""
    page.locator("[name=items]").first.check(force=True)
    page.locator("[name=kind][value=allocate]").check(force=True)
    page.locator("main form[method=post] button").last.click()


def test_batches_notes_messages_staffing_speed_and_incidents_are_for_everybody(
    county: list[Case], nothing_is_wrong: Any, cast: Any
):
    first, second, _third = county
    actions.claim(item=drive.open_item(second).pk, by=cast["xiji_review"])
    now = clock.now()
    Outgoing.objects.create(topic="notice", key="x", created_at=now, available_at=now, parked_at=now, error="Timeout")
    incidents.sweep()
    clock.move_demo_clock(days=2, by=cast["prov_head"])
    assert count() == 1
    batch = reverse("desk:batch", args=["rare_disease", "county_review"])
    steps = _steps(cast)
    fault = Incident.objects.get(state="open")
    nothing_is_wrong(
        [
            Look("xiji_review", batch),
            Look("xiji_review", batch, check_batch),
            Look("xiji_review", reverse("case:notes", args=[first.number])),
            Look("xiji_review", reverse("case:message", args=[first.number]), check_message),
            Look("xiji_intake", reverse("case:code", args=[first.number])),
            Look("xiji_intake", reverse("case:invoices", args=[first.number])),
            Look("xiji_intake", reverse("case:code", args=[first.number]), renew_code),
            Look("guyuan_city", reverse("staffing:people")),
            Look("guyuan_city", steps, give),
            Look("secadmin", reverse("staffing:leave", args=[cast["xiji_review"].pk])),
            Look("guyuan_city", reverse("standing:home")),
            Look("prov_head", reverse("reports:speed")),
            Look("prov_head", reverse("reports:quality")),
            Look("prov_head", f"{reverse('reports:road')}?programme=rare_disease"),
            Look("sysadmin", reverse("running:home")),
            Look("sysadmin", reverse("running:group", args=[fault.pk])),
            Look("inspector", reverse("inspection:hasty")),
        ]
    )

"""Who leaves (离岗) leaves nothing behind: posts, sessions and steps go in one act, and what nobody can take is listed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.access.models import Post, StandIn, User
from cases.access.queries import posts_of
from cases.calendar import clock
from cases.errors import Invalid, NotFound, Refusal
from cases.history.models import Event
from project.values import date_zh
from tests.desk.road import copies
from workflows import actions
from workflows.desk.staffing import actions as staffing
from workflows.flow import step_of
from workflows.models import Handover, WorkItem

WHY = "调到外市工作，今天起不再任职。"


def at(item: WorkItem) -> WorkItem:
    return WorkItem.objects.select_related("case__run", "holder").get(pk=item.pk)


def gone(name: str, cast: dict[str, User]) -> Any:
    """The sheet of somebody who left, carried out."""
    made = staffing.leave(person=cast[name], reason=WHY, by=cast["secadmin"])
    staffing.carry_out(made.pk)
    return made


@pytest.fixture
def held(office: Any, cast: Any) -> WorkItem:
    return actions.claim(item=office.item("county").pk, by=cast["xiji_review"])


def test_every_step_of_the_leaver_goes_to_his_colleagues_and_none_stays(held, cast):
    copies(held, 4)
    sheet = gone("xiji_review", cast)
    assert not WorkItem.objects.filter(state="claimed", holder=cast["xiji_review"]).exists()
    assert set(sheet.lines.values_list("state", "to_person")) == {("done", cast["xiji_review2"].pk)}
    assert sheet.lines.count() == 5
    row = Handover.objects.get(item=held, kind="left")
    assert (row.actor, row.from_person, row.reason) == (cast["secadmin"], cast["xiji_review"], WHY)


def test_posts_and_sessions_end_at_once_and_signing_in_is_refused(held, cast, signed_in):
    browsers = [signed_in(cast["xiji_review"]) for _number in range(2)]
    assert all(browser.get(reverse("desk:home")).status_code == 200 for browser in browsers)
    gone("xiji_review", cast)
    assert all("login" in browser.get(reverse("desk:home")).url for browser in browsers)
    leaver = User.objects.get(username="xiji_review")
    assert posts_of(leaver) == [] and not leaver.is_active
    assert not Client().login(username="xiji_review", password="yanshi-demo-2026")
    told = Event.objects.filter(action="account.left").latest("id")
    assert told.stream.key == str(leaver.pk) and WHY not in told.payload


def test_who_signs_in_by_phone_loses_the_office_and_stays_an_applicant(cast, office, signed_in):
    browser = signed_in(cast["xiji_village2"])
    gone("xiji_village2", cast)
    worker = User.objects.get(username="xiji_village2")
    assert worker.is_active and posts_of(worker) == []
    assert "login" in browser.get(reverse("dossier:my")).url
    assert signed_in(worker).get(reverse("dossier:my")).status_code == 200


def test_a_step_goes_back_to_the_pool_when_the_colleague_has_no_room(held, cast):
    Post.objects.get(user=cast["xiji_review2"]).office.__class__.objects.filter(division_code="640422").update(
        most_held=1
    )
    copies(held, 1, holder_id=cast["xiji_review2"].pk)
    sheet = gone("xiji_review", cast)
    line = sheet.lines.get(item=held)
    assert line.state == "done" and "在待领取里" in line.why and "县级初审员" in line.why
    assert at(held).state == "open" and at(held).entrusted_from == ""


def test_what_only_the_leaver_could_take_goes_to_the_office_above_held_or_not(office, cast):
    gone("xiji_review2", cast)
    held = actions.claim(item=office.item("county").pk, by=cast["xiji_review"])
    free = office.item("county_b")
    sheet = gone("xiji_review", cast)
    assert {line.item_id for line in sheet.lines.all()} == {held.pk, free.pk}
    for item in (at(held), at(free)):
        assert (item.state, item.role, item.division_code, item.entrusted_from) == ("open", "MUN", "6404", "640422")
    assert all("委托代审" in line.why for line in sheet.lines.all())


def test_what_nobody_can_take_is_listed_with_who_may_act(office, cast, signed_in):
    for name in ("prov_review", "guyuan_city", "guyuan_city2", "xiji_review2"):
        gone(name, cast)
    held = actions.claim(item=office.item("county").pk, by=cast["xiji_review"])
    gone("prov_review2", cast)
    browser = signed_in(cast["secadmin"])
    address = reverse("staffing:leave", args=[cast["xiji_review"].pk])
    shown = browser.get(address).content.decode()
    assert str(step_of(held).title) in shown and held.case.number not in shown
    assert browser.post(address, {"reason": ""}).status_code == 422 and at(held).state == "claimed"
    result = browser.get(browser.post(address, {"reason": WHY}).url).content.decode()
    assert "没有人能办" in result and held.case.number not in result and "已离岗" in result
    assert at(held).holder is None


def test_what_somebody_stood_in_for_comes_back_with_the_post(held, cast):
    post = Post.objects.get(user=cast["xiji_review"])
    today = clock.today()
    lent = StandIn.objects.create(
        post=post, delegate=cast["xiji_review2"], area="640422", starts_on=today, ends_on=today + timedelta(days=9),
        reason="休假", given_by=cast["xiji_review"], given_at=clock.now(),
    )  # fmt: skip
    gone("xiji_review", cast)
    lent.refresh_from_db()
    assert lent.ended_by == cast["secadmin"] and at(held).stand_in is None


def test_a_sheet_of_a_leaver_carried_out_twice_moves_nothing_twice(held, cast):
    sheet = gone("xiji_review", cast)
    before = at(held).row_version
    assert staffing.carry_out(sheet.pk) == 0
    line = sheet.lines.get(item=held)
    staffing.settle(item=held, line=line.pk, by=cast["secadmin"])
    assert at(held).row_version == before


def test_only_who_ends_posts_lets_somebody_leave_and_nobody_himself(held, cast, signed_in):
    for name, refusal in (("prov_head", Refusal), ("sysadmin", Refusal), ("secadmin", Refusal)):
        person = cast["secadmin"] if name == "secadmin" else cast["xiji_review"]
        with pytest.raises(refusal):
            staffing.leave(person=person, reason=WHY, by=cast[name])
    with pytest.raises(Invalid):
        staffing.leave(person=cast["xiji_review"], reason=" ", by=cast["secadmin"])
    with pytest.raises(NotFound):
        actions.hand_on(item=held.pk, leaver=cast["xiji_review"], reason=WHY, by=cast["prov_head"])
    gone("xiji_review2", cast)
    with pytest.raises(Invalid):
        staffing.leave(person=cast["xiji_review2"], reason=WHY, by=cast["secadmin"])
    assert at(held).holder == cast["xiji_review"]
    browser = signed_in(cast["secadmin"])
    found = browser.get(reverse("staffing:leavers"), {"who": "xiji_rev"}).content.decode()
    assert cast["xiji_review"].name in found and cast["xiji_review2"].name not in found
    assert signed_in(cast["prov_head"]).get(reverse("staffing:leavers")).status_code == 403


def test_a_line_says_its_step_its_due_day_and_the_case_only_to_who_may_read_it(held, cast, signed_in):
    Post.objects.create(
        user=cast["prov_review"], role_id="SEC", office=cast["secadmin"].posts.get().office, starts_on=clock.today()
    )
    due, step = date_zh(at(held).due_on), str(step_of(held).title)
    address = reverse("staffing:leave", args=[cast["xiji_review"].pk])
    for name, reads in (("secadmin", False), ("prov_review", True)):
        page = signed_in(cast[name]).get(address).content.decode()
        assert step in page and due in page and f"办件 {held.pk}" not in page
        assert (held.case.number in page, "您看不到这个案卷" in page) == (reads, not reads)
    browser = signed_in(cast["prov_review"])
    sheet = browser.get(browser.post(address, {"reason": WHY}).url).content.decode()
    assert step in sheet and due in sheet and held.case.number in sheet

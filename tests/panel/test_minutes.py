"""The minutes are signed by whoever was present, each for himself, and can be printed with all that they must hold."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from cases.calendar import clock
from cases.errors import Refusal
from cases.history.models import Access, Event
from tests.panel.test_meeting import MINUTES, fund, item, members, read, refused, vote
from workflows.desk.panel import actions
from workflows.desk.panel.models import MinutesSignature

__all__ = ["fund", "item", "members"]
pytestmark = pytest.mark.django_db

STANDS_ASIDE = "患者是我的近亲属，应当回避"


@pytest.fixture
def ended(cast: Any, item: Any, members: Any, fund: Any) -> Any:
    """A meeting of five who voted and one who stood aside, with its minutes filed."""
    fund("100000")
    for member in members[:5]:
        vote(member, item, reason="")
    actions.sign_in(meeting=item.meeting, by=members[5])
    read(members[5], item)
    actions.recuse(item=item, reason=STANDS_ASIDE, by=members[5])
    actions.close_item(item=item, by=cast["prov_head"])
    return actions.close_meeting(meeting=item.meeting, minutes=MINUTES, by=cast["prov_head"])


def page(browser: Any, name: str, meeting: Any) -> str:
    return str(browser.get(reverse(f"panel:{name}", args=[meeting.number])).content.decode())


def test_each_member_signs_for_himself_and_the_page_shows_who_has_not(
    cast: Any, ended: Any, members: Any, signed_in: Any
) -> None:
    browser = signed_in(members[0])
    assert page(browser, "meeting", ended).count("未签字") == 6
    assert "签字确认纪要" in page(browser, "meeting", ended)
    browser.post(reverse("panel:sign_minutes", args=[ended.number]))
    browser.post(reverse("panel:sign_minutes", args=[ended.number]))
    after = page(browser, "meeting", ended)
    assert (after.count("未签字"), after.count("已签字"), "签字确认纪要" in after) == (5, 1, False)
    signature = MinutesSignature.objects.get()
    assert (signature.member, signature.meeting) == (members[0], ended)
    event = Event.objects.get(action="panel.minutes_signed", outcome="ok")
    assert event.actor == members[0].pk
    assert MINUTES not in event.payload


def test_nobody_signs_who_was_not_there_or_before_the_minutes_are_filed(cast: Any, item: Any, members: Any) -> None:
    actions.sign_in(meeting=item.meeting, by=members[0])
    with refused("minutes_open"):
        actions.sign_minutes(meeting=item.meeting, by=members[0])
    with pytest.raises(Refusal):
        actions.sign_minutes(meeting=item.meeting, by=cast["prov_head"])


def test_a_member_who_was_absent_is_told_who_signs(cast: Any, ended: Any, members: Any) -> None:
    post = members[0].posts.get()
    absent = cast["policy_edit"]
    type(post).objects.create(user=absent, role=post.role, office=post.office, starts_on=clock.today())
    with pytest.raises(Refusal) as caught:
        actions.sign_minutes(meeting=ended, by=absent)
    assert (caught.value.code, bool(caught.value.who_may)) == ("not_present", True)


def sign_by_hand(meeting: Any, member: Any, actor: Any) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('relief.actor', %s, true)", [str(actor.pk)])
        MinutesSignature.objects.create(meeting=meeting, member=member, signed_at=clock.now())


def test_the_database_takes_no_signature_for_another_of_an_absent_one_or_before_the_end(
    cast: Any, ended: Any, members: Any
) -> None:
    with pytest.raises(IntegrityError, match="for another"):
        sign_by_hand(ended, members[0], members[1])
    with pytest.raises(IntegrityError, match="only who was present"):
        sign_by_hand(ended, cast["prov_head"], cast["prov_head"])
    sign_by_hand(ended, members[0], members[0])
    for statement in ("UPDATE workflows_minutessignature SET member_id = 1", "DELETE FROM workflows_minutessignature"):
        with pytest.raises(Exception, match="append-only|permission denied"), transaction.atomic():
            connection.cursor().execute(statement)


def test_the_database_takes_no_signature_under_open_minutes(item: Any, members: Any) -> None:
    actions.sign_in(meeting=item.meeting, by=members[0])
    with pytest.raises(IntegrityError, match="has ended"):
        sign_by_hand(item.meeting, members[0], members[0])


def test_the_printed_minutes_hold_attendance_recusal_votes_outcome_amount_and_signatures(
    cast: Any, ended: Any, item: Any, members: Any, signed_in: Any
) -> None:
    actions.sign_minutes(meeting=ended, by=members[1])
    sheet = page(signed_in(cast["prov_head"]), "print_minutes", ended)
    for words in (ended.number, item.case.number, f"{item.amount:,.2f}", MINUTES, STANDS_ASIDE, "同意 5", "回避 1"):
        assert words in sheet
    for member in members:
        assert member.name in sheet
    assert sheet.count("未签字") == 5
    assert Access.objects.filter(actor=cast["prov_head"].pk, object_type="workflows_meeting").exists()


def test_there_is_nothing_to_print_before_the_end_and_the_page_says_who_files(
    cast: Any, item: Any, signed_in: Any
) -> None:
    answer = signed_in(cast["prov_head"]).get(reverse("panel:print_minutes", args=[item.meeting.number]))
    assert answer.status_code == 409
    assert "可以办的是" in answer.content.decode()

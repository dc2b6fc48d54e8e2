"""The panel decides together: five sign in, read, vote; without that nothing is decided, and the database agrees."""

from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from cases.calendar import clock
from cases.errors import Invalid, Refusal
from cases.history.models import Event
from cases.history.record import record_access
from cases.money import actions as money
from cases.money.models import Payout
from workflows.desk.panel import actions
from workflows.desk.panel.models import Meeting, MeetingItem, Vote
from workflows.models import Duty
from workflows.walking import drive

pytestmark = pytest.mark.django_db

MINUTES = "会议逐件审议，按表决结果形成决定，纪要由召集人存档。"


@pytest.fixture
def fund(cast):
    """Money for the programme."""

    def give(amount):
        made = money.open_fund(
            code="T1",
            name="测试资金",
            programme="rare_disease",
            kind="donation",
            starts_on=clock.today(),
            by=cast["fin_make"],
        )
        money.receive_gift(fund=made, amount=Decimal(amount), source="测试捐赠", by=cast["fin_make"])
        return made

    return give


@pytest.fixture
def members(cast):
    return [cast[f"panel{number}"] for number in range(1, 7)]


@pytest.fixture
def item(cast, new_case):
    """One case on the agenda of today."""
    case = drive.to(new_case(1), "PANEL")
    meeting = actions.call_meeting(held_on=clock.today(), items=[drive.open_item(case).pk], by=cast["prov_head"])
    return meeting.items.get()


@contextmanager
def refused(code):
    with pytest.raises(Refusal) as caught:
        yield
    assert caught.value.code == code


def read(member, item):
    record_access("read", object=item, fields=["application"], by=member, case_id=item.case_id)


def vote(member, item, choice="agree", reason="材料和金额都不足以说明问题"):
    actions.sign_in(meeting=item.meeting, by=member)
    read(member, item)
    return actions.vote(item=item, choice=choice, reason=reason, by=member)


def test_five_members_agree_and_the_money_is_set_aside(cast, item, members, fund):
    fund("100000")
    for member in members[:5]:
        vote(member, item)
    assert actions.close_item(item=item, by=cast["prov_head"]) == "agree"
    item.refresh_from_db()
    item.case.refresh_from_db()
    assert item.case.state == "PUBLICITY"
    assert Payout.objects.get(case=item.case).amount == item.amount
    assert Duty.objects.filter(case=item.case, level=5).count() == 5
    closed = actions.close_meeting(meeting=item.meeting, minutes=MINUTES, by=cast["prov_head"])
    assert closed.state == "closed"


def test_a_dry_fund_lets_the_case_wait_and_never_goes_below_zero(cast, item, members, fund):
    fund("1")
    for member in members[:5]:
        vote(member, item)
    assert actions.close_item(item=item, by=cast["prov_head"]) == "waitlist"
    item.case.refresh_from_db()
    assert item.case.state == "WAITLIST"
    assert not Payout.objects.filter(case=item.case).exists()


def test_a_vote_before_reading_is_refused_and_stored(item, members):
    actions.sign_in(meeting=item.meeting, by=members[0])
    with refused("unread"):
        actions.vote(item=item, choice="agree", by=members[0])
    assert Event.objects.filter(
        stream__kind="case", stream__key=str(item.case_id), action="panel.vote", outcome="denied"
    ).exists()


def test_a_vote_without_signing_in_is_refused(item, members):
    read(members[0], item)
    with refused("not_signed_in"):
        actions.vote(item=item, choice="agree", by=members[0])


def test_nobody_votes_twice_and_a_recused_member_not_at_all(item, members):
    vote(members[0], item)
    with pytest.raises(Refusal, match="表决"):
        actions.vote(item=item, choice="reject", reason="改变主意了，现在不同意", by=members[0])
    actions.sign_in(meeting=item.meeting, by=members[1])
    actions.recuse(item=item, reason="患者是我的近亲属，应当回避", by=members[1])
    read(members[1], item)
    with pytest.raises(Refusal, match="表决"):
        actions.vote(item=item, choice="agree", by=members[1])


def test_nothing_is_decided_without_quorum(cast, item, members, fund):
    fund("100000")
    for member in members[: item.meeting.quorum - 1]:
        vote(member, item)
    with refused("no_quorum"):
        actions.close_item(item=item, by=cast["prov_head"])
    item.refresh_from_db()
    assert item.outcome == ""


def test_a_refusal_needs_a_reason_and_ends_the_case(cast, item, members):
    for member in members[:5]:
        vote(member, item, "reject")
    with pytest.raises(Invalid):
        actions.close_item(item=item, by=cast["prov_head"])
    actions.close_item(item=item, reasons=["J21"], by=cast["prov_head"])
    item.case.refresh_from_db()
    assert item.case.state == "REJECTED"


def test_who_reviewed_the_case_does_not_sit_on_it(cast, item, members):
    Duty.objects.filter(case=item.case).count()
    reviewer = item.case.decisions.get(step="province_review").actor
    post = members[0].posts.get()
    type(post).objects.create(user=reviewer, role=post.role, office=post.office, starts_on=clock.today())
    actions.sign_in(meeting=item.meeting, by=reviewer)
    read(reviewer, item)
    with refused("duties"):
        actions.vote(item=item, choice="agree", by=reviewer)


def test_nobody_signs_in_before_the_day(cast, new_case, members):
    case = drive.to(new_case(1), "PANEL")
    later = clock.today() + timedelta(days=3)
    meeting = actions.call_meeting(held_on=later, items=[drive.open_item(case).pk], by=cast["prov_head"])
    with refused("too_early"):
        actions.sign_in(meeting=meeting, by=members[0])


def test_only_who_may_call_calls(cast, new_case):
    case = drive.to(new_case(1), "PANEL")
    with pytest.raises(Refusal):
        actions.call_meeting(held_on=clock.today(), items=[drive.open_item(case).pk], by=cast["xiji_intake"])
    assert not Meeting.objects.exists()


def insert_vote(item, member, choice="agree"):
    with transaction.atomic():
        Vote.objects.create(item=item, member=member, choice=choice, at=clock.now())


def test_the_database_refuses_a_vote_without_attendance_and_an_outcome_without_votes(item, members):
    with pytest.raises(IntegrityError, match="signed in"):
        insert_vote(item, members[0])
    for member in members[: item.meeting.quorum - 1]:
        actions.sign_in(meeting=item.meeting, by=member)
        insert_vote(item, member)
    with pytest.raises(IntegrityError, match="quorum"), transaction.atomic():
        MeetingItem.objects.filter(pk=item.pk).update(outcome="agree")


def test_the_database_keeps_votes_and_outcomes_as_they_are(item, members):
    for member in members[:5]:
        vote(member, item, "defer")
    with pytest.raises(IntegrityError, match="carry"), transaction.atomic():
        MeetingItem.objects.filter(pk=item.pk).update(outcome="agree")
    MeetingItem.objects.filter(pk=item.pk).update(outcome="defer")
    with pytest.raises(IntegrityError, match="closed"):
        actions.sign_in(meeting=item.meeting, by=members[5])
        insert_vote(item, members[5])
    for statement in ("UPDATE workflows_vote SET choice = 'agree'", "DELETE FROM workflows_vote"):
        with pytest.raises(Exception, match="append-only|permission denied"), transaction.atomic():
            connection.cursor().execute(statement)


def test_a_meeting_is_held_through_its_pages(cast, new_case, members, fund, signed_in):
    fund("100000")
    case = drive.to(new_case(1), "PANEL")
    head = signed_in(cast["prov_head"])
    assert "待上会 1 件" in head.get(reverse("panel:meetings")).content.decode()
    day = clock.today()
    called = head.post(
        reverse("panel:call"),
        {
            "held_on_year": day.year,
            "held_on_month": day.month,
            "held_on_day": day.day,
            "items": [drive.open_item(case).pk],
        },
    )
    meeting = Meeting.objects.get()
    assert called.url == reverse("panel:meeting", args=[meeting.number])
    item = meeting.items.get()
    address = [meeting.number, item.pk]
    for member in members[:5]:
        browser = signed_in(member)
        browser.post(reverse("panel:sign_in", args=[meeting.number]))
        early = browser.post(reverse("panel:vote", args=address), {"choice": "agree", "reason": ""})
        assert early.status_code == 403 and "请先阅读材料" in early.content.decode()
        page = browser.get(reverse("panel:item", args=address)).content.decode()
        assert "拟救助" in page and "核算过程" in page
        assert browser.post(reverse("panel:vote", args=address), {"choice": "agree", "reason": ""}).status_code == 302
    assert head.post(reverse("panel:close", args=address)).status_code == 302
    assert head.post(reverse("panel:minutes", args=[meeting.number]), {"minutes": MINUTES}).status_code == 302
    shown = head.get(reverse("panel:meeting", args=[meeting.number])).content.decode()
    assert MINUTES in shown
    case.refresh_from_db()
    assert case.state == "PUBLICITY"


def test_a_county_clerk_has_no_panel(cast, item, signed_in):
    assert signed_in(cast["xiji_intake"]).get(reverse("panel:meetings")).status_code == 403

"""What the panel sees: meetings, agenda, attendance and votes."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from cases.access.models import Post
from cases.access.queries import posts_of, require, sees, visible_cases, who_may
from cases.award.models import Award as StoredAward
from cases.award.rules import Award
from cases.calendar import clock
from cases.errors import NotFound, Refusal
from cases.history.models import Access
from cases.policy.queries import policy_of
from cases.urgent.rules import CONFIRMATION
from workflows import rechecks
from workflows.desk.panel.models import Attendance, Meeting, MeetingItem, MinutesSignature, Vote
from workflows.desk.panel.rules import Tally, tally
from workflows.models import WorkItem

RIGHTS = ("panel.call", "panel.vote", "panel.minutes", "inspect")
PANEL_STEPS = ("panel", CONFIRMATION)


def may_see_panel(viewer: Any) -> bool:
    """Whether this person has anything to do with meetings."""
    return panel_post(viewer) is not None


def has_right(viewer: Any, right: str) -> bool:
    """Whether one of the viewer's posts gives this right (the panel is the province's: no area is asked)."""
    return any(right in post.role.rights for post in posts_of(viewer))


def panel_post(viewer: Any) -> Post | None:
    """The post in which somebody looks at a meeting."""
    return next((post for post in posts_of(viewer) if set(RIGHTS) & set(post.role.rights)), None)


def require_panel(viewer: Any, right: str = "") -> None:
    """Refuses everybody who neither calls, votes, keeps minutes nor inspects; or who has not this one right."""
    if not (has_right(viewer, right) if right else may_see_panel(viewer)):
        areas = [post.office.division_code for post in posts_of(viewer)]
        if not areas:
            raise NotFound()
        require(viewer, right or "panel.vote", areas[0][:2])


def who_may_at(right: str, meeting: Meeting) -> str:
    """谁可以办, at this meeting: the office and role that hold a right over the cases of its agenda."""
    code = meeting.items.order_by("id").values_list("case__handling_code", flat=True).first()
    return who_may(right, code or "")


def meetings(viewer: Any) -> QuerySet[Meeting]:
    """会议, newest first, with the number of their items and of those still open."""
    require_panel(viewer)
    return Meeting.objects.annotate(
        all_items=Count("items", distinct=True), open_items=Count("items", filter=Q(items__outcome=""), distinct=True)
    ).order_by("-id")


def get_meeting(viewer: Any, number: str) -> Meeting:
    """A meeting by its number; NotFound when there is none."""
    require_panel(viewer)
    meeting = Meeting.objects.filter(number=number).select_related("called_by", "minutes_by").first()
    if meeting is None:
        raise NotFound()
    return meeting


def ended_meeting(viewer: Any, number: str) -> Meeting:
    """A meeting whose minutes are filed. Raises NotFound, and Refusal while it is not over."""
    meeting = get_meeting(viewer, number)
    if meeting.state != "closed":
        raise Refusal(
            _("会议还没有结束，纪要还没有存档。"),
            code="minutes_open",
            status=409,
            who_may=who_may_at("panel.minutes", meeting),
        )
    return meeting


def get_item(viewer: Any, number: str, pk: int) -> MeetingItem:
    """One item of a meeting; NotFound outside what the viewer may see."""
    item = (
        MeetingItem.objects.select_related("meeting", "case", "case__policy", "work_item")
        .filter(meeting=get_meeting(viewer, number), pk=pk)
        .first()
    )
    if item is None or not visible_cases(viewer).filter(pk=item.case_id).exists():
        raise NotFound()
    return item


def waiting(viewer: Any) -> QuerySet[WorkItem]:
    """待上会: cases at the panel step that are on no open agenda."""
    return (
        WorkItem.objects.filter(step__in=PANEL_STEPS, kind="wait", state="open")
        .filter(sees(viewer, "case__"))
        .exclude(meeting_items__outcome="")
        .select_related("case")
        .order_by("case__accepted_on", "id")
    )


def present(meeting: Meeting) -> list[int]:
    """The members who signed in."""
    return list(Attendance.objects.filter(meeting=meeting).order_by("id").values_list("member_id", flat=True))


def tally_of(item: MeetingItem, members: list[int] | None = None) -> Tally:
    """How an item stands, by the quorum of its meeting and the pinned policy of its case."""
    votes = {vote.member_id: vote.choice for vote in item.votes.all()}
    return tally(
        votes=votes,
        present=present(item.meeting) if members is None else members,
        quorum=item.meeting.quorum,
        approve=policy_of(item.case).quorum_for(item.amount).approve,
    )


def attendance_of(meeting: Meeting) -> list[Any]:
    """到会: who signed in, in that order, each with `confirmed_at`, the time of his signature under the minutes."""
    signed = MinutesSignature.objects.filter(meeting=meeting, member=OuterRef("member")).values("signed_at")
    rows = meeting.attendance.select_related("member").annotate(confirmed_at=Subquery(signed))
    return list(rows.order_by("id"))


def votes_on(item: MeetingItem) -> list[Vote]:
    """The votes on one case, in the order in which they were given."""
    return list(Vote.objects.filter(item=item).select_related("member").order_by("id"))


def agenda(viewer: Any, meeting: Meeting, members: list[int]) -> list[tuple[MeetingItem, Tally]]:
    """议题 in their order whose cases the viewer may see, each with its count among these members."""
    rows = meeting.items.filter(sees(viewer, "case__")).select_related("case", "meeting")
    return [(item, tally_of(item, members)) for item in rows.prefetch_related("votes").order_by("id")]


def proceedings(viewer: Any, meeting: Meeting, members: list[int]) -> list[tuple[MeetingItem, Tally, list[Vote]]]:
    """议题 for the minutes: each with its count and with who voted how and who stood aside."""
    return [(item, count, votes_on(item)) for item, count in agenda(viewer, meeting, members)]


def working_of(item: MeetingItem) -> Award | None:
    """The newest printed working (计算过程) of the case's amount."""
    stored = StoredAward.objects.filter(case=item.case).order_by("-id").first()
    return Award.from_json(stored.working) if stored else None


def recheck_of(item: MeetingItem) -> list[str]:
    """复查 of an open item: what of duplicates, limits and fund differs now from the time before."""
    last = rechecks.latest(item.case) if not item.outcome else None
    return rechecks.words(last.found, rechecks.check(item.case, now=clock.now())) if last is not None else []


def has_read(member: Any, item: MeetingItem) -> bool:
    """Whether a member opened the papers of this item."""
    return Access.objects.filter(
        actor=member.pk, object_type=MeetingItem._meta.db_table, object_id=str(item.pk), case_id=item.case_id
    ).exists()

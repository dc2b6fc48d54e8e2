"""Policies as they are stored: the one a case is pinned to, the one in force, and what a viewer may look through."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.access.models import Post
from cases.access.queries import posts_of, who_may
from cases.calendar import clock
from cases.calendar.queries import calendar
from cases.calendar.rules import Due, Pause, due_with_pauses, local_day
from cases.errors import NotFound, Refusal, Stale
from cases.history import record as history
from cases.policy.cards import Card, card
from cases.policy.models import PolicyRow, PolicyVersion
from cases.policy.rules import SECTIONS, WORKDAYS, Policy, Row

EDIT, PUBLISH = "policy.edit", "policy.publish"


def policy_for(version_id: int) -> Policy:
    """The policy of a version. A published one never changes, so it is read once by each process; a draft each time.

    Raises PolicyVersion.DoesNotExist.
    """
    held = _held(version_id)
    return held if held is not None else _read(PolicyVersion.objects.get(pk=version_id))


class _NotYet(Exception):
    """Keeps a draft out of the cache."""


def _held(version_id: int) -> Policy | None:
    try:
        return _published(version_id)
    except _NotYet:
        return None


@lru_cache(maxsize=256)
def _published(version_id: int) -> Policy:
    version = PolicyVersion.objects.get(pk=version_id)
    if version.status == PolicyVersion.DRAFT:
        raise _NotYet
    return _read(version)


def _read(version: PolicyVersion) -> Policy:
    rows = [as_row(row) for row in PolicyRow.objects.filter(version=version)]
    return Policy.from_rows(rows, version=version.pk, number=version.number)


def as_row(row: PolicyRow) -> Row:
    """A stored row as the rules read it."""
    return Row(row.section, row.key, row.value, row.position, row.clause, row.note_zh, row.note_en)


def current_version(programme: str, on: date) -> PolicyVersion:
    """现行政策: the published version in force on a day, the latest by its effective date.

    Raises Refusal when the programme has none.
    """
    found = (
        PolicyVersion.objects.filter(programme=programme, status=PolicyVersion.PUBLISHED, effective_from__lte=on)
        .order_by("-effective_from", "-number")
        .first()
    )
    if found is None:
        raise Refusal(_("这个项目还没有发布政策，暂时不能受理。"), code="no_policy", status=409)
    return found


def current(programme: str, on: date) -> Policy:
    """The policy in force on a day."""
    return policy_for(current_version(programme, on).pk)


def policy_of(case: Any, on: date | None = None) -> Policy:
    """The policy that counts for a case: pinned at acceptance, before that the one in force on a day.

    Without a day it is the day of the open act, else today.
    """
    if case.policy_id:
        return policy_for(case.policy_id)
    act = history.current()
    return current(case.programme, on or (local_day(act.now) if act else clock.today()))


def due_date(policy: Policy, key: str, start: date, *, pauses: Sequence[Pause] = (), today: date | None = None) -> Due:
    """到期日: when something is due that began on `start`, in working days past its pauses or in calendar days.

    Calendar-day limits are not paused (domain.md 4.4 pauses working-day limits). Raises PolicyGap for an unknown key.
    """
    period = policy.period(key)
    if period.unit == WORKDAYS:
        return due_with_pauses(start, period.amount, pauses, calendar(), today=today)
    return Due(start + timedelta(days=period.amount), False)


def versions(viewer: Any) -> QuerySet[PolicyVersion]:
    """The versions a member of an office may look through, newest first. Raises NotFound for everybody else."""
    if not posts_of(viewer):
        raise NotFound()
    return PolicyVersion.objects.select_related("made_by", "published_by").order_by("programme", "-number")


def version_for(viewer: Any, version_id: int) -> PolicyVersion:
    """One version, if the viewer may look at policies. Raises NotFound."""
    found = versions(viewer).filter(pk=version_id).first()
    if found is None:
        raise NotFound()
    return found


def draft_for(viewer: Any, version_id: int, section: str = "") -> PolicyVersion:
    """A draft to be edited. Raises NotFound for an unknown version or section, Refusal without the right, Stale."""
    held = version_for(viewer, version_id)
    if section and section not in SECTIONS:
        raise NotFound()
    require_post(viewer, EDIT)
    if held.status != PolicyVersion.DRAFT:
        raise Stale(_("这一版已经发布，不能再改。请另起一份草稿。"))
    return held


def draft_row(viewer: Any, version_id: int, section: str, key: str) -> tuple[PolicyVersion, Row]:
    """A draft and one of its rows. Raises as ``draft_for`` does, and NotFound for an unknown row."""
    held = draft_for(viewer, version_id, section)
    found = PolicyRow.objects.filter(version=held, section=section, key=key).first()
    if found is None:
        raise NotFound()
    return held, as_row(found)


def card_of(viewer: Any, programme: str) -> Card:
    """The card of a programme, for whoever may draft its policy. Raises NotFound for an unknown one, Refusal."""
    require_post(viewer, EDIT)
    try:
        return card(programme)
    except KeyError:
        raise NotFound() from None


def version_before(version: PolicyVersion) -> PolicyVersion | None:
    """The version of the same programme that came before this one."""
    earlier = PolicyVersion.objects.filter(programme=version.programme, number__lt=version.number)
    return earlier.order_by("-number").first()


def post_with(viewer: Any, right: str) -> Post | None:
    """The viewer's post that gives a right over policies, or None."""
    return next((post for post in posts_of(viewer) if right in post.role.rights), None)


def require_post(viewer: Any, right: str) -> Post:
    """The post in which somebody edits or publishes. Raises Refusal that names who may, NotFound outside any office."""
    posts = posts_of(viewer)
    if not posts:
        raise NotFound()
    found = next((post for post in posts if right in post.role.rights), None)
    if found is None:
        area = posts[0].office.division_code
        raise Refusal(_("您的岗位不能改动政策。"), code="no_right", who_may=who_may(right, area))
    return found

"""Keep out of a case (回避): the step goes back, the person is barred from the case, and the work finds another office."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.placing import place
from cases.access.queries import posts_of
from cases.access.rules import covers
from cases.dossier.models import Case
from cases.dossier.queries import lock_case
from cases.errors import Invalid, Refusal
from cases.history.record import action
from cases.recusal import actions as recusal
from cases.recusal.models import Recusal
from workflows import barring, holding, offers
from workflows.actions.claiming import act_as
from workflows.actions.common import holder_of, locked, must_be_unchanged, must_lead, not_yours, posts_for
from workflows.actions.intervening import open_items
from workflows.actions.leading import must_be_live
from workflows.flow import step_of
from workflows.models import WorkItem


@action("task.recuse")
def recuse(
    *, item: WorkItem | int, reason: str, row_version: int | None = None, by: Any, now: datetime | None = None
) -> Recusal:
    """申请回避: I have no hand in this case, with my reason; what I hold of it goes back at once, for others to do."""
    assert now is not None
    found = locked(item)
    posts = posts_for(found, by)
    if not posts:
        raise not_yours(found, by)
    if found.kind != "human" or found.state not in ("open", "claimed"):
        raise Refusal(_("这一步现在不用回避。"), code="not_open", who_may=holder_of(found))
    must_be_unchanged(found, row_version)
    act_as(posts[0])
    return recusal.keep_out(case=found.case, reason=reason, by=by, now=now)


@action("task.exclude")
def exclude(
    *, item: WorkItem | int, person: Any, reason: str, row_version: int | None = None, by: Any,
    now: datetime | None = None,
) -> Recusal:  # fmt: skip
    """责令回避: the head of an open step keeps a colleague out of its case, with a reason; as if he had asked for it himself.

    Only a colleague of the head's own area, and not the last who can do a step that is open.
    """
    assert now is not None
    found = locked(item)
    head = must_lead(found, by)
    act_as(head)
    must_be_live(found, row_version)
    area = head.office.division_code
    if person is None or person == by or not any(covers(area, p.office.division_code) for p in posts_of(person)):
        raise Invalid(_("没有这位同事。"), fields={"person": _("请填本辖区同事的登录名")})
    made = recusal.keep_out(case=found.case, person=person, reason=reason, by=by, now=now)
    for one in open_items(found.case):
        if one.kind == "human" and _is_nobodys(one):
            raise Refusal(_("这位同事回避以后，这一步没有人可以办。"), code="nobody_may", status=409)
    return made


def _is_nobodys(item: WorkItem) -> bool:
    step = step_of(item)
    return place(step.role, item.case.handling_code, barring.shut_out(item.case, step)).nobody


def kept_out(case: Case, *, by: Any, now: datetime, **_details: Any) -> None:
    """有人要回避: open steps leave the hands of whoever is barred by now, and go where somebody may do them."""
    held = offers.hold(lock_case(case.pk))
    barring.forget(held)
    for item in WorkItem.objects.filter(case=held, kind="human", state__in=["open", "claimed"]).order_by("pk"):
        item.case = held
        people = [pk for pk in (item.holder_id, item.stand_in and item.stand_in.post.user_id) if pk]
        if people and barring.bar_of(item, *people) is not None:
            holding.back_to_pool(item, "released", now=now, reason=str(_("应当回避")))
        if item.holder_id is None:
            offers.place_again(item)

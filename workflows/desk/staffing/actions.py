"""Give out many steps at once (成批分派): the sheet first, then each line an act of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.actions import end_service
from cases.access.models import Office
from cases.access.queries import posts_of, require, who_may
from cases.errors import Invalid, NotFound, Refusal
from cases.history.record import action, record
from cases.outgoing import actions as outgoing
from cases.outgoing.rules import Way
from cases.sealed import commitment_of
from workflows import actions, loads
from workflows.desk.staffing.queries import human_steps, left_over
from workflows.models import Allotment, AllotmentLine, Named, WorkItem

MOST = 200
"""So many lines a sheet."""
AT_ONCE = 10
"""So many are done while the person waits; the rest follows in the background, and the page shows how far it is."""
TOPIC = "allotment"


@action("allotment.begin", about="none")
def begin(
    *, kind: str, items: Iterable[tuple[int, int]], person: Any, reason: str, by: Any, now: datetime | None = None
) -> Allotment:
    """成批改派或分派: the sheet with its lines (step, row version as it was shown). Nothing has changed hands yet."""
    posts = posts_of(by)
    if not posts:
        raise NotFound()
    if not any(actions.LEAD in post.role.rights for post in posts):
        who = who_may(actions.LEAD, posts[0].office.division_code)
        raise Refusal(_("您的岗位不能分派办件。"), code="no_right", who_may=who)
    chosen = dict(items)
    faults: dict[str, Any] = {}
    if not 0 < len(chosen) <= MOST:
        faults["items"] = _("请选 1 到 %(most)s 件") % {"most": MOST}
    if kind == "assign" and person is None:
        faults["person"] = _("请选给谁")
    if kind == "assign" and not reason.strip():
        faults["reason"] = _("请写明原因")
    if kind not in ("assign", "allocate") or faults:
        raise Invalid(_("还有内容没填好，请看标出的地方。"), fields=faults)
    return written(kind, chosen, person if kind == "assign" else None, reason, by, now)


def written(kind: str, chosen: dict[int, int], person: Any, reason: str, by: Any, now: datetime | None) -> Allotment:
    """The sheet and its lines, with what rings for the background to do them."""
    assert now is not None
    known = set(WorkItem.objects.filter(pk__in=chosen).values_list("pk", flat=True))
    made = Allotment.objects.create(kind=kind, person=person, reason=reason.strip(), by=by, at=now)
    lines = [AllotmentLine(allotment=made, item_id=pk, row_version=chosen[pk]) for pk in chosen if pk in known]
    AllotmentLine.objects.bulk_create(lines)
    outgoing.send(topic=TOPIC, key=f"{TOPIC}:{made.pk}", payload={"allotment": made.pk}, now=now, way=Way("bulk"))
    told = {"kind": kind, "lines": len(lines), "person": getattr(person, "pk", None)}
    record(
        "allotment.begun", about=("account", by.pk), object=made,
        payload={**told, "reason": commitment_of(reason.strip())},
    )  # fmt: skip
    return made


def carry_out(pk: int, most: int | None = None) -> int:
    """逐件办理: the lines that wait, in their order, each by itself; answers how many were done or refused."""
    lines = (
        AllotmentLine.objects.filter(allotment=pk, state="waiting").order_by("pk").select_related("item", "allotment")
    )
    found = list(lines[:most] if most else lines)
    for line in found:
        try:
            settle(item=line.item, line=line.pk, by=line.allotment.by)
        except Refusal as refusal:
            refuse(line=line.pk, why=str(refusal), by=line.allotment.by)
    return len(found)


@action("staff.leave", about="none")
def leave(*, person: Any, reason: str, by: Any, now: datetime | None = None) -> Allotment:
    """离岗: posts and sessions end at once; every step of his, and what nobody else can take, stands on a sheet.

    Nothing of the person's stays after it was carried out; what has nobody any more is on its last lines.
    """
    areas = [(post.role_id, post.office.division_code) for post in posts_of(person)]
    end_service(account=person, reason=reason, by=by, now=now)
    return written("leave", dict(left_over(person, areas)), person, reason, by, now)


@outgoing.handles(TOPIC)
def in_background(payload: dict[str, Any], key: str) -> None:
    """The rest of a sheet."""
    carry_out(payload["allotment"])


@action("allotment.line")
def settle(*, item: WorkItem, line: int, by: Any, now: datetime | None = None) -> None:
    """One line: the step goes to its new hands under the lock of its case; done twice it is done once."""
    actions.locked(item)
    row = (
        AllotmentLine.objects.select_for_update(no_key=True, of=("self",))
        .select_related("allotment__person")
        .get(pk=line)
    )
    if row.state != "waiting":
        return
    sheet = row.allotment
    if sheet.kind == "assign":
        moved = actions.reassign(
            item=item, to=sheet.person, reason=sheet.reason, row_version=row.row_version, by=by, now=now
        )
    elif sheet.kind == "allocate":
        moved = actions.allocate(item=item, row_version=row.row_version, by=by, now=now)
    else:
        moved = actions.hand_on(item=item, leaver=sheet.person, reason=sheet.reason, by=by, now=now)
        row.why = _open_to(moved)
    is_stuck = moved.holder is None and not loads.pool_of(moved)
    row.state, row.to_person, row.at = "nobody" if is_stuck else "done", moved.holder, now
    row.save(update_fields=["state", "to_person", "why", "at"])


@action("step.name", about="none")
def name_for_step(
    *, office: Office, programme: str, step: str, person: Any, by: Any, now: datetime | None = None
) -> Named:
    """指定经办人: at this office the step is for this person, and whoever else is named for it, while one of them can.

    Who has such a step in his hands already may finish it. Raises Invalid for somebody who does not do the step there.
    """
    assert now is not None
    require(by, actions.LEAD, office.division_code)
    node = human_steps(programme).get(step)
    faults: dict[str, Any] = {} if node is not None else {"step": _("请选择环节")}
    held = posts_of(person) if node is not None else []
    if node is not None and not any(p.role_id == node.role and p.office_id == office.pk for p in held):
        faults["person"] = _("这位同事在本机构没有办这一步的岗位")
    elif Named.objects.filter(office=office, programme=programme, step=step, person=person, ended_at=None).exists():
        faults["person"] = _("已经指定过")
    if faults:
        raise Invalid(_("还有内容没填好，请看标出的地方。"), fields=faults)
    made = Named.objects.create(office=office, programme=programme, step=step, person=person, by=by, at=now)
    told = {"office": office.pk, "programme": programme, "step": step, "person": person.pk}
    record("step.named", about=("account", by.pk), object=made, payload=told)
    return made


@action("step.unname", about="none")
def end_naming(*, named: int, by: Any, now: datetime | None = None) -> None:
    """取消指定: the step is for everybody in the post again, unless others are still named for it."""
    row = Named.objects.select_for_update(no_key=True, of=("self",)).select_related("office").filter(pk=named).first()
    if row is None or row.ended_at is not None:
        raise NotFound()
    require(by, actions.LEAD, row.office.division_code)
    row.ended_at, row.ended_by = now, by
    row.save(update_fields=["ended_at", "ended_by"])
    told = {"office": row.office_id, "programme": row.programme, "step": row.step, "person": row.person_id}
    record("step.unnamed", about=("account", by.pk), object=row, payload=told)


def _open_to(item: WorkItem) -> str:
    """Where a step stands that nobody got: the office and role that may take it."""
    if item.holder is not None:
        return ""
    who = who_may(item.role, item.division_code)
    words = _("委托代审：%(who)s") if item.entrusted_from else _("在待领取里：%(who)s")
    return str(words % {"who": who})


@action("allotment.refused", about="none")
def refuse(*, line: int, why: str, by: Any, now: datetime | None = None) -> None:
    """Why a line was not done stands on it; the step is as it was."""
    rows = AllotmentLine.objects.filter(pk=line, state="waiting")
    for row in rows.select_for_update(no_key=True):
        row.state, row.why, row.at = "refused", why, now
        row.save(update_fields=["state", "why", "at"])
        record("allotment.refused", about=("account", by.pk), object=row, payload={"item": row.item_id})

"""Register one person: at the counter, in the village, or at the site when somebody comes without having been registered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.queries import who_may
from cases.errors import Invalid, Refusal
from cases.history.record import action, current, record
from cases.people.queries import id_key, name_key, phone_key
from cases.screening.actions.planning import FULL, must_run
from cases.screening.models import Campaign, Registration, Session, SheetImport
from cases.screening.queries import ARRANGE, RESULTS, asked_of, is_in, register_area, taken
from cases.screening.rules import ID, PLACE, Entry, judged

CHANNEL = {"AGT": "agent"}


def act_in_area(by: Any, session: Session | None) -> str:
    """State the post in which somebody registers; answers the channel."""
    area, act = register_area(by, session), current()
    assert act is not None
    act.as_(role=area.post.role_id, office=area.post.office.name)
    if RESULTS in area.post.role.rights:
        return "site"
    return CHANNEL.get(area.post.role_id, "counter")


@action("screening.register", about="campaign")
def register_person(
    *,
    campaign: Campaign,
    given: Mapping[str, Any],
    session: Session | None = None,
    by: Any,
    now: datetime | None = None,
) -> Registration:
    """登记一人: `given` by the names of the columns of the register. Once in a campaign; a session takes as many as it can see.

    Raises Invalid with a sentence for each field, among them that this person is registered, with the number.
    """
    assert now is not None
    channel = act_in_area(by, session)
    found = lock_campaign(campaign)
    must_run(found)
    entry, wrong = judged(given, asked_of(by, found, session))
    if PLACE in wrong and not found.quotas.filter(announced_at__isnull=False).exists():
        wrong[PLACE] = not_announced()
    if entry is None:
        raise Invalid(FULL, fields=wrong)
    key = id_key(entry.id_no)
    known = taken(found, [key])
    if known and channel == "site" and session is not None:
        came = _taken_in(found, key, session)
        if came is not None:
            return came
    if known:
        raise Invalid(FULL, fields={ID: format_lazy(_("这个人已经登记过，登记号是 {number}。"), number=known[key])})
    must_have_room(session, 1)
    found.last_serial += 1
    found.save(update_fields=["last_serial"])
    row = written(entry, campaign=found, session=session, serial=found.last_serial, channel=channel, by=by, now=now)
    row.save(force_insert=True)
    told = {"serial": row.serial, "channel": channel, "place": entry.place}
    record("screening.registered", about=("campaign", found.pk), object=row, payload=told)
    return row


def _taken_in(campaign: Campaign, key: str, session: Session) -> Registration | None:
    """到场: who was registered for no session or another one, was not examined yet, and stands before this team, is its now."""
    row = campaign.registrations.filter(is_in(), id_key=key, results=None).exclude(session=session).first()
    if row is None:
        return None
    must_have_room(session, 1)
    row.session = session
    row.save(update_fields=["session"])
    told = {"serial": row.serial, "session": session.pk}
    record("screening.came", about=("campaign", campaign.pk), object=row, payload=told)
    return row


def not_announced() -> Any:
    """The sentence for a place whose county has not announced the campaign."""
    return format_lazy(_("县里还没有公告这次筛查，不能登记。可以公告的是：{who}"), who=who_may(ARRANGE, "64"))


def lock_campaign(campaign: Campaign) -> Campaign:
    """One after the other: numbers are given without gaps or doubles."""
    return Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)


def must_have_room(session: Session | None, more: int) -> None:
    """Refuses when so many more do not fit into the session."""
    if session is None:
        return
    room = session.capacity - session.registrations.filter(is_in()).count()
    if more > room:
        said = format_lazy(_("这一场还能登记 {room} 人。请另选场次。"), room=max(0, room))
        raise Refusal(said, code="full", status=409)


def written(
    entry: Entry,
    *,
    campaign: Campaign,
    session: Session | None,
    serial: int,
    channel: str,
    by: Any,
    now: datetime,
    source: SheetImport | None = None,
) -> Registration:
    """The row of a person, not yet stored."""
    return Registration(
        token=uuid4(), campaign=campaign, session=session, serial=serial, name=entry.name, name_key=name_key(entry.name),
        id_no=entry.id_no, id_key=id_key(entry.id_no), phone=entry.phone or None,
        phone_key=phone_key(entry.phone) if entry.phone else None, sex=entry.sex, birth_date=entry.born.isoformat(),
        division_code=entry.place, channel=channel, consent=entry.consent, agreed_on=entry.agreed_on, by=by, at=now,
        source_import=source,
    )  # fmt: skip

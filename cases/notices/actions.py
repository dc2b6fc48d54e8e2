"""Write notices into the file and hand their short messages over, each once (通知)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction

from cases.calendar import clock
from cases.calendar.rules import local_day
from cases.errors import NotFound
from cases.history.record import action, record
from cases.notices import given
from cases.notices.models import Notice
from cases.notices.queries import is_mine, letter_address, phone_of
from cases.notices.rules import LANGUAGES, NEEDS, Letter, case_tail, due_words, localise, notice_number
from cases.notices.texts import versions, write
from cases.outgoing.actions import handles, send
from cases.outgoing.rules import Way

WAITING = ("queued", "failed")
LETTER = Way(partner="sms")


@action("notice.written")
def notify(
    *,
    case: Any,
    code: str,
    data: Mapping[str, Any] | None = None,
    by: Any = None,
    now: datetime | None = None,
    language: str = "zh-hans",
) -> Notice:
    """通知: put a letter into the file of a case and a short message on its way, to the applicant and to the helper.

    `code` is N01, N02 ...; `data` may be thin, the file fills it in (see `given.gather_words`). The letter is stored in
    both languages as it was written; the message is in `language`. Who has no mobile phone gets a printed letter.
    Answers the applicant's letter. Raises ValueError when something that the letter must say is missing.
    """
    assert now is not None
    full = given.gathered(case, code, data or {}, now)
    _complete(code, full)
    version = versions()[code]
    earlier = Notice.objects.filter(case=case, code=code).values("number").distinct().count()
    number = notice_number(case.number, code, earlier)
    first: Notice | None = None
    for to_whom, person in _receivers(case):
        token = uuid4()
        letters = {each: _letter(case, code, version, each, full, token, now) for each in LANGUAGES}
        page = _store(
            case, code, version, number, "page", language, to_whom, person, letters[language], by, now,
            token=token, data=_stored(letters, full, case, number, now), due_on=full["due_on"],
        )  # fmt: skip
        first = first or page
        channel = "sms" if phone_of(page) else "print"
        other = _store(
            case, code, version, number, channel, language, to_whom, person, letters[language], by, now,
            token=uuid4(), data=None, due_on=full["due_on"],
        )  # fmt: skip
        if channel == "sms":
            send(topic="notice", key=f"notice-{other.pk}", payload={"notice": other.pk}, now=now, way=LETTER)
    assert first is not None
    record(
        "notice.written",
        about=("case", case.pk),
        object=first,
        payload={"code": code, "number": number, "version": version, "due_on": full["due_on"]},
    )
    return first


def _complete(code: str, data: Mapping[str, Any]) -> None:
    missing = [name for name in sorted({"due_on", *NEEDS.get(code, ())}) if data.get(name) in (None, "", [])]
    if missing:
        raise ValueError(f"{code} cannot be written without {', '.join(missing)}")


def _receivers(case: Any) -> list[tuple[str, Any]]:
    """The applicant, who has no account of his own when a helper filed for him, and the helper."""
    people: list[tuple[str, Any]] = [("applicant", None if case.agent_id == case.owner_id else case.owner)]
    if case.agent_id:
        people.append(("agent", case.agent))
    return people


def _letter(
    case: Any, code: str, version: int, language: str, data: Mapping[str, Any], token: Any, now: datetime
) -> Letter:
    sender = given.sender_of(case)
    name = str(case.patient.name) if case.patient else case.masked_name
    words = {
        "review_office": sender.name_en if language == "en" and sender.name_en else sender.name,
        "review_phone": sender.phone,
        "count": len(data.get("items", ())),
        **localise(data, language),
        "office": sender.name_en if language == "en" and sender.name_en else sender.name,
        "office_address": sender.address,
        "phone": sender.phone,
        "name": localise(name, language),
        "number": case.number,
        "tail": case_tail(case.number),
        "today": localise(local_day(now), language),
        "due": due_words(data["due_on"], bool(data.get("provisional")), language),
        "link": letter_address(token),
    }
    return write(code, version, language, words)


def _stored(
    letters: Mapping[str, Letter], data: Mapping[str, Any], case: Any, number: str, now: datetime
) -> dict[str, Any]:
    sender = given.sender_of(case)
    return {
        "letters": {language: letter.to_json() for language, letter in letters.items()},
        "office": {"zh-hans": sender.name, "en": sender.name_en or sender.name},
        "phone": sender.phone,
        "number": number,
        "case_number": case.number,
        "written_on": local_day(now).isoformat(),
        "paper_code": str(data.get("paper_code") or ""),
        "due_on": data["due_on"].isoformat(),
        "provisional": bool(data.get("provisional")),
        "scans": [[one["permit"], one["token"]] for one in data.get("permits", ()) if one.get("token")],
    }


def _store(
    case: Any, code: str, version: int, number: str, channel: str, language: str, to_whom: str, person: Any,
    letter: Letter, by: Any, now: datetime, *, token: Any, data: dict[str, Any] | None, due_on: Any,
) -> Notice:  # fmt: skip
    on_page = channel == "page"
    return Notice.objects.create(
        token=token, case=case, code=code, template_version=version, number=number, channel=channel, language=language,
        to_whom=to_whom, to_user=person, title=letter.title, body=letter.sms if channel == "sms" else letter.plain(language),
        data=data,  # a sealed column takes any JSON
        next_due_on=due_on, made_by=by if getattr(by, "pk", None) else None, queued_at=now,
        state="sent" if on_page else "queued", sent_at=now if on_page else None,
    )  # fmt: skip


@action("notice.read")
def mark_read(*, notice: Notice, by: Any, with_code: bool = False, now: datetime | None = None) -> Notice:
    """已阅读: the person it is for has opened the letter; whoever reads it also got the message that led there.

    `with_code`: he opened the case with the code of the paper, without signing in.
    """
    assert now is not None
    if not with_code and not is_mine(by, notice):
        raise NotFound()
    page = Notice.objects.select_for_update(no_key=True).get(pk=notice.pk)
    if page.read_at is not None:
        return page
    page.state, page.read_at = "read", now
    page.save(update_fields=["state", "read_at"])
    texts = Notice.objects.select_for_update(no_key=True, skip_locked=True).filter(
        number=page.number, to_whom=page.to_whom, channel="sms", state="sent"
    )
    for row in texts:
        row.state, row.delivered_at = "delivered", now
        row.save(update_fields=["state", "delivered_at"])
    record(
        "notice.read",
        about=("case", page.case_id),
        object=page,
        payload={"number": page.number, "with_code": with_code},
    )
    return page


@action("notice.printed")
def mark_printed(*, notice: Notice, by: Any, now: datetime | None = None) -> None:
    """已打印: somebody of the office printed the letter for a person without a mobile phone.

    NotFound for everybody who may not read the case's letters in an office.
    """
    if not given.staff_may_read(by, notice.case):
        raise NotFound()
    rows = Notice.objects.select_for_update(no_key=True).filter(
        number=notice.number, to_whom=notice.to_whom, channel="print", state="queued"
    )
    for row in rows:
        row.state, row.sent_at = "sent", now
        row.save(update_fields=["state", "sent_at"])
        record("notice.printed", about=("case", row.case_id), object=row, payload={"number": row.number})


@handles("notice")
def deliver(payload: dict[str, Any], key: str) -> None:
    """送出: hand one short message to the carrier; the row is locked meanwhile, so a second worker finds it done.

    A worker that dies in between has stored nothing: the next one hands over the same key, which a gateway drops. The
    case's history is written after the call, so that a slow gateway holds up nobody at the desk.
    """
    pk = payload["notice"]
    try:
        with transaction.atomic():
            notice = Notice.objects.select_for_update(no_key=True).get(pk=pk)
            if notice.state not in WAITING:
                return
            if getattr(notice.body, "why", ""):  # erased or set aside meanwhile: nobody gets a message without words
                notice.state, notice.failed_at = "failed", clock.now()
                notice.save(update_fields=["state", "failed_at"])
                record(
                    "notice.withheld", about=("case", notice.case_id), object=notice, payload={"number": notice.number}
                )
                return
            given.carrier()(phone_of(notice), str(notice.body), key)
            notice.state, notice.sent_at, notice.attempts = "sent", clock.now(), notice.attempts + 1
            notice.save(update_fields=["state", "sent_at", "attempts"])
            record("notice.sent", about=("case", notice.case_id), object=notice, payload={"number": notice.number})
    except Exception:
        _not_delivered(pk)
        raise


def _not_delivered(pk: int) -> None:
    """没有发成: kept beside the message; the outgoing row is tried again by itself."""
    with transaction.atomic():
        notice = Notice.objects.select_for_update(no_key=True).get(pk=pk)
        if notice.state in WAITING:
            notice.state, notice.failed_at, notice.attempts = "failed", clock.now(), notice.attempts + 1
            notice.save(update_fields=["state", "failed_at", "attempts"])
            record("notice.not_sent", about=("case", notice.case_id), object=notice, payload={"number": notice.number})

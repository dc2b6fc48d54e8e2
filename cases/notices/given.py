"""What this room is given from above, because it stands below the rooms that know: carriers, readers, offices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Carrier = Callable[[str, str, str], None]
MayRead = Callable[[Any, Any], bool]
PhoneOnFile = Callable[[Any], str]
Gather = Callable[[Any, str, Mapping[str, Any], datetime], Mapping[str, Any]]


@dataclass(frozen=True)
class Sender:
    """发文机构: the office whose name and phone stand on a letter."""

    name: str
    phone: str
    name_en: str = ""
    address: str = ""


SenderOf = Callable[[Any], Sender | None]

_carriers: list[Carrier] = []
_readers: list[MayRead] = []
_applicants: list[MayRead] = []
_phones: list[PhoneOnFile] = []
_senders: list[SenderOf] = []
_gatherers: list[Gather] = []


def carry_sms(carrier: Carrier) -> Carrier:
    """Register what carries a short message: carrier(phone, text, key); raises when it could not."""
    _carriers[:] = [carrier]
    return carrier


def read_letters(may_read: MayRead) -> MayRead:
    """Register who of the office may read the letters of a case: may_read(viewer, case)."""
    _readers[:] = [may_read]
    return may_read


def know_applicants(is_applicant: MayRead, phone_on_file: PhoneOnFile) -> None:
    """Register who is the applicant of a case, and which phone he gave in the file ("" for none of his own)."""
    _applicants[:] = [is_applicant]
    _phones[:] = [phone_on_file]


def sign_letters(sender_of: SenderOf) -> SenderOf:
    """Register which office signs the letters of a case; None falls back to the installation's name."""
    _senders[:] = [sender_of]
    return sender_of


def gather_words(gather: Gather) -> Gather:
    """Register who fills in what a letter says of a case: gather(case, code, data, now) gives the complete data."""
    _gatherers[:] = [gather]
    return gather


def gathered(case: Any, code: str, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The data of a letter: what the caller gave, filled in from the file."""
    out = dict(data)
    for gather in _gatherers:
        out = dict(gather(case, code, out, now))
    return out


def carrier() -> Carrier:
    """The carrier of short messages; without one nothing can be sent, and the work waits."""
    if not _carriers:
        raise LookupError("nobody carries short messages")
    return _carriers[0]


def staff_may_read(viewer: Any, case: Any) -> bool:
    """Whether somebody of the office may read this case's letters; nobody, until the room of rights has said so."""
    return any(may_read(viewer, case) for may_read in _readers)


def is_applicant(viewer: Any, case: Any) -> bool:
    """Whether this is the applicant himself, not his helper."""
    return any(found(viewer, case) for found in _applicants)


def phone_on_file(case: Any) -> str:
    """The applicant's phone as the file has it; "" when there is none of his own."""
    return next((phone for phone in (find(case) for find in _phones) if phone), "")


def sender_of(case: Any) -> Sender:
    """The office on the letter head of this case."""
    from django.conf import settings
    from django.utils.translation import override

    for find in _senders:
        found = find(case)
        if found is not None:
            return Sender(found.name, found.phone or settings.HELP_PHONE, found.name_en, found.address)
    with override("zh-hans"):
        name = str(settings.BRAND_NAME)
    with override("en"):
        return Sender(name, settings.HELP_PHONE, str(settings.BRAND_NAME))

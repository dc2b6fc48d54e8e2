"""Letters for those who may read them, and what became of each message of a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.errors import Erased, NotFound
from cases.history.sealing.queries import printed_root
from cases.notices import given
from cases.notices.models import Notice
from cases.notices.rules import day_words, due_words
from cases.sealed import GoneValue, blind_index


def phone_of(notice: Notice) -> str:
    """The mobile number a message goes to: the helper's, or the one the applicant gave in the file; "" for none.

    A file without a phone of its own falls back on the account that filed it, unless that is the helper.
    """
    if notice.to_whom == "agent":
        return str(notice.to_user.phone or "") if notice.to_user else ""
    return given.phone_on_file(notice.case) or (str(notice.to_user.phone or "") if notice.to_user else "")


RECEIPT = "N01"


def letter_address(token: UUID) -> str:
    """The link in a message: a random token and nothing else."""
    return _site() + reverse("notices:letter", args=[token])


def track_address(case_number: str) -> str:
    """The address behind the QR code of a receipt: the number of the case, no programme and nothing of the ID."""
    return f"{_site()}{reverse('dossier:track')}?{urlencode({'number': case_number})}"


def scan_address(token: str) -> str:
    """The address behind the QR code of a permit: a random token that opens nothing but to the staff of its own hospital."""
    return f"{_site()}{reverse('providers:scan', args=[token])}"


@dataclass(frozen=True)
class PaperSeal:
    """纸上的封存码: the newest day's root in words, and the address behind its QR code, which is that of a day."""

    words: str
    address: str


def paper_seal() -> PaperSeal | None:
    """What is printed of the history as it is sealed today; None before the first seal."""
    root = printed_root()
    if root is None:
        return None
    language = "en" if (get_language() or "").startswith("en") else "zh-hans"
    words = _("封存码 %(day)s：%(code)s。扫码可以核对，里面没有您的信息。")
    return PaperSeal(words % {"day": day_words(root.day, language), "code": root.short}, f"{_site()}{root.path}")


def _site() -> str:
    named = (name for name in settings.ALLOWED_HOSTS if name not in ("*", "[::1]") and not name.startswith("."))
    host = next(named, "")
    if host in ("localhost", "127.0.0.1", "testserver"):
        host = f"{host}:{settings.PORT}"
    return f"{'https' if settings.HTTPS else 'http'}://{host}"


def letter_for(viewer: Any, token: UUID) -> Notice:
    """One letter by its token, for the person it is about or for, the helper, or staff who may see the case.

    NotFound for anybody else, the same as for a token that never existed.
    """
    notice = (
        Notice.objects.select_related("case__patient", "case__owner", "case__agent", "to_user")
        .filter(token=token, channel="page")
        .first()
    )
    if notice is None or not viewer.is_authenticated:
        raise NotFound()
    if is_mine(viewer, notice) or given.staff_may_read(viewer, notice.case):
        return notice
    raise NotFound()


def opened_letter(token: UUID, opened: Sequence[str]) -> Notice | None:
    """The applicant's copy of a letter for somebody who opened the case with the code of its paper; it may be read."""
    rows = Notice.objects.select_related("case", "to_user").filter(token=token, channel="page", to_whom="applicant")
    return rows.filter(case__paper_code_key__in=opened).first() if opened else None


def is_mine(viewer: Any, notice: Notice) -> bool:
    """Whether the viewer is the one this letter is for; a helper reads his own copy, the applicant reads both."""
    if given.is_applicant(viewer, notice.case):
        return True
    return notice.to_whom == "agent" and viewer.pk == notice.case.agent_id


@dataclass(frozen=True)
class Sheet:
    """A stored letter in one language, as page and PDF show it."""

    title: str
    blocks: list[dict[str, Any]]
    next_step: str
    number: str
    case_number: str
    office: str
    phone: str
    written_on: date
    due_on: date
    provisional: bool
    track: str = ""
    paper_code: str = ""
    scans: tuple[tuple[str, str], ...] = ()


def sheet_of(notice: Notice, language: str = "", *, with_code: bool = False) -> Sheet:
    """The letter as it was written then, in the reader's language; never written again from newer texts.

    A receipt leads to the progress page; the code of the paper is on it for the applicant and his helper, and for the
    office when it prints the letter for somebody without a mobile phone. Raises Erased once its text is.
    """
    wanted = "en" if (language or get_language() or "").startswith("en") else "zh-hans"
    data = notice.data
    if isinstance(data, GoneValue):
        raise Erased(data.why)
    letter = data["letters"][wanted]
    return Sheet(
        title=letter["title"],
        blocks=letter["blocks"],
        next_step=letter["next_step"],
        number=data["number"],
        case_number=data["case_number"],
        office=data["office"][wanted],
        phone=data["phone"],
        written_on=date.fromisoformat(data["written_on"]),
        due_on=date.fromisoformat(data["due_on"]),
        provisional=data["provisional"],
        track=track_address(data["case_number"]) if notice.code == RECEIPT else "",
        paper_code=_live_code(notice) if with_code else "",
        scans=tuple((number, scan_address(token)) for number, token in data.get("scans", ())),
    )


def _live_code(notice: Notice) -> str:
    """The code on a receipt while it opens anything; nothing once another was given out."""
    code = str(notice.data.get("paper_code") or "")
    return code if code and blind_index(code, "case.paper") == notice.case.paper_code_key else ""


@dataclass(frozen=True)
class Delivery:
    """送达情况: one message or letter of a case and what became of it."""

    notice: Notice
    state: str
    colour: str
    at: datetime

    @property
    def words(self) -> Any:
        """The state in words: 等待发送 until a worker has handed it over."""
        return self.notice.get_state_display()


_COLOURS = {"queued": "yellow", "sent": "blue", "delivered": "green", "failed": "orange", "read": "green"}


def of_case(case: Any) -> list[Delivery]:
    """通知与送达: every notice of a case with its delivery state, newest first; one query, no sealed text opened."""
    rows = Notice.objects.filter(case=case).defer("body", "data").order_by("-pk")
    return [Delivery(row, row.state, _COLOURS[row.state], _latest(row)) for row in rows]


def _latest(row: Notice) -> datetime:
    failed_at = row.failed_at if row.state == "failed" else None
    times = [row.read_at, row.delivered_at, failed_at, row.sent_at, row.queued_at]
    return next(moment for moment in times if moment is not None)


def my_letters(case: Any, *, as_helper: bool) -> list[Notice]:
    """我的通知: the applicant's copies of the letters of a case, or the helper's, newest first, for the tracking page."""
    to_whom = "agent" if as_helper else "applicant"
    rows = Notice.objects.filter(case=case, channel="page", to_whom=to_whom)
    return list(rows.select_related("case").defer("body", "data").order_by("-pk"))


def sent_to(case: Any, code: str) -> list[str]:
    """短信发到哪里: the masked phones to which the message of the latest letter of that code goes, the applicant's first."""
    rows = Notice.objects.filter(case=case, code=code, channel="sms").select_related("case", "to_user")
    latest = {row.to_whom: row for row in rows.order_by("pk")}
    phones = [phone_of(latest[whom]) for whom in ("applicant", "agent") if whom in latest]
    return [f"{phone[:3]}****{phone[-4:]}" for phone in phones if phone]


def is_printed(notice: Notice) -> bool:
    """Whether this letter goes out on paper, because there is no phone to send a message to."""
    return Notice.objects.filter(number=notice.number, to_whom=notice.to_whom, channel="print").exists()


def deliveries_of(notice: Notice) -> list[Delivery]:
    """What became of one letter and of the message that went with it."""
    rows = Notice.objects.filter(number=notice.number, to_whom=notice.to_whom).defer("body", "data").order_by("pk")
    return [Delivery(row, row.state, _COLOURS[row.state], _latest(row)) for row in rows]


def print_data(sheet: Sheet, *, large: bool) -> dict[str, Any]:
    """The letter as the typst sheet takes it."""
    language = "en" if (get_language() or "").startswith("en") else "zh-hans"
    seal = paper_seal()
    return {
        "title": sheet.title,
        "number": sheet.number,
        "blocks": sheet.blocks,
        "next": sheet.next_step,
        "due": due_words(sheet.due_on, sheet.provisional, language),
        "phone": sheet.phone,
        "office": sheet.office,
        "date": sheet.written_on,
        "qr": sheet.track or next((address for _number, address in sheet.scans), ""),
        "qr_words": _("给医院或验配机构的人扫") if sheet.scans else "",
        "paper_code": sheet.paper_code,
        "seal_words": seal.words if seal else "",
        "seal_qr": seal.address if seal else "",
        "stamp": True,
        "large": large,
    }

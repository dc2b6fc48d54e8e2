"""查进度 without signing in: counted, so that nobody can try numbers, and the same answer for every wrong guess."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.dossier.models import Case, TrackTry
from cases.dossier.rules import clean_case_number
from cases.errors import Refusal
from cases.history.record import action, record
from cases.sealed import blind_index, seal, unseal

WINDOW = timedelta(minutes=15)
MOST_PLACE, MOST_NUMBER = 30, 6
NOBODY = "000000000000000000"


@action("case.looked_up", about="none")
def look_up(
    *, number: str, tail: str, code: str, place: str, by: Any = None, now: datetime | None = None
) -> tuple[Case | None, bool]:
    """查进度: the case of that number when the last four of the ID, or the paper code, fit; and whether the code did.

    Wrong number, wrong digits and wrong code give the same answer after the same work. Refused after too many tries from
    one place or for one number.
    """
    assert now is not None
    wanted = clean_case_number(number)
    _count(f"place:{place}", MOST_PLACE, now)
    _count(f"number:{wanted or number.strip()[:40]}", MOST_NUMBER, now)
    case = Case.objects.select_related("patient").filter(number=wanted).first() if wanted else None
    id_no = str(case.patient.id_no) if case and case.patient else unseal(_dummy(), "track.nobody")
    fits_tail = hmac.compare_digest(id_no[-4:].encode(), tail.strip().upper().encode())
    key = case.paper_code_key if case else ""
    fits_code = hmac.compare_digest(key.encode(), blind_index(_code(code), "case.paper").encode())
    if case is None or not (fits_tail or fits_code):
        return None, False
    record("case.tracked", about=("case", case.pk), payload={"with": "code" if fits_code else "tail"})
    return case, fits_code


def _code(text: str) -> str:
    letters = "".join(char for char in text.upper() if char.isalnum())
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:12]}"


@lru_cache(maxsize=1)
def _dummy() -> str:
    return seal(NOBODY, "track.nobody")


def _count(what: str, most: int, now: datetime) -> None:
    key = blind_index(what, "track.try")
    row, _made = TrackTry.objects.get_or_create(key=key, defaults={"since": now})
    row = TrackTry.objects.select_for_update(no_key=True).get(pk=row.pk)
    if now - row.since > WINDOW:
        row.since, row.count = now, 0
    if row.count >= most:
        raise Refusal(_("查的次数太多了。请过 15 分钟再试，或打电话问。"), code="too_many", status=429)
    row.count += 1
    row.save(update_fields=["since", "count"])

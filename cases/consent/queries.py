"""The consents in force of a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language

from cases.consent import texts
from cases.consent.models import Consent
from cases.consent.rules import KINDS, may_withdraw
from cases.dossier.queries import answers
from cases.people.rules import check_id, needs_guardian_consent


def current(case: Any) -> dict[str, Consent]:
    """现行同意: the latest answer to each consent, given, refused or withdrawn; a kind never asked is missing."""
    return {row.kind: row for row in Consent.objects.filter(case=case, replaced_at=None)}


def agreed(case: Any, kind: str) -> bool:
    """Whether this consent is given and not withdrawn."""
    return Consent.objects.filter(case=case, kind=kind, replaced_at=None, agreed=True, withdrawn_at=None).exists()


def born_on(case: Any, today: date) -> date | None:
    """The patient's birth date: of the person on file, else as the ID number in the draft states it."""
    if case.patient is not None:
        return date.fromisoformat(str(case.patient.birth_date))
    number = answers(case).get("patient_id_no")
    return check_id(str(number), today=today).birth_date if number else None


def needs_guardian(case: Any, today: date) -> bool:
    """Whether a guardian gives the consents: the patient is under 14 (PIPL Art 31)."""
    born = born_on(case, today)
    return born is not None and needs_guardian_consent(born, today)


@dataclass(frozen=True)
class Standing:
    """一项同意的现状: its text, the answer in force, and why it cannot be withdrawn ("" when it can)."""

    kind: str
    text: texts.Text
    consent: Consent | None
    no_withdrawal: Any

    @property
    def is_given(self) -> bool:
        return self.consent is not None and self.consent.agreed and self.consent.withdrawn_at is None

    @property
    def since(self) -> datetime | None:
        if self.consent is None:
            return None
        return self.consent.withdrawn_at or self.consent.given_at


def standing(case: Any) -> list[Standing]:
    """我的同意: the three consents as the applicant sees them, each in the words that were shown."""
    rows = current(case)
    out = []
    for kind in KINDS:
        row = rows.get(kind)
        shown = texts.text(kind, get_language() or "zh-hans", row.text_version if row else "")
        out.append(Standing(kind, shown, row, may_withdraw(kind, case.state)))
    return out

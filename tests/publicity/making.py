"""Cases as the panel leaves them, for tests of lists, letters and consents: invented people only."""

from __future__ import annotations

import itertools
import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from cases import programme
from cases.calendar import clock
from cases.calendar.rules import local_day
from cases.consent import texts
from cases.consent.models import Consent
from cases.dossier.models import Case
from cases.people.models import Person
from cases.people.queries import id_key, name_key
from cases.people.rules import check_character, is_minor, mask_name
from cases.policy import actions as policy
from cases.policy.models import PolicyVersion

_serial = itertools.count(1)
FACTS = ("publicity_closed", "objection_filed", "objection_closed", "consent_withdrawn")


class Road:
    """Stands where the road stands: hears what it is told and keeps it."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, str, dict[str, Any]]] = []

    def of(self, case: Case) -> list[str]:
        return [fact for pk, fact, _details in self.heard if pk == case.pk]

    def hear(self, fact: str) -> Any:
        def listener(case: Any, *, by: Any, now: Any, **details: Any) -> None:
            self.heard.append((case.pk, fact, details))

        return listener


def road_instead(monkeypatch: Any) -> Road:
    """What the road is told, instead of a road: these cases have none."""
    road = Road()
    monkeypatch.setattr(programme, "_listeners", {fact: [road.hear(fact)] for fact in FACTS})
    return road


def published_policy(cast: Any) -> PolicyVersion:
    """The shipped example policy of rare disease, published by two people."""
    card = programme.programme("rare_disease")
    draft = policy.load_policy(programme=card.slug, version=card.policy, by=cast["policy_edit"])
    return policy.publish(version=draft, by=cast["policy_publish"])


def person(name: str, born: date) -> Person:
    serial = next(_serial)
    first = f"649901{born:%Y%m%d}{serial % 1000:03d}"
    number = first + check_character(first)
    return Person.objects.create(
        name=name, name_key=name_key(name), id_no=number, id_key=id_key(number), birth_date=born.isoformat(), sex="F",
        phone="19900009999", created_at=clock.now(),
    )  # fmt: skip


def make_case(
    cast: Any,
    version: PolicyVersion | None,
    *,
    name: str = "演示明",
    born: date = date(1980, 5, 6),
    county: str = "640422",
    agreed: bool = True,
    state: str = "PUBLICITY",
    owner: str = "applicant1",
    agent: str = "",
) -> Case:
    """A case whose panel agreed on 12,345.67 yuan, with an answer to the publicity consent."""
    serial, now = next(_serial), clock.now()
    patient = person(name, born)
    number = f"{county}-2026-{100000 + serial:06d}-X"
    case = Case.objects.create(
        token=uuid.uuid4(), number=None if state == "DRAFT" else number, programme="rare_disease", state=state,
        handling_code=county, owner=cast[owner], agent=cast[agent] if agent else None, patient=patient,
        patient_key=patient.id_key, masked_name=mask_name(name, minor=is_minor(born, local_day(now))), created_at=now,
        saved_at=now, submitted_at=now, policy=version, accepted_on=local_day(now), award=Decimal("12345.67"),
    )  # fmt: skip
    if state != "DRAFT":
        shown = texts.text("publicity", "zh-hans")
        Consent.objects.create(
            case=case, kind="publicity", agreed=agreed, text_version=shown.version, text_hash=shown.sha256,
            given_by=cast[owner], given_at=now,
        )  # fmt: skip
    return case

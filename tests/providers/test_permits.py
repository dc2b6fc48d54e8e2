"""One eye of one person has one permit, whatever the case, the programme and the hospital."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cases.calendar import clock
from cases.dossier.models import Case
from cases.errors import Invalid, Refusal
from cases.providers import actions, queries
from cases.providers.models import Permit, Provider
from cases.providers.rules import INVALID, Standing, why_not
from tests.dossier.test_races import at_once
from workflows.walking import drive

RIGHT = [("right_eye", Decimal("1500"))]


@pytest.fixture
def same_person(cast: Any, published: Any) -> list[Case]:
    """Two cases of one person, in two programmes."""
    published("rare_disease")
    published("two_step")
    first = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    stated = {"patient_name": str(first.patient.name), "patient_id_no": str(first.patient.id_no)}
    return [first, drive.apply(slug="two_step", number=2, by=cast["applicant1"], changes=stated)]


def propose(case: Case, provider: Provider, cast: Any, lines: Any = RIGHT) -> list[Permit]:
    return actions.propose_permits(case=case, lines=lines, provider=provider, by=cast["prov_review"])


@pytest.mark.django_db
def test_the_second_permit_for_an_eye_is_refused_and_the_first_is_named(
    cast: Any, same_person: list[Case], hospitals: list[Any]
) -> None:
    first, second = same_person
    (one,) = propose(first, hospitals[0], cast)
    with pytest.raises(Refusal) as refused:
        propose(second, hospitals[1], cast, [("left_eye", Decimal("800")), *RIGHT])
    said = str(refused.value)
    assert refused.value.code == "part_taken" and one.number in said and hospitals[0].name in said
    assert clock.today().isoformat() in said and str(first.patient.name) not in said
    assert Permit.objects.get() == one


@pytest.mark.django_db(transaction=True)
def test_of_two_hospitals_at_the_same_moment_one_gets_the_eye_and_the_other_is_told_which(
    cast: Any, same_person: list[Case], hospitals: list[Any]
) -> None:
    given = at_once(*(
        (lambda case=case, place=place: propose(case, place, cast)) for case, place in zip(same_person, hospitals, strict=True)
    ))  # fmt: skip
    won = [one for one in given if isinstance(one, list)]
    lost = [one for one in given if isinstance(one, Refusal)]
    assert (len(won), len(lost)) == (1, 1), given
    assert lost[0].code == "part_taken" and won[0][0].number in str(lost[0])
    assert Permit.objects.count() == 1


@pytest.mark.django_db
def test_the_database_refuses_a_second_live_permit_by_itself(
    cast: Any, same_person: list[Case], hospitals: list[Any]
) -> None:
    (one,) = propose(same_person[0], hospitals[0], cast)
    one.pk, one.token, one.number, one.case = None, "0" * 32, "X", same_person[1]  # type: ignore[assignment]
    with pytest.raises(IntegrityError, match="part_once"), transaction.atomic():
        one.save(force_insert=True)


@pytest.mark.django_db
def test_an_eye_is_free_again_when_its_permit_was_cancelled(
    cast: Any, same_person: list[Case], hospitals: list[Any]
) -> None:
    propose(same_person[0], hospitals[0], cast)
    actions.cancel_permits(case=same_person[0], reason="本人撤回", by=cast["prov_review"])
    assert propose(same_person[1], hospitals[1], cast)[0].state == "proposed"


@pytest.mark.django_db
def test_a_permit_keeps_its_person_and_part_and_stays_ended(
    cast: Any, same_person: list[Case], hospitals: list[Any]
) -> None:
    (one,) = propose(same_person[0], hospitals[0], cast)
    with pytest.raises(IntegrityError, match="keeps its person"), transaction.atomic():
        Permit.objects.filter(pk=one.pk).update(part="left_eye")
    actions.cancel_permits(case=same_person[0], reason="本人撤回", by=cast["prov_review"])
    with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
        Permit.objects.filter(pk=one.pk).update(state="proposed")


@pytest.mark.django_db
def test_a_hospital_knows_a_permit_once_it_is_issued_and_no_other_hospital_does(
    cast: Any, same_person: list[Case], hospitals: list[Any]
) -> None:
    (one,) = propose(same_person[0], hospitals[0], cast)
    assert not queries.own_permits(cast["eye_hospital"]).exists()
    until = clock.today() + timedelta(days=60)
    actions.issue_permits(case=same_person[0], valid_until=until, by=cast["prov_head"])
    assert queries.get_own_permit(cast["eye_hospital"], one.number).valid_until == until
    for stranger in ("eye_hospital2", "hearing_centre", "applicant8", "fin_make"):
        with pytest.raises(Refusal) as hidden:
            queries.get_own_permit(cast[stranger], one.number)
        assert hidden.value.status == 404
    assert one in queries.visible_permits(cast["xiji_intake"])
    assert one not in queries.visible_permits(cast["zhongning_clerk"])


@pytest.mark.django_db
def test_no_permit_at_a_suspended_hospital(cast: Any, same_person: list[Case], hospitals: list[Any]) -> None:
    Provider.objects.filter(pk=hospitals[0].pk).update(state="suspended")
    hospitals[0].refresh_from_db()
    with pytest.raises(Invalid) as refused:
        propose(same_person[0], hospitals[0], cast)
    assert refused.value.code == "provider_closed"


DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("state", "starts", "ends", "is_open", "said"),
    [
        ("issued", None, DAY, True, ""),
        ("issued", DAY, DAY, True, ""),
        ("issued", DAY + timedelta(days=1), DAY + timedelta(days=9), True, "early"),
        ("issued", None, DAY - timedelta(days=1), True, "late"),
        ("issued", None, DAY, False, "provider"),
        *((state, None, DAY, True, state) for state in ("proposed", "used", "unsuitable", "refused", "lapsed", "cancelled")),
    ],
)  # fmt: skip
def test_a_permit_is_good_only_while_issued_within_its_days_at_an_open_provider(
    state: str, starts: date | None, ends: date, is_open: bool, said: str
) -> None:
    found = why_not(Standing(state, starts, ends, is_open), on=DAY)
    assert found == said and (not said or INVALID[said])

"""What is there once goes to one at the same moment: a device, an eye on one day, the serial of a lens, an invoice of a hospital."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cases.access.models import Office
from cases.calendar import clock
from cases.errors import Refusal
from cases.providers import actions as providers
from cases.providers.models import ClaimLine, Permit, Surgery
from cases.stock import actions as stock
from cases.stock.models import Device, DeviceMove, Fitting, Handover
from tests.dossier.test_races import at_once
from tests.flow_facts import claim, operate
from workflows.walking import devices, drive
from workflows.walking.hospitals import hospitals

pytestmark = pytest.mark.django_db(transaction=True)
EYE = {"hardship_category": "H02", "hardship_cert_no": "YS1", "insurance_type": "INS_RES", "wanted_eye": "right_eye"}


def one_won(given: list[Any], kind: type) -> tuple[Any, Refusal]:
    """What the first got and what the second was told."""
    won = [one for one in given if isinstance(one, kind)]
    lost = [one for one in given if isinstance(one, Refusal)]
    assert (len(won), len(lost)) == (1, 1), given
    return won[0], lost[0]


# --- devices -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def hearing(cast: Any, road: Any) -> Callable[[], Any]:
    """Begins cases of which the province says the word next."""
    devices.hearing_centre(cast)
    return lambda: road("hearing").to("province_confirm")


def test_the_last_device_goes_to_one_of_two_persons_and_the_other_is_told_which(cast: Any, hearing: Any) -> None:
    devices.arrive(cast, 1)
    cases = [hearing(), hearing()]
    given = at_once(*((lambda trip=trip: drive.step(trip.case, "agree")) for trip in cases))
    lost = [one for one in given if isinstance(one, Refusal)]
    assert len(lost) == 1, given
    has_it = Fitting.objects.get().case
    assert lost[0].code == "no_stock" and str(has_it.number) in str(lost[0]) and "YS-000001" in str(lost[0])
    assert Device.objects.get().case == has_it
    assert DeviceMove.objects.filter(kind="reserved").count() == 1


def test_one_device_goes_on_one_of_two_handovers_and_the_other_is_told_its_number(cast: Any) -> None:
    (device,) = devices.arrive(cast, 1)
    places = [
        Office.objects.get(division_code="6404", kind="fitting"),
        Office.objects.get(division_code="640422", kind="redcross"),
    ]
    send = {"from_place": devices.store(), "serials": [device.serial], "by": cast["storekeeper"]}
    given = at_once(*((lambda place=place: stock.send(to_place=place, **send)) for place in places))
    made, refused = one_won(given, Handover)
    assert refused.code == "on_another_handover" and made.number in str(refused) and device.serial in str(refused)
    assert Handover.objects.get() == made


# --- eyes --------------------------------------------------------------------------------------------------------------
@pytest.fixture
def two_trips(cast: Any, road: Any) -> list[Any]:
    """Two people, each with an issued permit for the right eye."""
    hospitals(cast)
    return [road("cataract", **EYE).to("permit").grant() for _person in range(2)]


def test_two_tabs_of_one_hospital_record_the_surgery_of_an_eye_once(two_trips: list[Any]) -> None:
    trip = two_trips[0]
    permit = trip.case.permits.get()
    providers.examine(permit=permit, examined_on=clock.today(), suitable=True, by=trip.cast["eye_hospital"])
    given = at_once(
        lambda: operate(trip, permit, lens_serial="SN-A-1"), lambda: operate(trip, permit, lens_serial="SN-B-1")
    )
    one_won(given, Surgery)
    assert Permit.objects.get(pk=permit.pk).state == "used"


def test_a_lens_serial_is_used_in_one_of_two_eyes_and_the_other_is_told_where_and_when(two_trips: list[Any]) -> None:
    given = at_once(*(
        (lambda trip=trip: operate(trip, trip.case.permits.get(), lens_serial="SN-SAME-1")) for trip in two_trips
    ))  # fmt: skip
    made, refused = one_won(given, Surgery)
    assert refused.code == "lens_taken" and made.permit.provider.name in str(refused)
    assert made.done_on.isoformat() in str(refused)
    assert sorted(Permit.objects.values_list("state", flat=True)) == ["issued", "used"]


def test_a_hospital_claims_an_invoice_for_one_of_two_patients(two_trips: list[Any]) -> None:
    for trip in two_trips:
        operate(trip, trip.case.permits.get())
    given = at_once(*(
        (lambda trip=trip: claim(trip, trip.case.permits.get(), invoice_no="64000001")) for trip in two_trips
    ))  # fmt: skip
    made, refused = one_won(given, ClaimLine)
    assert refused.code == "invoice_taken" and made.claim.number in str(refused)
    assert ClaimLine.objects.get() == made

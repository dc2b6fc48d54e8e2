"""How each fact comes about that a road of aid in kind waits for: the fitting centre's and the store's, by the real actions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from cases.calendar import clock
from cases.screening.ears import FREQUENCIES
from cases.stock import actions as stock
from cases.stock.actions.fitting import TRAINING
from cases.stock.models import FittingCheck
from tests.flow_facts import fact
from workflows.engine import clockwork
from workflows.walking import devices

LEVELS = {"moderate": "55", "severe": "75", "profound": "110"}


def tested(
    trip: Any, degree: str = "moderate", *, flags: tuple[str, ...] = (), other: str = "", calibrated: int = 0
) -> None:
    """The fitting centre tests both ears of the person, so many days after it calibrated its audiometer.

    `other` is the degree of the left ear when it differs.
    """
    ears: dict[str, Any] = {
        ear: dict.fromkeys(FREQUENCIES, LEVELS[one]) for ear, one in (("right", degree), ("left", other or degree))
    }
    stock.record_audiogram(
        case=trip.case, tested_on=clock.today(), audiometer="AD-1", calibrated_on=clock.today() - timedelta(days=calibrated),
        limit=120, flags=flags, by=trip.cast["hearing_centre"], **ears,
    )  # fmt: skip


@fact
def audiogram_done(trip: Any) -> None:
    tested(trip)


@fact
def ear_referred(trip: Any) -> None:
    tested(trip, flags=("sudden",))


@fact
def device_offered(trip: Any) -> None:
    devices.arrive(trip.cast, 1, first=500)
    clockwork.one_pass()


def issued(trip: Any) -> None:
    """What is reserved for the case goes to the fitting centre, with both signatures."""
    serials = [one.serial for one in trip.case.devices.filter(state="reserved", place__kind="warehouse")]
    if serials:
        there = trip.case.referral.provider.office
        sent = stock.send(from_place=devices.store(), to_place=there, serials=serials, by=trip.cast["storekeeper"])
        stock.receive(handover=sent, counted=len(serials), by=trip.cast["hearing_centre"])


@fact
def device_issued(trip: Any) -> None:
    issued(trip)


@fact
def fitting_invited(trip: Any) -> None:
    fitting = trip.case.fittings.filter(state="waiting").first()
    stock.invite(fitting=fitting, on=clock.today(), by=trip.cast["hearing_centre"])


@fact
def fitted(trip: Any) -> None:
    issued(trip)
    for fitting in trip.case.fittings.filter(state="waiting").select_related("device"):
        stock.fit(
            fitting=fitting, serial=fitting.device.serial, identity_seen=True, trained=dict.fromkeys(TRAINING, True),
            gain="+20 dB", aided="35 dB", receiver="本人", by=trip.cast["hearing_centre"],
        )  # fmt: skip


@fact
def fitting_ended(trip: Any) -> None:
    for fitting in trip.case.fittings.filter(state="waiting"):
        stock.end_fitting(fitting=fitting, why="refused", by=trip.cast["hearing_centre"])


def checked(trip: Any, day: int) -> None:
    """The check of that day, of every ear of the case, on its day."""
    for check in FittingCheck.objects.filter(fitting__case=trip.case, day=day, done_on=None, dropped_at=None):
        trip.days(max(0, (check.due_on - clock.today()).days))
        stock.record_check(check=check, hours_worn=Decimal(8), condition="good", by=trip.cast["hearing_centre"])


@fact
def check_done(trip: Any) -> None:
    checked(trip, 7)


@fact
def fee_due(trip: Any) -> None:
    checked(trip, 30)


@fact
def checks_over(trip: Any) -> None:
    for day in (7, 30, 90, 365):
        checked(trip, day)


@fact
def device_returned(trip: Any) -> None:
    for fitting in trip.case.fittings.filter(state="fitted"):
        stock.take_back(fitting=fitting, reason="戴着头晕，不适应。", by=trip.cast["hearing_centre"])


@fact
def fee_void(trip: Any) -> None:
    device_returned(trip)

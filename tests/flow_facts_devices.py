"""How each fact comes about that a road of aid in kind waits for: the fitting centre's and the store's, by the real actions."""

from __future__ import annotations

from typing import Any

from cases.calendar import clock
from cases.stock import actions as stock
from cases.stock.models import FittingCheck
from tests.flow_facts import fact
from workflows.engine import clockwork
from workflows.walking import devices, fittings


def tested(trip: Any, degree: str = "moderate", **more: Any) -> None:
    """The fitting centre tests both ears of the person."""
    fittings.tested(trip.cast, trip.case, degree, **more)


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


@fact
def device_issued(trip: Any) -> None:
    fittings.issued(trip.cast, trip.case)


@fact
def fitting_invited(trip: Any) -> None:
    fitting = trip.case.fittings.filter(state="waiting").first()
    stock.invite(fitting=fitting, on=clock.today(), by=trip.cast["hearing_centre"])


@fact
def fitted(trip: Any) -> None:
    fittings.fitted(trip.cast, trip.case)


@fact
def fitting_ended(trip: Any) -> None:
    for fitting in trip.case.fittings.filter(state="waiting"):
        stock.end_fitting(fitting=fitting, why="refused", by=trip.cast["hearing_centre"])


def checked(trip: Any, day: int) -> None:
    """The check of that day, of every ear of the case, on its day."""
    due = FittingCheck.objects.filter(fitting__case=trip.case, day=day, done_on=None, dropped_at=None)
    for on in due.order_by("due_on").values_list("due_on", flat=True):
        trip.days(max(0, (on - clock.today()).days))
    fittings.checked(trip.cast, trip.case, day)


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


def died(trip: Any) -> None:
    """The family told the centre that the person is dead."""
    fitting = trip.case.fittings.filter(state="fitted").first()
    told = "女儿打电话来说，村里证实。"
    stock.end_checks(fitting=fitting, died_on=clock.today(), note=told, by=trip.cast["hearing_centre"])


@fact
def device_returned(trip: Any) -> None:
    for fitting in trip.case.fittings.filter(state="fitted"):
        stock.take_back(fitting=fitting, reason="戴着头晕，不适应。", by=trip.cast["hearing_centre"])


@fact
def fee_void(trip: Any) -> None:
    device_returned(trip)

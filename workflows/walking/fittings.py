"""What a fitting centre and the store do about one case (检查、出库、验配、复查) for the demonstration and the tests, by the real actions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from cases.access.models import User
from cases.calendar import clock
from cases.dossier.models import Case
from cases.screening.ears import FREQUENCIES
from cases.stock import actions as stock
from cases.stock.actions.fitting import TRAINING
from cases.stock.models import FittingCheck
from workflows.walking.devices import store

Cast = Mapping[str, User]
LEVELS = {"moderate": "55", "severe": "75", "profound": "110"}


def tested(
    cast: Cast,
    case: Case,
    degree: str = "moderate",
    *,
    flags: tuple[str, ...] = (),
    other: str = "",
    calibrated: int = 0,
) -> None:
    """The fitting centre tests both ears of the person, so many days after it calibrated its audiometer.

    `other` is the degree of the left ear when it differs.
    """
    ears: dict[str, Any] = {
        ear: dict.fromkeys(FREQUENCIES, LEVELS[one]) for ear, one in (("right", degree), ("left", other or degree))
    }
    stock.record_audiogram(
        case=case, tested_on=clock.today(), audiometer="AD-1", calibrated_on=clock.today() - timedelta(days=calibrated),
        limit=120, flags=flags, by=cast["hearing_centre"], **ears,
    )  # fmt: skip


def issued(cast: Cast, case: Case) -> None:
    """What is reserved for the case goes to the fitting centre, with both signatures."""
    serials = [one.serial for one in case.devices.filter(state="reserved", place__kind="warehouse")]
    if serials:
        there = case.referral.provider.office
        sent = stock.send(from_place=store(), to_place=there, serials=serials, by=cast["storekeeper"])
        stock.receive(handover=sent, counted=len(serials), by=cast["hearing_centre"])


def fitted(cast: Cast, case: Case) -> None:
    """Handed over where it lies in the store, then fitted, trained and signed for."""
    issued(cast, case)
    for fitting in case.fittings.filter(state="waiting").select_related("device"):
        stock.fit(
            fitting=fitting, serial=fitting.device.serial, identity_seen=True, trained=dict.fromkeys(TRAINING, True),
            gain="+20 dB", aided="35 dB", receiver="本人", by=cast["hearing_centre"],
        )  # fmt: skip


def checked(cast: Cast, case: Case, day: int) -> None:
    """The check of that day, of every ear of the case; its day has come."""
    for check in FittingCheck.objects.filter(fitting__case=case, day=day, done_on=None, dropped_at=None):
        stock.record_check(check=check, hours_worn=Decimal(8), condition="good", by=cast["hearing_centre"])

"""What the matrix asks about devices: a centre, two devices in the store, a hand-over, an ear with a device and a check."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from cases.calendar import clock
from cases.stock import actions as stock
from cases.stock.models import FittingCheck
from tests import flow_facts_devices as facts
from workflows.walking import devices, drive


class _Trip:
    def __init__(self, case: Any, cast: Any) -> None:
        self.case, self.cast = case, cast


def make(cast: Any) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Things that fill addresses, and rows that acts are asked with."""
    centre = devices.hearing_centre(cast)
    found = devices.arrive(cast, 3)
    drive.publish_policy(slug="hearing", maker=cast["policy_edit"], publisher=cast["policy_publish"])
    tested, fresh = (
        drive.apply(slug="hearing", number=number, by=cast[owner])
        for number, owner in ((901, "applicant5"), (902, "applicant6"))
    )
    drive.step(tested)
    drive.step(fresh)
    facts.tested(_Trip(tested, cast))
    audiogram = tested.audiograms.get()
    (ear,) = _reserved(tested, audiogram, cast)
    check = FittingCheck.objects.create(fitting=ear, day=7, due_on=clock.today())
    spare = next(one for one in found if one.pk != ear.device_id)
    sent = stock.send(
        from_place=devices.store(), to_place=centre.office, serials=[spare.serial], by=cast["storekeeper"]
    )
    things = {
        "device": {"serial": spare.serial}, "handover": {"number": sent.number}, "ear": {"pk": ear.pk}, "check": {"pk": check.pk},
        "to_test": {"number": fresh.number},
    }  # fmt: skip
    rows = {
        "device": spare, "handover": sent, "fitting": ear, "check": check, "place": devices.store(),
        "from_place": devices.store(), "to_place": centre.office,
    }  # fmt: skip
    return things, rows


def _reserved(case: Any, audiogram: Any, cast: Any) -> Any:
    from cases.history.record import action

    @action("stock.offer")
    def reserve(*, case: Any, by: Any, now: Any = None) -> Any:
        return stock.reserve_for(case=case, audiogram=audiogram, by=by, now=now)

    return reserve(case=case, by=cast["prov_review"])


GIVEN: dict[str, Any] = {
    "maker": "演示听力", "model": "新型号", "power": "low", "loss_from": 20, "loss_to": 50, "serials": ["X-1"], "counted": 1,
    "tested_on": date(2026, 1, 1), "audiometer": "AD-1", "calibrated_on": date(2026, 1, 1), "right": {}, "left": {}, "limit": 120,
    "flags": [], "on": date(2027, 1, 1), "serial": "X-1", "identity_seen": True, "trained": {}, "gain": "", "aided": "",
    "receiver": "本人", "why": "refused", "hours_worn": Decimal(8), "condition": "good",
}  # fmt: skip
"""A plausible value for each argument of an act about devices that is no row."""

"""What a hospital and the office do about one permit (手术、申报、核实) for the demonstration and the tests, by the real actions."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cases.access.models import User
from cases.calendar import clock
from cases.providers import actions
from cases.providers.models import ClaimLine, Permit, Surgery

Cast = Mapping[str, User]


def operate(cast: Cast, permit: Permit, **changes: Any) -> Surgery:
    """The hospital of Guyuan examines the eye of a permit and operates on it today."""
    clerk = cast["eye_hospital"]
    actions.examine(permit=permit, examined_on=clock.today(), suitable=True, by=clerk)
    said = {
        "part": permit.part, "done_on": clock.today(), "method": "phaco", "surgeon": "演示医生", "lens_brand": "演示牌",
        "lens_model": "YS-1", "lens_power": Decimal("21.5"), "lens_serial": f"SN-{permit.pk:06d}",
    }  # fmt: skip
    return actions.record_surgery(permit=permit, by=clerk, **{**said, **changes})


def claim(cast: Cast, permit: Permit, **changes: Any) -> ClaimLine:
    """Its costs: 4,200 yuan, of which the insurance paid 3,000."""
    said = {
        "invoice_code": "64010001", "invoiced_on": clock.today(),
        "invoice_no": f"6400{permit.pk:010d}", "total": Decimal("4200"), "basic_insurance": Decimal("3000"),
        "lens_price": Decimal("1500"), "asked": Decimal("1200"), "settled_on": clock.today(),
    }  # fmt: skip
    return actions.file_line(permit=permit, by=cast["eye_hospital"], **{**said, **changes})


def phone(cast: Cast, line: ClaimLine, result: str = "confirmed", **changes: Any) -> Any:
    """The county phones the patient."""
    said = {"answered_by": "患者本人", "called_on": clock.today(), "result": result}
    return actions.call_patient(line=line, by=cast["xiji_intake"], **{**said, **changes})

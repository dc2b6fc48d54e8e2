"""Making hospitals and permits by the real actions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from cases.access.models import Office
from cases.calendar import clock
from cases.providers import actions
from cases.providers.models import Provider

USCC = {"6404": "91640400MA76000012", "6405": "91640500MA7600002A"}
"""Two invented codes of which the check character is right."""


def hospitals(cast: Any) -> list[Provider]:
    return [hospital(cast, code, number) for number, code in enumerate(USCC, 1)]


def hospital(cast: Any, code: str, number: int = 1) -> Provider:
    """One hospital under contract for a year, its account given by one person and confirmed by another."""
    today = clock.today()
    made = actions.register_provider(
        kind="hospital", office=Office.objects.get(division_code=code, kind="hospital"), uscc=USCC[code],
        contract_no=f"YS-{code}-1", contract_from=today - timedelta(days=10), contract_to=today + timedelta(days=900),
        by=cast["prov_review"],
    )  # fmt: skip
    actions.set_account(
        provider=made, holder=made.office.name, account=f"622848000000{number:07d}", bank_name="演示农村商业银行", cnaps="",
        by=cast["prov_review"],
    )  # fmt: skip
    actions.set_price(
        provider=made, code="LENS", name="人工晶体（普通）", price=Decimal("1800"), by=cast["prov_review"]
    )
    actions.confirm_account(provider=made, by=cast["prov_head"])
    made.refresh_from_db()
    return made

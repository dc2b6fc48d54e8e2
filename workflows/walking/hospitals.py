"""Two eye hospitals of the demonstration (演示定点医院), registered by the real actions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from cases.access.models import Office, User
from cases.calendar import clock
from cases.providers import actions
from cases.providers.models import Provider

USCC = {"6404": "91640400MA76000012", "6405": "91640500MA7600002A"}
"""Two invented codes of which the check character is right."""


def hospitals(cast: Mapping[str, User]) -> list[Provider]:
    """Both of them, in the order of their places; made once."""
    known = {one.uscc: one for one in Provider.objects.filter(uscc__in=USCC.values())}
    return [known.get(USCC[code]) or hospital(cast, code, number) for number, code in enumerate(USCC, 1)]


def hospital(cast: Mapping[str, User], code: str, number: int = 1) -> Provider:
    """One under contract, its account given by one person and confirmed by another, with prices of two lenses."""
    clerk, head, today = cast["prov_review"], cast["prov_head"], clock.today()
    made = actions.register_provider(
        kind="hospital", office=Office.objects.get(division_code=code, kind="hospital"), uscc=USCC[code],
        licence=f"PDY{code}0001",
        contract_no=f"YS-{code}-1", contract_from=today - timedelta(days=10), contract_to=today + timedelta(days=900),
        by=clerk,
    )  # fmt: skip
    actions.set_account(
        provider=made, holder=made.office.name, account=f"622848000000{number:07d}", bank_name="演示农村商业银行", cnaps="",
        by=clerk,
    )  # fmt: skip
    actions.set_price(provider=made, code="SURGERY", name="白内障手术", price=Decimal("3000"), by=clerk)
    actions.set_price(provider=made, code="LENS", name="人工晶体（普通）", price=Decimal("1800"), by=clerk)
    actions.confirm_provider(provider=made, by=head)
    actions.confirm_account(provider=made, by=head)
    made.refresh_from_db()
    return made

"""The fitting centre of the demonstration and what lies in the store (演示验配机构、演示助听器), by the real actions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from cases.access.models import Office, User
from cases.calendar import clock
from cases.providers import actions as providers
from cases.providers.models import Provider
from cases.sheets import digest
from cases.stock import actions as stock
from cases.stock.models import Device, DeviceModel, Waiting
from cases.stock.rules import COLUMNS

USCC = "52640400MA76H0001N"
"""An invented code of which the check character is right."""
MODELS = (("中功率", "medium", 41, 70), ("大功率", "high", 61, 90))


def store() -> Office:
    """The province's store."""
    return Office.objects.get(division_code="64", kind="warehouse")


def hearing_centre(cast: Mapping[str, User]) -> Provider:
    """The centre under contract, its account given by one person and confirmed by another; made once."""
    office = Office.objects.get(division_code="6404", kind="fitting")
    before = Provider.objects.filter(office=office).first()
    if before is not None:
        return before
    today = clock.today()
    made = providers.register_provider(
        kind="fitting", office=office, uscc=USCC, licence="YP64040001", contract_no="YS-6404-T1", contract_from=today - timedelta(days=10),
        contract_to=today + timedelta(days=900), by=cast["prov_review"],
    )  # fmt: skip
    providers.set_account(
        provider=made, holder=office.name, account="6228480000009990001", bank_name="演示农村商业银行", cnaps="",
        by=cast["prov_review"],
    )  # fmt: skip
    providers.confirm_provider(provider=made, by=cast["prov_head"])
    providers.confirm_account(provider=made, by=cast["prov_head"])
    made.refresh_from_db()
    return made


def models(cast: Mapping[str, User]) -> list[DeviceModel]:
    """The models of the demonstration, made once."""
    for name, power, low, high in MODELS:
        if not DeviceModel.objects.filter(maker="演示听力", model=name).exists():
            stock.add_model(
                maker="演示听力", model=name, power=power, loss_from=low, loss_to=high, by=cast["storekeeper"]
            )
    return list(DeviceModel.objects.filter(maker="演示听力").order_by("pk"))


def sheet(first: int, count: int, *, model: str = "中功率") -> bytes:
    """A sheet of so many devices with serials from a number on."""
    rows = [COLUMNS, *(
        (f"YS-{number:06d}", "演示听力", model, "第 1 批", "演示基金会捐赠", "1800", "2029-06-30")
        for number in range(first, first + count)
    )]  # fmt: skip
    return "\n".join(",".join(row) for row in rows).encode()


def arrive(cast: Mapping[str, User], count: int, *, first: int = 1, model: str = "中功率") -> list[Device]:
    """So many devices come into the store."""
    models(cast)
    data = sheet(first, count, model=model)
    stock.take_in(data=data, tried_sha256=digest(data), place=store(), by=cast["storekeeper"])
    return list(Device.objects.filter(arrival__file_sha256=digest(data)).order_by("serial"))


def enough(cast: Mapping[str, User], spare: int = 2) -> None:
    """So many devices come in beside those that people wait for; the serials go on from the last one."""
    hearing_centre(cast)
    known = Device.objects.filter(serial__startswith="YS-").order_by("-serial").values_list("serial", flat=True).first()
    first = int(known.removeprefix("YS-")) + 1 if known else 1
    arrive(cast, spare + Waiting.objects.filter(left_at=None).count(), first=first)

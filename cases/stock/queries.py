"""Which places and devices somebody sees, what is free for an ear, and what a spreadsheet of devices would bring."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.models import Office
from cases.access.queries import posts_of, require
from cases.errors import NotFound, Refusal
from cases.paging import Page, newest_first
from cases.sheets import Fault, Grid, grid, letter
from cases.stock.models import Device, DeviceModel, DeviceMove, Handover, StockCount
from cases.stock.rules import HERE, Sheet, read_sheet

MOVE, TAKE_IN, READ = "stock.move", "stock.in", "stock.read"
PROVINCE = "64"


def places(viewer: Any, right: str = MOVE) -> list[Office]:
    """我的库: the offices at which the viewer keeps devices, in the order of their codes."""
    found = {post.office_id: post.office for post in posts_of(viewer) if right in post.role.rights}
    return sorted(found.values(), key=lambda office: (office.division_code, office.pk))


def keeps(viewer: Any, place: Office | None, right: str = MOVE) -> bool:
    """Whether the viewer keeps the devices of that place."""
    return place is not None and any(one.pk == place.pk for one in places(viewer, right))


def reads(viewer: Any) -> bool:
    """Whether the viewer has any pages about devices."""
    return bool(places(viewer)) or any(READ in post.role.rights for post in posts_of(viewer))


def must_read(viewer: Any) -> None:
    """Pages of devices are there for keepers and for whoever reads stock. Raises Refusal (403) for others in office."""
    if not reads(viewer):
        require(viewer, READ, PROVINCE)


def must_keep(viewer: Any) -> None:
    """Pages of whoever keeps devices somewhere. Raises Refusal that names who does."""
    if not places(viewer):
        require(viewer, MOVE, PROVINCE)
        raise Refusal(_("您的岗位不管实物。"), code="no_place")


def must_take_in(viewer: Any) -> None:
    """Pages of whoever takes devices in at a warehouse. Raises Refusal that names who does."""
    if not places(viewer, TAKE_IN):
        require(viewer, TAKE_IN, PROVINCE)
        raise Refusal(_("您的岗位不在仓库，不能入库。"), code="no_place")


def visible_devices(viewer: Any) -> QuerySet[Device]:
    """看得见的设备: those that lie at, or have passed through, one's own places; for readers those of their area."""
    own = [place.pk for place in places(viewer)]
    passed = DeviceMove.objects.filter(device=OuterRef("pk")).filter(Q(from_place__in=own) | Q(to_place__in=own))
    reach = Q(Exists(passed))
    for post in posts_of(viewer):
        if READ in post.role.rights:
            area = post.office.division_code
            there = DeviceMove.objects.filter(device=OuterRef("pk"), to_place__division_code__startswith=area)
            reach |= Q(Exists(there))
    return Device.objects.filter(reach).select_related("model", "place", "case").order_by("serial")


def get_device(viewer: Any, serial: str) -> Device:
    """One device by its serial number; NotFound for one that the viewer does not see or that does not exist."""
    found = visible_devices(viewer).filter(serial=serial).first()
    if found is None:
        raise NotFound()
    return found


def life(device: Device) -> list[DeviceMove]:
    """一台设备的经历: all its moves, oldest first."""
    rows = device.moves.select_related("from_place", "to_place", "case", "by", "received_by", "handover")
    return list(rows.order_by("number"))


def may_write(viewer: Any, device: Device) -> bool:
    """Whether the viewer keeps the place where a device lies, or lay last when it is with a person or lost."""
    last = device.moves.filter(to_place__isnull=False).order_by("-number").select_related("to_place").first()
    return keeps(viewer, device.place or (last.to_place if last else None))


def reserved_at(viewer: Any) -> dict[str, Any]:
    """What a hand-over is filled with beforehand: the devices that are reserved at my one place and not on their way."""
    mine = places(viewer)
    if len(mine) != 1:
        return {}
    rows = Device.objects.filter(place=mine[0], state="reserved").exclude(handovers__is_open=True)
    return {"serials": "\n".join(rows.order_by("case", "serial").values_list("serial", flat=True)[:100])}


def stock_of(viewer: Any) -> list[dict[str, Any]]:
    """库存: how many devices of each model lie at each place that the viewer sees, by state."""
    rows = (
        visible_devices(viewer)
        .filter(state__in=HERE)
        .order_by()
        .values("place", "model", "state")
        .annotate(n=Count("pk"))
    )
    offices = Office.objects.in_bulk({row["place"] for row in rows})
    models = DeviceModel.objects.in_bulk({row["model"] for row in rows})
    lines: dict[tuple[int, int], dict[str, Any]] = {}
    for row in rows:
        place, model = offices[row["place"]], models[row["model"]]
        line = lines.setdefault((place.pk, model.pk), {"place": place, "model": model, **dict.fromkeys(HERE, 0)})
        line[row["state"]] = row["n"]
    for line in lines.values():
        line["all"] = sum(line[state] for state in HERE)
    return sorted(lines.values(), key=lambda line: (line["place"].division_code, line["place"].pk, str(line["model"])))


def handovers(viewer: Any, *, after: str = "") -> Page[Handover]:
    """交接单 of my places, newest first."""
    own = [place.pk for place in places(viewer)]
    rows = Handover.objects.filter(Q(from_place__in=own) | Q(to_place__in=own))
    return newest_first(rows.select_related("from_place", "to_place", "sent_by", "received_by"), after)


def get_handover(viewer: Any, number: str) -> Handover:
    """A hand-over from or to one of my places; NotFound otherwise."""
    own = [place.pk for place in places(viewer)]
    rows = Handover.objects.filter(Q(from_place__in=own) | Q(to_place__in=own), number=number)
    found = rows.select_related("from_place", "to_place", "sent_by", "received_by").first()
    if found is None:
        raise NotFound()
    return found


def serials_of(handover: Handover) -> list[Device]:
    """The devices of a hand-over in the order of their serials."""
    return list(Device.objects.filter(handovers__handover=handover).select_related("model", "case").order_by("serial"))


def targets() -> QuerySet[Office]:
    """可以收设备的地方: warehouses, fitting centres and the county and city offices."""
    return Office.objects.filter(is_active=True, kind__in=["warehouse", "fitting", "redcross"]).order_by(
        "division_code", "pk"
    )


def counts(viewer: Any, *, after: str = "") -> Page[StockCount]:
    """盘点 of my places, newest first, with their differences."""
    rows = StockCount.objects.filter(place__in=[place.pk for place in places(viewer)])
    return newest_first(rows.select_related("place", "by").prefetch_related("differences"), after)


def free_for(loss: Decimal, *, code: str) -> QuerySet[Device]:
    """空闲的设备 that suit this loss (dB HL), nearest first: what lies in the county of the case, its city, its province."""
    near = [code[:6], code[:4], code[:2]]
    rows = Device.objects.filter(state="in", place__division_code__in=near)
    suits = rows.filter(model__loss_from__lte=loss, model__loss_to__gte=loss)
    return suits.exclude(handovers__is_open=True).order_by("-place__division_code", "pk")


def device_models() -> list[DeviceModel]:
    """登记的型号."""
    return list(DeviceModel.objects.order_by("maker", "model"))


def examine(viewer: Any, data: bytes) -> Sheet:
    """试入库: what a spreadsheet says and every fault in it by cell; a serial that is in the ledger is a fault. Stores nothing."""
    must_take_in(viewer)
    table = grid(data)
    sheet = read_sheet(table, models={(one.maker, one.model): one.pk for one in device_models()})
    return Sheet(sheet.devices, (*sheet.faults, *_known(sheet.devices, table)))


def _known(devices: Collection[Any], table: Grid) -> list[Fault]:
    rows = {device.serial: device.row for device in devices}
    known = Device.objects.filter(serial__in=rows).order_by("serial").values_list("serial", flat=True)
    said = _("序列号 {serial} 已经入过库。同一台设备不能入库两次。")
    column = letter(table.head.index("序列号")) if devices else "A"
    return [Fault(f"{column}{rows[serial]}", format_lazy(said, serial=serial)) for serial in known]

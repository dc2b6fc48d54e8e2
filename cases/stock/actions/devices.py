"""What people do with devices (实物办理): take in, hand over, receive, write a move, count; each leaves a row of the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.models import Office
from cases.access.queries import require
from cases.calendar.rules import local_day
from cases.errors import Invalid, NotFound, Refusal
from cases.history.record import action, current, record
from cases.programme import tell
from cases.sheets import digest
from cases.stock import queries, rules
from cases.stock.models import (
    Device,
    DeviceArrival,
    DeviceModel,
    DeviceMove,
    Handover,
    HandoverLine,
    StockCount,
    StockDifference,
)
from cases.text import listed

MOST_AT_ONCE = 500


# --- coming in ---------------------------------------------------------------------------------------------------------
@action("stock.model", about="none")
def add_model(
    *, maker: str, model: str, power: str, loss_from: int, loss_to: int, by: Any, now: datetime | None = None
) -> DeviceModel:
    """登记型号: a product and the loss that it suits (dB HL, both ends counted). Raises Invalid."""
    _as_keeper(by, None, queries.TAKE_IN)
    if loss_from > loss_to:
        raise Invalid(_("适用范围的下限大于上限。"), fields={"loss_to": _("不能小于下限")})
    if DeviceModel.objects.filter(maker=maker, model=model).exists():
        raise Invalid(_("这个型号已经登记过。"), fields={"model": _("已经登记过")})
    made = DeviceModel.objects.create(maker=maker, model=model, power=power, loss_from=loss_from, loss_to=loss_to)
    record("stock.model_added", about=("config", "all"), object=made, payload={"model": str(made), "power": power})
    return made


@action("stock.take_in", about="none")
def take_in(*, data: bytes, tried_sha256: str, place: Office, by: Any, now: datetime | None = None) -> DeviceArrival:
    """入库: the devices of a sheet that was tried without a fault lie at this place from now on: all of them or none.

    Raises Invalid with a sentence for each cell, and Refusal for a file that came before or was never tried, or when
    somebody took in one of its serials at the same moment.
    """
    assert now is not None
    _as_keeper(by, place, queries.TAKE_IN)
    sha256 = digest(data)
    if sha256 != tried_sha256:
        raise Invalid(_("这不是刚才试过的那个文件。请先试入库。"), fields={"file": _("请先试入库这个文件。")})
    if DeviceArrival.objects.filter(file_sha256=sha256).exists():
        raise Refusal(_("这个文件已经入过库。"), code="taken_in_before", status=409)
    sheet = queries.examine(by, data)
    if sheet.faults:
        said = format_lazy(_("有 {number} 处要改，一台也没有入库。"), number=len(sheet.faults))
        raise Invalid(said, fields={fault.cell: fault.sentence for fault in sheet.faults})
    arrival = DeviceArrival.objects.create(place=place, file_sha256=sha256, rows=len(sheet.devices), by=by, at=now)
    _store(arrival, sheet.devices, by=by, now=now)
    record(
        "stock.taken_in",
        about=("config", "all"),
        object=arrival,
        payload={"sha256": sha256, "rows": arrival.rows, "place": place.pk},
    )
    return arrival


def _store(arrival: DeviceArrival, found: Collection[rules.Arriving], *, by: Any, now: datetime) -> None:
    new = [
        Device(
            serial=one.serial, model_id=one.model, arrival=arrival, batch=one.batch, source=one.source,
            unit_value=one.unit_value, warranty_until=one.warranty_until,
        )
        for one in sorted(found, key=lambda one: one.serial)
    ]  # fmt: skip
    try:
        with transaction.atomic():
            Device.objects.bulk_create(new)
    except IntegrityError as error:  # another sheet brought one of them at the same moment
        again = Device.objects.filter(serial__in=[one.serial for one in new]).values_list("serial", flat=True)
        said = format_lazy(_("序列号 {serials} 刚刚由别人入了库。同一台设备不能入库两次。"), serials=listed(again[:5]))
        raise Refusal(said, code="serial_twice", status=409) from error
    day = local_day(now)
    DeviceMove.objects.bulk_create(
        DeviceMove(device=one, kind="in", to_place=arrival.place, happened_on=day, by=by, at=now) for one in new
    )


# --- from place to place -----------------------------------------------------------------------------------------------
@action("stock.send", about="none")
def send(
    *, from_place: Office, to_place: Office, serials: Iterable[str], by: Any, now: datetime | None = None
) -> Handover:
    """出库、调拨: devices leave for another place; they count as there once somebody else has signed for them.

    Raises Invalid that names the serials which are not at this place, or which do not go anywhere now.
    """
    assert now is not None
    _as_keeper(by, from_place)
    if from_place == to_place:
        raise Invalid(_("发出和接收是同一个地方。"), fields={"to_place": _("请选另一个地方")})
    wanted = sorted({rules.clean_serial(one) for one in serials} - {""})
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise Invalid(_("一张交接单 1 到 500 台。"), fields={"serials": _("请填序列号，每行一个")})
    rows = Device.objects.select_for_update(no_key=True).filter(serial__in=wanted).order_by("pk")
    devices = [one for one in rows if one.place_id == from_place.pk and one.state in ("in", "reserved", "issued")]
    if wrong := sorted(set(wanted) - {one.serial for one in devices}):
        said = format_lazy(_("不在这个库里，或现在不能发出：{serials}"), serials=listed(wrong[:10]))
        raise Invalid(said, fields={"serials": said})
    on_way = HandoverLine.objects.filter(device__in=devices, is_open=True).select_related("device", "handover")
    if on_way:
        said = format_lazy(
            _("已在交接单 {number} 上：{serials}"),
            number=on_way[0].handover.number,
            serials=listed(line.device.serial for line in on_way[:10]),
        )
        raise Refusal(said, code="on_another_handover", status=409)
    made = Handover.objects.create(
        number=_next_number(now), from_place=from_place, to_place=to_place, count=len(devices), sent_by=by, sent_at=now
    )
    HandoverLine.objects.bulk_create(HandoverLine(handover=made, device=one) for one in devices)
    record("handover.sent", about=("handover", made.pk), object=made, payload={"serials": wanted, "to": to_place.pk})
    return made


@action("stock.receive", about="none")
def receive(*, handover: Handover, counted: int, by: Any, now: datetime | None = None) -> Handover:
    """签收: a second person counts the devices and signs; from now on they lie at his place.

    Reserved ones are issued (出库) by it and their cases are told. Raises Invalid when the number differs, Refusal for the sender.
    """
    assert now is not None
    found = Handover.objects.select_for_update(no_key=True).get(pk=handover.pk)
    _as_keeper(by, found.to_place)
    if not found.is_open:
        raise Refusal(_("这张交接单已经签收或取消。"), code="handover_over", status=409)
    if found.sent_by_id == by.pk:
        raise Refusal(_("发出人不能自己签收。请由另一个人清点签收。"), code="same_person")
    if counted != found.count:
        said = format_lazy(
            _("单上是 {count} 台，您点到 {counted} 台。请再点一遍；仍不符就不要签收，联系发出人。"),
            count=found.count,
            counted=counted,
        )
        raise Invalid(said, fields={"counted": said})
    found.received_by, found.received_at = by, now
    found.save(update_fields=["received_by", "received_at"])
    lines = found.lines.select_related("device__case").order_by("device_id")
    issued = []
    for line in lines:
        kind = "issued" if line.device.state == "reserved" else "transferred"
        DeviceMove.objects.create(
            device=line.device, kind=kind, to_place=found.to_place, handover=found, happened_on=local_day(now),
            by=found.sent_by, received_by=by, at=now,
        )  # fmt: skip
        if kind == "issued":
            issued.append(line.device)
    lines.update(is_open=False)
    record("handover.received", about=("handover", found.pk), object=found, payload={"count": found.count})
    for device in issued:
        told = {"serial": device.serial, "part": device.part, "place": found.to_place_id}
        record("device.issued", about=("case", device.case_id), object=device, payload=told)
    for case in {device.case_id: device.case for device in issued}.values():
        tell(case, "device_issued", by=by, now=now)
    return found


@action("stock.cancel_handover", about="none")
def cancel_handover(*, handover: Handover, by: Any, now: datetime | None = None) -> None:
    """取消交接单: nothing has left; only before it is signed for, by whoever keeps the place it comes from."""
    found = Handover.objects.select_for_update(no_key=True).get(pk=handover.pk)
    _as_keeper(by, found.from_place)
    if not found.is_open:
        raise Refusal(_("这张交接单已经签收或取消。"), code="handover_over", status=409)
    found.cancelled_at = now
    found.save(update_fields=["cancelled_at"])
    found.lines.update(is_open=False)
    record("handover.cancelled", about=("handover", found.pk), object=found)


def _next_number(now: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_handover_number')")
        return f"JJ{local_day(now):%Y}{cursor.fetchone()[0]:06d}"


# --- one device --------------------------------------------------------------------------------------------------------
@action("stock.write", about="none")
def write_move(*, device: Device, kind: str, reason: str, by: Any, now: datetime | None = None) -> DeviceMove:
    """报废、报失、找回、检查合格、退回: what a keeper writes about one device of his place, with the reason.

    A device that is with a person and gets lost is written so by the keeper of the place that gave it out.
    """
    assert now is not None
    row = Device.objects.select_for_update(no_key=True, of=("self",)).select_related("place", "case").get(pk=device.pk)
    last = row.moves.filter(to_place__isnull=False).order_by("-number").select_related("to_place").first()
    place = row.place or (last.to_place if last else None)
    _as_keeper(by, place)
    if kind not in rules.offered(row.state):
        said = format_lazy(
            _("这台设备现在是“{state}”，不能{kind}。"), state=rules.STATES[row.state], kind=rules.MOVES.get(kind, kind)
        )
        raise Refusal(said, code="device_way", status=409)
    if len(reason.strip()) < 4:
        raise Invalid(_("请写明原因。"), fields={"reason": _("请写明原因，至少 4 个字")})
    about, was = row.case, row.part
    made = DeviceMove.objects.create(
        device=row, kind=kind, to_place=place, reason=reason.strip(), happened_on=local_day(now), by=by, at=now
    )
    record(f"device.{kind}", about=("device", row.pk), object=made, payload={"serial": row.serial})
    if about is not None:
        record(f"device.{kind}", about=("case", about.pk), object=made, payload={"serial": row.serial, "part": was})
    return made


@action("stock.count", about="none")
def count(*, place: Office, serials: Iterable[str], by: Any, now: datetime | None = None) -> StockCount:
    """盘点: what was found at a place against what the ledger has there; each difference is a row, nothing is put right by it."""
    assert now is not None
    _as_keeper(by, place)
    found = {rules.clean_serial(one) for one in serials} - {""}
    here = set(Device.objects.filter(place=place, state__in=rules.HERE).values_list("serial", flat=True))
    known = set(Device.objects.filter(serial__in=found).values_list("serial", flat=True))
    made = StockCount.objects.create(place=place, counted=len(found), expected=len(here), by=by, at=now)
    kinds = {**dict.fromkeys(here - found, "missing"), **dict.fromkeys((found & known) - here, "elsewhere")}
    kinds |= dict.fromkeys(found - known, "unknown")
    StockDifference.objects.bulk_create(
        StockDifference(count=made, serial=serial, kind=kind) for serial, kind in sorted(kinds.items())
    )
    told = {"place": place.pk, "counted": made.counted, "expected": made.expected, "differences": len(kinds)}
    record("stock.counted", about=("config", "all"), object=made, payload=told)
    return made


def _as_keeper(by: Any, place: Office | None, right: str = queries.MOVE) -> None:
    """The open act is done in the post that keeps this place; NotFound for a place that is somebody else's."""
    mine = queries.places(by, right)
    if not mine:
        require(by, right, queries.PROVINCE)
    if place is not None and place not in mine:
        raise NotFound()
    post = require(by, right, (place or mine[0]).division_code)
    act = current()
    if act is not None:
        act.as_(role=post.role_id, office=post.office.name)

"""Devices: taken in once, moved only as they can be, handed over by two people, counted against the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from cases import sheets
from cases.access.models import Office
from cases.calendar import clock
from cases.errors import Invalid, NotFound, Refusal
from cases.history.models import Event
from cases.stock import actions, queries, rules
from cases.stock.models import Device, DeviceMove, Handover, StockDifference
from cases.stock.rules import COLUMNS, STATES, WAYS, clean_serial, read_sheet
from tests.dossier.test_races import at_once
from workflows.walking import devices as demo

KNOWN = {("演示听力", "中功率"): 1}
GOOD = ("YS-000001", "演示听力", "中功率", "第 1 批", "演示基金会", "1800", "2029-06-30")
WHY = "外壳开裂，不能再用。"


def table(*rows: Any) -> sheets.Grid:
    return sheets.Grid([list(COLUMNS), *(list(row) for row in rows)])


# --- the sheet ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        (0, 12345678.0, "变成了数字"), (0, "??", "3 到 40 个"), (1, "", "厂家"), (2, "没有的型号", "没有登记"),
        (4, "", "来源"), (5, "很多", "应是数字"), (5, "0", "大于 0"), (5, "1.005", "两位小数"), (6, "明年", "2028-06-30"),
        (6, "2029-02-30", "2028-06-30"),
    ],
)  # fmt: skip
def test_each_fault_has_its_cell_and_a_sentence(column: int, value: Any, sentence: str) -> None:
    row = list(GOOD)
    row[column] = value
    faults = {fault.cell: str(fault.sentence) for fault in read_sheet(table(row), models=KNOWN).faults}
    assert sentence in faults[f"{'ABCDEFG'[column]}2"]


def test_a_good_row_is_read_whatever_the_order_of_columns_and_the_width_of_its_letters() -> None:
    order = [6, 0, 5, 1, 4, 2, 3]
    head, row = (
        [COLUMNS[n] for n in order],
        ["2029/6/30", " ｙｓ-０００００１ ", "1,800元", "演示听力", "演示基金会", "中功率", ""],
    )
    (found,) = read_sheet(sheets.Grid([head, row]), models=KNOWN).devices
    assert (found.serial, found.unit_value, found.warranty_until) == ("YS-000001", Decimal(1800), date(2029, 6, 30))


def test_a_serial_twice_in_one_sheet_and_a_missing_column_are_faults() -> None:
    again = ("ys-000001", *GOOD[1:])
    (fault,) = read_sheet(table(GOOD, again), models=KNOWN).faults
    assert fault.cell == "A3" and "第 2 行" in str(fault.sentence)
    assert "序列号" in str(read_sheet(sheets.Grid([["型号"]]), models=KNOWN).faults[0].sentence)


# --- coming in ---------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_device_comes_in_once_and_a_second_sheet_with_its_serial_changes_nothing(cast: Any) -> None:
    demo.arrive(cast, 3)
    data = demo.sheet(3, 2)
    (fault,) = queries.examine(cast["storekeeper"], data).faults
    assert "YS-000003" in str(fault.sentence)
    with pytest.raises(Invalid):
        actions.take_in(data=data, tried_sha256=sheets.digest(data), place=demo.store(), by=cast["storekeeper"])
    assert Device.objects.count() == 3 == DeviceMove.objects.filter(kind="in").count()


@pytest.mark.django_db
def test_only_a_sheet_that_was_tried_is_taken_in_and_only_once_and_only_by_the_storekeeper(cast: Any) -> None:
    demo.models(cast)
    data = demo.sheet(1, 2)
    take = {"data": data, "tried_sha256": sheets.digest(data), "place": demo.store()}
    with pytest.raises(Invalid):
        actions.take_in(**(take | {"tried_sha256": "x"}), by=cast["storekeeper"])
    for stranger in ("xiji_intake", "hearing_centre", "prov_head", "applicant1"):
        with pytest.raises(Refusal):
            actions.take_in(**take, by=cast[stranger])
    actions.take_in(**take, by=cast["storekeeper"])
    with pytest.raises(Refusal) as refused:
        actions.take_in(**take, by=cast["storekeeper"])
    assert refused.value.code == "taken_in_before" and Device.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_sheets_with_one_serial_at_the_same_moment_one_is_refused_and_names_it(cast: Any) -> None:
    demo.models(cast)

    def bring(first: int) -> Any:
        data = demo.sheet(first, 2)
        return actions.take_in(data=data, tried_sha256=sheets.digest(data), place=demo.store(), by=cast["storekeeper"])

    given = at_once(lambda: bring(1), lambda: bring(2))
    refused = [one for one in given if isinstance(one, Refusal)]
    assert len(refused) == 1, given
    assert "YS-000002" in f"{refused[0]} {[str(said) for said in refused[0].fields.values()]}"
    assert Device.objects.count() == 2 == DeviceMove.objects.count()


# --- the database ------------------------------------------------------------------------------------------------------
def ways_of_the_database() -> Iterator[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        for state in STATES:
            for kind in rules.MOVES:
                cursor.execute("SELECT stock_after(%s, %s)", [state, kind])
                yield state, kind, cursor.fetchone()[0] or ""


@pytest.mark.django_db
def test_the_database_knows_the_same_ways_as_the_rules() -> None:
    assert {(state, kind): after for state, kind, after in ways_of_the_database() if after} == WAYS


def move(device: Device, kind: str, **more: Any) -> DeviceMove:
    with transaction.atomic():
        made = DeviceMove.objects.create(device=device, kind=kind, happened_on=clock.today(), at=clock.now(), **more)
    device.refresh_from_db()
    return made


@pytest.mark.django_db
def test_the_database_refuses_every_move_that_is_no_way(cast: Any) -> None:
    (device,) = demo.arrive(cast, 1)
    for kind in rules.MOVES:
        if ("in", kind) not in WAYS:
            with pytest.raises(IntegrityError, match="is not"):
                move(device, kind, to_place=demo.store())
    move(device, "lost")
    assert (device.state, device.place, device.moves_made) == ("lost", None, 2)
    with pytest.raises(IntegrityError, match="is not"):
        move(device, "scrapped")


@pytest.mark.django_db
def test_no_device_leaves_its_place_without_a_handover_that_both_signed(cast: Any) -> None:
    (device,) = demo.arrive(cast, 1)
    there = Office.objects.get(division_code="6404", kind="fitting")
    sent = actions.send(from_place=demo.store(), to_place=there, serials=[device.serial], by=cast["storekeeper"])
    signed = {"to_place": there, "by": cast["storekeeper"], "received_by": cast["hearing_centre"]}
    for handover in (None, sent):
        with pytest.raises(IntegrityError, match="both have signed"):
            move(device, "transferred", handover=handover, **signed)
    with pytest.raises(IntegrityError, match="handover_by_two_people"), transaction.atomic():
        Handover.objects.filter(pk=sent.pk).update(received_by=cast["storekeeper"], received_at=clock.now())


@pytest.mark.django_db
def test_neither_the_row_of_a_device_nor_its_moves_are_written_by_hand(cast: Any) -> None:
    (device,) = demo.arrive(cast, 1)
    for change in ({"state": "scrapped"}, {"serial": "ANOTHER"}, {"unit_value": 1}):
        with pytest.raises(IntegrityError, match="by its ledger alone"), transaction.atomic():
            Device.objects.filter(pk=device.pk).update(**change)
    with pytest.raises(Exception, match="permission denied|append"), transaction.atomic():
        DeviceMove.objects.update(kind="lost")


# --- from place to place -----------------------------------------------------------------------------------------------
@pytest.fixture
def sent(cast: Any) -> Handover:
    """Two devices on their way from the store to the fitting centre."""
    there = Office.objects.get(division_code="6404", kind="fitting")
    serials = [one.serial for one in demo.arrive(cast, 3)][:2]
    return actions.send(from_place=demo.store(), to_place=there, serials=serials, by=cast["storekeeper"])


@pytest.mark.django_db
def test_devices_are_at_the_new_place_once_a_second_person_has_counted_them(cast: Any, sent: Handover) -> None:
    assert set(Device.objects.values_list("place__kind", flat=True)) == {"warehouse"}
    with pytest.raises(Invalid) as wrong:
        actions.receive(handover=sent, counted=3, by=cast["hearing_centre"])
    assert "2 台" in str(wrong.value)
    actions.receive(handover=sent, counted=2, by=cast["hearing_centre"])
    assert sorted(Device.objects.values_list("place__kind", flat=True)) == ["fitting", "fitting", "warehouse"]
    signed = set(DeviceMove.objects.filter(kind="transferred").values_list("by__username", "received_by__username"))
    assert signed == {("storekeeper", "hearing_centre")}
    with pytest.raises(Refusal) as again:
        actions.receive(handover=sent, counted=2, by=cast["hearing_centre"])
    assert again.value.code == "handover_over"


@pytest.mark.django_db
def test_the_sender_does_not_sign_for_the_receiver_nor_does_a_stranger(cast: Any, sent: Handover) -> None:
    for stranger in ("storekeeper", "xiji_intake"):
        with pytest.raises(Refusal):
            actions.receive(handover=sent, counted=2, by=cast[stranger])
    sent.refresh_from_db()
    assert sent.is_open


@pytest.mark.django_db
def test_a_device_is_on_one_open_handover_and_free_again_when_that_is_cancelled(cast: Any, sent: Handover) -> None:
    serial = sent.lines.select_related("device").first().device.serial  # type: ignore[union-attr]
    again = {"from_place": demo.store(), "to_place": sent.to_place, "serials": [serial], "by": cast["storekeeper"]}
    with pytest.raises(Refusal) as refused:
        actions.send(**again)
    assert sent.number in str(refused.value)
    actions.cancel_handover(handover=sent, by=cast["storekeeper"])
    assert actions.send(**again).count == 1


@pytest.mark.django_db
def test_what_is_not_in_my_store_is_named_and_nothing_is_sent(cast: Any) -> None:
    (device,) = demo.arrive(cast, 1)
    with pytest.raises(Invalid) as refused:
        actions.send(
            from_place=demo.store(), to_place=Office.objects.get(division_code="640422", kind="redcross"),
            serials=[device.serial, "NOT-HERE"], by=cast["storekeeper"],
        )  # fmt: skip
    assert "NOT-HERE" in str(refused.value) and device.serial not in str(refused.value)
    assert not Handover.objects.exists()


# --- one device, and all of them ---------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_keeper_writes_what_happened_with_a_reason_and_every_move_stands_in_the_life_of_the_serial(cast: Any) -> None:
    (device,) = demo.arrive(cast, 1)
    write = {"device": device, "by": cast["storekeeper"]}
    with pytest.raises(Invalid):
        actions.write_move(kind="lost", reason=" ", **write)
    actions.write_move(kind="lost", reason="盘点没找到，找过两遍。", **write)
    actions.write_move(kind="found", reason="在另一个柜子里找到。", **write)
    with pytest.raises(Refusal) as refused:
        actions.write_move(kind="found", reason=WHY, **write)
    assert refused.value.code == "device_way"
    actions.write_move(kind="scrapped", reason=WHY, **write)
    found = queries.get_device(cast["storekeeper"], device.serial)
    assert [one.kind for one in queries.life(found)] == ["in", "lost", "found", "scrapped"]
    assert queries.life(found)[-1].reason == WHY
    assert Event.objects.filter(stream__kind="device", stream__key=str(device.pk), action="device.scrapped").exists()


@pytest.mark.django_db
def test_who_does_not_keep_the_place_of_a_device_writes_nothing_and_does_not_see_it(cast: Any) -> None:
    (device,) = demo.arrive(cast, 1)
    with pytest.raises(NotFound):
        actions.write_move(device=device, kind="scrapped", reason=WHY, by=cast["hearing_centre"])
    for stranger in ("hearing_centre", "xiji_intake", "applicant1"):
        with pytest.raises(NotFound):
            queries.get_device(cast[stranger], device.serial)
    for reader in ("storekeeper", "prov_review", "inspector"):
        assert queries.get_device(cast[reader], device.serial) == device


@pytest.mark.django_db
def test_a_count_lists_what_is_missing_what_belongs_elsewhere_and_what_nobody_knows(cast: Any, sent: Handover) -> None:
    actions.receive(handover=sent, counted=2, by=cast["hearing_centre"])
    here = Device.objects.get(place__kind="warehouse")
    there = Device.objects.filter(place__kind="fitting").first()
    assert there is not None
    made = actions.count(place=demo.store(), serials=[there.serial.lower(), "QQ-1", "?"], by=cast["storekeeper"])
    assert (made.counted, made.expected) == (2, 1)
    found = dict(StockDifference.objects.values_list("serial", "kind"))
    assert found == {here.serial: "missing", there.serial: "elsewhere", "QQ-1": "unknown"}
    assert Device.objects.get(pk=here.pk).state == "in", "a count puts nothing right"


def test_serials_are_compared_without_blanks_case_and_width() -> None:
    assert clean_serial(" ys ０01-a\n") == "YS001-A"
    assert clean_serial("a?") == clean_serial("") == ""

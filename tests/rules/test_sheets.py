"""A spreadsheet is measured before it is opened, and what no cell may be is named by its address."""

from __future__ import annotations

import io
import zipfile
import zlib
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from cases.errors import Invalid
from cases.sheets import MOST_BYTES, Grid, day_in, digest, grid, letter


def xlsx(*rows: Any, change: Any = None) -> bytes:
    """A workbook as a spreadsheet program writes it; `change` does something to it before it is saved."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data: bytes, **parts: bytes) -> bytes:
    """The same file with other bytes in some of its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name.rsplit("/", 1)[-1].split(".")[0], old.read(name)))
    return out.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(Invalid) as fault:
        grid(data)
    assert fault.value.code == "unreadable" and set(fault.value.fields) == {"file"}
    return str(fault.value)


def test_the_cells_of_an_xlsx_and_of_a_csv_in_both_encodings_are_the_same() -> None:
    rows = [["姓名", "备注"], ["演示甲", "一"]]
    for data in (xlsx(*rows), "姓名,备注\r\n演示甲,一\r\n".encode("utf-8-sig"), "姓名,备注\n演示甲,一".encode("gbk")):
        assert grid(data) == Grid(rows)


def test_an_empty_first_row_does_not_move_the_addresses() -> None:
    found = grid(xlsx([], ["", "姓名"]))
    assert found.rows[1][1] == "姓名"


def test_days_and_numbers_stay_what_they_are() -> None:
    found = grid(xlsx(["日期", "数"], [date(2026, 5, 1), 3.5]))
    assert found.rows[1] == [date(2026, 5, 1), 3.5]


def test_merged_cells_and_formulas_are_faults_with_their_addresses() -> None:
    def spoil(book: Workbook) -> None:
        book.active.merge_cells("A2:A3")
        book.active["B3"] = "=1+1"

    found = grid(xlsx(["姓名", "数"], ["甲", 1], ["乙", 2], change=spoil))
    assert [fault.cell for fault in found.faults] == ["A2", "B3"]
    assert "合并" in str(found.faults[0].sentence) and "公式" in str(found.faults[1].sentence)


def test_a_formula_in_a_cell_without_an_address_is_seen() -> None:
    sheet = b"<worksheet><sheetData><row><c><f>1+1</f><v>2</v></c></row></sheetData></worksheet>"
    found = grid(repacked(xlsx(["x"]), sheet1=sheet))
    assert [fault.cell for fault in found.faults] == ["A1"] and "公式" in str(found.faults[0].sentence)


def test_a_formula_on_another_sheet_is_nobodys_fault() -> None:
    def add(book: Workbook) -> None:
        book.create_sheet("统计")["A1"] = "=1+1"

    assert grid(xlsx(["姓名"], ["甲"], change=add)).faults == ()


def test_the_sheet_that_is_meant_is_named_when_it_is_not_the_first() -> None:
    def put_before(book: Workbook) -> None:
        book.active.title = "登记"
        book.create_sheet("说明", 0)["A1"] = "怎么填"

    found = grid(xlsx(["姓名", "证件号码"], ["甲", "1"], change=put_before))
    fault = found.missing(["姓名", "证件号码"])
    assert fault is not None and fault.cell == "A1" and "“登记”" in str(fault.sentence)
    lacking = found.missing(["姓名", "手机号"])
    assert lacking is not None and "姓名、手机号" in str(lacking.sentence)


def test_a_file_that_unpacks_to_too_much_is_not_opened() -> None:
    bomb = b"<worksheet><sheetData>" + b" " * (300 * 1024 * 1024)
    data = repacked(xlsx(["姓名"]), sheet1=bomb)
    assert len(data) < MOST_BYTES and "展开以后太大" in refused(data)


def test_a_part_that_lies_about_its_size_is_not_believed() -> None:
    data = bytearray(repacked(xlsx(["姓名"]), sheet1=b"<worksheet>" + b" " * (200 * 1024 * 1024)))
    small = (1000).to_bytes(4, "little")
    info = next(
        one for one in zipfile.ZipFile(io.BytesIO(bytes(data))).infolist() if one.filename.endswith("sheet1.xml")
    )
    data[info.header_offset + 22 : info.header_offset + 26] = small
    place = data.rindex(b"xl/worksheets/sheet1.xml")
    data[place - 46 + 24 : place - 46 + 28] = small
    assert zipfile.ZipFile(io.BytesIO(bytes(data))).getinfo("xl/worksheets/sheet1.xml").file_size == 1000
    assert "展开以后太大" in refused(bytes(data))


def test_a_file_of_very_many_parts_is_not_opened() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(2001):
            archive.writestr(f"xl/{number}.xml", "")
    assert "展开以后太大" in refused(out.getvalue())


@pytest.mark.parametrize("cell", ["XFD1048576", "A1048576", "ZZ2"])
def test_a_cell_at_the_end_of_the_world_is_not_given_room(cell: str) -> None:
    def put(book: Workbook) -> None:
        book.active[cell] = "x"

    assert "离得很远" in refused(xlsx(["姓名"], change=put))


@pytest.mark.parametrize(
    "data", [b"", b"   ", b"PK\x03\x04 no archive", b"\x00\x01", b"\xff\xfe\xff\xff\xff", zlib.compress(b"x")]
)
def test_what_is_no_spreadsheet_is_refused_with_what_to_do(data: bytes) -> None:
    assert "打不开这个文件" in refused(data)


def test_a_file_that_is_too_large_is_refused() -> None:
    assert "4 MB" in refused(b"x" * (MOST_BYTES + 1))


def test_columns_have_the_letters_of_a_spreadsheet() -> None:
    assert [letter(index) for index in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]


def test_a_file_is_known_by_its_digest() -> None:
    assert digest(b"a") != digest(b"b") and len(digest(b"a")) == 64


@pytest.mark.parametrize(
    "cell", [date(2026, 1, 2), datetime(2026, 1, 2, 9, 30, tzinfo=UTC), "2026-01-02", "2026/1/2", "2026.1.2", "２０２６年１月２日", "20260102"]
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(cell: Any) -> None:
    assert day_in(cell) == date(2026, 1, 2)


@pytest.mark.parametrize(
    "cell", ["", "去年", "1/2/26", "2026-13-01", "2026-02-30", "202612", "2026112", 46024, 46024.0, "46024", None]
)
def test_what_could_be_two_days_is_none(cell: Any) -> None:
    assert day_in(cell) is None

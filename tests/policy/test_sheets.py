"""A draft goes out as a spreadsheet and comes back: faults by cell, changes seen before they are saved, all or nothing."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from cases.errors import Invalid, Stale
from cases.policy import actions, queries, sheets
from cases.policy.models import PolicyVersion
from cases.policy.rules import Row
from tests.policy.lean import LEAN

pytestmark = pytest.mark.django_db
CLAUSES = {row.clause for row in LEAN["rows"]}


def edited(rows: Any, change: Callable[[Any], None]) -> bytes:
    book = load_workbook(io.BytesIO(sheets.written(rows)))
    change(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cell(sheet: Any, key: str, column: str) -> Any:
    at = sheets.COLUMNS.index(column) + 1
    return next(sheet.cell(line, at) for line in range(2, sheet.max_row + 1) if sheet.cell(line, 2).value == key)


def put(key: str, column: str, value: Any) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        cell(sheet, key, column).value = value

    return change


def test_what_went_out_comes_back_the_same() -> None:
    back = sheets.read(sheets.written(LEAN["rows"]), clauses=CLAUSES)
    assert back.faults == []
    before = {row.name: _said(row) for row in LEAN["rows"]}
    assert {row.name: _said(row) for row in back.rows} == before


def _said(row: Row) -> Any:
    value = {name: part for name, part in row.value.items() if part not in (None, {}, "", [])}
    return value, row.position, row.clause, row.note_zh, row.note_en


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        (put("band1", "amount", "三千"), "amount", "不是数字"),
        (put("band1", "amount", date(2026, 5, 1)), "amount", "日期"),
        (put("band1", "amount", "=1+1"), "amount", "公式"),
        (put("band1", "clause", "第 99 条"), "clause", "没有这一条"),
        (put("uplift", "when", "colour=红"), "when", "没有“colour”"),
        (put("band2", "key", "band1"), "key", "写了两次"),
        (put("intake", "workdays", "三"), "workdays", "整数"),
        (put("band1", "section", "奖金"), "section", "没有这个部分"),
    ],
    ids=[
        "words for a number",
        "a date",
        "a formula",
        "no such clause",
        "no such condition",
        "twice",
        "no day",
        "no section",
    ],
)
def test_each_wrong_cell_is_named(change: Callable[[Any], None], column: str, words: str) -> None:
    back = sheets.read(edited(LEAN["rows"], change), clauses=CLAUSES)
    letter = sheets.get_column_letter(sheets.COLUMNS.index(column) + 1)
    assert any(one.cell.startswith(letter) and words in str(one.sentence) for one in back.faults), back.faults


def test_full_width_digits_are_read_and_merged_cells_are_named() -> None:
    back = sheets.read(edited(LEAN["rows"], put("band1", "amount", "３，５００")), clauses=CLAUSES)
    assert next(row for row in back.rows if row.key == "band1").value["amount"] == "3500"
    merged = sheets.read(edited(LEAN["rows"], lambda sheet: sheet.merge_cells("I3:I4")), clauses=CLAUSES)
    assert [one.cell for one in merged.faults if "合并" in str(one.sentence)] == ["I3:I4"]


def foreign() -> bytes:
    book, out = Workbook(), io.BytesIO()
    book.active.append(["姓名", "身份证号"])
    book.save(out)
    return out.getvalue()


def long() -> bytes:
    book, out = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for _line in range(2100):
        sheet.append(["x"])
    book.save(out)
    return out.getvalue()


def bomb() -> bytes:
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 40_000_000)
    return out.getvalue()


@pytest.mark.parametrize("make", [foreign, long, bomb, lambda: b"PK broken", lambda: b"\xff\xfe text"])
def test_what_is_no_policy_spreadsheet_is_refused_with_a_sentence(make: Callable[[], bytes]) -> None:
    with pytest.raises(Invalid) as refused:
        sheets.read(make(), clauses=CLAUSES)
    assert refused.value.fields["file"]


@pytest.fixture
def draft(cast: Any) -> PolicyVersion:
    return actions.load_policy(programme="rare_disease", version=LEAN, by=cast["policy_edit"])


@pytest.fixture
def editor(cast: Any) -> Client:
    client = Client()
    client.force_login(cast["policy_edit"])
    return client


def send(editor: Client, draft: PolicyVersion, data: bytes) -> Any:
    return editor.post(reverse("policy:sheet", args=[draft.pk]), {"file": SimpleUploadedFile("政策.xlsx", data)})


def test_changes_are_seen_before_they_are_saved(draft: PolicyVersion, editor: Client) -> None:
    out = editor.get(reverse("policy:download", args=[draft.pk])).content
    book = load_workbook(io.BytesIO(out))
    cell(book.active, "band1", "amount").value = "3500"
    book.active.delete_rows(cell(book.active, "per_year", "key").row)
    changed = io.BytesIO()
    book.save(changed)
    page = send(editor, draft, changed.getvalue())
    assert "3,500 元" in page.content.decode() and page.status_code == 200
    assert queries.policy_for(draft.pk).row("award", "band1").value["amount"] == "3000", "nothing is saved yet"
    told = {name: page.context[name] for name in ("packed", "seen")}
    assert editor.post(reverse("policy:sheet_save", args=[draft.pk]), told).status_code == 302
    policy = queries.policy_for(draft.pk)
    assert policy.row("award", "band1").value["amount"] == "3500" and not policy.has("caps", "per_year")
    assert policy.row("award", "band1").cites is not None
    assert editor.post(reverse("policy:sheet_save", args=[draft.pk]), told).status_code == 409, "it was changed since"


def test_a_faulty_spreadsheet_changes_nothing(draft: PolicyVersion, editor: Client) -> None:
    before = queries.fingerprint(draft)
    page = send(editor, draft, edited(queries.own_rows(draft), put("band1", "amount", "三千")))
    assert page.status_code == 422 and "不是数字" in page.content.decode()
    assert send(editor, draft, foreign()).status_code == 422
    assert queries.fingerprint(draft) == before


def test_rows_that_nobody_tried_are_not_saved(draft: PolicyVersion, cast: Any, editor: Client) -> None:
    with pytest.raises(Invalid):
        sheets.unpacked("x")
    with pytest.raises(Stale):
        actions.put_rows(version=draft, rows=[], seen="", by=cast["policy_edit"])

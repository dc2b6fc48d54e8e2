"""A policy draft as a spreadsheet: one row a policy row, one column a field; read back with a fault for each wrong cell."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from django.core import signing
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from cases.errors import Invalid
from cases.policy.conditions import conditions_shown, conditions_typed, split
from cases.policy.rules import SECTIONS, Row
from cases.policy.validity import faults_of_row
from cases.sheets import Fault
from cases.text import clean

MOST_BYTES, MOST_UNPACKED, MOST_ROWS = 2 * 1024 * 1024, 12 * 1024 * 1024, 2000
SALT = "policy.sheet"

PLACE = ("section", "key", "position", "clause", "note_zh", "note_en")
AMOUNTS = ("amount", "cap", "over", "from", "to", "under", "ratio", "percent")
COUNTS = ("count", "workdays", "days", "members", "present", "approve", "valid_days", "share")
SWITCHES = ("on", "out_of_scope", "may_raise", "required")
WORDS = ("shape", "item", "mode", "name_zh", "name_en", "document", "group")
COLUMNS = (*PLACE, "when", "shape", *AMOUNTS, *COUNTS, *SWITCHES, "order", *WORDS[1:], "other")
TITLES: Mapping[str, str] = {
    "section": "部分 section", "key": "条目 key", "position": "次序 position", "clause": "条款 clause",
    "note_zh": "中文说明 note_zh", "note_en": "英文说明 note_en", "when": "什么时候适用 when", "shape": "算法 shape",
    "amount": "金额 amount", "cap": "最高 cap", "over": "超过 over", "from": "不低于 from", "to": "不超过 to", "under": "低于 under",
    "ratio": "比例 ratio", "percent": "上浮 percent", "count": "次数 count", "workdays": "工作日 workdays", "days": "自然日 days",
    "members": "成员 members", "present": "到会 present", "approve": "通过 approve", "valid_days": "有效天数 valid_days", "share": "百分之几 share",
    "on": "启用 on", "out_of_scope": "目录外计入 out_of_scope", "may_raise": "市县可调高 may_raise", "required": "必交 required",
    "order": "扣减顺序 order", "item": "费用项目 item", "mode": "算法选择 mode", "name_zh": "中文名称 name_zh",
    "name_en": "英文名称 name_en", "document": "材料代码 document", "group": "分组 group", "other": "其他 other",
}  # fmt: skip


@dataclass(slots=True)
class Read:
    """What a spreadsheet says: rows, or the faults of its cells."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, column: str, line: int, sentence: Any) -> None:
        """Note a wrong cell."""
        letter = get_column_letter(COLUMNS.index(column) + 1 if column in COLUMNS else len(COLUMNS))
        self.faults.append(Fault(f"{letter}{line}", sentence))


def written(rows: Iterable[Row]) -> bytes:
    """导出: the rows as xlsx, every cell as text so that no digit is lost and nothing is taken for a formula."""
    book = Workbook()
    sheet = book.active
    sheet.title = "政策"
    sheet.append([TITLES[name] for name in COLUMNS])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = 16
    for at, row in enumerate(rows, start=2):
        for column, name in enumerate(COLUMNS, start=1):
            cell = sheet.cell(at, column)
            cell.number_format, cell.data_type = "@", "s"
            cell.value = _out(row, name) or None
            if cell.data_type == "f":
                cell.data_type = "s"
    sheet.freeze_panes = "C2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _out(row: Row, name: str) -> str:
    if name in PLACE:
        return str(getattr(row, name))
    if name == "when":
        return conditions_shown(row.when)
    if name == "other":
        other = {key: part for key, part in row.value.items() if key not in COLUMNS or key in PLACE}
        return json.dumps(other, ensure_ascii=False) if other else ""
    value = row.value.get(name)
    if isinstance(value, bool):
        return "是" if value else "否"
    return ",".join(str(one) for one in value) if isinstance(value, list) else "" if value is None else str(value)


def read(data: bytes, *, clauses: Collection[str]) -> Read:
    """试导入: the rows of a spreadsheet, or every wrong cell. Raises Invalid for what is no spreadsheet of ours."""
    told = Read()
    seen: set[tuple[str, str]] = set()
    for line, cells in enumerate(_cells(data, told), start=2):
        if not any(cell not in (None, "") for cell in cells.values()):
            continue
        row = _row(told, line, cells)
        for fault in faults_of_row(row):
            told.fault("when" if fault.field == "when" else fault.field, line, fault.message)
        if row.section not in SECTIONS:
            told.fault("section", line, _("没有这个部分。"))
        if not row.key.replace("_", "").isalnum() or not row.key.isascii():
            told.fault("key", line, _("只能用字母、数字和下划线，比如 band4。"))
        if (row.section, row.key) in seen:
            told.fault("key", line, _("同一条目写了两次。"))
        if row.clause and row.clause not in clauses:
            told.fault("clause", line, _("办法里没有这一条。请先在办法里写上条文。"))
        seen.add((row.section, row.key))
        told.rows.append(row)
    if not told.rows and not told.faults:
        raise _unreadable(_("表格是空的。请先导出，在导出的表格上改。"))
    return told


def _cells(data: bytes, told: Read) -> list[dict[str, Any]]:
    sheet = _opened(data)
    if sheet.max_row > MOST_ROWS or sheet.max_column > 4 * len(COLUMNS):
        raise _unreadable(_("行数太多，最多 2000 行。"))
    for merged in sheet.merged_cells.ranges:
        told.faults.append(Fault(merged.coord, _("请取消合并单元格，每格各写各的。")))
    lines = list(sheet.iter_rows(values_only=True))
    titles = [clean(str(one or "")) for one in (lines[0] if lines else ())]
    while titles and not titles[-1]:
        titles.pop()
    if titles != [TITLES[name] for name in COLUMNS]:
        raise _unreadable(_("这不是政策表格，或者第一行的列名改过。请先导出，在导出的表格上改。"))
    return [dict(zip(COLUMNS, line, strict=False)) for line in lines[1:]]


def _opened(data: bytes) -> Any:
    if len(data) > MOST_BYTES or not data.startswith(b"PK"):
        raise _unreadable(_("打不开这个文件。请上传导出后改好的 xlsx，最大 2 MB。"))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise _unreadable(_("行数太多，最多 2000 行。"))
        return load_workbook(io.BytesIO(data)).worksheets[0]
    except Invalid:
        raise
    except Exception as error:  # a broken file breaks the library in many ways, and each means the same to people
        raise _unreadable(_("打不开这个文件。请上传导出后改好的 xlsx，最大 2 MB。")) from error


def _row(told: Read, line: int, cells: Mapping[str, Any]) -> Row:
    texts = {name: _text(told, line, name, cell) for name, cell in cells.items()}
    value: dict[str, Any] = {}
    for name in COLUMNS[len(PLACE) :]:
        if text := texts.get(name, ""):
            value |= _value(told, line, name, text)
    position = _whole(texts.get("position") or "0")
    if position is None or not 0 <= position <= 999:
        told.fault("position", line, _("应是整数。"))
    place = {name: texts.get(name, "") for name in PLACE if name != "position"}
    return Row(
        place["section"], place["key"], value, position or 0, place["clause"], place["note_zh"], place["note_en"]
    )


def _text(told: Read, line: int, name: str, cell: Any) -> str:
    if isinstance(cell, date | time):
        told.fault(name, line, _("这里不能是日期。请把这一格设成文本再写。"))
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    text = str(cell if cell is not None else "")
    if text.startswith(("=", "#")):
        told.fault(name, line, _("这里不能是公式或错误值。请写成文字或数字。"))
        return ""
    return text.strip() if name.startswith("note") else clean(text)


def _value(told: Read, line: int, name: str, text: str) -> dict[str, Any]:
    if name == "when":
        return {"when": conditions_typed(text)}
    if name == "order":
        return {"order": split(text)}
    if name in COUNTS:
        whole = _whole(text)
        return {name: text if whole is None else whole}
    if name in SWITCHES:
        return {name: {"是": True, "否": False}.get(text, text)}
    if name != "other":
        return {name: text.replace(",", "").replace("，", "") if name in AMOUNTS else text}
    try:
        other = json.loads(text, parse_float=str)
    except ValueError:
        other = None
    if not isinstance(other, dict):
        told.fault("other", line, _("看不懂。请照导出的样子写，或者清空。"))
        return {}
    return other


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _unreadable(sentence: Any) -> Invalid:
    return Invalid(sentence, fields={"file": sentence}, code="unreadable")


def packed(rows: Iterable[Row]) -> str:
    """The rows that were tried, signed, so that the page carries them and nobody changes them on the way."""
    told = [[r.section, r.key, r.value, r.position, r.clause, r.note_zh, r.note_en] for r in rows]
    return signing.dumps(told, salt=SALT, compress=True)


def unpacked(text: str) -> list[Row]:
    """The rows that were tried. Raises Invalid for anything else, or after an hour."""
    try:
        told = signing.loads(text, salt=SALT, max_age=3600)
    except signing.BadSignature:
        raise Invalid(_("请重新上传，看一遍改动再保存。"), code="unreadable") from None
    return [Row(*one) for one in told]

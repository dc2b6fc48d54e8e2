"""The bank's files: a versioned template writes the same bytes each time, and answers are read strictly."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid
from cases.money.rules import Theirs

FORMATS = Path(__file__).parent / "formats"
CURRENT = "generic-1"
MOST_BYTES = 4 * 1024 * 1024

RESULTS = {"成功": "paid", "失败": "failed", "退汇": "returned", "处理中": "processing"}
_STARTS_A_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True)
class Template:
    """银行文件模板: columns, separator, encoding and control lines of one bank's file, with its version (F60)."""

    name: str
    version: int
    title: str
    encoding: str
    separator: str
    newline: str
    use: str
    most_lines: int
    header: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    footer: tuple[str, ...]

    @property
    def code(self) -> str:
        return f"{self.name}-{self.version}"


@dataclass(frozen=True, slots=True)
class Row:
    """One payment as the file writes it."""

    seq: int
    account: str
    holder: str
    fen: int
    bank_name: str
    cnaps: str
    business_no: str


@dataclass(frozen=True)
class Answer:
    """回盘内容: the lines of an answer, or the sentence with which the bank refused the whole file."""

    batch: str
    lines: tuple[Theirs, ...] = ()
    is_refusal: bool = False
    reason: str = ""


@cache
def template(code: str = CURRENT) -> Template:
    """The template of that name and version; KeyError for one that was never shipped."""
    path = FORMATS / f"{code}.json"
    if not path.is_file():
        raise KeyError(code)
    raw = json.loads(path.read_text(encoding="utf-8"))
    columns = tuple((column["title"], column["value"]) for column in raw.pop("columns"))
    return Template(columns=columns, header=tuple(raw.pop("header")), footer=tuple(raw.pop("footer")), **raw)


def fault_of(form: Template, *values: str) -> str:
    """Why values cannot stand in the file: "letters" the encoding lacks, "symbols" that would shift a column; or ""."""
    for value in values:
        if value.startswith(_STARTS_A_FORMULA) or form.separator in value or any(ord(char) < 32 for char in value):
            return "symbols"
        try:
            value.encode(form.encoding)
        except UnicodeEncodeError:
            return "letters"
    return ""


def text_of(fen: int) -> str:
    """Fen as the file writes them: 1200.50."""
    return f"{fen // 100}.{fen % 100:02d}"


def write(form: Template, *, batch: str, day: date, rows: Sequence[Row]) -> bytes:
    """代发文件: the same rows give the same bytes. Control lines carry number of lines and total (总笔数、总金额)."""
    control = {
        "batch": batch,
        "date": f"{day:%Y%m%d}",
        "count": str(len(rows)),
        "total": text_of(sum(row.fen for row in rows)),
    }
    lines = [_control(form.header, control), [title for title, _value in form.columns]]
    lines += [[_cell(form, row, value) for _title, value in form.columns] for row in rows]
    lines.append(_control(form.footer, control))
    return "".join(form.separator.join(cells) + form.newline for cells in lines).encode(form.encoding)


def digest(data: bytes) -> str:
    """SHA-256 of a file (F63)."""
    return hashlib.sha256(data).hexdigest()


def write_query(form: Template, *, batch: str, numbers: Sequence[str]) -> bytes:
    """查询文件: asks the bank about payments by our own numbers; it orders nothing."""
    lines = [["查询", batch, str(len(numbers))], *([number] for number in numbers)]
    return "".join(form.separator.join(cells) + form.newline for cells in lines).encode(form.encoding)


def read_answer(form: Template, data: bytes) -> Answer:
    """Read an answer file (回盘文件). Raises Invalid naming the line and what is wrong; a short file is no answer."""
    if len(data) > MOST_BYTES:
        raise Invalid(_("文件太大，不像回盘文件。请核对选择的文件。"))
    try:
        text = data.decode(form.encoding)
    except UnicodeDecodeError:
        raise Invalid(
            format_lazy(_("文件的编码不是 {encoding}，打不开。请向银行要原来的文件。"), encoding=form.encoding.upper())
        ) from None
    lines = [line.split(form.separator) for line in text.splitlines() if line.strip()]
    head = lines[0] if lines else []
    if len(head) == 3 and head[0] == "拒收":
        return Answer(head[1], is_refusal=True, reason=head[2][:120])
    if len(head) != 4 or head[0] != "回盘":
        raise Invalid(_("第 1 行应是“回盘|批次号|笔数|金额”。请核对选择的文件。"))
    read = tuple(_line(number, cells) for number, cells in enumerate(lines[1:], 2))
    total = sum(line.fen for line in read)
    if head[2] != str(len(read)) or _fen(head[3]) != total:
        raise Invalid(
            format_lazy(
                _("文件不完整：第 1 行写着 {said} 笔 {sum} 元，实际 {count} 笔 {total} 元。请重新下载。"),
                said=head[2][:12],
                sum=head[3][:20],
                count=len(read),
                total=text_of(total),
            )
        )
    return Answer(head[1], lines=read)


def _line(number: int, cells: list[str]) -> Theirs:
    if len(cells) != 6:
        raise _wrong(number, _("应有 6 列：业务编号、账号、户名、金额、结果、原因"))
    business_no, account, holder, amount, result, reason = (cell.strip() for cell in cells)
    fen = _fen(amount)
    if fen is None:
        raise _wrong(number, _("金额应是两位小数的数字"))
    if result not in RESULTS:
        raise _wrong(number, _("结果应是 成功、失败、退汇 或 处理中"))
    return Theirs(number, business_no[:40], holder[:80], account[-4:], fen, RESULTS[result], reason[:80])


def _wrong(number: int, what: Any) -> Invalid:
    return Invalid(format_lazy(_("第 {number} 行：{what}。"), number=number, what=what), fields={str(number): what})


def _fen(amount: str) -> int | None:
    try:
        value = Decimal(amount) * 100
    except InvalidOperation:
        return None
    if not value.is_finite() or not 0 <= value < 10**13 or value != value.to_integral_value():
        return None
    return int(value)


def _control(cells: Sequence[str], values: Mapping[str, str]) -> list[str]:
    return [cell.format(**values) for cell in cells]


def _cell(form: Template, row: Row, value: str) -> str:
    if value == "amount":
        return text_of(row.fen)
    return form.use if value == "use" else str(getattr(row, value))

"""A simulated bank (模拟银行) for tests and demonstrations: takes the file, answers in another order, with faults.

It moves no money and calls nobody. It remembers what it paid, so that a test can see whether anything was paid twice.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cases.money.bankfile import CURRENT, RESULTS, template, text_of

_WORDS = {code: word for word, code in RESULTS.items()}


class Fault(StrEnum):
    """What goes wrong with a line, or with the whole file."""

    NONE = "none"
    ACCOUNT = "account"
    MISSING = "missing"
    DOUBLED = "doubled"
    UNKNOWN_LINE = "unknown_line"
    OFF_BY_A_FEN = "off_by_a_fen"
    OTHER_NAME = "other_name"
    PROCESSING = "processing"
    FILE_REFUSED = "file_refused"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Order:
    """One payment that the bank was told to make."""

    business_no: str
    account: str
    holder: str
    fen: int


@dataclass
class SimulatedBank:
    """模拟银行: `paid` counts how often each business number was really paid."""

    paid: dict[str, int] = field(default_factory=dict)
    orders: dict[str, dict[str, Order]] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)

    def take(self, data: bytes, faults: Mapping[int, Fault] | None = None) -> None:
        """Receive a file; the same batch number twice is ignored, as banks do."""
        batch, orders = read_orders(data)
        if batch in self.orders:
            return
        self.orders[batch] = {order.business_no: order for order in orders}
        told = faults or {}
        if Fault.FILE_REFUSED in told.values():
            self.refused.add(batch)
            return
        for index, order in enumerate(orders):
            if told.get(index) is Fault.ACCOUNT:
                self.failed.add(order.business_no)
            else:
                self.paid[order.business_no] = self.paid.get(order.business_no, 0) + 1

    def answer(
        self, batch: str, faults: Mapping[int, Fault] | None = None, *, seed: int = 0, only: Iterable[str] | None = None
    ) -> bytes | None:
        """The answer file in another order; None when the bank is silent."""
        told = faults or {}
        if batch in self.refused:
            return _bytes([["拒收", batch, "文件控制总数不符"]])
        if Fault.SILENT in told.values():
            return None
        wanted = set(only) if only is not None else None
        lines: list[list[str]] = []
        for index, order in enumerate(self.orders[batch].values()):
            if wanted is None or order.business_no in wanted:
                lines += self._lines(order, told.get(index, Fault.NONE))
        random.Random(seed).shuffle(lines)
        return _with_head(batch, lines)

    def ask(self, query: bytes) -> bytes:
        """Answer a query file truthfully."""
        head, *rest = [line.split("|") for line in query.decode(template(CURRENT).encoding).splitlines()]
        answer = self.answer(head[1], only=[cells[0] for cells in rest])
        assert answer is not None
        return answer

    def send_back(self, batch: str, numbers: Iterable[str], *, reason: str = "账户已销户") -> bytes:
        """Late returns (退汇), days or weeks after the success."""
        lines = []
        for number in numbers:
            order = self.orders[batch][number]
            if self.paid.get(number):
                self.paid[number] -= 1
                self.returned.add(number)
            lines.append(_cells(order, "returned", reason))
        return _with_head(batch, lines)

    def _lines(self, order: Order, fault: Fault) -> list[list[str]]:
        if fault is Fault.MISSING:
            return []
        if fault is Fault.OFF_BY_A_FEN:
            return [_cells(Order(order.business_no, order.account, order.holder, order.fen + 1), "paid")]
        if fault is Fault.OTHER_NAME:
            return [_cells(Order(order.business_no, order.account, "演示他人", order.fen), "paid")]
        if fault is Fault.PROCESSING:
            return [_cells(order, "processing")]
        own = _cells(order, *self._word(order))
        if fault is Fault.DOUBLED:
            return [own, own]
        if fault is Fault.UNKNOWN_LINE:
            return [own, _cells(Order(f"ZZ{order.business_no[2:]}", order.account, order.holder, order.fen), "paid")]
        return [own]

    def _word(self, order: Order) -> tuple[str, str]:
        if order.business_no in self.returned:
            return "returned", "账户已销户"
        return ("failed", "户名不符") if order.business_no in self.failed else ("paid", "")


def read_orders(data: bytes) -> tuple[str, list[Order]]:
    """The batch number and payments of a file; a file whose control totals do not tie is a fault of ours."""
    lines = [line.split("|") for line in data.decode(template(CURRENT).encoding).splitlines()]
    head, rows, foot = lines[0], lines[2:-1], lines[-1]
    orders = [Order(row[7], row[1], row[2], int(row[3].replace(".", ""))) for row in rows]
    if head[3:] != foot[1:] or head[3] != str(len(orders)) or head[4] != text_of(sum(order.fen for order in orders)):
        raise ValueError("control totals do not tie")
    return head[1], orders


def _cells(order: Order, result: str, reason: str = "") -> list[str]:
    masked = "*" * (len(order.account) - 4) + order.account[-4:]
    return [order.business_no, masked, order.holder, text_of(order.fen), _WORDS[result], reason]


def _with_head(batch: str, lines: list[list[str]]) -> bytes:
    total = sum(int(cells[3].replace(".", "")) for cells in lines)
    return _bytes([["回盘", batch, str(len(lines)), text_of(total)], *lines])


def _bytes(lines: list[list[str]]) -> bytes:
    return "".join("|".join(cells) + "\r\n" for cells in lines).encode(template(CURRENT).encoding)

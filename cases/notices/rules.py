"""How a notice is read and written: numbers, tails, dates in words, and a text with light marks made into a letter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cases.calendar.rules import local_day
from cases.text import capitals, clean, money

LANGUAGES = ("zh-hans", "en")

NAMES: dict[str, tuple[str, str]] = {
    "N01": ("受理回执", "Receipt"),
    "N02": ("一次性补正告知书", "What is missing"),
    "N03": ("不予受理告知书", "Not accepted"),
    "N07": ("进度通知", "Progress"),
    "N08": ("拟救助公示告知书", "Before the public notice"),
    "N09": ("准予救助决定书", "Grant"),
    "N10": ("不予救助决定书", "Refusal"),
    "N11": ("轮候通知", "Waiting list"),
    "N12": ("付款通知", "Payment"),
    "N13": ("付款失败更正通知", "Payment failed"),
    "N16": ("手术、验配通知单", "Permit"),
    "N17": ("验配通知", "Fitting"),
    "N18": ("转诊告知书", "Referral"),
    "N21": ("不予追认及追回通知书", "Recovery"),
    "N22": ("终止或中止通知", "Stopped or suspended"),
    "N30": ("给您的消息", "Message from the office"),
    "N31": ("急难救助告知书", "Urgent aid"),
}
"""Codes of the notices (domain.md 12) with what staff call them."""

NEEDS: dict[str, frozenset[str]] = {
    "N02": frozenset({"items"}),
    "N03": frozenset({"reasons"}),
    "N08": frozenset({"amount", "days"}),
    "N09": frozenset({"amount", "working"}),
    "N10": frozenset({"reasons"}),
    "N12": frozenset({"amount", "account_tail"}),
    "N13": frozenset({"account_tail"}),
    "N16": frozenset({"permits"}),
    "N21": frozenset({"amount", "reasons"}),
    "N22": frozenset({"reasons"}),
    "N30": frozenset({"words"}),
    "N31": frozenset({"amount", "account_tail"}),
}
"""What a notice cannot be written without, beside `due_on`, which all need."""

SMS_WORDS = (
    "office", "tail", "stage", "coming", "due", "phone", "link", "count", "accepted", "suspended", "withdrawn", "lapsed",
)  # fmt: skip
"""All that a short message may say: made from these alone, no name, illness, ID or amount can slip in. `stage` and `coming`
are the words of the progress page for the state of the case."""


@dataclass(frozen=True)
class Block:
    """One piece of a letter: kind p (paragraph), h (heading), list, facts (rows of two), quote (clause)."""

    kind: str
    text: str = ""
    points: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Letter:
    """一封通知: its title, its blocks, the next step, and the short message that goes with it."""

    title: str
    blocks: list[Block]
    next_step: str
    sms: str

    def to_json(self) -> dict[str, Any]:
        """As it is stored and read back: a stored letter is never written again from newer texts."""
        return asdict(self)

    def plain(self, language: str) -> str:
        """The letter as plain text, with the marks of its language."""
        colon = ": " if language == "en" else "："
        lines = [self.title]
        for block in self.blocks:
            lines += [block.text] if block.text else []
            lines += [f"- {item}" for item in block.points]
            lines += [f"{name}{colon}{value}" for name, value in block.rows]
        return "\n".join([*lines, self.next_step])


def case_tail(number: str | None) -> str:
    """尾号: the last four digits of the serial with the check character: 640422-2026-000123-7 gives 0123-7."""
    parts = (number or "").split("-")
    return f"{parts[-2][-4:]}-{parts[-1]}" if len(parts) >= 2 else (number or "")[-6:]


def notice_number(case_number: str, code: str, earlier: int) -> str:
    """文号: the number of the case, the code of the notice, and which one of its kind it is."""
    return f"{case_number}-{code}-{earlier + 1:02d}"


def day_words(day: date, language: str) -> str:
    """2026 年 12 月 1 日, in English 1 December 2026."""
    if language == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_AMOUNTS = {"amount", "self_pay", "wanted"}


def localise(value: Any, language: str, name: str = "") -> Any:
    """Data as one language says it: pairs x_zh and x_en become x, days and amounts become words, all on one line."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return _localised(value, language)
    if isinstance(value, list | tuple):
        return [localise(item, language) for item in value]
    if isinstance(value, bool | int) or value is None:
        return value
    if isinstance(value, Decimal) or (name in _AMOUNTS and value != ""):
        return money(Decimal(str(value)))
    if isinstance(value, datetime):
        return day_words(local_day(value), language)
    if isinstance(value, date):
        return day_words(value, language)
    return clean(str(value))


def _localised(data: Mapping[str, Any], language: str) -> dict[str, Any]:
    mine, other = ("_en", "_zh") if language == "en" else ("_zh", "_en")
    out: dict[str, Any] = {}
    for key, value in data.items():
        if key.endswith(other) and f"{key[:-3]}{mine}" in data:
            continue
        short = key[:-3] if key.endswith((mine, other)) else key
        out[short] = localise(value, language, short)
    if data.get("amount") not in (None, ""):
        out["amount_capitals"] = _in_capitals(Decimal(str(data["amount"])))
    return out


def _in_capitals(amount: Decimal) -> str:
    return capitals(amount) if amount >= 0 else ""


def due_words(due_on: date, provisional: bool, language: str) -> str:
    """The last day in words, marked 暂定 when it was counted through a year whose calendar is not announced."""
    words = day_words(due_on, language)
    if not provisional:
        return words
    return f"{words} (provisional)" if language == "en" else f"{words}（暂定）"


def parse(text: str) -> Letter:
    """A rendered text made into a letter.

    The first line is the title; `## ` heads a part, `- ` is an item, `| name | value` a fact, `> ` a clause; the parts
    `=== next` and `=== sms` end it. Blank lines do not count. Raises ValueError without title, next step or message.
    """
    parts: dict[str, list[str]] = {"": []}
    name = ""
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("=== "):
            name = line[4:].strip()
            parts[name] = []
        elif line:
            parts[name].append(line)
    if not parts[""] or not parts.get("next") or not parts.get("sms"):
        raise ValueError("a notice needs a title, a next step and a short message")
    title, *body = parts[""]
    joint = " " if title.isascii() else ""
    return Letter(title, _blocks(body), joint.join(parts["next"]), joint.join(parts["sms"]))


def _blocks(lines: list[str]) -> list[Block]:
    blocks: list[Block] = []
    for line in lines:
        if line.startswith("## "):
            blocks.append(Block("h", line[3:]))
        elif line.startswith("> "):
            blocks.append(Block("quote", line[2:]))
        elif line.startswith("- "):
            _last(blocks, "list").points.append(line[2:])
        elif line.startswith("| "):
            label, _, value = line[2:].partition(" | ")
            _last(blocks, "facts").rows.append([label.strip(), value.strip()])
        else:
            blocks.append(Block("p", line))
    return blocks


def _last(blocks: list[Block], kind: str) -> Block:
    if not blocks or blocks[-1].kind != kind:
        blocks.append(Block(kind))
    return blocks[-1]

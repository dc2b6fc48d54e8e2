"""Who may be registered (登记): one person at a counter or a row of a spreadsheet, judged by the same rules: pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.people.rules import check_id, check_name, check_phone, id_for_matching
from cases.sheets import Grid, Judged, day_in, read_rows
from cases.text import clean

NAME, ID, PHONE, PLACE, CONSENT, AGREED = COLUMNS = ("姓名", "证件号码", "手机号", "村（社区）", "同意方式", "同意日期")
HOW = {"本人签字": "signed", "家属签字": "guardian", "口头同意": "oral"}
Told = tuple[Any, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """一条登记: a person who may be registered, with the row of the spreadsheet (0 at a counter)."""

    row: int
    name: str
    id_no: str
    phone: str
    sex: str
    born: date
    place: str
    consent: str
    agreed_on: date

    def as_data(self) -> dict[str, Any]:
        """As it is kept while it waits."""
        return asdict(self) | {"born": self.born.isoformat(), "agreed_on": self.agreed_on.isoformat()}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Entry:
        """The other way round."""
        days = {key: date.fromisoformat(data[key]) for key in ("born", "agreed_on")}
        return cls(**{**data, **days})


@dataclass(frozen=True)
class Asked:
    """What the rows are judged by: the places where whoever registers may, by code and by name, and the present day."""

    places: Mapping[str, str]
    today: date


def read_register(table: Grid, asked: Asked) -> Judged[Entry]:
    """Judge a register; each fault is a sentence with its cell."""
    same = _("和第 {row} 行是同一个证件号码。请删去重复的一行。")
    return read_rows(
        table, COLUMNS, lambda given, row: judged(given, asked, row=row),
        once=(ID, lambda entry: id_for_matching(entry.id_no), same),
    )  # fmt: skip


def judged(given: Mapping[str, Any], asked: Asked, *, row: int = 0) -> tuple[Entry | None, dict[str, Any]]:
    """One person as given, by the names of the columns; answers the entry, or the sentence for each cell that is wrong."""
    wrong: dict[str, Any] = {}

    def cell(name: str, judge: Callable[..., Told], *more: Any) -> Any:
        value, sentence = judge(given[name], *more)
        if sentence:
            wrong[name] = sentence
        return value

    name = cell(NAME, _name)
    person = cell(ID, _person, asked.today)
    phone = cell(PHONE, _phone)
    place = cell(PLACE, _place, asked.places)
    consent = cell(CONSENT, _consent)
    agreed = cell(AGREED, _agreed, asked.today)
    if wrong:
        return None, wrong
    return Entry(row, name, person.value, phone, str(person.sex), person.birth_date, place, consent, agreed), {}


def _name(value: Any) -> Told:
    verdict = check_name(str(value))
    return verdict.value, "" if verdict.ok else verdict.message


def _person(value: Any, today: date) -> Told:
    if isinstance(value, (int, float)):
        return None, _("证件号码变成了数字，末几位已经丢失。请把这一列设为“文本”，再填一次。")
    verdict = check_id(str(value), today=today)
    return verdict, "" if verdict.ok else verdict.message


def _phone(value: Any) -> Told:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else clean(str(value))
    if not text:
        return "", ""
    verdict = check_phone(text)
    return verdict.value, "" if verdict.ok else verdict.message


def _place(value: Any, places: Mapping[str, str]) -> Told:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else clean(str(value)).replace(" ", "")
    found = places.get(text)
    if found:
        return found, ""
    return "", _("您负责的地方没有这个村（社区）。请填 12 位代码，或“乡镇名+村名”。")


def _consent(value: Any) -> Told:
    text = clean(str(value))
    found = HOW.get(text) or next((code for code in HOW.values() if code == text.lower()), None)
    return found, "" if found else _("没有本人同意不能登记。请填：本人签字、家属签字或口头同意。")


def _agreed(value: Any, today: date) -> Told:
    found = day_in(value)
    if found is None:
        return None, _("日期看不明白。请写成 2026-11-02 这样。")
    return found, _("日期不能晚于今天") if found > today else ""


def place_names(rows: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """How the villages of an area may be named: by code, by town and village, by the village alone where only one is called so.

    `rows` maps each code to the names of its town and itself.
    """
    found = {code: code for code in rows}
    alone: dict[str, list[str]] = {}
    for code, (town, name) in rows.items():
        found[f"{town}{name}".replace(" ", "")] = code
        alone.setdefault(name.replace(" ", ""), []).append(code)
    return found | {name: codes[0] for name, codes in alone.items() if len(codes) == 1 and name not in found}


def number_of(text: str) -> int | None:
    """The order number in what somebody typed: 12 or SC3-00012."""
    digits = clean(text).upper().rsplit("-", 1)[-1]
    return int(digits) if digits.isdigit() and digits.isascii() and len(digits) < 9 else None

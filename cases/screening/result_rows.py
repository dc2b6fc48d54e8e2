"""Results of a screening day from a spreadsheet (结果表): each row one person, read into what the page of a person would have asked, and judged by the same rules: pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from cases.errors import Invalid
from cases.people.queries import name_key
from cases.screening import ears, lens
from cases.screening.outcomes import CLOUDED, CONTRA_EYE, EYES, FLAG_NAMES, OTHER_EYE, OTOSCOPY
from cases.screening.working import HERTZ, day_fault, work_out
from cases.sheets import Grid, Judged, day_in, read_rows
from cases.text import clean, listed

NUMBER, NAME, DAY = "登记号", "姓名", "检查日期"
YES = {"是": True, "有": True, "√": True, "YES": True, "否": False, "无": False, "NO": False}
TEXT, DATE, YES_NO = "text", "date", "yes"
LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True, slots=True)
class Column:
    """一列: what it is called, the finding that it holds, how a cell is read, and whether it must be there.

    `words` are those to choose from; `many` may be chosen at once.
    """

    name: str
    finding: str
    reads: str = TEXT
    words: tuple[tuple[str, Any], ...] = ()
    many: bool = False
    asked: bool = False


@cache
def columns_of(kind: str) -> tuple[Column, ...]:
    """The columns of a sheet for eyes or ears, as the template has them."""
    of_side, of_person = (_eye, _AGAINST) if kind == EYES else (_ear, _HEARD)
    part = "眼" if kind == EYES else "耳"
    sides = [column for side, word in (("right", "右"), ("left", "左")) for column in of_side(side, word + part)]
    first = (Column(NUMBER, "", asked=True), Column(NAME, ""), Column(DAY, "examined_on", DATE, asked=True))
    return (*first, *sides, *of_person)


def _eye(side: str, word: str) -> Iterable[Column]:
    yield Column(f"{word}裸眼视力", f"{side}_bare", asked=True)
    yield Column(f"{word}矫正视力", f"{side}_best")
    yield Column(f"{word}晶状体", f"{side}_lens", words=CLOUDED, asked=True)
    for name, (label, _most) in lens.GRADES.items():
        yield Column(f"{word}{label}", f"{side}_{name}")
    yield Column(f"{word}眼压", f"{side}_pressure")
    yield Column(f"{word}别的眼病", f"{side}_others", words=tuple(OTHER_EYE.items()), many=True)
    yield Column(f"{word}需要手术", f"{side}_needed", YES_NO)


def _ear(side: str, word: str) -> Iterable[Column]:
    for hertz in HERTZ:
        yield Column(f"{word}{hertz}", f"{side}_{hertz}", asked=hertz in ears.FREQUENCIES)
    yield Column(f"{word}平均", f"{side}_average")
    yield Column(f"{word}耳镜", f"{side}_otoscopy", words=tuple(OTOSCOPY.items()), many=True)


_AGAINST = (Column("不能手术的原因", "against", words=tuple(CONTRA_EYE.items()), many=True),)
_HEARD = (
    Column("最大输出", "limit"),
    Column("先看耳科", "flags", words=tuple(FLAG_NAMES.items()), many=True),
    Column("已戴助听器", "wears_one", YES_NO),
)


@dataclass(frozen=True, slots=True)
class Known:
    """登记过的人 whom the team may examine: by whom a row is judged. `had` is the day of the result there is."""

    name_key: str
    born: date
    first_day: date
    had: date | None


@dataclass(frozen=True)
class Measuring:
    """What the rows are judged by: what is measured, under which standard and limits, who there is by number, and the present day."""

    campaign: int
    kind: str
    standard: str
    limits: Mapping[str, Any]
    people: Mapping[int, Known]
    today: date


@dataclass(frozen=True, slots=True)
class Measured:
    """一行结果: whose, of which day, and what was found."""

    row: int
    serial: int
    examined_on: date
    findings: dict[str, Any]

    def as_data(self) -> dict[str, Any]:
        """As it is kept while it waits."""
        return {"examined_on": self.examined_on.isoformat(), "findings": self.findings}


def read_results(table: Grid, by: Measuring) -> Judged[Measured]:
    """Judge a sheet of results; each fault is a sentence with its cell."""
    columns = columns_of(by.kind)
    same = _("和第 {row} 行是同一个登记号。请删去重复的一行。")
    return read_rows(
        table, [column.name for column in columns], lambda given, row: _judged(given, by, row),
        once=(NUMBER, lambda entry: entry.serial, same), optional=[column.name for column in columns if not column.asked],
    )  # fmt: skip


def _judged(given: Mapping[str, Any], by: Measuring, row: int) -> tuple[Measured | None, dict[str, Any]]:
    wrong: dict[str, Any] = {}
    serial, person = _whose(given, by, wrong)
    findings: dict[str, Any] = {}
    columns = columns_of(by.kind)
    for column in columns:
        if column.finding:
            value, sentence = _cell(given[column.name], column)
            if sentence:
                wrong[column.name] = sentence
            elif value not in ("", None, False, []):
                findings[column.finding] = value
    day = findings.pop("examined_on", None)
    if day is None or person is None:
        return None, wrong
    late = day_fault(day, first=person.first_day, today=by.today)
    if late:
        wrong[DAY] = late
    try:
        work_out(by.kind, findings, born=person.born, on=day, standard=by.standard, limits=by.limits)
    except Invalid as fault:
        called = {column.finding: column.name for column in columns}
        wrong = {called[name]: sentence for name, sentence in fault.fields.items()} | wrong
    return (None, wrong) if wrong else (Measured(row, serial, day, findings), {})


def _whose(given: Mapping[str, Any], by: Measuring, wrong: dict[str, Any]) -> tuple[int, Known | None]:
    """The person of the row, by the number; a name that stands beside it must be that person's."""
    found = re.fullmatch(r"(?:SC([0-9]{1,9})-)?([0-9]{1,8})", _text(given[NUMBER])[0].upper())
    if found is None:
        wrong[NUMBER] = format_lazy(_("登记号写 {like} 这样，或者只写后面的数字。"), like=f"SC{by.campaign}-00012")
        return 0, None
    serial = int(found[2])
    person = by.people.get(serial) if found[1] in (None, str(by.campaign)) else None
    if person is None:
        wrong[NUMBER] = _("您的场次里没有这个登记号。没有登记的人请先登记。")
        return serial, None
    name = clean(str(given[NAME]))
    if name and name_key(name) != person.name_key:
        wrong[NAME] = _("姓名和登记号不是同一个人。请核对这一行。")
    if person.had is not None:
        said = _("这个人已有 {day} 的结果。请删去这一行；要更正，请到他的页面。")
        wrong[NUMBER] = format_lazy(said, day=person.had.isoformat())
    return serial, person


def _cell(value: Any, column: Column) -> tuple[Any, Any]:
    if column.reads == DATE:
        found = day_in(value)
        return found, "" if found else _("日期看不明白。请写成 2026-11-02 这样。")
    if column.reads == YES_NO:
        text = clean(str(value)).upper()
        return YES.get(text, False), "" if text in YES or not text else _("请填：是，或者否。")
    text, sentence = _text(value)
    if sentence or not column.words or not text:
        return text, sentence
    codes, rest = _chosen(text.upper(), _codes(column.words))
    if rest or not codes or (len(codes) > 1 and not column.many):
        return "", format_lazy(_("只能填这些：{words}。"), words=_choices(column.words))
    return (codes if column.many else codes[0]), ""


def _chosen(text: str, known: Mapping[str, str]) -> tuple[list[str], str]:
    """The codes whose words stand in a cell, in the order of the sheet's choices, and what stands there besides."""
    found = set()
    for word in sorted(known, key=len, reverse=True):
        if word in text:
            found.add(known[word])
            text = text.replace(word, " ")
    return [code for code in dict.fromkeys(known.values()) if code in found], re.sub(r"[、，,;；/\s]+", "", text)


def _text(value: Any) -> tuple[str, Any]:
    """What a cell says; a number that a program turned into a day cannot be turned back."""
    if isinstance(value, (date, datetime)):
        return "", _("这一格变成了日期。请把这一列设为“文本”，再填一次。")
    if isinstance(value, float):
        return f"{value:.10g}", ""
    return clean(str(value)), ""


@cache
def _codes(words: tuple[tuple[str, Any], ...]) -> dict[str, str]:
    """The codes by their words in each language, and by themselves."""
    found = {code.upper(): code for code, _said in words}
    for language in LANGUAGES:
        with override(language):
            found |= {str(said).upper(): code for code, said in words}
    return found


def _choices(words: tuple[tuple[str, Any], ...]) -> str:
    return listed(said for _code, said in words)

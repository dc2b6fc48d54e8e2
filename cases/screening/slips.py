"""The slip that everybody gets (结果通知单) and the letter to another doctor (转诊信), in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.people.rules import mask_id
from cases.screening.models import Registration, Result
from cases.screening.outcomes import CONTRA, CONTRA_EYE, EYES, NORMAL, OBSERVE, OPERABLE, OTOSCOPY, REFER, REFER_FOR
from cases.screening.working import side_words, wanted_side
from cases.text import listed, named

WORDS: dict[str, dict[str, Any]] = {
    EYES: {
        NORMAL: gettext_lazy("这次没有查出白内障。"),
        OBSERVE: gettext_lazy("有一点白内障，现在不用手术。"),
        REFER: gettext_lazy("要到医院再查一查。"),
        OPERABLE: gettext_lazy("您的白内障可以做手术。"),
        CONTRA: gettext_lazy("现在还不能做手术。"),
    },
    "ears": {
        NORMAL: gettext_lazy("您的听力正常。"),
        OBSERVE: gettext_lazy("听力有些下降，先不用配助听器。"),
        REFER: gettext_lazy("要到医院再查一查。"),
        OPERABLE: gettext_lazy("您可以配助听器。"),
        CONTRA: gettext_lazy("现在还不能配助听器。"),
    },
}
NEXT: dict[str, Any] = {
    NORMAL: gettext_lazy("一年以后再查一次。"),
    OBSERVE: gettext_lazy("半年以后再查一次，变差了随时去看。"),
    REFER: gettext_lazy("请带上转诊信，到医院去看。"),
    OPERABLE: gettext_lazy("可以申请救助。县里或村里会联系您，也可以打下面的电话。"),
    CONTRA: gettext_lazy("先把下面写的病治好，再打电话约复查。"),
}


def slip(registration: Registration, result: Result, kind: str) -> dict[str, Any]:
    """结果通知单 as data of a letter: what was found in plain words, both sides as measured, and what to do next."""
    return {
        "title": _("筛查结果通知单"),
        "number": registration.number,
        "facts": _facts(registration, result),
        "addressee": named(registration.name, "").strip(),
        "body": [str(WORDS[kind][result.outcome]), *_sides(result, kind)],
        "table": {"head": [_("检查"), _("结果")], "rows": _rows(result, kind)},
        "next": [str(NEXT[result.outcome]), *_against(result)],
        "office": str(registration.session.team) if registration.session else "",
        "date": result.examined_on,
        "large": True,
    }


def _facts(registration: Registration, result: Result) -> list[list[Any]]:
    return [
        [_("姓名"), str(registration.name)],
        [_("身份证号"), mask_id(str(registration.id_no))],
        [_("检查日期"), result.examined_on],
    ]


def _sides(result: Result, kind: str) -> list[str]:
    sides = result.worked["sides"]
    if result.outcome != OPERABLE:
        return []
    first = wanted_side(sides, result.worked["read"], result.worked["averages"])
    words = side_words(kind)
    both = listed(words[side] for side in sides)
    said = [_("可以做的是：%(sides)s。") % {"sides": both}]
    return said if len(sides) < 2 else [*said, _("建议先做：%(side)s。") % {"side": words[first]}]


def _rows(result: Result, kind: str) -> list[list[str]]:
    return [[one.words, one.value] for one in measured(result, kind)]


@dataclass(frozen=True)
class Measured:
    """One line of what was measured: what, as it was written down, and what a chart makes of it."""

    words: str
    value: str
    aside: str = ""


def measured(result: Result, kind: str) -> list[Measured]:
    """What was measured, line by line, as it was written down."""
    of_side = _of_eye if kind == EYES else _of_ear
    return [
        Measured(named(words, title), *told)
        for side, words in side_words(kind).items()
        for title, *told in of_side(result, side)
    ]


def _of_eye(result: Result, side: str) -> Iterator[tuple[Any, ...]]:
    read = result.worked["read"]
    for name, title in (("bare", _("裸眼视力")), ("best", _("矫正视力"))):
        if f"{side}_{name}" in read:
            yield title, read[f"{side}_{name}"]["raw"], f"logMAR {read[f'{side}_{name}']['logmar']}"
    if f"{side}_locs" in read:
        yield _("晶状体 LOCS III"), read[f"{side}_locs"]
    if f"{side}_pressure" in read:
        yield _("眼压"), _("%(mmhg)s 毫米汞柱") % {"mmhg": read[f"{side}_pressure"]}


def _of_ear(result: Result, side: str) -> Iterator[tuple[Any, ...]]:
    yield _("平均听阈"), _("%(db)s 分贝") % {"db": result.worked["averages"][side]}
    looked = result.findings.get(f"{side}_otoscopy") or ()
    if looked:
        yield _("耳镜"), listed(words for code, words in OTOSCOPY.items() if code in looked)


def _against(result: Result) -> list[str]:
    codes = result.findings.get("against") or []
    return [str(words) for code, words in CONTRA_EYE.items() if code in codes] if result.outcome == CONTRA else []


def referral(registration: Registration, result: Result, kind: str) -> dict[str, Any]:
    """转诊信 as data of a letter: to whichever doctor the person chooses, with what was seen and measured."""
    return {
        "title": _("转诊信"),
        "number": registration.number,
        "facts": _facts(registration, result),
        "addressee": _("接诊医生："),
        "body": [_("这位居民参加了筛查，请帮助进一步检查。")],
        "items_title": _("请看这些"),
        "items": refer_for(result) or [str(WORDS[kind][REFER])],
        "table": {"head": [_("检查"), _("结果")], "rows": _rows(result, kind)},
        "office": str(registration.session.team) if registration.session else "",
        "date": result.examined_on,
        "stamp": True,
    }


def refer_for(result: Result) -> list[str]:
    """What somebody is sent to another doctor for."""
    words, limits = result.worked["refer_for"], result.worked["limits"]
    return [str(known).format(**limits) for code, known in REFER_FOR.items() if code in words]

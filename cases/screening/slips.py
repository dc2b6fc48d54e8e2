"""The slip that everybody gets (结果通知单) and the letter to another doctor (转诊信), in plain words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.people.rules import mask_id
from cases.screening.models import Registration, Result
from cases.screening.outcomes import CONTRA, CONTRA_EYE, EYES, NORMAL, OBSERVE, OPERABLE, OTHER_EYE, RED_FLAGS, REFER
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
        "table": {"head": [_("检查"), _("结果")], "rows": measured(result, kind)},
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


def measured(result: Result, kind: str) -> list[list[str]]:
    """What was measured, line by line, as it was written down."""
    words, read = side_words(kind), result.worked["read"]
    if kind == EYES:
        return [
            [named(words[side], title), read[f"{side}_{name}"]["raw"]]
            for side in words
            for name, title in (("bare", _("裸眼视力")), ("best", _("矫正视力")))
            if f"{side}_{name}" in read
        ]
    return [
        [named(words[side], _("平均听阈")), _("%(db)s 分贝") % {"db": result.worked["averages"][side]}]
        for side in words
    ]


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
        "table": {"head": [_("检查"), _("结果")], "rows": measured(result, kind)},
        "office": str(registration.session.team) if registration.session else "",
        "date": result.examined_on,
        "stamp": True,
    }


def refer_for(result: Result) -> list[str]:
    """What somebody is sent to another doctor for."""
    findings = result.findings
    codes = {
        *(findings.get("right_others") or ()),
        *(findings.get("left_others") or ()),
        *(findings.get("flags") or ()),
    }
    return [str(words) for code, words in (OTHER_EYE | RED_FLAGS).items() if code in codes]

"""The conditions that a policy row may have (适用条件): a closed list of names with their types, and how they are judged.

Nothing here runs what data says. A condition that is not on the list, or has a value of another type, holds for nobody.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.text import clean

YES_NO, CODES = "yes_no", "codes"

CONDITIONS: dict[str, tuple[str, Any]] = {
    "categories": (CODES, _("困难类别")),
    "insured": (YES_NO, _("已参保")),
    "minor": (YES_NO, _("未成年")),
    "stage": (CODES, _("期别")),
    "disease": (CODES, _("病种")),
    "agent": (YES_NO, _("有代办人")),
    "payee_other": (YES_NO, _("收款人不是患者")),
    "hardship": (YES_NO, _("有困难类别")),
    "inpatient": (YES_NO, _("住过院")),
    "donated_drugs": (YES_NO, _("有赠药")),
    "referred": (YES_NO, _("外地就医")),
    "paper": (YES_NO, _("纸质申请")),
    "returned_twice": (YES_NO, _("退回过两次")),
    "doctor_says_needed": (YES_NO, _("医生写明要做")),
    "deadline_near": (YES_NO, _("快到期")),
}
"""Every name that a row may ask about, with the type of what it wants and its label."""

NEVER: Mapping[str, Any] = {"": ()}
"""What stands for conditions that cannot be read: nobody meets it."""


def applies(when: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Whether a row's conditions hold: a list wants one of its values, a category also takes in its sub-classes.

    A fact that is not given counts as no. A condition that is not known, or is of the wrong type, never holds.
    """
    return all(not list(_faults(name, wanted)) and _holds(wanted, facts.get(name)) for name, wanted in when.items())


def _holds(wanted: Any, fact: Any) -> bool:
    if isinstance(wanted, bool):
        return bool(fact) is wanted
    choices = wanted if isinstance(wanted, list | tuple) else [wanted]
    given = fact if isinstance(fact, list | tuple | set | frozenset) else [fact]
    return any(str(one) == str(choice) or sub_class(str(one), str(choice)) for one in given for choice in choices)


def sub_class(code: str, of: str) -> bool:
    """H02A and H031 are sub-classes of the hardship categories H02 and H03."""
    return len(of) == 3 and of[0] == "H" and of[1:].isdigit() and len(code) == 4 and code.startswith(of)


def implies(narrow: Mapping[str, Any], wide: Mapping[str, Any]) -> bool:
    """Whether whoever meets the first conditions also meets the second."""
    return all(name in narrow and _within(narrow[name], wanted) for name, wanted in wide.items())


def _within(narrow: Any, wide: Any) -> bool:
    if isinstance(wide, bool) or isinstance(narrow, bool):
        return narrow is wide
    inner = narrow if isinstance(narrow, list) else [narrow]
    outer = wide if isinstance(wide, list) else [wide]
    return all(any(str(one) == str(other) or sub_class(str(one), str(other)) for other in outer) for one in inner)


def faults_of_conditions(value: Mapping[str, Any]) -> Iterable[Any]:
    """A sentence for each condition of a row that is not on the list or wants a value of the wrong type."""
    when = value.get("when")
    if when is None or when == {}:
        return
    if not isinstance(when, Mapping):
        yield _("适用条件应是“条件: 取值”的形式。")
        return
    for name, wanted in when.items():
        yield from _faults(name, wanted)


def _faults(name: Any, wanted: Any) -> Iterable[Any]:
    kind = CONDITIONS[name][0] if isinstance(name, str) and name in CONDITIONS else ""
    if not kind:
        yield format_lazy(_("没有“{name}”这个条件。"), name=str(name) or "—")
    elif kind == YES_NO:
        if not isinstance(wanted, bool):
            yield format_lazy(_("“{name}”只能写是或否。"), name=CONDITIONS[name][1])
    else:
        codes = wanted if isinstance(wanted, list) else [wanted]
        if not codes or not all(isinstance(code, str) and code.strip() for code in codes):
            yield format_lazy(_("“{name}”要写代码，几个用逗号隔开。"), name=CONDITIONS[name][1])


def split(text: str) -> list[str]:
    """Several codes with commas between."""
    return [part for part in (clean(part) for part in text.replace("，", ",").replace("、", ",").split(",")) if part]


def shown(value: Any) -> Any:
    """A value as a form shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(str(one) for one in value) if isinstance(value, list) else value


def conditions_shown(when: Mapping[str, Any]) -> str:
    """Conditions as people type them: minor=是；categories=H01, H02."""
    words = {True: "是", False: "否"}
    told = [f"{name}={words[value] if isinstance(value, bool) else shown(value)}" for name, value in when.items()]
    return "；".join(told)


def conditions_typed(text: str) -> dict[str, Any]:
    """What was typed as conditions; whether they are on the list is judged elsewhere."""
    when: dict[str, Any] = {}
    for part in text.replace(";", "；").split("；"):
        name, _equals, wanted = (clean(piece) for piece in part.partition("="))
        if name:
            when[name] = {"是": True, "否": False, "": True}.get(wanted, split(wanted))
    return when

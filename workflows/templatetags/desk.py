"""Words and parts of the desk's pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.evidence.queries import paper_words
from cases.policy.queries import policy_of
from cases.text import named
from project.templatetags.ui import tag
from workflows.asked import who_is_awaited
from workflows.desk.casefile.papers import paper_address
from workflows.desk.forms import DecisionForm, in_my_language
from workflows.desk.forms import plain_fields as _plain_fields
from workflows.desk.words import LINES, OUTCOMES, PAPERS, TABLES, VOTES, handed
from workflows.flow import step_named
from workflows.scoring.queries import Scored, scores_of
from workflows.turns import HEAD

register = template.Library()

MATERIAL_COLOURS = {"missing": "yellow", "given": "blue", "accepted": "green", "rejected": "orange"}


@register.filter
def plain_fields(form: DecisionForm) -> list[Any]:
    """The fields of a decision form without its pickers."""
    return _plain_fields(form)


@register.filter
def line_label(line: Any) -> str:
    """A line of the working in the language of the page."""
    return in_my_language(line.label_zh, line.label_en)


@register.filter
def own_name(thing: Any) -> str:
    """An office or place in the language of the page."""
    return in_my_language(thing.name, thing.name_en)


@register.simple_tag
def errands_awaited(item: Any) -> str:
    """先等谁答复: whoever has to answer before this step is decided; "" when nobody has to."""
    return who_is_awaited(item)


@register.filter
def case_address(number: str) -> str:
    """The page of a case."""
    return reverse("case:home", args=[number])


@register.simple_tag
def material_tag(material: Any) -> SafeString:
    """未交、已交、合格、不合格 with its colour."""
    return tag(PAPERS[material.state], MATERIAL_COLOURS[material.state])


register.simple_tag(paper_address)


@register.inclusion_tag("parts/file_thumb.html")
def stored_file(file: Any, name: str, shown: bool = False) -> dict[str, Any]:
    """A stored paper as a link, its picture only when `shown`; what is delivered is recorded by the page that serves it."""
    address = reverse("evidence:file", args=[file.token])
    is_picture = file.kind not in ("pdf", "application/pdf")
    return {
        "name": name,
        "href": address,
        "picture": address if shown and is_picture else "",
        "note": _("第 %(n)s 轮") % {"n": file.round},
        "kind": _("照片") if is_picture else "PDF",
    }


@register.filter
def handover_words(handover: Any) -> str:
    """谁转给谁、为什么."""
    return handed(handover)


@register.simple_tag
def priority_tag(item: Any) -> str:
    """优先：儿童: why a step comes sooner than its due date says; nothing for an ordinary one."""
    if not item.priority:
        return ""
    names = [str(_("负责人指定")) if key == HEAD else in_my_language(zh, en) for key, zh, en in item.priority_for]
    words = _("优先：%(why)s") % {"why": _("、").join(names)} if names else _("优先")
    return format_html(" {}", tag(words, "orange"))


@register.simple_tag
def later_tag(item: Any) -> str:
    """搁置到哪天, 超期已上报: what else is known of a step that waits."""
    words = []
    if item.follow_up_on is not None and item.state == "claimed":
        words.append((_("搁置到 %(day)s") % {"day": item.follow_up_on.isoformat()}, "grey"))
    if item.escalated_at is not None and item.state in ("open", "claimed"):
        words.append((_("超期已上报"), "orange"))
    return format_html_join("", " {}", ((tag(text, colour),) for text, colour in words))


@register.simple_tag
def scores(case: Any) -> list[Scored]:
    """专家评分, once all that are needed are given."""
    return scores_of(case)


@register.filter
def step_title(handover: Any, case: Any) -> Any:
    """The step that changed hands."""
    return step_named(case, handover.item.step).title


LINE_COLOURS = {"waiting": "grey", "done": "green", "refused": "orange", "nobody": "orange"}


@register.simple_tag
def line_tag(line: Any) -> SafeString:
    """已办、没有办、没有人能办 or 等待, of one line of a sheet."""
    return tag(LINES[line.state], LINE_COLOURS[line.state])


OUTCOME_COLOURS = {
    "agree": "green",
    "reject": "grey",
    "defer": "yellow",
    "waitlist": "blue",
    "removed": "grey",
    "": "grey",
}


@register.simple_tag
def outcome_tag(item: Any) -> SafeString:
    """同意、不同意、延期、轮候、撤出议程, or 待表决."""
    return tag(OUTCOMES[item.outcome], OUTCOME_COLOURS[item.outcome])


@register.simple_tag
def choice_words(vote: Any) -> str:
    """A vote in words."""
    return str(VOTES[vote.choice])


@register.simple_tag
def decision_words(decision: Any) -> str:
    """Step and outcome of a decision in words."""
    step = step_named(decision.case, decision.step)
    exit = step.exits.get(decision.outcome)
    return named(step.title, exit.label if exit else decision.outcome)


@register.simple_tag
def reading_words(made: Any) -> dict[str, Any]:
    """阅卷 of a decision in words: how long, what was opened when, and which required papers never were."""
    policy = policy_of(made.case)
    opened = [
        (_("%(paper)s（文件 %(file)s）") % {"paper": _paper(policy, one["paper"]), "file": one["file"]}, datetime.fromisoformat(one["at"]))
        for one in made.reading.get("opened", [])
    ]  # fmt: skip
    missed = _("、").join(_paper(policy, code) for code in made.reading.get("unopened", []))
    return {"summary": _duration(made.seconds), "opened": opened, "unopened": missed}


FILE_KINDS = {"visit": gettext_lazy("入户照片"), "redacted": gettext_lazy("遮盖件")}


def _paper(policy: Any, code: str) -> str:
    return str(FILE_KINDS[code]) if code in FILE_KINDS else paper_words(policy, code)


def _duration(seconds: int | None) -> str:
    if seconds is None:
        return _("办结以前没有在页面上打开过这个案卷")
    if seconds < 3600:
        return _("从打开到办结 %(m)s 分 %(s)s 秒") % {"m": seconds // 60, "s": seconds % 60}
    return _("从打开到办结 %(h)s 小时 %(m)s 分") % {"h": seconds // 3600, "m": seconds // 60 % 60}


@register.filter
def words_of(code: str, table: str) -> Any:
    """A code in the reader's language: `{{ notice.channel|words_of:"channel" }}`."""
    return TABLES[table][code]

"""办理清单: what a draft still needs, line by line, and the invoices that stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.consent.queries import current as consents_of
from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.dossier.sending import lacking
from cases.errors import NotFound
from cases.evidence.bills import sums
from cases.evidence.invoices import as_bill, stated_of
from cases.programme import programme

OTHER_TASKS = {"invoices": gettext_lazy("票据"), "materials": gettext_lazy("材料"), "consent": gettext_lazy("同意")}
SETTLED = ("done", "may")
"""States of a line that keep nobody from sending."""


@dataclass(frozen=True)
class Task:
    """办理清单的一行: where it leads, how far it is, and what is still lacking."""

    key: str
    name: Any
    href: str
    state: str

    @property
    def words(self) -> str:
        return {"done": _("已完成"), "begun": _("没填完"), "open": _("还没填"), "may": _("有就填")}[self.state]

    @property
    def colour(self) -> str:
        return {"done": "green", "begun": "blue", "open": "grey", "may": "grey"}[self.state]


def tasks(case: Case, *, now: datetime) -> list[Task]:
    """办理清单: the sections of the programme, papers before the account, consents last."""
    card, facts = programme(case.programme), answers(case)
    lacks: dict[str, list[str]] = {}
    for lack in lacking(case, now=now):
        lacks.setdefault(lack.section, []).append(lack.key)
    asked = {question.key for question in card.asked(facts)}
    out = []
    for section in card.sections:
        keys = [question.key for question in section.questions if question.key in asked]
        if not keys:
            continue
        missing = lacks.get(section.key, [])
        begun = any(key in facts for key in keys)
        first = next((key for key in keys if key in missing), keys[0])
        out.append(
            Task(
                section.key,
                section.title,
                reverse("dossier:question", args=[case.token, first]),
                _state(missing, begun),
            )
        )
    materials = Task(
        "materials", OTHER_TASKS["materials"], reverse("dossier:materials", args=[case.token]),
        _state(lacks.get("materials", []), case.files.filter(removed_at=None).exists()),
    )  # fmt: skip
    place = next((index for index, task in enumerate(out) if task.key == "account"), len(out))
    out[place:place] = [*_invoices(case), materials]
    out.append(
        Task(
            "consent",
            OTHER_TASKS["consent"],
            reverse("dossier:consents", args=[case.token]),
            _state(lacks.get("consent", []), bool(consents_of(case))),
        )  # fmt: skip
    )
    return out


def _invoices(case: Case) -> list[Task]:
    """票据, where the programme goes by them; whoever has none at hand sends the rest and the office enters them."""
    if programme(case.programme).bills is None:
        return []
    state = "done" if stated_of(case).exists() else "may"
    return [Task("invoices", OTHER_TASKS["invoices"], reverse("dossier:invoices", args=[case.token]), state)]


def stated(case: Case) -> dict[str, Any]:
    """票据 that stand in this draft, and what they come to. Raises NotFound where the programme takes none."""
    if programme(case.programme).bills is None:
        raise NotFound()
    rows = list(stated_of(case))
    return {"rows": rows, "sums": sums([as_bill(row) for row in rows])}


def _state(missing: list[str], begun: bool) -> str:
    if not begun:
        return "open"
    return "begun" if missing else "done"

"""What a draft must have from this room before it is sent; imported when the app starts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.calendar.rules import local_day
from cases.consent import rules
from cases.consent.queries import current, needs_guardian
from cases.dossier.gates import before_submit
from cases.dossier.lacks import Lack
from cases.dossier.models import Case

SECTION = "consent"


@before_submit
def consents_are_answered(case: Case, facts: Mapping[str, Any], now: datetime) -> list[Lack]:
    """Each consent has an answer, the needed ones a yes, and a guardian stands in for a patient under 14."""
    rows = current(case)
    answers = {kind: row.agreed and row.withdrawn_at is None for kind, row in rows.items()}
    lacks = [Lack(SECTION, kind, _("请选“同意”或“不同意”。")) for kind in rules.unanswered(answers)]
    lacks += [Lack(SECTION, kind, rules.WITHOUT[kind]) for kind in rules.lacking(answers) if kind in answers]
    if rows and needs_guardian(case, local_day(now)) and not all(str(row.guardian or "") for row in rows.values()):
        lacks.append(Lack(SECTION, "guardian", _("患者不满 14 岁，请填写监护人姓名。")))
    return lacks

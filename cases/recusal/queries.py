"""Whose relatives are whose, for the one who declared them and for the duties alone."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from cases.dossier.models import Case
from cases.recusal.models import CaseParty, Relative
from cases.states import OPEN_STATES

MOST = 100


def my_relatives(viewer: Any) -> list[Relative]:
    """我申报的亲属: those in force, newest first; nobody reads another's."""
    return list(Relative.objects.filter(by=viewer, ended_at=None).order_by("-pk")[:MOST])


def live_cases_of(relative: Relative) -> list[Case]:
    """Submitted cases that are about this relative and not closed, in the order in which they are locked."""
    same = Q(name_key=relative.name_key)
    if relative.id_key:
        same = Q(id_key=relative.id_key) | Q(name_key=relative.name_key, id_key="")
    about = CaseParty.objects.filter(same).values("case")
    return list(Case.objects.filter(pk__in=about, state__in=OPEN_STATES).exclude(state="DRAFT").order_by("pk"))

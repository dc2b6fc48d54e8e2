"""A supplement changes answers, and answers call for others: what follows joins the open notice (每个条件重新判断, F2)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.dossier.sending import lacking
from cases.errors import Refusal
from cases.evidence.models import MaterialFile, Supplement, SupplementItem
from cases.evidence.rules import FOLLOWS
from cases.history.record import record
from cases.programme import programme


def called_for(case: Case, *, now: datetime) -> list[tuple[str, str]]:
    """Kind and key of each paper and answer that the answers, as they are now, still lack."""
    found = [
        ("material" if lack.section == "materials" else "answer", lack.key)
        for lack in lacking(case, now=now)
        if lack.section != "consent"
    ]
    return list(dict.fromkeys(found))


def follow(case: Case, notice: Supplement, *, now: datetime) -> list[SupplementItem]:
    """What the answers call for beyond the notice becomes part of it, so that only named items stay editable."""
    named = set(notice.items.values_list("kind", "key"))
    made = [
        SupplementItem.objects.create(supplement=notice, kind=kind, key=key, reason=FOLLOWS)
        for kind, key in called_for(case, now=now)
        if (kind, key) not in named
    ]
    if made:
        payload = {"number": notice.number, "items": [[item.kind, item.key] for item in made]}
        record("supplement.followed", about=("case", case.pk), object=notice, payload=payload)
    return made


def missing_items(case: Case, notice: Supplement, *, now: datetime) -> list[SupplementItem]:
    """The items still to be supplied: those the office named, in this round; those that followed, while they lack."""
    lacks, asked = called_for(case, now=now), _asked(case)
    files = MaterialFile.objects.filter(case=case, round=case.round, removed_at=None).exclude(material=None)
    given = {("material", code) for code in files.values_list("material__code", flat=True)}
    rows = case.answers.filter(round=case.round, source="claimed")
    given |= {("answer", key) for key in rows.values_list("key", flat=True)}
    return [item for item in notice.items.all() if (item.kind, item.key) in lacks or _waits(item, given, asked)]


def is_idle(case: Case, item: SupplementItem) -> bool:
    """不用补了: a named answer that the other answers do not call for any more."""
    return item.kind == "answer" and item.key not in _asked(case)


def _waits(item: SupplementItem, given: set[tuple[str, str]], asked: set[str]) -> bool:
    is_wanted = item.kind == "material" or item.key in asked
    return item.reason != FOLLOWS and is_wanted and (item.kind, item.key) not in given


def _asked(case: Case) -> set[str]:
    return {question.key for question in programme(case.programme).asked(answers(case))}


def guardian_agreed(case: Case, *, now: datetime) -> None:
    """Consents are given with the draft: a patient who turns out to be under 14 needs new ones, with the guardian."""
    if any((lack.section, lack.key) == ("consent", "guardian") for lack in lacking(case, now=now)):
        sentence = _("患者不满 14 岁，要监护人同意。请撤回以后重新申请，或打电话问。")
        raise Refusal(sentence, code="guardian_needed", status=409)

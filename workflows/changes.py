"""What changed in a case since somebody last looked at it (上次看过以后): said before he decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from cases.award.models import Award
from cases.dossier.models import Answer, Case
from cases.evidence.models import MaterialFile
from cases.evidence.queries import paper_words
from cases.history.models import Access
from cases.people.models import PayeeAccount
from cases.policy.queries import policy_of
from cases.programme import programme
from cases.text import money as money_words
from workflows import rechecks
from workflows.flow import road_of
from workflows.models import Decision, Recheck

SITTING = timedelta(minutes=30)
"""Looks with less time between them are one sitting."""
MOST_LOOKS, MOST = 200, 30


@dataclass(frozen=True)
class Change:
    """One thing that came, went or was decided meanwhile."""

    at: datetime
    words: str


def last_looked(case: Case, person: Any, now: datetime) -> datetime | None:
    """上次看过: the end of the sitting before this one or his last decision; in a first sitting its beginning. None: never."""
    looks = Access.objects.filter(case_id=case.pk, actor=person.pk).order_by("-recorded_at")
    moment, before = now, None
    for at in looks.values_list("recorded_at", flat=True)[:MOST_LOOKS]:
        if moment - at > SITTING:
            before = at
            break
        moment = at
    decided = Decision.objects.filter(case=case, actor=person).order_by("-pk").values_list("at", flat=True).first()
    known = [at for at in (before, decided) if at is not None]
    return max(known) if known else (moment if moment != now else None)


def since_last_look(case: Case, person: Any, now: datetime) -> tuple[datetime | None, list[Change]]:
    """上次看过以后的变化 by others: answers, papers, account, amount, decisions, and what the re-check found; newest first."""
    since = last_looked(case, person, now)
    if since is None:
        return None, []
    found = [
        *_answers(case, person, since), *_papers(case, person, since), *_accounts(case, person, since),
        *_amounts(case, person, since), *_decisions(case, person, since), *_rechecks(case, since),
    ]  # fmt: skip
    return since, sorted(found, key=lambda one: one.at, reverse=True)[:MOST]


def _answers(case: Case, person: Any, since: datetime) -> Iterator[Change]:
    labels = {question.key: question.label for question in programme(case.programme).questions()}
    for row in Answer.objects.filter(case=case, at__gt=since).exclude(by=person):
        words = _("核定：%(what)s") if row.source == "verified" else _("填报改动：%(what)s")
        yield Change(row.at, words % {"what": labels.get(row.key, row.key)})


def _papers(case: Case, person: Any, since: datetime) -> Iterator[Change]:
    policy = policy_of(case)
    rows = MaterialFile.objects.filter(case=case).select_related("material")
    for row in rows.filter(at__gt=since).exclude(by=person):
        name = paper_words(policy, row.material.code) if row.material else _("其他文件")
        yield Change(row.at, _("新材料：%(what)s") % {"what": name})
    for row in rows.filter(removed_at__gt=since, material__isnull=False):
        assert row.material is not None and row.removed_at is not None
        yield Change(row.removed_at, _("撤下材料：%(what)s") % {"what": paper_words(policy, row.material.code)})


def _accounts(case: Case, person: Any, since: datetime) -> Iterator[Change]:
    for row in PayeeAccount.objects.filter(case=case, given_at__gt=since).exclude(given_by=person):
        yield Change(row.given_at, _("换了收款账户"))


def _amounts(case: Case, person: Any, since: datetime) -> Iterator[Change]:
    for row in Award.objects.filter(case=case, at__gt=since).exclude(by=person):
        yield Change(row.at, _("核算金额：%(amount)s 元") % {"amount": money_words(row.amount)})


def _decisions(case: Case, person: Any, since: datetime) -> Iterator[Change]:
    road = road_of(case)
    for row in (
        Decision.objects.filter(case=case, at__gt=since).exclude(actor=person).select_related("actor", "on_behalf_of")
    ):
        step = getattr(road, row.step)
        exit = step.exits.get(row.outcome)
        words = {"who": row.signed, "step": step.title, "outcome": exit.label if exit else row.outcome}
        yield Change(row.at, _("%(who)s 办理 %(step)s：%(outcome)s") % words)


def _rechecks(case: Case, since: datetime) -> Iterator[Change]:
    for row in Recheck.objects.filter(case=case, at__gt=since).exclude(changed=[]):
        what = _("、").join(str(rechecks.WORDS[key]) for key in row.changed)
        yield Change(row.at, _("复查有变化：%(what)s") % {"what": what})

"""The pool (待领取): what a person holds and may take, in SQL; the same for lists, counts, the next task and the API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q

from cases.access.models import Post
from cases.dossier.models import Answer
from cases.evidence.models import MaterialFile
from cases.people.models import PayeeAccount
from cases.programme import programmes
from workflows.models import Decision, Duty
from workflows.suspended import is_suspended


def held_by(person: Any) -> Q:
    """我的: what this person has in hand."""
    return Q(state="claimed", holder=person)


def may_take(person: Any, posts: Iterable[Post]) -> Q:
    """待领取: open steps of these posts in their areas, without those that duties keep from this person or that stand still."""
    reach = Q(pk__in=[])
    for post in posts:
        reach |= Q(role=post.role_id, division_code__startswith=post.office.division_code)
    return Q(state="open", kind="human") & reach & ~_barred(person) & ~is_suspended()


def _barred(person: Any) -> Q:
    """回避、职责分离 as `workflows.rules.duties.bar` judges them: own cases, neighbouring levels, steps kept apart."""
    acted = Duty.objects.filter(case=OuterRef("case"), actor=person)
    neighbour = acted.filter(Q(level=OuterRef("level") - 1) | Q(level=OuterRef("level") + 1))
    bar = Q(Exists(neighbour)) | _is_party(person)
    for flow, step, others in _kept_apart():
        decided = Decision.objects.filter(case=OuterRef("case"), actor=person, step__in=others)
        bar |= Q(Exists(decided), step=step, case__run__flow=flow)
    return bar


def _is_party(person: Any) -> Q:
    """当事人 as `relief_parties` says it for one case; asked here of a whole list, which a function would make slow."""
    case = OuterRef("case")
    return (
        Q(case__owner=person)
        | Q(case__agent=person, case__agent__isnull=False)
        | Q(Exists(Answer.objects.filter(case=case, by=person, source="claimed")))
        | Q(Exists(MaterialFile.objects.filter(case=case, by=person, material__isnull=False, removed_at=None)))
        | Q(Exists(PayeeAccount.objects.filter(case=case, given_by=person)))
    )


def _kept_apart() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Road, step, and the steps whose decider may not do it, for every road."""
    for card in programmes():
        for version, road in card.roads.items():
            for name in road.reading_order:
                others = getattr(getattr(road, name), "excludes", ())
                if others:
                    yield f"{card.slug}/{version}", name, tuple(others)

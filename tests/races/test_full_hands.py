"""The office's limit on what one person holds, under simultaneous hands: never one more, and who comes too late is told who may."""

from __future__ import annotations

from typing import Any

import pytest

from cases.access.models import Office
from cases.history.models import Event
from tests.dossier.test_races import at_once
from workflows import actions, loads
from workflows.models import WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_claims_and_gifts_at_once_no_more_than_the_last_free_place_is_taken(cast: Any, published: Any) -> None:
    published("rare_disease")
    cases = [
        drive.to(drive.apply(slug="rare_disease", number=n, by=cast["applicant1"]), "COUNTY") for n in (1, 3, 5, 7)
    ]
    held, *free = [drive.open_item(case) for case in cases]
    Office.objects.filter(division_code="640422").update(most_held=2)
    me, head = cast["xiji_review"], cast["guyuan_city"]
    actions.claim(item=held.pk, by=me)
    given = at_once(
        lambda: actions.claim(item=free[0].pk, by=me),
        lambda: actions.claim(item=free[1].pk, by=me),
        lambda: actions.reassign(item=free[2].pk, to=me, reason="请您接着办", by=head),
    )
    assert sum(isinstance(one, WorkItem) for one in given) == 1, given
    late = [one for one in given if isinstance(one, loads.Full)]
    assert len(late) == 2 and {str(one.who_may) for one in late} == {cast["xiji_review2"].name}
    assert WorkItem.objects.filter(holder=me, state="claimed").count() == 2
    assert WorkItem.objects.filter(pk__in=[item.pk for item in free], state="open", holder=None).count() == 2
    assert Event.objects.filter(outcome="denied", payload__contains='"full"').count() == 2


def test_what_is_given_out_by_load_at_once_passes_over_who_is_full_by_then(cast: Any, published: Any) -> None:
    published("rare_disease")
    cases = [drive.to(drive.apply(slug="rare_disease", number=n, by=cast["applicant1"]), "COUNTY") for n in (1, 3, 5)]
    items, head = [drive.open_item(case) for case in cases], cast["guyuan_city"]
    Office.objects.filter(division_code="640422").update(most_held=1)
    given = at_once(*((lambda item=item: actions.allocate(item=item.pk, by=head)) for item in items))
    holders = list(WorkItem.objects.filter(pk__in=[item.pk for item in items]).values_list("holder", flat=True))
    assert sorted(filter(None, holders)) == sorted([cast["xiji_review"].pk, cast["xiji_review2"].pk])
    assert [one.code for one in given if not isinstance(one, WorkItem)] == ["nobody"]

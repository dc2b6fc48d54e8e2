"""A case that ends before its meeting leaves the agenda, and the meeting can end."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases.calendar import clock
from cases.dossier import actions as dossier
from cases.errors import Stale
from cases.history.models import Event
from tests.panel.test_meeting import MINUTES, fund, members, vote
from workflows import actions as road_actions
from workflows.desk.panel import actions
from workflows.desk.panel.models import MeetingItem
from workflows.walking import drive

__all__ = ["fund", "members"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def two(cast: Any, new_case: Any) -> Any:
    """A meeting of today on two cases."""
    cases = [drive.to(new_case(number), "PANEL") for number in (1, 2)]
    items = [drive.open_item(case).pk for case in cases]
    return actions.call_meeting(held_on=clock.today(), items=items, by=cast["prov_head"])


def withdraw(case: Any) -> None:
    dossier.withdraw(case=case, reason="不想申请了", by=case.owner)


def test_a_meeting_ends_though_a_case_on_its_agenda_was_withdrawn(
    cast: Any, two: Any, members: Any, fund: Any, signed_in: Any
) -> None:
    fund("100000")
    gone, stays = two.items.select_related("case").order_by("id")
    withdraw(gone.case)
    for member in members[:5]:
        vote(member, stays)
    actions.close_item(item=stays, by=cast["prov_head"])
    assert actions.close_meeting(meeting=two, minutes=MINUTES, by=cast["prov_head"]).state == "closed"
    gone.refresh_from_db()
    assert gone.outcome == "removed"
    assert Event.objects.filter(action="panel.removed", stream__key=str(gone.case_id), outcome="ok").count() == 1
    page = signed_in(cast["prov_head"]).get(reverse("panel:meeting", args=[two.number])).content.decode()
    assert "撤出议程" in page


def test_a_terminated_case_leaves_the_agenda_too_and_nobody_votes_on_it(cast: Any, two: Any, members: Any) -> None:
    item = two.items.select_related("case").first()
    road_actions.terminate(
        case=item.case, reasons=["J21"], opinion="家属来电，患者已经去世，申请终止。", by=cast["prov_head"]
    )
    with pytest.raises(Stale, match="撤出议程") as refused:
        vote(members[0], item)
    assert refused.value.who_may


def test_the_database_takes_only_an_ended_case_off_an_agenda(two: Any) -> None:
    item = two.items.first()
    with pytest.raises(IntegrityError, match="only a case that ended"), transaction.atomic():
        MeetingItem.objects.filter(pk=item.pk).update(outcome="removed")
    withdraw(item.case)
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        MeetingItem.objects.filter(pk=item.pk).update(outcome="agree")

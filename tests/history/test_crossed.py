"""What the rules allowed and the database refuses is told to whoever tried, kept as a refusal, and nothing of it is stored."""

import json

import pytest

from cases.access.models import Office
from cases.errors import Stale
from cases.history.models import Event
from cases.history.record import action, record
from cases.money.models import Fund

pytestmark = pytest.mark.django_db


@action("test.cross", about="none")
def cross(*, by, now=None):
    """An office of this name, and then a fund that came into being meanwhile."""
    Office.objects.filter(division_code="640422").update(name="刚改的名字")
    record("test.crossed", about=("config", "crossed"))
    fund = Fund.objects.get()
    Fund.objects.create(code=fund.code, name=fund.name)


def test_a_change_of_another_hand_in_between_is_a_sentence_and_a_refusal_on_record(cast, funded):
    funded("rare_disease", "1000")
    with pytest.raises(Stale, match="刷新页面") as told:
        cross(by=cast["xiji_intake"])
    assert told.value.code == "crossed" and told.value.status == 409
    kept = Event.objects.get(action="test.cross", outcome="denied")
    assert json.loads(kept.payload)["code"] == "crossed" and kept.actor == cast["xiji_intake"].pk
    assert (
        not Office.objects.filter(name="刚改的名字").exists()
        and not Event.objects.filter(action="test.crossed").exists()
    )

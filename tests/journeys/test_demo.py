"""The demonstration shows every state that a road can give, and two decisions too quick to have read."""

import pytest
from django.core.management import call_command

from cases.dossier.models import Case
from cases.programme import programme
from workflows.engine import clockwork
from workflows.models import Decision
from workflows.walking.demo import Demonstration

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]


def states_of(road):
    nodes = [getattr(road, name) for name in road.reading_order]
    found = {getattr(node, "state", "") for node in nodes}
    found |= {exit.state for node in nodes for exit in getattr(node, "exits", {}).values()}
    return (found | {"DRAFT", "WITHDRAWN", "TERMINATED"}) - {""}


def test_the_demonstration_has_forty_cases_each_state_of_the_road_and_two_decided_too_quickly(cast):
    demonstration = Demonstration(cast, lambda text: None)
    demonstration.begin()
    made = demonstration()
    assert made >= 40
    clockwork.one_pass()
    missing = states_of(programme("rare_disease").roads["v1"]) - set(Case.objects.values_list("state", flat=True))
    assert missing == set()
    call_command("check_flows", "--cases")
    hasty = Decision.objects.filter(is_hasty=True).order_by("pk").values_list("step", "seconds")
    assert list(hasty) == [("county_review", None), ("city_recheck", 11)]
    assert Decision.objects.exclude(level=None).count() > 100

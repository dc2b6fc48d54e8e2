"""Two hands at the same moment: a person is registered once, gets one draft, and the last place of a quota goes to one."""

from __future__ import annotations

from typing import Any

import pytest

from cases.dossier.models import Case
from cases.errors import Refusal
from cases.screening import actions
from cases.screening.models import Registration
from tests.dossier.test_races import at_once
from tests.screening.people import XIJI, day_of, examine, plan, register

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_person_at_two_counters_is_registered_once_and_the_other_is_told_the_number(cast: Any) -> None:
    campaign = plan(cast)
    given = at_once(lambda: register(campaign, cast["agent1"]), lambda: register(campaign, cast["xiji_intake"]))
    made = [one for one in given if isinstance(one, Registration)]
    told = [one for one in given if isinstance(one, Refusal)]
    assert len(made) == len(told) == 1 and "登记号是 1" in str(list(told[0].fields.values()))
    assert Registration.objects.count() == 1


def test_the_last_place_goes_to_one_and_two_presses_make_one_draft(cast: Any) -> None:
    campaign, team, by = plan(cast, places=1), cast["eye_hospital"], cast["xiji_intake"]
    session = day_of(campaign, team, cast)
    rows = [register(campaign, cast["agent1"], number, session=session) for number in (1, 2)]
    for row in rows:
        examine(row, team)
    given = at_once(*(lambda row=row: actions.refer_into_cases(registration=row, by=by) for row in rows))
    assert sorted(type(one).__name__ for one in given) == ["Case", "Refusal"], given
    actions.set_quota(campaign=campaign, county_code=XIJI, places=5, by=cast["prov_review"])
    other = rows[1] if rows[0].pk == Registration.objects.get(case__isnull=False).pk else rows[0]
    twice = at_once(*[lambda: actions.refer_into_cases(registration=other, by=by)] * 2)
    assert {one.pk for one in twice} == {Registration.objects.get(pk=other.pk).case_id}
    assert Case.objects.count() == 2

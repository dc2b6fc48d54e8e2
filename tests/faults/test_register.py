"""The worker that registers from a spreadsheet is killed at each point: in the end everybody is in once, and before that nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from cases.screening import actions
from cases.screening.models import Registration
from cases.screening.queries import registrations
from cases.sheets import digest
from tests.faults import register_points
from tests.faults.conftest import BROKERS, Gateway, Place, killed
from tests.faults.register_points import POINTS
from tests.rules.test_sheets import xlsx
from tests.screening.people import plan, rows, told

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_import_whose_worker_is_killed_again_and_again_registers_each_person_once(
    cast: Any, tmp_path: Path, gateway: Gateway
) -> None:
    campaign, by, place = plan(cast), cast["xiji_intake"], Place(BROKERS["filesystem"], tmp_path, gateway)
    data = xlsx(*rows(*(told(number) for number in range(1, 6))))
    made = actions.begin_import(campaign=campaign, data=data, tried_sha256=digest(data), by=by)
    for point, stored in zip(POINTS, (0, 2, 4), strict=True):
        killed(register_points.main, point, made.pk, place=place)
        made.refresh_from_db()
        assert (made.done_rows, made.done_at, Registration.objects.count()) == (stored, None, stored), point
        assert not registrations(by).exists()
    assert outgoing.run(Outgoing.objects.get(topic="screening").pk)
    made.refresh_from_db()
    assert made.done_at is not None and made.done_rows == 5
    assert sorted(registrations(by).values_list("serial", flat=True)) == [1, 2, 3, 4, 5]
    assert len(set(registrations(by).values_list("id_key", flat=True))) == 5

"""Every process that asks for work rings a worker for it, and a dead worker is rung for again, but not without end."""

import subprocess
import sys
from datetime import timedelta

import pytest

from cases.calendar import clock
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from project.settings import BASE_DIR
from workflows.engine import clockwork


def test_a_process_that_is_no_worker_knows_how_to_ring_one() -> None:
    ask = "import django; django.setup(); from cases.outgoing import actions; raise SystemExit(0 if actions._bells else 1)"
    assert subprocess.run([sys.executable, "-c", ask], cwd=BASE_DIR, check=False).returncode == 0


@pytest.mark.django_db
def test_work_that_nobody_takes_is_rung_for_again_once_in_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr(outgoing, "_bells", [lambda row: rung.append(row.pk)])
    monkeypatch.setattr(clockwork, "_rung", {})
    now = clock.now()
    made = [
        Outgoing.objects.create(topic="t", key=str(age), created_at=now, available_at=now - timedelta(seconds=age))
        for age in (1, 30, 40)
    ]
    for _ in range(3):
        clockwork.one_pass()
    assert sorted(rung) == [made[1].pk, made[2].pk]
    monkeypatch.setattr(clockwork, "_rung", {pk: when - 10 for pk, when in clockwork._rung.items()})
    clockwork.one_pass()
    assert len(rung) == 4

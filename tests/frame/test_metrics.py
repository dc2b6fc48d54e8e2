"""Whoever runs the site reads numbers by a token of its own; no number tells of a person or a case."""

import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client

from cases.history import watch
from cases.outgoing.models import Outgoing
from project import metrics
from workflows import actions
from workflows.walking import drive

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-this-installation"


@pytest.fixture
def numbers(client: Client, settings: Any) -> Any:
    """Reads /metrics as the monitoring does."""
    settings.METRICS_TOKEN = TOKEN
    watch.add(metrics.WATCHER)

    def read() -> dict[str, float]:
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
        lines = [line.rpartition(" ") for line in answer.content.decode().splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _space, value in lines}

    yield read
    watch.drop(metrics.WATCHER)


def test_without_the_token_there_is_no_such_page(client: Client, settings: Any) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = TOKEN
    for shown in ("", "Bearer", "Bearer another-token-altogether", TOKEN):
        assert client.get("/metrics", headers={"Authorization": shown}).status_code == 404


def test_acts_refusals_waits_pages_and_queues_are_counted_and_nobody_is_named(
    cast: Any, published: Any, numbers: Any, client: Client
) -> None:
    before = numbers()
    published("rare_disease")
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    item = drive.open_item(case)
    with pytest.raises(Exception):  # noqa: B017 - whatever it is called, it is counted below
        actions.claim(item=item, by=cast["xiji_review"])
    actions.claim(item=item, by=cast["xiji_intake"])
    client.get(f"/case/{case.number}/")
    after = numbers()

    def more(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert more('relief_actions_total{action="task.claim",outcome="ok"}') == 1
    assert more('relief_actions_total{action="task.claim",outcome="denied"}') == 1
    assert more('relief_refusals_total{code="not_my_step"}') == 1
    assert more('relief_action_seconds_count{action="task.claim"}') == 2
    assert more("relief_lock_wait_seconds_count") > 2
    assert more('relief_http_requests_total{method="GET",status="302",view="case:home"}') == 1
    assert after['relief_work_open{state="claimed",step="intake"}'] == 1
    assert after["relief_outgoing_waiting"] == Outgoing.objects.filter(done_at=None).count() > 0
    assert after["relief_timers_late"] == 0
    said = "\n".join(after)
    for secret in (case.number, str(case.masked_name), cast["xiji_intake"].name, "applicant1", str(case.token)):
        assert str(secret) not in said
    assert set(re.findall(r"(\w+)=\"", said)) <= {
        "action",
        "outcome",
        "code",
        "view",
        "method",
        "status",
        "le",
        "step",
        "state",
    }


def test_the_processes_of_one_machine_add_up(tmp_path: Any) -> None:
    """Two processes count, a third one answers for both."""
    count = "import django; django.setup(); from project import metrics as m; m.WATCHER.acted('task.claim', 'ok', 0.1)"
    ask = (
        "import django; django.setup(); from prometheus_client import CollectorRegistry, generate_latest; "
        "from prometheus_client.multiprocess import MultiProcessCollector; r = CollectorRegistry(); "
        "MultiProcessCollector(r); print(generate_latest(r).decode())"
    )
    around = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    for _process in range(2):
        subprocess.run([sys.executable, "-c", count], env=around, cwd=site.BASE_DIR, check=True, capture_output=True)
    done = subprocess.run([sys.executable, "-c", ask], env=around, cwd=site.BASE_DIR, check=True, capture_output=True)
    assert 'relief_actions_total{action="task.claim",outcome="ok"} 2.0' in done.stdout.decode()

"""A log line says which request and which case; it never says who."""

import json
import logging
from typing import Any

import pytest
import structlog
from django.test import Client

from cases.history.models import Event
from cases.history.record import in_background
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from workflows import actions
from workflows.engine import clockwork
from workflows.walking import drive

pytestmark = pytest.mark.django_db
PLANTED = {
    "patient_name": "植入患者名", "patient_id_no": "", "patient_phone": "19900004321", "address": "植入街道九号",
}  # fmt: skip
OPINION = "植入意见：家里情况属实，同意。"


@pytest.fixture
def lines(caplog: Any) -> Any:
    """What was written, as the JSON of an office; every level, of every logger but the database's own."""
    shape = structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        foreign_pre_chain=[structlog.contextvars.merge_contextvars],
    )
    caplog.set_level(logging.WARNING, logger="django.db.backends")
    caplog.set_level(logging.DEBUG)
    return lambda: [json.loads(shape.format(record)) for record in caplog.records]


def test_the_lines_of_a_request_carry_its_id_the_case_and_the_act(
    cast: Any, published: Any, client: Client, lines: Any
) -> None:
    published("rare_disease")
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    item = drive.open_item(case)
    client.force_login(cast["xiji_intake"], backend="django.contrib.auth.backends.ModelBackend")
    headers = {"X-Request-ID": "from-the-proxy-7"}
    client.post(f"/case/{case.number}/claim", {"item": item.pk, "row_version": item.row_version}, headers=headers)
    mine = [line for line in lines() if line.get("request_id") == "from-the-proxy-7"]
    acted = next(line for line in mine if line["event"] == "acted")
    assert (acted["action"], acted["outcome"], acted["case"], acted["number"]) == (
        "task.claim",
        "ok",
        case.pk,
        case.number,
    )
    answered = next(line for line in mine if line["event"] == "answered")
    assert (answered["view"], answered["method"], answered["status"]) == ("case:claim", "POST", 302)
    assert Event.objects.filter(action="task.claimed", request_id="from-the-proxy-7").exists()
    assert structlog.contextvars.get_contextvars() == {}


def test_a_job_of_the_worker_and_a_pass_of_the_clock_have_an_id_too(cast: Any, published: Any, lines: Any) -> None:
    from workflows.tasks import run_outgoing

    published("rare_disease")
    drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    row = Outgoing.objects.filter(done_at=None).earliest("pk")
    run_outgoing(row.pk)
    sent = Event.objects.filter(action="notice.sent").latest("pk")
    assert sent.request_id is not None and sent.request_id.startswith(f"job-{row.pk}-")
    with in_background("clock", "clock-1"):
        structlog.get_logger("relief.test").info("tick")
    assert next(line for line in lines() if line["event"] == "tick")["request_id"] == "clock-1"
    clockwork.one_pass()
    assert structlog.contextvars.get_contextvars() == {} and outgoing.due() is not None


def test_no_line_of_a_whole_walk_says_who_it_is_about(cast: Any, published: Any, funded: Any, lines: Any) -> None:
    published("rare_disease")
    funded("rare_disease", "200000")
    planted = {name: value for name, value in PLANTED.items() if value}
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"], changes=planted)
    case.refresh_from_db()
    id_no = str(case.patient.id_no)
    drive.step(case, "accept", opinion=OPINION)
    drive.to(case, "PANEL")
    drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{number}"] for number in range(1, 6)])
    drive.give_notice([case], by=cast["publicity"])
    drive.end_notice(by=cast["prov_head"])
    case.refresh_from_db()
    account = str(case.accounts.latest("pk").account)
    drive.step(case, "grant")
    with pytest.raises(Exception):  # noqa: B017 - a refused try writes a line too
        actions.terminate(case=case, reasons=["J01"], opinion=OPINION, by=cast["xiji_town"])
    written = [json.dumps(line, ensure_ascii=False) for line in lines()]
    assert len(written) > 20
    people = [str(cast[name].name) for name in ("xiji_intake", "prov_head", "panel1")]
    for secret in (*planted.values(), id_no, account, OPINION, *people):
        assert not [line for line in written if secret in line], secret

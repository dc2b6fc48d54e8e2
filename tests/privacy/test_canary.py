"""Twenty values go the whole way, into forms, refusals, faults and searches, and stand in clear nowhere that the product writes."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import kombu.pools
import pytest
import structlog
from django.db import connection, connections
from django.test import Client

from cases.access.models import DemoSms
from cases.calendar import clock
from cases.dossier.actions import withdraw
from cases.dossier.models import Case
from cases.errors import Refusal
from cases.evidence.actions import add_file, save_supplement_answer
from cases.history.check import verify
from cases.notices import given
from cases.notices.models import Notice
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from cases.privacy import actions as privacy
from cases.sealed import GoneValue
from project.celery import app
from tests.cast import everybody
from tests.database import clone, forget, use
from tests.desk.road import supplied
from tests.history.test_dump import dump, forms_of
from workflows import actions
from workflows.actions.deciding import save_draft
from workflows.desk.notes.actions import write_note
from workflows.engine import incidents
from workflows.models import Draft, Incident
from workflows.walking import drive
from workflows.walking.papers import picture

SLUG, NUMBER = "rare_disease", 1
ASKED = {
    "patient_name": "植入患名", "patient_phone": "19900007301", "address": "植入大街七巷九号", "household_income": "23457.61",
    "diagnosis_hospital": "植入医院血液科",
}  # fmt: skip
TYPED = {
    "file": "植入的诊断书", "supplement note": "植入补正说明：请补齐", "new phone": "19900007302", "opinion": "植入意见：情况属实，建议受理。",
    "return": "植入退回：收入和入户记录不一致。", "draft": "植入草稿：还没有想好怎么写", "note": "植入便签：电话里说得很急",
    "visitor": "植入走访人", "visit place": "植入村三组老房", "visit note": "植入见闻：家中有人卧床", "verified": "31000.53",
    "why": "植入理由：结算单合计是这个数", "refused": "植入终止：家属来电说不办了", "withdrawn": "植入撤回：在外地办了",
    "searched name": "植入查找名", "searched phone": "19900007303", "at a fault": "植入断线街八号",
}  # fmt: skip


@pytest.fixture
def world(django_db_setup: Any, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """A database of its own, in which each act is a transaction of its own."""
    home, mine = connections["default"].settings_dict["NAME"], clone()
    with django_db_blocker.unblock():
        use(mine)
        cast = everybody()
        drive.publish_policy(slug=SLUG, maker=cast["policy_edit"], publisher=cast["policy_publish"])
        yield SimpleNamespace(cast=cast, fund=drive.fund(slug=SLUG, yuan="50000", by=cast["fin_make"]))
        use(home)
    forget(mine)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Path]:
    """The broker of a bare machine, which keeps each message as a file."""
    (tmp_path / "messages").mkdir()
    kept = {name: app.conf[name] for name in ("broker_url", "broker_transport_options")}
    folders = {name: str(tmp_path / "messages") for name in ("data_folder_in", "data_folder_out")}
    _connect(
        broker_url="filesystem://localhost",
        broker_transport_options={**folders, "control_folder": str(tmp_path / "control")},
    )
    yield tmp_path / "messages"
    _connect(**kept)


def _connect(**conf: Any) -> None:
    kombu.pools.reset()
    app.conf.update(conf)
    app.amqp._producer_pool = app._pool = None


def signed_in(person: Any) -> Client:
    browser = Client(raise_request_exception=False)
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def applied_and_paid(world: SimpleNamespace) -> Case:
    """From the first answer to the bank, with a supplement, a return, a visit and a value found out by the office."""
    cast = world.cast
    case = drive.apply(slug=SLUG, number=NUMBER, by=cast["applicant1"], changes=ASKED, submit=False)
    paper = picture("D02", seed=31)
    paper.name = f"{TYPED['file']}.jpg"
    add_file(case=case, material_code="D02", upload=paper, by=cast["applicant1"])
    drive.finish(case, by=cast["applicant1"], seed=NUMBER)
    items = [("answer", "patient_phone", "S10", ""), ("material", "D02", "S31", TYPED["supplement note"])]
    asked = [dict(zip(("kind", "key", "reason", "note"), one, strict=True)) for one in items]
    drive.step(case, "supplement", data={"items": asked})
    save_supplement_answer(case=case, key="patient_phone", value=TYPED["new phone"], by=cast["applicant1"])
    supplied(case, by=cast["applicant1"], seed=1)
    drive.step(case, opinion=TYPED["opinion"])
    item = drive.open_item(case)
    who = drive.person_for(item)
    told = drive.visit(case, who)
    told |= {"visitors": [TYPED["visitor"], "演示村干部"], "place": TYPED["visit place"], "note": TYPED["visit note"]}
    drive.step(case, by=who, data={"visit": told})
    drive.to(case, "COUNTY")
    item = drive.open_item(case)
    save_draft(
        item=actions.claim(item=item, by=drive.person_for(item)),
        data={"opinion": TYPED["draft"]},
        by=drive.person_for(item),
    )
    write_note(case=case, text=TYPED["note"], by=cast["prov_review"])
    with pytest.raises(Refusal):
        actions.terminate(case=case, reasons=["J01"], opinion=TYPED["refused"], by=cast["xiji_town"])
    drive.step(case, "return", to_step="intake", opinion=TYPED["return"])
    drive.to(case, "PROVINCE")
    drive.step(
        case, "agree", data={"verified": [{"key": "total_cost", "value": TYPED["verified"], "reason": TYPED["why"]}]}
    )
    drive.to(case, "PANEL")
    drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{number}"] for number in range(1, 6)])
    drive.give_notice([case], by=cast["publicity"])
    drive.end_notice(by=cast["prov_head"])
    drive.to(case, "PAYABLE")
    batch, data = drive.send_batch(
        of=world.fund, maker=cast["fin_make"], checker=cast["fin_check"], releaser=cast["fin_release"]
    )
    drive.bank_answers(batch, data, maker=cast["fin_make"], checker=cast["fin_check"])
    return case


def searched(world: SimpleNamespace) -> list[str]:
    """Addresses to which an inspector's search by name and by phone leads."""
    browser = signed_in(world.cast["inspector"])
    found = []
    for name, value in (("name", TYPED["searched name"]), ("phone", TYPED["searched phone"])):
        found.append(browser.post("/inspect/private", {name: value, "purpose": "核对举报"}).headers["Location"])
        assert browser.get(found[-1]).status_code == 200
    return found


def fault_page(world: SimpleNamespace, draft: Case, hand: Any) -> str:
    """What somebody sees whose answer the database refuses for a reason that is nobody's business."""
    role = connection.settings_dict["USER"]
    hand.execute(f'REVOKE INSERT, UPDATE ON cases_answer FROM "{role}"')
    answer = signed_in(draft.owner).post(f"/draft/{draft.token}/address", {"value": TYPED["at a fault"]})
    hand.execute(f'GRANT INSERT, UPDATE ON cases_answer TO "{role}"')
    assert answer.status_code == 500
    return str(answer.content.decode())


def given_up(monkeypatch: Any) -> None:
    """A message that the gateway refuses with number and text in the words of the fault, until the machine gives it up."""

    def refuses(phone: str, text: str, _key: str) -> None:
        raise ValueError(f"no way to {phone}: {text}")

    row = Outgoing.objects.filter(done_at=None, topic="notice").earliest("pk")
    with monkeypatch.context() as away:
        away.setattr(given, "_carriers", [refuses])
        while Outgoing.objects.get(pk=row.pk).parked_at is None:
            Outgoing.objects.filter(pk=row.pk).update(available_at=clock.now())
            outgoing.run(row.pk)
    assert incidents.sweep() == 1


def erased(world: SimpleNamespace, case: Case) -> None:
    """Two people erase a case on request."""
    asked = privacy.ask(case=case, kind="erasure", words="", by=case.owner)
    privacy.propose(request=asked, by=world.cast["prov_review"])
    privacy.erase(request=asked, by=world.cast["prov_head"])


def opened(message: Path) -> str:
    """A message as the broker keeps it, with its body read."""
    text = message.read_text("utf-8")
    return text + base64.b64decode(json.loads(text)["body"]).decode()


def test_nothing_that_is_written_holds_what_somebody_told(
    world: SimpleNamespace, broker: Path, superuser_cursor: Any, monkeypatch: Any, caplog: Any
) -> None:
    for name in ("django.db.backends", "celery"):
        caplog.set_level(logging.WARNING, logger=name)
    caplog.set_level(logging.DEBUG)
    case, owner = applied_and_paid(world), world.cast["applicant2"]
    draft = drive.apply(slug=SLUG, number=2, by=owner, submit=False)
    page = fault_page(world, draft, superuser_cursor)
    addresses = searched(world)
    given_up(monkeypatch)
    gone = drive.apply(slug=SLUG, number=3, by=world.cast["applicant3"])
    item = drive.open_item(gone)
    save_draft(
        item=actions.claim(item=item, by=drive.person_for(item)),
        data={"opinion": "还没有写完"},
        by=drive.person_for(item),
    )
    withdraw(case=gone, reason=TYPED["withdrawn"], by=world.cast["applicant3"])

    case.refresh_from_db()
    told = {"id": str(case.patient.id_no), "account": str(case.accounts.latest("pk").account)}
    planted = {**ASKED, **TYPED, **told}
    assert len(planted) >= 20 and case.state != "DRAFT"
    messages = [opened(path) for path in broker.iterdir()]
    shape = structlog.stdlib.ProcessorFormatter(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)],
        foreign_pre_chain=[structlog.contextvars.merge_contextvars],
    )
    lines = [shape.format(record) for record in caplog.records]
    assert len(messages) > 10 and len(lines) > 50 and Incident.objects.count() == 1
    assert any("permission denied" in line for line in lines)
    written = {
        "log": lines,
        "broker": messages,
        "page": [page],
        "address": addresses,
        "table": [dump(superuser_cursor)],
    }
    found = {
        (place, name)
        for place, texts in written.items()
        for name, value in planted.items()
        for form in forms_of(value)
        if any(form in text for text in texts)
    }
    assert found == set()

    erased(world, gone)
    assert isinstance(Draft.objects.get(item__case=gone).data, GoneValue)
    for row in Outgoing.objects.filter(done_at=None):
        outgoing.run(row.pk)
    late = Notice.objects.filter(case=gone, channel="sms")
    assert {one.state for one in late} == {"failed"} and not Outgoing.objects.filter(done_at=None, parked_at=None)
    assert DemoSms.objects.exists() and not [one for one in DemoSms.objects.all() if str(one.text) == str(late[0].body)]
    assert [one.sentence for one in verify(connection).findings] == []

"""A stolen database gives away nothing of people: planted values are in no table, in no form."""

from __future__ import annotations

import base64
import io
import json
import re
import uuid
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.db import models
from django.test import Client
from viewflow.workflow.models import Process, Task
from viewflow.workflow.token import Token

from cases.access.actions import look
from cases.access.demo import make_cast
from cases.calendar import clock
from cases.history.record import canonical, record
from cases.sealed import SealedField, blind_index, commitment_of
from workflows.programmes.rare_disease.roads.v1 import RareDiseaseV1

PLANTED = {
    "user name": "演示甲用户", "user phone": "19900007001", "patient name": "演示乙患者", "id number": "649918195208294953",
    "birth date": "1952-08-29", "patient phone": "19900007002", "second contact": "19900007003",
    "address": "演示大街七号院三单元", "diagnosis": "1-31 演示病名", "hospital": "演示第一医院某科", "income": "23456.78",
    "account number": "6222020000000007009", "account holder": "演示丙户主", "guardian": "演示丁监护",
    "file name": "演示戊的身份证.jpg", "place of photo": "35.9612,105.7311", "time of photo": "2026:11:01 08:15:33",
    "supplement note": "请补演示己的缴费单", "visitor": "演示庚走访", "visit place": "演示村三组老房", "visit note": "家中有演示辛卧床",
    "visit fact": "灶房与填报不符", "opinion": "演示意见情况属实建议支持", "draft opinion": "演示草稿意见待改",
    "vote reason": "演示表决理由", "minutes": "演示会议纪要内容",  "letter text": "演示通知正文您好", "award facts": "98765.43", "password": "yanshi-plant-7!",
    "take-over reason": "演示接手原因：原经办人住院",
    "ending": "演示终止情况：家属来电说明",
    "totp seed": "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK",
}  # fmt: skip


def plant() -> dict[str, str]:
    """Store each value the way the product does; answers the values, with those that signing in made."""
    p, now = PLANTED, clock.now()
    people = make_cast(now=now)
    owner, staff = people["applicant1"], people["xiji_intake"]
    make = _creators("cases")
    owner.name, owner.phone = p["user name"], p["user phone"]
    owner.save()
    staff.set_password(p["password"])
    staff.save()
    patient = make["person"](
        name=p["patient name"], name_key=blind_index(p["patient name"], "person.name"), id_no=p["id number"],
        id_key=blind_index(p["id number"], "person.id"), birth_date=p["birth date"], sex="M", phone=p["patient phone"],
        phone_key=blind_index(p["patient phone"], "person.phone"), created_at=now,
    )  # fmt: skip
    case = make["case"](
        token=uuid.uuid4(), number="640422-2026-000001-1", state="DRAFT", programme="rare_disease", owner=owner,
        handling_code="640422100991", created_at=now, saved_at=now, submitted_at=now, patient=patient,
        patient_key=patient.id_key,
    )  # fmt: skip
    for key in ("patient name", "id number", "second contact", "address", "diagnosis", "hospital", "income"):
        make["answer"](case=case, key=key.replace(" ", "_"), value=p[key], by=owner, at=now)
    make["payeeaccount"](
        case=case, holder=p["account holder"], account=p["account number"], tail="7009", bank_name="演示银行",
        account_key=blind_index(p["account number"], "account"), given_by=owner, given_at=now,
    )  # fmt: skip
    case.state = "COUNTY"
    case.save(update_fields=["state"])
    make["consent"](
        case=case, kind="processing", agreed=True, text_version="1", text_hash="0" * 64, guardian=p["guardian"],
        given_by=owner, given_at=now,
    )  # fmt: skip
    photo = make["materialfile"](
        token=uuid.uuid4(), case=case, kind="image", original_name=p["file name"], sha256="0" * 64,
        stored_sha256="1" * 64, size=1, path="x", taken_place=p["place of photo"], taken_at=p["time of photo"],
        by=owner, at=now,
    )  # fmt: skip
    supplement = make["supplement"](case=case, number=1, told_by=staff, told_at=now, due_on=now.date())
    make["supplementitem"](supplement=supplement, kind="answer", key="a", reason="S01", note=p["supplement note"])
    visit = make["homevisit"](
        case=case, round=1, step="village", visitors=[p["visitor"], "演示走访二"], visited_on=now.date(),
        place=p["visit place"], photo=photo, note=p["visit note"], by=staff, at=now,
    )  # fmt: skip
    make["visitfact"](visit=visit, key="a", finding="differs", note=p["visit fact"])
    version = make["policyversion"](
        programme="rare_disease", number=99, effective_from=now.date(), title="演示政策", made_by=staff, made_at=now
    )
    make["award"](
        case=case, round=1, policy=version, amount="5000", facts={"total": p["award facts"]}, working=[p["award facts"]],
        by=staff, at=now,
    )  # fmt: skip
    make["evaluation"](
        case=case, kind="award", policy=version, facts={"total": p["award facts"]}, result=[p["award facts"]], by=staff, at=now
    )  # fmt: skip
    make["notice"](
        token=uuid.uuid4(), case=case, code="N01", number="N-1", channel="page", title="受理通知", body=p["letter text"],
        queued_at=now,
    )  # fmt: skip
    record("case.checked", about=("case", case.pk), object=case, by=staff, payload={"name": commitment_of(owner.name)})
    look(case=case, fields=["patient_name", "id_no"], viewer=staff, purpose="初审")
    TOTP.activate(staff, p["totp seed"])
    plant_on_the_road(case, people, now)
    return {**p, **sign_in(p)}


def sign_in(p: dict[str, str]) -> dict[str, str]:
    browser = Client()
    browser.post("/accounts/login/code/", {"phone": p["user phone"]})
    page = Client().get("/accounts/demo-phone/", {"phone": p["user phone"]}).content.decode()
    code = re.search(r"验证码 (\d{6})", page)
    assert code
    browser.post("/accounts/login/code/confirm/", {"code": code[1]})
    assert browser.session["_auth_user_id"]
    return {"code of the message": f"验证码 {code[1]}", "session": browser.cookies["session"].value}


def plant_on_the_road(case: Any, people: dict[str, Any], now: Any) -> None:
    """An opinion, a draft, and a vote with its minutes, each with the run and the meeting it belongs to."""
    p, make = PLANTED, _creators("workflows")
    process = Process.objects.create(flow_class=RareDiseaseV1)
    make["run"](case=case, process=process, flow="rare_disease/v1", started_at=now)
    items = []
    for node in (RareDiseaseV1.county_review, RareDiseaseV1.panel):
        task = Task.objects.create(process=process, flow_task=node, flow_task_type="HUMAN", token=Token("start"))
        items.append(make["workitem"](case=case, task=task, step=node.name, kind="human", offered_at=now))
    make["decision"](
        case=case, item=items[0], round=1, step="county_review", level=1, outcome="agree", opinion=p["opinion"],
        data={"text": p["opinion"]}, actor=people["xiji_review"], role="CTY2", happened_on=clock.today(), at=now,
        office=people["xiji_review"].posts.get().office,
    )  # fmt: skip
    make["draft"](item=items[1], by=people["panel1"], data={"text": p["draft opinion"]}, at=now)
    make["handover"](
        item=items[0], kind="taken_over", from_person=people["xiji_review"], to_person=people["xiji_review2"],
        reason=p["take-over reason"], at=now,
    )  # fmt: skip
    make["ending"](
        case=case, state="COUNTY", reasons=["J01"], opinion=p["ending"], actor=people["xiji_review"], role="CTY2",
        office=people["xiji_review"].posts.get().office, at=now,
    )  # fmt: skip
    meeting = make["meeting"](
        number="H-1", held_on=clock.today(), quorum=5, state="open", called_by=people["prov_head"], called_at=now,
        minutes=p["minutes"],
    )  # fmt: skip
    item = make["meetingitem"](meeting=meeting, case=case, work_item=items[1], amount="5000")
    make["attendance"](meeting=meeting, member=people["panel1"], signed_at=now)
    make["vote"](item=item, member=people["panel1"], choice="reject", reason=p["vote reason"], at=now)


def _creators(label: str) -> dict[str, Any]:
    return {
        str(model._meta.model_name): model._default_manager.create for model in apps.get_app_config(label).get_models()
    }


def dump(superuser: Any) -> str:
    """Every table of the database as text."""
    out = io.StringIO()
    superuser.execute("SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT LIKE 'pg!_%' ESCAPE '!'")
    for schema, table in superuser.fetchall():
        if schema != "information_schema":
            superuser.copy_expert(f'COPY "{schema}"."{table}" TO STDOUT', out)
    return out.getvalue()


def forms_of(value: str) -> list[str]:
    """The value as it is, escaped as JSON, in hex and in base64 (its inner part, wherever it starts)."""
    raw = value.encode()
    found = [value, json.dumps(value)[1:-1], raw.hex(), canonical({"v": value})[6:-2]]
    for shift in range(3):
        core = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")[4:-4]
        if len(core) > 6:
            found += [core, core.replace("+", "-").replace("/", "_")]
    return found


@pytest.mark.django_db(transaction=True)
def test_thirty_planted_values_are_not_in_a_dump(superuser_cursor: Any) -> None:
    values = plant()
    text = dump(superuser_cursor)
    assert len(values) >= 30
    assert "640422-2026-000001-1" in text and "西吉县救助办公室（演示）" in text
    found = {name for name, value in values.items() for form in forms_of(value) if form in text}
    assert found == set()


def test_the_search_would_find_a_value_that_stood_there() -> None:
    value = "演示甲用户"
    for stored in (
        value,
        json.dumps({"a": value}),
        value.encode().hex(),
        base64.b64encode(b"ab" + value.encode()).decode(),
    ):
        assert any(form in stored for form in forms_of(value))


PLAIN_BY_DESIGN = {
    "cases_office.name", "cases_office.phone", "cases_office.address", "cases_role.name", "cases_division.name",
    "cases_fund.name", "cases_workday.name", "cases_workday.notice", "cases_policyversion.note", "cases_clause.text_zh", "cases_batchline.bank_name",
    "cases_payeeaccount.bank_name", "cases_publicentry.shown_name", "cases_case.masked_name", "cases_user.username",
    "cases_outgoing.place", "cases_partner.name", "workflows_incident.name", "workflows_incident.place", "workflows_message.name",
    "workflows_periodicrun.name", "workflows_suspension.place", "workflows_timer.place",
    "cases_provider.bank_name", "cases_priceitem.name", "cases_checkpoint.note", "cases_witness.name",
    "workflows_sampleframe.text", "workflows_namerequest.name",
}  # fmt: skip
PERSONAL = re.compile(r"name|phone|address|opinion|note|text|body|holder|account$|id_no|minutes|birth|diagnos|place")


def test_a_column_named_like_something_personal_is_sealed_or_named_here() -> None:
    plain = {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models()
        if model._meta.app_label in ("cases", "workflows")
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not isinstance(field, SealedField)
        if PERSONAL.search(field.column) and not re.search(r"_key$|_en$|_hash$|_version$|^note_", field.column)
    }
    assert plain - PLAIN_BY_DESIGN == set()

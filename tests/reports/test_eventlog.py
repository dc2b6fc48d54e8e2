"""The exported log says what happened and nobody's name, shows when something is taken out, and an outside judge replays it."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client

from cases.access.actions import appoint, make_staff
from cases.access.models import Office, Role
from cases.calendar import clock
from cases.dossier.models import Case
from cases.errors import Refusal
from cases.history.models import Access, Event
from tests.cast import everybody
from tests.database import clone, forget, use
from tests.reports.conftest import SLUG, paid
from tools import reliefexport
from workflows.engine.bpmn import bpmn_xml
from workflows.flow import graph, road_of
from workflows.models import WorkItem
from workflows.reports.eventlog import actions, queries, signing
from workflows.reports.eventlog.models import LogExport
from workflows.walking import drive

JUDGE = Path(__file__).with_name("judge.py")
SPACE = "{http://www.xes-standard.org/}"
COPIED = [
    f.column for f in WorkItem._meta.local_concrete_fields if not f.generated and f.name not in ("id", "seat", "step")
]
COPY = f"INSERT INTO workflows_workitem (seat, step, {', '.join(COPIED)}) SELECT %s, %s, {', '.join(COPIED)} FROM workflows_workitem WHERE id = %s RETURNING id"
CLOSE = "UPDATE workflows_workitem SET step = %s, state = 'done', done_at = relief_now() WHERE id = %s"


@pytest.fixture(scope="module")
def world(django_db_setup: Any, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """A database of its own: one case paid and visited, one before its notice, one before the city."""
    home, mine = connections["default"].settings_dict["NAME"], clone()
    with django_db_blocker.unblock():
        use(mine)
        cast = everybody()
        drive.publish_policy(slug=SLUG, maker=cast["policy_edit"], publisher=cast["policy_publish"])
        case = paid(cast, drive.fund(slug=SLUG, yuan="200000", by=cast["fin_make"]))
        drive.to(case, "CLOSED")
        skipped = drive.to(drive.apply(slug=SLUG, number=4, by=cast["applicant4"]), "PANEL")
        drive.panel([skipped], head=cast["prov_head"], members=[cast[f"panel{n}"] for n in range(1, 6)])
        same = drive.to(drive.apply(slug=SLUG, number=5, by=cast["applicant4"]), "CITY")
        yield SimpleNamespace(cast=cast, case=case, skipped=skipped, same=same, inspector=cast["inspector"])
        use(home)
    forget(mine)


def export(world: SimpleNamespace, kind: str, **filters: Any) -> SimpleNamespace:
    out = io.BytesIO()
    made = actions.export_log(kind=kind, filters=filters, purpose="季度抽查", out=out, by=world.inspector)
    return SimpleNamespace(data=out.getvalue(), row=made.row, sidecar=made.sidecar)


@pytest.fixture(scope="module")
def logs(world: SimpleNamespace) -> dict[str, SimpleNamespace]:
    looks = Access.objects.filter(case_id__isnull=False).count()
    return {kind: SimpleNamespace(**vars(export(world, kind)), looks=looks) for kind in ("xes", "ocel", "fhir")}


def checked(folder: Path, data: bytes, sidecar: str, capsys: Any) -> tuple[int, str]:
    """What the checker says of a file and a sidecar."""
    (folder / "log").write_bytes(data)
    (folder / "sidecar").write_text(sidecar, "utf-8")
    code = reliefexport.main([str(folder / "log"), str(folder / "sidecar"), "--key", signing.public_key().vkey()])
    return code, capsys.readouterr().out


def signed_in(person: Any) -> Client:
    browser = Client()
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def facts_of(log: SimpleNamespace) -> dict[str, Any]:
    return json.loads(log.sidecar.partition("\n")[0])


def steps_of(data: bytes) -> dict[str, list[tuple[str, str]]]:
    """(step, who) of each trace of a log of steps."""
    found = {}
    for trace in ElementTree.fromstring(data).iter(f"{SPACE}trace"):
        name = next(one.get("value") for one in trace if one.get("key") == "concept:name")
        events = [{one.get("key"): one.get("value") for one in event} for event in trace.iter(f"{SPACE}event")]
        found[str(name)] = [(str(event["relief:step"]), str(event.get("org:resource"))) for event in events]
    return found


def same_eyes(data: bytes, road: Any) -> list[tuple[str, str]]:
    """(trace, step) where whoever did a step had also done the level before."""
    level = {node.name: node.level for node in graph(road).nodes if node.level is not None and node.kind == "step"}
    found = []
    for name, steps in steps_of(data).items():
        last: dict[int, str] = {}
        for step, who in steps:
            if step in level and who != "system" and last.get(level[step] - 1) == who:
                found.append((name, step))
            if step in level:
                last[level[step]] = who
    return found


def test_the_sidecar_promises_each_chain_whole_as_history_has_it(world, logs):
    deeds = 0
    for log in logs.values():
        facts = facts_of(log)
        assert facts["file_sha256"] == log.row.sha256 and facts["cases"] == 3
        assert facts["events"] == sum(one["events"] for one in facts["streams"]) == log.row.events
    cases = Case.objects.exclude(number=None).order_by("pk")
    for case, one in zip(cases, facts_of(logs["ocel"])["streams"], strict=True):
        chain = Event.objects.filter(stream__kind="case", stream__key=str(case.pk), seq__lte=one["last"])
        assert bytes(chain.get(seq=one["last"]).hash).hex() == one["head"] and chain.count() == one["last"]
        deeds += chain.exclude(action__startswith="row.").count()
    assert facts_of(logs["ocel"])["events"] == deeds + facts_of(logs["xes"])["events"]
    assert facts_of(logs["fhir"])["events"] == logs["fhir"].looks


def test_a_log_names_nobody_and_two_logs_cannot_be_joined(world, logs):
    again = export(world, "xes")
    told = b"".join(log.data for log in logs.values()).decode() + "".join(log.sidecar for log in logs.values())
    for case in (world.case, world.skipped, world.same):
        assert case.number not in told and case.patient.name not in told and case.patient.id_no not in told
    people = world.cast.values()
    assert not [one for one in people if one.name in told or ("_" in one.username and one.username in told)]
    names = re.compile(rb"(?:case|officer)-[0-9a-f]{16}")
    assert not {*names.findall(logs["xes"].data)} & {*names.findall(again.data)}
    assert b"account-" in logs["ocel"].data and not re.search(rb'"who":\{"identifier":\{"value":"\d', logs["fhir"].data)


@pytest.mark.parametrize("kind", ["xes", "ocel", "fhir"])
def test_one_event_or_one_case_less_is_found_and_named(logs, kind, tmp_path, capsys):
    log = logs[kind]
    assert checked(tmp_path, log.data, log.sidecar, capsys)[0] == reliefexport.WHOLE
    lines = log.data.splitlines(keepends=True)
    one = next(n for n in range(len(lines) // 2, len(lines)) if b"hash" in lines[n] or b"AuditEvent" in lines[n])
    code, said = checked(tmp_path, b"".join(lines[:one] + lines[one + 1 :]), log.sidecar, capsys)
    assert code == reliefexport.WRONG and re.search(r"case-[0-9a-f]{16}: \d+ events, \d+ promised", said)
    whole = facts_of(log)["streams"][0]["name"]
    if kind == "xes":
        fewer = re.sub(rb"<trace>.*?</trace>\n", b"", log.data, count=1, flags=re.DOTALL)
    else:
        fewer = b"".join(line for line in lines if whole.encode() not in line or b'"type":"case"' in line)
    code, said = checked(tmp_path, fewer, log.sidecar, capsys)
    assert code == reliefexport.WRONG and whole in said
    other = log.sidecar.replace('"cases":3', '"cases":2')
    assert checked(tmp_path, log.data, other, capsys)[0] == reliefexport.UNDECIDED


def test_an_outside_judge_replays_the_road_and_finds_a_skipped_notice_and_one_person_for_two(
    world, tmp_path, superuser_cursor
):
    """Whoever owns the server makes the rows of a case that skips its notice, and of a city that is the county's reviewer."""
    road = road_of(world.case)
    county = WorkItem.objects.get(case=world.same, step="county_review").holder_id
    item, city = (drive.open_item(case).pk for case in (world.skipped, world.same))
    before = export(world, "xes")
    assert same_eyes(before.data, road) == []
    hand = superuser_cursor
    for seat, step in ((2, "payment"), (3, "follow_up")):
        hand.execute(COPY, [seat, step, item])
    hand.execute(
        "SELECT id FROM workflows_workitem WHERE step <> 'publicity' AND state = 'open' AND case_id = %s ORDER BY id",
        [world.skipped.pk],
    )
    for step, pk in zip(("grant", "payment", "follow_up"), (item, *(row[0] for row in hand.fetchall())), strict=True):
        hand.execute(CLOSE, [step, pk])
    hand.execute("SELECT set_config('relief.actor', %s, false), set_config('relief.role', 'MUN', false)", [str(county)])
    hand.execute(
        "UPDATE workflows_workitem SET state = 'done', done_at = relief_now(), holder_id = %s WHERE id = %s",
        [county, city],
    )
    steps, deeds = export(world, "xes"), export(world, "ocel")
    (tmp_path / "log.xes").write_bytes(steps.data)
    (tmp_path / "log.json").write_bytes(deeds.data)
    (tmp_path / "road.bpmn").write_text(bpmn_xml(graph(road), key="road", name="试"), "utf-8")
    judged = json.loads(subprocess.run([sys.executable, JUDGE, tmp_path], capture_output=True, check=True).stdout)
    clean, skipped, same = (one["name"] for one in facts_of(steps)["streams"])
    assert [step for step, _who in steps_of(steps.data)[skipped]][-4:] == ["panel", "grant", "payment", "follow_up"]
    assert judged["fitness"][clean] == 1.0 and judged["fitness"][skipped] < 1.0
    assert same_eyes(steps.data, road) == [(same, "city_recheck")]
    assert judged["events"] == deeds.row.events
    assert {"account", "applicant", "batch", "case", "fund", "officer", "payout"} <= {*judged["types"]}


def test_a_name_is_opened_by_a_second_inspector_alone(world, logs):
    inspector, row = world.inspector, logs["xes"].row
    second = make_staff(username="insp_two", name="马演示", password="a-long-first-77", by=world.cast["sysadmin"])
    office = Office.objects.get(pk=inspector.posts.get().office_id)
    appoint(
        user=second, role=Role.objects.get(pk="INS"), office=office, starts_on=clock.today(), by=world.cast["secadmin"]
    )
    name = facts_of(logs["xes"])["streams"][0]["name"]
    asked = actions.ask_name(export=row, name=name, reason="核对这一件的公示日期。", by=inspector)
    assert [one.found for one in queries.asked(inspector, row)] == [""]
    with pytest.raises(Refusal):
        actions.confirm_name(request=asked, by=inspector)
    page = signed_in(second).get(f"/reports/log/{row.token}").content.decode()
    assert f"/reports/log/{row.token}/{asked.pk}" in page and world.case.number not in page
    assert signed_in(second).post(f"/reports/log/{row.token}/{asked.pk}").status_code == 302
    assert world.case.number in signed_in(inspector).get(f"/reports/log/{row.token}").content.decode()
    assert world.case.number not in signed_in(second).get(f"/reports/log/{row.token}").content.decode()
    assert (
        name
        in Access.objects.filter(object_type="workflows_logexport", action="read", actor=inspector.pk)
        .latest("pk")
        .fields
    )
    kept = Event.objects.filter(action__startswith="log.").values_list("action", "outcome")
    assert {("log.name_asked", "ok"), ("log.confirm_name", "denied"), ("log.name_confirmed", "ok")} <= {*kept}


def test_the_page_and_the_command_give_the_file_with_its_sidecar_and_record_it_first(world, tmp_path, capsys):
    browser = signed_in(world.inspector)
    assert browser.post("/reports/log").status_code == 422
    looks = Access.objects.filter(action="export", object_type="workflows_logexport")
    before = looks.count()
    answer = browser.post("/reports/log", {"kind": "xes", "state": "CLOSED", "purpose": "抽查公示"})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as packed:
        log, sidecar = packed.read("log.xes"), packed.read("sidecar.txt").decode()
    assert (
        looks.count() == before + 1
        and looks.latest("pk").purpose == "抽查公示"
        and looks.latest("pk").acting_role == "INS"
    )
    assert checked(tmp_path, log, sidecar, capsys)[0] == reliefexport.WHOLE and len(steps_of(log)) == 1
    row = LogExport.objects.latest("pk")
    told = json.loads(Event.objects.filter(action="log.exported").latest("pk").payload)
    assert (row.cases, told["cases"], told["events"], row.filters) == (1, 1, row.events, {"state": "CLOSED"})
    file = tmp_path / "looks.ndjson"
    call_command("export_log", str(file), "--format", "fhir", "--programme", SLUG)
    assert capsys.readouterr().out.splitlines()[-1] == signing.public_key().vkey()
    beside = (tmp_path / "looks.ndjson.sidecar").read_text("utf-8")
    assert checked(tmp_path, file.read_bytes(), beside, capsys)[0] == reliefexport.WHOLE

"""The exported file says what the road says, every judge takes it, and another engine runs it the same way."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import SpiffWorkflow
from django.core.management import call_command
from django.utils.translation import override
from lxml import etree

from cases.access.placing import candidates
from cases.policy.queries import policy_of
from cases.programme import programme, programmes, register
from tests.engine.graphs import Grown, Walker, roads
from tests.engine.spiff import replay
from workflows import actions
from workflows.engine.bpmn import bpmn_xml
from workflows.engine.bpmn_names import BPMN, BPMNDI
from workflows.engine.parts import Parts, parts_of
from workflows.flow import Graph, GraphEdge, GraphNode, graph, road_of, step_of
from workflows.models import WorkItem
from workflows.rules.conditions import AWARD_LEFT, NOTICE_AFTER_URGENT, PAYOUT_WAITS, READER_MISSING
from workflows.walking import drive
from workflows.walking.devices import hearing_centre
from workflows.walking.hospitals import hospitals

ROADS = list(roads())
every_road = pytest.mark.parametrize(("key", "drawn"), ROADS, ids=[key for key, _graph in ROADS])
SCHEMA = Path(SpiffWorkflow.__file__).parent / "bpmn" / "parser" / "schema" / "BPMN20.xsd"
JUDGES = ("bpmn-moddle@10.3.1", "bpmnlint@11.15.0")
MODDLE = """
import { BpmnModdle } from 'bpmn-moddle'; import fs from 'fs';
for (const name of process.argv.slice(2)) {
  const read = await new BpmnModdle().fromXML(fs.readFileSync(name, 'utf8'));
  for (const warning of read.warnings) console.log(name, warning.message);
}
"""


def text_of(key: str, drawn: Graph) -> str:
    return bpmn_xml(drawn, key=key, name="试")


# --- what the file says
@every_road
def test_no_id_is_used_twice_and_every_reference_is_declared(key: str, drawn: Graph) -> None:
    root = ET.fromstring(text_of(key, drawn))
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    names = ("sourceRef", "targetRef", "bpmnElement", "messageRef", "attachedToRef", "default")
    used = {element.attrib[name] for element in root.iter() for name in names if name in element.attrib}
    assert used <= set(ids)
    assert {element.text for element in root.iter(f"{{{BPMN}}}flowNodeRef")} >= {node.name for node in drawn.nodes}
    drawn_ids = {
        shape.attrib["bpmnElement"] for kind in ("Shape", "Edge") for shape in root.iter(f"{{{BPMNDI}}}BPMN{kind}")
    }
    flows = {flow.attrib["id"] for flow in root.iter(f"{{{BPMN}}}sequenceFlow")}
    assert drawn_ids >= flows | {node.name for node in drawn.nodes}


@every_road
def test_no_gateway_both_joins_and_divides_and_no_step_is_entered_twice(key: str, drawn: Graph) -> None:
    made = parts_of(drawn)
    for part in made.parts:
        comes = sum(flow.target == part.id for flow in made.flows)
        goes = sum(flow.source == part.id for flow in made.flows)
        assert comes <= 1 or goes <= 1
        assert comes <= 1 or part.tag.endswith("Gateway"), part
        assert goes <= 1 or part.tag.endswith("Gateway"), part


def _taken(made: Parts, gate: str, facts: dict[str, Any]) -> list[str]:
    ways = [flow for flow in made.flows if flow.source == gate]
    held = [flow.target for flow in ways if flow.condition and eval(flow.condition, {}, facts)]  # noqa: S307 (our own file)
    return held or [flow.target for flow in ways if flow.is_default]


@every_road
def test_exactly_one_way_fits_each_answer_of_a_step(key: str, drawn: Graph) -> None:
    made = parts_of(drawn)
    for part in made.parts:
        if part.kind == "decision":
            for flow in made.flows:
                if flow.source == part.id:
                    facts = {"outcome": flow.edge.exit, "to_step": flow.edge.dst}
                    assert _taken(made, part.id, facts) == [flow.target]
        if part.kind == "switch":
            on, off = (_taken(made, part.id, {f"level_{part.node.name}": way}) for way in (True, False))
            assert on == [part.node.name]
            assert len(off) == 1 and off != on


def test_a_wait_that_lapses_has_a_timer_whose_moment_is_data_and_never_a_number_of_days() -> None:
    drawn = next(drawn for key, drawn in ROADS if key == "rare_disease_v1")
    text = text_of("rare", drawn)
    root = ET.fromstring(text)
    timers = [
        event
        for event in root.iter(f"{{{BPMN}}}boundaryEvent")
        if event.find(f"{{{BPMN}}}timerEventDefinition") is not None
    ]
    assert [event.attrib["attachedToRef"] for event in timers] == ["supplement"]
    assert timers[0].findtext(f".//{{{BPMN}}}timeDate") == "supplement_due"
    limit = timers[0].find("./{*}extensionElements/{*}limit")
    assert limit is not None and limit.attrib == {
        "policy": "days.supplement",
        "variable": "supplement_due",
        "counts": "workdays",
    }
    assert "timeDuration" not in text


def test_every_name_in_a_condition_or_timer_is_declared_as_data_of_the_process() -> None:
    drawn = next(drawn for key, drawn in ROADS if key == "rare_disease_v1")
    declared = {part.attrib["name"] for part in ET.fromstring(text_of("rare", drawn)).iter(f"{{{BPMN}}}property")}
    assert declared >= {
        "outcome",
        "to_step",
        "level_village_check",
        "level_city_recheck",
        "supplement_due",
    }


def test_the_words_come_in_the_language_that_is_asked_for_and_the_ids_stay(tmp_path: Path, db: None) -> None:
    for language in ("zh-hans", "en"):
        call_command("export_bpmn", str(tmp_path / language), "--language", language, stdout=StringIO())
    for card in programmes():
        for version in card.roads:
            one, two = (ET.parse(tmp_path / name / f"{card.slug}-{version}.bpmn") for name in ("zh-hans", "en"))
            assert [part.get("id") for part in one.iter()] == [part.get("id") for part in two.iter()]
            words = " ".join(part.text or "" for part in two.iter(f"{{{BPMN}}}documentation"))
            assert "policy days." in words
            assert "政策" not in words and "岗位" not in words


def test_the_same_graph_gives_the_same_bytes_and_markup_in_names_is_text() -> None:
    drawn = Graph(
        (
            GraphNode("start", "收到", "start"),
            GraphNode("check", "核对 <一>", "step", "A"),
            GraphNode("done", "办结", "end"),
        ),
        (GraphEdge("start", "check", "", "", "forward"), GraphEdge("check", "done", "agree", "同意", "forward")),
    )
    assert text_of("small", drawn) == text_of("small", drawn)
    assert "核对 &lt;一&gt;" in text_of("small", drawn)
    with override("en"):
        assert drawn.fingerprint == Graph(drawn.nodes, drawn.edges).fingerprint


def test_a_step_of_several_people_is_left_when_enough_agree_or_one_vetoes() -> None:
    drawn = graph(programme("two_step").roads["opinions"])
    root = ET.fromstring(text_of("opinions", drawn))
    tasks = {
        task.attrib["id"]: task.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics")
        for task in root.iter(f"{{{BPMN}}}userTask")
    }
    said = {name: [part.text for part in loop] for name, loop in tasks.items() if loop is not None}
    assert said == {
        "opinions": ["3", "opinions_agreed >= 2 or opinions_against > 1"],
        "signatures": ["2", "signatures_agreed >= 2 or signatures_against > 0"],
    }


# --- the judges
@every_road
def test_the_file_is_valid_by_the_schema_of_the_object_management_group(key: str, drawn: Graph) -> None:
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    assert schema.validate(etree.fromstring(text_of(key, drawn).encode())), schema.error_log


@pytest.fixture(scope="module")
def judges() -> Path:
    """bpmn-moddle and bpmnlint in a folder of the tests; installed once, by npm's own settings."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed: bpmn-moddle and bpmnlint do not judge here")
    folder = Path(__file__).resolve().parents[2] / "var-test" / "judges"
    if not (folder / "node_modules" / "bpmnlint").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}')
        made = subprocess.run(
            [npm, "install", "--no-audit", "--no-fund", *JUDGES],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=100,
        )
        if made.returncode:
            pytest.skip(f"npm cannot install the judges here: {made.stderr.strip()[-200:]}")
    (folder / ".bpmnlintrc").write_text('{"extends": "bpmnlint:recommended"}')
    (folder / "moddle.mjs").write_text(MODDLE)
    return folder


@pytest.fixture(scope="module")
def files(judges: Path) -> list[str]:
    """Every road as a file."""
    for key, drawn in ROADS:
        (judges / f"{key}.bpmn").write_text(text_of(key, drawn), encoding="utf-8")
    return [f"{key}.bpmn" for key, _drawn in ROADS]


def _said(judges: Path, *command: str) -> str:
    said = subprocess.run(command, cwd=judges, capture_output=True, text=True, timeout=100)
    return (said.stdout + said.stderr).strip()


def test_bpmn_moddle_reads_every_road_without_a_warning(judges: Path, files: list[str]) -> None:
    assert _said(judges, "node", "moddle.mjs", *files) == ""


def test_bpmnlint_finds_nothing_to_say_by_its_recommended_rules(judges: Path, files: list[str]) -> None:
    assert _said(judges, "node", "node_modules/bpmnlint/bin/bpmnlint.js", "--max-warnings", "0", *files) == ""


def test_the_judges_would_say_something_about_a_bad_file(judges: Path) -> None:
    key, drawn = ROADS[0]
    lame = text_of(key, drawn).replace('attachedToRef="supplement"', 'attachedToRef="nobody"')
    (judges / "bad.bpmn").write_text(lame.replace('name="一次性告知补正"', ""), encoding="utf-8")
    assert "nobody" in _said(judges, "node", "moddle.mjs", "bad.bpmn")
    assert "label-required" in _said(judges, "node", "node_modules/bpmnlint/bin/bpmnlint.js", "bad.bpmn")


# --- another engine
@every_road
def test_random_walks_stand_at_the_same_steps_in_spiffworkflow(key: str, drawn: Graph) -> None:
    text, walked = text_of(key, drawn), 0
    for seed in range(12):
        walk = Walker(drawn, random.Random(seed), most=10).walk()
        if len(walk.answers) <= 40:
            assert replay(key, text, drawn, walk.data, walk.answers) == (walk.open, True), walk.answers
            walked += 1
    assert walked >= 6


@pytest.mark.parametrize("seed", range(100, 112))
def test_roads_that_nobody_wrote_run_the_same_way_too(seed: int) -> None:
    drawn = Grown(seed, size=9).graph()
    text = text_of("grown", drawn)
    for luck in range(4):
        walk = Walker(drawn, random.Random(luck), most=10).walk()
        if len(walk.answers) <= 60:
            assert replay("grown", text, drawn, walk.data, walk.answers) == (walk.open, True), walk.answers


def _lived(case: Any) -> tuple[list[tuple[str, str, str]], list[list[str]]]:
    """The answers that a real case was given in the database, and what stood open before each of them and at the end."""
    items = list(WorkItem.objects.filter(case=case).select_related("task", "decision").order_by("id"))
    done = sorted((item for item in items if item.state == "done"), key=lambda item: (item.done_at, item.pk))
    stood = []
    for position in range(len(done) + 1):
        left = {item.pk for item in done[:position]}
        last = done[position - 1].done_at if position else items[0].offered_at
        gone = {item.pk for item in items if item.state == "cancelled" and item.done_at <= last}
        stood.append(sorted(item.step for item in items if item.offered_at <= last and item.pk not in left | gone))
    return [_answer(item) for item in done], stood


def _answer(item: WorkItem) -> tuple[str, str, str]:
    made = getattr(item, "decision", None)
    exit = made.outcome if made else item.task.data["exit"]
    to = made.to_step if made else item.task.data["to"]
    return item.step, exit, to


def _who(item: WorkItem) -> Any:
    """Somebody who has no seat at it yet, where several people are asked; whoever may, elsewhere."""
    if step_of(item).of == 1:
        return None
    seated = WorkItem.objects.filter(task=item.task_id, holder__isnull=False).values_list("holder", flat=True)
    return candidates(item.role, item.division_code, set(seated))[0]


def _to_do(case: Any) -> WorkItem | None:
    """The first of the open steps that does not wait for another system."""
    rows = WorkItem.objects.select_related("case__run").filter(case=case, state__in=["open", "claimed"])
    return next((item for item in rows.order_by("id") if item.kind != "wait" or _is_ours(case, item)), None)


def _is_ours(case: Any, item: WorkItem) -> bool:
    return item.step in ("panel", "publicity") or "payment_batched" in getattr(road_of(case), item.step).exits


@pytest.fixture
def on_road() -> Iterator[Any]:
    """Another road of a programme for its new cases, during one test."""
    kept = programmes()
    yield lambda slug, version: register(replace(programme(slug), road=version))
    for card in kept:
        register(card)


LIVED = [(card.slug, version) for card in programmes() for version in card.roads]


@pytest.mark.django_db
@pytest.mark.parametrize(("slug", "version"), LIVED)
def test_a_case_that_lived_in_the_database_goes_the_same_way_in_spiffworkflow(
    slug: str, version: str, cast: Any, published: Any, funded: Any, on_road: Any
) -> None:
    on_road(slug, version)
    published(slug)
    fund = funded(slug, "100000")
    hospitals(cast)
    hearing_centre(cast)
    case = drive.apply(slug=slug, number=1, by=cast["applicant1"])
    returned = False
    while case.closed_at is None:
        item = _to_do(case)
        if item is None:
            break  # what is compared is the way until another system has to answer
        exits = getattr(road_of(case), item.step).exits
        if item.step == "panel":
            drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{n}"] for n in range(1, 6)])
        elif item.step == "publicity":
            drive.give_notice([case], by=cast["publicity"])
            drive.end_notice(by=cast["prov_head"])
        elif item.kind == "job":
            actions.job_over(case=item.case_id, item=item.pk, outcome="done", result={}, key=f"job-{item.pk}", by=None)
        elif item.step == "payment":
            hands = {"maker": cast["fin_make"], "checker": cast["fin_check"]}
            batch, data = drive.send_batch(of=fund, releaser=cast["fin_release"], **hands)
            drive.bank_answers(batch, data, **hands)
        elif "return" in exits and not returned:
            returned = True
            drive.step(case, "return", item=item, to_step=exits["return"].targets[0], by=_who(item))
        else:
            drive.step(case, item=item, by=_who(item))
        case.refresh_from_db()
    policy, drawn = policy_of(case), graph(road_of(case))
    levels = {f"level_{node.name}": policy.level_on(node.name) for node in drawn.nodes if node.optional}
    so = {
        AWARD_LEFT: True,
        NOTICE_AFTER_URGENT: True,
        PAYOUT_WAITS: True,
        READER_MISSING: False,
    }  # of a case whose award was not paid ahead
    data = {**levels, **so, **{f"{node.name}_outcome": "" for node in drawn.nodes}, "amount": case.award}
    answers, stood = _lived(case)
    assert len(answers) >= 3
    text = bpmn_xml(drawn, key="lived", name="试")
    assert replay("lived", text, drawn, data, answers) == (
        stood,
        case.closed_at is not None,
    )

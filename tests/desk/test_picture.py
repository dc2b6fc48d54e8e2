"""The picture of a case: every open step with its holder and light, the way that it came, faults, and the same as a list."""

import re
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.urls import reverse

from cases.access.placing import candidates
from cases.calendar import clock
from cases.outgoing.models import Outgoing
from tests.duties.several import asked, seats
from workflows import actions
from workflows.desk.casefile.picture import ways_between
from workflows.engine.diagram import INK, WALKED
from workflows.flow import Graph, GraphEdge, GraphNode, graph, road_of
from workflows.models import Incident, WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db
__all__ = ["asked"]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def verified(cast, published):
    """A case at its two checks side by side; the insurance check is in somebody's hands."""
    published("rare_disease")
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    drive.step(case, "accept")
    item = WorkItem.objects.get(case=case, step="insurance_check")
    actions.claim(item=item.pk, by=drive.person_for(item))
    return case


def tab(cast, case, who="xiji_review"):
    """The tab as it is delivered: its SVG and its list."""
    client = Client()
    client.force_login(cast[who], backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse("case:tab", args=[case.number, "picture"]))
    text = answer.content.decode()
    assert "<svg" in text, answer.request
    return ET.fromstring(text[text.index("<svg") : text.index("</svg>") + 6]), text[text.index("</svg>") :]


def boxes(svg):
    """The words of each box and the colour of its outline."""
    found = {}
    for group in svg.iter(f"{SVG}g"):
        words = "".join(part.text or "" for part in group.iter(f"{SVG}text"))
        found[words] = next(iter(group)).attrib
    return found


def test_both_open_steps_are_lit_and_the_one_in_hands_names_its_holder(cast, verified):
    svg, below = tab(cast, verified)
    holder = WorkItem.objects.get(case=verified, step="insurance_check").holder
    lit = {words for words, ink in boxes(svg).items() if ink.get("stroke") == INK["open"][1]}
    assert {words[:2] for words in lit} == {"村（", "医保"}
    assert any(str(holder.name) in words for words in lit)
    assert below.count('aria-current="step"') == 2
    assert str(holder.name) in below


def test_a_step_that_is_late_has_another_light_than_one_in_time(cast, verified):
    clock.move_demo_clock(days=30, by=cast["prov_head"])
    svg, below = tab(cast, verified)
    late = [words for words, ink in boxes(svg).items() if ink.get("stroke") == INK["late"][1]]
    assert len(late) == 2
    assert below.count("已超期") == 2


def test_the_way_that_the_case_came_is_drawn_through_fork_and_join_and_past_a_level_that_is_off(cast, verified):
    drawn = graph(road_of(verified))
    svg, _below = tab(cast, verified)
    assert sum(line.attrib["stroke"] == WALKED for line in svg.iter(f"{SVG}polyline")) == 4
    drive.step(verified)
    drive.step(verified)
    svg, _below = tab(cast, verified)
    assert sum(line.attrib["stroke"] == WALKED for line in svg.iter(f"{SVG}polyline")) == 7
    assert ("received", "", "intake") in ways_between(drawn, "received", "", "intake")


def test_a_way_past_two_levels_that_are_off_takes_both_arrows():
    steps = [
        GraphNode("a", "甲", "step"),
        GraphNode("b", "乙", "step", optional=True),
        GraphNode("c", "丙", "step", optional=True),
        GraphNode("d", "丁", "end"),
    ]
    edges = [GraphEdge(one, two, "agree", "", "forward") for one, two in ("ab", "bc", "cd")]
    drawn = Graph(tuple(steps), tuple(edges))
    assert ways_between(drawn, "a", "agree", "d") == {("a", "agree", "b"), ("b", "agree", "c"), ("c", "agree", "d")}
    assert ways_between(drawn, "a", "return", "d") == set()


def test_a_fault_at_a_step_is_seen_in_picture_and_list(cast, verified):
    now = clock.now()
    work = Outgoing.objects.create(topic="x", key="x", payload={}, available_at=now, created_at=now)
    Incident.objects.create(
        kind="job", name="rare_disease/v1:insurance_check", error="TimeoutError", case=verified, outgoing=work, count=3,
        first_seen=now, last_seen=now,
    )  # fmt: skip
    svg, below = tab(cast, verified)
    assert [words for words, ink in boxes(svg).items() if ink.get("stroke-width") == INK["incident"][3]]
    assert "出了故障" in below


def test_the_list_says_of_every_step_what_the_picture_says(cast, verified):
    svg, below = tab(cast, verified)
    drawn = {re.sub(r"\s", "", words) for words in boxes(svg)}
    for node in graph(road_of(verified)).nodes:
        if node.kind != "end":
            assert str(node.title) in below
            assert any(words.startswith(str(node.title)[:8].replace(" ", "")) for words in drawn), node.title


def test_where_several_people_are_asked_the_box_says_how_many_have_answered(asked, cast):
    first = seats(asked)[0]
    actions.decide(
        item=first.pk, outcome="agree", opinion=drive.ENOUGH, by=candidates(first.role, first.division_code)[0]
    )
    svg, below = tab(cast, asked, "prov_head")
    assert [words for words in boxes(svg) if "已办1/3人" in words.replace(" ", "")]
    assert "已办 1/3 人" in below

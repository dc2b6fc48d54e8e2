"""Big tables and pictures: a queue that writes an option for every case, a file that breaks, a drawing that never ends."""

from __future__ import annotations

import re
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import viewflow
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import translation
from viewflow.this_object import this
from viewflow.workflow import chart, flow
from viewflow.workflow.flow.views.filters import FlowUserTaskListFilter
from viewflow.workflow.models import Task

from cases.programme import programmes
from tests.desk.road import copies
from tests.engine.traps import stock
from tests.engine.traps.test_p01_to_p06 import PLAIN
from workflows import steps
from workflows.desk.paging import PAGE
from workflows.engine.bpmn import bpmn_xml
from workflows.flow import ReliefFlow, graph
from workflows.walking import drive

MORE = 3 * PAGE


def calls(doing: Any, name: str = "") -> int:
    """How many Python functions (of that name) it calls."""
    count = 0

    def watch(frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event == "call" and name in ("", frame.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        doing()
    finally:
        sys.setprofile(before)
    return count


def repeated(written: str) -> list[str]:
    """The ids that a file gives twice."""
    ids = Counter(one.attrib["id"] for one in ET.fromstring(written).iter() if "id" in one.attrib)
    return [key for key, times in ids.items() if times > 1]


@PLAIN
def test_b01_the_stock_queue_writes_an_option_for_every_case_and_ours_a_page(new_case: Any) -> None:
    for _number in range(MORE):
        stock.begin(stock.NoLongerGuarded)
    options = FlowUserTaskListFilter(queryset=Task.objects.filter(flow_task_type="HUMAN")).form["process"]
    assert len(options) == MORE + 1

    item = drive.open_item(new_case())
    browser = Client()
    browser.force_login(drive.person_for(item), backend="django.contrib.auth.backends.ModelBackend")
    sizes = []
    for more in (PAGE, MORE):
        copies(item, more)
        answer = browser.get(reverse("desk:queue", args=["open"]))
        assert len(answer.context["rows"]) == PAGE
        sizes.append(len(answer.content))
    assert abs(sizes[0] - sizes[1]) < 500, sizes


class Doubled(flow.Flow):
    start = flow.StartHandle().Next(this.choose)
    choose = flow.If(lambda activation: True).Then(this.end).Else(this.end)
    end = flow.End()


STOCK_TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(viewflow.__file__).parent / "templates"],
    }
]
SEPARATED = {"USE_THOUSAND_SEPARATOR": True, "LANGUAGE_CODE": "en"}


def test_b02_the_stock_file_breaks_on_separators_and_double_ways_and_ours_stays_the_same() -> None:
    with override_settings(TEMPLATES=STOCK_TEMPLATES, **SEPARATED):
        assert repeated(chart.grid_to_bpmn(chart.calc_layout_data(Doubled)))
        assert re.search(r'Bounds x="1,\d{3}"', chart.grid_to_bpmn(chart.calc_layout_data(diamonds(8))))

    for card in programmes():
        drawn = graph(card.roads[card.road])
        with translation.override("en"):
            written = bpmn_xml(drawn, key="road", name="路")
        assert not repeated(written)
        with override_settings(**SEPARATED), translation.override("en"):
            assert bpmn_xml(drawn, key="road", name="路") == written


def diamonds(number: int) -> Any:
    """A stock flow of so many choices one after another, each of which comes together again."""
    nodes: dict[str, Any] = {"start": flow.StartHandle().Next(this.a0), "end": flow.End()}
    for at in range(number):
        following = getattr(this, f"a{at + 1}") if at + 1 < number else this.end
        nodes[f"a{at}"] = flow.If(lambda activation: True).Then(getattr(this, f"b{at}")).Else(getattr(this, f"c{at}"))
        nodes[f"b{at}"] = flow.Handle().Next(following)
        nodes[f"c{at}"] = flow.Handle().Next(following)
    return type("Diamonds", (flow.Flow,), {"__module__": stock.__name__, **nodes})


def our_diamonds(number: int) -> Any:
    """The same as a road of ours."""
    spec: dict[str, Any] = {"by": "CTY1", "state": "INTAKE", "days": "intake"}
    nodes: dict[str, Any] = {"received": steps.receive().Next(this.a0)}
    for at in range(number):
        following = getattr(this, f"a{at + 1}") if at + 1 < number else this.closed
        way, other = getattr(this, f"b{at}"), getattr(this, f"c{at}")
        nodes[f"a{at}"] = steps.review("看", **spec).Exit("yes", way, label="是").Exit("no", other, label="否")
        nodes[f"b{at}"] = steps.review("看", **spec).Exit("done", following, label="完")
        nodes[f"c{at}"] = steps.review("看", **spec).Exit("done", following, label="完")
    return type("Diamonds", (ReliefFlow,), {"__module__": __name__, **nodes})


def test_b03_the_stock_drawing_doubles_its_work_with_every_choice_and_ours_does_not() -> None:
    stock_roads = [diamonds(number) for number in (5, 8)]
    few, more = (calls(partial(chart.calc_layout_data, road), "collect_splits") for road in stock_roads)
    assert more > 6 * few

    drawn = [graph(our_diamonds(number)) for number in (10, 20)]
    ten, twenty = (calls(partial(bpmn_xml, one, key="road", name="路")) for one in drawn)
    assert twenty < 6 * ten

"""A road is checked when it loads: what is wrong is named with flow, step and mend."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from viewflow.this_object import this
from viewflow.workflow import flow

from cases.programme import programmes
from workflows import steps
from workflows.engine import checks, sides, told
from workflows.engine.checks import check_flows, faults
from workflows.flow import ReliefFlow, graph
from workflows.rules.conditions import OutcomeIs


def found(flow_class):
    return {code for _text, _mend, code in faults(flow_class, graph(flow_class))}


def test_every_registered_road_is_whole():
    assert programmes()
    assert check_flows() == []


def test_a_road_may_not_be_inherited_because_its_copies_would_lead_back_to_the_parent():
    class Parent(ReliefFlow):
        received = steps.receive().Next(this.look)
        look = steps.review("看", by="CTY1", state="INTAKE").Exit("done", this.closed, label="完")

    with pytest.raises(TypeError, match="not inherited"):

        class Child(Parent):
            pass


def test_each_road_has_end_nodes_of_its_own():
    class One(ReliefFlow):
        received = steps.receive().Next(this.look)
        look = steps.review("看", by="CTY1", state="INTAKE").Exit("done", this.closed, label="完")

    class Two(ReliefFlow):
        received = steps.receive().Next(this.look)
        look = steps.review("看", by="CTY1", state="INTAKE").Exit("done", this.closed, label="完")

    assert One.closed is not Two.closed
    assert One.closed.flow_class is One
    assert One.look.exits["done"].nodes == (One.closed,)


# --- one fault each ----------------------------------------------------------------------------------------------------
SPEC: dict[str, Any] = {"by": "CTY1", "state": "INTAKE", "days": "intake"}


def look(target: Any = this.closed, **spec: Any) -> steps.Step:
    """A whole step with one exit."""
    return steps.review("看", **{**SPEC, **spec}).Exit("done", target, label="完")


def road(**nodes: Any) -> Any:
    """A road of these nodes that begins at `look`."""
    start = {} if "received" in nodes else {"received": steps.receive().Next(this.look)}
    return type("Road", (ReliefFlow,), {"__module__": __name__, **start, **nodes})


def said(flow_class: Any) -> str:
    """All that the checks say of a road."""
    return "\n".join(f"{code}: {text}. {mend}" for text, mend, code in faults(flow_class, graph(flow_class)))


WITH_BRANCHES: dict[str, Any] = {
    "look": lambda: look(this.apart),
    "apart": lambda: steps.fork("分").To(this.one, this.two),
    "one": lambda: look(this.together),
    "two": lambda: look(this.together),
    "together": lambda: steps.join("合").Next(this.after),
    "after": lambda: look(),
}


def branches(**other: Any) -> Any:
    """A road with two branches, some of its nodes made otherwise."""
    return road(**{name: make() for name, make in {**WITH_BRANCHES, **other}.items()})


def test_a_whole_road_has_no_fault():
    assert said(road(look=look())) == ""
    assert said(branches()) == ""
    assert (
        said(branches(one=lambda: look(this.one_more), one_more=lambda: look(this.together).Exit("again", this.one)))
        == ""
    )


FAULTS: dict[str, tuple[str, Any, str]] = {
    "a step without a way out": ("E003", lambda: road(look=steps.review("看", **SPEC)), "look has no way out"),
    "a step for nobody": ("E004", lambda: road(look=look(by="")), "look names no role"),
    "a step for an unknown role": ("E004", lambda: road(look=look(by="CTY9")), "'CTY9', which is no role"),
    "a state that no table knows": ("E005", lambda: road(look=look(state="LIMBO")), "look sets no known case state"),
    "an exit to a state that no table knows": (
        "E005",
        lambda: road(look=look().Exit("rest", kind="wait", state="LIMBO")),
        "look.rest sets no known case state",
    ),
    "a step nobody reaches": ("E006", lambda: road(look=look(), lonely=look()), "lonely cannot be reached"),
    "a round without an end": (
        "E007", lambda: road(look=look(this.again), again=look(this.look)), "look never comes to an end",
    ),
    "an optional level without agree": ("E008", lambda: road(look=look(optional=True)), "look is optional"),
    "a duty that names no step": (
        "E009", lambda: road(look=look(not_by=("nowhere",))), "look excludes the decider of nowhere",
    ),
    "a wait that lapses into nothing": (
        "E010",
        lambda: road(look=steps.wait("等", state="SUPPLEMENT", days="supplement")
                     .On("given", this.closed, label="到").Lapses("lapsed")),
        "look lapses into 'lapsed'",
    ),
    "a node of viewflow": (
        "E011", lambda: road(look=look(this.run), run=flow.Function(print).Next(this.closed)), "run is a node of viewflow",
    ),
    "a timer of viewflow": (
        "E011", lambda: road(look=look().OnTimeout(timedelta(1), this.closed)), "look__timeout is a node of viewflow",
    ),
    "a route without Else": (
        "E012",
        lambda: road(look=look(this.way), way=steps.route("路").When(OutcomeIs("look", "done"), this.closed)),
        "way does not say where to go for every answer",
    ),
    "a branch that ends the case": (
        "E013", lambda: branches(one=lambda: look(this.together).Exit("no", this.rejected)), "inside the branches of apart",
    ),
    "a branch that leaves before the join": (
        "E013",
        lambda: branches(one=lambda: look(this.together).Exit("skip", this.after)),
        "one.skip leads to after across the border of a branch of apart",
    ),
    "a return from a branch": (
        "E013",
        lambda: branches(one=lambda: look(this.together).Exit("back", this.look)),
        "one.back leads to look across the border",
    ),
    "a loop back into a branch": (
        "E013",
        lambda: branches(after=lambda: look().Exit("back", this.one)),
        "after.back leads to one across the border",
    ),
    "a branch that slips into the other": (
        "E013", lambda: branches(one=lambda: look(this.two)), "one.done leads to two across the border",
    ),
    "a fork that is not joined": (
        "E013", lambda: branches(two=lambda: look(this.two).Exit("on", this.two)), "the branch two of apart comes to no join",
    ),
    "branches that meet at two places": (
        "E013",
        lambda: branches(two=lambda: look(this.elsewhere), elsewhere=lambda: steps.join("合").Next(this.after)),
        "come to different joins (elsewhere, together)",
    ),
    "a fork of one branch": (
        "E013", lambda: branches(apart=lambda: steps.fork("分").To(this.one)), "apart has fewer than two branches",
    ),
    "a join without a fork": (
        "E013",
        lambda: road(look=look(this.together), together=steps.join("合").Next(this.closed)),
        "look comes to the join together from no fork",
    ),
    "two ways that are one": (
        "E014", lambda: road(look=look().Exit("back", this.closed, this.closed)), "look.back leads 2 times to closed",
    ),
    "a round of gateways": (
        "E015",
        lambda: road(look=look(this.way), way=steps.route("路").When(OutcomeIs("look", "done"), this.closed).Else(this.other),
                     other=steps.route("路").When(OutcomeIs("look", "done"), this.closed).Else(this.way)),
        "way, other lead round to themselves",
    ),
    "a round of levels that may be off": (
        "E015",
        lambda: road(look=look(this.one).Agree(this.closed), one=steps.review("一", optional=True, **SPEC).Agree(this.two),
                     two=steps.review("二", optional=True, **SPEC).Agree(this.one).Exit("out", this.closed)),
        "one, two lead round to themselves",
    ),
    "a step that may take for ever": ("E016", lambda: road(look=look(days="")), "look has no time limit"),
    "a job that is never done": (
        "E018",
        lambda: road(look=look(this.work), work=steps.job("做", does="test.work", state="INTAKE").Failed(this.closed)),
        "work is a job without an exit done",
    ),
    "a wait for a fact that nothing tells": (
        "E020",
        lambda: road(look=steps.wait("等", state="SUPPLEMENT", days="supplement").On("given", this.closed, label="到")),
        "look waits for given, which nothing tells",
    ),
    "a step that only a fact would end which nothing tells": (
        "E020", lambda: road(look=look().Exit("found_out", this.closed, kind="fact")), "look waits for found_out",
    ),
    "a job that nobody does": (
        "E021",
        lambda: road(look=look(this.work), work=steps.job("做", does="test.work", state="INTAKE").Done(this.closed)),
        "work is work of the topic 'test.work', which nobody does",
    ),
    "a message that nobody may send": (
        "E019",
        lambda: road(look=steps.wait("等", state="SUPPLEMENT", days="supplement")
                     .On("given", this.closed, label="到", message=True)),
        "look takes messages and names no role",
    ),
    "an exit with the name of a gateway": (
        "E017", lambda: road(look=look().Exit("merge", this.closed)), "look has an exit merge",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_is_named_with_step_and_mend(what: str):
    code, make, words = FAULTS[what]
    found = said(make())
    assert f"relief.{code}" in found and words in found, found
    assert not [line for line in found.splitlines() if not line.endswith(".")]


def test_what_comes_by_itself_is_no_fault():
    def wait() -> steps.Wait:
        return steps.wait("等", state="SUPPLEMENT", days="supplement", by="CTY1")

    assert said(road(look=wait().On("payment_paid", this.closed, label="到"))) == ""
    assert said(road(look=wait().On("given", this.closed, label="到", message=True))) == ""
    assert said(road(look=wait().On("over", this.closed, label="到期").Lapses("over"))) == ""


def test_every_code_has_a_test():
    here = "".join(Path(module.__file__ or "").read_text("utf-8") for module in (checks, sides, told))
    assert set(re.findall(r"relief\.(E\d{3})", here)) == {code for code, _make, _words in FAULTS.values()} | {
        "E001",
        "E002",
    }


def test_a_road_without_a_start_and_with_two_is_named():
    assert "relief.E002: has no one start" in said(road(received=look(), look=look()))
    assert "has no one start but 2" in said(road(look=look(), second=steps.receive().Next(this.look)))


def test_the_system_check_says_flow_step_and_mend(monkeypatch: pytest.MonkeyPatch):
    card = programmes()[0]
    monkeypatch.setattr(
        checks, "programmes", lambda: [replace(card, roads={"v1": road(look=look(days=""))}, road="v2")]
    )
    first, second = check_flows()
    assert (first.id, first.msg) == ("relief.E001", f"{card.slug}: road 'v2' is not among its roads")
    assert second.msg.startswith(f"{card.slug}/v1: look has no time limit") and second.hint


def test_the_command_prints_them_and_ends_with_an_error(monkeypatch: pytest.MonkeyPatch, capsys: Any):
    card = replace(programmes()[0], roads={"v1": road(look=look(by="CTY9"))}, road="v1")
    monkeypatch.setattr("workflows.management.commands.check_flows.programmes", lambda: [card])
    with pytest.raises(SystemExit):
        call_command("check_flows")
    out, err = capsys.readouterr()
    assert f"{card.slug}/v1: 1 steps, 1 ends, 2 ways" in out
    assert f"{card.slug}/v1: look is for 'CTY9', which is no role. Use a code of the roles. (relief.E004)" in err


def test_a_way_to_a_step_that_nobody_wrote_is_refused_with_both_names():
    with pytest.raises(TypeError, match="Road: look leads to nowhere, which is no step of this road"):
        road(look=look(this.nowhere))


def test_the_graph_reads_in_the_order_of_the_road():
    class Ordered(ReliefFlow):
        received = steps.receive().Next(this.zebra)
        zebra = steps.review("一", by="CTY1", state="INTAKE").Agree(this.apple)
        apple = steps.review("二", by="CTY2", state="COUNTY").Agree(this.closed).Return(this.zebra)

    drawn = graph(Ordered)
    assert [node.name for node in drawn.nodes] == ["received", "zebra", "apple", "closed"]
    assert ("apple", "zebra", "return") in {(edge.src, edge.dst, edge.exit) for edge in drawn.edges}

"""A road is checked when it loads: what is wrong is named with flow, step and mend."""

import pytest
from viewflow.this_object import this

from cases.programme import programmes
from workflows import steps
from workflows.engine.checks import check_flows, faults
from workflows.flow import ReliefFlow, graph


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


def test_a_step_without_a_way_out_is_named():
    class DeadEnd(ReliefFlow):
        received = steps.receive().Next(this.look)
        look = steps.review("看", by="CTY1", state="INTAKE")

    assert {"relief.E003", "relief.E007"} <= found(DeadEnd)


def test_a_step_nobody_reaches_is_named():
    class Orphan(ReliefFlow):
        received = steps.receive().Next(this.look)
        look = steps.review("看", by="CTY1", state="INTAKE").Exit("done", this.closed, label="完")
        lonely = steps.review("看", by="CTY1", state="INTAKE").Exit("done", this.closed, label="完")

    assert found(Orphan) == {"relief.E006"}


def test_a_state_that_no_table_knows_is_named():
    class Strange(ReliefFlow):
        received = steps.receive().Next(this.look)
        look = steps.review("看", by="CTY1", state="LIMBO").Exit("done", this.closed, label="完")

    assert found(Strange) == {"relief.E005"}


def test_an_optional_level_needs_an_agree_exit_to_be_passed_by():
    class Optional(ReliefFlow):
        received = steps.receive().Next(this.look)
        look = steps.review("看", by="CTY1", state="INTAKE", optional=True).Exit("done", this.closed, label="完")

    assert found(Optional) == {"relief.E008"}


def test_the_graph_reads_in_the_order_of_the_road():
    class Ordered(ReliefFlow):
        received = steps.receive().Next(this.zebra)
        zebra = steps.review("一", by="CTY1", state="INTAKE").Agree(this.apple)
        apple = steps.review("二", by="CTY2", state="COUNTY").Agree(this.closed).Return(this.zebra)

    drawn = graph(Ordered)
    assert [node.name for node in drawn.nodes] == ["received", "zebra", "apple", "closed"]
    assert ("apple", "zebra", "return") in {(edge.src, edge.dst, edge.exit) for edge in drawn.edges}

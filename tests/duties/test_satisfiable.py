"""A road whose duties nobody could keep is refused when it loads, with the step and how to mend it."""

from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from cases.access.models import Post
from cases.access.placing import people_of
from cases.calendar import clock
from cases.programme import programmes
from tests.two_step.roads.opinions import TwoStepOpinions
from workflows import steps
from workflows.engine import satisfiable


def road(**nodes):
    """A road as far as the duties look at it: steps by name, each as the keywords of a step."""
    made = {}
    for name, spec in nodes.items():
        ways = spec.pop("ways", {"agree": ""})
        made[name] = steps.review(name, by=spec.pop("by", "CTY1"), state="INTAKE", **spec)
        for way, reasons in ways.items():
            made[name].Exit(way, reasons=reasons)
    for name, node in made.items():
        node.excludes = frozenset(
            {*node.not_by}
            | {other for other, one in made.items() if other != name and set(one.conflict) & set(node.conflict)}
        )
    return SimpleNamespace(reading_order=tuple(made), **made)


@pytest.mark.parametrize(
    ("code", "nodes"),
    [
        ("E030", {"a": {}, "b": {"same_as": ("nowhere",)}}),
        ("E030", {"a": {"same_as": ("a",)}}),
        ("E031", {"a": {}, "b": {"same_as": ("a",), "not_by": ("a",)}}),
        ("E031", {"a": {"conflict": ("x",)}, "b": {"same_as": ("a",), "conflict": ("x",)}}),
        ("E032", {"a": {"level": 1}, "b": {"level": 2, "same_as": ("a",)}}),
        ("E033", {"a": {"same_as": ("b",)}, "b": {"same_as": ("a",)}}),
        ("E034", {"a": {"of": 2, "needs": 3, "ways": {"agree": "", "return": "r"}}}),
        ("E035", {"a": {"of": 2, "ways": {"agree": "", "else": ""}}}),
        ("E035", {"a": {}, "b": {"of": 2, "same_as": ("a",), "ways": {"agree": "", "return": "r"}}}),
    ],
)
def test_a_contradiction_is_named_with_its_mend(code, nodes):
    found = list(satisfiable.faults(road(**nodes)))
    assert [fault[2] for fault in found] == [f"relief.{code}"], found
    assert found[0][1].endswith(".")


def test_the_shipped_roads_and_the_road_of_all_duties_can_be_kept():
    for card in programmes():
        for flow in card.roads.values():
            assert not list(satisfiable.faults(flow))


def test_steps_of_one_role_that_keep_each_other_apart_need_a_person_each():
    apart = road(a={"conflict": ("x",)}, b={"conflict": ("x",), "of": 2}, c={"conflict": ("x",), "by": "MUN"})
    assert list(satisfiable.too_few(apart, lambda role: {1, 2, 3})) == []
    (what, _mend, code) = next(satisfiable.too_few(apart, lambda role: {1, 2} if role == "CTY1" else {1}))
    assert code == "relief.E036" and "a, b ask for 3 different people of role CTY1" in what


@pytest.mark.django_db
def test_the_command_says_which_role_has_too_few_people(cast, capsys):
    assert len(people_of("PAN")) == 6 and cast["guyuan_city"].pk in people_of("CTY1")
    call_command("check_flows", "--people")
    Post.objects.filter(role="PAN").exclude(user=cast["panel1"]).update(
        ends_on=clock.today() - clock.today().resolution
    )
    with pytest.raises((SystemExit, CommandError)):
        call_command("check_flows", "--people")
    assert (
        "two_step/opinions: opinions ask for 3 different people of role PAN, and 1 hold it" in capsys.readouterr().err
    )
    assert TwoStepOpinions.opinions.needs == 2

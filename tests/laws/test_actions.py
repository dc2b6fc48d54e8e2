"""Law: what a person does is one function of an actions module: keywords only, `by=` a person, one act."""

import ast
import inspect

import pytest

from tests.laws.source import FILES, tree
from tests.matrix.doors import HELPERS, INNER, acts, doors
from workflows.inspection.acts import WORDS

PUBLIC = {name: function for name, function in doors() if not name.rsplit(".", 1)[1].startswith("_")}
ACTS = acts()


def test_every_public_function_of_an_actions_module_is_an_act_or_has_its_reason():
    bare = {name for name, function in PUBLIC.items() if not hasattr(function, "action_name")}
    assert not bare - set(HELPERS), sorted(bare - set(HELPERS))
    assert not set(HELPERS) - bare, sorted(set(HELPERS) - bare)


@pytest.mark.parametrize(("name", "function"), ACTS, ids=[name for name, _function in ACTS])
def test_an_act_takes_keywords_only_and_says_by_whom(name, function):
    parameters = inspect.signature(function).parameters
    assert {one.kind for one in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert {"by", "now"} <= set(parameters)
    assert not any(one.annotation is inspect.Parameter.empty for one in parameters.values())


def test_no_two_acts_have_the_same_name():
    names = [function.action_name for _name, function in ACTS]
    assert len(set(names)) == len(names), sorted(names)


def test_every_act_says_in_a_sentence_what_it_is():
    public = [name for name, function in ACTS if name in PUBLIC and not inspect.getdoc(function)]
    assert not public


def test_the_acts_that_ask_for_no_post_exist():
    assert not set(INNER) - {name for name, _function in ACTS}


NAMED_BY = ("action", "record", "refusals_recorded")


def test_every_act_and_event_has_words_for_who_inspects():
    written = {
        node.args[0].value
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in NAMED_BY and node.args
        if isinstance(node.args[0], ast.Constant)
    }
    assert len(written) > 150
    assert not written - set(WORDS), sorted(written - set(WORDS))

"""What stands after "who may" is somebody, never a sentence: pages say 可以办的是：… around it."""

import ast

from tests.laws import source


def somebody(path):
    """The words given for who may act instead, as they stand in a module."""
    for node in ast.walk(source.tree(path)):
        if isinstance(node, ast.keyword) and node.arg == "who_may" and isinstance(node.value, ast.Call):
            for part in node.value.args:
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield f"{source.name(path)}: {part.value}", part.value


def test_who_may_is_somebody_and_no_sentence():
    found = [
        place for path in source.FILES for place, words in somebody(path) if "。" in words or words.startswith("请")
    ]
    assert found == []

"""Law: files and functions stay small, views only pass on, rules are pure, and a programme is known in its folder alone."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cases.programme import programmes
from tests.laws.source import FILES, ROOT, functions, imported, length, name, tree

LONGEST_FILE, LONGEST_FUNCTION, LONGEST_VIEW = 300, 45, 20
VIEWS = [
    path
    for path in FILES
    if path.name.endswith("views.py") or path.parent.name == "views" or name(path) == "cases/publicity/desk.py"
]
RULES = [path for path in FILES if path.name == "rules.py" or path.parent.name == "rules"]
PROGRAMMES = sorted(path.parent.name for path in (ROOT / "workflows" / "programmes").glob("*/programme.py"))

LONG_FILES = {
    "project/settings.py": "one list that is read from top to bottom",
    "project/embedded.py": "one server from its start to its stop",
}
LONG_FUNCTIONS = {
    "workflows/actions/deciding.py:_decide": "one decision from its lock to its last row, in the order in which it happens",
}
LONG_VIEWS = {
    "cases/apply/views/draft.py:_place_question": "three lists one after another for readers without script",
}
MAY_NAME_A_PROGRAMME = {
    "workflows/walking/demo_rare_disease.py": "the demonstration of one programme",
    "workflows/walking/demo_cataract.py": "the demonstration of one programme",
    "workflows/walking/demo_hearing.py": "the demonstration of one programme",
    "cases/management/commands/award.py": "an example in the help of a command",
}


def test_no_file_is_longer_than_a_person_reads_at_once():
    long = {name(path): lines for path in FILES if (lines := path.read_text("utf-8").count("\n")) > LONGEST_FILE}
    assert set(long) == set(LONG_FILES), long


def test_no_function_is_longer_than_a_page():
    long = {
        f"{name(path)}:{one.name}": length(one)
        for path in FILES
        for one in functions(path)
        if length(one) > LONGEST_FUNCTION
    }
    assert set(long) == set(LONG_FUNCTIONS), long


def test_functions_are_short_on_the_whole():
    lengths = sorted(length(one) for path in FILES for one in functions(path))
    assert lengths[len(lengths) // 2] <= 10
    assert lengths[len(lengths) * 99 // 100] <= 45


def test_a_view_reads_the_request_calls_and_chooses_a_page():
    long = {f"{name(path)}:{one.name}" for path in VIEWS for one in functions(path) if length(one) > LONGEST_VIEW}
    assert long == set(LONG_VIEWS)


@pytest.mark.parametrize("path", VIEWS, ids=name)
def test_a_view_gets_what_it_shows_through_queries(path: Path):
    asked = [node.lineno for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute) and node.attr == "objects"]
    assert not asked, f"lines {asked}"


@pytest.mark.parametrize("path", RULES, ids=name)
def test_a_rule_touches_no_database(path: Path):
    assert not [found for found in imported(path) if found.startswith("django.db") or ".models." in found]


def test_nothing_is_evaluated_that_was_text():
    calls = [
        f"{name(path)}:{node.lineno}"
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("eval", "exec", "compile")
    ]
    assert not calls, calls


def _sets_a_state(path: Path, node: ast.AST) -> bool:
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        flat = [leaf for target in targets for leaf in ast.walk(target)]
        return any(
            isinstance(leaf, ast.Attribute) and leaf.attr == "state" and "case" in ast.unparse(leaf.value).lower()
            for leaf in flat
        )
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("update", "bulk_update", "update_or_create")
    ):
        words = ast.unparse(node.func.value)
        return words.startswith(("Case.objects", "visible_cases", "my_cases")) and any(
            key.arg == "state" for key in node.keywords
        )
    return False


def test_only_one_function_moves_a_case():
    writers = {
        f"{name(path)}:{one.name}"
        for path in FILES
        for one in functions(path)
        for node in ast.walk(one)
        if _sets_a_state(path, node)
    }
    assert writers == {"workflows/offers.py:set_state"}


def test_set_state_is_called_by_the_engine_room_alone():
    callers = {name(path) for path in FILES if re.search(r"\bset_state\(", path.read_text("utf-8"))}
    assert callers <= {
        "workflows/offers.py",
        "workflows/actions/migrating.py",
        "workflows/actions/moving.py",
        "workflows/facts.py",
        "workflows/flow.py",
    }, callers


def test_a_programme_is_named_in_its_own_folder_alone():
    assert PROGRAMMES
    elsewhere = {
        name(path)
        for path in [
            *FILES,
            *(ROOT / "templates").rglob("*.html"),
            *(ROOT / "cases").rglob("*.sql"),
            ROOT / "pyproject.toml",
        ]
        for slug in PROGRAMMES
        if re.search(rf"\b{slug}\b", path.read_text("utf-8"))
        and not name(path).startswith(f"workflows/programmes/{slug}/")
    }
    assert elsewhere == set(MAY_NAME_A_PROGRAMME)


def test_every_step_of_a_road_is_a_node_of_its_own():
    seen: dict[int, str] = {}
    for road in [road for card in programmes() for road in card.roads.values()]:
        for step in road.reading_order:
            node = getattr(road, step)
            assert id(node) not in seen, f"{road.__name__}.{step} is also {seen[id(node)]}"
            seen[id(node)] = f"{road.__name__}.{step}"
    assert len(seen) > 10


def test_nothing_refers_to_a_place_outside_the_project():
    known = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    outside = re.compile(
        r"/work/(?:shared|tmp|main)|\.\./shared|(?:files\.pythonhosted|pypi|registry\.npmjs)\.(?:org|com)/"
    )
    found = []
    for each in filter(None, known.split("\0")):
        path = ROOT / each
        if path.is_file() and path.stat().st_size < 2_000_000 and path != Path(__file__):
            try:
                text = path.read_text("utf-8")
            except UnicodeDecodeError:
                continue
            found += [each] if outside.search(text) else []
    assert not found, found


def test_the_rooms_look_one_way():
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout[-3000:]

"""Law: the documents tell the truth: every function, command, target, variable, link and picture that they name exists."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.db import connection
from django.utils.module_loading import import_string

from project.env import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PAGES = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))

CODE = re.compile(r"`([^`\n]+)`")
OURS = re.compile(r"^(?:cases|workflows|project|tests|tools)(?:\.[A-Za-z_]\w*)+$")
FILE = re.compile(r"^(?:cases|workflows|project|tests|tools|templates|docs|\.ci)/[\w./-]*$")
COMMAND = re.compile(r"manage\.py ([a-z_]+)")
TARGET = re.compile(r"\bmake ((?:[A-Z]+=\S+ )*)([a-z-]+)")
VARIABLE = re.compile(r"\b(?:RELIEF|DATABASE|SMS|BROKER)(?:_[A-Z]+)+\b")
LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)|<img[^>]*src=\"([^\"]+)\"")
TABLE = re.compile(r"`((?:cases|workflows)_[a-z_]+)`")
GUARD = re.compile(r"[（(](?:constraint|trigger|约束|触发器)s? ((?:`[a-z_]+`(?:, | and |、)?)+)")


def words(path: Path) -> list[str]:
    """Everything between single backticks."""
    return CODE.findall(path.read_text("utf-8"))


def shell(path: Path) -> str:
    """What a reader would type: the words in backticks and the fenced blocks, without remarks."""
    text = path.read_text("utf-8")
    fenced = "\n".join(re.findall(r"^```\w*\n(.*?)^```", text, re.S | re.M))
    return "\n".join([re.sub(r"(?:^|\s)#.*", "", fenced), *CODE.findall(text)])


def is_there(name: str) -> bool:
    """Whether a dotted name of our packages is a module, or something in one."""
    try:
        import_module(name)
        return True
    except ModuleNotFoundError:
        pass
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            found = import_string(".".join(parts[: cut + 1])) if cut else None
        except ImportError:
            continue
        for part in parts[cut + 1 :]:
            if part not in {
                field.name for field in getattr(getattr(found, "_meta", None), "fields", ())
            } and not hasattr(found, part):
                return False
            found = getattr(found, part, None)
        return True
    return False


@PAGES
def test_every_function_and_module_that_a_document_names_exists(path):
    missing = [
        name
        for word in words(path)
        if not word.endswith(".py") and OURS.match(name := word.removesuffix("()")) and not is_there(name)
    ]
    assert not missing, missing


@PAGES
def test_every_file_that_a_document_names_exists(path):
    missing = [word for word in words(path) if FILE.match(word) and not (ROOT / word).exists()]
    assert not missing, missing


@PAGES
def test_every_command_and_make_target_that_a_document_names_exists(path):
    text = shell(path)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    missing = [name for name in COMMAND.findall(text) if name not in get_commands()]
    missing += [f"make {name}" for _given, name in TARGET.findall(text) if name not in targets]
    assert not missing, missing


@PAGES
def test_every_environment_variable_that_a_document_names_is_read(path):
    unknown = set(VARIABLE.findall(path.read_text("utf-8"))) - set(VARIABLES) - {"RELIEF_TEST_VAR"}
    assert not unknown, unknown


def test_the_manual_names_every_environment_variable():
    manual = (ROOT / "docs" / "run-it.md").read_text("utf-8")
    assert not [name for name in VARIABLES if f"`{name}`" not in manual]


@PAGES
def test_every_link_leads_to_a_file_and_every_picture_exists(path):
    missing = []
    for _mark, target, source in LINK.findall(path.read_text("utf-8")):
        place = (target or source).split("#")[0]
        if place and "://" not in place and not (path.parent / place).exists():
            missing.append(place)
    assert not missing, missing


@PAGES
def test_every_table_that_a_document_names_exists(path, db):
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    missing = [name for name in TABLE.findall(path.read_text("utf-8")) if name not in tables]
    assert not missing, missing


def test_every_guard_on_the_road_stands_in_the_database(db):
    text = (ROOT / "docs" / "a-case-from-village-to-bank.md").read_text("utf-8")
    named = {word for group in GUARD.findall(text) for word in re.findall(r"`([a-z_]+)`", group)}
    assert len(named) > 20
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname::text FROM pg_constraint UNION SELECT tgname FROM pg_trigger UNION SELECT proname FROM pg_proc "
            "UNION SELECT relname FROM pg_class WHERE relkind = 'i'"
        )
        there = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT string_agg(prosrc, '') FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        there |= set(re.findall(r"CONSTRAINT = '(\w+)'", cursor.fetchone()[0]))
    assert not named - there, named - there


def test_the_two_readmes_have_the_same_headings_and_commands():
    chinese, english = ((ROOT / name).read_text("utf-8") for name in ("README.zh-CN.md", "README.md"))
    levels = [
        re.findall(r"^(#+) ", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M), re.M) for text in (chinese, english)
    ]
    assert levels[0] == levels[1]
    assert [match.groups() for match in TARGET.finditer(chinese)] == [
        match.groups() for match in TARGET.finditer(english)
    ]
    assert sorted(set(COMMAND.findall(chinese))) == sorted(set(COMMAND.findall(english)))


def test_every_document_is_reached_from_the_readme():
    seen, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        for _mark, target, _source in LINK.findall(page.read_text("utf-8")):
            place = target.split("#")[0]
            if place and "://" not in place:
                todo.append((page.parent / place).resolve())
    assert not set(DOCUMENTS) - seen, set(DOCUMENTS) - seen


def test_every_package_the_product_runs_on_has_its_reason():
    wanted = re.findall(r"^([A-Za-z][\w.-]*)", (ROOT / "requirements.txt").read_text("utf-8"), re.M)
    table = "".join(path.read_text("utf-8") for path in (ROOT / "docs" / "decisions").glob("*libraries*.md"))
    assert not [name for name in wanted if f"`{name}`" not in table]


def test_the_decisions_are_numbered_without_a_gap_and_tell_context_choice_and_consequence():
    files = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in files] == list(range(1, len(files) + 1))
    for path in files:
        assert re.findall(r"^## (.*)", path.read_text("utf-8"), re.M)[:3] == ["Context", "Choice", "Consequence"], (
            path.name
        )


def test_the_pictures_of_the_documents_are_drawn_by_attributes_alone():
    for path in (ROOT / "docs" / "pictures").glob("*.svg"):
        text = path.read_text("utf-8")
        assert not re.search(r"<style|<script|style=|href=|<foreignObject", text), path.name


def test_the_documents_speak_of_the_product_alone():
    for path in DOCUMENTS:
        found = re.findall(r"TODO|FIXME|\.\./shared|(?<!/api/v1)/work/", path.read_text("utf-8"))
        assert not found, (path.name, found)

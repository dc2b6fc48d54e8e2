"""House laws about the frame and about pure rules, read from the source itself."""

import ast
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from project.settings import BASE_DIR

RULES = sorted({*BASE_DIR.glob("cases/**/rules.py"), *BASE_DIR.glob("workflows/rules/*.py")})
FORBIDDEN = ("django.db", "django.conf", "django.utils.timezone", "cases.calendar.clock")


def imports(path: Path) -> set[str]:
    """Every module a file imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", RULES, ids=lambda path: str(path.relative_to(BASE_DIR)))
def test_a_rule_asks_neither_database_nor_settings_nor_clock(path: Path) -> None:
    assert not {name for name in imports(path) if name.startswith(FORBIDDEN)}


def test_there_are_rules_to_look_at() -> None:
    assert len(RULES) > 5


def test_no_request_is_one_transaction_and_nothing_comes_from_another_host() -> None:
    assert not any(database["ATOMIC_REQUESTS"] for database in settings.DATABASES.values())
    sources = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].values()
    assert {word for source in sources for word in source} == {"'self'", "'none'"}


def test_no_setting_is_read_past_the_readers() -> None:
    files = [*BASE_DIR.glob("project/**/*.py"), *BASE_DIR.glob("cases/**/*.py"), *BASE_DIR.glob("workflows/**/*.py")]
    reads = [
        f"{path.relative_to(BASE_DIR)}: {line.strip()}"
        for path in files
        for line in path.read_text().splitlines()
        if ("os.environ.get(" in line or "os.getenv(" in line) and '"PATH"' not in line
    ]
    assert reads == []


def test_the_makefile_offers_what_it_lists() -> None:
    done = subprocess.run(["make", "help"], cwd=BASE_DIR, capture_output=True, text=True, check=True)
    assert {"make run", "make test", "make check"} <= {line.strip().split("\t")[0] for line in done.stdout.splitlines()}

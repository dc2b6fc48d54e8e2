"""The database of the tests, as a pytest plugin.

Append-only tables refuse Django's way of emptying a database. So the owner makes one template, and each worker and each
transactional test gets a clone of it, to which the tests sign in as the application role.
"""

import hashlib
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from psycopg2 import sql

from project import roles
from project.embedded import NAME

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE, CLONE = "relief_template_", "relief_clone_"
LOCK = 7_200_611
_numbers = itertools.count(1)


def _admin() -> Any:
    """A connection that may make databases: the superuser of the embedded server, or the owner role of a set one."""
    if settings.EMBEDDED is not None:
        return settings.EMBEDDED.connect()
    return roles.connect(settings.OWNER_DATABASE, "postgres")


@contextmanager
def alone() -> Iterator[Any]:
    """The admin cursor, while no other test process makes or drops a database."""
    link = _admin()
    try:
        with link.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            yield cursor
    finally:
        link.close()


def fingerprint(*more: str) -> str:
    """Names a template by all that goes into it, `more` patterns of files among it."""
    patterns = ["*/migrations/**/*", "cases/**/*.sql", "workflows/**/*.sql", "cases/**/*.csv", "cases/**/*.json"]
    patterns += ["cases/history/grants.py", "cases/calendar/*.py", "cases/**/reference*.py", "cases/**/seed*.py"]
    patterns += [
        "cases/access/demo.py",
        "tests/cast.py",
        "cases/reference/**/*",
        "workflows/**/reference*.py",
        "workflows/programmes/*/roads/*.py",
        "workflows/flow.py",
        "workflows/steps.py",
        "tests/two_step/roads/*.py",
        "project/roles.py",
        "requirements.txt",
    ]
    patterns += more
    digest = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}):
        if path.suffix != ".pyc":
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def use(name: str) -> None:
    """Points every sign-in, in every thread to come, at another database."""
    for alias in connections:
        connections[alias].close()
        connections.settings[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name
    _forget_policies()


def _forget_policies() -> None:
    """A published policy never changes in a database; in another database the same number is another policy."""
    if apps.ready:
        import_module("cases.policy.queries")._published.cache_clear()


def _make_template(cursor: Any, name: str) -> None:
    half = f"{TEMPLATE}half_{os.getpid()}"
    cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(half)))
    roles.make_database(cursor, half, template="template0", owner=settings.OWNER_DATABASE.user)
    use(half)
    shut(half)
    import_module("project.management.commands.setup_database").install(verbosity=0)
    if find_spec("cases.calendar.clock") and hasattr(import_module("cases.calendar.clock"), "install_demo_clock"):
        with connections["owner"].cursor() as owner:
            import_module("cases.calendar.clock").install_demo_clock(owner)
    import_module("tests.cast").everybody()
    use(half)
    cursor.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(half), sql.Identifier(name)))


def _forget_old(cursor: Any, keep: str) -> None:
    """Drops what dead test processes left, and all but the newest templates."""
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, 'relief_') ORDER BY oid DESC")
    names = [row[0] for row in cursor.fetchall()]
    templates = [name for name in names if name.startswith(TEMPLATE) and name != keep]
    gone = templates[3:]
    for name in names:
        if name.startswith(CLONE) and not Path(f"/proc/{name.split('_')[2]}").exists():
            gone.append(name)
    for name in gone:
        drop(cursor, name)


def shut(name: str) -> None:
    app, _owner, *more = settings.LOGINS
    roles.close_database(replace(settings.OWNER_DATABASE, name=name), *roles.logins(app, *more))


def drop(cursor: Any, name: str) -> None:
    cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def clone() -> str:
    """A new database like the template; its name."""
    name = f"{CLONE}{os.getpid()}_{next(_numbers)}"
    template = TEMPLATE + _TEMPLATE_KEY
    with alone() as cursor:
        drop(cursor, name)
        roles.make_database(cursor, name, template=template, owner=settings.OWNER_DATABASE.user)
    shut(name)
    return name


def forget(name: str) -> None:
    """Drops a clone."""
    with alone() as cursor:
        drop(cursor, name)


_TEMPLATE_KEY = fingerprint()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """The worker's clone of the template, which is made when no earlier run left one for these files."""
    with django_db_blocker.unblock():
        if settings.EMBEDDED is not None:
            settings.EMBEDDED.hold()
            with alone():  # two processes cannot alter one role at the same moment
                roles.on_embedded(settings.EMBEDDED)
        else:
            roles.on_server(*settings.LOGINS)
        template = TEMPLATE + _TEMPLATE_KEY
        with alone() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
            if cursor.fetchone() is None:
                _make_template(cursor, template)
            _forget_old(cursor, template)
        mine = clone()
        use(mine)
    yield
    with django_db_blocker.unblock():
        use(NAME)
        forget(mine)


_home: dict[type, str] = {}


def _fresh_database(cls: type[TransactionTestCase]) -> None:
    """A transactional test gets a clone of its own instead of an emptied database."""
    _home[cls] = connections["default"].settings_dict["NAME"]
    use(clone())


def _drop_database(self: TransactionTestCase) -> None:
    used = connections["default"].settings_dict["NAME"]
    use(_home.pop(type(self)))
    forget(used)


TransactionTestCase._fixture_setup = classmethod(_fresh_database)  # type: ignore[attr-defined]
TransactionTestCase._fixture_teardown = _drop_database  # type: ignore[attr-defined]


@pytest.fixture
def owner_cursor() -> Iterator[Any]:
    """A cursor of the owner role, outside the test's transaction, in the database of this test."""
    name = connections["default"].settings_dict["NAME"]
    link = roles.connect(settings.OWNER_DATABASE, name)
    with link.cursor() as cursor:
        yield cursor
    link.close()


@pytest.fixture
def superuser_cursor() -> Iterator[Any]:
    """A cursor of the embedded server's superuser in the database of this test: the worst hand that can touch a row."""
    if settings.EMBEDDED is None:
        pytest.skip("the superuser of a set DATABASE_URL is not known")
    link = settings.EMBEDDED.connect(name=connections["default"].settings_dict["NAME"])
    with link.cursor() as cursor:
        yield cursor
    link.close()

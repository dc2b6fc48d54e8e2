"""`dburl` prints an address that other programs take."""

from contextlib import closing
from io import StringIO

import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command

from project import env
from project.env import Database
from project.management.commands.dburl import url


@pytest.mark.parametrize(
    "place",
    [
        Database("/run/a folder", "5432", "relief", "relief_app", "p@s/s:w"),
        Database("db.example", "6432", "relief", "relief_app", "", (("sslmode", "require"),)),
        Database("db.example", "", "名", "人", "密"),
    ],
)
def test_the_address_reads_back_as_the_same_place(place: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url(place))
    assert env.database("DATABASE_URL", "a database", example="postgresql://") == place


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "user"),
    [
        ("app", "relief_app"),
        ("owner", "relief_owner"),
        ("sealer", "relief_sealer"),
        ("inspector", "relief_inspector"),
        ("superuser", "relief_superuser"),
    ],
)
def test_each_role_signs_in_with_its_address(role: str, user: str) -> None:
    if settings.EMBEDDED is None:
        pytest.skip("a set DATABASE_URL has names of its own")
    out = StringIO()
    call_command("dburl", role=role, stdout=out)
    with closing(psycopg2.connect(out.getvalue().strip())) as link, link.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        assert cursor.fetchone() == (user, "relief")
    (settings.VAR / "pg.keep").unlink()

"""The application role reads and writes rows and changes no table; who may not set a server up is told what to ask for."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from project import checks, roles
from project.embedded import Server
from project.env import Database


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (x int)",
        "CREATE TEMPORARY TABLE mine (x int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION public.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'",
        "CREATE OR REPLACE FUNCTION public.relief_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'",
        "ALTER TABLE cases_event DISABLE TRIGGER ALL",
        "DROP TABLE cases_event",
        "TRUNCATE cases_event",
        "DELETE FROM cases_event",
        "UPDATE cases_event SET action = 'x'",
        "DELETE FROM django_migrations",
        "CREATE ROLE friend",
        "SET ROLE {owner}",
        "SET session_replication_role = replica",
        "COPY cases_user TO PROGRAM 'cat'",
    ],
)
def test_the_application_role_may_not(statement: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.replace("{owner}", settings.OWNER_DATABASE.user))


@pytest.mark.django_db
def test_the_application_role_is_above_no_rule() -> None:
    assert checks.application_role() is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, pg_has_role(%s, 'MEMBER')", [settings.OWNER_DATABASE.user])
        assert cursor.fetchone() == (settings.APP_DATABASE.user, False)


@pytest.mark.django_db
def test_plain_migrate_is_refused_with_the_right_command() -> None:
    with pytest.raises(CommandError, match="manage.py setup_database"):
        call_command("migrate")


# --- a server of the office, played by an embedded one -----------------------------------------------------------------


@pytest.fixture
def office(server: Server) -> Iterator[tuple[Any, Database]]:
    """A superuser cursor, and the address of an owner role without any right over the server."""
    with closing(server.connect()) as link, link.cursor() as cursor:
        roles.make_role(cursor, "office_owner", "o")
        yield cursor, Database(str(server.socket), "5432", "office", "office_owner", "o")


def test_an_owner_who_may_make_no_database_is_told_what_to_ask_for(office: tuple[Any, Database]) -> None:
    _, owner = office
    with pytest.raises(
        roles.CannotSetUp, match="CREATE DATABASE office OWNER office_owner TEMPLATE template0 ENCODING 'UTF8';"
    ):
        roles.on_server(replace(owner, user="office_app", password="a"), owner)


def test_an_owner_who_may_make_no_role_is_told_what_to_ask_for(office: tuple[Any, Database]) -> None:
    cursor, owner = office
    roles.make_database(cursor, "office", template="template0", owner="office_owner")
    with pytest.raises(roles.CannotSetUp, match="CREATE ROLE office_app LOGIN"):
        roles.on_server(replace(owner, user="office_app", password="a"), owner)


def test_an_owner_with_the_rights_makes_database_and_role_and_may_run_it_twice(office: tuple[Any, Database]) -> None:
    cursor, owner = office
    cursor.execute("ALTER ROLE office_owner CREATEDB CREATEROLE")
    app = replace(owner, user="office_app", password="a")
    roles.on_server(app, owner)
    roles.on_server(app, owner)
    with closing(roles.connect(app)) as link, link.cursor() as mine:
        for statement in ("CREATE TABLE mine (x int)", "CREATE TEMPORARY TABLE mine (x int)"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                mine.execute(statement)
    roles.make_role(cursor, "stranger", "s")
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        roles.connect(replace(owner, user="stranger", password="s"))


def test_a_server_that_does_not_answer_gets_a_sentence(office: tuple[Any, Database]) -> None:
    _, owner = office
    with pytest.raises(roles.CannotSetUp, match="^DATABASE_OWNER_URL: "):
        roles.on_server(owner, replace(owner, host="127.0.0.1", port="1"))

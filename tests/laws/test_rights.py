"""Law: each role has the rights of the manifest in the real database, and not one more."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import InternalError, ProgrammingError, connection, connections

from cases.history import grants

pytestmark = pytest.mark.django_db
ROLE = settings.APP_DATABASE.user
STRONG = ["rolsuper", "rolcreatedb", "rolcreaterole", "rolreplication", "rolbypassrls"]


def asked(statement: str, *values: object) -> list[tuple]:
    """The answer of the database."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()


def tables() -> list[str]:
    return [row[0] for row in asked("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]


def test_the_tests_sign_in_as_the_application_role_which_is_above_no_rule():
    assert asked("SELECT session_user, current_user") == [(ROLE, ROLE)]
    assert asked(f"SELECT {', '.join(STRONG)} FROM pg_roles WHERE rolname = current_user") == [(False,) * len(STRONG)]
    assert asked("SELECT 1 FROM pg_auth_members WHERE member = %s::regrole", ROLE) == []


@pytest.mark.parametrize("alias", ["default", "sealer", "inspector"])
def test_each_table_grants_what_the_manifest_says(alias):
    user = settings.DATABASES[alias]["USER"]
    rows = asked(
        "SELECT relname, privilege FROM pg_class CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', "
        "'REFERENCES', 'TRIGGER']) AS privilege WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') "
        "AND has_table_privilege(%s, pg_class.oid, privilege)",
        user,
    )
    real: dict[str, set[str]] = {}
    for table, privilege in rows:
        real.setdefault(table, set()).add(privilege)
    wanted = {table: set(rights) for table in tables() if (rights := grants.RIGHTS[alias](table))}
    wanted["cases_demo_clock"] = (
        {"SELECT", "UPDATE"} if alias == "default" else {"SELECT"}
    )  # the clock brings its own row
    assert real == wanted
    assert asked("SELECT relname FROM pg_class WHERE relowner = %s::regrole", user) == []
    assert asked(f"SELECT {', '.join(STRONG)} FROM pg_roles WHERE rolname = %s", user) == [(False,) * len(STRONG)]


def test_the_manifest_names_tables_that_exist():
    named = grants.READ_ONLY | grants.APPEND_ONLY | grants.MAY_DELETE | set(grants.SEALER) | grants.NOT_FOR_INSPECTORS
    assert not named - set(tables())


@pytest.mark.django_db(databases=["sealer", "inspector"])
@pytest.mark.parametrize(
    ("alias", "statement"),
    [
        ("sealer", "INSERT INTO cases_event SELECT * FROM cases_event"),
        ("sealer", "UPDATE cases_leaf SET hash = ''"),
        ("sealer", "DELETE FROM cases_checkpoint"),
        ("sealer", "INSERT INTO cases_sealkey VALUES ('x', '', 0, NULL, 'x')"),
        ("sealer", "SELECT * FROM cases_case"),
        ("sealer", "SELECT history_append('a','b','c','ok',NULL,NULL,'{}',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL)"),
        ("inspector", "SELECT history_access('a','b','c',NULL,'{}',NULL,NULL,NULL,NULL,NULL)"),
        ("inspector", "UPDATE cases_case SET state = 'PAID'"),
        ("inspector", "DELETE FROM cases_pending"),
        ("inspector", "SELECT * FROM django_session"),
        ("inspector", "SELECT relief_clear(40, 40, 1)"),
        ("inspector", "SELECT nextval('cases_case_id_seq')"),
        ("inspector", "CREATE TABLE mine (x int)"),
    ],
)
def test_sealer_and_inspector_are_denied_what_is_not_theirs(alias, statement):
    with pytest.raises((ProgrammingError, InternalError)) as told, connections[alias].cursor() as cursor:
        cursor.execute("SET TRANSACTION READ WRITE")
        cursor.execute(statement)
    assert told.value.__cause__.pgcode == "42501"


def test_no_column_has_more_rights_than_its_table():
    more = asked(
        "SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid "
        "WHERE attacl IS NOT NULL AND relnamespace = 'public'::regnamespace"
    )
    assert more == []


def test_the_application_role_owns_and_makes_nothing():
    assert asked("SELECT relname FROM pg_class WHERE relowner = %s::regrole", ROLE) == []
    assert asked("SELECT proname FROM pg_proc WHERE proowner = %s::regrole", ROLE) == []
    assert (
        asked(
            "SELECT nspname FROM pg_namespace WHERE has_schema_privilege(oid, 'CREATE') AND nspname NOT LIKE 'pg_temp%%'"
        )
        == []
    )
    assert asked(
        "SELECT has_database_privilege(current_database(), 'CREATE'), has_database_privilege(current_database(), 'TEMP')"
    ) == [(False, False)]


def test_a_function_with_the_owners_rights_looks_names_up_in_a_fixed_place():
    loose = asked(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef "
        "AND NOT coalesce(array_to_string(proconfig, ','), '') LIKE '%search_path%'"
    )
    assert loose == []


def test_history_is_written_by_its_functions_alone():
    for table in ("cases_stream", "cases_streamhead", "cases_event", "cases_access"):
        assert grants.privileges(table) == ["SELECT"]
    callable_ = {row[0] for row in asked(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef AND has_function_privilege(oid, 'EXECUTE')"
    )}  # fmt: skip
    assert {"history_append", "history_access"} <= callable_
    assert not {"history_watch", "history_append_only"} & callable_

"""Roles and the database on a server, and what the application role may not do."""

from contextlib import closing
from typing import Any

import psycopg2
from psycopg2 import sql

from project.embedded import APP, INSPECTOR, NAME, OWNER, SEALER, Server
from project.env import Database


class CannotSetUp(SystemExit):
    """The server does not let us: one sentence with what its administrator has to run."""


def on_embedded(server: Server, name: str = NAME) -> None:
    """Makes the roles and the database on the embedded server; changes nothing that is right already."""
    with closing(server.connect()) as link, link.cursor() as cursor:
        for role in ("owner", "app", "sealer", "inspector"):
            place = server.database(role)
            make_role(cursor, place.user, place.password)
        cursor.execute(
            sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(sql.Identifier(INSPECTOR))
        )
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            make_database(cursor, name, template="template0")
    close_database(server.database("owner", name), APP, SEALER, INSPECTOR)


def make_role(cursor: Any, name: str, password: str) -> None:
    """A login without any right over the server."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
    rights = sql.SQL("LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT PASSWORD")
    cursor.execute(
        sql.SQL("{} ROLE {} {} {}").format(verb, sql.Identifier(name), rights, sql.Literal(password)),
    )


def make_database(cursor: Any, name: str, *, template: str, owner: str = OWNER) -> None:
    """A database that belongs to the owner role."""
    cursor.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY wal_log").format(
            sql.Identifier(name), sql.Identifier(owner), sql.Identifier(template)
        )
    )


def close_database(owner: Database, *logins: str) -> None:
    """Signs in as the owner of a database and closes it to all but owner and these logins."""
    with closing(connect(owner)) as link, link.cursor() as cursor:
        close_to_public(cursor, owner.name, *logins)


def close_to_public(cursor: Any, name: str, *logins: str) -> None:
    """Nobody but the owner and these logins connects, and none of them makes a table, temporary or not.

    The cursor is signed in to this very database, as its owner or above.
    """
    lines = ["REVOKE ALL ON DATABASE {db} FROM PUBLIC", "REVOKE CREATE ON SCHEMA public FROM PUBLIC"]
    for line in lines:
        cursor.execute(sql.SQL(line).format(db=sql.Identifier(name)))
    for login in logins:
        for line in (
            "REVOKE ALL ON DATABASE {db} FROM {login}",
            "GRANT CONNECT ON DATABASE {db} TO {login}",
            "REVOKE CREATE ON SCHEMA public FROM {login}",
            "GRANT USAGE ON SCHEMA public TO {login}",
        ):
            cursor.execute(sql.SQL(line).format(db=sql.Identifier(name), login=sql.Identifier(login)))


def logins(*places: Database | None) -> list[str]:
    """The names of those logins that this machine knows."""
    return [place.user for place in places if place is not None]


def on_server(app: Database, owner: Database, *more: Database | None) -> None:
    """The same on a server of the office, as far as its owner login may; else CannotSetUp says what to run there."""
    try:
        link = connect(owner)
    except psycopg2.OperationalError as fault:
        if f'database "{owner.name}" does not exist' not in str(fault):
            raise CannotSetUp(f"DATABASE_OWNER_URL: {str(fault).strip().splitlines()[0]}") from None
        link = _create_database(owner)
    with link.cursor() as cursor:
        for place in (app, *more):
            if place is not None:
                _role_on_server(cursor, owner, place)
        try:
            close_to_public(cursor, owner.name, *logins(app, *more))
        except psycopg2.errors.InsufficientPrivilege:
            raise CannotSetUp(
                f"{owner.user} does not own the database {owner.name}. Have an administrator run: "
                f"ALTER DATABASE {owner.name} OWNER TO {owner.user};"
            ) from None
    link.close()


def _role_on_server(cursor: Any, owner: Database, place: Database) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [place.user])
    if cursor.fetchone() is not None:
        return
    try:
        make_role(cursor, place.user, place.password)
    except psycopg2.errors.InsufficientPrivilege:
        raise CannotSetUp(
            f"The role {place.user} does not exist and {owner.user} may not make it. Have an administrator run: "
            f"CREATE ROLE {place.user} LOGIN PASSWORD '<that of its address>';"
        ) from None


def connect(place: Database, name: str = "") -> Any:
    """An autocommit connection of the driver, to the role's own database or another one on that server."""
    link = psycopg2.connect(
        host=place.host or None,
        port=place.port or None,
        dbname=name or place.name,
        user=place.user,
        password=place.password or None,
        **dict(place.options),
    )
    link.autocommit = True
    return link


def _create_database(owner: Database) -> Any:
    try:
        link = connect(owner, "postgres")
        with link.cursor() as cursor:
            make_database(cursor, owner.name, template="template0", owner=owner.user)
        link.close()
    except (psycopg2.OperationalError, psycopg2.errors.InsufficientPrivilege):
        raise CannotSetUp(
            f"The database {owner.name} does not exist and {owner.user} may not make it. Have an administrator run: "
            f"CREATE DATABASE {owner.name} OWNER {owner.user} TEMPLATE template0 ENCODING 'UTF8';"
        ) from None
    return connect(owner)

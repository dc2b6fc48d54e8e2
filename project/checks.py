"""What must be right before the product serves anyone; an office gets no demonstration by mistake."""

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, OperationalError, connections

from project import env

Fault = str | None
_office: list[Callable[[], Fault]] = []


class NotFit(SystemExit):
    """This database or these settings are not fit for real use: one line says why."""


def in_office(check: Callable[[], Fault]) -> Callable[[], Fault]:
    """Registers a check that must answer None before an office starts; else one sentence."""
    _office.append(check)
    return check


def faults() -> list[str]:
    """Every reason why this place may not start as an office; empty when all is well. Asks the database."""
    return [fault for fault in (check() for check in _office) if fault]


def must_be_fit() -> None:
    """Ends the process with one line when the database is away, is not opened by these keys, or is not fit for an office.

    Raises NotFit.
    """
    try:
        connections["default"].ensure_connection()
        found = faults() if settings.RELIEF_ENV == "office" else list(filter(None, [keys_open_the_database()]))
    except OperationalError as fault:
        raise NotFit(f"The database does not answer: {str(fault).strip().splitlines()[0]}") from None
    except DatabaseError as fault:
        raise NotFit(f"Run manage.py setup_database first: {str(fault).strip().splitlines()[0]}") from None
    if found:
        raise NotFit("This cannot start: " + "; ".join(found))


@in_office
def office_says_who_it_is() -> Fault:
    """Pages, letters and public lists name the office and the phone that answers: invented ones would mislead people."""
    missing = [name for name, value in settings.OFFICE_WORDS.items() if not value]
    told = ", ".join(f"{name}={env.VARIABLES[name].example}" for name in missing)
    return f"it does not say who it is on its pages and letters: set {told}" if missing else None


@in_office
def keys_open_the_database() -> Fault:
    """With other keys every sealed column would be unreadable, and new ones would be sealed for nobody."""
    from cases.access import proof

    return proof.fault()


@in_office
def demonstration_clock() -> Fault:
    """The clock of a demonstration can be moved: dates in it prove nothing."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'relief_now'")
        bodies = [row[0] for row in cursor.fetchall()]
    for body in bodies:
        if body.strip().rstrip(";").replace("pg_catalog.", "").lower() != "select clock_timestamp()":
            return "its database has a demonstration clock, so start with an empty database"
    return None


@in_office
def demonstration_people() -> Fault:
    """The passwords of the demonstration are known to everyone."""
    from cases.access import demo

    if demo.demo_signins_exist():
        return "its database has demonstration sign-ins, so start with an empty database"
    return None


@in_office
def application_role() -> Fault:
    """The application role changes no table and is above no rule."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls, has_schema_privilege('public', 'CREATE'),"
            " has_database_privilege(current_database(), 'TEMP') FROM pg_roles WHERE rolname = current_user"
        )
        above, tables, temporary = cursor.fetchone()
    if above or tables or temporary:
        return "DATABASE_URL signs in as a role with rights over tables or server, so run manage.py setup_database or name another role"
    return None


@in_office
def keys_are_random() -> Fault:
    """A key that somebody typed or copied from a manual is no key."""
    if settings.SECRET_KEY.startswith("django-insecure") or len(set(settings.SECRET_KEY)) < 16:
        return "RELIEF_SECRET_KEY is not random, so take the output of: openssl rand -base64 64"
    if settings.INDEX_KEY in settings.FIELD_KEYS.values():
        return "RELIEF_INDEX_KEY is one of RELIEF_FIELD_KEYS, so make another: openssl rand -base64 32"
    return None


@in_office
def roads_are_as_set_up() -> Fault:
    """A case runs to its end on the road that it began: what changes is another version beside it."""
    from workflows.operations import versions

    found = ", ".join(versions.changed())
    return (
        f"cases run on roads that changed or are gone ({found}): leave them and declare the next version"
        if found
        else None
    )


@checks.register("database")
def database_is_fit(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """`manage.py check --database default` names what an office may not have, as errors there and as hints in a demo."""
    if not databases or "default" not in databases:
        return []
    kind = checks.Error if settings.RELIEF_ENV == "office" else checks.Info
    return [kind(fault, id="project.E001") for fault in faults()]

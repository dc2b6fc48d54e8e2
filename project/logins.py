"""The sign-ins to one database: each a role of its own, all to the same place, and how Django connects as one of them."""

from collections.abc import Mapping
from typing import Any

from project import env
from project.env import Database

OWNER, SEALER, INSPECTOR = "DATABASE_OWNER_URL", "DATABASE_SEALER_URL", "DATABASE_INSPECTOR_URL"


def agree(app: Database | None, others: Mapping[str, Database | None]) -> None:
    """Stops the start when the sign-ins do not fit together; the line names the variable to mend."""
    if app and not others[OWNER]:
        raise env.must(OWNER, "is not set though DATABASE_URL is: tables belong to a second role")
    if app and not others[INSPECTOR]:
        raise env.must(INSPECTOR, "is not set though DATABASE_URL is: inspectors read as a role of their own")
    for name, place in others.items():
        if place and not app:
            raise env.must("DATABASE_URL", f"is not set though {name} is")
        if app and place and (app.host, app.port, app.name) != (place.host, place.port, place.name):
            raise env.must(name, "names another database than DATABASE_URL")
    owner = others[OWNER]
    if app and owner and app.user == owner.user:
        raise env.must(OWNER, "names the same role as DATABASE_URL: then the application could rewrite history")
    for name in (SEALER, INSPECTOR):
        place = others[name]
        taken = {other.user for at, other in {**others, "": app}.items() if other and at != name}
        if place and place.user in taken:
            raise env.must(name, "names the role of another address: each has a role of its own")


def connection(place: Database) -> dict[str, Any]:
    """How Django connects to a place."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": place.host,
        "PORT": place.port,
        "NAME": place.name,
        "USER": place.user,
        "PASSWORD": place.password,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {"connect_timeout": 10, "application_name": "relief", **dict(place.options)},
    }


def reading(place: Database) -> dict[str, Any]:
    """A connection in which even a role with rights could write nothing."""
    found = connection(place)
    found["OPTIONS"]["options"] = f"{found['OPTIONS'].get('options', '')} -c default_transaction_read_only=on".strip()
    return found

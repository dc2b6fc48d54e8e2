"""`manage.py setup_database`: server, roles, database, tables, rights and reference data; safe to run again."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections

from project import env, keys, roles
from project.prepare import broker_folders


class Command(BaseCommand):
    help = "Makes or updates the database: roles, tables, rights, reference data. Safe to run again."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.EMBEDDED is not None:
            roles.on_embedded(settings.EMBEDDED)
        else:
            if settings.SEALER_DATABASE is None:
                raise env.must("DATABASE_SEALER_URL", "is not set, and set-up gives that role its rights")
            roles.on_server(*settings.LOGINS)
        if not settings.KIND_FILE.exists():
            keys.store(settings.KIND_FILE, settings.RELIEF_ENV)
        install(verbosity=options["verbosity"])
        broker_folders()
        if options["verbosity"]:
            self.stdout.write("The database is ready.")


def install(*, verbosity: int = 1) -> None:
    """Tables, rights and reference data in the database of the aliases `owner` and `default`."""
    call_command("migrate", database="owner", interactive=False, verbosity=max(0, verbosity - 1))
    grant()
    import_module("cases.access.proof").keep()
    import_module("cases.reference").load()
    import_module("workflows.reference").load()
    connections["owner"].close()


def grant() -> None:
    """Each role gets exactly the rights of the manifest."""
    users = {alias: connections.settings[alias]["USER"] for alias in connections if alias != "owner"}
    import_module("cases.history.grants").apply(connections["owner"], users=users)

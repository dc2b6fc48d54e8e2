"""`manage.py migrate` that refuses the application role: tables belong to the owner."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate

from project.databases import as_owner
from project.migrating import only_what_changes


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] != "owner":
            raise CommandError(
                "The application role may not change tables. Run manage.py setup_database, or migrate --database=owner."
            )
        with as_owner(), only_what_changes():
            super().handle(*args, **options)

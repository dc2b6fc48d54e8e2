"""`manage.py restore FILE`: an archive of `backup` into an empty place."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from project import archive


class Command(BaseCommand):
    help = (
        "Restores a backup into an empty place (set RELIEF_VAR to a new folder, or DATABASE_URL to an empty database)."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        files = archive.restore(options["file"])
        self.stdout.write(
            f"Restored: database, keys and {files} files. Check it with manage.py verify_history, then start as usual."
        )

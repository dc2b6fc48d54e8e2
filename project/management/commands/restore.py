"""`manage.py restore FILE [KEYS]`: data and keys of `backup` into an empty place; the keys may be newer than the data."""

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
        parser.add_argument("keys", type=Path, nargs="?", help="the file of keys; else the one beside the data")

    def handle(self, *args: Any, **options: Any) -> None:
        files = archive.restore(options["file"], options["keys"])
        self.stdout.write(
            f"Restored: database, keys and {files} files. Check it with manage.py verify_history, then start as usual."
        )

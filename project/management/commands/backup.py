"""`manage.py backup FILE`: database, keys and files of people in one archive."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from project import archive


class Command(BaseCommand):
    help = (
        "Writes database, keys and files into one tar file. Whoever has that file can read everything: keep it locked."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        sums = archive.backup(options["file"])
        self.stdout.write(
            f"{options['file']}: database, keys and {len(sums) - 4} files. It opens every sealed value: keep it locked."
        )

"""`manage.py backup FILE`: database and files of people in one archive, the keys in a second beside it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from project import archive


class Command(BaseCommand):
    help = "Writes the data into one tar file and the keys into another beside it. Keep them apart, and the keys 30 days at most."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        sums = archive.backup(options["file"])
        self.stdout.write(
            f"{options['file']}: database and {len(sums) - 1} files. {archive.keys_beside(options['file'])}: the keys that "
            "open them; keep it elsewhere, locked, and throw it away after 30 days."
        )

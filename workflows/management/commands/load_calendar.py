"""`manage.py load_calendar FILE.csv --source NOTICE`: the days off and make-up days of a year, once announced."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.calendar.actions import Loaded, load_calendar
from cases.errors import Invalid
from cases.history.record import action
from cases.text import table


@action("calendar.load", about="")
def _load(*, rows: list[dict[str, str]], source: str, by: Any, now: Any = None) -> Loaded:
    return load_calendar(rows=rows, source=source, by="system", now=now)


class Command(BaseCommand):
    """载入日历."""

    help = "Load the holidays and make-up days of one year (CSV: date,kind,name); open due dates are counted again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="CSV with date (2027-01-01), kind (holiday or workday), name")
        parser.add_argument("--source", required=True, help="the notice, e.g. 国办发明电〔2026〕1号")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rows = table(Path(options["file"]))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['file']}: cannot be read as UTF-8 text ({error}).", returncode=2) from error
        try:
            loaded = _load(rows=rows, source=options["source"], by=None)
        except Invalid as refusal:
            for where, sentence in refusal.fields.items():
                line, column = where.split(".", 1)
                self.stderr.write(f"line {line}, column {column}: {sentence}")
            raise CommandError(f"{refusal.reason} Nothing was stored.", returncode=2) from refusal
        done = "Loaded" if loaded.changed else "As before"
        self.stdout.write(f"{done}: {loaded.year}, {loaded.holidays} days off, {loaded.workdays} make-up days.")

"""`manage.py load_divisions FILE.csv`: villages and other places from a table that an office gives."""

import csv
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation

from cases.errors import Invalid
from cases.history.record import record
from cases.regions import actions


class Command(BaseCommand):
    help = "Load divisions (code, name, optionally name_en, alias, parent, pseudo) from a CSV file; all rows or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="CSV with a header row, UTF-8 or GB 18030; - reads standard input")
        parser.add_argument("--dry-run", action="store_true", help="check and count, store nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = _rows(options["file"])
        try:
            with transaction.atomic():
                loaded = actions.load_divisions(rows=rows, dry_run=options["dry_run"])
                if not options["dry_run"] and (loaded.added or loaded.changed):
                    told = {"added": loaded.added, "changed": loaded.changed, "file": Path(options["file"]).name}
                    record("load_divisions", about=("config", "divisions"), payload=told)
        except Invalid as refusal:
            with translation.override(translation.get_language() or "zh-hans"):
                for where, sentence in list(refusal.fields.items())[:50]:
                    line, column = where.split(".", 1)
                    self.stderr.write(f"第 {line} 行 {column} 列 / line {line}, column {column}: {sentence}")
                more = len(refusal.fields) - 50
            if more > 0:
                self.stderr.write(f"... {more} more")
            raise CommandError(f"{len(refusal.fields)} rows are wrong, nothing was stored.", returncode=2) from refusal
        said = "Would add" if options["dry_run"] else "Added"
        self.stdout.write(f"{said} {loaded.added}, changed {loaded.changed}, as before {loaded.same}.")


def _rows(name: str) -> list[dict[str, str]]:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror or 'cannot be read'}.", returncode=2) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise CommandError(f"{name}: neither UTF-8 nor GB 18030 text.", returncode=2) from None
    rows = list(csv.DictReader(text.splitlines()))
    if not rows:
        raise CommandError(f"{name}: no rows. The first line names the columns: code,name", returncode=2)
    if "code" not in rows[0] or not {"name", "name_zh"} & set(rows[0]):
        raise CommandError(f"{name}: the columns code and name are needed in the first line.", returncode=2)
    return rows

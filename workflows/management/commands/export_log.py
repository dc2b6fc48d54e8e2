"""`manage.py export_log --format xes|ocel|fhir FILE`: the log of chosen cases and its signed sidecar, FILE.sidecar."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from cases.access.models import User
from cases.errors import Refusal
from workflows.reports.eventlog import actions, signing, writing


class Command(BaseCommand):
    help = "Writes what happened to the chosen cases, people under other names, and a sidecar that proves it whole."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=writing.FORMATS, required=True)
        parser.add_argument("--programme", default="", help="slug of a programme")
        parser.add_argument("--place", default="", help="how the division code of the handling place begins")
        parser.add_argument("--state", default="", help="state of the case now")
        parser.add_argument("--from", dest="from_day", type=date.fromisoformat, help="sent from this day on")
        parser.add_argument("--to", dest="to_day", type=date.fromisoformat, help="sent until this day")
        parser.add_argument("--by", metavar="NAME", help="who inspects; without it the machine, for all cases")
        parser.add_argument("--purpose", default="manage.py export_log")
        parser.add_argument("--language", default="zh-hans", choices=["zh-hans", "en"], help="of the names of steps")

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.filter(username=options["by"]).first() if options["by"] else None
        if options["by"] and by is None:
            raise CommandError(f"nobody signs in as {options['by']}")
        filters = {name: options[name] for name in ("programme", "place", "state", "from_day", "to_day")}
        target: Path = options["file"]
        with override(options["language"]), target.open("wb") as out:
            try:
                made = actions.export_log(
                    kind=options["format"], filters=filters, purpose=options["purpose"], out=out, by=by
                )
            except Refusal as refusal:
                raise CommandError(str(refusal)) from refusal
        beside = target.with_name(f"{target.name}.sidecar")
        beside.write_text(made.sidecar, encoding="utf-8")
        self.stdout.write(f"{target} {made.row.cases} {made.row.events}\n{beside}\n{signing.public_key().vkey()}")

"""`manage.py export_bundle FILE [--case NO]`: the history as one file, to be checked elsewhere with tools/reliefverify.py."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.utils.translation import gettext as _

from cases.calendar import clock
from cases.history.bundle import export
from cases.history.record import record, record_access
from cases.history.report import case_of
from cases.history.sealing.queries import origin


class Command(BaseCommand):
    """导出核验包."""

    help = (
        "Writes entries, leaves, roots, receipts and keys into a zip file that anybody can check without the product."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--case", metavar="NO", help="only the entries and looks of this case, each with its path")

    def handle(self, *args: Any, **options: Any) -> None:
        case = case_of(options["case"])
        number = options["case"] or ""
        if case is not None:
            record_access("export", object=case, fields=["history"], by=None, case_id=case.pk, purpose="export_bundle")
        else:
            record("history.exported", about=("config", "all"))
        with options["file"].open("wb") as target:
            told = {"number": number, "origin": origin(), "now": clock.now().isoformat()}
            counts = export(connection, target, case=case.pk if case else None, **told)
        said = _("已写入 %(file)s：记录 %(entries)s 条，检查点 %(checkpoints)s 个，回执 %(receipts)s 个。")
        self.stdout.write(said % {**counts, "file": options["file"]})

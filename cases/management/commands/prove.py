"""`manage.py prove NO FILE`: the proof of one case, which anybody can check offline with the key of the log."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils.translation import gettext as _

from cases.errors import Refusal
from cases.history.proof import proof
from cases.history.record import record_access
from cases.history.report import case_of


class Command(BaseCommand):
    """存证."""

    help = "Writes all sealed entries of a case with the way to a signed root; tools/reliefverify.py proof checks the file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("case", metavar="NO")
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        case = case_of(options["case"])
        record_access("export", object=case, fields=["history"], by=None, case_id=case.pk, purpose="prove")
        try:
            found = proof(connection, case=case.pk, number=case.number)
        except Refusal:
            raise CommandError(_("这个案卷还没有封存的记录：等封存一次再试。"), returncode=2) from None
        options["file"].write_text(json.dumps(found, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
        said = _("已写入 %(file)s：%(count)s 条记录。")
        self.stdout.write(said % {"file": options["file"], "count": len(found["entries"])})

"""`manage.py verify_history [--case NO] [--json]`: is the history whole; exit 1 and the exact row when it is not."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.utils.translation import gettext as _

from cases.history.check import verify
from cases.history.report import case_of


class Command(BaseCommand):
    help = "Recomputes every hash of the history and compares the tables with it; exit 1 names each fault."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--case", metavar="NO", help="only the chain of this case and what hangs on it")
        parser.add_argument("--json", action="store_true", help="the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        case = case_of(options["case"])
        report = verify(connection, case=case.pk if case else None)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
        else:
            for finding in report.findings:
                self.stdout.write(finding.line())
            verdict = (
                _("历史完整。")
                if report.is_clean
                else _("历史有问题：%(count)s 处。") % {"count": len(report.findings)}
            )
            read = _(
                "链 %(streams)s 条，留痕 %(events)s 条，查阅 %(looks)s 条，表行 %(rows)s 行，叶 %(leaves)s 片，检查点 %(checkpoints)s 个，回执 %(receipts)s 个。"
            ) % vars(report)
            self.stdout.write(f"{verdict}{read}")
        if not report.is_clean:
            raise SystemExit(1)

"""`manage.py stuck_cases`: cases that nothing moves any more, with what to do and who may."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from workflows.operations.stuck import find


class Command(BaseCommand):
    """卡住的案卷."""

    help = "Name every case that nothing moves any more, why, what to do and who may; --json for a machine."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        found = [
            {"case": one.case.number, "state": one.case.state, "cause": one.cause, "step": one.step,
             "why": str(one.words), "to_do": str(one.to_do), "who_may": one.who}
            for one in find()
        ]  # fmt: skip
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for one in found:
            self.stdout.write("{case} {state} {step}: {why}。{to_do} {who_may}".format(**one))
        self.stdout.write(f"{len(found)} stuck.")

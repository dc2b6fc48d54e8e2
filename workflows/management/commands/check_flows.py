"""`manage.py check_flows`: every road is whole, and with `--cases` every stored decision kept the duties; exit 1 on any fault."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cases.programme import programmes
from workflows.engine.checks import faults
from workflows.flow import graph
from workflows.offers import duty_breaches


class Command(BaseCommand):
    help = "Checks every road of every programme and prints what it consists of."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cases", action="store_true", help="replay the duties over every case in the database")

    def handle(self, *args: Any, **options: Any) -> None:
        found = self._roads()
        if options["cases"]:
            cases = 0
            for case, lines in duty_breaches():
                cases += 1
                for line in lines:
                    found += 1
                    self.stderr.write(f"{case.number}: {line}")
            self.stdout.write(f"duties replayed over {cases} cases, {found} breaches")
        if found:
            sys.exit(1)

    def _roads(self) -> int:
        found = 0
        for card in programmes():
            if card.road not in card.roads:
                found += 1
                self.stderr.write(
                    f"{card.slug}: road {card.road!r} is not among its roads. Set road= to a key of roads."
                )
            for version, road in card.roads.items():
                drawn = graph(road)
                kinds = [node.kind for node in drawn.nodes]
                self.stdout.write(
                    f"{card.slug}/{version}: {kinds.count('step')} steps, {kinds.count('wait')} waits, "
                    f"{kinds.count('end')} ends, {len(drawn.edges)} ways"
                )
                for text, mend, code in faults(road, drawn):
                    found += 1
                    self.stderr.write(f"{card.slug}/{version}: {text}. {mend} ({code})")
        return found

"""`manage.py check_flows`: every road is whole, or the fault with flow, step and mend; exit 1 on any fault."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from cases.programme import programmes
from workflows.engine.checks import faults
from workflows.flow import graph


class Command(BaseCommand):
    help = "Checks every road of every programme and prints what it consists of."

    def handle(self, *args: Any, **options: Any) -> None:
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
        if found:
            sys.exit(1)

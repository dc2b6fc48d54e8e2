"""`manage.py check_flows`: every road is whole, with `--people` enough people hold its roles and which namings have no effect, with `--cases` every decision kept the duties; exit 1 on any fault."""

import sys
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from cases.access.placing import people_of
from cases.programme import programmes
from workflows.desk.staffing.queries import idle_namings
from workflows.engine import satisfiable
from workflows.engine.checks import road_faults
from workflows.flow import graph
from workflows.replay import every_case

WORDS = {
    "step": "steps", "wait": "waits", "job": "jobs", "fork": "forks", "join": "joins", "route": "routes", "end": "ends",
}  # fmt: skip


class Command(BaseCommand):
    help = "Checks every road of every programme and prints what it consists of."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cases", action="store_true", help="replay the duties over every case in the database")
        parser.add_argument(
            "--people", action="store_true", help="ask whether enough people hold the roles of each road"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = self._roads()
        if options["people"]:
            found += self._people()
        if options["cases"]:
            cases = 0
            for case, lines in every_case():
                cases += 1
                for line in lines:
                    found += 1
                    self.stderr.write(f"{case.number}: {line}")
            self.stdout.write(f"duties replayed over {cases} cases, {found} breaches")
        if found:
            sys.exit(1)

    def _people(self) -> int:
        count = 0
        for card in programmes():
            for version, road in card.roads.items():
                for text, mend, code in satisfiable.too_few(road, people_of):
                    count += 1
                    self.stderr.write(f"{card.slug}/{version}: {text}. {mend} ({code})")
        for row in idle_namings():
            one = row.named
            self.stdout.write(
                f"{one.programme}: naming {one.pk} of {one.person.username} for {one.step} at {one.office.name} has no effect."
                " Give that person a post that does the step there, or end the naming."
            )
        return count

    def _roads(self) -> int:
        count = 0
        for card in programmes():
            for name, found in road_faults(card):
                version = name.partition("/")[2]
                if version:
                    drawn = graph(card.roads[version])
                    kinds = Counter(node.kind for node in drawn.nodes)
                    parts = ", ".join(f"{kinds[kind]} {word}" for kind, word in WORDS.items() if kinds[kind])
                    self.stdout.write(f"{name}: {parts}, {len(drawn.edges)} ways")
                for text, mend, code in found:
                    count += 1
                    self.stderr.write(f"{name}: {text}. {mend} ({code})")
        return count

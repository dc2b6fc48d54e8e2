"""`manage.py redraw_sample 3`: draws a sample again from its kept list and seed; exit 0 the same, 1 another, 2 no such sample."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from workflows.inspection.samples.models import Sample
from workflows.inspection.samples.queries import drawn_again


class Command(BaseCommand):
    help = "Draws a sample again and says whether the same cases come out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sample", type=int, help="the number of the sample, without CY- and noughts")

    def handle(self, *args: Any, **options: Any) -> None:
        found = Sample.objects.filter(pk=options["sample"]).first()
        if found is None:
            self.stderr.write("no such sample")
            sys.exit(2)
        is_same = drawn_again(found)
        self.stdout.write(
            f"{found.number} seed {found.seed} frame {found.frame_hash}: {'same' if is_same else 'DIFFERENT'}"
        )
        sys.exit(0 if is_same else 1)

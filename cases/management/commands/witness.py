"""`manage.py witness`: which offices cosign, and who joins or leaves."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.errors import Refusal
from cases.history.sealing import actions, queries


class Command(BaseCommand):
    """见证方."""

    help = "Lists the witnesses with their newest receipt; `add KEY` takes one in by its key line, `end NAME` ends one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", nargs="?", choices=["list", "add", "end"], default="list")
        parser.add_argument(
            "which", nargs="?", default="", help="the line that reliefwitness.py --show-key prints, or a name"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["what"] == "add":
                actions.add_witness(vkey=options["which"])
            elif options["what"] == "end":
                actions.end_witness(name=options["which"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        for witness in queries.witnesses():
            when = witness.received_at.isoformat(timespec="seconds") if witness.received_at else "-"
            self.stdout.write(f"{witness.name} {witness.size or '-'} {when}{' OLD' if witness.is_old else ''}")

"""`manage.py seal_key`: the public keys of the seal, and a new key from the next root on."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.errors import Refusal
from cases.history.sealing import actions, queries


class Command(BaseCommand):
    """封存密钥."""

    help = "Prints the keys of the seal, in the line that a witness pins; `change` begins a new one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", nargs="?", choices=["show", "change"], default="show")
        parser.add_argument("--reason", default="regular change", help="stands in history")
        parser.add_argument("--lost", action="store_true", help="the old key is gone and cannot sign the change")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "change":
            try:
                actions.change_key(path=settings.SEAL_KEY_FILE, reason=options["reason"], is_lost=options["lost"])
            except Refusal as refusal:
                raise CommandError(str(refusal)) from None
        for line in queries.key_lines():
            self.stdout.write(line)

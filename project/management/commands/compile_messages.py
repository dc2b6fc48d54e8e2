"""`manage.py compile_messages`: the .mo files of every catalogue that changed."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from project.messages import compile_all


class Command(BaseCommand):
    help = "Compiles changed translation catalogues."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for path in compile_all(settings.LOCALE_PATHS):
            if options["verbosity"]:
                self.stdout.write(f"compiled {path}")

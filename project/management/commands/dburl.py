"""`manage.py dburl`: the address of the database in use, for psql and for backups."""

from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from project.env import Database


def url(place: Database) -> str:
    """A postgresql:// address that psql and DATABASE_URL take; a socket folder goes into ?host=."""
    options = dict(place.options)
    host = place.host
    if host.startswith("/"):
        host, options = "", {"host": place.host, **options}
    password = f":{quote(place.password, safe='')}" if place.password else ""
    port = f":{place.port}" if place.port and host else ""
    if place.port and not host:
        options["port"] = place.port
    tail = f"?{urlencode(options)}" if options else ""
    return f"postgresql://{quote(place.user, safe='')}{password}@{host}{port}/{quote(place.name, safe='')}{tail}"


class Command(BaseCommand):
    help = (
        "Prints the address of the database in use. An embedded server then stays up until make run ends or make stop."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--role", choices=["owner", "app", "sealer", "inspector", "superuser"], default="app")
        parser.add_argument("--stop", action="store_true", help="stop an embedded server that stayed up for an address")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["stop"]:
            if settings.EMBEDDED is not None:
                settings.EMBEDDED.release(for_good=True)
            return
        role = options["role"]
        if settings.EMBEDDED is not None:
            settings.EMBEDDED.keep()
            place = settings.EMBEDDED.database(role)
        elif role == "superuser":
            raise CommandError("On a server of the office its superuser is not known to this product.")
        else:
            place = getattr(settings, f"{role.upper()}_DATABASE")
            if place is None:
                raise CommandError("DATABASE_SEALER_URL is not set here.")
        self.stdout.write(url(place))

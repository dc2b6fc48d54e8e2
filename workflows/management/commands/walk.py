"""`manage.py walk <programme> [--url URL]`: one new case end to end over HTTP; exit 0 only when closed and verified."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.utils import translation

from cases.calendar import clock
from cases.history.check import verify
from cases.programme import programmes
from workflows.walking.browser import Browser
from workflows.walking.walk import Walk
from workflows.walking.wrong import WalkFailed

WRONG_TURNS = 8


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """The walk prints its own lines."""


@contextmanager
def site() -> Iterator[str]:
    """The site at an address of its own, for as long as the walk lasts."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def is_site(address: str) -> bool:
    """Whether this is an address that a browser could open."""
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


class Command(BaseCommand):
    """走一遍."""

    help = "Drive one new case end to end over HTTP, as each person in turn, with wrong turns that must be refused."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("programme")
        parser.add_argument("--url", help="a running site on this database; without it the walk serves its own")

    def handle(self, *args: Any, **options: Any) -> None:
        known = [card.slug for card in programmes()]
        if options["programme"] not in known:
            raise CommandError(f"没有项目 {options['programme']}。可以走的有：{'、'.join(known)}")
        if not settings.RELIEF_DEMO or not clock.is_demo_clock():
            raise CommandError("The walk moves the clock: it runs only on a demonstration database (make run).")
        if options["url"] and not is_site(options["url"]):
            raise CommandError(f"--url {options['url']} is not the address of a site, such as http://127.0.0.1:8000")
        logging.getLogger("django.request").setLevel(logging.ERROR)  # each refused try prints its own line
        with translation.override("zh-hans"):
            if options["url"]:
                self.walk(options["programme"], options["url"])
            else:
                with site() as address:
                    self.walk(options["programme"], address)

    def walk(self, slug: str, address: str) -> None:
        walk = Walk(slug, address, self.stdout.write)
        try:
            Browser(address).get("/health/live")  # before anything is made for the walk
            case = walk()
        except (WalkFailed, LookupError) as fault:
            raise CommandError(str(fault)) from fault
        except (OSError, HTTPException) as fault:  # urllib's URLError is an OSError
            raise CommandError(f"The site at {address} does not answer: {getattr(fault, 'reason', fault)}") from fault
        report = verify(connection, case=case.pk)
        if not report.is_clean:
            raise CommandError(f"history does not verify: {report.findings[0].line()}")
        self.stdout.write(f"{case.number} 已办结；走错 {walk.refused} 次都被拒绝并留痕；办理记录核验无误。")

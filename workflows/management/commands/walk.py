"""`manage.py walk <programme> [--ending NAME | --every-ending] [--from-screening] [--url URL]`: new cases end to end over HTTP; exit 0 only when ended as meant and verified."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
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
from cases.programme import programme, programmes
from workflows.walking.browser import Browser
from workflows.walking.visitors import Visitors
from workflows.walking.walk import Walk
from workflows.walking.ways import Ending, way_of
from workflows.walking.wrong import WalkFailed


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
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--ending", help="walk to this ending instead of the ordinary one; an unknown word lists them"
        )
        which.add_argument("--every-ending", action="store_true", help="a case to each ending, the ordinary one last")
        parser.add_argument(
            "--from-screening", action="store_true", help="begin with somebody whom a screening found fit"
        )
        parser.add_argument("--url", help="a running site on this database; without it the walk serves its own")

    def handle(self, *args: Any, **options: Any) -> None:
        known = [card.slug for card in programmes()]
        if options["programme"] not in known:
            raise CommandError(f"没有项目 {options['programme']}。可以走的有：{'、'.join(known)}")
        if not settings.RELIEF_DEMO or not clock.is_demo_clock():
            raise CommandError("The walk moves the clock: it runs only on a demonstration database (make run).")
        if options["url"] and not is_site(options["url"]):
            raise CommandError(f"--url {options['url']} is not the address of a site, such as http://127.0.0.1:8000")
        if options["from_screening"] and not programme(options["programme"]).screening:
            screened = [card.slug for card in programmes() if card.screening]
            raise CommandError(f"{options['programme']} 没有筛查。有筛查的是：{'、'.join(screened)}")
        endings = self.endings(options)
        logging.getLogger("django.request").setLevel(logging.ERROR)  # each refused try prints its own line
        with translation.override("zh-hans"), nullcontext(options["url"]) if options["url"] else site() as address:
            people = Visitors(address)
            for ending in endings:
                self.walk(options["programme"], people, ending, from_screening=options["from_screening"])

    @staticmethod
    def endings(options: dict[str, Any]) -> list[Ending | None]:
        """What to walk to, in turn; None is the ordinary end, which is last because it moves the clock most."""
        known = way_of(programme(options["programme"])).endings
        if options["every_ending"]:
            return [*known.values(), None]
        if not options["ending"]:
            return [None]
        if options["ending"] not in known:
            raise CommandError(f"没有结局 {options['ending']}。可以走到的有：{'、'.join(known) or '只有办结'}")
        return [known[options["ending"]]]

    def walk(self, slug: str, people: Visitors, ending: Ending | None, *, from_screening: bool) -> None:
        if ending is not None:
            self.stdout.write(f"—— {ending.title}")
        walk = Walk(slug, people, self.stdout.write, ending, from_screening=from_screening)
        try:
            Browser(people.base).get("/health/live")  # before anything is made for the walk
            case = walk()
        except (WalkFailed, LookupError) as fault:
            raise CommandError(str(fault)) from fault
        except (OSError, HTTPException) as fault:  # urllib's URLError is an OSError
            raise CommandError(
                f"The site at {people.base} does not answer: {getattr(fault, 'reason', fault)}"
            ) from fault
        report = verify(connection, case=case.pk)
        if not report.is_clean:
            raise CommandError(f"history does not verify: {report.findings[0].line()}")
        ended = ending.title if ending else "已办结"
        self.stdout.write(f"{case.number} {ended}；走错 {walk.refused} 次都被拒绝并留痕；办理记录核验无误。")

"""`manage.py seal`: the sealer; one on each database, with the private key that nobody else needs."""

from __future__ import annotations

import signal
import threading
import time
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, connections

from cases.history.sealing import actions, keyfile, queries, rules
from cases.history.sealing.sealer import CannotSeal, Sealer
from project import env

log = structlog.get_logger(__name__)
TICK, PATIENCE, REMIND = 1.0, 10.0, 60.0


class Command(BaseCommand):
    """封存进程."""

    help = "Seals history until stopped; --once seals what waits and ends. A second sealer ends with a sentence."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="seal what waits, then end; exit 1 when that is refused"
        )
        parser.add_argument("--wait", action="store_true", help="beside another sealer wait for its end, as serve does")
        parser.add_argument(
            "--accept-shorter", metavar="WHY", help="go on from a database that was put back to an earlier day"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SEALER_DATABASE is None:
            raise env.must("DATABASE_SEALER_URL", "is not set here, and the sealer signs in with it")
        sealer = Sealer(settings.SEAL_KEY_FILE)
        if options["once"]:
            sealer.hold()
            _ready(options)
            self.stdout.write(str(_all(sealer)))
            return
        stopping = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stopping.set())
        self._loop(sealer, stopping, options)

    def _loop(self, sealer: Sealer, stopping: threading.Event, options: Any) -> None:
        pause, is_ready, told = 0.0, False, 0.0
        while not stopping.wait(pause):
            pause = TICK
            try:
                sealer.hold()
                if not is_ready:
                    _ready(options)
                    is_ready = True
                if sealer.one_pass() == rules.AT_ONCE:
                    pause = 0.0
                told = 0.0
            except (OperationalError, InterfaceError) as error:
                log.warning("database away, the sealer waits", error=type(error).__name__)
                connections.close_all()
            except (CannotSeal, keyfile.NoSealKey) as refusal:
                if sealer.link is None and not options["wait"]:
                    raise
                pause = PATIENCE
                if time.monotonic() - told > REMIND or not told:
                    told = time.monotonic()
                    log.error("nothing is sealed", why=str(refusal))


def _ready(options: Any) -> None:
    """The first key is made by the first sealer; what was given on the command line is done once."""
    if options["accept_shorter"]:
        actions.accept_shorter(path=settings.SEAL_KEY_FILE, reason=options["accept_shorter"])
    if not queries.seal_keys():
        actions.change_key(path=settings.SEAL_KEY_FILE, reason="first key")


def _all(sealer: Sealer) -> int:
    count = 0
    while found := sealer.one_pass():
        count += found
    return count

"""The clock process: fires due timers, closes lists whose days are over, rings again for outgoing work that waits."""

from __future__ import annotations

import signal
import threading
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections

from workflows.engine import clockwork

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0


class Command(BaseCommand):
    """时钟进程."""

    help = "Fire due timers and re-send outgoing work until stopped; --once does one pass."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--once", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            self.stdout.write(str(clockwork.one_pass()))
            return
        stopping = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stopping.set())
        while not stopping.wait(TICK_SECONDS):
            try:
                clockwork.one_pass()
            except (OperationalError, InterfaceError) as error:
                log.warning("database away, the clock waits", error=type(error).__name__)
                close_old_connections()

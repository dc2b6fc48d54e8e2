"""A process that does one piece of work and kills itself, with SIGKILL, at the point that it is told."""

from __future__ import annotations

import os
import signal
from typing import Any


def die(*_args: Any, **_named: Any) -> None:
    """No goodbye: no rollback, no finally, no closing of connections."""
    os.kill(os.getpid(), signal.SIGKILL)


def then_die(function: Any) -> Any:
    """The same, and the end after it."""

    def run(*args: Any, **named: Any) -> None:
        function(*args, **named)
        die()

    return run


def main(point: str) -> None:
    """Decide the open step (points of asking), or do what is due (points of working)."""
    from cases.outgoing import actions as outgoing
    from cases.outgoing.models import Outgoing
    from tests.two_step import register
    from workflows.engine import jobs

    topic = "test.register"
    if point == "asked, before the commit":
        outgoing.send = then_die(outgoing.send)
    elif point == "committed, before the ring":
        outgoing.ring = die
    elif point == "leased, before the work":
        outgoing._handlers[topic] = die
    elif point == "in the middle of the work":
        register.urllib.request.urlopen = then_die(register.urllib.request.urlopen)
    elif point == "worked, before the result":
        jobs._over[:] = [die]
    elif point == "result written, before its commit":
        outgoing.done = then_die(outgoing.done)
    elif point == "result committed, before the mark":
        jobs._over[:] = [then_die(jobs._over[0])]
    else:
        raise SystemExit(f"no such point: {point}")
    if point.startswith(("asked", "committed")):
        from cases.dossier.models import Case
        from workflows.walking import drive

        with register.on_the_second_road():
            drive.step(Case.objects.get())
    for row in Outgoing.objects.filter(pk__in=outgoing.due(), topic=topic):
        outgoing.run(row.pk)

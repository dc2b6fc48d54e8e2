"""Runs web, worker and clock of one machine in one terminal: starts, restarts, and stops them without leaving one behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

GRACE = 25
"""Seconds from SIGTERM to the last resort."""


@dataclass
class Child:
    """One program with a process session of its own."""

    name: str
    command: Sequence[str]
    env: dict[str, str]
    is_silent: bool = False
    """Its standard output goes nowhere: celery tells there how to press Ctrl-C, which is not for this terminal. Logs stay."""
    process: "subprocess.Popen[bytes] | None" = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        self.starts = [moment for moment in self.starts if moment > time.monotonic() - 60] + [time.monotonic()]
        parent = os.getpid()
        self.process = subprocess.Popen(
            self.command,
            env={**os.environ, **self.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if self.is_silent else None,
            start_new_session=True,
            preexec_fn=lambda: _die_with(parent),
        )

    @property
    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None


def _die_with(parent: int) -> None:
    """Linux sends SIGTERM to this process when its parent dies, even by kill -9."""
    ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


class Supervisor:
    """Keeps children running until SIGINT or SIGTERM."""

    def __init__(self, children: Sequence[Child], *, say: Callable[[str], None]) -> None:
        self.children = children
        self.say = say
        self.signals = 0

    def _heard(self, number: int, frame: FrameType | None) -> None:
        self.signals += 1

    def run(
        self, *, ready: Callable[[], bool], when_ready: Callable[[], None], every_second: Callable[[], None]
    ) -> int:
        """Returns the exit status: 0 when asked to stop, 1 when a program keeps ending."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._heard)
        for child in self.children:
            child.start()
        told, status = False, 0
        while not self.signals:
            for child in self.children:
                if child.ended and not self._again(child):
                    status = 1
                    self.signals = 1
            if not told and ready():
                told = True
                when_ready()
            every_second()
            time.sleep(0.2 if not told else 1)
        self.stop()
        return status

    def _again(self, child: Child) -> bool:
        assert child.process is not None
        if len(child.starts) >= 5:
            self.say(
                f"{child.name} ended {len(child.starts)} times within a minute (status {child.process.returncode}): stopping."
            )
            return False
        self.say(f"{child.name} ended (status {child.process.returncode}): starting it again.")
        time.sleep(1)
        child.start()
        return True

    def stop(self) -> None:
        """SIGTERM to each leader; after the grace, or a second Ctrl-C, SIGKILL to its whole session."""
        self.say("Stopping ...")
        for child in self.children:
            if child.process is not None and not child.ended:
                child.process.terminate()
        until = time.monotonic() + GRACE
        asked = self.signals
        while any(not child.ended for child in self.children) and time.monotonic() < until and self.signals == asked:
            time.sleep(0.1)
        for child in self.children:
            if child.process is None:
                continue
            try:
                os.killpg(child.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            else:
                child.process.wait(5)
        sys.stdout.flush()

"""How outgoing work is tried again (重试), and what is kept of a fault: its kind and its place, never a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from zlib import crc32

LAST_RESORT = timedelta(seconds=30)
"""From the soft time limit, which the work may still answer, to the hard one, which ends its process."""
SPREAD = 0.2
OURS = ("cases.", "workflows.", "project.")


@dataclass(frozen=True)
class Retry:
    """重试办法: how many tries, the first and the longest wait, how old work may grow, and how long one try may take.

    The work is parked after the last try, or when the next one would begin after `max_age`.
    """

    attempts: int = 8
    first: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(hours=1)
    max_age: timedelta | None = None
    timeout: timedelta = timedelta(seconds=60)

    def wait(self, attempt: int, key: str) -> timedelta:
        """等待: doubled at each try up to the longest, less a fifth at most, so that many that failed together do not return together.

        The part taken off comes from the key: the waits of one row grow, those of two rows differ, and both can be repeated.
        """
        seconds = min(self.first.total_seconds() * 2 ** min(attempt - 1, 30), self.longest.total_seconds())
        return timedelta(seconds=seconds * (1 - SPREAD * crc32(key.encode()) / 2**32))

    def is_over(self, attempt: int, age: timedelta) -> bool:
        """不再重试: whether this try was the last; `age` is what the work would have at the next one."""
        return attempt >= self.attempts or (self.max_age is not None and age >= self.max_age)

    @property
    def hard(self) -> timedelta:
        """When a try that does not answer is ended with its process."""
        return self.timeout + LAST_RESORT

    @property
    def lease(self) -> timedelta:
        """租约: how long a row belongs to one worker, longer than any try can last."""
        return self.hard + LAST_RESORT


@dataclass(frozen=True)
class Way:
    """走法: in which queue the work goes, against whose limit it counts, and the key of which one is under way at a time."""

    queue: str = "normal"
    partner: str = ""
    alone: str = ""


class NotNow(Exception):
    """还不到时候: the work may not be done now, through nobody's fault; the try does not count, and another comes soon."""


SOON = timedelta(minutes=1)


@dataclass(frozen=True)
class Fault:
    """故障: the class of an error and the line of our code where it rose. Its message and variables may hold people's data."""

    kind: str
    place: str


def fault_of(error: BaseException) -> Fault:
    """What may be kept of an error; of a broken constraint also its name."""
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    place = _place(error.__traceback__)
    return Fault(type(error).__name__[:80], f"{place} {constraint}".strip()[:160])


def _place(traceback: TracebackType | None) -> str:
    found = ""
    while traceback is not None:
        module = str(traceback.tb_frame.f_globals.get("__name__", ""))
        if module.startswith(OURS):
            found = f"{module}.{traceback.tb_frame.f_code.co_name}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return found

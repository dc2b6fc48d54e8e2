"""Sign-ins to one database: `default` reads and writes rows, `owner` changes tables, `sealer` seals, `inspector` reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_migrating: ContextVar[bool] = ContextVar("migrating", default=False)


@contextmanager
def as_owner() -> Iterator[None]:
    """Inside, rows too are read and written as the owner: the data steps of migrations, also those of other packages."""
    token = _migrating.set(True)
    try:
        yield
    finally:
        _migrating.reset(token)


class OwnerMigrates:
    """Tables are made and changed through the alias `owner` alone."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return "owner" if _migrating.get() else None

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        return "owner" if _migrating.get() else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool:
        return True

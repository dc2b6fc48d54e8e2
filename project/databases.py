"""Sign-ins to one database: `default` reads and writes rows, `owner` changes tables, `sealer` seals, `inspector` reads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

_migrating: ContextVar[bool] = ContextVar("migrating", default=False)
_reading: ContextVar[bool] = ContextVar("reading", default=False)


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


@contextmanager
def as_inspector() -> Iterator[None]:
    """Inside, rows are read by the role that may write none; a write is refused by the database itself."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def reading_alias() -> str:
    """The sign-in by which rows are read here: `inspector` inside `as_inspector`, else `default`."""
    return str(settings.INSPECTOR_ALIAS) if _reading.get() else "default"


def read_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page that reads as the inspector's role. Who has signed in is known before; the record of the look and the session
    are written by the application role."""

    @wraps(view)
    def reads(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.user.is_authenticated  # noqa: B018  (asks the session, which inspectors do not read)
        with as_inspector():
            return view(request, *args, **kwargs)

    reads.is_read_only = True  # type: ignore[attr-defined]
    return reads


class InspectorReads:
    """Inside `as_inspector` every model is read, and would be written, through the alias of the inspector's role."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return reading_alias() if _reading.get() else None

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        return reading_alias() if _reading.get() else None

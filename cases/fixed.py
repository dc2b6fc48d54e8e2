"""定式查询: a question of the hot path, written as a queryset; its text is made once, and a session plans it once.

Building the text of a statement and planning it cost more than its answer where an act asks few rows by their keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from functools import cached_property
from hashlib import md5
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import connection, connections
from django.db.models import Field, Model, QuerySet, Value
from django.db.models.query import ModelIterable

M = TypeVar("M", bound=Model)
_planned: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
"""The statements that each session of the database keeps."""


class Slot(Value):
    """A place in the text for a value that is given with the question."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(name, output_field=output_field)

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Itself in the place of its value."""
        return "%s", [self]


class Fixed(Generic[M]):
    """A queryset with slots. Not for a list whose best plan depends on the values: its plan is made for any."""

    def __init__(self, make: Callable[[], QuerySet[M]]) -> None:
        self.make = make

    def __call__(self, **values: Any) -> list[M]:
        """Its rows for these values, as the queryset gives them."""
        rows = self._made[0].all()
        rows.__dict__["_query"] = _Written(self._compiler(values))
        return list(ModelIterable(rows))

    def first(self, **values: Any) -> M | None:
        """The first of them."""
        return next(iter(self(**values)), None)

    def rows(self, **values: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of a queryset of plain values."""
        compiler = self._compiler(values)
        found: Iterator[tuple[Any, ...]] = compiler.results_iter(compiler.execute_sql(), tuple_expected=True)
        return found

    @cached_property
    def _made(self) -> tuple[QuerySet[M], Any, str, str, list[str]]:
        """The queryset, its compiler, the name and text of its statement, and the slots in their order."""
        queryset = self.make()
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        names: list[str] = []
        for one in params:
            if isinstance(one, Slot) and one.value not in names:
                names.append(one.value)
        with connection.cursor() as cursor:
            put = [
                f"${names.index(one.value) + 1}"
                if isinstance(one, Slot)
                else cursor.cursor.mogrify("%s", [one]).decode()
                for one in params
            ]
        text = sql % tuple(put)
        return queryset, compiler, f"fixed_{md5(text.encode(), usedforsecurity=False).hexdigest()}", text, names

    def _compiler(self, values: dict[str, Any]) -> Any:
        """A compiler that has its text: the call of what the session has planned, told once."""
        _queryset, made, name, text, names = self._made
        connection.close_if_health_check_failed()  # else a session that is over would be asked what it has planned
        connection.ensure_connection()
        known = _planned.setdefault(connection.connection, set())
        if name not in known:
            # past what waits to be written: a plan depends on nothing of it
            with connection.wrap_database_errors, connection.connection.cursor() as cursor:
                cursor.execute(f"PREPARE {name} AS {text}")
            known.add(name)
        call = f"EXECUTE {name} ({', '.join(['%s'] * len(names))})" if names else f"EXECUTE {name}"
        compiler = copy(made)
        compiler.connection = connections[
            connection.alias
        ]  # the text was made in some thread, the question is this one's
        compiler.as_sql = lambda *_args, **_kwargs: (call, [values[one] for one in names])
        return compiler


class _Written:
    """What stands for a query whose text is there."""

    def __init__(self, compiler: Any) -> None:
        self.compiler = compiler

    def get_compiler(self, *_args: Any, **_kwargs: Any) -> Any:
        """The compiler with the text."""
        return self.compiler

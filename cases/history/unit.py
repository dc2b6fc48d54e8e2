"""一并写入: writes that need no answer wait in the open act and go to the server together with its next question.

What is asked sees them: they go ahead of it in the same round trip, in the order in which they were given; what is left
goes before the end of the act. A rollback, whole or to a savepoint, drops those that still wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet
from django.db.models.sql import UpdateQuery

_open: ContextVar[Unit | None] = ContextVar("relief_open_unit", default=None)
AT_ONCE = 4
"""So many keys of a table are drawn at once: an act that needs one often needs some."""


class Unit:
    """The writes of one act that wait, as SQL that is made when it goes; and keys drawn for rows to come."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], str]] = []
        self.rows: list[models.Model] = []
        self.keys: dict[str, list[int]] = {}

    def ahead(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Wraps every statement of the connection: what waits goes first, in the same round trip where that can be."""
        if sql.startswith("ROLLBACK"):
            self.waiting, self.rows = [], []
        if not self.waiting:
            return execute(sql, params, many, context)
        if many or getattr(context["cursor"].cursor, "name", None):
            self.flush()
            return execute(sql, params, many, context)
        return execute(f"{self._taken()};\n{as_sql(sql, params)}", None, False, context)

    def flush(self) -> None:
        """Send what waits now."""
        if self.waiting:
            with connection.cursor() as cursor:
                cursor.execute(self._taken())

    def _taken(self) -> str:
        waiting, self.waiting, self.rows = self.waiting, [], []
        return ";\n".join(write() for write in waiting)


@contextmanager
def opened() -> Iterator[Unit]:
    """The unit of one act; what was not sent at its end is forgotten."""
    unit = Unit()
    token = _open.set(unit)
    try:
        with connection.execute_wrapper(unit.ahead):
            yield unit
    finally:
        _open.reset(token)


def current() -> Unit | None:
    """The unit of the open act, if any."""
    return _open.get()


def as_sql(sql: str, params: Any) -> str:
    """A statement with its values in it, as the driver writes them."""
    if params is None:
        return sql
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        return str(cursor.mogrify(sql, params).decode())


def send(sql: str, params: Any) -> None:
    """A statement whose answer nobody needs: waits in the open act, goes at once outside one."""
    unit = _open.get()
    if unit is None:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
        return
    text = as_sql(sql, params)
    unit.waiting.append(lambda: text)


def insert(row: models.Model, *, keyed: bool = False, otherwise: str = "") -> None:
    """Store a new row, as it is now. `keyed` gives it its key at once; else it has none in hand. `otherwise`: ON CONFLICT."""
    if keyed and row.pk is None:
        row.pk = key_for(type(row))
    _refer(row)
    text, values = _insert(row)
    send(f"{text} {otherwise}", values)
    row._state.adding, row._state.db = False, connection.alias


def update(row: models.Model, fields: Iterable[str]) -> None:
    """Store these fields of a row, as they are now."""
    send(*_update(row, [row._meta.get_field(name) for name in fields]))


def change(rows: QuerySet[Any], **values: Any) -> None:
    """What `rows.update()` does, for somebody who need not know how many they were."""
    query = rows.query.chain(UpdateQuery)
    query.add_update_values(values)  # type: ignore[attr-defined]
    send(*query.get_compiler(connection=connection).as_sql())


def keep(row: models.Model) -> bool:
    """Store a whole row, new or not, as it will be when it goes: however often it changes until then, once.

    False outside an act: nothing waits there.
    """
    unit = _open.get()
    if unit is None:
        return False
    if any(row is kept for kept in unit.rows):
        return True
    is_new = row._state.adding
    _refer(row)
    if is_new:
        row.pk = row.pk or key_for(type(row))
        row._state.adding, row._state.db = False, connection.alias
    unit.rows.append(row)
    unit.waiting.append(lambda: as_sql(*(_insert(row) if is_new else _update(row, columns(type(row))))))
    return True


def key_for(model: type[models.Model]) -> int:
    """The key of a row to come. Drawn under the lock of its case, so that later rows of a case have higher keys."""
    unit, table = _open.get(), model._meta.db_table
    kept = unit.keys.setdefault(table, []) if unit is not None else []
    if not kept:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {_keys_sql(table, AT_ONCE if unit is not None else 1)}")
            kept += cursor.fetchone()[0]
    return int(kept.pop(0))


def keys_sql(*models: type[models.Model]) -> str:
    """SQL for keys of these tables, to be asked for with something else and given to `draw`."""
    return f"ARRAY[{', '.join(_keys_sql(model._meta.db_table, AT_ONCE) for model in models)}]"


def _keys_sql(table: str, count: int) -> str:
    return f"ARRAY(SELECT nextval(pg_get_serial_sequence('{table}', 'id')) FROM generate_series(1, {count}))"


def draw(keys: Sequence[Sequence[int]], *models: type[models.Model]) -> None:
    """Keys that were asked for with `keys_sql`: the open act takes them for its new rows of these tables."""
    unit = _open.get()
    if unit is not None:
        for model, some in zip(models, keys, strict=True):
            unit.keys.setdefault(model._meta.db_table, []).extend(some)


@cache
def columns(model: type[models.Model]) -> tuple[Any, ...]:
    """The fields of a model that are columns."""
    return tuple(field for field in model._meta.concrete_fields if not field.generated)


def _refer(row: models.Model) -> None:
    """A row that was made for another before that one had its key takes the key now."""
    for field in columns(type(row)):
        if field.is_relation and getattr(row, field.attname) is None and field.is_cached(row):
            setattr(row, field.attname, getattr(getattr(row, field.name), "pk", None))


def _insert(row: models.Model) -> tuple[str, list[Any]]:
    fields = [field for field in columns(type(row)) if row.pk is not None or not field.primary_key]
    return _insert_text(type(row), row.pk is not None), [_value(field, row, add=True) for field in fields]


@cache
def _insert_text(model: type[models.Model], keyed: bool) -> str:
    names = [f'"{field.column}"' for field in columns(model) if keyed or not field.primary_key]
    return f'INSERT INTO "{model._meta.db_table}" ({", ".join(names)}) VALUES ({", ".join(["%s"] * len(names))})'


def _update(row: models.Model, fields: Iterable[Any]) -> tuple[str, list[Any]]:
    found = [field for field in fields if not field.primary_key]
    names = ", ".join(f'"{field.column}" = %s' for field in found)
    text = f'UPDATE "{row._meta.db_table}" SET {names} WHERE id = %s'
    return text, [*(_value(field, row, add=False) for field in found), row.pk]


def _value(field: Any, row: models.Model, *, add: bool) -> Any:
    return field.get_db_prep_save(field.pre_save(row, add), connection)

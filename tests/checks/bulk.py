"""A hundred thousand cases that went the whole road: copies of one that did, made by SQL in a scratch database, in no time.

Every row behind the sample is copied under new keys, and what points from one of them to another points to its copy. The chain
of a copy is three events, hashed by the database's own function.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model, UUIDField

from cases.dossier.models import Case

BASE, STEP = 1_000_000, 200
"""Copy number g of the k-th row of a table has the key BASE + g * STEP + k; a case is copied once, so its key is BASE + g."""
BEHIND = {
    "cases.Person": "cases", "cases.Case": "pk", "viewflow.Process": "relief_run__case", "workflows.Run": "case",
    "viewflow.Task": "process__relief_run__case", "workflows.WorkItem": "case", "workflows.Decision": "case",
    "workflows.Duty": "case", "cases.CaseParty": "case", "cases.CaseTrace": "case", "cases.Consent": "case",
    "cases.Material": "case", "cases.PayeeAccount": "case", "cases.Award": "case", "workflows.MeetingItem": "case",
    "workflows.Vote": "item__case", "cases.PublicEntry": "case", "cases.LedgerTransfer": "case", "cases.Payout": "case",
    "cases.BatchLine": "payout__case", "cases.PayoutAttempt": "case", "cases.FollowUp": "case", "cases.FollowUpTry": "duty__case",
}  # fmt: skip
KEYS = {"id_key", "patient_key", "name_key", "account_key", "household_key", "phone_key", "contact_key"}
OTHER = {
    ("cases_case", "number"): "'Q' || g",
    ("cases_case", "token"): "gen_random_uuid()",
    ("cases_batchline", "business_no"): "'B' || g || '-' || s.id",
    ("cases_batchline", "seq"): "1000 + g",
    ("cases_payoutattempt", "key"): "gen_random_uuid()",
    ("workflows_decision", "seconds"): "600",
    ("viewflow_task", "token"): "s.token",
}  # fmt: skip
CHAIN = ("case.submitted", "case.accepted", "case.closed")


class Copies:
    """Copies of one case, and the superuser's hand in the same database."""

    def __init__(self, cursor: Any, sample: Case) -> None:
        self.cursor, self.sample, self.number = cursor, sample, 0
        self.models = {label: apps.get_model(label) for label in BEHIND}
        self.tables = {model._meta.db_table for model in self.models.values()}
        self.keys = {
            label: list(
                model._default_manager.filter(**{path: sample.pk})
                .order_by("pk")
                .values_list("pk", flat=True)
                .distinct()
            )
            for (label, path), model in zip(BEHIND.items(), self.models.values(), strict=True)
        }

    def to(self, number: int) -> None:
        """So many copies, with statistics up to date."""
        with self.quiet():
            for label, model in self.models.items():
                for at, key in enumerate(self.keys[label]):
                    self._copy(model, at, key, number)
            self._chains(self.number + 1, number)
        self.number = number
        self.cursor.execute("ANALYZE")

    def case(self, g: int) -> int:
        """The key of a copy."""
        return self.key("cases.Case", self.sample.pk, g)

    def key(self, label: str, old: int, g: int) -> int:
        """The key of the copy of a row."""
        return BASE + g if label == "cases.Case" else BASE + g * STEP + self.keys[label].index(old)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Without any trigger, as somebody with the whole server in hand."""
        self.cursor.execute(
            "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
        )
        always = self.cursor.fetchall()
        for table, name, _how in always:
            self.cursor.execute(f'ALTER TABLE {table} ENABLE TRIGGER "{name}"')
        self.cursor.execute("SET session_replication_role = replica")
        yield
        self.cursor.execute("SET session_replication_role = DEFAULT")
        for table, name, _how in always:
            self.cursor.execute(f'ALTER TABLE {table} ENABLE ALWAYS TRIGGER "{name}"')

    def _copy(self, model: type[Model], at: int, key: Any, number: int) -> None:
        table, fields = (
            model._meta.db_table,
            [one for one in model._meta.concrete_fields if not getattr(one, "generated", False)],
        )
        values = [OTHER.get((table, one.column)) or self._value(model, one, at) for one in fields]
        columns = ", ".join(f'"{one.column}"' for one in fields)
        self.cursor.execute(
            f'INSERT INTO {table} ({columns}) SELECT {", ".join(values)} FROM generate_series(%s, %s) g, {table} s '
            f'WHERE s."{model._meta.pk.column}" = %s',
            [self.number + 1, number, str(key)],
        )  # fmt: skip

    def _value(self, model: type[Model], one: Any, at: int) -> str:
        column = f's."{one.column}"'
        if one.primary_key and not isinstance(one, ForeignKey):
            return self._uuid(column) if isinstance(one, UUIDField) else self._new(model._meta.label, str(at))
        if isinstance(one, ForeignKey) and one.related_model._meta.label in self.keys:
            label = one.related_model._meta.label
            if isinstance(one.related_model._meta.pk, UUIDField):
                return self._uuid(column)
            place = f"array_position(ARRAY{self.keys[label] or '[]'}::bigint[], {column}::bigint) - 1"
            return f"coalesce({self._new(label, place)}, {column})"
        if one.column in KEYS:
            return f"CASE WHEN {column} <> '' THEN encode(sha256(convert_to({column} || g, 'UTF8')), 'hex') ELSE {column} END"
        return column

    def _new(self, label: str, place: str) -> str:
        return f"{BASE} + g + 0 * ({place})" if label == "cases.Case" else f"{BASE} + g * {STEP} + ({place})"

    def _uuid(self, column: str) -> str:
        return f"md5({column}::text || g)::uuid"

    def _chains(self, first: int, last: int) -> None:
        span = [first, last]
        self.cursor.execute(
            f"INSERT INTO cases_stream (id, kind, key) SELECT {BASE} + g, 'case', ({BASE} + g)::text FROM generate_series(%s, %s) g",
            span,
        )
        self.cursor.execute(
            "SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'cases_event'::regclass AND attnum > 0"
        )
        (names,) = self.cursor.fetchone()
        for seq, action in enumerate(CHAIN, start=1):
            other = {
                "id": f"{BASE} + g * 10 + {seq}", "stream_id": f"({BASE} + g)::bigint", "seq": f"{seq}::bigint", "action": f"'{action}'::text",
                "object_type": "'cases_case'::text", "object_id": f"({BASE} + g)::text", "payload": "'{}'::text",
                "prev": "coalesce(p.hash, ''::bytea)",
            }  # fmt: skip
            columns = ", ".join(f"{other.get(name, f's.{name}')} AS {name}" for name in names)
            hashed = ", ".join(
                "history_event_hash(ROW(r.*)::cases_event)" if name == "hash" else f"r.{name}" for name in names
            )
            self.cursor.execute(
                f"INSERT INTO cases_event ({', '.join(names)}) SELECT {hashed} FROM (SELECT {columns} FROM generate_series(%s, %s) g "
                f"CROSS JOIN (SELECT * FROM cases_event ORDER BY id LIMIT 1) s "
                f"LEFT JOIN cases_event p ON p.id = {BASE} + g * 10 + {seq} - 1 AND {seq} > 1) r",
                span,
            )
        self.cursor.execute(
            f"INSERT INTO cases_streamhead (stream_id, seq, hash) SELECT stream_id, seq, hash FROM cases_event "
            f"WHERE id > {BASE} AND seq = {len(CHAIN)} AND stream_id BETWEEN {BASE} + %s AND {BASE} + %s AND stream_id > {BASE}",
            span,
        )

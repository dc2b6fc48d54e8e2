"""A small history with seals and witnesses, and the worst hand there is: the server's superuser, every trigger switched off.

All tampering happens in one open transaction of the superuser, in which both checks read; it is rolled back afterwards.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, connections, transaction

from cases.history import merkle, notes
from cases.history.check import verify
from tests.seals.conftest import cosign
from tools import reliefverify as outsider

ATTACKER = "attacker"
ACT = "SELECT history_append(%s, %s, %s, 'ok', %s, %s, %s, NULL, NULL, NULL, 'system', NULL, NULL, NULL, NULL)"
KEPT = [
    "cases_event", "cases_access", "cases_stream", "cases_streamhead", "cases_leaf", "cases_tile", "cases_checkpoint",
    "cases_witnessreceipt", "cases_sealkey", "cases_witness", "cases_ledgeraccount",
]  # fmt: skip


def attacker(superuser: dict[str, Any]) -> Any:
    """A Django connection that signs in as the superuser of the cluster."""
    made = connection.copy(alias=ATTACKER)
    made.settings_dict.update(superuser)
    connections[ATTACKER] = made
    return made


@dataclass
class Keys:
    """The log's keys, one after the other, and a witness's; what the outsider holds of them."""

    log: list[Ed25519PrivateKey] = field(default_factory=lambda: [Ed25519PrivateKey.generate() for _ in range(2)])
    witness: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    origin: str = "relief-history/attacked"

    def vkey(self, number: int) -> str:
        public = self.log[number].public_key().public_bytes_raw()
        return notes.Key(self.origin, notes.LOG, public).vkey()

    def note(self, size: int, root: bytes, number: int) -> str:
        body = notes.Checkpoint(self.origin, size, root).body()
        return notes.Note(body, (notes.sign(body, name=self.origin, key=self.log[number]),)).text()

    def receipt(self, size: int, root: bytes) -> str:
        body = notes.Checkpoint(self.origin, size, root).body()
        return cosign(body, name="audit-office", key=self.witness, at=1_800_000_000).line()


class World:
    """The history in its database, sealed in many small steps."""

    STEP = 37

    def __init__(self, link: Any, folder: Path, streams: int = 24) -> None:
        self.link, self.keys, self.folder = link, Keys(), folder
        self.seen: list[tuple[int, bytes]] = []
        self._write(streams)
        self.turn = self._seal(0)
        self.seal()

    def _write(self, streams: int) -> None:
        key = self.keys.witness.public_key().public_bytes_raw().hex()
        self.act(
            "witness",
            f"INSERT INTO cases_witness (name, public_key, added_at) VALUES ('audit-office', '\\x{key}', now())",
        )
        self.act("ledger", "INSERT INTO cases_fund (code, name, programme, kind, starts_on, is_active, restriction) VALUES ('F1', 'F1', 'two_step', 'fiscal', '2020-01-01', true, '{}')")  # fmt: skip
        for code, kind in (("in", "external"), ("fund", "fund")):
            self.act("ledger", f"INSERT INTO cases_ledgeraccount (code, kind, fund_id, debits_posted, credits_posted, debits_pending, credits_pending) SELECT '{code}', '{kind}', id, 0, 0, 0, 0 FROM cases_fund")  # fmt: skip
        self.act("ledger", "INSERT INTO cases_ledgertransfer (id, debit_id, credit_id, amount_fen, kind, cause, ref, reason, at) SELECT gen_random_uuid(), min(id), max(id), 500, 'single', 'gift', '', 'x', now() FROM cases_ledgeraccount")  # fmt: skip
        for number in range(streams):
            with transaction.atomic(using=ATTACKER), self.cursor() as cursor:
                for step in range(12):
                    payload = json.dumps({"step": step, "opinion": f"同意 {number * 7919 % 97}", "amount": "5000.00"})
                    kind = "row.update" if step % 3 else "test.step"
                    cursor.execute(ACT, ["attacked", str(number), kind, "attacked_row", str(number), payload])
                cursor.execute(
                    "SELECT history_access('read', 'cases_case', %s, NULL, '{\"fields\":[\"name\"]}', '核对', 7, 'PRV1', '省', NULL)",
                    [str(number)],
                )

    def act(self, name: str, sql: str) -> None:
        """A change of rows with its act."""
        with transaction.atomic(using=ATTACKER), self.cursor() as cursor:
            cursor.execute(sql)
            cursor.execute(ACT, ["config", "all", f"test.{name}", None, None, "{}"])

    def cursor(self) -> Any:
        return self.link.cursor()

    def rows(self, sql: str, params: Any = ()) -> list[tuple[Any, ...]]:
        with self.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall())

    def seal(self) -> int:
        """Seal what waits, with the key of today; answers the size."""
        return self._seal(1)

    def _seal(self, number: int) -> int:
        """One key's time: from where the last one ended, half of what waits for the first key."""
        with transaction.atomic(using=ATTACKER), self.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(leaf) + 1, 0) FROM cases_leaf")
            begin = size = cursor.fetchone()[0]
            cursor.execute("SELECT tree_size, frontier FROM cases_checkpoint ORDER BY tree_size DESC LIMIT 1")
            last = cursor.fetchone()
            edge = merkle.Frontier.read(last[0], bytes(last[1])) if last else merkle.Frontier()
            cursor.execute(
                "SELECT p.id, p.src, p.ref, coalesce(e.hash, a.hash) FROM cases_pending p LEFT JOIN cases_event e ON p.src = 1 "
                "AND e.id = p.ref LEFT JOIN cases_access a ON p.src = 2 AND a.id = p.ref ORDER BY p.id"
            )
            waiting = cursor.fetchall()
            waiting = waiting[: len(waiting) // 2] if number == 0 else waiting
            self._register(cursor, number, begin)
            for at in range(0, len(waiting), self.STEP):
                batch = waiting[at : at + self.STEP]
                size = self._checkpoint(cursor, edge, batch, number)
        return size

    def _register(self, cursor: Any, number: int, begin: int) -> None:
        public = self.keys.log[number].public_key().public_bytes_raw()
        kid = notes.Key(self.keys.origin, notes.LOG, public).id.hex()
        if begin and not self.rows("SELECT 1 FROM cases_sealkey WHERE kid = %s", [kid]):
            cursor.execute("UPDATE cases_sealkey SET valid_to_size = %s WHERE valid_to_size IS NULL", [begin])
        cursor.execute(
            "INSERT INTO cases_sealkey (kid, public_key, valid_from_size, reason) VALUES (%s, %s, %s, 'x') ON CONFLICT DO NOTHING",
            [kid, public, begin + 1],
        )

    def _checkpoint(self, cursor: Any, edge: merkle.Frontier, batch: list[Any], number: int) -> int:
        for pk, src, ref, leaf in batch:
            cursor.execute("INSERT INTO cases_leaf VALUES (%s, %s, %s, %s)", [edge.size, src, ref, bytes(leaf)])
            cursor.execute("DELETE FROM cases_pending WHERE id = %s", [pk])
            for level, index, node in edge.append(bytes(leaf)):
                if level == 8:
                    cursor.execute("INSERT INTO cases_tile (level, index, hash) VALUES (8, %s, %s)", [index, node])
        root = edge.root()
        cursor.execute(
            "INSERT INTO cases_checkpoint VALUES (%s, %s, relief_now(), %s, 'k', %s, false)",
            [edge.size, root, self.keys.note(edge.size, root, number), edge.stored()],
        )
        if edge.size // self.STEP % 3 == 0:
            self.seen.append((edge.size, root))
            cursor.execute(
                "INSERT INTO cases_witnessreceipt (tree_size, root, witness, channel, cosignature, received_at) "
                "VALUES (%s, %s, 'audit-office', 'x', %s, now())",
                [edge.size, root, self.keys.receipt(edge.size, root)],
            )
        return edge.size

    # --- what the outsider holds ----------------------------------------------------------------------------------------

    def trust(self) -> Path:
        """His file: both keys of the log, the witness's, and what it saw."""
        witness = notes.Key("audit-office", notes.WITNESS, self.keys.witness.public_key().public_bytes_raw()).vkey()
        receipts = [{"tree_size": size, "root": base64.b64encode(root).decode()} for size, root in self.seen]
        path = self.folder / "trust.json"
        told = {"log_keys": [self.keys.vkey(0), self.keys.vkey(1)], "witness_keys": [witness], "receipts": receipts}
        path.write_text(json.dumps(told))
        return path

    # --- both checks ----------------------------------------------------------------------------------------------------

    def inside(self) -> list[Any]:
        """What `verify_history` finds."""
        return verify(self.link).findings

    def outside(self) -> list[Any]:
        """What `reliefverify.py` finds, with the outsider's file in his hand."""
        self.link.ensure_connection()
        base = outsider.Database(link=self.link.connection)
        return outsider.check(base, outsider.Trust.read(str(self.trust()))).findings


class Undone(Exception):
    """The end of an attack: everything is as before."""


class Hand:
    """The superuser in one open transaction, with every guard out of the way."""

    def __init__(self, world: World, rng: Random) -> None:
        self.world, self.rng = world, rng

    def run(self, sql: str, params: Any = ()) -> None:
        with self.world.cursor() as cursor:
            cursor.execute(sql, params)

    def one(self, sql: str, params: Any = ()) -> tuple[Any, ...]:
        """A random row of those that the query answers."""
        return self.rng.choice(self.world.rows(sql, params))

    @contextmanager
    def unguarded(self, *tables: str) -> Iterator[None]:
        """Triggers of these tables off, then on again as they were."""
        wanted = tables or tuple(KEPT)
        for table in wanted:
            self.run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in wanted:
            for (name,) in self.world.rows(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table]
            ):
                self.run(f'ALTER TABLE {table} ENABLE ALWAYS TRIGGER "{name}"')


@contextmanager
def attack(world: World, rng: Random) -> Iterator[Hand]:
    """Whatever is done inside is undone afterwards."""
    with suppress(Undone), transaction.atomic(using=ATTACKER):
        with world.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield Hand(world, rng)
        raise Undone

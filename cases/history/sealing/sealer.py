"""封存: the one process that makes leaves of waiting entries and signs the root over them. Signs in as the role `sealer`.

A pass is one transaction: rows leave the queue, become leaves, and a signed root covers them, or nothing happened. A row whose
content does not fit its hash stays in the queue, is told aloud and looked at again each minute; the others go on.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from django.db import connections, transaction

from cases.calendar.rules import local_day
from cases.history import merkle, notes
from cases.history.chain import ACCESS_FIELDS, EVENT_FIELDS, access_hash, event_hash
from cases.history.merkle import Frontier
from cases.history.sealing import keyfile, rules, tree
from cases.history.sealing.rules import KeyRange
from project import keys

log = structlog.get_logger(__name__)
AGAIN = 60
"""Seconds after which rows that were held back are looked at again."""


class CannotSeal(SystemExit):
    """The tree in the database is not the one that was signed, or another sealer is at work: one sentence."""


@dataclass(frozen=True)
class Last:
    """The tree as it was signed last."""

    size: int
    root: bytes
    day: Any
    edge: Frontier


@dataclass
class Sealer:
    """One sealer: its key file, and what it has signed, in memory and beside the key."""

    path: Path
    held: set[int] = field(default_factory=set)
    looked: float = 0.0
    signed: tuple[int, bytes] | None = None
    link: Any = None

    @property
    def connection(self) -> Any:
        return connections["sealer"]

    def hold(self) -> None:
        """Take the lock that only one sealer has, again when the connection is another. Raises CannotSeal."""
        self.connection.ensure_connection()
        if self.link is not None and self.link is self.connection.connection:
            return
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [rules.SEALING])
            if not cursor.fetchone()[0]:
                raise CannotSeal("Another sealer is at work on this database: one is enough.")
        self.link = self.connection.connection
        self.signed = None

    def one_pass(self) -> int:
        """Seal what waits, at most AT_ONCE entries; answers how many. Raises CannotSeal, NoSealKey."""
        self.hold()
        if time.monotonic() - self.looked > AGAIN:
            self.held, self.looked = set(), time.monotonic()
        with transaction.atomic(using="sealer"), self.connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [rules.CHANGING_KEYS])
            ring = _registered(cursor)
            last = self._last(cursor, ring)
            waiting = self._waiting(cursor)
            signed = self._seal(cursor, ring, last, waiting) if waiting else None
        if signed:
            self.signed = signed
            _remember(self.path, *signed)
        return len(waiting)

    # --- what is there ------------------------------------------------------------------------------------------------

    def _last(self, cursor: Any, ring: list[KeyRange]) -> Last:
        """The last root, after proof that the tree below it is the one that was signed. Raises CannotSeal."""
        cursor.execute(
            "SELECT c.tree_size, c.root, c.at, c.note, c.frontier, (SELECT coalesce(max(leaf) + 1, 0) FROM cases_leaf) "
            "FROM (SELECT) nothing LEFT JOIN LATERAL (SELECT * FROM cases_checkpoint ORDER BY tree_size DESC LIMIT 1) c ON true"
        )
        size, root, at, note, edge, leaves = cursor.fetchone()
        known = self.signed or _remembered(self.path)
        if (size or 0) != leaves:
            raise CannotSeal(f"The last checkpoint is of {size or 0} leaves and there are {leaves}: nothing is signed.")
        if size is None:
            if known is not None:
                raise CannotSeal(
                    f"A tree of {known[0]} leaves was signed here and the database has none: nothing is signed."
                )
            return Last(0, merkle.EMPTY, None, Frontier())
        last = Last(size, bytes(root), local_day(at), Frontier.read(size, bytes(edge)))
        if self.signed != (last.size, last.root):
            self._prove(cursor, ring, last, note, known)
        return last

    def _prove(self, cursor: Any, ring: list[KeyRange], last: Last, note: str, known: tuple[int, bytes] | None) -> None:
        key, said = rules.signer(ring, last.size), notes.read_note(note)
        origin = rules.origin_of(ring[0].public) if ring else ""
        if key is None or not notes.is_signed(said, rules.key_of(origin, key.public)):
            raise CannotSeal(f"The note of {last.size} leaves is not signed with its key: nothing is signed.")
        if notes.read_checkpoint(said.body) != notes.Checkpoint(origin, last.size, last.root):
            raise CannotSeal(f"The note of {last.size} leaves is of another root than its row: nothing is signed.")
        try:
            found = tree.frontier(cursor, last.size)
            before = tree.frontier(cursor, known[0]).root() if known and known[0] <= last.size else None
        except LookupError as fault:
            raise CannotSeal(f"{fault}: nothing is signed.") from None
        if found != last.edge or found.root() != last.root:
            raise CannotSeal(f"The leaves do not add up to the root of {last.size} that was signed: nothing is signed.")
        if known and before != known[1]:
            raise CannotSeal(
                f"A tree of {known[0]} leaves was signed here and the one in the database did not grow from it: nothing is "
                "signed. After a restore of an older backup, run manage.py seal --accept-shorter."
            )

    def _waiting(self, cursor: Any) -> list[tuple[int, int, int, bytes]]:
        """Rows of the queue that may be sealed, with their hashes, in order."""
        cursor.execute(
            "SELECT p.id, p.src, p.ref, l.leaf FROM cases_pending p LEFT JOIN cases_leaf l ON l.src = p.src AND l.ref = p.ref "
            "WHERE NOT p.id = ANY(%s) ORDER BY p.id LIMIT %s",
            [list(self.held), rules.AT_ONCE],
        )
        rows = cursor.fetchall()
        hashes = {
            1: _hashes(
                cursor, "cases_event", ("enc", *EVENT_FIELDS), event_hash, [row[2] for row in rows if row[1] == 1]
            ),
            2: _hashes(cursor, "cases_access", ACCESS_FIELDS, access_hash, [row[2] for row in rows if row[1] == 2]),
        }
        found = []
        for pk, src, ref, leaf in rows:
            stored, right = hashes[src].get(ref, (None, None))
            if stored is None or stored != right or leaf is not None:
                why = "row_missing" if stored is None else "sealed_already" if leaf is not None else "row_changed"
                log.error("an entry is not sealed", why=why, src=src, ref=ref)
                self.held.add(pk)
            else:
                found.append((pk, src, ref, stored))
        return found

    # --- what is added ------------------------------------------------------------------------------------------------

    def _seal(
        self, cursor: Any, ring: list[KeyRange], last: Last, waiting: list[tuple[int, int, int, bytes]]
    ) -> tuple[int, bytes]:
        edge, tiles = Frontier(last.size, [*last.edge.hashes]), []
        for *_rest, leaf in waiting:
            tiles += [place for place in edge.append(leaf) if place[0] % tree.STEP == 0]
        key = rules.signer(ring, edge.size)
        if key is None:
            raise CannotSeal("No key is registered for the next root: run manage.py seal_key change.")
        origin, root = rules.origin_of(ring[0].public), edge.root()
        body = notes.Checkpoint(origin, edge.size, root).body()
        signature = notes.sign(body, name=origin, key=keyfile.find(self.path, key.public))
        cursor.execute(
            "INSERT INTO cases_leaf (leaf, src, ref, hash) SELECT * FROM unnest(%s::bigint[], %s::smallint[], %s::bigint[], %s::bytea[])",
            [
                list(range(last.size, edge.size)),
                *(list(column) for column in zip(*[row[1:] for row in waiting], strict=True)),
            ],
        )
        if tiles:
            cursor.execute(
                "INSERT INTO cases_tile (level, index, hash) SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])",
                [list(column) for column in zip(*tiles, strict=True)],
            )
        cursor.execute("DELETE FROM cases_pending WHERE id = ANY(%s)", [[row[0] for row in waiting]])
        cursor.execute("SELECT relief_now()")
        now = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO cases_checkpoint (tree_size, root, at, note, kid, frontier, day_close) VALUES (%s,%s,%s,%s,%s,%s,%s)",
            [
                edge.size,
                root,
                now,
                notes.Note(body, (signature,)).text(),
                key.kid,
                edge.stored(),
                local_day(now) != last.day,
            ],
        )
        return edge.size, root


def _registered(cursor: Any) -> list[KeyRange]:
    cursor.execute(
        "SELECT kid, public_key, valid_from_size, valid_to_size FROM cases_sealkey ORDER BY valid_from_size, valid_to_size, kid"
    )
    return [KeyRange(kid, bytes(public), first, last) for kid, public, first, last in cursor.fetchall()]


def _hashes(
    cursor: Any, table: str, names: tuple[str, ...], right: Any, ids: list[int]
) -> dict[int, tuple[bytes, bytes | None]]:
    """Stored hash and right hash of these rows; what the columns say is counted here, not by the database."""
    if not ids:
        return {}
    cursor.execute(f"SELECT id, hash, {', '.join(names)} FROM {table} WHERE id = ANY(%s)", [ids])
    found = {}
    for pk, stored, *values in cursor.fetchall():
        try:
            counted = right(dict(zip(names, values, strict=True)))
        except KeyError:  # an encoding that no release wrote
            counted = None
        found[pk] = (bytes(stored), counted)
    return found


# --- what this sealer has signed, kept beside its key: a database that was put back to an earlier day is noticed -----------


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.last")


def _remember(path: Path, size: int, root: bytes) -> None:
    keys.store(_beside(path), json.dumps({"size": size, "root": root.hex()}))


def _remembered(path: Path) -> tuple[int, bytes] | None:
    place = _beside(path)
    if not place.exists():
        return None
    try:
        found = json.loads(place.read_text())
        return int(found["size"]), bytes.fromhex(found["root"])
    except (ValueError, KeyError, TypeError):
        raise CannotSeal(
            f"{place} is damaged: put it back from a copy, or run manage.py seal --accept-shorter."
        ) from None


def forget(path: Path) -> tuple[int, bytes] | None:
    """Forget what was signed here; answers what it was."""
    found = _remembered(path)
    _beside(path).unlink(missing_ok=True)
    return found

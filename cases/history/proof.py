"""The proof of one case (存证文件): its entries, and a way from the last of them to a signed root. Checked offline with one key."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from cases.errors import Refusal
from cases.history.bundle import CHECKPOINTS, KEYS, ROTATIONS, WIDTH, line, paths
from cases.history.chain import EVENT_FIELDS
from cases.history.copied import Columns, Rows, as_hashed, read
from cases.history.report import stream_rows

FORMAT = "relief-proof/1"
ENTRIES = f"""
SELECT {as_hashed("e", EVENT_FIELDS)}, l.leaf::text, l.hash, '1', e.id::text, e.enc::text, e.hash, NULL::text
FROM cases_event e JOIN cases_stream s ON s.id = e.stream_id AND s.kind = 'case' AND s.key = %s
JOIN cases_leaf l ON l.src = 1 AND l.ref = e.id ORDER BY e.seq"""
WITNESSED = """
SELECT c.tree_size FROM cases_checkpoint c WHERE c.tree_size > %s
ORDER BY EXISTS (SELECT FROM cases_witnessreceipt r WHERE r.tree_size = c.tree_size AND r.root = c.root) DESC, c.tree_size DESC LIMIT 1"""


def proof(connection: Any, *, case: int, number: str) -> dict[str, Any]:
    """存证: all sealed entries of a case. One path is enough: each entry holds the hash of the one before it.

    Under a root that a witness cosigned, where there is one. Raises Refusal while nothing of the case is sealed.
    """
    entries: list[list[Any]] = []

    def take(columns: Columns, _body: bytes) -> None:
        told = line(columns)
        entries.append([told[0], *told[2:]])

    with transaction.atomic(using=connection.alias):
        read(connection, ENTRIES, [str(case)], Rows(WIDTH + 7, 0, take))
        last = entries[-1][0] if entries else None
        size = next(stream_rows(connection, WITNESSED, [last]), None) if entries else None
        if last is None or size is None:
            raise Refusal("nothing of this case is sealed yet", code="not_sealed", status=409)
        found = next(stream_rows(connection, CHECKPOINTS.format(where="WHERE tree_size = %s"), [size["tree_size"]]))
        lines = stream_rows(
            connection,
            "SELECT r.cosignature FROM cases_witnessreceipt r JOIN cases_checkpoint c ON c.tree_size = r.tree_size "
            "AND c.root = r.root WHERE r.tree_size = %s ORDER BY r.id",
            [size["tree_size"]],
        )
        ((leaf, path),) = paths(connection, [last], size["tree_size"])
        return {
            "format": FORMAT,
            "case": number,
            "stream": {"id": int(entries[0][5]), "kind": "case", "key": str(case)},
            "entries": entries,
            "paths": {str(leaf): path},
            "note": found["note"],
            "cosignatures": [row["cosignature"] for row in lines],
            "keys": [[*row.values()] for row in stream_rows(connection, KEYS, [])],
            "rotations": [row["payload"] for row in stream_rows(connection, ROTATIONS, [])],
        }

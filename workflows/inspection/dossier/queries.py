"""What a dossier holds (封存卷宗): gathered in one snapshot, after the look has been stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections, transaction

from cases.access.queries import may
from cases.calendar import clock
from cases.dossier.models import Case
from cases.errors import Erased, NotFound, Refusal
from cases.evidence.models import MaterialFile
from cases.history.chain import EVENT_FIELDS
from cases.history.copied import Columns, Rows, as_hashed, read
from cases.history.proof import proof
from cases.history.record import record_access, refusals_recorded
from cases.privacy.queries import is_erased
from project.databases import reading_alias
from project.pdf import render_pdf
from workflows.inspection.dossier.sheet import sheet

WIDTH = len(EVENT_FIELDS)
CHAIN = f"""
SELECT {as_hashed("e", EVENT_FIELDS)}, l.leaf::text, encode(e.hash, 'hex'), e.enc::text
FROM cases_event e JOIN cases_stream s ON s.id = e.stream_id AND s.kind = 'case' AND s.key = %s
LEFT JOIN cases_leaf l ON l.src = 1 AND l.ref = e.id ORDER BY e.seq"""
FIELDS = ["answers", "history", "letters", "name", "opinions", "payments"]


@dataclass(frozen=True)
class Paper:
    """材料 as a file of the dossier: its name there, where it lies, and what it was when it was stored."""

    name: str
    code: str
    token: UUID
    path: str
    sha256: str


@dataclass(frozen=True)
class Chain:
    """The case's entries as lines of JSON; `unsealed` of the last ones wait for their seal."""

    lines: list[bytes]
    unsealed: int
    head: str


@dataclass(frozen=True)
class Dossier:
    """封存卷宗, ready to be packed; only the papers are still where they lie."""

    case: Case
    made_at: datetime
    pdf: bytes
    papers: list[Paper]
    chain: Chain
    proof: dict[str, Any] | None


def require_whole(viewer: Any, case: Case) -> None:
    """A case whose data were erased has no dossier: the try is refused and recorded. Raises Erased."""
    if is_erased(case):
        with refusals_recorded("privacy.read", by=viewer, about=("case", str(case.pk))):
            raise Erased("erased")


def dossier_of(viewer: Any, case: Case, *, purpose: str) -> Dossier:
    """封存卷宗 of a case for whoever inspects it; who takes it, how much and what for is stored before anything is opened.

    The payee account is masked without the right to it. Raises NotFound, Erased, Unrecorded.
    """
    post = may(viewer, "case.read", case.handling_code)
    if post is None:
        raise NotFound()
    require_whole(viewer, case)
    sees_account = "case.history" in post.role.rights
    papers = papers_of(case)
    counted = [*FIELDS, *(["account"] if sees_account else []), f"papers: {len(papers)}"]
    record_access(
        "export", object=case, fields=counted, by=viewer, case_id=case.pk, purpose=purpose, role=post.role_id,
        office=post.office.name,
    )  # fmt: skip
    now = clock.now()
    with _snapshot() as connection:
        chain = chain_of(connection, case)
        shown = sheet(
            case, sees_account=sees_account, papers=papers, entries=len(chain.lines), head=chain.head, now=now
        )
        return Dossier(case, now, render_pdf("dossier", shown), papers, chain, _proof(connection, case))


@contextmanager
def _snapshot() -> Iterator[Any]:
    """Sheet, entries and proof as they stood at one moment."""
    connection = connections[reading_alias()]
    begun = connection.in_atomic_block
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if not begun:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield connection


def papers_of(case: Case) -> list[Paper]:
    """材料文件 of a case in the order they came, each under a name of its own; what was taken away is left out."""
    rows = MaterialFile.objects.filter(case=case, removed_at=None).select_related("material").order_by("pk")
    return [_paper(place, row) for place, row in enumerate(rows, 1)]


def _paper(place: int, row: MaterialFile) -> Paper:
    kind, ending = row.material.code if row.material else row.kind, "pdf" if row.kind == "pdf" else "jpg"
    return Paper(f"papers/{place:03}-{kind}-{row.pk}.{ending}", kind, row.token, row.path, row.stored_sha256)


def chain_of(connection: Any, case: Case) -> Chain:
    """The case's entries, each with the texts that are hashed, its hash and its leaf."""
    lines: list[bytes] = []
    unsealed, head = 0, ""

    def take(columns: Columns, _body: bytes) -> None:
        nonlocal unsealed, head
        texts = [None if one is None else one.decode() for one in columns]
        leaf, head, enc = texts[WIDTH], str(texts[WIDTH + 1]), str(texts[WIDTH + 2])
        unsealed += leaf is None
        told = {"leaf": int(leaf) if leaf else None, "enc": int(enc), "hash": head}
        told |= dict(zip(EVENT_FIELDS, texts[:WIDTH], strict=True))
        lines.append(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    read(connection, CHAIN, [str(case.pk)], Rows(WIDTH + 3, 0, take))
    return Chain(lines, unsealed, head)


def _proof(connection: Any, case: Case) -> dict[str, Any] | None:
    """存证文件; None while nothing of the case is sealed."""
    try:
        return proof(connection, case=case.pk, number=str(case.number))
    except Refusal:
        return None

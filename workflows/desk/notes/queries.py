"""Who reads and writes the internal notes of a case, the notes themselves, and what waits on a colleague's desk."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from cases.access.models import Post, User
from cases.access.queries import current_posts, get_case, may, sees
from cases.dossier.models import Case
from cases.errors import NotFound
from workflows.desk.notes.models import Mention, Note, NoteFile

READ, REDACT, LEAD, INSPECT = "case.read", "note.redact", "work.assign", "inspect"
ACCOUNT = re.compile(r"@([\w.+-]+)", re.ASCII)
LENGTHS = (2, 4, 6, 9, 12)
MOST = 30


def reading_post(viewer: Any, case: Case) -> Post | None:
    """The post in which somebody reads the notes of this case: who reads whole files there and is not its applicant or helper."""
    if viewer.pk in (case.owner_id, case.agent_id):
        return None
    return may(viewer, READ, case.handling_code)


def writing_post(viewer: Any, case: Case) -> Post | None:
    """The post in which somebody writes them; an inspector reads, and keeps his own notes to himself."""
    post = reading_post(viewer, case)
    return None if post is None or INSPECT in post.role.rights else post


def colleagues(case: Case, besides: Any) -> list[User]:
    """同事: whoever may see this case whole and may be mentioned, in the order of their accounts."""
    areas = [case.handling_code[:length] for length in LENGTHS]
    posts = current_posts().filter(role__rights__contains=[READ], office__division_code__in=areas)
    barred = {besides.pk, case.owner_id, case.agent_id}
    return list(User.objects.filter(pk__in=posts.values("user_id")).exclude(pk__in=barred - {None}).order_by("pk"))


def mentioned(case: Case, text: str, chosen: set[int], by: Any) -> list[User]:
    """Who is meant: chosen, or written as @姓名 or @登录名, among the colleagues alone."""
    said = {word.casefold() for word in ACCOUNT.findall(text)}
    return [
        one
        for one in colleagues(case, by)
        if one.pk in chosen or (one.name and f"@{one.name}" in text) or one.username.casefold() in said
    ]


def notes_of(case: Case) -> list[Note]:
    """便签 of a case that begin a thread, oldest first, with their answers."""
    rows = (
        Note.objects.filter(case=case)
        .select_related("by", "office", "redacted_by")
        .prefetch_related("mentions__person", "files")
    )
    found = list(rows.order_by("pk"))
    answers: dict[int | None, list[Note]] = {}
    for note in found:
        answers.setdefault(note.reply_to_id, []).append(note)
    for note in found:
        note.thread = answers.get(note.pk, [])  # type: ignore[attr-defined]
    return answers.get(None, [])


def note_of(viewer: Any, number: str, pk: int) -> Note:
    """One note by its address. NotFound outside the viewer's area and for who reads no notes."""
    case = get_case(viewer, number)
    found = Note.objects.select_related("case").filter(case=case, pk=pk).first()
    if found is None or reading_post(viewer, case) is None:
        raise NotFound()
    return found


def note_file(viewer: Any, number: str, pk: int, token: UUID) -> NoteFile:
    """便签附件 for whoever may read its note, as long as its words stand. NotFound for everybody else."""
    note = note_of(viewer, number, pk)
    found = note.files.filter(token=token).first() if note.redacted_at is None else None
    if found is None:
        raise NotFound()
    found.note = note
    return found


def may_redact(viewer: Any, note: Note) -> bool:
    """Whether the words may be taken out by this person: a second one, who leads at the place of the case."""
    return note.redacted_at is None and note.by_id != viewer.pk and redacting_post(viewer, note.case) is not None


def redacting_post(viewer: Any, case: Case) -> Post | None:
    """The post in which somebody takes out what others wrote: the head of the department, and who leads at the place."""
    return may(viewer, REDACT, case.handling_code) or may(viewer, LEAD, case.handling_code)


def untold(viewer: Any) -> QuerySet[Mention]:
    """提到您的便签 that wait on the desk, of cases that he may still see, oldest first."""
    rows = Mention.objects.filter(sees(viewer, "note__case__"), person=viewer, seen_at=None, note__redacted_at=None)
    return rows.select_related("note__case", "note__by").order_by("pk")[:MOST]

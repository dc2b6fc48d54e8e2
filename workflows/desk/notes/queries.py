"""Who reads and writes the internal notes of a case, the notes themselves, and what waits on a colleague's desk."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.models import Post, Role, User, in_my_language
from cases.access.queries import current_posts, get_case, may, sees
from cases.dossier.models import Case
from cases.errors import Invalid, NotFound, Refusal
from cases.text import is_key, listed
from project.values import moment_words
from workflows.desk.notes.models import Mention, Note, NoteFile

READ, REDACT, LEAD, INSPECT = "case.read", "note.redact", "work.assign", "inspect"
ACCOUNT = re.compile(r"@([\w.+-]+)", re.ASCII)
LENGTHS = (2, 4, 6, 9, 12)
MOST, PAGE = 30, 25


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


def chosen(viewer: Any, case: Case, names: Collection[str]) -> set[int]:
    """提到谁, by sign-in names. Invalid that names whoever is no colleague here; of who writes no notes nothing is asked."""
    if not names or writing_post(viewer, case) is None:
        return set()
    known = {one.username: one.pk for one in colleagues(case, viewer)}
    strange = [name for name in dict.fromkeys(names) if name not in known]
    if strange:
        said = format_lazy(_("提到的人不看这件案卷：{names}"), names=listed(strange))
        raise Invalid(said, fields={"mentions": said})
    return {known[name] for name in names}


def page_of(case: Case, after: str) -> tuple[list[Note], int | None]:
    """便签 of a case with their answers, oldest first, a page at a time; and the id to go on after."""
    if not is_key(after):
        raise Invalid(_("翻页参数不对，请从第一页开始。"), fields={"after": _("翻页参数不对")})
    rows = list(_whole(case).filter(pk__gt=int(after))[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None


def _whole(case: Case) -> QuerySet[Note]:
    rows = Note.objects.filter(case=case).select_related("case", "by", "office", "redacted_by")
    meant = Prefetch("mentions", Mention.objects.select_related("person").order_by("pk"))
    return rows.prefetch_related(meant, "files").order_by("pk")


def notes_of(case: Case) -> list[Note]:
    """便签 of a case that begin a thread, oldest first, with their answers."""
    found = list(_whole(case))
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
    found = note.files.filter(token=token).first()
    if found is None:
        raise NotFound()
    must_stand(found)
    found.note = note
    return found


def must_stand(file: NoteFile) -> None:
    """附件已撤除: a refusal that says in which post and when somebody took it out with the words of its note, looked up afresh."""
    note = Note.objects.get(pk=file.note_id)
    if note.redacted_at is None:
        return
    role = Role.objects.get(pk=note.redacted_role)
    words = format_lazy(
        _("这个附件已由{role}在{when}和便签的内容一起撤除。"),
        role=in_my_language(role.name, role.name_en), when=moment_words(note.redacted_at),
    )  # fmt: skip
    raise Refusal(words, code="note_redacted", status=410)


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

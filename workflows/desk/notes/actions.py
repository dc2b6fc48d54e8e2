"""Write an internal note, take its words and files out, say that one has read it (便签、撤除、知道了)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.queries import is_known, who_may
from cases.dossier.models import Case
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.evidence import vault
from cases.history.record import action, current, record
from cases.sealed import commitment_of
from cases.subjects import subject_of
from workflows import barring
from workflows.desk.notes.attached import stored, taken_of
from workflows.desk.notes.models import Mention, Note, NoteFile
from workflows.desk.notes.queries import LEAD, READ, mentioned, redacting_post, writing_post

LONGEST = 2000


@action("note.write")
def write_note(
    *, case: Case, text: str, reply_to: int | None = None, mentions: Collection[int] = (), attached: Sequence[Any] = (),
    by: Any, now: datetime | None = None,
) -> Note:  # fmt: skip
    """写便签: for colleagues who may see the case whole; those mentioned find it on their desk.

    History keeps a commitment of the words, the digests of files, who wrote them and who was meant; never the words.
    One file that cannot be taken, and nothing is kept.
    """
    assert now is not None
    post = writing_post(by, case)
    if post is None:
        if not is_known(by, case.pk):
            raise NotFound()
        raise Refusal(_("您的岗位不写这件的内部便签。"), code="no_notes", who_may=who_may(READ, case.handling_code))
    act = current()
    if act is not None:
        act.as_(role=post.role_id, office=post.office.name)
    words = text.strip()
    if not words or len(words) > LONGEST:
        raise Invalid(_("请写便签的内容。"), fields={"text": _("请写 1 到 2000 个字")})
    parent = Note.objects.filter(pk=reply_to, case=case, reply_to=None).first() if reply_to else None
    if reply_to and parent is None:
        raise NotFound()
    taken = taken_of(attached)
    made = Note.objects.create(
        case=case, reply_to=parent, text=words, by=by, role=post.role_id, office=post.office, at=now
    )
    people = mentioned(case, words, set(mentions), by)
    Mention.objects.bulk_create([Mention(note=made, person=one) for one in people])
    payload: dict[str, Any] = {"text": commitment_of(made.text), "reply_to": made.reply_to_id}
    payload["mentions"] = [one.pk for one in people]
    if taken:
        payload["files"] = [one.sha256 for one in taken]
    with stored(NoteFile, taken, subject_of(made), note=made):
        record("note.written", about=("case", case.pk), object=made, payload=payload)
    return made


@action("note.redact")
def redact_note(*, note: Note, reason: str, by: Any, now: datetime | None = None) -> Note:
    """撤除便签: take out words and files of a note, by a head of the place who did not write it; who, when and why stays.

    The author asks for it in an answer to his note; a second person looks.
    """
    assert now is not None
    found = Note.objects.select_for_update(no_key=True, of=("self",)).select_related("case").get(pk=note.pk)
    case = found.case
    post = redacting_post(by, case)
    if found.by_id == by.pk or post is None:
        if not is_known(by, case.pk):
            raise NotFound()
        words = _("便签由负责人撤除，不由写的人自己撤除。")
        raise Refusal(words, code="second_person", who_may=who_may(LEAD, case.handling_code))
    barring.must_be_no_party(by, case)
    if found.redacted_at is not None:
        raise Stale(_("这条便签已经撤除。"))
    if not reason.strip():
        raise Invalid(_("请写明为什么撤除。"), fields={"reason": _("请写明原因")})
    was = commitment_of(found.text)
    found.text, found.redacted_at, found.redacted_by, found.redact_reason = "", now, by, reason.strip()
    found.redacted_role = post.role_id
    act = current()
    if act is not None:
        act.as_(role=post.role_id, office=post.office.name)
    found.save(update_fields=["text", "redacted_at", "redacted_by", "redacted_role", "redact_reason"])
    payload: dict[str, Any] = {"text": was, "reason": commitment_of(found.redact_reason)}
    files = list(found.files.order_by("number"))
    if files:
        payload["files"] = [one.sha256 for one in files]
    if act is not None:
        act.after += [partial(vault.drop, one.path) for one in files]
    record("note.redacted", about=("case", case.pk), object=found, payload=payload)
    return found


@action("note.seen", about="none")
def seen(*, mentions: Collection[int], by: Any, now: datetime | None = None) -> int:
    """知道了: the person mentioned has read these notes; answers how many were new to him."""
    new = Mention.objects.select_for_update().filter(pk__in=mentions, person=by, seen_at=None).order_by("pk")
    found = [mention.pk for mention in new]
    if found:
        Mention.objects.filter(pk__in=found).update(seen_at=now)
        record("note.seen", about=("account", by.pk), payload={"mentions": found})
    return len(found)

"""The notes of a case at the desk: read them, write one, answer one, open what is attached, take its words out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.errors import Invalid
from cases.evidence.views import sent
from cases.history.record import record_access
from cases.text import is_key
from workflows.desk.casefile.queries import File
from workflows.desk.notes import queries
from workflows.desk.notes.actions import redact_note, seen, write_note
from workflows.desk.notes.forms import NoteForm, RedactForm, ReplyForm
from workflows.desk.notes.opening import opened


@login_required
def notes(request: HttpRequest, number: str) -> HttpResponse:
    """内部便签: the threads, and the form for a new one."""
    found = opened(request.user, number)
    form = _note_form(request, found, request.POST or None, request.FILES or None)
    if request.method == "POST" and _is_kept(request, found, form):
        return redirect("case:notes", number)
    return _page(request, found, form)


def _note_form(request: HttpRequest, found: File, *given: Any) -> NoteForm:
    return NoteForm(*given, people=queries.colleagues(found.case, request.user))


def _is_kept(request: HttpRequest, found: File, form: NoteForm | ReplyForm, reply_to: int | None = None) -> bool:
    """Whether what was typed and attached is stored, a note or the answer to one; else the form says why not."""
    if not form.is_valid():
        return False
    try:
        write_note(case=found.case, reply_to=reply_to, **form.cleaned_data, by=request.user)
    except Invalid as fault:
        for field, words in fault.fields.items():
            form.add_error(field, str(words))
        return False
    messages.success(request, _("便签已存，只有同事看得到。"))
    return True


def _page(request: HttpRequest, found: File, form: NoteForm, answer: ReplyForm | None = None) -> HttpResponse:
    found.look("notes")
    may_write = queries.writing_post(request.user, found.case) is not None
    replies = {answer.note: answer} if answer is not None else {}
    threads = [_shown(request, note, replies) for note in queries.notes_of(found.case)]
    context = {"file": found, "case": found.case, "threads": threads, "form": form if may_write else None}
    context |= {"answer": answer or form, "redact": RedactForm()}
    return render(request, "desk/notes.html", context, status=422 if form.errors or replies else 200)


def _shown(request: HttpRequest, note: Any, replies: dict[int, ReplyForm]) -> dict[str, Any]:
    return {
        "note": note,
        "may_redact": queries.may_redact(request.user, note),
        "reply": replies.get(note.pk) or ReplyForm(note=note.pk),
        "answers": [_shown(request, answer, replies) for answer in note.thread],
    }


@login_required
@require_safe
def file(request: HttpRequest, number: str, pk: int, token: UUID) -> HttpResponse:
    """看便签附件: who looked is stored before the bytes leave, in the words of a look at the notes.

    Who opens it while a second person takes it out gets the file, or is told who took it out and when.
    """
    row = queries.note_file(request.user, number, pk, token)
    case = row.note.case
    post = queries.reading_post(request.user, case)
    assert post is not None
    record_access(
        "read", object=row, fields=["notes"], by=request.user, case_id=case.pk, role=post.role_id, office=post.office.name
    )  # fmt: skip
    name = f"note-{row.note_id}-{row.number}"
    try:
        return sent(row.token, row.path, name=name, kind=row.kind, as_download="download" in request.GET)
    except FileNotFoundError:
        queries.must_stand(row)
        raise


@login_required
@require_POST
def reply(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """回复 a note, with files as a note has them."""
    found, note = opened(request.user, number), queries.note_of(request.user, number, pk)
    form = ReplyForm(request.POST, request.FILES, note=note.pk)
    if _is_kept(request, found, form, note.pk):
        return redirect("case:notes", number)
    return _page(request, found, _note_form(request, found), form)


@login_required
@require_POST
def redact(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """撤除 the words of a note."""
    note, form = queries.note_of(request.user, number, pk), RedactForm(request.POST)
    if form.is_valid():
        redact_note(note=note, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("便签的内容已撤除，谁撤的、为什么都留着。"))
    else:
        messages.error(request, _("请写明为什么撤除。"))
    return redirect("case:notes", number)


@login_required
@require_POST
def noticed(request: HttpRequest) -> HttpResponse:
    """知道了: the notes in which I was mentioned."""
    chosen = [int(pk) for pk in request.POST.getlist("mention") if is_key(pk)][: queries.MOST]
    seen(mentions=chosen, by=request.user)
    return redirect("desk:home")

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

from cases.errors import Invalid, NotFound
from cases.evidence.views import sent
from cases.history.record import record_access
from cases.text import is_key
from workflows.desk.casefile.opening import open_whole
from workflows.desk.casefile.queries import File
from workflows.desk.notes import queries
from workflows.desk.notes.actions import redact_note, seen, write_note
from workflows.desk.notes.forms import NoteForm, RedactForm, ReplyForm


@login_required
def notes(request: HttpRequest, number: str) -> HttpResponse:
    """内部便签: the threads, and the form for a new one."""
    found = open_whole(request.user, number)
    if queries.reading_post(request.user, found.case) is None:
        raise NotFound()
    form = NoteForm(request.POST or None, request.FILES or None, people=queries.colleagues(found.case, request.user))
    if request.method == "POST" and form.is_valid():
        try:
            write_note(case=found.case, **form.cleaned_data, by=request.user)
        except Invalid as fault:
            for field, words in fault.fields.items():
                form.add_error(field, str(words))
        else:
            messages.success(request, _("便签已存，只有同事看得到。"))
            return redirect("case:notes", number)
    return _page(request, found, form)


def _page(request: HttpRequest, found: File, form: NoteForm) -> HttpResponse:
    found.look("notes")
    may_write = queries.writing_post(request.user, found.case) is not None
    threads = [_shown(request, note) for note in queries.notes_of(found.case)]
    context = {"file": found, "case": found.case, "threads": threads, "form": form if may_write else None}
    context |= {"reply": ReplyForm(), "redact": RedactForm()}
    return render(request, "desk/notes.html", context, status=422 if form.errors else 200)


def _shown(request: HttpRequest, note: Any) -> dict[str, Any]:
    return {
        "note": note,
        "may_redact": queries.may_redact(request.user, note),
        "answers": [_shown(request, answer) for answer in note.thread],
    }


@login_required
@require_safe
def file(request: HttpRequest, number: str, pk: int, token: UUID) -> HttpResponse:
    """看便签附件: who looked is stored before the bytes leave, in the words of a look at the notes."""
    row = queries.note_file(request.user, number, pk, token)
    case = row.note.case
    post = queries.reading_post(request.user, case)
    assert post is not None
    record_access(
        "read", object=row, fields=["notes"], by=request.user, case_id=case.pk, role=post.role_id, office=post.office.name
    )  # fmt: skip
    name = f"note-{row.note_id}-{row.number}"
    return sent(row.token, row.path, name=name, kind=row.kind, as_download="download" in request.GET)


@login_required
@require_POST
def reply(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """回复 a note."""
    note, form = queries.note_of(request.user, number, pk), ReplyForm(request.POST)
    if form.is_valid():
        write_note(case=note.case, text=form.cleaned_data["text"], reply_to=note.pk, by=request.user)
    else:
        messages.error(request, _("请写便签的内容。"))
    return redirect("case:notes", number)


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

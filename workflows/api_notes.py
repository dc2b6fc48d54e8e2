"""The internal notes of a case through the API (内部便签): read them, write one; for whom the page of notes is."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.access.models import in_my_language
from workflows.api import _given
from workflows.api_once import ONCE, once
from workflows.api_shapes import FAULTS, REFUSALS, RefusalOut
from workflows.desk.notes import queries
from workflows.desk.notes.actions import LONGEST, write_note
from workflows.desk.notes.models import Note
from workflows.desk.notes.opening import opened


class NoteIn(serializers.Serializer[Any]):
    """写便签: the words, perhaps the note that they answer, and the sign-in names of the colleagues whom they are meant for."""

    text = serializers.CharField(max_length=LONGEST)
    reply_to = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False, allow_null=True, default=None)
    mentions = serializers.ListField(
        child=serializers.CharField(max_length=150), max_length=50, required=False, default=list
    )


class NoteMadeOut(serializers.ModelSerializer[Note]):
    """What was kept. The words are not said again: an answer that is kept must not outlive them."""

    mentions = serializers.SerializerMethodField()

    def get_mentions(self, note: Note) -> list[str]:
        """The sign-in names of those who find it on their desk."""
        return [mention.person.username for mention in note.mentions.all()]

    class Meta:
        model = Note
        fields = ["id", "reply_to", "at", "mentions"]


class NoteOut(NoteMadeOut):
    """便签: who wrote it in which post. Once it was taken out it has neither words nor files, but by whom, when and why."""

    by = serializers.CharField(source="by.username")
    office = serializers.SerializerMethodField()
    files = serializers.SerializerMethodField()
    redacted_by = serializers.SerializerMethodField()

    def get_office(self, note: Note) -> str:
        """Its name as this reader calls it."""
        return in_my_language(note.office.name, note.office.name_en)

    def get_files(self, note: Note) -> list[str]:
        """Addresses of this site; opening one is reading it."""
        if note.redacted_at is not None:
            return []
        rows = sorted(note.files.all(), key=lambda row: row.number)
        return [reverse("case:note_file", args=[note.case.number, note.pk, row.token]) for row in rows]

    def get_redacted_by(self, note: Note) -> str:
        """His sign-in name, or nothing."""
        return note.redacted_by.username if note.redacted_by is not None else ""

    class Meta(NoteMadeOut.Meta):
        model = Note
        fields = ["id", "reply_to", "text", "by", "role", "office", "at", "mentions", "files", "redacted_at", "redacted_by", "redact_reason"]  # fmt: skip


class NotePage(serializers.Serializer[Any]):
    """A page of notes, the oldest first; `next` is the id to go on after, or null."""

    results = NoteOut(many=True)
    next = serializers.IntegerField(allow_null=True)


class Notes(APIView):
    """内部便签."""

    @extend_schema(
        operation_id="notes_list",
        parameters=[OpenApiParameter("after", int, description="id of the last note seen")],
        responses={200: NotePage, 404: RefusalOut, 422: RefusalOut, **FAULTS},
    )
    def get(self, request: Request, number: str) -> Response:
        """The notes of a case with their answers, as on its page; delivering them is itself recorded."""
        found = opened(request.user, number)
        rows, after = queries.page_of(found.case, request.query_params.get("after", "0"))
        found.look("notes")
        return Response(NotePage({"results": rows, "next": after}).data)

    @extend_schema(
        operation_id="notes_write", parameters=[ONCE], request=NoteIn, responses={200: NoteMadeOut, **REFUSALS}
    )
    def post(self, request: Request, number: str) -> Response:
        """Write a note or the answer to one. Who reads notes without writing any is refused with 403."""
        given = _given(NoteIn, request)
        case = opened(request.user, number).case

        def write() -> Note:
            meant = queries.chosen(request.user, case, given["mentions"])
            return write_note(case=case, **{**given, "mentions": meant}, by=request.user)

        return once(request, "note.write", {"case": number, **given}, write, lambda made: dict(NoteMadeOut(made).data))

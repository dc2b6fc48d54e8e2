"""Internal notes of a case, who is mentioned in them and what is attached (内部便签、提到同事、附件)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.sealed import SealedField

__all__ = ["Mention", "Note", "NoteFile"]

MOST_FILES = 3

USER = settings.AUTH_USER_MODEL


class Note(models.Model):
    """内部便签: one remark or the answer to one; its words may be taken out once, who did it and why stays."""

    sealed_for = "case:case_id"
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="notes")
    reply_to = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replies")
    text = SealedField(blank=True, default="")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    office = models.ForeignKey("cases.Office", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    redacted_at = models.DateTimeField(null=True)
    redacted_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    redacted_role = models.CharField(max_length=20, blank=True, default="")
    redact_reason = SealedField(blank=True, default="")

    class Meta:
        app_label = "workflows"
        constraints = [
            models.CheckConstraint(
                condition=Q(redacted_at=None, redacted_by=None, redacted_role="")
                | (Q(redacted_at__isnull=False, redacted_by__isnull=False, text="") & ~Q(redacted_role="")),
                name="note_redacted_by_somebody",
            )
        ]
        indexes = [models.Index(fields=["case", "id"], name="note_by_case")]


class Mention(models.Model):
    """提到: a colleague whom a note is meant for; it stands on his desk until he has seen it."""

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="mentions")
    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "workflows"
        constraints = [models.UniqueConstraint(fields=["note", "person"], name="mention_once")]
        indexes = [models.Index(fields=["person"], condition=Q(seen_at=None), name="mention_untold")]


class Attachment(models.Model):
    """附件: a picture or PDF for colleagues alone, encrypted as papers are; no paper of the case, so nothing counts it."""

    number = models.PositiveSmallIntegerField()
    token = models.UUIDField(unique=True)
    kind = models.CharField(max_length=12)
    sha256 = models.CharField("上传件摘要", max_length=64)
    stored_sha256 = models.CharField("留存件摘要", max_length=64)
    size = models.PositiveIntegerField()
    pages = models.PositiveSmallIntegerField(default=1)
    path = models.CharField(max_length=120)

    class Meta:
        abstract = True


class NoteFile(Attachment):
    """便签附件. The row stays for good. It is out of sight, and its bytes gone, once the words of its note are taken out."""

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="files")

    class Meta:
        app_label = "workflows"
        constraints = [
            models.UniqueConstraint(fields=["note", "number"], name="note_file_once"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=MOST_FILES), name="three_files_a_note"),
        ]

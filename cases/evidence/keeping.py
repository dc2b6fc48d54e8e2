"""Keep a file that was taken in: encrypted bytes, a row, an event; nothing when any of them fails."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings

from cases.dossier.models import Case
from cases.errors import Invalid
from cases.evidence import vault
from cases.evidence.intake import TakenIn, Unfit, take_in
from cases.evidence.models import Material, MaterialFile
from cases.history.record import current, record

VISIT, PAPER = "visit", "paper"


def taken_in(upload: Any) -> TakenIn:
    largest: int = settings.FILE_MAX_BYTES
    try:
        return take_in(upload.read(largest + 1), largest=largest)
    except Unfit as unfit:
        raise Invalid(unfit.sentence, fields={"file": unfit.sentence}, code=f"file_{unfit.code}") from unfit


def store(
    case: Case, material: Material | None, kind: str, taken: TakenIn, upload: Any, by: Any, now: datetime
) -> MaterialFile:
    token = uuid4()
    again = MaterialFile.objects.filter(sha256=taken.sha256, removed_at=None).exists()
    path = vault.put(token, taken.data, subject=f"case:{case.pk}")
    try:
        file = MaterialFile.objects.create(
            token=token, case=case, material=material, round=case.round, kind=taken.kind if kind == PAPER else kind,
            original_name=str(getattr(upload, "name", "") or "")[:120], sha256=taken.sha256,
            stored_sha256=taken.stored_sha256, size=taken.size, pages=taken.pages, path=path,
            taken_place=(taken.taken_place or None) if kind == VISIT else None,
            taken_at=(taken.taken_at or None) if kind == VISIT else None, by=by, at=now,
        )  # fmt: skip
        record(
            "file.added", about=("case", case.pk), object=file,
            payload={
                "material": material.code if material else kind, "sha256": taken.sha256, "stored": taken.stored_sha256,
                "pages": taken.pages, "round": case.round, "seen_before": again,
            },
        )  # fmt: skip
    except BaseException:
        vault.drop(path)
        raise
    return file


def set_aside(file: MaterialFile, now: datetime) -> None:
    """A file is taken away: its row stays and says when, its bytes go once that is stored."""
    file.removed_at = now
    file.save(update_fields=["removed_at"])
    record(
        "file.removed", about=("case", file.case_id), object=file,
        payload={"material": file.material.code if file.material else file.kind},
    )  # fmt: skip
    act = current()
    if act is not None:
        act.after.append(lambda: vault.drop(file.path))


def visit_photo(case: Case, photo: Any, by: Any, now: datetime) -> MaterialFile | None:
    """入户照片 of a visit: one that comes with the record, or one that was uploaded before."""
    if isinstance(photo, MaterialFile):
        photo = photo.token
    if hasattr(photo, "read"):
        return store(case, None, VISIT, taken_in(photo), photo, by, now)
    if not photo:
        return None
    return MaterialFile.objects.filter(case=case, token=photo, kind=VISIT, removed_at=None).first()


def saved(case: Case, now: datetime) -> None:
    """A paper counts as a save: the time that a draft is kept begins anew."""
    case.saved_at = now
    case.save(update_fields=["saved_at"])

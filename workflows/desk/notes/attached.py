"""What colleagues attach to a note or to the answer of an errand (附件): taken in, encrypted, and gone again when the act fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid
from cases.evidence import vault
from cases.evidence.intake import TakenIn
from cases.evidence.keeping import taken_in
from workflows.desk.notes.models import MOST_FILES, Attachment


def taken_of(attached: Sequence[Any]) -> list[TakenIn]:
    """The harmless copies of these uploads. Raises Invalid, which says the number of the file and what is wrong with it."""
    if len(attached) > MOST_FILES:
        words = _("最多 3 个附件。")
        raise Invalid(words, fields={"attached": words}, code="note_files")
    taken = []
    for number, upload in enumerate(attached, 1):
        try:
            taken.append(taken_in(upload))
        except Invalid as fault:
            words = format_lazy(_("第 {n} 个附件没有收下：{why}"), n=number, why=fault.reason)
            raise Invalid(words, fields={"attached": words}, code=fault.code) from fault
    return taken


@contextmanager
def stored(kind: type[Attachment], taken: list[TakenIn], subject: str | None, **about: Any) -> Iterator[None]:
    """Their bytes encrypted and a row of that kind for each; the bytes go again when anything of it or inside fails."""
    paths: list[str] = []
    try:
        for number, one in enumerate(taken, 1):
            token = uuid4()
            paths.append(vault.put(token, one.data, subject=subject))
            kind._default_manager.create(
                number=number, token=token, kind=one.kind, sha256=one.sha256, stored_sha256=one.stored_sha256,
                size=one.size, pages=one.pages, path=paths[-1], **about,
            )  # fmt: skip
        yield
    except BaseException:
        for path in paths:
            vault.drop(path)
        raise

"""What a finding rests on (证据): each thing is looked up and named by its fingerprint, so that it stays the same thing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid
from cases.evidence.models import MaterialFile
from cases.history.models import Event
from cases.text import is_key
from workflows.inspection.checks.models import CheckHit
from workflows.inspection.findings.models import Evidence, Finding
from workflows.inspection.samples.models import Sample


@dataclass(frozen=True, slots=True)
class Given:
    """One thing as it was given: its kind and its number or digest."""

    kind: str
    ref: str


def keep(finding: Finding, given: Sequence[Given]) -> None:
    """Store what is new of it, inside an act. Raises Invalid that names what there is not."""
    known = {(row.kind, row.ref) for row in finding.evidence.all()}
    missing = []
    for one in dict.fromkeys(given):
        digest = _digest(one, finding)
        if digest is None:
            missing.append(one.ref)
        elif (one.kind, one.ref) not in known:
            Evidence.objects.create(finding=finding, kind=one.kind, ref=one.ref, digest=digest)
    if missing:
        words = _("没有找到这些证据：%(refs)s") % {"refs": " ".join(missing)}
        raise Invalid(words, fields={"events": words})


def _digest(one: Given, finding: Finding) -> str | None:
    """The fingerprint of a thing, None when there is no such thing."""
    return _LOOKS[one.kind](one.ref, finding)


def _event(ref: str, finding: Finding) -> str | None:
    found = Event.objects.filter(pk=int(ref)).first() if is_key(ref) else None
    if found is None:
        return None
    stream: Any = found.stream
    is_elsewhere = finding.case_id is not None and stream.kind == "case" and stream.key != str(finding.case_id)
    return None if is_elsewhere else bytes(found.hash).hex()


def _file(ref: str, finding: Finding) -> str | None:
    rows = MaterialFile.objects.filter(sha256=ref)
    rows = rows.filter(case=finding.case_id) if finding.case_id is not None else rows
    return ref if rows.exists() else None


def _hit(ref: str, finding: Finding) -> str | None:
    row = CheckHit.objects.filter(pk=int(ref)).first() if is_key(ref) else None
    return None if row is None else row.fingerprint


def _sample(ref: str, finding: Finding) -> str | None:
    row = Sample.objects.filter(pk=int(ref)).first() if is_key(ref) else None
    return None if row is None else row.frame_hash


_LOOKS: dict[str, Callable[[str, Finding], str | None]] = {
    "event": _event, "file": _file, "hit": _hit, "sample": _sample,
}  # fmt: skip

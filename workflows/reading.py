"""Who opened what before he decided (阅卷): read out of the looks that history keeps, and kept with each decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import JSONField, OuterRef, Subquery
from django.db.models.expressions import RawSQL
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.dossier.models import Case
from cases.errors import Invalid
from cases.evidence.models import MaterialFile
from cases.evidence.queries import REDACTED, paper_words
from cases.history.models import Access
from cases.policy.queries import policy_of
from cases.policy.rules import Policy
from cases.text import listed
from workflows.flow import step_of
from workflows.models import Decision, WorkItem


@dataclass(frozen=True)
class Sheet:
    """One file in force of a paper (the version), and when the reader first opened it; None: never."""

    paper: str
    file: int
    sha256: str
    required: bool
    at: datetime | None


@dataclass(frozen=True)
class Reading:
    """阅卷: when somebody first opened the case since it came to this step, and what of its papers he has opened."""

    opened_at: datetime | None
    sheets: tuple[Sheet, ...]

    @property
    def unopened(self) -> tuple[str, ...]:
        """必交材料 with a file that was never opened, by code."""
        return tuple(dict.fromkeys(one.paper for one in self.sheets if one.required and one.at is None))

    @property
    def is_whole(self) -> bool:
        """Whether the case was opened at this step, and each required paper at some time."""
        return self.opened_at is not None and not self.unopened

    def seconds(self, now: datetime) -> int | None:
        """From opening the case to `now`."""
        return None if self.opened_at is None else max(0, int((now - self.opened_at).total_seconds()))

    def kept(self) -> dict[str, Any]:
        """What a decision keeps: paper, version and time of each file that was opened, and what was not."""
        opened = [
            {"paper": one.paper, "file": one.file, "sha256": one.sha256, "at": one.at.isoformat(timespec="seconds")}
            for one in self.sheets
            if one.at is not None
        ]
        return {"opened": opened, "unopened": list(self.unopened)}


SHEETS = """(SELECT coalesce(jsonb_agg(jsonb_build_array(
    coalesce(m.code, f.kind), f.id, f.sha256, coalesce(m.required, false), f.kind, look.at) ORDER BY f.id), '[]')
FROM cases_materialfile f LEFT JOIN cases_material m ON m.id = f.material_id
LEFT JOIN (SELECT object_id, min(recorded_at) AS at FROM cases_access
           WHERE case_id = workflows_workitem.case_id AND actor = %s AND object_type = %s GROUP BY 1) look
    ON look.object_id = f.id::text
WHERE f.case_id = workflows_workitem.case_id AND f.removed_at IS NULL)"""


def looks_of(person: Any) -> dict[str, Any]:
    """What is read with work items of one reader: his first look at the case since the step began, and each file in force."""
    since = Access.objects.filter(case_id=OuterRef("case_id"), actor=person, recorded_at__gte=OuterRef("offered_at"))
    return {
        "first_look": Subquery(since.order_by("recorded_at").values("recorded_at")[:1]),
        "sheets": RawSQL(SHEETS, [person, MaterialFile._meta.db_table], JSONField()),
    }


def reading_of(item: WorkItem, person: Any) -> Reading:
    """阅卷 of one person at one step. What he opened at an earlier step counts as long as the file is still the same."""
    return readings_of([item], person)[item.pk]


def readings_of(items: Iterable[WorkItem], person: Any) -> dict[int, Reading]:
    """阅卷 of one person at several steps, in one question however many there are."""
    found = WorkItem.objects.filter(pk__in=[item.pk for item in items]).annotate(**looks_of(person.pk))
    return {item.pk: reading_in(item) for item in found.select_related("case__run")}


def reading_in(item: Any) -> Reading:
    """阅卷 out of a work item that was read with `looks_of` its reader."""
    veiled = step_of(item).veiled
    return Reading(
        item.first_look,
        tuple(
            Sheet(paper, file, sha256, required, at and datetime.fromisoformat(at))
            for paper, file, sha256, required, kind, at in item.sheets
            if (kind == REDACTED) == veiled
        ),
    )


def agrees(exit: Any) -> bool:
    """Whether this way out says yes to the case: on, and without a reason against it."""
    return bool(exit.kind == "forward" and not exit.needs_reason)


def unopened_words(case: Case, codes: Iterable[str]) -> Any:
    """您还没打开: these papers by name, or "" when none is left."""
    policy = policy_of(case)
    names = [paper_words(policy, code) for code in codes]
    return format_lazy(_("您还没打开：{papers}。"), papers=listed(names)) if names else ""


def must_be_opened(item: WorkItem, exit: Any, reading: Reading, *, in_batch: bool) -> None:
    """先看后批: where the policy says so, nobody agrees before he has opened each required paper. Raises Invalid.

    In a batch (成批办理) the case and its required papers were opened whatever is decided and whatever the policy says.
    """
    if in_batch and reading.opened_at is None:
        words: Any = _("这一件您在这一步还没有打开过，不能成批办理。")
        raise Invalid(words, fields={"outcome": words}, code="unopened")
    asked = in_batch or (agrees(exit) and policy_of(item.case).must_read(item.step))
    if not asked or not reading.unopened:
        return
    words = format_lazy(_("{papers}请先在“材料”里打开，再办。"), papers=unopened_words(item.case, reading.unopened))
    raise Invalid(words, fields={"outcome": words}, code="unopened")


def keep(made: Decision, reading: Reading, exit: Any, policy: Policy) -> None:
    """随意见保存阅卷: what was opened and when, and whether it was too quick for somebody who has read (盖章式办理).

    Too quick: fewer seconds than the policy says, or agreed with a required paper never opened; asked of review levels.
    """
    made.opened_at, made.seconds = reading.opened_at, reading.seconds(made.at)
    made.reading = reading.kept()
    least = policy.least_seconds
    if least is not None and made.level is not None:
        is_quick = made.seconds is None or made.seconds < least
        made.is_hasty = is_quick or (agrees(exit) and bool(reading.unopened))

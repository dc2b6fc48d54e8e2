"""Who opened what before he decided (阅卷): read out of the looks that history keeps, and kept with each decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Min
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

FILE = MaterialFile._meta.db_table


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


def reading_of(item: WorkItem, person: Any) -> Reading:
    """阅卷 of one person at one step. What he opened at an earlier step counts as long as the file is still the same."""
    return readings_of([item], person)[item.pk]


def readings_of(items: Iterable[WorkItem], person: Any) -> dict[int, Reading]:
    """阅卷 of one person at several steps, in three questions however many there are."""
    held = list(items)
    cases = {item.case_id for item in held}
    looks = Access.objects.filter(case_id__in=cases, actor=person.pk)
    first = dict(looks.filter(object_type=FILE).values_list("object_id").annotate(Min("recorded_at")))
    moments: dict[int, list[datetime]] = {}
    if held:
        since = looks.filter(recorded_at__gte=min(item.offered_at for item in held))
        for case_id, at in since.order_by("recorded_at").values_list("case_id", "recorded_at"):
            moments.setdefault(case_id or 0, []).append(at)
    files: dict[int, list[MaterialFile]] = {}
    for file in MaterialFile.objects.filter(case__in=cases, removed_at=None).select_related("material").order_by("pk"):
        files.setdefault(file.case_id, []).append(file)
    return {item.pk: _reading(item, files.get(item.case_id, []), first, moments.get(item.case_id, [])) for item in held}


def _reading(item: WorkItem, files: list[MaterialFile], first: dict[str, datetime], moments: list[datetime]) -> Reading:
    veiled = step_of(item).veiled
    sheets = tuple(
        Sheet(
            file.material.code if file.material else file.kind, file.pk, file.sha256,
            bool(file.material and file.material.required), first.get(str(file.pk)),
        )
        for file in files
        if (file.kind == REDACTED) == veiled
    )  # fmt: skip
    return Reading(next((at for at in moments if at >= item.offered_at), None), sheets)


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

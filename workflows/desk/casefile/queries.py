"""The case page (案卷页): who may open it, the work in hand, and what stands on each of its tabs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from cases.access.looks import OPENED
from cases.access.models import Post
from cases.access.queries import may, who_may
from cases.access.words import in_whose_name
from cases.calendar import clock
from cases.calendar.queries import calendar
from cases.calendar.rules import remaining
from cases.dossier.models import Case
from cases.errors import NotFound
from cases.history.models import Access
from cases.history.record import record_access
from cases.people.actions import COUNTER, REPAIRING
from cases.programme import programme
from cases.states import State, state
from workflows import suspended
from workflows.actions import LEAD, MONEY_ON_ITS_WAY
from workflows.actions.common import people_of, posts_for
from workflows.barring import bar_of, parties
from workflows.changes import Change, since_last_look
from workflows.desk.notes.models import Note
from workflows.desk.notes.queries import MOST as MOST_NOTES
from workflows.desk.notes.queries import reading_post
from workflows.desk.queries import may_take
from workflows.desk.trail import Trail
from workflows.models import Suspension, WorkItem
from workflows.reading import Reading, reading_of, unopened_words

TABS = {
    "application": _("申请"),
    "materials": _("材料"),
    "checks": _("核查"),
    "record": _("办理记录"),
    "picture": _("流程图"),
    "letters": _("通知"),
}


AGAIN = timedelta(minutes=5)
"""Pages of a case within this time are one look at it."""

VEILED_TABS = {"veiled": _("遮盖后的案卷")}


@dataclass
class File:
    """案卷: a case as one viewer sees it, with the post he looks from and the work that is open.

    `veiled`: he sees a few facts and redacted copies, and never who it is about. `shown` are the parts unmasked on this page,
    `opened` the paper whose picture stands on it, `trail` the list he came by.
    """

    case: Case
    viewer: Any
    post: Post
    item: WorkItem | None = None
    step: Any = None
    shown: frozenset[str] = field(default_factory=frozenset)
    veiled: bool = False
    trail: Trail = field(default_factory=Trail)
    opened: str = ""

    @property
    def tabs(self) -> Mapping[str, Any]:
        """The tabs of this page."""
        return VEILED_TABS if self.veiled else TABS

    def tab(self, name: str) -> str:
        """The tab of that name, the first without one; who prepares redacted copies may look through the veil too.

        Raises NotFound for a tab that this viewer does not open.
        """
        if name and name not in self.tabs and not (self.redacts and name in VEILED_TABS):
            raise NotFound()
        return name or next(iter(self.tabs))

    @property
    def redacts(self) -> bool:
        """Whether the viewer prepares redacted copies at this step."""
        return self.is_mine and any(exit.kind == "ask" for exit in self.step.exits.values())

    @property
    def state(self) -> State:
        """The state with its three names."""
        return state(self.case.state)

    @property
    def programme(self) -> Any:
        """The programme's card."""
        return programme(self.case.programme)

    @property
    def days_left(self) -> int | None:
        """剩余工作日 of the open work."""
        if self.item is None or self.item.due_on is None:
            return None
        return remaining(self.item.due_on, clock.today(), calendar())

    @property
    def is_near(self) -> bool:
        """快到期: whether the warning days of the open work have begun."""
        return self.item is not None and self.item.is_near(clock.today())

    @property
    def is_paused(self) -> bool:
        """计时暂停: whether the clock of the open step stands still."""
        if self.item is None:
            return False
        return self.suspension is not None or self.item.pauses.filter(ends_on=None).exists()

    @cached_property
    def suspension(self) -> Suspension | None:
        """停办: the order that holds the open work, its case or its road."""
        return suspended.suspension_of(self.item) if self.item is not None else None

    @property
    def suspended_words(self) -> Any:
        """Who suspended it, why and until when."""
        return suspended.words_of(self.suspension) if self.suspension else ""

    @property
    def who_ends(self) -> str:
        """Who may let it go on."""
        return suspended.who_ends(self.suspension) if self.suspension else ""

    @property
    def may_suspend(self) -> bool:
        """Whether the viewer may suspend this case."""
        return self._may(suspended.CASE, self.case.handling_code) and self.item is not None and self.suspension is None

    @property
    def may_resume(self) -> bool:
        """Whether the viewer may let this one case go on; a road is let go on from its own page."""
        held = self.suspension
        return held is not None and held.case_id is not None and self._may(suspended.CASE, held.place)

    @cached_property
    def is_party(self) -> bool:
        """回避: whether the case is the viewer's own matter, or he keeps out of it."""
        return self.viewer.pk in parties(self.case)

    @property
    def may_plan(self) -> bool:
        """Whether the viewer may make a plan for this case."""
        return self._may("plan.make", self.case.handling_code)

    def _may(self, right: str, place: str) -> bool:
        return not self.veiled and may(self.viewer, right, place) is not None and not self.is_party

    @property
    def is_money_on_its_way(self) -> bool:
        """Whether it is too late to end the case outside its road."""
        return self.case.state in MONEY_ON_ITS_WAY

    @property
    def is_mine(self) -> bool:
        """Whether the viewer holds the open work."""
        return bool(self.item and self.item.state == "claimed" and self.item.holder_id == self.viewer.pk)

    @property
    def checks_papers(self) -> bool:
        """核对材料: whether the viewer holds a review step and marks papers."""
        return self.is_mine and self.step.level is not None and not self.veiled

    @property
    def bar(self) -> Any:
        """Why the viewer may not do this step although his post could (回避、职责分离), or None."""
        if self.item is None or self.item.kind != "human":
            return None
        bars = [bar_of(self.item, *people_of(post, self.viewer)) for post in posts_for(self.item, self.viewer)]
        bars = bars or [bar_of(self.item, self.viewer.pk)]
        return bars[0].reason if bars[0] is not None and None not in bars else None

    @property
    def may_take(self) -> bool:
        """Whether the button 领取 stands on the page; the same rule refuses it on the server."""
        return bool(
            self.item and self.item.kind == "human" and self.item.state == "open"
            and may_take(self.viewer, self.item) and self.bar is None and self.suspension is None
        )  # fmt: skip

    @property
    def may_take_over(self) -> bool:
        """Whether the viewer could do the step that a colleague holds."""
        item = self.item
        if item is None or item.state != "claimed" or item.holder_id == self.viewer.pk:
            return False
        return may_take(self.viewer, item) and self.bar is None and self.suspension is None

    @property
    def leads(self) -> bool:
        """负责人: whether the viewer says who does the open step and how urgent it is."""
        item = self.item
        is_led = item and item.kind == "human" and may(self.viewer, LEAD, item.division_code)
        return bool(is_led) and not self.is_party

    @property
    def who(self) -> str:
        """谁在办 or who may: the holder's name, else office and role."""
        if self.item is None:
            return ""
        if self.item.state == "claimed" and self.item.holder:
            return in_whose_name(self.item.holder, self.item.stand_in.principal if self.item.stand_in else None)
        return who_may(self.item.role, self.item.division_code or self.case.handling_code) if self.item.role else ""

    @property
    def may_see_account(self) -> bool:
        """Village and town check a household and never see its bank account; neither do panel and publicity."""
        return any(right in self.post.role.rights for right in ("case.history", "case.read.money"))

    @property
    def may_enter_account(self) -> bool:
        """柜台代录: whether the viewer may enter another account for a person at the counter now."""
        return self.case.state in REPAIRING and may(self.viewer, COUNTER, self.case.handling_code) is not None

    @property
    def may_renew_code(self) -> bool:
        """换发查询码: whether the viewer may give out another paper code at the counter."""
        is_own = self.viewer.pk in (self.case.owner_id, self.case.agent_id)
        return not self.veiled and not is_own and may(self.viewer, COUNTER, self.case.handling_code) is not None

    @property
    def may_read_notes(self) -> bool:
        """内部便签: for who reads whole files here and is neither applicant nor helper."""
        return not self.veiled and reading_post(self.viewer, self.case) is not None

    @property
    def notes_count(self) -> int:
        """How many notes there are, no further than one page."""
        return len(Note.objects.filter(case=self.case).values("pk")[:MOST_NOTES])

    @property
    def may_write_message(self) -> bool:
        """给申请人写消息: for the offices that keep the file's history."""
        post = None if self.veiled else may(self.viewer, "case.history", self.case.handling_code)
        return post is not None and "inspect" not in post.role.rights

    def look(self, *fields: str, purpose: Any = "") -> None:
        """查阅留痕: store that the viewer is about to see these fields."""
        record_access(
            "read",
            object=self.case,
            fields=list(fields),
            by=self.viewer,
            case_id=self.case.pk,
            purpose=purpose,
            role=self.post.role_id,
            office=self.post.office.name,
        )

    def enter(self, now: datetime) -> None:
        """打开案卷: store that the viewer came to the page, once in a few minutes and again at each new step."""
        since = max(now - AGAIN, self.item.offered_at) if self.item is not None else now - AGAIN
        here = Access.objects.filter(case_id=self.case.pk, actor=self.viewer.pk, recorded_at__gte=since)
        if not here.filter(action=OPENED).exists():
            record_access(
                OPENED, object=self.case, fields=["case"], by=self.viewer, case_id=self.case.pk,
                role=self.post.role_id, office=self.post.office.name,
            )  # fmt: skip

    @cached_property
    def reading(self) -> Reading | None:
        """阅卷 of the viewer at the step in his hands."""
        return reading_of(self.item, self.viewer) if self.item is not None and self.is_mine else None

    @property
    def unopened(self) -> Any:
        """您还没打开: the required papers that the viewer, who decides here, has not opened; "" when none."""
        return unopened_words(self.case, self.reading.unopened) if self.reading is not None else ""

    @cached_property
    def since_last_look(self) -> tuple[datetime | None, list[Change]]:
        """上次看过, and what changed since, for who holds the step."""
        return since_last_look(self.case, self.viewer, clock.now()) if self.is_mine and not self.veiled else (None, [])

    @property
    def last_looked(self) -> datetime | None:
        """When the viewer last looked at this case, before now."""
        return self.since_last_look[0]

    @property
    def changes(self) -> list[Change]:
        """What changed since."""
        return self.since_last_look[1]

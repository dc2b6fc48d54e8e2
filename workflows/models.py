"""How a case stands on its road: the run, one work item a step, and what was decided; the tables of the rooms are named here too."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from cases.access.words import in_whose_name
from cases.sealed import SealedField, SealedJSONField
from workflows.desk.errands.models import *
from workflows.desk.notes.models import *
from workflows.desk.panel.models import *
from workflows.desk.staffing.models import *
from workflows.duties import *
from workflows.engine.models import *
from workflows.engine.rows import *
from workflows.handovers import *
from workflows.inspection.checks.models import *
from workflows.inspection.findings.models import *
from workflows.inspection.samples.models import *
from workflows.operations.models import *
from workflows.reports.evaluation.models import *
from workflows.reports.eventlog.models import *
from workflows.reports.models import *
from workflows.scoring.models import *

USER = settings.AUTH_USER_MODEL


class Run(models.Model):
    """办理: one case on one version of one road (case 1:1, viewflow process 1:1)."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="run")
    process = models.OneToOneField("viewflow.Process", on_delete=models.PROTECT, related_name="relief_run")
    flow = models.CharField("项目/版本", max_length=60)
    started_at = models.DateTimeField()

    class Meta:
        app_label = "workflows"


class WorkItem(models.Model):
    """办件: one step of one case, as the desk reads it. `kind` human is done by its holder, wait ends with a fact, job is the machine's.

    `role` and `division_code` say who may take it; `entrusted_from` is the office code that had too few people (委托代审).
    A step for several people has one row a `seat`; no person sits twice. `only_for` is who did an earlier step and goes on
    with this one while he can (同一经办人); `stand_in` says for whom the holder acts (替岗).
    From `near_on` (提醒日) on the due date is near, by the warning days of the case's policy; `near_seen_at` is when the
    clock judged its urgency again for that. Queues go by `turn_on` (轮到日): the due date less `head_start`, which is `priority` as far as the cap lets it count.
    """

    STATES = [("open", "待领取"), ("claimed", "办理中"), ("done", "已办"), ("cancelled", "已取消")]

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="work_items")
    task = models.ForeignKey("viewflow.Task", on_delete=models.PROTECT, related_name="work_items")
    seat = models.PositiveSmallIntegerField("席位", default=1)
    step = models.CharField(max_length=40)
    kind = models.CharField(max_length=6, choices=[("human", "人工"), ("wait", "等待"), ("job", "自动")])
    level = models.PositiveSmallIntegerField(null=True)
    role = models.CharField(max_length=20, blank=True, default="")
    division_code = models.CharField(max_length=12, db_collation="C", blank=True, default="")
    entrusted_from = models.CharField("委托代审自", max_length=12, blank=True, default="")
    state = models.CharField(max_length=10, choices=STATES, default="open")
    holder = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="work_items")
    stand_in = models.ForeignKey("cases.StandIn", null=True, on_delete=models.PROTECT, related_name="+")
    only_for = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    priority = models.PositiveSmallIntegerField("优先（提前天数）", default=0)
    priority_for = models.JSONField("优先原因", default=list)
    head_start = models.PositiveSmallIntegerField("实际提前天数", default=0, db_default=0)
    days = models.PositiveSmallIntegerField("时限（工作日）", null=True)
    clock_from = models.DateField("计时起点", null=True)
    due_on = models.DateField(null=True)
    due_provisional = models.BooleanField("暂定", default=False)
    near_on = models.DateField("提醒日", null=True)
    near_seen_at = models.DateTimeField("快到期时重排", null=True)
    turn_on = models.GeneratedField(
        expression=Func("due_on", "head_start", template="(%(expressions)s)", arg_joiner=" - "),
        output_field=models.DateField(null=True), db_persist=True,
    )  # fmt: skip
    follow_up_on = models.DateField("搁置到", null=True)
    escalated_at = models.DateTimeField("超期上报", null=True)
    offered_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        app_label = "workflows"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="claimed") | Q(holder__isnull=False), name="work_item_claimed_has_holder"
            ),
            models.UniqueConstraint(fields=["task", "seat"], name="work_item_seat"),
            models.UniqueConstraint(fields=["task", "holder"], name="work_item_one_seat_each"),
        ]
        indexes = [
            models.Index(fields=["role", "turn_on", "id"], condition=Q(state="open"), name="work_open"),
            models.Index(fields=["holder", "turn_on", "id"], condition=Q(state="claimed"), name="work_mine"),
            models.Index(fields=["holder", "-done_at", "-id"], condition=Q(state="done"), name="work_done"),
            models.Index(fields=["case", "id"], name="work_by_case"),
            # what waits for others is looked for by its turn in a whole area, whatever its role
            models.Index(fields=["turn_on", "id"], condition=Q(state__in=["open", "claimed"]), name="work_live"),
            # what is nearly due or overdue, in whoever's hands
            models.Index(fields=["near_on", "id"], condition=Q(state__in=["open", "claimed"]), name="work_near"),
            # how long the last ones of a queue waited: what priority may put before others is measured by it
            models.Index(
                fields=["step", "division_code", "-claimed_at"],
                condition=Q(claimed_at__isnull=False),
                name="work_waited",
            ),
            # the times of finished steps are counted day by day
            models.Index(fields=["done_at"], condition=Q(state="done"), name="work_by_day"),
        ]

    def is_near(self, day: date) -> bool:
        """快到期: whether the warning days have begun on this day."""
        return self.near_on is not None and self.near_on <= day


class Ending(models.Model):
    """终止决定: a case was ended outside its road, by whom, for which coded reasons, and what had happened; never edited."""

    sealed_for = "case:case_id"
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="endings")
    state = models.CharField("终止前状态", max_length=20)
    reasons = models.JSONField()
    opinion = SealedField()
    policy = models.ForeignKey("cases.PolicyVersion", null=True, on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    office = models.ForeignKey("cases.Office", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "workflows"
        constraints = [models.CheckConstraint(condition=~Q(reasons=[]), name="ending_has_reason")]


class Pause(models.Model):
    """中止计时: the clock of a step stands still from a day to a day, with a reason."""

    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="pauses")
    reason = models.CharField(max_length=40)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        app_label = "workflows"
        constraints = [
            models.UniqueConstraint(fields=["item"], condition=Q(ends_on=None), name="one_open_pause"),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="pause_dates"),
        ]


class Decision(models.Model):
    """办理意见: what one person decided at one step; never edited, kept through every return.

    In a stand-in (替岗) `actor` is who did it and `on_behalf_of` whose post it was; the database fills the latter in.
    """

    sealed_for = "case:case_id"
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="decisions")
    item = models.OneToOneField(WorkItem, on_delete=models.PROTECT, related_name="decision")
    round = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=40)
    level = models.PositiveSmallIntegerField(null=True)
    outcome = models.CharField(max_length=20)
    to_step = models.CharField(max_length=40, blank=True, default="")
    reasons = models.JSONField(default=list)
    opinion = SealedField(blank=True, default="")
    data = SealedJSONField(null=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    policy = models.ForeignKey("cases.PolicyVersion", null=True, on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="decisions")
    stand_in = models.ForeignKey("cases.StandIn", null=True, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    office = models.ForeignKey("cases.Office", on_delete=models.PROTECT, related_name="+")
    entrusted_from = models.CharField(max_length=12, blank=True, default="")
    happened_on = models.DateField()
    at = models.DateTimeField()
    opened_at = models.DateTimeField("打开案卷", null=True)
    seconds = models.PositiveIntegerField("从打开到办结（秒）", null=True)
    reading = models.JSONField("阅卷", default=dict)
    is_hasty = models.BooleanField("办得太快", default=False)
    batch = models.UUIDField("成批办理", null=True)

    class Meta:
        app_label = "workflows"
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome__in=["return", "reject", "not_accept", "disagree", "object"]) | ~Q(reasons=[]),
                name="decision_against_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(stand_in=None, on_behalf_of=None) | Q(stand_in__isnull=False, on_behalf_of__isnull=False),
                name="decision_for_whom",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "id"], name="decision_by_case"),
            models.Index(fields=["-id"], condition=Q(is_hasty=True), name="decision_hasty"),
        ]

    @property
    def signed(self) -> str:
        """署名: who did it, and in a stand-in for whom (甲 代 乙)."""
        return in_whose_name(self.actor, self.on_behalf_of)

    @property
    def people(self) -> tuple[int, ...]:
        """Whom the duties count: who did it, and for whom."""
        return (self.actor_id,) if self.on_behalf_of_id is None else (self.actor_id, self.on_behalf_of_id)


class Recheck(models.Model):
    """复查: duplicates, limits and fund as they stood at one moment, what differed from the time before; never edited."""

    MOMENTS = [
        ("submit", _("提交")),
        ("shown", _("办理前")),
        ("decide", _("同意")),
        ("panel", _("集体研究")),
        ("batch", _("编入批次")),
    ]

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="rechecks")
    moment = models.CharField(max_length=8, choices=MOMENTS)
    found = models.JSONField()
    changed = models.JSONField(default=list)
    by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "workflows"
        constraints = [
            models.CheckConstraint(
                condition=Q(moment__in=["submit", "shown", "decide", "panel", "batch"]), name="recheck_moment"
            )
        ]
        indexes = [models.Index(fields=["case", "-id"], name="recheck_by_case")]


class Draft(models.Model):
    """意见草稿: what somebody typed at a step and has not decided, or typed too late."""

    sealed_for = "case:item.case_id"
    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="drafts")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    data = SealedJSONField()
    at = models.DateTimeField()

    class Meta:
        app_label = "workflows"
        constraints = [models.UniqueConstraint(fields=["item", "by"], name="draft_once")]

"""The file of a case (一案一档): the case itself and what was answered in it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.sealed import SealedField, SealedJSONField
from cases.states import OPEN_STATES, STATE_CODES

__all__ = ["Answer", "Case", "CaseCounter", "TrackTry"]


class Case(models.Model):
    """案卷: one application of one patient to one programme, from draft to closed. Its row is the one lock."""

    token = models.UUIDField(unique=True)
    number = models.CharField(max_length=24, unique=True, null=True, db_collation="C")
    programme = models.SlugField(max_length=40)
    state = models.CharField(max_length=20, default="DRAFT")
    round = models.PositiveSmallIntegerField(default=1)
    row_version = models.PositiveIntegerField(default=1)
    handling_code = models.CharField("受理地", max_length=12, db_collation="C", blank=True, default="")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cases")
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="cases_as_agent"
    )
    agent_is_relative = models.BooleanField(default=False)
    channel = models.CharField(max_length=10, default="phone")
    patient = models.ForeignKey("cases.Person", null=True, on_delete=models.PROTECT, related_name="cases")
    patient_key = models.CharField("证件盲索引", max_length=64, blank=True, default="", db_index=True)
    masked_name = models.CharField(max_length=40, blank=True, default="")
    policy = models.ForeignKey("cases.PolicyVersion", null=True, on_delete=models.PROTECT, related_name="cases")
    contact_key = models.CharField("联系电话盲索引", max_length=64, blank=True, default="", db_index=True)
    paper_code_key = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    discarded_at = models.DateTimeField("作废草稿", null=True)
    submitted_at = models.DateTimeField(null=True)
    accepted_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    award = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    needs_notice = models.BooleanField("须公示", default=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATE_CODES), name="case_state_known"),
            models.CheckConstraint(
                condition=Q(state="DRAFT") | Q(number__isnull=False, submitted_at__isnull=False), name="case_numbered"
            ),
            models.CheckConstraint(condition=Q(award=None) | Q(award__gt=0), name="case_award_positive"),
            models.UniqueConstraint(
                fields=["programme", "patient_key"],
                condition=Q(state="DRAFT", discarded_at=None) & ~Q(patient_key=""),
                name="one_draft",
            ),
            models.UniqueConstraint(
                fields=["owner", "programme"],
                condition=Q(state="DRAFT", discarded_at=None, patient_key=""),
                name="one_empty_draft",
            ),
            models.UniqueConstraint(
                fields=["programme", "patient_key"],
                condition=Q(state__in=OPEN_STATES) & ~Q(patient_key=""),
                name="one_open_case",
            ),
        ]
        indexes = [models.Index(fields=["handling_code", "-id"], name="case_by_place")]

    def __str__(self) -> str:
        return self.number or "draft"


class Answer(models.Model):
    """填报事实: one answer of one round, with where it comes from; older rounds stay as they were."""

    sealed_for = "case:case_id"
    SOURCES = [
        ("claimed", "本人填报"),
        ("derived", "按前面的回答推算"),
        ("verified", "核实认定"),
        ("registry", "登记信息"),
    ]

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="answers")
    round = models.PositiveSmallIntegerField(default=1)
    key = models.CharField(max_length=40)
    value = SealedJSONField()
    source = models.CharField(max_length=10, choices=SOURCES, default="claimed")
    reason = SealedField("核实理由", blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "round", "key", "source"],
                condition=Q(source__in=["claimed", "derived"]),
                name="answer_once",
            )
        ]


class CaseCounter(models.Model):
    """编号计数: the last serial of one county and year; locked while a number is given, so that none is lost."""

    county = models.CharField(max_length=6, db_collation="C")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["county", "year"], name="case_counter_once"),
            models.CheckConstraint(condition=Q(last__lte=999_999), name="case_counter_fits"),
        ]


class TrackTry(models.Model):
    """查询次数: how often one place asked, or one case was asked for, without signing in, since a time."""

    key = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "cases"

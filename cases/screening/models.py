"""Screening campaigns (筛查活动): who is to be seen where and when, everybody who registered, and what was found."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.scales import SCALES
from cases.screening.outcomes import OUTCOMES
from cases.sealed import SealedField, SealedJSONField

__all__ = ["Campaign", "Quota", "SheetImport", "SheetLine", "Registration", "Result", "Session"]


class Campaign(models.Model):
    """筛查活动: one campaign of a programme in the province. Its thresholds are pinned when it is planned.

    `thresholds` are those of the policy version it names, or examples while there was none; `standard` names the scale by
    which grades are given. `last_serial` is the last order number that was given out.
    """

    STANDARDS = list(SCALES.items())

    programme = models.SlugField(max_length=40)
    title = models.CharField(max_length=80)
    starts_on = models.DateField()
    ends_on = models.DateField()
    standard = models.CharField(max_length=12, choices=STANDARDS)
    thresholds = models.JSONField()
    policy = models.ForeignKey("cases.PolicyVersion", null=True, on_delete=models.PROTECT, related_name="+")
    last_serial = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="campaign_dates"),
            models.UniqueConstraint(fields=["programme", "title"], name="campaign_once"),
        ]

    def __str__(self) -> str:
        return self.title


class Quota(models.Model):
    """名额: how many people of a county may go on to be cases of this campaign, and since when the county has announced it."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="quotas")
    county_code = models.CharField(max_length=6, db_collation="C")
    places = models.PositiveIntegerField()
    announced_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    announced_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "county_code"], name="quota_once"),
            models.CheckConstraint(condition=Q(county_code__regex=r"^[0-9]{6}$"), name="quota_of_a_county"),
        ]


class Session(models.Model):
    """筛查场次: one site on one day with one team, the office of a hospital or fitting centre, and how many it can see."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="sessions")
    division_code = models.CharField(max_length=12, db_collation="C")
    site = models.CharField(max_length=80)
    on_day = models.DateField()
    team = models.ForeignKey("cases.Office", on_delete=models.PROTECT, related_name="+")
    capacity = models.PositiveIntegerField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "team", "site", "on_day"], name="session_once"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="session_capacity"),
        ]

    def __str__(self) -> str:
        return self.site


class SheetImport(models.Model):
    """表格导入: one spreadsheet of registrations, or of results. Nobody sees any of them before the last one is in (`done_at`).

    Order numbers of new registrations are set aside when it begins, so that a worker that died goes on with the same ones.
    """

    KINDS = [("register", _("登记表")), ("results", _("结果表"))]

    kind = models.CharField(max_length=8, choices=KINDS)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="imports")
    session = models.ForeignKey(Session, null=True, on_delete=models.PROTECT, related_name="+")
    file_sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    done_rows = models.PositiveIntegerField(default=0)
    known_rows = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "file_sha256"], name="sheet_import_once"),
            models.CheckConstraint(condition=Q(done_rows__lte=F("rows")), name="sheet_import_counted"),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(done_rows=F("rows")), name="sheet_import_done_when_all_are_in"
            ),
        ]


class SheetLine(models.Model):
    """表格的一行, while it waits for the background; emptied once it is in. `serial` is the order number of its person.

    `known` was registered, or has a result, by somebody else meanwhile.
    """

    STATES = [("waiting", "待办"), ("in", "已保存"), ("known", "已另有")]

    source_import = models.ForeignKey(SheetImport, on_delete=models.PROTECT, related_name="lines")
    row = models.PositiveIntegerField()
    serial = models.PositiveIntegerField()
    data = SealedJSONField(null=True)
    state = models.CharField(max_length=8, choices=STATES, default="waiting")

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["source_import", "row"], name="sheet_line_once"),
            models.CheckConstraint(
                condition=Q(state="waiting", data__isnull=False) | (~Q(state="waiting") & Q(data=None)),
                name="sheet_line_emptied",
            ),
        ]


class Registration(models.Model):
    """登记: one person in one campaign, known by the blind index of the ID number; once in each campaign.

    Whoever registers has agreed that findings are kept (`consent`: how, `agreed_on`: when). Who it is never changes.
    """

    sealed_for = "registration:token"
    CHANNELS = [
        ("counter", _("窗口")),
        ("agent", _("村（居）代办")),
        ("site", _("筛查现场")),
        ("sheet", _("表格导入")),
    ]
    CONSENTS = [("signed", _("本人签字")), ("guardian", _("家属签字")), ("oral", _("口头同意，有人见证"))]

    token = models.UUIDField(unique=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="registrations")
    session = models.ForeignKey(Session, null=True, on_delete=models.PROTECT, related_name="registrations")
    serial = models.PositiveIntegerField()
    name = SealedField("姓名")
    name_key = models.CharField(max_length=64)
    id_no = SealedField("证件号码")
    id_key = models.CharField(max_length=64)
    phone = SealedField("手机号", null=True, blank=True)
    phone_key = models.CharField(max_length=64, null=True)
    sex = models.CharField(max_length=1)
    birth_date = SealedField("出生日期")
    division_code = models.CharField(max_length=12, db_collation="C")
    channel = models.CharField(max_length=8, choices=CHANNELS)
    consent = models.CharField(max_length=8, choices=CONSENTS)
    agreed_on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    source_import = models.ForeignKey(SheetImport, null=True, on_delete=models.PROTECT, related_name="registrations")
    case = models.OneToOneField("cases.Case", null=True, on_delete=models.PROTECT, related_name="screening")

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "id_key"], name="registered_once"),
            models.UniqueConstraint(fields=["campaign", "serial"], name="registration_serial_once"),
        ]
        indexes = [
            models.Index(fields=["campaign", "division_code", "serial"], name="registration_by_place"),
            models.Index(fields=["session", "serial"], name="registration_by_session"),
            models.Index(fields=["id_key"], name="registration_by_person"),
        ]

    @property
    def number(self) -> str:
        """登记号, as it stands on the slip."""
        return f"SC{self.campaign_id}-{self.serial:05}"

    @property
    def first_day(self) -> date:
        """The day from which on a result may have been found: that of the session, without one the first of the campaign."""
        return self.session.on_day if self.session else self.campaign.starts_on


class Result(models.Model):
    """筛查结果: what was found, raw, and what it comes to; a correction replaces it and stays beside it.

    `findings` are as entered, `worked` is what they are under the standard and the thresholds named in it.
    """

    sealed_for = "registration:registration.token"
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="results")
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="results")
    session = models.ForeignKey(Session, null=True, on_delete=models.PROTECT, related_name="results")
    examined_on = models.DateField()
    findings = SealedJSONField()
    worked = SealedJSONField()
    outcome = models.CharField(max_length=16)
    is_referred = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    source_import = models.ForeignKey(SheetImport, null=True, on_delete=models.PROTECT, related_name="results")
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["registration"], condition=Q(replaced_at=None), name="one_current_result"),
            models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="result_outcome_known"),
        ]
        indexes = [
            models.Index(fields=["campaign", "outcome"], name="result_by_outcome", condition=Q(replaced_at=None))
        ]

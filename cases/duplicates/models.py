"""Earlier aid, keyed marks of the people of cases, what was found twice and how it was decided, lists of other agencies."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.sealed import SealedField

__all__ = ["AgencyList", "AgencyMatch", "CaseTrace", "Hit", "HitDecision", "PastGrant", "PastGrantImport"]


def MarksField() -> ArrayField[Any, Any]:
    """Keyed marks as an array of 64-bit numbers."""
    return ArrayField(models.BigIntegerField(), default=list)


class PastGrantImport(models.Model):
    """既往救助导入: one accepted spreadsheet."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    file_sha256 = models.CharField(max_length=64, unique=True)
    rows = models.PositiveIntegerField()

    class Meta:
        app_label = "cases"


class PastGrant(models.Model):
    """既往救助: one grant paid before or elsewhere; the person is known only by the blind index of the ID number."""

    source_import = models.ForeignKey(PastGrantImport, on_delete=models.PROTECT, related_name="grants")
    id_key = models.CharField(max_length=64, db_index=True)
    programme = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    source = models.CharField(max_length=80)

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="past_grant_positive"),
            models.UniqueConstraint(fields=["id_key", "programme", "year", "amount", "source"], name="past_grant_once"),
        ]


class CaseTrace(models.Model):
    """检索键: what the person of one case is compared and searched by; keyed marks alone, made anew when facts change."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="trace", primary_key=True)
    id_key = models.CharField(max_length=64, db_index=True)
    name_key = models.CharField(max_length=64, db_index=True)
    glyphs = MarksField()
    sounds = MarksField()
    births = MarksField()
    phones = MarksField()
    accounts = MarksField()
    home = MarksField()
    household_key = models.CharField(max_length=64, blank=True, default="", db_index=True)
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        indexes = [
            GinIndex(fields=["births"], name="trace_births"),
            GinIndex(fields=["phones"], name="trace_phones"),
            GinIndex(fields=["accounts"], name="trace_accounts"),
            # an inspector looks for a name by its sounds
            GinIndex(fields=["sounds"], name="trace_sounds"),
        ]


class Hit(models.Model):
    """查重命中: one finding in one case, with when and at which look it was first found; gone when a later look no longer finds it.

    `fingerprint` is made of the compared marks of both sides: a decision counts as long as it is the same.
    """

    KINDS = [
        ("person", _("同一人、同一项目、同一年")),
        ("similar", _("疑似同一人")),
        ("account", _("同一收款账户")),
        ("phone", _("同一手机号")),
        ("household", _("同一户")),
        ("listed", _("在其他机构的名单上")),
        ("dead", _("在死亡名单上")),
    ]

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="hits")
    kind = models.CharField(_("类别"), max_length=12, choices=KINDS)
    subject = models.CharField(max_length=40)
    other = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+")
    listed = models.ForeignKey("cases.AgencyMatch", null=True, on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    severity = models.CharField(max_length=6)
    fingerprint = models.CharField(max_length=64)
    moment = models.CharField(max_length=8)
    first_seen = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["case", "kind", "subject"], name="hit_once"),
            models.CheckConstraint(condition=models.Q(score__lte=100), name="hit_score"),
            models.CheckConstraint(condition=models.Q(severity__in=["severe", "look"]), name="hit_severity"),
        ]


class HitDecision(models.Model):
    """命中的处理: what somebody found of a hit and why; never edited. It counts while the compared data stay the same."""

    sealed_for = "case:hit.case_id"
    VERDICTS = [
        ("different", _("不是同一人，或者不冲突")),
        ("same", _("确是同一人或同一户，已核实没有重复享受")),
        ("ask", _("还要问清楚")),
        ("reject", _("属于重复，应不予救助")),
    ]

    hit = models.ForeignKey(Hit, on_delete=models.PROTECT, related_name="decisions")
    verdict = models.CharField(_("怎样处理"), max_length=10, choices=VERDICTS)
    reason = SealedField(_("理由"))
    fingerprint = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8)
    office = models.ForeignKey("cases.Office", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verdict__in=["different", "same", "ask", "reject"]), name="hit_verdict_known"
            )
        ]


class AgencyList(models.Model):
    """其他机构名单的一次比对: whose list, of which day, what for and on which law; the list itself is not kept."""

    KINDS = [
        ("disabled", _("残联")),
        ("charity", _("慈善总会")),
        ("civil", _("民政")),
        ("women", _("妇联")),
        ("dead", _("死亡名单（公安、殡葬）")),
    ]

    kind = models.CharField(_("名单"), max_length=10, choices=KINDS)
    agency = models.CharField(_("提供机构"), max_length=80)
    purpose = models.CharField(_("比对目的"), max_length=200)
    basis = models.CharField(_("法律依据"), max_length=200)
    list_date = models.DateField(_("名单日期"))
    file_sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    matches = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["kind", "list_date", "file_sha256"], name="agency_list_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["disabled", "charity", "civil", "women", "dead"]), name="agency_list_kind"
            ),
        ]


class AgencyMatch(models.Model):
    """名单命中: an entry of a list that is somebody of a case, by keys alone; every other entry was deleted with the run."""

    run = models.ForeignKey(AgencyList, on_delete=models.PROTECT, related_name="found")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    id_key = models.CharField(max_length=64)
    score = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)

    class Meta:
        app_label = "cases"
        constraints = [models.UniqueConstraint(fields=["run", "case"], name="agency_match_once")]

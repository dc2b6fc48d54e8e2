"""Papers and proof: material lines, files, the one-time supplement notice, home visits."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.calendar.rules import local_day
from cases.sealed import SealedField, SealedJSONField

__all__ = ["HomeVisit", "Invoice", "Material", "MaterialFile", "Supplement", "SupplementItem", "VisitFact"]

USER = settings.AUTH_USER_MODEL


class Material(models.Model):
    """材料: one line of the checklist of one case."""

    STATES = [("missing", "未交"), ("given", "已交"), ("accepted", "合格"), ("rejected", "不合格")]

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="materials")
    code = models.CharField(max_length=8)
    state = models.CharField(max_length=10, choices=STATES, default="missing")
    required = models.BooleanField(default=True)
    checked_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=8, blank=True, default="")

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["case", "code"], name="material_once"),
            models.CheckConstraint(condition=~Q(state="rejected") | ~Q(reason=""), name="material_rejected_has_reason"),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "rejected"])
                | Q(checked_by__isnull=False, checked_at__isnull=False),
                name="material_checked_by_somebody",
            ),
        ]


class MaterialFile(models.Model):
    """材料文件: stored encrypted under its own name; never served as active content; never overwritten."""

    sealed_for = "case:case_id"
    token = models.UUIDField(unique=True)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="files")
    material = models.ForeignKey(Material, null=True, on_delete=models.PROTECT, related_name="files")
    round = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=12)
    original_name = SealedField(blank=True, default="")
    sha256 = models.CharField("上传件摘要", max_length=64)
    stored_sha256 = models.CharField("留存件摘要", max_length=64)
    size = models.PositiveIntegerField()
    pages = models.PositiveSmallIntegerField(default=1)
    path = models.CharField(max_length=120)
    taken_place = SealedField(null=True, blank=True)
    taken_at = SealedField(null=True, blank=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        indexes = [models.Index(fields=["sha256"], name="file_by_hash")]


class Supplement(models.Model):
    """一次性补正告知: lists all that is missing at once; at most two rounds a case."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="supplements")
    number = models.PositiveSmallIntegerField()
    told_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField()
    due_on = models.DateField()
    due_provisional = models.BooleanField(default=False)
    latest_on = models.DateField("最晚告知日", null=True)
    extended_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="supplement_once"),
            models.UniqueConstraint(fields=["case"], condition=Q(answered_at=None), name="one_open_supplement"),
            models.UniqueConstraint(fields=["case"], condition=~Q(extended_at=None), name="one_extension"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=2), name="two_supplements_at_most"),
        ]

    @property
    def is_late(self) -> bool:
        """Told later than the policy says, counted from the day of receipt."""
        return self.latest_on is not None and local_day(self.told_at) > self.latest_on


class SupplementItem(models.Model):
    """补正事项: one paper or one answer, with its reason code; only these may be edited by the applicant.

    Without a reason the office did not name it: an answer changed in this round calls for it.
    """

    sealed_for = "case:supplement.case_id"
    supplement = models.ForeignKey(Supplement, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=8, choices=[("material", "材料"), ("answer", "填报")])
    key = models.CharField(max_length=40)
    reason = models.CharField(max_length=8, blank=True, default="")
    note = SealedField(blank=True, default="")
    done_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [models.UniqueConstraint(fields=["supplement", "kind", "key"], name="supplement_item_once")]


class HomeVisit(models.Model):
    """入户核实记录: the visitors, date, place, photo, and each stated fact confirmed, different or not seen."""

    sealed_for = "case:case_id"
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="visits")
    round = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=40)
    visitors = SealedJSONField()
    visited_on = models.DateField()
    place = SealedField()
    photo = models.ForeignKey(MaterialFile, on_delete=models.PROTECT, related_name="+")
    note = SealedField(blank=True, default="")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"


class VisitFact(models.Model):
    """核对结果: one stated fact as the visitors found it."""

    sealed_for = "case:visit.case_id"
    FINDINGS = [("confirmed", "属实"), ("differs", "不一致"), ("not_seen", "未见到")]

    visit = models.ForeignKey(HomeVisit, on_delete=models.PROTECT, related_name="facts")
    key = models.CharField(max_length=40)
    finding = models.CharField(max_length=10, choices=FINDINGS)
    note = SealedField(blank=True, default="")

    class Meta:
        app_label = "cases"
        constraints = [models.UniqueConstraint(fields=["visit", "key"], name="visit_fact_once")]


class Invoice(models.Model):
    """票据: one medical invoice of one case, with its four numbers in yuan; it pays for one case alone, in all programmes.

    `key` is the blind index of code and number: the check code proves an invoice and does not tell two apart. An invoice
    entered by mistake, or of a case that ended without a grant, is released and may be used elsewhere; so is one that an
    applicant stated in a draft, until the draft is sent.
    """

    sealed_for = "case:case_id"
    WHY = [
        ("draft", _("还在草稿里")),
        ("mistake", _("录入有误")),
        ("ended", _("申请没有办成")),
        ("refused", _("申报没有认可")),
    ]

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="invoices")
    key = models.CharField(max_length=64)
    code = SealedField(_("票据代码"))
    number = SealedField(_("票据号码"))
    check_code = SealedField(_("校验码"), blank=True, default="")
    issued_on = models.DateField(_("开票日期"))
    total = models.DecimalField(_("总费用"), max_digits=12, decimal_places=2)
    in_scope = models.DecimalField(_("目录内费用"), max_digits=12, decimal_places=2)
    reimbursed = models.DecimalField(_("已报销"), max_digits=12, decimal_places=2)
    self_pay = models.DecimalField(_("个人支付"), max_digits=12, decimal_places=2)
    donated = models.BooleanField(_("赠药"), default=False)
    out_of_region = models.BooleanField(_("在宁夏以外"), default=False)
    entered_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    released_why = models.CharField(max_length=8, choices=WHY, blank=True, default="")

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(released_at=None), name="invoice_once"),
            models.CheckConstraint(
                condition=Q(in_scope__gte=0, reimbursed__gte=0, self_pay__gte=0), name="invoice_not_negative"
            ),
            models.CheckConstraint(condition=Q(total__gt=0, in_scope__lte=F("total")), name="invoice_scope_within"),
            models.CheckConstraint(
                condition=Q(total__gte=F("reimbursed") + F("self_pay")), name="invoice_parts_within_total"
            ),
            models.CheckConstraint(
                condition=Q(released_at=None, released_why="") | (Q(released_at__isnull=False) & ~Q(released_why="")),
                name="invoice_released_for_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["case", "id"], name="invoice_by_case")]

"""Devices in kind and where each of them is (实物): models, serials, an append-only ledger of moves, hand-overs, counts."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.parts import PARTS
from cases.sealed import SealedField
from cases.stock.fittings import Audiogram, Fitting, FittingCheck, Referral, Waiting
from cases.stock.rules import HELD, MOVES, STATES

__all__ = [
    "Audiogram",
    "Device",
    "DeviceArrival",
    "DeviceModel",
    "DeviceMove",
    "Fitting",
    "FittingCheck",
    "Handover",
    "HandoverLine",
    "Referral",
    "StockCount",
    "StockDifference",
    "Waiting",
]

USER = settings.AUTH_USER_MODEL


class DeviceModel(models.Model):
    """型号: one product and the loss that it suits, in dB HL of the ear, both ends counted."""

    POWERS = [("low", _("小功率")), ("medium", _("中功率")), ("high", _("大功率")), ("super", _("特大功率"))]

    maker = models.CharField(_("厂家"), max_length=60)
    model = models.CharField(_("型号"), max_length=60)
    power = models.CharField(_("功率等级"), max_length=8, choices=POWERS)
    loss_from = models.PositiveSmallIntegerField(_("适用听力损失从（dB）"))
    loss_to = models.PositiveSmallIntegerField(_("到（dB）"))

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["maker", "model"], name="device_model_once"),
            models.CheckConstraint(
                condition=Q(loss_from__lte=F("loss_to"), loss_to__lte=130), name="device_model_range"
            ),
            models.CheckConstraint(
                condition=Q(power__in=["low", "medium", "high", "super"]), name="device_model_power_known"
            ),
        ]

    def suits(self, loss: Decimal) -> bool:
        """Whether it is for an ear of this loss (dB HL)."""
        return self.loss_from <= loss <= self.loss_to

    def __str__(self) -> str:
        return f"{self.maker} {self.model}"


class DeviceArrival(models.Model):
    """入库单: one accepted spreadsheet of devices at one place."""

    place = models.ForeignKey("cases.Office", on_delete=models.PROTECT, related_name="+")
    file_sha256 = models.CharField(max_length=64, unique=True)
    rows = models.PositiveIntegerField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"


class Device(models.Model):
    """设备: one serial number. Where it is, for whom and in which state follows from its moves; nobody writes it by hand."""

    serial = models.CharField(_("序列号"), max_length=40, unique=True, db_collation="C")
    model = models.ForeignKey(DeviceModel, on_delete=models.PROTECT, related_name="devices")
    arrival = models.ForeignKey(DeviceArrival, on_delete=models.PROTECT, related_name="devices")
    batch = models.CharField(_("批次"), max_length=40, blank=True, default="")
    source = models.CharField(_("来源（捐赠方或资金）"), max_length=80)
    unit_value = models.DecimalField(_("单价（元）"), max_digits=10, decimal_places=2)
    warranty_until = models.DateField(_("保修到"), null=True)
    state = models.CharField(max_length=10, choices=list(STATES.items()), default="new")
    place = models.ForeignKey("cases.Office", null=True, on_delete=models.PROTECT, related_name="devices")
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="devices")
    part = models.CharField(max_length=10, blank=True, default="")
    moves_made = models.PositiveSmallIntegerField(default=0)

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(STATES)), name="device_state_known"),
            models.CheckConstraint(condition=Q(unit_value__gt=0), name="device_worth_something"),
            models.CheckConstraint(
                condition=Q(state__in=HELD, case__isnull=False, part__in=list(PARTS))
                | (~Q(state__in=HELD) & Q(case=None, part="")),
                name="device_held_for_somebody",
            ),
            models.UniqueConstraint(fields=["case", "part"], condition=Q(state__in=HELD), name="device_one_a_part"),
        ]
        indexes = [
            models.Index(fields=["place", "state", "id"], name="device_by_place"),
            models.Index(fields=["model", "id"], condition=Q(state="in"), name="device_free"),
        ]

    def __str__(self) -> str:
        return self.serial


class Handover(models.Model):
    """交接单: devices on their way from one place to another; the second signature is the receiver's, never the sender's."""

    number = models.CharField(max_length=20, unique=True, db_collation="C")
    from_place = models.ForeignKey("cases.Office", on_delete=models.PROTECT, related_name="+")
    to_place = models.ForeignKey("cases.Office", on_delete=models.PROTECT, related_name="+")
    count = models.PositiveIntegerField(_("台数"))
    sent_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    received_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(
                condition=Q(received_by=None) | ~Q(received_by=F("sent_by")), name="handover_by_two_people"
            ),
            models.CheckConstraint(
                condition=Q(received_by=None, received_at=None)
                | Q(received_by__isnull=False, received_at__isnull=False, cancelled_at=None),
                name="handover_received_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(from_place=F("to_place")), name="handover_between_two_places"),
            models.CheckConstraint(condition=Q(count__gt=0), name="handover_not_empty"),
        ]
        indexes = [models.Index(fields=["to_place", "id"], name="handover_by_receiver")]

    @property
    def is_open(self) -> bool:
        return self.received_at is None and self.cancelled_at is None

    def __str__(self) -> str:
        return self.number


class HandoverLine(models.Model):
    """交接明细: one device of a hand-over; on one open hand-over at most."""

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="lines")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="handovers")
    is_open = models.BooleanField(default=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["handover", "device"], name="handover_line_once"),
            models.UniqueConstraint(fields=["device"], condition=Q(is_open=True), name="device_on_one_handover"),
        ]


class DeviceMove(models.Model):
    """流水: one thing that happened to one device. Number, state before and place before are the database's own."""

    sealed_for = "case:case_id"
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="moves")
    number = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=12, choices=list(MOVES.items()))
    before = models.CharField(max_length=10, blank=True, default="")
    from_place = models.ForeignKey("cases.Office", null=True, on_delete=models.PROTECT, related_name="+")
    to_place = models.ForeignKey("cases.Office", null=True, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="device_moves")
    part = models.CharField(max_length=10, blank=True, default="")
    handover = models.ForeignKey(Handover, null=True, on_delete=models.PROTECT, related_name="moves")
    reason = SealedField("原因", blank=True, default="")
    happened_on = models.DateField()
    by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    received_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["device", "number"], name="device_move_once"),
            models.CheckConstraint(condition=Q(kind__in=list(MOVES)), name="device_move_known"),
            models.CheckConstraint(
                condition=~Q(kind__in=["issued", "transferred"])
                | Q(handover__isnull=False, by__isnull=False, received_by__isnull=False),
                name="device_move_signed_twice",
            ),
            models.CheckConstraint(
                condition=Q(received_by=None) | ~Q(received_by=F("by")), name="device_move_by_two_people"
            ),
        ]
        indexes = [models.Index(fields=["case", "id"], name="device_move_by_case")]


class StockCount(models.Model):
    """盘点: the serials that somebody found at a place, compared with the ledger of that moment."""

    place = models.ForeignKey("cases.Office", on_delete=models.PROTECT, related_name="stock_counts")
    counted = models.PositiveIntegerField(_("实盘台数"))
    expected = models.PositiveIntegerField(_("账面台数"))
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        indexes = [models.Index(fields=["place", "-id"], name="stock_count_by_place")]


class StockDifference(models.Model):
    """盘点差异: a serial that the ledger has here and nobody found, or that was found and belongs elsewhere or nowhere."""

    KINDS = [
        ("missing", _("账上有，没找到")),
        ("elsewhere", _("找到了，账上在别处")),
        ("unknown", _("找到了，账上没有")),
    ]

    count = models.ForeignKey(StockCount, on_delete=models.PROTECT, related_name="differences")
    serial = models.CharField(max_length=40, db_collation="C")
    kind = models.CharField(max_length=10, choices=KINDS)

    class Meta:
        app_label = "cases"
        constraints = [models.UniqueConstraint(fields=["count", "serial"], name="stock_difference_once")]

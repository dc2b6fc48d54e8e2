"""The working calendar as the State Council notices state it: days off, make-up days, and the years that are loaded."""

from django.db import models
from django.db.models import Q

__all__ = ["CalendarYear", "Workday"]


class CalendarYear(models.Model):
    """已载入的年份: a year whose notice is loaded; ``revision`` grows with every load, so that each process sees it."""

    year = models.PositiveSmallIntegerField("年份", primary_key=True)
    revision = models.PositiveIntegerField("版次", unique=True)
    source = models.CharField("依据", max_length=300)
    loaded_at = models.DateTimeField("载入时间")
    loaded_by = models.CharField("载入人", max_length=100)

    class Meta:
        app_label = "cases"
        ordering = ["year"]

    def __str__(self) -> str:
        return str(self.year)


class Workday(models.Model):
    """放假与调休: a day off or a make-up working day named by a notice; ordinary weekends are not listed."""

    HOLIDAY = "holiday"
    WORKDAY = "workday"
    KINDS = [(HOLIDAY, "放假"), (WORKDAY, "调休上班")]

    date = models.DateField("日期", primary_key=True)
    year = models.ForeignKey(CalendarYear, on_delete=models.PROTECT, related_name="days", verbose_name="年份")
    kind = models.CharField("类别", max_length=7, choices=KINDS)
    name = models.CharField("名称", max_length=60)
    notice = models.CharField("通知", max_length=300, blank=True)

    class Meta:
        app_label = "cases"
        ordering = ["date"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["holiday", "workday"]), name="workday_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"

"""How long the steps took (办理用时): one row a quarter, road, step and office, and how far has been counted."""

from django.db import models
from django.db.models import Q

__all__ = ["SpeedMark", "StepSpeed"]


class StepSpeed(models.Model):
    """环节用时: what was done in a quarter at one step of one road by one office for one county; step "" is the whole road.

    The four spreads hold how often each length came, in tenths of a workday: {"15": 4} is four times a day and a half.
    Spreads of several rows are added up, so that a median is right for any area, without looking at a case again.
    """

    quarter = models.DateField("季度第一天")
    flow = models.CharField("项目/版本", max_length=60)
    step = models.CharField("环节", max_length=40, blank=True, default="")
    area = models.CharField("受理县", max_length=6, db_collation="C")
    office = models.CharField("办理地区", max_length=12, db_collation="C", blank=True, default="")
    done = models.PositiveIntegerField("办结", default=0)
    again = models.PositiveIntegerField("返工", default=0)
    returned = models.PositiveIntegerField("退回", default=0)
    late = models.PositiveIntegerField("超期", default=0)
    waiting = models.JSONField("等待", default=dict)
    working = models.JSONField("办理", default=dict)
    paused = models.JSONField("中止", default=dict)
    whole = models.JSONField("全程", default=dict)

    class Meta:
        app_label = "workflows"
        constraints = [
            models.UniqueConstraint(fields=["quarter", "flow", "step", "area", "office"], name="step_speed_once"),
            models.CheckConstraint(
                condition=Q(quarter__day=1, quarter__month__in=[1, 4, 7, 10]), name="step_speed_quarter"
            ),
        ]
        indexes = [models.Index(fields=["flow", "quarter", "area"], name="step_speed_by_area")]


class SpeedMark(models.Model):
    """算到哪天: the last day whose finished steps are counted; the one row is locked while a day is being counted."""

    until = models.DateField("算到", null=True)

    class Meta:
        app_label = "workflows"
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="speed_mark_is_one")]

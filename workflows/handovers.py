"""Who had a step in hand, who has it now, and why (转手记录)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.sealed import SealedField

__all__ = ["Handover"]

USER = settings.AUTH_USER_MODEL


class Handover(models.Model):
    """转手记录: who had a step, who has it now, and why; the one who lost it is shown it until he has seen it.

    `actor` did it, for `on_behalf_of` when he stood in for somebody; the clock is nobody.
    """

    sealed_for = "case:item.case_id"
    KINDS = [
        ("claimed", "领取"), ("released", "释放"), ("expired", "到时退回"), ("taken_over", "接手"), ("came_back", "退回原办理人"),
        ("assigned", "改派"), ("allocated", "分派"), ("left", "离岗转出"), ("ranked", "改优先"), ("put_off", "搁置"), ("woken", "提起"), ("escalated", "超期上报"),
    ]  # fmt: skip

    item = models.ForeignKey("workflows.WorkItem", on_delete=models.PROTECT, related_name="handovers")
    kind = models.CharField(max_length=10, choices=KINDS)
    from_person = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    to_person = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    reason = SealedField(blank=True, default="")
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "workflows"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "claimed",
                        "released",
                        "expired",
                        "taken_over",
                        "came_back",
                        "assigned",
                        "allocated",
                        "left",
                        "ranked",
                        "put_off",
                        "woken",
                        "escalated",
                    ]
                ),
                name="handover_kind",
            ),  # fmt: skip
            models.CheckConstraint(
                condition=Q(from_person__isnull=False) | Q(to_person__isnull=False) | Q(actor__isnull=False),
                name="handover_has_a_person",
            ),
        ]
        indexes = [
            models.Index(fields=["from_person"], condition=Q(seen_at=None), name="handover_untold"),
        ]

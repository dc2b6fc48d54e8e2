"""What the database must know of the roads (环节职责): loaded with every set-up, safe to run again."""

from __future__ import annotations

from cases.programme import programmes
from workflows.models import StepDuty
from workflows.operations.versions import keep


def load() -> int:
    """Write level, excluded steps and same doers of every step of every road, and the fingerprint of each version, as the owner.

    Answers how many steps stand there. A version on which cases run keeps the fingerprint it was set up with, so that a
    change of it is noticed (`workflows.operations.versions`).
    """
    count = 0
    keep()
    for card in programmes():
        for version, road in card.roads.items():
            for name in road.reading_order:
                node = getattr(road, name)
                if getattr(node, "is_by_people", False):
                    StepDuty.objects.using("owner").update_or_create(
                        flow=f"{card.slug}/{version}", step=name,
                        defaults={"level": node.level, "others": sorted(node.excludes), "same_as": list(node.same_as)},
                    )  # fmt: skip
                    count += 1
    return count

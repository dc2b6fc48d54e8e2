"""What the database must know of the roads (环节职责): loaded with every set-up, safe to run again."""

from __future__ import annotations

from cases.programme import programmes
from workflows.models import StepDuty


def load() -> int:
    """Write level, excluded steps and same doers of every step of every road, as the owner; answers how many rows stand there."""
    count = 0
    for card in programmes():
        for version, road in card.roads.items():
            for name in road.reading_order:
                node = getattr(road, name)
                if getattr(node, "human", False):
                    StepDuty.objects.using("owner").update_or_create(
                        flow=f"{card.slug}/{version}", step=name,
                        defaults={"level": node.level, "others": sorted(node.excludes), "same_as": list(node.same_as)},
                    )  # fmt: skip
                    count += 1
    return count

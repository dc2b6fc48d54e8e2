"""Where somebody came from to a case (来路): the queue with its filters, and the next task in the same order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest
from django.urls import reverse

from cases.calendar import clock
from workflows import actions
from workflows.desk.hand_forms import QueueFilter
from workflows.desk.queries import QUEUES, Viewer, in_turn, programme_names, step_names
from workflows.models import WorkItem

FIELD = "from"


@dataclass(frozen=True)
class Trail:
    """来路: travels through addresses and forms as one value; without a queue it leads back to the desk."""

    queue: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, request: HttpRequest) -> Trail:
        """The trail that a request carries; one that nobody could have come by counts as none."""
        words = request.POST.get(FIELD) or request.GET.get(FIELD, "")
        try:
            given = dict(parse_qsl(words, max_num_fields=8))
        except ValueError:
            return cls()
        name = given.pop("queue", "")
        form = QueueFilter(given, steps=step_names(), programmes=programme_names())
        if name not in QUEUES or not form.is_valid():
            return cls()
        return cls(name, {key: value for key, value in form.cleaned_data.items() if value})

    @property
    def words(self) -> str:
        """The one value."""
        return urlencode({"queue": self.queue, **self.filters}) if self.queue else ""

    @property
    def query(self) -> str:
        """What a link adds to its address."""
        return f"?{urlencode({FIELD: self.words})}" if self.queue else ""

    @property
    def address(self) -> str:
        """The list one came from."""
        if not self.queue:
            return reverse("desk:home")
        filters = f"?{urlencode(self.filters)}" if self.filters else ""
        return reverse("desk:queue", args=[self.queue]) + filters

    @property
    def title(self) -> Any:
        """What that list is called."""
        return QUEUES.get(self.queue, "")


def take_next(person: Any, trail: Trail, after: WorkItem | None = None) -> WorkItem | None:
    """下一件: the next behind `after` in the same queue and filters, then their first, else the oldest due of all."""
    if trail.queue:
        viewer = Viewer.of(person, clock.now())
        for place in [after, None] if after is not None else [None]:
            parts = in_turn(viewer, trail.queue, trail.filters, place)
            found: WorkItem | None = actions.claim_next(by=person, parts=parts)
            if found is not None:
                return found
    return actions.claim_next(by=person)

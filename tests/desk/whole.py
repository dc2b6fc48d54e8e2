"""A queue of the desk as a whole, which no page reads at once."""

from functools import reduce
from operator import or_
from typing import Any

from workflows.desk.queries import parts
from workflows.models import WorkItem


def queue(viewer: Any, name: str) -> Any:
    """All rows of one queue, unordered."""
    return reduce(or_, parts(viewer, name), WorkItem.objects.none())

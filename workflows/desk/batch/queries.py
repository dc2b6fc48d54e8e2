"""Which steps may be decided in one go, and the files of one of them that a reviewer may choose from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _

from cases.access.queries import who_may
from cases.calendar.queries import calendar
from cases.errors import NotFound, Refusal
from cases.programme import programmes
from workflows.desk.forms import DecisionForm
from workflows.desk.queries import WORK, Row, Viewer, page, rows_of
from workflows.desk.step_forms import FORMS
from workflows.models import WorkItem
from workflows.reading import Reading, readings_of


@dataclass(frozen=True)
class BatchStep:
    """A step that asks nothing of one file alone: programme, name, title with its programme, and who does it.

    Several programmes have a step of one name, so the programme stands before it (白内障救助 · 县级初审).
    """

    programme: str
    name: str
    title: Any
    role: str


def batch_steps() -> Iterator[BatchStep]:
    """可以成批办理的环节 of every road in use."""
    for card in programmes():
        road = card.roads[card.road]
        for name in road.reading_order:
            node = getattr(road, name)
            if getattr(node, "human", False) and FORMS.get(node.form, DecisionForm).in_batch:
                yield BatchStep(card.slug, name, format_lazy("{} · {}", card.name, node.title), node.role)


def steps_for(viewer: Viewer) -> list[BatchStep]:
    """Those of the viewer's posts, for the links on the desk; asks the database nothing."""
    roles = {post.role_id for post in viewer.posts}
    return [step for step in batch_steps() if step.role in roles]


def step_for(viewer: Viewer, programme: str, name: str) -> BatchStep:
    """One step by its address. NotFound when there is none, or for somebody without any post; else a refusal with who may."""
    found = next((step for step in batch_steps() if (step.programme, step.name) == (programme, name)), None)
    if found is None or not viewer.posts:
        raise NotFound()
    if found not in steps_for(viewer):
        area = viewer.posts[0].office.division_code
        raise Refusal(_("这一步不归您办理。"), code="not_my_step", who_may=who_may(found.role, area))
    return found


@dataclass(frozen=True)
class Choice:
    """One file to choose: its line of the queue and what the viewer has opened of it."""

    row: Row
    reading: Reading

    @property
    def item(self) -> WorkItem:
        """The work."""
        return self.row.item


@dataclass(frozen=True)
class ChoicePage:
    """One page of files to choose from, with the cursors of its neighbours."""

    choices: list[Choice]
    after: str
    before: str

    @property
    def may_choose(self) -> bool:
        """Whether the viewer has opened at least one of them."""
        return any(choice.reading.is_whole for choice in self.choices)


def choices(viewer: Viewer, step: BatchStep, *, after: str = "", before: str = "") -> ChoicePage:
    """可选的案卷: what the viewer holds or may take at this step, as on the desk; as many questions for thirty as for one."""
    filters = {"step": step.name, "programme": step.programme}
    found = page(viewer, WORK, filters, after=after, before=before)
    readings = readings_of(found.rows, viewer.user)
    rows = rows_of(found.rows, viewer.today, calendar())
    return ChoicePage([Choice(row, readings[row.item.pk]) for row in rows], found.after, found.before)

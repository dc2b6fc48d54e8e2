"""Lists of other agencies against the people of cases (名单比对): what a list says, who of it is somebody here, which runs there were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cases.access.queries import require
from cases.calendar import clock
from cases.duplicates.lists import Entry, ListSheet, read_list
from cases.duplicates.marks import side
from cases.duplicates.match import compare
from cases.duplicates.models import AgencyList, CaseTrace
from cases.duplicates.search import ENDED_WITHOUT, least_score, marks_of
from cases.sheets import grid

RIGHT, PROVINCE = "lists.compare", "64"
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Found:
    """名单命中: one case whose person stands on the list, how sure that is, and why."""

    case: int
    id_key: str
    score: int
    reasons: tuple[str, ...]


def runs(viewer: Any) -> list[AgencyList]:
    """Lists that were compared, newest first."""
    require(viewer, RIGHT, PROVINCE)
    return list(AgencyList.objects.select_related("by").order_by("-pk")[:100])


def examine(viewer: Any, data: bytes) -> ListSheet:
    """试读名单: what a spreadsheet says and every fault in it by cell. Compares and stores nothing. Raises Invalid for no table."""
    require(viewer, RIGHT, PROVINCE)
    return read_list(grid(data), today=clock.today())


def compared(entries: Sequence[Entry]) -> list[Found]:
    """比对: the cases whose person is on the list, each once with its best match; cases that ended without aid are left out.

    With an ID number the number alone decides; without one name and birth date must reach the score of the case's policy.
    """
    best: dict[int, Found] = {}
    for found in (*_by_number(entries), *_by_name([entry for entry in entries if not entry.id_no])):
        if found.case not in best or best[found.case].score < found.score:
            best[found.case] = found
    return [best[case] for case in sorted(best)]


def _by_number(entries: Iterable[Entry]) -> Iterator[Found]:
    keys = [side(id_no=entry.id_no).id_key for entry in entries if entry.id_no]
    for start in range(0, len(keys), AT_ONCE):
        for trace in _live().filter(id_key__in=keys[start : start + AT_ONCE]):
            yield Found(trace.pk, trace.id_key, 100, ("id",))


def _by_name(entries: Sequence[Entry]) -> Iterator[Found]:
    for start in range(0, len(entries), AT_ONCE):
        sides = [side(name=entry.name, born=entry.born) for entry in entries[start : start + AT_ONCE]]
        having: dict[int, list[Any]] = defaultdict(list)
        for one in sides:
            for mark in one.births:
                having[mark].append(one)
        for trace in _live().filter(births__overlap=list(having)):
            own, least = marks_of(trace), least_score(trace.case)
            near = {one for mark in trace.births for one in having.get(mark, ())}
            for match in (compare(own, one) for one in near):
                if match.score >= least:
                    yield Found(trace.pk, trace.id_key, match.score, match.reasons)


def _live() -> Any:
    return CaseTrace.objects.exclude(case__state__in=ENDED_WITHOUT).select_related("case")

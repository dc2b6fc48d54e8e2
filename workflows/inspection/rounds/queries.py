"""Two rounds of a case side by side (轮次对比): each answer and each paper as it stood at the end of one and of the other."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cases.access.queries import may
from cases.dossier.models import Case
from cases.errors import NotFound
from cases.history.models import Event
from cases.history.record import record_access
from cases.policy.queries import policy_of
from workflows.inspection.asof import around, told
from workflows.inspection.asof.cut import Stood, fold

LAST = 2**62


@dataclass(frozen=True)
class Changed:
    """一处不同: one answer of the two rounds; `is_proved` where only fingerprints say that it differs."""

    label: Any
    before: str
    after: str
    differs: bool
    is_proved: bool


@dataclass(frozen=True)
class Section:
    """One part of the form with its answers in both rounds."""

    title: Any
    lines: list[Changed]


@dataclass(frozen=True)
class PaperChanged:
    """一份材料 in both rounds: its state, and which files came and went."""

    words: str
    before: Any
    after: Any
    added: list[around.Sheet]
    gone: list[around.Sheet]

    @property
    def differs(self) -> bool:
        return self.before != self.after or bool(self.added or self.gone)


@dataclass(frozen=True)
class Between:
    """轮次对比 of two rounds, and which rounds there are."""

    first: int
    second: int
    rounds: list[int]
    sections: list[Section]
    papers: list[PaperChanged]

    @property
    def count(self) -> int:
        """How many answers and papers differ."""
        return sum(line.differs for part in self.sections for line in part.lines) + sum(
            paper.differs for paper in self.papers
        )


def between(case: Case, first: int, second: int, *, clear: Any = None) -> Between:
    """Compare the ends of two rounds of a case; NotFound for a round that there was not."""
    ends = ends_of(case)
    if first not in ends or second not in ends:
        raise NotFound()
    sides = [Stood(case=case, rows=fold(case, ends[number])) for number in (first, second)]
    return Between(first, second, sorted(ends), _sections(sides, clear or (lambda _part: False)), _papers(case, sides))


def ends_of(case: Case) -> dict[int, int]:
    """各轮次: the number of the chain's entry at which each round was over; the present one is not."""
    changes = Event.objects.filter(
        stream__kind="case", stream__key=str(case.pk), object_type=Case._meta.db_table, action="row.update",
        payload__contains='"round"',
    )  # fmt: skip
    ends = {}
    for seq, text in changes.order_by("seq").values_list("seq", "payload"):
        if "round" in (payload := json.loads(text)):
            ends[int(payload["round"][0])] = seq
    return {**ends, case.round: LAST}


def _sections(sides: list[Stood], clear: Any) -> list[Section]:
    one, other = (told.parts_then(side, clear=clear) for side in sides)
    titles = {part.key: part.title for part in [*one, *other]}
    lines = [{(part.key, line.key): line for part in parts for line in part.lines} for parts in (one, other)]
    order = list(dict.fromkeys([*lines[1], *lines[0]]))
    return [
        Section(title, [_changed(lines[0].get(key), lines[1].get(key)) for key in order if key[0] == part])
        for part, title in titles.items()
    ]


def _changed(before: told.Told | None, after: told.Told | None) -> Changed:
    known = [line for line in (before, after) if line is not None]
    differs = before is None or after is None or before.mark != after.mark
    is_proved = differs and any(not line.is_known for line in known)
    return Changed(known[-1].label, before.value if before else "", after.value if after else "", differs, is_proved)


def _papers(case: Case, sides: list[Stood]) -> list[PaperChanged]:
    policy = policy_of(case)
    one, other = ({paper.words: paper for paper in around.papers_then(side, policy)} for side in sides)
    return [_paper(words, one.get(words), other.get(words)) for words in dict.fromkeys([*other, *one])]


def _paper(words: str, before: around.Paper | None, after: around.Paper | None) -> PaperChanged:
    had, has = _files(before), _files(after)
    return PaperChanged(
        words,
        before.state if before else "",
        after.state if after else "",
        [sheet for key, sheet in has.items() if key not in had],
        [sheet for key, sheet in had.items() if key not in has],
    )


def _files(paper: around.Paper | None) -> dict[int, around.Sheet]:
    sheets: Iterable[around.Sheet] = paper.sheets if paper else ()
    return {sheet.pk: sheet for sheet in sheets}


def shown(viewer: Any, case: Case, first: int, second: int, *, purpose: str) -> Between:
    """The same with sensitive values in clear; who looks and what for is stored before they are read."""
    post = may(viewer, "case.read", case.handling_code)
    if post is None:
        raise NotFound()
    sees_account = "case.history" in post.role.rights
    record_access(
        "read", object=case, fields=["answers", "history", *(["account"] if sees_account else [])], by=viewer,
        case_id=case.pk, purpose=purpose, role=post.role_id, office=post.office.name,
    )  # fmt: skip
    return between(case, first, second, clear=lambda part: sees_account or part != told.ACCOUNT)

"""Separation of duties (职责分离): who may not act, and why, in words for a clerk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Acted:
    """A person acted at a step of some level in this case."""

    actor: int
    step: str
    level: int | None


@dataclass(frozen=True)
class Bar:
    """回避: why this person may not act here."""

    reason: Any


def bar(
    person: int, *, level: int | None, not_by: Iterable[str], acted: Iterable[Acted], parties: Iterable[int]
) -> Bar | None:
    """Why `person` may not act at this step, or None (domain.md 2; features F44, F45).

    `parties` are the account of the applicant and of the helper who filed. A person may do the same level again after a
    return, never a neighbouring one.
    """
    if person in set(parties):
        return Bar(_("这件是您申请、代办或录入的，需要别的同事办理。"))
    for earlier in acted:
        if earlier.actor != person:
            continue
        if level is not None and earlier.level is not None and abs(earlier.level - level) == 1:
            return Bar(_("这件您办过相邻的环节，需要另一位同事办理。"))
        if earlier.step in set(not_by):
            return Bar(_("这件您办过前面的环节，需要另一位同事办理。"))
    return None


def barred(*, level: int | None, not_by: Iterable[str], acted: Iterable[Acted], parties: Iterable[int]) -> set[int]:
    """All persons known to be barred from this step."""
    seen = list(acted)
    steps = list(not_by)
    people = {earlier.actor for earlier in seen} | set(parties)
    return {
        person for person in people if bar(person, level=level, not_by=steps, acted=seen, parties=parties) is not None
    }


def breaches(
    decided: Sequence[Acted], *, excludes: Mapping[str, Collection[str]], parties: Collection[int]
) -> list[tuple[Acted, Bar]]:
    """复查职责: what was decided in one case, replayed from its first decision on; each that should have been refused."""
    return [
        (one, found)
        for number, one in enumerate(decided)
        if (
            found := bar(
                one.actor, level=one.level, not_by=excludes.get(one.step, ()), acted=decided[:number], parties=parties
            )
        )
    ]

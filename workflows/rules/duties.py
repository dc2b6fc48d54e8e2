"""Separation of duties (职责分离): who may not act, and why, in words for a clerk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
    person: int, *, level: int | None, not_by: Iterable[str], acted: Iterable[Acted], parties: Iterable[int],
    gave: Iterable[int] = (), answered: Iterable[int] = (), keeper: int | None = None, named: Collection[int] = (),
) -> Bar | None:  # fmt: skip
    """Why `person` may not act at this step, or None (domain.md 2; features F44, F45).

    `parties` are whose matter the case is (the applicant, the helper who filed) and who keeps out of it; `gave` who has
    another seat at this step, where it asks several; `answered` who answered what was asked of him at this step (交办);
    `keeper` who alone goes on with it; `named` for whom alone its
    office meant it. A person may do the same level again after a return, never a neighbouring one.
    """
    if person in set(parties):
        return Bar(_("这件是您申请、代办或录入的，或者您应当回避，需要别的同事办理。"))
    for earlier in acted:
        if earlier.actor != person:
            continue
        if level is not None and earlier.level is not None and abs(earlier.level - level) == 1:
            return Bar(_("这件您办过相邻的环节，需要另一位同事办理。"))
        if earlier.step in set(not_by):
            return Bar(_("这件您办过前面的环节，需要另一位同事办理。"))
    if person in set(gave):
        return Bar(_("这一步您已占一席，需要另一位同事办理。"))
    if person in set(answered):
        return Bar(_("这一步交办的事是您答复的，需要另一位同事办理。"))
    if keeper is not None and person != keeper:
        return Bar(_("这一步由办过前面环节的同事接着办理。"))
    if named and person not in named:
        return Bar(_("本机构给这一步指定了经办人，由指定的同事办理。"))
    return None


def barred(
    *,
    level: int | None,
    not_by: Iterable[str],
    acted: Iterable[Acted],
    parties: Iterable[int],
    gave: Iterable[int] = (),
    answered: Iterable[int] = (),
) -> set[int]:
    """All persons known to be barred from this step."""
    seen, steps, said, told = list(acted), list(not_by), list(gave), list(answered)
    people = {earlier.actor for earlier in seen} | set(parties) | set(said) | set(told)
    return {
        person
        for person in people
        if bar(person, level=level, not_by=steps, acted=seen, parties=parties, gave=said, answered=told) is not None
    }


@dataclass(frozen=True)
class Done:
    """What was decided once: at which step, level and task, and by whom; who stood in and for whom."""

    step: str
    level: int | None
    people: tuple[int, ...]
    task: int
    at: datetime

    def acted(self) -> Iterator[Acted]:
        """The same as the duties count it: once for each of them."""
        return (Acted(person, self.step, self.level) for person in self.people)


def breaches(
    decided: Sequence[Done], *, excludes: Mapping[str, Collection[str]], parties: Mapping[int, datetime]
) -> list[tuple[Done, Bar]]:
    """复查职责: what was decided in one case, replayed from its first decision on; each that should have been refused.

    `parties` have the moment since which each is one; what was decided before counts as it was. Decisions of the same `task`
    are opinions at one step, which are given by different people.
    """
    found: list[tuple[Done, Bar]] = []
    acted: list[Acted] = []
    for number, one in enumerate(decided):
        gave = {person for other in decided[:number] if other.task == one.task for person in other.people}
        there = {person for person, since in parties.items() if since < one.at}
        for person in one.people:
            wrong = bar(
                person, level=one.level, not_by=excludes.get(one.step, ()), acted=acted, parties=there, gave=gave
            )
            if wrong is not None:
                found.append((one, wrong))
                break
        acted += one.acted()
    return found

"""The nightly replay (职责复查): every decision and vote of a finished case is judged again by the duties as they stood."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cases.calendar import clock
from cases.calendar.rules import local_day
from cases.dossier.models import Case
from workflows import barring
from workflows.engine import clockwork
from workflows.flow import step_named
from workflows.models import Decision, DutyReplay, Incident
from workflows.rules import duties

AT_ONCE = 200
MOST = 20_000
"""Cases of one night; a larger office is caught up with in some nights."""
LIMIT = timedelta(hours=2)


def listen() -> None:
    """Every night at two; called once when the app starts."""
    clockwork.every("duties", title=_("复查职责"), at=2, limit=LIMIT)(replay)


def replay() -> int:
    """复查办结案卷: each finished case once, and again when somebody asks; answers how many broke a duty.

    What it found is stored case by case, so that a stop in the middle loses nothing; each case with a breach is an incident.
    """
    broken = 0
    for _turn in range(0, MOST, AT_ONCE):
        found = _next_batch()
        if found is None:
            break
        broken += found
    return broken


def _next_batch() -> int | None:
    """Judge the next finished cases; None when there are none left."""
    with transaction.atomic():
        due = Case.objects.filter(run__isnull=False, closed_at__isnull=False).exclude(duty_replay__at__isnull=False)
        cases = list(due.select_related("run").order_by("pk")[:AT_ONCE])
        if not cases:
            return None
        lines = {case.pk: breaches_of(case) for case in cases}
        now = clock.now()
        for pk, broken in lines.items():
            DutyReplay.objects.update_or_create(case_id=pk, defaults={"at": now, "breaches": broken})
        broken_cases = [pk for pk, broken in lines.items() if broken]
        known = Incident.objects.filter(kind="duty", state__in=["open", "skipped"], case__in=broken_cases)
        new = set(broken_cases) - set(known.values_list("case_id", flat=True))
        Incident.objects.bulk_create(
            Incident(
                kind="duty", name="duties", error="DutyBroken", case_id=pk, place=lines[pk][0][:160], count=len(lines[pk]),
                first_seen=now, last_seen=now,
            )
            for pk in sorted(new)
        )  # fmt: skip
        return len(broken_cases)


def breaches_of(case: Case) -> list[str]:
    """复查一件: what the duties should have refused in one case, a line each; a stand-in that did not reach counts too."""
    decided = barring.decided(case)
    excludes = {one.step: step_named(case, one.step).excludes for one in decided}
    found = duties.breaches(decided, excludes=excludes, parties=barring.parties_since(case))
    lines = [f"{one.step}: {', '.join(map(str, one.people))}: {bar.reason}" for one, bar in found]
    return lines + [f"{step}: {actor}: {_('替岗不到这一件。')}" for step, actor in _beyond_reach(case)]


def _beyond_reach(case: Case) -> Iterator[tuple[str, int]]:
    """Decisions made in a stand-in that was not theirs, not in force or not for this place, programme, role or amount."""
    rows = Decision.objects.filter(case=case, stand_in__isnull=False).select_related("stand_in__post")
    for made in rows.order_by("pk"):
        lent, day = made.stand_in, local_day(made.at)
        assert lent is not None
        was_in_force = lent.starts_on <= day <= lent.ends_on and (lent.ended_at is None or lent.ended_at >= made.at)
        was_theirs = (lent.delegate_id, lent.post.user_id, lent.post.role_id) == (
            made.actor_id, made.on_behalf_of_id, made.role,
        )  # fmt: skip
        reached = case.handling_code.startswith(lent.area) and lent.programme in ("", case.programme)
        if not (was_in_force and was_theirs and reached) or lent.is_exceeded_by(made.amount):
            yield made.step, made.actor_id


def every_case() -> Iterator[tuple[Case, list[str]]]:
    """复查全部案卷: each case on a road, finished or not, with what its duties should have refused (none, if all is well)."""
    for case in Case.objects.filter(run__isnull=False).select_related("run").order_by("pk").iterator(chunk_size=500):
        yield case, breaches_of(case)

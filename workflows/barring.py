"""Who is kept from a step (回避、职责分离): what the database knows of a case, put before the pure rule."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from cases.access.queries import current_posts
from cases.dossier.models import Case
from workflows.flow import step_of
from workflows.models import Decision, Duty, Vote, WorkItem
from workflows.rules import duties
from workflows.rules.duties import Acted, Bar, Done


def decided(case: Case) -> list[Done]:
    """What was decided and voted in this case so far, in the order of time, with everybody whom the duties count."""
    rows = Decision.objects.filter(case=case).values_list(
        "step", "level", "actor_id", "on_behalf_of_id", "item__task_id", "at"
    )  # fmt: skip
    made = [
        Done(step, level, (actor,) if principal is None else (actor, principal), task, at)
        for step, level, actor, principal, task, at in rows
    ]
    votes = Vote.objects.filter(item__case=case).exclude(choice="recused").values_list(
        "item__work_item__step", "item__work_item__level", "member_id", "pk", "at"
    )  # fmt: skip
    made += [Done(step, level, (member,), -vote, at) for step, level, member, vote, at in votes]
    return sorted(made, key=lambda one: one.at)


def acted(case: Case) -> list[Acted]:
    """Who acted in this case so far, for the duties: decisions, votes, and the rows that the database kept of them."""
    rows = Duty.objects.filter(case=case).values_list("actor_id", "level")
    return [one for made in decided(case) for one in made.acted()] + [Acted(actor, "", level) for actor, level in rows]


def parties(case: Case) -> set[int]:
    """当事人、应当回避的人: whoever applied, helped, entered a part of the file or keeps out of it, as the database says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relief_parties(%s)", [case.pk])
        return {pk for (pk,) in cursor.fetchall()}


def parties_since(case: Case) -> dict[int, datetime]:
    """The same with the moment since which each is one, for what was decided before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT person, min(since) FROM relief_parties_since(%s) GROUP BY person", [case.pk])
        return dict(cursor.fetchall())


def shut_out(case: Case, node: Any) -> set[int]:
    """Everybody whom the duties keep from this step of this case, before anybody has it."""
    return duties.barred(level=node.level, not_by=node.excludes, acted=acted(case), parties=parties(case))


def bar_of(item: WorkItem, *people: int) -> Bar | None:
    """Why the duties keep somebody from the step, himself or the one for whom he acts; None when they do not."""
    node = step_of(item)
    known: dict[str, Any] = {
        "level": node.level, "not_by": node.excludes, "acted": acted(item.case), "parties": parties(item.case),
        "gave": _gave(item),
    }  # fmt: skip
    for person in people:
        wrong = duties.bar(person, **known)
        if wrong is not None:
            return wrong
    keeper = item.only_for_id
    if keeper is None or keeper in people or duties.bar(keeper, **known) or not holds(keeper, item):
        return None
    return duties.bar(people[0], **known, keeper=keeper)


def _gave(item: WorkItem) -> set[int]:
    """Who sits at the same step, or sat there and gave his opinion, and for whom (多人意见)."""
    if step_of(item).of == 1:
        return set()
    others = WorkItem.objects.filter(task=item.task_id, state__in=["claimed", "done"]).exclude(pk=item.pk)
    return {pk for pair in others.values_list("holder_id", "stand_in__post__user_id") for pk in pair if pk is not None}


def holds(person: int, item: WorkItem) -> bool:
    """Whether somebody holds, today, the role that the step asks for in its area."""
    here = current_posts().filter(user_id=person, role_id=item.role)
    return any(item.division_code.startswith(post.office.division_code) for post in here)

"""Who is kept from a step (回避、职责分离): what the database knows of a case, put before the pure rule."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, JSONField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from cases.access.queries import current_posts
from cases.dossier.models import Case
from cases.errors import Refusal
from cases.history.record import current
from workflows.flow import step_of
from workflows.models import Decision, Duty, Vote, WorkItem
from workflows.rules import duties
from workflows.rules.duties import Acted, Bar, Done

PAST = {
    "past_decided": RawSQL(
        "(SELECT coalesce(jsonb_agg(jsonb_build_array(d.step, d.level, d.actor, d.principal, d.task, d.at) ORDER BY d.at), '[]') "
        "FROM (SELECT d.step, d.level, d.actor_id AS actor, d.on_behalf_of_id AS principal, w.task_id AS task, d.at "
        "FROM workflows_decision d JOIN workflows_workitem w ON w.id = d.item_id WHERE d.case_id = workflows_workitem.case_id "
        "UNION ALL SELECT w.step, w.level, v.member_id, NULL, -v.id, v.at FROM workflows_vote v "
        "JOIN workflows_meetingitem i ON i.id = v.item_id JOIN workflows_workitem w ON w.id = i.work_item_id "
        "WHERE i.case_id = workflows_workitem.case_id AND v.choice <> 'recused') d)",
        [], JSONField(),
    ),
    "past_duties": RawSQL(
        "(SELECT coalesce(jsonb_agg(jsonb_build_array(d.actor_id, d.level)), '[]') FROM workflows_duty d "
        "WHERE d.case_id = workflows_workitem.case_id)",
        [], JSONField(),
    ),
    "past_answered": RawSQL("relief_answered(workflows_workitem.case_id)", [], JSONField()),
    "past_named": RawSQL("ARRAY(SELECT relief_named_for(workflows_workitem.id))", [], ArrayField(BigIntegerField())),
    "past_parties": RawSQL("ARRAY(SELECT relief_parties(workflows_workitem.case_id))", [], ArrayField(BigIntegerField())),
}  # fmt: skip
"""What the duties ask of a case, read with one of its work items in one statement."""


@dataclass(frozen=True)
class Past:
    """What was done in a case and whose matter it is."""

    decided: list[Done]
    votes: list[Acted]
    parties: set[int]
    answered: list[tuple[str, int]]

    def answered_at(self, step: str) -> set[int]:
        """交办的答复人: who answered what was asked of him at this step."""
        return {person for at, person in self.answered if at == step}


def know(item: Any) -> None:
    """What `PAST` read of the case of this item is known to the open act."""
    act = current()
    if act is not None:
        act.held[("past", item.case_id)] = _as_past(
            item.past_decided, item.past_duties, item.past_parties, item.past_answered
        )
        act.held[("named", item.pk)] = set(item.past_named)


def add(made: Decision) -> None:
    """A decision of the open act is among what was done, for the step behind it."""
    act = current()
    if act is not None and ("past", made.case_id) in act.held:
        done = _done(made.step, made.level, made.actor_id, made.on_behalf_of_id, made.item.task_id, made.at)
        act.held[("past", made.case_id)].decided.append(done)


def forget(case: Case) -> None:
    """Who is a party of this case changed in the open act: what was known of it is asked anew."""
    act = current()
    if act is not None:
        act.held.pop(("past", case.pk), None)
        for key in [key for key in act.held if key[0] == "named"]:
            act.held.pop(key)


def _done(step: str, level: int | None, actor: int, principal: int | None, task: int, at: Any) -> Done:
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return Done(step, level, (actor,) if principal is None else (actor, principal), task, moment)


def _as_past(decided: Iterable[Any], votes: Iterable[Any], parties: Iterable[int], answered: Iterable[Any]) -> Past:
    acted = [Acted(actor, "", level) for actor, level in votes]
    return Past([_done(*made) for made in decided], acted, set(parties), [(step, person) for step, person in answered])


def _past(case: Case) -> Past:
    act = current()
    if act is not None and ("past", case.pk) in act.held:
        return cast(Past, act.held[("past", case.pk)])
    rows: list[Any] = [*Decision.objects.filter(case=case).values_list(
        "step", "level", "actor_id", "on_behalf_of_id", "item__task_id", "at"
    )]  # fmt: skip
    cast_votes = Vote.objects.filter(item__case=case).exclude(choice="recused").values_list(
        "item__work_item__step", "item__work_item__level", "member_id", "pk", "at"
    )  # fmt: skip
    rows += [(step, level, member, None, -vote, at) for step, level, member, vote, at in cast_votes]
    rows.sort(key=lambda row: row[-1])
    votes = Duty.objects.filter(case=case).values_list("actor_id", "level")
    with connection.cursor() as cursor:
        cursor.execute("SELECT ARRAY(SELECT relief_parties(%s)), relief_answered(%s)::text", [case.pk, case.pk])
        people, answered = cursor.fetchone()
    past = _as_past(rows, votes, people, json.loads(answered))
    if act is not None and ("case", case.pk) in act.held:
        act.held[("past", case.pk)] = past
    return past


def decided(case: Case) -> list[Done]:
    """What was decided and voted in this case so far, in the order of time, with everybody whom the duties count."""
    return list(_past(case).decided)


def acted(case: Case) -> list[Acted]:
    """Who acted in this case so far, for the duties: decisions, votes, and the rows that the database kept of them."""
    past = _past(case)
    return [one for done in past.decided for one in done.acted()] + past.votes


def parties(case: Case) -> set[int]:
    """当事人、应当回避的人: whoever applied, helped, entered a part of the file or keeps out of it, as the database says."""
    return _past(case).parties


def parties_since(case: Case) -> dict[int, datetime]:
    """The same with the moment since which each is one, for what was decided before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT person, min(since) FROM relief_parties_since(%s) GROUP BY person", [case.pk])
        return dict(cursor.fetchall())


def shut_out(case: Case, node: Any) -> set[int]:
    """Everybody whom the duties keep from this step of this case, before anybody has it."""
    answered = _past(case).answered_at(node.name)
    return duties.barred(
        level=node.level, not_by=node.excludes, acted=acted(case), parties=parties(case), answered=answered
    )


def bar_of(item: WorkItem, *people: int) -> Bar | None:
    """Why the duties keep somebody from the step, himself or the one for whom he acts; None when they do not."""
    node = step_of(item)
    known: dict[str, Any] = {
        "level": node.level, "not_by": node.excludes, "acted": acted(item.case), "parties": parties(item.case),
        "gave": _gave(item), "answered": _past(item.case).answered_at(item.step),
    }  # fmt: skip
    for person in people:
        wrong = duties.bar(person, **known)
        if wrong is not None:
            return wrong
    keeper = item.only_for_id
    if keeper is None:
        named = set() if item.state == "claimed" and item.holder_id in people else named_for(item)
        return None if named & set(people) else duties.bar(people[0], **known, named=named)
    if keeper in people or duties.bar(keeper, **known) or not holds(keeper, item):
        return None
    return duties.bar(people[0], **known, keeper=keeper)


def named_for(item: WorkItem) -> set[int]:
    """指定经办人 of a step who can do it: it is for them alone; nobody where none of them can, or none is named."""
    act = current()
    if act is not None and ("named", item.pk) in act.held:
        return cast(set[int], act.held[("named", item.pk)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT relief_named_for(%s)", [item.pk])
        return {pk for (pk,) in cursor.fetchall()}


def named_at(item: WorkItem) -> set[int]:
    """The same for a step that is about to be offered, by its office and role."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relief_named(c.id, s, %s, %s, NULL) FROM cases_case c JOIN workflows_run r ON r.case_id = c.id "
            "JOIN workflows_stepduty s ON s.flow = r.flow AND s.step = %s WHERE c.id = %s",
            [item.role, item.division_code, item.step, item.case_id],
        )
        return {pk for (pk,) in cursor.fetchall()}


def _gave(item: WorkItem) -> set[int]:
    """Who sits at the same step, or sat there and gave his opinion, and for whom (多人意见)."""
    if step_of(item).of == 1:
        return set()
    others = WorkItem.objects.filter(task=item.task_id, state__in=["claimed", "done"]).exclude(pk=item.pk)
    return {pk for pair in others.values_list("holder_id", "stand_in__post__user_id") for pk in pair if pk is not None}


def must_be_no_party(by: Any, *cases: Case) -> None:
    """回避: whose matter a case is, or who keeps out of it, has no hand in it in any other way either.

    Neither in who does its steps and how soon, nor in stopping, moving or ending it. Raises a refusal.
    """
    if any(by.pk in parties(case) for case in cases):
        words = _("这件是您申请、代办或录入的，或者您应当回避，需要别的同事办理。")
        raise Refusal(words, code="duties")


def holds(person: int, item: WorkItem) -> bool:
    """Whether somebody holds, today, the role that the step asks for in its area."""
    here = current_posts().filter(user_id=person, role_id=item.role)
    return any(item.division_code.startswith(post.office.division_code) for post in here)

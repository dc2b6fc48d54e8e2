"""Random people try random doors on a road with every duty: no walk breaks a duty, and no case gets stuck while one may act."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from cases.access.actions import end_stand_in, give_stand_in
from cases.access.models import Office, Post, StandIn
from cases.access.queries import current_posts, work_posts
from cases.calendar import clock
from cases.errors import Refusal
from tests.duties.several import asked
from workflows import actions, barring, pool, replay
from workflows.actions import leading
from workflows.flow import step_of
from workflows.models import Decision, WorkItem
from workflows.walking import drive

__all__ = ["asked"]

pytestmark = pytest.mark.django_db

CROWD = [
    "xiji_intake",
    "xiji_review",
    "xiji_review2",
    "guyuan_city",
    "prov_review",
    "prov_review2",
    "panel1",
    "panel2",
    "panel3",
]
"""Nine people, each with every role of the road: nothing but the duties keeps them apart."""
ROLES = {"CTY1": "640422", "CTY2": "640422", "PAN": "64", "PRV1": "64"}
TRIES = 60


@pytest.fixture
def crowd(cast):
    people = [cast[name] for name in CROWD]
    for person in people:
        for role, code in ROLES.items():
            office = Office.objects.filter(division_code=code, kind="redcross").get()
            if not Post.objects.filter(user=person, role_id=role).exists():
                Post.objects.create(user=person, role_id=role, office=office, starts_on=clock.today())
    return people


def one_try(chance: random.Random, case: Any, crowd: list[Any], head: Any) -> None:
    """Somebody tries something with an open step; a refusal is an answer."""
    live = list(
        WorkItem.objects.filter(case=case, kind="human", state__in=["open", "claimed"]).select_related("case__run")
    )
    if not live:
        return
    item, person, other = chance.choice(live), chance.choice(crowd), chance.choice(crowd)
    today = clock.today()
    ways = list(step_of(item).exits)
    outcome = ways[0] if chance.random() < 0.8 else chance.choice(ways)
    against = {"reasons": ["T01"]} if outcome == "return" else {"reasons": ["J01"]} if outcome == "reject" else {}
    door = chance.choice(
        ["decide", "decide", "decide", "claim", "take_over", "release", "next", "assign", "recuse", "lend", "end"]
    )
    if door == "decide":
        actions.decide(item=item.pk, outcome=outcome, opinion=drive.ENOUGH, by=person, **against)
    elif door == "claim":
        actions.claim(item=item.pk, by=person)
    elif door == "take_over":
        actions.take_over(item=item.pk, reason="接着办", by=person)
    elif door == "release":
        actions.release(item=item.pk, reason="先放回", by=item.holder or person)
    elif door == "next":
        actions.claim_next(by=person)
    elif door == "assign":
        leading.reassign(item=item.pk, to=other, reason="请您接着办", by=head)
    elif door == "recuse" and chance.random() < 0.15:
        actions.recuse(item=item.pk, reason="与患者有来往", by=person)
    elif door == "lend":
        lent = chance.choice([post for post in current_posts().filter(user=person) if post.role_id in ROLES])
        give_stand_in(
            post=lent, delegate=other, starts_on=today, ends_on=today + timedelta(days=1), reason="外出", by=person
        )
    elif door == "end" and (row := StandIn.objects.filter(ended_at=None).order_by("?").first()):
        end_stand_in(stand_in=row.pk, by=row.delegate)


def may_act(item: WorkItem, person: Any) -> bool:
    """Whether the pure rule lets somebody do the step in one of his posts."""
    return any(
        pool.reaches(post, item) and barring.bar_of(item, person.pk, *([post.user_id] if post.stand_in else [])) is None
        for post in work_posts(person)
    )


@pytest.mark.parametrize("seed", range(4))
def test_no_walk_breaks_a_duty_and_none_gets_stuck(asked, crowd, cast, seed):
    chance, refusals = random.Random(seed), 0
    for _turn in range(TRIES):
        try:
            one_try(chance, asked, crowd, cast["prov_head"])
        except Refusal:
            refusals += 1
        asked.refresh_from_db()
        for item in WorkItem.objects.filter(case=asked, kind="human", state="open").select_related("case__run"):
            for person in chance.sample(crowd, 3):
                offered = WorkItem.objects.filter(pool.may_take(person, work_posts(person)), pk=item.pk).exists()
                assert offered == may_act(item, person), (seed, item.step, person.username)
    assert replay.breaches_of(asked) == []
    assert refusals and Decision.objects.filter(case=asked).count() > 1
    for item in WorkItem.objects.filter(case=asked, kind="human", state="open").select_related("case__run"):
        everybody = current_posts().filter(role=item.role)
        assert any(may_act(item, post.user) for post in everybody.select_related("user")), (seed, item.step)

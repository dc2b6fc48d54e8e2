"""Who gets a step: the people of a post in a place, and where it goes when they are too few (委托代审)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Concat

from cases.access.models import Role, User
from cases.access.queries import current_posts
from cases.access.rules import Placement, Rung, placed
from cases.fixed import Fixed, Slot
from cases.history.record import current


def candidates(role: str, code: str, barred: Collection[int] = ()) -> list[User]:
    """The people who hold a role in exactly that area now, without those barred from this case (回避、职责分离)."""
    posts = current_posts().filter(role_id=role, office__division_code=code).exclude(user_id__in=list(barred))
    return list(User.objects.filter(pk__in=posts.values("user_id")).order_by("pk"))


def people_of(role: str) -> set[int]:
    """Everybody who holds a role now, or one that acts instead of it (委托代审), in any place."""
    lifts = {row.code: row.lifts_to_id for row in Role.objects.all()}
    roles = [role]
    while lifts.get(roles[-1]):
        roles.append(str(lifts[roles[-1]]))
    return set(current_posts().filter(role__in=roles).values_list("user_id", flat=True))


def place(role: str, code: str, barred: Collection[int] = (), people: int = 1) -> Placement:
    """Which role and area get a step of a case handled there; climbs where fewer people are than it asks (委托代审)."""
    rungs, holders = _near(code)
    shut_out = set(barred)

    def has_people(role_code: str, area: str) -> bool:
        return len(holders.get((role_code, area), set()) - shut_out) >= people

    return placed(role, code, rungs, has_people)


def _with_holders() -> QuerySet[Role]:
    codes = RawSQL("SELECT unnest(%s::text[])", [Slot("codes", ArrayField(CharField()))])
    here = current_posts().filter(office__division_code__in=codes)
    colon = Value(":")
    holding = Concat("role_id", colon, "office__division_code", colon, Cast("user_id", CharField()))
    return Role.objects.annotate(holders=ArraySubquery(here.order_by().values(who=holding)))


_ROLES = Fixed(_with_holders)


def _near(code: str) -> tuple[dict[str, Rung], dict[tuple[str, str], set[int]]]:
    """All roles, and who holds them at that place and above it: read once in an act that offers several steps."""
    act = current()
    if act is not None and ("near", code) in act.held:
        return cast(tuple[dict[str, Rung], dict[tuple[str, str], set[int]]], act.held[("near", code)])
    roles: list[Any] = _ROLES(codes=[code[:n] for n in range(2, len(code) + 1)])
    rungs = {row.code: Rung(row.code, row.level, row.lifts_to_id or "") for row in roles}
    people = defaultdict(set)
    for role, area, user in (one.split(":") for row in roles[:1] for one in row.holders):
        people[(role, area)].add(int(user))
    if act is not None:
        act.held[("near", code)] = (rungs, people)
    return rungs, people

"""The pool (待领取): what a person holds and may take, in SQL; the same for lists, counts, the next task and the API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q

from cases.access.models import Post
from cases.access.queries import current_posts
from cases.dossier.models import Answer
from cases.evidence.models import MaterialFile
from cases.people.models import PayeeAccount
from cases.programme import programmes
from cases.recusal.models import CaseParty, Recusal, Relative
from workflows.models import Decision, Duty, Vote, WorkItem
from workflows.suspended import is_suspended


def held_by(person: Any) -> Q:
    """我的: what this person has in hand."""
    return Q(state="claimed", holder=person)


def put_off(today: date) -> Q:
    """已搁置: what its holder looks at again on a later day."""
    return Q(state="claimed", follow_up_on__gt=today)


def may_take(person: Any, posts: Iterable[Post]) -> Q:
    """待领取: open steps of these posts in their areas, without those that duties keep from this person or that
    stand still.

    In a post that he stands in for (替岗) the duties of its holder count as well.
    """
    reach = Q(pk__in=[])
    for post in posts:
        if post.stand_in is None:
            reach |= of_post(post) & _kept_for(person)
        else:
            reach |= of_post(post) & ~_barred(post.user, post.user) & _kept_for(person, post.user)
    return Q(state="open", kind="human") & reach & ~_barred(person, person) & ~is_suspended()


def of_post(post: Post) -> Q:
    """岗位的办件: the steps that a post reaches, open or not; the same as `reaches` asks of one."""
    found = Q(role=post.role_id, division_code__startswith=post.office.division_code)
    lent = post.stand_in
    if lent is None:
        return found
    found &= Q(case__handling_code__startswith=lent.area)
    if lent.programme:
        found &= Q(case__programme=lent.programme)
    if lent.amount_cap is not None:
        found &= Q(case__award=None) | Q(case__award__lte=lent.amount_cap)
    return found


def reaches(post: Post, item: WorkItem) -> bool:
    """Whether a post reaches this step: role, area, and in a stand-in its place, programme and amount."""
    is_of_post = post.role_id == item.role and item.division_code.startswith(post.office.division_code)
    return is_of_post and (post.stand_in is None or post.stand_in.reaches(item.case))


def _kept_for(*people: Any) -> Q:
    """同一经办人: steps that nobody goes on with alone, or one of these does, or somebody who no longer can."""
    keeper = F("only_for")
    here = current_posts().alias(area=ExpressionWrapper(OuterRef("division_code"), output_field=CharField()))
    can = Exists(
        here.filter(user=OuterRef("only_for"), role=OuterRef("role"), area__startswith=F("office__division_code"))
    )
    return Q(only_for=None) | Q(only_for__in=people) | ~can | _barred(keeper, OuterRef("only_for"))


def _barred(person: Any, inside: Any) -> Q:
    """回避、职责分离 as `workflows.rules.duties.bar` judges them: own cases, neighbouring levels, steps kept apart, one seat.

    `inside` is the same person as a subquery names him.
    """
    acted = Duty.objects.filter(case=OuterRef("case"), actor=inside)
    neighbour = acted.filter(Q(level=OuterRef("level") - 1) | Q(level=OuterRef("level") + 1))
    did = Q(actor=inside) | Q(on_behalf_of=inside)
    bar = Q(Exists(neighbour)) | _is_party(person, inside)
    if several := _of_several():
        seats = WorkItem.objects.filter(task=OuterRef("task"), state__in=["claimed", "done"])
        mine = seats.filter(Q(holder=inside) | Q(stand_in__post__user=inside)).exclude(pk=OuterRef("pk"))
        bar |= Q(Exists(mine), step__in=several)
    for flow, step, others, voting in _kept_apart():
        decided = Decision.objects.filter(did, case=OuterRef("case"), step__in=others)
        voted = Vote.objects.filter(item__case=OuterRef("case"), member=inside, item__work_item__step__in=voting)
        did_it = Exists(decided) | Exists(voted.exclude(choice="recused")) if voting else Exists(decided)
        bar |= Q(did_it, step=step, case__run__flow=flow)
    return bar


def _is_party(person: Any, inside: Any) -> Q:
    """当事人、应当回避的人 as `relief_parties` says it for one case; asked here of a whole list, which a function would slow."""
    case = OuterRef("case")
    return (
        Q(case__owner=person)
        | Q(case__agent=person, case__agent__isnull=False)
        | Q(Exists(Answer.objects.filter(case=case, by=inside, source="claimed")))
        | Q(Exists(MaterialFile.objects.filter(case=case, by=inside, material__isnull=False, removed_at=None)))
        | Q(Exists(PayeeAccount.objects.filter(case=case, given_by=inside)))
        | Q(case__in=Recusal.objects.filter(person=inside).values("case"))
        | Q(case__in=_of_kin(inside))
    )


def _of_kin(inside: Any) -> Any:
    """Cases of somebody whom this person declared as a relative: by ID number where both have one, else by name."""
    person = OuterRef(inside) if isinstance(inside, OuterRef) else inside
    theirs = ExpressionWrapper(OuterRef("id_key"), output_field=CharField())
    same = ~Q(id_key="") & Q(id_key=OuterRef("id_key")) | (Q(id_key="") | Q(theirs="")) & Q(
        name_key=OuterRef("name_key")
    )
    counts = Q(ended_at=None) | Q(ended_at__gt=OuterRef("case__submitted_at"))
    declared = Relative.objects.alias(theirs=theirs).filter(counts, same, by=person)
    return CaseParty.objects.filter(Exists(declared)).values("case")


def _kept_apart() -> Iterator[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    """Road, step, the steps whose decider may not do it, and those of them where a panel votes, for every road."""
    for card in programmes():
        for version, road in card.roads.items():
            for name in road.reading_order:
                others = getattr(getattr(road, name), "excludes", ())
                if others and getattr(road, name).human:
                    voting = tuple(one for one in others if not getattr(getattr(road, one), "human", True))
                    yield f"{card.slug}/{version}", name, tuple(others), voting


def _of_several() -> set[str]:
    """Steps of any road that ask several people."""
    return {
        name
        for card in programmes()
        for road in card.roads.values()
        for name in road.reading_order
        if getattr(getattr(road, name), "of", 1) > 1
    }

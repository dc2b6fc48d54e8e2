"""多人意见: several different people are asked, two of three settle it, one veto is enough, and one goes on with his own."""

import pytest
from django.db import IntegrityError, transaction

from cases.access.models import Post
from cases.access.queries import posts_of
from cases.calendar import clock
from cases.errors import Refusal, Stale
from tests.duties.several import asked, seats
from workflows import actions, barring, pool
from workflows.models import Decision, WorkItem
from workflows.rules.opinions import settles
from workflows.walking import drive

__all__ = ["asked"]

pytestmark = pytest.mark.django_db


def say(item, by, outcome="agree"):
    more = {"reasons": ["T01"], "to_step": ""} if outcome == "return" else {}
    return actions.decide(item=item.pk, outcome=outcome, opinion=drive.ENOUGH, by=by, **more)


def test_two_of_three_settle_it_and_the_third_is_not_asked_any_more(cast, asked):
    one, two, three = seats(asked)
    assert {row.step for row in (one, two, three)} == {"opinions"} and one.task_id == three.task_id
    actions.claim(item=three.pk, by=cast["panel3"])
    say(one, cast["panel1"])
    asked.refresh_from_db()
    assert asked.state == "PANEL" and len(seats(asked)) == 2
    say(two, cast["panel2"])
    asked.refresh_from_db()
    assert asked.state == "PROVINCE" and {row.step for row in seats(asked)} == {"signatures"}
    three.refresh_from_db()
    assert three.state == "cancelled"
    with pytest.raises(Stale):
        say(three, cast["panel3"])


def test_two_against_settle_it_by_the_way_of_the_second(cast, asked):
    one, two, _three = seats(asked)
    say(one, cast["panel1"], "return")
    asked.refresh_from_db()
    assert asked.state == "PANEL" and asked.round == 1
    say(two, cast["panel2"], "return")
    asked.refresh_from_db()
    assert asked.state == "INTAKE" and asked.round == 2


def test_one_veto_ends_it_at_once_with_its_reason(cast, asked):
    for item, who in zip(seats(asked), ("panel1", "panel2"), strict=False):
        say(item, cast[who])
    first, second = seats(asked)
    made = say(first, cast["prov_review"], "return")
    assert made.reasons == ["T01"]
    asked.refresh_from_db()
    second.refresh_from_db()
    assert asked.state == "INTAKE" and second.state == "cancelled"


def test_nobody_has_two_seats_by_any_way(cast, asked):
    one, two, three = seats(asked)
    me = cast["panel1"]
    actions.claim(item=one.pk, by=me)
    for _held_then_done in range(2):
        for door in (actions.claim, actions.take_over, actions.decide):
            more = {"reason": "接手"} if door is actions.take_over else {}
            more = {"outcome": "agree", "opinion": drive.ENOUGH} if door is actions.decide else more
            with pytest.raises(Refusal) as no:
                door(item=two.pk, by=me, **more)
            assert no.value.code == "duties"
        assert actions.claim_next(by=me) is None
        assert not WorkItem.objects.filter(pool.may_take(me, posts_of(me)), pk__in=[two.pk, three.pk]).exists()
        with pytest.raises(IntegrityError), transaction.atomic():
            WorkItem.objects.filter(pk=two.pk).update(state="claimed", holder=me)
        if one.state != "done":
            say(one, me)
            one.refresh_from_db()
    with pytest.raises(IntegrityError, match="work_item_one_seat_each"), transaction.atomic():
        WorkItem.objects.filter(pk=two.pk).update(holder=me)
    assert Decision.objects.filter(item__task=one.task_id).count() == 1


def test_after_a_return_the_same_people_are_asked_again(cast, asked):
    for item, who in zip(seats(asked), ("panel4", "panel2"), strict=False):
        say(item, cast[who], "return")
    drive.step(asked, "agree", by=Decision.objects.get(case=asked, step="check", round=1).actor)
    assert {row.holder.username for row in seats(asked) if row.holder} == {"panel4", "panel2"}


def to_confirm(cast, case):
    for who, item in zip(("panel1", "panel2"), seats(case), strict=False):
        say(item, cast[who])
    for who, item in zip(("prov_review", "prov_review2"), seats(case), strict=False):
        say(item, cast[who])
    return drive.open_item(case)


def test_who_did_the_step_before_goes_on_with_it_alone_while_he_can(cast, asked):
    office = cast["xiji_intake"].posts.get().office
    Post.objects.create(user=cast["xiji_town"], role_id="CTY1", office=office, starts_on=clock.today())
    item, first, other = to_confirm(cast, asked), cast["xiji_intake"], cast["xiji_town"]
    assert (item.step, item.holder, item.only_for) == ("confirm", first, first)
    actions.release(item=item.pk, reason="先放回", by=first)
    assert barring.bar_of(WorkItem.objects.get(pk=item.pk), other.pk) is not None
    assert not WorkItem.objects.filter(pool.may_take(other, posts_of(other)), pk=item.pk).exists()
    with pytest.raises(Refusal) as no:
        actions.claim(item=item.pk, by=other)
    assert no.value.code == "duties"
    with pytest.raises(IntegrityError, match="goes on with this one"), transaction.atomic():
        WorkItem.objects.filter(pk=item.pk).update(state="claimed", holder=other)
    Post.objects.filter(user=first).update(ends_on=clock.today() - clock.today().resolution)
    assert WorkItem.objects.filter(pool.may_take(other, posts_of(other)), pk=item.pk).exists()
    actions.claim(item=item.pk, by=other)


def test_steps_of_one_group_are_done_by_different_people_in_the_database_too(cast, asked):
    first = cast["xiji_intake"]
    Post.objects.create(user=first, role_id="CTY2", office=first.posts.get().office, starts_on=clock.today())
    to_confirm(cast, asked)
    drive.step(asked, "agree")
    item = drive.open_item(asked)
    assert item.step == "grant"
    with pytest.raises(Refusal) as no:
        actions.claim(item=item.pk, by=first)
    assert no.value.code == "duties"
    with pytest.raises(IntegrityError, match="excludes this one"), transaction.atomic():
        WorkItem.objects.filter(pk=item.pk).update(state="claimed", holder=first)


@pytest.mark.parametrize(
    ("said", "veto", "decided"),
    [
        (["agree"], False, False), (["agree", "agree"], False, True), (["reject"], False, False),
        (["agree", "reject"], False, False), (["reject", "return"], False, True), (["reject"], True, True),
        (["agree", "reject", "agree"], False, True), (["reject", "agree", "return"], False, True),
    ],
)  # fmt: skip
def test_when_opinions_settle_a_step_of_two_of_three(said, veto, decided):
    assert settles(said[-1], said[:-1], of=3, needs=2, veto=veto, agree="agree") is decided

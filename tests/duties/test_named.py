"""指定经办人: a head says who does a step at his office; it binds at every door, and never so that nobody can do it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from cases.access.models import Office, Post
from cases.access.queries import work_posts
from cases.calendar import clock
from cases.errors import Invalid, NotFound, Refusal
from cases.history.models import Event
from cases.recusal.models import Recusal
from workflows import actions, loads, pool
from workflows.desk.staffing import actions as staffing
from workflows.models import Named, WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db
STEP = "rare_disease:county_review"


@pytest.fixture
def office(cast: Any) -> Office:
    found: Office = cast["xiji_review"].posts.get().office
    return found


def name(office: Office, person: Any, by: Any, step: str = "county_review") -> Named:
    made: Named = staffing.name_for_step(office=office, programme="rare_disease", step=step, person=person, by=by)
    return made


def may_take(person: Any, item: WorkItem) -> bool:
    """By the pool, which is the database, and by who gets it by load: both or none."""
    item = WorkItem.objects.select_related("case__run").get(pk=item.pk)
    offered = WorkItem.objects.filter(pool.may_take(person, work_posts(person)), pk=item.pk).exists()
    assert offered == (person.pk in {post.user_id for post in loads.pool_of(item)})
    return offered


def test_a_named_step_is_for_whoever_was_named_until_none_of_them_can(
    cast, new_case, office, signed_in, capsys
) -> None:
    case, me, other = new_case(1, "COUNTY"), cast["xiji_review"], cast["xiji_review2"]
    item, head = drive.open_item(case), signed_in(cast["guyuan_city"])
    address = f"{reverse('staffing:named')}?office={office.pk}"
    assert may_take(me, item) and may_take(other, item)
    assert head.post(address, {"step": STEP, "person": other.pk}).status_code == 302
    page = head.get(address).content.decode()
    assert other.name in page and "取消指定" in page and "不起作用" not in page
    assert may_take(other, item) and not may_take(me, item)
    assert actions.claim_next(by=me) is None
    with pytest.raises(Refusal, match="指定了经办人"):
        actions.claim(item=item.pk, by=me)
    actions.recuse(item=item.pk, reason="与患者有来往", by=other)
    assert may_take(me, item), "a duty keeps the named one away, so the post does it"
    second = drive.open_item(new_case(3, "COUNTY"))
    assert not may_take(me, second)
    Post.objects.filter(user=other).update(ends_on=clock.today() - timedelta(days=1))
    assert may_take(me, second), "nobody named is in the post any more"
    assert "不起作用" in head.get(address).content.decode()
    call_command("check_flows", "--people")
    assert f"of {other.username} for county_review at {office.name} has no effect" in capsys.readouterr().out
    Post.objects.filter(user=other).update(ends_on=None)
    assert not may_take(me, second)
    call_command("check_flows", "--people")
    assert "has no effect" not in capsys.readouterr().out
    row = Named.objects.get()
    assert head.post(f"{reverse('staffing:unname', args=[row.pk])}?office={office.pk}").status_code == 302
    assert may_take(me, second)
    kept = Event.objects.filter(action__in=["step.named", "step.unnamed"]).order_by("pk")
    assert [(event.action, event.actor) for event in kept] == [
        ("step.named", cast["guyuan_city"].pk), ("step.unnamed", cast["guyuan_city"].pk),
    ]  # fmt: skip


def test_what_somebody_has_in_hand_he_finishes_and_what_comes_back_goes_to_the_named(cast, new_case, office) -> None:
    case, me, other = new_case(1, "COUNTY"), cast["xiji_review"], cast["xiji_review2"]
    actions.claim(item=drive.open_item(case).pk, by=me)
    name(office, other, cast["guyuan_city"])
    drive.step(case, by=me)
    assert case.state == "CITY"
    drive.step(case, "return", to_step="county_review")
    back = drive.open_item(case)
    assert back.step == "county_review" and back.holder is None and not may_take(me, back) and may_take(other, back)


def test_only_a_head_of_the_place_names_and_only_who_does_the_step_there(cast, office, signed_in) -> None:
    for who, refusal in (("xiji_intake", Refusal), ("zhongwei_city", NotFound), ("applicant1", NotFound)):
        with pytest.raises(refusal):
            name(office, cast["xiji_review2"], cast[who])
    for person, step in ((cast["xiji_intake"], "county_review"), (cast["guyuan_city"], "county_review"),
                         (cast["xiji_review"], "panel"), (cast["xiji_review"], "nowhere")):  # fmt: skip
        with pytest.raises(Invalid):
            name(office, person, cast["guyuan_city"], step)
    made = name(office, cast["xiji_review2"], cast["guyuan_city"])
    with pytest.raises(Invalid):
        name(office, cast["xiji_review2"], cast["prov_head"])
    assert signed_in(cast["zhongwei_city"]).post(reverse("staffing:unname", args=[made.pk])).status_code == 404
    assert Named.objects.get().ended_at is None
    for change in ("person_id = by_id", "step = 'intake'", "at = now()"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE workflows_named SET {change} WHERE id = %s", [made.pk])
    made.pk = None
    with pytest.raises(IntegrityError, match="named_once"), transaction.atomic():
        made.save(force_insert=True)


def test_a_head_keeps_a_colleague_out_of_one_case_and_what_he_holds_goes_back(cast, new_case, signed_in) -> None:
    case, me, head = new_case(1, "COUNTY"), cast["xiji_review"], cast["guyuan_city"]
    item = actions.claim(item=drive.open_item(case).pk, by=me)
    browser, address = signed_in(head), reverse("staffing:exclude", args=[item.pk])
    assert "责令回避" in browser.get(reverse("case:home", args=[case.number])).content.decode()
    browser.post(address, {"person": "nobody", "exclude_reason": "是患者的邻居"})
    browser.post(address, {"person": me.username, "exclude_reason": " "})
    assert not Recusal.objects.exists()
    for who in ("xiji_intake", "xiji_town"):
        with pytest.raises(Refusal):
            actions.exclude(item=item.pk, person=me, reason="是患者的邻居", by=cast[who])
    assert browser.post(address, {"person": me.username, "exclude_reason": "是患者的邻居"}).status_code == 302
    made = Recusal.objects.get()
    assert (made.person, made.reason) == (me, "是患者的邻居")
    item.refresh_from_db()
    assert item.holder is None and not may_take(me, item) and may_take(cast["xiji_review2"], item)
    told = Event.objects.get(action="case.recused", outcome="ok")
    assert told.actor == head.pk and f'"person":{me.pk}' in told.payload and "邻居" not in told.payload
    with pytest.raises(Refusal, match="已经回避"):
        actions.exclude(item=item.pk, person=me, reason="是患者的邻居", by=head)


def test_a_head_keeps_out_only_colleagues_of_his_own_place_and_never_the_last_who_can(cast, new_case) -> None:
    case = new_case(1, "COUNTY")
    item, head = drive.open_item(case).pk, cast["guyuan_city"]
    for who in ("prov_review", "zhongwei_city", "zhongning_clerk"):
        with pytest.raises(Invalid, match="没有这位同事"):
            actions.exclude(item=item, person=cast[who], reason="是患者的邻居", by=head)
    assert not Recusal.objects.exists()
    case = drive.to(case, "PROVINCE")
    top = drive.open_item(case)
    able = [post.user for post in loads.pool_of(top)]
    for person in able[:-1]:
        actions.exclude(item=top.pk, person=person, reason="是患者的邻居", by=cast["prov_head"])
    with pytest.raises(Refusal) as refused:
        actions.exclude(item=top.pk, person=able[-1], reason="是患者的邻居", by=cast["prov_head"])
    assert refused.value.code == "nobody_may" and may_take(able[-1], top)


def test_a_naming_binds_at_its_own_office_and_in_its_own_programme_alone(cast, new_case, office) -> None:
    me, other, head = cast["xiji_review"], cast["xiji_review2"], cast["guyuan_city"]
    item = drive.open_item(new_case(1, "COUNTY"))
    same = {"step": "county_review", "person": other, "by": head, "at": clock.now()}
    Named.objects.create(office=office, programme="two_step", **same)
    Named.objects.create(office=head.posts.get().office, programme="rare_disease", **same)
    assert may_take(me, item)
    name(office, other, head)
    assert not may_take(me, item)

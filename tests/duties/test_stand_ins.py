"""替岗: another does the steps of my post, with both names, inside its limits, and the duties count both of us."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from cases.access.actions import appoint, end_stand_in, give_stand_in
from cases.access.models import Post, Role, StandIn
from cases.access.queries import visible_cases, work_posts
from cases.access.standing import lendable_areas
from cases.calendar import clock
from cases.errors import Invalid, NotFound, Refusal
from cases.history.models import Event
from cases.money.models import Payout
from workflows import actions, barring, pool
from workflows.flow import step_of
from workflows.models import Decision, Duty, Handover, WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db


def offered(person: Any, item: WorkItem) -> bool:
    return WorkItem.objects.filter(pool.may_take(person, work_posts(person)), pk=item.pk).exists()


def agree(item: WorkItem, by: Any) -> Decision:
    return actions.decide(item=item.pk, outcome="agree", opinion=drive.ENOUGH, by=by)


def test_what_is_done_for_another_shows_both_names_everywhere(cast, new_case, stand_in, signed_in):
    stand_in("guyuan_city", "xiji_review")
    case, city, principal = new_case(1, "COUNTY"), cast["guyuan_city"], cast["xiji_review"]
    item = drive.open_item(case)
    assert offered(city, item)
    made = agree(item, city)
    both = f"{city.name} 代 {principal.name}"
    assert (made.actor, made.on_behalf_of, made.role) == (city, principal, "CTY2")
    assert Handover.objects.get(item=item, kind="claimed").on_behalf_of == principal
    event = Event.objects.filter(action="task.decided", object_id=str(made.pk)).get()
    assert (event.actor, event.on_behalf_of) == (city.pk, principal.pk)
    address = reverse("case:tab", args=[case.number, "record"])
    assert both in signed_in(cast["prov_review"]).get(address).content.decode()
    english = signed_in(cast["prov_review"]).get(address, headers={"accept-language": "en"}).content.decode()
    assert f"{city.name} for {principal.name}" in english
    entry = reverse("inspection:event", args=[case.number, event.pk])
    assert both in signed_in(cast["inspector"]).get(entry).content.decode()


def test_the_duties_count_who_acted_and_for_whom(cast, new_case, stand_in):
    stand_in("guyuan_city", "xiji_review")
    case = new_case(1, "COUNTY")
    agree(drive.open_item(case), cast["guyuan_city"])
    item = drive.open_item(case)
    assert item.step == "city_recheck"
    assert set(Duty.objects.filter(case=case, level=2).values_list("actor", flat=True)) == {
        cast["guyuan_city"].pk, cast["xiji_review"].pk,
    }  # fmt: skip
    for who in ("guyuan_city", "xiji_review"):
        assert barring.bar_of(item, cast[who].pk) is not None
        assert cast[who].pk in barring.shut_out(case, step_of(item))
    assert not offered(cast["guyuan_city"], item) and offered(cast["guyuan_city2"], item)
    with pytest.raises(Refusal) as no:
        actions.claim(item=item.pk, by=cast["guyuan_city"])
    assert no.value.code == "duties"


def test_nobody_acts_for_somebody_who_could_not_act_himself(cast, new_case, stand_in):
    case = new_case(1, "COUNTY")
    first = Decision.objects.get(case=case, step="intake").actor
    Post.objects.create(user=first, role_id="CTY2", office=first.posts.get().office, starts_on=clock.today())
    lent = give_stand_in(
        post=first.posts.get(role="CTY2"), delegate=cast["guyuan_city"], starts_on=clock.today(),
        ends_on=clock.today(), reason="休假", by=first,
    )  # fmt: skip
    item = drive.open_item(case)
    assert not offered(cast["guyuan_city"], item)
    with pytest.raises(Refusal) as no:
        actions.claim(item=item.pk, by=cast["guyuan_city"])
    assert no.value.code == "duties"
    with pytest.raises(IntegrityError, match="duty_not_next|neighbouring"), transaction.atomic():
        WorkItem.objects.filter(pk=item.pk).update(state="claimed", holder=cast["guyuan_city"], stand_in=lent)


def test_a_stand_in_is_only_for_its_days_area_and_programme(cast, new_case, stand_in):
    case = new_case(1, "COUNTY")
    item, city, today = drive.open_item(case), cast["guyuan_city"], clock.today()
    later = stand_in("guyuan_city", "xiji_review", starts_on=today + timedelta(days=1))
    assert not offered(city, item)
    with pytest.raises(Refusal):
        actions.claim(item=item.pk, by=city)
    end_stand_in(stand_in=later.pk, by=cast["xiji_review"])
    other = stand_in("guyuan_city", "xiji_review", programme="two_step")
    assert not offered(city, item)
    end_stand_in(stand_in=other.pk, by=cast["xiji_review"])
    town = stand_in("guyuan_city", "xiji_review", area="640422201")
    assert not offered(city, item)
    end_stand_in(stand_in=town.pk, by=cast["xiji_review"])
    stand_in("guyuan_city", "xiji_review", area="640422100", programme="rare_disease")
    assert offered(city, item)
    actions.claim(item=item.pk, by=city)


def test_after_its_end_what_is_held_can_be_given_back_and_not_decided(cast, new_case, stand_in):
    lent = stand_in("guyuan_city", "xiji_review")
    item, city = drive.open_item(new_case(1, "COUNTY")), cast["guyuan_city"]
    actions.claim(item=item.pk, by=city)
    end_stand_in(stand_in=lent.pk, by=city)
    with pytest.raises(Refusal):
        agree(item, city)
    assert not Decision.objects.filter(item=item).exists()
    actions.release(item=item.pk, reason="替岗结束", by=city)
    assert WorkItem.objects.get(pk=item.pk).stand_in is None


def test_an_award_above_the_cap_is_not_decided_for_another(cast, new_case, stand_in):
    case = new_case(1, "PROVINCE")
    stand_in("prov_head", "prov_review", amount_cap=Decimal("10.00"))
    item = drive.open_item(case)
    with pytest.raises(Refusal) as no:
        drive.step(case, "agree", by=cast["prov_head"])
    assert no.value.code == "over_cap"
    assert not Decision.objects.filter(item=item).exists() and not Payout.objects.filter(case=case).exists()
    case.refresh_from_db()
    assert case.award is None


def test_a_stand_in_lends_steps_and_reading_and_no_other_right(cast, new_case, stand_in):
    case = new_case(1, "COUNTY")
    stand_in("xiji_intake", "xiji_review")
    assert case in visible_cases(cast["xiji_intake"])
    with pytest.raises(Refusal):
        actions.terminate(case=case, reasons=["J01"], opinion=drive.ENOUGH, by=cast["xiji_intake"])


@pytest.mark.parametrize(
    ("who", "whom", "by", "field"),
    [
        ("xiji_review", "xiji_review", "xiji_review2", "delegate"),  # never one's own
        ("zhongwei_city", "xiji_review", "xiji_review", "delegate"),  # of another city
        ("xiji_town", "xiji_review", "xiji_review", "delegate"),  # of an office below
        ("inspector", "prov_review", "prov_review", "delegate"),  # a role that excludes it
        ("prov_head", "panel1", "panel1", "post"),  # votes are personal
        ("prov_head", "fin_make", "fin_make", "post"),  # so is money
    ],
)
def test_who_does_not_fit_gets_no_stand_in(cast, stand_in, who, whom, by, field):
    with pytest.raises(Invalid) as no:
        stand_in(who, whom, by=cast[by])
    assert field in no.value.fields and not StandIn.objects.exists()


def test_it_is_given_by_the_holder_or_his_head_and_never_taken(cast, stand_in):
    for by in ("guyuan_city", "xiji_intake", "zhongning_clerk", "sysadmin"):
        with pytest.raises(Refusal):
            stand_in("guyuan_city", "xiji_review", by=cast[by])
    lent = stand_in("guyuan_city", "xiji_review", by=cast["xiji_review2"])
    with pytest.raises(NotFound):
        end_stand_in(stand_in=lent.pk, by=cast["zhongning_clerk"])
    with pytest.raises(Invalid):
        stand_in("guyuan_city", "xiji_review")


def test_what_was_lent_is_not_lent_on(cast, new_case, stand_in):
    stand_in("xiji_review2", "xiji_review")
    stand_in("guyuan_city", "xiji_review2")
    held = {post.user_id for post in work_posts(cast["guyuan_city"])}
    assert cast["xiji_review2"].pk in held and cast["xiji_review"].pk not in held


def test_who_stands_in_does_not_get_a_post_that_excludes_it(cast, stand_in):
    stand_in("guyuan_city", "xiji_review")
    office = Post.objects.filter(role="INS").first().office
    with pytest.raises(Invalid):
        appoint(
            user=cast["guyuan_city"],
            role=Role.objects.get(pk="INS"),
            office=office,
            starts_on=clock.today(),
            by=cast["secadmin"],
        )
    with pytest.raises(IntegrityError, match="exclude"), transaction.atomic():
        Post.objects.create(user=cast["guyuan_city"], role_id="INS", office=office, starts_on=clock.today())


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"delegate": "xiji_review"}, "stand_in_not_oneself"),
        ({"given_by": "guyuan_city"}, "stand_in_not_taken"),
        ({"delegate": "inspector"}, "stand_in_apart"),
        ({"delegate": "xiji_town"}, "stand_in_fit"),
        ({"area": "640521"}, "stand_in_area"),
        ({"post": "fin_make"}, "stand_in"),
        ({}, "stand_in_once"),
    ],
)
def test_the_database_refuses_the_same_by_hand(cast, stand_in, changes, says):
    lent = stand_in("guyuan_city", "xiji_review")
    if changes:
        end_stand_in(stand_in=lent.pk, by=cast["xiji_review"])
    lent = StandIn.objects.get(pk=lent.pk)
    lent.pk, lent.ended_at, lent.ended_by = None, None, None
    for name, value in changes.items():
        setattr(lent, name, value if name == "area" else cast[value].posts.get() if name == "post" else cast[value])
    with pytest.raises(IntegrityError, match=says), transaction.atomic():
        lent.save(force_insert=True)


def test_a_given_stand_in_is_only_ended_and_only_once(cast, stand_in):
    lent = stand_in("guyuan_city", "xiji_review")
    for change in ("ends_on = ends_on + 1", "delegate_id = given_by_id", "amount_cap = 5", "area = '64'"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE cases_standin SET {change} WHERE id = %s", [lent.pk])
    end_stand_in(stand_in=lent.pk, by=cast["guyuan_city"])
    with pytest.raises(Refusal):
        end_stand_in(stand_in=lent.pk, by=cast["guyuan_city"])


def test_a_decision_in_a_made_up_stand_in_is_refused_by_the_database(cast, new_case, stand_in):
    lent = stand_in("guyuan_city", "xiji_review", programme="two_step")
    item = drive.open_item(new_case(1, "COUNTY"))
    with pytest.raises(IntegrityError, match="does not reach"), transaction.atomic():
        WorkItem.objects.filter(pk=item.pk).update(state="claimed", holder=cast["guyuan_city"], stand_in=lent)


def test_the_page_gives_and_ends_a_stand_in_in_both_languages(cast, signed_in):
    browser, today = signed_in(cast["xiji_review"]), clock.today()
    page = browser.get(reverse("standing:home")).content.decode()
    assert "委托替岗" in page and cast["guyuan_city"].name in page
    given = {
        "post": cast["xiji_review"].posts.get().pk, "delegate": cast["guyuan_city"].pk, "reason": "住院",
        **{f"{name}_{part}": getattr(today, part) for name in ("starts_on", "ends_on") for part in ("year", "month", "day")},
    }  # fmt: skip
    assert browser.post(reverse("standing:home"), {**given, "area": "6405"}).status_code == 422
    assert browser.post(reverse("standing:home"), given).status_code == 302
    lent = StandIn.objects.get()
    english = browser.get(reverse("standing:home"), headers={"accept-language": "en"}).content.decode()
    assert f"{lent.delegate.name} for {lent.principal.name}" in english
    assert browser.post(reverse("standing:end", args=[lent.pk])).status_code == 302
    assert StandIn.objects.get().ended_by == cast["xiji_review"]


def test_the_form_names_the_places_of_the_post_and_the_programmes_and_the_list_names_them_again(
    cast, signed_in, stand_in
):
    browser, address = signed_in(cast["xiji_review"]), reverse("standing:home")
    page = browser.get(address)
    form = page.context["form"]
    offered = [code for _head, places in form.fields["area"].choices[1:] for code, _words in places]
    assert "640422" in offered and "640422100" in offered
    assert all(code.startswith("640422") for code in offered)
    html = page.content.decode()
    assert '<optgroup label="固原市 · 西吉县">' in html and '<option value="640422100">吉强镇</option>' in html
    stand_in("guyuan_city", "xiji_review", area="640422100", programme="rare_disease")
    html = browser.get(address).content.decode()
    assert "固原市 · 西吉县 · 吉强镇 · 罕见病" in html and "640422100 ·" not in html
    english = browser.get(address, headers={"accept-language": "en"}).content.decode()
    assert '<optgroup label="Guyuan City · Xiji County">' in english and ">Jiqiang Town</option>" in english
    assert "Guyuan City · Xiji County · Jiqiang Town · " in english and "The whole area" in english


def test_a_place_outside_the_post_or_made_up_is_refused_at_its_field_and_nothing_typed_is_lost(cast, signed_in):
    today = clock.today()
    given = {
        "post": cast["xiji_review"].posts.get().pk, "delegate": cast["guyuan_city"].pk, "reason": "住院三天",
        **{f"{name}_{part}": getattr(today, part) for name in ("starts_on", "ends_on") for part in ("year", "month", "day")},
    }  # fmt: skip
    for wrong in ({"area": "640521"}, {"area": "somewhere"}, {"programme": "no_such"}):
        answer = signed_in(cast["xiji_review"]).post(reverse("standing:home"), {**given, **wrong})
        assert answer.status_code == 422 and list(answer.context["form"].errors) == list(wrong)
        assert "住院三天" in answer.content.decode()
    assert not StandIn.objects.exists()


def test_the_places_cost_as_many_questions_for_a_county_as_for_the_province(cast, django_assert_num_queries):
    for who in ("xiji_review", "prov_head"):
        with django_assert_num_queries(3):
            assert lendable_areas(cast[who])

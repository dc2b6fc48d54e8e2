"""Decide and next: the same queue, the same filters, the same order as the list one came from."""

import pytest
from django.urls import reverse

from workflows import actions
from workflows.desk.trail import Trail
from workflows.models import WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db
STANDS = [(1, "INTAKE"), (2, "INTAKE"), (3, "INTAKE"), (5, "INTAKE")]


@pytest.fixture
def four(new_case):
    """Four cases at intake, due one after the other; their clerk."""
    made = [new_case(number) for number in (1, 2, 3, 5)]
    for day, case in enumerate(made, 1):
        WorkItem.objects.filter(case=case).update(due_on=f"2026-01-0{day}")
    return made, drive.person_for(drive.open_item(made[0]))


def decided(browser, case, trail, phase="next"):
    """Opens a case from a list, takes it, accepts it; where the page leads then."""
    page = browser.get(reverse("case:home", args=[case.number]) + trail.query)
    words = page.context["file"].trail.words
    item = drive.open_item(case)
    held = browser.post(reverse("case:claim", args=[case.number]), {"item": item.pk, "from": words})
    assert held.url == reverse("case:home", args=[case.number]) + trail.query
    item.refresh_from_db()
    sent = {"item": item.pk, "row_version": item.row_version, "outcome": "accept", "from": words}
    check = browser.post(reverse("case:decide", args=[case.number]), sent)
    assert f'name="from" value="{words.replace("&", "&amp;")}"' in check.content.decode()
    return browser.post(reverse("case:decide", args=[case.number]), sent | {"phase": phase}).url


def test_the_next_comes_behind_the_one_just_decided_then_from_the_top(four, signed_in):
    made, person = four
    browser, trail = signed_in(person), Trail("open", {"step": "intake"})
    following = reverse("case:home", args=[made[3].number]) + trail.query
    assert decided(browser, made[2], trail) == following
    assert drive.open_item(made[3]).holder == person
    assert decided(browser, made[3], trail) == reverse("case:home", args=[made[0].number]) + trail.query


def test_the_next_keeps_to_the_filter_and_only_then_takes_the_oldest_due(four, signed_in):
    made, person = four
    WorkItem.objects.filter(case__in=[made[1], made[3]]).update(entrusted_from="640521")
    browser, trail = signed_in(person), Trail("open", {"step": "intake", "entrusted": "1"})
    assert decided(browser, made[1], trail) == reverse("case:home", args=[made[3].number]) + trail.query
    assert decided(browser, made[3], trail) == reverse("case:home", args=[made[0].number]) + trail.query


def test_from_my_own_list_the_next_is_one_that_i_hold(four, signed_in):
    made, person = four
    for case in (made[1], made[3]):
        actions.claim(item=drive.open_item(case), by=person)
    trail = Trail("mine")
    assert decided(signed_in(person), made[1], trail) == reverse("case:home", args=[made[3].number]) + trail.query
    assert drive.open_item(made[0]).holder is None


def test_without_next_the_case_stays_and_the_list_is_one_link_away(four, signed_in):
    made, person = four
    browser, trail = signed_in(person), Trail("today", {"step": "intake", "place": "6404"})
    after = decided(browser, made[0], trail, phase="confirm")
    assert after == reverse("case:home", args=[made[0].number]) + trail.query
    page = browser.get(after).content.decode()
    assert f'href="{trail.address.replace("&", "&amp;")}"' in page


def test_the_list_carries_itself_into_its_links_and_its_button(four, signed_in):
    made, person = four
    browser = signed_in(person)
    page = browser.get(reverse("desk:queue", args=["today"]), {"place": "640422", "number": ""})
    trail = Trail("today", {"place": "640422"})
    assert reverse("case:home", args=[made[0].number]) + trail.query in page.content.decode()
    taken = browser.post(reverse("desk:next"), {"from": trail.words})
    assert taken.url == reverse("case:home", args=[made[0].number]) + trail.query


@pytest.mark.parametrize("words", ["queue=nothing", "x", "queue=open&step=nowhere", "&a=b" * 99, "place=6404"])
def test_a_trail_that_nobody_could_have_come_by_is_none(words, rf):
    assert Trail.of(rf.get("/", {"from": words})) == Trail.of(rf.post("/", {"from": words})) == Trail()

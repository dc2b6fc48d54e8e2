"""`manage.py walk` over real HTTP: each programme comes to its ends, and each wrong turn on the way is refused."""

import os

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from cases.history.check import verify
from cases.policy.models import PolicyVersion
from cases.programme import programme
from cases.screening.models import Registration
from workflows.walking.visitors import Visitors
from workflows.walking.walk import Walk
from workflows.walking.ways import way_of

EVERY_ENDING = os.environ.get("EVERY_ENDING") == "yes"
"""Those too that turn off where another does, or in any road (`make walks`)."""
SEEN_FIRST = ("declined", "ear_doctor")
"""The endings of who was found fit by a screening: one of each road that has a screening."""
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]


@pytest.mark.parametrize(
    ("slug", "least_refused"), [("rare_disease", 8), ("cataract", 8), ("hearing", 8), ("two_step", 4)]
)
def test_a_case_is_walked_from_a_phone_to_the_bank(slug, least_refused, cast, live_server):
    lines = []
    by_the_urgent_path = way_of(programme(slug)).endings.get("urgent")  # which goes on by the ordinary one
    walk = Walk(slug, Visitors(live_server.url), lines.append, by_the_urgent_path)
    case = walk()
    assert case.state == "CLOSED"
    assert walk.refused >= least_refused
    assert verify(connection, case=case.pk).is_clean
    assert any("走错" in line for line in lines)


@pytest.mark.parametrize("slug", ["cataract", "hearing"])
def test_a_case_is_walked_to_each_other_ending_of_its_road(slug, cast, live_server):
    people, ended = Visitors(live_server.url), {}
    known = way_of(programme(slug)).endings
    wanted = {name: one for name, one in known.items() if EVERY_ENDING or name in SEEN_FIRST}
    for name, ending in wanted.items():
        is_seen_first = name in SEEN_FIRST
        case = Walk(slug, people, lambda line: None, ending, from_screening=is_seen_first)()
        assert Registration.objects.filter(case=case).exists() is is_seen_first
        ended[name] = case.state
        assert case.closed_at is not None and verify(connection, case=case.pk).is_clean
    assert ended == {name: ending.state for name, ending in wanted.items()} and len(ended) == (
        len(known) if EVERY_ENDING else 1
    )


def test_an_ending_that_no_road_has_is_answered_with_those_that_there_are(cast):
    with pytest.raises(CommandError, match="rare_disease 没有筛查。有筛查的是：.*cataract"):
        call_command("walk", "rare_disease", from_screening=True)
    with pytest.raises(CommandError, match="没有结局 nowhere。可以走到的有：not_accepted、.*given_back"):
        call_command("walk", "hearing", ending="nowhere")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:8000", "is not the address of a site"),
        ("not an address", "is not the address of a site"),
        ("http://", "is not the address of a site"),
        ("http://127.0.0.1:port", "is not the address of a site"),
        ("http://127.0.0.1:9", "does not answer: "),
    ],
)
def test_a_site_that_is_not_there_is_said_in_one_sentence(cast, address, said):
    with pytest.raises(CommandError, match=said) as fault:
        call_command("walk", "rare_disease", url=address)
    assert "\n" not in str(fault.value)
    assert not PolicyVersion.objects.exists(), "nothing is made for a walk that cannot begin"

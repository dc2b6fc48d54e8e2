"""How often an act asks the database: a ceiling, so that nobody adds a question unseen."""

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cases.history import unit
from cases.history.models import Event
from cases.history.record import action, record
from workflows import actions
from workflows.walking import drive

CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def asked(act, **given):
    with CaptureQueriesContext(connection) as seen:
        act(**given)
    return [query["sql"] for query in seen if not query["sql"].startswith(CONTROL)]


@pytest.fixture
def at_the_city(cast, published):
    published("rare_disease")
    return drive.to(drive.apply(slug="rare_disease", number=1, by=cast["applicant1"]), "CITY")


def test_a_claim_is_four_round_trips(at_the_city):
    item = drive.open_item(at_the_city)
    assert len(asked(actions.claim, item=item.pk, by=drive.person_for(item))) <= 4


def test_a_decision_is_six_round_trips_and_what_its_road_wants_to_know(at_the_city):
    item = drive.open_item(at_the_city)
    who = drive.person_for(item)
    actions.claim(item=item.pk, by=who)
    seen = asked(actions.decide, item=item.pk, outcome="agree", opinion=drive.ENOUGH, by=who)
    # one more: the answers, which say how urgent the next step is
    assert len(seen) <= 7, "\n\n".join(seen)


@action("test.write", about="none")
def write(*, names, fail=False, by, now=None):
    for name in names:
        record(f"test.{name}", about=("config", "bench"))
    if fail:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            record("test.undone", about=("config", "bench"))
            raise ZeroDivisionError
    return list(Event.objects.filter(stream__key="bench").order_by("seq").values_list("action", flat=True))


def test_what_waits_is_seen_by_the_next_question_in_its_order(cast):
    assert write(names=["one", "two"], by=cast["xiji_intake"]) == ["test.one", "test.two"]


def test_a_rollback_to_a_savepoint_drops_what_waited_inside_and_keeps_what_came_before(cast):
    assert write(names=["before"], fail=True, by=cast["xiji_intake"]) == ["test.before"]


@action("test.broken", about="none")
def broken(*, by, now=None):
    """An act that the database refuses something inside a savepoint, and that writes on before it notices."""
    record("test.before", about=("config", "broken"))
    try:
        with transaction.atomic():
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1 / 0")
            finally:
                record("test.inside", about=("config", "broken"))
    except DataError:
        record("test.after", about=("config", "broken"))


def test_what_was_written_after_a_refusal_of_the_database_does_not_keep_the_savepoint_from_going_back(cast):
    broken(by=cast["xiji_intake"])
    kept = Event.objects.filter(stream__key="broken").order_by("seq")
    assert list(kept.values_list("action", flat=True)) == ["test.before", "test.after"]


def test_events_of_one_act_go_in_one_round_trip(cast):
    few, many = (len(asked(write, names=["x"] * n, by=cast["xiji_intake"])) for n in (1, 9))
    assert few == many


def test_outside_an_act_nothing_waits(cast):
    record("test.alone", about=("config", "alone"))
    assert unit.current() is None
    assert Event.objects.filter(stream__key="alone", action="test.alone").exists()

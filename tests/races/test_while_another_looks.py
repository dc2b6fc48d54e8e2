"""What changed between the look and the lock is told as a sentence, never as a fault of the database."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from cases.access.models import Post
from cases.calendar import clock
from cases.dossier.models import Case
from cases.dossier.queries import lock_case
from cases.errors import Refusal
from cases.money import actions as money
from cases.money.models import PaymentBatch
from project.values import moment_words
from tests.dossier.test_races import at_once
from tests.evidence.files import picture, upload
from workflows import actions
from workflows.desk.notes.actions import redact_note, write_note
from workflows.desk.panel import actions as meetings
from workflows.desk.panel.models import Meeting, MeetingItem
from workflows.models import WorkItem
from workflows.operations import actions as operations
from workflows.walking import drive

pytestmark = pytest.mark.django_db(transaction=True)
LOOKS = "LOCK TABLE cases_access IN SHARE MODE"
"""Nobody writes down a look, and so nobody who asked for a file gets on, until this is over."""
WAIT = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@contextmanager
def held_until(waiting: int, case: Case) -> Iterator[None]:
    """Somebody has the case in hand and lets it go when so many others wait for it."""
    has_it, said = threading.Event(), []

    def hold() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                lock_case(case.pk)
                has_it.set()
                until = time.monotonic() + 20
                while time.monotonic() < until:
                    cursor.execute("SELECT pg_stat_clear_snapshot()")
                    cursor.execute(WAIT)
                    if cursor.fetchone()[0] >= waiting:
                        said.append(waiting)
                        return
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    has_it.wait()
    yield
    thread.join()
    assert said == [waiting], "they did not come together"


def test_of_two_agendas_called_at_once_a_case_stands_on_one(cast: Any, published: Any, funded: Any) -> None:
    published("rare_disease")
    funded("rare_disease", "5000000")
    case = drive.to(drive.apply(slug="rare_disease", number=1, by=cast["applicant1"]), "PANEL")
    item, day = drive.open_item(case).pk, clock.today()
    call: Callable[[], Any] = lambda: meetings.call_meeting(held_on=day, items=[item], by=cast["prov_head"])  # noqa: E731
    with held_until(2, case):
        given = at_once(call, call)
    late = [one for one in given if isinstance(one, Refusal)]
    assert len(late) == 1 and "items" in late[0].fields and Meeting.objects.count() == MeetingItem.objects.count() == 1


def test_who_releases_a_batch_while_a_case_of_it_is_suspended_is_told(cast: Any, published: Any, funded: Any) -> None:
    published("two_step")
    fund = funded("two_step", "50000")
    case = drive.to(drive.apply(slug="two_step", number=1, by=cast["applicant1"]), "PAYABLE")
    batch = money.build_batch(fund=fund, by=cast["fin_make"])
    total = Decimal(batch.total_fen) / 100
    money.check_batch(batch=batch, total_retyped=total, count_retyped=batch.count, by=cast["fin_check"])
    password = drive.PASSWORD
    with held_until(2, case):
        suspended, released = at_once(
            lambda: operations.suspend(case=case, reason="等公安机关核实身份。", by=cast["prov_head"]),
            lambda: money.release_batch(batch=batch, password=password, by=cast["fin_release"]),
        )
    assert not isinstance(suspended, Refusal)
    if isinstance(released, Refusal):
        assert released.code == "held" and PaymentBatch.objects.get().state == "checked"
    else:
        assert PaymentBatch.objects.get().state == "released", "released before it was suspended"


@contextmanager
def in_hand(*cases: Case) -> Iterator[None]:
    """Somebody else has these cases in hand all the while."""
    has_them, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                for case in cases:
                    lock_case(case.pk)
                has_them.set()
                go_on.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert has_them.wait(20)
        yield
    finally:
        go_on.set()
        thread.join()


def test_who_takes_the_next_gets_past_the_case_that_somebody_has_in_hand(cast: Any, published: Any) -> None:
    published("rare_disease")
    first, second = (
        drive.to(drive.apply(slug="rare_disease", number=number, by=cast["applicant1"]), "COUNTY") for number in (1, 2)
    )
    with in_hand(first):
        taken = actions.claim_next(by=cast["xiji_review"])
    assert taken is not None and taken.case_id == second.pk


def test_who_opens_a_file_of_a_note_while_it_is_taken_out_is_told_by_which_post_and_when(
    cast: Any, published: Any, owner_cursor: Any
) -> None:
    published("rare_disease")
    case = drive.to(drive.apply(slug="rare_disease", number=1, by=cast["applicant1"]), "COUNTY")
    note = write_note(case=case, text="见附件。", attached=[upload(picture())], by=cast["xiji_review"])
    row = note.files.get()
    address = reverse("case:note_file", args=[case.number, note.pk, row.token])
    browser = Client()
    browser.force_login(cast["xiji_town"], backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get(address).status_code == 200
    given: list[Any] = []

    def look() -> None:
        try:
            given.append(browser.get(address))
        except Exception as fault:  # noqa: BLE001 - a fault of ours is what this looks for
            given.append(fault)
        finally:
            connection.close()

    reader = threading.Thread(target=look)
    owner_cursor.execute("BEGIN")
    owner_cursor.execute(LOOKS)
    reader.start()
    try:
        until = time.monotonic() + 20
        while not waiting_for_a_lock():
            assert time.monotonic() < until, "the reader did not come to write down that he looks"
        at = redact_note(note=note, reason="附件里有别人的证件。", by=cast["xiji_review2"]).redacted_at
    finally:
        owner_cursor.execute("COMMIT")
        reader.join()
    [answer] = given
    assert answer.status_code == 410, answer
    assert f"由县级初审员在{moment_words(at)}" in answer.content.decode()


def waiting_for_a_lock() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(WAIT)
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("busy", [[], [0], [0, 2], [0, 1], [0, 1, 2], [1], [0, 1, 2, 3]])
def test_past_what_others_have_in_hand_the_next_is_the_oldest_of_all_my_posts(
    cast: Any, published: Any, busy: list[int]
) -> None:
    """Two posts, whose cases fall due in turn: one of the first, one of the second, and so on."""
    published("rare_disease")
    me = cast["xiji_review"]
    Post.objects.create(user=me, role_id="CTY1", office=me.posts.get().office, starts_on=clock.today())
    cases, day = [], clock.today() + timedelta(days=30)
    for number, (patient, state) in enumerate(zip((1, 2, 3, 5), ["COUNTY", "INTAKE"] * 2, strict=True)):
        case = drive.apply(slug="rare_disease", number=patient, by=cast["applicant1"])
        cases.append(drive.to(case, state))
        WorkItem.objects.filter(case=case, state="open").update(due_on=day + timedelta(days=number))
    assert {drive.open_item(case).role for case in cases} == {"CTY1", "CTY2"}
    with in_hand(*(cases[number] for number in busy)):
        taken = actions.claim_next(by=me)
    free = [case.pk for number, case in enumerate(cases) if number not in busy]
    assert (taken and taken.case_id) == (free[0] if free else None)

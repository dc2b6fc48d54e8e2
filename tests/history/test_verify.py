"""`verify_history` finds every change that went round the application, and names the row."""

from __future__ import annotations

import io
import json
import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from cases.access.demo import make_cast
from cases.calendar import clock
from cases.dossier.models import Answer, Case
from cases.history.chain import ACCESS_FIELDS, EVENT_FIELDS, event_hash
from cases.history.check import verify
from cases.history.models import Access, Event, StreamHead
from cases.history.record import record, record_access
from cases.history.report import Report
from cases.people.models import PayeeAccount

HISTORY = ("cases_event", "cases_access", "cases_stream", "cases_streamhead")
pytestmark = pytest.mark.django_db(transaction=True)


class Life:
    """Two cases with answers, an account, looks and events; and a hand that changes rows past every trigger."""

    def __init__(self, superuser: Any) -> None:
        self.cursor = superuser
        self.people = make_cast(now=clock.now())
        with transaction.atomic():
            self.case, self.other = self._case(1), self._case(2)
            Case.objects.filter(pk=self.case.pk).update(round=2)
            for number in range(3):
                record("test.step", about=("case", self.case.pk), by=self.people["xiji_review"], payload={"n": number})
        look = {"fields": ["name"], "by": self.people["xiji_review"], "case_id": self.case.pk, "purpose": "初审"}
        record_access("read", object=self.case, role="CTY2", office="县", **look)
        record_access("read", object=self.case, **look)

    def _case(self, number: int) -> Case:
        now, owner = clock.now(), self.people["applicant1"]
        case = Case.objects.create(
            token=uuid.uuid4(), number=f"640422-2026-{number:06d}-0", state="DRAFT", programme="rare_disease",
            handling_code="640422100991", owner=owner, created_at=now, saved_at=now, submitted_at=now, award="5000.00",
            patient_key=str(number),
        )  # fmt: skip
        Answer.objects.create(case=case, key="patient_name", value="马秀兰", by=owner, at=now)
        PayeeAccount.objects.create(
            case=case, holder="马秀兰", account="6222020000000000000", account_key="k", tail="0000",
            bank_name="演示银行", given_by=owner, given_at=now,
        )  # fmt: skip
        Case.objects.filter(pk=case.pk).update(state="COUNTY")
        case.refresh_from_db()
        return case

    def unseen(self, line: str, params: Any = ()) -> None:
        """Run one line as the superuser with all triggers of all tables switched off, then on again as they were."""
        self._all("DISABLE TRIGGER USER")
        try:
            self.cursor.execute(line, params)
        finally:
            self._all("ENABLE ALWAYS TRIGGER")

    def _all(self, verb: str) -> None:
        self.cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname IN ('append_only', 'row_history')"
        )
        for (table,) in self.cursor.fetchall():
            if verb.startswith("DISABLE"):
                self.cursor.execute(f"ALTER TABLE {table} {verb}")
                continue
            self.cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table]
            )
            for (name,) in self.cursor.fetchall():
                self.cursor.execute(f"ALTER TABLE {table} {verb} {name}")

    def found(self) -> list[tuple[str, str, str]]:
        return [(item.cause, item.table, item.row) for item in verify(connection).findings]


@pytest.fixture
def life(superuser_cursor: Any) -> Life:
    return Life(superuser_cursor)


def test_a_clean_history_is_clean_and_all_of_it_was_read(life: Life) -> None:
    report = verify(connection)
    assert report.findings == []
    assert report.events == Event.objects.count() > 50
    assert report.looks == Access.objects.count() == 2
    assert report.rows > 60


def other_value(value: Any) -> Any:
    """A value that differs in one byte or step."""
    if isinstance(value, memoryview | bytes):
        data = bytearray(bytes(value) or b"\x00")
        data[-1] ^= 1
        return bytes(data)
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if isinstance(value, date):
        return value - timedelta(days=1)
    if isinstance(value, int):
        return value + 1
    if value is None:
        return 1
    return value[:-2] + ("1" if value[-2] != "1" else "2") + value[-1] if len(value) > 2 else value + "x"


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_one_changed_byte_in_any_column_of_an_event_is_found_and_named(life: Life, place: str) -> None:
    rows = list(Event.objects.filter(stream__kind="case", stream__key=str(life.case.pk)).order_by("seq"))
    event = {"first": rows[0], "middle": rows[len(rows) // 2], "last": rows[-1]}[place]
    columns = [name for name in [*EVENT_FIELDS, "enc", "hash"] if name != "stream_id"]
    for column in columns:
        value = getattr(event, column)
        changed = other_value(value) if not (column == "seq" and place != "last") else 900
        if (
            column in ("acting_role", "acting_office", "object_type", "object_id", "purpose", "request_id")
            and value is None
        ):
            changed = "x"
        life.unseen(f"UPDATE cases_event SET {column} = %s WHERE id = %s", [changed, event.pk])
        first, *more = verify(connection).findings
        assert (first.cause, first.row) == ("event_changed", str(event.pk)), column
        # an event that no longer says whose change it is leaves that row without it
        assert not more or (column.startswith("object_") and {item.row for item in more} == {event.object_id}), column
        life.unseen(f"UPDATE cases_event SET {column} = %s WHERE id = %s", [value, event.pk])
    assert life.found() == []


def test_an_event_moved_to_another_chain_is_one_finding_with_where_it_was(life: Life) -> None:
    event = Event.objects.filter(stream__key=str(life.case.pk), stream__kind="case", action="test.step").first()
    other = Event.objects.filter(stream__key=str(life.other.pk), stream__kind="case").first()
    assert event and other
    life.unseen("UPDATE cases_event SET stream_id = %s, seq = 900 WHERE id = %s", [other.stream_id, event.pk])
    findings = [item for item in verify(connection).findings if item.cause == "event_changed"]
    assert [(item.row, item.seq) for item in findings] == [(str(event.pk), 900)]
    assert f"case/{life.case.pk}" in findings[0].sentence


def test_a_deleted_event_is_missed_by_its_number(life: Life) -> None:
    event = Event.objects.filter(stream__key=str(life.case.pk), stream__kind="case", action="test.step").first()
    assert event
    life.unseen("DELETE FROM cases_event WHERE id = %s", [event.pk])
    finding = verify(connection).findings[0]
    assert (finding.cause, finding.stream, finding.seq) == ("event_missing", f"case/{life.case.pk}", event.seq)


def test_the_end_of_a_chain_cut_off_is_seen_at_its_head(life: Life) -> None:
    event = Event.objects.filter(action="test.step").order_by("-seq").first()
    assert event
    life.unseen("DELETE FROM cases_event WHERE id = %s", [event.pk])
    assert [item.cause for item in verify(connection).findings] == ["head_wrong"]


def test_a_whole_chain_gone_is_seen(life: Life) -> None:
    record("test.alone", about=("other", "1"))
    life.unseen("DELETE FROM cases_event WHERE action = 'test.alone'")
    assert [(item.cause, item.stream) for item in verify(connection).findings] == [("chain_empty", "other/1")]


def test_an_event_rewritten_with_a_right_hash_is_named_by_the_one_after_it(life: Life) -> None:
    event = Event.objects.filter(action="test.step").order_by("seq").first()
    assert event
    row = {name: getattr(event, name) for name in [*EVENT_FIELDS, "enc"]} | {"payload": '{"n":9}'}
    life.unseen(
        "UPDATE cases_event SET payload = %s, hash = %s WHERE id = %s", [row["payload"], event_hash(row), event.pk]
    )
    finding = verify(connection).findings[0]
    assert (finding.cause, finding.seq, finding.row) == ("link_broken", event.seq, str(event.pk))


def test_a_forged_event_that_does_not_fit_is_seen(life: Life) -> None:
    last = Event.objects.filter(action="test.step").order_by("-seq").first()
    assert last
    columns = ", ".join(name for name in [*EVENT_FIELDS, "enc", "hash"] if name != "seq")
    life.unseen(
        f"INSERT INTO cases_event (seq, {columns}) SELECT seq + 1, {columns} FROM cases_event WHERE id = %s", [last.pk]
    )
    assert {cause for cause, *_ in life.found()} == {"event_changed"}


@pytest.mark.parametrize("column", ["seq", "hash"])
def test_a_changed_head_is_seen(life: Life, column: str) -> None:
    stream = Event.objects.filter(action="test.step").values_list("stream_id", flat=True)[0]
    head = StreamHead.objects.get(pk=stream)
    life.unseen(
        f"UPDATE cases_streamhead SET {column} = %s WHERE stream_id = %s", [other_value(getattr(head, column)), stream]
    )
    assert [cause for cause, *_ in life.found()] == ["head_wrong"]


def test_a_chain_hung_on_another_case_is_seen(life: Life) -> None:
    life.unseen("UPDATE cases_stream SET key = '999999' WHERE kind = 'case' AND key = %s", [str(life.case.pk)])
    assert ("wrong_chain", "cases_case", str(life.case.pk)) in life.found()


def test_one_changed_byte_in_any_column_of_a_look_is_found_and_named(life: Life) -> None:
    look = Access.objects.order_by("pk")[0]
    for column in [*ACCESS_FIELDS, "hash"]:
        value = getattr(look, column)
        changed = "x" if value is None else other_value(value)
        life.unseen(f"UPDATE cases_access SET {column} = %s WHERE id = %s", [changed, look.pk])
        assert life.found() == [("access_changed", "cases_access", str(look.pk))], column
        life.unseen(f"UPDATE cases_access SET {column} = %s WHERE id = %s", [value, look.pk])
    assert life.found() == []


CHANGES: list[tuple[str, str, str]] = [
    ("cases_case", "row_version", "row_version + 1"),
    ("cases_case", "award", "award + 0.01"),
    ("cases_case", "state", "'FOLLOWUP'"),
    ("cases_case", "handling_code", "'640521'"),
    ("cases_case", "submitted_at", "submitted_at + interval '1 microsecond'"),
    ("cases_payeeaccount", "tail", "'0001'"),
    ("cases_payeeaccount", "bank_name", "'别的银行'"),
    ("cases_answer", "source", "'verified'"),
    ("cases_user", "is_superuser", "true"),
    ("cases_user", "phone_key", "'x'"),
    ("cases_post", "ends_on", "'2099-01-01'"),
    ("cases_role", "rights", "'[\"money.release\"]'"),
    ("cases_office", "division_code", "'64'"),
]


@pytest.mark.parametrize(("table", "column", "value"), CHANGES)
def test_a_row_changed_with_the_triggers_off_is_found_and_named(
    life: Life, table: str, column: str, value: str
) -> None:
    key = "code" if table == "cases_role" else "id"
    life.cursor.execute(f"SELECT max({key}) FROM {table}")
    row = life.cursor.fetchone()[0]
    life.unseen(f"UPDATE {table} SET {column} = {value} WHERE {key} = %s", [row])
    report = verify(connection)
    assert [(item.cause, item.table, item.row) for item in report.findings] == [("row_changed", table, str(row))]
    assert column in report.findings[0].sentence
    assert report.findings[0].at is not None


def test_a_change_put_back_is_no_finding(life: Life) -> None:
    life.unseen("UPDATE cases_case SET channel = 'paper' WHERE id = %s", [life.case.pk])
    life.unseen("UPDATE cases_case SET channel = 'phone' WHERE id = %s", [life.case.pk])
    assert life.found() == []


def test_a_change_on_top_of_an_unseen_one_does_not_cover_it(life: Life) -> None:
    life.unseen("UPDATE cases_case SET channel = 'paper' WHERE id = %s", [life.case.pk])
    with transaction.atomic():
        Case.objects.filter(pk=life.case.pk).update(channel="phone")
        record("test.changed", about=("case", life.case.pk))
    assert life.found() == [("change_missing", "cases_case", str(life.case.pk))]


def test_a_row_changed_by_hand_with_every_trigger_running_is_found_by_the_act_it_lacks(life: Life) -> None:
    life.cursor.execute("UPDATE cases_case SET channel = 'paper' WHERE id = %s", [life.case.pk])
    report = verify(connection)
    assert [(item.cause, item.stream) for item in report.findings] == [("out_of_band", f"case/{life.case.pk}")]
    assert f"cases_case #{life.case.pk}" in report.findings[0].sentence


def test_another_account_number_in_the_place_of_the_first_is_found(life: Life) -> None:
    mine, theirs = PayeeAccount.objects.order_by("pk")
    life.unseen(
        "UPDATE cases_payeeaccount SET account = (SELECT account FROM cases_payeeaccount WHERE id = %s) WHERE id = %s",
        [theirs.pk, mine.pk],
    )
    assert life.found() == [("row_changed", "cases_payeeaccount", str(mine.pk))]


def test_a_sealed_value_with_its_old_commitment_and_another_body_is_found(life: Life) -> None:
    mine, theirs = PayeeAccount.objects.order_by("pk")
    life.unseen(
        "UPDATE cases_payeeaccount a SET account = split_part(b.account, '.', 1) || '.'"
        " || split_part(b.account, '.', 2) || '.' || split_part(b.account, '.', 3) || '.'"
        " || split_part(a.account, '.', 4)"
        " FROM cases_payeeaccount b WHERE b.id = %s AND a.id = %s",
        [theirs.pk, mine.pk],
    )
    assert life.found() == [("sealed_broken", "cases_payeeaccount", str(mine.pk))]


def test_a_row_put_in_or_taken_out_unseen_is_found(life: Life) -> None:
    answer = Answer.objects.order_by("pk")[0]
    life.unseen(
        'INSERT INTO cases_answer SELECT (jsonb_populate_record(a, \'{"id": 987654, "round": 9}\')).* '
        "FROM cases_answer a WHERE id = %s",
        [answer.pk],
    )
    life.unseen("DELETE FROM cases_answer WHERE id = %s", [answer.pk])
    assert set(life.found()) == {
        ("row_without_history", "cases_answer", "987654"),
        ("row_missing", "cases_answer", str(answer.pk)),
    }


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("cases_event", "ALTER TABLE cases_event DISABLE TRIGGER append_only"),
        ("cases_access", "DROP TRIGGER no_truncate ON cases_access"),
        ("cases_case", "ALTER TABLE cases_case DISABLE TRIGGER row_history"),
        ("cases_user", "ALTER TABLE cases_user ENABLE TRIGGER row_history"),
        ("cases_payeeaccount", "DROP TRIGGER row_history ON cases_payeeaccount"),
    ],
)
def test_a_guard_switched_off_is_found(life: Life, table: str, line: str) -> None:
    life.cursor.execute(line)
    assert ("guard_off", table) in [(cause, where) for cause, where, _ in life.found()]


def run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("verify_history", *arguments, stdout=out)
    except SystemExit as stopped:
        return int(str(stopped.code)), out.getvalue()
    return 0, out.getvalue()


def test_the_command_exits_0_when_clean_and_1_with_one_line_a_cause(life: Life) -> None:
    code, said = run()
    assert (code, said.count("\n")) == (0, 1)
    life.unseen("UPDATE cases_case SET award = 5000.01 WHERE id = %s", [life.case.pk])
    code, said = run()
    lines = said.splitlines()
    assert code == 1 and len(lines) == 2
    assert f"cases_case #{life.case.pk}" in lines[0] and "award" in lines[0] and f"case/{life.case.pk}/" in lines[0]


def test_the_command_answers_in_json(life: Life) -> None:
    life.unseen("UPDATE cases_case SET award = 5000.01 WHERE id = %s", [life.case.pk])
    code, said = run("--json")
    report = json.loads(said)
    assert code == 1 and report["clean"] is False
    assert report["findings"][0]["table"] == "cases_case"
    assert report["findings"][0]["row"] == str(life.case.pk)


def test_one_case_is_verified_for_itself(life: Life) -> None:
    life.unseen("UPDATE cases_payeeaccount SET tail = '9999' WHERE case_id = %s", [life.case.pk])
    assert run("--case", str(life.case.number))[0] == 1
    assert run("--case", str(life.other.number))[0] == 0
    with pytest.raises(CommandError, match="640422-2026-999999-0") as unknown:
        run("--case", "640422-2026-999999-0")
    assert unknown.value.returncode == 2


def test_reading_needs_no_more_right_than_the_application_has(life: Life) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert cursor.fetchone()[0] == connection.settings_dict["USER"] != "relief_superuser"
    assert isinstance(verify(connection), Report)

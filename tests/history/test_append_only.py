"""The database itself keeps the past: who may write history, and how every change of a watched row leaves its mark."""

from __future__ import annotations

import json
import uuid
from typing import Any

import psycopg2
import pytest
from allauth.mfa.models import Authenticator
from django.db import ProgrammingError, connection, transaction

from cases.access.models import Post, User
from cases.calendar import clock
from cases.dossier.models import Answer, Case
from cases.history.models import Access, Event, StreamHead
from cases.history.record import record, record_access, recorded
from tests.cast import Cast


def make_case(owner: User, **more: Any) -> Case:
    now = clock.now()
    values = {"token": uuid.uuid4(), "programme": "rare_disease", "handling_code": "640422100991"}
    return Case.objects.create(**{**values, "owner": owner, "created_at": now, "saved_at": now, **more})


def changes_of(row: Any) -> list[tuple[str, dict[str, Any]]]:
    events = Event.objects.filter(object_type=row._meta.db_table, object_id=str(row.pk), action__startswith="row.")
    return [(event.action, json.loads(event.payload)) for event in events.order_by("id")]


HANDS_ON_HISTORY = [
    "UPDATE cases_event SET payload = '{}'",
    "DELETE FROM cases_event",
    "TRUNCATE cases_event",
    "TRUNCATE cases_stream CASCADE",
    "DROP TABLE cases_event",
    "ALTER TABLE cases_event DISABLE TRIGGER ALL",
    "ALTER TABLE cases_event ADD COLUMN free text",
    "DROP TRIGGER append_only ON cases_event",
    "UPDATE cases_streamhead SET seq = 0",
    "DELETE FROM cases_streamhead",
    "UPDATE cases_stream SET key = '0'",
    "INSERT INTO cases_stream (kind, key) VALUES ('case', 'x')",
    "UPDATE cases_access SET actor = 1",
    "DELETE FROM cases_access",
    "TRUNCATE cases_access",
    "INSERT INTO cases_event SELECT * FROM cases_event LIMIT 1",
    "INSERT INTO cases_event OVERRIDING SYSTEM VALUE SELECT * FROM cases_event LIMIT 1",
    "INSERT INTO cases_event SELECT * FROM cases_event ON CONFLICT (stream_id, seq) DO UPDATE SET payload = '{}'",
    "MERGE INTO cases_event e USING cases_event o ON e.id = o.id WHEN MATCHED THEN UPDATE SET payload = '{}'",
    "WITH gone AS (DELETE FROM cases_event RETURNING 1) SELECT * FROM gone",
    "COPY cases_event FROM PROGRAM 'true'",
    "SET session_replication_role = replica",
    "SET ROLE relief_owner",
    "CREATE TABLE cases_streamhead_too (a int)",
    "CREATE TEMP TABLE cases_streamhead (stream_id bigint, seq bigint, hash bytea)",
    "CREATE FUNCTION public.relief_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'",
    "CREATE OR REPLACE FUNCTION public.history_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "SELECT history_watch('cases_user', 'account', 'id')",
    "SELECT history_append_only('cases_user')",
    "ALTER TABLE cases_case DISABLE TRIGGER row_history",
    "TRUNCATE cases_case CASCADE",
    "DELETE FROM cases_case",
    "DELETE FROM cases_payeeaccount",
    "UPDATE cases_award SET amount = 1",
]


@pytest.mark.parametrize("line", HANDS_ON_HISTORY)
def test_the_application_role_cannot(cast: Cast, line: str) -> None:
    record("test.event", about=("case", 1))
    before = list(Event.objects.values_list("id", "hash"))
    refused = pytest.raises(ProgrammingError, match="permission denied|must be owner|must be superuser|append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(line)
    assert [(pk, bytes(h)) for pk, h in Event.objects.values_list("id", "hash")] == [(pk, bytes(h)) for pk, h in before]


def test_the_application_role_is_nobody_special(db: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles "
            "WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False,) * 5
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname <> current_user AND pg_has_role(current_user, oid, 'MEMBER')"
        )
        assert cursor.fetchall() == []
        cursor.execute("SELECT tablename FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchall() == []


def test_what_an_event_says_of_itself_comes_from_the_database(cast: Cast) -> None:
    before = clock.now()
    first = Event.objects.get(
        pk=recorded("test.one", about=("case", 7), by=cast["xiji_intake"], payload={"b": 1, "a": 2})
    )
    second = Event.objects.get(pk=recorded("test.two", about=("case", 7)))
    assert before <= first.recorded_at <= clock.now()
    assert (first.seq, second.seq) == (1, 2)
    assert bytes(second.prev) == bytes(first.hash)
    assert first.payload == '{"a":2,"b":1}'
    assert (first.actor, first.actor_kind, second.actor_kind) == (cast["xiji_intake"].pk, "user", "system")
    assert first.db_user == connection.settings_dict["USER"]
    head = StreamHead.objects.get(pk=first.stream_id)
    assert (head.seq, bytes(head.hash)) == (2, bytes(second.hash))


def test_nothing_is_said_to_have_happened_tomorrow(cast: Cast) -> None:
    from datetime import timedelta

    from django.db import IntegrityError

    with pytest.raises(IntegrityError), transaction.atomic():
        record("test.visit", about=("case", 7), happened_on=clock.today() + timedelta(days=1))


def test_an_event_that_cannot_be_written_takes_the_change_back_with_it(cast: Cast) -> None:
    from django.db import IntegrityError

    case = make_case(cast["applicant1"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(channel="paper")
        record("test.too_long", about=("case", case.pk), payload={"text": "x" * 70_000})
    case.refresh_from_db()
    assert case.channel == "phone"


def test_the_orm_leaves_a_row_of_each_change_with_old_and_new(cast: Cast) -> None:
    case = make_case(cast["applicant1"])
    case.channel = "paper"
    case.save()
    Case.objects.filter(pk=case.pk).update(round=2)
    case.refresh_from_db()
    case.masked_name = "马**"
    Case.objects.bulk_update([case], ["masked_name"])
    actions = changes_of(case)
    assert [action for action, _ in actions] == ["row.insert"] + ["row.update"] * 3
    assert [change for _, change in actions[1:]] == [
        {"channel": ["phone", "paper"]},
        {"round": [1, 2]},
        {"masked_name": ["", "马**"]},
    ]


def test_bulk_create_and_raw_sql_leave_their_rows_too(cast: Cast) -> None:
    case = make_case(cast["applicant1"])
    rows = Answer.objects.bulk_create(
        [Answer(case=case, key=key, value="x", by=cast["applicant1"], at=clock.now()) for key in ("a", "b")]
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_answer SET at = at - interval '1 hour' WHERE id = %s", [rows[0].pk])
    assert [action for action, _ in changes_of(rows[0])] == ["row.insert", "row.update"]
    assert [action for action, _ in changes_of(rows[1])] == ["row.insert"]


def test_a_save_that_changes_nothing_leaves_no_row(cast: Cast) -> None:
    case = make_case(cast["applicant1"])
    Case.objects.get(pk=case.pk).save()
    assert len(changes_of(case)) == 1


def test_a_change_of_rights_leaves_a_row_with_who_and_when(cast: Cast) -> None:
    user = cast["xiji_intake"]
    user.is_superuser = True
    user.save()
    post = Post.objects.get(user=user)
    post.ends_on = clock.today()
    post.save()
    assert ("row.update", {"is_superuser": [False, True]}) in changes_of(user)
    assert changes_of(post)[-1] == ("row.update", {"ends_on": [None, clock.today().isoformat()]})


def test_a_new_password_leaves_a_row_that_does_not_show_it(cast: Cast) -> None:
    user = cast["xiji_intake"]
    before = user.password
    user.last_login = clock.now()
    user.save()
    assert len(changes_of(user)) == 1
    user.set_password("another-long-one-77")
    user.save()
    (verb, change) = changes_of(user)[1]
    assert (verb, list(change)) == ("row.update", ["password"])
    assert all(value.startswith("digest:") for value in change["password"])
    assert not Event.objects.filter(payload__contains=user.password).exists()
    assert not Event.objects.filter(payload__contains=before).exists()


def test_a_second_factor_changed_in_the_database_leaves_a_row(cast: Cast) -> None:
    user = cast["xiji_intake"]
    factor = Authenticator.objects.create(user=user, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE mfa_authenticator SET last_used_at = now()")
        cursor.execute('UPDATE mfa_authenticator SET data = \'{"secret": "AAAA"}\'')
        cursor.execute("DELETE FROM mfa_authenticator")
    rows = Event.objects.filter(object_type="mfa_authenticator", object_id=str(factor.pk)).order_by("id")
    assert [row.action for row in rows] == ["row.insert", "row.update", "row.delete"]
    assert {(row.stream.kind, row.stream.key) for row in rows} == {("account", str(user.pk))}
    assert not rows.filter(payload__contains="JBSWY3DPEHPK3PXP").exists()


def test_sealed_values_stand_in_history_as_commitments(cast: Cast) -> None:
    user = cast["applicant1"]
    row = changes_of(user)[0][1]
    assert row["name"].startswith("commitment:")
    user.refresh_from_db()
    assert row["name"] == "commitment:" + user.name.token.rsplit(".", 1)[-1]
    assert not Event.objects.filter(payload__contains=str(user.name)).exists()
    assert not Event.objects.filter(payload__regex=r'"s[12]\.').exists()


def test_items_below_a_supplement_stand_in_the_chain_of_their_case(cast: Cast) -> None:
    from cases.evidence.models import Supplement, SupplementItem

    case = make_case(cast["applicant1"])
    now = clock.now()
    supplement = Supplement.objects.create(
        case=case, number=1, told_by=cast["xiji_intake"], told_at=now, due_on=now.date()
    )
    item = SupplementItem.objects.create(supplement=supplement, kind="material", key="M01", reason="S01")
    event = Event.objects.select_related("stream").get(object_type="cases_supplementitem", object_id=str(item.pk))
    assert (event.stream.kind, event.stream.key) == ("case", str(case.pk))


WATCHED = [
    "cases_case", "cases_answer", "cases_award", "cases_payeeaccount", "cases_material", "cases_materialfile",
    "cases_supplement", "cases_supplementitem", "cases_homevisit", "cases_visitfact", "cases_consent", "cases_person",
    "cases_policyversion", "cases_policyrow", "cases_policyvector", "cases_measure", "cases_clause", "cases_evaluation", "cases_evaluationmatch", "cases_user", "cases_user_groups", "cases_user_user_permissions",
    "cases_post", "cases_office", "cases_role", "cases_payout", "cases_paymentbatch",
]  # fmt: skip


def test_every_table_that_decides_about_people_or_money_is_watched_always(db: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'row_history' AND tgenabled = 'A'"
        )
        watched = {row[0] for row in cursor.fetchall()}
    assert set(WATCHED) <= watched


@pytest.mark.django_db(transaction=True)
class TestAnotherHand:
    """What the owner or the superuser does outside the application."""

    def prepare(self) -> Case:
        from cases.access.demo import make_cast

        return make_case(make_cast(now=clock.now())["applicant1"])

    def test_the_owner_leaves_a_row_by_psql(self, owner_cursor: Any) -> None:
        case = self.prepare()
        owner_cursor.execute("UPDATE cases_case SET channel = 'paper' WHERE id = %s", [case.pk])
        event = Event.objects.filter(object_type="cases_case", action="row.update").get()
        assert json.loads(event.payload) == {"channel": ["phone", "paper"]}
        assert (event.actor, event.actor_kind) == (None, "database")
        assert event.db_user not in ("", connection.settings_dict["USER"])

    @pytest.mark.parametrize(
        "line", ["UPDATE cases_event SET payload = '{}'", "DELETE FROM cases_event", "TRUNCATE cases_event CASCADE"]
    )
    def test_the_owner_is_refused_by_the_table_itself(self, owner_cursor: Any, line: str) -> None:
        self.prepare()
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="append-only"):
            owner_cursor.execute(line)

    @pytest.mark.parametrize("table", ["cases_event", "cases_access"])
    def test_a_superuser_in_replica_mode_is_refused_too(self, superuser_cursor: Any, table: str) -> None:
        case = self.prepare()
        record_access("read", object=case, fields=["name"], by=case.owner, case_id=case.pk)
        superuser_cursor.execute("SET session_replication_role = replica")
        for line in (f"UPDATE {table} SET request_id = 'x'", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="append-only"):
                superuser_cursor.execute(line)
        assert Event.objects.exists() and Access.objects.exists()

    def test_a_superuser_in_replica_mode_still_leaves_rows(self, superuser_cursor: Any) -> None:
        case = self.prepare()
        superuser_cursor.execute("SET session_replication_role = replica")
        superuser_cursor.execute("UPDATE cases_case SET channel = 'paper' WHERE id = %s", [case.pk])
        assert changes_of(case)[-1] == ("row.update", {"channel": ["phone", "paper"]})

    def test_emptying_a_table_leaves_a_row(self, superuser_cursor: Any) -> None:
        self.prepare()
        superuser_cursor.execute("TRUNCATE cases_relative")
        assert Event.objects.filter(action="row.truncate", object_type="cases_relative").exists()

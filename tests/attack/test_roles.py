"""What the other roles of the database may not do to history, and what a damaged disk looks like."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import psycopg2
import pytest
from django.conf import settings

from tests import database
from tests.attack.world import World, attack
from tools import reliefverify as outsider

LINES = {
    "sealer": [
        "INSERT INTO cases_event SELECT * FROM cases_event LIMIT 1",
        "UPDATE cases_event SET payload = '{}'",
        "UPDATE cases_leaf SET hash = ''",
        "DELETE FROM cases_leaf",
        "DELETE FROM cases_checkpoint",
        "UPDATE cases_sealkey SET valid_to_size = 1",
        "INSERT INTO cases_witnessreceipt (tree_size, root, witness, channel, cosignature, received_at) VALUES (1, '', 'x', 'x', 'x', now())",
        "SELECT history_append('case', '1', 'test.forged', 'ok', NULL, NULL, '{}', NULL, NULL, NULL, 'system', NULL, NULL, NULL, NULL)",
        "SELECT * FROM cases_user",
        "TRUNCATE cases_pending",
    ],
    "inspector": [
        "UPDATE cases_event SET payload = '{}'",
        "DELETE FROM cases_access",
        "INSERT INTO cases_leaf VALUES (0, 1, 1, '')",
        "DELETE FROM cases_pending",
        "UPDATE cases_case SET award = 1",
        "SELECT history_append('case', '1', 'test.forged', 'ok', NULL, NULL, '{}', NULL, NULL, NULL, 'system', NULL, NULL, NULL, NULL)",
        "CREATE TEMP TABLE cases_event (id int)",
    ],
    "owner": ["UPDATE cases_event SET payload = '{}'", "DELETE FROM cases_leaf", "TRUNCATE cases_checkpoint"],
    "superuser": ["SET session_replication_role = replica; DELETE FROM cases_event", "SET session_replication_role = replica; UPDATE cases_leaf SET hash = ''"],
}  # fmt: skip


@pytest.mark.parametrize(("role", "line"), [(role, line) for role, lines in LINES.items() for line in lines])
def test_no_role_changes_what_was_recorded(world: World, role: str, line: str) -> None:
    link = settings.EMBEDDED.connect(role, world.link.settings_dict["NAME"])
    said = "permission denied|must be owner|append-only|read-only transaction|must be able to SET ROLE"
    try:
        with link.cursor() as cursor, pytest.raises(psycopg2.Error, match=said):
            if role == "inspector":
                cursor.execute("SET default_transaction_read_only = off")
            cursor.execute(line)
    finally:
        link.close()


@pytest.mark.parametrize("role", ["app", "sealer", "inspector"])
def test_no_role_that_signs_in_is_anything_else(world: World, role: str) -> None:
    link = settings.EMBEDDED.connect(role, world.link.settings_dict["NAME"])
    with link.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM pg_roles r WHERE r.rolname <> current_user AND pg_has_role(current_user, r.oid, 'MEMBER')), "
            "rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (0, False)
    link.close()


def test_a_damaged_page_is_never_taken_for_a_whole_one(world: World) -> None:
    """The files are damaged under the server; a copy of the database is made from them, so that no page lies in memory."""
    with attack(world, Random(0)) as hand:
        (path,) = hand.one("SELECT pg_relation_filepath('cases_event')")
        (folder,) = hand.one("SELECT current_setting('data_directory')")
    name = world.link.settings_dict["NAME"]
    world.link.close()
    damaged = f"{name}_damaged"
    with database.alone() as cursor:
        cursor.execute(f'CREATE DATABASE "{damaged}" TEMPLATE "{name}" STRATEGY file_copy')
        cursor.execute("SELECT oid FROM pg_database WHERE datname = ANY(%s) ORDER BY oid DESC", [[name, damaged]])
        mine = cursor.fetchone()[0]
        try:
            cursor.execute("CHECKPOINT")
            file = Path(folder) / "base" / str(mine) / path.rsplit("/", 1)[1]
            data = bytearray(file.read_bytes())
            data[8192 * 2 - 300] ^= 1
            file.write_bytes(data)
            told: Any = None
            link = settings.EMBEDDED.connect(name=damaged)
            link.autocommit = False
            try:
                told = outsider.check(outsider.Database(link=link), outsider.Trust()).findings
            except outsider.CannotDecide as reason:
                told = str(reason)
            finally:
                link.close()
            assert told and ("page" in told if isinstance(told, str) else told[0].table == "cases_event")
        finally:
            cursor.execute(f'DROP DATABASE IF EXISTS "{damaged}" WITH (FORCE)')

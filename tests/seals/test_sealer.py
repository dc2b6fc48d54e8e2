"""Every entry becomes one leaf under a signed root, whatever is killed; what does not fit is told and never signed."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management import call_command
from django.db import connection, connections, transaction
from structlog.testing import capture_logs

from cases.calendar import clock
from cases.errors import Refusal
from cases.history import merkle, notes
from cases.history.check import verify
from cases.history.record import record_access
from cases.history.sealing import actions, keyfile, queries, rules, tree
from cases.history.sealing.models import Checkpoint, Leaf, Pending, SealKey
from cases.history.sealing.sealer import CannotSeal, Sealer
from project.settings import BASE_DIR
from tests.seals.conftest import asked, happens

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sealer"])


def whole() -> None:
    """Every entry and every look is a leaf once, without a gap, and each root is that of its leaves and signed."""
    assert asked("SELECT count(*) FROM cases_pending") == [(0,)]
    assert asked("SELECT count(*), coalesce(max(leaf) + 1, 0) FROM cases_leaf")[0] == (Leaf.objects.count(),) * 2
    unlike = (
        "SELECT count(*) FROM (SELECT 1 AS src, id AS ref, hash FROM cases_event UNION ALL SELECT 2, id, hash FROM cases_access) e "
        "FULL JOIN cases_leaf l USING (src, ref, hash) WHERE e.ref IS NULL OR l.ref IS NULL"
    )
    assert asked("SELECT count(*) FROM cases_event")[0][0] and not asked(unlike)[0][0]
    keys, leaves = queries.seal_keys(), [bytes(row.hash) for row in Leaf.objects.order_by("leaf")]
    edge = merkle.Frontier()
    for point in Checkpoint.objects.order_by("tree_size"):
        for leaf in leaves[edge.size : point.tree_size]:
            edge.append(leaf)
        assert edge.root() == bytes(point.root) and edge.stored() == bytes(point.frontier)
        note, key = notes.read_note(point.note), rules.signer(keys, point.tree_size)
        assert notes.is_signed(note, rules.key_of(queries.origin(), key.public)) and key.kid == point.kid
        assert notes.read_checkpoint(note.body) == notes.Checkpoint(
            queries.origin(), point.tree_size, bytes(point.root)
        )
    with connection.cursor() as cursor:
        assert tree.frontier(cursor, edge.size) == edge
    faults = [finding.line() for finding in verify(connection).findings if finding.cause != "out_of_band"]
    assert not faults, "events of these tests are written without an act; everything else is whole"


def test_what_was_there_and_what_comes_is_sealed_once_and_an_empty_pass_signs_nothing(sealer, cast):
    happens(600)
    before = asked("SELECT count(*) FROM cases_event")[0][0]
    record_access("read", object=cast["applicant1"], fields=["phone"], by=cast["applicant2"])
    assert sealer.one_pass() == before + 1 and sealer.one_pass() == 0
    happens(3)
    assert sealer.one_pass() == 3
    whole()
    assert [point.day_close for point in Checkpoint.objects.order_by("tree_size")] == [True, False]
    assert queries.last_day_root().tree_size == before + 1
    clock.move_demo_clock(by=cast["applicant1"], days=1)
    happens()
    sealer.one_pass()
    happens()
    sealer.one_pass()
    assert [point.day_close for point in Checkpoint.objects.order_by("tree_size")] == [True, False, True, False]
    assert (
        queries.day_root(clock.today())
        == queries.last_day_root()
        != queries.day_root(clock.today() - timedelta(days=1))
    )
    sizes = [*Checkpoint.objects.order_by("tree_size").values_list("tree_size", "root")]
    (first, old), (second, new) = sizes[0], sizes[-1]
    path = queries.consistency(first, second)
    assert merkle.grew(first=first, second=second, old=bytes(old), new=bytes(new), path=path)
    with connection.cursor() as cursor:
        node, leaf = tree.node_source(cursor), Leaf.objects.get(leaf=300)
        path = merkle.inclusion_proof(300, second, node)
    assert merkle.includes(leaf=bytes(leaf.hash), index=300, size=second, path=path, root=bytes(new))


def test_an_entry_of_a_transaction_that_stays_open_holds_nobody_up(sealer):
    sealer.one_pass()
    link = connections["sealer"].copy()
    with transaction.atomic():
        happens(1, "slow")
        thread = threading.Thread(target=lambda: (happens(1, "quick"), connection.close()))
        thread.start()
        thread.join()
        assert sealer.one_pass() == 1
    link.close()
    assert sealer.one_pass() == 1
    whole()


def test_a_row_that_does_not_fit_its_hash_is_told_and_left_out_and_the_others_go_on(sealer, superuser_cursor):
    sealer.one_pass()
    happens(3)
    ids = [row[0] for row in asked("SELECT id FROM cases_event ORDER BY id DESC LIMIT 3")]
    superuser_cursor.execute("ALTER TABLE cases_event DISABLE TRIGGER append_only")
    superuser_cursor.execute("UPDATE cases_event SET payload = '{\"n\":9}' WHERE id = %s", [ids[0]])
    superuser_cursor.execute("DELETE FROM cases_event WHERE id = %s", [ids[1]])
    with capture_logs() as lines:
        assert sealer.one_pass() == 1
        assert sealer.one_pass() == 0
    told = {(line["ref"], line["why"]) for line in lines if line["log_level"] == "error"}
    assert told == {(ids[0], "row_changed"), (ids[1], "row_missing")} and len(lines) == 2
    assert queries.held() == 2 and queries.lag() == timedelta(), "what is held back is not late, it is wrong"
    happens()
    assert sealer.one_pass() == 1 and Pending.objects.count() == 2
    superuser_cursor.execute("UPDATE cases_event SET payload = '{\"n\":2}' WHERE id = %s", [ids[0]])
    sealer.looked -= 61
    assert sealer.one_pass() == 1 and Pending.objects.count() == 1


@pytest.mark.parametrize(
    ("hand", "sentence"),
    [
        ("UPDATE cases_leaf SET hash = sha256('x') WHERE leaf = (SELECT max(leaf) FROM cases_leaf)", "do not add up"),
        ("UPDATE cases_tile SET hash = sha256('x') WHERE index = 0", "do not add up"),
        ("DELETE FROM cases_leaf WHERE leaf = (SELECT max(leaf) FROM cases_leaf)", "there are"),
        ("UPDATE cases_checkpoint SET root = sha256('x')", "of another root"),
        ("UPDATE cases_checkpoint SET note = replace(note, '— relief', '— belief')", "not signed"),
        ("DELETE FROM cases_checkpoint; DELETE FROM cases_leaf", "the database has none"),
        ("UPDATE cases_sealkey SET public_key = sha256('x')", "not signed"),
    ],
)
def test_a_tree_that_is_not_the_one_that_was_signed_is_not_gone_on_with(
    hand, sentence, sealer, superuser_cursor, key_file
):
    happens(300)
    sealer.one_pass()
    happens()
    for table in ("leaf", "tile", "checkpoint", "sealkey"):
        superuser_cursor.execute(f"ALTER TABLE cases_{table} DISABLE TRIGGER USER")
    superuser_cursor.execute(hand)
    kept = Checkpoint.objects.count()
    connections["sealer"].close()
    with pytest.raises(CannotSeal, match=sentence):
        Sealer(key_file).one_pass()
    assert Checkpoint.objects.count() == kept


def test_a_database_put_back_to_an_earlier_day_is_noticed_until_somebody_says_that_it_was(
    sealer, superuser_cursor, key_file
):
    sealer.one_pass()
    happens(2)
    sealer.one_pass()
    for table in ("leaf", "checkpoint", "tile"):
        superuser_cursor.execute(f"ALTER TABLE cases_{table} DISABLE TRIGGER USER")
    superuser_cursor.execute(
        "DELETE FROM cases_checkpoint WHERE tree_size = (SELECT max(tree_size) FROM cases_checkpoint)"
    )
    superuser_cursor.execute("DELETE FROM cases_leaf WHERE leaf >= (SELECT max(tree_size) FROM cases_checkpoint)")
    happens()
    for again in (sealer, Sealer(key_file)):
        connections["sealer"].close()
        with pytest.raises(CannotSeal, match="accept-shorter"):
            again.one_pass()
    connections["sealer"].close()
    call_command("seal", "--once", "--accept-shorter", "restored on Tuesday")
    assert asked("SELECT payload::jsonb ->> 'reason' FROM cases_event WHERE action = 'seal.accept_shorter'") == [
        ("restored on Tuesday",)
    ]


def test_a_key_follows_another_and_both_sign_the_change(sealer, key_file):
    sealer.one_pass()
    first = queries.latest().tree_size
    old = key_file.read_text()
    kid = actions.change_key(path=key_file, reason="year's end")
    with pytest.raises(Refusal):
        actions.change_key(path=key_file, reason="at once again")
    sealer.one_pass()
    actions.change_key(path=key_file, reason="again")
    assert key_file.stat().st_mode & 0o777 == 0o600
    sealer.one_pass()
    happens()
    sealer.one_pass()
    whole()
    keys = queries.seal_keys()
    second = keys[1].last
    assert [(key.first, key.last) for key in keys] == [(1, first), (first + 1, second), (second + 1, None)]
    assert keys[1].kid == kid and second > first
    told = asked("SELECT payload FROM cases_event WHERE action = 'seal.key' AND outcome = 'ok' ORDER BY id")[1][0]
    told = json.loads(told)
    text = rules.change_text(
        origin=queries.origin(), old=keys[0].kid, new=kid, public=keys[1].public, first=told["from_size"]
    )
    for name, public in (("signed_by_old", keys[0].public), ("signed_by_new", keys[1].public)):
        Ed25519PublicKey.from_public_bytes(public).verify(base64.b64decode(told[name]), text)
    key_file.write_text(old)
    happens()
    with pytest.raises(keyfile.NoSealKey, match="--lost"):
        sealer.one_pass()
    with pytest.raises(keyfile.NoSealKey):
        actions.change_key(path=key_file, reason="lost")
    actions.change_key(path=key_file, reason="lost", is_lost=True)
    sealer.one_pass()
    whole()
    for change in ({"valid_to_size": None}, {"public_key": b"x"}, {"valid_to_size": 7}):
        with pytest.raises(Exception, match="only ever ended"), transaction.atomic():
            SealKey.objects.filter(pk=keys[0].kid).update(**change)


def killed(key_file: Path, how: str) -> list[list[Any]]:
    """What tests/seals/killed.py saw on the database of this test: point, signal, leaves."""
    env = {
        **os.environ, "SEAL_DATABASE": connection.settings_dict["NAME"], "SEAL_KEY": str(key_file),
        "DJANGO_SETTINGS_MODULE": "tests.seals.settings",
    }  # fmt: skip
    made = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.seals.killed", how], cwd=BASE_DIR, env=env, capture_output=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr.decode()[-2000:]
    return json.loads(made.stdout)


def test_a_second_sealer_ends_with_a_sentence(sealer):
    sealer.one_pass()
    told = []

    def second() -> None:
        with pytest.raises(CannotSeal) as end:
            call_command("seal", "--once")
        told.append(str(end.value))
        connections.close_all()

    thread = threading.Thread(target=second)
    thread.start()
    thread.join()
    assert told == ["Another sealer is at work on this database: one is enough."]


def test_a_kill_at_any_point_leaves_no_gap(sealer, key_file):
    sealer.one_pass()
    connections["sealer"].close()
    happens(300)
    first = Leaf.objects.count()
    seen = killed(key_file, "points")
    assert [signalled for _point, signalled, _leaves in seen] == [signal.SIGKILL] * 4
    assert [leaves for *_rest, leaves in seen] == [first, first, first, first + 300]

    stopping = threading.Event()

    def write(key: str) -> None:
        while not stopping.is_set():
            happens(5, key)
            stopping.wait(0.02)
        connection.close()

    writers = [threading.Thread(target=write, args=[f"writer-{number}"]) for number in range(2)]
    for writer in writers:
        writer.start()
    try:
        seen = killed(key_file, os.environ.get("ATTACK_KILLS", "3"))
    finally:
        stopping.set()
        for writer in writers:
            writer.join()
    assert {signalled for _point, signalled, _leaves in seen} == {signal.SIGKILL}
    assert [leaves for *_rest, leaves in seen] == sorted({leaves for *_rest, leaves in seen}), "each got further"
    call_command("seal", "--once")
    whole()


def test_the_commands_make_the_first_key_and_show_it(key_file, capsys):
    call_command("seal", "--once")
    call_command("seal_key")
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.endswith(" 1-") and notes.read_vkey(line.split(" ")[0]).name == queries.origin()
    call_command("seal", "--once")
    whole()

"""The embedded server starts, is shared, survives violence, and stops with its last user."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest

from project import keys
from project.embedded import CannotStart, Server
from project.settings import BASE_DIR
from tests.frame.conftest import FAST, copy, postmaster

HOLD = """
import sys, time
from pathlib import Path
from project.embedded import Server
server = Server(Path(sys.argv[1]), ("fsync=off",))
server.hold()
assert server.answers()
time.sleep(float(sys.argv[2]))
"""


def hold(var: Path, seconds: float) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(var), str(seconds)], cwd=BASE_DIR, stderr=subprocess.PIPE, text=True
    )


def gone(number: int) -> bool:
    """Whether a process has ended, also when nobody has taken its status yet."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_it_starts_from_nothing_and_again(server: Server) -> None:
    first = postmaster(server.var)
    server.start()
    assert postmaster(server.var) == first
    server.stop()
    assert not server.answers()
    server.start()
    assert server.answers()


def test_it_counts_letters_and_checks_its_pages(server: Server) -> None:
    link = server.connect()
    with link.cursor() as cursor:
        cursor.execute("SHOW data_checksums")
        assert cursor.fetchone()[0] == "on"
        cursor.execute(
            "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'postgres'"
        )
        assert cursor.fetchone() == ("b", "C.UTF-8", "UTF8")
    link.close()


def test_nobody_enters_without_a_password(server: Server) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(host=str(server.socket), port=5432, user="relief_superuser", dbname="postgres")
    assert (server.var / "passwords" / "superuser").stat().st_mode & 0o777 == 0o600
    assert server.socket.stat().st_mode & 0o777 == 0o700


def test_after_kill_9_it_starts_again_with_its_data(server: Server) -> None:
    link = server.connect()
    with link.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (x int)")
        cursor.execute("INSERT INTO kept VALUES (7)")
    os.kill(postmaster(server.var), signal.SIGKILL)
    server.start()
    again = server.connect()
    with again.cursor() as cursor:
        cursor.execute("SELECT x FROM kept")
        assert cursor.fetchone()[0] == 7
    again.close()
    link.close()


def test_a_pid_file_that_names_a_stranger_is_no_obstacle(server: Server) -> None:
    note = (server.data / "postmaster.pid").read_text()
    server.stop()
    stale = note.replace(note.split("\n", 1)[0], str(os.getpid()), 1)
    (server.data / "postmaster.pid").write_text(stale)
    server.start()
    assert server.answers()


def test_a_half_made_cluster_is_made_anew(place: Path) -> None:
    (place / "pg.new" / "base").mkdir(parents=True)
    (place / "pg.new" / "PG_VERSION").write_text("18\n")
    server = Server(place, FAST)
    server.start()
    assert server.answers()
    assert not (place / "pg.new").exists()
    server.stop()


def test_six_processes_at_once_share_one_server_and_the_last_one_out_stops_it(place: Path) -> None:
    holders = [hold(place, 1.0) for _ in range(6)]
    for holder in holders:
        _, error = holder.communicate(timeout=60)
        assert holder.returncode == 0, error
    assert not Server(place).answers()
    assert not (place / "pg" / "postmaster.pid").exists()


def test_who_leaves_first_does_not_stop_it_for_the_others(place: Path, made: Path) -> None:
    copy(made, place)
    long = hold(place, 30)
    server = Server(place)
    until = time.monotonic() + 30
    while not (place / "pg").exists() or not server.answers():
        assert time.monotonic() < until
        time.sleep(0.1)
    number = postmaster(place)
    hold(place, 0).communicate(timeout=30)
    assert server.answers()
    long.kill()
    long.communicate()
    hold(place, 0).communicate(timeout=30)
    assert gone(number)


def test_an_address_that_was_given_out_stays_up(place: Path, made: Path) -> None:
    copy(made, place)
    server = Server(place, FAST)
    server.hold()
    server.keep()
    server.release()
    assert server.answers()
    server.hold()
    server.release(for_good=True)
    assert not server.answers()


def test_a_long_path_gets_a_short_socket(place: Path, made: Path) -> None:
    deep = place / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True)
    copy(made, deep)
    server = Server(deep, FAST)
    assert len(os.fsencode(server.socket)) < 90
    server.start()
    assert server.answers()
    server.stop()
    server.socket.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the server to another user")
def test_root_is_told_which_folder_bars_the_way(place: Path) -> None:
    closed = place / "home"
    closed.mkdir(mode=0o700)
    with pytest.raises(CannotStart, match="may not enter .*home: set RELIEF_VAR"):
        Server(closed / "var").start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the server to another user")
def test_root_lends_the_server_to_another_user_and_keeps_the_passwords(server: Server) -> None:
    assert Path(f"/proc/{postmaster(server.var)}").stat().st_uid != 0
    assert server.data.stat().st_uid != 0
    assert (server.var / "passwords" / "superuser").stat().st_uid == 0


def test_a_cluster_of_another_version_gets_a_sentence(server: Server) -> None:
    server.stop()
    (server.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(CannotStart, match="made by PostgreSQL 16"):
        server.start()
    (server.data / "PG_VERSION").write_text("18\n")


def test_a_cluster_whose_passwords_are_lost_gets_a_sentence(server: Server) -> None:
    lost = (server.var / "passwords" / "superuser").rename(server.var / "lost")
    with pytest.raises(keys.KeysLost, match="passwords back from a backup"):
        server.answers()
    lost.rename(server.var / "passwords" / "superuser")

"""What stops a start before anybody is served: a database that is away, keys of another one, half a demonstration."""

import os
import secrets
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cases.access import proof
from cases.access.models import KeyProof
from project import checks, prepare
from project.checks import NotFit
from project.settings import BASE_DIR


def other_keys() -> dict[str, bytes]:
    return {"k1": secrets.token_bytes(32)}


@pytest.mark.django_db
def test_other_field_keys_than_those_of_the_database_stop_the_start(settings: Any) -> None:
    settings.FIELD_KEYS = other_keys()
    with pytest.raises(NotFit, match="RELIEF_FIELD_KEYS do not open this database"):
        checks.must_be_fit()


@pytest.mark.django_db
def test_another_index_key_stops_the_start(settings: Any) -> None:
    settings.INDEX_KEY = secrets.token_bytes(32)
    with pytest.raises(NotFit, match="RELIEF_INDEX_KEY is not the one"):
        checks.must_be_fit()


@pytest.mark.django_db
def test_set_up_with_other_keys_is_refused_and_seals_nothing_anew(settings: Any) -> None:
    before = KeyProof.objects.values_list("pk").count()
    settings.FIELD_KEYS = other_keys()
    with pytest.raises(proof.OtherKeys, match="RELIEF_FIELD_KEYS"):
        proof.keep()
    assert KeyProof.objects.values_list("pk").count() == before == 1


@pytest.mark.django_db
def test_a_new_key_in_front_of_the_old_one_opens_the_database(settings: Any) -> None:
    settings.FIELD_KEYS = {"k2": secrets.token_bytes(32), **settings.FIELD_KEYS}
    checks.must_be_fit()
    proof.keep()


def dead_server() -> dict[str, str]:
    """Settings that name a server where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    roles = {"URL": "app", "OWNER_URL": "owner", "SEALER_URL": "sealer", "INSPECTOR_URL": "inspector"}
    return {f"DATABASE_{name}": f"postgresql://relief_{role}:x@127.0.0.1:{port}/relief" for name, role in roles.items()}


@pytest.mark.parametrize("command", [["serve"], ["serve", "--setup"], ["verify_history"], ["setup_database"]])
def test_a_dead_database_server_is_said_in_one_line(command: list[str], tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    place = {"RELIEF_VAR": str(tmp_path), "RELIEF_PORT": port, "DJANGO_SETTINGS_MODULE": "project.settings"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", *command], cwd=BASE_DIR, env={**os.environ, **place, **dead_server()},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    lines = done.stderr.strip().splitlines()
    assert done.returncode == 1 and len(lines) == 1, done.stderr
    assert "refused" in lines[0]


@pytest.mark.django_db
def test_half_a_demonstration_on_a_server_of_the_office_is_left_to_its_administrator(
    settings: Any, tmp_path: Path
) -> None:
    settings.VAR, settings.EMBEDDED = tmp_path, None
    (tmp_path / "demo.half").touch()
    with pytest.raises(prepare.HalfMade, match=r"empty that database, remove .*demo\.half"):
        prepare.everything(say=print)

"""A place of its own for tests that start servers."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from project.embedded import Server

FAST = ("fsync=off", "full_page_writes=off")


def postmaster(var: Path) -> int:
    """The process number of the server under `var`."""
    return int((var / "pg" / "postmaster.pid").read_text().split("\n", 1)[0])


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty RELIEF_VAR that other users may enter; what runs in it is ended afterwards."""
    var = Path(tempfile.mkdtemp(prefix="relief-test-"))
    var.chmod(0o711)
    yield var
    with suppress(FileNotFoundError, ProcessLookupError, ValueError):
        os.kill(postmaster(var), signal.SIGQUIT)
    subprocess.run(["sleep", "0.1"], check=True)
    shutil.rmtree(var, ignore_errors=True)


@pytest.fixture(scope="session")
def made() -> Iterator[Path]:
    """A cluster that was made and stopped, to be copied: making one takes seconds."""
    var = Path(tempfile.mkdtemp(prefix="relief-test-made-"))
    var.chmod(0o711)
    server = Server(var, FAST)
    server.start()
    server.stop()
    yield var
    shutil.rmtree(var)


def copy(made: Path, var: Path) -> None:
    """Puts a copy of a made cluster into a place."""
    subprocess.run(["cp", "-a", f"{made}/.", str(var)], check=True)


@pytest.fixture
def server(place: Path, made: Path) -> Iterator[Server]:
    """A running embedded server in that place."""
    copy(made, place)
    server = Server(place, FAST)
    server.start()
    yield server
    server.stop()

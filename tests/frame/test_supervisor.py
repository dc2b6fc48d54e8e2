"""One terminal: what ends is started again, Ctrl-C leaves nothing behind, and neither does kill -9."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from project.settings import BASE_DIR
from project.supervisor import Child

SCRIPT = """
import sys, os
from pathlib import Path
from project import supervisor
from project.supervisor import Child, Supervisor
folder = Path(sys.argv[1])
supervisor.GRACE = 2
polite = "import subprocess,time; subprocess.Popen(['sleep', '600']); time.sleep(600)"
deaf = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
brief = "raise SystemExit(3)"
programs = {"polite": polite, "deaf": deaf, "brief": brief}
children = [Child(name, [sys.executable, "-c", programs[name]], {"TEST_MARK": str(folder)}) for name in sys.argv[2:]]
def ready():
    return all(child.process for child in children)
sys.exit(Supervisor(children, say=lambda line: print(line, flush=True)).run(
    ready=ready, when_ready=lambda: (folder / "ready").touch(), every_second=lambda: None))
"""


def marked(folder: Path) -> list[psutil.Process]:
    """The processes that were started with this folder in their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("TEST_MARK") == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def wait(condition: Callable[[], object], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)


def supervise(folder: Path, *names: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), *names], cwd=BASE_DIR, stdout=subprocess.PIPE, text=True
    )


def test_ctrl_c_ends_polite_and_deaf_programs_and_their_children(tmp_path: Path) -> None:
    running = supervise(tmp_path, "polite", "deaf")
    wait(lambda: (tmp_path / "ready").exists() and len(marked(tmp_path)) >= 3)
    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=30)
    assert running.returncode == 0
    assert said == "Stopping ...\n"
    assert marked(tmp_path) == []


def test_kill_9_of_the_supervisor_takes_its_programs_along(tmp_path: Path) -> None:
    running = supervise(tmp_path, "polite")
    wait(lambda: (tmp_path / "ready").exists() and len(marked(tmp_path)) >= 2)
    running.kill()
    running.wait(10)
    leaders = [process for process in marked(tmp_path) if process.name() != "sleep"]
    wait(lambda: not any(leader.is_running() and leader.status() != psutil.STATUS_ZOMBIE for leader in leaders))
    for left in marked(tmp_path):
        left.kill()
    running.communicate(timeout=10)


def test_a_program_that_ends_is_started_again_until_it_is_hopeless(tmp_path: Path) -> None:
    running = supervise(tmp_path, "brief")
    said, _ = running.communicate(timeout=30)
    assert running.returncode == 1
    assert said.count("brief ended (status 3): starting it again.") == 4
    assert "brief ended 5 times within a minute (status 3): stopping." in said


def test_a_silent_program_writes_its_log_and_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    words = "import sys; print('Hitting Ctrl+C again ...'); print('a log line', file=sys.stderr)"
    child = Child("worker", [sys.executable, "-c", words], {}, is_silent=True)
    child.start()
    assert child.process is not None and child.process.wait(20) == 0
    assert capfd.readouterr() == ("", "a log line\n")


def test_a_busy_port_gets_a_sentence_before_anything_is_made(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        env = {
            **os.environ,
            "RELIEF_VAR": str(place),
            "RELIEF_PORT": str(port),
            "DJANGO_SETTINGS_MODULE": "project.settings",
        }
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "manage.py", "serve"],
            cwd=BASE_DIR,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"RELIEF_PORT={port + 1} make run" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1

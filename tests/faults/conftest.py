"""A real worker process that can be killed, a real gateway of text messages that counts, and the brokers there are."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import traceback
import uuid
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.db import connections
from kombu.connection import Connection
from redis import Redis

from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from project import queues
from project.settings import BASE_DIR
from workflows.engine import clockwork

BROKERS = {
    "filesystem": "filesystem://localhost",
    "redis": os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0"),
    "rabbitmq": os.environ.get("TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672//"),
}
FOLDERS = ("messages", "control", "processed")


def until(so: Callable[[], Any], what: str, seconds: float = 25) -> Any:
    """Wait until something is so."""
    last = time.monotonic() + seconds
    while not (found := so()):
        assert time.monotonic() < last, f"waited in vain: {what}"
        threading.Event().wait(0.05)
    return found


class Gateway:
    """The telephone network: takes a message of a key once, drops it the second time, and can hold the line.

    `held` is what the keys begin with that wait while the line is held.
    """

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.delivered: Counter[str] = Counter()
        self.open = threading.Event()
        self.open.set()
        self.held = ""
        self._guard = threading.Lock()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                gateway.take(self.headers["Idempotency-Key"])
                try:
                    self.send_response(204)
                    self.end_headers()
                except OSError:
                    return  # the worker was killed meanwhile

            def log_message(self, *_args: Any) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/"

    def take(self, key: str) -> None:
        with self._guard:
            self.asked[key] += 1
        if key.startswith(self.held):
            self.open.wait(30)
        with self._guard:
            if key not in self.delivered:
                self.delivered[key] = 1


class Place:
    """One broker, one database and the workers of a test."""

    def __init__(self, url: str, folder: Path, gateway: Gateway) -> None:
        self.url, self.folder, self.gateway = url, folder, gateway
        self.queue = f"relief-test-{uuid.uuid4().hex[:12]}"
        self.started: list[subprocess.Popen[bytes]] = []
        self.app = Celery("fault-test", broker=url, set_as_current=False)
        self.app.conf.update(
            task_default_queue=self.queue, broker_transport_options=self._options(),
            task_queues=queues.all_of(self.queue, quorum=url.startswith("amqp")),
        )  # fmt: skip
        if url.startswith("amqp"):
            self.app.conf.task_default_queue_type = "quorum"

    def _options(self) -> dict[str, Any]:
        if not self.url.startswith("filesystem"):
            prefix = {"global_keyprefix": self.queue} if self.url.startswith("redis") else {}
            return {**prefix, "max_retries": 0}
        for name in FOLDERS:
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        messages, control, processed = (str(self.folder / name) for name in FOLDERS)
        return {
            "data_folder_in": messages, "data_folder_out": messages, "control_folder": control,
            "processed_folder": processed, "store_processed": True,
        }  # fmt: skip

    def ring(self, row: Outgoing) -> None:
        """The doorbell of this broker, as workflows/tasks.py rings it."""
        retry = outgoing.retry_of(row)
        self.app.send_task(
            "outgoing.run", args=[row.pk], retry=False, ignore_result=True, queue=queues.name_of(row.queue, self.queue),
            soft_time_limit=retry.timeout.total_seconds(), time_limit=retry.hard.total_seconds(),
        )  # fmt: skip

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "FAULT_DATABASE": connections["default"].settings_dict["NAME"],
            "FAULT_BROKER": self.url,
            "FAULT_FOLDER": str(self.folder),
            "FAULT_QUEUE": self.queue,
            "FAULT_GATEWAY": self.gateway.url,
        }

    def worker(self, urgency: str = "") -> subprocess.Popen[bytes]:
        """Start a worker as the supervisor does, in a process group of its own; of one queue or of all."""
        command = [sys.executable, "-W", "ignore", "-m", "celery", "--quiet", "-A", "project", "worker", "--loglevel",
                   "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat", "--concurrency", "2"]  # fmt: skip
        command += ["-n", f"{self.queue}-{len(self.started)}@%h"]
        command += ["-Q", queues.name_of(urgency, self.queue)] if urgency else []
        with (self.folder / "worker.log").open("ab") as log:
            made = subprocess.Popen(
                command, cwd=BASE_DIR, env=self.environment(), stdout=log, stderr=log, start_new_session=True
            )
        self.started.append(made)
        return made

    def clear(self) -> None:
        """End what was started here and remove the queue."""
        self.gateway.open.set()
        for one in self.started:
            kill_9(one)
        if self.url.startswith("amqp"):
            with self.app.connection_for_write() as link:
                for urgency in queues.CLASSES:
                    link.default_channel.queue_delete(queues.name_of(urgency, self.queue))
        if self.url.startswith("redis"):
            with Redis.from_url(self.url) as link:
                for name in link.scan_iter(f"{self.queue}*"):
                    link.delete(name)


def kill_9(worker: subprocess.Popen[bytes]) -> None:
    """Kill a worker and its children: nobody gets to say goodbye."""
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)


def killed(main: Callable[..., None], *words: Any, place: Place) -> None:
    """A copy of this process, with connections of its own, runs `main` until it kills itself with SIGKILL."""
    connections.close_all()
    with warnings.catch_warnings():  # the threads of the test that a copy has no part in are said from Python 3.12 on
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(100)
            os.environ.update(place.environment())
            main(*words)
            os._exit(0)
        except BaseException:  # noqa: BLE001 - whatever it is, no fixture of the test may run a second time here
            (place.folder / "copy.log").write_text(traceback.format_exc())
            os._exit(1)
    _pid, status = os.waitpid(pid, 0)
    said = place.folder / "copy.log"
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, said.read_text() if said.exists() else status


def answers(url: str) -> str:
    """Why a broker cannot be used; empty when it answers."""
    if url.startswith("filesystem"):
        return ""
    try:
        with Connection(url, connect_timeout=2) as link:
            link.ensure_connection(max_retries=1, timeout=3)
    except Exception as fault:  # noqa: BLE001 - each broker has faults of its own, all mean: not here
        return f"no broker at {url.rsplit('@', 1)[-1]}: {type(fault).__name__}"
    return ""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    made = Gateway()
    yield made
    made.open.set()
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(params=list(BROKERS))
def place(
    request: pytest.FixtureRequest, tmp_path: Path, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    """Each broker in turn; one that does not answer is skipped with the reason."""
    url = BROKERS[request.param]
    if why := answers(url):
        pytest.skip(why)
    made = Place(url, tmp_path, gateway)
    monkeypatch.setattr(outgoing, "_bells", [made.ring])
    monkeypatch.setattr(clockwork, "_rung", {})
    yield made
    made.clear()

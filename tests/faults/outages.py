"""Brokers that a test may take away and give back: a folder, a Redis of its own, and a way to RabbitMQ that can be cut."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from redis import Redis


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
    return port


class Folder:
    """The filesystem broker goes away with its folder."""

    url = "filesystem://localhost"

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "messages"
        self.aside = folder / "messages-aside"

    def down(self) -> None:
        os.rename(self.folder, self.aside)

    def up(self) -> None:
        shutil.rmtree(self.aside)  # what was in it is lost
        self.folder.mkdir()

    def clear(self) -> None:
        """Nothing runs."""


class OwnRedis:
    """A Redis server that keeps nothing: after a kill it comes back empty."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.up()

    def up(self) -> None:
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            cwd=self.folder, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        last = time.monotonic() + 20
        while True:
            with contextlib.suppress(Exception), Redis(port=self.port) as link:
                if link.ping():
                    return
            assert time.monotonic() < last, "redis-server does not answer"
            threading.Event().wait(0.05)

    def down(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def clear(self) -> None:
        """End it."""
        self.down()


class Cable:
    """A way to a server that can be cut: every connection through it breaks, and no new one is taken."""

    def __init__(self, url: str) -> None:
        to = urlsplit(url)
        self.target = (to.hostname or "127.0.0.1", to.port or 5672)
        self.port = free_port()
        self.url = url.replace(f"{self.target[0]}:{self.target[1]}", f"127.0.0.1:{self.port}")
        self.ends: list[socket.socket] = []
        self.up()

    def up(self) -> None:
        self.door = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._take, args=(self.door,), daemon=True).start()

    def down(self) -> None:
        for one in [self.door, *self.ends]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self.ends.clear()

    def clear(self) -> None:
        """Cut it for good."""
        self.down()

    def _take(self, door: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = door.accept()
                far = socket.create_connection(self.target)
                self.ends += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

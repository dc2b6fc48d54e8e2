"""Runs the slow folders first, prints how long each took against its budget, and closes sockets to other machines; a pytest plugin."""

import ipaddress
import socket
from collections import defaultdict
from typing import Any

import pytest

BUDGET = {
    "tests/journeys": 320,
    "tests/desk": 200,
    "tests/pages": 220,
    "tests/frame": 120,
    "tests/matrix": 240,
    "tests/faults": 130,
    "tests/races": 180,
    "tests/api": 90,
    "tests/running": 90,
    "tests/lists": 120,
    "tests/inspection": 90,
    "tests/history": 90,
    "tests/attack": 90,
    "tests/dossier": 140,
    "tests/operations": 180,
    "tests/duties": 200,
    "tests/rare_disease": 180,
    "tests/engine": 300,
    "tests/reports": 90,
    "tests/screening": 150,
    "tests/programmes": 90,
}
OTHERS = 60
"""Seconds of test time, added up over all workers."""

_spent: dict[str, float] = defaultdict(float)
_counts: dict[str, int] = defaultdict(int)


def _folder(nodeid: str) -> str:
    parts = nodeid.split("::")[0].split("/")
    return "/".join(parts[:2]) if len(parts) > 2 else parts[0]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The folders with the largest budgets come first: a long file that one process begins last keeps the others waiting."""
    items.sort(key=lambda item: -BUDGET.get(_folder(item.nodeid), OTHERS))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    folder = _folder(report.nodeid)
    _spent[folder] += report.duration
    _counts[folder] += report.when == "call"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    terminalreporter.section("time by folder")
    for folder, seconds in sorted(_spent.items(), key=lambda item: -item[1]):
        budget = BUDGET.get(folder, OTHERS)
        over = "  over its budget" if seconds > budget else ""
        terminalreporter.write_line(f"{folder:32} {_counts[folder]:5} tests {seconds:7.1f} s of {budget} s{over}")


def _loopback_only(connect: Any) -> Any:
    def checked(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = address[0]
            if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
                raise OSError(f"A test reaches for {host}: tests talk to this machine alone.")
        return connect(self, address)

    return checked


@pytest.fixture(scope="session", autouse=True)
def only_this_machine() -> Any:
    """No test opens a connection to another machine."""
    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", _loopback_only(socket.socket.connect))
    patch.setattr(socket.socket, "connect_ex", _loopback_only(socket.socket.connect_ex))
    yield
    patch.undo()

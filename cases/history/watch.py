"""Who watches how the house works (监看): told of each act, refusal and wait for a case's lock, by name and time, never of people."""

from __future__ import annotations

from typing import Protocol


class Watcher(Protocol):
    """What a watcher is told. Names and times alone."""

    def acted(self, action: str, outcome: str, seconds: float) -> None:
        """An outermost act ended: ok, denied or error."""

    def refused(self, action: str, code: str) -> None:
        """A try was refused and recorded."""

    def waited(self, seconds: float) -> None:
        """So long an act waited for the row of its case."""

    def answered(self, view: str, method: str, status: int, seconds: float) -> None:
        """A request was answered; of its address only the name of the view is told."""


_watchers: list[Watcher] = []


def add(watcher: Watcher) -> None:
    """Have a watcher told from now on."""
    if watcher not in _watchers:
        _watchers.append(watcher)


def drop(watcher: Watcher) -> None:
    """Tell this watcher no more."""
    if watcher in _watchers:
        _watchers.remove(watcher)


def acted(action: str, outcome: str, seconds: float) -> None:
    """Tell all."""
    for watcher in _watchers:
        watcher.acted(action, outcome, seconds)


def answered(view: str, method: str, status: int, seconds: float) -> None:
    """Tell all."""
    for watcher in _watchers:
        watcher.answered(view, method, status, seconds)


def refused(action: str, code: str) -> None:
    """Tell all."""
    for watcher in _watchers:
        watcher.refused(action, code)


def waited(seconds: float) -> None:
    """Tell all."""
    for watcher in _watchers:
        watcher.waited(seconds)

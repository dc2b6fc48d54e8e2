"""What a road waits for must come from somewhere (没人告知的等待): a fact that is told, a message, a time limit, a machine's work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workflows.engine import jobs
from workflows.engine.sides import Fault

_facts: set[str] = set()


def tells(*facts: str) -> None:
    """Register facts that come about outside every road and move the case that waits for them."""
    _facts.update(facts)


def faults(name: str, node: Any) -> Iterator[Fault]:
    """Ways out of a step that nothing can ever take, and work that nobody does."""
    kind = getattr(node, "kind", "")
    if kind == "job":
        if node.does not in jobs.known:
            yield (
                f"{name} is work of the topic {node.does!r}, which nobody does",
                "Register it with @jobs.does(...) or jobs.others_do(...), or name another topic.",
                "relief.E021",
            )
        return
    for exit in getattr(node, "exits", {}).values():
        comes_by_itself = exit.message or exit.name == getattr(node, "lapses", "") or exit.name in _facts
        if (kind == "wait" or exit.kind == "fact") and not comes_by_itself:
            yield (
                f"{name} waits for {exit.name}, which nothing tells",
                "Name a fact that is told, a message (message=True), or what comes when the time is over (.Lapses).",
                "relief.E020",
            )

"""The register outside the house that the second road of this programme tells: it takes one key once."""

from __future__ import annotations

import os
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms

from cases import programme as programmes
from cases.outgoing import actions as outgoing
from workflows.engine import jobs


@dataclass
class Register:
    """What it was asked and what it holds; `fault` is raised while it is set."""

    asked: Counter[str] = field(default_factory=Counter)
    held: set[str] = field(default_factory=set)
    fault: Exception | None = None
    before: Callable[[], None] | None = None


THE = Register()


@jobs.does("test.register")
def enter(order: jobs.Order) -> dict[str, Any]:
    """Enter a case; in a process that a test has started, by the network."""
    if "FAULT_GATEWAY" in os.environ:
        deed({}, order.key)
        return {"entry": order.key}
    THE.asked[order.key] += 1
    if THE.before:
        THE.before()
    if THE.fault:
        raise THE.fault
    THE.held.add(order.key)
    return {"entry": order.key}


@outgoing.handles("test.deed")
def deed(_payload: dict[str, Any], key: str) -> None:
    """Something done by the network that is no step of a case."""
    asked = urllib.request.Request(os.environ["FAULT_GATEWAY"], b"{}", {"Idempotency-Key": key})
    urllib.request.urlopen(asked, timeout=40).close()


class Entry(forms.Form):
    """What the bureau answers: the number of its entry."""

    entry = forms.RegexField(r"^[0-9]{1,12}$")


jobs.others_do("test.bureau", Entry)


@contextmanager
def on_the_road(road: str) -> Iterator[Register]:
    """New cases of the programme go by this road; the register is empty."""
    card = programmes.programme("two_step")
    THE.asked, THE.held, THE.fault, THE.before = Counter(), set(), None, None
    programmes._register["two_step"] = replace(card, road=road)
    try:
        yield THE
    finally:
        programmes._register["two_step"] = card


def on_the_second_road() -> AbstractContextManager[Register]:
    """New cases of the programme go by the road with the machine; the register is empty."""
    return on_the_road("v2")

"""The log as XES (IEEE 1849): a trace a case, an event a finished step, named as in the exported BPMN. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from xml.sax.saxutils import quoteattr

from workflows.reports.eventlog.names import Names
from workflows.reports.eventlog.told import Done, Told, Trail, finished, moment

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/><date key="time:timestamp" value="1970-01-01T00:00:00Z"/><string key="lifecycle:transition" value="complete"/></global>
<classifier name="Step" keys="concept:name"/>
"""
TAIL = "</log>\n"


def start() -> str:
    """What stands before the traces."""
    return HEAD


def trace(trail: Trail, names: Names, title: Callable[[str, str], str]) -> Iterator[tuple[Told, str]]:
    """The lines of one case, each event with its entry; the first and the last line open and close the trace."""
    for done in finished(trail.entries):
        yield done.entry, _event(done, trail, names, title)


def opening(trail: Trail, names: Names) -> str:
    """The start of a trace."""
    return "".join(
        [
            "<trace>",
            _string("concept:name", names.of("case", trail.case)),
            _string("relief:programme", trail.programme),
            _string("relief:road", trail.flow),
            _string("relief:place", trail.place),
            "\n",
        ]
    )


CLOSING = "</trace>\n"


def _event(done: Done, trail: Trail, names: Names, title: Callable[[str, str], str]) -> str:
    entry = done.entry
    told = {
        "concept:name": title(trail.flow, done.step),
        "lifecycle:transition": "complete",
        "org:resource": names.actor(entry.actor),
        "org:role": entry.role,
        "org:group": entry.office,
        "relief:step": done.step,
        "relief:hash": entry.hash,
    }
    if entry.on_behalf_of is not None:
        told["relief:onBehalfOf"] = names.actor(entry.on_behalf_of)
    words = [_string(key, value) for key, value in told.items() if value]
    words.append(f'<date key="time:timestamp" value="{moment(entry.at)}"/>')
    words.append(f'<int key="relief:seq" value="{entry.seq}"/>')
    return f"<event>{''.join(words)}</event>\n"


def _string(key: str, value: str) -> str:
    return f"<string key={quoteattr(key)} value={quoteattr(value)}/>"

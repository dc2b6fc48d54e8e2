"""Write one log to a file, case by case, and keep of each chain what its sidecar says (附单)."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO

from workflows.reports.eventlog import fhir, ocel, xes
from workflows.reports.eventlog.names import Names
from workflows.reports.eventlog.told import Trail

FORMATS = ("xes", "ocel", "fhir")
SUFFIX = {"xes": "xes", "ocel": "json", "fhir": "ndjson"}


@dataclass(frozen=True, slots=True)
class Stream:
    """一条链 in the sidecar: from its first entry to `last`, whose hash is `head`; so many of them are in the file, with
    `digest`, SHA-256 over their hashes in order."""

    name: str
    last: int
    head: str
    events: int
    digest: str


@dataclass
class Written:
    """写成的日志: counts, the digest of the file, and a line of each chain for the sidecar."""

    events: int = 0
    streams: list[Stream] = field(default_factory=list)
    sha256: str = ""


class _Out:
    """The file, hashed as it grows."""

    def __init__(self, out: IO[bytes]) -> None:
        self.out, self.sha = out, hashlib.sha256()

    def write(self, text: str) -> None:
        data = text.encode()
        self.sha.update(data)
        self.out.write(data)


Title = Callable[[str, str], str]


def write(kind: str, trails: Iterable[Trail], names: Names, title: Title, out: IO[bytes]) -> Written:
    """写日志 of a kind (xes, ocel, fhir) to `out`; the cases come one after another and none is kept."""
    file, written = _Out(out), Written()
    for text in {"xes": _xes, "ocel": _ocel, "fhir": _fhir}[kind](trails, names, title, written):
        file.write(text)
    written.sha256 = file.sha.hexdigest()
    return written


def _close(written: Written, trail: Trail, names: Names, hashes: list[str]) -> None:
    digest = hashlib.sha256("".join(hashes).encode()).hexdigest()
    written.streams.append(Stream(names.of("case", trail.case), trail.seq, trail.head, len(hashes), digest))
    written.events += len(hashes)


def _xes(trails: Iterable[Trail], names: Names, title: Title, written: Written) -> Iterator[str]:
    yield xes.start()
    for trail in trails:
        hashes = []
        yield xes.opening(trail, names)
        for entry, text in xes.trace(trail, names, title):
            hashes.append(entry.hash)
            yield text
        yield xes.CLOSING
        _close(written, trail, names, hashes)
    yield xes.TAIL


def _ocel(trails: Iterable[Trail], names: Names, title: Title, written: Written) -> Iterator[str]:
    kinds: set[str] = set()
    seen: set[str] = set()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as things:  # objects stand behind the events in the file
        yield '{"events":[\n'
        gap = ""
        for trail in trails:
            hashes = []
            for entry, text in ocel.events(trail, names):
                kinds.add(ocel.type_of(entry))
                hashes.append(entry.hash)
                yield gap + text
                gap = ",\n"
            _close(written, trail, names, hashes)
            for name, text in ocel.objects(trail, names):
                if name not in seen:
                    things.write(text + "\n")
                    seen.add(name)
        yield '\n],"objects":[\n'
        things.seek(0)
        gap = ""
        for text in things:
            yield gap + text.rstrip("\n")
            gap = ",\n"
    yield f"\n],{ocel.kinds(kinds)}}}\n"


def _fhir(trails: Iterable[Trail], names: Names, title: Title, written: Written) -> Iterator[str]:
    for trail in trails:
        for look in trail.looks:
            yield fhir.audit_event(look, trail.case, names)
        _close(written, trail, names, [look.hash for look in trail.looks])


def sidecar(kind: str, written: Written, facts: Mapping[str, object]) -> str:
    """附单: what the file must hold, in one line of JSON with sorted keys, ready to be signed."""
    told = {
        "relief": "export/1",
        "format": kind,
        "file_sha256": written.sha256,
        "cases": len(written.streams),
        "events": written.events,
        "streams": [
            {
                "name": one.name,
                "first": 1,
                "last": one.last,
                "head": one.head,
                "events": one.events,
                "digest": one.digest,
            }
            for one in written.streams
        ],
        **facts,
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

#!/usr/bin/env python3
"""Check an exported log against its sidecar: nothing taken out, nothing put in. One file; needs `cryptography` alone.

    python reliefexport.py FILE SIDECAR --key 'relief-export+....'

Exit 0: whole. Exit 1: each fault on a line. Exit 2: cannot be decided (no key, unreadable). The key is the line that the
office gives out (`manage.py export_log` prints it); take it on another way than the files. FILE is XES, OCEL 2.0 JSON or
AuditEvent NDJSON, as the sidecar says.
"""

import argparse
import base64
import hashlib
import json
import sys
from xml.etree import ElementTree

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WHOLE, WRONG, UNDECIDED = 0, 1, 2


def opened(text, vkey):
    """The sidecar's facts, when the key signed them. Raises ValueError."""
    body, gap, below = text.rpartition("\n\n")
    if not gap:
        raise ValueError("the sidecar is no signed note")
    name, key_id, public = vkey.strip().split("+", 2)
    raw = base64.b64decode(public)
    if len(raw) != 33 or raw[0] != 1 or hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex() != key_id:
        raise ValueError("the key is not written as it should be")
    for line in below.splitlines():
        parts = line.split(" ")
        if len(parts) == 3 and parts[1] == name:
            signature = base64.b64decode(parts[2])
            try:
                Ed25519PublicKey.from_public_bytes(raw[1:]).verify(signature[4:], (body + "\n").encode())
            except InvalidSignature:
                continue
            return json.loads(body)
    raise ValueError("the sidecar is not signed by this key")


def events_of(kind, path):
    """(chain, hash) of every event of the file, in its order; a chain without events once with None."""
    if kind == "xes":
        yield from _xes(path)
    elif kind == "ocel":
        with open(path, encoding="utf-8") as file:
            for event in json.load(file)["events"]:
                facts = {one["name"]: one["value"] for one in event["attributes"]}
                yield event["id"].rpartition(".")[0], facts["hash"]
    else:
        with open(path, encoding="utf-8") as file:
            for line in file:
                event = json.loads(line)
                yield event["entity"][0]["what"]["identifier"]["value"], event["id"]


def _xes(path):
    space = "{http://www.xes-standard.org/}"
    for _when, element in ElementTree.iterparse(path):
        if element.tag == f"{space}trace":
            name = next(
                one.get("value") for one in element.findall(f"{space}string") if one.get("key") == "concept:name"
            )
            yield name, None
            for event in element.findall(f"{space}event"):
                facts = {one.get("key"): one.get("value") for one in event}
                yield name, facts["relief:hash"]
            element.clear()


def faults(facts, path):
    """What is wrong, the smallest place first; empty when the file is what the sidecar says."""
    found = []
    promised = {one["name"]: one for one in facts["streams"]}
    counted = {}
    for chain, entry in events_of(facts["format"], path):
        count, digest = counted.setdefault(chain, [0, hashlib.sha256()])
        if entry is not None:
            counted[chain][0] = count + 1
            digest.update(entry.encode())
    for name in sorted(set(counted) - set(promised)):
        found.append(f"{name}: is not in the sidecar")
    for name, one in promised.items():
        count, digest = counted.get(name, (None, hashlib.sha256()))
        if count is None and (one["events"] or facts["format"] == "xes"):
            found.append(f"{name}: the whole case is missing, {one['events']} events")
        elif count is not None and count != one["events"]:
            found.append(f"{name}: {count} events, {one['events']} promised")
        elif count is not None and digest.hexdigest() != one["digest"]:
            found.append(f"{name}: other events, or in another order")
    with open(path, "rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != facts["file_sha256"]:
            found.append("the bytes of the file are not those that were signed")
    return found


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("sidecar")
    parser.add_argument("--key", required=True)
    given = parser.parse_args(arguments)
    try:
        with open(given.sidecar, encoding="utf-8") as file:
            facts = opened(file.read(), given.key)
    except (OSError, ValueError) as error:
        print(f"cannot decide: {error}", file=sys.stderr)
        return UNDECIDED
    try:
        found = faults(facts, given.file)
    except (OSError, ValueError, KeyError, IndexError, StopIteration, ElementTree.ParseError) as error:
        found = [f"the file does not read as {facts['format']}: {error!r}"]
    for line in found:
        print(line)
    if not found:
        print(f"whole: {facts['cases']} cases, {facts['events']} events; filter {json.dumps(facts['filter'])}")
    return WRONG if found else WHOLE


if __name__ == "__main__":
    sys.exit(main())

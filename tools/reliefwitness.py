"""A witness (见证方): run by another office, it signs only a history that grew from the one it saw before.

One file; needs Python 3.11 and the package `cryptography`. It asks for the newest checkpoint, checks the signature with a key that
was handed over by another way, checks that the tree grew from what is stored here, stores it, and then sends its own signature.

    python reliefwitness.py --state DIR --key FILE --name OFFICE --show-key
    python reliefwitness.py --state DIR --key FILE --name OFFICE --url https://relief.example.org --log KEY_LINE

Exit 0: seen and signed. 1: the history was forked, cut or badly proved; the evidence lies in DIR. 2: not reached or not understood.
"""

from __future__ import annotations

import argparse
import base64
import fcntl
import hashlib
import json
import os
import struct
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MOST = 1_000_000


class Forked(Exception):
    """The log shows something that cannot have grown from what was seen: nothing is signed."""


class Away(Exception):
    """The log is not reached, or its answer is in no form that is known."""


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """The four bytes by which a signature names its key."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def key_line(name: str, kind: int, public: bytes) -> str:
    """A public key in one line."""
    text = base64.b64encode(bytes([kind]) + public).decode()
    return f"{name}+{key_id(name, kind, public).hex()}+{text}"


def read_key_line(line: str) -> tuple[str, bytes]:
    """Name and public key of a log. Raises ValueError."""
    name, _number, text = line.strip().split("+", 2)
    raw = base64.b64decode(text, validate=True)
    if len(raw) != 33 or raw[0] != 1 or key_line(name, 1, raw[1:]) != line.strip():
        raise ValueError("this is not the key line of a log")
    return name, raw[1:]


def own_key(path: Path) -> Ed25519PrivateKey:
    """The key of this witness, made when there is none."""
    if not path.exists():
        seed = Ed25519PrivateKey.generate().private_bytes_raw()
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(base64.b64encode(seed) + b"\n")
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_bytes().strip(), validate=True))


def parent(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node of the tree."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def grew(first: int, second: int, old: bytes, new: bytes, proof: list[bytes]) -> bool:
    """Whether the proof shows that the tree of `second` leaves begins with the one of `first` (RFC 9162, 2.1.4.2)."""
    path = proof if first & (first - 1) else [old, *proof]
    if not path:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for step in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = parent(step, fr), parent(step, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = parent(sr, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old and sr == new


class Note:
    """The newest checkpoint, with the log's signature checked."""

    def __init__(self, text: str, logs: list[tuple[str, bytes]]) -> None:
        body, gap, below = text.rpartition("\n\n")
        self.text, self.body = text, body + "\n"
        lines = self.body.split("\n")
        if not gap or len(lines) < 4 or not lines[1].isdecimal():
            raise Away("the answer is no checkpoint")
        self.origin, self.size = lines[0], int(lines[1])
        try:
            self.root = base64.b64decode(lines[2], validate=True)
        except ValueError:
            raise Away("the answer is no checkpoint") from None
        self.signature = next((line for line in below.split("\n") if self._is_signed(line, logs)), "")
        if not self.signature:
            raise Away("the checkpoint is signed with no key that is pinned here; has the log changed its key?")

    def _is_signed(self, line: str, logs: list[tuple[str, bytes]]) -> bool:
        try:
            dash, name, text = line.split(" ")
            raw = base64.b64decode(text, validate=True)
        except ValueError:
            return False
        for log, public in logs:
            if dash == "—" and name == log == self.origin and raw[:4] == key_id(log, 1, public):
                try:
                    Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], self.body.encode())
                except InvalidSignature:
                    continue
                return True
        return False


class Witness:
    """What one office has seen of one history."""

    def __init__(self, state: Path, key: Ed25519PrivateKey, name: str, url: str, logs: list[tuple[str, bytes]]) -> None:
        self.state, self.key, self.name, self.url, self.logs = state, key, name, url.rstrip("/"), logs

    def look(self) -> str:
        """One look: check, store, sign, send; answers what was done. Raises Forked, Away."""
        with open(self.state / "lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            note, last = Note(self._get("/seals/checkpoint"), self.logs), self._last()
            self._check(note, last)
            if last and last["size"] == note.size and last["sent"]:
                return f"nothing new: {note.size}"
            self._store(note, sent=False)
            self._send(note)
            self._store(note, sent=True)
            return f"signed: {note.size} {note.root.hex()}"

    def _check(self, note: Note, last: dict[str, Any] | None) -> None:
        if last is None:
            return
        size, root = int(last["size"]), bytes.fromhex(last["root"])
        if note.origin != last["origin"]:
            self._forked(note, f"another history: {last['origin']} was seen here")
        if note.size < size:
            self._forked(note, f"CUT: {size} leaves were seen and {note.size} are shown")
        if note.size == size and note.root != root:
            self._forked(note, f"FORK: another root for {size} leaves")
        if note.size > size:
            answer = self._get(f"/seals/consistency?from={size}&to={note.size}")
            try:
                proof = [base64.b64decode(step, validate=True) for step in json.loads(answer)["proof"]]
            except (ValueError, KeyError, TypeError):
                raise Away("the proof is in no form that is known") from None
            if not grew(size, note.size, root, note.root, proof):
                self._forked(note, f"FORK: {note.size} leaves did not grow from the {size} that were seen")

    def _forked(self, note: Note, what: str) -> None:
        (self.state / f"evidence-{note.size}-{note.root.hex()[:16]}.note").write_text(note.text)
        raise Forked(what)

    def _last(self) -> dict[str, Any] | None:
        place = self.state / "last.json"
        found: dict[str, Any] | None = json.loads(place.read_text()) if place.exists() else None
        return found

    def _store(self, note: Note, *, sent: bool) -> None:
        """What was seen, in one piece, and on the disk before anything is signed."""
        half = self.state / "last.half"
        with open(half, "w") as out:
            json.dump({"origin": note.origin, "size": note.size, "root": note.root.hex(), "sent": sent}, out)
            out.flush()
            os.fsync(out.fileno())
        os.replace(half, self.state / "last.json")
        (self.state / "last.note").write_text(note.text)

    def _send(self, note: Note) -> None:
        at = int(time.time())
        signed = self.key.sign(f"cosignature/v1\ntime {at}\n{note.body}".encode())
        number = key_id(self.name, 4, self.key.public_key().public_bytes_raw())
        line = f"— {self.name} {base64.b64encode(number + struct.pack('>Q', at) + signed).decode()}"
        self._ask("/seals/receipt", f"{note.body}\n{note.signature}\n{line}\n".encode())

    def _get(self, path: str) -> str:
        return self._ask(path, None)

    def _ask(self, path: str, body: bytes | None) -> str:
        headers = {"Content-Type": "text/plain; charset=utf-8"} if body else {}
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, body, headers), timeout=30) as answer:
                return str(answer.read(MOST).decode())
        except urllib.error.HTTPError as fault:
            raise Away(f"{path}: {fault.code} {fault.read(300).decode(errors='replace').strip()}") from None
        except (OSError, ValueError) as fault:
            raise Away(f"{path}: {fault}") from None


def main(words: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--state", type=Path, required=True, help="folder of what was seen; never share or reset it")
    parser.add_argument("--key", type=Path, required=True, help="private key of this witness; made when missing")
    parser.add_argument("--name", required=True, help="name of this witness, without space and plus")
    parser.add_argument("--show-key", action="store_true", help="print the line that the log registers, and end")
    parser.add_argument("--url", default="", help="address of the log")
    parser.add_argument(
        "--log",
        action="append",
        default=[],
        help="key line of the log, handed over by another way; again for a new key",
    )
    parser.add_argument("--once", action="store_true", help="look once and end")
    parser.add_argument("--every", type=float, default=60, help="seconds between looks")
    given = parser.parse_args(words)
    given.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = own_key(given.key)
    if given.show_key:
        print(key_line(given.name, 4, key.public_key().public_bytes_raw()))
        return 0
    if not given.url or not given.log:
        parser.error("--url and --log are needed")
    witness = Witness(given.state, key, given.name, given.url, [read_key_line(line) for line in given.log])
    while True:
        status = _look(witness)
        if given.once or status == 1:
            return status
        threading.Event().wait(given.every)


def _look(witness: Witness) -> int:
    try:
        print(witness.look(), flush=True)
    except Forked as fault:
        print(
            f"*** {fault}. NOTHING WAS SIGNED. The evidence lies in {witness.state}. ***", file=sys.stderr, flush=True
        )
        return 1
    except Away as fault:
        print(str(fault), file=sys.stderr, flush=True)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
